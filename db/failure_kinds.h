/* Every way in which the database can fail a caller, once: the kind, its class, its stable code,
 * whether the same call may succeed later and after how long, and the three sentences (what
 * happened; what was or was not saved; what to do next). And the SQLSTATEs that mean it: exact
 * codes first, then their classes. Used inside db/ only. */
#ifndef DB_FAILURE_KINDS_H
#define DB_FAILURE_KINDS_H

#include <libpq-fe.h>

#include "db/failure.h"

/* clang-format off */
#define DB_FAILURE_KINDS(X)                                                                        \
    X(UNREACHABLE, DB_GONE, "database_unreachable", true, 1000,                                    \
      "The database is not reachable right now. Nothing was saved. Try again in a moment; if it "  \
      "persists, check that it is running.")                                                       \
    X(STARTING, DB_GONE, "database_starting", true, 2000,                                          \
      "The database is still starting. Nothing was saved. Try again in a moment.")                 \
    X(NAME_UNKNOWN, DB_GONE, "database_host_unknown", true, 5000,                                  \
      "The database's host name could not be resolved. Nothing was saved. Check the network and "  \
      "DATABASE_URL.")                                                                             \
    X(WRONG_KIND, DB_GONE, "no_such_server", true, 5000,                                           \
      "No server of the kind that target_session_attrs asks for was found. Nothing was saved. "    \
      "Check DATABASE_URL, or repeat once the servers have changed roles.")                        \
    X(LOST, DB_GONE, "connection_lost", true, 1000,                                                \
      "The connection to the database was lost. Nothing was saved. Repeat the call.")              \
    X(LOST_SAVING, DB_GONE, "outcome_unknown", true, 1000,                                         \
      "The connection was lost while saving. It is not yet known whether the change was saved. "   \
      "Repeat the call with the same idempotency_key; it will not be stored twice.")               \
    X(CLOSING, DB_GONE, "shutting_down", true, 1000,                                               \
      "The program is shutting down. Nothing was saved. Repeat the call once it runs again.")      \
    X(NOT_SET, DB_GONE, "database_not_set", false, 0,                                              \
      "No database is set up. Nothing was saved. Set DATABASE_URL.")                               \
    X(CONFLICT, DB_RETRY, "concurrent_change", true, 100,                                          \
      "Another change was made at the same time. Nothing was saved. Please repeat.")               \
    X(TIMEOUT, DB_BUSY, "timeout", true, 1000,                                                     \
      "This took too long and was stopped. Nothing was saved. Narrow the period or repeat.")       \
    X(LOCKED, DB_BUSY, "locked", true, 1000,                                                       \
      "Another change to the same data took too long to wait for. Nothing was saved. Repeat in a " \
      "few seconds.")                                                                              \
    X(CROWDED, DB_BUSY, "too_many_requests", true, 3000,                                           \
      "Too many requests at once. Nothing was saved. Repeat in a few seconds.")                    \
    X(DISK_FULL, DB_FULL, "disk_full", true, 30000,                                                \
      "The database's disk is full. Nothing was saved. Free some space; your data is intact.")     \
    X(SERVER_MEMORY, DB_FULL, "database_out_of_memory", true, 5000,                                \
      "The database ran out of memory. Nothing was saved. Repeat in a few seconds, with a "        \
      "narrower question.")                                                                        \
    X(LOGIN, DB_AUTH, "login_rejected", false, 0,                                                  \
      "The database rejected the login. Nothing was saved. Check DATABASE_URL.")                   \
    X(IDENTITY, DB_AUTH, "tls_unverified", false, 0,                                               \
      "The database's identity could not be verified, so no connection was made. Nothing was "     \
      "sent. Check the server's certificate, its authority (sslrootcert) and the host name; less " \
      "protection must be set explicitly.")                                                        \
    X(PERMISSION, DB_AUTH, "permission_denied", false, 0,                                          \
      "The database does not allow this to the user of DATABASE_URL. Nothing was saved. Grant "    \
      "the right, or use another user.")                                                           \
    X(DUPLICATE, DB_CONSTRAINT, "already_exists", false, 0,                                        \
      "Something with the same name or key is already there. Nothing was saved. Change it or use " \
      "the existing one.")                                                                         \
    X(REFERENCE, DB_CONSTRAINT, "reference_missing", false, 0,                                     \
      "Something that this refers to is not there, or is still in use. Nothing was saved. Check "  \
      "the references.")                                                                           \
    X(RULE, DB_CONSTRAINT, "rule_violated", false, 0,                                              \
      "A value breaks a rule of the data. Nothing was saved. Change the value.")                   \
    X(RANGE, DB_CONSTRAINT, "value_out_of_range", false, 0,                                        \
      "A value is out of range. Nothing was saved. Change the value.")                             \
    X(MALFORMED, DB_CONSTRAINT, "value_malformed", false, 0,                                       \
      "A value has the wrong form. Nothing was saved. Change the value.")                          \
    X(LAYOUT, DB_SCHEMA, "schema_mismatch", false, 0,                                              \
      "The database's layout does not fit this version. Nothing was saved. Run the migration.")    \
    X(LAYOUT_NEWER, DB_SCHEMA, "schema_newer", false, 0,                                           \
      "The database was set up by a newer version of this program. Nothing was changed. Update "   \
      "this program.")                                                                             \
    X(LAYOUT_OLDER, DB_SCHEMA, "schema_older", false, 0,                                           \
      "The database's layout is older than this version needs. Nothing was changed. Run the "      \
      "migration.")                                                                                \
    X(LAYOUT_EDITED, DB_SCHEMA, "schema_edited", false, 0,                                         \
      "The database was set up by migrations that differ from those of this program. Nothing was " \
      "changed. Use the version that made it, or restore a backup made by this one.")              \
    X(ENCODING, DB_SCHEMA, "encoding_not_utf8", false, 0,                                          \
      "The database's encoding is not UTF-8. Nothing was saved. Create a database with ENCODING "  \
      "'UTF8' and use that.")                                                                      \
    X(DAMAGED, DB_DAMAGED, "data_damaged", false, 0,                                               \
      "The database reports damaged data. Nothing was saved. Stop and restore a backup.")          \
    X(READ_ONLY, DB_READ_ONLY, "read_only", true, 5000,                                            \
      "The database currently accepts no changes. Nothing was saved. Repeat later, or use the "    \
      "primary server.")                                                                           \
    X(MEMORY, DB_MEMORY, "out_of_memory", true, 1000,                                              \
      "Out of memory; this request was not carried out. Nothing was saved. Repeat in a moment.")   \
    X(BUG, DB_BUG, "internal_error", false, 0,                                                     \
      "The database did not accept what this program asked. Nothing was saved. Please report "     \
      "this as a defect.")

/* 25P02: behind a pooler a cancel that was meant for somebody else may hit the end of a transaction, and
 * the next one finds it aborted; nothing of the latter was done. */
#define DB_FAILURE_STATES(X)                                                                       \
    X("08P01", BUG) X("08", LOST) X("0A000", BUG)                                                  \
    X("22001", RULE) X("22003", RANGE) X("22007", MALFORMED) X("22008", RANGE)                     \
    X("22021", MALFORMED) X("22P02", MALFORMED) X("22P05", MALFORMED)                              \
    X("23502", RULE) X("23503", REFERENCE) X("23505", DUPLICATE) X("23514", RULE)                  \
    X("23P01", DUPLICATE) X("23", RULE)                                                            \
    X("25006", READ_ONLY) X("25P02", CONFLICT) X("25P03", LOST) X("28", LOGIN) X("3D000", LOGIN)   \
    X("40003", LOST_SAVING) X("40", CONFLICT)                                                      \
    X("42501", PERMISSION) X("42703", LAYOUT) X("42883", LAYOUT) X("42P01", LAYOUT)                \
    X("3F000", LAYOUT)                                                                             \
    X("53100", DISK_FULL) X("53200", SERVER_MEMORY) X("53300", CROWDED) X("53", SERVER_MEMORY)     \
    X("55P03", LOCKED) X("57014", TIMEOUT) X("57P03", STARTING) X("57P04", LOGIN) X("57", LOST)    \
    X("58030", DAMAGED) X("XX001", DAMAGED) X("XX002", DAMAGED)

/* clang-format on */

enum db_failure_kind {
#define X(kind, class, code, safe, after, message) DB_FAILURE_##kind,
    DB_FAILURE_KINDS(X)
#undef X
    DB_FAILURE_KINDS_COUNT
};

struct db_failure db_failure_of(enum db_failure_kind kind);

/* By SQLSTATE; NULL or "": the connection is gone. */
struct db_failure db_failure_of_state(const char *sqlstate);

/* Of a failed statement. `constraint` is borrowed from the result. `lost`: the connection's status
 * is bad, so that a missing SQLSTATE means its loss and not a defect. */
struct db_failure db_failure_of_result(const PGresult *result, bool lost);

/* The same failure, met when COMMIT was already on its way: whatever leaves open whether the
 * server got to it makes the outcome unknown. */
struct db_failure db_failure_while_saving(struct db_failure failure);

/* 26000, 42P05 and 0A000: the connection does not know the prepared statement, knows it already, or
 * its result has another shape now. It may run unnamed. */
bool failure_is_about_names(const struct db_failure *failure);

/* The SQLSTATE that libpq puts into a connection's error text when the verbosity is VERBOSE: the
 * form ":  XXXXX: " holds in every language. false when there is none. */
bool db_failure_find_state(const char *text, char ret_sqlstate[6]);

#endif
