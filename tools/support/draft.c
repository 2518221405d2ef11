/* Checks of new expenses and their form for SQL. What names mean is decided there. */
#include "tools/support/draft.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/support/change.h"
#include "tools/support/fold.h"
#include "tools/support/ledger.h"
#include "tools/support/split.h"

enum {
    FIELD_NAME_MAX = 80
};

const char *const expense_kinds[] = {"expense", "refund", "income", "transfer", NULL};

const struct field draft_split_fields[] = {
    ARG_CATEGORY(struct draft_split, category, .flags = FIELD_PLAIN, .doc = "Of this part."),
    ARG_USER(struct draft_split, user, .flags = FIELD_PLAIN, .doc = "Whose part."),
    ARG_MONEY(struct draft_split, amount, .flags = FIELD_PLAIN, .doc = "Of this part."),
    ARG_MONEY(struct draft_split, percent, .flags = FIELD_PLAIN, .doc = "Or amount."),
    ARG_END,
};

/* --- amounts --------------------------------------------------------------------------------- */

/* What it is when nothing is said. */
static const char *draft_kind(const struct draft_item *item)
{
    if (item->kind)
        return item->kind;
    return item->refund_of > 0 || money_is_negative(&item->amount) ? "refund" : "expense";
}

static int refuse(struct call *call, const char *field, const char *message)
{
    (void)change_refuse_argument(call, field, "%s", message);
    return 1;
}

static int refuse_decimals(struct call *call, const char *field, const struct money *amount,
                           const char *currency)
{
    (void)change_refuse_argument(call, field, "%s has %d decimals, got %s", currency,
                                 currency_exponent(currency), money_said(amount));
    return 1;
}

static int with_sign(struct call *call, const struct money *amount, bool is_negative,
                     struct money *ret_amount)
{
    const char *size = amount->text + (money_is_negative(amount) ? 1 : 0);
    const char *text = is_negative ? arena_printf(call_arena(call), "-%s", size) : size;
    if (!text)
        return -ENOMEM;
    *ret_amount = (struct money){.text = text, .decimals = amount->decimals, .said = amount->said};
    return 0;
}

/* Whether an amount may be of this kind and currency, with its sign as it is stored: 0; 1 when it was
 * refused; negative errno. */
static int draft_amount(struct call *call, const char *field, const struct money *amount,
                        const char *kind, const char *currency, struct money *ret_amount)
{
    bool is_refund = strcmp(kind, "refund") == 0;
    bool is_transfer = strcmp(kind, "transfer") == 0;
    if (strcmp(amount->text, "0") == 0)
        return refuse(call, field, "must not be 0");
    if (money_check(amount, currency) != 0)
        return refuse_decimals(call, field, amount, currency);
    if (money_is_negative(amount) && !is_refund && !is_transfer)
        return refuse(call, field,
                      "must be above 0 for this kind; money that came back is of kind refund");
    return with_sign(call, amount, is_refund || (is_transfer && money_is_negative(amount)),
                     ret_amount);
}

int draft_divide(struct call *call, const char *prefix, const struct draft_whole *whole,
                 const struct field_list *splits, struct money **ret_amounts)
{
    struct arena *arena = call_arena(call);
    const struct draft_split *lines = splits->items;
    struct split_share *shares = arena_array(arena, splits->count, sizeof(*shares));
    struct split_result result = {0};
    char field[FIELD_NAME_MAX];
    if (!shares)
        return -ENOMEM;
    int r = 0;
    for (size_t i = 0; r == 0 && i < splits->count; i++) {
        shares[i] = (struct split_share){lines[i].amount, lines[i].percent};
        if (whole->is_refund && lines[i].amount.text)
            r = with_sign(call, &lines[i].amount, false, &shares[i].amount);
    }
    if (r == 0)
        r = split_amounts(arena, whole->amount, currency_exponent(whole->currency), shares,
                          splits->count, &result);
    if (r == 0)
        *ret_amounts = result.amounts;
    if (r == 0 || r == -ENOMEM)
        return r;
    (void)snprintf(field, sizeof(field), "%ssplits", prefix);
    if (r == -EDOM)
        (void)change_refuse_argument(call, field, "%s: they come to %s, the whole is %s",
                                     result.why, result.sum, whole->amount->text);
    else if (r == -ERANGE)
        (void)change_refuse_argument(call, field, "%s: they come to %s per cent", result.why,
                                     result.sum);
    else
        (void)change_refuse_argument(call, field, "%s", result.why);
    return 1;
}

/* --- one row --------------------------------------------------------------------------------- */

static size_t ask(struct drafts *drafts, const struct name_ref *name, const char *member)
{
    char field[FIELD_NAME_MAX];
    (void)snprintf(field, sizeof(field), "%s%s", drafts->prefix, member);
    /* The question may put the ledger's own spelling in its place. */
    struct name_ref *kept = arena_alloc(call_arena(drafts->call), sizeof(*kept));
    if (!kept) {
        drafts->asked->error = -ENOMEM;
        return 0;
    }
    *kept = *name;
    return asked_add(drafts->asked, kept, field);
}

static void put_number(struct json_out *out, const char *key, size_t number)
{
    if (number > 0)
        json_put_int(out, key, (int64_t)number);
}

static void put_text(struct json_out *out, const char *key, const char *text)
{
    if (text && text[0])
        json_put_text(out, key, text);
}

static void put_tags(struct drafts *drafts, const struct name_list *tags)
{
    json_put_array(drafts->out, "tags");
    for (size_t i = 0; i < tags->count; i++) {
        size_t number = ask(drafts, &tags->items[i], "tags");
        if (number > 0)
            json_int(drafts->out, (int64_t)number);
    }
    json_end_array(drafts->out);
}

/* Who paid, where it is said whose share the row is: who is named, or whose receipt it is that was
 * divided among users; each their own share where nobody is known. */
static size_t ask_payer(struct drafts *drafts, const struct draft_item *item,
                        const struct draft_split *split)
{
    if (item->paid_by.text)
        return ask(drafts, &item->paid_by, "paid_by");
    if (!split || !split->user.text)
        return 0;
    if (!item->user.text && call_context(drafts->call)->user_name)
        return ASKED_SPEAKER;
    return ask(drafts, item->user.text ? &item->user : &split->user, "user");
}

static void write_row(struct drafts *drafts, const struct draft_row *row)
{
    struct json_out *out = drafts->out;
    json_object(out);
    json_put_int(out, "n", (int64_t)drafts->rows);
    put_number(out, "receipt", row->receipt);
    json_put_text(out, "spent_on", row->spent_on);
    json_put_text(out, "amount", row->amount);
    json_put_text(out, "currency", row->currency);
    put_text(out, "merchant", row->merchant);
    put_text(out, "merchant_folded", row->merchant_folded);
    put_text(out, "description", row->description);
    put_text(out, "notes", row->notes);
    json_put_text(out, "kind", row->kind);
    put_number(out, "refund_of", row->refund_of);
    put_number(out, "category", row->category);
    put_number(out, "user", row->user);
    put_number(out, "account", row->account);
    put_number(out, "paid_by", row->paid_by);
    put_tags(drafts, row->tags);
    json_end_object(out);
}

static const char *some(const char *text)
{
    return text && text[0] ? text : NULL;
}

/* `split` is NULL for an expense that is not divided. */
static int put_row(struct drafts *drafts, const struct draft_item *item, const char *currency,
                   const struct money *amount, const struct draft_split *split)
{
    const char *merchant = some(item->merchant);
    const char *folded = merchant ? fold_text(call_arena(drafts->call), merchant) : NULL;
    const struct name_ref *category =
        split && split->category.text ? &split->category : &item->category;
    const struct name_ref *user = split && split->user.text ? &split->user : &item->user;
    if (merchant && !folded)
        return -ENOMEM;
    if (++drafts->rows > CREATE_ROWS_MAX)
        return refuse(drafts->call, "items", "makes more rows than one call may");
    drafts->row = (struct draft_row){
        .spent_on = item->date.given ? item->date.text : call_ledger(drafts->call)->today,
        .amount = amount->text,
        .currency = currency,
        .merchant = merchant,
        .merchant_folded = some(folded),
        .description = some(item->description),
        .notes = some(item->notes),
        .kind = draft_kind(item),
        .receipt = split ? drafts->receipts : 0,
        .refund_of = (size_t)item->refund_of,
        .category = ask(drafts, category, "category"),
        .tags = &item->tags,
    };
    drafts->row.user = ask(drafts, user, "user");
    drafts->row.account = ask(drafts, &item->account, "account");
    drafts->row.paid_by = ask_payer(drafts, item, split);
    asked_purpose(drafts->asked, drafts->row.category, drafts->row.kind);
    write_row(drafts, &drafts->row);
    return 0;
}

/* --- one item -------------------------------------------------------------------------------- */

static int write_receipt(struct drafts *drafts, const struct draft_item *item, const char *currency)
{
    const struct draft_split *lines = item->splits.items;
    bool is_refund = strcmp(draft_kind(item), "refund") == 0;
    struct money *amounts = NULL;
    struct money whole = item->amount;
    int r = whole.text ? with_sign(drafts->call, &whole, false, &whole) : 0;
    if (r == 0)
        r = draft_divide(drafts->call, drafts->prefix,
                         &(struct draft_whole){&whole, currency, is_refund}, &item->splits,
                         &amounts);
    drafts->receipts++;
    for (size_t i = 0; r == 0 && i < item->splits.count; i++) {
        r = with_sign(drafts->call, &amounts[i], is_refund, &amounts[i]);
        if (r == 0)
            r = put_row(drafts, item, currency, &amounts[i], &lines[i]);
    }
    return r;
}

static int check_kind(const struct drafts *drafts, const struct draft_item *item)
{
    char field[FIELD_NAME_MAX];
    bool is_refund = strcmp(draft_kind(item), "refund") == 0;
    if (item->refund_of > 0 && !is_refund) {
        (void)snprintf(field, sizeof(field), "%srefund_of", drafts->prefix);
        return refuse(drafts->call, field, "only goes with kind refund");
    }
    if (item->splits.count > 0 && strcmp(draft_kind(item), "transfer") == 0) {
        (void)snprintf(field, sizeof(field), "%ssplits", drafts->prefix);
        return refuse(drafts->call, field, "a transfer cannot be split");
    }
    return 0;
}

int draft_write(struct drafts *drafts, const struct draft_item *item)
{
    const char *currency = item->currency ? item->currency : call_ledger(drafts->call)->currency;
    char field[FIELD_NAME_MAX];
    struct money amount = item->amount;
    (void)snprintf(field, sizeof(field), "%samount", drafts->prefix);
    if (!amount.text && item->splits.count == 0)
        return refuse(drafts->call, field, "is missing");
    int r = check_kind(drafts, item);
    if (r == 0 && amount.text)
        r = draft_amount(drafts->call, field, &item->amount, draft_kind(item), currency, &amount);
    if (r != 0)
        return r;
    if (item->splits.count > 0)
        return write_receipt(drafts, item, currency);
    return put_row(drafts, item, currency, &amount, NULL);
}
