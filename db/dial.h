/* An attempt to connect: what dial.c, lookup.c and greet.c share. Used inside db/ only. */
#ifndef DB_DIAL_H
#define DB_DIAL_H

#include "db/pool_internal.h"
#include "db/targets.h"

struct lookup;

struct dial {
    struct targets targets;
    size_t next;
    const char *const *passes; /* values of target_session_attrs; the list is tried once for each */
    size_t pass;
    struct lookup *lookup;     /* under way */
    uint64_t deadline;         /* of all attempts */
    uint64_t attempt_deadline; /* of this one */
    bool was_tls;              /* the server agreed to TLS, or did not and had to */
    bool is_hung_up;           /* … and the peer closed then */
    bool is_greeted;
    bool has_failure;
    struct db_failure failure; /* the most telling one so far */
};

/* dial.c */
void dial_attempt_failed(struct conn *conn, const struct db_failure *failure);
/* The look-up for target dial->next is through and its addresses are in the list. */
void dial_attempt(struct conn *conn);

/* lookup.c: finds the addresses of target dial->next. */
MUST_CHECK int lookup_start(struct conn *conn);
void lookup_forget(struct lookup *lookup);

/* greet.c: libpq is connected. */
void greet(struct conn *conn);

#endif
