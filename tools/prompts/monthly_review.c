/* monthly_review: a month looked back at, against the one before and a usual one. */
#include "tools/offers.h"

#include "tools/support/guide.h"
#include "tools/support/suggest.h"

struct monthly_review_args {
    struct period_word month;
    struct name_ref user;
};

static const struct field args[] = {
    ARG_MONTH(struct monthly_review_args, month, NULL, .doc = "YYYY-MM; last month."),
    ARG_USER(struct monthly_review_args, user, .doc = "Only what this person spent."),
    ARG_END,
};

static int get(struct call *call)
{
    const struct monthly_review_args *a = call_args(call);
    struct guide_month month;
    struct guide guide;
    int r = guide_month(call, &a->month, &month);
    if (r < 0)
        return r;
    guide_begin(&guide, call);
    guide_say(&guide, "Let us review our spending %s", month.spoken);
    guide_say_name(&guide, ", only that of ", &a->user);
    guide_say(&guide, ".");
    guide_step(&guide, "monthly_summary",
               "monthly_summary with month %s: income, spending, what was left, against the month "
               "before and a usual one.",
               month.name);
    guide_step(
        &guide, "summarize_spending",
        "summarize_spending with period %s, group_by category and compare_to avg_3: what was "
        "dearer and what was cheaper than usual.",
        month.days);
    guide_step(&guide, "read_expenses",
               "read_expenses with period %s and sort -amount: the five biggest purchases.",
               month.days);
    guide_step(&guide, "budget_status", "budget_status with period %s: where we went over.",
               month.days);
    guide_step(&guide, "find_unusual", "find_unusual with period %s: what was odd, with evidence.",
               month.days);
    guide_step(&guide, NULL,
               "Sum up: what went well, what did not, and one thing to do differently, each with "
               "its figure.");
    return guide_end(&guide);
}

const struct prompt prompt_monthly_review = {
    .name = "monthly_review",
    .title = "Monthly review",
    .description = "A month looked back at: income, spending, what changed and why.",
    .args = args,
    .args_size = sizeof(struct monthly_review_args),
    .get = get,
    .complete = suggest_argument,
};
