/* The tree of a JSON text, as nodes of cJSON in one block of memory. */
#ifndef MCP_JSON_TREE_H
#define MCP_JSON_TREE_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "base/own.h"

/* `text` has passed json_gate_check(), which counted its values. NULL when out of memory. Owner: the
 * caller, cJSON_Delete() of the root, which gives back the whole block. */
MUST_CHECK cJSON *json_tree_build(const char *text, size_t length, size_t values);

#endif
