/* Transactions against a real server: saved means saved, everything else leaves nothing. */
#include "tests/support/db_rig.h"

static int setup(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    rig_init(rig);
    rig_open(rig);
    assert_string_equal(rig_write(rig, "DROP TABLE IF EXISTS coins"), "saved");
    assert_string_equal(rig_write(rig,
                                  "CREATE TABLE coins (id int CONSTRAINT coins_once UNIQUE "
                                  "DEFERRABLE INITIALLY IMMEDIATE, note text CHECK (note <> ''))"),
                        "saved");
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    rig_free(*state);
    free(*state);
    return 0;
}

static const char *count(struct rig *rig)
{
    return rig_ask(rig, "SELECT count(*) FROM coins");
}

static const char insert_1[] = "INSERT INTO coins VALUES (1, 'one')";
static const char insert_2[] = "INSERT INTO coins VALUES (2, 'two')";

static void test_tx_committed_in_one_round_trip_is_there(void **state)
{
    struct rig *rig = *state;
    const char *sql[] = {insert_1, insert_2};
    struct answer answer;
    struct db_tx *tx = db_tx_begin(rig->pool, 0);
    rig_run(rig, tx, sql, 2, true, &answer);
    assert_false(answer.has_failed);
    assert_null(answer.tx);
    assert_int_equal(answer.affected, 1);
    assert_string_equal(count(rig), "2");
}

static void test_tx_that_plans_once_keeps_one_plan_and_tells_no_other(void **state)
{
    static const struct db_statement look = {
        "test.look", "SELECT current_setting('plan_cache_mode') || ' ' || $1::text", 1};
    static const struct db_statement plans = {
        NULL,
        "SELECT generic_plans || ' ' || custom_plans FROM pg_prepared_statements "
        "WHERE statement LIKE '%plan_cache_mode%'",
        0};

    struct rig *rig = *state;
    struct answer answer = {0};
    const char *values[] = {"x"};
    const struct db_step steps[] = {{&look, values}, {&look, values}, {&plans, NULL}};
    struct db_tx *tx = db_tx_begin(rig->pool, 0);
    db_tx_plan_once(tx);
    assert_int_equal(db_tx_run(tx, steps, 3, true, answer_tx, &answer), 0);
    rig_wait(rig, &answer.is_there);
    assert_string_equal(answer.text, getenv("TEST_POOLED") ? "" : "2 0");
    assert_string_equal(rig_ask(rig, "SHOW plan_cache_mode"), "auto");
}

static void test_tx_takes_binary_arrays_beside_texts(void **state)
{
    static const struct db_statement look = {
        "test.binary",
        "SELECT concat_ws(' ', $1::text, $2::text[], $3::date[], $4::text[] IS NULL)", 4};
    struct rig *rig = *state;
    struct answer answer = {0};
    OWNED_BUF texts = BUF_INIT(100);
    OWNED_BUF days = BUF_INIT(100);
    (void)db_binary_append(&texts, "gr\xc3\xbc\xc3\x9f \"\\,{}");
    (void)db_binary_append(&texts, NULL);
    (void)db_binary_append(&texts, "");
    assert_int_equal(db_binary_end(&texts, DB_ELEMENT_TEXT, 3), 0);
    (void)db_binary_append_day(&days, 0);
    (void)db_binary_append_day(&days, 20787);
    assert_int_equal(db_binary_end(&days, DB_ELEMENT_DATE, 2), 0);
    const char *values[] = {"text", texts.data, days.data, NULL};
    const size_t lengths[] = {0, texts.length, days.length, 0};
    const struct db_step step = {&look, values};
    struct db_tx *tx = db_tx_begin(rig->pool, 0);
    assert_int_equal(db_tx_run_binary(tx, &step, lengths, answer_tx, &answer), 0);
    rig_wait(rig, &answer.is_there);
    assert_false(answer.has_failed);
    assert_string_equal(
        answer.text,
        "text {\"gr\xc3\xbc\xc3\x9f \\\"\\\\,{}\",NULL,\"\"} {1970-01-01,2026-11-30} t");
    db_tx_rollback(answer.tx);
}

static void test_tx_of_several_runs_sees_its_own_rows_and_commits(void **state)
{
    struct rig *rig = *state;
    const char *first[] = {insert_1, "SELECT count(*) FROM coins"};
    const char *second[] = {insert_2};
    struct answer answer;
    struct db_tx *tx = db_tx_begin(rig->pool, 0);
    rig_run(rig, tx, first, 2, false, &answer);
    assert_string_equal(answer.text, "1");
    assert_ptr_equal(answer.tx, tx);
    assert_string_equal(count(rig), "0");
    rig_run(rig, tx, second, 1, true, &answer);
    assert_false(answer.has_failed);
    assert_string_equal(count(rig), "2");
}

static void test_tx_that_waits_is_sent_when_it_is_time(void **state)
{
    enum {
        PAUSE_MS = 150
    };

    static const struct db_statement insert = {NULL, insert_1, 0};
    static const struct db_step step = {&insert, NULL};

    struct rig *rig = *state;
    struct answer answer = {0};
    uint64_t begun = uv_now(&rig->loop);
    struct db_tx *tx = db_tx_begin(rig->pool, 0);
    db_tx_wait(tx, PAUSE_MS);
    assert_int_equal(db_tx_run(tx, &step, 1, true, answer_tx, &answer), 0);
    (void)count(rig); /* not behind it */
    assert_true(!answer.is_there || uv_now(&rig->loop) - begun >= PAUSE_MS);
    rig_wait(rig, &answer.is_there);
    assert_true(uv_now(&rig->loop) - begun >= PAUSE_MS);
    assert_string_equal(count(rig), "1");
}

static void test_tx_rolled_back_leaves_nothing(void **state)
{
    struct rig *rig = *state;
    const char *sql[] = {insert_1};
    struct answer answer;
    struct db_tx *tx = db_tx_begin(rig->pool, 0);
    rig_run(rig, tx, sql, 1, false, &answer);
    db_tx_rollback(tx);
    assert_string_equal(count(rig), "0");
    assert_string_equal(rig_write(rig, insert_1), "saved");
    assert_string_equal(count(rig), "1");
}

static void test_tx_failing_step_saves_nothing_and_names_the_constraint(void **state)
{
    struct rig *rig = *state;
    const char *sql[] = {insert_1, insert_2, insert_1, insert_2};
    struct answer answer;
    rig_run(rig, db_tx_begin(rig->pool, 0), sql, 4, true, &answer);
    assert_true(answer.has_failed);
    assert_null(answer.tx);
    assert_string_equal(answer.failure.code, "already_exists");
    assert_int_equal(answer.failure.class, DB_CONSTRAINT);
    assert_int_equal(answer.failure.saved, DB_SAVED_NO);
    assert_string_equal(answer.constraint, "coins_once");
    assert_string_equal(count(rig), "0");
}

static void test_tx_constraint_deferred_to_commit_saves_nothing(void **state)
{
    struct rig *rig = *state;
    const char *sql[] = {"SET CONSTRAINTS coins_once DEFERRED", insert_1, insert_1};
    struct answer answer;
    rig_run(rig, db_tx_begin(rig->pool, 0), sql, 3, true, &answer);
    assert_string_equal(answer.failure.code, "already_exists");
    assert_int_equal(answer.failure.saved, DB_SAVED_NO);
    assert_string_equal(count(rig), "0");
}

static void test_tx_check_violation_is_a_rule(void **state)
{
    struct rig *rig = *state;
    assert_string_equal(rig_write(rig, "INSERT INTO coins VALUES (3, '')"), "rule_violated");
    assert_string_equal(rig_write(rig, "INSERT INTO coins VALUES (99999999999, 'x')"),
                        "value_out_of_range");
    assert_string_equal(rig_write(rig, "INSERT INTO coins VALUES ('abc', 'x')"), "value_malformed");
    assert_string_equal(count(rig), "0");
}

static void test_tx_parallel_each_owns_its_connection(void **state)
{
    enum {
        MANY = 40
    };

    struct rig *rig = *state;
    struct answer answers[MANY] = {{0}};
    for (int i = 0; i < MANY; i++) {
        char number[8];
        const char *values[] = {number};
        static const struct db_statement insert = {"test.insert",
                                                   "INSERT INTO coins VALUES ($1::int, 'x')", 1};
        struct db_step step = {&insert, values};
        (void)snprintf(number, sizeof(number), "%d", i);
        struct db_tx *tx = db_tx_begin(rig->pool, 0);
        assert_int_equal(db_tx_run(tx, &step, 1, true, answer_tx, &answers[i]), 0);
    }
    for (int i = 0; i < MANY; i++) {
        rig_wait(rig, &answers[i].is_there);
        assert_false(answers[i].has_failed);
    }
    struct db_pool_stat stat;
    db_pool_stat(rig->pool, &stat);
    assert_in_range(stat.connections, 1, 4);
    assert_string_equal(count(rig), "40");
}

static void test_tx_waiting_is_not_starved_by_reads(void **state)
{
    struct rig own;
    (void)state;
    static const struct db_statement nap = {"test.nap", "SELECT pg_sleep(0.005)", 0};
    struct answer reads[64];
    struct answer written = {0};
    rig_init(&own);
    rig_set(&own, "pool_size", "1");
    rig_set(&own, "max_overflow", "0");
    rig_open(&own);
    for (int i = 0; i < 32; i++)
        (void)rig_read(&own, &nap, &reads[i]);
    const struct db_statement insert = {NULL, insert_1, 0};
    struct db_step step = {&insert, NULL};
    struct db_tx *tx = db_tx_begin(own.pool, 0);
    assert_int_equal(db_tx_run(tx, &step, 1, true, answer_tx, &written), 0);
    for (int i = 32; i < 64; i++)
        (void)rig_read(&own, &nap, &reads[i]);
    rig_wait(&own, &written.is_there);
    assert_false(written.has_failed);
    assert_false(reads[63].is_there);
    rig_wait(&own, &reads[63].is_there);
    rig_free(&own);
}

static void test_tx_lock_timeout_says_locked_and_saves_nothing(void **state)
{
    struct rig *rig = *state;
    struct rig own;
    struct answer held;
    const char *lock[] = {"LOCK TABLE coins IN EXCLUSIVE MODE"};
    rig_init(&own);
    rig_set(&own, "lock_timeout", "100ms");
    rig_open(&own);
    rig_run(rig, db_tx_begin(rig->pool, 0), lock, 1, false, &held);
    assert_string_equal(rig_write(&own, insert_1), "locked");
    db_tx_rollback(held.tx);
    assert_string_equal(rig_write(&own, insert_1), "saved");
    rig_free(&own);
}

/* Both take one row each and then want the other's: on a connection of its own each, or there is no
 * deadlock. */
static void deadlock(struct rig *rig)
{
    static const struct db_statement first = {
        NULL, "UPDATE coins SET note = note || '+' WHERE id = 1", 0};
    static const struct db_statement nap = {NULL, "SELECT pg_sleep(0.2)", 0};
    static const struct db_statement second = {
        NULL, "UPDATE coins SET note = note || '+' WHERE id = 2", 0};
    struct db_step there[] = {{&first, NULL}, {&nap, NULL}, {&second, NULL}};
    struct db_step back[] = {{&second, NULL}, {&nap, NULL}, {&first, NULL}};
    struct answer answers[2] = {{0}};
    assert_int_equal(db_tx_run(db_tx_begin(rig->pool, 0), there, 3, true, answer_tx, &answers[0]),
                     0);
    assert_int_equal(db_tx_run(db_tx_begin(rig->pool, 0), back, 3, true, answer_tx, &answers[1]),
                     0);
    rig_wait(rig, &answers[0].is_there);
    rig_wait(rig, &answers[1].is_there);
    assert_false(answers[0].has_failed);
    assert_false(answers[1].has_failed);
}

static void test_tx_deadlock_is_run_again_by_itself(void **state)
{
    struct rig *rig = *state;
    struct db_pool_stat stat = {0};
    char expected[64];
    int rounds = 0;
    assert_string_equal(rig_write(rig, "INSERT INTO coins VALUES (1, 'a'), (2, 'b')"), "saved");
    while (stat.retries == 0 && rounds < 10) { /* a slow machine runs them one after the other */
        deadlock(rig);
        rounds++;
        db_pool_stat(rig->pool, &stat);
    }
    assert_true(stat.retries > 0);
    (void)snprintf(expected, sizeof(expected), "%d %d", 1 + 2 * rounds, 1 + 2 * rounds);
    assert_string_equal(
        rig_ask(rig, "SELECT string_agg(length(note)::text, ' ' ORDER BY id) FROM coins"),
        expected);
}

static void test_tx_serialization_failure_after_rows_were_seen_is_the_callers(void **state)
{
    struct rig *rig = *state;
    const char *begin[] = {"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                           "SELECT count(*) FROM coins"};
    const char *update[] = {"UPDATE coins SET note = 'mine' WHERE id = 1"};
    struct answer answer;
    assert_string_equal(rig_write(rig, insert_1), "saved");
    rig_run(rig, db_tx_begin(rig->pool, 0), begin, 2, false, &answer);
    assert_string_equal(rig_write(rig, "UPDATE coins SET note = 'theirs' WHERE id = 1"), "saved");
    rig_run(rig, answer.tx, update, 1, true, &answer);
    assert_string_equal(answer.failure.code, "concurrent_change");
    assert_int_equal(answer.failure.class, DB_RETRY);
    assert_true(answer.failure.retry_safe);
}

static void test_tx_over_its_deadline_between_runs_is_rolled_back(void **state)
{
    struct rig *rig = *state;
    const char *sql[] = {insert_1};
    struct answer answer;
    struct db_tx *tx = db_tx_begin(rig->pool, 1000);
    rig_run(rig, tx, sql, 1, false, &answer);
    rig_wait_idle(rig);
    assert_string_equal(rig_ask(rig, "SELECT count(*) FROM pg_stat_activity WHERE state LIKE "
                                     "'idle in%' AND pid <> pg_backend_pid()"),
                        "0");
    rig_run(rig, tx, sql, 1, true, &answer);
    assert_string_equal(answer.failure.code, "timeout");
    assert_int_equal(answer.failure.saved, DB_SAVED_NO);
    assert_string_equal(count(rig), "0");
}

static void test_tx_over_its_deadline_while_running_is_cancelled_for_certain(void **state)
{
    struct rig *rig = *state;
    const char *sql[] = {insert_1, "SELECT pg_sleep(30)"};
    struct answer answer;
    rig_run(rig, db_tx_begin(rig->pool, 1000), sql, 2, true, &answer);
    assert_string_equal(answer.failure.code, "timeout");
    assert_int_equal(answer.failure.saved, DB_SAVED_NO);
    assert_string_equal(count(rig), "0");
}

static void test_tx_abandoned_with_commit_on_its_way_is_saved(void **state)
{
    struct rig *rig = *state;
    static const struct db_statement insert = {NULL, insert_1, 0};
    static const struct db_statement nap = {NULL, "SELECT pg_sleep(0.1)", 0};
    struct db_step steps[] = {{&insert, NULL}, {&nap, NULL}};
    struct answer answer = {0};
    struct db_tx *tx = db_tx_begin(rig->pool, 0);
    assert_int_equal(db_tx_run(tx, steps, 2, true, answer_tx, &answer), 0);
    rig_wait_sent(rig);
    db_tx_abandon(tx);
    rig_wait_idle(rig);
    assert_int_equal(answer.times, 0);
    assert_string_equal(count(rig), "1");
}

static void test_tx_abandoned_before_commit_is_rolled_back(void **state)
{
    struct rig *rig = *state;
    static const struct db_statement insert = {NULL, insert_1, 0};
    static const struct db_statement nap = {NULL, "SELECT pg_sleep(30)", 0};
    struct db_step steps[] = {{&insert, NULL}, {&nap, NULL}};
    struct answer answer = {0};
    struct db_tx *tx = db_tx_begin(rig->pool, 0);
    assert_int_equal(db_tx_run(tx, steps, 2, false, answer_tx, &answer), 0);
    rig_wait_sent(rig);
    db_tx_abandon(tx);
    rig_wait_idle(rig);
    assert_int_equal(answer.times, 0);
    assert_string_equal(count(rig), "0");
}

/* A run whose caller works while the server does. */
struct worker_run {
    struct answer answer;
    struct db_tx *gives_up; /* rolled back by the work itself */
    int works;
    bool was_answered;
};

static void work(void *data)
{
    struct worker_run *run = CONTAINER_OF(data, struct worker_run, answer);
    run->works++;
    run->was_answered = run->answer.is_there;
    if (run->gives_up)
        db_tx_rollback(run->gives_up);
}

static void start_work(struct worker_run *run, struct db_tx *tx)
{
    static const struct db_statement insert = {NULL, insert_1, 0};
    static const struct db_step step = {&insert, NULL};
    assert_int_equal(db_tx_run(tx, &step, 1, false, answer_tx, &run->answer), 0);
    db_tx_work_meanwhile(tx, work);
}

static void test_tx_caller_works_once_while_each_run_is_on_its_way(void **state)
{
    struct rig *rig = *state;
    struct db_tx *tx = db_tx_begin(rig->pool, 0);
    for (int i = 1; i <= 2; i++) {
        struct worker_run run = {0};
        start_work(&run, tx);
        assert_int_equal(run.works, 0); /* nothing is called back from inside a submit */
        rig_wait(rig, &run.answer.is_there);
        assert_int_equal(run.works, 1);
        assert_false(run.was_answered);
        assert_int_equal(run.answer.has_failed, i == 2); /* the same coin again */
    }
}

static void test_tx_given_up_before_it_was_sent_is_no_time_to_work(void **state)
{
    struct rig *rig = *state;
    struct worker_run run = {0};
    struct answer first;
    const char *sql[] = {"SELECT 1"};
    struct db_tx *tx = db_tx_begin(rig->pool, 0);
    rig_run(rig, tx, sql, 1, false, &first);
    start_work(&run, tx);
    db_tx_rollback(tx);
    rig_wait_idle(rig);
    assert_int_equal(run.works, 0);
    assert_int_equal(run.answer.times, 0);
}

static void test_tx_may_be_given_up_by_the_work(void **state)
{
    struct rig *rig = *state;
    struct db_tx *tx = db_tx_begin(rig->pool, 0);
    struct worker_run run = {.gives_up = tx};
    start_work(&run, tx);
    rig_wait_sent(rig);
    rig_wait_idle(rig);
    assert_int_equal(run.works, 1);
    assert_int_equal(run.answer.times, 0);
    assert_string_equal(count(rig), "0");
}

static void test_tx_never_run_costs_nothing(void **state)
{
    struct rig *rig = *state;
    db_tx_rollback(db_tx_begin(rig->pool, 0));
    db_tx_abandon(db_tx_begin(rig->pool, 0));
    assert_string_equal(count(rig), "0");
}

static void test_pool_closed_under_an_open_tx_leaves_a_shell(void **state)
{
    struct rig own;
    (void)state;
    struct answer answer;
    const char *sql[] = {insert_1};
    rig_init(&own);
    rig_open(&own);
    struct db_tx *running = db_tx_begin(own.pool, 0);
    struct db_tx *unused = db_tx_begin(own.pool, 0);
    rig_run(&own, running, sql, 1, false, &answer);
    db_pool_close(own.pool, 50, rig_on_closed, &own);
    rig_wait(&own, &own.is_closed);
    own.pool = NULL;
    db_tx_rollback(running);
    db_tx_abandon(unused);
    rig_free(&own);
    assert_string_equal(count(*state), "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CASE(test_tx_committed_in_one_round_trip_is_there),
        CASE(test_tx_that_plans_once_keeps_one_plan_and_tells_no_other),
        CASE(test_tx_takes_binary_arrays_beside_texts),
        CASE(test_tx_of_several_runs_sees_its_own_rows_and_commits),
        CASE(test_tx_that_waits_is_sent_when_it_is_time),
        CASE(test_tx_rolled_back_leaves_nothing),
        CASE(test_tx_failing_step_saves_nothing_and_names_the_constraint),
        CASE(test_tx_constraint_deferred_to_commit_saves_nothing),
        CASE(test_tx_check_violation_is_a_rule),
        CASE(test_tx_parallel_each_owns_its_connection),
        CASE(test_tx_waiting_is_not_starved_by_reads),
        CASE(test_tx_lock_timeout_says_locked_and_saves_nothing),
        CASE(test_tx_deadlock_is_run_again_by_itself),
        CASE(test_tx_serialization_failure_after_rows_were_seen_is_the_callers),
        CASE(test_tx_over_its_deadline_between_runs_is_rolled_back),
        CASE(test_tx_over_its_deadline_while_running_is_cancelled_for_certain),
        CASE(test_tx_abandoned_with_commit_on_its_way_is_saved),
        CASE(test_tx_abandoned_before_commit_is_rolled_back),
        CASE(test_tx_caller_works_once_while_each_run_is_on_its_way),
        CASE(test_tx_given_up_before_it_was_sent_is_no_time_to_work),
        CASE(test_tx_may_be_given_up_by_the_work),
        CASE(test_tx_never_run_costs_nothing),
        CASE(test_pool_closed_under_an_open_tx_leaves_a_shell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
