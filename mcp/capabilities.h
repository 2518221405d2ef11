/* What this server declares, and which methods follow from it. */
#ifndef MCP_CAPABILITIES_H
#define MCP_CAPABILITIES_H

#include <stdbool.h>

#include "mcp/era.h"
#include "mcp/json_out.h"
#include "mcp/server.h"

enum capability {
    CAPABILITY_NONE, /* needs nothing */
    CAPABILITY_TOOLS,
    CAPABILITY_PROMPTS,
    CAPABILITY_RESOURCES,
    CAPABILITY_SUBSCRIBE, /* to resources */
    CAPABILITY_COMPLETIONS,
};

bool capability_is_offered(const struct mcp_server *server, enum capability capability);

/* The member "capabilities". */
void capabilities_write(const struct mcp_server *server, enum revision revision,
                        struct json_out *out);

#endif
