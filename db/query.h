/* Statements, parameters, rows: what a program says to the pool and gets back. Everything is
 * asynchronous on one libuv loop; no callback ever runs inside the call that submits. Values are
 * text in both directions (libpq format 0); NULL pointers are SQL nulls. Parameter types are what
 * the statement's casts say ($1::bigint). PostgreSQL manual, chapter "libpq". */
#ifndef DB_QUERY_H
#define DB_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/own.h"
#include "db/failure.h"

struct arena;
struct db_pool;
struct db_request; /* a read under way, owned by the pool */
struct db_tx;      /* a transaction under way, owned by the pool */
struct db_rows;    /* rows of one statement, borrowed for the callback that shows them */

/* One statement. Constant data, made from SQL files at build time (script/sql_to_c.awk); the
 * address is its identity in the cache of prepared statements. */
struct db_statement {
    const char *name; /* unique in the program: "summarize_spending.total" */
    const char *sql;
    int params; /* $1 … $params */
};

size_t db_rows_count(const struct db_rows *rows);
size_t db_rows_columns(const struct db_rows *rows);
const char *db_rows_column_name(const struct db_rows *rows, size_t column);
bool db_rows_is_null(const struct db_rows *rows, size_t row, size_t column);
/* "" for null. Borrowed with the rows; valid UTF-8. */
const char *db_rows_text(const struct db_rows *rows, size_t row, size_t column);
size_t db_rows_length(const struct db_rows *rows, size_t row, size_t column);
/* 0 for null or no integer. */
int64_t db_rows_int(const struct db_rows *rows, size_t row, size_t column);
/* 't' is true. */
bool db_rows_bool(const struct db_rows *rows, size_t row, size_t column);
/* Rows that an INSERT, UPDATE or DELETE touched. */
int64_t db_rows_affected(const struct db_rows *rows);

/* Rows that the program made itself, of what a statement gave, to be read like any others: `cells` row
 * by row, NULL for null, borrowed as long as the arena lives. NULL when out of memory. */
MUST_CHECK const struct db_rows *db_rows_of_cells(struct arena *arena, const char *const *cells,
                                                  size_t count, size_t columns);
/* The same rows with another first one, of so many cells. `rows` must have one, and is borrowed as well. */
MUST_CHECK const struct db_rows *db_rows_with_first(struct arena *arena, const struct db_rows *rows,
                                                    const char *const *cells, size_t columns);

/* --- reads ----------------------------------------------------------------------------------- */

/* Exactly one of rows and failure is not NULL; both are borrowed for the call. */
typedef void db_read_done(void *data, const struct db_rows *rows, const struct db_failure *failure);

/* Runs one statement that only reads, in a read-only transaction of its own; run again by itself
 * when the connection is lost. `values` (statement->params of them) are copied. timeout_ms 0: the
 * pool's default. NULL when out of memory or when the pool is ending; otherwise `done` runs once,
 * later, unless db_read_cancel() comes first. */
MUST_CHECK struct db_request *db_read(struct db_pool *pool, const struct db_statement *statement,
                                      const char *const *values, uint64_t timeout_ms,
                                      db_read_done *done, void *data);

/* Nobody waits any more: `done` will not run, the connection is freed for others safely. */
void db_read_cancel(struct db_request *request);

/* --- transactions ---------------------------------------------------------------------------- */

struct db_step {
    const struct db_statement *statement;
    const char *const *values; /* copied when submitted */
};

/* Rows of the steps of one db_tx_run(), or the failure of the first step that failed; after a
 * failure the transaction is rolled back and `tx` is gone. When `tx` is gone, by a failure or by a
 * COMMIT, it is passed as NULL. */
typedef void db_tx_done(void *data, struct db_tx *tx, const struct db_rows *const *rows,
                        size_t steps, const struct db_failure *failure);

/* Begins a read-write transaction on a connection of its own; nothing is sent before the first
 * run, so that BEGIN travels with it. NULL when out of memory or when the pool is ending. */
MUST_CHECK struct db_tx *db_tx_begin(struct db_pool *pool, uint64_t timeout_ms);

/* Said before the first run: the prepared statements of this transaction are planned once per
 * connection, for all values. For statements that PostgreSQL would plan anew each time, because it
 * takes guesses about unknown values for costs, and that read by key whatever the values are. */
void db_tx_plan_once(struct db_tx *tx);

/* Said before the first run: if that one commits, it may be sent together with others that say so,
 * under one COMMIT, when it has to wait for a connection. Each still gets its own rows or failure: when
 * one of them fails, the others are run again, alone. For short runs that seldom wait for a lock. */
void db_tx_share(struct db_tx *tx);

/* Said before the first run: it is sent so many milliseconds later at the earliest (DB_TICK_MS more at
 * the latest, where a connection is free), and holds nothing until then. */
void db_tx_wait(struct db_tx *tx, uint64_t ms);

/* Runs steps in order, in one round trip. One run at a time per transaction. With `commit` the
 * COMMIT travels along, and success means that its tag was COMMIT; `tx` is gone then as well.
 * 0, -ENOMEM, -EBUSY (a run is under way) or -ECANCELED (the pool is ending): then nothing was sent
 * and the caller still owns the end of `tx`. */
MUST_CHECK int db_tx_run(struct db_tx *tx, const struct db_step *steps, size_t count, bool commit,
                         db_tx_done *done, void *data);

/* db_tx_run() of one step, of which some values are binary: `lengths` are their bytes, 0 for those that
 * are text. */
MUST_CHECK int db_tx_run_binary(struct db_tx *tx, const struct db_step *step, const size_t *lengths,
                                db_tx_done *done, void *data);

/* Said behind a db_tx_run(): as soon as the run is on its way `meanwhile` is called, once, with the data
 * of the run, so that its caller can work while the server does. Not when it was given up before. */
typedef void db_tx_meanwhile(void *data);
void db_tx_work_meanwhile(struct db_tx *tx, db_tx_meanwhile *meanwhile);

/* Ends without saving (also when a run is under way: its `done` will not come). `tx` is gone. */
void db_tx_rollback(struct db_tx *tx);

/* Nobody waits any more, and a run may be under way: before COMMIT was sent this is a rollback,
 * after it the transaction finishes on its own. `tx` is gone, `done` will not come. */
void db_tx_abandon(struct db_tx *tx);

/* --- parameters ------------------------------------------------------------------------------ */

struct buf;

/* Appends one element to the text of a PostgreSQL array; start with an empty buffer, end with
 * db_array_end(). NULL appends a null. */
int db_array_append(struct buf *array, const char *element);
int db_array_end(struct buf *array);

/* The same for a binary value, which the server takes at a fraction of the cost: an array of texts or of
 * dates, in days since the first of 1970. Texts are valid UTF-8. db_binary_end() is told how many elements
 * there are, at least one. */
enum db_element {
    DB_ELEMENT_NONE,      /* no binary array */
    DB_ELEMENT_TEXT = 25, /* as the server numbers its types */
    DB_ELEMENT_DATE = 1082
};

int db_binary_append(struct buf *array, const char *element);
int db_binary_append_day(struct buf *array, int32_t day);
int db_binary_end(struct buf *array, enum db_element element, size_t count);

#endif
