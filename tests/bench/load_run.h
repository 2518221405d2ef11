/* One conversation with a server under load: who is in flight, when it was sent, how long it took.
 * Closed loop: `in_flight` requests are always under way. Open loop (`rate`): requests leave by the
 * clock whatever the answers do, and a latency counts from the planned time, so that a server which
 * stalls is charged for everything that had to wait. */
#ifndef BENCH_LOAD_RUN_H
#define BENCH_LOAD_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "tests/bench/child.h"
#include "tests/bench/histogram.h"
#include "tests/bench/workload.h"

enum {
    LOAD_IN_FLIGHT_MAX = 4096,
    LOAD_ANSWER_MAX = 64 << 20,  /* longest line read */
    LOAD_SILENCE_MS = 30000,     /* nothing for so long: the server is stuck */
    LOAD_WRONG_SHOWN = 3,        /* answers of an unexpected kind that are printed */
    LOAD_WRONG_SHOWN_BYTES = 400 /* … each cut to this */
};

struct load_options {
    bool modern;
    unsigned in_flight;
    uint64_t count;       /* requests to measure, or … */
    uint64_t duration_ms; /* … how long to measure */
    uint64_t warm_up_ms;
    uint64_t rate;  /* requests per second; 0: closed loop */
    pid_t database; /* the postmaster whose backends are charged, 0: none */
};

struct load_figures {
    uint64_t sent;
    uint64_t answered;   /* in the measured time */
    uint64_t wrong;      /* answers of another kind than expected, at any time */
    uint64_t strange;    /* lines that answer nothing that was asked, at any time */
    uint64_t unanswered; /* when the server ended or fell silent */
    uint64_t bytes;      /* of answers, in the measured time */
    uint64_t elapsed_ns;
    uint64_t own_cpu_ns;
    uint64_t server_cpu_ns;
    uint64_t database_cpu_ns;
};

struct load_slot {
    uint64_t id;
    uint64_t since_ns;
    enum outcome expected;
    bool busy;
};

struct load {
    struct child *child;
    const struct workload *workload;
    const struct load_options *options;
    struct load_figures figures;
    struct histogram latency;
    struct buf out; /* not yet written */
    struct buf in;  /* not yet a whole line */
    size_t scanned; /* of `in`, without a line feed */
    struct load_slot slots[LOAD_IN_FLIGHT_MAX];
    unsigned free_slots[LOAD_IN_FLIGHT_MAX];
    unsigned free_count;
    unsigned busy_count;
    size_t next_request;
    uint64_t next_planned_ns; /* open loop */
    bool measuring;
};

void load_init(struct load *load, struct child *child, const struct workload *workload,
               const struct load_options *options);
void load_free(struct load *load);

/* Says hello (initialize, or server/discover) and waits for the answer. 0 or negative errno. */
MUST_CHECK int load_hello(struct load *load);

/* Sends one request and waits for its answer. */
MUST_CHECK int load_once(struct load *load);

/* Warms up, measures, and waits for what is still under way. 0, -ETIMEDOUT for a silent server,
 * -EPIPE for one that ended, or another negative errno. */
MUST_CHECK int load_run(struct load *load);

#endif
