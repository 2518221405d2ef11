/* Tools that ask the person or the client in the middle of a call. The same code serves both eras. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "mcp/ask.h"
#include "tests/conformance/fixture.h"

static const char *const action_names[] = {
    [ASK_ACCEPTED] = "accept",
    [ASK_DECLINED] = "decline",
    [ASK_CANCELLED] = "cancel",
};

/* "PREFIX: action=ACTION, content=JSON" */
static int reply_with_answer(struct call *call, const char *prefix, const struct ask_answer *answer)
{
    OWNED_BUF content = BUF_INIT(65536);
    struct json_out out;
    json_out_init(&out, &content);
    if (answer->content)
        json_write(&out, answer->content);
    else
        json_raw(&out, "{}", 2);
    const char *text = arena_printf(call_arena(call), "%s: action=%s, content=%s", prefix,
                                    action_names[answer->action], buf_text(&content));
    return reply_text(call, text ? text : "out of memory");
}

static const char *text_of_answer(const struct ask_answer *answer)
{
    const char *text = json_get_text(json_get(answer->content, "content"), "text");
    return text ? text : "";
}

static const char *field_of(const struct ask_answer *answer, const char *name)
{
    const char *text = json_get_text(answer->content, name);
    return text ? text : "";
}

/* --- the questions --------------------------------------------------------------------------- */

#define FORM(properties, required) \
    "{\"type\":\"object\",\"properties\":{" properties "},\"required\":[" required "]}"
#define TEXT_FORM(name) FORM("\"" name "\":{\"type\":\"string\"}", "\"" name "\"")
#define USER_SAYS(text, tokens)                                                                  \
    "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":\"" text "\"}}]," \
    "\"maxTokens\":" tokens "}"

static const struct ask user_name = {
    .key = "user_name", .message = "What is your name?", .schema = TEXT_FORM("name")};
static const struct ask confirm = {.key = "confirm",
                                   .message = "Please confirm",
                                   .schema = FORM("\"ok\":{\"type\":\"boolean\"}", "\"ok\"")};
static const struct ask client_roots = {.key = "client_roots", .kind = ASK_ROOTS};

/* --- tools from the legacy era --------------------------------------------------------------- */

struct sampling_args {
    const char *prompt;
};

static const struct field sampling_args[] = {
    ARG_TEXT(struct sampling_args, prompt, .flags = FIELD_REQUIRED, .doc = "What to say."),
    ARG_END,
};

static int sampling(struct call *call)
{
    const struct sampling_args *args = call_args(call);
    OWNED_BUF params = BUF_INIT(65536);
    struct json_out out;
    json_out_init(&out, &params);
    json_object(&out);
    json_put_array(&out, "messages");
    json_object(&out);
    json_put_text(&out, "role", "user");
    json_put_object(&out, "content");
    json_put_text(&out, "type", "text");
    json_put_text(&out, "text", args->prompt);
    json_end_object(&out);
    json_end_object(&out);
    json_end_array(&out);
    json_put_int(&out, "maxTokens", 100);
    json_end_object(&out);
    const struct ask question = {.key = "llm", .kind = ASK_SAMPLING, .params = buf_text(&params)};
    const struct ask_answer *answer = ask_answer(call, &question);
    if (!answer)
        return call_ask(call);
    const char *text = arena_printf(call_arena(call), "LLM response: %s", text_of_answer(answer));
    return reply_text(call, text ? text : "out of memory");
}

struct elicitation_args {
    const char *message;
};

static const struct field elicitation_args[] = {
    ARG_TEXT(struct elicitation_args, message, .flags = FIELD_REQUIRED, .doc = "What to ask."),
    ARG_END,
};

static int elicitation(struct call *call)
{
    const struct elicitation_args *args = call_args(call);
    const struct ask question = {
        .key = "user",
        .message = args->message,
        .schema = FORM("\"username\":{\"type\":\"string\",\"description\":\"User's response\"},"
                       "\"email\":{\"type\":\"string\",\"description\":\"User's email address\"}",
                       "\"username\",\"email\""),
    };
    const struct ask_answer *answer = ask_answer(call, &question);
    return answer ? reply_with_answer(call, "User response", answer) : call_ask(call);
}

static int elicitation_defaults(struct call *call)
{
    static const struct ask question = {
        .key = "review",
        .message = "Please review",
        .schema =
            FORM("\"name\":{\"type\":\"string\",\"default\":\"John Doe\"},"
                 "\"age\":{\"type\":\"integer\",\"default\":30},"
                 "\"score\":{\"type\":\"number\",\"default\":95.5},"
                 "\"status\":{\"type\":\"string\",\"enum\":[\"active\",\"inactive\",\"pending\"],"
                 "\"default\":\"active\"},"
                 "\"verified\":{\"type\":\"boolean\",\"default\":true}",
                 ""),
    };
    const struct ask_answer *answer = ask_answer(call, &question);
    return answer ? reply_with_answer(call, "Elicitation completed", answer) : call_ask(call);
}

static int elicitation_enums(struct call *call)
{
    static const struct ask question = {
        .key = "choose",
        .message = "Please choose",
        .schema = FORM("\"untitledSingle\":{\"type\":\"string\",\"enum\":[\"option1\",\"option2\","
                       "\"option3\"]},"
                       "\"titledSingle\":{\"type\":\"string\",\"oneOf\":["
                       "{\"const\":\"value1\",\"title\":\"First Option\"},"
                       "{\"const\":\"value2\",\"title\":\"Second Option\"},"
                       "{\"const\":\"value3\",\"title\":\"Third Option\"}]},"
                       "\"legacyEnum\":{\"type\":\"string\",\"enum\":[\"opt1\",\"opt2\",\"opt3\"],"
                       "\"enumNames\":[\"Option One\",\"Option Two\",\"Option Three\"]},"
                       "\"untitledMulti\":{\"type\":\"array\",\"items\":{\"type\":\"string\","
                       "\"enum\":[\"option1\",\"option2\",\"option3\"]}},"
                       "\"titledMulti\":{\"type\":\"array\",\"items\":{\"anyOf\":["
                       "{\"const\":\"value1\",\"title\":\"First Choice\"},"
                       "{\"const\":\"value2\",\"title\":\"Second Choice\"},"
                       "{\"const\":\"value3\",\"title\":\"Third Choice\"}]}}",
                       ""),
    };
    const struct ask_answer *answer = ask_answer(call, &question);
    return answer ? reply_with_answer(call, "Elicitation completed", answer) : call_ask(call);
}

/* --- tools from the modern era --------------------------------------------------------------- */

static int decline_or(struct call *call, const struct ask_answer *answer, const char *text)
{
    if (answer->action == ASK_ACCEPTED)
        return reply_text(call, text ? text : "out of memory");
    return call_refuse(call, NULL, "Nothing was done: %s.",
                       answer->action == ASK_DECLINED ? "declined" : "cancelled");
}

static int required_elicitation(struct call *call)
{
    const struct ask_answer *answer = ask_answer(call, &user_name);
    if (!answer)
        return call_ask(call);
    return decline_or(call, answer,
                      arena_printf(call_arena(call), "Hello, %s!", field_of(answer, "name")));
}

static int required_sampling(struct call *call)
{
    static const struct ask question = {
        .key = "capital_question",
        .kind = ASK_SAMPLING,
        .params = USER_SAYS("What is the capital of France?", "100"),
    };
    const struct ask_answer *answer = ask_answer(call, &question);
    return answer ? reply_text(call, text_of_answer(answer)) : call_ask(call);
}

static int required_list_roots(struct call *call)
{
    const struct ask_answer *answer = ask_answer(call, &client_roots);
    OWNED_BUF uris = BUF_INIT(65536);
    const cJSON *root;
    if (!answer)
        return call_ask(call);
    cJSON_ArrayForEach (root, json_get(answer->content, "roots")) {
        const char *uri = json_get_text(root, "uri");
        (void)buf_append_text(&uris, uris.length > 0 ? ", " : "");
        (void)buf_append_text(&uris, uri ? uri : "?");
    }
    return reply_text(call, buf_text(&uris));
}

static int required_state(struct call *call)
{
    const struct ask_answer *answer = ask_answer(call, &confirm);
    const char *kept = call_kept(call, "shown");
    if (!answer || !kept) {
        if (call_keep(call, "shown", call_tool(call)->name) < 0)
            return call_refuse(call, NULL, "out of memory");
        return call_ask(call);
    }
    return decline_or(call, answer, strcmp(kept, call_tool(call)->name) == 0 ? "state-ok" : "?");
}

static int required_multiple_inputs(struct call *call)
{
    static const struct ask greeting = {
        .key = "greeting", .kind = ASK_SAMPLING, .params = USER_SAYS("Generate a greeting", "50")};
    const struct ask_answer *name = ask_answer(call, &user_name);
    const struct ask_answer *text = ask_answer(call, &greeting);
    const struct ask_answer *roots = ask_answer(call, &client_roots);
    if (!name || !text || !roots)
        return call_ask(call);
    return decline_or(
        call, name,
        arena_printf(call_arena(call), "%s %s", text_of_answer(text), field_of(name, "name")));
}

static int required_multi_round(struct call *call)
{
    static const struct ask step1 = {
        .key = "step1", .message = "Step 1: What is your name?", .schema = TEXT_FORM("name")};
    static const struct ask step2 = {.key = "step2",
                                     .message = "Step 2: What is your favorite color?",
                                     .schema = TEXT_FORM("color")};
    const struct ask_answer *name = ask_answer(call, &step1);
    if (!name)
        return call_ask(call);
    const struct ask_answer *color = ask_answer(call, &step2);
    if (!color)
        return call_ask(call);
    return decline_or(call, color,
                      arena_printf(call_arena(call), "%s likes %s", field_of(name, "name"),
                                   field_of(color, "color")));
}

static int required_capabilities(struct call *call)
{
    static const struct ask greeting = {.key = "greeting",
                                        .kind = ASK_SAMPLING,
                                        .params = USER_SAYS("Generate a short greeting", "50")};
    static const struct ask *const questions[] = {&user_name, &greeting, &client_roots};
    bool can_ask = false;
    bool must_ask = false;
    for (size_t i = 0; i < ARRAY_LENGTH(questions); i++) {
        if (!call_can_ask(call, questions[i]->kind))
            continue;
        can_ask = true;
        if (!ask_answer(call, questions[i]))
            must_ask = true;
    }
    if (must_ask)
        return call_ask(call);
    return reply_text(call, can_ask ? "done" : "no capability");
}

static int missing_capability(struct call *call)
{
    static const struct ask question = {
        .key = "llm", .kind = ASK_SAMPLING, .params = USER_SAYS("Say pong", "16")};
    return ask_answer(call, &question) ? reply_text(call, "done") : call_ask(call);
}

static int streaming_elicitation(struct call *call)
{
    return ask_answer(call, &user_name) ? reply_text(call, "done") : call_ask(call);
}

/* --------------------------------------------------------------------------------------------- */

// clang-format off
#define TOOL(tool_name, function, ...) \
    &(const struct tool){.name = (tool_name), .flags = TOOL_READ_ONLY, .start = (function), \
                         .description = __VA_ARGS__}
// clang-format on
#define REQUIRED "test_input_required_result_"

const struct tool *const fixture_ask_tools[] = {
    TOOL("test_sampling", sampling, "Asks the client for an LLM completion", .args = sampling_args,
         .args_size = sizeof(struct sampling_args)),
    TOOL("test_elicitation", elicitation, "Asks the user", .args = elicitation_args,
         .args_size = sizeof(struct elicitation_args)),
    TOOL("test_elicitation_sep1034_defaults", elicitation_defaults, "Elicitation with defaults"),
    TOOL("test_elicitation_sep1330_enums", elicitation_enums, "Elicitation with all enum forms"),
    TOOL(REQUIRED "elicitation", required_elicitation, "One elicitation"),
    TOOL(REQUIRED "sampling", required_sampling, "One sampling request"),
    TOOL(REQUIRED "list_roots", required_list_roots, "A list of roots"),
    TOOL(REQUIRED "request_state", required_state, "A question with a state"),
    TOOL(REQUIRED "tampered_state", required_state, "Rejects a changed state"),
    TOOL(REQUIRED "multiple_inputs", required_multiple_inputs, "Three kinds of input"),
    TOOL(REQUIRED "multi_round", required_multi_round, "Two rounds of questions"),
    TOOL(REQUIRED "capabilities", required_capabilities, "Asks what the client can answer"),
    TOOL("test_missing_capability", missing_capability, "Needs the sampling capability"),
    TOOL("test_streaming_elicitation", streaming_elicitation, "One elicitation on a stream"),
    NULL,
};
