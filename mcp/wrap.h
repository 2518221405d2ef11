/* Answers whose root is no object, for clients that want one: the schema S becomes
 * {"type":"object","properties":{"result":S},"required":["result"]}, the value v {"result":v}. */
#ifndef MCP_WRAP_H
#define MCP_WRAP_H

#include <stdbool.h>

#include "mcp/json_out.h"

/* Whether a schema (JSON text) describes something other than an object. */
bool wrap_is_needed(const char *schema);

/* Writes the wrapped schema; references within the document are shifted to its new place. */
void wrap_schema(const char *schema, struct json_out *out);

#endif
