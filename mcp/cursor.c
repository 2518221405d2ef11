/* Cursors: list name, key of the last entry, and a checksum over both, so that one of another list
 * or a damaged one is noticed. Not secret and not signed: a cursor grants nothing. */
#include <errno.h>
#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <string.h>

#include "mcp/limits.h"
#include "mcp/registry.h"

enum {
    CURSOR_SUM = 6
};

static void checksum(const char *list, const char *key, uint8_t *ret_sum)
{
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, strlen(list) + 1, (const uint8_t *)list);
    sha256_update(&sha, strlen(key), (const uint8_t *)key);
    sha256_digest(&sha, CURSOR_SUM, ret_sum);
}

void cursor_write(const char *list, const char *key, struct buf *ret_cursor)
{
    uint8_t sum[CURSOR_SUM];
    struct base64_encode_ctx base64;
    size_t raw = CURSOR_SUM + strlen(key);
    char *into = buf_reserve(ret_cursor, BASE64_ENCODE_LENGTH(raw) + BASE64_ENCODE_FINAL_LENGTH);
    if (!into)
        return;
    checksum(list, key, sum);
    base64url_encode_init(&base64);
    size_t length = base64_encode_update(&base64, into, CURSOR_SUM, sum);
    length += base64_encode_update(&base64, into + length, strlen(key), (const uint8_t *)key);
    length += base64_encode_final(&base64, into + length);
    while (length > 0 && into[length - 1] == '=')
        length--;
    buf_commit(ret_cursor, length);
}

/* Decodes base64url without padding; the bits that do not fill a byte must be zero. */
static int decode(const char *cursor, size_t length, struct buf *ret_bytes)
{
    struct base64_decode_ctx base64;
    static const char padding[] = "==";
    size_t missing = (4 - length % 4) % 4;
    if (length == 0 || length > MCP_CURSOR_MAX || missing == 3 || strchr(cursor, '='))
        return -EINVAL;
    char *into = buf_reserve(ret_bytes, BASE64_DECODE_LENGTH(length + missing));
    if (!into)
        return -ENOMEM;
    size_t first = BASE64_DECODE_LENGTH(length + missing);
    size_t rest = 0;
    base64url_decode_init(&base64);
    if (!base64_decode_update(&base64, &first, (uint8_t *)into, length, cursor))
        return -EINVAL;
    if (!base64_decode_update(&base64, &rest, (uint8_t *)into + first, missing, padding) ||
        !base64_decode_final(&base64))
        return -EINVAL;
    buf_commit(ret_bytes, first + rest);
    return 0;
}

int cursor_read(const char *list, const char *cursor, struct buf *ret_key)
{
    OWNED_BUF bytes = BUF_INIT(MCP_CURSOR_MAX + 4);
    OWNED_BUF again = BUF_INIT(2 * MCP_CURSOR_MAX);
    int r = decode(cursor, strlen(cursor), &bytes);
    if (r < 0)
        return r;
    if (bytes.length < CURSOR_SUM)
        return -EINVAL;
    const char *key = bytes.data + CURSOR_SUM;
    if (strlen(key) != bytes.length - CURSOR_SUM)
        return -EINVAL;
    /* Writing it again finds wrong sums and second spellings of the same bytes alike. */
    cursor_write(list, key, &again);
    if (again.error)
        return again.error;
    if (strcmp(buf_text(&again), cursor) != 0)
        return -EINVAL;
    return buf_append_text(ret_key, key);
}
