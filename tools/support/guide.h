/* The message of a prompt: what the person wants, then numbered steps. A step that needs a tool which
 * this server does not offer is left out, so that no prompt sends a model after something that is not
 * there. */
#ifndef TOOLS_SUPPORT_GUIDE_H
#define TOOLS_SUPPORT_GUIDE_H

#include "base/buf.h"
#include "mcp/call.h"
#include "tools/support/names.h"
#include "tools/support/period.h"

struct guide {
    struct call *call;
    struct buf text;
    int steps;
};

void guide_begin(struct guide *guide, struct call *call);

/* The next words of the message. */
void guide_say(struct guide *guide, const char *format, ...) PRINTF_LIKE(2, 3);

/* ` for "Ann"`, or nothing when the name is absent. */
void guide_say_name(struct guide *guide, const char *before, const struct name_ref *name);

/* One numbered step; `tool` NULL: needs none. */
void guide_step(struct guide *guide, const char *tool, const char *format, ...) PRINTF_LIKE(3, 4);

/* Sends the message. Returns 0 or a negative errno. */
int guide_end(struct guide *guide);

/* The month of an argument as the tools take it ("2026-10") and as people say it ("October 2026"). */
struct guide_month {
    char name[8];
    const char *spoken;
    const char *days; /* "2026-10-01..2026-10-31" */
};

int guide_month(struct call *call, const struct period_word *word, struct guide_month *ret_month);

#endif
