/* Cancel races: reads and writes of random length, many at once, a part of them cancelled at random
 * moments. Every answer carries its own marker; none may be crossed, doubled, missing or late.
 *
 *   races COUNT SEED      DATABASE_URL says where
 *
 * With FAULT_CLOCK set the wall clock jumps by a day at every look at it, for this program and all of
 * its libraries; nothing may come of it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/pool.h"

enum {
    IN_FLIGHT = 24,
    STUCK_MS = 30000,
    UNKNOWN_ONE_IN =
        1000, /* behind a pooler so many writes may end without knowing, and one more */
    DAY_S = 24 * 60 * 60
};

enum kind {
    KIND_FAST,
    KIND_SLOW,
    KIND_FAILING,
    KIND_WRITE
};

struct race {
    unsigned long number;
    uint64_t cancel_at; /* 0: never */
    struct db_request *request;
    struct db_tx *tx;
    enum kind kind;
    bool is_cancelled, is_used;
};

static uv_loop_t loop;
static uv_timer_t tick;
static struct db_pool *pool;
static struct race races[IN_FLIGHT];
static unsigned long wanted, started, cancelled, answered, unknown, wrong;
static uint64_t chance, progress_at;
static struct db_pool_stat last; /* at the end */

static const struct db_statement fast = {"race.fast", "SELECT $1::text", 1};
static const struct db_statement slow = {"race.slow", "SELECT $1::text FROM pg_sleep($2::float8)",
                                         2};
static const struct db_statement failing = {"race.failing", "SELECT 1 / ($1::int - $1::int)", 1};
static const struct db_statement lock = {"race.write", "SELECT $1::text FROM pg_sleep($2::float8)",
                                         2};

/* Stands in for libc's: the monotonic clock stays as it is. */
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's are reserved
int clock_gettime(clockid_t clock, struct timespec *now)
{
    static bool is_ahead;
    long r = syscall(SYS_clock_gettime, clock, now);
    if (r == 0 && clock == CLOCK_REALTIME && getenv("FAULT_CLOCK")) {
        now->tv_sec += is_ahead ? -DAY_S : DAY_S;
        is_ahead = !is_ahead;
    }
    return (int)r;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
time_t time(time_t *at)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (at)
        *at = now.tv_sec;
    return now.tv_sec;
}

static uint64_t draw(uint64_t range)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return chance % range;
}

static void complain(const struct race *race, const char *what, const char *text)
{
    wrong++;
    (void)fprintf(stderr, "race %lu kind %d: %s %s\n", race->number, (int)race->kind, what, text);
}

static void start(struct race *race);

static void end(struct race *race)
{
    answered++;
    race->is_used = false;
    progress_at = uv_now(&loop);
    if (started < wanted)
        start(race);
}

static void check(struct race *race, const char *text, const struct db_failure *failure)
{
    char marker[32];
    (void)snprintf(marker, sizeof(marker), "%lu", race->number);
    if (race->is_cancelled)
        complain(race, "answered after its cancel", "");
    else if (race->kind == KIND_FAILING && (!failure || strcmp(failure->sqlstate, "22012") != 0))
        complain(race, failure ? "should divide by zero, failed" : "should divide by zero, got",
                 failure ? failure->sqlstate : text);
    else if (race->kind == KIND_WRITE && failure && getenv("TEST_POOLED") &&
             strcmp(failure->code, "outcome_unknown") == 0)
        unknown++; /* the connection fell out of step behind a pooler while COMMIT was under way */
    else if (race->kind != KIND_FAILING && failure)
        complain(race, failure->code, failure->sqlstate);
    else if (!failure && strcmp(text, marker) != 0)
        complain(race, "got the answer", text);
}

static void on_read(void *data, const struct db_rows *rows, const struct db_failure *failure)
{
    check(data, failure ? "" : db_rows_text(rows, 0, 0), failure);
    end(data);
}

static void on_written(void *data, struct db_tx *tx, const struct db_rows *const *rows,
                       size_t steps, const struct db_failure *failure)
{
    (void)tx;
    (void)steps;
    check(data, failure ? "" : db_rows_text(rows[0], 0, 0), failure);
    end(data);
}

static void start(struct race *race)
{
    static const struct db_statement *const statements[] = {&fast, &slow, &failing, &lock};
    char marker[32];
    char seconds[32];
    const char *values[] = {marker, seconds};
    uint64_t now = uv_now(&loop);
    *race = (struct race){.kind = (enum kind)draw(4), .number = ++started, .is_used = true};
    (void)snprintf(marker, sizeof(marker), "%lu", race->number);
    (void)snprintf(seconds, sizeof(seconds), "0.%03d", (int)draw(draw(8) == 0 ? 200 : 8));
    race->cancel_at = draw(2) == 0 ? now + 1 + draw(12) : 0;
    if (race->kind == KIND_WRITE) {
        struct db_step step = {&lock, values};
        race->tx = db_tx_begin(pool, 0);
        if (race->tx && draw(2) == 0)
            db_tx_share(race->tx);
        if (!race->tx || db_tx_run(race->tx, &step, 1, true, on_written, race) < 0)
            exit(4);
        return;
    }
    race->request = db_read(pool, statements[race->kind], values, 0, on_read, race);
    if (!race->request)
        exit(4);
}

static void cancel(struct race *race)
{
    race->is_cancelled = true;
    cancelled++;
    if (race->tx)
        db_tx_rollback(race->tx);
    else
        db_read_cancel(race->request);
    end(race);
}

static void on_closed(void *data)
{
    (void)data;
    uv_close((uv_handle_t *)&tick, NULL);
}

static void on_tick(uv_timer_t *timer)
{
    uint64_t now = uv_now(&loop);
    bool is_busy = false;
    for (int i = 0; i < IN_FLIGHT; i++) {
        struct race *race = &races[i];
        if (race->is_used && race->cancel_at > 0 && now >= race->cancel_at)
            cancel(race);
        is_busy = is_busy || race->is_used;
    }
    if (is_busy && now - progress_at > STUCK_MS) {
        for (int i = 0; i < IN_FLIGHT; i++) {
            if (races[i].is_used)
                complain(&races[i], "never answered", "");
        }
        exit(1);
    }
    if (is_busy)
        return;
    (void)uv_timer_stop(timer);
    db_pool_stat(pool, &last);
    db_pool_close(pool, 1000, on_closed, NULL);
}

int main(int argc, char **argv)
{
    struct db_settings settings;
    if (argc < 3)
        return 2;
    wanted = strtoul(argv[1], NULL, 10);
    chance = strtoull(argv[2], NULL, 10) * UINT64_C(0x9e3779b97f4a7c15) + 1;
    if (getenv("DB_TRACE"))
        log_set_trace(getenv("DB_TRACE"));
    (void)signal(SIGPIPE, SIG_IGN);
    (void)uv_loop_init(&loop);
    db_settings_init(&settings);
    if (db_settings_from_url(&settings, getenv("DATABASE_URL"), NULL) < 0)
        return 2;
    struct db_pool_options options = {.loop = &loop, .settings = &settings};
    pool = db_pool_new(&options);
    db_settings_free(&settings);
    progress_at = uv_now(&loop);
    for (int i = 0; i < IN_FLIGHT && started < wanted; i++)
        start(&races[i]);
    (void)uv_timer_init(&loop, &tick);
    (void)uv_timer_start(&tick, on_tick, 1, 1);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    int left = uv_loop_close(&loop);
    bool is_rare = unknown * UNKNOWN_ONE_IN <= answered + UNKNOWN_ONE_IN;
    (void)fprintf(
        stderr, "seed %s: %lu races, %lu cancelled, %llu by the server, %lu unknown, %lu wrong%s\n",
        argv[2], answered, cancelled, (unsigned long long)last.cancels, unknown, wrong,
        left == 0 ? "" : ", loop not empty");
    return wrong == 0 && is_rare && left == 0 && answered == wanted ? 0 : 1;
}
