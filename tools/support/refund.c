/* What is wrong with a refund, in words. What is right is decided in refund_misfit.sql. */
#include "tools/support/refund.h"

#include <errno.h>
#include <string.h>

#include "mcp/json.h"
#include "tools/support/currency.h"
#include "tools/support/decimal.h"
#include "tools/support/expense.h"
#include "tools/support/ledger.h"
#include "tools/support/money.h"
#include "tools/support/refund.sql.h"

enum {
    MISFIT_WHY,
    MISFIT_PURCHASE,
    MISFIT_IS_REFUND
};

enum {
    MESSAGE_MAX = 1000,
    LEFT_SHOWN = 5
};

/* An excess by a division: the refunds stay with the first part. */
#define DIVIDED "divided"

struct misfit_text {
    const char *misfit, *before, *after, *to_do;
};

/* Of the refund. */
static const struct misfit_text refund_texts[] = {
    {"missing", "there is no expense ", ".", "Look the purchase up with read_expenses"},
    {"deleted", "", " was deleted.", "Look the purchase up with read_expenses"},
    {"other", "", " is no purchase.", "Look the purchase up with read_expenses"},
    {"exceeded", "the refund is larger than what is left of ", ".",
     "Look the purchase up with read_expenses"},
    {NULL, NULL, NULL, NULL},
};

/* Of the purchase. */
static const struct misfit_text purchase_texts[] = {
    {"other", "", " has refunds and so has to stay a purchase.", "Correct its refunds first"},
    {"exceeded", "the refunds are larger than what would be left of ", ".",
     "Correct its refunds first"},
    {DIVIDED, "the first part keeps the refunds of ", ", which are larger than it.",
     "Put the larger part first, or correct its refunds"},
    {NULL, NULL, NULL, NULL},
};

static int refuse(struct change *change, const struct misfit_text *text, int64_t purchase,
                  const char *field, const char *otherwise)
{
    OWNED_BUF happened = BUF_INIT(MESSAGE_MAX);
    OWNED_BUF to_do = BUF_INIT(MESSAGE_MAX);
    (void)buf_printf(&happened, "%se%lld%s", text->before, (long long)purchase, text->after);
    (void)buf_printf(&to_do, "%s%s%s.", text->to_do, otherwise ? ", or " : "",
                     otherwise ? otherwise : "");
    return change_refuse(change, "bad_refund", field, buf_text(&happened), buf_text(&to_do));
}

/* The one for `misfit`; there is one for each. */
static const struct misfit_text *text_of(const struct misfit_text *texts, const char *misfit)
{
    while (texts[1].misfit && strcmp(texts->misfit, misfit) != 0)
        texts++;
    return texts;
}

int refund_refuse(struct change *change, const char *field, const char *misfit, int64_t purchase)
{
    return refuse(change, text_of(refund_texts, misfit), purchase, field, REFUND_OTHERWISE);
}

size_t refund_lock(struct change *change, const char *purchases, const char *refunds)
{
    struct call *call = change_call(change);
    const char **values = arena_array(call_arena(call), 3, sizeof(*values));
    if (!values) {
        change_fail(change, -ENOMEM);
        return 0;
    }
    values[0] = call_ledger(call)->id_text;
    values[1] = purchases ? purchases : "{}";
    values[2] = refunds ? refunds : "{}";
    return change_step(change, &sql_lock_purchases, values);
}

size_t refund_look(struct change *change, bool names_purchase)
{
    struct call *call = change_call(change);
    const char **values = arena_array(call_arena(call), 3, sizeof(*values));
    if (!values) {
        change_fail(change, -ENOMEM);
        return 0;
    }
    values[0] = call_ledger(call)->id_text;
    values[1] = change_id(change);
    values[2] = names_purchase ? "t" : "f";
    return change_step(change, &sql_misfits, values);
}

int refund_check(struct change *change, const struct db_rows *misfits,
                 const struct refund_blame *blame)
{
    if (db_rows_count(misfits) == 0)
        return 0;
    bool is_refund = db_rows_bool(misfits, 0, MISFIT_IS_REFUND);
    const struct misfit_text *texts = is_refund ? refund_texts : purchase_texts;
    const char *why = db_rows_text(misfits, 0, MISFIT_WHY);
    if (blame->divides && !is_refund && strcmp(why, "exceeded") == 0)
        why = DIVIDED;
    (void)refuse(change, text_of(texts, why), db_rows_int(misfits, 0, MISFIT_PURCHASE),
                 is_refund ? blame->refund : blame->purchase, blame->otherwise);
    return 1;
}

/* --- what a deletion leaves ------------------------------------------------------------------ */

/* Whether the row is what an expense was that is no more. */
static bool is_gone(const struct change_story *story, size_t row)
{
    const struct db_rows *rows = story->rows;
    bool is_before = strcmp(db_rows_text(rows, row, KEPT_ENTITY), "expense") == 0 &&
                     strcmp(db_rows_text(rows, row, KEPT_SIDE), "before") == 0;
    return is_before && (row + 1 == story->last || db_rows_int(rows, row, KEPT_POSITION) !=
                                                       db_rows_int(rows, row + 1, KEPT_POSITION));
}

static bool goes_too(const struct change_story *story, const char *id)
{
    for (size_t row = story->first; row < story->last; row++) {
        const char *other = kept_text(story, row, EXPENSE_ID);
        if (other && strcmp(other, id) == 0)
            return is_gone(story, row);
    }
    return false;
}

static void name_refund(const cJSON *refund, struct buf *text)
{
    char amount[DECIMAL_TEXT_SIZE];
    const char *currency = json_get_text(refund, "currency");
    int exponent = currency_exponent(currency);
    (void)buf_printf(
        text, "e%s (%s %s)", json_get_text(refund, "id"),
        money_format(json_get_text(refund, "amount"), exponent < 0 ? 2 : exponent, amount),
        currency);
}

/* Adds those of one purchase that stay; returns how many there are with `before`. */
static size_t name_left(const struct change_story *story, size_t row, size_t before,
                        struct buf *names)
{
    const char *why = NULL;
    const cJSON *refund = NULL;
    OWNED_JSON refunds = json_parse(db_rows_text(story->rows, row, KEPT_SHOW),
                                    db_rows_length(story->rows, row, KEPT_SHOW), &why);
    cJSON_ArrayForEach (refund, refunds) {
        if (goes_too(story, json_get_text(refund, "id")))
            continue;
        if (before < LEFT_SHOWN) {
            (void)buf_append_text(names, before > 0 ? ", " : "");
            name_refund(refund, names);
        }
        before++;
    }
    return before;
}

void refund_say_left(const struct change_story *story, struct buf *text)
{
    OWNED_BUF names = BUF_INIT(MESSAGE_MAX);
    size_t count = 0;
    for (size_t row = story->first; row < story->last; row++) {
        if (is_gone(story, row) && !db_rows_is_null(story->rows, row, KEPT_SHOW))
            count = name_left(story, row, count, &names);
    }
    if (count == 0)
        return;
    const char *what = !story->is_saved ? "would be gone would stay and still be"
                       : count == 1     ? "is gone stays and is still"
                                        : "is gone stay and are still";
    (void)buf_printf(
        text,
        " The refund%s %s%s of what %s taken off the totals: delete %s as well, or they "
        "are that much too low.",
        count == 1 ? "" : "s", buf_text(&names), count > LEFT_SHOWN ? " …" : "", what,
        count == 1 ? "it" : "them");
}
