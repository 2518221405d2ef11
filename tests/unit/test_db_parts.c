/* Small pure parts of db/: array texts, the table of statements, the list of addresses. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "db/limits.h"
#include "db/statements.h"
#include "db/targets.h"

/* --- arrays ---------------------------------------------------------------------------------- */

static void test_array_quotes_every_element(void **state)
{
    OWNED_BUF array = BUF_INIT(1024);
    (void)state;
    assert_int_equal(db_array_append(&array, "a"), 0);
    assert_int_equal(db_array_append(&array, ""), 0);
    assert_int_equal(db_array_append(&array, "NULL"), 0);
    assert_int_equal(db_array_append(&array, NULL), 0);
    assert_int_equal(db_array_append(&array, "q\"b\\c{,}"), 0);
    assert_int_equal(db_array_end(&array), 0);
    assert_string_equal(buf_text(&array), "{\"a\",\"\",\"NULL\",NULL,\"q\\\"b\\\\c{,}\"}");
}

static void test_array_empty_is_a_pair_of_braces(void **state)
{
    OWNED_BUF array = BUF_INIT(16);
    (void)state;
    assert_int_equal(db_array_end(&array), 0);
    assert_string_equal(buf_text(&array), "{}");
}

static void test_array_over_its_cap_fails(void **state)
{
    OWNED_BUF array = BUF_INIT(8);
    (void)state;
    assert_int_equal(db_array_append(&array, "12345"), 0); /* {"12345" is 8 bytes */
    assert_int_equal(db_array_end(&array), -EMSGSIZE);
}

static void test_binary_array_is_a_head_and_elements(void **state)
{
    static const char texts[] = "\0\0\0\1\0\0\0\1\0\0\0\x19\0\0\0\3\0\0\0\1"
                                "\0\0\0\2ab\xff\xff\xff\xff\0\0\0\0";
    static const char days[] = "\0\0\0\1\0\0\0\1\0\0\4\x3a\0\0\0\2\0\0\0\1"
                               "\0\0\0\4\xff\xff\xff\xff\0\0\0\4\0\0\1\0";
    OWNED_BUF array = BUF_INIT(100);
    (void)state;
    (void)db_binary_append(&array, "ab");
    (void)db_binary_append(&array, NULL);
    assert_int_equal(db_binary_append(&array, ""), 0);
    assert_int_equal(db_binary_end(&array, DB_ELEMENT_TEXT, 3), 0);
    assert_int_equal(array.length, sizeof(texts) - 1);
    assert_memory_equal(array.data, texts, sizeof(texts) - 1);
    buf_reset(&array);
    (void)db_binary_append_day(&array, 10956); /* the last day of 1999 */
    assert_int_equal(db_binary_append_day(&array, 11213), 0);
    assert_int_equal(db_binary_end(&array, DB_ELEMENT_DATE, 2), 0);
    assert_int_equal(array.length, sizeof(days) - 1);
    assert_memory_equal(array.data, days, sizeof(days) - 1);
}

static void test_binary_array_beyond_its_cap_is_refused(void **state)
{
    OWNED_BUF array = BUF_INIT(30);
    (void)state;
    assert_int_equal(db_binary_append(&array, "123456"), 0);
    assert_int_equal(db_binary_append(&array, ""), -EMSGSIZE);
    assert_int_equal(db_binary_end(&array, DB_ELEMENT_TEXT, 2), -EMSGSIZE);
}

/* --- statements ------------------------------------------------------------------------------ */

static void test_statements_same_sql_at_two_places_is_one(void **state)
{
    static const char sql[] = "SELECT 1";
    char copy[] = "SELECT 1";
    const struct db_statement one = {"a.one", sql, 0};
    const struct db_statement two = {"b.one", copy, 0};
    const struct db_statement other = {"b.two", "SELECT 2", 0};
    const struct db_statement unnamed = {NULL, sql, 0};
    struct statements statements = {0};
    (void)state;
    const struct statement_entry *first = statements_find(&statements, &one);
    assert_non_null(first);
    assert_ptr_equal(statements_find(&statements, &one), first);
    const struct statement_entry *second = statements_find(&statements, &two);
    assert_int_equal(second->number, first->number);
    assert_string_equal(second->name, first->name);
    assert_int_not_equal(statements_find(&statements, &other)->number, first->number);
    assert_null(statements_find(&statements, &unnamed));
    statements_free(&statements);
}

static void test_statements_beyond_the_table_run_unnamed(void **state)
{
    static struct db_statement many[DB_STATEMENTS_MAX + 1];
    static char texts[DB_STATEMENTS_MAX + 1][16];
    struct statements statements = {0};
    (void)state;
    for (int i = 0; i <= DB_STATEMENTS_MAX; i++) {
        (void)snprintf(texts[i], sizeof(texts[i]), "SELECT %d", i);
        many[i] = (struct db_statement){"x", texts[i], 0};
        const struct statement_entry *entry = statements_find(&statements, &many[i]);
        assert_int_equal(entry != NULL, i < DB_STATEMENTS_MAX);
        if (entry)
            assert_int_equal(entry->number, i);
    }
    assert_non_null(statements_find(&statements, &many[0]));
    statements_free(&statements);
}

static void test_steps_copy_keeps_values_of_its_own(void **state)
{
    char text[] = "before";
    const char *values[] = {text, NULL, ""};
    const struct db_statement statement = {"x", "SELECT $1, $2, $3", 3};
    const struct db_step step = {&statement, values};
    struct statements statements = {0};
    struct step *copy = NULL;
    (void)state;
    assert_int_equal(steps_copy(&statements, &step, 1, NULL, &copy), 0);
    memset(text, 'x', strlen(text));
    assert_string_equal(copy->values[0], "before");
    assert_null(copy->values[1]);
    assert_string_equal(copy->values[2], "");
    mem_free(copy);
    statements_free(&statements);
}

static void test_steps_copy_keeps_bytes_of_binary_values(void **state)
{
    char bytes[] = "a\0b";
    const char *values[] = {bytes, NULL, "text"};
    const size_t lengths[] = {3, 0, 0};
    const struct db_statement statement = {"x", "SELECT $1, $2, $3", 3};
    const struct db_step step = {&statement, values};
    struct statements statements = {0};
    struct step *copy = NULL;
    (void)state;
    assert_int_equal(steps_copy(&statements, &step, 1, lengths, &copy), 0);
    memset(bytes, 'x', sizeof(bytes));
    assert_memory_equal(copy->values[0], "a\0b", 3);
    assert_null(copy->values[1]);
    assert_string_equal(copy->values[2], "text");
    assert_int_equal(copy->lengths[0], 3);
    assert_int_equal(copy->formats[0], 1);
    assert_int_equal(copy->formats[1], 0);
    assert_int_equal(copy->formats[2], 0);
    mem_free(copy);
    statements_free(&statements);
}

static void test_steps_copy_refuses_one_beyond_each_limit(void **state)
{
    static struct db_step steps[DB_STEPS_MAX + 1];
    const struct db_statement statement = {NULL, "SELECT 1", 0};
    const struct db_statement many = {NULL, "SELECT 1", DB_PARAMS_MAX + 1};
    const struct db_statement one = {NULL, "SELECT $1", 1};
    struct statements statements = {0};
    struct step *copy = NULL;
    (void)state;
    for (int i = 0; i <= DB_STEPS_MAX; i++)
        steps[i].statement = &statement;
    assert_int_equal(steps_copy(&statements, steps, DB_STEPS_MAX + 1, NULL, &copy), -E2BIG);
    assert_int_equal(steps_copy(&statements, steps, DB_STEPS_MAX, NULL, &copy), 0);
    mem_free(copy);
    steps[0].statement = &many;
    assert_int_equal(steps_copy(&statements, steps, 1, NULL, &copy), -E2BIG);
    char *big = mem_alloc(DB_VALUES_MAX + 1);
    const char *values[] = {big};
    memset(big, 'x', DB_VALUES_MAX);
    big[DB_VALUES_MAX] = '\0';
    steps[0] = (struct db_step){&one, values};
    assert_int_equal(steps_copy(&statements, steps, 1, NULL, &copy), -E2BIG);
    big[DB_VALUES_MAX - 1] = '\0';
    assert_int_equal(steps_copy(&statements, steps, 1, NULL, &copy), 0);
    mem_free(copy);
    mem_free(big);
    statements_free(&statements);
}

/* --- addresses ------------------------------------------------------------------------------- */

static void assert_target(const struct target *target, const char *host, const char *address,
                          const char *port)
{
    if (host)
        assert_string_equal(target->host, host);
    else
        assert_null(target->host);
    if (address)
        assert_string_equal(target->address, address);
    else
        assert_null(target->address);
    assert_string_equal(target->port, port);
}

static struct targets targets_of(const char *url)
{
    struct db_settings settings;
    struct targets targets = {0};
    db_settings_init(&settings);
    assert_int_equal(db_settings_from_url(&settings, url, NULL), 0);
    assert_int_equal(targets_from_settings(&targets, &settings), 0);
    db_settings_free(&settings);
    return targets;
}

static void test_targets_hosts_pair_with_ports(void **state)
{
    struct targets targets = targets_of("postgresql://a.example:1,b.example,c.example:3/x");
    (void)state;
    assert_int_equal(targets.count, 3);
    assert_target(&targets.list[0], "a.example", NULL, "1");
    assert_target(&targets.list[1], "b.example", NULL, "5432");
    assert_target(&targets.list[2], "c.example", NULL, "3");
    targets_free(&targets);
}

static void test_targets_one_port_serves_all_hosts(void **state)
{
    struct targets targets = targets_of("host=a.example,/run/x port=7 dbname=y");
    (void)state;
    assert_int_equal(targets.count, 2);
    assert_target(&targets.list[0], "a.example", NULL, "7");
    assert_target(&targets.list[1], "/run/x", NULL, "7");
    targets_free(&targets);
}

static void test_targets_localhost_needs_no_look_up(void **state)
{
    struct targets targets = targets_of("postgresql://localhost/x");
    (void)state;
    assert_int_equal(targets.count, 2);
    assert_target(&targets.list[0], "localhost", "127.0.0.1", "5432");
    assert_target(&targets.list[1], "localhost", "::1", "5432");
    targets_free(&targets);
}

static void test_targets_given_address_is_used_with_its_name(void **state)
{
    struct targets targets = targets_of("postgresql://db.example/x?hostaddr=10.0.0.9");
    (void)state;
    assert_int_equal(targets.count, 1);
    assert_target(&targets.list[0], "db.example", "10.0.0.9", "5432");
    targets_free(&targets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_array_quotes_every_element),
        cmocka_unit_test(test_array_empty_is_a_pair_of_braces),
        cmocka_unit_test(test_array_over_its_cap_fails),
        cmocka_unit_test(test_statements_same_sql_at_two_places_is_one),
        cmocka_unit_test(test_statements_beyond_the_table_run_unnamed),
        cmocka_unit_test(test_steps_copy_keeps_values_of_its_own),
        cmocka_unit_test(test_steps_copy_keeps_bytes_of_binary_values),
        cmocka_unit_test(test_binary_array_is_a_head_and_elements),
        cmocka_unit_test(test_binary_array_beyond_its_cap_is_refused),
        cmocka_unit_test(test_steps_copy_refuses_one_beyond_each_limit),
        cmocka_unit_test(test_targets_hosts_pair_with_ports),
        cmocka_unit_test(test_targets_one_port_serves_all_hosts),
        cmocka_unit_test(test_targets_localhost_needs_no_look_up),
        cmocka_unit_test(test_targets_given_address_is_used_with_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
