/* Forms: flat JSON Schemas of text, numbers, booleans and choices. Made from fields or written by
 * the program, shown as each revision knows them, and used to check what came back. */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "mcp/ask_impl.h"
#include "mcp/json_number.h"

const char *ask_form_text(struct call *call, const struct ask *question)
{
    OWNED_BUF text = BUF_INIT(MCP_STATE_MAX);
    struct json_out out;
    if (question->schema)
        return question->schema;
    json_out_init(&out, &text);
    field_write_schema(question->fields, FIELD_SCHEMA_RESULT, &out);
    return text.error ? NULL : arena_strdup(&call->arena, buf_text(&text));
}

/* --- showing --------------------------------------------------------------------------------- */

/* "oneOf":[{"const":…,"title":…}] as revision 2025-06-18 knows it. */
static void write_titled_choice(struct json_out *out, const cJSON *one_of)
{
    const cJSON *choice;
    json_put_array(out, "enum");
    cJSON_ArrayForEach (choice, one_of)
        json_write(out, json_get(choice, "const"));
    json_end_array(out);
    json_put_array(out, "enumNames");
    cJSON_ArrayForEach (choice, one_of)
        json_write(out, json_get(choice, "title"));
    json_end_array(out);
}

static bool write_old_property(struct json_out *out, const cJSON *property)
{
    const char *type = json_get_text(property, "type");
    const cJSON *member;
    if (!type || strcmp(type, "array") == 0)
        return false;
    json_put_object(out, property->string);
    cJSON_ArrayForEach (member, property) {
        if (strcmp(member->string, "oneOf") == 0) {
            write_titled_choice(out, member);
        } else if (strcmp(member->string, "default") != 0 || cJSON_IsBool(member)) {
            json_key(out, member->string);
            json_write(out, member);
        }
    }
    json_end_object(out);
    return true;
}

static bool write_old_form(struct json_out *out, const cJSON *form)
{
    const cJSON *property;
    bool fits = true;
    json_object(out);
    json_put_text(out, "type", "object");
    json_put_object(out, "properties");
    cJSON_ArrayForEach (property, json_get(form, "properties"))
        fits = write_old_property(out, property) && fits;
    json_end_object(out);
    if (json_get(form, "required")) {
        json_key(out, "required");
        json_write(out, json_get(form, "required"));
    }
    json_end_object(out);
    return fits;
}

bool ask_form_write(const char *form, enum revision revision, struct json_out *out)
{
    const char *why = NULL;
    if (revision_has(revision, FEATURE_ELICITATION_MODE)) {
        json_raw(out, form, strlen(form));
        return true;
    }
    OWNED_JSON tree = json_parse(form, strlen(form), &why);
    return tree && write_old_form(out, tree);
}

/* --- checking -------------------------------------------------------------------------------- */

static bool is_among(const cJSON *texts, const char *member, const char *text)
{
    const cJSON *choice;
    cJSON_ArrayForEach (choice, texts) {
        const cJSON *value = member ? json_get(choice, member) : choice;
        if (cJSON_IsString(value) && strcmp(value->valuestring, text) == 0)
            return true;
    }
    return false;
}

static bool is_chosen(const cJSON *schema, const char *text)
{
    const cJSON *plain = json_get(schema, "enum");
    const cJSON *one_of = json_get(schema, "oneOf");
    const cJSON *any_of = json_get(schema, "anyOf");
    return (!plain || is_among(plain, NULL, text)) &&
           (!one_of || is_among(one_of, "const", text)) &&
           (!any_of || is_among(any_of, "const", text));
}

/* Whether `number` (text) lies within two bounds of the schema, each of which may be absent. */
static bool is_within(const cJSON *schema, const char *least, const char *most, const char *number)
{
    const cJSON *low = json_get(schema, least);
    const cJSON *high = json_get(schema, most);
    return (!low || !json_is_number(low) ||
            json_number_compare(number, json_number_text(low)) >= 0) &&
           (!high || !json_is_number(high) ||
            json_number_compare(number, json_number_text(high)) <= 0);
}

static bool count_is_within(const cJSON *schema, const char *least, const char *most, size_t count)
{
    char number[24];
    (void)snprintf(number, sizeof(number), "%zu", count);
    return is_within(schema, least, most, number);
}

static bool looks_like(const char *pattern, const char *text)
{
    for (; *pattern; pattern++, text++) {
        if (*pattern == '0' ? *text < '0' || *text > '9' : *pattern != *text)
            return false;
    }
    return true;
}

static bool has_format(const char *format, const char *text)
{
    if (strcmp(format, "date") == 0)
        return strlen(text) == 10 && looks_like("0000-00-00", text);
    if (strcmp(format, "date-time") == 0)
        return strlen(text) > 19 && looks_like("0000-00-00T00:00:00", text);
    if (strcmp(format, "email") == 0) {
        const char *at = strchr(text, '@');
        return at && at > text && at[1] != '\0' && !strchr(at + 1, '@');
    }
    if (strcmp(format, "uri") == 0) {
        const char *colon = strchr(text, ':');
        return colon && colon > text && colon[1] != '\0';
    }
    return true;
}

static bool text_fits(const cJSON *schema, const cJSON *value)
{
    const char *format = json_get_text(schema, "format");
    if (!cJSON_IsString(value))
        return false;
    const char *text = value->valuestring;
    return count_is_within(schema, "minLength", "maxLength", utf8_count(text, strlen(text))) &&
           is_chosen(schema, text) && (!format || has_format(format, text));
}

static bool number_fits(const cJSON *schema, const cJSON *value, bool whole)
{
    return json_is_number(value) && (!whole || json_number_is_whole(json_number_text(value))) &&
           is_within(schema, "minimum", "maximum", json_number_text(value));
}

static bool list_fits(const cJSON *schema, const cJSON *value)
{
    const cJSON *items = json_get(schema, "items");
    const cJSON *item;
    if (!cJSON_IsArray(value) ||
        !count_is_within(schema, "minItems", "maxItems", (size_t)cJSON_GetArraySize(value)))
        return false;
    cJSON_ArrayForEach (item, value) {
        if (!cJSON_IsString(item) || !is_chosen(items, item->valuestring))
            return false;
    }
    return true;
}

static bool value_fits(const cJSON *schema, const cJSON *value)
{
    const char *type = json_get_text(schema, "type");
    if (!type || strcmp(type, "string") == 0)
        return text_fits(schema, value);
    if (strcmp(type, "boolean") == 0)
        return cJSON_IsBool(value);
    if (strcmp(type, "array") == 0)
        return list_fits(schema, value);
    return number_fits(schema, value, strcmp(type, "integer") == 0);
}

bool ask_form_fits(const cJSON *form, const cJSON *content)
{
    const cJSON *name;
    const cJSON *value;
    if (content && !cJSON_IsObject(content))
        return false;
    cJSON_ArrayForEach (name, json_get(form, "required")) {
        if (!cJSON_IsString(name) || !json_get(content, name->valuestring))
            return false;
    }
    cJSON_ArrayForEach (value, content) {
        const cJSON *schema = json_get(json_get(form, "properties"), value->string);
        if (schema && !value_fits(schema, value))
            return false;
    }
    return true;
}
