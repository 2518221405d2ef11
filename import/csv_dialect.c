/* The dialect of a CSV file from its first records: the delimiter under which a record reads like a
 * header, or else the one that gives rows of equal length with a date and an amount in them. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "import/csv.h"
#include "import/fold.h"

enum {
    STOP = 1,        /* the header is found, the rest of the window says nothing more */
    ROWS_BEHIND = 1, /* looked at to tell a date from a currency */
    HEADER_COLUMNS_LEAST = 2
};

/* One delimiter on trial. */
struct trial {
    struct csv_dialect dialect;
    size_t records;
    bool may_have_header;
    size_t roles; /* kinds found in the header */
    size_t ranks[IMPORT_COLUMN_KINDS];
    size_t data_rows; /* with a date and an amount */
    size_t columns_of_data;
    unsigned int language_hits[CSV_LANGUAGES];
    char signature[CSV_SIGNATURE_MAX];
};

static bool looks_like_date(const struct csv_cell *cell)
{
    struct import_order_evidence evidence = {0};
    return import_order_see(&evidence, cell->text, cell->length, 0);
}

static bool looks_like_amount(const struct csv_cell *cell)
{
    struct import_mark_evidence evidence = {0};
    return import_mark_see(&evidence, cell->text, cell->length, IMPORT_AMOUNT_FREE, 0);
}

static void add_to_signature(struct trial *trial, const char *folded)
{
    size_t length = strlen(trial->signature);
    size_t size = strlen(folded);
    if (length + size + 2 > sizeof(trial->signature))
        return;
    if (length == 0)
        trial->signature[length++] = '|';
    memcpy(trial->signature + length, folded, size);
    trial->signature[length + size] = '|';
    trial->signature[length + size + 1] = '\0';
}

static void hit_languages(struct trial *trial, unsigned int languages)
{
    for (size_t i = 0; i < CSV_LANGUAGES; i++)
        trial->language_hits[i] += languages >> i & 1U;
}

/* The kinds of which a file may have several columns. */
static bool is_plural(enum import_column kind)
{
    return kind == IMPORT_COLUMN_DESCRIPTION || kind == IMPORT_COLUMN_REFERENCE ||
           kind == IMPORT_COLUMN_KINDS;
}

/* Gives the kind to the column; of two columns of one kind the better word keeps it. */
static void assign(struct trial *trial, size_t column, enum import_column kind, size_t rank)
{
    uint8_t *columns = trial->dialect.columns;
    columns[column] = (uint8_t)kind;
    if (is_plural(kind))
        return;
    for (size_t i = 0; i < column; i++) {
        if (columns[i] != kind)
            continue;
        bool is_better = rank < trial->ranks[kind];
        columns[is_better ? i : column] = CSV_NONE;
        if (!is_better)
            return;
    }
    trial->ranks[kind] = rank;
}

static size_t count_kind(const struct trial *trial, enum import_column kind)
{
    size_t count = 0;
    for (size_t i = 0; i < trial->dialect.column_count; i++)
        count += trial->dialect.columns[i] == kind ? 1 : 0;
    return count;
}

static size_t count_roles(const struct trial *trial)
{
    size_t roles = 0;
    for (unsigned int kind = 0; kind < IMPORT_COLUMN_KINDS; kind++)
        roles += count_kind(trial, (enum import_column)kind) > 0 ? 1 : 0;
    return roles;
}

static bool has_what_it_takes(const struct trial *trial)
{
    bool date = count_kind(trial, IMPORT_COLUMN_DATE) > 0 ||
                count_kind(trial, IMPORT_COLUMN_POSTED_DATE) > 0 ||
                count_kind(trial, IMPORT_COLUMN_VALUE_DATE) > 0;
    bool amount = count_kind(trial, IMPORT_COLUMN_AMOUNT) > 0 ||
                  count_kind(trial, IMPORT_COLUMN_DEBIT) > 0 ||
                  count_kind(trial, IMPORT_COLUMN_CREDIT) > 0;
    return (date && amount) || csv_find_bank(trial->signature);
}

static void find_currency(struct trial *trial, const struct csv_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        uint8_t kind = trial->dialect.columns[i];
        bool is_money = kind == IMPORT_COLUMN_AMOUNT || kind == IMPORT_COLUMN_DEBIT ||
                        kind == IMPORT_COLUMN_CREDIT || kind == IMPORT_COLUMN_BALANCE;
        if (is_money && !trial->dialect.currency[0])
            (void)import_currency_find(record->cells[i].text, record->cells[i].length,
                                       trial->dialect.currency);
    }
}

/* Whether the record reads like a header; fills the trial when it does. */
static bool try_header(struct trial *trial, const struct csv_record *record)
{
    struct csv_dialect *dialect = &trial->dialect;
    if (record->count < HEADER_COLUMNS_LEAST)
        return false;
    dialect->column_count = record->count;
    trial->signature[0] = '\0';
    memset(trial->language_hits, 0, sizeof(trial->language_hits));
    for (size_t i = 0; i < record->count; i++) {
        char folded[CSV_HEADER_MAX];
        size_t rank = 0;
        unsigned int languages = 0;
        csv_fold_header(record->cells[i].text, record->cells[i].length, folded);
        add_to_signature(trial, folded);
        enum import_column kind = csv_header_column(folded, &rank, &languages);
        assign(trial, i, kind, rank);
        hit_languages(trial, languages);
    }
    if (!has_what_it_takes(trial))
        return false;
    trial->roles = count_roles(trial);
    dialect->header_record = trial->records;
    dialect->bank = csv_find_bank(trial->signature);
    find_currency(trial, record);
    return true;
}

/* "Valuta" is a value date in some banks and a currency in others: the first row tells. */
static void settle_valuta(struct trial *trial, const struct csv_record *record)
{
    for (size_t i = 0; i < trial->dialect.column_count && i < record->count; i++) {
        const struct csv_cell *cell = &record->cells[i];
        uint8_t *kind = &trial->dialect.columns[i];
        if (*kind == IMPORT_COLUMN_VALUE_DATE && cell->length == 3 &&
            import_currency_is_known(cell->text))
            *kind =
                count_kind(trial, IMPORT_COLUMN_CURRENCY) > 0 ? CSV_NONE : IMPORT_COLUMN_CURRENCY;
    }
}

static void count_data(struct trial *trial, const struct csv_record *record)
{
    bool has_date = false;
    bool has_amount = false;
    for (size_t i = 0; i < record->count; i++) {
        bool is_date = looks_like_date(&record->cells[i]);
        has_date = has_date || is_date;
        has_amount = has_amount || (!is_date && looks_like_amount(&record->cells[i]));
    }
    if (!has_date || !has_amount)
        return;
    trial->data_rows++;
    if (record->count > trial->columns_of_data)
        trial->columns_of_data = record->count;
}

static int take_record(void *user, const struct csv_record *record)
{
    struct trial *trial = user;
    if (trial->dialect.header_record > 0) {
        settle_valuta(trial, record);
        return STOP;
    }
    trial->records++;
    if (trial->records > IMPORT_PREAMBLE_MAX)
        return STOP;
    if (trial->may_have_header && try_header(trial, record))
        return 0;
    count_data(trial, record);
    return 0;
}

static unsigned int likeliest(const struct trial *trial)
{
    unsigned int most = 0;
    unsigned int languages = 0;
    for (size_t i = 0; i < CSV_LANGUAGES; i++) {
        if (trial->language_hits[i] > most) {
            most = trial->language_hits[i];
            languages = 0;
        }
        if (most > 0 && trial->language_hits[i] == most)
            languages |= 1U << i;
    }
    return languages;
}

/* -ENOMEM, or 0: what stops the lexer early only makes this delimiter less likely. */
static int try_delimiter(struct trial *trial, const char *window, size_t length, char delimiter)
{
    struct csv_lexer *lexer = mem_zalloc(sizeof(*lexer));
    if (!lexer)
        return -ENOMEM;
    csv_lexer_init(lexer, delimiter);
    trial->dialect.delimiter = delimiter;
    int r = csv_lexer_feed(lexer, window, length, take_record, trial);
    if (r == 0)
        r = csv_lexer_end(lexer, take_record, trial);
    csv_lexer_free(lexer);
    mem_free(lexer);
    if (r == -ENOMEM)
        return r;
    trial->dialect.languages = likeliest(trial);
    if (trial->dialect.header_record == 0)
        trial->dialect.column_count = trial->columns_of_data;
    return 0;
}

static bool is_better(const struct trial *trial, const struct trial *best)
{
    if (trial->roles != best->roles)
        return trial->roles > best->roles;
    if (trial->data_rows != best->data_rows)
        return trial->data_rows > best->data_rows;
    return trial->dialect.column_count > best->dialect.column_count;
}

/* "sep=;" on the first line, which Excel reads and hides. */
static char stated_delimiter(const char *window, size_t length)
{
    if (length > 5 && strncmp(window, "sep=", 4) == 0 && strchr(",;\t|", window[4]))
        return window[4];
    return '\0';
}

/* Columns that the caller or the bank's row of the table names. */
static void apply_mapping(struct csv_dialect *dialect, const struct import_mapping *mapping)
{
    for (size_t kind = 0; kind < IMPORT_COLUMN_KINDS; kind++) {
        int16_t number = mapping->columns[kind];
        if (number == 0)
            continue;
        for (size_t i = 0; i < IMPORT_COLUMNS_MAX; i++) {
            if (dialect->columns[i] == kind)
                dialect->columns[i] = CSV_NONE;
        }
        if (number < 0)
            continue;
        size_t column = (size_t)number - 1;
        dialect->columns[column] = (uint8_t)kind;
        if (column >= dialect->column_count)
            dialect->column_count = column + 1;
    }
}

static void apply_bank(struct csv_dialect *dialect)
{
    struct import_mapping mapping = {.header = 0};
    if (dialect->bank && import_mapping_parse(&mapping, dialect->bank->mapping) == 0)
        apply_mapping(dialect, &mapping);
}

/* Without a date of its own the transaction has the day when it was posted, or valued. */
static void settle_dates(struct csv_dialect *dialect)
{
    static const enum import_column others[] = {IMPORT_COLUMN_POSTED_DATE,
                                                IMPORT_COLUMN_VALUE_DATE};

    if (memchr(dialect->columns, IMPORT_COLUMN_DATE, dialect->column_count))
        return;
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
        uint8_t *column = memchr(dialect->columns, (int)others[i], dialect->column_count);
        if (column) {
            *column = IMPORT_COLUMN_DATE;
            return;
        }
    }
}

int csv_choose_dialect(const struct import_mapping *mapping, const char *window, size_t length,
                       struct csv_dialect *ret_dialect)
{
    static const char delimiters[] = ",;\t|";
    char only = mapping->delimiter;
    if (!only)
        only = stated_delimiter(window, length);
    struct trial *trial = mem_alloc(2 * sizeof(*trial));
    if (!trial)
        return -ENOMEM;
    struct trial *best = trial + 1;
    *best = (struct trial){.roles = 0};
    int r = 0;
    for (const char *at = delimiters; *at && r == 0; at++) {
        if (only && *at != only)
            continue;
        *trial = (struct trial){.may_have_header = mapping->header >= 0};
        memset(trial->dialect.columns, CSV_NONE, sizeof(trial->dialect.columns));
        r = try_delimiter(trial, window, length, *at);
        if (r == 0 && (best->dialect.delimiter == '\0' || is_better(trial, best)))
            *best = *trial;
    }
    if (r == 0) {
        *ret_dialect = best->dialect;
        if (ret_dialect->header_record == 0)
            memset(ret_dialect->columns, CSV_NONE, sizeof(ret_dialect->columns));
        apply_bank(ret_dialect);
        apply_mapping(ret_dialect, mapping);
        settle_dates(ret_dialect);
        if (best->roles == 0 && best->data_rows == 0)
            r = -EBADMSG;
    }
    mem_free(trial);
    return r;
}
