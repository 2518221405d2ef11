/* A pool that was opened read-only: neither reads nor transactions write, whatever they try. */
#include "tests/support/db_rig.h"

static void check(const char *pooler)
{
    static const char *const writes[] = {
        "CREATE TABLE nobody (id int)",
        "INSERT INTO kept VALUES (2)",
        "UPDATE kept SET id = 3",
        "DELETE FROM kept",
        "TRUNCATE kept",
        "SELECT id FROM kept FOR UPDATE",
        "SELECT nextval('kept_number')",
        "WITH gone AS (DELETE FROM kept RETURNING id) SELECT * FROM gone",
    };
    struct rig rig;
    rig_init(&rig);
    rig_set(&rig, "transaction_pooler", pooler);
    struct db_pool_options options = {
        .loop = &rig.loop, .settings = &rig.settings, .read_only = true};
    rig.pool = db_pool_new(&options);
    assert_non_null(rig.pool);
    for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
        assert_string_equal(rig_write(&rig, writes[i]), "read_only");
        assert_string_equal(rig_ask(&rig, writes[i]), "read_only");
    }
    assert_string_equal(rig_write(&rig, "SELECT 1"), "saved");
    assert_string_equal(rig_ask(&rig, "SELECT count(*) || ' ' || max(id) FROM kept"), "1 1");
    rig_free(&rig);
}

static void test_read_only_pool_writes_nothing(void **state)
{
    (void)state;
    check("no");
}

static void test_read_only_pool_behind_a_pooler_writes_nothing(void **state)
{
    (void)state;
    check("yes");
}

static int setup(void **state)
{
    struct rig rig;
    (void)state;
    rig_init(&rig);
    rig_open(&rig);
    assert_string_equal(rig_write(&rig, "DROP TABLE IF EXISTS kept"), "saved");
    assert_string_equal(rig_write(&rig, "DROP SEQUENCE IF EXISTS kept_number"), "saved");
    assert_string_equal(rig_write(&rig, "CREATE TABLE kept (id int)"), "saved");
    assert_string_equal(rig_write(&rig, "CREATE SEQUENCE kept_number"), "saved");
    assert_string_equal(rig_write(&rig, "INSERT INTO kept VALUES (1)"), "saved");
    rig_free(&rig);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_only_pool_writes_nothing),
        cmocka_unit_test(test_read_only_pool_behind_a_pooler_writes_nothing),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
