/* The reference of tools, from their declarations. */
#ifndef CLI_REFERENCE_H
#define CLI_REFERENCE_H

#include <stdio.h>

#include "mcp/tool.h"

/* One line: name and what it is for. */
void reference_line(FILE *out, const struct tool *tool);

/* Everything about one tool for a terminal: description, flags, arguments as `ninepence call` takes
 * them. */
void reference_tool(FILE *out, const struct tool *tool);

/* The same as Markdown, for the documentation. */
void reference_markdown(FILE *out, const struct tool *tool);

#endif
