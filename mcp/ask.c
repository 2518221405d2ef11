/* Questions of a call and their answers, the same in both eras up to the moment of asking: modern
 * calls end with an input_required result, legacy ones pause and send requests (ask_legacy.c). */
#include "mcp/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "mcp/ask_impl.h"
#include "mcp/server_impl.h"

static const struct {
    const char *method;
    unsigned ability;
    const char *capability;
} kinds[] = {
    [ASK_FORM] = {"elicitation/create", CLIENT_FORM, "elicitation"},
    [ASK_SAMPLING] = {"sampling/createMessage", CLIENT_SAMPLING, "sampling"},
    [ASK_ROOTS] = {"roots/list", CLIENT_ROOTS, "roots"},
};

static bool is_modern(const struct call *call)
{
    return call->request.peer.revision == REVISION_MODERN;
}

/* The questions of the call, made when first needed; NULL when out of memory. */
static struct asking *asking_of(struct call *call)
{
    if (call->asking)
        return call->asking;
    struct asking *asking = mem_zalloc(sizeof(*asking));
    if (!asking)
        return NULL;
    asking->settled = cJSON_CreateObject();
    asking->kept = cJSON_CreateObject();
    asking->received = cJSON_CreateObject();
    call->asking = asking;
    if (asking->settled && asking->kept && asking->received)
        return asking;
    ask_free(call);
    return NULL;
}

void ask_free(struct call *call)
{
    if (!call->asking)
        return;
    cJSON_Delete(call->asking->settled);
    cJSON_Delete(call->asking->kept);
    cJSON_Delete(call->asking->received);
    mem_free(call->asking);
    call->asking = NULL;
}

bool call_can_ask(const struct call *call, enum ask_kind kind)
{
    const struct peer *peer = &call->request.peer;
    if (call->request.is_local || !call->kind->may_ask || !(peer->abilities & kinds[kind].ability))
        return false;
    return kind != ASK_FORM || revision_has(peer->revision, FEATURE_ELICITATION);
}

/* --- answers --------------------------------------------------------------------------------- */

static int action_of(const cJSON *result)
{
    const char *action = json_get_text(result, "action");
    if (action && strcmp(action, "accept") == 0)
        return ASK_ACCEPTED;
    if (action && strcmp(action, "decline") == 0)
        return ASK_DECLINED;
    if (action && strcmp(action, "cancel") == 0)
        return ASK_CANCELLED;
    return -EINVAL;
}

/* Whether a form was answered, and with what; -EINVAL when the answer does not fit. */
static int read_form(struct call *call, const struct ask *question, const cJSON *result,
                     struct ask_answer *answer)
{
    const char *why = "";
    int action = action_of(result);
    if (action != ASK_ACCEPTED) {
        answer->action = action < 0 ? ASK_CANCELLED : (enum ask_action)action;
        return action < 0 ? -EINVAL : 0;
    }
    const char *text = ask_form_text(call, question);
    OWNED_JSON form = text ? json_parse(text, strlen(text), &why) : NULL;
    if (!form)
        return -ENOMEM;
    answer->action = ASK_ACCEPTED;
    answer->content = json_get(result, "content");
    return ask_form_fits(form, answer->content) ? 0 : -EINVAL;
}

static int read_answer(struct call *call, const struct ask *question, const cJSON *result,
                       struct ask_answer *answer)
{
    if (!cJSON_IsObject(result))
        return -EINVAL;
    if (question->kind == ASK_FORM)
        return read_form(call, question, result, answer);
    answer->action = ASK_ACCEPTED;
    answer->content = result;
    if (!is_modern(call) && action_of(result) == ASK_CANCELLED) {
        *answer = (struct ask_answer){.action = ASK_CANCELLED};
        return 0;
    }
    if (question->kind == ASK_ROOTS)
        return cJSON_IsArray(json_get(result, "roots")) ? 0 : -EINVAL;
    const cJSON *content = json_get(result, "content");
    return cJSON_IsObject(content) || cJSON_IsArray(content) ? 0 : -EINVAL;
}

/* Moves an answer that fits to where later rounds find it. */
static int settle(struct asking *asking, const char *key, const cJSON *result)
{
    cJSON *copy = cJSON_Duplicate(result, true);
    if (copy && cJSON_AddItemToObject(asking->settled, key, copy))
        return 0;
    cJSON_Delete(copy);
    return -ENOMEM;
}

/* Looks for an answer: 1 and *answer, 0 when there is none, -ENOMEM. */
static int find_answer(struct call *call, const struct ask *question, struct ask_answer *answer)
{
    struct asking *asking = call->asking;
    const cJSON *result = json_get(asking->settled, question->key);
    if (result) {
        int r = read_answer(call, question, result, answer);
        if (r != -EINVAL)
            return r < 0 ? r : 1;
        cJSON_DeleteItemFromObjectCaseSensitive(asking->settled, question->key);
    }
    result = json_get(is_modern(call) ? asking->offered : asking->received, question->key);
    if (!result)
        return 0;
    int r = read_answer(call, question, result, answer);
    if (r == -EINVAL && !is_modern(call)) {
        *answer = (struct ask_answer){.action = ASK_CANCELLED};
        return 1;
    }
    if (r == -EINVAL)
        return 0;
    if (r == 0)
        r = settle(asking, question->key, result);
    if (r < 0)
        return r;
    return read_answer(call, question, json_get(asking->settled, question->key), answer) < 0
               ? -ENOMEM
               : 1;
}

static int note_question(struct call *call, const struct ask *question)
{
    struct question *noted = arena_alloc(&call->arena, sizeof(*noted));
    struct question **at = &call->asking->questions;
    if (!noted)
        return -ENOMEM;
    noted->ask = *question;
    while (*at)
        at = &(*at)->next;
    *at = noted;
    return 0;
}

const struct ask_answer *ask_answer(struct call *call, const struct ask *question)
{
    struct asking *asking = asking_of(call);
    struct ask_answer *answer = arena_alloc(&call->arena, sizeof(*answer));
    if (!asking || !answer)
        return NULL;
    int r = find_answer(call, question, answer);
    if (r > 0)
        return answer;
    if (r == 0 && !call_can_ask(call, question->kind))
        asking->missing |= 1u << question->kind;
    else if (r == 0)
        r = note_question(call, question);
    if (r < 0)
        asking->has_failed = true;
    return NULL;
}

int ask_bind(struct call *call, const struct field *fields, const struct ask_answer *answer,
             void *target)
{
    struct bind bind = {.arena = &call->arena, .user = call->request.server->options.user};
    int r = bind_object(&bind, fields, answer->content, target);
    bind_clear(&bind);
    return r;
}

/* --- what is kept ---------------------------------------------------------------------------- */

int call_keep(struct call *call, const char *key, const char *text)
{
    struct asking *asking = asking_of(call);
    if (!asking)
        return -ENOMEM;
    cJSON_DeleteItemFromObjectCaseSensitive(asking->kept, key);
    return cJSON_AddStringToObject(asking->kept, key, text) ? 0 : -ENOMEM;
}

const char *call_kept(const struct call *call, const char *key)
{
    return call->asking ? json_get_text(call->asking->kept, key) : NULL;
}

/* --- asking ---------------------------------------------------------------------------------- */

/* {"elicitation":{},"roots":{}} */
static void list_missing(const struct call *call, char *ret_json, size_t size)
{
    size_t length = (size_t)snprintf(ret_json, size, "{");
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        if (call->asking->missing & (1u << i))
            length += (size_t)snprintf(ret_json + length, size - length, "%s\"%s\":{}",
                                       length > 1 ? "," : "", kinds[i].capability);
    }
    (void)snprintf(ret_json + length, size - length, "}");
}

static void fail_unable(struct call *call)
{
    char required[120];
    list_missing(call, required, sizeof(required));
    const char *message = arena_printf(
        &call->arena,
        "%s needs input that this client can not give (capabilities: %s). Nothing was done.",
        call->tool->name, required);
    struct rpc_error error = {
        .code = RPC_MISSING_CAPABILITY,
        .message = message ? message : "The client lacks a capability. Nothing was done.",
        .required_capabilities = required,
    };
    if (is_modern(call)) {
        reply_error(&call->request, &error);
        call_end(call, CALL_FAILED);
        return;
    }
    (void)call_fail(call, &(struct call_error){.code = "cannot_ask",
                                               .message = error.message,
                                               .saved = call_is_read_only(call) ? NULL : "no"});
}

void ask_put_params(struct call *call, const struct ask *question, struct json_out *out)
{
    if (question->kind == ASK_SAMPLING) {
        json_raw(out, question->params, strlen(question->params));
        return;
    }
    json_object(out);
    if (question->kind == ASK_FORM) {
        enum revision revision = call->request.peer.revision;
        const char *form = ask_form_text(call, question);
        if (revision_has(revision, FEATURE_ELICITATION_MODE))
            json_put_text(out, "mode", "form");
        json_put_text(out, "message", question->message);
        json_key(out, "requestedSchema");
        if (!form)
            out->buf->error = -ENOMEM;
        else if (!ask_form_write(form, revision, out))
            out->buf->error = -EOPNOTSUPP;
    }
    json_end_object(out);
}

const char *ask_method(const struct ask *question)
{
    return kinds[question->kind].method;
}

/* The modern way: an answer that asks. */
static void reply_input_required(struct call *call)
{
    OWNED_BUF state = BUF_INIT((size_t)2 * MCP_STATE_MAX);
    int r = ask_state_seal(call, ask_now(), &state);
    if (r < 0) {
        call_end_with_code(call, RPC_INTERNAL_ERROR,
                           r == -EMSGSIZE ? "Internal error; too much to remember."
                                          : "Out of memory; this request was not carried out.");
        return;
    }
    struct json_out *out = reply_begin_input_required(&call->request);
    json_put_object(out, "inputRequests");
    for (struct question *question = call->asking->questions; question; question = question->next) {
        json_put_object(out, question->ask.key);
        json_put_text(out, "method", ask_method(&question->ask));
        json_key(out, "params");
        ask_put_params(call, &question->ask, out);
        json_end_object(out);
    }
    json_end_object(out);
    json_put_text(out, "requestState", buf_text(&state));
    reply_end(&call->request);
    call_end(call, CALL_REPLIED);
}

int call_ask(struct call *call)
{
    struct asking *asking = asking_of(call);
    if (call_has_ended(call))
        return 0;
    if (!asking || asking->has_failed) {
        call_end_with_code(call, RPC_INTERNAL_ERROR,
                           "Out of memory; this request was not carried out.");
    } else if (asking->missing) {
        fail_unable(call);
    } else if (!asking->questions || ++asking->rounds > MCP_ASK_ROUNDS_MAX) {
        call_end_with_code(call, RPC_INTERNAL_ERROR,
                           "Internal error; there were too many questions.");
    } else if (is_modern(call)) {
        reply_input_required(call);
    } else {
        ask_begin(call);
    }
    return 0;
}

int ask_read_request(struct call *call, const char **ret_why)
{
    const cJSON *params = call->request.message.params;
    const cJSON *responses = json_get(params, "inputResponses");
    const cJSON *state = json_get(params, "requestState");
    int r = 0;
    if (!is_modern(call) || (!responses && !state))
        return 0;
    if (responses && !cJSON_IsObject(responses)) {
        *ret_why = "inputResponses: must be an object";
        return RPC_INVALID_PARAMS;
    }
    if (!asking_of(call))
        r = -ENOMEM;
    else if (state)
        r = cJSON_IsString(state) ? ask_state_open(call, state->valuestring, ask_now()) : -EINVAL;
    if (r == -ENOMEM) {
        *ret_why = "Out of memory; this request was not carried out.";
        return RPC_INTERNAL_ERROR;
    }
    if (r < 0) {
        *ret_why = "requestState: is not one of this call, or no longer good";
        return RPC_INVALID_PARAMS;
    }
    call->asking->offered = responses;
    return 0;
}
