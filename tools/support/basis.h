/* The first row of an answer (enum basis_column), worked out of sums by kind: where a statement would
 * have to read its own sums a second time to tell them, it gives only those. Sums are exact, and a
 * total is the sum of its parts by construction. */
#ifndef TOOLS_SUPPORT_BASIS_H
#define TOOLS_SUPPORT_BASIS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "db/query.h"
#include "tools/support/date.h"
#include "tools/support/decimal.h"

/* The columns of a sum: what rows of one kind (and of one category, …) come to. Those without a rate make
 * sums of their own, one for each currency. */
enum kind_sum_column {
    KIND_SUM_KIND,
    KIND_SUM_WITHOUT_RATE, /* their currency; null: amounts are the ledger's */
    KIND_SUM_TOTAL,
    KIND_SUM_COUNT,
    KIND_SUM_PENDING, /* how many of those */
    KIND_SUM_FIRST,   /* days as numbers, 0 is 1970-01-01 */
    KIND_SUM_LAST
};

struct kind_sum {
    const char *kind;
    const char *without_rate; /* NULL: has one */
    struct decimal total;
    int64_t count, pending;
    date_day first_day, last_day;
};

/* Reads the sum in `row`, whose columns begin at `column`; texts are borrowed. 0, -EINVAL or -ERANGE (no
 * number, or one that is too long). */
MUST_CHECK int kind_sum_read(const struct db_rows *rows, size_t row, size_t column,
                             struct kind_sum *ret_sum);

/* Rows of one currency that have no rate. */
struct basis_missing {
    struct basis_missing *next; /* by currency */
    const char *currency;
    struct decimal total;
    int64_t count;
};

/* Begins with zeros. Of kinds that count, but for what is excluded. */
struct basis {
    struct decimal total, refunds, income, transfers; /* of what has a rate */
    int64_t counted, pending;                         /* the same */
    int64_t listed;
    struct basis_missing *missing;
    int64_t transfers_excluded, income_excluded;
    int64_t deleted_excluded;     /* the caller's to fill in */
    date_day first_day, last_day; /* when `listed` > 0 */
};

/* Adds a sum; `counts`: whether its kind does. 0, -ENOMEM or -ERANGE (then `basis` is of no use any
 * more). */
MUST_CHECK int basis_add(struct basis *basis, struct arena *arena, const struct kind_sum *sum,
                         bool counts);

/* Fills BASIS_COLUMNS cells, in the arena. What statements alone can tell (unknown names, labels, the days
 * of the books) stays null. 0 or -ENOMEM. */
MUST_CHECK int basis_cells(const struct basis *basis, struct arena *arena, const char **ret_cells);

#endif
