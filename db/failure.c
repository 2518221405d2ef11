/* From SQLSTATE to class, code and sentences: lookups in the two tables of failure_kinds.h. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "db/failure_kinds.h"

static const struct db_failure kinds[] = {
#define X(kind, c, word, safe, after, text) \
    [DB_FAILURE_##kind] = {                 \
        .class = (c),                       \
        .code = (word),                     \
        .message = (text),                  \
        .retry_safe = (safe),               \
        .retry_after_ms = (after),          \
    },
    DB_FAILURE_KINDS(X)
#undef X
};

static const struct {
    const char *state; /* five characters, or the two of a class */
    enum db_failure_kind kind;
} states[] = {

#define X(state, kind) {state, DB_FAILURE_##kind},
    DB_FAILURE_STATES(X)
#undef X
};

struct db_failure db_failure_of(enum db_failure_kind kind)
{
    struct db_failure failure = kinds[kind];
    if (kind == DB_FAILURE_LOST_SAVING)
        failure.saved = DB_SAVED_UNKNOWN;
    return failure;
}

static enum db_failure_kind kind_of_state(const char *sqlstate)
{
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        if (strncmp(sqlstate, states[i].state, strlen(states[i].state)) == 0)
            return states[i].kind;
    }
    return DB_FAILURE_BUG;
}

static bool is_state(const char *text)
{
    for (int i = 0; i < 5; i++) {
        if (!isdigit((unsigned char)text[i]) && !isupper((unsigned char)text[i]))
            return false;
    }
    return true;
}

struct db_failure db_failure_of_state(const char *sqlstate)
{
    if (!sqlstate || !*sqlstate)
        return db_failure_of(DB_FAILURE_LOST);
    if (!is_state(sqlstate) || sqlstate[5])
        return db_failure_of(DB_FAILURE_BUG);
    struct db_failure failure = db_failure_of(kind_of_state(sqlstate));
    memcpy(failure.sqlstate, sqlstate, sizeof(failure.sqlstate));
    return failure;
}

/* Poolers say 08P01 for whatever ends a session; no result of ours is at fault then. */
static bool is_fatal(const PGresult *result)
{
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (!severity)
        severity = PQresultErrorField(result, PG_DIAG_SEVERITY);
    return severity && strcmp(severity, "FATAL") == 0;
}

struct db_failure db_failure_of_result(const PGresult *result, bool lost)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (!sqlstate)
        return db_failure_of(lost ? DB_FAILURE_LOST : DB_FAILURE_BUG);
    struct db_failure failure = db_failure_of_state(sqlstate);
    if (failure.class == DB_BUG && is_fatal(result)) {
        failure = db_failure_of(DB_FAILURE_LOST);
        (void)snprintf(failure.sqlstate, sizeof(failure.sqlstate), "%.5s", sqlstate);
    }
    failure.constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    return failure;
}

/* After a shutdown, a crash or a cut the server may have finished the COMMIT that it had read. */
struct db_failure db_failure_while_saving(struct db_failure failure)
{
    bool is_about_connection = strncmp(failure.sqlstate, "08", 2) == 0;
    if (failure.class != DB_GONE && !is_about_connection)
        return failure;
    struct db_failure open = db_failure_of(DB_FAILURE_LOST_SAVING);
    memcpy(open.sqlstate, failure.sqlstate, sizeof(open.sqlstate));
    return open;
}

bool failure_is_about_names(const struct db_failure *failure)
{
    return strcmp(failure->sqlstate, "26000") == 0 || strcmp(failure->sqlstate, "42P05") == 0 ||
           strcmp(failure->sqlstate, "0A000") == 0;
}

bool db_failure_find_state(const char *text, char ret_sqlstate[6])
{
    for (const char *at = strchr(text, ':'); at; at = strchr(at + 1, ':')) {
        const char *state = at + 1 + strspn(at + 1, " ");
        if (state > at + 2 && strnlen(state, 7) == 7 && is_state(state) && state[5] == ':' &&
            state[6] == ' ') {
            memcpy(ret_sqlstate, state, 5);
            ret_sqlstate[5] = '\0';
            return true;
        }
    }
    return false;
}

const char *db_saved_text(enum db_saved saved)
{
    static const char *const texts[] = {
        [DB_SAVED_NO] = "no", [DB_SAVED_YES] = "yes", [DB_SAVED_UNKNOWN] = "unknown"};
    return texts[saved];
}

const char *db_class_text(enum db_class class)
{
    static const char *const texts[] = {[DB_RETRY] = "retry",
                                        [DB_BUSY] = "busy",
                                        [DB_AUTH] = "auth",
                                        [DB_CONSTRAINT] = "constraint",
                                        [DB_SCHEMA] = "schema",
                                        [DB_GONE] = "gone",
                                        [DB_FULL] = "full",
                                        [DB_DAMAGED] = "damaged",
                                        [DB_READ_ONLY] = "read_only",
                                        [DB_MEMORY] = "memory",
                                        [DB_BUG] = "bug"};
    return texts[class];
}
