/* The lexer of CSV. Forgiving: text behind a closing quote belongs to the cell, a quote within plain
 * text is text. */
#include "import/csv_lex.h"

#include <errno.h>
#include <string.h>

void csv_lexer_init(struct csv_lexer *lexer, char delimiter)
{
    lexer->delimiter = delimiter;
    lexer->state = CSV_START;
    lexer->after_cr = false;
    lexer->has_content = false;
    lexer->line = 1;
    lexer->record_line = 1;
    lexer->quote_line = 0;
    lexer->count = 0;
    lexer->cell_start = 0;
    /* A NUL behind each cell beside the bytes of the record. */
    buf_init(&lexer->text, IMPORT_LINE_MAX + IMPORT_COLUMNS_MAX + 1);
}

void csv_lexer_free(struct csv_lexer *lexer)
{
    buf_free(&lexer->text);
}

static int add(struct csv_lexer *lexer, const char *text, size_t length)
{
    if (lexer->text.length - lexer->count + length > IMPORT_LINE_MAX)
        return -EMSGSIZE;
    return buf_append(&lexer->text, text, length);
}

static int end_cell(struct csv_lexer *lexer)
{
    if (lexer->count == IMPORT_COLUMNS_MAX)
        return -E2BIG;
    lexer->has_content = lexer->has_content || lexer->text.length > lexer->cell_start;
    lexer->starts[lexer->count++] = lexer->cell_start;
    lexer->state = CSV_START;
    int r = buf_append_char(&lexer->text, '\0');
    lexer->cell_start = lexer->text.length;
    return r;
}

static int end_record(struct csv_lexer *lexer, csv_sink *sink, void *user)
{
    int r = end_cell(lexer);
    if (r < 0)
        return r;
    for (size_t i = 0; i < lexer->count; i++) {
        size_t end = i + 1 < lexer->count ? lexer->starts[i + 1] : lexer->text.length;
        lexer->cells[i].text = lexer->text.data + lexer->starts[i];
        lexer->cells[i].length = end - lexer->starts[i] - 1;
    }
    struct csv_record record = {
        .line = lexer->record_line, .count = lexer->count, .cells = lexer->cells};
    r = lexer->has_content ? sink(user, &record) : 0;
    buf_reset(&lexer->text);
    lexer->count = 0;
    lexer->cell_start = 0;
    lexer->has_content = false;
    return r;
}

static bool is_only_blank(const struct csv_lexer *lexer)
{
    const char *cell = buf_text(&lexer->text) + lexer->cell_start;
    return strspn(cell, " ") == lexer->text.length - lexer->cell_start;
}

static int take_quote(struct csv_lexer *lexer)
{
    switch (lexer->state) {
    case CSV_START:
        if (!is_only_blank(lexer))
            break;
        lexer->text.length = lexer->cell_start;
        lexer->quote_line = lexer->line;
        lexer->state = CSV_QUOTED;
        return 0;
    case CSV_QUOTED:
        lexer->state = CSV_QUOTE;
        return 0;
    case CSV_QUOTE:
        lexer->state = CSV_QUOTED;
        break;
    case CSV_PLAIN:
        break;
    }
    return add(lexer, "\"", 1);
}

/* One byte that is neither a quote nor within quotes. */
static int take_plain(struct csv_lexer *lexer, char c, csv_sink *sink, void *user)
{
    if (c == lexer->delimiter)
        return end_cell(lexer);
    if (c == '\n' || c == '\r') {
        bool is_second = c == '\n' && lexer->after_cr;
        return is_second ? 0 : end_record(lexer, sink, user);
    }
    if (c != ' ' || lexer->state == CSV_QUOTE)
        lexer->state = CSV_PLAIN;
    return add(lexer, &c, 1);
}

static int take(struct csv_lexer *lexer, char c, csv_sink *sink, void *user)
{
    if (lexer->state == CSV_START && lexer->count == 0 && lexer->text.length == 0)
        lexer->record_line = lexer->line;
    if (c == '"')
        return take_quote(lexer);
    if (lexer->state == CSV_QUOTED)
        return add(lexer, &c, 1);
    return take_plain(lexer, c, sink, user);
}

static void count_line(struct csv_lexer *lexer, char c)
{
    if (c == '\r' || (c == '\n' && !lexer->after_cr))
        lexer->line++;
    lexer->after_cr = c == '\r';
}

/* Bytes that only add to the cell that is open. */
static size_t plain_run(const struct csv_lexer *lexer, const char *text, size_t length)
{
    size_t n = 0;
    if (lexer->state == CSV_PLAIN) {
        while (n < length && text[n] != lexer->delimiter && text[n] != '"' && text[n] != '\n' &&
               text[n] != '\r')
            n++;
    } else if (lexer->state == CSV_QUOTED) {
        while (n < length && text[n] != '"' && text[n] != '\n' && text[n] != '\r')
            n++;
    }
    return n;
}

int csv_lexer_feed(struct csv_lexer *lexer, const char *text, size_t length, csv_sink *sink,
                   void *user)
{
    size_t at = 0;
    while (at < length) {
        size_t run = plain_run(lexer, text + at, length - at);
        int r;
        if (run > 0) {
            lexer->after_cr = false;
            r = add(lexer, text + at, run);
            at += run;
        } else {
            r = take(lexer, text[at], sink, user);
            count_line(lexer, text[at]);
            at++;
        }
        if (r != 0)
            return r;
    }
    return 0;
}

int csv_lexer_end(struct csv_lexer *lexer, csv_sink *sink, void *user)
{
    if (lexer->state == CSV_QUOTED)
        return -EILSEQ;
    bool is_begun = lexer->count > 0 || lexer->text.length > 0 || lexer->state != CSV_START;
    return is_begun ? end_record(lexer, sink, user) : 0;
}
