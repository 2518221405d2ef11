/* The reader of CSV: chooses the dialect from the window, then surveys or reads record by record. */
#include "import/csv.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

struct csv {
    struct import_pass *pass;
    struct csv_lexer lexer;
    struct csv_survey survey;
    struct csv_preamble preamble;
    uint64_t records;
    struct buf header_text; /* of a reading: the cells of the header, each with its NUL */
    size_t header_count;
    struct csv_cell header[IMPORT_COLUMNS_MAX];
};

static void close_csv(void *state)
{
    struct csv *csv = state;
    if (!csv)
        return;
    csv_lexer_free(&csv->lexer);
    buf_free(&csv->header_text);
    mem_free(csv->survey.columns);
    mem_free(csv);
}

static int open_survey(struct csv *csv, const char *window, size_t length)
{
    struct csv_survey *survey = &csv->survey;
    survey->pass = csv->pass;
    survey->columns = mem_calloc(IMPORT_COLUMNS_MAX, sizeof(*survey->columns));
    if (!survey->columns)
        return -ENOMEM;
    int r = csv_choose_dialect(&csv->pass->profile.mapping, window, length, &survey->dialect);
    if (r == 0 && survey->dialect.header_record == 0)
        r = csv_guess_columns(window, length, &survey->dialect);
    if (r == -EBADMSG)
        return import_fail(
            csv->pass, IMPORT_BAD_FILE, 0,
            "This is no bank file that is known: no record has a date and an amount. "
            "CSV, OFX, QFX, QIF, CAMT.053 and MT940 can be read.");
    return r;
}

static int open_csv(struct import_pass *pass, const char *window, size_t length, void **ret_state)
{
    struct csv *csv = mem_zalloc(sizeof(*csv));
    if (!csv)
        return -ENOMEM;
    csv->pass = pass;
    buf_init(&csv->header_text, IMPORT_LINE_MAX + IMPORT_COLUMNS_MAX + 1);
    csv_lexer_init(&csv->lexer, pass->profile.mapping.delimiter);
    *ret_state = csv;
    if (!pass->is_survey)
        return 0;
    int r = open_survey(csv, window, length);
    csv->lexer.delimiter = csv->survey.dialect.delimiter;
    return r;
}

static int keep_header(struct csv *csv, const struct csv_record *record)
{
    size_t starts[IMPORT_COLUMNS_MAX];
    for (size_t i = 0; i < record->count; i++) {
        starts[i] = csv->header_text.length;
        int r = buf_append(&csv->header_text, record->cells[i].text, record->cells[i].length + 1);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < record->count; i++)
        csv->header[i] = (struct csv_cell){.text = csv->header_text.data + starts[i],
                                           .length = record->cells[i].length};
    csv->header_count = record->count;
    return 0;
}

static int read_record(struct csv *csv, const struct csv_record *record)
{
    uint32_t header = csv->pass->profile.header_record;
    if (++csv->records < header) {
        csv_read_preamble(&csv->preamble, record);
        return 0;
    }
    if (csv->records == header)
        return keep_header(csv, record);
    return csv_read_row(csv->pass, record, csv->header, csv->header_count);
}

static int take_record(void *user, const struct csv_record *record)
{
    struct csv *csv = user;
    if (!csv->pass->is_survey)
        return read_record(csv, record);
    csv_survey_record(&csv->survey, record);
    return csv->survey.records > csv->survey.dialect.header_record
               ? import_count_row(csv->pass, record->line)
               : 0;
}

/* What the lexer could not go on with, as a sentence. */
static int explain(struct csv *csv, int r)
{
    const struct csv_lexer *lexer = &csv->lexer;
    bool in_quotes = lexer->state == CSV_QUOTED || lexer->state == CSV_QUOTE;
    if (r == -EILSEQ || (r == -EMSGSIZE && in_quotes && !csv->pass->has_fatal))
        return import_fail(csv->pass, IMPORT_BAD_STRUCTURE, lexer->quote_line,
                           "The quote that opens on line %llu is never closed, so that the rows "
                           "behind it cannot be told apart.",
                           (unsigned long long)lexer->quote_line);
    if (r == -E2BIG)
        return import_fail(csv->pass, IMPORT_TOO_LARGE, lexer->record_line,
                           "Line %llu has more than %d columns.",
                           (unsigned long long)lexer->record_line, IMPORT_COLUMNS_MAX);
    if (r == -EMSGSIZE && !csv->pass->has_fatal)
        return import_fail(csv->pass, IMPORT_TOO_LARGE, lexer->record_line,
                           "Line %llu is longer than %d bytes: this is no bank file, or it is "
                           "damaged.",
                           (unsigned long long)lexer->record_line, IMPORT_LINE_MAX);
    return r;
}

static int feed_csv(void *state, const char *text, size_t length)
{
    struct csv *csv = state;
    int r = csv_lexer_feed(&csv->lexer, text, length, take_record, csv);
    return r < 0 ? explain(csv, r) : r;
}

/* Balances above the table count where they are stated for both ends, or where the rows have none:
 * a single one may be of another day. */
static void use_balances(struct csv *csv)
{
    struct import_totals *totals = &csv->pass->totals;
    struct import_account_total *account = import_totals_account(totals);
    enum import_decimal_mark mark = csv->pass->profile.mapping.decimal_mark;
    struct import_decimal opening;
    struct import_decimal closing;
    if (!account || totals->account_count != 1)
        return;
    bool has_opening = import_amount_parse(csv->preamble.opening, strlen(csv->preamble.opening),
                                           mark, IMPORT_AMOUNT_FREE, &opening) == 0;
    bool has_closing = import_amount_parse(csv->preamble.closing, strlen(csv->preamble.closing),
                                           mark, IMPORT_AMOUNT_FREE, &closing) == 0;
    if (has_opening != has_closing && account->running.rows > 0)
        return;
    account->has_opening = has_opening;
    account->has_closing = has_closing;
    if (has_opening)
        account->opening = opening;
    if (has_closing)
        account->closing = closing;
}

static int end_csv(void *state)
{
    struct csv *csv = state;
    int r = csv_lexer_end(&csv->lexer, take_record, csv);
    if (r < 0)
        return explain(csv, r);
    if (r != 0)
        return r;
    if (csv->pass->is_survey)
        return csv_survey_end(&csv->survey);
    use_balances(csv);
    return 0;
}

const struct import_reader csv_reader = {
    .name = "csv", .open = open_csv, .feed = feed_csv, .end = end_csv, .close = close_csv};
