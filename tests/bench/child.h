/* A program under measurement: started with pipes on its standard input and output, its clocks and
 * memory read from outside. */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/own.h"

struct child {
    pid_t pid;
    int in;  /* its standard input, our end, non-blocking; -1 when closed */
    int out; /* its standard output, our end, non-blocking */
    clockid_t clock;
    uint64_t born_ns; /* just before it was started */
};

uint64_t now_ns(void);

/* CPU time of this process so far. */
uint64_t own_cpu_ns(void);

/* Starts argv[0] (looked up in PATH); standard error is shared. 0 or negative errno. */
MUST_CHECK int child_start(struct child *child, char *const argv[]);

/* CPU time of all of its threads so far. */
uint64_t child_cpu_ns(const struct child *child);

/* CPU time so far of the processes whose parent is `parent`: the backends of a PostgreSQL. */
uint64_t children_cpu_ns(pid_t parent);

/* A line of /proc/PID/status in KiB ("VmHWM", "VmRSS"); 0 when it cannot be read. */
int64_t child_memory_kib(const struct child *child, const char *name);

/* Ends its input, reads what it still writes (counted in *ret_bytes), and waits for its end;
 * after `timeout_ms` it is killed. How long it took from the end of input, and its wait status.
 * 0, or -ETIMEDOUT. */
MUST_CHECK int child_end(struct child *child, int timeout_ms, uint64_t *ret_ns, int *ret_status,
                         uint64_t *ret_bytes);

#endif
