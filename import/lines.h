/* Text in pieces to lines: ended by LF, CR or CRLF, numbered from 1, bounded. Private to import/. */
#ifndef IMPORT_LINES_H
#define IMPORT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "import/pass.h"

/* Gets one line without its end, NUL-terminated; a result other than 0 ends the feeding. */
typedef int import_line_sink(void *user, const char *line, size_t length, uint64_t number);

struct import_lines {
    struct import_pass *pass;
    struct buf line;
    uint64_t number;
    bool after_cr;
    bool is_ended; /* the last line that came had its end */
};

void import_lines_init(struct import_lines *lines, struct import_pass *pass);
void import_lines_free(struct import_lines *lines);
MUST_CHECK int import_lines_feed(struct import_lines *lines, const char *text, size_t length,
                                 import_line_sink *sink, void *user);
/* The last line, when it has no end of its own. */
MUST_CHECK int import_lines_end(struct import_lines *lines, import_line_sink *sink, void *user);

/* For the readers that bound lines of their own. */
MUST_CHECK int import_fail_line(struct import_pass *pass, uint64_t line);

#endif
