/* Resources, prompts with completion, and the tools that announce changes. */
#include <stdio.h>
#include <string.h>

#include "mcp/ask.h"
#include "mcp/complete.h"
#include "mcp/subscribe.h"
#include "tests/conformance/fixture.h"

/* --- resources ------------------------------------------------------------------------------- */

static int read_static_text(struct call *call)
{
    resource_text(call, NULL, NULL, "This is the content of the static text resource.");
    return call_reply(call);
}

static int read_static_binary(struct call *call)
{
    resource_blob(call, NULL, NULL, FIXTURE_PNG);
    return call_reply(call);
}

static int read_watched(struct call *call)
{
    resource_text(call, NULL, NULL, "Watched resource content");
    return call_reply(call);
}

static int read_app(struct call *call)
{
    resource_text(call, NULL, NULL, "<!doctype html><title>Fixture</title>");
    return call_reply(call);
}

static int read_template(struct call *call)
{
    struct json_out *out = call_answer(call);
    const char *id = resource_variable(call, "id");
    const char *data = arena_printf(call_arena(call), "Data for ID: %s", id ? id : "");
    if (id && strcmp(id, "gone") == 0) {
        const struct call_error error = {.code = "not_found", .message = "There is no such thing."};
        return call_fail(call, &error);
    }
    json_object(out);
    json_put_text(out, "id", id);
    json_put_bool(out, "templateTest", true);
    json_put_text(out, "data", data);
    json_end_object(out);
    return call_reply(call);
}

static int complete_id(struct call *call)
{
    char value[16];
    for (int i = 0; i < 150; i++) {
        (void)snprintf(value, sizeof(value), "%03d", i);
        if (strncmp(value, complete_value(call), strlen(complete_value(call))) == 0)
            complete_add(call, value);
    }
    return call_reply(call);
}

// clang-format off
#define RESOURCE(resource_name, resource_uri, type, ...)                                        \
    &(const struct resource){.uri = (resource_uri), .name = (resource_name),                    \
                             .mime_type = (type), .description = "Fixture resource " resource_name, \
                             .read = __VA_ARGS__}
// clang-format on

const struct resource *const fixture_resources[] = {
    RESOURCE("static-text", "test://static-text", "text/plain", read_static_text, .is_public = true,
             .ttl_ms = 60000),
    RESOURCE("static-binary", "test://static-binary", "image/png", read_static_binary,
             .is_public = true),
    RESOURCE("watched-resource", "test://watched-resource", "text/plain", read_watched),
    RESOURCE("template", "test://template/{id}/data", "application/json", read_template,
             .complete = complete_id),
    RESOURCE("app", "ui://fixture/app.html", RESOURCE_APP_MIME_TYPE, read_app,
             .meta = "{\"ui\":{\"prefersBorder\":true}}"),
    NULL,
};

/* --- prompts --------------------------------------------------------------------------------- */

static int get_simple(struct call *call)
{
    return reply_text(call, "This is a simple prompt for testing.");
}

struct two_args {
    const char *arg1;
    const char *arg2;
};

static const struct field two_args[] = {
    ARG_TEXT(struct two_args, arg1, .flags = FIELD_REQUIRED, .doc = "First test argument"),
    ARG_TEXT(struct two_args, arg2, .flags = FIELD_REQUIRED, .doc = "Second test argument"),
    ARG_END,
};

static int get_with_arguments(struct call *call)
{
    const struct two_args *args = call_args(call);
    const char *text = arena_printf(call_arena(call), "Prompt with arguments: arg1='%s', arg2='%s'",
                                    args->arg1, args->arg2);
    return reply_text(call, text ? text : "out of memory");
}

/* "paris" is left out once arg2 is "texas". */
static int complete_argument_of_prompt(struct call *call)
{
    static const char *const values[] = {"paris", "park", "party", "testValue1"};
    const char *typed = complete_value(call);
    const char *known = complete_known(call, "arg2");
    bool is_texas = known && strcmp(known, "texas") == 0;
    for (size_t i = is_texas ? 1 : 0; i < ARRAY_LENGTH(values); i++) {
        if (strncmp(values[i], typed, strlen(typed)) == 0)
            complete_add(call, values[i]);
    }
    return call_reply(call);
}

struct embedded_args {
    const char *resourceUri; // NOLINT(readability-identifier-naming): the suite's name
};

static const struct field embedded_args[] = {
    ARG_TEXT(struct embedded_args, resourceUri, .flags = FIELD_REQUIRED, .doc = "What to embed."),
    ARG_END,
};

static int get_embedded(struct call *call)
{
    const struct embedded_args *args = call_args(call);
    call_add_resource(call, args->resourceUri, "text/plain",
                      "Embedded resource content for testing.");
    return reply_text(call, "Please process the embedded resource above.");
}

static int get_image(struct call *call)
{
    call_add_image(call, FIXTURE_PNG, "image/png");
    return reply_text(call, "Please analyze the image above.");
}

static int get_required(struct call *call)
{
    static const struct ask question = {
        .key = "user_context",
        .message = "What context should the prompt use?",
        .schema = "{\"type\":\"object\",\"properties\":{\"context\":{\"type\":\"string\"}},"
                  "\"required\":[\"context\"]}",
    };
    const struct ask_answer *answer = ask_answer(call, &question);
    if (!answer)
        return call_ask(call);
    const char *context = json_get_text(answer->content, "context");
    const char *text = arena_printf(call_arena(call), "Context: %s", context ? context : "none");
    return reply_text(call, text ? text : "out of memory");
}

const struct prompt *const fixture_prompts[] = {
    &(const struct prompt){
        .name = "test_simple_prompt", .description = "A simple prompt", .get = get_simple},
    &(const struct prompt){.name = "test_prompt_with_arguments",
                           .title = "Prompt with arguments",
                           .description = "A prompt with arguments",
                           .args = two_args,
                           .args_size = sizeof(struct two_args),
                           .get = get_with_arguments,
                           .complete = complete_argument_of_prompt},
    &(const struct prompt){.name = "test_prompt_with_embedded_resource",
                           .description = "A prompt with a resource",
                           .args = embedded_args,
                           .args_size = sizeof(struct embedded_args),
                           .get = get_embedded},
    &(const struct prompt){.name = "test_prompt_with_image",
                           .description = "A prompt with an image",
                           .get = get_image},
    &(const struct prompt){.name = "test_input_required_result_prompt",
                           .description = "A prompt that needs input",
                           .get = get_required},
    NULL,
};

/* --- news ------------------------------------------------------------------------------------ */

static int announce_tools(struct call *call)
{
    struct fixture *fixture = call_user(call);
    mcp_server_list_changed(fixture->server, MCP_LIST_TOOLS);
    return reply_text(call, "ok");
}

static int announce_prompts(struct call *call)
{
    struct fixture *fixture = call_user(call);
    mcp_server_list_changed(fixture->server, MCP_LIST_PROMPTS);
    return reply_text(call, "ok");
}

static int announce_resource(struct call *call)
{
    struct fixture *fixture = call_user(call);
    mcp_server_resource_updated(fixture->server, "test://watched-resource");
    return reply_text(call, "ok");
}

const struct tool *const fixture_news_tools[] = {
    &(const struct tool){.name = "test_trigger_tool_change",
                         .description = "Announces a change of the tool list",
                         .start = announce_tools},
    &(const struct tool){.name = "test_trigger_prompt_change",
                         .description = "Announces a change of the prompt list",
                         .start = announce_prompts},
    &(const struct tool){.name = "test_trigger_resource_update",
                         .description = "Announces an update of test://watched-resource",
                         .start = announce_resource},
    NULL,
};
