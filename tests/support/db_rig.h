/* What tests of db/ against a real server share: a loop, a pool on DATABASE_URL, and calls that
 * run the loop until an answer is there. Every wait has an end; nothing sleeps. */
#ifndef TESTS_SUPPORT_DB_RIG_H
#define TESTS_SUPPORT_DB_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/log.h"
#include "db/pool.h"

enum {
    RIG_WAIT_MS = 20000
};

struct rig {
    uv_loop_t loop;
    uv_timer_t watchdog;
    struct db_settings settings;
    struct db_pool *pool;
    bool is_late, is_closed;
};

static inline void rig_on_late(uv_timer_t *timer)
{
    struct rig *rig = timer->data;
    rig->is_late = true;
}

/* Runs the loop until *flag, for at most RIG_WAIT_MS. */
static inline void rig_wait(struct rig *rig, const bool *flag)
{
    rig->is_late = false;
    uv_update_time(&rig->loop);
    (void)uv_timer_start(&rig->watchdog, rig_on_late, RIG_WAIT_MS, 0);
    while (!*flag && !rig->is_late)
        (void)uv_run(&rig->loop, UV_RUN_ONCE);
    (void)uv_timer_stop(&rig->watchdog);
    assert_true(*flag);
}

static inline void rig_set_flag(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

/* Lets the loop run for a while: for things that must not happen. */
static inline void rig_run_for(struct rig *rig, uint64_t ms)
{
    bool over = false;
    bool gone = false;
    uv_timer_t timer;
    uv_update_time(&rig->loop);
    (void)uv_timer_init(&rig->loop, &timer);
    timer.data = &over;
    (void)uv_timer_start(&timer, rig_set_flag, ms, 0);
    rig_wait(rig, &over);
    timer.data = &gone;
    uv_close((uv_handle_t *)&timer, NULL);
    (void)uv_run(&rig->loop, UV_RUN_NOWAIT);
}

static inline void rig_set(struct rig *rig, const char *name, const char *value)
{
    assert_int_equal(db_settings_set(&rig->settings, name, value, NULL), 0);
}

/* Settings from DATABASE_URL; change them, then rig_open(). */
static inline void rig_init(struct rig *rig)
{
    *rig = (struct rig){0};
    assert_int_equal(uv_loop_init(&rig->loop), 0);
    assert_int_equal(uv_timer_init(&rig->loop, &rig->watchdog), 0);
    rig->watchdog.data = rig;
    if (getenv("DB_TRACE"))
        log_set_trace(getenv("DB_TRACE"));
    db_settings_init(&rig->settings);
    assert_int_equal(db_settings_from_url(&rig->settings, getenv("DATABASE_URL"), NULL), 0);
}

static inline void rig_open(struct rig *rig)
{
    struct db_pool_options options = {.loop = &rig->loop, .settings = &rig->settings};
    rig->pool = db_pool_new(&options);
    assert_non_null(rig->pool);
}

static inline void rig_on_closed(void *data)
{
    struct rig *rig = data;
    rig->is_closed = true;
}

/* Nothing may be left of the pool in the loop. */
static inline void rig_free(struct rig *rig)
{
    if (rig->pool) {
        db_pool_close(rig->pool, 1000, rig_on_closed, rig);
        rig_wait(rig, &rig->is_closed);
    }
    uv_close((uv_handle_t *)&rig->watchdog, NULL);
    (void)uv_run(&rig->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&rig->loop), 0);
    db_settings_free(&rig->settings);
}

typedef bool rig_condition(struct rig *rig);

/* Runs the loop until the condition holds: however slow the machine is. */
static inline void rig_wait_for(struct rig *rig, rig_condition *condition)
{
    rig->is_late = false;
    uv_update_time(&rig->loop);
    (void)uv_timer_start(&rig->watchdog, rig_on_late, RIG_WAIT_MS, 0);
    while (!condition(rig) && !rig->is_late)
        (void)uv_run(&rig->loop, UV_RUN_ONCE);
    (void)uv_timer_stop(&rig->watchdog);
    assert_true(condition(rig));
}

static inline bool rig_is_idle(struct rig *rig)
{
    struct db_pool_stat stat;
    db_pool_stat(rig->pool, &stat);
    return stat.busy == 0;
}

/* Until no connection runs anything. */
static inline void rig_wait_idle(struct rig *rig)
{
    rig_wait_for(rig, rig_is_idle);
}

static inline bool rig_is_busy(struct rig *rig)
{
    return !rig_is_idle(rig);
}

/* Until something has been sent that has no answer yet. */
static inline void rig_wait_sent(struct rig *rig)
{
    rig_wait_for(rig, rig_is_busy);
}

static inline bool rig_is_empty(struct rig *rig)
{
    struct db_pool_stat stat;
    db_pool_stat(rig->pool, &stat);
    return stat.connections == 0;
}

/* --- answers --------------------------------------------------------------------------------- */

/* What came of a read or of one run of a transaction. */
struct answer {
    struct db_tx *tx;
    struct db_failure failure;
    char constraint[64];
    char text[256]; /* row 0, column 0 of the last step */
    size_t rows;
    int64_t affected;
    int times;
    bool is_there;
    bool has_failed;
};

static inline void answer_fill(struct answer *answer, const struct db_rows *rows,
                               const struct db_failure *failure)
{
    answer->times++;
    answer->is_there = true;
    answer->has_failed = failure != NULL;
    if (failure) {
        answer->failure = *failure;
        (void)snprintf(answer->constraint, sizeof(answer->constraint), "%s",
                       failure->constraint ? failure->constraint : "");
        answer->failure.constraint = NULL;
    } else if (rows) {
        (void)snprintf(answer->text, sizeof(answer->text), "%s", db_rows_text(rows, 0, 0));
        answer->rows = db_rows_count(rows);
        answer->affected = db_rows_affected(rows);
    }
}

static inline void answer_read(void *data, const struct db_rows *rows,
                               const struct db_failure *failure)
{
    assert_true((rows == NULL) != (failure == NULL));
    answer_fill(data, rows, failure);
}

static inline void answer_tx(void *data, struct db_tx *tx, const struct db_rows *const *rows,
                             size_t steps, const struct db_failure *failure)
{
    struct answer *answer = data;
    answer->tx = tx;
    answer_fill(answer, steps > 0 ? rows[steps - 1] : NULL, failure);
}

/* Starts a read of a statement without parameters. */
static inline struct db_request *rig_read(struct rig *rig, const struct db_statement *statement,
                                          struct answer *answer)
{
    *answer = (struct answer){0};
    struct db_request *request = db_read(rig->pool, statement, NULL, 0, answer_read, answer);
    assert_non_null(request);
    assert_false(answer->is_there); /* never from inside the submit */
    return request;
}

/* Runs one text and waits: the value of the first column, or "code" of the failure. */
static inline const char *rig_ask(struct rig *rig, const char *sql)
{
    static struct answer answer;
    const struct db_statement statement = {NULL, sql, 0};
    (void)rig_read(rig, &statement, &answer);
    rig_wait(rig, &answer.is_there);
    assert_int_equal(answer.times, 1);
    return answer.has_failed ? answer.failure.code : answer.text;
}

/* One run of `count` texts in a transaction, and waits for it. */
static inline void rig_run(struct rig *rig, struct db_tx *tx, const char *const *sql, size_t count,
                           bool commit, struct answer *answer)
{
    struct db_statement statements[16];
    struct db_step steps[16];
    assert_true(count <= 16);
    for (size_t i = 0; i < count; i++) {
        statements[i] = (struct db_statement){NULL, sql[i], 0};
        steps[i] = (struct db_step){.statement = &statements[i]};
    }
    *answer = (struct answer){0};
    assert_int_equal(db_tx_run(tx, steps, count, commit, answer_tx, answer), 0);
    assert_false(answer->is_there);
    rig_wait(rig, &answer->is_there);
    assert_int_equal(answer->times, 1);
}

/* One text that writes, committed: "saved" or the code of the failure. */
static inline const char *rig_write(struct rig *rig, const char *sql)
{
    static struct answer answer;
    struct db_tx *tx = db_tx_begin(rig->pool, 0);
    assert_non_null(tx);
    rig_run(rig, tx, &sql, 1, true, &answer);
    return answer.has_failed ? answer.failure.code : "saved";
}

#endif
