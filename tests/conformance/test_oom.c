/* Scripted sessions in which the n-th allocation fails, for every n, once and from there on; ours,
 * cJSON's and libuv's alike. Whatever fails: each line that is written is one JSON value, nothing is
 * answered twice, the loop closes, and (under the sanitizers) nothing leaks. When only one allocation
 * fails and the server does not end for it, each request is answered. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "tests/conformance/fixture.h"

#define SHAKE(version, abilities)                                                                        \
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"" version \
    "\",\"capabilities\":{" abilities "},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}\n"          \
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n"
#define REQUEST(id, method, params) \
    "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"" method "\",\"params\":{" params "}}\n"
#define NOTICE(method, params) \
    "{\"jsonrpc\":\"2.0\",\"method\":\"" method "\",\"params\":{" params "}}\n"
#define CALL(id, tool, arguments) \
    REQUEST(id, "tools/call", "\"name\":\"" tool "\",\"arguments\":{" arguments "}")
#define CLAIM(abilities)                                                     \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"," \
    "\"io.modelcontextprotocol/clientCapabilities\":{" abilities "}}"

enum {
    PIPE_SIZE = 1 << 20,
    IDS_MAX = 32,
    ALLOCATIONS_MAX = 20000, /* more means that it never ends */
    WARM_DESCRIPTOR = 250
};

static const char session_2025_11_25[] = SHAKE("2025-11-25", "\"elicitation\":{}") REQUEST(
    "2", "tools/list",
    "") REQUEST("3", "resources/list",
                "") CALL("4", "test_structured_output",
                         "\"amounts\":\"[1, 2.5]\"") CALL("5", "test_structured_output",
                                                          "\"amount\":1")
    CALL("6", "test_multiple_content_types", "") CALL("7", "test_slow", "\"ms\":0") CALL(
        "8", "test_input_required_result_elicitation",
        "") "{\"jsonrpc\":\"2.0\",\"id\":\"srv-1\",\"result\":{\"action\":\"accept\",\"content\":"
            "{\"name\":\"Ann\"}}}\n" REQUEST("9", "resources/read",
                                             "\"uri\":\"test://template/a%20b/data\"")
                REQUEST("10", "resources/read", "\"uri\":\"test://nope\"") REQUEST(
                    "11", "prompts/get",
                    "\"name\":\"test_prompt_with_arguments\",\"arguments\":{\"arg1\":\"a\",\"arg2\":\"b\"}")
                    REQUEST(
                        "12", "completion/complete",
                        "\"ref\":{\"type\":\"ref/resource\",\"uri\":\"test://template/{id}/data\"},"
                        "\"argument\":{\"name\":\"id\",\"value\":\"1\"}")
                        REQUEST("13", "resources/subscribe", "\"uri\":\"test://watched-resource\"")
                            CALL("14", "test_trigger_resource_update",
                                 "") CALL("15", "test_trigger_tool_change", "")
                                REQUEST("16", "logging/setLevel", "\"level\":\"debug\"") CALL(
                                    "17", "test_logging_tool",
                                    "") "{\"jsonrpc\":\"2.0\",\"id\":18,\"method\":\"ping\",\"params\":{\"a\":\"\\u0000\"}}\n"
                                        "no JSON\n";

static const char session_2025_03_26[] = SHAKE(
    "2025-03-26",
    "") "[{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"},"
        "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"test_slow\","
        "\"arguments\":{\"ms\":0}}},{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"nope\"}]\n" CALL(
            "5", "test_audio_content", "") CALL("6", "test_resource_link", "")
            REQUEST("7", "tools/list", "");

static const char session_2026_07_28[] = REQUEST("1", "server/discover", CLAIM("")) REQUEST(
    "2", "tools/call",
    "\"name\":\"test_structured_array\"," CLAIM(
        "")) REQUEST("3", "tools/call",
                     "\"name\":\"test_input_required_result_multiple_inputs\"," CLAIM(
                         "\"elicitation\":{},\"sampling\":{},\"roots\":{}"))
    REQUEST("4", "tools/call",
            "\"name\":\"test_input_required_result_elicitation\",\"inputResponses\":{\"user_name\":"
            "{\"action\":\"accept\",\"content\":{\"name\":\"Ann\"}}}," CLAIM("\"elicitation\":{}"))
        REQUEST("5", "tools/call", "\"name\":\"test_missing_capability\"," CLAIM("")) REQUEST(
            "6", "tools/call",
            "\"name\":\"test_input_required_result_request_state\",\"requestState\":\"v1.eA.eA\"," CLAIM(
                ""))
            REQUEST(
                "7", "subscriptions/listen",
                "\"notifications\":{\"resourceSubscriptions\":[\"test://watched-resource\"]}," CLAIM(
                    ""))
                REQUEST("8", "tools/call", "\"name\":\"test_trigger_resource_update\"," CLAIM(""))
                    NOTICE("notifications/cancelled", "\"requestId\":7")
                        REQUEST("9", "tools/list", "\"cursor\":\"x\"," CLAIM(""))
                            REQUEST("10", "prompts/list", CLAIM(""));

struct session {
    const char *name;
    const char *lines;
    int64_t last_id;    /* requests have the ids from 1 to here … */
    int64_t unanswered; /* … and this one is answered only by an error; 0: none */
    unsigned nulls;     /* answers with id null when all is well */
};

static const struct session sessions[] = {
    {"2025-11-25", session_2025_11_25, 18, 0, 1},
    {"2025-03-26", session_2025_03_26, 7, 0, 0},
    {"2026-07-28", session_2026_07_28, 10, 7, 0},
};

/* --- one run --------------------------------------------------------------------------------- */

struct run {
    struct fixture fixture;
    const struct tool *tools[64];
    int from_server; /* read end */
    bool has_stopped;
};

static void on_stopped(struct mcp_server *server, void *user)
{
    struct run *run = CONTAINER_OF(user, struct run, fixture);
    run->has_stopped = true;
    mcp_server_free(server);
}

static void add_tools(struct run *run, const struct tool *const *more)
{
    size_t count = 0;
    while (run->tools[count])
        count++;
    while (*more)
        run->tools[count++] = *more++;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    (void)poll;
    (void)status;
    (void)events;
}

/* libuv ends the process when its table of descriptors cannot grow: let it grow before. */
static void warm_up(uv_loop_t *loop)
{
    uv_poll_t poll;
    int pair[2];
    assert_int_equal(pipe(pair), 0);
    assert_int_equal(dup2(pair[0], WARM_DESCRIPTOR), WARM_DESCRIPTOR);
    assert_int_equal(uv_poll_init(loop, &poll, WARM_DESCRIPTOR), 0);
    assert_int_equal(uv_poll_start(&poll, UV_READABLE, on_poll), 0);
    (void)uv_run(loop, UV_RUN_NOWAIT);
    uv_close((uv_handle_t *)&poll, NULL);
    (void)uv_run(loop, UV_RUN_NOWAIT);
    (void)close(pair[0]);
    (void)close(pair[1]);
    (void)close(WARM_DESCRIPTOR);
}

/* Two pipes: what the client said is in the first, already ended. */
static void open_pipes(const char *lines, int *ret_in, int *ret_out, int *ret_from_server)
{
    int in[2];
    int out[2];
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    assert_true(fcntl(in[1], F_SETPIPE_SZ, PIPE_SIZE) >= PIPE_SIZE);
    assert_true(fcntl(out[1], F_SETPIPE_SZ, PIPE_SIZE) >= PIPE_SIZE);
    assert_int_equal(write(in[1], lines, strlen(lines)), (ssize_t)strlen(lines));
    assert_int_equal(close(in[1]), 0);
    *ret_in = in[0];
    *ret_out = out[1];
    *ret_from_server = out[0];
}

/* Serves the lines with the n-th allocation failing; returns how many allocations were made. */
static unsigned long serve(struct run *run, const char *lines, unsigned long n, int all_after)
{
    int in;
    int out;
    struct mcp_server_options options = {
        .name = "fixture",
        .version = "1",
        .tools = run->tools,
        .prompts = fixture_prompts,
        .resources = fixture_resources,
        .changing_lists = MCP_LIST_TOOLS,
        .subscribe = true,
        .user = &run->fixture,
    };
    assert_int_equal(uv_loop_init(&run->fixture.loop), 0);
    warm_up(&run->fixture.loop);
    open_pipes(lines, &in, &out, &run->from_server);
    mem_fail_at(n, all_after);
    struct mcp_server *server = mcp_server_new(&run->fixture.loop, &options);
    run->fixture.server = server;
    bool is_serving = server && mcp_server_serve(server, in, out, on_stopped) == 0;
    if (is_serving)
        (void)uv_run(&run->fixture.loop, UV_RUN_DEFAULT);
    unsigned long made = mem_allocations();
    mem_fail_at(0, 0);
    if (!is_serving) {
        mcp_server_free(server);
        (void)uv_run(&run->fixture.loop, UV_RUN_DEFAULT);
        (void)close(in);
        (void)close(out);
    }
    assert_int_equal(is_serving, run->has_stopped);
    assert_int_equal(uv_run(&run->fixture.loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&run->fixture.loop), 0);
    return made;
}

/* --- what was written ------------------------------------------------------------------------ */

struct answers {
    unsigned by_id[IDS_MAX];
    unsigned with_null;
};

static void count_message(const cJSON *message, struct answers *answers)
{
    const cJSON *id = json_get(message, "id");
    int64_t number;
    assert_true(cJSON_IsObject(message));
    if (json_get(message, "method"))
        return;
    assert_int_equal(json_get(message, "result") != NULL, json_get(message, "error") == NULL);
    if (cJSON_IsNull(id)) {
        answers->with_null++;
        return;
    }
    assert_int_equal(json_int_value(id, &number), 0);
    assert_in_range(number, 1, IDS_MAX - 1);
    answers->by_id[number]++;
}

static void count_line(const char *line, size_t length, struct answers *answers)
{
    const char *why = NULL;
    OWNED_JSON tree = json_parse(line, length, &why);
    if (!tree)
        fail_msg("%s: %.*s", why ? why : "out of memory", (int)length, line);
    if (!cJSON_IsArray(tree)) {
        count_message(tree, answers);
        return;
    }
    const cJSON *member;
    cJSON_ArrayForEach (member, tree)
        count_message(member, answers);
}

static void read_answers(int from_server, struct answers *ret_answers)
{
    OWNED_BUF bytes = BUF_INIT((size_t)2 * PIPE_SIZE);
    ssize_t n = 1;
    *ret_answers = (struct answers){0};
    while (n > 0) {
        char *room = buf_reserve(&bytes, 65536);
        assert_non_null(room);
        n = read(from_server, room, 65536);
        assert_true(n >= 0);
        buf_commit(&bytes, (size_t)n);
    }
    const char *at = buf_text(&bytes);
    const char *end = at + bytes.length;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop)
            fail_msg("unfinished line: %s", at);
        else
            count_line(at, (size_t)(stop - at), ret_answers);
        at = stop ? stop + 1 : end;
    }
}

static unsigned missing_answers(const struct session *session, const struct answers *answers)
{
    unsigned missing = 0;
    for (int64_t id = 1; id <= session->last_id; id++) {
        unsigned count = answers->by_id[id];
        assert_true(count <= 1);
        if (id != session->unanswered && count == 0)
            missing++;
    }
    return missing;
}

static unsigned long run_once(const struct session *session, unsigned long n, int all_after)
{
    struct run run = {.has_stopped = false};
    struct answers answers;
    add_tools(&run, fixture_content_tools);
    add_tools(&run, fixture_ask_tools);
    add_tools(&run, fixture_news_tools);
    unsigned long made = serve(&run, session->lines, n, all_after);
    read_answers(run.from_server, &answers);
    assert_int_equal(close(run.from_server), 0);
    unsigned missing = missing_answers(session, &answers);
    if (n == 0)
        assert_int_equal(missing + answers.by_id[session->unanswered], 0);
    /* A line that found no memory, or a whole batch, is answered once with id null. */
    if (run.has_stopped && !all_after && missing > 0 && answers.with_null <= session->nulls)
        fail_msg("%s: allocation %lu failed, and %u requests were never answered", session->name, n,
                 missing);
    return made;
}

static void fail_each(int all_after)
{
    for (size_t i = 0; i < ARRAY_LENGTH(sessions); i++) {
        unsigned long most = run_once(&sessions[i], 0, 0);
        print_message("%s: %lu allocations\n", sessions[i].name, most);
        assert_in_range(most, 50, ALLOCATIONS_MAX);
        for (unsigned long n = 1; n <= most; n++)
            (void)run_once(&sessions[i], n, all_after);
    }
}

static void test_session_with_each_allocation_failing_once(void **state)
{
    (void)state;
    fail_each(0);
}

static void test_session_with_all_allocations_failing_from_each_on(void **state)
{
    (void)state;
    fail_each(1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_with_each_allocation_failing_once),
        cmocka_unit_test(test_session_with_all_allocations_failing_from_each_on),
    };
    cJSON_Hooks hooks = {.malloc_fn = mem_alloc, .free_fn = mem_free};
    (void)signal(SIGPIPE, SIG_IGN);
    log_set_level(LOG_OFF);
    cJSON_InitHooks(&hooks);
    if (uv_replace_allocator(mem_alloc, mem_realloc, mem_calloc, mem_free) < 0)
        return EXIT_FAILURE;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
