/* Starts the fixture on standard input and output. The key that signs requestState comes from
 * FIXTURE_STATE_KEY (64 hex digits) if it is set. FIXTURE_PAGE sets the entries of a page,
 * FIXTURE_ASK_MS the time that a person has to answer in legacy revisions. */
#include "tests/conformance/fixture.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    FIXTURE_TOOLS_MAX = 64,
    FIXTURE_DEADLINE_MS = 120 * 1000 /* test_slow may take a minute */
};

static const struct tool *tools[FIXTURE_TOOLS_MAX + 1];
static unsigned char state_key[MCP_STATE_KEY_SIZE];

static void add_tools(const struct tool *const *more)
{
    size_t count = 0;
    while (tools[count])
        count++;
    while (*more && count < FIXTURE_TOOLS_MAX)
        tools[count++] = *more++;
}

static bool read_key(const char *text)
{
    if (!text || strlen(text) != 2 * (size_t)MCP_STATE_KEY_SIZE)
        return false;
    for (size_t i = 0; i < MCP_STATE_KEY_SIZE; i++) {
        char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};
        char *end;
        state_key[i] = (unsigned char)strtoul(pair, &end, 16);
        if (*end != '\0')
            return false;
    }
    return true;
}

static uint64_t number_of(const char *text)
{
    return text ? strtoull(text, NULL, 10) : 0;
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct fixture *fixture = handle->data;
    (void)number;
    mcp_server_stop(fixture->server);
}

static void on_stopped(struct mcp_server *server, void *user)
{
    struct fixture *fixture = user;
    mcp_server_free(server);
    uv_stop(&fixture->loop);
}

static void instructions(void *user, struct buf *text)
{
    (void)user;
    (void)buf_append_text(text, "Fixture server for protocol tests.");
}

static int serve(struct fixture *fixture, int in, int out)
{
    bool has_key = read_key(getenv("FIXTURE_STATE_KEY"));
    struct mcp_server_options options = {
        .name = "fixture",
        .version = "1.0.0",
        .title = "Fixture",
        .description = "Offers what the conformance suite asks for.",
        .website_url = "https://example.org/fixture",
        .tools = tools,
        .prompts = fixture_prompts,
        .resources = fixture_resources,
        .instructions = instructions,
        .changing_lists = MCP_LIST_TOOLS | MCP_LIST_PROMPTS | MCP_LIST_RESOURCES,
        .subscribe = true,
        .state_key = has_key ? state_key : NULL,
        .call_deadline_ms = FIXTURE_DEADLINE_MS,
        .ask_deadline_ms = number_of(getenv("FIXTURE_ASK_MS")),
        .page_entries = number_of(getenv("FIXTURE_PAGE")),
        .user = fixture,
    };
    fixture->server = mcp_server_new(&fixture->loop, &options);
    return fixture->server ? mcp_server_serve(fixture->server, in, out, on_stopped) : -ENOMEM;
}

static bool declarations_are_sound(const struct fixture *fixture)
{
    OWNED_BUF why = BUF_INIT(4096);
    if (mcp_server_check(fixture->server, &why) == 0)
        return true;
    (void)fprintf(stderr, "fixture: %s\n", buf_text(&why));
    return false;
}

int main(void)
{
    struct fixture fixture;
    uv_signal_t signals[2];
    int in;
    int out;
    (void)signal(SIGPIPE, SIG_IGN);
    if (mcp_stdio_claim(&in, &out) < 0 || uv_loop_init(&fixture.loop) < 0)
        return EXIT_FAILURE;
    add_tools(fixture_content_tools);
    add_tools(fixture_ask_tools);
    add_tools(fixture_news_tools);
    if (serve(&fixture, in, out) < 0 || !declarations_are_sound(&fixture))
        return EXIT_FAILURE;
    for (int i = 0; i < 2; i++) {
        (void)uv_signal_init(&fixture.loop, &signals[i]);
        signals[i].data = &fixture;
        (void)uv_signal_start(&signals[i], on_signal, i == 0 ? SIGTERM : SIGINT);
    }
    (void)uv_run(&fixture.loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&signals[0], NULL);
    uv_close((uv_handle_t *)&signals[1], NULL);
    (void)uv_run(&fixture.loop, UV_RUN_DEFAULT);
    int r = uv_loop_close(&fixture.loop);
    if (r < 0)
        (void)fprintf(stderr, "fixture: something is still open: %s\n", uv_strerror(r));
    return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
