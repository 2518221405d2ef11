/* The parts of the pool and what they share. Used inside db/ only.
 *
 *   pool.c      the pool: its target and its one function step()
 *   time.c      time limits and housekeeping
 *   pool_life.c its beginning and its end
 *   assign.c    which connection gets which work
 *   job.c       what reads and transactions have in common
 *   read.c      the life of a read
 *   tx.c        a transaction, as its caller sees it; tx_answer.c as the server does
 *   conn.c      one connection: its states, what it owes, its end; results.c what comes
 *   send.c      what goes onto the wire
 *   rescue.c    reads behind a slow one
 *   dial.c      from nothing to an open connection; lookup.c its names, greet.c its first words
 *   reset.c     back to idle: rollbacks and pings
 *   cancel.c    stopping a statement that nobody waits for any more
 *   breaker.c   when to try again, and when not to
 *   listen.c    notifications, on a connection beside the pool's
 *
 * A job (a read or a transaction) is in one list at a time: pool->waiting, or its connection's
 * jobs. It is freed when its caller has its answer or is gone, and the connection owes it nothing
 * more. A connection is in the list of its state; conn_set_state() alone moves it. */
#ifndef DB_POOL_INTERNAL_H
#define DB_POOL_INTERNAL_H

#include <libpq-fe.h>
#include <uv.h>

#include "base/list.h"
#include "db/breaker.h"
#include "db/failure_kinds.h"
#include "db/limits.h"
#include "db/pool.h"
#include "db/statements.h"

struct conn;
struct dial;
struct cancel;
struct worker_hub;

/* --- jobs ------------------------------------------------------------------------------------ */

enum job_kind {
    JOB_READ,
    JOB_TX
};

struct job {
    struct list link;
    enum job_kind kind;
    struct db_pool *pool;
    struct conn *conn;   /* NULL while it waits */
    unsigned slots;      /* answers that the connection still owes */
    uint64_t since;      /* submitted, loop time */
    uint64_t deadline;   /* loop time */
    uint64_t sent_at;    /* loop time */
    uint64_t not_before; /* back-off, db_tx_wait(): not assigned earlier */
    int tries;
    int rescues;      /* moves away from a connection with a slow read */
    bool is_solo;     /* gets a Sync of its own: it was in a batch that failed */
    bool is_unnamed;  /* no prepared statements any more for this one */
    bool is_waiting;  /* in pool->waiting */
    bool is_detached; /* nobody waits; what still comes is thrown away */
    uint64_t detached_at;
    struct db_failure failure; /* once decided: why there is no answer */
};

struct db_request {
    struct job job;
    struct step *step;
    db_read_done *done;
    void *data;
    bool is_answered; /* done has run */
    bool is_again;    /* goes back to waiting once its slots are through */
};

enum tx_state {
    TX_NEW,     /* begun by the caller, nothing sent, no connection */
    TX_WAITING, /* its first run waits for a connection */
    TX_RUNNING, /* a run is on the wire */
    TX_READY,   /* between two runs: the caller's turn */
    TX_OVER,    /* ended by us while the caller was not looking; the next run fails */
};

/* One db_tx_run(): its steps, and what came of them. */
struct tx_run {
    struct step *steps;
    size_t count;
    bool is_commit;    /* COMMIT travels along */
    bool is_committed; /* … and its tag was COMMIT */
    bool has_failed;   /* job.failure says how */
    struct db_rows *rows;
    const struct db_rows **pointers;
    PGresult *failed; /* keeps the failure's constraint name alive */
    db_tx_done *done;
    db_tx_meanwhile *meanwhile; /* NULL once it was called */
    void *data;
};

struct db_tx {
    struct job job;
    enum tx_state state;
    bool is_first;      /* no run has been answered yet: BEGIN travels with this one */
    bool is_cancelled;  /* a cancel is under way because of the deadline */
    bool shares;        /* may be committed together with others */
    bool plans_once;    /* its prepared statements have one plan for all values */
    struct list ready;  /* in pool->ready while a run waits to be sent, then in pool->sent */
    struct tx_run *run; /* NULL between two runs */
};

/* --- connections ----------------------------------------------------------------------------- */

enum conn_state {
    CONN_DOWN,       /* an object, no socket */
    CONN_CONNECTING, /* until its greeting is answered */
    CONN_IDLE,       /* open, owes nothing */
    CONN_BUSY,       /* runs reads of several callers, or one transaction */
    CONN_DRAINING,   /* owes answers to nobody or was cancelled: gets no new work */
    CONN_RESETTING,  /* ROLLBACK or a ping is under way */
    CONN_CLOSING,    /* closed; freed when the loop turn ends */
    CONN_STATES
};

enum slot_kind {
    SLOT_GREETING,
    SLOT_PREPARE,
    SLOT_QUERY,
    SLOT_BEGIN,
    SLOT_LOCAL, /* SET LOCAL */
    SLOT_COMMIT,
    SLOT_END, /* COMMIT or ROLLBACK that only cleans up; also a ping */
    SLOT_SYNC
};

/* One answer that the server owes, in order. */
struct slot {
    enum slot_kind kind;
    bool is_failed;        /* its result was an error */
    unsigned short number; /* PREPARE: of the statement; QUERY of a transaction: of the step */
    struct job *job;       /* or NULL */
};

/* Lies apart from its connection, because libuv may still call for it after the connection died. */
struct watch {
    uv_poll_t poll;
    struct conn *conn; /* NULL: dead */
    int events;
};

/* What every transaction says (send.c). */
enum word {
    WORD_BEGIN,
    WORD_LOOK,
    WORD_PLAN_ONCE,
    WORD_COMMIT,
    WORDS
};

enum prepared_state {
    PREPARED_NOT,
    PREPARED_SENT,
    PREPARED_READY
};

struct conn {
    struct list link; /* in pool->conns[state] */
    struct db_pool *pool;
    enum conn_state state;
    unsigned number; /* for traces */
    PGconn *pg;
    struct watch *watch;
    struct dial *dial;     /* while CONNECTING */
    struct cancel *cancel; /* while a cancel for it is under way */
    struct slot *slots;    /* ring */
    size_t slot_first, slot_count, slot_room;
    struct list jobs;    /* in flight, oldest first */
    size_t reads;        /* of them: reads */
    struct db_tx *owner; /* the transaction that it belongs to, or the first of several */
    bool is_filling;     /* while assigning: its transactions are not sent yet */
    bool needs_sync;     /* something was sent since the last Sync */
    bool was_cancelled;  /* since it was last idle */
    bool is_full;        /* gets no more reads until it has worked off some */
    bool is_reserved;    /* while assigning: a transaction waits for it */
    bool is_broken;      /* what came is not what it owes */
    bool is_doomed;      /* closed as soon as it owes nothing */
    bool is_pumping;     /* results are being read: the pump's caller looks after the rest */
    uint64_t opened_at, expires_at;
    uint64_t used_at;     /* last became idle, or last answer while busy */
    uint64_t cancel_at;   /* CONN_DRAINING: when to cancel, 0: not (or done) */
    uint64_t drain_until; /* CONN_DRAINING: when to give up */
    unsigned char prepared[DB_STATEMENTS_MAX + WORDS]; /* statements, then words */
};

enum target_state {
    TARGET_NONE,  /* the hook has not been asked */
    TARGET_ASKED, /* … has not answered */
    TARGET_SET
};

/* What a listener wants to know of its own pool. */
struct pool_hooks {
    void (*notified)(void *data, const char *channel, const char *payload);
    void (*lost)(void *data); /* an open connection was closed */
    void *data;
};

struct db_pool {
    uv_loop_t *loop;
    struct db_settings settings;
    db_pool_prepare *prepare;
    void *prepare_data;
    void (*told)(void *data, enum db_news news); /* or NULL */
    void *told_data;
    uint64_t told_again_at; /* DB_NEWS_AGAIN, for the last time; 0: never */
    bool is_told_away;      /* DB_NEWS_AWAY, and nothing of its return yet */
    bool is_read_only;      /* transactions cannot write either */
    enum target_state target;
    struct statements statements;
    struct list waiting; /* jobs, oldest first */
    size_t waiting_count;
    struct list ready;   /* transactions whose next run is to be sent */
    struct list sent;    /* … was sent in this step, and its caller works meanwhile */
    struct list resting; /* transactions that the caller has, without a connection or a run */
    struct list decided; /* jobs whose answer is given in step(): never inside of anything else */
    struct list conns[CONN_STATES];
    struct list listeners;
    struct pool_hooks hooks;
    unsigned next_number;
    struct breaker breaker;
    uv_idle_t idle;   /* active: step() runs in the next loop turn */
    uv_timer_t timer; /* deadlines and housekeeping */
    uint64_t timer_at;
    struct worker_hub *hub;
    int cancels;         /* under way */
    uint64_t grow_after; /* an additional connection failed: not before */
    bool is_prepared;    /* the target came from the hook */
    bool seeks_primary; /* a write met a read-only server: of several hosts, a writable one first */
    uint64_t typical_us; /* how long a read takes these days: a running mean */
    uint64_t suspect_at; /* a connection was lost: idle ones from before are checked before use */
    bool is_behind_pooler;
    bool is_damaged; /* the server reported damaged data: no more writes */
    bool is_closing;
    bool is_ending; /* nothing is tried again any more */
    bool is_closed; /* only handles are left */
    uint64_t close_at;
    int handles; /* of libuv that are not closed yet */
    void (*closed)(void *data);
    void *closed_data;
    struct db_pool *const *heir; /* or NULL */
    uint64_t random;
    struct db_pool_stat stat;
};

/* --- pool.c ---------------------------------------------------------------------------------- */

/* Something changed: step() shall run in this or the next loop turn. */
void pool_schedule(struct db_pool *pool);
void pool_step(struct db_pool *pool);
/* Gives the answers that are decided. */
void pool_deliver(struct db_pool *pool);
uint64_t pool_now(const struct db_pool *pool);
/* A number below `range`. */
uint64_t pool_random(struct db_pool *pool, uint64_t range);

/* Whether a connection that became idle changes anything now. */
static inline bool pool_wants_idle(const struct db_pool *pool)
{
    return !list_is_empty(&pool->waiting) || pool->is_closing;
}

void pool_try_close(struct db_pool *pool);
/* The settings of db_pool_new() name a database. */
void pool_set_own_target(struct db_pool *pool);
/* A connection attempt ended: NULL for success. */
void pool_dialed(struct db_pool *pool, const struct db_failure *failure);
void pool_handle_closed(struct db_pool *pool);
void pool_tell(struct db_pool *pool, enum db_news news);
/* A named statement was not there, or was there already: sessions are shared by a pooler. */
void pool_suspect_pooler(struct db_pool *pool, const struct db_failure *failure);

/* --- time.c ---------------------------------------------------------------------------------- */

void pool_arm_timer(struct db_pool *pool);

/* --- assign.c -------------------------------------------------------------------------------- */

void pool_assign(struct db_pool *pool);
/* Whether some connection is open; how many there are, those that connect included. */
bool pool_has_open(const struct db_pool *pool);
size_t pool_connections(const struct db_pool *pool);
/* Puts a job into the waiting list, at its end or (again) at its front. */
void pool_enqueue(struct job *job, bool at_front);
void pool_remove_waiting(struct job *job);
/* Whether a read that waits now would find a connection, or another one may be opened. */
bool pool_can_serve(struct db_pool *pool);

/* --- read.c ---------------------------------------------------------------------------------- */

void read_answer(struct db_request *request, struct slot *slot, PGresult *result);
/* The connection owes it nothing more. */
void read_settled(struct db_request *request);
/* The connection is gone. */
void read_lost(struct db_request *request, const struct db_failure *failure);
/* Gives the answer that was decided. */
void read_deliver(struct db_request *request);
/* Its time is over. */
void read_expire(struct db_request *request);

/* --- tx.c, tx_answer.c ----------------------------------------------------------------------- */

void tx_answer(struct db_tx *tx, struct slot *slot, PGresult **result);
/* The Sync of its run came. */
void tx_synced(struct db_tx *tx);
void tx_lost(struct db_tx *tx, const struct db_failure *failure);
void tx_deliver(struct db_tx *tx);
void tx_expire(struct db_tx *tx);
/* Sends the runs of the transactions that the connection has. */
void tx_send(struct conn *conn);
void tx_free(struct db_tx *tx);
/* Its connection goes back, by a ROLLBACK of its own where that is needed. */
void tx_let_go(struct db_tx *tx);
void tx_run_clear(struct tx_run *run);
struct tx_run *tx_run_free(struct tx_run *run);

/* --- job kinds in common --------------------------------------------------------------------- */

static inline struct db_request *job_read(struct job *job)
{
    return CONTAINER_OF(job, struct db_request, job);
}

static inline struct db_tx *job_tx(struct job *job)
{
    return CONTAINER_OF(job, struct db_tx, job);
}

/* timeout_ms 0: the default. */
void job_init(struct job *job, struct db_pool *pool, enum job_kind kind, uint64_t timeout_ms);
/* A fresh job joins the queue, or is refused when that is full or the database is down. */
void job_submit(struct job *job);
/* The pause before its next try. */
uint64_t job_backoff(const struct job *job);
/* Its time is over; the caller may be told at once. */
void job_expire(struct job *job);
/* Its answer is known and will be given in step(). NULL: of a transaction, that it was saved. */
void job_decide(struct job *job, const struct db_failure *failure);
void job_deliver(struct job *job);
/* Why a job whose time is over has no answer. */
struct db_failure job_late(const struct job *job);

/* --- conn.c ---------------------------------------------------------------------------------- */

/* A new connection in state DOWN; NULL when out of memory. */
struct conn *conn_new(struct db_pool *pool);
void conn_set_state(struct conn *conn, enum conn_state state, const char *reason);
/* Watches the socket of conn->pg for these uv_poll events; a new socket gets a new watch. */
int conn_watch(struct conn *conn, int events);
void conn_unwatch(struct conn *conn);
/* Closes it; whoever waits for it is told, or tried again elsewhere. */
void conn_close(struct conn *conn, const struct db_failure *failure, const char *reason);
void conn_free(struct conn *conn);
/* Room for that many more slots, before anything is sent. */
MUST_CHECK int conn_reserve(struct conn *conn, size_t slots);
void conn_push(struct conn *conn, enum slot_kind kind, struct job *job, unsigned number);
/* Sends what libpq still holds; watches for room when it does not fit. */
void conn_flush(struct conn *conn);
/* After anything that may have made it idle: rolls back, closes or frees it for others. */
void conn_settle(struct conn *conn);
/* Reads what the socket has (results.c). */
void conn_on_event(struct conn *conn, int status, int events);
/* Takes a job off its connection's list. */
void conn_drop_job(struct job *job);
void conn_add_job(struct conn *conn, struct job *job);
/* Nobody waits any more for a job in flight: stops it if that frees the connection. */
void conn_job_detached(struct job *job);
/* No new work for it; what it runs is cancelled if it does not end at once. */
void conn_drain(struct conn *conn);

/* --- send.c ---------------------------------------------------------------------------------- */

/* All return 0, -ENOMEM when nothing was sent, or -EPIPE when the connection must be closed. */
MUST_CHECK int send_read(struct conn *conn, struct db_request *request);
MUST_CHECK int send_runs(struct conn *conn);
MUST_CHECK int send_text(struct conn *conn, enum slot_kind kind, struct job *job, const char *sql);
MUST_CHECK int send_sync(struct conn *conn);

/* --- dial.c ---------------------------------------------------------------------------------- */

void dial_start(struct conn *conn);
void dial_on_event(struct conn *conn);
void dial_greeted(struct conn *conn, const PGresult *result);
/* The greeting and its Sync are through. */
void dial_finish(struct conn *conn);
void dial_expire(struct conn *conn, uint64_t now);
void dial_free(struct dial *dial);

/* --- rescue.c -------------------------------------------------------------------------------- */

/* The oldest read of the connection is slow: the others need not wait for it. */
void conn_rescue(struct conn *conn);
/* A read was answered after that time. */
void pool_note_read(struct db_pool *pool, uint64_t ms);
/* From when on a read counts as slow: on a server that is slow as a whole nothing moves, since the
 * same work done twice would make it slower still. */
uint64_t pool_slow_ms(const struct db_pool *pool);

/* --- listen.c -------------------------------------------------------------------------------- */

/* The pool is in use: those who listen may connect. */
void listeners_follow(struct db_pool *pool);
void listeners_end(struct db_pool *pool);

/* --- reset.c --------------------------------------------------------------------------------- */

void conn_rollback(struct conn *conn);
void conn_ping(struct conn *conn);

/* --- cancel.c -------------------------------------------------------------------------------- */

/* Asks the server to stop what the connection runs; the answer of the statement tells. */
bool cancel_start(struct conn *conn); /* false: not now */
void cancel_forget(struct conn *conn);

#endif
