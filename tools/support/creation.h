/* What create_expenses was asked for, once for all tries: names, drafts and the values of its
 * statements. All of it lies in the call's arena. */
#ifndef TOOLS_SUPPORT_CREATION_H
#define TOOLS_SUPPORT_CREATION_H

#include "tools/support/asked.h"
#include "tools/support/candidates.h"
#include "tools/support/draft.h"

struct change;
struct db_rows;

enum {
    INSERT_PARAMS = 13,
    ONE_PARAMS = 17
};

/* What is known before the first try. */
struct creation {
    const struct field_list *items; /* of struct draft_item */
    bool create_missing, allow_duplicate;
    struct asked asked;
    struct name_question question;
    const size_t *item_of_row;         /* for each draft, from 1 */
    const char *values[INSERT_PARAMS]; /* of `insert` */
    struct draft_row row;              /* the last one */
    bool is_one;                       /* … and the only one, so that `insert_one` will do */
    const char *queue[2];
    const char *purchases; /* that refunds are of, as an array; NULL: none */
    size_t missing_at;
};

/* A refund is in the currency of its purchase unless it says another. The purchases whose currency is
 * wanted, as the text of an array; NULL: none. 0 or -ENOMEM. */
MUST_CHECK int creation_asks_currencies(struct call *call, const struct creation *creation,
                                        const char **ret_purchases);

/* Before creation_begin(). `rows`: id and currency of those that there are. 0 or -ENOMEM. */
MUST_CHECK int creation_take_currencies(struct call *call, struct creation *creation,
                                        const struct db_rows *rows);

/* Fills everything behind the arguments. 0; 1 when an item was refused and the call has ended; negative
 * errno. */
MUST_CHECK int creation_begin(struct call *call, struct creation *creation);

/* Whether a rate may be needed. */
bool creation_converts(struct call *call, const struct creation *creation);

/* The item that made this row (from 1). */
size_t creation_item_of(const struct creation *creation, size_t row);

/* Values of `insert_one`; NULL when out of memory. */
const char *const *creation_one_values(struct change *change, const struct creation *creation);

#endif
