/* Every number that bounds something in db/, by name. Times are milliseconds unless the name says
 * otherwise. What a person may change is a field of struct db_settings; here are its defaults. */
#ifndef DB_LIMITS_H
#define DB_LIMITS_H

enum {
    /* settings */
    DB_URL_MAX = 4096,    /* bytes of a URL or keyword=value text */
    DB_HOSTS_MAX = 16,    /* hosts in one URL */
    DB_ADDRESSES_MAX = 8, /* addresses of one host that are tried */
    DB_WHY_MAX = 512,     /* bytes of the sentence that says what is wrong with a setting */
    DB_POOL_SIZE = 2,
    DB_POOL_SIZE_MAX = 32,
    DB_MAX_OVERFLOW = 2,
    DB_MAX_OVERFLOW_MAX = 32,
    DB_POOL_TIMEOUT_MS = 10 * 1000,
    DB_POOL_RECYCLE_MS = 30 * 60 * 1000,
    DB_RECYCLE_SPREAD_PERCENT = 10,
    DB_IDLE_TIMEOUT_MS = 4 * 60 * 1000, /* below the 5 minutes after which Neon suspends */
    DB_CONNECT_TIMEOUT_MS = 15 * 1000,
    DB_STATEMENT_TIMEOUT_MS = 10 * 1000,
    DB_LOCK_TIMEOUT_MS = 3 * 1000,
    DB_IDLE_IN_TRANSACTION_MS = 60 * 1000, /* the server ends what a stopped process left open */
    DB_DURATION_MAX_S = 24 * 60 * 60,      /* longest duration that a setting accepts */

    /* the wire */
    DB_KEEPALIVE_IDLE_S = 30,
    DB_KEEPALIVE_INTERVAL_S = 10,
    DB_KEEPALIVE_COUNT = 3,
    DB_TCP_USER_TIMEOUT_MS = 15 * 1000,

    /* requests */
    DB_WAITING_MAX = 256,      /* requests without a connection */
    DB_REQUEST_MS = 20 * 1000, /* whole request, waiting and retries included */
    DB_ANSWER_GRACE_MS = 2000, /* beyond statement_timeout, until a silent server counts as gone */
    DB_PARAMS_MAX = 65535,     /* parameters of one statement (protocol) */
    DB_STEPS_MAX = 10000,      /* steps of one db_tx_run() */
    DB_LOOK_MS = 17 * 1000,    /* a look at the schema: one connection attempt, and told before the
                               request that waits for it is over */
    DB_MIGRATE_MS = 30 * 60 * 1000,   /* one migration */
    DB_VALUES_MAX = 64 * 1024 * 1024, /* bytes of the values of one request or run */
    DB_ARRAY_MAX = 64 * 1024 * 1024,  /* bytes of the text of one array parameter */

    /* sharing a connection between reads */
    DB_READS_PER_CONN = 8, /* in flight on one connection, … */
    DB_READS_REFILL = 4,   /* … so many left when it gets its next ones */
    DB_READS_TO_WAIT = 16, /* … waiting before a connection beyond pool_size is opened for them */
    DB_READS_TO_GROW = 3,  /* in flight on every connection before another one is opened */
    DB_SLOW_READ_MS = 50,  /* a read this old keeps new ones off its connection, … */
    DB_SLOW_TIMES = 4,     /* … or one so many times older than reads usually get */
    DB_TXS_PER_COMMIT = 8, /* transactions that one COMMIT saves */
    DB_RESCUES_MAX = 3,    /* times that a read moves away from a slow one */

    /* prepared statements */
    DB_STATEMENTS_MAX = 1024, /* different statements that are kept prepared; others run unnamed */
    DB_STATEMENT_NAME_MAX = 40,

    /* retries and the circuit breaker */
    DB_BACKOFF_FIRST_MS = 20,
    DB_BACKOFF_MAX_MS = 320,
    DB_BACKOFF_SPREAD_PERCENT = 50,
    DB_TRIES_MAX = 5,
    DB_RECONNECT_MS = 5000,  /* keep trying after the loss of a server that was there */
    DB_STARTING_MS = 15000,  /* keep trying while the server says that it is starting */
    DB_PROBE_FIRST_MS = 250, /* pause between two probes of a server that is down */
    DB_PROBE_MAX_MS = 1000,
    DB_REFUSED_MS = 5000, /* pause after a rejected login: never hammer */

    /* cancelling */
    DB_CANCELS_MAX = 1,      /* cancel requests under way at a time, per pool */
    DB_CANCEL_AFTER_MS = 20, /* a statement that nobody waits for may end by itself before that */
    DB_DRAIN_MS = 2000, /* from a cancel to the end of the statement, then the connection goes */

    /* listening */
    DB_LISTEN_PAUSE_MS = 1000, /* between two attempts */

    DB_NEWS_PAUSE_MS = 1000, /* between two times that it is told that reads are run again */

    /* housekeeping */
    DB_TICK_MS = 25,             /* resolution of deadlines while work is under way */
    DB_OVERFLOW_IDLE_MS = 5000,  /* connections beyond pool_size stay idle that long */
    DB_GROW_PAUSE_MS = 1000,     /* after an additional connection was refused */
    DB_PRE_PING_AFTER_MS = 5000, /* pool_pre_ping checks a connection that sat idle this long */
};

#endif
