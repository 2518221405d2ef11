/* When to try the database again: back-off with jitter while a server may come back soon, and a
 * circuit breaker that lets one probe through while it is down and fails everybody else at once.
 * Pure: time and chance are arguments. Used inside db/ only. */
#ifndef DB_BREAKER_H
#define DB_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "db/failure.h"

enum breaker_state {
    BREAKER_CLOSED, /* the database answers, or nobody has tried yet */
    BREAKER_TRYING, /* an attempt failed; the next follows after a pause, callers wait */
    BREAKER_OPEN    /* it is down: callers fail at once, one probe at a time */
};

struct breaker {
    enum breaker_state state;
    int tries;                 /* failed attempts in a row */
    uint64_t since;            /* first failure of this row */
    uint64_t next_at;          /* no attempt before */
    bool was_connected;        /* a connection worked before this row of failures */
    bool is_probing;           /* an attempt is under way */
    struct db_failure failure; /* the last one */
};

/* The pause before try number `tries` + 1: 20, 40 … 320 ms, ± 50 %; `chance` is any number. */
uint64_t breaker_backoff(int tries, uint64_t chance);

void breaker_started(struct breaker *breaker);
void breaker_succeeded(struct breaker *breaker);

/* A login that was rejected or an identity that was not proved stays so: no second try by itself. */
bool breaker_is_final(const struct db_failure *failure);

/* An attempt failed at `now`. True when those who wait shall fail now. */
bool breaker_failed(struct breaker *breaker, const struct db_failure *failure, uint64_t now,
                    uint64_t chance);

/* Whether an attempt may start at `now`. */
bool breaker_allows(const struct breaker *breaker, uint64_t now);

/* Whether a caller who comes at `now` fails at once; *ret_failure says with what. */
bool breaker_refuses(const struct breaker *breaker, uint64_t now, struct db_failure *ret_failure);

#endif
