/* Calls that may block for minutes (name look-ups, cancel requests), each in a thread of its own:
 * libuv's four are for files, and a call that is stuck must neither occupy them nor keep the
 * process from ending. Used inside db/ only. */
#ifndef DB_WORKER_H
#define DB_WORKER_H

#include <uv.h>

#include "base/own.h"

struct worker_hub;

/* One piece of work, the first member of what the caller allocates by mem_alloc(). */
struct worker {
    void (*work)(struct worker *worker); /* in the thread */
    void (*done)(struct worker *worker); /* on the loop; takes the worker over */
    void (*drop)(struct worker *worker); /* in the thread, instead of done: the hub is closed */
    struct worker *next;                 /* the hub's */
    struct worker_hub *hub;              /* the hub's */
};

/* `closed` runs when the hub's handle is closed, after worker_hub_close(). */
MUST_CHECK struct worker_hub *worker_hub_new(uv_loop_t *loop, void (*closed)(void *data),
                                             void *data);
/* No `done` runs after this. */
void worker_hub_close(struct worker_hub *hub);

/* 0, or negative errno: then nothing happens and the worker still belongs to the caller. */
MUST_CHECK int worker_start(struct worker_hub *hub, struct worker *worker);

#endif
