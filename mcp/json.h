/* Parsed JSON of requests: cJSON trees behind a gate. A tree from json_parse() has passed
 * mcp/json_gate (valid UTF-8, strict grammar, limits, no duplicate keys, no \u0000), and every
 * number in it is a node of type cJSON_Raw whose `valuestring` is the number's source text: nothing
 * ever goes through double, and printing a node gives the text back. Read members with json_get()
 * (exact case), never with the functions of cJSON that ignore case or truncate numbers. A tree is
 * one block of memory and is not changed: cJSON_Delete() its root, never detach or add a part of
 * it, cJSON_Duplicate() what must live on. (The whole tree may become part of another one.) */
#ifndef MCP_JSON_H
#define MCP_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/own.h"

/* NULL and *ret_why (static text) when the bytes are not acceptable JSON or memory ran out
 * (*ret_why is then NULL). Owner: the caller, cJSON_Delete(). */
MUST_CHECK cJSON *json_parse(const char *text, size_t length, const char **ret_why);

/* The kind of a value: cJSON_Object, cJSON_Raw …; 0 for NULL. */
static inline int json_kind(const cJSON *value)
{
    return value ? value->type & 0xff : 0;
}

/* The member of an object; NULL when `object` is NULL, no object, or has no such member. */
const cJSON *json_get(const cJSON *object, const char *key);

/* A member's text: json_text_of(json_get()). */
const char *json_get_text(const cJSON *object, const char *key);

static inline bool json_is_named(const cJSON *member, const char *name)
{
    return member->string[0] == name[0] && strcmp(member->string, name) == 0;
}

/* The text of a string, NULL for anything else. */
static inline const char *json_text_of(const cJSON *value)
{
    return json_kind(value) == cJSON_String ? value->valuestring : NULL;
}

static inline bool json_is_number(const cJSON *value)
{
    return json_kind(value) == cJSON_Raw;
}

/* The source text of a number. */
static inline const char *json_number_text(const cJSON *value)
{
    return value->valuestring;
}

/* A number that is whole by its value (10, 10.0, 1e1), in the range of int64_t: 0, otherwise -EINVAL or
 * -ERANGE; the output is untouched then. */
int json_int_value(const cJSON *value, int64_t *ret_number);

/* Writes a tree whose numbers are kept as text (a node of cJSON's own number type becomes null); NULL
 * is null as well. */
struct json_out;
void json_write(struct json_out *out, const cJSON *value);

void json_delete(cJSON **value);
#define OWNED_JSON CLEANUP(json_delete) cJSON *

#endif
