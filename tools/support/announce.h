/* Tells those who listen (news.h) that a ledger was written to, after the fact. PostgreSQL lets one
 * transaction with an announcement commit at a time, through its write to the disk, so a change that
 * is made beside others leaves its announcement to this: one for all that were saved meanwhile, in a
 * transaction that writes nothing. A change made alone announces itself. */
#ifndef TOOLS_SUPPORT_ANNOUNCE_H
#define TOOLS_SUPPORT_ANNOUNCE_H

#include <stdbool.h>

#include "base/own.h"

struct tools_context;
struct announcer;

/* NULL when out of memory. The context outlives its pool, and that what is under way here. */
MUST_CHECK struct announcer *announcer_new(const struct tools_context *context);

/* A change begins or is over. NULL is fine here and below: then every change announces itself. */
void announcer_enter(struct announcer *announcer);
void announcer_leave(struct announcer *announcer);

/* Whether several changes are under way. */
bool announcer_is_crowded(const struct announcer *announcer);

/* The ledger of this number was written to, and that is saved. */
void announcer_tell(struct announcer *announcer, const char *ledger);

/* Before the pool is closed; what was told is still sent. */
void announcer_free(struct announcer *announcer);

#endif
