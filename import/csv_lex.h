/* CSV records from text in pieces: any delimiter, double quotes, LF, CR or CRLF. Private to
 * import/. */
#ifndef IMPORT_CSV_LEX_H
#define IMPORT_CSV_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/own.h"
#include "import/limits.h"

struct csv_cell {
    const char *text; /* NUL-terminated */
    size_t length;
};

struct csv_record {
    uint64_t line; /* its first one */
    size_t count;
    const struct csv_cell *cells;
};

/* A record with anything in it; a result other than 0 ends the feeding. */
typedef int csv_sink(void *user, const struct csv_record *record);

enum csv_state {
    CSV_START, /* of a cell; blanks may stand before a quote */
    CSV_PLAIN,
    CSV_QUOTED,
    CSV_QUOTE /* behind a quote within quotes: another one, or the end */
};

struct csv_lexer {
    char delimiter;
    enum csv_state state;
    bool after_cr;
    bool has_content;
    uint64_t line;
    uint64_t record_line;
    uint64_t quote_line; /* of the quote that is open */
    struct buf text;
    size_t count;
    size_t starts[IMPORT_COLUMNS_MAX];
    size_t cell_start;
    struct csv_cell cells[IMPORT_COLUMNS_MAX];
};

void csv_lexer_init(struct csv_lexer *lexer, char delimiter);
void csv_lexer_free(struct csv_lexer *lexer);

/* 0, what the sink returned, -ENOMEM, -E2BIG for more than IMPORT_COLUMNS_MAX columns, -EMSGSIZE for
 * a record beyond IMPORT_LINE_MAX, and at the end -EILSEQ for a quote that is never closed. */
MUST_CHECK int csv_lexer_feed(struct csv_lexer *lexer, const char *text, size_t length,
                              csv_sink *sink, void *user);
MUST_CHECK int csv_lexer_end(struct csv_lexer *lexer, csv_sink *sink, void *user);

#endif
