/* The legacy way of asking: requests of our own to the client, with ids of their own, while the
 * call pauses. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "mcp/ask_impl.h"
#include "mcp/server_impl.h"

static const char id_format[] = "srv-%llu";

static void format_id(const struct question *question, char *ret_id, size_t size)
{
    (void)snprintf(ret_id, size, id_format, (unsigned long long)question->number);
}

static bool send_question(struct call *call, struct question *question)
{
    struct mcp_server *server = call->request.server;
    char id[32];
    question->number = ++server->last_ask;
    format_id(question, id, sizeof(id));
    buf_reset(&server->line);
    json_out_init(&server->out, &server->line);
    rpc_begin_request(&server->out, id, ask_method(&question->ask));
    ask_put_params(call, &question->ask, &server->out);
    rpc_end(&server->out);
    if (server->line.error) {
        LOG(LOG_DEBUG, "call", "#%llu: the question %s can not be asked: %s",
            (unsigned long long)call->number, question->ask.key, strerror(-server->line.error));
        return false;
    }
    server_send_line(server);
    return true;
}

static cJSON *cancelled(void)
{
    cJSON *result = cJSON_CreateObject();
    if (cJSON_AddStringToObject(result, "action", "cancel"))
        return result;
    cJSON_Delete(result);
    return NULL;
}

/* Takes over `result`; NULL (no answer, or no memory for it) counts as cancelled. */
static void take_result(struct call *call, struct question *question, cJSON *result)
{
    question->is_answered = true;
    if (!result)
        result = cancelled();
    if (!result || !cJSON_AddItemToObject(call->asking->received, question->ask.key, result)) {
        cJSON_Delete(result);
        call->asking->has_failed = true;
    }
}

static bool all_are_answered(const struct call *call)
{
    for (const struct question *question = call->asking->questions; question;
         question = question->next) {
        if (!question->is_answered)
            return false;
    }
    return true;
}

static void go_on_when_answered(struct call *call)
{
    if (call->state != CALL_ASKING || !all_are_answered(call))
        return;
    call->asking->questions = NULL;
    if (call->asking->has_failed)
        call_end_with_code(call, RPC_INTERNAL_ERROR,
                           "Out of memory; this request was not carried out.");
    else
        call_go_on(call);
}

/* Sends the questions that were not sent yet; waits for notifications/initialized if need be. */
static void send_questions(struct call *call)
{
    if (!call->request.server->session.is_initialized)
        return;
    for (struct question *question = call->asking->questions; question; question = question->next) {
        if (question->number == 0 && !send_question(call, question))
            take_result(call, question, NULL);
    }
    go_on_when_answered(call);
}

static void refuse_to_ask(struct call *call)
{
    const char *message = arena_printf(
        &call->arena,
        "%zu other requests wait for an answer of the person already, so nobody was asked. Nothing "
        "was %s. Let some of those questions be answered or dismissed, then repeat.",
        call->request.server->asking.count, call_is_read_only(call) ? "done" : "saved");
    struct call_error error = {
        .code = "too_many_requests",
        .message = message ? message : "Too many questions are open. Nothing was saved.",
        .saved = call_is_read_only(call) ? NULL : "no",
        .retry_safe = true,
        .retry_same_key = true,
    };
    (void)call_fail(call, &error);
}

void ask_begin(struct call *call)
{
    if (!call_may_pause(call)) {
        refuse_to_ask(call);
        return;
    }
    call_pause(call);
    send_questions(call);
}

static struct question *question_by_id(struct call *call, const char *id)
{
    char expected[32];
    for (struct question *question = call->asking->questions; question; question = question->next) {
        format_id(question, expected, sizeof(expected));
        if (!question->is_answered && question->number > 0 && strcmp(expected, id) == 0)
            return question;
    }
    return NULL;
}

void ask_take_response(struct mcp_server *server, const struct rpc_message *message)
{
    const char *id = json_text_of(message->id);
    const cJSON *result = message->result;
    LIST_FOREACH (link, &server->asking.calls) {
        struct call *call = CONTAINER_OF(link, struct call, link);
        struct question *question = id ? question_by_id(call, id) : NULL;
        if (!question)
            continue;
        take_result(call, question, result ? cJSON_Duplicate(result, true) : NULL);
        go_on_when_answered(call);
        return;
    }
    LOG(LOG_DEBUG, "mcp", "a response to no open request of ours was ignored");
}

void ask_send_held_back(struct mcp_server *server)
{
    bool found = true;
    /* From the front each time: what is sent may end a call. */
    while (found) {
        found = false;
        LIST_FOREACH (link, &server->asking.calls) {
            struct call *call = CONTAINER_OF(link, struct call, link);
            if (call->asking->questions->number == 0) {
                send_questions(call);
                found = true;
                break;
            }
        }
    }
}

void ask_withdraw(struct call *call)
{
    struct mcp_server *server = call->request.server;
    char id[32];
    for (struct question *question = call->asking->questions; question; question = question->next) {
        if (question->is_answered || question->number == 0)
            continue;
        format_id(question, id, sizeof(id));
        struct json_out *out = notification_begin(server, "notifications/cancelled");
        json_put_text(out, "requestId", id);
        json_put_text(out, "reason", "no longer needed");
        notification_end(server);
    }
}

void ask_time_is_up(struct call *call)
{
    ask_withdraw(call);
    for (struct question *question = call->asking->questions; question; question = question->next) {
        if (!question->is_answered)
            take_result(call, question, NULL);
    }
    go_on_when_answered(call);
}
