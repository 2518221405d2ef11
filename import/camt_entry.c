/* Entries and statements of CAMT. An entry is one movement of the account and counts once, however
 * many transactions it is made of; these become its parts. Its direction is its own, whether it is a
 * reversal or not. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "import/camt.h"

enum {
    DATE_LENGTH = 10 /* 2026-04-30, whatever time or zone is behind it */
};

void camt_begin_statement(struct camt *camt)
{
    camt->has_statement = true;
    camt->is_begun = false;
    camt->account[0] = '\0';
    camt->account_currency[0] = '\0';
    camt->opening.is_there = false;
    camt->previous.is_there = false;
    camt->closing.is_there = false;
    camt->declared_count.length = 0;
    camt->count = 0;
}

/* Without a currency of the account, that of its balances, else that of its first entry. */
static int begin_totals(struct camt *camt)
{
    if (camt->is_begun)
        return 0;
    camt->is_begun = true;
    const char *currency = camt->account_currency;
    if (!currency[0])
        currency = camt->opening.is_there   ? camt->opening.currency
                   : camt->closing.is_there ? camt->closing.currency
                                            : camt->money.currency;
    return import_begin_statement(camt->pass, camt->account, currency);
}

static int parse_money(const struct camt_money *money, struct import_decimal *ret_amount)
{
    struct import_decimal amount;
    int r = import_amount_parse(money->amount.text, money->amount.length, IMPORT_MARK_POINT,
                                IMPORT_AMOUNT_PLAIN, &amount);
    if (r == 0)
        *ret_amount = money->is_debit ? import_decimal_negate(amount) : amount;
    return r;
}

static int report(struct camt *camt, enum import_severity severity, enum import_problem_code code,
                  const char *field, const char *expected, const struct camt_value *found)
{
    const char *id = import_entry_text(&camt->pass->entry, ENTRY_ID);
    struct import_place place = {.line = camt->pass->entry.line,
                                 .entry = camt->pass->rows,
                                 .id = id[0] ? id : camt->entry_ref,
                                 .field = field};
    place.expected = expected;
    return import_report(camt->pass, severity, code, &place, found ? found->text : NULL,
                         found ? found->length : 0);
}

int camt_end_balance(struct camt *camt)
{
    static const struct {
        const char *code;
        size_t offset;
    } kinds[] = {{"OPBD", offsetof(struct camt, opening)},
                 {"PRCD", offsetof(struct camt, previous)},
                 {"CLBD", offsetof(struct camt, closing)}};

    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        struct camt_stored_balance *to =
            (struct camt_stored_balance *)(void *)((char *)camt + kinds[i].offset);
        if (strcmp(kinds[i].code, camt->balance.code) != 0 || to->is_there)
            continue;
        to->is_there = parse_money(&camt->balance.money, &to->amount) == 0;
        memcpy(to->currency, camt->balance.money.currency, sizeof(to->currency));
    }
    return 0;
}

static int use_balance(struct camt *camt, const struct camt_stored_balance *balance,
                       struct import_decimal *to, bool *ret_has)
{
    const struct import_account_total *total = import_totals_account(&camt->pass->totals);
    if (!balance->is_there)
        return 0;
    if (strcmp(balance->currency, total->currency) != 0) {
        struct import_place place = {.line = camt_line(camt), .field = "Bal"};
        place.expected = total->currency;
        return import_report(camt->pass, IMPORT_WARNING, IMPORT_BAD_BALANCE, &place,
                             balance->currency, strlen(balance->currency));
    }
    *to = balance->amount;
    *ret_has = true;
    return 0;
}

static int check_count(struct camt *camt)
{
    char count[24];
    (void)snprintf(count, sizeof(count), "%llu", (unsigned long long)camt->count);
    const struct camt_value *declared = &camt->declared_count;
    if (declared->length == 0 || strcmp(declared->text, count) == 0)
        return 0;
    struct import_place place = {.line = camt_line(camt), .field = "NbOfNtries"};
    place.expected = declared->text;
    return import_report(camt->pass, IMPORT_WARNING, IMPORT_BAD_COUNT, &place, count,
                         strlen(count));
}

int camt_end_statement(struct camt *camt)
{
    int r = begin_totals(camt);
    if (r != 0 || camt->pass->is_survey)
        return r;
    struct import_account_total *total = import_totals_account(&camt->pass->totals);
    r = use_balance(camt, camt->opening.is_there ? &camt->opening : &camt->previous,
                    &total->opening, &total->has_opening);
    if (r == 0)
        r = use_balance(camt, &camt->closing, &total->closing, &total->has_closing);
    return r == 0 ? check_count(camt) : r;
}

static void reset_money(struct camt_money *money)
{
    *money = (struct camt_money){.is_debit = false};
}

int camt_begin_entry(struct camt *camt, uint64_t line)
{
    import_entry_reset(&camt->pass->entry);
    camt->pass->entry.line = line;
    reset_money(&camt->money);
    reset_money(&camt->original);
    reset_money(&camt->charges);
    camt->booking_date.length = 0;
    camt->value_date.length = 0;
    camt->status[0] = '\0';
    camt->family[0] = '\0';
    camt->entry_ref[0] = '\0';
    camt->entry_type[0] = '\0';
    buf_reset(&camt->entry_info);
    camt->details_count = 0;
    camt->has_too_many_details = false;
    camt_begin_details(camt);
    camt->count++;
    return import_count_row(camt->pass, line);
}

/* The first transaction's data stay for the entry, when it is the only one. */
void camt_begin_details(struct camt *camt)
{
    struct camt_details *details = &camt->details;
    struct buf memo = details->memo;
    struct buf info = details->info;
    bool is_return = camt->details_count > 0 && details->is_return;
    *details = (struct camt_details){.memo = memo, .info = info, .is_return = is_return};
    buf_reset(&details->memo);
    buf_reset(&details->info);
}

static const struct buf *memo_of(const struct camt_details *details)
{
    return details->memo.length > 0 ? &details->memo : &details->info;
}

int camt_end_details(struct camt *camt)
{
    struct import_entry *entry = &camt->pass->entry;
    struct camt_details *details = &camt->details;
    camt->details_count++;
    if (!details->money.has_side)
        details->money.is_debit = camt->money.is_debit;
    struct import_decimal amount;
    char text[IMPORT_AMOUNT_TEXT_MAX] = "";
    if (parse_money(&details->money, &amount) == 0)
        import_decimal_text(amount, text);
    int r = camt->has_too_many_details ? -EMSGSIZE : import_entry_split(entry);
    if (r == -EMSGSIZE) {
        camt->has_too_many_details = true;
        return 0;
    }
    if (r < 0)
        return r;
    const char *name = details->money.is_debit ? details->creditor : details->debtor;
    r = import_entry_split_text(entry, SPLIT_AMOUNT, text, strlen(text));
    if (r == 0)
        r = import_entry_split_text(entry, SPLIT_PAYEE, name, strlen(name));
    if (r == 0)
        r = import_entry_split_text(entry, SPLIT_MEMO, buf_text(memo_of(details)),
                                    memo_of(details)->length);
    return r;
}

static int set(struct import_entry *entry, enum import_entry_text which, const char *text)
{
    return text[0] ? import_entry_set(entry, which, text, strlen(text)) : 0;
}

static int set_type(struct camt *camt)
{
    const char *type = camt->entry_type[0] ? camt->entry_type : camt->details.type;
    int r = set(&camt->pass->entry, ENTRY_TYPE, camt->family);
    return r < 0 ? r : import_entry_add(&camt->pass->entry, ENTRY_TYPE, "-", type, strlen(type));
}

/* The other side of a single transaction: who receives when money goes out, else who pays. */
static int set_details(struct camt *camt)
{
    struct import_entry *entry = &camt->pass->entry;
    const struct camt_details *details = &camt->details;
    bool out = camt->money.is_debit;
    int r = set(entry, ENTRY_PAYEE, out ? details->creditor : details->debtor);
    if (r == 0)
        r = set(entry, ENTRY_COUNTER_ACCOUNT,
                out ? details->creditor_account : details->debtor_account);
    if (r == 0 && strcmp(details->end_to_end, "NOTPROVIDED") != 0)
        r = set(entry, ENTRY_REFERENCE, details->end_to_end);
    if (r == 0 && entry->texts[ENTRY_ID].length == 0)
        r = set(entry, ENTRY_ID, details->servicer_ref);
    if (r == 0)
        r = import_entry_set(entry, ENTRY_MEMO, buf_text(memo_of(details)),
                             memo_of(details)->length);
    entry->split_count = 0;
    return r;
}

static int set_texts(struct camt *camt)
{
    struct import_entry *entry = &camt->pass->entry;
    const char *currency = camt->money.currency[0] ? camt->money.currency : camt->account_currency;
    int r = set(entry, ENTRY_ACCOUNT, camt->account);
    if (r == 0)
        r = set(entry, ENTRY_CURRENCY, currency);
    if (r == 0)
        r = set_type(camt);
    if (r == 0 && camt->details_count == 1)
        r = set_details(camt);
    if (r == 0 && entry->texts[ENTRY_ID].length == 0)
        r = set(entry, ENTRY_ID, camt->entry_ref);
    if (r == 0 && entry->texts[ENTRY_MEMO].length == 0)
        r = import_entry_set(entry, ENTRY_MEMO, buf_text(&camt->entry_info),
                             camt->entry_info.length);
    return r;
}

static int set_amounts(struct camt *camt)
{
    struct import_entry *entry = &camt->pass->entry;
    struct import_decimal amount;
    camt->original.is_debit = camt->money.is_debit;
    bool is_other = strcmp(camt->original.currency, camt->money.currency) != 0;
    if (is_other && parse_money(&camt->original, &amount) == 0) {
        import_entry_amount(entry, ENTRY_ORIGINAL, amount);
        int r = set(entry, ENTRY_ORIGINAL_CURRENCY, camt->original.currency);
        if (r < 0)
            return r;
    }
    if (parse_money(&camt->charges, &amount) == 0)
        import_entry_amount(entry, ENTRY_FEE, amount);
    return 0;
}

static bool read_date(const struct camt_value *value, struct import_day *ret_day)
{
    size_t length = value->length < DATE_LENGTH ? value->length : DATE_LENGTH;
    return import_date_parse(value->text, length, IMPORT_DATE_YMD, ret_day) == 0;
}

/* The booking date, else the value date; a date that is there must be one. */
static int read_dates(struct camt *camt, bool *ret_ok)
{
    struct import_entry *entry = &camt->pass->entry;
    static const char expected[] = "a date such as 2026-04-30";
    *ret_ok = false;
    if (camt->booking_date.length > 0 && !read_date(&camt->booking_date, &entry->date))
        return report(camt, IMPORT_ERROR, IMPORT_BAD_DATE, "BookgDt", expected,
                      &camt->booking_date);
    if (camt->value_date.length > 0 && !read_date(&camt->value_date, &entry->value))
        return report(camt, IMPORT_ERROR, IMPORT_BAD_DATE, "ValDt", expected, &camt->value_date);
    if (entry->date.year == 0)
        entry->date = entry->value;
    *ret_ok = entry->date.year > 0 || entry->pending;
    return *ret_ok ? 0 : report(camt, IMPORT_ERROR, IMPORT_MISSING_DATE, "BookgDt", NULL, NULL);
}

static int read_amount(struct camt *camt, bool *ret_ok)
{
    struct import_decimal amount;
    *ret_ok = false;
    if (camt->money.amount.length == 0)
        return report(camt, IMPORT_ERROR, IMPORT_MISSING_AMOUNT, "Amt", NULL, NULL);
    if (!camt->money.has_side)
        return report(camt, IMPORT_ERROR, IMPORT_BAD_STRUCTURE, "CdtDbtInd", "CRDT or DBIT", NULL);
    if (parse_money(&camt->money, &amount) < 0)
        return report(camt, IMPORT_ERROR, IMPORT_BAD_AMOUNT, "Amt", "an amount such as 12.50",
                      &camt->money.amount);
    import_entry_amount(&camt->pass->entry, ENTRY_AMOUNT, amount);
    *ret_ok = true;
    return 0;
}

static int warn_of_details(struct camt *camt)
{
    if (!camt->has_too_many_details)
        return 0;
    camt->pass->entry.split_count = 0;
    return report(camt, IMPORT_WARNING, IMPORT_BAD_SPLIT, "TxDtls", "fewer parts", NULL);
}

int camt_end_entry(struct camt *camt)
{
    struct import_entry *entry = &camt->pass->entry;
    int r = begin_totals(camt);
    if (r != 0 || camt->pass->is_survey)
        return r;
    if (strcmp(camt->status, "INFO") == 0)
        return report(camt, IMPORT_SKIPPED, IMPORT_NOT_BOOKED, "Sts", NULL, NULL);
    entry->pending = strcmp(camt->status, "PDNG") == 0 || strcmp(camt->status, "FUTR") == 0;
    entry->reversal = entry->reversal || camt->details.is_return;
    bool has_date = false;
    bool has_amount = false;
    r = read_dates(camt, &has_date);
    if (r == 0)
        r = read_amount(camt, &has_amount);
    if (r != 0 || !has_date || !has_amount)
        return r;
    r = set_texts(camt);
    if (r == 0)
        r = set_amounts(camt);
    if (r == 0)
        r = warn_of_details(camt);
    return r < 0 ? r : import_emit(camt->pass, entry);
}
