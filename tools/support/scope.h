/* What the arguments of any tool that asks select: its filter, how its rows are grouped, and what else
 * decides which expenses count. Arguments of one name mean the same in every tool, so this is read off
 * the tool's own table of arguments; nothing here knows a tool's struct. */
#ifndef TOOLS_SUPPORT_SCOPE_H
#define TOOLS_SUPPORT_SCOPE_H

#include "mcp/call.h"
#include "tools/support/filter.h"

struct scope {
    struct filter filter;
    bool has_period; /* the tool has the argument `period` */
    const char *group_by, *then_by;
    const char *status;
    bool kinds_of_category; /* one category: its own kinds count */
    bool exact_category;    /* and nothing below it */
};

/* Binds `arguments` (an object, or NULL) by the tool's table, into the call's arena, and reads them. 0;
 * -EINVAL when they do not bind; -ERANGE (the call has ended); -ENOMEM. */
MUST_CHECK int scope_read(struct call *call, const struct tool *tool, const cJSON *arguments,
                          struct scope *ret_scope);

/* Whether figures of this tool can be explained: it asks, and answers with money. */
bool scope_explains(const struct tool *tool);

#endif
