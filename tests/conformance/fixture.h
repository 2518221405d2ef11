/* The server that the official conformance suite tests: tools, resources and prompts with the names
 * and texts that the suite expects, on mcp/ alone. fixture.md lists them. */
#ifndef TESTS_CONFORMANCE_FIXTURE_H
#define TESTS_CONFORMANCE_FIXTURE_H

#include <uv.h>

#include "mcp/call.h"
#include "mcp/prompt.h"
#include "mcp/resource.h"
#include "mcp/server.h"

#define FIXTURE_PNG                                                                \
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx" \
    "0gAAAABJRU5ErkJggg=="
#define FIXTURE_WAV "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="

struct fixture {
    uv_loop_t loop;
    struct mcp_server *server;
};

extern const struct tool *const fixture_content_tools[];
extern const struct tool *const fixture_ask_tools[];
extern const struct tool *const fixture_news_tools[];
extern const struct prompt *const fixture_prompts[];
extern const struct resource *const fixture_resources[];

static inline int reply_text(struct call *call, const char *text)
{
    call_add_text(call, text);
    return call_reply(call);
}

/* Runs `next` after some time, unless the call ends before. 0 or -ENOMEM. */
int fixture_later(struct call *call, uint64_t ms, void (*next)(struct call *call));

#endif
