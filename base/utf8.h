/* UTF-8 (RFC 3629): checking and decoding. No tables, no folding: see tools/support/names.h. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes from the start that are valid UTF-8: equal to `length` when all are. Overlong forms,
 * surrogates and code points above U+10FFFF are not valid; NUL is. */
size_t utf8_valid_length(const char *text, size_t length);

static inline bool utf8_is_valid(const char *text, size_t length)
{
    return utf8_valid_length(text, length) == length;
}

/* Decodes one code point of valid UTF-8 at `text`, puts it into *ret_point, and returns its length
 * in bytes (1 to 4); 0 at the end (length 0) and for an invalid sequence. */
size_t utf8_decode(const char *text, size_t length, uint32_t *ret_point);

/* Encodes one code point (no surrogate, at most U+10FFFF) into at most 4 bytes; returns how many,
 * 0 for what is no code point. */
size_t utf8_encode(uint32_t point, char *ret_bytes);

/* Code points in valid UTF-8. */
size_t utf8_count(const char *text, size_t length);

/* Whether a reader could be misled by the raw code point: C0 and C1 controls, DEL, line separators,
 * bidirectional formatting (U+061C, U+200E-F, U+202A-E, U+2066-9), what has no shape (soft hyphen,
 * zero width space, word joiner, invisible operators, byte order mark …), tags (U+E0000-E007F) and
 * the variation selectors that can carry hidden text (U+E0100-E01EF). Joiners and the selectors of
 * emoji are honest. Such points are written as \uXXXX in answers. */
bool utf8_is_deceptive(uint32_t point);

#endif
