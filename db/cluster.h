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
 * until db_cluster_release(). `ready` runs once: with settings to connect by (borrowed), or with a
 * failure whose message says what to do. */
void db_cluster_acquire(struct db_cluster *cluster,
                        void (*ready)(void *data, const struct db_settings *settings,
                                      const struct db_failure *failure),
                        void *data);

/* Lets go; stops the server if this was the last holder (fast shutdown), in a child that outlives
 * us if need be. `released` runs once. */
void db_cluster_release(struct db_cluster *cluster, void (*released)(void *data), void *data);
void db_cluster_free(struct db_cluster *cluster);

enum db_cluster_state {
    DB_CLUSTER_NONE,
    DB_CLUSTER_STOPPED,
    DB_CLUSTER_RUNNING
};
enum db_cluster_state db_cluster_probe(struct db_cluster *cluster);

/* Data directory and socket directory, for people. */
const char *db_cluster_path(const struct db_cluster *cluster);
const char *db_cluster_socket_path(const struct db_cluster *cluster);

/* Stops the server whoever else holds it (ninepence db stop). 0, -ENOENT when it does not run, or
 * negative errno with one sentence in `why`. Blocking: for the command line only. */
MUST_CHECK int db_cluster_stop(struct db_cluster *cluster, struct buf *why);

#endif
