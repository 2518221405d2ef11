/* Values for arguments while a person types them: names, months and expenses of the ledger. What
 * begins with the typed text comes first, then what holds it, each by how often it was used lately;
 * letter case and accents do not matter. */
#ifndef TOOLS_SUPPORT_SUGGEST_H
#define TOOLS_SUPPORT_SUGGEST_H

#include "mcp/call.h"

/* For prompt.complete: what the type of the argument asks for, nothing for other types. */
int suggest_argument(struct call *call);

/* For resource.complete of templates with {month}, and with the {id} of an expense. */
int suggest_month(struct call *call);
int suggest_expense(struct call *call);

#endif
