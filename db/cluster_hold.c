/* The private cluster, from ready to held: one question to the server, and an eye on it from then on.
 */
#include <errno.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "db/cluster_private.h"

enum {
    CONNINFO_MAX = 512,
    WHY_MAX = 512
};

static void fail_for(struct db_cluster *cluster, enum cluster_trouble trouble)
{
    cluster_fail(cluster, cluster_failure(trouble));
}

void cluster_server_died(void *data)
{
    struct db_cluster *cluster = data;
    struct cluster_server_view view;
    cluster_watch_end(&cluster->watch);
    if (cluster->step != STEP_HELD)
        return; /* the steps look for themselves */
    cluster_server_look(cluster->place.data, &view);
    if (view.state == SERVER_DOWN || cluster->revivals == CLUSTER_REVIVALS_MAX)
        return; /* stopped on purpose, or it does not stay up: when it is next asked for */
    cluster->revivals++;
    cluster_go(cluster, STEP_LOCKING, CLUSTER_LOCK_WAIT_MS);
}

static int make_settings(struct db_cluster *cluster, const struct cluster_server_view *view)
{
    OWNED_BUF text = BUF_INIT(CONNINFO_MAX);
    OWNED_BUF why = BUF_INIT(WHY_MAX);
    buf_printf(&text, "host='%s' port=%d user=%s dbname=%s", view->socket, view->port,
               cluster->application, cluster->application);
    if (text.error)
        return text.error;
    struct db_settings settings;
    db_settings_init(&settings);
    int r = db_settings_from_url(&settings, buf_text(&text), &why);
    if (r < 0) {
        db_settings_free(&settings);
        return r;
    }
    db_settings_free(&cluster->settings);
    cluster->settings = settings;
    return 0;
}

static void syncer_ended(void *data, int64_t status, int signal)
{
    struct db_cluster *cluster = data;
    (void)status;
    (void)signal;
    cluster_child_forget(&cluster->syncer);
}

/* A new cluster was written without waiting for the disk; now there is time for it. */
static void sync_files(struct db_cluster *cluster)
{
    const char *const args[] = {"--sync-only", "-D", cluster->place.data, NULL};
    const struct cluster_command command = {.program = "initdb",
                                            .args = args,
                                            .stdin_fd = -1,
                                            .stdout_fd = -1,
                                            .keep_fd = -1,
                                            .in_background = true,
                                            .ended = syncer_ended,
                                            .data = cluster};
    cluster->is_new = false;
    cluster_child_forget(&cluster->syncer);
    int r = cluster_child_start(cluster->loop, &cluster->place, &command, &cluster->syncer);
    if (r < 0)
        LOG(LOG_WARNING, "cluster", "the new database was not synced to disk: %s", strerror(-r));
}

static void hold(struct db_cluster *cluster)
{
    struct cluster_server_view view;
    cluster_server_look(cluster->place.data, &view);
    cluster_watch_end(&cluster->watch);
    cluster->watch = cluster_watch_start(cluster->loop, view.pid, cluster_server_died, cluster);
    (void)flock(cluster->start_lock, LOCK_UN);
    cluster_go(cluster, STEP_HELD, 0);
    if (cluster->is_new)
        sync_files(cluster);
    cluster_tell_ready(cluster, NULL);
}

static void question_answered(void *data, int result)
{
    struct db_cluster *cluster = data;
    struct cluster_server_view view;
    cluster->probe = NULL;
    cluster_server_look(cluster->place.data, &view);
    if (result == 0)
        hold(cluster);
    else if (result == -EACCES)
        fail_for(cluster, TROUBLE_LOGIN);
    else if (view.state != SERVER_READY)
        cluster_decide(cluster);
    else if (cluster_is_late(cluster))
        fail_for(cluster, TROUBLE_STUCK);
    else if (result == -ENOENT && cluster_server_stop(&view) == 0)
        cluster_go(cluster, STEP_WAITING, CLUSTER_STOP_WAIT_MS); /* its socket was removed */
    else
        cluster_again(cluster, CLUSTER_RETRY_FIRST_MS);
}

void cluster_step_probing(struct db_cluster *cluster)
{
    struct cluster_server_view view;
    cluster_server_look(cluster->place.data, &view);
    if (view.state != SERVER_READY) {
        cluster_decide(cluster);
        return;
    }
    int r = make_settings(cluster, &view);
    if (r == 0)
        cluster->probe =
            cluster_probe_start(cluster->loop, &cluster->settings, question_answered, cluster);
    if (r < 0)
        cluster_fail(cluster, cluster_failure_of_errno(r));
    else if (!cluster->probe)
        fail_for(cluster, TROUBLE_MEMORY);
}
