/* A tool run within the call of another: its result arrives, and whichever ends first, nothing is
 * left over and nothing is told twice. */
#include "tests/support/mcp_rig.h"

#include "mcp/call.h"

static struct call *held;

static int hold(struct call *call)
{
    held = call;
    return 0;
}

static int echo(struct call *call)
{
    json_write(call_answer(call), call_json(call));
    return call_reply(call);
}

static int relayed(struct call *call, const cJSON *result, void *data)
{
    if (data != &held)
        return -EINVAL;
    json_write(call_answer(call), result);
    return call_reply(call);
}

struct relay_args {
    const char *tool;
    const cJSON *with;
};

static int relay(struct call *call)
{
    const struct relay_args *args = call_args(call);
    int r = call_other_tool(call, args->tool, args->with, relayed, &held);
    if (r == -ENOENT || r == -EPERM)
        return call_refuse(call, "tool", "%s", r == -EPERM ? "writes" : "is not there");
    return r;
}

static int relay_wrongly(struct call *call)
{
    return call_other_tool(call, "echo", NULL, relayed, NULL);
}

static const struct field relay_fields[] = {
    ARG_TEXT(struct relay_args, tool, .doc = "Which."),
    ARG_ANY(struct relay_args, with, .doc = "Its arguments."),
    ARG_END,
};

struct echo_args {
    const char *text;
};

static const struct field echo_fields[] = {
    ARG_TEXT(struct echo_args, text, .max = 5, .doc = "What."),
    ARG_END,
};

static const struct tool tool_echo = {.name = "echo",
                                      .description = "Says it again.",
                                      .flags = TOOL_READ_ONLY,
                                      .args = echo_fields,
                                      .args_size = sizeof(struct echo_args),
                                      .start = echo};
static const struct tool tool_hold = {
    .name = "hold", .description = "Holds.", .flags = TOOL_READ_ONLY, .start = hold};
static const struct tool tool_write = {.name = "write", .description = "Writes.", .start = hold};
static const struct tool tool_relay = {.name = "relay",
                                       .description = "Asks another.",
                                       .flags = TOOL_READ_ONLY,
                                       .args = relay_fields,
                                       .args_size = sizeof(struct relay_args),
                                       .start = relay};
static const struct tool tool_wrong = {.name = "wrong",
                                       .description = "Fails behind another.",
                                       .flags = TOOL_READ_ONLY,
                                       .start = relay_wrongly};
static const struct tool *const tools[] = {&tool_echo,  &tool_hold,  &tool_write,
                                           &tool_relay, &tool_wrong, NULL};

struct local {
    uv_loop_t loop;
    struct mcp_server *server;
    char result[1000];
    int done;
};

static void local_done(void *data, const char *result, size_t length)
{
    struct local *local = data;
    assert_int_equal(strlen(result), length);
    (void)snprintf(local->result, sizeof(local->result), "%s", result);
    local->done++;
}

static void local_open(struct local *local, uint64_t deadline_ms)
{
    const struct mcp_server_options options = {
        .name = "local", .version = "1", .tools = tools, .call_deadline_ms = deadline_ms};
    *local = (struct local){.done = 0};
    held = NULL;
    assert_int_equal(uv_loop_init(&local->loop), 0);
    local->server = mcp_server_new(&local->loop, &options);
    assert_non_null(local->server);
}

static void local_close(struct local *local)
{
    mcp_server_free(local->server);
    assert_int_equal(uv_run(&local->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&local->loop), 0);
}

static void local_call(struct local *local, const char *tool, const char *arguments)
{
    const char *why;
    cJSON *tree = json_parse(arguments, strlen(arguments), &why);
    assert_non_null(tree);
    assert_int_equal(mcp_server_call(local->server, tool, tree, local_done, local), 0);
}

static void assert_says(const struct local *local, const char *text)
{
    assert_int_equal(local->done, 1);
    if (!strstr(local->result, text))
        fail_msg("not in %s", local->result);
}

static void test_other_tool_answers_within_the_call(void **state)
{
    struct local local;
    (void)state;
    local_open(&local, 0);
    local_call(&local, "relay", "{\"tool\":\"echo\",\"with\":{\"text\":\"1.50\"}}");
    assert_int_equal(uv_run(&local.loop, UV_RUN_DEFAULT), 0);
    assert_says(&local, "\"structuredContent\":{\"text\":\"1.50\"}");
    local_close(&local);
}

static void test_other_tool_refusal_is_a_result(void **state)
{
    struct local local;
    (void)state;
    local_open(&local, 0);
    local_call(&local, "relay", "{\"tool\":\"echo\",\"with\":{\"text\":\"too long\"}}");
    assert_int_equal(uv_run(&local.loop, UV_RUN_DEFAULT), 0);
    assert_says(&local, "text: must have at most 5 characters");
    local_close(&local);
}

static void test_other_tool_that_writes_or_is_unknown_is_not_run(void **state)
{
    struct local local;
    (void)state;
    local_open(&local, 0);
    local_call(&local, "relay", "{\"tool\":\"write\"}");
    assert_int_equal(uv_run(&local.loop, UV_RUN_DEFAULT), 0);
    assert_says(&local, "tool: writes");
    assert_null(held);
    local_close(&local);
    local_open(&local, 0);
    local_call(&local, "relay", "{\"tool\":\"nope\"}");
    assert_int_equal(uv_run(&local.loop, UV_RUN_DEFAULT), 0);
    assert_says(&local, "tool: is not there");
    local_close(&local);
}

static void test_other_tool_still_running_is_dropped_with_the_call(void **state)
{
    struct local local;
    (void)state;
    local_open(&local, 10);
    local_call(&local, "relay", "{\"tool\":\"hold\"}");
    assert_non_null(held);
    assert_int_equal(uv_run(&local.loop, UV_RUN_DEFAULT), 0);
    assert_says(&local, "\"isError\":true");
    local_close(&local);
}

static void test_call_failing_behind_the_other_tool_ends_once(void **state)
{
    struct local local;
    (void)state;
    local_open(&local, 0);
    local_call(&local, "wrong", "{}");
    assert_int_equal(uv_run(&local.loop, UV_RUN_DEFAULT), 0);
    assert_says(&local, "Internal error");
    local_close(&local);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_tool_answers_within_the_call),
        cmocka_unit_test(test_other_tool_refusal_is_a_result),
        cmocka_unit_test(test_other_tool_that_writes_or_is_unknown_is_not_run),
        cmocka_unit_test(test_other_tool_still_running_is_dropped_with_the_call),
        cmocka_unit_test(test_call_failing_behind_the_other_tool_ends_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
