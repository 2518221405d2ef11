/* check_health: whether the database answers, how quickly, and what is running. */
#include "tools/tool.h"

#include <time.h>

#include "base/buf.h"
#include "db/pool.h"
#include "tools/check_health.sql.h"
#include "tools/support/ledger.h"
#include "tools/support/query.h"

enum {
    SUMMARY_MAX_BYTES = 400
};

enum {
    COLUMN_SERVER_VERSION,
    COLUMN_SCHEMA_VERSION,
    COLUMN_LEDGERS,
    COLUMN_SIZE_MB
};

struct check_health_args {
    int64_t started_us; /* no argument: when the timed question went out */
};

static const struct field database_fields[] = {
    OUT_TEXT("version"), OUT_INT("round_trip_us"), OUT_INT("schema"),
    OUT_INT("ledgers"),  OUT_INT("size_mb"),       OUT_END,
};

static const struct field pool_fields[] = {
    OUT_INT("connections"), OUT_INT("busy"),       OUT_INT("waiting"),        OUT_INT("queries"),
    OUT_INT("failures"),    OUT_INT("reconnects"), OUT_BOOL("behind_pooler"), OUT_END,
};

static const struct field result[] = {
    OUT_TEXT("summary", .flags = FIELD_REQUIRED),
    OUT_TEXT("version", .flags = FIELD_REQUIRED),
    OUT_OBJECT("database", database_fields, .flags = FIELD_REQUIRED),
    OUT_OBJECT("pool", pool_fields, .flags = FIELD_REQUIRED),
    OUT_END,
};

static const struct field args[] = {ARG_END};

static int64_t clock_us(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void write_summary(struct json_out *out, const struct db_rows *rows, int64_t took_us)
{
    OWNED_BUF summary = BUF_INIT(SUMMARY_MAX_BYTES);
    (void)buf_printf(&summary,
                     "The database is reachable (PostgreSQL %s, schema %s) and answered in "
                     "%d.%03d ms.",
                     db_rows_text(rows, 0, COLUMN_SERVER_VERSION),
                     db_rows_text(rows, 0, COLUMN_SCHEMA_VERSION), (int)(took_us / 1000),
                     (int)(took_us % 1000));
    json_put_text(out, "summary", buf_text(&summary));
}

static void write_pool(struct json_out *out, const struct db_pool *pool)
{
    struct db_pool_stat stat;
    db_pool_stat(pool, &stat);
    json_put_object(out, "pool");
    json_put_int(out, "connections", stat.connections);
    json_put_int(out, "busy", stat.busy);
    json_put_int(out, "waiting", stat.waiting);
    json_put_int(out, "queries", (int64_t)stat.queries);
    json_put_int(out, "failures", (int64_t)stat.failures);
    json_put_int(out, "reconnects", (int64_t)stat.reconnects);
    json_put_bool(out, "behind_pooler", stat.behind_pooler);
    json_end_object(out);
}

static int probed(struct call *call, const struct db_rows *rows)
{
    const struct check_health_args *health = call_args(call);
    int64_t took_us = clock_us() - health->started_us;
    struct json_out *out = call_answer(call);
    json_object(out);
    write_summary(out, rows, took_us);
    json_put_text(out, "version", call_context(call)->version);
    json_put_object(out, "database");
    json_put_text(out, "version", db_rows_text(rows, 0, COLUMN_SERVER_VERSION));
    json_put_int(out, "round_trip_us", took_us);
    json_put_int(out, "schema", db_rows_int(rows, 0, COLUMN_SCHEMA_VERSION));
    json_put_int(out, "ledgers", db_rows_int(rows, 0, COLUMN_LEDGERS));
    json_put_int(out, "size_mb", db_rows_int(rows, 0, COLUMN_SIZE_MB));
    json_end_object(out);
    write_pool(out, call_context(call)->pool);
    json_end_object(out);
    return call_reply(call);
}

/* The first question may have started a server and opened a connection; only the second one is a
 * round trip. */
static int reached(struct call *call, const struct db_rows *rows)
{
    struct check_health_args *health = call_args(call);
    (void)rows;
    health->started_us = clock_us();
    return tool_read(call, &sql_probe, NULL, probed);
}

static int start(struct call *call)
{
    return tool_read(call, &sql_probe, NULL, reached);
}

const struct tool tool_check_health = {
    .name = "check_health",
    .title = "Check health",
    .description = "When answers fail or are slow: tests the database.",
    .flags = TOOL_READ_ONLY | TOOL_WITHOUT_LEDGER,
    .args = args,
    .args_size = sizeof(struct check_health_args),
    .result = result,
    .start = start,
};
