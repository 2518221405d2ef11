/* Connections that go away, servers that are not there, programs that prepare their own. */
#include "db/limits.h"
#include "tests/support/db_rig.h"

static int setup(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    rig_init(rig);
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    rig_free(*state);
    free(*state);
    return 0;
}

/* A second pool, whose sessions survive what it does to the others. */
static const char kill_others[] =
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE backend_type = "
    "'client backend' AND pid <> pg_backend_pid() AND datname = current_database()";

static const char count_others[] =
    "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
    "AND pid <> pg_backend_pid() AND datname = current_database()";

static void open_killer(struct rig *killer)
{
    rig_init(killer);
    if (getenv("DIRECT_URL")) {
        db_settings_free(&killer->settings);
        db_settings_init(&killer->settings);
        assert_int_equal(db_settings_from_url(&killer->settings, getenv("DIRECT_URL"), NULL), 0);
    }
    rig_open(killer);
}

static const char *kill_sessions(struct rig *rig)
{
    static char killed[32];
    struct rig killer;
    (void)rig;
    open_killer(&killer);
    (void)snprintf(killed, sizeof(killed), "%.31s", rig_ask(&killer, kill_others));
    rig_free(&killer);
    return killed;
}

/* One that is told to go may still take a COMMIT before it does. */
static void wait_until_killed(void)
{
    struct rig killer;
    open_killer(&killer);
    while (strcmp(rig_ask(&killer, count_others), "0") != 0)
        rig_run_for(&killer, 1);
    rig_free(&killer);
}

static void test_loss_of_idle_connections_is_not_seen(void **state)
{
    struct rig *rig = *state;
    rig_open(rig);
    for (int i = 0; i < 20; i++) {
        assert_string_equal(rig_ask(rig, "SELECT 1"), "1");
        assert_string_not_equal(kill_sessions(rig), "0");
        assert_string_equal(rig_ask(rig, "SELECT 2"), "2");
    }
    struct db_pool_stat stat;
    db_pool_stat(rig->pool, &stat);
    if (!getenv("TEST_POOLED")) /* a pooler keeps our side open */
        assert_true(stat.reconnects >= 20);
    assert_int_equal(stat.failures, 0);
}

static void test_loss_in_the_middle_of_a_read_runs_it_again(void **state)
{
    static const struct db_statement nap = {"test.nap", "SELECT 'woken' FROM pg_sleep(0.3)", 0};
    struct rig *rig = *state;
    struct answer answer;
    rig_open(rig);
    (void)rig_read(rig, &nap, &answer);
    rig_wait_sent(rig);
    assert_string_not_equal(kill_sessions(rig), "0");
    rig_wait(rig, &answer.is_there);
    assert_false(answer.has_failed);
    assert_string_equal(answer.text, "woken");
}

/* A pooler that lost its server says so at once, out of the server's order: with COMMIT on its way
 * nobody knows what the server did before it went, and that is what must be said. */
static bool is_said_by_a_pooler(const struct answer *answer)
{
    if (!getenv("TEST_POOLED") || !answer->has_failed)
        return false;
    assert_string_equal(answer->failure.code, "outcome_unknown");
    assert_int_equal(answer->failure.saved, DB_SAVED_UNKNOWN);
    assert_true(answer->failure.retry_safe);
    return true;
}

static void test_loss_before_rows_were_seen_runs_the_transaction_again(void **state)
{
    static const struct db_statement insert = {NULL, "INSERT INTO lost VALUES (1)", 0};
    static const struct db_statement nap = {NULL, "SELECT pg_sleep(0.3)", 0};
    struct db_step steps[] = {{&nap, NULL}, {&insert, NULL}};
    struct rig *rig = *state;
    struct answer answer = {0};
    rig_open(rig);
    assert_string_equal(rig_write(rig, "DROP TABLE IF EXISTS lost"), "saved");
    assert_string_equal(rig_write(rig, "CREATE TABLE lost (a int)"), "saved");
    assert_int_equal(db_tx_run(db_tx_begin(rig->pool, 0), steps, 2, true, answer_tx, &answer), 0);
    rig_wait_sent(rig);
    assert_string_not_equal(kill_sessions(rig), "0");
    rig_wait(rig, &answer.is_there);
    if (is_said_by_a_pooler(&answer)) {
        assert_string_equal(rig_ask(rig, "SELECT count(*) FROM lost"), "0");
        return;
    }
    assert_false(answer.has_failed);
    assert_string_equal(rig_ask(rig, "SELECT count(*) FROM lost"), "1");
}

static void test_loss_after_rows_were_seen_is_said(void **state)
{
    struct rig *rig = *state;
    struct answer answer;
    const char *sql[] = {"SELECT 1"};
    rig_open(rig);
    rig_run(rig, db_tx_begin(rig->pool, 0), sql, 1, false, &answer);
    struct db_tx *tx = answer.tx;
    assert_string_not_equal(kill_sessions(rig), "0");
    wait_until_killed();
    rig_run(rig, tx, sql, 1, true, &answer);
    if (is_said_by_a_pooler(&answer))
        return;
    assert_string_equal(answer.failure.code, "connection_lost");
    assert_int_equal(answer.failure.saved, DB_SAVED_NO);
    assert_true(answer.failure.retry_safe);
}

/* --- servers that are not there --------------------------------------------------------------- */

static void aim(struct rig *rig, const char *url)
{
    db_settings_free(&rig->settings);
    db_settings_init(&rig->settings);
    assert_int_equal(db_settings_from_url(&rig->settings, url, NULL), 0);
}

static void test_unreachable_is_said_soon_and_then_at_once(void **state)
{
    struct rig *rig = *state;
    aim(rig, "postgresql:///x?host=/nonexistent");
    rig_open(rig);
    struct db_pool_stat stat;
    assert_string_equal(rig_ask(rig, "SELECT 1"), "database_unreachable");
    db_pool_stat(rig->pool, &stat);
    uint64_t first = stat.dials;
    assert_in_range(first, 2, DB_TRIES_MAX + 1); /* tries, not a long wait */
    uint64_t begin = uv_hrtime();
    for (int i = 0; i < 200; i++)
        assert_string_equal(rig_ask(rig, "SELECT 1"), "database_unreachable");
    uint64_t spent_ms = (uv_hrtime() - begin) / 1000000;
    db_pool_stat(rig->pool, &stat);
    assert_true(stat.dials - first <=
                2 + spent_ms / (DB_PROBE_FIRST_MS / 2)); /* one probe a pause */
}

static void test_unreachable_then_there_is_found_again(void **state)
{
    struct rig *rig = *state;
    struct db_settings good;
    assert_int_equal(db_settings_copy(&good, &rig->settings), 0);
    aim(rig, "postgresql:///x?host=/nonexistent");
    rig_open(rig);
    assert_string_equal(rig_ask(rig, "SELECT 1"), "database_unreachable");
    db_pool_set_target(rig->pool, &good);
    db_settings_free(&good);
    const char *got = rig_ask(rig, "SELECT 1");
    for (int i = 0; i < 200 && strcmp(got, "1") != 0; i++) {
        rig_run_for(rig, 10);
        got = rig_ask(rig, "SELECT 1");
    }
    assert_string_equal(got, "1");
}

static void test_host_name_unknown_is_said_and_the_loop_goes_on(void **state)
{
    struct rig *rig = *state;
    aim(rig, "postgresql://no-such-host.invalid/x?connect_timeout=3");
    rig_open(rig);
    assert_string_equal(rig_ask(rig, "SELECT 1"), "database_host_unknown");
}

static void test_hosts_are_tried_one_after_the_other(void **state)
{
    struct rig *rig = *state;
    char url[512];
    const char *host = db_settings_param(&rig->settings, "host");
    const char *port = db_settings_param(&rig->settings, "port");
    (void)snprintf(url, sizeof(url),
                   "host=/nonexistent,127.0.0.1,%s port=1,1,%s dbname=postgres user=postgres", host,
                   port);
    aim(rig, url);
    rig_open(rig);
    assert_string_equal(rig_ask(rig, "SELECT 'third'"), "third");
}

static void test_database_unknown_is_a_rejected_login(void **state)
{
    struct rig *rig = *state;
    if (getenv("TEST_POOLED"))
        skip(); /* a pooler has words of its own for this */
    char url[512];
    (void)snprintf(url, sizeof(url), "host=%s dbname=nowhere user=postgres",
                   db_settings_param(&rig->settings, "host"));
    aim(rig, url);
    rig_open(rig);
    struct answer answer;
    static const struct db_statement one = {NULL, "SELECT 1", 0};
    (void)rig_read(rig, &one, &answer);
    rig_wait(rig, &answer.is_there);
    assert_string_equal(answer.failure.code, "login_rejected");
    assert_string_equal(answer.failure.sqlstate, "3D000");
    assert_false(answer.failure.retry_safe);
}

/* --- programs that prepare their own ---------------------------------------------------------- */

struct hook {
    struct db_settings target;
    int asked;
    bool is_unavailable;
    int told[DB_NEWS_AGAIN + 1];
};

static void prepare(struct db_pool *pool, void *data)
{
    struct hook *hook = data;
    hook->asked++;
    if (hook->is_unavailable) {
        struct db_failure failure = {.class = DB_GONE, .code = "not_today", .message = "No."};
        db_pool_unavailable(pool, &failure);
    } else {
        db_pool_set_target(pool, &hook->target);
    }
}

static void told(void *data, enum db_news news)
{
    struct hook *hook = data;
    hook->told[news]++;
}

static void open_with_hook(struct rig *rig, struct hook *hook)
{
    assert_int_equal(db_settings_copy(&hook->target, &rig->settings), 0);
    db_settings_free(&rig->settings);
    db_settings_init(&rig->settings);
    struct db_pool_options options = {
        .loop = &rig->loop,
        .settings = &rig->settings,
        .prepare = prepare,
        .prepare_data = hook,
        .told = told,
        .told_data = hook,
    };
    rig->pool = db_pool_new(&options);
    assert_non_null(rig->pool);
}

static void test_prepare_is_asked_once_and_only_when_needed(void **state)
{
    struct rig *rig = *state;
    struct hook hook = {0};
    open_with_hook(rig, &hook);
    rig_run_for(rig, 30);
    assert_int_equal(hook.asked, 0);
    assert_string_equal(rig_ask(rig, "SELECT 1"), "1");
    assert_string_equal(rig_ask(rig, "SELECT 2"), "2");
    assert_int_equal(hook.asked, 1);
    db_settings_free(&hook.target);
}

static void test_prepare_that_fails_is_asked_again_by_the_next_request(void **state)
{
    struct rig *rig = *state;
    struct hook hook = {.is_unavailable = true};
    open_with_hook(rig, &hook);
    assert_string_equal(rig_ask(rig, "SELECT 1"), "not_today");
    assert_string_equal(rig_ask(rig, "SELECT 1"), "not_today");
    assert_int_equal(hook.asked, 2);
    hook.is_unavailable = false;
    assert_string_equal(rig_ask(rig, "SELECT 3"), "3");
    db_settings_free(&hook.target);
}

static void test_prepared_target_that_is_gone_is_prepared_again(void **state)
{
    struct rig *rig = *state;
    struct hook hook = {0};
    struct db_settings good;
    open_with_hook(rig, &hook);
    good = hook.target;
    db_settings_init(&hook.target);
    assert_int_equal(db_settings_from_url(&hook.target, "postgresql:///x?host=/nonexistent", NULL),
                     0);
    static const struct db_statement one = {NULL, "SELECT 1", 0};
    struct answer answer;
    (void)rig_read(rig, &one, &answer);
    while (hook.asked < 2)
        (void)uv_run(&rig->loop, UV_RUN_ONCE);
    struct db_settings bad = hook.target;
    hook.target = good;
    rig_wait(rig, &answer.is_there);
    assert_string_equal(answer.text, "1");
    assert_int_equal(hook.told[DB_NEWS_AWAY], 1);
    assert_int_equal(hook.told[DB_NEWS_BACK], 1);
    assert_int_equal(hook.told[DB_NEWS_AGAIN], 0);
    db_settings_free(&bad);
    db_settings_free(&hook.target);
}

static void lose_two_reads(struct rig *rig)
{
    static const struct db_statement nap = {"test.nap", "SELECT 'woken' FROM pg_sleep(0.3)", 0};
    struct answer answers[2];
    for (size_t i = 0; i < ARRAY_LENGTH(answers); i++)
        (void)rig_read(rig, &nap, &answers[i]);
    rig_wait_sent(rig);
    assert_string_not_equal(kill_sessions(rig), "0");
    for (size_t i = 0; i < ARRAY_LENGTH(answers); i++) {
        rig_wait(rig, &answers[i].is_there);
        assert_string_equal(answers[i].text, "woken");
    }
}

static void test_reads_that_are_run_again_are_told_of_once_in_a_while(void **state)
{
    struct rig *rig = *state;
    struct hook hook = {0};
    open_with_hook(rig, &hook);
    lose_two_reads(rig);
    assert_int_equal(hook.told[DB_NEWS_AGAIN], 1);
    rig_run_for(rig, DB_NEWS_PAUSE_MS);
    lose_two_reads(rig);
    assert_int_equal(hook.told[DB_NEWS_AGAIN], 2);
    assert_int_equal(hook.told[DB_NEWS_AWAY], 0);
    db_settings_free(&hook.target);
}

/* It is tried again by whoever asks later, and was never away. */
static void test_rejected_login_is_no_news(void **state)
{
    struct rig *rig = *state;
    struct hook hook = {0};
    if (getenv("TEST_POOLED"))
        skip(); /* a pooler has words of its own for this */
    char url[512];
    (void)snprintf(url, sizeof(url), "host=%s dbname=nowhere user=postgres",
                   db_settings_param(&rig->settings, "host"));
    open_with_hook(rig, &hook);
    struct db_settings good = hook.target;
    db_settings_init(&hook.target);
    assert_int_equal(db_settings_from_url(&hook.target, url, NULL), 0);
    assert_string_equal(rig_ask(rig, "SELECT 1"), "login_rejected");
    assert_int_equal(hook.told[DB_NEWS_AWAY], 0);
    db_pool_set_target(rig->pool, &good);
    rig_run_for(rig, DB_REFUSED_MS);
    assert_string_equal(rig_ask(rig, "SELECT 2"), "2");
    assert_int_equal(hook.told[DB_NEWS_AWAY], 0);
    assert_int_equal(hook.told[DB_NEWS_BACK], 0);
    db_settings_free(&good);
    db_settings_free(&hook.target);
}

static void test_nothing_named_is_said(void **state)
{
    struct rig *rig = *state;
    db_settings_free(&rig->settings);
    db_settings_init(&rig->settings);
    rig_open(rig);
    assert_string_equal(rig_ask(rig, "SELECT 1"), "database_not_set");
}

/* --- callers that do things while they are called ---------------------------------------------- */

struct sibling {
    struct rig *rig;
    struct db_request *requests[8];
    int called, resubmitted;
    bool is_through;
};

static const struct db_statement one_statement = {"test.one", "SELECT 1", 0};

static void on_resubmitted(void *data, const struct db_rows *rows, const struct db_failure *failure)
{
    struct sibling *sibling = data;
    (void)rows;
    (void)failure;
    sibling->is_through = true;
}

/* The first one that fails gives up all the others and asks again. */
static void on_sibling(void *data, const struct db_rows *rows, const struct db_failure *failure)
{
    struct sibling *sibling = data;
    (void)rows;
    assert_non_null(failure);
    assert_int_equal(sibling->called++, 0);
    for (int i = 1; i < 8; i++)
        db_read_cancel(sibling->requests[i]);
    if (db_read(sibling->rig->pool, &one_statement, NULL, 0, on_resubmitted, sibling))
        sibling->resubmitted++;
    else
        sibling->is_through = true;
}

static void submit_siblings(struct rig *rig, struct sibling *sibling,
                            const struct db_statement *statement, uint64_t ms)
{
    sibling->rig = rig;
    for (int i = 0; i < 8; i++) {
        sibling->requests[i] = db_read(rig->pool, statement, NULL, ms, on_sibling, sibling);
        assert_non_null(sibling->requests[i]);
    }
}

static void test_caller_that_gives_up_its_siblings_when_the_server_is_not_there(void **state)
{
    struct rig *rig = *state;
    struct sibling sibling = {0};
    aim(rig, "postgresql:///x?host=/nonexistent");
    rig_open(rig);
    submit_siblings(rig, &sibling, &one_statement, 0);
    rig_wait(rig, &sibling.is_through);
    assert_int_equal(sibling.called, 1);
    assert_int_equal(sibling.resubmitted, 1);
}

static void test_caller_that_gives_up_its_siblings_when_time_is_over(void **state)
{
    static const struct db_statement nap = {"test.nap", "SELECT pg_sleep(20)", 0};
    struct rig *rig = *state;
    struct sibling sibling = {0};
    rig_set(rig, "statement_timeout", "900ms");
    rig_open(rig);
    submit_siblings(rig, &sibling, &nap, 100);
    rig_wait(rig, &sibling.is_through);
    rig_wait_idle(rig);
    assert_int_equal(sibling.called, 1);
}

static void test_caller_that_asks_again_while_the_pool_closes_is_refused(void **state)
{
    static const struct db_statement nap = {"test.nap", "SELECT pg_sleep(20)", 0};
    struct rig *rig = *state;
    struct sibling sibling = {0};
    rig_open(rig);
    submit_siblings(rig, &sibling, &nap, 0);
    rig_run_for(rig, 50);
    db_pool_close(rig->pool, 0, rig_on_closed, rig);
    rig_wait(rig, &rig->is_closed);
    rig->pool = NULL;
    assert_int_equal(sibling.called, 1);
    assert_int_equal(sibling.resubmitted, 0);
}

/* --- crowds ----------------------------------------------------------------------------------- */

static void test_waiting_at_the_limit_and_one_beyond(void **state)
{
    static struct answer answers[DB_WAITING_MAX + 1];
    static const struct db_statement one = {"test.one", "SELECT 1", 0};
    struct rig *rig = *state;
    rig_open(rig);
    for (int i = 0; i <= DB_WAITING_MAX; i++)
        (void)rig_read(rig, &one, &answers[i]);
    for (int i = 0; i <= DB_WAITING_MAX; i++) {
        rig_wait(rig, &answers[i].is_there);
        assert_int_equal(answers[i].has_failed, i == DB_WAITING_MAX);
    }
    assert_string_equal(answers[DB_WAITING_MAX].failure.code, "too_many_requests");
}

static void test_waiting_longer_than_pool_timeout_is_too_many(void **state)
{
    struct rig *rig = *state;
    struct answer holder;
    const char *sql[] = {"SELECT 1"};
    rig_set(rig, "pool_size", "1");
    rig_set(rig, "max_overflow", "0");
    rig_set(rig, "pool_timeout", "200ms");
    rig_open(rig);
    rig_run(rig, db_tx_begin(rig->pool, 0), sql, 1, false, &holder);
    assert_string_equal(rig_ask(rig, "SELECT 1"), "too_many_requests");
    db_tx_rollback(holder.tx);
    assert_string_equal(rig_ask(rig, "SELECT 1"), "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CASE(test_loss_of_idle_connections_is_not_seen),
        CASE(test_loss_in_the_middle_of_a_read_runs_it_again),
        CASE(test_loss_before_rows_were_seen_runs_the_transaction_again),
        CASE(test_loss_after_rows_were_seen_is_said),
        CASE(test_unreachable_is_said_soon_and_then_at_once),
        CASE(test_unreachable_then_there_is_found_again),
        CASE(test_host_name_unknown_is_said_and_the_loop_goes_on),
        CASE(test_hosts_are_tried_one_after_the_other),
        CASE(test_database_unknown_is_a_rejected_login),
        CASE(test_prepare_is_asked_once_and_only_when_needed),
        CASE(test_prepare_that_fails_is_asked_again_by_the_next_request),
        CASE(test_prepared_target_that_is_gone_is_prepared_again),
        CASE(test_reads_that_are_run_again_are_told_of_once_in_a_while),
        CASE(test_rejected_login_is_no_news),
        CASE(test_nothing_named_is_said),
        CASE(test_caller_that_gives_up_its_siblings_when_the_server_is_not_there),
        CASE(test_caller_that_gives_up_its_siblings_when_time_is_over),
        CASE(test_caller_that_asks_again_while_the_pool_closes_is_refused),
        CASE(test_waiting_at_the_limit_and_one_beyond),
        CASE(test_waiting_longer_than_pool_timeout_is_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
