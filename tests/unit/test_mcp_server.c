/* The server object: calls without a client, files instead of pipes, listeners, declarations that
 * contradict themselves. */
#include <sys/mman.h>

#include "tests/support/mcp_rig.h"

#include "mcp/call.h"
#include "mcp/complete.h"
#include "mcp/prompt.h"
#include "mcp/resource.h"
#include "mcp/subscribe.h"

static struct call *held;

static int hold(struct call *call)
{
    held = call;
    return 0;
}

struct greet_args {
    const char *name;
};

static const struct field greet_args[] = {
    ARG_TEXT(struct greet_args, name, .flags = FIELD_REQUIRED, .doc = "Whom."),
    ARG_END,
};
static const struct field greeting[] = {OUT_TEXT("text", .flags = FIELD_REQUIRED), OUT_END};

static int greet(struct call *call)
{
    const struct greet_args *args = call_args(call);
    json_object(call_answer(call));
    json_put_text(call_answer(call), "text", args->name);
    json_end_object(call_answer(call));
    return call_reply(call);
}

static const struct tool tool_greet = {.name = "greet",
                                       .description = "Greets.",
                                       .flags = TOOL_READ_ONLY,
                                       .args = greet_args,
                                       .args_size = sizeof(struct greet_args),
                                       .result = greeting,
                                       .start = greet};
static const struct tool tool_hold = {.name = "hold", .description = "Holds.", .start = hold};
static const struct tool *const tools[] = {&tool_greet, &tool_hold, NULL};

static int read_text(struct call *call)
{
    resource_text(call, NULL, NULL, "text");
    return call_reply(call);
}

static const struct resource resource_plain = {
    .uri = "test://plain", .name = "plain", .read = read_text};
static const struct resource *const resources[] = {&resource_plain, NULL};

/* --- calls without a client ------------------------------------------------------------------ */

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

static int local_call(struct local *local, const char *tool, const char *arguments)
{
    const char *why;
    cJSON *tree = arguments ? json_parse(arguments, strlen(arguments), &why) : NULL;
    return mcp_server_call(local->server, tool, tree, local_done, local);
}

static void test_local_call_gives_the_bare_result_from_the_loop(void **state)
{
    struct local local;
    (void)state;
    local_open(&local, 0);
    assert_int_equal(local_call(&local, "greet", "{\"name\":\"Ann\"}"), 0);
    assert_int_equal(local.done, 0);
    assert_int_equal(uv_run(&local.loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(local.done, 1);
    assert_string_equal(
        local.result, "{\"content\":[{\"type\":\"text\",\"text\":\"{\\\"text\\\":\\\"Ann\\\"}\"}],"
                      "\"structuredContent\":{\"text\":\"Ann\"}}");
    local_close(&local);
}

static void test_local_call_that_is_wrong_says_why(void **state)
{
    struct local local;
    (void)state;
    local_open(&local, 0);
    assert_int_equal(local_call(&local, "greet", NULL), 0);
    assert_int_equal(uv_run(&local.loop, UV_RUN_DEFAULT), 0);
    assert_string_equal(local.result, "{\"content\":[{\"type\":\"text\",\"text\":\"name: is "
                                      "required\"}],\"isError\":true}");
    assert_int_equal(local_call(&local, "nope", "{}"), -ENOENT);
    local_close(&local);
}

static void test_local_call_beyond_its_deadline_fails(void **state)
{
    struct local local;
    (void)state;
    local_open(&local, 10);
    assert_int_equal(local_call(&local, "hold", NULL), 0);
    assert_int_equal(uv_run(&local.loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(local.done, 1);
    assert_non_null(strstr(local.result, "\"isError\":true"));
    local_close(&local);
}

static void test_local_call_under_way_is_dropped_with_its_server(void **state)
{
    struct local local;
    (void)state;
    local_open(&local, 0);
    assert_int_equal(local_call(&local, "hold", NULL), 0);
    assert_non_null(held);
    local_close(&local);
    assert_int_equal(local.done, 0);
}

/* --- files instead of pipes ------------------------------------------------------------------ */

static const char script[] =
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n"
    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
    "\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}\n"
    "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"greet\","
    "\"arguments\":{\"name\":\"Ann\"}}}\n"
    "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"ping\"}";

static void file_stopped(struct mcp_server *server, void *user)
{
    (void)user;
    mcp_server_free(server);
}

static void test_file_in_and_file_out_are_served_like_pipes(void **state)
{
    char written[2000] = "";
    uv_loop_t loop;
    const struct mcp_server_options options = {.name = "file", .version = "1", .tools = tools};
    int in = memfd_create("in", MFD_CLOEXEC);
    int out = memfd_create("out", MFD_CLOEXEC);
    int again = fcntl(out, F_DUPFD_CLOEXEC, 3);
    (void)state;
    assert_int_equal(write(in, script, strlen(script)), (ssize_t)strlen(script));
    assert_int_equal(lseek(in, 0, SEEK_SET), 0);
    assert_int_equal(uv_loop_init(&loop), 0);
    struct mcp_server *server = mcp_server_new(&loop, &options);
    assert_int_equal(mcp_server_serve(server, in, out, file_stopped), 0);
    assert_int_equal(mcp_server_serve(server, in, out, file_stopped), -EALREADY);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_true(pread(again, written, sizeof(written) - 1, 0) > 0);
    assert_non_null(strstr(written, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n"));
    assert_non_null(strstr(written, "\"structuredContent\":{\"text\":\"Ann\"}"));
    assert_null(strstr(written, "\"id\":4"));
    assert_int_equal(fcntl(in, F_GETFD), -1);
    (void)close(again);
}

static void test_descriptor_that_is_not_open_is_refused(void **state)
{
    uv_loop_t loop;
    const struct mcp_server_options options = {.name = "file", .version = "1", .tools = tools};
    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    struct mcp_server *server = mcp_server_new(&loop, &options);
    assert_true(mcp_server_serve(server, 999, 998, file_stopped) < 0);
    mcp_server_stop(server);
    mcp_server_free(server);
    mcp_server_free(NULL);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&loop), 0);
}

/* --- listeners ------------------------------------------------------------------------------- */

static char listening_log[8];

static void on_listening(void *user, bool anybody)
{
    size_t length = strlen(listening_log);
    (void)user;
    listening_log[length] = anybody ? '+' : '-';
    listening_log[length + 1] = '\0';
}

static void see_uri(void *data, const char *uri)
{
    (void)snprintf(data, 64, "%s", uri);
}

static void say_subscribe(struct rig *rig, const char *method)
{
    rig_say(rig,
            "{\"jsonrpc\":\"2.0\",\"id\":\"s\",\"method\":\"resources/%s\",\"params\":{\"uri\":"
            "\"test://plain\"}}",
            method);
    OWNED_JSON answer = rig_next(rig);
    assert_non_null(json_get(answer, "result"));
}

static void test_program_hears_of_the_first_and_the_last_listener(void **state)
{
    struct rig rig = {.user = NULL};
    char uri[64] = "";
    (void)state;
    listening_log[0] = '\0';
    rig_open(&rig, (struct mcp_server_options){
                       .resources = resources, .subscribe = true, .listening = on_listening});
    rig_shake(&rig, "2025-11-25", "{}");
    say_subscribe(&rig, "subscribe");
    say_subscribe(&rig, "subscribe");
    mcp_server_each_subscription(rig.server, see_uri, uri);
    assert_string_equal(uri, "test://plain");
    mcp_server_resource_updated(rig.server, "test://plain");
    mcp_server_resource_updated(rig.server, "test://other");
    OWNED_JSON news = rig_next(&rig);
    assert_string_equal(json_get_text(json_get(news, "params"), "uri"), "test://plain");
    say_subscribe(&rig, "unsubscribe");
    assert_string_equal(listening_log, "+-");
    rig_close(&rig);
}

/* --- listeners whose answer waits ------------------------------------------------------------- */

#define CLAIM                                                 \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":" \
    "\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}"

static void open_holding(struct rig *rig)
{
    listening_log[0] = '\0';
    rig_open(rig, (struct mcp_server_options){.resources = resources,
                                              .subscribe = true,
                                              .listening = on_listening,
                                              .holds_listeners = true});
    rig_shake(rig, "2025-11-25", "{}");
}

static void say_listen_both(struct rig *rig)
{
    rig_say(rig, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/subscribe\",\"params\":{"
                 "\"uri\":\"test://plain\"}}");
    rig_say(rig, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"subscriptions/listen\",\"params\":{"
                 "\"notifications\":{\"resourceSubscriptions\":[\"test://plain\"]}," CLAIM "}}");
    rig_say(rig, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}");
    OWNED_JSON pong = rig_next(rig);
    assert_string_equal(json_number_text(json_get(pong, "id")), "3");
}

static void test_listener_is_answered_when_the_program_is_ready(void **state)
{
    struct rig rig = {.user = NULL};
    (void)state;
    open_holding(&rig);
    say_listen_both(&rig);
    assert_string_equal(listening_log, "+");
    mcp_server_news_ready(rig.server);
    OWNED_JSON subscribed = rig_next(&rig);
    assert_string_equal(json_number_text(json_get(subscribed, "id")), "1");
    OWNED_JSON acknowledged = rig_next(&rig);
    assert_string_equal(json_get_text(acknowledged, "method"),
                        "notifications/subscriptions/acknowledged");
    say_subscribe(&rig, "subscribe"); /* at once, now that the program is ready */
    rig_close(&rig);
}

static void test_held_listener_that_is_cancelled_is_never_answered(void **state)
{
    struct rig rig = {.user = NULL};
    (void)state;
    open_holding(&rig);
    say_listen_both(&rig);
    for (int id = 1; id <= 2; id++)
        rig_say(&rig,
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{"
                "\"requestId\":%d}}",
                id);
    rig_say(&rig, "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"ping\"}");
    OWNED_JSON pong = rig_next(&rig);
    assert_string_equal(json_number_text(json_get(pong, "id")), "4");
    mcp_server_news_ready(rig.server);
    rig_turns(&rig, 3);
    assert_int_equal(rig.lines, 3);
    rig_close(&rig);
}

static void test_held_listener_is_answered_at_the_end_of_input(void **state)
{
    struct rig rig = {.user = NULL};
    (void)state;
    open_holding(&rig);
    say_listen_both(&rig);
    rig_close(&rig);
    assert_int_equal(rig.lines, 4);
}

static void test_undeclared_list_changes_are_not_sent(void **state)
{
    struct rig rig = {.user = NULL};
    (void)state;
    rig_open(&rig, (struct mcp_server_options){.resources = resources});
    rig_shake(&rig, "2025-11-25", "{}");
    rig_turns(&rig, 3);
    mcp_server_list_changed(rig.server, MCP_LIST_RESOURCES);
    mcp_server_list_changed(rig.server, MCP_LIST_TOOLS);
    rig_turns(&rig, 3);
    assert_int_equal(rig.lines, 1);
    rig_close(&rig);
}

/* --- contradictions -------------------------------------------------------------------------- */

static void check(const struct mcp_server_options *wanted, const char *expected)
{
    OWNED_BUF why = BUF_INIT(10000);
    uv_loop_t loop;
    struct mcp_server_options options = *wanted;
    options.name = "check";
    options.version = "1";
    assert_int_equal(uv_loop_init(&loop), 0);
    struct mcp_server *server = mcp_server_new(&loop, &options);
    assert_non_null(server);
    int r = mcp_server_check(server, &why);
    assert_int_equal(r, expected ? -EINVAL : 0);
    assert_string_equal(buf_text(&why), expected ? expected : "");
    mcp_server_free(server);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void check_tool(struct tool tool, const char *expected)
{
    const struct tool *const one[] = {&tool, NULL};
    const struct mcp_server_options options = {.tools = one, .resources = resources};
    check(&options, expected);
}

static void test_check_finds_contradictions_of_tools(void **state)
{
    static const struct field bad_args[] = {
        ARG_TEXT(struct greet_args, name, .max = 5),
        ARG_END,
    };
    const struct tool *const twice[] = {&tool_greet, &tool_hold, &tool_greet, NULL};
    struct tool tool = tool_hold;
    (void)state;
    check(&(struct mcp_server_options){.tools = tools, .resources = resources}, NULL);
    check(&(struct mcp_server_options){.tools = twice}, "greet: declared twice");
    tool.name = "no spaces";
    check_tool(tool, "no spaces: not the name of a tool");
    tool = tool_hold;
    tool.description = "";
    check_tool(tool, "hold: no description");
    tool = tool_hold;
    tool.flags = TOOL_READ_ONLY | TOOL_DESTRUCTIVE;
    check_tool(tool, "hold: reads only and yet destroys");
    tool.flags = TOOL_READ_ONLY | TOOL_ASKS;
    check_tool(tool, "hold: reads only and yet wants to be confirmed");
    tool = tool_hold;
    tool.start = NULL;
    check_tool(tool, "hold: nothing to start");
    tool = tool_hold;
    tool.args = bad_args;
    tool.args_size = sizeof(struct greet_args);
    check_tool(tool, "hold: field name: no doc");
    tool.args_size = 0;
    check_tool(tool, "hold: arguments without a struct");
    tool = tool_hold;
    tool.input_schema = "{";
    check_tool(tool, "hold: a text that is not JSON");
    tool.input_schema = "[]";
    check_tool(tool, "hold: a JSON text that is no object");
    tool.input_schema = "{\"type\":\"array\"}";
    check_tool(tool, "hold: the schema of its arguments is not that of an object");
    tool.input_schema = "{\n\"type\":\"object\"}";
    check_tool(tool, "hold: a JSON text of more than one line");
    tool = tool_hold;
    tool.output_schema = "{\"type\":\"object\"}\r";
    check_tool(tool, "hold: a JSON text of more than one line");
    tool = tool_hold;
    tool.icons = "{}";
    check_tool(tool, "hold: a JSON text that is no array");
    tool = tool_hold;
    tool.ui = "https://x";
    check_tool(tool, "hold: its app is no ui:// resource");
    tool.ui = "ui://x";
    check_tool(tool, "hold: its app is none of the resources");
}

static void check_resource(struct resource resource, const char *expected)
{
    const struct resource *const one[] = {&resource, NULL};
    const struct mcp_server_options options = {.resources = one};
    check(&options, expected);
}

static void test_check_finds_contradictions_of_resources_and_prompts(void **state)
{
    struct resource resource = resource_plain;
    static const struct prompt prompt = {.name = "p", .description = "P."};
    const struct prompt *const prompts[] = {&prompt, NULL};
    (void)state;
    check_resource(resource, NULL);
    resource.uri = "plain";
    check_resource(resource, "plain: not a URI");
    resource.uri = "test://{a}{b}";
    check_resource(resource, "test://{a}{b}: not a template of level 1");
    resource.uri = "ui://x";
    check_resource(resource, "ui://x: an app of another type than " RESOURCE_APP_MIME_TYPE);
    resource = resource_plain;
    resource.read = NULL;
    check_resource(resource, "test://plain: nothing to read, or two ways to do it");
    resource.tool = &tool_hold;
    check_resource(resource, "test://plain: its tool does not only read");
    resource = resource_plain;
    resource.annotations = "[]";
    check_resource(resource, "test://plain: a JSON text that is no object");
    check(&(struct mcp_server_options){.prompts = prompts}, "p: nothing to get");
    check(&(struct mcp_server_options){.icons = "[\n]"},
          "server: a JSON text of more than one line");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_local_call_gives_the_bare_result_from_the_loop),
        cmocka_unit_test(test_local_call_that_is_wrong_says_why),
        cmocka_unit_test(test_local_call_beyond_its_deadline_fails),
        cmocka_unit_test(test_local_call_under_way_is_dropped_with_its_server),
        cmocka_unit_test(test_file_in_and_file_out_are_served_like_pipes),
        cmocka_unit_test(test_descriptor_that_is_not_open_is_refused),
        cmocka_unit_test(test_program_hears_of_the_first_and_the_last_listener),
        cmocka_unit_test(test_listener_is_answered_when_the_program_is_ready),
        cmocka_unit_test(test_held_listener_that_is_cancelled_is_never_answered),
        cmocka_unit_test(test_held_listener_is_answered_at_the_end_of_input),
        cmocka_unit_test(test_undeclared_list_changes_are_not_sent),
        cmocka_unit_test(test_check_finds_contradictions_of_tools),
        cmocka_unit_test(test_check_finds_contradictions_of_resources_and_prompts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
