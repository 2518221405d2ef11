/* Text to trees and back: the gate first, then the tree. Also reading of members, and writing of
 * trees, because cJSON's own printer knows nothing of our escaping. */
#include "mcp/json.h"

#include <errno.h>
#include <string.h>

#include "mcp/json_gate.h"
#include "mcp/json_number.h"
#include "mcp/json_out.h"
#include "mcp/json_tree.h"

cJSON *json_parse_line(const char *text, size_t length, struct json_memo *memo,
                       struct json_gate *ret_gate)
{
    json_gate_check(text, length, memo, ret_gate);
    if (ret_gate->verdict != JSON_GOOD)
        return NULL;
    cJSON *tree = json_tree_build(text, length, ret_gate, memo);
    if (!tree)
        ret_gate->verdict = JSON_NO_MEMORY;
    return tree;
}

cJSON *json_parse(const char *text, size_t length, const char **ret_why)
{
    struct json_gate gate;
    cJSON *tree = json_parse_line(text, length, NULL, &gate);
    if (!tree)
        *ret_why = gate.why;
    return tree;
}

const cJSON *json_get(const cJSON *object, const char *key)
{
    if (json_kind(object) != cJSON_Object)
        return NULL;
    for (const cJSON *member = object->child; member; member = member->next) {
        if (json_is_named(member, key))
            return member;
    }
    return NULL;
}

const char *json_get_text(const cJSON *object, const char *key)
{
    return json_text_of(json_get(object, key));
}

int json_int_value(const cJSON *value, int64_t *ret_number)
{
    return json_is_number(value) ? json_number_to_int(json_number_text(value), ret_number)
                                 : -EINVAL;
}

void json_delete(cJSON **value)
{
    cJSON_Delete(*value);
    *value = NULL;
}

static void write_children(struct json_out *out, const cJSON *parent)
{
    bool has_names = json_kind(parent) == cJSON_Object;
    for (const cJSON *child = parent->child; child; child = child->next) {
        if (has_names)
            json_key(out, child->string);
        json_write(out, child);
    }
}

void json_write(struct json_out *out, const cJSON *value)
{
    switch (json_kind(value)) {
    case cJSON_Object:
        json_object(out);
        write_children(out, value);
        json_end_object(out);
        break;
    case cJSON_Array:
        json_array(out);
        write_children(out, value);
        json_end_array(out);
        break;
    case cJSON_String:
        json_text(out, value->valuestring);
        break;
    case cJSON_True:
    case cJSON_False:
        json_bool(out, json_kind(value) == cJSON_True);
        break;
    case cJSON_Raw:
        json_raw(out, value->valuestring, strlen(value->valuestring));
        break;
    default:
        json_null(out);
    }
}
