/* What is wrong with a refund, in words. What is right is decided in refund_misfit.sql. */
#include "tools/support/refund.h"

#include <errno.h>
#include <string.h>

#include "tools/support/ledger.h"
#include "tools/support/refund.sql.h"

enum {
    MISFIT_WHY,
    MISFIT_PURCHASE,
    MISFIT_IS_REFUND
};

enum {
    MESSAGE_MAX = 1000
};

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
    (void)refuse(change, text_of(texts, db_rows_text(misfits, 0, MISFIT_WHY)),
                 db_rows_int(misfits, 0, MISFIT_PURCHASE),
                 is_refund ? blame->refund : blame->purchase, blame->otherwise);
    return 1;
}
