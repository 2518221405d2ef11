/* What the whole of a CSV file tells about itself, and the decisions that follow from it: order of
 * the dates, decimal mark, what a sign means, which of several columns count. What it leaves open is
 * asked. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "import/csv.h"

enum {
    ROWS_TO_COMPARE = 3 /* in fewer rows a text may be the same by chance */
};

/* Languages in which a day comes before its month and a comma begins the decimals. */
enum {
    DAY_FIRST = CSV_DE | CSV_FR | CSV_NL | CSV_ES | CSV_IT | CSV_PT | CSV_CS | CSV_PL | CSV_NORDIC |
                CSV_FI | CSV_TR,
    COMMA = CSV_DE | CSV_FR | CSV_NL | CSV_IT | CSV_PT | CSV_CS | CSV_PL | CSV_HU | CSV_NORDIC |
            CSV_FI | CSV_TR
};

struct csv_cell csv_cell_of(const struct csv_record *record, const uint8_t *columns,
                            enum import_column kind)
{
    for (size_t i = 0; i < record->count; i++) {
        if (columns[i] == kind)
            return record->cells[i];
    }
    return (struct csv_cell){.text = "", .length = 0};
}

static struct csv_cell cell_of(const struct csv_survey *survey, const struct csv_record *record,
                               enum import_column kind)
{
    return csv_cell_of(record, survey->dialect.columns, kind);
}

static bool is_empty(struct csv_cell cell)
{
    return strspn(cell.text, " \t") == cell.length;
}

static bool has_minus(struct csv_cell cell)
{
    struct import_decimal amount;
    int r =
        import_amount_parse(cell.text, cell.length, IMPORT_MARK_POINT, IMPORT_AMOUNT_FREE, &amount);
    if (r < 0)
        r = import_amount_parse(cell.text, cell.length, IMPORT_MARK_COMMA, IMPORT_AMOUNT_FREE,
                                &amount);
    return r == 0 && import_decimal_is_negative(amount);
}

static uint64_t hash(struct csv_cell cell)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < cell.length; i++)
        h = (h ^ (unsigned char)cell.text[i]) * UINT64_C(1099511628211);
    return h;
}

/* Kinds whose cells are looked at one by one; the others are only told constant from varying. */
static bool is_money(uint8_t kind)
{
    return kind == IMPORT_COLUMN_AMOUNT || kind == IMPORT_COLUMN_DEBIT ||
           kind == IMPORT_COLUMN_CREDIT || kind == IMPORT_COLUMN_BALANCE;
}

static bool is_date(uint8_t kind)
{
    return kind == IMPORT_COLUMN_DATE || kind == IMPORT_COLUMN_POSTED_DATE ||
           kind == IMPORT_COLUMN_VALUE_DATE;
}

static void see_amount(struct csv_survey *survey, struct csv_column_seen *seen,
                       struct csv_cell cell, uint64_t line)
{
    if (!import_mark_see(&survey->marks, cell.text, cell.length, IMPORT_AMOUNT_FREE, line))
        return;
    seen->amounts++;
    seen->negative += has_minus(cell) ? 1 : 0;
    bool has_more = strspn(cell.text, "0123456789.,-+ ") < cell.length;
    if (!survey->value_currency[0] && has_more)
        (void)import_currency_find(cell.text, cell.length, survey->value_currency);
}

static void see_cell(struct csv_survey *survey, size_t column, struct csv_cell cell, uint64_t line)
{
    struct csv_column_seen *seen = &survey->columns[column];
    uint8_t kind = survey->dialect.columns[column];
    if (is_empty(cell))
        return;
    uint64_t h = hash(cell);
    seen->varies = seen->varies || (seen->filled > 0 && h != seen->first);
    seen->first = seen->filled++ == 0 ? h : seen->first;
    if (is_money(kind))
        see_amount(survey, seen, cell, line);
    if (kind == IMPORT_COLUMN_MARK || kind == IMPORT_COLUMN_TYPE)
        seen->marks += csv_mark(cell.text, cell.length) != 0 ? 1 : 0;
}

/* How the sign of the amount and the word beside it go together. */
static void see_mark(struct csv_survey *survey, const struct csv_record *record, bool negative)
{
    struct csv_cell cell = cell_of(survey, record, IMPORT_COLUMN_MARK);
    if (is_empty(cell))
        cell = cell_of(survey, record, IMPORT_COLUMN_TYPE);
    int mark = csv_mark(cell.text, cell.length);
    survey->mark_agrees += mark < 0 && negative ? 1 : 0;
    survey->mark_differs += (mark < 0 && !negative) || (mark > 0 && negative) ? 1 : 0;
}

static void see_signs(struct csv_survey *survey, const struct csv_record *record)
{
    struct csv_cell amount = cell_of(survey, record, IMPORT_COLUMN_AMOUNT);
    struct csv_cell debit = cell_of(survey, record, IMPORT_COLUMN_DEBIT);
    struct csv_cell credit = cell_of(survey, record, IMPORT_COLUMN_CREDIT);
    if (is_empty(amount)) {
        survey->amount_missing += is_empty(debit) && is_empty(credit) ? 0 : 1;
        return;
    }
    bool negative = has_minus(amount);
    see_mark(survey, record, negative);
    if (survey->first_line == 0) {
        survey->first_line = record->line;
        import_copy(survey->first_amount, sizeof(survey->first_amount), amount.text, amount.length);
    }
    for (size_t i = 0; i < record->count && negative; i++) {
        if (survey->dialect.columns[i] == IMPORT_COLUMN_DESCRIPTION &&
            csv_is_card_payment(record->cells[i].text, record->cells[i].length)) {
            survey->payments_out++;
            break;
        }
    }
}

void csv_survey_record(struct csv_survey *survey, const struct csv_record *record)
{
    if (++survey->records < survey->dialect.header_record) {
        csv_read_preamble(&survey->preamble, record);
        return;
    }
    if (survey->records == survey->dialect.header_record)
        return;
    bool has_date = false;
    for (size_t i = 0; i < record->count; i++) {
        const struct csv_cell *cell = &record->cells[i];
        if (is_date(survey->dialect.columns[i]))
            has_date |= import_order_see(&survey->orders, cell->text, cell->length, record->line);
    }
    if (!has_date)
        return; /* a footer, a total: its amounts are not typical */
    survey->rows++;
    for (size_t i = 0; i < record->count; i++)
        see_cell(survey, i, record->cells[i], record->line);
    see_signs(survey, record);
}

static size_t find(const struct csv_survey *survey, enum import_column kind)
{
    const uint8_t *columns = survey->dialect.columns;
    const uint8_t *at = memchr(columns, (int)kind, survey->dialect.column_count);
    return at ? (size_t)(at - columns) : IMPORT_COLUMNS_MAX;
}

static bool has(const struct csv_survey *survey, enum import_column kind)
{
    return find(survey, kind) < IMPORT_COLUMNS_MAX;
}

static void drop(struct csv_survey *survey, enum import_column kind)
{
    size_t column = find(survey, kind);
    if (column < IMPORT_COLUMNS_MAX)
        survey->dialect.columns[column] = CSV_NONE;
}

static struct csv_column_seen seen_of(const struct csv_survey *survey, enum import_column kind)
{
    size_t column = find(survey, kind);
    return column < IMPORT_COLUMNS_MAX ? survey->columns[column] : (struct csv_column_seen){0};
}

/* A word such as debit or credit in every row tells the direction, whatever its column is called. */
static void settle_mark(struct csv_survey *survey)
{
    struct csv_column_seen seen = seen_of(survey, IMPORT_COLUMN_TYPE);
    size_t type = find(survey, IMPORT_COLUMN_TYPE);
    if (!has(survey, IMPORT_COLUMN_MARK) && type < IMPORT_COLUMNS_MAX && seen.filled > 0 &&
        seen.marks == seen.filled)
        survey->dialect.columns[type] = IMPORT_COLUMN_MARK;
    else if (has(survey, IMPORT_COLUMN_MARK) && seen_of(survey, IMPORT_COLUMN_MARK).marks == 0)
        drop(survey, IMPORT_COLUMN_MARK);
    survey->pass->profile.mark_is_signed = survey->mark_agrees > 0 && survey->mark_differs == 0;
}

/* The same money in an amount column and in a debit or credit one: only one may count. */
static void settle_amounts(struct csv_survey *survey)
{
    bool has_sides = has(survey, IMPORT_COLUMN_DEBIT) || has(survey, IMPORT_COLUMN_CREDIT);
    if (has(survey, IMPORT_COLUMN_AMOUNT) && has_sides) {
        if (survey->amount_missing > 0) {
            drop(survey, IMPORT_COLUMN_AMOUNT);
        } else {
            drop(survey, IMPORT_COLUMN_DEBIT);
            drop(survey, IMPORT_COLUMN_CREDIT);
        }
    }
    struct csv_column_seen debit = seen_of(survey, IMPORT_COLUMN_DEBIT);
    survey->pass->profile.debit_is_signed = debit.amounts > 0 && debit.negative == debit.amounts;
    if (has(survey, IMPORT_COLUMN_AMOUNT))
        settle_mark(survey);
    else
        drop(survey, IMPORT_COLUMN_MARK);
}

/* A description that is the same in every row describes the account. */
static void settle_descriptions(struct csv_survey *survey)
{
    size_t varying = 0;
    uint8_t *columns = survey->dialect.columns;
    for (size_t i = 0; i < survey->dialect.column_count; i++)
        varying += columns[i] == IMPORT_COLUMN_DESCRIPTION && survey->columns[i].varies ? 1 : 0;
    if (survey->rows < ROWS_TO_COMPARE || varying == 0)
        return;
    for (size_t i = 0; i < survey->dialect.column_count; i++) {
        if (columns[i] == IMPORT_COLUMN_DESCRIPTION && !survey->columns[i].varies)
            columns[i] = CSV_NONE;
    }
}

static void settle_currency(struct csv_survey *survey)
{
    const struct csv_dialect *dialect = &survey->dialect;
    const char *sources[] = {dialect->currency, survey->preamble.currency, survey->value_currency,
                             dialect->bank ? dialect->bank->currency : ""};
    struct import_mapping *mapping = &survey->pass->profile.mapping;
    for (size_t i = 0; i < ARRAY_LENGTH(sources); i++) {
        if (sources[i][0]) {
            memcpy(mapping->currency, sources[i], sizeof(mapping->currency));
            return;
        }
    }
}

static void settle_date_order(struct csv_survey *survey)
{
    const struct csv_dialect *dialect = &survey->dialect;
    struct import_mapping *mapping = &survey->pass->profile.mapping;
    if (mapping->date_order == IMPORT_DATE_AUTO)
        mapping->date_order = import_order_decide(&survey->orders);
    if (mapping->date_order == IMPORT_DATE_AUTO && dialect->bank)
        mapping->date_order = dialect->bank->date_order;
    bool is_day_first = dialect->languages != 0 && !(dialect->languages & ~(unsigned int)DAY_FIRST);
    if (mapping->date_order == IMPORT_DATE_AUTO && is_day_first)
        mapping->date_order = IMPORT_DATE_DMY;
    import_decide_dates(survey->pass, &survey->orders);
}

static void settle_decimal_mark(struct csv_survey *survey)
{
    const struct csv_dialect *dialect = &survey->dialect;
    struct import_mapping *mapping = &survey->pass->profile.mapping;
    const char *balances[] = {survey->preamble.opening, survey->preamble.closing};
    for (size_t i = 0; i < ARRAY_LENGTH(balances); i++)
        (void)import_mark_see(&survey->marks, balances[i], strlen(balances[i]), IMPORT_AMOUNT_FREE,
                              1);
    if (dialect->bank && strcmp(dialect->bank->name, CSV_OWN_EXPORT) == 0)
        mapping->decimal_mark = IMPORT_MARK_POINT;
    bool is_told = survey->marks.point + survey->marks.comma + survey->marks.undecided > 0;
    if (mapping->decimal_mark == IMPORT_MARK_AUTO && is_told)
        mapping->decimal_mark = import_mark_decide(&survey->marks);
    bool is_comma = dialect->languages != 0 && !(dialect->languages & ~(unsigned int)COMMA) &&
                    strcmp(mapping->currency, "CHF") != 0;
    if (mapping->decimal_mark == IMPORT_MARK_AUTO && is_comma)
        mapping->decimal_mark = IMPORT_MARK_COMMA;
    import_decide_marks(survey->pass, &survey->marks);
}

static void ask_sign(struct csv_survey *survey)
{
    struct import_question *question =
        import_ask(survey->pass, IMPORT_ASK_SIGN, "sign", survey->first_line);
    if (!question)
        return;
    (void)snprintf(question->text, sizeof(question->text),
                   "The file does not say whether %s on line %llu is money out or money in.",
                   survey->first_amount, (unsigned long long)survey->first_line);
    import_ask_option(question, "positive_out",
                      "amounts without a minus are money out, as cards write them");
    import_ask_option(question, "negative_out",
                      "amounts with a minus are money out, those without are money in");
}

/* A single amount column says nothing by itself when it has no minus, and may say the opposite when
 * the payments of a card's bill are what is negative. */
static void settle_sign(struct csv_survey *survey)
{
    enum import_sign *sign = &survey->pass->profile.mapping.sign;
    struct csv_column_seen amount = seen_of(survey, IMPORT_COLUMN_AMOUNT);
    if (*sign != IMPORT_SIGN_AUTO)
        return;
    if (survey->dialect.bank && survey->dialect.bank->sign != IMPORT_SIGN_AUTO) {
        *sign = survey->dialect.bank->sign;
        return;
    }
    bool is_card = survey->payments_out > 0 && amount.negative * 2 < amount.amounts;
    bool is_told = !has(survey, IMPORT_COLUMN_AMOUNT) || has(survey, IMPORT_COLUMN_MARK) ||
                   amount.amounts == 0;
    if (is_told || (amount.negative > 0 && !is_card))
        *sign = IMPORT_SIGN_NEGATIVE_OUT;
    else
        ask_sign(survey);
}

static void write_profile(struct csv_survey *survey)
{
    struct import_profile *profile = &survey->pass->profile;
    const struct csv_dialect *dialect = &survey->dialect;
    profile->mapping.delimiter = dialect->delimiter;
    profile->mapping.header = dialect->header_record > 0 ? 1 : -1;
    profile->header_record = (uint32_t)dialect->header_record;
    profile->column_count = dialect->column_count;
    memcpy(profile->columns, dialect->columns, sizeof(profile->columns));
    memcpy(profile->account, survey->preamble.account, sizeof(profile->account));
    for (size_t i = 0; i < dialect->column_count; i++) {
        uint8_t kind = dialect->columns[i];
        if (kind < IMPORT_COLUMN_KINDS && profile->mapping.columns[kind] == 0)
            profile->mapping.columns[kind] = (int16_t)(i + 1);
    }
    if (dialect->bank) {
        import_copy(profile->bank, sizeof(profile->bank), dialect->bank->name,
                    strlen(dialect->bank->name));
        profile->is_own_export = strcmp(dialect->bank->name, CSV_OWN_EXPORT) == 0;
    }
}

int csv_survey_end(struct csv_survey *survey)
{
    settle_amounts(survey);
    settle_descriptions(survey);
    settle_currency(survey);
    if (survey->dialect.header_record == 0)
        csv_check_guess(survey->pass, &survey->dialect);
    settle_date_order(survey);
    settle_decimal_mark(survey);
    settle_sign(survey);
    write_profile(survey);
    if (!has(survey, IMPORT_COLUMN_DATE) && survey->pass->profile.question_count == 0)
        return import_fail(survey->pass, IMPORT_BAD_FILE, 0,
                           "This is no bank file that can be read: no column holds dates.");
    return 0;
}
