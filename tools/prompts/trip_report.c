/* trip_report: what a journey cost, found by its tag or its days. */
#include "tools/offers.h"

#include <errno.h>

#include "tools/support/guide.h"
#include "tools/support/suggest.h"

struct trip_report_args {
    struct name_ref tag;
    struct period period;
};

static const struct field args[] = {
    ARG_TAG(struct trip_report_args, tag, .doc = "The tag that marks the trip."),
    ARG_PERIOD(struct trip_report_args, period, NULL),
    ARG_END,
};

static const char *days_of(struct call *call, const struct period *period)
{
    if (period->kind == PERIOD_NONE)
        return "all";
    return arena_printf(call_arena(call), "%s..%s", period->from, period->to);
}

static int get(struct call *call)
{
    const struct trip_report_args *a = call_args(call);
    const char *days = days_of(call, &a->period);
    struct guide guide;
    if (!days)
        return -ENOMEM;
    if (!a->tag.text && a->period.kind == PERIOD_NONE)
        return call_refuse(call, "tag", "give the trip's tag, its period, or both");
    guide_begin(&guide, call);
    guide_say(&guide, "Write a report of what a trip cost: the expenses of period %s", days);
    guide_say_name(&guide, " with the tag ", &a->tag);
    guide_say(&guide, ". Use both as filter in every question.");
    guide_step(
        &guide, "summarize_spending",
        "summarize_spending: the total, once more by group_by category, day and user, and by "
        "currency for what was paid abroad.");
    guide_step(&guide, "read_expenses",
               "read_expenses with sort -amount: the ten biggest; ask me about what does not look "
               "like the trip.");
    guide_step(&guide, "split_balances", "split_balances: who paid, and who owes whom.");
    guide_step(&guide, NULL,
               "Report the total, the cost per day, the shares of travel, lodging, food and the "
               "rest, what was refunded, and which amounts still wait for an exchange rate.");
    return guide_end(&guide);
}

const struct prompt prompt_trip_report = {
    .name = "trip_report",
    .title = "Trip report",
    .description = "What a trip cost, by category, day and person, found by its tag or its days.",
    .args = args,
    .args_size = sizeof(struct trip_report_args),
    .get = get,
    .complete = suggest_argument,
};
