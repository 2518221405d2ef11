/* A server inside the test: what the client says goes in through one end of a socket pair, what the
 * server says is read from it while the loop turns. Waiting is for lines, with a limit of time. */
#ifndef TESTS_SUPPORT_MCP_RIG_H
#define TESTS_SUPPORT_MCP_RIG_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <uv.h>

#include "base/buf.h"
#include "mcp/json.h"
#include "mcp/server.h"

enum {
    RIG_SECONDS = 60, /* for any one thing that is waited for */
    RIG_SEEN_MAX = 256 * 1024 * 1024
};

struct rig {
    uv_loop_t loop;
    struct mcp_server *server;
    int client;      /* the client's end */
    struct buf seen; /* all that the server has written */
    size_t lines;    /* in it */
    size_t first;    /* offset of the first line that rig_line() has not given yet */
    bool is_deaf;    /* the client does not read */
    bool has_stopped;
    void *user; /* of the test */
};

static void rig_stopped(struct mcp_server *server, void *user)
{
    struct rig *rig = user;
    rig->has_stopped = true;
    mcp_server_free(server);
}

/* `options.user` is the rig; name and version are filled in. */
static inline void rig_open(struct rig *rig, struct mcp_server_options options)
{
    int pair[2];
    *rig = (struct rig){.user = rig->user};
    buf_init(&rig->seen, RIG_SEEN_MAX);
    options.name = "rig";
    options.version = "1";
    options.user = rig;
    assert_int_equal(uv_loop_init(&rig->loop), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
    rig->client = pair[0];
    rig->server = mcp_server_new(&rig->loop, &options);
    assert_non_null(rig->server);
    assert_int_equal(mcp_server_serve(rig->server, pair[1], pair[1], rig_stopped), 0);
}

static inline void rig_listen(struct rig *rig)
{
    while (!rig->is_deaf) {
        char *room = buf_reserve(&rig->seen, 65536);
        assert_non_null(room);
        ssize_t n = read(rig->client, room, 65536);
        if (n <= 0)
            return;
        for (ssize_t i = 0; i < n; i++)
            rig->lines += room[i] == '\n';
        buf_commit(&rig->seen, (size_t)n);
    }
}

/* One turn of the loop, without waiting. */
static inline void rig_turn(struct rig *rig)
{
    (void)uv_run(&rig->loop, UV_RUN_NOWAIT);
    rig_listen(rig);
}

static inline void rig_turns(struct rig *rig, int count)
{
    for (int i = 0; i < count; i++)
        rig_turn(rig);
}

static inline uint64_t rig_end(void)
{
    return uv_hrtime() + RIG_SECONDS * UINT64_C(1000000000);
}

static inline void rig_say_bytes(struct rig *rig, const char *bytes, size_t length)
{
    uint64_t end = rig_end();
    while (length > 0) {
        ssize_t n = write(rig->client, bytes, length);
        if (n < 0) {
            assert_int_equal(errno, EAGAIN);
            rig_turn(rig);
            n = 0;
        }
        bytes += n;
        length -= (size_t)n;
        assert_true(uv_hrtime() < end);
    }
}

/* One line of the client. */
__attribute__((__format__(__printf__, 2, 3))) static inline void rig_say(struct rig *rig,
                                                                         const char *format, ...)
{
    OWNED_BUF line = BUF_INIT(RIG_SEEN_MAX);
    va_list args;
    va_start(args, format);
    (void)buf_vprintf(&line, format, args);
    va_end(args);
    (void)buf_append_char(&line, '\n');
    assert_int_equal(line.error, 0);
    rig_say_bytes(rig, line.data, line.length);
}

/* Turns the loop until the server has written so many lines in all. */
static inline void rig_wait_lines(struct rig *rig, size_t count)
{
    uint64_t end = rig_end();
    while (rig->lines < count) {
        rig_turn(rig);
        if (uv_hrtime() > end)
            fail_msg("%zu of %zu lines: %s", rig->lines, count, buf_text(&rig->seen));
    }
}

/* The next line as a tree (owner: the caller), waited for. */
static inline cJSON *rig_next(struct rig *rig)
{
    const char *why = "out of memory";
    uint64_t end = rig_end();
    const char *stop = NULL;
    while (!stop) {
        const char *from = buf_text(&rig->seen) + rig->first;
        stop = memchr(from, '\n', rig->seen.length - rig->first);
        if (!stop)
            rig_turn(rig);
        if (uv_hrtime() > end)
            fail_msg("no line came; so far: %s", buf_text(&rig->seen));
    }
    const char *line = rig->seen.data + rig->first;
    size_t length = (size_t)(stop - line);
    rig->first += length + 1;
    cJSON *tree = json_parse(line, length, &why);
    if (!tree)
        fail_msg("%s: %.*s", why, (int)length, line);
    return tree;
}

static inline void rig_shake(struct rig *rig, const char *revision, const char *capabilities)
{
    rig_say(rig,
            "{\"jsonrpc\":\"2.0\",\"id\":\"shake\",\"method\":\"initialize\",\"params\":{"
            "\"protocolVersion\":\"%s\",\"capabilities\":%s,"
            "\"clientInfo\":{\"name\":\"rig\",\"version\":\"1\"}}}",
            revision, capabilities);
    OWNED_JSON answer = rig_next(rig);
    assert_non_null(json_get(answer, "result"));
    rig_say(rig, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
}

static inline void rig_call(struct rig *rig, int id, const char *tool, const char *arguments)
{
    rig_say(rig,
            "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\","
            "\"arguments\":%s}}",
            id, tool, arguments);
}

/* Text of the first block of the result in an answer. */
static inline const char *rig_text(const cJSON *answer)
{
    const cJSON *content = json_get(json_get(answer, "result"), "content");
    return content && content->child ? json_get_text(content->child, "text") : NULL;
}

/* Ends the input and runs to the end, where the loop must close. */
static inline void rig_close(struct rig *rig)
{
    uint64_t end = rig_end();
    (void)shutdown(rig->client, SHUT_WR);
    while (!rig->has_stopped) {
        (void)uv_run(&rig->loop, UV_RUN_ONCE);
        rig_listen(rig);
        assert_true(uv_hrtime() < end);
    }
    (void)uv_run(&rig->loop, UV_RUN_DEFAULT);
    rig_listen(rig);
    assert_int_equal(uv_loop_close(&rig->loop), 0);
    (void)close(rig->client);
    buf_free(&rig->seen);
}

#endif
