/* One announcement is under way at a time, and it waits a little before it is sent, because it costs a
 * connection and the disk as much as a small change does; it stands for all that was saved until then.
 * One that fails is not repeated by itself: it costs time, never news. */
#include "tools/support/announce.h"

#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "db/query.h"
#include "tools/support/announce.sql.h"
#include "tools/support/ledger.h"
#include "tools/support/limits.h"

enum {
    NUMBER_SIZE = 24
};

struct announcer {
    const struct tools_context *context;
    unsigned changes;  /* under way */
    bool is_under_way; /* an announcement is */
    bool is_again;     /* something was saved after it was sent */
    bool is_over;      /* freed as soon as nothing is under way */
    char ledger[NUMBER_SIZE];
};

struct announcer *announcer_new(const struct tools_context *context)
{
    struct announcer *announcer = mem_zalloc(sizeof(*announcer));
    if (announcer)
        announcer->context = context;
    return announcer;
}

void announcer_enter(struct announcer *announcer)
{
    if (announcer)
        announcer->changes++;
}

void announcer_leave(struct announcer *announcer)
{
    if (announcer)
        announcer->changes--;
}

bool announcer_is_crowded(const struct announcer *announcer)
{
    return announcer && announcer->changes > 1;
}

static void announce(struct announcer *announcer);

static void announced(void *data, struct db_tx *tx, const struct db_rows *const *rows, size_t steps,
                      const struct db_failure *failure)
{
    struct announcer *announcer = data;
    (void)tx;
    (void)rows;
    (void)steps;
    announcer->is_under_way = false;
    if (failure)
        LOG(LOG_DEBUG, "news", "could not announce: %s", failure->code);
    if (announcer->is_again)
        announce(announcer);
    if (announcer->is_over && !announcer->is_under_way)
        mem_free(announcer);
}

/* What was told until here is heard with this one. */
static void sent(void *data)
{
    struct announcer *announcer = data;
    announcer->is_again = false;
}

static void announce(struct announcer *announcer)
{
    const char *const values[] = {announcer->ledger};
    const struct db_step step = {&sql_announce, values};
    struct db_tx *tx = db_tx_begin(announcer->context->pool, 0);
    announcer->is_again = false;
    if (!tx)
        return;
    db_tx_wait(tx, ANNOUNCE_PAUSE_MS);
    announcer->is_under_way = db_tx_run(tx, &step, 1, true, announced, announcer) == 0;
    if (announcer->is_under_way)
        db_tx_work_meanwhile(tx, sent);
    else
        db_tx_rollback(tx);
}

void announcer_tell(struct announcer *announcer, const char *ledger)
{
    if (!announcer)
        return;
    (void)snprintf(announcer->ledger, sizeof(announcer->ledger), "%s", ledger);
    if (announcer->is_under_way)
        announcer->is_again = true;
    else
        announce(announcer);
}

void announcer_free(struct announcer *announcer)
{
    if (!announcer)
        return;
    announcer->is_over = true;
    if (!announcer->is_under_way)
        mem_free(announcer);
}
