/* The private PostgreSQL: a cluster of the user's own under $XDG_DATA_HOME/ninepence/pg<major>,
 * reached only through a socket in a 0700 directory, shared by all processes of the program and
 * stopped by the last one. Asynchronous: initdb and the start run as children of the loop. */
#ifndef DB_CLUSTER_H
#define DB_CLUSTER_H

#include <stdbool.h>

#include "db/failure.h"
#include "db/settings.h"

struct uv_loop_s;
struct db_cluster;
struct buf;

struct db_cluster_options {
    struct uv_loop_s *loop;
    const char *application; /* "ninepence": names the folders and the database */
    const char *data_home;   /* NULL: $XDG_DATA_HOME or ~/.local/share */
    const char *bin_dir;     /* NULL: $NINEPENCE_PG_BINDIR, then the usual places, highest first */
};

MUST_CHECK struct db_cluster *db_cluster_new(const struct db_cluster_options *options);

/* Makes the cluster if there is none, starts it if it is down, adopts it if it runs, and holds it
 * until db_cluster_release(). `ready` runs once, later: with settings to connect by (borrowed), or
 * with a failure whose message says what to do. One at a time. May be called again while it is held:
 * a server that went away is started anew (one that crashed is brought back without asking). */
void db_cluster_acquire(struct db_cluster *cluster,
                        void (*ready)(void *data, const struct db_settings *settings,
                                      const struct db_failure *failure),
                        void *data);

/* Lets go; stops the server if this was the last holder (fast shutdown, which it ends on its own if
 * we are killed meanwhile). `released` runs once, later; an acquire under way is given up and its
 * `ready` does not run. */
void db_cluster_release(struct db_cluster *cluster, void (*released)(void *data), void *data);

/* NULL is fine. A cluster that is held or at rest keeps no loop alive. Without a release before it the server runs on, for the next one to adopt. The loop
 * must run once more for the handles to be given back. */
void db_cluster_free(struct db_cluster *cluster);

/* Keeps all other processes from backing up and changing the held database until
 * db_cluster_change_end(); waits for one that is at it, CLUSTER_CHANGE_WAIT_MS at most. What it then
 * finds may be changed already. `granted` runs once, later, unless the end comes first. 0 or -ENOMEM. */
MUST_CHECK int
db_cluster_change_begin(struct db_cluster *cluster,
                        void (*granted)(void *data, const struct db_failure *failure), void *data);
/* Fine also when nothing was begun. */
void db_cluster_change_end(struct db_cluster *cluster);

/* Between the two: writes a backup of the held cluster (pg_dump, custom format, 0600) to
 * backups/TIME-LABEL.dump beside the data directory, keeps the newest CLUSTER_BACKUPS_KEPT, and tells
 * the path (borrowed) or a failure. `label`: letters, digits, '-'; others are replaced. One at a
 * time. */
void db_cluster_backup(struct db_cluster *cluster, const char *label,
                       void (*done)(void *data, const char *path, const struct db_failure *failure),
                       void *data);

enum db_cluster_state {
    DB_CLUSTER_NONE,
    DB_CLUSTER_STOPPED,
    DB_CLUSTER_RUNNING
};
enum db_cluster_state db_cluster_probe(struct db_cluster *cluster);

/* Data directory, log file and socket directory, for people. */
const char *db_cluster_path(const struct db_cluster *cluster);
const char *db_cluster_log_path(const struct db_cluster *cluster);
const char *db_cluster_socket_path(const struct db_cluster *cluster);

/* Stops the server whoever else holds it (ninepence db stop). 0, -ENOENT when it does not run, or
 * negative errno with one sentence in `why`. Blocking: for the command line only. */
MUST_CHECK int db_cluster_stop(struct db_cluster *cluster, struct buf *why);

#endif
