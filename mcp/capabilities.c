/* Declared capabilities: only what is really there. */
#include "mcp/capabilities.h"

#include "mcp/server_impl.h"

bool capability_is_offered(const struct mcp_server *server, enum capability capability)
{
    switch (capability) {
    case CAPABILITY_TOOLS:
        return server->options.tools != NULL;
    case CAPABILITY_PROMPTS:
        return server->options.prompts != NULL;
    case CAPABILITY_RESOURCES:
        return server->options.resources != NULL;
    case CAPABILITY_SUBSCRIBE:
        return server->options.resources && server->options.subscribe;
    case CAPABILITY_COMPLETIONS:
        return registry_completes(&server->registry);
    case CAPABILITY_NONE:
        break;
    }
    return true;
}

static void put_changing(const struct mcp_server *server, enum mcp_lists list, struct json_out *out)
{
    if (server->options.changing_lists & list)
        json_put_bool(out, "listChanged", true);
}

static void put_empty(struct json_out *out, const char *key)
{
    json_put_object(out, key);
    json_end_object(out);
}

void capabilities_write(const struct mcp_server *server, enum revision revision,
                        struct json_out *out)
{
    json_put_object(out, "capabilities");
    if (capability_is_offered(server, CAPABILITY_TOOLS)) {
        json_put_object(out, "tools");
        put_changing(server, MCP_LIST_TOOLS, out);
        json_end_object(out);
    }
    if (capability_is_offered(server, CAPABILITY_RESOURCES)) {
        json_put_object(out, "resources");
        if (capability_is_offered(server, CAPABILITY_SUBSCRIBE))
            json_put_bool(out, "subscribe", true);
        put_changing(server, MCP_LIST_RESOURCES, out);
        json_end_object(out);
    }
    if (capability_is_offered(server, CAPABILITY_PROMPTS)) {
        json_put_object(out, "prompts");
        put_changing(server, MCP_LIST_PROMPTS, out);
        json_end_object(out);
    }
    put_empty(out, "logging");
    if (capability_is_offered(server, CAPABILITY_COMPLETIONS) &&
        revision_has(revision, FEATURE_COMPLETIONS))
        put_empty(out, "completions");
    if (registry_has_apps(&server->registry) && revision_has(revision, FEATURE_EXTENSIONS)) {
        json_put_object(out, "extensions");
        put_empty(out, "io.modelcontextprotocol/ui");
        json_end_object(out);
    }
    json_end_object(out);
}
