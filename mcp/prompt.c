/* prompts/get: arguments by the prompt's table, messages from its content blocks. Failures are
 * JSON-RPC errors, because a prompt has no other way to say them. */
#include "mcp/prompt.h"

#include <errno.h>
#include <string.h>

#include "mcp/call_impl.h"
#include "mcp/methods.h"
#include "mcp/server_impl.h"

static const struct prompt *prompt_of(const struct call *call)
{
    return call->item;
}

static int bind_prompt(struct call *call)
{
    const struct prompt *prompt = prompt_of(call);
    call->args = arena_alloc(&call->arena, prompt->args_size);
    if (!call->args)
        return -ENOMEM;
    return bind_object(&call->bind, prompt->args, call->arguments, call->args);
}

static int start_get(struct call *call)
{
    return prompt_of(call)->get(call);
}

static void put_result(struct call *call, struct json_out *out)
{
    if (prompt_of(call)->description)
        json_put_text(out, "description", prompt_of(call)->description);
    json_put_array(out, "messages");
    if (call->content.length > 0)
        json_raw(out, call->content.data, call->content.length);
    json_end_array(out);
}

static void send_failure(struct call *call, const struct call_error *error)
{
    bool is_argument = error->code && strcmp(error->code, "invalid_argument") == 0;
    reply_code(&call->request, is_argument ? RPC_INVALID_PARAMS : RPC_INTERNAL_ERROR,
               error->message);
}

static const struct call_kind get_kind = {
    .method = "prompts/get",
    .bind = bind_prompt,
    .start = start_get,
    .put_result = put_result,
    .send_failure = send_failure,
    .may_ask = true,
    .is_prompt = true,
};

static bool are_all_text(const cJSON *arguments)
{
    const cJSON *argument;
    cJSON_ArrayForEach (argument, arguments) {
        if (!cJSON_IsString(argument))
            return false;
    }
    return true;
}

void prompts_get(struct request *request)
{
    const cJSON *params = request->message.params;
    const char *name = json_get_text(params, "name");
    const cJSON *arguments = json_get(params, "arguments");
    const struct prompt *prompt =
        name ? registry_find_prompt(&request->server->registry, name) : NULL;
    if (!prompt) {
        reply_code_naming(request, RPC_INVALID_PARAMS, "Unknown prompt: ", name ? name : "no name");
        return;
    }
    if (arguments && (!cJSON_IsObject(arguments) || !are_all_text(arguments))) {
        reply_code(request, RPC_INVALID_PARAMS, "arguments: must be an object of texts");
        return;
    }
    struct call *call = call_new(request, &get_kind);
    if (!call)
        return;
    call->item = prompt;
    call->arguments = arguments;
    call->stand_in.args = prompt->args;
    call->stand_in.args_size = prompt->args_size;
    call_submit(call);
}
