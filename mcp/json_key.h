/* Names of members as they stand in the text. */
#ifndef MCP_JSON_KEY_H
#define MCP_JSON_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands between two quotes, escapes as written and checked; borrowed. */
struct json_span {
    const char *text;
    size_t length;
    bool has_escapes;
};

/* Equal for names that are equal. */
uint64_t json_key_hash(const struct json_span *span);

bool json_keys_equal(const struct json_span *a, const struct json_span *b);

/* The UTF-16 unit of the four hexadecimal digits at `text`, -1 when they are none. */
int32_t json_hex_unit(const char *text, const char *end);

/* Whether a unit is the first, or the second half of a surrogate pair. */
bool json_is_high(int32_t unit);
bool json_is_low(int32_t unit);

#endif
