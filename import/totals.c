/* Sums and balances. Opening + sum = closing is checked where the file states both; where it has a
 * column of balances, each row is checked against its neighbour. */
#include "import/totals.h"

#include <errno.h>
#include <string.h>

#include "base/utf8.h"

static void copy_text(char *to, size_t size, const char *text)
{
    size_t length = strlen(text);
    if (length >= size)
        length = utf8_valid_length(text, size - 1);
    memcpy(to, text, length);
    to[length] = '\0';
}

int import_totals_select(struct import_totals *totals, const char *account, const char *currency)
{
    char key[IMPORT_ACCOUNT_MAX];
    copy_text(key, sizeof(key), account);
    for (size_t i = 0; i < totals->account_count; i++) {
        struct import_account_total *at = &totals->accounts[i];
        if (strcmp(at->account, key) == 0 && strcmp(at->currency, currency) == 0) {
            totals->current = i;
            return 0;
        }
    }
    if (totals->account_count == IMPORT_ACCOUNTS_MAX)
        return -EMSGSIZE;
    totals->current = totals->account_count++;
    struct import_account_total *at = &totals->accounts[totals->current];
    *at = (struct import_account_total){0};
    copy_text(at->account, sizeof(at->account), key);
    copy_text(at->currency, sizeof(at->currency), currency);
    return 0;
}

struct import_account_total *import_totals_account(struct import_totals *totals)
{
    return totals->account_count > 0 ? &totals->accounts[totals->current] : NULL;
}

static struct import_currency_total *currency_total(struct import_totals *totals,
                                                    const char *currency)
{
    for (size_t i = 0; i < totals->currency_count; i++) {
        if (strcmp(totals->currencies[i].currency, currency) == 0)
            return &totals->currencies[i];
    }
    if (totals->currency_count == IMPORT_CURRENCIES_MAX)
        return NULL;
    struct import_currency_total *total = &totals->currencies[totals->currency_count++];
    copy_text(total->currency, sizeof(total->currency), currency);
    return total;
}

static void add_signed(struct import_decimal amount, struct import_decimal *debits,
                       struct import_decimal *credits)
{
    if (import_decimal_is_negative(amount))
        *debits = import_decimal_subtract(*debits, amount);
    else
        *credits = import_decimal_add(*credits, amount);
}

static void run(struct import_running *running, const struct import_entry *entry)
{
    struct import_decimal amount = entry->amounts[ENTRY_AMOUNT];
    struct import_decimal balance = entry->amounts[ENTRY_BALANCE];
    running->since = import_decimal_add(running->since, amount);
    if (!entry->has[ENTRY_BALANCE]) {
        running->since_with = import_decimal_add(running->since_with, amount);
        return;
    }
    if (running->rows++ == 0) {
        running->first_balance = balance;
        running->first_before = running->since;
        running->first_amount = amount;
    } else {
        struct import_decimal last = running->last_balance;
        running->forward += import_decimal_add(last, running->since).units == balance.units;
        running->backward += import_decimal_add(balance, running->since_with).units == last.units;
    }
    running->last_balance = balance;
    running->since = (struct import_decimal){0};
    running->since_with = amount;
}

int import_totals_add(struct import_totals *totals, const struct import_entry *entry)
{
    struct import_currency_total *currency =
        currency_total(totals, import_entry_text(entry, ENTRY_CURRENCY));
    if (!currency)
        return -EMSGSIZE;
    struct import_decimal amount = entry->amounts[ENTRY_AMOUNT];
    if (entry->pending) {
        totals->pending++;
        currency->pending++;
        currency->pending_sum = import_decimal_add(currency->pending_sum, amount);
        return 0;
    }
    totals->transactions++;
    currency->count++;
    add_signed(amount, &currency->debits, &currency->credits);
    if (totals->first.year == 0 || import_day_compare(entry->date, totals->first) < 0)
        totals->first = entry->date;
    if (import_day_compare(entry->date, totals->last) > 0)
        totals->last = entry->date;
    struct import_account_total *account = import_totals_account(totals);
    if (!account)
        return 0;
    account->count++;
    if (account->currency[0] && strcmp(account->currency, currency->currency) != 0) {
        account->is_mixed = true;
        return 0;
    }
    add_signed(amount, &account->debits, &account->credits);
    run(&account->running, entry);
    return 0;
}

/* Opening and closing from a column of balances. Where most links hold and some do not, a row is
 * missing or changed; where few hold, the column is no running balance of this account. */
static enum import_balance judge_running(struct import_account_total *account)
{
    struct import_running *running = &account->running;
    if (running->rows == 0)
        return IMPORT_BALANCE_UNKNOWN;
    uint64_t links = running->rows - 1;
    bool backward = running->backward > running->forward;
    uint64_t good = backward ? running->backward : running->forward;
    if (good < links && good * 4 < links * 3)
        return IMPORT_BALANCE_UNKNOWN;
    struct import_decimal opening;
    struct import_decimal closing;
    if (backward) {
        /* Rows above the first balance are newer, rows below the last are older. */
        closing = import_decimal_add(
            running->first_balance,
            import_decimal_subtract(running->first_before, running->first_amount));
        opening = import_decimal_subtract(running->last_balance, running->since_with);
    } else {
        opening = import_decimal_subtract(running->first_balance, running->first_before);
        closing = import_decimal_add(running->last_balance, running->since);
    }
    if (!account->has_opening)
        account->opening = opening;
    if (!account->has_closing)
        account->closing = closing;
    account->has_opening = true;
    account->has_closing = true;
    if (links == 0)
        return IMPORT_BALANCE_UNKNOWN;
    return good == links ? IMPORT_BALANCE_ADDS_UP : IMPORT_BALANCE_DIFFERS;
}

static void text_if(bool has, struct import_decimal amount, char *ret_text)
{
    ret_text[0] = '\0';
    if (has)
        import_decimal_text(amount, ret_text);
}

static enum import_balance judge(struct import_account_total *account, char *ret_difference)
{
    bool is_stated = account->has_opening && account->has_closing;
    enum import_balance running = judge_running(account);
    ret_difference[0] = '\0';
    if (!account->has_opening || !account->has_closing || account->is_mixed)
        return IMPORT_BALANCE_UNKNOWN;
    struct import_decimal sum = import_decimal_subtract(account->credits, account->debits);
    struct import_decimal due = import_decimal_add(account->opening, sum);
    struct import_decimal difference = import_decimal_subtract(account->closing, due);
    if (difference.units != 0) {
        import_decimal_text(difference, ret_difference);
        return IMPORT_BALANCE_DIFFERS;
    }
    return is_stated ? IMPORT_BALANCE_ADDS_UP : running;
}

static void keep_first(struct import_totals *totals, const struct import_statement *statement)
{
    totals->statements++;
    totals->adding_up += statement->balance == IMPORT_BALANCE_ADDS_UP;
    totals->differing += statement->balance == IMPORT_BALANCE_DIFFERS;
    if (totals->statements > 1)
        return;
    totals->only = *statement;
    copy_text(totals->only_account, sizeof(totals->only_account), statement->account);
}

bool import_totals_close(struct import_totals *totals, struct import_statement *ret_statement)
{
    if (totals->account_count == 0)
        return false;
    /* The closed one waits behind the open ones, where its texts stay for the caller. */
    struct import_account_total account = totals->accounts[0];
    totals->account_count--;
    memmove(&totals->accounts[0], &totals->accounts[1], totals->account_count * sizeof(account));
    struct import_account_total *closed = &totals->accounts[totals->account_count];
    *closed = account;
    totals->current = 0;
    *ret_statement = (struct import_statement){
        .account = closed->account, .currency = closed->currency, .count = closed->count};
    import_decimal_text(closed->debits, ret_statement->debits);
    import_decimal_text(closed->credits, ret_statement->credits);
    ret_statement->balance = judge(closed, ret_statement->difference);
    text_if(closed->has_opening, closed->opening, ret_statement->opening);
    text_if(closed->has_closing, closed->closing, ret_statement->closing);
    keep_first(totals, ret_statement);
    return true;
}

void import_totals_summary(const struct import_totals *totals, struct import_summary *summary)
{
    summary->transactions = totals->transactions;
    summary->pending = totals->pending;
    import_day_text(totals->first, summary->first_date);
    import_day_text(totals->last, summary->last_date);
    summary->currency_count = totals->currency_count;
    for (size_t i = 0; i < totals->currency_count; i++) {
        const struct import_currency_total *from = &totals->currencies[i];
        struct import_sum *to = &summary->currencies[i];
        copy_text(to->currency, sizeof(to->currency), from->currency);
        to->count = from->count;
        to->pending = from->pending;
        import_decimal_text(from->debits, to->debits);
        import_decimal_text(from->credits, to->credits);
        import_decimal_text(from->pending_sum, to->pending_sum);
    }
    summary->statements = totals->statements;
    summary->balance = totals->differing > 0   ? IMPORT_BALANCE_DIFFERS
                       : totals->adding_up > 0 ? IMPORT_BALANCE_ADDS_UP
                                               : IMPORT_BALANCE_UNKNOWN;
    if (totals->statements != 1)
        return;
    copy_text(summary->account, sizeof(summary->account), totals->only_account);
    copy_text(summary->opening, sizeof(summary->opening), totals->only.opening);
    copy_text(summary->closing, sizeof(summary->closing), totals->only.closing);
}
