/* Transactions that share a COMMIT: each is answered by its own rows or failure, and what one of them
 * does wrong, or is too late for, costs the others nothing but time. */
#include "tests/support/db_rig.h"

enum {
    MANY = 8,
    TWO_STEPS = 2
};

static int setup(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    rig_init(rig);
    rig_set(rig, "pool_size", "1");
    rig_set(rig, "max_overflow", "0");
    rig_open(rig);
    assert_string_equal(rig_write(rig, "DROP TABLE IF EXISTS notes"), "saved");
    assert_string_equal(
        rig_write(rig,
                  "CREATE TABLE notes (id int CONSTRAINT notes_once UNIQUE DEFERRABLE INITIALLY "
                  "IMMEDIATE, text text CHECK (text <> ''))"),
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

/* One transaction of one statement, which says what it was. */
struct note {
    struct answer answer;
    struct db_tx *tx;
    const char *sql[TWO_STEPS]; /* the second one may be NULL */
    uint64_t timeout_ms;
    bool is_apart;
};

/* Submitted before the loop turns, so that they wait for the one connection together. */
static void start(struct rig *rig, struct note *notes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct db_statement statements[TWO_STEPS] = {{NULL, notes[i].sql[0], 0},
                                                     {NULL, notes[i].sql[1], 0}};
        struct db_step steps[TWO_STEPS] = {{&statements[0], NULL}, {&statements[1], NULL}};
        notes[i].tx = db_tx_begin(rig->pool, notes[i].timeout_ms);
        if (!notes[i].is_apart)
            db_tx_share(notes[i].tx);
        assert_int_equal(db_tx_run(notes[i].tx, steps, notes[i].sql[1] ? 2 : 1, true, answer_tx,
                                   &notes[i].answer),
                         0);
    }
}

static void wait_all(struct rig *rig, struct note *notes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rig_wait(rig, &notes[i].answer.is_there);
        assert_int_equal(notes[i].answer.times, 1);
    }
}

/* "saved TEXT" or the code of the failure. */
static void assert_note(const struct note *note, const char *expected)
{
    assert_string_equal(note->answer.has_failed ? note->answer.failure.code : note->answer.text,
                        expected);
    if (note->answer.has_failed)
        assert_int_equal(note->answer.failure.saved, DB_SAVED_NO);
}

static const char *kept(struct rig *rig)
{
    return rig_ask(rig, "SELECT coalesce(string_agg(text, ' ' ORDER BY id), '') FROM notes");
}

static const char *commits(struct rig *rig)
{
    return rig_ask(rig, "SELECT count(DISTINCT xmin::text) FROM notes");
}

static const char note_1[] = "INSERT INTO notes VALUES (1, 'one') RETURNING text";
static const char note_2[] = "INSERT INTO notes VALUES (2, 'two') RETURNING text";
static const char note_3[] = "INSERT INTO notes VALUES (3, 'three') RETURNING text";
static const char nap[] = "SELECT pg_sleep(0.2)";

static void test_share_each_gets_its_own_rows_of_one_commit(void **state)
{
    struct rig *rig = *state;
    struct note notes[] = {{.sql = {note_1}}, {.sql = {note_2}}, {.sql = {note_3}}};
    start(rig, notes, 3);
    wait_all(rig, notes, 3);
    assert_note(&notes[0], "one");
    assert_note(&notes[1], "two");
    assert_note(&notes[2], "three");
    assert_string_equal(commits(rig), "1");
}

static void test_share_at_the_limit_and_one_beyond(void **state)
{
    struct rig *rig = *state;
    static const char insert[] = "INSERT INTO notes SELECT count(*), 'x' FROM notes RETURNING text";
    struct note notes[MANY + 1] = {0};
    for (size_t i = 0; i <= MANY; i++)
        notes[i].sql[0] = insert;
    start(rig, notes, MANY);
    wait_all(rig, notes, MANY);
    assert_string_equal(commits(rig), "1");
    assert_string_equal(rig_write(rig, "DELETE FROM notes"), "saved");
    for (size_t i = 0; i <= MANY; i++)
        notes[i].answer = (struct answer){0};
    start(rig, notes, MANY + 1);
    wait_all(rig, notes, MANY + 1);
    assert_string_equal(commits(rig), "2");
}

static void test_share_is_not_for_those_that_did_not_say_so(void **state)
{
    struct rig *rig = *state;
    struct note notes[] = {
        {.sql = {note_1}}, {.sql = {note_2}, .is_apart = true}, {.sql = {note_3}}};
    start(rig, notes, 3);
    wait_all(rig, notes, 3);
    assert_string_equal(kept(rig), "one two three");
    assert_string_equal(commits(rig), "2");
}

static void test_share_failing_one_gets_its_failure_and_the_others_are_saved(void **state)
{
    struct rig *rig = *state;
    struct note notes[] = {{.sql = {note_1}},
                           {.sql = {"INSERT INTO notes VALUES (2, '') RETURNING text"}},
                           {.sql = {note_3}}};
    start(rig, notes, 3);
    wait_all(rig, notes, 3);
    assert_note(&notes[0], "one");
    assert_note(&notes[1], "rule_violated");
    assert_note(&notes[2], "three");
    assert_string_equal(kept(rig), "one three");
}

static void test_share_failing_at_commit_is_only_the_failure_of_whose_fault_it_is(void **state)
{
    struct rig *rig = *state;
    assert_string_equal(rig_write(rig, note_2), "saved");
    struct note notes[] = {{.sql = {note_1}},
                           {.sql = {"SET CONSTRAINTS notes_once DEFERRED", note_2}},
                           {.sql = {note_3}}};
    start(rig, notes, 3);
    wait_all(rig, notes, 3);
    assert_note(&notes[0], "one");
    assert_note(&notes[1], "already_exists");
    assert_note(&notes[2], "three");
    assert_string_equal(kept(rig), "one two three");
}

/* Its cancel hits whatever the connection is at: here, the nap of another one. */
static void test_share_one_that_is_late_takes_no_other_with_it(void **state)
{
    struct rig *rig = *state;
    static const char long_nap[] = "SELECT pg_sleep(1)";
    struct note notes[] = {
        {.sql = {long_nap, note_1}}, {.sql = {note_2}, .timeout_ms = 300}, {.sql = {note_3}}};
    start(rig, notes, 3);
    wait_all(rig, notes, 3);
    assert_note(&notes[0], "one");
    assert_note(&notes[1], "timeout");
    assert_note(&notes[2], "three");
    assert_string_equal(kept(rig), "one three");
}

static void test_share_abandoned_one_is_saved_with_the_others(void **state)
{
    struct rig *rig = *state;
    struct note notes[] = {{.sql = {nap, note_1}}, {.sql = {note_2}}, {.sql = {note_3}}};
    start(rig, notes, 3);
    rig_wait_sent(rig);
    db_tx_abandon(notes[0].tx);
    db_tx_abandon(notes[2].tx);
    rig_wait(rig, &notes[1].answer.is_there);
    assert_note(&notes[1], "two");
    assert_int_equal(notes[0].answer.times + notes[2].answer.times, 0);
    assert_string_equal(kept(rig), "one two three");
}

static void test_share_rolled_back_one_is_not_answered_and_the_others_are_saved(void **state)
{
    struct rig *rig = *state;
    struct note notes[] = {{.sql = {"SELECT pg_sleep(30)", note_1}}, {.sql = {note_2}}};
    start(rig, notes, 2);
    rig_wait_sent(rig);
    db_tx_rollback(notes[0].tx);
    rig_wait(rig, &notes[1].answer.is_there);
    assert_note(&notes[1], "two");
    assert_int_equal(notes[0].answer.times, 0);
    assert_string_equal(kept(rig), "two");
}

/* A pooler says so out of the server's order: then nobody knows of any of them. */
static void test_share_one_that_loses_the_connection_loses_no_other(void **state)
{
    struct rig *rig = *state;
    struct note notes[] = {{.sql = {note_1}},
                           {.sql = {"SELECT pg_terminate_backend(pg_backend_pid())"}},
                           {.sql = {note_3}}};
    start(rig, notes, 3);
    wait_all(rig, notes, 3);
    for (size_t i = 0; getenv("TEST_POOLED") && i < 3; i++)
        assert_int_equal(notes[i].answer.failure.saved, DB_SAVED_UNKNOWN);
    if (getenv("TEST_POOLED"))
        return;
    assert_note(&notes[0], "one");
    assert_note(&notes[1], "connection_lost");
    assert_note(&notes[2], "three");
    assert_string_equal(kept(rig), "one three");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CASE(test_share_each_gets_its_own_rows_of_one_commit),
        CASE(test_share_at_the_limit_and_one_beyond),
        CASE(test_share_is_not_for_those_that_did_not_say_so),
        CASE(test_share_failing_one_gets_its_failure_and_the_others_are_saved),
        CASE(test_share_failing_at_commit_is_only_the_failure_of_whose_fault_it_is),
        CASE(test_share_one_that_is_late_takes_no_other_with_it),
        CASE(test_share_abandoned_one_is_saved_with_the_others),
        CASE(test_share_rolled_back_one_is_not_answered_and_the_others_are_saved),
        CASE(test_share_one_that_loses_the_connection_loses_no_other),
#undef CASE
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
