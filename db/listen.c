/* A listener is a pool of one connection that is never given back, on the settings of the pool that
 * it follows; "LISTEN" is a read like any other there, run again when the connection is lost. */
#include "db/listen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "db/pool_internal.h"
#include "db/settings_internal.h"

enum {
    CHANNEL_MAX = 63,
    HOST_ROOM = 1024
};

enum listener_state {
    LISTENER_OFF,
    LISTENER_STARTING,
    LISTENER_ON
};

struct db_listener {
    struct list link; /* in followed->listeners */
    struct db_pool *followed;
    struct db_pool *pool; /* its own; NULL before the first use */
    enum listener_state state;
    uint64_t retry_at;
    bool is_ended;
    bool is_impossible; /* sessions are shared on the way */
    char channel[CHANNEL_MAX + 1];
    char sql[CHANNEL_MAX + 16];
    struct db_statement statement;
    struct db_listen_options options;
};

static bool is_channel(const char *channel)
{
    size_t length = strlen(channel);
    return length > 0 && length <= CHANNEL_MAX &&
           strspn(channel, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

struct db_listener *db_listen(struct db_pool *pool, const struct db_listen_options *options)
{
    if (!is_channel(options->channel))
        return NULL;
    struct db_listener *listener = mem_zalloc(sizeof(*listener));
    if (!listener)
        return NULL;
    (void)snprintf(listener->channel, sizeof(listener->channel), "%s", options->channel);
    (void)snprintf(listener->sql, sizeof(listener->sql), "LISTEN \"%s\"", listener->channel);
    listener->statement = (struct db_statement){.name = NULL, .sql = listener->sql, .params = 0};
    listener->options = *options;
    listener->options.channel = listener->channel;
    listener->followed = pool;
    list_append(&pool->listeners, &listener->link);
    pool_schedule(pool);
    return listener;
}

bool db_listen_is_on(const struct db_listener *listener)
{
    return listener->state == LISTENER_ON;
}

bool db_listen_is_possible(const struct db_listener *listener)
{
    return !listener->is_impossible;
}

/* --- its own pool ---------------------------------------------------------------------------- */

static void on_notified(void *data, const char *channel, const char *payload)
{
    struct db_listener *listener = data;
    if (!listener->is_ended && strcmp(channel, listener->channel) == 0)
        listener->options.notified(listener->options.data, payload);
}

static void turn_off(struct db_listener *listener, const char *reason)
{
    LOG(LOG_DEBUG, "listen", "%s: off (%s)", listener->channel, reason);
    listener->state = LISTENER_OFF;
    listener->retry_at = pool_now(listener->followed) + DB_LISTEN_PAUSE_MS;
}

static void on_lost(void *data)
{
    struct db_listener *listener = data;
    if (!listener->is_ended && listener->state == LISTENER_ON)
        turn_off(listener, "lost");
}

static const char pooler_mark[] = "-pooler.";

/* Neon's pooled host is the direct one with "-pooler" behind its first part. */
static const char *find_pooler_mark(const struct db_settings *settings)
{
    const char *host = db_settings_param(settings, "host");
    return host ? strstr(host, pooler_mark) : NULL;
}

bool db_listen_may_work(const struct db_settings *settings)
{
    return settings->transaction_pooler != 1 || find_pooler_mark(settings);
}

static int use_direct_host(struct db_settings *settings)
{
    const char *host = db_settings_param(settings, "host");
    const char *at = find_pooler_mark(settings);
    char direct[HOST_ROOM];
    if (!at)
        return 0;
    int length = snprintf(direct, sizeof(direct), "%.*s.%s", (int)(at - host), host,
                          at + sizeof(pooler_mark) - 1);
    if (length < 0 || (size_t)length >= sizeof(direct))
        return -ENAMETOOLONG;
    return settings_set_param(settings, "host", direct);
}

static int open_own_pool(struct db_listener *listener)
{
    struct db_settings settings;
    int r = db_settings_copy(&settings, &listener->followed->settings);
    if (r < 0)
        return r;
    settings.pool_size = 1;
    settings.max_overflow = 0;
    settings.idle_timeout_ms = (uint64_t)DB_DURATION_MAX_S * 1000;
    settings.pool_recycle_ms = (uint64_t)DB_DURATION_MAX_S * 1000;
    r = use_direct_host(&settings);
    struct db_pool_options options = {.loop = listener->followed->loop, .settings = &settings};
    listener->pool = r == 0 ? db_pool_new(&options) : NULL;
    db_settings_free(&settings);
    if (!listener->pool)
        return -ENOMEM;
    listener->pool->hooks =
        (struct pool_hooks){.notified = on_notified, .lost = on_lost, .data = listener};
    listener->followed->handles++; /* the pool that is followed ends after this one */
    return 0;
}

static void on_listening(void *data, const struct db_rows *rows, const struct db_failure *failure)
{
    struct db_listener *listener = data;
    (void)rows;
    if (listener->is_ended)
        return;
    if (failure) {
        turn_off(listener, failure->code);
    } else if (listener->pool->is_behind_pooler) {
        listener->is_impossible = true;
        turn_off(listener, "sessions are shared");
    } else {
        LOG(LOG_DEBUG, "listen", "%s: on", listener->channel);
        listener->state = LISTENER_ON;
        listener->options.resumed(listener->options.data);
    }
}

static void start(struct db_listener *listener)
{
    const struct db_pool *followed = listener->followed;
    if (followed->is_behind_pooler && !find_pooler_mark(&followed->settings)) {
        listener->is_impossible = true;
        turn_off(listener, "sessions are shared");
        return;
    }
    if (!listener->pool && open_own_pool(listener) < 0) {
        turn_off(listener, "out of memory");
        return;
    }
    listener->state = LISTENER_STARTING;
    if (!db_read(listener->pool, &listener->statement, NULL, 0, on_listening, listener))
        turn_off(listener, "out of memory");
}

void listeners_follow(struct db_pool *pool)
{
    if (pool->is_closing || !pool_has_open(pool))
        return;
    uint64_t now = pool_now(pool);
    LIST_FOREACH (link, &pool->listeners) {
        struct db_listener *listener = CONTAINER_OF(link, struct db_listener, link);
        if (listener->state == LISTENER_OFF && !listener->is_impossible &&
            now >= listener->retry_at)
            start(listener);
    }
}

/* --- the end --------------------------------------------------------------------------------- */

static void on_closed(void *data)
{
    struct db_listener *listener = data;
    pool_handle_closed(listener->followed);
    mem_free(listener);
}

void db_listen_end(struct db_listener *listener)
{
    listener->is_ended = true;
    list_remove(&listener->link);
    if (listener->pool)
        db_pool_close(listener->pool, 0, on_closed, listener);
    else
        mem_free(listener);
}

void listeners_end(struct db_pool *pool)
{
    struct db_listener *listener;
    while ((listener = LIST_FIRST(&pool->listeners, struct db_listener, link)))
        db_listen_end(listener);
}
