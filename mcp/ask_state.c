/* requestState: what a later round must know, as text that the client carries and any process with
 * the same key can check. The tag covers, besides the text itself, what the state belongs to:
 * method, tool, arguments, and whose data is served; so a state of another call does not verify.
 *
 *     v1.<base64url of JSON>.<base64url of HMAC-SHA256>
 *     JSON: {"until":ms,"nonce":"…","rounds":1,"answers":{…},"kept":{…}}
 *
 * It is signed, not secret. It can be replayed until it is too old: what must happen once needs a
 * mark in the database. */
#include <errno.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/log.h"
#include "mcp/ask_impl.h"
#include "mcp/base64url.h"
#include "mcp/json_digest.h"
#include "mcp/server_impl.h"

#define STATE_VERSION "v1"

enum {
    STATE_NONCE = 12
};

int64_t ask_now(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return INT64_MAX;
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The key, found on first use: a process that never asks needs none. NULL without random numbers. */
static const uint8_t *state_key(struct mcp_server *server)
{
    const struct mcp_server_options *options = &server->options;
    if (server->has_state_key)
        return server->state_key;
    int r = options->find_state_key ? options->find_state_key(options->user, server->state_key) : 1;
    if (r < 0)
        LOG(LOG_WARNING, "mcp",
            "no lasting key (%s): questions of this process can be answered here only",
            strerror(-r));
    if (r != 0 && getrandom(server->state_key, sizeof(server->state_key), 0) !=
                      (ssize_t)sizeof(server->state_key))
        return NULL;
    server->has_state_key = true;
    return server->state_key;
}

static void add_text(struct hmac_sha256_ctx *hmac, const char *text)
{
    hmac_sha256_update(hmac, strlen(text) + 1, (const uint8_t *)text);
}

static int make_tag(const struct call *call, const char *payload, size_t length,
                    uint8_t tag[SHA256_DIGEST_SIZE])
{
    struct mcp_server *server = call->request.server;
    const uint8_t *key = state_key(server);
    const cJSON *params = call->request.message.params;
    const char *name = json_get_text(params, "name");
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct hmac_sha256_ctx hmac;
    int r = key ? json_digest(json_get(params, "arguments"), digest) : -EIO;
    if (r < 0)
        return r;
    hmac_sha256_set_key(&hmac, MCP_STATE_KEY_SIZE, key);
    add_text(&hmac, "mcp requestState " STATE_VERSION);
    add_text(&hmac, call->kind->method);
    add_text(&hmac, name ? name : "");
    add_text(&hmac, call->uri ? call->uri : "");
    add_text(&hmac, server->options.principal ? server->options.principal : "");
    hmac_sha256_update(&hmac, sizeof(digest), digest);
    hmac_sha256_update(&hmac, length, (const uint8_t *)payload);
    hmac_sha256_digest(&hmac, SHA256_DIGEST_SIZE, tag);
    return 0;
}

static int write_payload(const struct asking *asking, int64_t until, struct buf *payload)
{
    uint8_t nonce[STATE_NONCE];
    OWNED_BUF nonce_text = BUF_INIT(64);
    struct json_out out;
    if (getrandom(nonce, sizeof(nonce), 0) != (ssize_t)sizeof(nonce))
        return -EIO;
    base64url_write(nonce, sizeof(nonce), &nonce_text);
    json_out_init(&out, payload);
    json_object(&out);
    json_put_int(&out, "until", until);
    json_put_text(&out, "nonce", buf_text(&nonce_text));
    json_put_int(&out, "rounds", asking->rounds);
    json_key(&out, "answers");
    json_write(&out, asking->settled);
    json_key(&out, "kept");
    json_write(&out, asking->kept);
    json_end_object(&out);
    return nonce_text.error ? nonce_text.error : payload->error;
}

int ask_state_seal(const struct call *call, int64_t now, struct buf *ret_state)
{
    OWNED_BUF payload = BUF_INIT(MCP_STATE_MAX);
    uint8_t tag[SHA256_DIGEST_SIZE];
    int r = write_payload(call->asking, now + MCP_STATE_LIFE_MS, &payload);
    if (r == 0)
        r = make_tag(call, payload.data, payload.length, tag);
    if (r < 0)
        return r;
    (void)buf_append_text(ret_state, STATE_VERSION ".");
    base64url_write(payload.data, payload.length, ret_state);
    (void)buf_append_char(ret_state, '.');
    base64url_write(tag, sizeof(tag), ret_state);
    return ret_state->error;
}

/* Takes over what the payload holds. */
static int take_payload(struct asking *asking, const struct buf *payload, int64_t now)
{
    const char *why = NULL;
    OWNED_JSON tree = json_parse(payload->data, payload->length, &why);
    int64_t until = 0;
    int64_t rounds = 0;
    if (!tree)
        return why ? -EINVAL : -ENOMEM;
    if (json_int_value(json_get(tree, "until"), &until) < 0 ||
        json_int_value(json_get(tree, "rounds"), &rounds) < 0 ||
        !cJSON_IsObject(json_get(tree, "answers")) || !cJSON_IsObject(json_get(tree, "kept")))
        return -EINVAL;
    if (until < now)
        return -EINVAL;
    OWNED_JSON answers = cJSON_Duplicate(json_get(tree, "answers"), true);
    OWNED_JSON kept = cJSON_Duplicate(json_get(tree, "kept"), true);
    if (!answers || !kept)
        return -ENOMEM;
    cJSON_Delete(asking->settled);
    cJSON_Delete(asking->kept);
    asking->settled = TAKE(answers);
    asking->kept = TAKE(kept);
    asking->rounds = rounds;
    return 0;
}

int ask_state_open(struct call *call, const char *state, int64_t now)
{
    OWNED_BUF payload = BUF_INIT(MCP_STATE_MAX);
    OWNED_BUF tag = BUF_INIT((size_t)2 * SHA256_DIGEST_SIZE);
    uint8_t expected[SHA256_DIGEST_SIZE];
    const char *body = state + strlen(STATE_VERSION ".");
    if (strncmp(state, STATE_VERSION ".", strlen(STATE_VERSION ".")) != 0)
        return -EINVAL;
    const char *dot = strchr(body, '.');
    if (!dot || (size_t)(dot - body) > (size_t)2 * MCP_STATE_MAX)
        return -EINVAL;
    int r = base64url_read(body, (size_t)(dot - body), &payload);
    if (r == 0)
        r = base64url_read(dot + 1, strlen(dot + 1), &tag);
    if (r == 0)
        r = make_tag(call, buf_text(&payload), payload.length, expected);
    if (r < 0)
        return r == -ENOMEM ? r : -EINVAL;
    if (tag.length != sizeof(expected) || !memeql_sec(tag.data, expected, sizeof(expected)))
        return -EINVAL;
    return take_payload(call->asking, &payload, now);
}
