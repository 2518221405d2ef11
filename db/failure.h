/* What went wrong with the database, as a class (by SQLSTATE and connection status, never by
 * message text) and as three sentences for people. PostgreSQL manual, appendix A. */
#ifndef DB_FAILURE_H
#define DB_FAILURE_H

#include <stdbool.h>

enum db_class {
    DB_RETRY,      /* serialization failure, deadlock: the whole transaction may run again */
    DB_BUSY,       /* too many connections, queue full, lock or statement timeout */
    DB_AUTH,       /* login, TLS identity, permission */
    DB_CONSTRAINT, /* a rule of the data: unique, foreign key, check, range */
    DB_SCHEMA,     /* tables older or newer than this program */
    DB_GONE,       /* not reachable, lost, starting, shutting down */
    DB_FULL,       /* disk full, out of memory there */
    DB_DAMAGED,    /* corrupted data reported */
    DB_READ_ONLY,  /* standby or read-only server */
    DB_MEMORY,     /* out of memory here */
    DB_BUG,        /* anything else: our defect */
};

enum db_saved {
    DB_SAVED_NO,
    DB_SAVED_YES,
    DB_SAVED_UNKNOWN
};

struct db_failure {
    enum db_class class;
    enum db_saved saved;
    const char *code;       /* stable word for tool errors: "database_unreachable" */
    const char *message;    /* three sentences; no SQL, host, path, SQLSTATE. Static text */
    const char *constraint; /* name of the violated constraint or NULL; borrowed */
    int retry_after_ms;
    bool retry_safe;  /* the same call may succeed later */
    char sqlstate[6]; /* "" when the server said none */
};

/* "no", "yes", "unknown". */
const char *db_saved_text(enum db_saved saved);

/* "retry", "busy", "auth" …: for logs and statistics. */
const char *db_class_text(enum db_class class);

#endif
