/* Statements and values as a server sent them, to be sent again without a server around. The file
 * is made of records, each a line of tab-separated fields, escaped as in COPY (\t \n \\, \N is
 * null):
 *
 *     S name sql            a statement, prepared on every connection
 *     R                     a request begins; its statements follow
 *     Q name value...       one statement of it */
#ifndef BENCH_LIMIT_H
#define BENCH_LIMIT_H

#include <stddef.h>

#include "base/own.h"

enum {
    SCRIPT_FILE_MAX = 64 << 20,
    SCRIPT_STATEMENTS_MAX = 64,
    SCRIPT_QUERIES_MAX = 100000,
    SCRIPT_REQUESTS_MAX = 50000,
    SCRIPT_VALUES_MAX = 64 /* per query */
};

struct script_statement {
    const char *name;
    const char *sql;
};

struct script_query {
    const char *name;
    const char **values;
    int count;
};

/* Queries first … first + count - 1. */
struct script_request {
    size_t first;
    size_t count;
};

struct script {
    char *text; /* owns all strings */
    struct script_statement *statements;
    size_t statement_count;
    struct script_query *queries;
    size_t query_count;
    struct script_request *requests;
    size_t request_count;
};

/* 0 or negative errno; -EINVAL is explained on standard error. */
MUST_CHECK int script_read(struct script *script, const char *path);
void script_free(struct script *script);

#endif
