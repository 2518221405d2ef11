/* UTF-8 checking and decoding. The first byte decides length and the least value; a fast path
 * skips eight ASCII bytes at a time. */
#include "base/utf8.h"

#include <string.h>

static size_t sequence_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    if (first >= 0xf0 && first <= 0xf4)
        return 4;
    return 0;
}

size_t utf8_decode(const char *text, size_t length, uint32_t *ret_point)
{
    if (length == 0)
        return 0;
    const unsigned char *bytes = (const unsigned char *)text;
    size_t n = sequence_length(bytes[0]);
    if (n == 0 || n > length)
        return 0;
    if (n == 1) {
        *ret_point = bytes[0];
        return 1;
    }
    uint32_t point = bytes[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (bytes[i] & 0x3fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[n] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return 0;
    *ret_point = point;
    return n;
}

static uint64_t high_bits(const char *bytes)
{
    uint64_t eight;
    memcpy(&eight, bytes, sizeof(eight));
    return eight & UINT64_C(0x8080808080808080);
}

/* The common case. The last eight bytes may overlap with those before. */
static bool is_ascii(const char *text, size_t length)
{
    uint64_t found = 0;
    if (length < sizeof(found))
        return false;
    size_t at = 0;
    for (; length - at >= 4 * sizeof(found) && !found; at += 4 * sizeof(found))
        found = high_bits(text + at) | high_bits(text + at + 8) | high_bits(text + at + 16) |
                high_bits(text + at + 24);
    for (; length - at >= sizeof(found) && !found; at += sizeof(found))
        found = high_bits(text + at);
    return !(found | high_bits(text + length - sizeof(found)));
}

size_t utf8_valid_length(const char *text, size_t length)
{
    size_t at = 0;
    if (is_ascii(text, length))
        return length;
    while (at < length) {
        if ((unsigned char)text[at] < 0x80) {
            at += length - at >= sizeof(uint64_t) && !high_bits(text + at) ? sizeof(uint64_t) : 1;
            continue;
        }
        uint32_t point;
        size_t n = utf8_decode(text + at, length - at, &point);
        if (n == 0)
            return at;
        at += n;
    }
    return at;
}

size_t utf8_encode(uint32_t point, char *ret_bytes)
{
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return 0;
    if (point < 0x80) {
        ret_bytes[0] = (char)point;
        return 1;
    }
    size_t n = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n - 1; i > 0; i--) {
        ret_bytes[i] = (char)(0x80 | (point & 0x3f));
        point >>= 6;
    }
    ret_bytes[0] = (char)(marks[n] | point);
    return n;
}

size_t utf8_count(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

bool utf8_is_deceptive(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x00, 0x1f},       {0x7f, 0x9f},       {0xad, 0xad},     {0x61c, 0x61c},
        {0x180e, 0x180e},   {0x200b, 0x200b},   {0x200e, 0x200f}, {0x2028, 0x202e},
        {0x2060, 0x2064},   {0x2066, 0x206f},   {0xfeff, 0xfeff}, {0xfff9, 0xfffb},
        {0xe0000, 0xe007f}, {0xe0100, 0xe01ef},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]) && point >= ranges[i].first; i++) {
        if (point <= ranges[i].last)
            return true;
    }
    return false;
}
