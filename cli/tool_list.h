/* Finding a tool by its name. */
#ifndef CLI_TOOL_LIST_H
#define CLI_TOOL_LIST_H

#include "mcp/tool.h"

enum {
    TOOL_LIST_MAX = 64
};

/* NULL when there is none. */
const struct tool *tool_by_name(const char *name);

/* Says that there is none of that name, and which was probably meant; returns EX_USAGE. */
int tool_unknown(const char *name);

#endif
