/* A thin layer over nettle, which pads and tolerates blanks. */
#include "mcp/base64url.h"

#include <errno.h>
#include <nettle/base64.h>
#include <string.h>

void base64url_write(const void *bytes, size_t length, struct buf *out)
{
    struct base64_encode_ctx base64;
    char *into = buf_reserve(out, BASE64_ENCODE_LENGTH(length) + BASE64_ENCODE_FINAL_LENGTH);
    if (!into)
        return;
    base64url_encode_init(&base64);
    size_t n = base64_encode_update(&base64, into, length, bytes);
    n += base64_encode_final(&base64, into + n);
    while (n > 0 && into[n - 1] == '=')
        n--;
    buf_commit(out, n);
}

int base64url_read(const char *text, size_t length, struct buf *out)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    struct base64_decode_ctx base64;
    size_t n = BASE64_DECODE_LENGTH(length + 2);
    size_t rest = 0;
    size_t missing = (4 - length % 4) % 4;
    /* A second spelling of the same bytes differs in bits that fill no byte. */
    static const char *const last[] = {NULL, NULL, "AQgw", "AEIMQUYcgkosw048"};
    if (strspn(text, alphabet) < length || missing == 3)
        return -EINVAL;
    if (missing > 0 && !strchr(last[4 - missing], text[length - 1]))
        return -EINVAL;
    char *into = buf_reserve(out, n);
    if (!into)
        return out->error;
    base64url_decode_init(&base64);
    if (!base64_decode_update(&base64, &n, (uint8_t *)into, length, text) ||
        !base64_decode_update(&base64, &rest, (uint8_t *)into + n, missing, "==") ||
        !base64_decode_final(&base64))
        return -EINVAL;
    buf_commit(out, n + rest);
    return 0;
}
