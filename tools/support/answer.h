/* The answer that all tools which ask have in common: summary first, then period, currency, total,
 * count, rows, how many of them there are, and what the total leaves out. Money is text; totals are
 * over everything that matched, as SQL summed it up (basis.c adds such sums, never rows); rows are cut
 * at the size budget, totals never.
 *
 *     struct answer answer = {.call = call, .rows = rows, …};
 *     answer_begin(&answer);
 *     answer_summary(&answer, &sentence);
 *     answer_period(&answer, &args->filter.period);
 *     answer_totals(&answer);
 *     answer_rows(&answer, &(struct answer_list){…});
 *     answer_basis(&answer);
 *     return answer_end(&answer); */
#ifndef TOOLS_SUPPORT_ANSWER_H
#define TOOLS_SUPPORT_ANSWER_H

#include <stdint.h>

#include "mcp/call.h"
#include "tools/support/ledger.h"
#include "tools/support/row.h"

/* The columns of basis_columns.sql; they stand in the first row. */
enum basis_column {
    BASIS_TOTAL,
    BASIS_COUNTED, /* rows that entered the total */
    BASIS_LISTED,  /* rows that match, with those that have no rate */
    BASIS_REFUNDS,
    BASIS_INCOME,    /* sums of what entered the total, by kind */
    BASIS_TRANSFERS, /* … */
    BASIS_TRANSFERS_EXCLUDED,
    BASIS_INCOME_EXCLUDED,
    BASIS_PENDING,
    BASIS_DELETED_EXCLUDED,
    BASIS_FIRST_DAY,
    BASIS_LAST_DAY,
    BASIS_RATES_MISSING, /* "EUR 7.0000 1;GBP 30.0000 2" */
    BASIS_UNKNOWN,       /* for names_settle() */
    BASIS_LABELS,        /* names as the ledger spells them, each with its kind in front */
    BASIS_BOOKS,         /* "2025-06-01 to 2026-11-23" where nothing matches, otherwise null */
    BASIS_COLUMNS
};

struct answer {
    struct call *call;
    const struct db_rows *rows;
    const char *currency; /* of total and groups */
    bool is_large;        /* the caller asked for many rows: the hard budget instead of 8 KB */

    /* filled by answer_begin() */
    struct json_out *out;
    int exponent;
};

void answer_begin(struct answer *answer);
void answer_summary(struct answer *answer, const struct buf *sentence);
void answer_period(struct answer *answer, const struct period *period);
void answer_totals(struct answer *answer);

struct answer_list {
    const char *key;            /* "rows" */
    const struct field *fields; /* the table of a row */
    size_t first, count;        /* rows to write, if the budget allows */
    size_t column;              /* where their columns begin */
    const void *data;
};

/* Writes one row into the open list unless it would burst the budget: then false. The first row of
 * a list is always written, or its pages could never be read to the end. */
bool answer_row(struct answer *answer, const struct answer_list *list, size_t row);

/* Writes the list and returns how many rows it holds. */
size_t answer_rows(struct answer *answer, const struct answer_list *list);

/* returned, of, truncated, and next_cursor when it is not NULL. */
void answer_listing(struct answer *answer, size_t returned, int64_t of, const char *cursor);

void answer_basis(struct answer *answer);

/* Closes the answer and replies. Returns 0 or a negative errno of the writer. */
int answer_end(struct answer *answer);

/* A member with an amount in the answer's currency, out of numeric text. */
void answer_money(struct answer *answer, const char *key, const char *numeric);

/* "7.00 EUR, 30.00 GBP" out of the text of a column such as BASIS_RATES_MISSING. */
void answer_say_missing(const char *missing, struct buf *sentence);

extern const struct field_type field_any_object;

// clang-format off
/* The members that all these answers have, around their own. Objects of fixed shape are not spelled
 * out in the schema, which is sent with every list of tools. */
#define OUT_ANSWER(row_fields_)                                                                    \
    OUT_TEXT("summary"), OUT_ANY_OBJECT("period"), OUT_TEXT("currency"), OUT_TEXT("total"),        \
        OUT_INT("count"), OUT_ROWS("rows", row_fields_), OUT_INT("returned"), OUT_INT("of"),       \
        OUT_BOOL("truncated"), OUT_TEXT("next_cursor"), OUT_ANY_OBJECT("basis"),                   \
        OUT_ANY_OBJECT("error")
#define OUT_ANY_OBJECT(name_) {.name = (name_), .type = &field_any_object}
// clang-format on

#endif
