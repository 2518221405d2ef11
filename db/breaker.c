/* The circuit breaker of a pool: decisions only, no timers. */
#include "db/breaker.h"

#include <string.h>

#include "db/limits.h"

static uint64_t spread(uint64_t ms, uint64_t chance)
{
    uint64_t part = ms * DB_BACKOFF_SPREAD_PERCENT / 100;
    return ms - part + chance % (2 * part + 1);
}

static uint64_t doubled(uint64_t first, uint64_t most, int times)
{
    while (times-- > 0 && first < most)
        first *= 2;
    return first < most ? first : most;
}

uint64_t breaker_backoff(int tries, uint64_t chance)
{
    return spread(doubled(DB_BACKOFF_FIRST_MS, DB_BACKOFF_MAX_MS, tries), chance);
}

void breaker_started(struct breaker *breaker)
{
    breaker->is_probing = true;
}

void breaker_succeeded(struct breaker *breaker)
{
    *breaker = (struct breaker){.state = BREAKER_CLOSED, .was_connected = true};
}

bool breaker_is_final(const struct db_failure *failure)
{
    return failure->class != DB_GONE && failure->class != DB_BUSY;
}

static bool is_worth_trying(const struct breaker *breaker, uint64_t now)
{
    uint64_t spent = now - breaker->since;
    if (breaker_is_final(&breaker->failure))
        return false;
    if (strcmp(breaker->failure.code, "database_starting") == 0)
        return spent < DB_STARTING_MS;
    if (breaker->was_connected)
        return spent < DB_RECONNECT_MS;
    return breaker->tries <= DB_TRIES_MAX;
}

bool breaker_failed(struct breaker *breaker, const struct db_failure *failure, uint64_t now,
                    uint64_t chance)
{
    bool is_starting = strcmp(failure->code, "database_starting") == 0;
    if (breaker->state == BREAKER_OPEN && is_starting) {
        breaker->state = BREAKER_TRYING;
        breaker->tries = 0;
    }
    if (breaker->tries++ == 0)
        breaker->since = now;
    breaker->is_probing = false;
    breaker->failure = *failure;
    if (breaker->state != BREAKER_OPEN && is_worth_trying(breaker, now)) {
        breaker->state = BREAKER_TRYING;
        breaker->next_at = now + breaker_backoff(breaker->tries - 1, chance);
        return false;
    }
    int probes = breaker->state == BREAKER_OPEN ? breaker->tries : 0;
    breaker->state = BREAKER_OPEN;
    breaker->tries = probes;
    breaker->next_at =
        now + (breaker_is_final(failure)
                   ? DB_REFUSED_MS
                   : spread(doubled(DB_PROBE_FIRST_MS, DB_PROBE_MAX_MS / 2, probes), chance));
    return true;
}

bool breaker_allows(const struct breaker *breaker, uint64_t now)
{
    return !breaker->is_probing && (breaker->state == BREAKER_CLOSED || now >= breaker->next_at);
}

bool breaker_refuses(const struct breaker *breaker, uint64_t now, struct db_failure *ret_failure)
{
    bool is_due = now >= breaker->next_at;
    if (breaker->state != BREAKER_OPEN || (is_due && !breaker->is_probing))
        return false;
    *ret_failure = breaker->failure;
    if (ret_failure->retry_safe)
        ret_failure->retry_after_ms = is_due ? DB_PROBE_FIRST_MS : (int)(breaker->next_at - now);
    return true;
}
