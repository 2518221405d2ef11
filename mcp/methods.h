/* The methods, as the table in method.c refers to them: each answers its request now or later, and
 * takes `request->tree` in the latter case. */
#ifndef MCP_METHODS_H
#define MCP_METHODS_H

#include "mcp/request.h"

void tools_call(struct request *request);
void resources_read(struct request *request);
void resources_subscribe(struct request *request);
void resources_unsubscribe(struct request *request);
void subscriptions_listen(struct request *request);
void prompts_get(struct request *request);
void completion_complete(struct request *request);

#endif
