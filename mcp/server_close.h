/* Closing of what a server has open in the loop. */
#ifndef MCP_SERVER_CLOSE_H
#define MCP_SERVER_CLOSE_H

#include "mcp/server.h"

/* Closes streams and handles; `stopped` is called when all are gone. */
void server_close(struct mcp_server *server);

#endif
