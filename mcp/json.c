/* Trees of requests: gate, then cJSON, then each number gets its source text back. Also reading of
 * members and writing of trees, because cJSON's own printer knows nothing of our escaping. */
#include "mcp/json.h"

#include <errno.h>
#include <string.h>

#include "mcp/json_gate.h"
#include "mcp/json_out.h"

/* Steps over one text; `at` is behind its opening quote. */
static const char *skip_text(const char *at)
{
    while (*at != '"')
        at += *at == '\\' ? 2 : 1;
    return at + 1;
}

static bool is_in_number(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* The next number at or behind *at in text that the gate has passed; there is one. */
static const char *next_number(const char **at, const char *end, size_t *ret_length)
{
    const char *begin = *at;
    while (*begin != '-' && (*begin < '0' || *begin > '9'))
        begin = *begin == '"' ? skip_text(begin + 1) : begin + 1;
    const char *behind = begin;
    while (behind < end && is_in_number(*behind))
        behind++;
    *ret_length = (size_t)(behind - begin);
    *at = behind;
    return begin;
}

static int keep_text_of_number(cJSON *node, const char **at, const char *end)
{
    size_t length;
    const char *text = next_number(at, end, &length);
    char *copy = cJSON_malloc(length + 1);
    if (!copy)
        return -ENOMEM;
    memcpy(copy, text, length);
    copy[length] = '\0';
    node->valuestring = copy;
    node->type = (node->type & ~0xff) | cJSON_Raw;
    return 0;
}

/* The numbers of a tree stand in the text in the order in which the tree is walked. */
static int keep_numbers(cJSON *node, const char **at, const char *end)
{
    for (; node; node = node->next) {
        int r = 0;
        if (cJSON_IsNumber(node))
            r = keep_text_of_number(node, at, end);
        else if (node->child)
            r = keep_numbers(node->child, at, end);
        if (r < 0)
            return r;
    }
    return 0;
}

cJSON *json_parse_line(const char *text, size_t length, struct json_gate *ret_gate)
{
    json_gate_check(text, length, ret_gate);
    if (ret_gate->verdict != JSON_GOOD)
        return NULL;
    OWNED_JSON tree = cJSON_ParseWithLength(text, length);
    const char *at = text;
    if (!tree || keep_numbers(tree, &at, text + length) < 0) {
        ret_gate->verdict = JSON_NO_MEMORY;
        return NULL;
    }
    return TAKE(tree);
}

cJSON *json_parse(const char *text, size_t length, const char **ret_why)
{
    struct json_gate gate;
    cJSON *tree = json_parse_line(text, length, &gate);
    if (!tree)
        *ret_why = gate.why;
    return tree;
}

const cJSON *json_get(const cJSON *object, const char *key)
{
    if (!cJSON_IsObject(object))
        return NULL;
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

const char *json_get_text(const cJSON *object, const char *key)
{
    const cJSON *member = json_get(object, key);
    return cJSON_IsString(member) ? member->valuestring : NULL;
}

static int int_from_digits(const char *digits, bool negative, int64_t *ret_number)
{
    uint64_t most = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t sum = 0;
    if (*digits == '\0')
        return -EINVAL;
    for (; *digits; digits++) {
        if (*digits < '0' || *digits > '9')
            return -EINVAL;
        uint64_t digit = (uint64_t)(*digits - '0');
        if (sum > (most - digit) / 10)
            return -ERANGE;
        sum = sum * 10 + digit;
    }
    *ret_number = negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return 0;
}

int json_int_value(const cJSON *value, int64_t *ret_number)
{
    if (!json_is_number(value))
        return -EINVAL;
    const char *text = json_number_text(value);
    if (strpbrk(text, ".eE"))
        return -EINVAL;
    bool negative = *text == '-';
    return int_from_digits(text + negative, negative, ret_number);
}

void json_delete(cJSON **value)
{
    cJSON_Delete(*value);
    *value = NULL;
}

static void write_children(struct json_out *out, const cJSON *parent)
{
    for (const cJSON *child = parent->child; child; child = child->next) {
        if (cJSON_IsObject(parent))
            json_key(out, child->string);
        json_write(out, child);
    }
}

void json_write(struct json_out *out, const cJSON *value)
{
    if (cJSON_IsObject(value)) {
        json_object(out);
        write_children(out, value);
        json_end_object(out);
    } else if (cJSON_IsArray(value)) {
        json_array(out);
        write_children(out, value);
        json_end_array(out);
    } else if (cJSON_IsString(value)) {
        json_text(out, value->valuestring);
    } else if (cJSON_IsBool(value)) {
        json_bool(out, cJSON_IsTrue(value));
    } else if (value && json_is_number(value)) {
        json_raw(out, value->valuestring, strlen(value->valuestring));
    } else {
        json_null(out);
    }
}
