/* Puts the message of a prompt together. Knows no prompt. */
#include "tools/support/guide.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tools/support/ledger.h"
#include "tools/support/limits.h"
#include "tools/support/sentence.h"
#include "tools/tool.h"

static bool is_offered(const struct call *call, const char *name)
{
    for (const struct tool *const *tool = tools_all; *tool; tool++) {
        if (strcmp((*tool)->name, name) == 0)
            return ((*tool)->flags & TOOL_READ_ONLY) || !call_context(call)->read_only;
    }
    return false;
}

void guide_begin(struct guide *guide, struct call *call)
{
    *guide = (struct guide){.call = call};
    buf_init(&guide->text, GUIDE_MAX_BYTES);
}

void guide_say(struct guide *guide, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)buf_vprintf(&guide->text, format, args);
    va_end(args);
}

void guide_say_name(struct guide *guide, const char *before, const struct name_ref *name)
{
    if (!name->text)
        return;
    (void)buf_append_text(&guide->text, before);
    sentence_name(&guide->text, name->text);
}

void guide_step(struct guide *guide, const char *tool, const char *format, ...)
{
    va_list args;
    if (tool && !is_offered(guide->call, tool))
        return;
    (void)buf_printf(&guide->text, "\n%d. ", ++guide->steps);
    va_start(args, format);
    (void)buf_vprintf(&guide->text, format, args);
    va_end(args);
}

int guide_end(struct guide *guide)
{
    guide_say(guide,
              "\n\nTake every figure from the answers, with its currency and period, and say "
              "what was left out. Change nothing without asking me first.");
    int r = guide->text.error;
    if (r == 0)
        call_add_text(guide->call, buf_text(&guide->text));
    buf_free(&guide->text);
    return r == 0 ? call_reply(guide->call) : r;
}

int guide_month(struct call *call, const struct period_word *word, struct guide_month *ret_month)
{
    const struct calendar *calendar = &call_ledger(call)->calendar;
    OWNED_BUF spoken = BUF_INIT(100);
    struct period period;
    int r = period_from_word(word->text ? word->text : "last_month", calendar, call_arena(call),
                             &period);
    if (r != 0)
        return r;
    struct guide_month month = {.name = ""};
    period_phrase(&period, calendar, &spoken);
    (void)snprintf(month.name, sizeof(month.name), "%.7s", period.from);
    month.spoken = arena_strdup(call_arena(call), buf_text(&spoken));
    month.days = arena_printf(call_arena(call), "%s..%s", period.from, period.to);
    if (!month.spoken || !month.days)
        return -ENOMEM;
    *ret_month = month;
    return 0;
}
