/* Reading of text eight bytes at a time: what the gate and the tree builder share. */
#ifndef MCP_JSON_SCAN_H
#define MCP_JSON_SCAN_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Eight bytes, the first one lowest. */
static inline uint64_t json_load(const char *bytes)
{
    uint64_t eight;
    memcpy(&eight, bytes, sizeof(eight));
    return le64toh(eight);
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

#endif
