/* Rates as people and programs write them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/own.h"
#include "tools/support/limits.h"
#include "tools/support/rate.h"

static void assert_rate(const char *text, int expected, const char *expected_text)
{
    struct arena arena;
    struct rate rate = {.text = "untouched"};
    arena_init(&arena, 4096);
    int r = rate_parse(&arena, text, &rate);
    if (r != expected || strcmp(rate.text, expected_text) != 0)
        fail_msg("\"%s\": %d \"%s\"", text, r, rate.text);
    arena_free(&arena);
}

static void test_rate_plain_number_is_read_without_needless_zeros(void **state)
{
    (void)state;
    assert_rate("1.0850", 0, "1.085");
    assert_rate(" 2 ", 0, "2");
    assert_rate("2.000", 0, "2");
    assert_rate("0.00106", 0, "0.00106");
}

static void test_rate_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",    "0",   "0.000", "-1",  "+1",  "1.",   ".5",
                                        "1,5", "1e3", "NaN",   "1 2", "0x1", "1.5x", "1..5"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        assert_rate(texts[i], -EINVAL, "untouched");
}

static void test_rate_at_its_digits_is_read_and_one_more_refused(void **state)
{
    char text[64];
    (void)state;
    (void)snprintf(text, sizeof(text), "%.*s.%.*s", RATE_MAX_DIGITS, "99999999999999999999",
                   RATE_MAX_DECIMALS, "11111111111111111111");
    assert_rate(text, 0, text);
    (void)snprintf(text, sizeof(text), "%.*s", RATE_MAX_DIGITS + 1, "99999999999999999999");
    assert_rate(text, -ERANGE, "untouched");
    (void)snprintf(text, sizeof(text), "1.%.*s", RATE_MAX_DECIMALS + 1, "11111111111111111111");
    assert_rate(text, -ERANGE, "untouched");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rate_plain_number_is_read_without_needless_zeros),
        cmocka_unit_test(test_rate_that_is_none_is_refused),
        cmocka_unit_test(test_rate_at_its_digits_is_read_and_one_more_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
