/* Names of members compared by what they mean: "a" and "\u0061" are one name. Names without escapes,
 * that is nearly all, are compared as bytes. */
#include "mcp/json_key.h"

#include <string.h>

#include "base/utf8.h"
#include "mcp/json_scan.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int32_t json_hex_unit(const char *text, const char *end)
{
    int32_t unit = 0;
    if (end - text < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(text[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

bool json_is_high(int32_t unit)
{
    return unit >= 0xd800 && unit <= 0xdbff;
}

bool json_is_low(int32_t unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* Takes one decoded UTF-16 unit or raw byte (as ~byte, so that the two never mix up) off a key. */
static int32_t key_unit(const char **at, const char *end)
{
    static const char escapes[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    char c = *(*at)++;
    if (c != '\\')
        return (unsigned char)c < 0x80 ? c : ~(int32_t)(unsigned char)c;
    char what = *(*at)++;
    if (what != 'u')
        return meanings[strchr(escapes, what) - escapes];
    int32_t unit = json_hex_unit(*at, end);
    *at += 4;
    return unit;
}

/* One code point of a key whose escapes have been checked. */
static uint32_t key_point(const char **at, const char *end)
{
    const char *begin = *at;
    int32_t unit = key_unit(at, end);
    if (json_is_high(unit) && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u' &&
        json_is_low(json_hex_unit(*at + 2, end))) {
        *at += 2;
        int32_t low = json_hex_unit(*at, end);
        *at += 4;
        return (uint32_t)(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
    }
    if (unit >= 0)
        return (uint32_t)unit;
    uint32_t point = 0;
    *at = begin + utf8_decode(begin, (size_t)(end - begin), &point);
    return point;
}

static uint64_t mix(uint64_t hash, uint64_t more)
{
    hash = (hash ^ more) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

/* Eight bytes at a time; the last ones are filled up with zeros. */
static uint64_t hash_plain(uint64_t hash, const char *text, size_t length)
{
    for (; length >= sizeof(uint64_t); text += sizeof(uint64_t), length -= sizeof(uint64_t))
        hash = mix(hash, json_load(text));
    return length > 0 ? mix(hash, json_load_few(text, length)) : hash;
}

/* Half a surrogate pair hashes as nothing: text with one is refused anyway. */
uint64_t json_key_hash(const struct json_span *span)
{
    const char *at = span->text;
    const char *end = at + span->length;
    char bytes[16];
    size_t count = 0;
    uint64_t hash = 0;
    if (!span->has_escapes)
        return hash_plain(0, span->text, span->length);
    while (at < end) {
        count += utf8_encode(key_point(&at, end), bytes + count);
        if (count < 8)
            continue;
        hash = mix(hash, json_load(bytes));
        count -= 8;
        memcpy(bytes, bytes + 8, 8);
    }
    return hash_plain(hash, bytes, count);
}

bool json_keys_equal(const struct json_span *a, const struct json_span *b)
{
    const char *at_a = a->text;
    const char *at_b = b->text;
    const char *end_a = at_a + a->length;
    const char *end_b = at_b + b->length;
    if (!a->has_escapes && !b->has_escapes)
        return a->length == b->length && memcmp(at_a, at_b, a->length) == 0;
    while (at_a < end_a && at_b < end_b) {
        if (key_point(&at_a, end_a) != key_point(&at_b, end_b))
            return false;
    }
    return at_a == end_a && at_b == end_b;
}
