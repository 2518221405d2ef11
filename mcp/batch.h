/* A batch of JSON-RPC (revision 2025-03-26 only): the answers of its members leave together as one
 * line, in the order in which they become ready. The batch frees itself with its last member. */
#ifndef MCP_BATCH_H
#define MCP_BATCH_H

#include "base/buf.h"
#include "mcp/server.h"

struct batch;

/* One member is expected at first: the reader of the line itself. NULL when out of memory. */
MUST_CHECK struct batch *batch_new(struct mcp_server *server);

/* A request of the line begins; each ends with batch_add() or batch_member_left(). */
void batch_member_begins(struct batch *batch);

/* The answer of a member: 0; an error leaves the member open. Behind MCP_MESSAGE_MAX there is room
 * for nothing but the last resort: errors in place of answers that found none. */
MUST_CHECK int batch_add(struct batch *batch, const struct buf *answer, bool is_last_resort);

/* A member ends without an answer. */
void batch_member_left(struct batch *batch);

#endif
