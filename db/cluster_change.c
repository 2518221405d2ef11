/* Whoever changes the layout of the private database does it alone, the backup before it included: a
 * dump beside a migration would be of neither layout, and the two would wait for each other's locks.
 * The lock is a file's, so that it ends with its holder, however that ends. */
#include <errno.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "db/cluster_private.h"

struct cluster_change {
    uv_timer_t timer; /* asks for the lock again */
    int lock;         /* descriptor; -1: not open */
    uint64_t deadline;
    void (*granted)(void *data, const struct db_failure *failure);
    void *data;
};

static void timer_closed(uv_handle_t *handle)
{
    struct cluster_change *change =
        CONTAINER_OF((uv_timer_t *)handle, struct cluster_change, timer);
    mem_free(change);
}

int cluster_change_lock(const struct db_cluster *cluster)
{
    return cluster->change && !cluster->change->granted ? cluster->change->lock : -ENOLCK;
}

/* A dump that shares the lock keeps it when it outlives us; here it is given up by name. */
void db_cluster_change_end(struct db_cluster *cluster)
{
    struct cluster_change *change = cluster->change;
    if (!change)
        return;
    cluster->change = NULL;
    if (change->lock >= 0) {
        (void)flock(change->lock, LOCK_UN);
        (void)close(change->lock);
    }
    uv_handle_t *timer = (uv_handle_t *)&change->timer;
    uv_close(timer, timer_closed);
}

static void tell(struct db_cluster *cluster, const struct db_failure *failure)
{
    struct cluster_change *change = cluster->change;
    void (*granted)(void *data, const struct db_failure *failure) = change->granted;
    void *data = change->data;
    change->granted = NULL;
    if (failure)
        db_cluster_change_end(cluster);
    granted(data, failure);
}

static void timer_rings(uv_timer_t *timer)
{
    struct db_cluster *cluster = timer->data;
    struct cluster_change *change = cluster->change;
    bool is_first = change->lock < 0;
    if (is_first)
        change->lock = cluster_lock_open(&cluster->place, "change");
    if (change->lock < 0) {
        tell(cluster, cluster_failure_of_errno(change->lock));
    } else if (flock(change->lock, LOCK_EX | LOCK_NB) == 0) {
        tell(cluster, NULL);
    } else if (uv_now(cluster->loop) >= change->deadline) {
        tell(cluster, cluster_failure(TROUBLE_CHANGING));
    } else {
        if (is_first)
            LOG(LOG_DEBUG, "cluster", "waits for whoever changes the database");
        (void)uv_timer_start(timer, timer_rings, CLUSTER_LOCK_POLL_MS, 0);
    }
}

int db_cluster_change_begin(struct db_cluster *cluster,
                            void (*granted)(void *data, const struct db_failure *failure),
                            void *data)
{
    struct cluster_change *change = mem_zalloc(sizeof(*change));
    if (!change)
        return -ENOMEM;
    db_cluster_change_end(cluster);
    cluster->change = change;
    change->lock = -1;
    change->granted = granted;
    change->data = data;
    (void)uv_timer_init(cluster->loop, &change->timer);
    change->timer.data = cluster;
    uv_update_time(cluster->loop);
    change->deadline = uv_now(cluster->loop) + CLUSTER_CHANGE_WAIT_MS;
    (void)uv_timer_start(&change->timer, timer_rings, 0, 0);
    return 0;
}
