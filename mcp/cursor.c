/* Cursors: list name, key of the last entry, and a checksum over both, so that one of another list
 * or a damaged one is noticed. Not secret and not signed: a cursor grants nothing. */
#include <errno.h>
#include <nettle/sha2.h>
#include <string.h>

#include "mcp/base64url.h"
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
    OWNED_BUF bytes = BUF_INIT(MCP_CURSOR_MAX);
    uint8_t sum[CURSOR_SUM];
    checksum(list, key, sum);
    (void)buf_append(&bytes, sum, sizeof(sum));
    (void)buf_append_text(&bytes, key);
    base64url_write(buf_text(&bytes), bytes.length, ret_cursor);
    if (bytes.error)
        ret_cursor->error = bytes.error;
}

int cursor_read(const char *list, const char *cursor, struct buf *ret_key)
{
    OWNED_BUF bytes = BUF_INIT(MCP_CURSOR_MAX);
    uint8_t sum[CURSOR_SUM];
    int r = base64url_read(cursor, strlen(cursor), &bytes);
    if (r < 0)
        return r == -ENOMEM ? r : -EINVAL;
    if (bytes.length < CURSOR_SUM)
        return -EINVAL;
    const char *key = bytes.data + CURSOR_SUM;
    if (strlen(key) != bytes.length - CURSOR_SUM)
        return -EINVAL;
    checksum(list, key, sum);
    if (memcmp(sum, bytes.data, sizeof(sum)) != 0)
        return -EINVAL;
    return buf_append_text(ret_key, key);
}
