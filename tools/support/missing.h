/* create_missing: makes the categories, users, tags and accounts that a write names and the ledger
 * does not have, as part of the change. A category `Parent: Child` needs a parent that is there, or
 * one of a single part. */
#ifndef TOOLS_SUPPORT_MISSING_H
#define TOOLS_SUPPORT_MISSING_H

#include "tools/support/asked.h"
#include "tools/support/change.h"

/* Adds the steps to the trip that opens the change; *ret_first is the number of the first of them.
 * 0 or -ENOMEM. */
MUST_CHECK int missing_steps(struct change *change, const struct asked *asked, size_t *ret_first);

/* In the continuation: keeps what was made. */
void missing_keep(struct change *change, const struct db_rows *const *rows, size_t first);

#endif
