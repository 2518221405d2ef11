/* SQLSTATE to class, code, sentences and advice: one row per code that matters. */
#include "db/failure_kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"

static const struct row {
    const char *state;
    enum db_class class;
    const char *code;
    enum db_saved saved;
    bool retry_safe;
} rows[] = {
    {"08000", DB_GONE, "connection_lost", DB_SAVED_NO, true},
    {"08003", DB_GONE, "connection_lost", DB_SAVED_NO, true},
    {"08006", DB_GONE, "connection_lost", DB_SAVED_NO, true},
    {"08007", DB_GONE, "connection_lost", DB_SAVED_NO, true},
    {"08P01", DB_BUG, "internal_error", DB_SAVED_NO, false},
    {"0A000", DB_BUG, "internal_error", DB_SAVED_NO, false},
    {"22001", DB_CONSTRAINT, "rule_violated", DB_SAVED_NO, false},
    {"22003", DB_CONSTRAINT, "value_out_of_range", DB_SAVED_NO, false},
    {"22007", DB_CONSTRAINT, "value_malformed", DB_SAVED_NO, false},
    {"22008", DB_CONSTRAINT, "value_out_of_range", DB_SAVED_NO, false},
    {"22021", DB_CONSTRAINT, "value_malformed", DB_SAVED_NO, false},
    {"22P02", DB_CONSTRAINT, "value_malformed", DB_SAVED_NO, false},
    {"22P05", DB_CONSTRAINT, "value_malformed", DB_SAVED_NO, false},
    {"23502", DB_CONSTRAINT, "rule_violated", DB_SAVED_NO, false},
    {"23503", DB_CONSTRAINT, "reference_missing", DB_SAVED_NO, false},
    {"23505", DB_CONSTRAINT, "already_exists", DB_SAVED_NO, false},
    {"23514", DB_CONSTRAINT, "rule_violated", DB_SAVED_NO, false},
    {"25006", DB_READ_ONLY, "read_only", DB_SAVED_NO, true},
    {"25P02", DB_RETRY, "concurrent_change", DB_SAVED_NO, true},
    {"25P03", DB_GONE, "connection_lost", DB_SAVED_NO, true},
    {"26000", DB_BUG, "internal_error", DB_SAVED_NO, false},
    {"28000", DB_AUTH, "login_rejected", DB_SAVED_NO, false},
    {"28P01", DB_AUTH, "login_rejected", DB_SAVED_NO, false},
    {"3D000", DB_AUTH, "login_rejected", DB_SAVED_NO, false},
    {"40001", DB_RETRY, "concurrent_change", DB_SAVED_NO, true},
    {"40003", DB_GONE, "outcome_unknown", DB_SAVED_UNKNOWN, true},
    {"40P01", DB_RETRY, "concurrent_change", DB_SAVED_NO, true},
    {"42501", DB_AUTH, "permission_denied", DB_SAVED_NO, false},
    {"42703", DB_SCHEMA, "schema_mismatch", DB_SAVED_NO, false},
    {"42P01", DB_SCHEMA, "schema_mismatch", DB_SAVED_NO, false},
    {"42P05", DB_BUG, "internal_error", DB_SAVED_NO, false},
    {"53100", DB_FULL, "disk_full", DB_SAVED_NO, true},
    {"53200", DB_FULL, "database_out_of_memory", DB_SAVED_NO, true},
    {"53300", DB_BUSY, "too_many_requests", DB_SAVED_NO, true},
    {"53400", DB_FULL, "database_out_of_memory", DB_SAVED_NO, true},
    {"54000", DB_BUG, "internal_error", DB_SAVED_NO, false},
    {"55P03", DB_BUSY, "locked", DB_SAVED_NO, true},
    {"57014", DB_BUSY, "timeout", DB_SAVED_NO, true},
    {"57P01", DB_GONE, "connection_lost", DB_SAVED_NO, true},
    {"57P02", DB_GONE, "connection_lost", DB_SAVED_NO, true},
    {"57P03", DB_GONE, "database_starting", DB_SAVED_NO, true},
    {"57P05", DB_GONE, "connection_lost", DB_SAVED_NO, true},
    {"58030", DB_DAMAGED, "data_damaged", DB_SAVED_NO, false},
    {"XX000", DB_BUG, "internal_error", DB_SAVED_NO, false},
    {"XX001", DB_DAMAGED, "data_damaged", DB_SAVED_NO, false},
    {"XX002", DB_DAMAGED, "data_damaged", DB_SAVED_NO, false},
};

static void test_state_each_has_its_class_and_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct db_failure failure = db_failure_of_state(rows[i].state);
        if (failure.class != rows[i].class || strcmp(failure.code, rows[i].code) != 0 ||
            failure.saved != rows[i].saved || failure.retry_safe != rows[i].retry_safe)
            fail_msg("%s: %s %s", rows[i].state, db_class_text(failure.class), failure.code);
        assert_string_equal(failure.sqlstate, rows[i].state);
    }
}

static void test_state_missing_is_a_lost_connection(void **state)
{
    (void)state;
    assert_string_equal(db_failure_of_state(NULL).code, "connection_lost");
    assert_string_equal(db_failure_of_state("").code, "connection_lost");
    assert_string_equal(db_failure_of_state("").sqlstate, "");
}

static void test_state_that_is_none_is_a_defect(void **state)
{
    static const char *const texts[] = {"2", "235", "23505x", "23a05", "     ", "ABCDE"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        assert_string_equal(db_failure_of_state(texts[i]).code, "internal_error");
}

/* What happened; what was saved; what to do next. */
static void test_message_each_has_three_sentences_and_no_secret(void **state)
{
    static const char *const banned[] = {"SELECT", "SQLSTATE", "/", "localhost", "%", "\n"};
    (void)state;
    for (int kind = 0; kind < DB_FAILURE_KINDS_COUNT; kind++) {
        struct db_failure failure = db_failure_of((enum db_failure_kind)kind);
        int sentences = 0;
        for (const char *c = failure.message; *c; c++)
            sentences += c[0] == '.' && (c[1] == ' ' || c[1] == '\0');
        if (sentences != 3)
            fail_msg("%s has %d sentences", failure.code, sentences);
        bool says_saved = strstr(failure.message, "saved") || strstr(failure.message, "sent") ||
                          strstr(failure.message, "changed");
        if (!says_saved)
            fail_msg("%s does not say what was saved", failure.code);
        for (size_t i = 0; i < ARRAY_LENGTH(banned); i++)
            assert_null(strstr(failure.message, banned[i]));
        for (int other = 0; other < kind; other++)
            assert_string_not_equal(failure.code, db_failure_of((enum db_failure_kind)other).code);
    }
}

static void test_while_saving_a_loss_is_unknown_and_a_refusal_is_not(void **state)
{
    static const char *const open[] = {"", "08006", "08007", "57P01", "57P02", "40003", "08P01"};
    static const char *const certain[] = {"23505", "40001", "57014", "53100", "25006"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(open); i++) {
        struct db_failure failure = db_failure_while_saving(db_failure_of_state(open[i]));
        assert_string_equal(failure.code, "outcome_unknown");
        assert_int_equal(failure.saved, DB_SAVED_UNKNOWN);
        assert_string_equal(failure.sqlstate, open[i]);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(certain); i++) {
        struct db_failure failure = db_failure_while_saving(db_failure_of_state(certain[i]));
        assert_int_equal(failure.saved, DB_SAVED_NO);
    }
}

static void test_find_state_in_connection_errors(void **state)
{
    char found[6];
    (void)state;
    assert_true(db_failure_find_state("connection to server at \"10.0.0.1\", port 5432 failed: "
                                      "FATAL:  28P01: password authentication failed",
                                      found));
    assert_string_equal(found, "28P01");
    assert_true(db_failure_find_state("SCHWERWIEGEND:  57P03: das Datenbanksystem startet", found));
    assert_string_equal(found, "57P03");
    assert_false(db_failure_find_state("could not connect to server: Connection refused", found));
    assert_false(db_failure_find_state("host:28P01", found));
    assert_false(db_failure_find_state("", found));
    assert_false(db_failure_find_state("failed: FATAL: x", found));
}

static void test_saved_texts(void **state)
{
    (void)state;
    assert_string_equal(db_saved_text(DB_SAVED_NO), "no");
    assert_string_equal(db_saved_text(DB_SAVED_YES), "yes");
    assert_string_equal(db_saved_text(DB_SAVED_UNKNOWN), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_each_has_its_class_and_code),
        cmocka_unit_test(test_state_missing_is_a_lost_connection),
        cmocka_unit_test(test_state_that_is_none_is_a_defect),
        cmocka_unit_test(test_message_each_has_three_sentences_and_no_secret),
        cmocka_unit_test(test_while_saving_a_loss_is_unknown_and_a_refusal_is_not),
        cmocka_unit_test(test_find_state_in_connection_errors),
        cmocka_unit_test(test_saved_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
