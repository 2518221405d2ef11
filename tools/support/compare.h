/* What a period is compared with: `compare_to` as ranges of days, and in words. */
#ifndef TOOLS_SUPPORT_COMPARE_H
#define TOOLS_SUPPORT_COMPARE_H

#include "base/buf.h"
#include "mcp/call.h"
#include "tools/support/ledger.h"
#include "tools/support/limits.h"
#include "tools/support/period.h"

extern const char *const compare_choices[];

struct comparison {
    const char *to; /* one of compare_choices */
    struct period_range ranges[COMPARE_MAX_PERIODS];
    size_t count;
    size_t counted; /* ranges that the books reach: what a mean is taken over */
    date_day begin; /* of the books, when it lies within what is compared with; otherwise 0 */
};

/* Fills the ranges, newest first. False when the period has nothing before it to compare with: the
 * call has then been refused. */
bool comparison_begin(struct call *call, const struct period *period, const char *to,
                      struct comparison *ret_comparison);

/* Leaves out ranges that ended before the books began: they would make a mean too small.
 * `books_begin` is the day of the oldest expense, "" for none. */
void comparison_reach(struct comparison *comparison, const char *books_begin);

/* Whether all of it lies before the books: then a difference to it says nothing. */
bool comparison_is_empty(const struct comparison *comparison);

/* " The books begin on 1 June 2025, so there is nothing to compare with." */
void comparison_say_empty(date_day books_begin, const struct calendar *calendar, struct buf *text);

/* " That period has not begun, so there is nothing to compare." */
void comparison_say_ahead(struct buf *text);

/* "in September 2026", "the average of the 3 months before". */
void comparison_describe(const struct comparison *comparison, const struct period *period,
                         const struct calendar *calendar, struct buf *text);

#endif
