/* The tree of a JSON text, as nodes of cJSON in one block of memory. */
#ifndef MCP_JSON_TREE_H
#define MCP_JSON_TREE_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "base/own.h"
#include "mcp/json_gate.h"

/* `text` has just passed the gate, with the same memo. NULL when out of memory. Owner: the caller,
 * cJSON_Delete() of the root, which gives back the whole block. */
MUST_CHECK cJSON *json_tree_build(const char *text, size_t length, const struct json_gate *gate,
                                  struct json_memo *memo);

#endif
