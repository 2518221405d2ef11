/* base64url without padding (RFC 4648 section 5); reading is strict: each text has one spelling. */
#ifndef MCP_BASE64URL_H
#define MCP_BASE64URL_H

#include <stddef.h>

#include "base/buf.h"

void base64url_write(const void *bytes, size_t length, struct buf *out);

/* 0, -EINVAL, -ENOMEM or -EMSGSIZE. */
int base64url_read(const char *text, size_t length, struct buf *out);

#endif
