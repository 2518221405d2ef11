/* Every number that bounds what a client can ask of the tools, or what they answer. Each has a test
 * at the limit and one beyond. */
#ifndef TOOLS_SUPPORT_LIMITS_H
#define TOOLS_SUPPORT_LIMITS_H

enum {
    /* money */
    MONEY_MAX_DIGITS = 12,  /* before the point */
    MONEY_MAX_DECIMALS = 4, /* of any currency */

    /* rates: those of numeric(24,12) */
    RATE_MAX_DIGITS = 12,
    RATE_MAX_DECIMALS = 12,

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
    MONTHS_MAX = 24,          /* months side by side */
    FORECAST_MONTHS_MAX = 36, /* months ahead of a forecast */
    SCENARIO_MAX = 20,        /* changes of one scenario */
    DUE_DAYS_MAX = 366,       /* days ahead of a list of what is due */
    UNUSUAL_DAYS_MAX = 366,   /* days that one call looks through for what is odd */

    /* lists */
    ROWS_MAX = 100,
    ROWS_DEFAULT = 20,
    GROUPS_MAX = 1000, /* groups that one statement brings */
    CURSOR_MAX_BYTES = 400,

    /* answers, in bytes */
    ANSWER_DEFAULT_BYTES = 8 * 1000,
    ANSWER_MAX_BYTES = 32 * 1000,

    GUIDE_MAX_BYTES = 8 * 1000, /* of the message of a prompt */

    /* news */
    NEWS_SEEN_MAX = 256, /* changes that are remembered one by one */
    NEWS_ARENA_MAX = 64 * 1024,
    ANNOUNCE_PAUSE_MS = 25, /* of changes made at once: between two announcements */

    /* writes */
    KEY_MAX_BYTES = 64, /* of an idempotency key */
    DESCRIPTION_MAX_POINTS = 500,
    NOTES_MAX_POINTS = 2000,
    CREATE_ITEMS_MAX = 500, /* items of one call */
    SPLITS_MAX = 50,        /* lines of one receipt */
    CREATE_ROWS_MAX = 1000, /* rows that the items of one call make */
    TAGS_MAX = 20,          /* of one expense */
    ASKED_MAX = 1000,       /* different names in one write */
    CHANGE_ROWS_MAX = 5000, /* rows that one call may change */
    CHANGE_STEPS_MAX = 32,  /* statements of one trip */
    BLAST_RADIUS_ROWS = 25, /* rows that a write may touch without being confirmed */
    CHANGE_TRIES_MAX = 5,   /* of a change that collides with others */
    DRAFTS_MAX_BYTES = 4 * 1024 * 1024,

    /* bank files */
    PATH_PART_MAX = 256,                 /* bytes of one part of a path, with its NUL */
    IMPORT_CONTENT_MAX_POINTS = 4000000, /* of a file that comes with the request */
    IMPORT_CHUNK_ROWS = 1000,            /* rows of one statement that reads */
    IMPORT_SAVE_ROWS = 25000,            /* … that saves */
    IMPORT_COLUMN_MAX_BYTES = 32 << 20,  /* of one column of them */
    IMPORT_SEEN_BYTES = 2 << 20,         /* that keys of a file are remembered in */
    IMPORT_PROBLEMS_SHOWN = 10,          /* problems that an answer lists */
    IMPORT_LIST_MAX = 500,               /* rows of a preview */
    IMPORT_MS = 10 * 60 * 1000,          /* one import, reading and saving */
    IMPORT_LEVELS_MAX = 6,               /* of categories that an export brings along */

    /* files for other programs */
    EXPORT_ROWS_MAX = 20000,
    EXPORT_BYTES_MAX = 3 * 1024 * 1024,

    /* rules */
    RULES_MAX = 1000,

    /* the ledger that a call sees may be this old */
    LEDGER_CACHE_MS = 1000,
};

/* how long the token of a dry run is good, as an interval */
#define CONFIRM_LIFE "5 minutes"
/* Rules that a list shows, as text. */
#define RULES_SHOWN "200"

#endif
