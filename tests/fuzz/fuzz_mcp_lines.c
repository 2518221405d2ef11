/* Any bytes as what a client writes, to a whole server with fake tools: framer, gate, dispatcher,
 * calls, questions, subscriptions, the end. The first byte says in which pieces the rest arrives,
 * and whether what is written is taken at once. Whatever comes, each line of ours is one JSON value,
 * and nothing is left open. The pipes are fake_pipe.c. */
#include <string.h>
#include <uv.h>

#include "base/buf.h"
#include "base/log.h"
#include "mcp/ask.h"
#include "mcp/call.h"
#include "mcp/complete.h"
#include "mcp/json_gate.h"
#include "mcp/prompt.h"
#include "mcp/resource.h"
#include "mcp/server.h"
#include "mcp/subscribe.h"
#include "tests/fuzz/fake_pipe.h"
#include "tests/fuzz/mcp_fuzz.h"

enum {
    INPUT_MAX = 32 * 1024,
    SLOW_BYTES = 100 /* that a slow client takes at a time */
};

static struct mcp_server *server;

/* --- what the server offers ------------------------------------------------------------------ */

struct echo_args {
    const char *text;
    int64_t number;
    struct field_list list;
};

static const struct field echo_args[] = {
    ARG_TEXT(struct echo_args, text, .max = 100, .def = "x", .doc = "Text."),
    ARG_INT(struct echo_args, number, .min = -5, .max = 5, .doc = "Number."),
    ARG_LIST(struct echo_args, list, .item = &field_text, .doc = "List."),
    ARG_END,
};
static const struct field echo_result[] = {
    OUT_TEXT("text", .flags = FIELD_REQUIRED),
    OUT_INT("number"),
    OUT_ERROR,
    OUT_END,
};

static int echo(struct call *call)
{
    const struct echo_args *args = call_args(call);
    call_progress(call, 1, 2, args->text);
    call_log(call, "info", args->text);
    if (args->number == 5)
        return call_refuse(call, "number", "five is too much");
    if (args->number == -5)
        return -22;
    json_object(call_answer(call));
    json_put_text(call_answer(call), "text", args->text);
    json_put_int(call_answer(call), "number", args->number);
    json_end_object(call_answer(call));
    call_add_link(call, "test://x", args->text, NULL, NULL);
    return call_reply(call);
}

static int ask_twice(struct call *call)
{
    static const struct ask form = {
        .key = "form",
        .message = "?",
        .schema =
            "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"format\":\"date\"},"
            "\"b\":{\"type\":\"number\",\"minimum\":-1.5,\"maximum\":1e3},"
            "\"c\":{\"type\":\"string\",\"oneOf\":[{\"const\":\"x\",\"title\":\"X\"}]}},"
            "\"required\":[\"b\"]}"};
    static const struct ask roots = {.key = "roots", .kind = ASK_ROOTS};
    if (!ask_answer(call, &form))
        return call_ask(call);
    if (!ask_answer(call, &roots))
        return call_ask(call);
    call_add_text(call, "done");
    return call_reply(call);
}

static int announce(struct call *call)
{
    mcp_server_list_changed(server, MCP_LIST_TOOLS);
    mcp_server_resource_updated(server, "test://one");
    mcp_server_resource_updated(server, "test://many/1");
    call_add_text(call, "done");
    return call_reply(call);
}

static const struct tool *const tools[] = {
    &(const struct tool){.name = "echo",
                         .description = "Echoes.",
                         .flags = TOOL_READ_ONLY,
                         .args = echo_args,
                         .args_size = sizeof(struct echo_args),
                         .result = echo_result,
                         .start = echo},
    &(const struct tool){.name = "ask", .description = "Asks.", .start = ask_twice},
    &(const struct tool){.name = "announce", .description = "Announces.", .start = announce},
    NULL,
};

static int read_resource(struct call *call)
{
    const char *id = resource_variable(call, "id");
    resource_text(call, NULL, "text/plain", id ? id : "one");
    return call_reply(call);
}

static int complete(struct call *call)
{
    complete_add(call, complete_value(call));
    if (complete_known(call, "text"))
        complete_add(call, complete_known(call, "text"));
    return call_reply(call);
}

static const struct resource *const resources[] = {
    &(const struct resource){.uri = "test://one", .name = "one", .read = read_resource},
    &(const struct resource){
        .uri = "test://many/{id}", .name = "many", .read = read_resource, .complete = complete},
    NULL,
};

static int get_prompt(struct call *call)
{
    const struct echo_args *args = call_args(call);
    prompt_role(call, "assistant");
    call_add_text(call, args->text);
    return call_reply(call);
}

static const struct prompt *const prompts[] = {
    &(const struct prompt){.name = "say",
                           .description = "Says.",
                           .args = echo_args,
                           .args_size = sizeof(struct echo_args),
                           .get = get_prompt,
                           .complete = complete},
    NULL,
};

/* --- one session ----------------------------------------------------------------------------- */

static void on_stopped(struct mcp_server *stopped, void *user)
{
    (void)user;
    mcp_server_free(stopped);
    server = NULL;
}

static void check_output(const struct buf *output)
{
    const char *at = buf_text(output);
    const char *end = at + output->length;
    while (at < end) {
        struct json_gate gate;
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        FUZZ_CHECK(stop);
        json_gate_check(at, (size_t)(stop - at), NULL, &gate);
        FUZZ_CHECK(gate.verdict == JSON_GOOD);
        at = stop + 1;
    }
}

static void feed(uv_loop_t *loop, const uint8_t *data, size_t size, size_t piece)
{
    while (size > 0) {
        size_t n = fake_pipe_give(data, size < piece ? size : piece);
        (void)uv_run(loop, UV_RUN_NOWAIT);
        data += n;
        size -= n;
    }
    while (!fake_pipe_end())
        (void)uv_run(loop, UV_RUN_NOWAIT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uv_loop_t loop;
    static bool is_ready;
    const struct mcp_server_options options = {
        .name = "fuzz",
        .version = "1",
        .tools = tools,
        .resources = resources,
        .prompts = prompts,
        .subscribe = true,
        .changing_lists = MCP_LIST_TOOLS,
        .page_entries = 2,
    };
    if (size < 2 || size > INPUT_MAX)
        return 0;
    if (!is_ready) {
        log_set_level(LOG_OFF);
        FUZZ_CHECK(uv_loop_init(&loop) == 0);
        is_ready = true;
    }
    fake_pipe_begin(data[0] % 2 ? SLOW_BYTES : 0);
    server = mcp_server_new(&loop, &options);
    FUZZ_CHECK(server && mcp_server_serve(server, FAKE_PIPE_IN, FAKE_PIPE_OUT, on_stopped) == 0);
    feed(&loop, data + 1, size - 1, data[0] < 200 ? INPUT_MAX : data[0] - 199);
    while (server)
        (void)uv_run(&loop, UV_RUN_ONCE);
    FUZZ_CHECK(uv_run(&loop, UV_RUN_DEFAULT) == 0);
    FUZZ_CHECK(!uv_loop_alive(&loop));
    check_output(fake_pipe_output());
    return 0;
}
