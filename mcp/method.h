/* The table of methods: who answers what, in which era. */
#ifndef MCP_METHOD_H
#define MCP_METHOD_H

#include "mcp/request.h"

/* Answers a request now or later; takes over `request->tree` in the latter case. */
void method_run(struct request *request);

/* Never answers. */
void method_notify(struct mcp_server *server, const struct rpc_message *message);

#endif
