/* SHA-256 of a JSON value that does not depend on the order of members. */
#ifndef MCP_JSON_DIGEST_H
#define MCP_JSON_DIGEST_H

#include <nettle/sha2.h>

#include "mcp/json.h"

/* NULL counts as {}. 0 or -ENOMEM. */
MUST_CHECK int json_digest(const cJSON *value, uint8_t ret_digest[SHA256_DIGEST_SIZE]);

#endif
