/* The names that one object may have, ready for refusing another one: a server makes them once for
 * each of its tools, since a model that guesses names guesses often. */
#ifndef MCP_FIELD_NAMES_H
#define MCP_FIELD_NAMES_H

#include "mcp/field.h"
#include "mcp/nearest.h"

struct field_names {
    const char *list; /* "period, limit"; "" when nothing is expected */
    size_t count;
    struct nearest_name names[]; /* without hidden ones */
};

/* In the arena; NULL when out of memory. Borrows the names of the tables. */
const struct field_names *field_names_new(const struct field_part *parts, size_t count,
                                          struct arena *arena);

/* The name that is most like this one, NULL when none is. */
const char *field_names_nearest(const struct field_names *names, const char *name);

#endif
