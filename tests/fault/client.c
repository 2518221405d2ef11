/* A program that uses the pool as told on standard input, one command per line, for drivers that
 * break what lies between it and the server. Arguments: settings as name=value.
 *
 *   read ID TEXT          answers TEXT
 *   slow ID SECONDS TEXT  the same, after a while
 *   write ID KEY          stores KEY once, in one round trip
 *   multi ID KEY          stores KEY once, in two runs
 *   count ID KEY          how often KEY is stored
 *   kill ID               ends all sessions but those of "direct": how many
 *   pids ID               the server's processes for "tested"
 *   prepare ID            makes the table
 *   cancel ID             nobody waits for ID any more
 *   stat                  connections, waiting requests, longest turn of the loop in ms, …
 *   quit
 *
 * Every answer is one line: "ID ok TEXT" or "ID fail CODE SAVED CLASS SQLSTATE". */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/pool.h"

enum {
    LINE_MAX_BYTES = 65536,
    WORD_MAX = 256,
    PROBE_MS = 5,
    DRAIN_MS = 500
};

struct call {
    struct list link;
    char id[WORD_MAX];
    char text[WORD_MAX];
    struct db_request *request;
    struct db_tx *tx;
};

static uv_loop_t loop;
static uv_timer_t probe;
static uv_pipe_t input;
static struct db_pool *pool;
static struct list calls = {&calls, &calls};
static struct buf lines = BUF_INIT(LINE_MAX_BYTES);
static char room[4096];
static uint64_t probed_at, longest_turn;
static bool is_over;

static const struct db_statement statement_read = {"fault.read", "SELECT $1::text", 1};
static const struct db_statement statement_slow = {"fault.slow",
                                                   "SELECT $1::text FROM pg_sleep($2::float8)", 2};
static const struct db_statement statement_write = {
    "fault.write", "INSERT INTO faults (key) VALUES ($1) ON CONFLICT DO NOTHING", 1};
static const struct db_statement statement_look = {"fault.look",
                                                   "SELECT count(*) FROM faults WHERE key = $1", 1};

static const struct db_statement statement_kill = {
    "fault.kill",
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE backend_type = "
    "'client backend' AND application_name <> 'direct' AND pid <> pg_backend_pid()",
    0};
static const struct db_statement statement_pids = {
    "fault.pids",
    "SELECT string_agg(pid::text, ',') FROM pg_stat_activity WHERE application_name = 'tested'", 0};
static const struct db_statement statement_prepare = {
    "fault.prepare", "CREATE TABLE IF NOT EXISTS faults (key text PRIMARY KEY)", 0};

static void call_free(struct call *call)
{
    list_remove(&call->link);
    mem_free(call);
}

static struct call *call_find(const char *id)
{
    LIST_FOREACH (link, &calls) {
        struct call *call = CONTAINER_OF(link, struct call, link);
        if (strcmp(call->id, id) == 0)
            return call;
    }
    return NULL;
}

/* One write per line: the driver reads them as they come. */
static void say(const char *line)
{
    size_t length = strlen(line);
    if (write(STDOUT_FILENO, line, length) != (ssize_t)length)
        _exit(3);
}

static void answer(struct call *call, const char *text, const struct db_failure *failure)
{
    char line[3 * WORD_MAX];
    if (failure)
        (void)snprintf(line, sizeof(line), "%s fail %s %s %s %s\n", call->id, failure->code,
                       db_saved_text(failure->saved), db_class_text(failure->class),
                       failure->sqlstate);
    else
        (void)snprintf(line, sizeof(line), "%s ok %s\n", call->id, text);
    say(line);
    call_free(call);
}

static void on_read(void *data, const struct db_rows *rows, const struct db_failure *failure)
{
    answer(data, failure ? "" : db_rows_text(rows, 0, 0), failure);
}

static void on_written(void *data, struct db_tx *tx, const struct db_rows *const *rows,
                       size_t steps, const struct db_failure *failure)
{
    (void)tx;
    answer(data, failure || steps == 0 || db_rows_affected(rows[0]) == 1 ? "stored" : "again",
           failure);
}

static int store(struct call *call)
{
    const char *value = call->text;
    const struct db_step step = {&statement_write, &value};
    return db_tx_run(call->tx, &step, 1, true, on_written, call);
}

static void on_looked(void *data, struct db_tx *tx, const struct db_rows *const *rows, size_t steps,
                      const struct db_failure *failure)
{
    struct call *call = data;
    (void)tx;
    (void)rows;
    (void)steps;
    if (failure)
        answer(call, "", failure);
    else if (store(call) < 0)
        _exit(4);
}

static void start_read(struct call *call, const struct db_statement *statement, const char *seconds)
{
    const char *values[] = {call->text, seconds};
    call->request = db_read(pool, statement, values, 0, on_read, call);
    if (!call->request)
        _exit(4);
}

static void start_tx(struct call *call, bool in_two_runs)
{
    const char *value = call->text;
    const struct db_step step = {&statement_look, &value};
    call->tx = db_tx_begin(pool, 0);
    if (!call->tx)
        _exit(4);
    db_tx_share(call->tx);
    int r = in_two_runs ? db_tx_run(call->tx, &step, 1, false, on_looked, call) : store(call);
    if (r < 0)
        _exit(4);
}

static void prepare(struct call *call)
{
    const struct db_step step = {&statement_prepare, NULL};
    call->tx = db_tx_begin(pool, 0);
    if (!call->tx || db_tx_run(call->tx, &step, 1, true, on_written, call) < 0)
        _exit(4);
}

static void cancel(const char *id)
{
    struct call *call = call_find(id);
    if (!call)
        return;
    if (call->request)
        db_read_cancel(call->request);
    else
        db_tx_abandon(call->tx);
    call_free(call);
}

static void say_stat(void)
{
    char line[WORD_MAX];
    struct db_pool_stat stat;
    db_pool_stat(pool, &stat);
    (void)snprintf(line, sizeof(line),
                   "stat connections=%d busy=%d waiting=%d calls=%d turn=%llu retries=%llu "
                   "cancels=%llu pooled=%d\n",
                   stat.connections, stat.busy, stat.waiting, !list_is_empty(&calls),
                   (unsigned long long)longest_turn, (unsigned long long)stat.retries,
                   (unsigned long long)stat.cancels, stat.behind_pooler);
    longest_turn = 0;
    say(line);
}

static void on_closed(void *data)
{
    (void)data;
    pool = NULL;
}

static void quit(void)
{
    if (is_over)
        return;
    is_over = true;
    db_pool_close(pool, DRAIN_MS, on_closed, NULL);
    uv_close((uv_handle_t *)&input, NULL);
    uv_close((uv_handle_t *)&probe, NULL);
}

static struct call *call_new(const char *id, const char *text)
{
    struct call *call = mem_zalloc(sizeof(*call));
    if (!call)
        _exit(4);
    (void)snprintf(call->id, sizeof(call->id), "%s", id);
    (void)snprintf(call->text, sizeof(call->text), "%s", text);
    list_append(&calls, &call->link);
    return call;
}

static void run_line(const char *line)
{
    char verb[WORD_MAX] = "";
    char words[3][WORD_MAX] = {"", "", ""};
    (void)sscanf(line, "%255s %255s %255s %255s", verb, words[0], words[1], words[2]);
    if (strcmp(verb, "read") == 0)
        start_read(call_new(words[0], words[1]), &statement_read, NULL);
    else if (strcmp(verb, "slow") == 0)
        start_read(call_new(words[0], words[2]), &statement_slow, words[1]);
    else if (strcmp(verb, "count") == 0)
        start_read(call_new(words[0], words[1]), &statement_look, NULL);
    else if (strcmp(verb, "kill") == 0)
        start_read(call_new(words[0], ""), &statement_kill, NULL);
    else if (strcmp(verb, "pids") == 0)
        start_read(call_new(words[0], ""), &statement_pids, NULL);
    else if (strcmp(verb, "prepare") == 0)
        prepare(call_new(words[0], ""));
    else if (strcmp(verb, "write") == 0)
        start_tx(call_new(words[0], words[1]), false);
    else if (strcmp(verb, "multi") == 0)
        start_tx(call_new(words[0], words[1]), true);
    else if (strcmp(verb, "cancel") == 0)
        cancel(words[0]);
    else if (strcmp(verb, "stat") == 0)
        say_stat();
    else
        quit();
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    (void)handle;
    (void)size;
    *buf = uv_buf_init(room, sizeof(room));
}

static void on_input(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
    (void)stream;
    if (got < 0) {
        quit();
        return;
    }
    (void)buf_append(&lines, buf->base, (size_t)got);
    char *end;
    while (!is_over && lines.length > 0 && (end = memchr(lines.data, '\n', lines.length))) {
        *end = '\0';
        run_line(lines.data);
        buf_consume(&lines, (size_t)(end - lines.data) + 1);
    }
}

/* How long this process has been ready to run while others ran, in ns: a busy machine must not look
 * like a loop that stands still. 0 where the kernel does not say. */
static uint64_t time_in_queue(void)
{
    char text[128] = ""; /* "ran queued slices" */
    int file = open("/proc/self/schedstat", O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : read(file, text, sizeof(text) - 1);
    if (file >= 0)
        (void)close(file);
    const char *queued = got > 0 ? strchr(text, ' ') : NULL;
    return queued ? strtoull(queued, NULL, 10) : 0;
}

static void on_probe(uv_timer_t *timer)
{
    uint64_t now = (uv_hrtime() - time_in_queue()) / 1000000;
    uint64_t turn = probed_at > 0 && now > probed_at ? now - probed_at : 0;
    longest_turn = turn > longest_turn ? turn : longest_turn;
    probed_at = now;
    (void)timer;
}

static void open_pool(int count, char **words)
{
    struct db_settings settings;
    db_settings_init(&settings);
    if (db_settings_from_url(&settings, getenv("DATABASE_URL"), NULL) < 0)
        _exit(2);
    for (int i = 1; i < count; i++) {
        char *value = strchr(words[i], '=');
        if (!value)
            _exit(2);
        *value++ = '\0';
        if (db_settings_set(&settings, words[i], value, NULL) < 0)
            _exit(2);
    }
    struct db_pool_options options = {.loop = &loop, .settings = &settings};
    pool = db_pool_new(&options);
    db_settings_free(&settings);
    if (!pool)
        _exit(4);
}

int main(int argc, char **argv)
{
    if (getenv("DB_TRACE"))
        log_set_trace(getenv("DB_TRACE"));
    (void)signal(SIGPIPE, SIG_IGN);
    (void)uv_loop_init(&loop);
    open_pool(argc, argv);
    (void)uv_timer_init(&loop, &probe);
    (void)uv_timer_start(&probe, on_probe, PROBE_MS, PROBE_MS);
    (void)uv_pipe_init(&loop, &input, 0);
    (void)uv_pipe_open(&input, STDIN_FILENO);
    (void)uv_read_start((uv_stream_t *)&input, on_alloc, on_input);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    LIST_FOREACH_SAFE (link, &calls)
        call_free(CONTAINER_OF(link, struct call, link));
    buf_free(&lines);
    return uv_loop_close(&loop) == 0 ? 0 : 5;
}
