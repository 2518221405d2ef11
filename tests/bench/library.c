/* library: the echo server made with mcp/ alone, the counterpart of the TypeScript SDK's echo
 * server: what the protocol costs without tools, settings and a database around it. */
#include <stdio.h>
#include <unistd.h>
#include <uv.h>

#include "mcp/call.h"
#include "mcp/field.h"
#include "mcp/server.h"
#include "mcp/tool.h"

struct echo_args {
    const char *message;
};

static const struct field echo_fields[] = {
    ARG_TEXT(struct echo_args, message, .flags = FIELD_REQUIRED, .doc = "What to say."),
    ARG_END,
};

static int echo_start(struct call *call)
{
    const struct echo_args *args = call_args(call);
    call_add_text(call, args->message);
    return call_reply(call);
}

static const struct tool echo = {
    .name = "echo",
    .description = "Says what it is told.",
    .flags = TOOL_READ_ONLY,
    .args = echo_fields,
    .args_size = sizeof(struct echo_args),
    .start = echo_start,
};

static void on_stopped(struct mcp_server *server, void *user)
{
    (void)server;
    (void)user;
}

int main(void)
{
    static const struct tool *const tools[] = {&echo, NULL};
    uv_loop_t loop;
    if (uv_loop_init(&loop) < 0)
        return 1;
    struct mcp_server *server = mcp_server_new(
        &loop, &(struct mcp_server_options){.name = "echo", .version = "1.0.0", .tools = tools});
    if (!server || mcp_server_serve(server, STDIN_FILENO, STDOUT_FILENO, on_stopped) < 0) {
        (void)fprintf(stderr, "library: cannot serve\n");
        return 1;
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    mcp_server_free(server);
    return uv_loop_close(&loop) == 0 ? 0 : 1;
}
