/* Tools of the command line alone, which clients do not see: the ledgers of a database.
 * NULL-terminated. */
#ifndef TOOLS_SUPPORT_LEDGER_DESK_H
#define TOOLS_SUPPORT_LEDGER_DESK_H

#include "mcp/tool.h"

/* list_ledgers answers {"rows": [{"name", "currency", "timezone", "sample"}]}; create_ledger makes one
 * beside those there are. */
extern const struct tool *const ledger_desk_tools[];

#endif
