/* Reads against a real server: many at once, failing neighbours, cancels, limits. */
#include "db/limits.h"
#include "tests/support/db_rig.h"

static int setup(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    rig_init(rig);
    rig_open(rig);
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    rig_free(*state);
    free(*state);
    return 0;
}

static const struct db_statement echo = {"test.echo", "SELECT $1::text", 1};
static const struct db_statement divide = {"test.divide", "SELECT 10 / $1::int", 1};
static const struct db_statement slow = {"test.slow", "SELECT pg_sleep(30)", 0};

static void test_read_with_parameter_returns_it(void **state)
{
    struct rig *rig = *state;
    const char *value = "caf\xc3\xa9";
    struct answer answer = {0};
    assert_non_null(db_read(rig->pool, &echo, &value, 0, answer_read, &answer));
    rig_wait(rig, &answer.is_there);
    assert_false(answer.has_failed);
    assert_string_equal(answer.text, "caf\xc3\xa9");
}

static void test_read_null_parameter_is_null(void **state)
{
    struct rig *rig = *state;
    const char *value = NULL;
    struct answer answer = {0};
    static const struct db_statement is_null = {"test.is_null", "SELECT $1::text IS NULL", 1};
    assert_non_null(db_read(rig->pool, &is_null, &value, 0, answer_read, &answer));
    rig_wait(rig, &answer.is_there);
    assert_string_equal(answer.text, "t");
}

static void test_read_that_writes_is_refused(void **state)
{
    struct rig *rig = *state;
    assert_string_equal(rig_ask(rig, "CREATE TABLE nobody_may (a int)"), "read_only");
    assert_string_equal(rig_ask(rig, "SELECT 1"), "1");
}

static void test_read_many_at_once_each_gets_its_own(void **state)
{
    enum {
        MANY = 200
    };

    struct rig *rig = *state;
    struct answer answers[MANY] = {{0}};
    char texts[MANY][16];
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(texts[i], sizeof(texts[i]), "marker %d", i);
        const char *value = texts[i];
        assert_non_null(db_read(rig->pool, &echo, &value, 0, answer_read, &answers[i]));
    }
    for (int i = 0; i < MANY; i++) {
        rig_wait(rig, &answers[i].is_there);
        assert_false(answers[i].has_failed);
        assert_int_equal(answers[i].times, 1);
        assert_string_equal(answers[i].text, texts[i]);
    }
    struct db_pool_stat stat;
    db_pool_stat(rig->pool, &stat);
    assert_in_range(stat.connections, 1, 4);
    assert_in_range(stat.server_version, 150000, 199999);
    assert_int_equal(stat.behind_pooler, getenv("TEST_POOLED") != NULL);
}

/* Longer than it takes to send the next one. */
static const struct db_statement rest = {"test.rest", "SELECT $1::text FROM pg_sleep(0.001)", 1};

/* Asks again as soon as an answer is there, until enough were given. */
struct asker {
    struct db_pool *pool;
    int left, answered;
    bool is_done;
};

static void ask_again(void *data, const struct db_rows *rows, const struct db_failure *failure)
{
    struct asker *asker = data;
    const char *value = "again";
    assert_null(failure);
    assert_string_equal(db_rows_text(rows, 0, 0), value);
    asker->answered++;
    asker->is_done = asker->left == 0;
    if (asker->left > 0) {
        asker->left--;
        assert_non_null(db_read(asker->pool, &rest, &value, 0, ask_again, asker));
    }
}

/* `many` in flight all the time on one connection, the first ones sent one by one; how many batches
 * that made. */
static uint64_t ask_all_the_time(int many, int times)
{
    struct rig own;
    struct db_pool_stat stat;
    rig_init(&own);
    rig_set(&own, "pool_size", "1");
    rig_set(&own, "max_overflow", "0");
    rig_open(&own);
    struct asker asker = {.pool = own.pool, .left = times};
    assert_string_equal(rig_ask(&own, "SELECT 1"), "1");
    db_pool_stat(own.pool, &stat);
    uint64_t before = stat.batches;
    for (int i = 0; i < many; i++) {
        const char *value = "again";
        asker.left--;
        assert_non_null(db_read(own.pool, &rest, &value, 0, ask_again, &asker));
        (void)uv_run(&own.loop, UV_RUN_NOWAIT);
    }
    while (asker.answered < times) {
        asker.is_done = false;
        rig_wait(&own, &asker.is_done);
    }
    db_pool_stat(own.pool, &stat);
    assert_int_equal(stat.connections, 1);
    rig_free(&own);
    return stat.batches - before;
}

/* More than a connection takes: what waits is sent together. Fewer: each goes at once. */
static void test_read_full_connection_gets_the_next_ones_together(void **state)
{
    enum {
        TIMES = 300
    };

    (void)state;
    if (getenv("TEST_POOLED")) /* there each read is a transaction of its own */
        return;
    uint64_t most = TIMES / (DB_READS_PER_CONN - DB_READS_REFILL);
    assert_in_range(ask_all_the_time(2 * DB_READS_PER_CONN, TIMES), 1, most + DB_READS_PER_CONN);
    assert_int_equal(ask_all_the_time(1, 50), 50);
}

static void test_read_failing_in_a_batch_spares_its_neighbours(void **state)
{
    enum {
        MANY = 60
    };

    struct rig *rig = *state;
    struct answer answers[MANY] = {{0}};
    for (int i = 0; i < MANY; i++) {
        const char *value = i % 3 == 1 ? "0" : "5";
        assert_non_null(db_read(rig->pool, &divide, &value, 0, answer_read, &answers[i]));
    }
    for (int i = 0; i < MANY; i++) {
        rig_wait(rig, &answers[i].is_there);
        assert_int_equal(answers[i].has_failed, i % 3 == 1);
        if (i % 3 == 1)
            assert_string_equal(answers[i].failure.sqlstate, "22012");
        else
            assert_string_equal(answers[i].text, "2");
    }
}

static void test_read_unknown_table_says_layout(void **state)
{
    struct rig *rig = *state;
    static const struct db_statement nowhere = {"test.nowhere", "SELECT 1 FROM nowhere", 0};
    for (int i = 0; i < 3; i++) {
        struct answer answer;
        (void)rig_read(rig, &nowhere, &answer);
        rig_wait(rig, &answer.is_there);
        assert_string_equal(answer.failure.code, "schema_mismatch");
        assert_int_equal(answer.failure.class, DB_SCHEMA);
        assert_string_equal(answer.failure.sqlstate, "42P01");
    }
}

static void test_read_two_commands_in_one_text_are_refused(void **state)
{
    struct rig *rig = *state;
    struct answer answer;
    static const struct db_statement two = {"test.two", "SELECT 1; SELECT 2", 0};
    (void)rig_read(rig, &two, &answer);
    rig_wait(rig, &answer.is_there);
    assert_string_equal(answer.failure.sqlstate, "42601");
}

static void test_read_cancelled_never_answers_and_frees_the_connection(void **state)
{
    struct rig *rig = *state;
    struct answer answer;
    struct db_request *request = rig_read(rig, &slow, &answer);
    rig_wait_sent(rig);
    db_read_cancel(request);
    for (int i = 0; i < 20; i++)
        assert_string_equal(rig_ask(rig, "SELECT 'still right'"), "still right");
    rig_wait_idle(rig);
    assert_int_equal(answer.times, 0);
    struct db_pool_stat stat;
    db_pool_stat(rig->pool, &stat);
    assert_int_equal(stat.cancels, 1);
}

static void test_read_cancelled_before_it_is_sent_leaves_nothing(void **state)
{
    struct rig *rig = *state;
    struct answer answer;
    db_read_cancel(rig_read(rig, &slow, &answer));
    assert_string_equal(rig_ask(rig, "SELECT 7"), "7");
    assert_int_equal(answer.times, 0);
}

static void test_read_over_its_time_fails_with_timeout(void **state)
{
    struct rig *rig = *state;
    struct answer answer = {0};
    assert_string_equal(rig_ask(rig, "SELECT 1"), "1");
    assert_non_null(db_read(rig->pool, &slow, NULL, 200, answer_read, &answer));
    rig_wait(rig, &answer.is_there);
    assert_string_equal(answer.failure.code, "timeout");
    assert_int_equal(answer.failure.class, DB_BUSY);
    assert_int_equal(answer.failure.saved, DB_SAVED_NO);
    assert_string_equal(rig_ask(rig, "SELECT 2"), "2");
}

static void test_read_server_side_limit_fails_with_timeout(void **state)
{
    struct rig *rig = *state;
    struct rig own;
    (void)rig;
    rig_init(&own);
    rig_set(&own, "statement_timeout", "200ms");
    rig_open(&own);
    struct answer answer;
    (void)rig_read(&own, &slow, &answer);
    rig_wait(&own, &answer.is_there);
    assert_string_equal(answer.failure.code, "timeout");
    assert_string_equal(answer.failure.sqlstate, "57014");
    rig_free(&own);
}

static void test_read_slow_one_does_not_hold_up_fast_ones(void **state)
{
    struct rig *rig = *state;
    struct answer slow_answer;
    struct db_request *request = rig_read(rig, &slow, &slow_answer);
    rig_wait_sent(rig);
    for (int i = 0; i < 10; i++)
        assert_string_equal(rig_ask(rig, "SELECT 'fast'"), "fast");
    assert_int_equal(slow_answer.times, 0);
    db_read_cancel(request);
}

/* In one batch nobody can tell which one is slow; still the others are through long before it. */
static void test_read_slow_one_in_a_batch_lets_the_others_go(void **state)
{
    enum {
        MANY = 6
    };

    static const struct db_statement one = {"test.one", "SELECT 'quick'", 0};
    static const struct db_statement long_one = {
        "test.long", "SELECT 'long' FROM pg_advisory_xact_lock_shared(9)", 0};
    const char *hold[] = {"SELECT pg_advisory_xact_lock(9)"};
    struct rig *holder = *state;
    struct rig own;
    struct rig *rig = &own;
    struct answer answers[MANY];
    struct answer held;
    rig_run(holder, db_tx_begin(holder->pool, 0), hold, 1, false, &held);
    rig_init(rig);
    rig_set(rig, "lock_timeout", "20s");
    rig_set(rig, "statement_timeout", "20s");
    rig_open(rig);
    assert_string_equal(rig_ask(rig, "SELECT 1"), "1");
    for (int i = 0; i < MANY; i++)
        (void)rig_read(rig, i == 2 ? &long_one : &one, &answers[i]);
    for (int i = 0; i < MANY; i++) {
        if (i == 2)
            continue;
        rig_wait(rig, &answers[i].is_there);
        assert_string_equal(answers[i].text, "quick");
    }
    assert_false(answers[2].is_there);
    db_tx_rollback(held.tx);
    rig_wait_idle(holder);
    rig_wait(rig, &answers[2].is_there);
    assert_string_equal(answers[2].text, "long");
    for (int i = 0; i < MANY; i++)
        assert_int_equal(answers[i].times, 1);
    rig_free(rig);
}

static void test_read_in_the_shadow_of_a_cancel_is_run_again(void **state)
{
    struct rig own;
    (void)state;
    rig_init(&own);
    rig_set(&own, "pool_size", "1");
    rig_set(&own, "max_overflow", "0");
    rig_open(&own);
    struct answer answers[6];
    struct db_request *request = rig_read(&own, &slow, &answers[0]);
    static const struct db_statement nap = {"test.nap", "SELECT pg_sleep(0.1), 'woken'", 0};
    for (int i = 1; i < 6; i++)
        (void)rig_read(&own, &nap, &answers[i]);
    rig_wait_sent(&own);
    db_read_cancel(request);
    for (int i = 1; i < 6; i++) {
        rig_wait(&own, &answers[i].is_there);
        assert_false(answers[i].has_failed);
        assert_int_equal(answers[i].times, 1);
    }
    assert_int_equal(answers[0].times, 0);
    rig_free(&own);
}

static void test_pool_closed_with_work_fails_it_and_frees_all(void **state)
{
    struct rig own;
    (void)state;
    struct answer answer;
    rig_init(&own);
    rig_open(&own);
    (void)rig_read(&own, &slow, &answer);
    rig_wait_sent(&own);
    db_pool_close(own.pool, 100, rig_on_closed, &own);
    rig_wait(&own, &own.is_closed);
    own.pool = NULL;
    assert_int_equal(answer.times, 1);
    assert_string_equal(answer.failure.code, "shutting_down");
    rig_free(&own);
}

static void test_pool_never_used_opens_nothing(void **state)
{
    struct rig *rig = *state;
    rig_run_for(rig, 50);
    struct db_pool_stat stat;
    db_pool_stat(rig->pool, &stat);
    assert_int_equal(stat.connections, 0);
}

static void test_pool_idle_connections_close_after_idle_timeout(void **state)
{
    struct rig own;
    struct db_pool_stat stat;
    (void)state;
    rig_init(&own);
    rig_set(&own, "idle_timeout", "100ms");
    rig_open(&own);
    assert_string_equal(rig_ask(&own, "SELECT 1"), "1");
    db_pool_stat(own.pool, &stat);
    assert_int_equal(stat.connections, 1);
    rig_wait_for(&own, rig_is_empty);
    assert_string_equal(rig_ask(&own, "SELECT 2"), "2");
    rig_free(&own);
}

static void test_pool_recycles_old_connections(void **state)
{
    struct rig own;
    struct db_pool_stat stat;
    (void)state;
    rig_init(&own);
    rig_set(&own, "pool_recycle", "100ms");
    rig_open(&own);
    assert_string_equal(rig_ask(&own, "SELECT 1"), "1");
    rig_wait_for(&own, rig_is_empty);
    assert_string_equal(rig_ask(&own, "SELECT 2"), "2");
    db_pool_stat(own.pool, &stat);
    assert_true(stat.reconnects > 0);
    rig_free(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CASE(test_read_with_parameter_returns_it),
        CASE(test_read_null_parameter_is_null),
        CASE(test_read_that_writes_is_refused),
        CASE(test_read_many_at_once_each_gets_its_own),
        CASE(test_read_full_connection_gets_the_next_ones_together),
        CASE(test_read_failing_in_a_batch_spares_its_neighbours),
        CASE(test_read_unknown_table_says_layout),
        CASE(test_read_two_commands_in_one_text_are_refused),
        CASE(test_read_cancelled_never_answers_and_frees_the_connection),
        CASE(test_read_cancelled_before_it_is_sent_leaves_nothing),
        CASE(test_read_over_its_time_fails_with_timeout),
        CASE(test_read_server_side_limit_fails_with_timeout),
        CASE(test_read_slow_one_does_not_hold_up_fast_ones),
        CASE(test_read_slow_one_in_a_batch_lets_the_others_go),
        CASE(test_read_in_the_shadow_of_a_cancel_is_run_again),
        CASE(test_pool_closed_with_work_fails_it_and_frees_all),
        CASE(test_pool_never_used_opens_nothing),
        CASE(test_pool_idle_connections_close_after_idle_timeout),
        CASE(test_pool_recycles_old_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
