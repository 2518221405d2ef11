/* Completion: values for an argument of a prompt or a variable of a template while a person types
 * it. The callback adds what fits, best first, and ends with call_reply(). */
#ifndef MCP_COMPLETE_H
#define MCP_COMPLETE_H

#include <stdint.h>

#include "mcp/call.h"

/* Which argument, and what has been typed of it. */
const char *complete_argument(const struct call *call);
const char *complete_value(const struct call *call);

/* The declaration of the argument; NULL for a variable of a template. */
const struct field *complete_field(const struct call *call);

/* An argument that is filled in already, NULL when it is not (or the client does not tell). */
const char *complete_known(const struct call *call, const char *name);

/* One value. Only the first hundred reach the client, which then hears that there are more. */
void complete_add(struct call *call, const char *value);

/* How many there are, where that is known to be more than were added. */
void complete_total(struct call *call, int64_t total);

#endif
