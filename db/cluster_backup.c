/* A logical backup of the private cluster: pg_dump in the custom format, first under another name, and
 * read once, so that a file that ends in .dump is whole and on the disk. Only one process at a time is
 * here: the dump holds the change lock too, so that what lies about unfinished when we begin is
 * nobody's. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "db/cluster_private.h"

#define WHOLE      ".dump"
#define UNFINISHED ".new"

struct cluster_backup {
    struct cluster_child *child;
    uv_timer_t *timer; /* tells a failure that is known at once, later */
    const struct db_failure *failure;
    char *folder;
    char *path;
    char *unfinished;
    void (*done)(void *data, const char *path, const struct db_failure *failure);
    void *data;
};

static void timer_closed(uv_handle_t *handle)
{
    uv_timer_t *timer = (uv_timer_t *)handle;
    mem_free(timer);
}

void cluster_backup_forget(struct db_cluster *cluster)
{
    struct cluster_backup *backup = cluster->backup;
    if (!backup)
        return;
    cluster->backup = NULL;
    if (backup->child) {
        cluster_child_signal(backup->child, SIGKILL);
        cluster_child_forget(&backup->child);
        (void)unlink(backup->unfinished);
    }
    if (backup->timer) {
        uv_handle_t *timer = (uv_handle_t *)backup->timer;
        uv_close(timer, timer_closed);
    }
    mem_free(backup->folder);
    mem_free(backup->path);
    mem_free(backup->unfinished);
    mem_free(backup);
}

static bool ends_in(const struct dirent *entry, const char *ending)
{
    size_t length = strlen(entry->d_name);
    size_t tail = strlen(ending);
    return length > tail && strcmp(entry->d_name + length - tail, ending) == 0;
}

static int is_whole(const struct dirent *entry)
{
    return ends_in(entry, WHOLE);
}

static int is_unfinished(const struct dirent *entry)
{
    return ends_in(entry, WHOLE UNFINISHED);
}

/* Names begin with the time, so that their order is their age. */
static void keep_newest(const char *folder, int (*filter)(const struct dirent *entry), int kept)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, filter, alphasort);
    for (int i = 0; i < count; i++) {
        if (i < count - kept) {
            OWNED_TEXT path = cluster_path_in(folder, entries[i]->d_name);
            if (path)
                (void)unlink(path);
        }
        free(entries[i]); /* lint-ok: banned (scandir's) */
    }
    free(entries); /* lint-ok: banned (scandir's) */
}

static void backup_end(struct db_cluster *cluster, const struct db_failure *failure)
{
    struct cluster_backup *backup = cluster->backup;
    OWNED_TEXT path = TAKE(backup->path);
    void (*done)(void *data, const char *path, const struct db_failure *failure) = backup->done;
    void *data = backup->data;
    cluster_child_forget(&backup->child);
    cluster_backup_forget(cluster);
    done(data, failure ? NULL : path, failure);
}

/* Both children hold the lock. */
static int run(struct db_cluster *cluster, const char *program, const char *const *args,
               void (*ended)(void *data, int64_t status, int signal))
{
    const struct cluster_command command = {.program = program,
                                            .args = args,
                                            .stdin_fd = -1,
                                            .stdout_fd = -1,
                                            .keep_fd = cluster_change_lock(cluster),
                                            .ended = ended,
                                            .data = cluster};
    cluster_child_forget(&cluster->backup->child);
    return cluster_child_start(cluster->loop, &cluster->place, &command, &cluster->backup->child);
}

/* Looks before what was written is taken away, which makes room. */
static const struct db_failure *failure_of(const struct cluster_backup *backup)
{
    bool is_full = cluster_folder_free_bytes(backup->folder) < CLUSTER_FULL_BYTES;
    return cluster_failure(is_full ? TROUBLE_FULL : TROUBLE_BACKUP);
}

static void fail(struct db_cluster *cluster)
{
    const struct db_failure *failure = failure_of(cluster->backup);
    (void)unlink(cluster->backup->unfinished);
    backup_end(cluster, failure);
}

/* Gives the dump, which pg_dump brought to the disk, its name, unless another one has it. */
static int publish(const struct cluster_backup *backup)
{
    if (link(backup->unfinished, backup->path) < 0)
        return -errno;
    return unlink(backup->unfinished) < 0 ? -errno : cluster_folder_sync(backup->folder);
}

static void check_ended(void *data, int64_t status, int signal)
{
    struct db_cluster *cluster = data;
    const struct cluster_backup *backup = cluster->backup;
    if (status != 0 || signal != 0 || publish(backup) < 0) {
        fail(cluster);
        return;
    }
    keep_newest(backup->folder, is_whole, CLUSTER_BACKUPS_KEPT);
    backup_end(cluster, NULL);
}

/* Reads all of it once: pg_dump 15 also says that all is well when the disk had no room for the end. */
static int check(struct db_cluster *cluster)
{
    const char *const args[] = {"-f", "/dev/null", cluster->backup->unfinished, NULL};
    return run(cluster, "pg_restore", args, check_ended);
}

static void dump_ended(void *data, int64_t status, int signal)
{
    struct db_cluster *cluster = data;
    if (status != 0 || signal != 0 || check(cluster) < 0)
        fail(cluster);
}

static void timer_rings(uv_timer_t *timer)
{
    struct db_cluster *cluster = timer->data;
    backup_end(cluster, cluster->backup->failure);
}

/* "2026-11-22T101500.123Z-before-0002" */
static int name_backup(struct cluster_backup *backup, const char *home, const char *label)
{
    OWNED_BUF name = BUF_INIT(CLUSTER_PATH_MAX);
    char stamp[32];
    struct tm utc;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &utc);
    (void)strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H%M%S", &utc);
    backup->folder = cluster_path_in(home, "backups");
    if (!backup->folder)
        return -ENOMEM;
    buf_printf(&name, "%s/%s.%03ldZ-", backup->folder, stamp, now.tv_nsec / 1000000);
    for (int i = 0; i < CLUSTER_BACKUP_LABEL_MAX && label[i]; i++) {
        bool is_plain = strchr("abcdefghijklmnopqrstuvwxyz0123456789-", label[i]) != NULL;
        buf_append(&name, is_plain ? label + i : "-", 1);
    }
    buf_append_text(&name, WHOLE);
    if (name.error)
        return name.error;
    backup->path = mem_strdup(buf_text(&name));
    buf_append_text(&name, UNFINISHED);
    if (name.error)
        return name.error;
    backup->unfinished = buf_take(&name);
    return backup->path ? 0 : -ENOMEM;
}

static int dump(struct db_cluster *cluster)
{
    const struct cluster_place *place = &cluster->place;
    const struct cluster_backup *backup = cluster->backup;
    struct cluster_server_view view;
    char port[16];
    cluster_server_look(place->data, &view);
    (void)snprintf(port, sizeof(port), "%d", view.port);
    /* Without -f it would not wait for the disk. */
    const char *const args[] = {
        "-Fc", "-w",       "-h", view.socket,          "-p", port,
        "-U",  "postgres", "-d", cluster->application, "-f", backup->unfinished,
        NULL};
    int lock = cluster_change_lock(cluster);
    int r = lock < 0 ? lock : cluster_folder_own(backup->folder, place->uid, place->gid);
    if (r < 0)
        return r;
    keep_newest(backup->folder, is_unfinished, 0);
    int fd = cluster_file_open(backup->unfinished, O_WRONLY | O_EXCL, place->uid, place->gid);
    if (fd < 0)
        return fd;
    (void)close(fd);
    r = run(cluster, "pg_dump", args, dump_ended);
    if (r < 0)
        (void)unlink(backup->unfinished);
    return r;
}

void db_cluster_backup(struct db_cluster *cluster, const char *label,
                       void (*done)(void *data, const char *path, const struct db_failure *failure),
                       void *data)
{
    struct cluster_backup *backup = mem_zalloc(sizeof(*backup));
    uv_timer_t *timer = mem_zalloc(sizeof(*timer));
    if (!backup || !timer) {
        mem_free(backup);
        mem_free(timer);
        done(data, NULL, cluster_failure(TROUBLE_MEMORY));
        return;
    }
    cluster_backup_forget(cluster);
    cluster->backup = backup;
    backup->done = done;
    backup->data = data;
    backup->timer = timer;
    (void)uv_timer_init(cluster->loop, timer);
    timer->data = cluster;
    if (cluster->step != STEP_HELD)
        backup->failure = cluster_failure(TROUBLE_NOT_RUNNING);
    else if (name_backup(backup, cluster->place.home, label) < 0)
        backup->failure = cluster_failure(TROUBLE_MEMORY);
    else if (dump(cluster) < 0)
        backup->failure = failure_of(backup);
    if (backup->failure)
        (void)uv_timer_start(timer, timer_rings, 0, 0);
}
