/* A budget against what was spent: the columns of budget_lines.sql, and the figures that are worked
 * out of them. All sums are SQL's; what is a mean is divided and rounded here, once. */
#ifndef TOOLS_SUPPORT_BUDGET_LINE_H
#define TOOLS_SUPPORT_BUDGET_LINE_H

#include "tools/support/answer.h"
#include "tools/support/decimal.h"
#include "tools/support/group.h"

enum budget_column {
    BUDGET_UNPLANNED = BASIS_COLUMNS, /* spent on what has no budget; in the first row */
    BUDGET_CATEGORY,                  /* null: there is no budget at all */
    BUDGET_MONTH,
    BUDGET_AMOUNT,
    BUDGET_CARRIED, /* from the month before the first one */
    BUDGET_SPENT,
    BUDGET_LEFT,
    BUDGET_AVAILABLE, /* amount and carried */
    BUDGET_BY_USER,   /* of what was spent, by the users that were named */
    BUDGET_IS_TOP,    /* not a part of another budget that is listed */
    BUDGET_IS_MONTH,  /* of one month; otherwise a sum of several */
    BUDGET_IS_RUNNING,
    BUDGET_DAYS,    /* of the month */
    BUDGET_ELAPSED, /* of them with today */
    BUDGET_AHEAD,   /* spent, but dated after today */
    BUDGET_SPENT_BY_TODAY,
    BUDGET_EVEN_TIMES_DAYS, /* what an even pace would have spent by today, times the days */
    BUDGET_LATE,            /* what usually comes after this day of the month, … */
    BUDGET_LATE_DIVISOR,    /* … divided by this */
    BUDGET_SAFE,            /* a day, until the end of the month */
    BUDGET_COLUMNS
};

enum {
    BUDGET_PARAMS = 10 /* $1 to $10 */
};

struct budget_range {
    date_day first, last; /* first calendar days of the months */
};

/* The months of a period. */
struct budget_range budget_range_of(struct period_range range, const struct calendar *calendar);

/* Fills the parameters beside the names ($6 to $8). 0 or -ENOMEM. */
MUST_CHECK int budget_line_values(struct call *call, struct budget_range range, bool by_month,
                                  const char *ret_values[BUDGET_PARAMS]);

extern const struct db_statement *const budget_lines;

/* For a question without names: $6 to $8. */
void budget_line_no_names(const char *values[BUDGET_PARAMS]);

/* Number of rows that are budgets. */
size_t budget_line_count(const struct db_rows *rows);

/* Whether something of the month is still to come, and its budget can be kept. */
bool budget_line_is_open(const struct db_rows *rows, size_t row);

/* What will have been spent at the end of the running month. */
const char *budget_line_projected(const struct db_rows *rows, size_t row, int exponent,
                                  char ret_text[DECIMAL_TEXT_SIZE]);

/* "over", "likely_over" or "on_track". */
const char *budget_line_status(const struct db_rows *rows, size_t row, int exponent);

/* Days of the month from today on, of the first row. */
int64_t budget_line_days_left(const struct db_rows *rows);

/* Budgets that are no part of another one, added up. */
struct budget_sums {
    size_t count;
    char amount[DECIMAL_TEXT_SIZE], carried[DECIMAL_TEXT_SIZE], spent[DECIMAL_TEXT_SIZE],
        left[DECIMAL_TEXT_SIZE], safe[DECIMAL_TEXT_SIZE], projected[DECIMAL_TEXT_SIZE];
};

void budget_line_add_up(const struct db_rows *rows, int exponent, struct budget_sums *sums);

/* The table of a row; row_context.data is a struct budget_line_context. */
struct budget_line_context {
    bool has_user;
};

extern const struct field budget_line_fields[];

/* A shorter one, beside other things. */
extern const struct field budget_line_short_fields[];

#endif
