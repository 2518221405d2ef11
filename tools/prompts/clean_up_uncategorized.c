/* clean_up_uncategorized: gives what has no category one, merchant by merchant. */
#include "tools/offers.h"

#include "tools/support/guide.h"
#include "tools/support/suggest.h"

struct clean_up_uncategorized_args {
    struct name_ref merchant;
};

static const struct field args[] = {
    ARG_MERCHANT(struct clean_up_uncategorized_args, merchant, .doc = "Only this merchant."),
    ARG_END,
};

static int get(struct call *call)
{
    const struct clean_up_uncategorized_args *a = call_args(call);
    struct guide guide;
    guide_begin(&guide, call);
    guide_say(&guide, "Let us give the expenses without a category one");
    guide_say_name(&guide, ", only those at ", &a->merchant);
    guide_say(&guide, ".");
    guide_step(&guide, "get_context",
               "get_context with kind categories: the categories there are.");
    guide_step(&guide, "read_expenses",
               "read_expenses with status uncategorized and period all, page by page to the end.");
    guide_step(
        &guide, NULL,
        "Group them by merchant and show me a table: merchant, how many, total, the category "
        "you propose, and how sure you are. Make up no new category.");
    guide_step(
        &guide, "update_expenses",
        "When I agree, update_expenses group by group, first with dry_run; tell me the change "
        "ids, so that each can be undone.");
    guide_step(
        &guide, "manage_rules",
        "Offer a rule for merchants that come again, after showing what it would have matched.");
    return guide_end(&guide);
}

const struct prompt prompt_clean_up_uncategorized = {
    .name = "clean_up_uncategorized",
    .title = "Clean up uncategorized",
    .description = "Finds what has no category and proposes one for each, for you to confirm.",
    .args = args,
    .args_size = sizeof(struct clean_up_uncategorized_args),
    .get = get,
    .complete = suggest_argument,
};
