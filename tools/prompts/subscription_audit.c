/* subscription_audit: what is paid again and again, what it costs in a year, what could go. */
#include "tools/offers.h"

#include "tools/support/guide.h"
#include "tools/support/suggest.h"

struct subscription_audit_args {
    struct name_ref category;
};

static const struct field args[] = {
    ARG_CATEGORY(struct subscription_audit_args, category, .doc = "Only this category."),
    ARG_END,
};

static int get(struct call *call)
{
    const struct subscription_audit_args *a = call_args(call);
    struct guide guide;
    guide_begin(&guide, call);
    guide_say(&guide, "Let us go through our subscriptions and regular bills");
    guide_say_name(&guide, ", only those in ", &a->category);
    guide_say(&guide, ".");
    guide_step(&guide, "list_recurring",
               "list_recurring: each with its cadence, next date, yearly cost and price history.");
    guide_step(&guide, "read_expenses",
               "read_expenses with status recurring and period last_12_months: the payments "
               "themselves.");
    guide_step(&guide, "find_unusual",
               "find_unusual with kinds price_rise and missing_recurring: what became dearer, what "
               "stopped.");
    guide_step(&guide, NULL, "List them by what they cost in a year, the dearest first.");
    guide_step(
        &guide, NULL,
        "Ask me about each that rose in price, overlaps with another one or looks forgotten: "
        "keep, change or cancel?");
    guide_step(&guide, "forecast_spending",
               "forecast_spending with what I would cancel as scenario: what that saves by the end "
               "of the year.");
    return guide_end(&guide);
}

const struct prompt prompt_subscription_audit = {
    .name = "subscription_audit",
    .title = "Subscription audit",
    .description = "Subscriptions and regular bills: what they cost in a year and which could go.",
    .args = args,
    .args_size = sizeof(struct subscription_audit_args),
    .get = get,
    .complete = suggest_argument,
};
