/* Declared capabilities: only what is really there. */
#include "mcp/capabilities.h"

#include "mcp/server_impl.h"

bool capability_is_offered(const struct mcp_server *server, enum capability capability)
{
    switch (capability) {
    case CAPABILITY_TOOLS:
        return server->options.tools != NULL;
    case CAPABILITY_NONE:
    case CAPABILITY_LOGGING:
        break;
    }
    return true;
}

void capabilities_write(const struct mcp_server *server, enum revision revision,
                        struct json_out *out)
{
    (void)revision;
    json_put_object(out, "capabilities");
    if (capability_is_offered(server, CAPABILITY_TOOLS)) {
        json_put_object(out, "tools");
        json_end_object(out);
    }
    json_put_object(out, "logging");
    json_end_object(out);
    json_end_object(out);
}
