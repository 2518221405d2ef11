/* News for clients that listen: lists that changed, resources that were updated. In the legacy era
 * lists go to everybody and resources to who subscribed; in the modern era both go to open
 * `subscriptions/listen` requests that asked for them. */
#ifndef MCP_SUBSCRIBE_H
#define MCP_SUBSCRIBE_H

#include <stdbool.h>

#include "mcp/server.h"

/* Only lists that the options declare as changing. */
void mcp_server_list_changed(struct mcp_server *server, enum mcp_lists list);

/* Only with options.subscribe. */
void mcp_server_resource_updated(struct mcp_server *server, const char *uri);

/* From now on nothing is missed: answers those who wait to listen (options.holds_listeners). Good
 * until the last listener leaves. */
void mcp_server_news_ready(struct mcp_server *server);

/* Calls `see` for each URI that somebody listens to, so that a program can watch just these. */
void mcp_server_each_subscription(const struct mcp_server *server,
                                  void (*see)(void *data, const char *uri), void *data);

#endif
