/* The private cluster as a state machine: one step at a time, entered from the clock, from children
 * that end and from the probe; what each waits for stands at enum cluster_step. Two locks keep
 * processes apart: the start lock is held by whoever creates, starts or stops; the use lock is shared
 * by all who hold the server, so that the last one out can tell. Steps are in cluster_start.c and
 * cluster_stop.c; a third lock, of whoever changes the database, is in cluster_change.c. */
#include "db/cluster.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "db/cluster_private.h"

static void run_step(struct db_cluster *cluster)
{
    static void (*const steps[])(struct db_cluster *) = {
        [STEP_LOCKING] = cluster_step_locking,   [STEP_CREATING] = cluster_step_creating,
        [STEP_STARTING] = cluster_step_starting, [STEP_PROBING] = cluster_step_probing,
        [STEP_WAITING] = cluster_step_waiting,   [STEP_LEAVING] = cluster_step_leaving,
        [STEP_STOPPING] = cluster_step_stopping,
    };
    if (steps[cluster->step])
        steps[cluster->step](cluster);
}

static void clock_rings(uv_timer_t *timer)
{
    struct db_cluster *cluster = timer->data;
    if (cluster->step == STEP_IDLE && cluster->trouble)
        cluster_tell_ready(cluster, cluster->trouble);
    else
        run_step(cluster);
}

static void clock_closed(uv_handle_t *handle)
{
    uv_timer_t *clock = (uv_timer_t *)handle;
    mem_free(clock);
}

void cluster_again(struct db_cluster *cluster, uint64_t ms)
{
    (void)uv_timer_start(cluster->clock, clock_rings, ms, 0);
}

void cluster_go(struct db_cluster *cluster, enum cluster_step step, uint64_t deadline_ms)
{
    static const char *const names[] = {
        [STEP_IDLE] = "idle",         [STEP_LOCKING] = "locking", [STEP_CREATING] = "creating",
        [STEP_STARTING] = "starting", [STEP_PROBING] = "probing", [STEP_WAITING] = "waiting",
        [STEP_HELD] = "held",         [STEP_LEAVING] = "leaving", [STEP_STOPPING] = "stopping",
    };
    LOG(LOG_DEBUG, "cluster", "%s -> %s", names[cluster->step], names[step]);
    cluster->step = step;
    uv_update_time(cluster->loop);
    cluster->deadline = uv_now(cluster->loop) + deadline_ms;
    cluster_again(cluster, 0);
}

bool cluster_is_late(const struct db_cluster *cluster)
{
    return uv_now(cluster->loop) >= cluster->deadline;
}

/* --- ends ------------------------------------------------------------------------------------ */

/* Closing the last descriptor gives a lock up; a child that shares the start lock keeps it, so it is
 * given up by name first. */
static void close_locks(struct db_cluster *cluster)
{
    if (cluster->start_lock >= 0) {
        (void)flock(cluster->start_lock, LOCK_UN);
        (void)close(cluster->start_lock);
    }
    if (cluster->use_lock >= 0)
        (void)close(cluster->use_lock);
    cluster->start_lock = -1;
    cluster->use_lock = -1;
}

static void come_to_rest(struct db_cluster *cluster)
{
    cluster_probe_cancel(&cluster->probe);
    cluster_watch_end(&cluster->watch);
    cluster_child_forget(&cluster->helper);
    close_locks(cluster);
    cluster->step = STEP_IDLE;
    (void)uv_timer_stop(cluster->clock);
}

void cluster_tell_ready(struct db_cluster *cluster, const struct db_failure *failure)
{
    void (*ready)(void *data, const struct db_settings *settings,
                  const struct db_failure *failure) = cluster->ready;
    cluster->ready = NULL;
    if (ready)
        ready(cluster->ready_data, failure ? NULL : &cluster->settings, failure);
}

void cluster_fail(struct db_cluster *cluster, const struct db_failure *failure)
{
    LOG(LOG_DEBUG, "cluster", "%s: %s", failure->code, cluster->place.home);
    come_to_rest(cluster);
    cluster_tell_ready(cluster, failure);
}

void cluster_left(struct db_cluster *cluster)
{
    come_to_rest(cluster);
    void (*released)(void *data) = cluster->released;
    cluster->released = NULL;
    if (released)
        released(cluster->released_data);
}

/* --- the public side ------------------------------------------------------------------------- */

static int find_place(struct db_cluster *cluster)
{
    const struct db_cluster_options options = {.application = cluster->application,
                                               .data_home = cluster->data_home,
                                               .bin_dir = cluster->bin_dir};
    cluster->trouble = NULL;
    cluster_place_free(&cluster->place);
    return cluster_place_find(&cluster->place, &options, &cluster->trouble);
}

struct db_cluster *db_cluster_new(const struct db_cluster_options *options)
{
    struct db_cluster *cluster = mem_zalloc(sizeof(*cluster));
    if (!cluster)
        return NULL;
    cluster->loop = options->loop;
    cluster->start_lock = -1;
    cluster->use_lock = -1;
    db_settings_init(&cluster->settings);
    cluster->application = mem_strdup(options->application);
    cluster->data_home = options->data_home ? mem_strdup(options->data_home) : NULL;
    cluster->bin_dir = options->bin_dir ? mem_strdup(options->bin_dir) : NULL;
    cluster->clock = mem_zalloc(sizeof(*cluster->clock));
    if (cluster->clock) {
        (void)uv_timer_init(options->loop, cluster->clock);
        cluster->clock->data = cluster;
    }
    if (!cluster->application || !cluster->clock || (options->data_home && !cluster->data_home) ||
        (options->bin_dir && !cluster->bin_dir) || find_place(cluster) < 0) {
        db_cluster_free(cluster);
        return NULL;
    }
    return cluster;
}

void db_cluster_free(struct db_cluster *cluster)
{
    if (!cluster)
        return;
    cluster_backup_forget(cluster);
    db_cluster_change_end(cluster);
    if (cluster->clock) {
        come_to_rest(cluster);
        uv_handle_t *clock = (uv_handle_t *)cluster->clock;
        uv_close(clock, clock_closed);
    }
    cluster_child_forget(&cluster->server);
    cluster_child_forget(&cluster->syncer);
    db_settings_free(&cluster->settings);
    cluster_place_free(&cluster->place);
    mem_free(cluster->application);
    mem_free(cluster->data_home);
    mem_free(cluster->bin_dir);
    mem_free(cluster);
}

void db_cluster_acquire(struct db_cluster *cluster,
                        void (*ready)(void *data, const struct db_settings *settings,
                                      const struct db_failure *failure),
                        void *data)
{
    cluster->ready = ready;
    cluster->ready_data = data;
    cluster->revivals = 0;
    if (cluster->trouble && find_place(cluster) < 0) /* it may have been installed meanwhile */
        cluster->trouble = cluster_failure(TROUBLE_MEMORY);
    if (cluster->trouble)
        cluster_again(cluster, 0);
    else if (cluster->step == STEP_IDLE || cluster->step == STEP_HELD)
        cluster_go(cluster, STEP_LOCKING, CLUSTER_LOCK_WAIT_MS);
}

void db_cluster_release(struct db_cluster *cluster, void (*released)(void *data), void *data)
{
    cluster->ready = NULL;
    cluster->released = released;
    cluster->released_data = data;
    cluster_backup_forget(cluster);
    db_cluster_change_end(cluster);
    cluster_probe_cancel(&cluster->probe);
    if (cluster->helper) {
        cluster_child_signal(cluster->helper, SIGKILL);
        cluster_child_forget(&cluster->helper);
    }
    if (cluster->use_lock >= 0)
        (void)flock(cluster->use_lock, LOCK_UN);
    cluster_go(cluster, STEP_LEAVING, CLUSTER_STOP_WAIT_MS);
}

const char *db_cluster_path(const struct db_cluster *cluster)
{
    return cluster->place.data;
}

const char *db_cluster_log_path(const struct db_cluster *cluster)
{
    return cluster->place.log;
}

const char *db_cluster_socket_path(const struct db_cluster *cluster)
{
    return cluster->place.socket;
}
