/* No more comes back of a purchase than it cost: one place for whatever makes or changes refunds and
 * purchases. Refunds in another currency than the purchase are not compared. */
#ifndef TOOLS_SUPPORT_REFUND_H
#define TOOLS_SUPPORT_REFUND_H

#include "tools/support/change.h"

/* Adds the step that locks the purchases `purchases` and those of the refunds `refunds` (texts of arrays
 * that live until the trip is sent; NULL: none); its rows are those that there are. Returns its number. */
size_t refund_lock(struct change *change, const char *purchases, const char *refunds);

/* Adds the step, behind all that the change does, that looks whether what it changed fits, or does so no
 * worse than before (change_keep() has it as it was).
 * `names_purchase`: a purchase was named, so it must not be a deleted one. Returns its number. */
size_t refund_look(struct change *change, bool names_purchase);

/* What is named when it does not: the argument that changed refunds, the one that changed purchases
 * (NULL: none), and what may be done instead ("leave refund_of out"), or NULL. `divides`: the purchase
 * into parts. */
struct refund_blame {
    const char *refund, *purchase, *otherwise;
    bool divides;
};

/* In the continuation: 0; 1 when the change was refused. */
MUST_CHECK int refund_check(struct change *change, const struct db_rows *misfits,
                            const struct refund_blame *blame);

#define REFUND_OTHERWISE "leave refund_of out"

/* Refuses: `misfit` as refund_misfit.sql says it, `field` named the purchase. Returns 0. */
int refund_refuse(struct change *change, const char *field, const char *misfit, int64_t purchase);

/* " The refund e47 (60.00 USD) of what is gone stays …", when purchases are gone that have refunds; or
 * nothing. */
void refund_say_left(const struct change_story *story, struct buf *text);

#endif
