/* Every number that bounds what a client can ask of the tools, or what they answer. Each has a test
 * at the limit and one beyond. */
#ifndef TOOLS_SUPPORT_LIMITS_H
#define TOOLS_SUPPORT_LIMITS_H

enum {
    /* money */
    MONEY_MAX_DIGITS = 12,  /* before the point */
    MONEY_MAX_DECIMALS = 4, /* of any currency */

    /* names */
    NAME_MAX_POINTS = 120,  /* code points of one name */
    PATH_MAX_POINTS = 400,  /* of a path `Parent: Child: …` */
    FILTER_MAX_NAMES = 50,  /* names in one list of a filter */
    TEXT_MAX_POINTS = 200,  /* of `text` in a filter */
    TEXT_MAX_WORDS = 10,    /* … and its words */
    CANDIDATES_MAX = 5,     /* names that an error lists */
    VOCABULARY_MAX = 20000, /* names that a look-up for candidates reads */

    /* periods */
    PERIOD_MAX_COUNT = 1200, /* n of last_n_months and its like */
    COMPARE_MAX_PERIODS = 12,
    MONTHS_MAX = 24, /* months side by side */

    /* lists */
    ROWS_MAX = 100,
    ROWS_DEFAULT = 20,
    GROUPS_MAX = 1000, /* groups that one statement brings */
    CURSOR_MAX_BYTES = 400,

    /* answers, in bytes */
    ANSWER_DEFAULT_BYTES = 8 * 1000,
    ANSWER_MAX_BYTES = 32 * 1000,

    /* the ledger that a call sees may be this old */
    LEDGER_CACHE_MS = 1000,
};

#endif
