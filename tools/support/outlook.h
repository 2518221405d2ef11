/* A forecast as an answer: the figures of forecast_spending.sql put together. */
#ifndef TOOLS_SUPPORT_OUTLOOK_H
#define TOOLS_SUPPORT_OUTLOOK_H

#include "tools/support/answer.h"
#include "tools/support/date.h"
#include "tools/support/money.h"
#include "tools/support/names.h"

/* The columns of forecast_spending.sql; those before the part stand in the first row. */
enum outlook_column {
    OUTLOOK_SPENT,
    OUTLOOK_COUNTED,
    OUTLOOK_RECEIVED,
    OUTLOOK_WITHOUT_RATE,
    OUTLOOK_SCHEDULED,
    OUTLOOK_BILLS,
    OUTLOOK_BILLS_COUNT,
    OUTLOOK_BILLS_UNKNOWN,
    OUTLOOK_MIDDLE,
    OUTLOOK_BELOW,
    OUTLOOK_ABOVE,
    OUTLOOK_SEASON,
    OUTLOOK_HISTORY,
    OUTLOOK_LEAST_DAYS,
    OUTLOOK_WIDTH,
    OUTLOOK_BEGIN,
    OUTLOOK_INCOME_MONTHS,
    OUTLOOK_INCOME_USUAL,
    OUTLOOK_DAYS,
    OUTLOOK_PART,
    OUTLOOK_LABEL,
    OUTLOOK_PATH, /* of a change: the number of an earlier one about the same thing, or null */
    OUTLOOK_DAY,
    OUTLOOK_TIMES,
    OUTLOOK_TOTAL
};

/* One change of a scenario. */
struct outlook_wish {
    const char *target, *change;
    struct date_arg from;

    const char *how, *number; /* what change means: cancel, percent, amount */
    char room[DECIMAL_TEXT_SIZE];
};

struct outlook_purchase {
    struct money amount;
    struct date_arg date;
    struct name_ref category;
};

/* What is left of a budget that the purchase would come out of. */
struct outlook_budget {
    const char *name; /* "all" or a category; NULL: there is none */
    const char *left; /* with what was carried over */
};

struct outlook {
    struct period period; /* whose last day counts */
    date_day first;       /* of the running month */
    const struct outlook_wish *wishes;
    size_t wish_count;
    const struct outlook_purchase *purchase; /* NULL: none */
    struct outlook_budget own, whole; /* of the purchase's category and of everything, that month */

    /* After outlook_read(), in units of the ledger's currency: */
    decimal_units spent, scheduled, bills, habits, total, low, high;
    decimal_units change; /* of the scenario */
    decimal_units price, income, received, usual_income;
    int64_t income_months;
};

extern const struct field outlook_due_fields[];

bool outlook_has_history(const struct db_rows *rows);

/* The first change whose target is neither a payment nor a category; wish_count when all are. */
size_t outlook_unknown_wish(const struct outlook *outlook, const struct db_rows *rows);

/* The first change about something that an earlier one is about; wish_count when there is none. */
size_t outlook_clashing_wish(const struct outlook *outlook, const struct db_rows *rows,
                             const char **ret_earlier);

/* Puts the figures together. 0 or negative errno. */
MUST_CHECK int outlook_read(const struct answer *answer, struct outlook *outlook);

void outlook_write(struct answer *answer, const struct outlook *outlook);

#endif
