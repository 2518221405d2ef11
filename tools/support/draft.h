/* Expenses as somebody asks for them, checked and written as the drafts of drafts.sql: the sign by
 * kind, the decimals of the currency, receipts divided to the cent. */
#ifndef TOOLS_SUPPORT_DRAFT_H
#define TOOLS_SUPPORT_DRAFT_H

#include <stdint.h>

#include "mcp/call.h"
#include "tools/support/asked.h"
#include "tools/support/currency.h"
#include "tools/support/date.h"
#include "tools/support/limits.h"
#include "tools/support/money.h"

/* One line of a receipt. */
struct draft_split {
    struct name_ref category, user;
    struct money amount, percent;
};

struct draft_item {
    struct money amount;
    struct date_arg date;
    const char *merchant, *description, *notes;
    struct name_ref category, user, account, paid_by;
    struct name_list tags;
    const char *currency; /* NULL: the ledger's */
    const char *kind;     /* NULL: expense, or refund when the amount is negative */
    int64_t refund_of;
    struct field_list splits; /* of struct draft_split */
};

extern const char *const expense_kinds[];
extern const struct field draft_split_fields[];

/* One row of the books to be. What is not there is NULL or 0; names by their number in `asked`. */
struct draft_row {
    const char *spent_on, *amount, *currency, *merchant, *merchant_folded, *description, *notes,
        *kind;
    size_t receipt, refund_of, category, user, account, paid_by;
    const struct name_list *tags;
};

/* Everything about drafts that are being written. */
struct drafts {
    struct call *call;
    struct asked *asked;
    struct json_out *out;
    const char *prefix; /* of the argument at hand: "items[3]." */
    size_t rows;        /* written so far */
    size_t receipts;
    struct draft_row row; /* the last one */
};

/* Writes one item as one row or, with splits, as a receipt. 0; 1 when the item was refused and the
 * call has ended; negative errno. */
MUST_CHECK int draft_write(struct drafts *drafts, const struct draft_item *item);

/* What is divided: its size. Where it is a refund its parts may have a minus, as the whole may. */
struct draft_whole {
    const struct money *amount;
    const char *currency;
    bool is_refund;
};

/* Divides it over splits; says why not. 0, 1 (refused), or negative errno. */
MUST_CHECK int draft_divide(struct call *call, const char *prefix, const struct draft_whole *whole,
                            const struct field_list *splits, struct money **ret_amounts);

#endif
