/* ninepence://context: what get_context says when it is asked for nothing in particular. */
#include "tools/offers.h"

#include "tools/support/news.h"
#include "tools/tool.h"

const struct resource resource_context = {
    .uri = NEWS_CONTEXT,
    .name = "context",
    .title = "Context",
    .description = "Today, currency and span of the books, and the names most used in them.",
    .mime_type = "application/json",
    .tool = &tool_get_context,
};
