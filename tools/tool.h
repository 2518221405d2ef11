/* What a file in tools/ includes: the declaration of a tool, the call, the statements, and the
 * domain's own fields (money, dates, periods, names, the shared filter). Each tools/NAME.c defines
 * `const struct tool tool_NAME`; the build collects them. */
#ifndef TOOLS_TOOL_H
#define TOOLS_TOOL_H

#include "db/query.h"
#include "mcp/call.h"
#include "mcp/field.h"
#include "mcp/tool.h"

/* Each tool, and all of them (tools_all): NULL-terminated, sorted by name. Generated. */
#include "tools/list.h"

#endif
