/* Hashes of rows, and a Bloom filter of keys. That the hash is the one of import_stage.sql (settle) is
 * seen by tests that import both ways. */
#include "tools/support/import_key.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "import/decimal.h"
#include "tools/support/limits.h"

enum {
    SEEN_PROBES = 8,
    SEEN_LEAST_BYTES = 4096,
    BYTES_OF_A_ROW = 16, /* the shortest; a byte of the filter each */
    KEPT_DECIMALS = 4,
    KEPT_UNIT = 10000 /* what the last of them is in import_units */
};

static const char separator[] = "\x1f";

static void add(struct sha256_ctx *sha, const char *text)
{
    if (text)
        sha256_update(sha, strlen(text), (const uint8_t *)text);
}

/* The amount with four decimals, as the database writes it. */
static int write_amount(const char *amount, char *ret_text)
{
    struct import_decimal number;
    if (import_decimal_parse(amount, strlen(amount), &number) < 0)
        return -EINVAL;
    number.units -= number.units % KEPT_UNIT;
    number.decimals = KEPT_DECIMALS;
    import_decimal_text(number, ret_text);
    return 0;
}

int import_hash(const struct import_said *said, char ret_hash[IMPORT_HASH_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[IMPORT_DIGEST];
    char amount[IMPORT_AMOUNT_TEXT_MAX];
    struct sha256_ctx sha;
    int r = write_amount(said->amount, amount);
    if (r < 0)
        return r;
    const char *const texts[] = {said->date, amount,          said->currency, said->original,
                                 said->memo, said->reference, said->counter};
    sha256_init(&sha);
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        add(&sha, i > 0 ? separator : NULL);
        add(&sha, texts[i]);
    }
    sha256_digest(&sha, sizeof(digest), digest);
    for (size_t i = 0; i < sizeof(digest) / 2; i++) {
        ret_hash[2 * i] = digits[digest[i] >> 4];
        ret_hash[2 * i + 1] = digits[digest[i] & 0xf];
    }
    ret_hash[sizeof(digest)] = '\0';
    return 0;
}

/* --- what was seen --------------------------------------------------------------------------- */

struct import_seen {
    uint64_t mask; /* bits - 1 */
    uint8_t bits[];
};

struct import_seen *import_seen_new(uint64_t file_bytes)
{
    uint64_t bytes = SEEN_LEAST_BYTES;
    while (bytes < IMPORT_SEEN_BYTES && bytes < file_bytes / BYTES_OF_A_ROW)
        bytes *= 2;
    struct import_seen *seen = mem_zalloc(sizeof(*seen) + bytes);
    if (seen)
        seen->mask = bytes * 8 - 1;
    return seen;
}

struct import_seen *import_seen_free(struct import_seen *seen)
{
    mem_free(seen);
    return NULL;
}

/* FNV-1a over one text; a second pass with another start gives the step between the probes. */
static uint64_t mix(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    hash ^= hash >> 32;
    return hash * 0x9e3779b97f4a7c15u;
}

static uint64_t first_probe(const char *space, const char *key)
{
    return mix(mix(0xcbf29ce484222325u, space), key);
}

static uint64_t step_of(uint64_t probe)
{
    return (probe >> 32 | probe << 32) | 1;
}

static uint8_t flag_of(uint64_t probe)
{
    return (uint8_t)(1u << (probe & 7));
}

static bool has(const struct import_seen *seen, uint64_t at)
{
    uint64_t step = step_of(at);
    for (int i = 0; i < SEEN_PROBES; i++, at += step) {
        if ((seen->bits[(at & seen->mask) >> 3] & flag_of(at)) == 0)
            return false;
    }
    return true;
}

bool import_seen_has(const struct import_seen *seen, const char *space, const char *key)
{
    return has(seen, first_probe(space, key));
}

bool import_seen_before(struct import_seen *seen, const char *space, const char *key)
{
    uint64_t at = first_probe(space, key);
    uint64_t step = step_of(at);
    if (has(seen, at))
        return true;
    for (int i = 0; i < SEEN_PROBES; i++, at += step)
        seen->bits[(at & seen->mask) >> 3] |= flag_of(at);
    return false;
}
