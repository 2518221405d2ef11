/* Calls through a whole server: how they begin, answer, fail, expire, end. */
#include "tests/support/mcp_rig.h"

#include "mcp/call.h"
#include "mcp/limits.h"

/* --- tools of the test ----------------------------------------------------------------------- */

enum {
    HELD_MAX = 4
};

struct bench {
    struct call *held[HELD_MAX]; /* calls of "hold" under way, oldest first */
    size_t held_count;
    char ended[64]; /* a letter for each hook that ran */
};

static struct bench *bench_of(const struct call *call)
{
    return ((struct rig *)call_user(call))->user;
}

static void note(struct call *call, void *data)
{
    struct bench *bench = bench_of(call);
    size_t length = strlen(bench->ended);
    bench->ended[length] = *(const char *)data;
    bench->ended[length + 1] = '\0';
}

static int hold(struct call *call)
{
    static char letters[] = "ab";
    struct bench *bench = bench_of(call);
    bench->held[bench->held_count++] = call;
    assert_int_equal(call_on_end(call, note, &letters[0]), 0);
    assert_int_equal(call_on_end(call, note, &letters[1]), 0);
    return 0;
}

struct say_args {
    const char *what;
};

static const struct field say_args[] = {
    ARG_TEXT(struct say_args, what, .flags = FIELD_REQUIRED, .doc = "What."),
    ARG_END,
};

static const struct field say_result[] = {
    OUT_TEXT("said", .flags = FIELD_REQUIRED),
    OUT_ERROR,
    OUT_END,
};

static int say(struct call *call)
{
    const struct say_args *args = call_args(call);
    json_object(call_answer(call));
    json_put_text(call_answer(call), "said", args->what);
    json_end_object(call_answer(call));
    return call_reply(call);
}

static int fail_fully(struct call *call)
{
    static const char *const candidates[] = {"Food", "Fool", NULL};
    const struct call_error error = {
        .code = "ambiguous",
        .field = "category",
        .message = "Two fit. Nothing was saved. Say which.",
        .saved = "no",
        .retry_safe = true,
        .retry_after_ms = 5,
        .candidates = candidates,
    };
    return call_fail(call, &error);
}

static int fail_twice(struct call *call)
{
    (void)call_refuse(call, "x", "is %d", 5);
    (void)call_refuse(call, "y", "is %d", 6);
    call_add_text(call, "too late");
    return call_reply(call);
}

static int refuse_to_start(struct call *call)
{
    (void)call;
    return -EIO;
}

static int forget_the_answer(struct call *call)
{
    return call_reply(call);
}

static int progress_twelve_times(struct call *call)
{
    for (int i = 0; i < 12; i++)
        call_progress(call, i, 0, NULL);
    call_progress(call, 3, 0, "back");
    call_add_text(call, "done");
    return call_reply(call);
}

struct extra {
    bool dry_run;
    const char *token;
};

static const struct field extra_args[] = {
    ARG_BOOL(struct extra, dry_run, .doc = "Only say what would happen."),
    ARG_END,
};

static const struct field ask_args[] = {
    ARG_TEXT(struct extra, token, .doc = "Of the dry run."),
    ARG_END,
};

static int tell_extra(struct call *call)
{
    const struct extra *extra = call_extra_args(call);
    call_add_text(call, !extra           ? "none"
                        : extra->token   ? extra->token
                        : extra->dry_run ? "dry"
                                         : "wet");
    return call_reply(call);
}

static int tell_trace(struct call *call)
{
    call_add_text(call, call_trace_id(call) ? call_trace_id(call) : "none");
    return call_reply(call);
}

static const struct tool *const tools[] = {
    &(const struct tool){
        .name = "hold", .description = "Holds.", .flags = TOOL_READ_ONLY, .start = hold},
    &(const struct tool){.name = "hold_write", .description = "Holds and writes.", .start = hold},
    &(const struct tool){.name = "say",
                         .description = "Says.",
                         .flags = TOOL_READ_ONLY,
                         .args = say_args,
                         .args_size = sizeof(struct say_args),
                         .result = say_result,
                         .start = say},
    &(const struct tool){.name = "fail_fully",
                         .description = "Fails.",
                         .flags = TOOL_READ_ONLY,
                         .result = say_result,
                         .start = fail_fully},
    &(const struct tool){.name = "fail_twice", .description = "Fails.", .start = fail_twice},
    &(const struct tool){.name = "refuse_to_start",
                         .description = "Fails.",
                         .flags = TOOL_READ_ONLY,
                         .start = refuse_to_start},
    &(const struct tool){.name = "forget",
                         .description = "Forgets.",
                         .flags = TOOL_READ_ONLY,
                         .result = say_result,
                         .start = forget_the_answer},
    &(const struct tool){.name = "progress",
                         .description = "Progresses.",
                         .flags = TOOL_READ_ONLY,
                         .start = progress_twelve_times},
    &(const struct tool){.name = "extra", .description = "Tells.", .start = tell_extra},
    &(const struct tool){
        .name = "asks", .description = "Tells.", .flags = TOOL_ASKS, .start = tell_extra},
    &(const struct tool){
        .name = "no_extra", .description = "Tells.", .flags = TOOL_READ_ONLY, .start = tell_extra},
    &(const struct tool){
        .name = "trace", .description = "Tells.", .flags = TOOL_READ_ONLY, .start = tell_trace},
    NULL,
};

static void open_rig(struct rig *rig, struct bench *bench, struct mcp_server_options options)
{
    *bench = (struct bench){.held_count = 0};
    rig->user = bench;
    options.tools = tools;
    rig_open(rig, options);
    rig_shake(rig, "2025-11-25", "{}");
}

static void wait_held(struct rig *rig, const struct bench *bench, size_t count)
{
    uint64_t end = rig_end();
    while (bench->held_count < count) {
        rig_turn(rig);
        assert_true(uv_hrtime() < end);
    }
}

/* The next answer, checked to have this id and text. */
static void expect_text(struct rig *rig, int id, const char *text)
{
    OWNED_JSON answer = rig_next(rig);
    int64_t seen = 0;
    assert_int_equal(json_int_value(json_get(answer, "id"), &seen), 0);
    assert_int_equal(seen, id);
    assert_non_null(rig_text(answer));
    assert_string_equal(rig_text(answer), text);
}

/* --- tests ----------------------------------------------------------------------------------- */

static void test_call_late_reply_ends_it_and_hooks_run_newest_first(void **state)
{
    struct rig rig;
    struct bench bench;
    (void)state;
    open_rig(&rig, &bench, (struct mcp_server_options){0});
    rig_call(&rig, 1, "hold", "{}");
    wait_held(&rig, &bench, 1);
    struct call *call = bench.held[0];
    assert_false(call_has_ended(call));
    assert_string_equal(call_client_name(call), "rig");
    call_add_text(call, "here");
    assert_int_equal(call_reply(call), 0);
    assert_true(call_has_ended(call));
    assert_string_equal(bench.ended, "ba");
    expect_text(&rig, 1, "here");
    rig_close(&rig);
}

static void test_call_cancelled_runs_its_hooks_and_says_nothing(void **state)
{
    struct rig rig;
    struct bench bench;
    (void)state;
    open_rig(&rig, &bench, (struct mcp_server_options){0});
    rig_call(&rig, 1, "hold", "{}");
    wait_held(&rig, &bench, 1);
    rig_say(&rig, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{"
                  "\"requestId\":1}}");
    rig_call(&rig, 2, "say", "{\"what\":\"next\"}");
    expect_text(&rig, 2, "{\"said\":\"next\"}");
    assert_string_equal(bench.ended, "ba");
    rig_close(&rig);
}

static void test_call_beyond_its_deadline_fails_and_runs_its_hooks(void **state)
{
    struct rig rig;
    struct bench bench;
    (void)state;
    open_rig(&rig, &bench, (struct mcp_server_options){.call_deadline_ms = 20});
    rig_call(&rig, 1, "hold", "{}");
    expect_text(&rig, 1,
                "This took too long and was stopped. Nothing was changed. Ask for less at once, or "
                "repeat.");
    assert_string_equal(bench.ended, "ba");
    rig_call(&rig, 2, "hold_write", "{}");
    expect_text(&rig, 2,
                "This took too long and was stopped. It is not known whether the change was saved. "
                "Look before you repeat.");
    rig_close(&rig);
}

static void say_what_was_saved(struct call *call)
{
    (void)call_fail(call, &(struct call_error){.code = "timeout", .message = "Rolled back."});
}

static void test_call_beyond_its_deadline_is_left_to_the_program_first(void **state)
{
    struct rig rig;
    struct bench bench;
    (void)state;
    open_rig(&rig, &bench, (struct mcp_server_options){.on_deadline = say_what_was_saved});
    rig_call(&rig, 1, "hold_write", "{}");
    wait_held(&rig, &bench, 1);
    call_set_deadline(bench.held[0], 1);
    expect_text(&rig, 1, "Rolled back.");
    rig_close(&rig);
}

static void test_call_failure_is_structured_where_the_tool_declares_it(void **state)
{
    struct rig rig;
    struct bench bench;
    (void)state;
    open_rig(&rig, &bench, (struct mcp_server_options){0});
    rig_call(&rig, 1, "fail_fully", "{}");
    rig_wait_lines(&rig, 2);
    const char *line = rig.seen.data + rig.first;
    assert_string_equal(
        line,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[{\"type\":\"text\",\"text\":"
        "\"Two fit. Nothing was saved. Say which.\"}],\"structuredContent\":{\"error\":{"
        "\"code\":\"ambiguous\",\"field\":\"category\",\"message\":\"Two fit. Nothing was saved. "
        "Say which.\",\"saved\":\"no\",\"retry\":{\"safe\":true,\"same_key\":false,\"after_ms\":5},"
        "\"candidates\":[\"Food\",\"Fool\"]}},\"isError\":true}}\n");
    rig_close(&rig);
}

static void test_call_first_end_counts(void **state)
{
    struct rig rig;
    struct bench bench;
    (void)state;
    open_rig(&rig, &bench, (struct mcp_server_options){0});
    rig_call(&rig, 1, "fail_twice", "{}");
    expect_text(&rig, 1, "x: is 5");
    rig_call(&rig, 2, "say", "{\"what\":\"next\"}");
    expect_text(&rig, 2, "{\"said\":\"next\"}");
    rig_close(&rig);
}

static void expect_code(struct rig *rig, const char *code)
{
    char expected[64];
    size_t from = rig->first;
    OWNED_JSON answer = rig_next(rig);
    (void)snprintf(expected, sizeof(expected), "\"error\":{\"code\":%s,", code);
    assert_non_null(json_get(answer, "error"));
    assert_non_null(strstr(rig->seen.data + from, expected));
}

static void test_call_of_a_broken_tool_is_an_internal_error(void **state)
{
    struct rig rig;
    struct bench bench;
    (void)state;
    open_rig(&rig, &bench, (struct mcp_server_options){0});
    rig_call(&rig, 1, "refuse_to_start", "{}");
    expect_code(&rig, "-32603");
    rig_call(&rig, 2, "forget", "{}");
    expect_code(&rig, "-32603");
    rig_close(&rig);
}

static void test_progress_ten_a_second_and_never_back(void **state)
{
    struct rig rig;
    struct bench bench;
    (void)state;
    open_rig(&rig, &bench, (struct mcp_server_options){0});
    rig_say(&rig, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":"
                  "\"progress\",\"_meta\":{\"progressToken\":\"p\"}}}");
    for (int i = 0; i < MCP_PROGRESS_MAX; i++) {
        OWNED_JSON news = rig_next(&rig);
        assert_string_equal(json_get_text(news, "method"), "notifications/progress");
    }
    expect_text(&rig, 1, "done");
    rig_close(&rig);
}

static void test_extra_arguments_go_to_tools_that_write(void **state)
{
    struct rig rig;
    struct bench bench;
    (void)state;
    open_rig(&rig, &bench,
             (struct mcp_server_options){.extra_args = extra_args,
                                         .extra_args_size = sizeof(struct extra),
                                         .ask_args = ask_args});
    rig_call(&rig, 1, "extra", "{\"dry_run\":true}");
    expect_text(&rig, 1, "dry");
    rig_call(&rig, 2, "extra", "{}");
    expect_text(&rig, 2, "wet");
    rig_call(&rig, 3, "no_extra", "{}");
    expect_text(&rig, 3, "none");
    rig_call(&rig, 4, "no_extra", "{\"dry_run\":true}");
    expect_text(&rig, 4, "dry_run: is not known here; nothing is expected");
    rig_call(&rig, 5, "asks", "{\"token\":\"t1\"}");
    expect_text(&rig, 5, "t1");
    rig_call(&rig, 6, "asks", "{\"dry_run\":true}");
    expect_text(&rig, 6, "dry");
    rig_call(&rig, 7, "extra", "{\"token\":\"t1\"}");
    expect_text(&rig, 7, "token: is not known here. Known: dry_run. Nothing was saved.");
    rig_close(&rig);
}

static void test_read_only_server_offers_no_tool_that_writes(void **state)
{
    struct rig rig;
    struct bench bench;
    (void)state;
    open_rig(&rig, &bench, (struct mcp_server_options){.read_only = true});
    rig_call(&rig, 1, "extra", "{}");
    expect_code(&rig, "-32602");
    rig_call(&rig, 2, "no_extra", "{}");
    expect_text(&rig, 2, "none");
    rig_close(&rig);
}

static void test_trace_of_the_client_reaches_the_call(void **state)
{
    static const char request[] =
        "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":{\"name\":\"trace\","
        "\"_meta\":{\"traceparent\":\"%s\"}}}";
    struct rig rig;
    struct bench bench;
    (void)state;
    open_rig(&rig, &bench, (struct mcp_server_options){0});
    rig_say(&rig, request, 1, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    expect_text(&rig, 1, "0af7651916cd43dd8448eb211c80319c");
    rig_say(&rig, request, 2, "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    expect_text(&rig, 2, "none");
    rig_say(&rig, request, 3, "junk");
    expect_text(&rig, 3, "none");
    rig_close(&rig);
}

static void start_later(struct call *call)
{
    struct bench *bench = bench_of(call);
    bench->held[bench->held_count++] = call;
}

static void test_call_waits_for_the_program_before_it_starts(void **state)
{
    struct rig rig;
    struct bench bench;
    (void)state;
    open_rig(&rig, &bench, (struct mcp_server_options){.before_start = start_later});
    rig_call(&rig, 1, "say", "{\"what\":\"x\"}");
    wait_held(&rig, &bench, 1);
    rig_turns(&rig, 5);
    assert_int_equal(rig.lines, 1);
    const struct say_args *args = call_args(bench.held[0]);
    assert_string_equal(args->what, "x");
    call_start(bench.held[0]);
    call_start(bench.held[0]);
    expect_text(&rig, 1, "{\"said\":\"x\"}");
    rig_close(&rig);
}

static void test_end_of_input_lets_a_change_finish(void **state)
{
    struct rig rig;
    struct bench bench;
    (void)state;
    open_rig(&rig, &bench, (struct mcp_server_options){0});
    rig_call(&rig, 1, "hold_write", "{}");
    wait_held(&rig, &bench, 1);
    (void)shutdown(rig.client, SHUT_WR);
    rig_turns(&rig, 5);
    assert_false(rig.has_stopped);
    call_add_text(bench.held[0], "saved");
    (void)call_reply(bench.held[0]);
    expect_text(&rig, 1, "saved");
    rig_close(&rig);
}

static void test_end_of_input_cancels_a_question_that_takes_too_long(void **state)
{
    struct rig rig;
    struct bench bench;
    (void)state;
    open_rig(&rig, &bench, (struct mcp_server_options){0});
    rig_call(&rig, 1, "hold", "{}");
    wait_held(&rig, &bench, 1);
    uint64_t began = uv_hrtime();
    rig_close(&rig);
    uint64_t spent = (uv_hrtime() - began) / 1000000;
    assert_string_equal(bench.ended, "ba");
    assert_in_range(spent, MCP_DRAIN_READ_MS - 100, MCP_DRAIN_MS - 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call_late_reply_ends_it_and_hooks_run_newest_first),
        cmocka_unit_test(test_call_cancelled_runs_its_hooks_and_says_nothing),
        cmocka_unit_test(test_call_beyond_its_deadline_fails_and_runs_its_hooks),
        cmocka_unit_test(test_call_beyond_its_deadline_is_left_to_the_program_first),
        cmocka_unit_test(test_call_failure_is_structured_where_the_tool_declares_it),
        cmocka_unit_test(test_call_first_end_counts),
        cmocka_unit_test(test_call_of_a_broken_tool_is_an_internal_error),
        cmocka_unit_test(test_progress_ten_a_second_and_never_back),
        cmocka_unit_test(test_extra_arguments_go_to_tools_that_write),
        cmocka_unit_test(test_read_only_server_offers_no_tool_that_writes),
        cmocka_unit_test(test_trace_of_the_client_reaches_the_call),
        cmocka_unit_test(test_call_waits_for_the_program_before_it_starts),
        cmocka_unit_test(test_end_of_input_lets_a_change_finish),
        cmocka_unit_test(test_end_of_input_cancels_a_question_that_takes_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
