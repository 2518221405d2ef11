/* Page cursors: opaque text that names the last row of a page and the question it belongs to. A
 * damaged one is refused while binding, one of another question by page_cursor_fits(). */
#ifndef TOOLS_SUPPORT_PAGE_H
#define TOOLS_SUPPORT_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "mcp/call.h"
#include "mcp/field.h"

struct cursor {
    const char *key; /* sort keys of the last row, as SQL printed them; NULL: the first page */
    const char *id_key;
    uint64_t question;
};

/* Writes a cursor as text. `key` and `id_key` are numbers. */
int page_cursor_write(struct buf *text, uint64_t question, const char *key, const char *id_key);

/* Whether the cursor is absent or belongs to the question; otherwise the call has been refused. */
bool page_cursor_fits(struct call *call, const struct cursor *cursor, uint64_t question);

extern const struct field_type field_cursor;

// clang-format off
#define ARG_CURSOR(S, member, ...)                                                                 \
    FIELD_ROW(S, member, struct cursor, field_cursor,                                              \
              .flags = FIELD_PLAIN, .doc = "next_cursor of the last page.", __VA_ARGS__)
// clang-format on

#endif
