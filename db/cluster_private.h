/* What the files of the private cluster share. Functions that can go wrong for reasons that a person
 * must hear return a `const struct db_failure *`: NULL when all is well, else the static failure to
 * pass on. Everything runs on the loop's thread. */
#ifndef DB_CLUSTER_PRIVATE_H
#define DB_CLUSTER_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#include "base/own.h"
#include "db/cluster.h"
#include "db/cluster_limits.h"

/* --- where things lie (cluster_place.c) ------------------------------------------------------ */

struct cluster_place {
    char *home;   /* $DATA_HOME/APPLICATION: locks, log, backups and … */
    char *data;   /* … pg15: the data directory */
    char *fresh;  /* … pg15.new: where a cluster grows before it gets its name */
    char *log;    /* … pg15.log: what the server and its helpers say */
    char *socket; /* directory of the socket, CLUSTER_SOCKET_DIRECTORY_MAX bytes at most */
    char *bin;    /* directory of postgres, initdb, pg_dump; NULL when there is none */
    int major;    /* of the data directory */
    bool drops;   /* we are root: children run as … */
    uid_t uid;    /* … this user, to whom all of it belongs; otherwise ourselves */
    gid_t gid;
    bool is_default; /* nobody named the data home: it may move when it does not suit */
};

/* Works out all paths; touches nothing on disk. 0 or -ENOMEM; other trouble goes to *ret_trouble,
 * and the paths are then as far as they could be known. */
MUST_CHECK int cluster_place_find(struct cluster_place *place,
                                  const struct db_cluster_options *options,
                                  const struct db_failure **ret_trouble);
void cluster_place_free(struct cluster_place *place);

/* Makes the folders that are missing and checks the others. */
const struct db_failure *cluster_place_prepare(struct cluster_place *place,
                                               const char *application);

/* "$home/NAME"; NULL when out of memory. Owner: the caller, mem_free(). */
MUST_CHECK char *cluster_path_in(const char *folder, const char *name);

/* A directory for the socket that nobody else can reach, made if need be; kept in place->socket. */
const struct db_failure *cluster_socket_prepare(struct cluster_place *place,
                                                const char *application);
/* The first candidate, for people; nothing is made. */
MUST_CHECK char *cluster_socket_guess(const struct cluster_place *place, const char *application);

/* --- the programs (cluster_programs.c) ------------------------------------------------------- */

/* The directory of PostgreSQL's programs: of `major`, or with 0 the highest there is (at least
 * CLUSTER_MAJOR_MIN). `given` wins over the environment variable APPLICATION_PG_BINDIR, and both
 * over the search. 0, -ENOENT, -ENOMEM. */
MUST_CHECK int cluster_programs_find(const char *given, const char *application, int major,
                                     char **ret_bin, int *ret_major);

/* --- folders and files (cluster_folder.c) ---------------------------------------------------- */

/* Makes `path` and its parents; what is made gets `mode`. 0 or negative errno. */
MUST_CHECK int cluster_folder_make(const char *path, mode_t mode);

/* Makes `path` if it is missing, 0700 and owned by uid:gid, or checks that it is exactly that; a
 * wrong mode or (for root) root as its owner is put right. 0, -EPERM (somebody else's, a link, no
 * directory) or another negative errno. */
MUST_CHECK int cluster_folder_own(const char *path, uid_t uid, gid_t gid);

/* Whether uid:gid may pass through every directory above and including `path`. */
bool cluster_folder_reachable(const char *path, uid_t uid, gid_t gid);

/* Removes a directory with all that is in it; follows no links. 0 also when it is not there. */
MUST_CHECK int cluster_folder_remove(const char *path);

/* Creates or replaces a file of mode 0600 owned by uid:gid. 0 or negative errno. */
MUST_CHECK int cluster_file_write(const char *path, const char *text, uid_t uid, gid_t gid);

/* Brings to the disk which files a directory has. 0 or negative errno. */
MUST_CHECK int cluster_folder_sync(const char *path);

/* Opens or creates a file of mode 0600 owned by uid:gid. Descriptor or negative errno. */
MUST_CHECK int cluster_file_open(const char *path, int flags, uid_t uid, gid_t gid);

/* The last `size - 1` bytes at most of what the file holds from `from` on, with a NUL. */
void cluster_file_tail(const char *path, off_t from, char *ret_text, size_t size);

/* Whether a statfs(2) type is a file system of another machine. */
bool cluster_type_is_network(uint64_t type);
bool cluster_folder_is_network(const char *path);
uint64_t cluster_folder_free_bytes(const char *path);

/* --- the server as a process (cluster_server.c) ---------------------------------------------- */

enum cluster_server_state {
    SERVER_DOWN,
    SERVER_LEFT_OVER, /* down, but its lock file names a process: see `pid` */
    SERVER_STARTING,
    SERVER_READY,
    SERVER_STOPPING
};

struct cluster_server_view {
    enum cluster_server_state state;
    pid_t pid; /* 0: none */
    int port;
    char socket[CLUSTER_SOCKET_DIRECTORY_MAX + 1];
};

/* Reads postmaster.pid and looks whether that process is there and works in this directory. */
void cluster_server_look(const char *data, struct cluster_server_view *ret_view);

/* Arguments of `postgres` for this data directory, NULL-terminated, into a field of
 * CLUSTER_ARGUMENTS_MAX; the three texts are borrowed. */
void cluster_server_arguments(const char *data, const char *socket_setting,
                              const char *name_setting, const char **ret_args);

/* Asks for a fast shutdown. 0 or negative errno. */
int cluster_server_stop(const struct cluster_server_view *view);

/* --- children (cluster_child.c) -------------------------------------------------------------- */

struct cluster_child;

struct cluster_command {
    const char *program;     /* "initdb": a file in place->bin */
    const char *const *args; /* behind argv[0], NULL-terminated */
    int stdin_fd;            /* -1: /dev/null; otherwise borrowed */
    int stdout_fd;           /* -1: the log; otherwise borrowed */
    int keep_fd;             /* -1, or one more descriptor that the child holds as 3 */
    bool in_background;      /* keeps no loop alive */
    pid_t not_a_server;      /* PostgreSQL is told that this process is no server of its own; 0 */
    void (*ended)(void *data, int64_t status, int signal); /* may be NULL */
    void *data;
};

/* Starts a program in a session of its own, unprivileged, without any descriptor of ours but those
 * named. 0 or negative errno. The child object lives until cluster_child_forget(). */
MUST_CHECK int cluster_child_start(uv_loop_t *loop, const struct cluster_place *place,
                                   const struct cluster_command *command,
                                   struct cluster_child **ret_child);
/* Signal to the child and all of its descendants. */
void cluster_child_signal(struct cluster_child *child, int signal);
/* Lets go of it; NULL is fine. A running one runs on and `ended` will not come. */
void cluster_child_forget(struct cluster_child **child);

/* --- the first creation (cluster_create.c) --------------------------------------------------- */

/* Commands of the creation, in order; *ret_command is good until the next call. What must stand on
 * disk for a command is written first. -ENODATA when all have run. */
int cluster_create_command(const struct cluster_place *place, const char *application, int number,
                           struct cluster_command *ret_command);
/* Gives the finished cluster its name. 0 or negative errno. */
MUST_CHECK int cluster_create_finish(const struct cluster_place *place);

/* --- one question to the server (cluster_probe.c) -------------------------------------------- */

struct cluster_probe;

/* Connects and runs one statement; `done` runs once, later, with 0 or negative errno (-ENOENT: the
 * socket is gone; -ETIMEDOUT; -EAGAIN: not yet; -EACCES: refused). NULL when out of memory. */
MUST_CHECK struct cluster_probe *cluster_probe_start(uv_loop_t *loop,
                                                     const struct db_settings *settings,
                                                     void (*done)(void *data, int result),
                                                     void *data);
void cluster_probe_cancel(struct cluster_probe **probe);

/* --- what people are told (cluster_failure.c) ------------------------------------------------ */

enum cluster_trouble {
    TROUBLE_MISSING,     /* no PostgreSQL */
    TROUBLE_MAJOR,       /* data of a major version whose programs are gone */
    TROUBLE_NOT_ALLOWED, /* permissions, somebody else's folder */
    TROUBLE_UNREACHABLE, /* root's data home is closed to the unprivileged user */
    TROUBLE_READ_ONLY,   /* read-only file system */
    TROUBLE_FULL,        /* disk full */
    TROUBLE_NETWORK,     /* NFS and the like */
    TROUBLE_SOCKET,      /* no safe place for the socket */
    TROUBLE_NO_ACCOUNT,  /* user without a name */
    TROUBLE_BUSY,        /* somebody else has been starting it for too long */
    TROUBLE_RECOVERING,  /* still starting after a minute */
    TROUBLE_STUCK,       /* an old server neither answers nor goes */
    TROUBLE_START,       /* anything else: the log knows */
    TROUBLE_LOGIN,       /* the server does not let us in */
    TROUBLE_CHANGING,    /* somebody else has been backing it up or changing it for too long */
    TROUBLE_BACKUP,      /* pg_dump failed */
    TROUBLE_NOT_RUNNING, /* backup without a server */
    TROUBLE_MEMORY,
};

const struct db_failure *cluster_failure(enum cluster_trouble trouble);
/* By negative errno of a file operation. */
const struct db_failure *cluster_failure_of_errno(int error);

/* What the end of the log says about a child that failed. */
enum cluster_verdict {
    VERDICT_RETRY, /* an earlier server is not quite gone */
    VERDICT_FULL,
    VERDICT_NOT_ALLOWED,
    VERDICT_READ_ONLY,
    VERDICT_UNKNOWN
};
enum cluster_verdict cluster_verdict_of_log(const char *text);

/* --- an eye on the server (cluster_watch.c) -------------------------------------------------- */

struct cluster_watch;

/* `died` runs once when the process ends; NULL where the system cannot tell. Keeps no loop alive. */
struct cluster_watch *cluster_watch_start(uv_loop_t *loop, pid_t pid, void (*died)(void *data),
                                          void *data);
void cluster_watch_end(struct cluster_watch **watch);

/* --- the cluster itself (cluster.c) ---------------------------------------------------------- */

enum cluster_step {
    STEP_IDLE,     /* holds nothing */
    STEP_LOCKING,  /* waits for the start lock */
    STEP_CREATING, /* initdb and what follows it */
    STEP_STARTING, /* a server starts, whoever started it */
    STEP_PROBING,  /* it says that it is ready: one question */
    STEP_WAITING,  /* an old server stops, a new one is wanted */
    STEP_HELD,     /* runs, we hold it */
    STEP_LEAVING,  /* waits for the start lock to see whether we are the last */
    STEP_STOPPING  /* we were: it stops */
};

struct cluster_backup;
struct cluster_change;

struct db_cluster {
    uv_loop_t *loop;
    char *application;
    char *data_home; /* as the options named them, or NULL */
    char *bin_dir;
    struct cluster_place place;
    const struct db_failure *trouble; /* of the place: nothing can be tried */
    enum cluster_step step;
    uv_timer_t *clock;            /* outlives the cluster until it is closed */
    struct cluster_watch *watch;  /* on the server we hold */
    struct cluster_child *helper; /* of the creation */
    struct cluster_child *server; /* the postmaster, when it is our child */
    struct cluster_child *syncer; /* brings a new cluster to the disk */
    struct cluster_probe *probe;
    struct cluster_backup *backup;
    struct cluster_change *change;
    int start_lock; /* descriptors; -1: not open */
    int use_lock;
    int create_number;    /* of the creation's commands */
    bool is_new;          /* made by us and not synced yet */
    uint64_t deadline;    /* of the step, in loop time */
    uint64_t retry_until; /* starting anew is worth it */
    unsigned attempts;    /* of starting the server */
    bool pausing;         /* … between two of them */
    unsigned revivals;    /* since somebody last asked */
    off_t log_from;       /* where the log stood when the child began */
    struct db_settings settings;
    void (*ready)(void *data, const struct db_settings *settings, const struct db_failure *failure);
    void *ready_data;
    void (*released)(void *data);
    void *released_data;
};

/* Enters a step; its function runs at once after the present callback. */
void cluster_go(struct db_cluster *cluster, enum cluster_step step, uint64_t deadline_ms);
/* The step's function runs again after `ms`. */
void cluster_again(struct db_cluster *cluster, uint64_t ms);
bool cluster_is_late(const struct db_cluster *cluster);

/* The ends: all locks are given up; tells whoever waits. */
void cluster_fail(struct db_cluster *cluster, const struct db_failure *failure);
void cluster_left(struct db_cluster *cluster);
void cluster_tell_ready(struct db_cluster *cluster, const struct db_failure *failure);

/* Descriptor of the lock file "pg15.NAME.lock" beside the data directory, or negative errno. */
MUST_CHECK int cluster_lock_open(const struct cluster_place *place, const char *name);

/* With the start lock held: what is there, and what has to be done about it (cluster_start.c). */
void cluster_decide(struct db_cluster *cluster);
/* The server we hold ended; `data` is the cluster (cluster_hold.c). */
void cluster_server_died(void *data);

/* Steps of acquiring (cluster_start.c, cluster_hold.c) and of leaving (cluster_stop.c). */
void cluster_step_locking(struct db_cluster *cluster);
void cluster_step_creating(struct db_cluster *cluster);
void cluster_step_starting(struct db_cluster *cluster);
void cluster_step_probing(struct db_cluster *cluster);
void cluster_step_waiting(struct db_cluster *cluster);
void cluster_step_leaving(struct db_cluster *cluster);
void cluster_step_stopping(struct db_cluster *cluster);

/* Ends a backup under way without telling anybody (cluster_backup.c). */
void cluster_backup_forget(struct db_cluster *cluster);

/* The lock by which we alone change the database, or -ENOLCK (cluster_change.c). */
int cluster_change_lock(const struct db_cluster *cluster);

#endif
