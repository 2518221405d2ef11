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

/* The object that names this server, as far as the revision knows its members. */
void session_write_server_info(const struct mcp_server *server, enum revision revision,
                               struct json_out *out);

#endif
