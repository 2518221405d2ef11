/* Tests of tools/support/canonical.c: equal requests give equal texts, others do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tools/support/canonical.h"

enum {
    ARENA_MAX = 1 << 16
};

static struct arena arena;

static const char *canonical(const char *json, const char *const *apart)
{
    const char *why = NULL;
    OWNED_JSON value = json_parse(json, strlen(json), &why);
    assert_non_null(value);
    const char *text = canonical_text(&arena, value, apart);
    assert_non_null(text);
    return text;
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, ARENA_MAX);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void test_order_of_members_and_blanks_do_not_count(void **state)
{
    (void)state;
    assert_string_equal(canonical("{\"b\": [1, {\"d\":null,\"c\":true}], \"a\":\"x\"}", NULL),
                        "{\"a\":\"x\",\"b\":[1,{\"c\":true,\"d\":null}]}");
    assert_string_equal(canonical("{}", NULL), "{}");
}

static void test_order_of_items_counts(void **state)
{
    (void)state;
    assert_string_not_equal(canonical("{\"a\":[1,2]}", NULL), canonical("{\"a\":[2,1]}", NULL));
}

static void test_numbers_stay_as_they_were_written(void **state)
{
    (void)state;
    assert_string_equal(canonical("{\"a\":12.50}", NULL), "{\"a\":12.50}");
    assert_string_not_equal(canonical("{\"a\":\"1\"}", NULL), canonical("{\"a\":1}", NULL));
}

static void test_members_apart_are_left_out_at_the_top_only(void **state)
{
    static const char *const apart[] = {"dry_run", NULL};
    (void)state;
    assert_string_equal(canonical("{\"dry_run\":true,\"a\":{\"dry_run\":false}}", apart),
                        "{\"a\":{\"dry_run\":false}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_order_of_members_and_blanks_do_not_count, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_order_of_items_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_numbers_stay_as_they_were_written, setup, teardown),
        cmocka_unit_test_setup_teardown(test_members_apart_are_left_out_at_the_top_only, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
