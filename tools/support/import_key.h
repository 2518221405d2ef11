/* The keys by which a row of a bank's file is known again: "FORMAT:i:ID" where the bank gives an id,
 * else "FORMAT:h:HASH:ORDINAL", with "/PART" behind it for a part of an entry. */
#ifndef TOOLS_SUPPORT_IMPORT_KEY_H
#define TOOLS_SUPPORT_IMPORT_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/own.h"

enum {
    IMPORT_DIGEST = 32,
    IMPORT_HASH_TEXT = 33 /* half of the digest in hex, with the NUL */
};

/* What a row says, the texts as they are kept; NULL is "". */
struct import_said {
    const char *date; /* "" while the row is pending */
    const char *amount, *currency, *original, *memo, *reference, *counter;
};

/* -EINVAL when the amount is none. */
MUST_CHECK int import_hash(const struct import_said *said, char ret_hash[IMPORT_HASH_TEXT]);

/* Which keys have been seen, roughly: nothing that was seen is forgotten, but something new may look
 * as if it had been. Its size is fixed at birth. */
struct import_seen;

struct import_seen *import_seen_new(uint64_t file_bytes); /* NULL when out of memory */
struct import_seen *import_seen_free(struct import_seen *seen);

/* Whether `key` may have been seen in its space, such as the account that it is a key of; from now on it
 * has. */
bool import_seen_before(struct import_seen *seen, const char *space, const char *key);

/* The same, and nothing is noted. */
bool import_seen_has(const struct import_seen *seen, const char *space, const char *key);

#endif
