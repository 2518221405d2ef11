/* Hands entries and statements to the caller of a reading: texts put in order, payee cleaned, kind
 * guessed, everything counted. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "import/pass.h"
#include "import/payee.h"

enum {
    ID_LENGTH_LEAST = 4
};

/* "0", "1", "00000000": numbers within one download, or none at all. */
static bool is_weak(const char *id)
{
    size_t length = strlen(id);
    return length < ID_LENGTH_LEAST || strspn(id, (char[]){id[0], '\0'}) == length;
}

struct amount_texts {
    char text[ENTRY_AMOUNTS][IMPORT_AMOUNT_TEXT_MAX];
};

static void write_amounts(const struct import_entry *entry, struct amount_texts *texts)
{
    for (size_t i = 0; i < ENTRY_AMOUNTS; i++) {
        texts->text[i][0] = '\0';
        if (entry->has[i])
            import_decimal_text(entry->amounts[i], texts->text[i]);
    }
}

static void fill(struct import_transaction *to, const struct import_entry *entry,
                 const struct amount_texts *amounts)
{
    import_day_text(entry->date, to->date);
    import_day_text(entry->posted, to->posted_date);
    import_day_text(entry->value, to->value_date);
    to->line = entry->line;
    to->amount = amounts->text[ENTRY_AMOUNT];
    to->balance = amounts->text[ENTRY_BALANCE];
    to->fee = amounts->text[ENTRY_FEE];
    to->original_amount = amounts->text[ENTRY_ORIGINAL];
    to->currency = import_entry_text(entry, ENTRY_CURRENCY);
    to->pending = entry->pending;
    to->reversal = entry->reversal;
    to->payee_original = import_entry_text(entry, ENTRY_PAYEE);
    to->memo = import_entry_text(entry, ENTRY_MEMO);
    to->category = import_entry_text(entry, ENTRY_CATEGORY);
    to->tags = import_entry_text(entry, ENTRY_TAGS);
    to->type = import_entry_text(entry, ENTRY_TYPE);
    to->account = import_entry_text(entry, ENTRY_ACCOUNT);
    to->counter_account = import_entry_text(entry, ENTRY_COUNTER_ACCOUNT);
    to->id = import_entry_text(entry, ENTRY_ID);
    to->id_is_weak = to->id[0] != '\0' && is_weak(to->id);
    to->reference = import_entry_text(entry, ENTRY_REFERENCE);
    to->original_currency = import_entry_text(entry, ENTRY_ORIGINAL_CURRENCY);
    to->rate = import_entry_text(entry, ENTRY_RATE);
    to->split_count = entry->split_count;
}

/* Without a payee of its own the memo is what names one. */
static int clean_payee(struct import_pass *pass, const struct import_entry *entry,
                       struct import_transaction *to)
{
    const struct buf *from = &entry->texts[ENTRY_PAYEE];
    to->payee = buf_text(from);
    if (pass->profile.is_own_export)
        return 0; /* it has been cleaned, or corrected by a person */
    if (from->length == 0)
        from = &entry->texts[ENTRY_MEMO];
    if (from->length == 0 && strchr(buf_text(&entry->texts[ENTRY_TYPE]), ' '))
        from = &entry->texts[ENTRY_TYPE];
    int r = import_payee_clean(buf_text(from), from->length, &pass->payee);
    to->payee = buf_text(&pass->payee);
    return r;
}

/* Our own export names the kind; everybody else leaves it to be guessed. */
static enum import_kind kind_of(const struct import_pass *pass, const struct import_entry *entry)
{
    const char *type = import_entry_text(entry, ENTRY_TYPE);
    for (unsigned int kind = 0; pass->profile.is_own_export && kind <= IMPORT_KIND_CASH; kind++) {
        if (strcmp(import_kind_name((enum import_kind)kind), type) == 0)
            return (enum import_kind)kind;
    }
    return import_kind_guess(&pass->kinds, entry);
}

static int complete_currency(const struct import_pass *pass, struct import_entry *entry)
{
    const char *currency = import_entry_text(entry, ENTRY_CURRENCY);
    if (strlen(currency) == 3)
        return 0;
    const char *other = pass->profile.mapping.currency;
    return import_entry_set(entry, ENTRY_CURRENCY, other, strlen(other));
}

static int select_account(struct import_pass *pass, const char *account, const char *currency,
                          uint64_t line)
{
    int r = import_totals_select(&pass->totals, account, currency);
    if (r == -EMSGSIZE)
        return import_fail(pass, IMPORT_TOO_LARGE, line,
                           "The file has transactions of more than %d accounts.",
                           IMPORT_ACCOUNTS_MAX);
    return r;
}

int import_begin_statement(struct import_pass *pass, const char *account, const char *currency)
{
    pass->in_statement = true;
    if (pass->is_survey)
        return 0;
    int r = import_emit_statements(pass);
    return r != 0 ? r : select_account(pass, account, currency, 0);
}

static int count(struct import_pass *pass, const struct import_entry *entry)
{
    int r = 0;
    if (!pass->in_statement)
        r = select_account(pass, import_entry_text(entry, ENTRY_ACCOUNT),
                           import_entry_text(entry, ENTRY_CURRENCY), entry->line);
    if (r == 0)
        r = import_totals_add(&pass->totals, entry);
    if (r == -EMSGSIZE)
        return import_fail(pass, IMPORT_TOO_LARGE, entry->line,
                           "The file has transactions in more than %d currencies.",
                           IMPORT_CURRENCIES_MAX);
    return r;
}

static int warn_of_cut(struct import_pass *pass, const struct import_entry *entry)
{
    struct import_place place = {.line = entry->line, .entry = pass->rows};
    return entry->is_cut ? import_report(pass, IMPORT_WARNING, IMPORT_CUT_TEXT, &place, NULL, 0)
                         : 0;
}

int import_emit(struct import_pass *pass, struct import_entry *entry)
{
    if (pass->is_survey)
        return 0;
    int r = complete_currency(pass, entry);
    if (r == 0)
        r = count(pass, entry);
    if (r == 0)
        r = warn_of_cut(pass, entry);
    if (r != 0 || !pass->handler.transaction)
        return r;
    struct amount_texts amounts;
    write_amounts(entry, &amounts);
    struct import_transaction transaction = {.entry = pass->rows};
    fill(&transaction, entry, &amounts);
    transaction.kind = kind_of(pass, entry);
    r = clean_payee(pass, entry, &transaction);
    if (r == 0)
        r = import_entry_splits(entry, &transaction.splits);
    return r < 0 ? r : pass->handler.transaction(pass->handler.user, &transaction);
}

/* What the closing balance should be: by the opening one and the entries. */
static void write_due(const struct import_statement *statement, char *ret_text, size_t size)
{
    struct import_decimal closing = {0};
    struct import_decimal difference = {0};
    char due[IMPORT_AMOUNT_TEXT_MAX];
    char text[2 * IMPORT_FOUND_MAX];
    if (import_decimal_parse(statement->closing, strlen(statement->closing), &closing) < 0 ||
        import_decimal_parse(statement->difference, strlen(statement->difference), &difference) < 0)
        return;
    import_decimal_text(import_decimal_subtract(closing, difference), due);
    int length = snprintf(text, sizeof(text), "%s from the opening balance and the entries", due);
    if (length > 0)
        import_copy(ret_text, size, text, (size_t)length);
}

static int warn_of_balance(struct import_pass *pass, const struct import_statement *statement)
{
    if (statement->balance != IMPORT_BALANCE_DIFFERS)
        return 0;
    struct import_place place = {.id = NULL, .field = statement->account};
    char expected[IMPORT_FOUND_MAX] = "balances that follow from row to row";
    write_due(statement, expected, sizeof(expected));
    place.expected = expected;
    return import_report(pass, IMPORT_WARNING, IMPORT_BAD_BALANCE, &place, statement->closing,
                         strlen(statement->closing));
}

int import_emit_statements(struct import_pass *pass)
{
    if (pass->is_survey)
        return 0;
    struct import_statement statement;
    while (import_totals_close(&pass->totals, &statement)) {
        int r = warn_of_balance(pass, &statement);
        if (r == 0 && pass->handler.statement)
            r = pass->handler.statement(pass->handler.user, &statement);
        if (r != 0)
            return r;
    }
    return 0;
}
