/* What the kinds and states of expenses are called in sentences. */
#include "tools/support/spoken_words.h"

#include <string.h>

const char *spoken_kind(const struct filter *filter)
{
    bool is_refund = filter->status && strcmp(filter->status, "refund") == 0;
    bool may_be = strcmp(filter->kind, "expense") == 0 || strcmp(filter->kind, "all") == 0;
    return is_refund && may_be ? "refund" : filter->kind;
}

bool spoken_is_of_expenses(const struct filter *filter)
{
    return strcmp(spoken_kind(filter), "expense") == 0;
}

bool spoken_is_deleted(const struct filter *filter)
{
    return filter->status && strcmp(filter->status, "deleted") == 0;
}

const char *spoken_noun(const char *kind)
{
    static const char *const nouns[][2] = {{"expense", "expenses"},
                                           {"refund", "refunds"},
                                           {"income", "income"},
                                           {"transfer", "transfers"}};
    for (size_t i = 0; i < ARRAY_LENGTH(nouns); i++) {
        if (strcmp(kind, nouns[i][0]) == 0)
            return nouns[i][1];
    }
    return "entries";
}

void spoken_say_state(struct buf *text, const struct filter *filter)
{
    static const char *const states[][2] = {
        {"uncategorized", "Only what has no category: "},
        {"pending", "Only what is pending: "},
        {"recurring", "Only what came for about as much again after a week, a month or a year, "
                      "habits too; list_recurring knows the bills: "},
        {"split", "Only split receipts: "},
        {"deleted", "Deleted: "}};
    for (size_t i = 0; filter->status && i < ARRAY_LENGTH(states); i++) {
        if (strcmp(filter->status, states[i][0]) == 0)
            (void)buf_append_text(text, states[i][1]);
    }
}

void spoken_say_nothing(struct buf *text, const struct filter *filter)
{
    const char *kind = spoken_kind(filter);
    const char *state = filter->status && strcmp(filter->status, "any") != 0 ? filter->status : "";
    bool is_refund = strcmp(state, "refund") == 0;
    if (is_refund)
        state = strcmp(kind, "refund") == 0 ? "" : "refunded";
    (void)buf_printf(text, "There %s no %s%s%s", strcmp(kind, "income") == 0 ? "is" : "are", state,
                     state[0] ? " " : "", spoken_noun(kind));
}
