/* Budgets of categories and months, as the tools that change them see them. A budget belongs to a month
 * of the ledger, which is named by its first calendar day; it holds for that month alone or from it
 * on. Category 0 is the whole ledger. */
#ifndef TOOLS_SUPPORT_BUDGET_H
#define TOOLS_SUPPORT_BUDGET_H

#include "tools/support/change.h"
#include "tools/support/names.h"
#include "tools/support/period.h"

/* What holds for a category in a month. Texts are the arena's. */
struct budget {
    const char *category; /* number, "0" for the whole ledger */
    const char *path;     /* NULL for the whole ledger */
    const char *kind;     /* of the category: "expense" */
    const char *amount;   /* NULL: no budget, and to be put: none from now on */
    bool rollover;
    int64_t own_id; /* the row of this month alone, */
    bool has_own;   /* which is there */
    int64_t on_id;  /* the row from this month on, there or not */
};

/* Whether a name stands for the whole ledger: "all". */
bool budget_is_all(const struct name_ref *name);

/* First calendar day of the month that a word means, fit for $n::date. 0 or a negative errno. */
MUST_CHECK int budget_month(struct call *call, const struct period_word *word,
                            char ret_month[DATE_TEXT_SIZE]);

/* "November 2026" for a month such as 2026-11 or 2026-11-01. */
void budget_say_month(struct buf *text, const char *month);

/* Step of the first trip: nobody else changes budgets until the change is over. */
void budget_lock(struct change *change);

/* Adds the step that finds what holds for `count` categories in a month; *ret_step is its number.
 * 0 or -ENOMEM. */
MUST_CHECK int budget_find(struct change *change, const int64_t *categories, size_t count,
                           const char *month, size_t *ret_step);

/* In the continuation. 0 or -ENOMEM. */
MUST_CHECK int budget_read(struct change *change, const struct db_rows *rows, size_t row,
                           struct budget *ret_budget);

/* Adds the step that makes this the budget of the month alone, or from the month on (then a row of the
 * month alone goes), and keeps what it touches. 0 or -ENOMEM. */
MUST_CHECK int budget_put(struct change *change, const struct budget *budget, const char *month,
                          bool forward);

/* The show of a kept budget: a member as text, "" when it has none; in `ret_text`. */
void budget_shown(const struct change_story *story, size_t row, const char *key,
                  struct buf *ret_text);

/* "Food: Groceries", "the whole ledger". */
void budget_say_category(struct buf *text, const char *path);

#endif
