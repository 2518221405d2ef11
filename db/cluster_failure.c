/* What people are told when the private cluster cannot be had: static texts, no path and no name of
 * a machine in them. Also reads the server's log for the reason, which PostgreSQL gives only there;
 * the children run with LC_ALL=C, so that the words are known. */
#include <errno.h>
#include <string.h>

#include "db/cluster_private.h"

#define TROUBLE(number, class_, code_, message_, safe_) \
    [number] = {.class = (class_),                      \
                .code = (code_),                        \
                .message = (message_),                  \
                .saved = DB_SAVED_NO,                   \
                .retry_safe = (safe_),                  \
                .retry_after_ms = (safe_) ? 1000 : 0}

static const struct db_failure troubles[] = {
    TROUBLE(TROUBLE_MISSING, DB_GONE, "postgresql_missing",
            "PostgreSQL 15 or later was not found on this machine, so there is no database to ask. "
            "Nothing was saved. Install it with `sudo apt install postgresql` and try again.",
            false),
    TROUBLE(TROUBLE_MAJOR, DB_SCHEMA, "postgresql_version_missing",
            "The database was made by a version of PostgreSQL that is no longer installed. Nothing "
            "was changed or lost. Install that version again (`sudo apt install postgresql-15` for "
            "the folder pg15) and try again.",
            false),
    TROUBLE(TROUBLE_NOT_ALLOWED, DB_AUTH, "database_folder_not_allowed",
            "The folder of the private database belongs to another user or may not be written. "
            "Nothing was saved. Give yourself the right to it, or choose another folder with "
            "XDG_DATA_HOME.",
            false),
    TROUBLE(TROUBLE_UNREACHABLE, DB_AUTH, "database_folder_not_reachable",
            "Started by root, the database runs as an unprivileged user, and that user may not "
            "enter the chosen data folder. Nothing was saved. Choose a folder in XDG_DATA_HOME "
            "that others may pass through, or start the program as an ordinary user.",
            false),
    TROUBLE(TROUBLE_READ_ONLY, DB_READ_ONLY, "database_folder_read_only",
            "The folder of the private database is on a read-only file system. Nothing was saved. "
            "Make it writable, or choose another folder with XDG_DATA_HOME.",
            false),
    TROUBLE(TROUBLE_FULL, DB_FULL, "disk_full",
            "The disk that holds the private database is full. Nothing was saved, and your data is "
            "intact. Free at least 64 MB there and try again.",
            true),
    TROUBLE(TROUBLE_NETWORK, DB_GONE, "database_folder_on_network",
            "The folder of the private database is on a network file system, where a database is "
            "not safe. Nothing was saved. Choose a folder on a local disk with XDG_DATA_HOME.",
            false),
    TROUBLE(TROUBLE_SOCKET, DB_AUTH, "database_socket_unsafe",
            "There is no folder for the database's socket that only you can enter. Nothing was "
            "saved. Set XDG_RUNTIME_DIR to a folder of your own with a short path and try again.",
            false),
    TROUBLE(TROUBLE_NO_ACCOUNT, DB_AUTH, "user_without_name",
            "The user who runs this program has no name on this machine, and PostgreSQL asks for "
            "one. Nothing was saved. Start the program as a user with an account, or set "
            "DATABASE_URL.",
            false),
    TROUBLE(TROUBLE_BUSY, DB_GONE, "database_starting_elsewhere",
            "Another process has been starting the database for a minute and is not done. Nothing "
            "was saved. Wait a moment and try again, or end that process.",
            true),
    TROUBLE(TROUBLE_RECOVERING, DB_GONE, "database_still_starting",
            "The private database is still starting, probably to recover after a crash. Nothing "
            "was saved, and your data is intact. Try again in a minute.",
            true),
    TROUBLE(TROUBLE_STUCK, DB_GONE, "database_not_stopping",
            "An earlier run of the private database neither answers nor ends. Nothing was saved. "
            "Try again in a minute, and restart the machine if that does not help.",
            true),
    TROUBLE(TROUBLE_START, DB_GONE, "database_not_starting",
            "The private database did not start. Nothing was saved, and your data was not touched. "
            "Read the end of its log file, which lies beside the database's folder.",
            true),
    TROUBLE(TROUBLE_LOGIN, DB_AUTH, "database_login_refused",
            "The private database runs and does not let this user in. Nothing was saved. Start the "
            "program as the user who owns the database's folder.",
            false),
    TROUBLE(
        TROUBLE_CHANGING, DB_GONE, "database_changing_elsewhere",
        "Another process is backing up the database and bringing it up to date, and is not done "
        "yet. Nothing was saved, and your data is intact. Try again in a minute, or end that "
        "process if it does not come to an end.",
        true),
    TROUBLE(
        TROUBLE_BACKUP, DB_GONE, "backup_failed",
        "The database has to be brought up to date, and the backup before that could not be "
        "written. Nothing was saved; your data and earlier backups are as they were. Check that "
        "the disk has space and that pg_dump and pg_restore are installed, and try again; the log "
        "file beside the database's folder says more.",
        true),
    TROUBLE(TROUBLE_NOT_RUNNING, DB_GONE, "database_not_running",
            "The private database does not run, so it could not be backed up. Nothing was changed. "
            "Start it and try again.",
            true),
    TROUBLE(TROUBLE_MEMORY, DB_MEMORY, "out_of_memory",
            "Out of memory; the database could not be reached. Nothing was saved. Close other "
            "programs and try again.",
            true),
};

const struct db_failure *cluster_failure(enum cluster_trouble trouble)
{
    return &troubles[trouble];
}

const struct db_failure *cluster_failure_of_errno(int error)
{
    switch (-error) {
    case ENOMEM:
        return cluster_failure(TROUBLE_MEMORY);
    case ENOSPC:
    case EDQUOT:
        return cluster_failure(TROUBLE_FULL);
    case EROFS:
        return cluster_failure(TROUBLE_READ_ONLY);
    case EACCES:
    case EPERM:
    case ENOTDIR:
    case ELOOP:
        return cluster_failure(TROUBLE_NOT_ALLOWED);
    default:
        return cluster_failure(TROUBLE_START);
    }
}

enum cluster_verdict cluster_verdict_of_log(const char *text)
{
    static const struct {
        const char *words;
        enum cluster_verdict verdict;
    } table[] = {
        {"pre-existing shared memory block", VERDICT_RETRY},
        {"\" already exists", VERDICT_RETRY}, /* lock file "postmaster.pid" */
        {"Address already in use", VERDICT_RETRY},
        {"No space left on device", VERDICT_FULL},
        {"Disk quota exceeded", VERDICT_FULL},
        {"Read-only file system", VERDICT_READ_ONLY},
        {"Permission denied", VERDICT_NOT_ALLOWED},
        {"has wrong ownership", VERDICT_NOT_ALLOWED},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(table); i++) {
        if (strstr(text, table[i].words))
            return table[i].verdict;
    }
    return VERDICT_UNKNOWN;
}
