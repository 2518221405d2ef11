/* Statements of tools: continuations run only on success and never after the call has ended; what
 * the database refused becomes the call's error in one place. */
#ifndef TOOLS_SUPPORT_QUERY_H
#define TOOLS_SUPPORT_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/failure.h"
#include "db/query.h"
#include "mcp/call.h"

/* Goes on with the rows, which are borrowed for the call. Returns 0, or a negative errno that ends
 * the call with an internal error when no answer was given. */
typedef int tool_rows_done(struct call *call, const struct db_rows *rows);

/* Runs one statement that only reads. `values` are copied. 0 or -ENOMEM. */
MUST_CHECK int tool_read(struct call *call, const struct db_statement *statement,
                         const char *const *values, tool_rows_done *done);

/* The same with something beside the call for the continuation. */
typedef int tool_rows_done_with(struct call *call, const struct db_rows *rows, void *data);

MUST_CHECK int tool_read_with(struct call *call, const struct db_statement *statement,
                              const char *const *values, tool_rows_done_with *done, void *data);

/* Ends the call after a negative errno of ours: out of memory, or a defect. Returns 0. */
int call_fail_errno(struct call *call, int error);

/* --- writes ---------------------------------------------------------------------------------- */

/* A transaction of a call, in its arena. It is rolled back when the call ends before its commit was
 * sent, and left to finish afterwards. */
struct tool_tx;

/* Goes on with the rows of the steps of one run. */
typedef int tool_tx_done(struct call *call, struct tool_tx *tx, const struct db_rows *const *rows,
                         size_t steps);

/* May turn a failure into an answer of its own (a name taken meanwhile): ends the call and returns
 * true, or returns false. The transaction is over already. */
typedef bool tool_tx_failed(struct call *call, const struct db_failure *failure);

/* NULL when out of memory. `failed` may be NULL. */
MUST_CHECK struct tool_tx *tool_tx_begin(struct call *call, tool_tx_failed *failed);

/* The same for work of many trips, which may take so long. */
MUST_CHECK struct tool_tx *tool_tx_begin_long(struct call *call, tool_tx_failed *failed,
                                              uint64_t timeout_ms);

/* See db_tx_plan_once(). */
void tool_tx_plan_once(struct tool_tx *tx);

/* See db_tx_share(). */
void tool_tx_share(struct tool_tx *tx);

/* Runs steps in one round trip; `commit` sends COMMIT along, and then `done` means that it is
 * saved. 0 or -ENOMEM. */
MUST_CHECK int tool_tx_run(struct tool_tx *tx, const struct db_step *steps, size_t count,
                           bool commit, tool_tx_done *done);

/* The same of one step with binary values: see db_tx_run_binary(). */
MUST_CHECK int tool_tx_run_binary(struct tool_tx *tx, const struct db_step *step,
                                  const size_t *lengths, tool_tx_done *done);

/* Goes on while the database is at the run that was given to it just now: see db_tx_work_meanwhile(). */
typedef int tool_tx_meanwhile(struct call *call);
void tool_tx_work_meanwhile(struct tool_tx *tx, tool_tx_meanwhile *meanwhile);

/* Ends without saving; the call goes on (and should be answered). */
void tool_tx_rollback(struct tool_tx *tx);

#endif
