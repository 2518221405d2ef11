/* Any bytes as what comes back from a client: a cursor, a requestState, a URI. A cursor that is
 * accepted is the one that we would write; a state is accepted only if it carries our tag. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "mcp/ask_impl.h"
#include "mcp/base64url.h"
#include "mcp/limits.h"
#include "mcp/registry.h"
#include "mcp/server_impl.h"
#include "mcp/uri_template.h"
#include "tests/fuzz/mcp_fuzz.h"

static void check_cursor(const char *text)
{
    OWNED_BUF key = BUF_INIT(MCP_CURSOR_MAX);
    OWNED_BUF again = BUF_INIT((size_t)2 * MCP_CURSOR_MAX);
    if (cursor_read("tools", text, &key) < 0)
        return;
    cursor_write("tools", buf_text(&key), &again);
    FUZZ_CHECK(strcmp(buf_text(&again), text) == 0);
}

static void check_base64(const char *text, size_t length)
{
    OWNED_BUF bytes = BUF_INIT(1 << 20);
    OWNED_BUF again = BUF_INIT(1 << 20);
    if (base64url_read(text, length, &bytes) < 0)
        return;
    base64url_write(buf_text(&bytes), bytes.length, &again);
    FUZZ_CHECK(again.length == length && memcmp(buf_text(&again), text, length) == 0);
}

static void check_uri(const char *text)
{
    OWNED_BUF value = BUF_INIT(MCP_URI_MAX);
    if (strlen(text) > MCP_URI_MAX || !uri_template_match("test://{a}/x/{b}", text, "b", &value))
        return;
    FUZZ_CHECK(value.length > 0 && utf8_is_valid(value.data, value.length));
    FUZZ_CHECK(strlen(value.data) == value.length);
}

/* A text kept in a state of our own comes back whole, until it is too old or one bit changes. */
static void check_own_state(struct call *call, const char *text)
{
    const struct asking *asking = call->asking;
    OWNED_BUF own = BUF_INIT((size_t)4 * MCP_STATE_MAX);
    FUZZ_CHECK(cJSON_AddStringToObject(asking->kept, "text", text));
    FUZZ_CHECK(ask_state_seal(call, 1000, &own) == 0);
    FUZZ_CHECK(ask_state_open(call, own.data, 1000) == 0);
    FUZZ_CHECK(strcmp(json_get_text(asking->kept, "text"), text) == 0);
    FUZZ_CHECK(ask_state_open(call, own.data, 1001 + MCP_STATE_LIFE_MS) == -EINVAL);
    size_t at = strlen(text) * 7919 % own.length;
    own.data[at] = (char)(own.data[at] ^ 1);
    FUZZ_CHECK(ask_state_open(call, own.data, 1000) == -EINVAL);
}

/* A call far enough to have its state checked. */
static void check_state(const char *text)
{
    static const struct call_kind kind = {.method = "tools/call"};
    static struct mcp_server server;
    struct asking asking = {.settled = cJSON_CreateObject(), .kept = cJSON_CreateObject()};
    struct call call = {.request = {.server = &server}, .kind = &kind, .asking = &asking};
    FUZZ_CHECK(ask_state_open(&call, text, 1000) < 0);
    if (strlen(text) < 1000 && utf8_is_valid(text, strlen(text)))
        check_own_state(&call, text);
    cJSON_Delete(asking.settled);
    cJSON_Delete(asking.kept);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_strndup((const char *)data, size);
    FUZZ_CHECK(text);
    check_cursor(text);
    check_base64(text, strlen(text));
    check_uri(text);
    check_state(text);
    mem_free(text);
    return 0;
}
