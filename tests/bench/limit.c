/* limit: what the database gives at most. The statements that a server sent, with their values, sent
 * again by libpq alone in pipeline mode: no protocol, no JSON, nothing done with the rows.
 *
 *     limit [-c connections] [-k in flight per connection] [-b] [-t ms] [-w warm-up ms]
 *           [-p postmaster pid] -f script -- connection string
 *
 * One Sync per request, or with -b one per batch of -k requests. All statements of a request travel
 * together, also where a server would need the first answer before it can send the second. */
#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/child.h"
#include "tests/bench/histogram.h"
#include "tests/bench/limit.h"

enum {
    CONNECTIONS_MAX = 16,
    IN_FLIGHT_MAX = 256,
    SILENCE_MS = 30000,
    NS_PER_MS = 1000000
};

struct settings {
    size_t connections;
    size_t in_flight;
    bool is_batch;
    uint64_t duration_ms;
    uint64_t warm_up_ms;
    pid_t database;
    const char *script;
    const char *target;
};

/* One connection; requests are answered in the order in which they were sent. */
struct lane {
    PGconn *connection;
    uint64_t sent_ns[IN_FLIGHT_MAX]; /* ring of the requests under way */
    size_t first;
    size_t busy;
    bool is_full; /* the socket takes no more for now */
};

struct limit {
    const struct settings *settings;
    struct script script;
    struct lane lanes[CONNECTIONS_MAX];
    struct histogram latency;
    size_t next_request;
    uint64_t answered;
    uint64_t rows;
    uint64_t failed;
    bool measuring;
};

static int fail(const struct lane *lane, const char *what)
{
    (void)fprintf(stderr, "limit: %s: %s\n", what, PQerrorMessage(lane->connection));
    return -EIO;
}

static int flush_lane(struct lane *lane)
{
    int left = PQflush(lane->connection);
    if (left < 0)
        return fail(lane, "send");
    lane->is_full = left > 0;
    return 0;
}

static int prepare(struct limit *limit, struct lane *lane)
{
    for (size_t i = 0; i < limit->script.statement_count; i++) {
        const struct script_statement *statement = &limit->script.statements[i];
        PGresult *result = PQprepare(lane->connection, statement->name, statement->sql, 0, NULL);
        bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
        if (!good)
            return fail(lane, statement->name);
    }
    return 0;
}

static int open_lane(struct limit *limit, struct lane *lane)
{
    lane->connection = PQconnectdb(limit->settings->target);
    if (PQstatus(lane->connection) != CONNECTION_OK)
        return fail(lane, "connect");
    int r = prepare(limit, lane);
    if (r < 0)
        return r;
    if (PQsetnonblocking(lane->connection, 1) < 0 || !PQenterPipelineMode(lane->connection))
        return fail(lane, "pipeline mode");
    return 0;
}

static int send_request(struct limit *limit, struct lane *lane, uint64_t now)
{
    const struct script_request *request = &limit->script.requests[limit->next_request];
    limit->next_request = (limit->next_request + 1) % limit->script.request_count;
    for (size_t i = 0; i < request->count; i++) {
        const struct script_query *query = &limit->script.queries[request->first + i];
        if (!PQsendQueryPrepared(lane->connection, query->name, query->count, query->values, NULL,
                                 NULL, 0))
            return fail(lane, query->name);
    }
    lane->sent_ns[(lane->first + lane->busy) % IN_FLIGHT_MAX] = now;
    lane->busy++;
    return 0;
}

/* Up to the number in flight: as requests end, or all at once when all have ended. */
static int fill(struct limit *limit, struct lane *lane, uint64_t now)
{
    bool is_batch = limit->settings->is_batch;
    size_t most = limit->settings->in_flight;
    if (lane->busy == most || (is_batch && lane->busy > 0))
        return 0;
    while (lane->busy < most) {
        int r = send_request(limit, lane, now);
        if (r < 0)
            return r;
        if ((!is_batch || lane->busy == most) && !PQpipelineSync(lane->connection))
            return fail(lane, "sync");
    }
    return flush_lane(lane);
}

/* A Sync was answered: one request is done, or the whole batch. */
static void end_requests(struct limit *limit, struct lane *lane, uint64_t now)
{
    size_t ended = limit->settings->is_batch ? lane->busy : 1;
    for (size_t i = 0; i < ended; i++) {
        uint64_t since = lane->sent_ns[lane->first];
        lane->first = (lane->first + 1) % IN_FLIGHT_MAX;
        lane->busy--;
        if (limit->measuring) {
            limit->answered++;
            histogram_add(&limit->latency, now > since ? now - since : 0);
        }
    }
}

static int read_lane(struct limit *limit, struct lane *lane)
{
    if (!PQconsumeInput(lane->connection))
        return fail(lane, "receive");
    uint64_t now = now_ns();
    while (lane->busy > 0 && !PQisBusy(lane->connection)) {
        PGresult *result = PQgetResult(lane->connection);
        ExecStatusType status = result ? PQresultStatus(result) : PGRES_TUPLES_OK;
        if (status == PGRES_PIPELINE_SYNC) {
            end_requests(limit, lane, now);
        } else if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
            if (limit->failed++ == 0)
                (void)fail(lane, PQresultErrorMessage(result));
        } else if (result && limit->measuring) {
            limit->rows += (uint64_t)PQntuples(result);
        }
        PQclear(result);
    }
    return flush_lane(lane);
}

/* Until the time is over; `is_end`: until nothing is under way, without new requests. */
static int drive(struct limit *limit, uint64_t until_ns, bool is_end)
{
    size_t count = limit->settings->connections;
    for (uint64_t now = now_ns(); now < until_ns; now = now_ns()) {
        struct pollfd ends[CONNECTIONS_MAX];
        size_t busy = 0;
        for (size_t i = 0; i < count; i++) {
            int r = is_end ? 0 : fill(limit, &limit->lanes[i], now);
            if (r < 0)
                return r;
            busy += limit->lanes[i].busy;
            ends[i] = (struct pollfd){.fd = PQsocket(limit->lanes[i].connection), .events = POLLIN};
        }
        if (busy == 0)
            return 0;
        if (poll(ends, count, (int)((until_ns - now) / NS_PER_MS) + 1) < 0 && errno != EINTR)
            return -errno;
        for (size_t i = 0; i < count; i++) {
            int r = ends[i].revents ? read_lane(limit, &limit->lanes[i]) : 0;
            if (r < 0)
                return r;
        }
    }
    return is_end ? -ETIMEDOUT : 0;
}

static double per_request_us(const struct limit *limit, uint64_t ns)
{
    return limit->answered ? (double)ns / 1e3 / (double)limit->answered : 0.0;
}

static double quantile_us(const struct limit *limit, unsigned per_10000)
{
    return (double)histogram_quantile(&limit->latency, per_10000) / 1e3;
}

static int measure(struct limit *limit)
{
    const struct settings *settings = limit->settings;
    int r = drive(limit, now_ns() + settings->warm_up_ms * NS_PER_MS, false);
    if (r < 0)
        return r;
    uint64_t begin = now_ns();
    uint64_t own = own_cpu_ns();
    uint64_t database = settings->database ? children_cpu_ns(settings->database) : 0;
    limit->measuring = true;
    r = drive(limit, begin + settings->duration_ms * NS_PER_MS, false);
    limit->measuring = false;
    uint64_t elapsed = now_ns() - begin;
    own = own_cpu_ns() - own;
    database = settings->database ? children_cpu_ns(settings->database) - database : 0;
    if (r == 0)
        r = drive(limit, now_ns() + (uint64_t)SILENCE_MS * NS_PER_MS, true);
    if (r < 0)
        return r;
    (void)fprintf(stdout,
                  "{\"answered\":%llu,\"rate\":%.1f,\"p50_us\":%.1f,\"p95_us\":%.1f,"
                  "\"p99_us\":%.1f,\"rows\":%.1f,\"database_cpu_us\":%.3f,\"own_cpu_us\":%.3f,"
                  "\"wrong\":%llu}\n",
                  (unsigned long long)limit->answered,
                  (double)limit->answered * 1e9 / (double)elapsed, quantile_us(limit, 5000),
                  quantile_us(limit, 9500), quantile_us(limit, 9900),
                  limit->answered ? (double)limit->rows / (double)limit->answered : 0.0,
                  per_request_us(limit, database), per_request_us(limit, own),
                  (unsigned long long)limit->failed);
    return 0;
}

static int number_option(const char *text, uint64_t most, uint64_t *ret_number)
{
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno || end == text || *end || number == 0 || number > most)
        return -EINVAL;
    *ret_number = number;
    return 0;
}

static int take_option(struct settings *settings, int option, const char *value)
{
    if (option == 'b')
        settings->is_batch = true;
    else if (option == 'f')
        settings->script = value;
    if (option == 'b' || option == 'f')
        return 0;
    uint64_t number = 0;
    uint64_t most = option == 'c' ? CONNECTIONS_MAX : option == 'k' ? IN_FLIGHT_MAX : INT32_MAX;
    if (!value || number_option(value, most, &number) < 0)
        return -EINVAL;
    if (option == 'c')
        settings->connections = number;
    else if (option == 'k')
        settings->in_flight = number;
    else if (option == 't')
        settings->duration_ms = number;
    else if (option == 'w')
        settings->warm_up_ms = number;
    else if (option == 'p')
        settings->database = (pid_t)number;
    else
        return -EINVAL;
    return 0;
}

static int read_settings(struct settings *settings, int argc, char **argv)
{
    *settings = (struct settings){
        .connections = 2, .in_flight = 16, .duration_ms = 1500, .warm_up_ms = 500};
    for (int option; (option = getopt(argc, argv, "+bc:k:t:w:p:f:")) != -1;) {
        if (take_option(settings, option, optarg) < 0)
            return -EINVAL;
    }
    settings->target = argv[optind];
    return settings->script && settings->target ? 0 : -EINVAL;
}

int main(int argc, char **argv)
{
    static struct limit limit;
    struct settings settings;
    if (read_settings(&settings, argc, argv) < 0) {
        (void)fprintf(stderr, "usage: limit [-c connections] [-k in flight] [-b] [-t ms] [-w ms] "
                              "[-p pid] -f script -- connection-string\n");
        return 64;
    }
    limit.settings = &settings;
    if (script_read(&limit.script, settings.script) < 0)
        return 1;
    int r = 0;
    for (size_t i = 0; i < settings.connections && r == 0; i++)
        r = open_lane(&limit, &limit.lanes[i]);
    if (r == 0)
        r = measure(&limit);
    for (size_t i = 0; i < settings.connections; i++)
        PQfinish(limit.lanes[i].connection);
    script_free(&limit.script);
    return r == 0 ? 0 : 1;
}
