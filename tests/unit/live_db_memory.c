/* Every allocation of db/ fails in turn, once, and once from there on: nothing crashes, nothing
 * leaks, every call that was accepted is answered. */
#include "base/mem.h"
#include "db/listen.h"
#include "tests/support/db_rig.h"

enum {
    MOST_ALLOCATIONS = 2000
};

static const struct db_statement echo = {"test.echo", "SELECT $1::text", 1};
static const struct db_statement insert = {"test.insert", "INSERT INTO thrift VALUES ($1::int)", 1};

static void on_nothing(void *data)
{
    (void)data;
}

static void on_nothing_heard(void *data, const char *payload)
{
    (void)data;
    (void)payload;
}

/* What a program does with a pool, as far as it gets. */
static void scenario(void)
{
    const char *value = "7";
    const struct db_step step = {&insert, &value};
    struct db_settings settings;
    struct answer answers[4] = {{0}};
    bool is_asked[4] = {false};
    struct rig rig = {0};
    assert_int_equal(uv_loop_init(&rig.loop), 0);
    assert_int_equal(uv_timer_init(&rig.loop, &rig.watchdog), 0);
    rig.watchdog.data = &rig;
    db_settings_init(&settings);
    if (db_settings_from_url(&settings, getenv("DATABASE_URL"), NULL) == 0) {
        struct db_pool_options options = {.loop = &rig.loop, .settings = &settings};
        rig.pool = db_pool_new(&options);
    }
    db_settings_free(&settings);
    if (rig.pool) {
        struct db_listen_options ears = {
            .channel = "thrift", .notified = on_nothing_heard, .resumed = on_nothing};
        struct db_listener *listener = db_listen(rig.pool, &ears);
        for (int i = 0; i < 2; i++)
            is_asked[i] = db_read(rig.pool, &echo, &value, 5000, answer_read, &answers[i]) != NULL;
        struct db_tx *tx = db_tx_begin(rig.pool, 5000);
        if (tx) {
            is_asked[2] = db_tx_run(tx, &step, 1, true, answer_tx, &answers[2]) == 0;
            if (!is_asked[2])
                db_tx_rollback(tx);
        }
        struct db_request *cancelled =
            db_read(rig.pool, &echo, &value, 5000, answer_read, &answers[3]);
        for (int i = 0; i < 3; i++) {
            if (is_asked[i])
                rig_wait(&rig, &answers[i].is_there);
            assert_int_equal(answers[i].times, is_asked[i]);
        }
        if (cancelled && !answers[3].is_there)
            db_read_cancel(cancelled);
        if (listener)
            db_listen_end(listener);
    }
    rig_free(&rig);
}

static void fail_each(int all_after)
{
    unsigned long n = 1;
    for (; n < MOST_ALLOCATIONS; n++) {
        mem_fail_at(n, all_after);
        scenario();
        unsigned long made = mem_allocations();
        mem_fail_at(0, 0);
        if (made < n)
            break;
    }
    assert_in_range(n, 40, MOST_ALLOCATIONS - 1);
}

static void test_memory_each_allocation_fails_once(void **state)
{
    (void)state;
    fail_each(0);
}

static void test_memory_all_allocations_fail_from_each_on(void **state)
{
    (void)state;
    fail_each(1);
}

static int setup(void **state)
{
    struct rig rig;
    (void)state;
    rig_init(&rig);
    rig_open(&rig);
    assert_string_equal(rig_write(&rig, "CREATE TABLE IF NOT EXISTS thrift (a int)"), "saved");
    rig_free(&rig);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_each_allocation_fails_once),
        cmocka_unit_test(test_memory_all_allocations_fail_from_each_on),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
