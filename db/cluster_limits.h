/* Every limit of the private cluster. */
#ifndef DB_CLUSTER_LIMITS_H
#define DB_CLUSTER_LIMITS_H

enum cluster_limits {
    /* sockaddr_un holds 107 bytes and a NUL; "/.s.PGSQL.5432" takes 14 of them. */
    CLUSTER_SOCKET_DIRECTORY_MAX = 93,
    CLUSTER_PORT = 5432,
    CLUSTER_MAJOR_MIN = 15,
    CLUSTER_MAJOR_MAX = 99,
    CLUSTER_PATH_MAX = 4096,
    CLUSTER_FREE_BYTES_MIN = 64 * 1024 * 1024, /* a new cluster takes 30 MB */
    CLUSTER_FULL_BYTES = 1024 * 1024,          /* less is a full disk */
    CLUSTER_LOG_MAX = 1024 * 1024,             /* the log starts anew above this */
    CLUSTER_LOG_TAIL = 4096,
    CLUSTER_FOLDER_DEPTH_MAX = 16,
    CLUSTER_ARGUMENTS_MAX = 64,
    CLUSTER_BACKUPS_KEPT = 10,
    CLUSTER_BACKUP_LABEL_MAX = 40,
    CLUSTER_REVIVALS_MAX = 3, /* of a crashed server before somebody asks for it again */

    CLUSTER_LOCK_WAIT_MS = 60 * 1000, /* for another process that creates or starts it */
    CLUSTER_LOCK_POLL_MS = 10,
    CLUSTER_CREATE_WAIT_MS = 120 * 1000,
    CLUSTER_START_WAIT_MS = 60 * 1000, /* recovery after a crash included */
    CLUSTER_START_POLL_MS = 3,
    CLUSTER_RETRY_WAIT_MS = 10 * 1000, /* for remains of a killed server */
    CLUSTER_RETRY_FIRST_MS = 50,
    CLUSTER_RETRY_MOST_MS = 1000,
    CLUSTER_PROBE_WAIT_MS = 5 * 1000,
    CLUSTER_STOP_WAIT_MS = 10 * 1000,
    CLUSTER_STOP_POLL_MS = 5,

    /* For another process that backs up or changes the database; told before the request that waits
     * for it is over. */
    CLUSTER_CHANGE_WAIT_MS = 15 * 1000,
};

#endif
