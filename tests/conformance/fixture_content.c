/* Tools that answer with fixed content, structured content, or after a while. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "tests/conformance/fixture.h"

/* --- content blocks -------------------------------------------------------------------------- */

static int simple_text(struct call *call)
{
    return reply_text(call, "This is a simple text response for testing.");
}

static int image_content(struct call *call)
{
    call_add_image(call, FIXTURE_PNG, "image/png");
    return call_reply(call);
}

static int audio_content(struct call *call)
{
    call_add_audio(call, FIXTURE_WAV, "audio/wav");
    return call_reply(call);
}

static int embedded_resource(struct call *call)
{
    call_add_resource(call, "test://embedded-resource", "text/plain",
                      "This is an embedded resource content.");
    return call_reply(call);
}

static int multiple_content_types(struct call *call)
{
    call_add_text(call, "Multiple content types test:");
    call_add_image(call, FIXTURE_PNG, "image/png");
    call_add_resource(call, "test://mixed-content-resource", "application/json",
                      "{\"test\":\"data\",\"value\":123}");
    return call_reply(call);
}

static int resource_link(struct call *call)
{
    call_add_link(call, "test://static-text", "static-text", "text/plain", "A fixed text");
    return call_reply(call);
}

static int error_handling(struct call *call)
{
    const struct call_error error = {
        .code = "failed", .message = "This tool intentionally returns an error for testing"};
    return call_fail(call, &error);
}

/* --- verbatim schema ------------------------------------------------------------------------- */

static const char schema_2020_12[] =
    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\","
    "\"$defs\":{\"address\":{\"$anchor\":\"addressDef\",\"type\":\"object\",\"properties\":"
    "{\"street\":{\"type\":\"string\"},\"city\":{\"type\":\"string\"}}}},"
    "\"properties\":{\"name\":{\"type\":\"string\"},\"address\":{\"$ref\":\"#/$defs/address\"},"
    "\"contactMethod\":{\"type\":\"string\",\"enum\":[\"phone\",\"email\"]},"
    "\"phone\":{\"type\":\"string\"},\"email\":{\"type\":\"string\"}},"
    "\"allOf\":[{\"anyOf\":[{\"required\":[\"phone\"]},{\"required\":[\"email\"]}]}],"
    "\"if\":{\"properties\":{\"contactMethod\":{\"const\":\"phone\"}},"
    "\"required\":[\"contactMethod\"]},\"then\":{\"required\":[\"phone\"]},"
    "\"else\":{\"required\":[\"email\"]},\"additionalProperties\":false}";

static int echo_arguments(struct call *call)
{
    OWNED_BUF text = BUF_INIT(65536);
    struct json_out out;
    json_out_init(&out, &text);
    json_write(&out, call_json(call));
    return text.error ? text.error : reply_text(call, buf_text(&text));
}

/* --- structured content ---------------------------------------------------------------------- */

/* A number as its source text: a field type of this program's own. */
static void number_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    json_put_text(out, "type", "number");
}

static int number_bind(struct bind *bind, const struct field *field, const cJSON *value,
                       void *target)
{
    (void)field;
    if (!json_is_number(value) || strpbrk(json_number_text(value), "eE"))
        return bind_fail(bind, "must be a plain number, got %s", bind_show(bind, value));
    *(const char **)target = arena_strdup(bind->arena, json_number_text(value));
    return *(const char **)target ? 0 : -ENOMEM;
}

static const struct field_type field_plain_number = {
    .name = "number", .schema = number_schema, .bind = number_bind, .default_is_json = true};

struct structured_args {
    struct field_list amounts;
};

static const struct field structured_args[] = {
    ARG_LIST(struct structured_args, amounts, .item = &field_plain_number, .size = sizeof(char *),
             .def = "[1.25, 2.5]", .doc = "What to add up."),
    ARG_END,
};

static const struct field structured_result[] = {
    OUT_NUMBER("total", .flags = FIELD_REQUIRED),
    OUT_TEXT("currency", .flags = FIELD_REQUIRED),
    OUT_INT("count", .flags = FIELD_REQUIRED),
    OUT_END,
};

enum {
    SCALE_DIGITS = 6
};

/* In millionths; further decimals are cut. */
static int64_t millionths(const char *number)
{
    bool negative = *number == '-';
    int64_t sum = 0;
    int decimals = -1;
    for (const char *at = number + negative; *at && decimals < SCALE_DIGITS; at++) {
        if (*at == '.') {
            decimals = 0;
            continue;
        }
        sum = sum * 10 + (*at - '0');
        if (decimals >= 0)
            decimals++;
    }
    for (int i = decimals < 0 ? 0 : decimals; i < SCALE_DIGITS; i++)
        sum *= 10;
    return negative ? -sum : sum;
}

static int structured_output(struct call *call)
{
    const struct structured_args *args = call_args(call);
    const char *const *amounts = args->amounts.items;
    struct json_out *out = call_answer(call);
    int64_t total = 0;
    char text[40];
    for (size_t i = 0; i < args->amounts.count; i++)
        total += millionths(amounts[i]);
    (void)snprintf(text, sizeof(text), "%s%lld.%06lld", total < 0 ? "-" : "",
                   (long long)(total < 0 ? -total : total) / 1000000,
                   (long long)(total < 0 ? -total : total) % 1000000);
    size_t length = strlen(text);
    while (text[length - 1] == '0')
        text[--length] = '\0';
    if (text[length - 1] == '.')
        text[--length] = '\0';
    json_object(out);
    json_put_raw(out, "total", text);
    json_put_text(out, "currency", "EUR");
    json_put_int(out, "count", (int64_t)args->amounts.count);
    json_end_object(out);
    return call_reply(call);
}

static int structured_array(struct call *call)
{
    struct json_out *out = call_answer(call);
    json_array(out);
    json_text(out, "a");
    json_text(out, "b");
    json_end_array(out);
    return call_reply(call);
}

/* --- after a while --------------------------------------------------------------------------- */

struct slow_args {
    int64_t ms;
};

static const struct field slow_args[] = {
    ARG_INT(struct slow_args, ms, .min = 0, .max = 60000, .def = "5000",
            .doc = "How long to wait, in milliseconds."),
    ARG_END,
};

static void slow_done(struct call *call)
{
    (void)reply_text(call, "finished");
}

static int slow(struct call *call)
{
    const struct slow_args *args = call_args(call);
    return fixture_later(call, (uint64_t)args->ms, slow_done);
}

static void progress_100(struct call *call)
{
    call_progress(call, 100, 100, "step 100");
    (void)reply_text(call, "Tool with progress executed successfully");
}

static void progress_50(struct call *call)
{
    call_progress(call, 50, 100, "step 50");
    if (fixture_later(call, 50, progress_100) < 0)
        (void)call_refuse(call, NULL, "out of memory");
}

static int with_progress(struct call *call)
{
    call_progress(call, 0, 100, "step 0");
    return fixture_later(call, 50, progress_50);
}

static void log_completed(struct call *call)
{
    call_log(call, "info", "Tool execution completed");
    (void)reply_text(call, "Tool with logging executed successfully");
}

static void log_processing(struct call *call)
{
    call_log(call, "info", "Tool processing data");
    if (fixture_later(call, 50, log_completed) < 0)
        (void)call_refuse(call, NULL, "out of memory");
}

static int with_logging(struct call *call)
{
    call_log(call, "info", "Tool execution started");
    return fixture_later(call, 50, log_processing);
}

static int logging_tool(struct call *call)
{
    call_log(call, "debug", "test_logging_tool begins");
    call_log(call, "info", "test_logging_tool ran");
    return reply_text(call, "logged");
}

/* --------------------------------------------------------------------------------------------- */

// clang-format off
#define TOOL(tool_name, function, ...) \
    &(const struct tool){.name = (tool_name), .flags = TOOL_READ_ONLY, .start = (function), \
                         .description = __VA_ARGS__}
// clang-format on

const struct tool *const fixture_content_tools[] = {
    TOOL("test_simple_text", simple_text, "Returns one text block"),
    TOOL("test_image_content", image_content, "Returns one image block"),
    TOOL("test_audio_content", audio_content, "Returns one audio block"),
    TOOL("test_embedded_resource", embedded_resource, "Returns one embedded resource"),
    TOOL("test_multiple_content_types", multiple_content_types,
         "Returns text, image and resource blocks"),
    TOOL("test_resource_link", resource_link, "Returns one link to a resource"),
    TOOL("test_error_handling", error_handling, "Always fails"),
    TOOL("json_schema_2020_12_tool", echo_arguments, "Tool with JSON Schema 2020-12 features",
         .input_schema = schema_2020_12),
    TOOL("test_structured_output", structured_output, "Returns an object with an output schema",
         .title = "Structured output", .args = structured_args,
         .args_size = sizeof(struct structured_args), .result = structured_result),
    TOOL("test_structured_array", structured_array, "Returns an array with an output schema",
         .output_schema = "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"),
    TOOL("test_slow", slow, "Waits ms milliseconds; can be cancelled", .args = slow_args,
         .args_size = sizeof(struct slow_args)),
    TOOL("test_tool_with_progress", with_progress, "Reports progress 0, 50, 100"),
    TOOL("test_tool_with_logging", with_logging, "Sends three log messages"),
    TOOL("test_logging_tool", logging_tool, "Logs only when the request asks for it"),
    TOOL("test_app", simple_text, "Has an app to show its answer", .ui = "ui://fixture/app.html",
         .icons =
             "[{\"src\":\"data:image/png;base64," FIXTURE_PNG "\",\"mimeType\":\"image/png\"}]"),
    NULL,
};
