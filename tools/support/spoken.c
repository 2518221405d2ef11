/* Builds summary sentences out of the first row of an answer. No arithmetic but differences. */
#include "tools/support/spoken.h"

#include <string.h>

#include "tools/support/money.h"
#include "tools/support/sentence.h"
#include "tools/support/spoken_words.h"

enum {
    NAMES_SHOWN = 5
};

static const char *basis_text(const struct answer *answer, enum basis_column column)
{
    return db_rows_text(answer->rows, 0, (size_t)column);
}

static const char *without_sign(const char *decimal)
{
    return decimal[0] == '-' ? decimal + 1 : decimal;
}

void spoken_money(struct buf *text, const struct answer *answer, const char *numeric)
{
    char amount[DECIMAL_TEXT_SIZE];
    (void)buf_printf(text, "%s %s", money_format(numeric, answer->exponent, amount),
                     answer->currency);
}

static void spoken_size(struct buf *text, const struct answer *answer, const char *numeric)
{
    spoken_money(text, answer, without_sign(numeric));
}

/* --- names ----------------------------------------------------------------------------------- */

/* The next label of kind `code` at *at; its end, or NULL when there is none. */
static const char *next_label(const char **at, char code)
{
    while (**at != '\0') {
        const char *end = strchrnul(*at, UNIT_SEPARATOR);
        if (**at == code)
            return end;
        *at = *end == '\0' ? end : end + 1;
    }
    return NULL;
}

static int count_labels(const char *labels, char code)
{
    int count = 0;
    const char *end;
    while ((end = next_label(&labels, code))) {
        count++;
        labels = *end == '\0' ? end : end + 1;
    }
    return count;
}

/* "A", "A and B", "A, B and C", "A, B, C, D, E and 2 others". */
static void say_labels(struct buf *text, const char *labels, char code)
{
    int total = count_labels(labels, code);
    const char *end;
    for (int i = 0; i < total && i < NAMES_SHOWN; i++) {
        OWNED_BUF name = BUF_INIT(4096);
        end = next_label(&labels, code);
        if (!end)
            return;
        (void)buf_append(&name, labels + 1, (size_t)(end - labels - 1));
        (void)buf_append_text(text, i == 0 ? "" : i + 1 == total ? " and " : ", ");
        sentence_plain_name(text, buf_text(&name));
        labels = *end == '\0' ? end : end + 1;
    }
    if (total > NAMES_SHOWN)
        (void)buf_printf(text, " and %d others", total - NAMES_SHOWN);
}

void spoken_labels(struct buf *text, const struct answer *answer, char code)
{
    say_labels(text, basis_text(answer, BASIS_LABELS), code);
}

/* Whether nothing but what has no category was asked for. */
static bool is_without_category(const char *labels)
{
    static const char label[] = "cUncategorized";
    bool is_one = count_labels(labels, 'c') == 1;
    const char *end = next_label(&labels, 'c');
    return is_one && (size_t)(end - labels) == strlen(label) &&
           strncmp(labels, label, strlen(label)) == 0;
}

static void say_names(struct buf *text, const struct answer *answer, const struct filter *filter)
{
    static const struct {
        char code;
        const char *before, *income;
    } parts[] = {{'c', " on ", " as "},
                 {'m', " at ", " from "},
                 {'t', " tagged ", " tagged "},
                 {'a', " from ", " into "}};

    bool is_income = strcmp(spoken_kind(filter), "income") == 0;

    const char *labels = basis_text(answer, BASIS_LABELS);
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
        if (count_labels(labels, parts[i].code) == 0)
            continue;
        if (parts[i].code == 'c' && is_without_category(labels)) {
            (void)buf_append_text(text, " without a category");
            continue;
        }
        (void)buf_append_text(text, is_income ? parts[i].income : parts[i].before);
        say_labels(text, labels, parts[i].code);
    }
}

/* Whether something that counts is dated after today. */
static bool reaches_beyond_today(const struct answer *answer)
{
    return strcmp(basis_text(answer, BASIS_LAST_DAY), call_ledger(answer->call)->today) > 0;
}

static bool is_of_all_days(const struct filter *filter)
{
    return filter->period.kind == PERIOD_ALL || filter->period.kind == PERIOD_NONE;
}

/* Where there is no sum, "in all" would be the sum of nothing. */
static void say_rest_of_filter(struct buf *text, const struct answer *answer,
                               const struct filter *filter, bool has_sum)
{
    if (filter->text) {
        (void)buf_append_text(text, " with the words ");
        sentence_name(text, filter->text);
    }
    if (filter->min_amount.text && filter->max_amount.text)
        (void)buf_printf(text, " in amounts of %s to %s", filter->min_amount.text,
                         filter->max_amount.text);
    else if (filter->min_amount.text)
        (void)buf_printf(text, " in amounts of at least %s", filter->min_amount.text);
    else if (filter->max_amount.text)
        (void)buf_printf(text, " in amounts of at most %s", filter->max_amount.text);
    if (!has_sum && is_of_all_days(filter))
        return;
    (void)buf_append_char(text, ' ');
    period_phrase(&filter->period, &call_ledger(answer->call)->calendar, text);
    if (filter->period.is_running && !filter->period.is_cut && !reaches_beyond_today(answer))
        (void)buf_append_text(text, " so far");
}

/* --- totals ---------------------------------------------------------------------------------- */

static void say_subject(struct buf *text, const struct answer *answer)
{
    const char *labels = basis_text(answer, BASIS_LABELS);
    if (count_labels(labels, 'u') > 0)
        say_labels(text, labels, 'u');
    else
        (void)buf_append_text(text, "You");
}

static void say_by_whom(struct buf *text, const struct answer *answer)
{
    const char *labels = basis_text(answer, BASIS_LABELS);
    if (count_labels(labels, 'u') == 0)
        return;
    (void)buf_append_text(text, " by ");
    say_labels(text, labels, 'u');
}

static void say_spending(struct buf *text, const struct answer *answer)
{
    const char *total = basis_text(answer, BASIS_TOTAL);
    bool is_negative = money_sign(total) < 0;
    say_subject(text, answer);
    (void)buf_append_text(text, is_negative ? " got back " : " spent ");
    spoken_size(text, answer, total);
    if (is_negative)
        (void)buf_append_text(text, " more than was spent");
}

static void say_all_kinds(struct buf *text, const struct answer *answer, bool begins)
{
    char rest[DECIMAL_TEXT_SIZE];
    char spending[DECIMAL_TEXT_SIZE];

    enum {
        DECIMALS = 4
    };

    money_difference(basis_text(answer, BASIS_TOTAL), basis_text(answer, BASIS_INCOME), DECIMALS,
                     rest);
    money_difference(rest, basis_text(answer, BASIS_TRANSFERS), DECIMALS, spending);
    (void)buf_append_text(text, begins ? "Spending of " : "spending of ");
    spoken_money(text, answer, spending);
    (void)buf_append_text(text, ", income of ");
    spoken_money(text, answer, basis_text(answer, BASIS_INCOME));
    (void)buf_append_text(text, " and transfers of ");
    spoken_money(text, answer, basis_text(answer, BASIS_TRANSFERS));
}

/* What was deleted is neither spent nor received. */
static void say_deleted(struct buf *text, const struct answer *answer, const char *kind)
{
    const char *total = basis_text(answer, BASIS_TOTAL);
    if (strcmp(kind, "expense") == 0 && money_sign(total) < 0)
        (void)buf_append_text(text, "refunds that exceed the expenses by ");
    else
        (void)buf_printf(text, "%s of ", spoken_noun(kind));
    if (strcmp(kind, "expense") == 0 || strcmp(kind, "refund") == 0)
        spoken_size(text, answer, total);
    else
        spoken_money(text, answer, total);
}

/* Whether say_amount() says who it was. */
static bool names_subject(const struct filter *filter)
{
    const char *kind = spoken_kind(filter);
    return !spoken_is_deleted(filter) && strcmp(kind, "all") != 0;
}

static void say_amount(struct buf *text, const struct answer *answer, const struct filter *filter)
{
    const char *kind = spoken_kind(filter);
    const char *total = basis_text(answer, BASIS_TOTAL);
    if (strcmp(kind, "all") == 0) {
        say_all_kinds(text, answer, !spoken_is_deleted(filter));
    } else if (spoken_is_deleted(filter)) {
        say_deleted(text, answer, kind);
    } else if (strcmp(kind, "expense") == 0) {
        say_spending(text, answer);
    } else if (strcmp(kind, "transfer") == 0) {
        (void)buf_append_text(text, "Transfers");
        say_by_whom(text, answer);
        (void)buf_append_text(text, " add up to ");
        spoken_money(text, answer, total);
    } else {
        bool is_refund = strcmp(kind, "refund") == 0;
        say_subject(text, answer);
        (void)buf_append_text(text, is_refund ? " got refunds of " : " received ");
        spoken_size(text, answer, total);
    }
}

static bool is_nothing(const struct answer *answer)
{
    return db_rows_int(answer->rows, 0, BASIS_LISTED) == 0;
}

bool spoken_is_unknown(const struct answer *answer)
{
    return !is_nothing(answer) && db_rows_int(answer->rows, 0, BASIS_COUNTED) == 0;
}

bool spoken_is_ahead(const struct answer *answer, const struct filter *filter)
{
    return is_nothing(answer) &&
           filter->period.range.from > call_ledger(answer->call)->calendar.today;
}

/* "There are no expenses" and "What was spent", to go on with the filter. */
static void say_no_sum(struct buf *text, const struct answer *answer, const struct filter *filter)
{
    if (is_nothing(answer))
        spoken_say_nothing(text, filter);
    else if (spoken_is_deleted(filter))
        (void)buf_append_text(text, "What was deleted");
    else
        (void)buf_append_text(text, spoken_is_of_expenses(filter) ? "What was spent"
                                                                  : "What was entered");
    (void)buf_append_text(text, filter->currency ? " in " : "");
    (void)buf_append_text(text, filter->currency ? filter->currency : "");
    say_names(text, answer, filter);
    say_by_whom(text, answer);
    say_rest_of_filter(text, answer, filter, false);
    if (!is_nothing(answer))
        (void)buf_printf(text, " is not known in %s", answer->currency);
}

void spoken_total(struct buf *text, const struct answer *answer, const struct filter *filter)
{
    int64_t counted = db_rows_int(answer->rows, 0, BASIS_COUNTED);
    const char *refunds = basis_text(answer, BASIS_REFUNDS);
    bool is_expense = spoken_is_of_expenses(filter);
    if (counted == 0) {
        say_no_sum(text, answer, filter);
        return;
    }
    spoken_say_state(text, filter);
    say_amount(text, answer, filter);
    say_names(text, answer, filter);
    if (!names_subject(filter))
        say_by_whom(text, answer);
    say_rest_of_filter(text, answer, filter, true);
    (void)buf_append_text(text, " (");
    sentence_count(text, counted, is_expense ? "expense" : "entry",
                   is_expense ? "expenses" : "entries");
    if (is_expense && money_sign(refunds) != 0) {
        (void)buf_append_text(text, ", refunds of ");
        spoken_size(text, answer, refunds);
        (void)buf_append_text(text, " taken off");
    }
    if (reaches_beyond_today(answer))
        (void)buf_printf(text, ",%s dated after today", counted > 1 ? " some" : "");
    (void)buf_append_char(text, ')');
}

void spoken_change(struct buf *text, const struct answer *answer, const char *before,
                   const char *kind)
{
    char change[DECIMAL_TEXT_SIZE];
    char percent[DECIMAL_TEXT_SIZE];
    const char *total = basis_text(answer, BASIS_TOTAL);
    /* Refunds are stored below zero: the larger of two is the smaller number. */
    if (strcmp(kind, "refund") == 0) {
        total = without_sign(total);
        before = without_sign(before);
    }
    money_difference(total, before, answer->exponent, change);
    int sign = money_sign(change);
    if (sign == 0) {
        (void)buf_append_text(text, is_nothing(answer) ? "the same as " : "as much as ");
        return;
    }
    bool has_percent = money_sign(before) > 0;
    if (has_percent && money_sign(money_percent(change, before, percent)) == 0) {
        (void)buf_append_text(text, "about as much as ");
        return;
    }
    if (has_percent)
        (void)buf_printf(text, "%s %%", without_sign(percent));
    else
        spoken_size(text, answer, change);
    (void)buf_append_text(text, sign > 0 ? " more than " : " less than ");
}

void spoken_end(struct buf *text, const struct answer *answer, const struct name_question *names)
{
    const char *missing = basis_text(answer, BASIS_RATES_MISSING);
    (void)buf_append_char(text, '.');
    if (missing[0] != '\0') {
        (void)buf_append_text(text, " Left out for want of an exchange rate: ");
        answer_say_missing(missing, text);
        (void)buf_append_char(text, '.');
    }
    const char *books = basis_text(answer, BASIS_BOOKS);
    if (books[0] != '\0')
        (void)buf_printf(text, " The books reach from %s.", books);
    (void)buf_append_text(text, names->notes ? names->notes : "");
}
