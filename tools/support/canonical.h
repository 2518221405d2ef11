/* One text for equal JSON: members in the order of their names, no blanks. To tell whether a
 * repeated request is the same one. */
#ifndef TOOLS_SUPPORT_CANONICAL_H
#define TOOLS_SUPPORT_CANONICAL_H

#include "base/arena.h"
#include "mcp/json.h"

/* `apart`: members of the outermost object that do not count, NULL-terminated. NULL when out of
 * memory. */
MUST_CHECK const char *canonical_text(struct arena *arena, const cJSON *value,
                                      const char *const *apart);

#endif
