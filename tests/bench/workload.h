/* What a load says: requests made from a file once, answers read as cheaply as a measuring program
 * must. A line of the file is
 *
 *     EXPECTED METHOD PARAMS
 *
 * where EXPECTED is `result`, `refusal` (a result with isError) or `error`, and PARAMS a JSON object
 * or `-` for none; lines that begin with # are comments. */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/own.h"

struct buf;

enum {
    WORKLOAD_REQUESTS_MAX = 100000,
    WORKLOAD_FILE_MAX = 64 << 20
};

enum outcome {
    OUTCOME_RESULT,
    OUTCOME_REFUSAL,
    OUTCOME_ERROR,
    OUTCOME_NONE /* no answer at all: a notification, or what cannot be read */
};

struct request {
    char *tail; /* everything behind the id, with the line feed */
    size_t length;
    enum outcome expected;
};

struct workload {
    struct request *requests;
    size_t count;
};

/* 0, or negative errno; -EINVAL for a file that cannot be understood (the line is told on standard
 * error). With `modern` every request claims revision 2026-07-28. */
MUST_CHECK int workload_read(struct workload *workload, const char *path, bool modern);
void workload_free(struct workload *workload);

/* Appends one whole request. Sticky errors of the buffer apply. */
void workload_write(struct buf *buf, uint64_t id, const struct request *request);

/* What an answer says; `ret_id` only when it is not OUTCOME_NONE. */
enum outcome answer_read(const char *line, size_t length, uint64_t *ret_id);

#endif
