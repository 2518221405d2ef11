/* The two ways in: `initialize` of the legacy era and `server/discover` of the modern one, and what
 * belongs to the session of the former. */
#ifndef MCP_SESSION_H
#define MCP_SESSION_H

#include "mcp/request.h"

void session_initialize(struct request *request);
void session_discover(struct request *request);
void session_set_level(struct request *request);
void session_ping(struct request *request);

/* notifications/initialized */
void session_initialized(struct mcp_server *server);

/* 0 or a negative errno; session_free() in either case. */
int session_init(struct mcp_server *server);
void session_free(struct mcp_server *server);

/* The end of a modern result: within its `_meta`, what names this server; then both objects end. */
void session_end_modern(const struct mcp_server *server, struct json_out *out);

#endif
