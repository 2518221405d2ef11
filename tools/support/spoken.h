/* Summary sentences: what was asked and what came out, good enough to be read aloud, with period,
 * currency and what was left out. */
#ifndef TOOLS_SUPPORT_SPOKEN_H
#define TOOLS_SUPPORT_SPOKEN_H

#include "tools/support/answer.h"
#include "tools/support/filter.h"

/* "You spent 612.40 USD on Groceries in October 2026 (18 expenses)", without the full stop. */
void spoken_total(struct buf *text, const struct answer *answer, const struct filter *filter);

/* Whether nothing of what matches has a rate: then there is no sum to speak of. */
bool spoken_is_unknown(const struct answer *answer);

/* Whether nothing matches in a period that has not begun: that is no little spending. */
bool spoken_is_ahead(const struct answer *answer, const struct filter *filter);

/* "9.0 % more than " or its like, without what it is compared with. `before` as it is shown, `kind` that
 * of the filter. */
void spoken_change(struct buf *text, const struct answer *answer, const char *before,
                   const char *kind);

/* The names of a kind ('c', 'u' …) that the question has, as the ledger spells them. */
void spoken_labels(struct buf *text, const struct answer *answer, char code);

/* Amount and currency: "612.40 USD". */
void spoken_money(struct buf *text, const struct answer *answer, const char *numeric);

/* The sentences behind the first one: rates that are missing, names that were read as others. */
void spoken_end(struct buf *text, const struct answer *answer, const struct name_question *names);

/* Bytes that a summary may have. */
enum {
    SUMMARY_MAX_BYTES = 4000
};

#endif
