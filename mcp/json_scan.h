/* Reading of text eight bytes at a time: what the gate and the tree builder share. */
#ifndef MCP_JSON_SCAN_H
#define MCP_JSON_SCAN_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
    JSON_MANY = 16
};

/* Eight bytes, the first one lowest. */
static inline uint64_t json_load(const char *bytes)
{
    uint64_t eight;
    memcpy(&eight, bytes, sizeof(eight));
    return le64toh(eight);
}

static inline void json_store(char *bytes, uint64_t eight)
{
    eight = htole64(eight);
    memcpy(bytes, &eight, sizeof(eight));
}

/* One to seven bytes, the first one lowest; some are read twice, which changes nothing. */
static inline uint64_t json_load_few(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t last = length - 1;
    if (length < sizeof(uint32_t))
        return bytes[0] | (uint64_t)bytes[length / 2] << 8 * (length / 2) |
               (uint64_t)bytes[last] << 8 * last;
    uint32_t first;
    uint32_t rest;
    memcpy(&first, text, sizeof(first));
    memcpy(&rest, text + length - sizeof(rest), sizeof(rest));
    return le32toh(first) | (uint64_t)le32toh(rest) << 8 * (length - sizeof(rest));
}

static const uint64_t json_ones = UINT64_C(0x0101010101010101);

/* The high bits of bytes that are a quote, a backslash or a control character. A borrow may mark a
 * byte too many, but only above a right one. */
static inline uint64_t json_specials(uint64_t eight)
{
    uint64_t quotes = eight ^ json_ones * '"';
    uint64_t backslashes = eight ^ json_ones * '\\';
    uint64_t found = ((quotes - json_ones) & ~quotes) | ((backslashes - json_ones) & ~backslashes) |
                     ((eight - json_ones * 0x20) & ~eight);
    return found & json_ones * 0x80;
}

/* How many of eight bytes stand before the first special one; 8: all. */
static inline size_t json_plain_of(uint64_t eight)
{
    uint64_t found = json_specials(eight);
    return found ? (size_t)__builtin_ctzll(found) / 8 : sizeof(eight);
}

/* The same with 0x7f and all that is not ASCII counted as special. */
static inline size_t json_plain_ascii_of(uint64_t eight)
{
    uint64_t found = json_specials(eight) | ((eight | (eight + json_ones)) & json_ones * 0x80);
    return found ? (size_t)__builtin_ctzll(found) / 8 : sizeof(eight);
}

/* Whether one of eight bytes is a control character, 0x7f, or not ASCII. */
static inline bool json_has_odd(uint64_t eight)
{
    return (((eight - json_ones * 0x20) | eight | (eight + json_ones)) & json_ones * 0x80) != 0;
}

/* JSON_MANY bytes. */
typedef signed char json_many __attribute__((vector_size(JSON_MANY)));

static inline json_many json_join(uint64_t first, uint64_t last)
{
    typedef uint64_t halves __attribute__((vector_size(JSON_MANY)));
    return (json_many)(halves){first, last};
}

/* Each 0 where it is plain ASCII in that sense and 0xff where it is not. */
static inline json_many json_unlike_plain(json_many some)
{
    return (json_many)((some == '"') | (some == '\\') | (some < 0x20) | (some == 0x7f));
}

#ifdef __SSE2__

enum {
    JSON_MARK_BITS = 1 /* of a mark that stand for a byte */
};

/* A mark for each byte that is not plain, the first one lowest. */
static inline uint64_t json_marks_of(json_many some)
{
    return (uint32_t)_mm_movemask_epi8((__m128i)json_unlike_plain(some));
}

#else

enum {
    JSON_MARK_BITS = 4
};

static inline uint64_t json_marks_of(json_many some)
{
    json_many found = json_unlike_plain(some);
    uint64_t marks = 0;
    for (size_t i = 0; i < JSON_MANY; i++)
        marks |= (uint64_t)(found[i] & 1) << JSON_MARK_BITS * i;
    return marks;
}

#endif

static inline uint64_t json_marks(const char *text)
{
    json_many some;
    memcpy(&some, text, sizeof(some));
    return json_marks_of(some);
}

/* Whether the next JSON_MANY bytes are all plain. */
static inline bool json_are_plain_ascii(const char *text)
{
    return json_marks(text) == 0;
}

#endif
