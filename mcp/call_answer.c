/* How a call ends with an answer: reply, failure, refusal. The members of a result are the business
 * of the call's kind. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/log.h"
#include "mcp/call_impl.h"
#include "mcp/limits.h"
#include "mcp/server_impl.h"

/* Every tool's schema repeats this, so it names only what is always there. */
const struct field call_error_fields[] = {
    OUT_TEXT("code", .flags = FIELD_REQUIRED),
    OUT_TEXT("message", .flags = FIELD_REQUIRED),
    OUT_END,
};

struct json_out *call_answer(struct call *call)
{
    return &call->answer_out;
}

static void put_retry(struct json_out *out, const struct call_error *error)
{
    JSON_PIECE(out, ",\"retry\":{\"safe\":", false);
    json_bool(out, error->retry_safe);
    JSON_PIECE(out, ",\"same_key\":", false);
    json_bool(out, error->retry_same_key);
    if (error->retry_after_ms > 0)
        json_put_int(out, "after_ms", error->retry_after_ms);
    json_end_object(out);
}

void call_put_error(struct json_out *out, const struct call_error *error, size_t from, size_t to)
{
    JSON_PIECE(out, "\"error\":{\"code\":", false);
    json_text(out, error->code ? error->code : "failed");
    if (error->field) {
        JSON_KEY(out, "field");
        json_text(out, error->field);
    }
    JSON_KEY(out, "message");
    json_again(out, from, to);
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

/* The answer on the command line is what stands in the line buffer. */
static void keep_local_result(struct call *call)
{
    struct buf *line = &call->request.server->line;
    if (!call->request.is_local)
        return;
    buf_free(&call->result);
    call->result = *line;
    *line = (struct buf)BUF_INIT(MCP_MESSAGE_MAX);
    if (call->result.error) {
        buf_reset(&call->result);
        (void)buf_append_text(&call->result, "{\"content\":[],\"isError\":true}");
    }
}

void call_send_failure(struct call *call, const struct call_error *error)
{
    call->kind->send_failure(call, error);
    keep_local_result(call);
}

static void end_with_failure(struct call *call, const struct call_error *error)
{
    call_send_failure(call, error);
    call_end(call, CALL_FAILED);
}

/* What the program wrote did not fit into memory or limits. */
static void end_without_room(struct call *call, int why)
{
    static const struct call_error too_large = {
        .code = "answer_too_large",
        .message = "The answer is too large. Ask for less at once: a shorter period, fewer rows.",
    };
    if (why == -EMSGSIZE)
        end_with_failure(call, &too_large);
    else
        call_end_with_code(call, RPC_INTERNAL_ERROR,
                           "Out of memory; this request was not carried out.");
}

static bool says_too_little(const struct call *call)
{
    if (call->answer.length > 0)
        return false;
    return call->tool->result || (call->kind->needs_content && call->content.length == 0);
}

int call_reply(struct call *call)
{
    int why = call->answer.error ? call->answer.error : call->content.error;
    if (call_has_ended(call))
        return 0;
    if (why < 0) {
        end_without_room(call, why);
        return 0;
    }
    if (says_too_little(call)) {
        LOG(LOG_WARNING, "call", "#%llu %s: replied without an answer",
            (unsigned long long)call->number, call->tool->name);
        call_end_with_code(call, RPC_INTERNAL_ERROR, "Internal error; there is no answer.");
        return 0;
    }
    call->kind->put_result(call, reply_begin(&call->request));
    reply_end(&call->request);
    keep_local_result(call);
    call_end(call, CALL_REPLIED);
    return 0;
}

int call_fail(struct call *call, const struct call_error *error)
{
    if (!call_has_ended(call))
        end_with_failure(call, error);
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
        call_send_failure(call, &error);
    else
        reply_code(&call->request, code, message);
    call_end(call, CALL_FAILED);
}
