/* The private cluster, from nothing to a server that says it is ready: lock, create, start. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "db/cluster_private.h"

enum {
    SETTING_MAX = 256
};

static void fail_for(struct db_cluster *cluster, enum cluster_trouble trouble)
{
    cluster_fail(cluster, cluster_failure(trouble));
}

/* The log tells why a child failed, from where it began; on a full disk there is no word of it. */
static enum cluster_verdict read_verdict(const struct db_cluster *cluster)
{
    char text[CLUSTER_LOG_TAIL];
    cluster_file_tail(cluster->place.log, cluster->log_from, text, sizeof(text));
    enum cluster_verdict verdict = cluster_verdict_of_log(text);
    if (verdict == VERDICT_UNKNOWN &&
        cluster_folder_free_bytes(cluster->place.home) < CLUSTER_FULL_BYTES)
        return VERDICT_FULL;
    return verdict;
}

static void remember_log(struct db_cluster *cluster)
{
    struct stat st;
    bool goes_on = stat(cluster->place.log, &st) == 0 && st.st_size <= CLUSTER_LOG_MAX;
    cluster->log_from = goes_on ? st.st_size : 0;
}

static void fail_by_log(struct db_cluster *cluster)
{
    static const enum cluster_trouble troubles[] = {
        [VERDICT_RETRY] = TROUBLE_STUCK,
        [VERDICT_FULL] = TROUBLE_FULL,
        [VERDICT_NOT_ALLOWED] = TROUBLE_NOT_ALLOWED,
        [VERDICT_READ_ONLY] = TROUBLE_READ_ONLY,
        [VERDICT_UNKNOWN] = TROUBLE_START,
    };

    fail_for(cluster, troubles[read_verdict(cluster)]);
}

/* --- the lock -------------------------------------------------------------------------------- */

static int open_locks(struct db_cluster *cluster)
{
    if (cluster->start_lock < 0)
        cluster->start_lock = cluster_lock_open(&cluster->place, "start");
    if (cluster->start_lock < 0)
        return cluster->start_lock;
    if (cluster->use_lock < 0)
        cluster->use_lock = cluster_lock_open(&cluster->place, "use");
    return cluster->use_lock < 0 ? cluster->use_lock : 0;
}

void cluster_decide(struct db_cluster *cluster)
{
    struct cluster_server_view view;
    struct stat st;
    cluster_server_look(cluster->place.data, &view);
    cluster->attempts = 0;
    cluster->create_number = 0;
    cluster->retry_until = uv_now(cluster->loop) + CLUSTER_RETRY_WAIT_MS;
    if (view.state == SERVER_READY)
        cluster_go(cluster, STEP_PROBING, CLUSTER_RETRY_WAIT_MS);
    else if (view.state == SERVER_STOPPING)
        cluster_go(cluster, STEP_WAITING, CLUSTER_STOP_WAIT_MS);
    else if (lstat(cluster->place.data, &st) < 0)
        cluster_go(cluster, STEP_CREATING, CLUSTER_CREATE_WAIT_MS);
    else
        cluster_go(cluster, STEP_STARTING, CLUSTER_START_WAIT_MS);
}

void cluster_step_locking(struct db_cluster *cluster)
{
    if (cluster->start_lock < 0) {
        const struct db_failure *failure =
            cluster_place_prepare(&cluster->place, cluster->application);
        int r = failure ? 0 : open_locks(cluster);
        if (r < 0)
            failure = cluster_failure_of_errno(r);
        if (failure) {
            cluster_fail(cluster, failure);
            return;
        }
    }
    if (flock(cluster->start_lock, LOCK_EX | LOCK_NB) == 0 &&
        flock(cluster->use_lock, LOCK_SH | LOCK_NB) == 0)
        cluster_decide(cluster);
    else if (cluster_is_late(cluster))
        fail_for(cluster, TROUBLE_BUSY);
    else
        cluster_again(cluster, CLUSTER_LOCK_POLL_MS);
}

/* --- creating -------------------------------------------------------------------------------- */

static void helper_ended(void *data, int64_t status, int signal)
{
    struct db_cluster *cluster = data;
    cluster_child_forget(&cluster->helper);
    if (status != 0 || signal != 0) {
        int r = cluster_folder_remove(cluster->place.fresh); /* it may be what fills the disk */
        LOG(LOG_DEBUG, "cluster", "creation failed, its remains are removed: %d", r);
        fail_by_log(cluster);
        return;
    }
    cluster->create_number++;
    cluster_again(cluster, 0);
}

static int run_helper(struct db_cluster *cluster, struct cluster_command *command)
{
    command->keep_fd = cluster->start_lock; /* nobody else creates, even if we are killed */
    command->ended = helper_ended;
    command->data = cluster;
    remember_log(cluster);
    int r = cluster_child_start(cluster->loop, &cluster->place, command, &cluster->helper);
    if (command->stdin_fd >= 0)
        (void)close(command->stdin_fd);
    return r;
}

static int next_of_creation(struct db_cluster *cluster)
{
    struct cluster_command command;
    int r = cluster_create_command(&cluster->place, cluster->application, cluster->create_number,
                                   &command);
    if (r == 0)
        return run_helper(cluster, &command);
    if (r != -ENODATA)
        return r;
    r = cluster_create_finish(&cluster->place);
    if (r == 0) {
        cluster->is_new = true;
        cluster_go(cluster, STEP_STARTING, CLUSTER_START_WAIT_MS);
    }
    return r;
}

void cluster_step_creating(struct db_cluster *cluster)
{
    if (cluster->helper) { /* still at it */
        if (!cluster_is_late(cluster)) {
            cluster_again(cluster, CLUSTER_RETRY_MOST_MS);
            return;
        }
        cluster_child_signal(cluster->helper, SIGKILL);
        fail_for(cluster, TROUBLE_START);
        return;
    }
    int r = next_of_creation(cluster);
    if (r == -ENOKEY)
        fail_for(cluster, TROUBLE_NO_ACCOUNT);
    else if (r < 0)
        cluster_fail(cluster, cluster_failure_of_errno(r));
    else if (cluster->helper)
        cluster_again(cluster, CLUSTER_RETRY_MOST_MS);
}

/* --- starting -------------------------------------------------------------------------------- */

static void server_ended(void *data, int64_t status, int signal)
{
    struct db_cluster *cluster = data;
    (void)status;
    (void)signal;
    cluster_child_forget(&cluster->server);
    if (cluster->step == STEP_HELD)
        cluster_server_died(cluster);
    else if (cluster->step == STEP_STARTING)
        cluster_again(cluster, 0);
}

static int start_server(struct db_cluster *cluster, pid_t not_a_server)
{
    const char *args[CLUSTER_ARGUMENTS_MAX];
    struct cluster_command command = {.program = "postgres",
                                      .args = args,
                                      .stdin_fd = -1,
                                      .stdout_fd = -1,
                                      .keep_fd = -1,
                                      .in_background = true,
                                      .not_a_server = not_a_server,
                                      .ended = server_ended,
                                      .data = cluster};
    OWNED_BUF socket = BUF_INIT(SETTING_MAX);
    OWNED_BUF name = BUF_INIT(SETTING_MAX);
    buf_printf(&socket, "unix_socket_directories=%s", cluster->place.socket);
    buf_printf(&name, "cluster_name=%s", cluster->application);
    if (socket.error || name.error)
        return -ENOMEM;
    cluster_server_arguments(cluster->place.data, buf_text(&socket), buf_text(&name), args);
    remember_log(cluster);
    cluster->attempts++;
    return cluster_child_start(cluster->loop, &cluster->place, &command, &cluster->server);
}

/* Down, and no child of ours on its way: start it, or start it again while that is worth it. */
static void start_again(struct db_cluster *cluster, const struct cluster_server_view *view)
{
    if (cluster->attempts > 0 &&
        (read_verdict(cluster) != VERDICT_RETRY || uv_now(cluster->loop) >= cluster->retry_until)) {
        fail_by_log(cluster);
        return;
    }
    int r = start_server(cluster, view->state == SERVER_LEFT_OVER ? view->pid : 0);
    if (r < 0)
        cluster_fail(cluster, cluster_failure_of_errno(r));
    else
        cluster_again(cluster, CLUSTER_START_POLL_MS);
}

static uint64_t pause_before_retry(const struct db_cluster *cluster)
{
    uint64_t pause = CLUSTER_RETRY_FIRST_MS;
    for (unsigned i = 1; i < cluster->attempts && pause < CLUSTER_RETRY_MOST_MS; i++)
        pause *= 2;
    return pause < CLUSTER_RETRY_MOST_MS ? pause : CLUSTER_RETRY_MOST_MS;
}

void cluster_step_starting(struct db_cluster *cluster)
{
    struct cluster_server_view view;
    cluster_server_look(cluster->place.data, &view);
    if (view.state == SERVER_READY) {
        cluster_go(cluster, STEP_PROBING, CLUSTER_RETRY_WAIT_MS);
    } else if (view.state == SERVER_STOPPING) {
        cluster_go(cluster, STEP_WAITING, CLUSTER_STOP_WAIT_MS);
    } else if (cluster_is_late(cluster)) {
        fail_for(cluster, TROUBLE_RECOVERING);
    } else if (view.state == SERVER_STARTING || cluster->server) {
        cluster->pausing = false;
        cluster_again(cluster, CLUSTER_START_POLL_MS);
    } else if (cluster->attempts > 0 && !cluster->pausing) {
        cluster->pausing = true;
        cluster_again(cluster, pause_before_retry(cluster));
    } else {
        cluster->pausing = false;
        start_again(cluster, &view);
    }
}

void cluster_step_waiting(struct db_cluster *cluster)
{
    struct cluster_server_view view;
    cluster_server_look(cluster->place.data, &view);
    if (view.state == SERVER_DOWN || view.state == SERVER_LEFT_OVER)
        cluster_decide(cluster);
    else if (cluster_is_late(cluster))
        fail_for(cluster, TROUBLE_STUCK);
    else
        cluster_again(cluster, CLUSTER_STOP_POLL_MS);
}
