/* Migrations against a real server. */
#include "db/migrate.h"
#include "tests/support/db_rig.h"

static const char *const first[] = {"CREATE TABLE shop.things (id int PRIMARY KEY)",
                                    "INSERT INTO shop.things VALUES (1), (2)", NULL};
static const char *const second[] = {"ALTER TABLE shop.things ADD COLUMN name text", NULL};
static const char *const broken[] = {"INSERT INTO shop.things VALUES (3)", "SELECT 1 / 0", NULL};

static const struct db_migration list[] = {{1, "0001_things", "aaaa", first},
                                           {2, "0002_names", "bbbb", second}};
static const struct db_migration edited_list[] = {{1, "0001_things", "cccc", first},
                                                  {2, "0002_names", "bbbb", second}};
static const struct db_migration broken_list[] = {{1, "0001_things", "aaaa", first},
                                                  {2, "0002_broken", "dddd", broken}};

static const struct db_migrations both = {"shop", "1.0", list, 2};
static const struct db_migrations older = {"shop", "0.9", list, 1};
static const struct db_migrations edited = {"shop", "1.0", edited_list, 2};
static const struct db_migrations with_broken = {"shop", "1.0", broken_list, 2};

struct outcome {
    bool is_there, has_failed;
    struct db_migrate_result result;
    struct db_failure failure;
};

static void on_done(void *data, const struct db_migrate_result *result,
                    const struct db_failure *failure)
{
    struct outcome *outcome = data;
    outcome->is_there = true;
    outcome->has_failed = failure != NULL;
    if (failure)
        outcome->failure = *failure;
    else
        outcome->result = *result;
}

static struct outcome migrate(struct rig *rig, const struct db_migrations *migrations,
                              unsigned flags)
{
    struct outcome outcome = {0};
    assert_int_equal(db_migrate(rig->pool, migrations, flags, on_done, &outcome), 0);
    assert_false(outcome.is_there);
    rig_wait(rig, &outcome.is_there);
    return outcome;
}

static void assert_result(struct outcome outcome, int before, int after, int applied)
{
    assert_false(outcome.has_failed);
    assert_int_equal(outcome.result.before, before);
    assert_int_equal(outcome.result.after, after);
    assert_int_equal(outcome.result.applied, applied);
}

static int setup(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    rig_init(rig);
    rig_open(rig);
    assert_string_equal(rig_write(rig, "DROP SCHEMA IF EXISTS shop CASCADE"), "saved");
    *state = rig;
    return 0;
}

static int teardown(void **state)
{
    rig_free(*state);
    free(*state);
    return 0;
}

static void test_migrate_empty_database_gets_everything_once(void **state)
{
    struct rig *rig = *state;
    assert_result(migrate(rig, &both, 0), 0, 2, 2);
    assert_string_equal(rig_ask(rig, "SELECT count(*) FROM shop.things"), "2");
    assert_string_equal(
        rig_ask(rig, "SELECT string_agg(version || name || sha256 || program_version, ' ' ORDER BY "
                     "version) FROM shop.schema_migrations"),
        "10001_thingsaaaa1.0 20002_namesbbbb1.0");
    assert_result(migrate(rig, &both, 0), 2, 2, 0);
}

static void test_migrate_older_database_is_brought_forward(void **state)
{
    struct rig *rig = *state;
    assert_result(migrate(rig, &older, 0), 0, 1, 1);
    assert_result(migrate(rig, &both, 0), 1, 2, 1);
}

static void test_migrate_fresh_only_makes_but_does_not_change(void **state)
{
    struct rig *rig = *state;
    assert_result(migrate(rig, &older, DB_MIGRATE_FRESH_ONLY), 0, 1, 1);
    struct outcome outcome = migrate(rig, &both, DB_MIGRATE_FRESH_ONLY);
    assert_string_equal(outcome.failure.code, "schema_older");
    assert_int_equal(outcome.failure.class, DB_SCHEMA);
    assert_result(migrate(rig, &older, DB_MIGRATE_FRESH_ONLY), 1, 1, 0);
}

static void test_migrate_newer_database_is_refused(void **state)
{
    struct rig *rig = *state;
    assert_result(migrate(rig, &both, 0), 0, 2, 2);
    struct outcome outcome = migrate(rig, &older, 0);
    assert_string_equal(outcome.failure.code, "schema_newer");
    assert_int_equal(outcome.failure.class, DB_SCHEMA);
}

static void test_migrate_changed_checksum_is_refused(void **state)
{
    struct rig *rig = *state;
    assert_result(migrate(rig, &both, 0), 0, 2, 2);
    assert_string_equal(migrate(rig, &edited, 0).failure.code, "schema_edited");
}

static void test_migrate_dry_run_changes_nothing(void **state)
{
    struct rig *rig = *state;
    assert_result(migrate(rig, &both, DB_MIGRATE_DRY_RUN), 0, 2, 2);
    assert_string_equal(rig_ask(rig, "SELECT to_regnamespace('shop') IS NULL"), "t");
}

static void test_migrate_broken_file_leaves_the_one_before(void **state)
{
    struct rig *rig = *state;
    struct outcome outcome = migrate(rig, &with_broken, 0);
    assert_true(outcome.has_failed);
    assert_string_equal(outcome.failure.sqlstate, "22012");
    assert_string_equal(rig_ask(rig, "SELECT max(version) FROM shop.schema_migrations"), "1");
    assert_string_equal(rig_ask(rig, "SELECT count(*) FROM shop.things"), "2");
}

static void test_migrate_two_at_once_take_turns(void **state)
{
    struct rig *rig = *state;
    struct outcome outcomes[6] = {{0}};
    for (int i = 0; i < 6; i++)
        assert_int_equal(db_migrate(rig->pool, &both, 0, on_done, &outcomes[i]), 0);
    int applied = 0;
    for (int i = 0; i < 6; i++) {
        rig_wait(rig, &outcomes[i].is_there);
        assert_false(outcomes[i].has_failed);
        assert_int_equal(outcomes[i].result.after, 2);
        applied += outcomes[i].result.applied;
    }
    assert_int_equal(applied, 2);
    assert_string_equal(rig_ask(rig, "SELECT count(*) FROM shop.things"), "2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CASE(test_migrate_empty_database_gets_everything_once),
        CASE(test_migrate_older_database_is_brought_forward),
        CASE(test_migrate_fresh_only_makes_but_does_not_change),
        CASE(test_migrate_newer_database_is_refused),
        CASE(test_migrate_changed_checksum_is_refused),
        CASE(test_migrate_dry_run_changes_nothing),
        CASE(test_migrate_broken_file_leaves_the_one_before),
        CASE(test_migrate_two_at_once_take_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
