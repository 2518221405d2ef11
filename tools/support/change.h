/* The one way in which tools write. A change opens its row in `changes` (which is also what makes a
 * repeated request find the first one), applies the tool's statements, keeps every row before and
 * after, commits, and answers from what it kept; so a dry run, a repeated request and the first one
 * show the same. Transactions that collide run again; a connection lost at COMMIT is settled by
 * running again under the same key.
 *
 *     static int run(struct change *change)           one try; runs again after a collision
 *     {
 *         change_open(change);                        first trip: the change, locks, look-ups
 *         change_step(change, &sql_lock, values);
 *         return change_send(change, locked);
 *     }
 *
 *     static int locked(struct change *change, const struct db_rows *const *rows)
 *     {
 *         …                                           may refuse: change_refuse()
 *         change_keep(change, "expense", ids, count);
 *         change_step(change, &sql_apply, values);
 *         return change_finish(change);               second trip, COMMIT and answer
 *     }
 *
 * All functions run on the loop's thread; memory is the call's arena. */
#ifndef TOOLS_SUPPORT_CHANGE_H
#define TOOLS_SUPPORT_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "mcp/call.h"
#include "tools/support/answer.h"
#include "tools/support/candidates.h"
#include "tools/support/decimal.h"
#include "tools/support/ledger.h"
#include "tools/support/money.h"
#include "tools/support/query.h"

struct change;

/* --- arguments of every tool that writes ------------------------------------------------------- */

struct change_args {
    const char *idempotency_key;
    bool dry_run;
    const char *confirm;
    struct change *change; /* not an argument: the change of the call */
};

/* For mcp_server_options.extra_args, and ask_args: those whose tools call change_confirm(). */
extern const struct field change_fields[], change_confirm_fields[];

/* Whether a try of the call's change ended without a word about its COMMIT, and no later try has told
 * yet; and the failure that says so. */
bool change_may_be_saved(const struct call *call);
int change_fail_open(struct call *call, const char *happened);

/* For mcp_server_options.on_deadline: says what was saved, as far as it is known. */
void change_on_deadline(struct call *call);

/* --- what a tool adds -------------------------------------------------------------------------- */

/* What there is to say about a change: kept rows in order, each with its sides. */
struct change_story {
    struct change *change;
    const struct db_rows *rows; /* columns of enum kept_column */
    size_t first, last; /* rows [first, last): `before` and `after` of each entity follow each
                                   other */
    size_t count;       /* entities */
    bool is_saved;      /* otherwise a dry run */
};

struct change_kind {
    const char *entity; /* what the count counts; NULL: everything */

    /* Adds the steps of the first trip and sends it. 0, or a negative errno. */
    int (*run)(struct change *change);

    /* The sentence of the answer. Pure: a repeated request must get the same. */
    void (*summarize)(const struct change_story *story, struct buf *text);

    /* Further members of the answer, or NULL. */
    void (*extend)(const struct change_story *story, struct json_out *out);

    /* Nothing was done although nothing failed: says why (with change_refuse() or a read before it).
     * NULL when that cannot be. */
    int (*explain)(struct change *change);

    /* For a tool that answers by itself (change_commit()): the change of this number was made before,
     * under the same key and arguments. NULL: the frame answers. */
    int (*replay)(struct change *change, const char *change_id);

    uint64_t timeout_ms; /* of the transaction; 0: the pool's */
    bool plans_once;     /* its statements read by key, whatever their values (db_tx_plan_once()) */
};

/* Begins the change of the call; `state` is the tool's own. */
int change_start(struct call *call, const struct change_kind *kind, void *state);

struct call *change_call(const struct change *change);
void *change_state(const struct change *change);
bool change_is_dry_run(const struct change *change);
const struct change_args *change_args(const struct change *change);
const char *change_key(const struct change *change);

/* Whether the client gave the key (otherwise it is our own, for our own retries). */
bool change_has_key(const struct change *change);

/* Canonical text of the arguments, NULL without a client's key. */
const char *change_arguments(const struct change *change);

/* --- steps of the next trip -------------------------------------------------------------------- */

/* Adds a step; `values` must live until the trip is sent. Returns its number among the rows that the
 * continuation gets. Running out of memory is remembered and reported when the trip is sent. */
size_t change_step(struct change *change, const struct db_statement *statement,
                   const char *const *values);

/* Remembers an error of a step, reported when the trip is sent. */
void change_fail(struct change *change, int error);

/* Decimals of the ledger's currency, fit for $n::integer. */
const char *change_exponent(const struct change *change);

/* Opens the change as first step. The continuation of its trip only runs when the key is new. */
void change_open(struct change *change);

/* For change_send_whole(): what belongs in front of the statement that opens by itself. */
void change_prelude(struct change *change);

/* To be said before change_open(). */
void change_set_reason(struct change *change, const char *reason);
void change_set_undoes(struct change *change, const char *id);

/* To be asked in the continuation of the trip that opened, once it is known how many rows will be
 * touched, before the steps that touch them. Above BLAST_RADIUS_ROWS, or `always` (merges, deleting
 * by filter), the person is asked ("Delete 30 rows of the books?": `act` is "Delete"); a client that
 * cannot ask needs the token of a dry run. 0: go on; 1: the call was refused or asks, return 0;
 * negative errno. */
MUST_CHECK int change_confirm(struct change *change, const char *act, size_t rows, bool always);

/* Keeps these entities before the steps that follow, and after the last one. Only behind the trip
 * that opened the change. `ids` are copied as array texts; those that do not exist yet have no
 * before. */
void change_keep(struct change *change, const char *entity, const int64_t *ids, size_t count);

/* Keeps an entity that the trip before has made: it has no before. */
void change_keep_new(struct change *change, const char *entity, int64_t id);

/* Number of the change as text; NULL before it was opened. */
const char *change_id(const struct change *change);

typedef int change_done(struct change *change, const struct db_rows *const *rows);

/* Sends the steps and goes on with their rows (the one of change_open() left out). */
MUST_CHECK int change_send(struct change *change, change_done *done);

/* Adds the step that keeps what change_keep() named as it is now; change_finish() does so by itself. */
void change_keep_after(struct change *change);

/* Sends the steps, what is to be kept, and COMMIT; then answers. */
MUST_CHECK int change_finish(struct change *change);

/* For a tool whose steps may leave everything as it is: adds the step, behind those, that looks whether
 * they did; and in the continuation finishes, or says that nothing was to change and saves nothing. */
size_t change_compare(struct change *change);
MUST_CHECK int change_finish_compared(struct change *change, const struct db_rows *compared);

/* For a tool that keeps its rows and answers by itself: sends the steps with COMMIT and goes on. In a
 * dry run nothing is saved; the tool rolls back when it has read what it wants to show. */
MUST_CHECK int change_commit(struct change *change, change_done *done);

/* For a tool whose one statement opens and keeps by itself: sends it with COMMIT and answers from
 * the rows of the last step (columns of enum kept_column); without rows looks for a former change
 * under the key, then asks kind->explain(). */
MUST_CHECK int change_send_whole(struct change *change);

/* To be said before: it may be saved together with others that came at the same time (db_tx_share()).
 * For one that is short and waits for nobody. */
void change_share(struct change *change);

/* --- ending without a change ------------------------------------------------------------------- */

/* Rolls back. The call goes on (to a read that explains, and change_refuse()). */
void change_roll_back(struct change *change);

/* Rolls back and ends the call: nothing was saved. The message has what happened and what to do; the
 * sentence about saving is put between. Returns 0. */
int change_refuse(struct change *change, const char *code, const char *field, const char *happened,
                  const char *to_do);

/* The same with candidates (NULL-terminated). */
int change_refuse_with(struct change *change, const struct call_error *error, const char *happened,
                       const char *to_do);

/* The amount that the field names has more decimals than the currency. */
int change_refuse_decimals(struct change *change, const char *field, const struct money *amount,
                           const char *currency);

/* The category that the field names is of income or transfers, and the entry is not. */
int change_refuse_kind(struct change *change, const char *field, const char *category);

/* A transfer from a user to the same one. */
int change_refuse_self(struct change *change, const char *field);

/* The category that the field names takes no entries any more. */
int change_refuse_archived(struct change *change, const char *field, const char *category);

/* Refuses an argument of a tool that writes, before its change begins: "FIELD: MESSAGE. Nothing was
 * saved. …". Returns 0. */
int change_refuse_argument(struct call *call, const char *field, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Rolls back and lets names_settle() end the call: names that a write does not forgive. */
int change_refuse_names(struct change *change, struct name_question *question, const char *unknown);

/* Runs the whole change again (something it needed was made meanwhile). */
int change_again(struct change *change);

/* --- kept rows --------------------------------------------------------------------------------- */

enum kept_column {
    KEPT_CHANGE,
    KEPT_POSITION,
    KEPT_ENTITY,
    KEPT_SIDE,   /* "before", "after" */
    KEPT_WAITS,  /* an expense whose rate is missing */
    KEPT_SHOW,   /* JSON of an entity that is no expense; of a purchase its refunds, or null */
    KEPT_EXPENSE /* columns of an expense begin here */
};

/* Whether a row has a side at all (a left join may have none). `column`: where the columns begin. */
bool kept_is_there(const struct db_rows *rows, size_t row, size_t column);

/* The `amount` of what an entity shows (KEPT_SHOW) as its own currency has it, where it has both; else
 * NULL. */
const char *kept_amount(const cJSON *show, char ret_text[DECIMAL_TEXT_SIZE]);

/* Writes {"before": …, "after": …} of the entity that begins at `row`; returns the row behind it. With
 * `makes_drafts` what it would make has no id: when it is saved, it will get another one. */
size_t kept_write_sides(struct json_out *out, const struct db_rows *rows, size_t row, size_t column,
                        bool makes_drafts);

/* A member of a kept expense ("amount"), its text; NULL when it has none. */
const char *kept_text(const struct change_story *story, size_t row, size_t expense_column);

/* "12.50 USD at Subway on 2026-11-22 in Food: Restaurants". */
void kept_describe(const struct change_story *story, size_t row, struct buf *text);

/* " 2 of them wait for an exchange rate and are left out of totals until then." or nothing. */
void kept_say_waiting(const struct change_story *story, struct buf *text);

/* The result table of tools that write; with CHANGE_RESULT, of those that say more (change_kind.extend),
 * in front of their own members. */
extern const struct field change_result[];
extern const struct field change_kept_fields[];
// clang-format off
#define CHANGE_RESULT                                                                              \
    OUT_TEXT("summary"), OUT_BOOL("saved"), OUT_TEXT("change_id"), OUT_INT("count"),               \
        OUT_ROWS("rows", change_kept_fields), OUT_INT("returned"), OUT_BOOL("truncated"),          \
        OUT_BOOL("replayed"), OUT_TEXT("confirm"), {.name = "error", .type = &field_any_object}
// clang-format on

#endif
