/* ninepence://categories: the categories with their use, as get_context lists them. */
#include "tools/offers.h"

#include "tools/support/news.h"
#include "tools/tool.h"

static int arguments(struct call *call, struct json_out *out)
{
    (void)call;
    json_object(out);
    json_put_text(out, "kind", "categories");
    json_put_int(out, "limit", 200);
    json_end_object(out);
    return 0;
}

const struct resource resource_categories = {
    .uri = NEWS_CATEGORIES,
    .name = "categories",
    .title = "Categories",
    .description = "The categories, how often and when they were last used.",
    .mime_type = "application/json",
    .tool = &tool_get_context,
    .arguments = arguments,
};
