/* Character sets: any usual one in, UTF-8 out, in pieces of any size. The output is always valid
 * UTF-8 without a byte order mark and without NUL; bytes that fit no character become U+FFFD. */
#ifndef IMPORT_CHARSET_H
#define IMPORT_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/own.h"

/* The name that iconv(3) knows for a name as files and people write it ("1252", "8859-1", "utf8"),
 * NULL for one that is not offered. ISO-8859-1 means WINDOWS-1252, which contains it. */
const char *import_charset_name(const char *name);

/* The character set of the beginning of a file by its byte order mark or its pattern of NULs:
 * *ret_is_sure. Else the one for the bytes that are not UTF-8, by what the file's own header says,
 * the currencies in it and the places of its letters. */
const char *import_charset_guess(const char *bytes, size_t length, bool *ret_is_sure);

struct import_charset;

enum import_charset_mode {
    IMPORT_CHARSET_STRICT, /* as named */
    IMPORT_CHARSET_MIXED   /* valid UTF-8 as such, other bytes as named: while nothing is decided */
};

/* The name must live as long as the result. -EINVAL when iconv(3) does not know it. */
MUST_CHECK int import_charset_open(const char *name, enum import_charset_mode mode,
                                   struct import_charset **ret_charset);
struct import_charset *import_charset_close(struct import_charset *charset);

/* Gets valid UTF-8, in pieces that end between characters; a result other than 0 ends the feeding. */
typedef int import_charset_sink(void *user, const char *text, size_t length);

MUST_CHECK int import_charset_feed(struct import_charset *charset, const char *bytes, size_t length,
                                   import_charset_sink *sink, void *user);
/* Nothing more comes: what is cut off at the end is one damaged character. */
MUST_CHECK int import_charset_end(struct import_charset *charset, import_charset_sink *sink,
                                  void *user);

/* Characters of several bytes that were valid UTF-8, and bytes that were not. */
uint64_t import_charset_valid(const struct import_charset *charset);
uint64_t import_charset_damaged(const struct import_charset *charset);

#endif
