/* ninepence://months/{month}: the summary of one month, such as ninepence://months/2026-10. */
#include "tools/offers.h"

#include <errno.h>

#include "tools/support/news.h"
#include "tools/support/suggest.h"
#include "tools/tool.h"

static int arguments(struct call *call, struct json_out *out)
{
    const char *month = resource_variable(call, "month");
    if (!month)
        return -ENOMEM;
    if (!news_is_month(month))
        return -EINVAL;
    json_object(out);
    json_put_text(out, "month", month);
    json_end_object(out);
    return 0;
}

const struct resource resource_month = {
    .uri = NEWS_MONTHS "{month}",
    .name = "month",
    .title = "A month",
    .description = "Income, spending and what was left of a month, by category. Its subscribers "
                   "hear of every change to an expense in it.",
    .mime_type = "application/json",
    .tool = &tool_monthly_summary,
    .arguments = arguments,
    .complete = suggest_month,
};
