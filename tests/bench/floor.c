/* floor: how soon a program that is linked like ours can answer at all. It starts a libuv loop,
 * answers hello, and answers anything else by one statement over a fresh connection; no pool, no
 * checks, no protocol beyond what the load generator says.
 *
 *     floor [connection string] [statement] */
#include <cjson/cJSON.h>
#include <libpq-fe.h>
#include <nettle/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utf8proc.h>
#include <uv.h>

enum {
    LINE_MAX_BYTES = 65536,
    ANSWER_MAX = 512
};

struct floor {
    uv_loop_t loop;
    uv_pipe_t in;
    char line[LINE_MAX_BYTES];
    size_t length;
    const char *target;
    const char *statement;
    PGconn *connection;
};

/* Rows of the statement; -1 when it failed, 0 without a database. */
static int ask_database(struct floor *floor)
{
    if (!floor->target)
        return 0;
    if (!floor->connection)
        floor->connection = PQconnectdb(floor->target);
    PGresult *result = PQexec(floor->connection, floor->statement);
    int rows = PQresultStatus(result) == PGRES_TUPLES_OK ? PQntuples(result) : -1;
    if (rows < 0)
        (void)fprintf(stderr, "floor: %s", PQerrorMessage(floor->connection));
    PQclear(result);
    return rows;
}

static void answer(struct floor *floor, const char *line)
{
    cJSON *request = cJSON_Parse(line);
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(request, "id");
    const char *method = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(request, "method"));
    if (id && method) {
        char text[ANSWER_MAX];
        char *number = cJSON_PrintUnformatted(id);
        bool is_call = strcmp(method, "tools/call") == 0;
        int length = snprintf(text, sizeof(text),
                              "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":"
                              "{\"rows\":%d}}\n",
                              number, is_call ? ask_database(floor) : 0);
        if (write(STDOUT_FILENO, text, (size_t)length) < 0)
            uv_stop(&floor->loop);
        cJSON_free(number);
    }
    cJSON_Delete(request);
}

static void give_space(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_space)
{
    struct floor *floor = handle->data;
    (void)suggested;
    *ret_space = uv_buf_init(floor->line + floor->length,
                             (unsigned)(sizeof(floor->line) - 1 - floor->length));
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *space)
{
    struct floor *floor = stream->data;
    (void)space;
    if (got < 0) {
        uv_close((uv_handle_t *)stream, NULL);
        return;
    }
    floor->length += (size_t)got;
    floor->line[floor->length] = '\0';
    char *begin = floor->line;
    for (char *end = strchr(begin, '\n'); end; end = strchr(begin, '\n')) {
        *end = '\0';
        answer(floor, begin);
        begin = end + 1;
    }
    floor->length -= (size_t)(begin - floor->line);
    memmove(floor->line, begin, floor->length);
}

/* Every library is really needed, so that the linker keeps it. */
static bool libraries_are_there(void)
{
    return nettle_version_major() > 0 && utf8proc_version() && cJSON_Version() && uv_version() > 0;
}

int main(int argc, char **argv)
{
    static struct floor floor;
    floor.target = argc > 1 ? argv[1] : NULL;
    floor.statement = argc > 2 ? argv[2] : "SELECT 1";
    if (!libraries_are_there() || uv_loop_init(&floor.loop) < 0)
        return 1;
    uv_pipe_init(&floor.loop, &floor.in, 0);
    floor.in.data = &floor;
    if (uv_pipe_open(&floor.in, STDIN_FILENO) < 0 ||
        uv_read_start((uv_stream_t *)&floor.in, give_space, on_read) < 0)
        return 1;
    uv_run(&floor.loop, UV_RUN_DEFAULT);
    PQfinish(floor.connection);
    return uv_loop_close(&floor.loop) == 0 ? 0 : 1;
}
