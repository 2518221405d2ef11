/* Wrapping of output schemas. A schema that does not parse is written as it is; the check of the
 * declarations reports it. */
#include "mcp/wrap.h"

#include <errno.h>
#include <string.h>

#include "mcp/json.h"

#define WRAP_POINTER "#/properties/result"

bool wrap_is_needed(const char *schema)
{
    const char *why;
    OWNED_JSON tree = json_parse(schema, strlen(schema), &why);
    const char *type = json_get_text(tree, "type");
    return tree && (!type || strcmp(type, "object") != 0);
}

static void write_shifted(struct json_out *out, const cJSON *value);

static void write_reference(struct json_out *out, const char *reference)
{
    OWNED_BUF shifted = BUF_INIT(4096);
    if (reference[0] != '#' || (reference[1] != '\0' && reference[1] != '/')) {
        json_text(out, reference);
        return;
    }
    (void)buf_printf(&shifted, WRAP_POINTER "%s", reference + 1);
    json_text(out, buf_text(&shifted));
    if (shifted.error)
        out->buf->error = shifted.error;
}

static void write_member(struct json_out *out, const cJSON *member)
{
    json_key(out, member->string);
    if (strcmp(member->string, "$ref") == 0 && cJSON_IsString(member))
        write_reference(out, member->valuestring);
    else
        write_shifted(out, member);
}

static void write_shifted(struct json_out *out, const cJSON *value)
{
    const cJSON *child;
    if (cJSON_IsObject(value)) {
        json_object(out);
        cJSON_ArrayForEach (child, value)
            write_member(out, child);
        json_end_object(out);
    } else if (cJSON_IsArray(value)) {
        json_array(out);
        cJSON_ArrayForEach (child, value)
            write_shifted(out, child);
        json_end_array(out);
    } else {
        json_write(out, value);
    }
}

void wrap_schema(const char *schema, struct json_out *out)
{
    const char *why = NULL;
    OWNED_JSON tree = json_parse(schema, strlen(schema), &why);
    json_object(out);
    json_put_text(out, "type", "object");
    json_put_object(out, "properties");
    json_key(out, "result");
    if (tree)
        write_shifted(out, tree);
    else if (why)
        json_raw(out, schema, strlen(schema));
    else
        out->buf->error = -ENOMEM;
    json_end_object(out);
    json_put_array(out, "required");
    json_text(out, "result");
    json_end_array(out);
    json_end_object(out);
}
