/* Tools of the command line alone, which clients do not see: rates of many days. NULL-terminated. */
#ifndef TOOLS_SUPPORT_RATES_IMPORT_H
#define TOOLS_SUPPORT_RATES_IMPORT_H

#include "mcp/tool.h"

/* first_rate_needed answers {"first": the first day whose rates the books can use, "currency": the
 * ledger's}. import_rates stores some days, whole, as one change. */
extern const struct tool *const rates_import_tools[];

#endif
