/* What the program offers beside its tools: each tools/prompts/NAME.c defines `const struct prompt
 * prompt_NAME`, each tools/resources/NAME.c `const struct resource resource_NAME`; the build collects
 * them in prompts_all and resources_all. */
#ifndef TOOLS_OFFERS_H
#define TOOLS_OFFERS_H

#include "mcp/prompt.h"
#include "mcp/resource.h"

#include "tools/prompts/list.h"
#include "tools/resources/list.h"

#endif
