/* weekly_check_in: the last days at a glance, and what wants attention. */
#include "tools/offers.h"

#include "tools/support/guide.h"
#include "tools/support/suggest.h"

struct weekly_check_in_args {
    struct name_ref user;
};

static const struct field args[] = {
    ARG_USER(struct weekly_check_in_args, user, .doc = "Only what this person spent."),
    ARG_END,
};

static int get(struct call *call)
{
    const struct weekly_check_in_args *a = call_args(call);
    struct guide guide;
    guide_begin(&guide, call);
    guide_say(&guide, "Let us look at the week's spending together");
    guide_say_name(&guide, ", only that of ", &a->user);
    guide_say(&guide, ".");
    guide_step(&guide, "summarize_spending",
               "summarize_spending with period last_7_days, group_by category and compare_to "
               "previous: the total, and which categories moved it.");
    guide_step(&guide, "read_expenses",
               "read_expenses with period last_7_days and sort -amount: the three biggest.");
    guide_step(
        &guide, "read_expenses",
        "read_expenses with status uncategorized and period last_30_days: propose a category "
        "for each.");
    guide_step(&guide, "budget_status", "budget_status: what is left, and what will not last.");
    guide_step(&guide, "list_recurring",
               "list_recurring with due_within_days 7: what will be taken next week.");
    guide_step(
        &guide, "find_unusual",
        "find_unusual with period last_7_days: anything charged twice or dearer than usual.");
    guide_step(&guide, NULL, "Sum up in at most eight lines, the most important first.");
    return guide_end(&guide);
}

const struct prompt prompt_weekly_check_in = {
    .name = "weekly_check_in",
    .title = "Weekly check-in",
    .description = "The last seven days: total, biggest purchases, loose ends, what comes next.",
    .args = args,
    .args_size = sizeof(struct weekly_check_in_args),
    .get = get,
    .complete = suggest_argument,
};
