/* The filter that every tool which asks shares: its arguments in one line, and the parameters of
 * filter.sql. Names are matched by the tool's own statement; see candidates.h for the rest. */
#ifndef TOOLS_SUPPORT_FILTER_H
#define TOOLS_SUPPORT_FILTER_H

#include <stdint.h>

#include "tools/support/candidates.h"
#include "tools/support/currency.h"
#include "tools/support/ledger.h"
#include "tools/support/money.h"
#include "tools/support/names.h"
#include "tools/support/period.h"

enum {
    FILTER_PARAMS = 12, /* $1 to $12 of filter.sql */
    FILTER_PARAMS_MAX = 32
};

struct filter {
    struct period period;
    struct name_list category, merchant, user, tag, account;
    const char *text;
    struct money min_amount, max_amount;
    const char *currency;                          /* NULL: all, in the ledger's currency */
    const char *kind;                              /* never NULL */
    const char *category_argument, *user_argument; /* how the tool calls them; NULL: as here */
    const char *status; /* of the rows, where the tool asks for one, for its sentence; NULL: any */

    struct name_question names; /* not an argument; filter_begin() fills it */
};

/* Prepares the names for their look-up: once, before the first filter_values(). `again` runs the
 * tool's statement. 0 or -ENOMEM. */
MUST_CHECK int filter_begin(struct call *call, struct filter *filter,
                            int (*again)(struct call *call));

/* What a tool adds to the filter's parameters. */
struct filter_options {
    const struct period_range *others; /* further periods, for comparisons */
    size_t others_count;
    bool needs_merchant; /* the statement reads merchant_folded of `matched` */
    bool needs_income;   /* income counts beside the filter's kind */
};

/* Fills $1 to $12, in the call's arena. 0 or -ENOMEM. */
MUST_CHECK int filter_values(struct call *call, const struct filter *filter,
                             const struct filter_options *options,
                             const char *ret_values[FILTER_PARAMS]);

/* A number for the tool and its first `count` parameters, that cursors are bound to. */
uint64_t filter_hash(const char *tool, const char *const *values, size_t count);

extern const struct field_type field_filter;
extern const char *const filter_kinds[], *const filter_kinds_at_large[]; /* the default first */

// clang-format off
#define FILTER_FIELDS(default_period) FILTER_FIELDS_OF(default_period, filter_kinds, "expense")
#define FILTER_FIELDS_OF(default_period, kinds, default_kind)                                      \
    (const struct field[]){                                                                        \
        ARG_PERIOD(struct filter, period, default_period),                                         \
        ARG_CATEGORIES(struct filter, category, .flags = FIELD_PLAIN, .doc = "With those below."), \
        ARG_MERCHANTS(struct filter, merchant, .flags = FIELD_PLAIN, .doc = "Shop or payee."),     \
        ARG_USERS(struct filter, user, .flags = FIELD_PLAIN, .doc = "Who spent."),                 \
        ARG_TAGS(struct filter, tag, .flags = FIELD_PLAIN, .doc = "Any of."),                      \
        ARG_ACCOUNTS(struct filter, account, .flags = FIELD_PLAIN, .doc = "Any of."),              \
        ARG_TEXT(struct filter, text, .max = TEXT_MAX_POINTS,                                      \
                 .flags = FIELD_PLAIN, .doc = "Words anywhere in it."),                            \
        ARG_MONEY(struct filter, min_amount, .flags = FIELD_PLAIN, .doc = "Least size."),          \
        ARG_MONEY(struct filter, max_amount, .flags = FIELD_PLAIN, .doc = "Most."),                \
        ARG_CURRENCY(struct filter, currency, .flags = FIELD_PLAIN,                                \
                     .doc = "This one, unconverted."),                                             \
        ARG_CHOICE(struct filter, kind, .choices = (kinds), .def = (default_kind),                 \
                   .flags = FIELD_PLAIN, .doc = "expense: less refunds."),                         \
        ARG_END,                                                                                   \
    }

/* The whole filter; `default_period` is a word, or NULL for all days. */
#define ARG_FILTER(S, member, default_period, ...)                                                 \
    FIELD_ROW(S, member, struct filter, field_filter, .fields = FILTER_FIELDS(default_period),     \
              .doc = "What counts.", __VA_ARGS__)
// clang-format on

#endif
