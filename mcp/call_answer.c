/* What a call says: its result (structured, mirrored as text, and further blocks), its failure, and
 * its messages on the way. Blocks that the client's revision does not know become text. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "mcp/call_impl.h"
#include "mcp/field_impl.h"
#include "mcp/limits.h"
#include "mcp/server_impl.h"

/* Every tool's schema repeats this, so it names only what is always there. */
const struct field call_error_fields[] = {
    OUT_TEXT("code", .flags = FIELD_REQUIRED),
    OUT_TEXT("message", .flags = FIELD_REQUIRED),
    OUT_END,
};

/* --- content --------------------------------------------------------------------------------- */

struct json_out *call_answer(struct call *call)
{
    return &call->answer_out;
}

static bool knows(const struct call *call, enum feature feature)
{
    return revision_has(call->request.peer.revision, feature);
}

void content_text(struct json_out *out, const char *text)
{
    json_object(out);
    json_put_text(out, "type", "text");
    json_put_text(out, "text", text);
    json_end_object(out);
}

static void content_data(struct json_out *out, const char *type, const char *base64,
                         const char *mime_type)
{
    json_object(out);
    json_put_text(out, "type", type);
    json_put_text(out, "data", base64);
    json_put_text(out, "mimeType", mime_type);
    json_end_object(out);
}

void call_add_text(struct call *call, const char *text)
{
    content_text(&call->content_out, text);
}

void call_add_image(struct call *call, const char *base64, const char *mime_type)
{
    content_data(&call->content_out, "image", base64, mime_type);
}

void call_add_audio(struct call *call, const char *base64, const char *mime_type)
{
    char note[200];
    if (knows(call, FEATURE_AUDIO)) {
        content_data(&call->content_out, "audio", base64, mime_type);
        return;
    }
    (void)snprintf(note, sizeof(note), "[audio of type %s, which this client cannot take]",
                   mime_type);
    call_add_text(call, note);
}

void call_add_resource(struct call *call, const char *uri, const char *mime_type, const char *text)
{
    struct json_out *out = &call->content_out;
    json_object(out);
    json_put_text(out, "type", "resource");
    json_put_object(out, "resource");
    json_put_text(out, "uri", uri);
    if (mime_type)
        json_put_text(out, "mimeType", mime_type);
    json_put_text(out, "text", text);
    json_end_object(out);
    json_end_object(out);
}

void call_add_link(struct call *call, const char *uri, const char *name, const char *mime_type,
                   const char *description)
{
    struct json_out *out = &call->content_out;
    if (!knows(call, FEATURE_LINKS)) {
        const char *text = arena_printf(&call->arena, "%s: %s", name, uri);
        call_add_text(call, text ? text : uri);
        return;
    }
    json_object(out);
    json_put_text(out, "type", "resource_link");
    json_put_text(out, "uri", uri);
    json_put_text(out, "name", name);
    if (mime_type)
        json_put_text(out, "mimeType", mime_type);
    if (description)
        json_put_text(out, "description", description);
    json_end_object(out);
}

/* --- the result ------------------------------------------------------------------------------ */

static void put_content(struct json_out *out, const struct call *call)
{
    json_put_array(out, "content");
    if (call->answer.length > 0) {
        json_object(out);
        json_put_text(out, "type", "text");
        json_key(out, "text");
        json_text_n(out, call->answer.data, call->answer.length);
        json_end_object(out);
    }
    if (call->content.length > 0)
        json_raw(out, call->content.data, call->content.length);
    json_end_array(out);
}

static void put_structured(struct json_out *out, const struct call *call)
{
    if (call->answer.length == 0 || !knows(call, FEATURE_STRUCTURED))
        return;
    json_key(out, "structuredContent");
    bool wraps = !knows(call, FEATURE_ANY_ROOT) && tool_answers_any_root(call->tool);
    if (wraps) {
        json_object(out);
        json_key(out, "result");
    }
    json_raw(out, call->answer.data, call->answer.length);
    if (wraps)
        json_end_object(out);
}

static void put_retry(struct json_out *out, const struct call_error *error)
{
    json_put_object(out, "retry");
    json_put_bool(out, "safe", error->retry_safe);
    json_put_bool(out, "same_key", error->retry_same_key);
    if (error->retry_after_ms > 0)
        json_put_int(out, "after_ms", error->retry_after_ms);
    json_end_object(out);
}

static void put_error(struct json_out *out, const struct call_error *error)
{
    json_put_object(out, "error");
    json_put_text(out, "code", error->code);
    if (error->field)
        json_put_text(out, "field", error->field);
    json_put_text(out, "message", error->message);
    if (error->saved)
        json_put_text(out, "saved", error->saved);
    put_retry(out, error);
    if (error->candidates) {
        json_put_array(out, "candidates");
        for (const char *const *candidate = error->candidates; *candidate; candidate++)
            json_text(out, *candidate);
        json_end_array(out);
    }
    json_end_object(out);
}

static void put_failure(struct json_out *out, const struct call *call,
                        const struct call_error *error)
{
    json_put_array(out, "content");
    content_text(out, error->message);
    json_end_array(out);
    if (knows(call, FEATURE_STRUCTURED) && field_find(call->tool->result, "error")) {
        json_put_object(out, "structuredContent");
        put_error(out, error);
        json_end_object(out);
    }
    json_put_bool(out, "isError", true);
}

/* Answers of the command line are handed over when the call is freed. */
static void keep_local_result(struct call *call)
{
    struct buf *line = &call->request.server->line;
    buf_free(&call->result);
    call->result = *line;
    *line = (struct buf)BUF_INIT(MCP_MESSAGE_MAX);
    if (call->result.error) {
        buf_reset(&call->result);
        (void)buf_append_text(&call->result, "{\"content\":[],\"isError\":true}");
    }
}

bool call_send_result(struct call *call, const struct call_error *error)
{
    static const struct call_error too_large = {
        .code = "answer_too_large",
        .message = "The answer is too large. Ask for less at once: a shorter period, fewer rows.",
    };
    int why = call->answer.error ? call->answer.error : call->content.error;
    if (!error && why == -EMSGSIZE)
        error = &too_large;
    if (!error && why < 0) {
        reply_no_memory(&call->request);
        if (call->request.is_local) {
            call->request.server->line.error = why;
            keep_local_result(call);
        }
        return false;
    }
    struct json_out *out = reply_begin(&call->request);
    if (error) {
        put_failure(out, call, error);
    } else {
        put_content(out, call);
        put_structured(out, call);
    }
    reply_end(&call->request);
    if (call->request.is_local)
        keep_local_result(call);
    return !error || error != &too_large;
}

int call_reply(struct call *call)
{
    if (call_has_ended(call))
        return 0;
    if (call->tool->result && call->answer.length == 0 && !call->answer.error) {
        LOG(LOG_WARNING, "call", "#%llu %s: replied without the answer it declares",
            (unsigned long long)call->number, call->tool->name);
        call_end_with_code(call, RPC_INTERNAL_ERROR, "Internal error; there is no answer.");
        return 0;
    }
    bool sent = call_send_result(call, NULL);
    call_end(call, sent ? CALL_REPLIED : CALL_FAILED);
    return 0;
}

int call_fail(struct call *call, const struct call_error *error)
{
    if (call_has_ended(call))
        return 0;
    (void)call_send_result(call, error);
    call_end(call, CALL_FAILED);
    return 0;
}

int call_refuse(struct call *call, const char *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(&call->arena, format, args);
    va_end(args);
    if (message && field)
        message = arena_printf(&call->arena, "%s: %s", field, message);
    struct call_error error = {
        .code = "invalid_argument",
        .field = field,
        .message = message ? message : "This was refused.",
        .saved = call_is_read_only(call) ? NULL : "no",
    };
    return call_fail(call, &error);
}

void call_end_with_code(struct call *call, int code, const char *message)
{
    struct call_error error = {.code = "internal", .message = message};
    if (call_has_ended(call))
        return;
    if (call->request.is_local)
        (void)call_send_result(call, &error);
    else
        reply_code(&call->request, code, message);
    call_end(call, CALL_FAILED);
}
