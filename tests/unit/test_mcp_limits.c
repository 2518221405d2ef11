/* What bounds a server: places for calls, waiting calls, bytes of requests and answers, rounds of
 * questions, a client that does not read. Each at the limit and one beyond; the limits of lines, of
 * lists and of subscriptions stand in tests/conformance. */
#include "tests/support/mcp_rig.h"

#include "mcp/ask.h"
#include "mcp/call.h"
#include "mcp/limits.h"

struct bench {
    struct call *held[2 * MCP_WAITING_MAX];
    size_t held_count; /* began so far */
    size_t released;   /* of them */
};

static struct bench *bench_of(const struct call *call)
{
    return ((struct rig *)call_user(call))->user;
}

static int hold(struct call *call)
{
    struct bench *bench = bench_of(call);
    bench->held[bench->held_count++] = call;
    return 0;
}

static void release_one(struct bench *bench)
{
    struct call *call = bench->held[bench->released++];
    call_add_text(call, "released");
    (void)call_reply(call);
}

struct size_args {
    int64_t size;
};

static const struct field size_args[] = {
    ARG_INT(struct size_args, size, .flags = FIELD_REQUIRED, .doc = "Bytes."),
    ARG_END,
};

/* A structured answer of exactly so many bytes. */
static int answer_of_size(struct call *call)
{
    const struct size_args *args = call_args(call);
    size_t size = (size_t)args->size - strlen("{\"x\":\"\"}");
    OWNED_BUF text = BUF_INIT(8388608);
    char *room = buf_reserve(&text, size);
    memset(room, 'x', size);
    buf_commit(&text, size);
    json_object(call_answer(call));
    json_put_text(call_answer(call), "x", buf_text(&text));
    json_end_object(call_answer(call));
    return call_reply(call);
}

/* One content block of exactly so many bytes. */
static int content_of_size(struct call *call)
{
    const struct size_args *args = call_args(call);
    size_t size = (size_t)args->size - strlen("{\"type\":\"text\",\"text\":\"\"}");
    OWNED_BUF text = BUF_INIT(8388608);
    char *room = buf_reserve(&text, size);
    memset(room, 'x', size);
    buf_commit(&text, size);
    call_add_text(call, buf_text(&text));
    return call_reply(call);
}

/* As much of the arena as wanted. */
static int take_memory(struct call *call)
{
    const struct size_args *args = call_args(call);
    size_t used = call_arena(call)->used;
    call_add_text(call, arena_alloc(call_arena(call), (size_t)args->size - used) ? "got it" : "no");
    return call_reply(call);
}

/* Asks a new question each time, for ever. */
static int ask_for_ever(struct call *call)
{
    for (int i = 0;; i++) {
        const char *key = arena_printf(call_arena(call), "q%d", i);
        const struct ask question = {
            .key = key,
            .message = "?",
            .schema = "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}",
        };
        if (!ask_answer(call, &question))
            return call_ask(call);
    }
}

static int keep_size(struct call *call)
{
    const struct size_args *args = call_args(call);
    static const struct ask question = {
        .key = "q",
        .message = "?",
        .schema = "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}",
    };
    OWNED_BUF text = BUF_INIT(1048576);
    size_t size = (size_t)args->size;
    char *room = buf_reserve(&text, size);
    memset(room, 'x', size);
    buf_commit(&text, size);
    assert_int_equal(call_keep(call, "k", buf_text(&text)), 0);
    return ask_answer(call, &question) ? call_reply(call) : call_ask(call);
}

struct list_args {
    struct field_list items;
};

static const struct field list_args[] = {
    ARG_LIST(struct list_args, items, .item = &field_bool, .doc = "Items."),
    ARG_END,
};

static int count_items(struct call *call)
{
    const struct list_args *args = call_args(call);
    call_add_text(call, arena_printf(call_arena(call), "%zu", args->items.count));
    return call_reply(call);
}

#define SIZED(tool_name, function)                                                                \
    &(const struct tool)                                                                          \
    {                                                                                             \
        .name = (tool_name), .description = "Sized.", .flags = TOOL_READ_ONLY, .args = size_args, \
        .args_size = sizeof(struct size_args), .start = (function)                                \
    }

static const struct tool *const tools[] = {
    &(const struct tool){
        .name = "hold", .description = "Holds.", .flags = TOOL_READ_ONLY, .start = hold},
    SIZED("answer", answer_of_size),
    SIZED("content", content_of_size),
    SIZED("memory", take_memory),
    SIZED("keep", keep_size),
    &(const struct tool){
        .name = "ask", .description = "Asks.", .flags = TOOL_READ_ONLY, .start = ask_for_ever},
    &(const struct tool){.name = "count",
                         .description = "Counts.",
                         .flags = TOOL_READ_ONLY,
                         .args = list_args,
                         .args_size = sizeof(struct list_args),
                         .start = count_items},
    NULL,
};

static struct bench bench; // one at a time; too large for the stack

static void open_rig(struct rig *rig)
{
    bench = (struct bench){.held_count = 0};
    rig->user = &bench;
    rig_open(rig, (struct mcp_server_options){.tools = tools});
    rig_shake(rig, "2025-11-25", "{\"elicitation\":{}}");
}

static void wait_held(struct rig *rig, size_t count)
{
    uint64_t end = rig_end();
    while (bench.held_count < count) {
        rig_turn(rig);
        assert_true(uv_hrtime() < end);
    }
}

static void say_ping(struct rig *rig)
{
    rig_say(rig, "{\"jsonrpc\":\"2.0\",\"id\":\"ping\",\"method\":\"ping\"}");
}

static void expect_text(struct rig *rig, const char *text)
{
    OWNED_JSON answer = rig_next(rig);
    if (!rig_text(answer) || strncmp(rig_text(answer), text, strlen(text)) != 0)
        fail_msg("not %s: %.300s", text, rig_text(answer) ? rig_text(answer) : "an error");
}

/* --- places ---------------------------------------------------------------------------------- */

static void test_calls_at_the_limit_run_and_one_more_waits(void **state)
{
    struct rig rig;
    (void)state;
    open_rig(&rig);
    for (int i = 1; i <= MCP_CALLS_MAX + 1; i++)
        rig_call(&rig, i, "hold", "{}");
    say_ping(&rig);
    rig_wait_lines(&rig, 2);
    assert_int_equal(bench.held_count, MCP_CALLS_MAX);
    release_one(&bench);
    wait_held(&rig, MCP_CALLS_MAX + 1);
    while (bench.released < bench.held_count)
        release_one(&bench);
    rig_wait_lines(&rig, 2 + MCP_CALLS_MAX + 1);
    rig_close(&rig);
}

/* A request whose tree takes about a fifth of what all running ones may. */
static void say_large_call(struct rig *rig, int id, const char *tool)
{
    OWNED_BUF values = BUF_INIT(1048576);
    size_t count = MCP_CALLS_COST_MAX / 5 / MCP_VALUE_COST;
    for (size_t i = 0; i < count; i++)
        (void)buf_append_text(&values, i == 0 ? "0" : ",0");
    rig_say(rig,
            "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\","
            "\"large\":[%s]}}",
            id, tool, buf_text(&values));
}

static void test_calls_of_large_requests_wait_for_memory(void **state)
{
    struct rig rig;
    (void)state;
    open_rig(&rig);
    for (int i = 1; i <= 6; i++)
        say_large_call(&rig, i, "hold");
    say_ping(&rig);
    rig_wait_lines(&rig, 2);
    assert_int_equal(bench.held_count, 4);
    release_one(&bench);
    wait_held(&rig, 5);
    while (bench.released < 6) {
        release_one(&bench);
        rig_turn(&rig);
    }
    rig_wait_lines(&rig, 8);
    rig_close(&rig);
}

static void test_waiting_calls_at_the_limit_stop_the_reading(void **state)
{
    struct rig rig;
    (void)state;
    open_rig(&rig);
    for (int i = 1; i < MCP_CALLS_MAX + MCP_WAITING_MAX; i++)
        rig_call(&rig, i, "hold", "{}");
    say_ping(&rig);
    rig_wait_lines(&rig, 2);
    rig_call(&rig, MCP_CALLS_MAX + MCP_WAITING_MAX, "hold", "{}");
    say_ping(&rig);
    rig_turns(&rig, 50);
    assert_int_equal(rig.lines, 2);
    assert_int_equal(bench.held_count, MCP_CALLS_MAX);
    while (bench.released < MCP_CALLS_MAX + MCP_WAITING_MAX) {
        if (bench.released < bench.held_count)
            release_one(&bench);
        else
            rig_turn(&rig);
    }
    rig_wait_lines(&rig, 2 + MCP_CALLS_MAX + MCP_WAITING_MAX + 1);
    rig_close(&rig);
}

static void test_waiting_requests_of_many_bytes_stop_the_reading(void **state)
{
    struct rig rig;
    (void)state;
    open_rig(&rig);
    /* Four run, two or three wait, the rest stays in the pipe. */
    for (int i = 1; i <= 7; i++)
        say_large_call(&rig, i, "hold");
    say_ping(&rig);
    rig_turns(&rig, 50);
    assert_int_equal(rig.lines, 1);
    while (bench.released < 7) {
        if (bench.released < bench.held_count)
            release_one(&bench);
        else
            rig_turn(&rig);
    }
    rig_wait_lines(&rig, 1 + 7 + 1);
    rig_close(&rig);
}

/* --- output ---------------------------------------------------------------------------------- */

static void test_client_that_does_not_read_stops_the_reading_and_loses_nothing(void **state)
{
    enum {
        CALLS = 400
    };

    struct rig rig;
    int said = 0;
    (void)state;
    open_rig(&rig);
    rig.is_deaf = true;
    /* The server would answer each at once with 20 KB: 8 MB in all. */
    for (; said < 50; said++)
        rig_call(&rig, said, "answer", "{\"size\":20000}");
    rig_turns(&rig, 100);
    say_ping(&rig);
    rig_call(&rig, 9999, "hold", "{}");
    rig_turns(&rig, 20);
    size_t held_early = bench.held_count;
    rig.is_deaf = false;
    for (; said < CALLS; said++)
        rig_call(&rig, said, "answer", "{\"size\":20000}");
    wait_held(&rig, 1);
    release_one(&bench);
    rig_wait_lines(&rig, 1 + CALLS + 2);
    assert_int_equal(held_early, 0);
    rig_close(&rig);
}

static void test_answer_at_the_limit_and_one_beyond(void **state)
{
    struct rig rig;
    char arguments[64];
    (void)state;
    open_rig(&rig);
    (void)snprintf(arguments, sizeof(arguments), "{\"size\":%d}", MCP_ANSWER_MAX);
    rig_call(&rig, 1, "answer", arguments);
    expect_text(&rig, "{\"x\":\"xxx");
    (void)snprintf(arguments, sizeof(arguments), "{\"size\":%d}", MCP_ANSWER_MAX + 1);
    rig_call(&rig, 2, "answer", arguments);
    expect_text(&rig, "The answer is too large.");
    rig_close(&rig);
}

static void test_content_at_the_limit_and_one_beyond(void **state)
{
    struct rig rig;
    char arguments[64];
    (void)state;
    open_rig(&rig);
    (void)snprintf(arguments, sizeof(arguments), "{\"size\":%d}", MCP_CONTENT_MAX);
    rig_call(&rig, 1, "content", arguments);
    expect_text(&rig, "xxx");
    (void)snprintf(arguments, sizeof(arguments), "{\"size\":%d}", MCP_CONTENT_MAX + 1);
    rig_call(&rig, 2, "content", arguments);
    expect_text(&rig, "The answer is too large.");
    rig_close(&rig);
}

static void test_memory_of_a_call_at_the_limit_and_one_beyond(void **state)
{
    struct rig rig;
    char arguments[64];
    (void)state;
    open_rig(&rig);
    (void)snprintf(arguments, sizeof(arguments), "{\"size\":%d}", MCP_ARENA_MAX);
    rig_call(&rig, 1, "memory", arguments);
    expect_text(&rig, "got it");
    (void)snprintf(arguments, sizeof(arguments), "{\"size\":%d}", MCP_ARENA_MAX + 1);
    rig_call(&rig, 2, "memory", arguments);
    expect_text(&rig, "no");
    rig_close(&rig);
}

static void test_list_without_limit_has_one_all_the_same(void **state)
{
    struct rig rig;
    (void)state;
    open_rig(&rig);
    for (int count = MCP_LIST_DEFAULT_MAX; count <= MCP_LIST_DEFAULT_MAX + 1; count++) {
        OWNED_BUF arguments = BUF_INIT(65536);
        (void)buf_append_text(&arguments, "{\"items\":[true");
        for (int i = 1; i < count; i++)
            (void)buf_append_text(&arguments, ",true");
        (void)buf_append_text(&arguments, "]}");
        rig_call(&rig, count, "count", buf_text(&arguments));
    }
    expect_text(&rig, "1000");
    expect_text(&rig, "items: must have at most 1000 items, got 1001");
    rig_close(&rig);
}

/* --- log messages ---------------------------------------------------------------------------- */

static void test_log_messages_at_the_limit_and_one_beyond(void **state)
{
    struct rig rig;
    (void)state;
    open_rig(&rig);
    for (int i = 0; i < MCP_LOGS_MAX + 1; i++) {
        mcp_server_log(rig.server, "info", "below the level of a session that set none");
        mcp_server_log(rig.server, "warning", "heard");
    }
    say_ping(&rig);
    for (int i = 0; i < MCP_LOGS_MAX; i++) {
        OWNED_JSON message = rig_next(&rig);
        assert_string_equal(json_get_text(message, "method"), "notifications/message");
        assert_string_equal(json_get_text(json_get(message, "params"), "data"), "heard");
    }
    OWNED_JSON ping = rig_next(&rig);
    assert_string_equal(json_get_text(ping, "id"), "ping");
    rig_close(&rig);
}

/* --- questions ------------------------------------------------------------------------------- */

static void test_rounds_of_questions_at_the_limit_and_one_beyond(void **state)
{
    struct rig rig;
    (void)state;
    open_rig(&rig);
    rig_call(&rig, 1, "ask", "{}");
    for (int i = 0; i < MCP_ASK_ROUNDS_MAX; i++) {
        OWNED_JSON question = rig_next(&rig);
        assert_string_equal(json_get_text(question, "method"), "elicitation/create");
        rig_say(
            &rig,
            "{\"jsonrpc\":\"2.0\",\"id\":\"%s\",\"result\":{\"action\":\"accept\",\"content\":{}}}",
            json_get_text(question, "id"));
    }
    OWNED_JSON answer = rig_next(&rig);
    assert_non_null(json_get(answer, "error"));
    rig_close(&rig);
}

/* Takes lines until so many questions came; gives the id of the last one. */
static void take_questions(struct rig *rig, int count, char *ret_id, size_t size)
{
    for (int i = 0; i < count; i++) {
        OWNED_JSON question = rig_next(rig);
        if (!json_get_text(question, "method"))
            fail_msg("no question: %s", rig_text(question));
        (void)snprintf(ret_id, size, "%s", json_get_text(question, "id"));
    }
}

static void accept_question(struct rig *rig, const char *id)
{
    rig_say(rig,
            "{\"jsonrpc\":\"2.0\",\"id\":\"%s\",\"result\":{\"action\":\"accept\",\"content\":{}}}",
            id);
}

static void expect_answer_to(struct rig *rig, int id, const char *text)
{
    int64_t seen = 0;
    OWNED_JSON answer = rig_next(rig);
    assert_int_equal(json_int_value(json_get(answer, "id"), &seen), 0);
    assert_int_equal(seen, id);
    if (text && (!rig_text(answer) || !strstr(rig_text(answer), text)))
        fail_msg("not %s: %.300s", text, rig_text(answer) ? rig_text(answer) : "an error");
}

static void test_questions_at_the_limit_hold_nobody_up_and_one_more_is_refused(void **state)
{
    struct rig rig;
    char id[32];
    (void)state;
    open_rig(&rig);
    for (int i = 1; i <= MCP_ASKING_MAX; i++)
        rig_call(&rig, i, "keep", "{\"size\":1}");
    take_questions(&rig, MCP_ASKING_MAX, id, sizeof(id));
    rig_call(&rig, 100, "count", "{}");
    expect_answer_to(&rig, 100, "0");
    rig_call(&rig, 101, "keep", "{\"size\":1}");
    expect_answer_to(
        &rig, 101,
        "64 other requests wait for an answer of the person already, so nobody was asked.");
    accept_question(&rig, id);
    expect_answer_to(&rig, MCP_ASKING_MAX, NULL);
    rig_call(&rig, 102, "keep", "{\"size\":1}");
    take_questions(&rig, 1, id, sizeof(id));
    rig_close(&rig);
}

static void test_questions_of_large_requests_are_bounded_by_memory(void **state)
{
    struct rig rig;
    char id[32];
    (void)state;
    open_rig(&rig);
    for (int i = 1; i <= 5; i++)
        say_large_call(&rig, i, "ask");
    take_questions(&rig, 4, id, sizeof(id));
    expect_answer_to(&rig, 5, "4 other requests wait for an answer");
    rig_close(&rig);
}

static void test_answered_call_waits_for_a_place_before_all_others(void **state)
{
    struct rig rig;
    char id[32];
    (void)state;
    open_rig(&rig);
    rig_call(&rig, 1, "keep", "{\"size\":1}");
    take_questions(&rig, 1, id, sizeof(id));
    for (int i = 2; i <= MCP_CALLS_MAX + 2; i++)
        rig_call(&rig, i, "hold", "{}");
    wait_held(&rig, MCP_CALLS_MAX);
    accept_question(&rig, id);
    say_ping(&rig);
    OWNED_JSON ping = rig_next(&rig);
    assert_string_equal(json_get_text(ping, "id"), "ping");
    assert_int_equal(bench.held_count, MCP_CALLS_MAX);
    release_one(&bench);
    expect_answer_to(&rig, 2, "released");
    expect_answer_to(&rig, 1, NULL);
    wait_held(&rig, MCP_CALLS_MAX + 1);
    while (bench.released < bench.held_count)
        release_one(&bench);
    rig_wait_lines(&rig, 2 + 1 + MCP_CALLS_MAX + 2);
    rig_close(&rig);
}

static void test_kept_text_at_the_limit_and_far_beyond(void **state)
{
    static const char request[] =
        "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":{\"name\":\"keep\","
        "\"arguments\":{\"size\":%d},\"_meta\":{"
        "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
        "\"io.modelcontextprotocol/clientCapabilities\":{\"elicitation\":{}}}}}";
    struct rig rig;
    (void)state;
    open_rig(&rig);
    rig_say(&rig, request, 1, MCP_STATE_MAX - 200);
    OWNED_JSON good = rig_next(&rig);
    assert_non_null(json_get_text(json_get(good, "result"), "requestState"));
    rig_say(&rig, request, 2, MCP_STATE_MAX);
    OWNED_JSON bad = rig_next(&rig);
    assert_non_null(json_get(bad, "error"));
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls_at_the_limit_run_and_one_more_waits),
        cmocka_unit_test(test_calls_of_large_requests_wait_for_memory),
        cmocka_unit_test(test_waiting_calls_at_the_limit_stop_the_reading),
        cmocka_unit_test(test_waiting_requests_of_many_bytes_stop_the_reading),
        cmocka_unit_test(test_client_that_does_not_read_stops_the_reading_and_loses_nothing),
        cmocka_unit_test(test_answer_at_the_limit_and_one_beyond),
        cmocka_unit_test(test_content_at_the_limit_and_one_beyond),
        cmocka_unit_test(test_memory_of_a_call_at_the_limit_and_one_beyond),
        cmocka_unit_test(test_list_without_limit_has_one_all_the_same),
        cmocka_unit_test(test_log_messages_at_the_limit_and_one_beyond),
        cmocka_unit_test(test_rounds_of_questions_at_the_limit_and_one_beyond),
        cmocka_unit_test(test_questions_at_the_limit_hold_nobody_up_and_one_more_is_refused),
        cmocka_unit_test(test_questions_of_large_requests_are_bounded_by_memory),
        cmocka_unit_test(test_answered_call_waits_for_a_place_before_all_others),
        cmocka_unit_test(test_kept_text_at_the_limit_and_far_beyond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
