/* Resources that a tool answers, and what a completion knows of its argument. */
#include "tests/support/mcp_rig.h"

#include "mcp/call.h"
#include "mcp/complete.h"
#include "mcp/prompt.h"
#include "mcp/resource.h"

struct square_args {
    int64_t number;
};

static const struct field square_args[] = {
    ARG_INT(struct square_args, number, .min = 0, .max = 9, .def = "3", .doc = "What."),
    ARG_END,
};
static const struct field square_result[] = {OUT_INT("square", .flags = FIELD_REQUIRED), OUT_END};

static int square(struct call *call)
{
    const struct square_args *args = call_args(call);
    if (args->number == 8)
        return call_fail(call, &(struct call_error){.code = "broken", .message = "Eight is out."});
    json_object(call_answer(call));
    json_put_int(call_answer(call), "square", args->number * args->number);
    json_end_object(call_answer(call));
    return call_reply(call);
}

static const struct tool tool_square = {
    .name = "square",
    .description = "Squares.",
    .flags = TOOL_READ_ONLY,
    .args = square_args,
    .args_size = sizeof(struct square_args),
    .result = square_result,
    .start = square,
};

static int number_of_uri(struct call *call, struct json_out *out)
{
    const char *number = resource_variable(call, "number");
    if (!number || strspn(number, "0123456789") != strlen(number))
        return number ? -EINVAL : -ENOMEM;
    json_object(out);
    json_put_raw(out, "number", number);
    json_end_object(out);
    return 0;
}

static const struct resource by_default = {.uri = "test://square",
                                           .name = "square",
                                           .mime_type = "application/json",
                                           .tool = &tool_square};
static const struct resource by_number = {.uri = "test://squares/{number}",
                                          .name = "squares",
                                          .tool = &tool_square,
                                          .arguments = number_of_uri};
static const struct resource *const resources[] = {&by_default, &by_number, NULL};

static int nothing_to_get(struct call *call)
{
    call_add_text(call, "text");
    return call_reply(call);
}

/* Offers the name of the type that its argument has. */
static int complete_type(struct call *call)
{
    complete_add(call, complete_field(call)->type->name);
    return call_reply(call);
}

static const struct prompt prompt_square = {
    .name = "square",
    .description = "Squares.",
    .args = square_args,
    .args_size = sizeof(struct square_args),
    .get = nothing_to_get,
    .complete = complete_type,
};
static const struct prompt *const prompts[] = {&prompt_square, NULL};

static void open_rig(struct rig *rig)
{
    rig_open(rig, (struct mcp_server_options){.resources = resources, .prompts = prompts});
    rig_shake(rig, "2025-06-18", "{}");
}

static cJSON *read_uri(struct rig *rig, const char *uri)
{
    rig_say(
        rig,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/read\",\"params\":{\"uri\":\"%s\"}}",
        uri);
    return rig_next(rig);
}

static void assert_read(struct rig *rig, const char *uri, const char *text)
{
    OWNED_JSON answer = read_uri(rig, uri);
    const cJSON *contents = json_get(json_get(answer, "result"), "contents");
    assert_non_null(contents);
    assert_string_equal(json_get_text(contents->child, "uri"), uri);
    assert_string_equal(json_get_text(contents->child, "text"), text);
}

static void assert_refused(struct rig *rig, const char *uri, int64_t code)
{
    OWNED_JSON answer = read_uri(rig, uri);
    int64_t seen = 0;
    assert_int_equal(json_int_value(json_get(json_get(answer, "error"), "code"), &seen), 0);
    assert_int_equal(seen, code);
}

static void test_resource_of_a_tool_is_its_answer(void **state)
{
    struct rig rig = {0};
    (void)state;
    open_rig(&rig);
    assert_read(&rig, "test://square", "{\"square\":9}");
    assert_read(&rig, "test://squares/7", "{\"square\":49}");
    rig_close(&rig);
}

static void test_resource_of_a_tool_is_not_found_when_it_refuses(void **state)
{
    struct rig rig = {0};
    (void)state;
    open_rig(&rig);
    assert_refused(&rig, "test://squares/x", -32002);
    assert_refused(&rig, "test://squares/10", -32002);
    assert_refused(&rig, "test://squares/8", -32603);
    assert_read(&rig, "test://squares/9", "{\"square\":81}");
    rig_close(&rig);
}

static void test_completion_knows_the_declaration_of_its_argument(void **state)
{
    struct rig rig = {0};
    (void)state;
    open_rig(&rig);
    rig_say(&rig, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"completion/complete\",\"params\":{"
                  "\"ref\":{\"type\":\"ref/prompt\",\"name\":\"square\"},"
                  "\"argument\":{\"name\":\"number\",\"value\":\"\"}}}");
    OWNED_JSON answer = rig_next(&rig);
    const cJSON *values = json_get(json_get(json_get(answer, "result"), "completion"), "values");
    assert_non_null(values);
    assert_string_equal(values->child->valuestring, "integer");
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resource_of_a_tool_is_its_answer),
        cmocka_unit_test(test_resource_of_a_tool_is_not_found_when_it_refuses),
        cmocka_unit_test(test_completion_knows_the_declaration_of_its_argument),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
