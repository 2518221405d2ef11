/* One row of a CSV file: an entry, a problem, or something to leave out on purpose. */
#include <errno.h>
#include <string.h>

#include "import/csv.h"
#include "import/export.h"
#include "import/fold.h"

/* A row while it is being looked at. */
struct row {
    struct import_pass *pass;
    const struct csv_record *record;
    const struct csv_cell *header;
    size_t header_count;
};

static struct csv_cell cell_of(const struct row *row, enum import_column kind)
{
    struct csv_cell cell = csv_cell_of(row->record, row->pass->profile.columns, kind);
    while (cell.length > 0 && cell.text[0] == ' ') {
        cell.text++;
        cell.length--;
    }
    while (cell.length > 0 && cell.text[cell.length - 1] == ' ')
        cell.length--;
    return cell;
}

/* The header above the cell of a kind. */
static const char *header_of(const struct row *row, enum import_column kind)
{
    for (size_t i = 0; i < row->pass->profile.column_count; i++) {
        if (row->pass->profile.columns[i] == kind)
            return i < row->header_count ? row->header[i].text : "";
    }
    return "";
}

static int report(const struct row *row, enum import_severity severity,
                  enum import_problem_code code, enum import_column kind, const char *expected)
{
    struct csv_cell id = cell_of(row, IMPORT_COLUMN_ID);
    struct csv_cell found = cell_of(row, kind);
    char id_text[IMPORT_FOUND_MAX];
    import_copy(id_text, sizeof(id_text), id.text, id.length);
    struct import_place place = {.line = row->record->line,
                                 .entry = row->pass->rows,
                                 .id = id_text,
                                 .field = header_of(row, kind)};
    place.expected = expected;
    return import_report(row->pass, severity, code, &place, found.text, found.length);
}

static int skip(const struct row *row, enum import_problem_code code)
{
    struct import_place place = {.line = row->record->line, .entry = row->pass->rows};
    for (size_t i = 0; i < row->record->count; i++) {
        const struct csv_cell *cell = &row->record->cells[i];
        if (cell->length > 0)
            return import_report(row->pass, IMPORT_SKIPPED, code, &place, cell->text, cell->length);
    }
    return 0;
}

static int parse(const struct row *row, struct csv_cell cell, struct import_decimal *ret_amount)
{
    return import_amount_parse(cell.text, cell.length, row->pass->profile.mapping.decimal_mark,
                               IMPORT_AMOUNT_FREE, ret_amount);
}

static bool read_day(const struct row *row, enum import_column kind, struct import_day *ret_day)
{
    struct csv_cell cell = cell_of(row, kind);
    return import_date_parse(cell.text, cell.length, row->pass->profile.mapping.date_order,
                             ret_day) == 0;
}

static bool is_zero(const struct row *row, struct csv_cell cell)
{
    struct import_decimal amount;
    return parse(row, cell, &amount) == 0 && amount.units == 0;
}

/* Which column has this row's amount: of debit and credit the one that is filled, or not zero. */
static enum import_column amount_kind(const struct row *row)
{
    struct csv_cell debit = cell_of(row, IMPORT_COLUMN_DEBIT);
    struct csv_cell credit = cell_of(row, IMPORT_COLUMN_CREDIT);
    if (cell_of(row, IMPORT_COLUMN_AMOUNT).length > 0)
        return IMPORT_COLUMN_AMOUNT;
    if (debit.length > 0 && credit.length > 0)
        return is_zero(row, debit) ? IMPORT_COLUMN_CREDIT : IMPORT_COLUMN_DEBIT;
    if (debit.length > 0)
        return IMPORT_COLUMN_DEBIT;
    return credit.length > 0 ? IMPORT_COLUMN_CREDIT : IMPORT_COLUMN_KINDS;
}

/* Debit and credit in one row: that is no transaction. */
static bool has_both_sides(const struct row *row)
{
    struct csv_cell debit = cell_of(row, IMPORT_COLUMN_DEBIT);
    struct csv_cell credit = cell_of(row, IMPORT_COLUMN_CREDIT);
    return cell_of(row, IMPORT_COLUMN_AMOUNT).length == 0 && debit.length > 0 &&
           credit.length > 0 && !is_zero(row, debit) && !is_zero(row, credit);
}

/* The amount with its sign as the holder of the account sees it. */
static struct import_decimal directed(const struct row *row, enum import_column kind,
                                      struct import_decimal amount)
{
    const struct import_profile *profile = &row->pass->profile;
    struct csv_cell mark_cell = cell_of(row, IMPORT_COLUMN_MARK);
    int mark = csv_mark(mark_cell.text, mark_cell.length);
    bool turn = false;
    if (kind == IMPORT_COLUMN_DEBIT)
        turn = !profile->debit_is_signed;
    else if (kind == IMPORT_COLUMN_CREDIT)
        turn = false;
    else if (mark != 0)
        turn = mark < 0 && !profile->mark_is_signed;
    else
        turn = profile->mapping.sign == IMPORT_SIGN_POSITIVE_OUT;
    return turn && amount.units != 0 ? import_decimal_negate(amount) : amount;
}

static int set_cell(const struct row *row, enum import_entry_text which, enum import_column kind)
{
    struct csv_cell cell = cell_of(row, kind);
    return import_entry_set(&row->pass->entry, which, cell.text, cell.length);
}

/* All descriptions: the first is the payee when no column names one, the rest is the memo. */
static int set_descriptions(const struct row *row)
{
    struct import_entry *entry = &row->pass->entry;
    const struct import_profile *profile = &row->pass->profile;
    int r = 0;
    for (size_t i = 0; i < row->record->count && r == 0; i++) {
        if (profile->columns[i] != IMPORT_COLUMN_DESCRIPTION)
            continue;
        struct csv_cell cell = row->record->cells[i];
        bool is_split = false;
        r = csv_split_labels(entry, cell.text, cell.length, &is_split);
        if (r < 0 || is_split)
            continue;
        bool is_payee = entry->texts[ENTRY_PAYEE].length == 0;
        r = import_entry_add(entry, is_payee ? ENTRY_PAYEE : ENTRY_MEMO, " ", cell.text,
                             cell.length);
    }
    return r;
}

/* Where payer and receiver have a column each, the other side is the one that is not us. */
static int set_payee(const struct row *row)
{
    bool is_out = import_decimal_is_negative(row->pass->entry.amounts[ENTRY_AMOUNT]);
    struct csv_cell payer = cell_of(row, IMPORT_COLUMN_PAYER);
    struct csv_cell payee = cell_of(row, IMPORT_COLUMN_PAYEE);
    struct csv_cell cell = !is_out && payer.length > 0 ? payer : payee;
    int r = import_entry_set(&row->pass->entry, ENTRY_PAYEE, cell.text, cell.length);
    return r < 0 ? r : set_descriptions(row);
}

static int set_reference(const struct row *row)
{
    struct import_entry *entry = &row->pass->entry;
    const uint8_t *columns = row->pass->profile.columns;
    for (size_t i = 0; i < row->record->count && entry->texts[ENTRY_REFERENCE].length == 0; i++) {
        const struct csv_cell *cell = &row->record->cells[i];
        int r = columns[i] == IMPORT_COLUMN_REFERENCE
                    ? import_entry_set(entry, ENTRY_REFERENCE, cell->text, cell->length)
                    : 0;
        if (r < 0)
            return r;
    }
    return 0;
}

static int set_texts(const struct row *row)
{
    static const struct {
        enum import_entry_text text;
        enum import_column column;
    } copied[] = {
        {ENTRY_ID, IMPORT_COLUMN_ID},
        {ENTRY_TYPE, IMPORT_COLUMN_TYPE},
        {ENTRY_CATEGORY, IMPORT_COLUMN_CATEGORY},
        {ENTRY_TAGS, IMPORT_COLUMN_TAGS},
        {ENTRY_ACCOUNT, IMPORT_COLUMN_ACCOUNT},
        {ENTRY_COUNTER_ACCOUNT, IMPORT_COLUMN_COUNTER_ACCOUNT},
        {ENTRY_CURRENCY, IMPORT_COLUMN_CURRENCY},
        {ENTRY_RATE, IMPORT_COLUMN_RATE},
        {ENTRY_ORIGINAL_CURRENCY, IMPORT_COLUMN_ORIGINAL_CURRENCY},
    };
    struct import_entry *entry = &row->pass->entry;
    int r = set_payee(row);
    for (size_t i = 0; i < ARRAY_LENGTH(copied) && r == 0; i++)
        r = set_cell(row, copied[i].text, copied[i].column);
    const char *account = row->pass->profile.account;
    if (r == 0 && entry->texts[ENTRY_ACCOUNT].length == 0)
        r = import_entry_set(entry, ENTRY_ACCOUNT, account, strlen(account));
    return r < 0 ? r : set_reference(row);
}

/* What import/export.h wrote comes back byte by byte, and what it neutralised without its
 * apostrophe. */
static int set_own_texts(const struct row *row)
{
    static const struct {
        enum import_entry_text text;
        enum import_column column;
    } copied[] = {
        {ENTRY_PAYEE, IMPORT_COLUMN_PAYEE},
        {ENTRY_MEMO, IMPORT_COLUMN_DESCRIPTION},
        {ENTRY_CATEGORY, IMPORT_COLUMN_CATEGORY},
        {ENTRY_TYPE, IMPORT_COLUMN_TYPE},
        {ENTRY_ACCOUNT, IMPORT_COLUMN_ACCOUNT},
        {ENTRY_TAGS, IMPORT_COLUMN_TAGS},
        {ENTRY_ID, IMPORT_COLUMN_ID},
        {ENTRY_CURRENCY, IMPORT_COLUMN_CURRENCY},
    };

    int r = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(copied) && r == 0; i++) {
        struct csv_cell cell =
            csv_cell_of(row->record, row->pass->profile.columns, copied[i].column);
        size_t apostrophe =
            cell.text[0] == '\'' && import_cell_is_live(cell.text, cell.length) ? 1 : 0;
        r = import_entry_exact(&row->pass->entry, copied[i].text, cell.text + apostrophe,
                               cell.length - apostrophe);
    }
    return r;
}

static void set_amounts(const struct row *row)
{
    static const struct {
        enum import_entry_amount amount;
        enum import_column column;
    } copied[] = {{ENTRY_BALANCE, IMPORT_COLUMN_BALANCE},
                  {ENTRY_FEE, IMPORT_COLUMN_FEE},
                  {ENTRY_ORIGINAL, IMPORT_COLUMN_ORIGINAL_AMOUNT}};
    struct import_decimal amount;
    for (size_t i = 0; i < ARRAY_LENGTH(copied); i++) {
        if (parse(row, cell_of(row, copied[i].column), &amount) == 0)
            import_entry_amount(&row->pass->entry, copied[i].amount, amount);
    }
}

static void set_other_dates(const struct row *row)
{
    struct import_entry *entry = &row->pass->entry;
    struct import_day day;
    if (read_day(row, IMPORT_COLUMN_VALUE_DATE, &day))
        entry->value = day;
    if (read_day(row, IMPORT_COLUMN_POSTED_DATE, &day) && import_day_compare(day, entry->date) != 0)
        entry->posted = day;
    if (entry->date.year == 0)
        entry->date = entry->posted.year > 0 ? entry->posted : entry->value;
}

static int emit(const struct row *row, enum import_column kind, struct import_decimal amount)
{
    struct import_entry *entry = &row->pass->entry;
    import_entry_amount(entry, ENTRY_AMOUNT, directed(row, kind, amount));
    set_other_dates(row);
    set_amounts(row);
    int r = row->pass->profile.is_own_export ? set_own_texts(row) : set_texts(row);
    return r < 0 ? r : import_emit(row->pass, entry);
}

static bool has_label(const struct row *row, bool is_dated, bool (*is)(const char *, size_t))
{
    for (size_t i = 0; i < row->record->count; i++) {
        const struct csv_cell *cell = &row->record->cells[i];
        uint8_t kind = row->pass->profile.columns[i];
        bool is_label = kind == IMPORT_COLUMN_DESCRIPTION || kind == IMPORT_COLUMN_PAYEE ||
                        (!is_dated && (kind == IMPORT_COLUMN_DATE || i == 0));
        if (is_label && is(cell->text, cell->length))
            return true;
    }
    return false;
}

/* An amount without a date: pending, or a total, or a mistake. */
static int read_undated(const struct row *row, enum import_column kind,
                        struct import_decimal amount, enum csv_status status)
{
    struct csv_cell date = cell_of(row, IMPORT_COLUMN_DATE);
    bool is_dash = date.length > 0 && strspn(date.text, "-") == date.length;
    if (status == CSV_PENDING || csv_status(date.text, date.length) == CSV_PENDING || is_dash) {
        row->pass->entry.pending = true;
        return emit(row, kind, amount);
    }
    if (has_label(row, false, csv_is_total) || date.length == 0)
        return skip(row, IMPORT_SUMMARY_ROW);
    return report(row, IMPORT_ERROR, IMPORT_BAD_DATE, IMPORT_COLUMN_DATE,
                  "a date such as 2026-04-30");
}

/* A row that has neither date nor amount where they should be: a note, a header once more. */
static int read_note(const struct row *row, bool has_date)
{
    bool has_balance = cell_of(row, IMPORT_COLUMN_BALANCE).length > 0;
    return skip(row, has_date && has_balance ? IMPORT_SUMMARY_ROW : IMPORT_NOTE_ROW);
}

static int read_bad_amount(const struct row *row, enum import_column kind, bool has_date)
{
    struct csv_cell date = cell_of(row, IMPORT_COLUMN_DATE);
    bool is_header = strcmp(header_of(row, kind), cell_of(row, kind).text) == 0;
    if (!has_date && (date.length == 0 || is_header || row->header_count == 0))
        return read_note(row, false);
    return report(row, IMPORT_ERROR, IMPORT_BAD_AMOUNT, kind, "an amount such as -12.50");
}

int csv_read_row(struct import_pass *pass, const struct csv_record *record,
                 const struct csv_cell *header, size_t header_count)
{
    struct row row = {
        .pass = pass, .record = record, .header = header, .header_count = header_count};
    struct import_entry *entry = &pass->entry;
    import_entry_reset(entry);
    entry->line = record->line;
    int r = import_count_row(pass, record->line);
    if (r != 0)
        return r;
    bool has_date = read_day(&row, IMPORT_COLUMN_DATE, &entry->date);
    enum import_column kind = amount_kind(&row);
    if (kind == IMPORT_COLUMN_KINDS)
        return read_note(&row, has_date);
    struct import_decimal amount;
    if (parse(&row, cell_of(&row, kind), &amount) < 0)
        return read_bad_amount(&row, kind, has_date);
    struct csv_cell status_cell = cell_of(&row, IMPORT_COLUMN_STATUS);
    enum csv_status status = csv_status(status_cell.text, status_cell.length);
    if (status == CSV_VOID)
        return report(&row, IMPORT_SKIPPED, IMPORT_NOT_BOOKED, IMPORT_COLUMN_STATUS, NULL);
    if (!has_date)
        return read_undated(&row, kind, amount, status);
    if (has_both_sides(&row))
        return report(&row, IMPORT_ERROR, IMPORT_BAD_AMOUNT, IMPORT_COLUMN_CREDIT,
                      "a debit or a credit, not both");
    if (kind == IMPORT_COLUMN_AMOUNT && !pass->profile.is_own_export &&
        has_label(&row, true, csv_is_balance))
        return skip(&row, IMPORT_SUMMARY_ROW);
    entry->pending = status == CSV_PENDING;
    return emit(&row, kind, amount);
}
