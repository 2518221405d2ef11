/* Expenses as a file for other programs: the statement (export.sql), the text, and the address under which
 * a client reads it. The address holds the parameters of the filter, so nothing is kept between the
 * answer that names it and the reading. */
#ifndef TOOLS_SUPPORT_EXPORT_TEXT_H
#define TOOLS_SUPPORT_EXPORT_TEXT_H

#include <stddef.h>

#include "base/buf.h"
#include "import/export.h"
#include "mcp/call.h"
#include "tools/support/filter.h"
#include "tools/support/query.h"

enum {
    EXPORT_PARAMS = FILTER_PARAMS + 1,
    EXPORT_FIRST_KEPT = 1 /* of the parameters in an address: the ledger is never part of it */
};

/* csv, ofx, hledger, beancount, NULL. */
extern const char *const export_formats[];
enum import_export_format export_format_of(const char *name);

/* Runs the statement: `values` are those of filter_values(), the last one is filled in here. 0 or
 * -ENOMEM. */
MUST_CHECK int export_read(struct call *call, const char *values[EXPORT_PARAMS],
                           tool_rows_done *done);

/* The names of the filter that are unknown, "" when all is well. */
const char *export_unknown(const struct db_rows *rows);
size_t export_count(const struct db_rows *rows);

/* Writes the file. 0 or the buffer's error. */
MUST_CHECK int export_write(struct call *call, const struct db_rows *rows,
                            enum import_export_format format, struct buf *out);

/* The address for these parameters; NULL when it would be too long, or out of memory. */
const char *export_uri(struct call *call, const char *format, const char *const *values);

#endif
