/* The private cluster, from held to let go: the last one out stops it. Also the blocking stop and
 * look for the command line. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "db/cluster_private.h"

static bool is_up(const struct cluster_server_view *view)
{
    return view->state != SERVER_DOWN && view->state != SERVER_LEFT_OVER;
}

void cluster_step_leaving(struct db_cluster *cluster)
{
    struct cluster_server_view view;
    if (cluster->start_lock < 0 || cluster->use_lock < 0) {
        cluster_left(cluster);
        return;
    }
    if (flock(cluster->start_lock, LOCK_EX | LOCK_NB) < 0) {
        if (cluster_is_late(cluster))
            cluster_left(cluster); /* somebody else is busy with it, so it has a holder */
        else
            cluster_again(cluster, CLUSTER_STOP_POLL_MS);
        return;
    }
    if (flock(cluster->use_lock, LOCK_EX | LOCK_NB) < 0) {
        cluster_left(cluster);
        return;
    }
    cluster_server_look(cluster->place.data, &view);
    cluster_child_signal(cluster->server, SIGINT); /* also while it has no lock file yet */
    if (cluster->server || is_up(&view)) {
        (void)cluster_server_stop(&view);
        cluster_go(cluster, STEP_STOPPING, CLUSTER_STOP_WAIT_MS);
    } else
        cluster_left(cluster);
}

void cluster_step_stopping(struct db_cluster *cluster)
{
    struct cluster_server_view view;
    cluster_server_look(cluster->place.data, &view);
    if ((!is_up(&view) && !cluster->server) || cluster_is_late(cluster))
        cluster_left(cluster); /* when late: it was told, and ends without us */
    else
        cluster_again(cluster, CLUSTER_STOP_POLL_MS);
}

enum db_cluster_state db_cluster_probe(struct db_cluster *cluster)
{
    struct cluster_server_view view;
    struct stat st;
    if (lstat(cluster->place.data, &st) < 0)
        return DB_CLUSTER_NONE;
    cluster_server_look(cluster->place.data, &view);
    return is_up(&view) ? DB_CLUSTER_RUNNING : DB_CLUSTER_STOPPED;
}

static void pause_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&pause, NULL);
}

int db_cluster_stop(struct db_cluster *cluster, struct buf *why)
{
    struct cluster_server_view view;
    cluster_server_look(cluster->place.data, &view);
    if (!is_up(&view))
        return -ENOENT;
    int r = cluster_server_stop(&view);
    if (r < 0) {
        buf_append_text(why, "The database belongs to another user and was not stopped.");
        return r;
    }
    for (int waited = 0; waited < CLUSTER_STOP_WAIT_MS; waited += CLUSTER_STOP_POLL_MS) {
        cluster_server_look(cluster->place.data, &view);
        if (!is_up(&view))
            return 0;
        pause_ms(CLUSTER_STOP_POLL_MS);
    }
    buf_append_text(why, "The database was told to stop and is still busy with it.");
    return -ETIMEDOUT;
}
