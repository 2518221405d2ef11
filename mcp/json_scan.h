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

/* How many of eight bytes stand before the first quote, backslash or control character; 8: all. */
static inline size_t json_plain_of(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t quotes = eight ^ ones * '"';
    uint64_t backslashes = eight ^ ones * '\\';
    /* A borrow may mark a byte too many, but only above a right one. */
    uint64_t found = ((quotes - ones) & ~quotes) | ((backslashes - ones) & ~backslashes) |
                     ((eight - ones * 0x20) & ~eight);
    found &= ones * 0x80;
    return found ? (size_t)__builtin_ctzll(found) / 8 : sizeof(eight);
}

#endif
