/* Tests of tools/support/split.c: parts that add up exactly, and what is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/support/split.h"

enum {
    LINES_MAX = 8,
    ARENA_MAX = 1 << 20
};

struct lines {
    struct arena arena;
    struct split_share shares[LINES_MAX];
    struct split_result result;
};

static int setup(void **state)
{
    struct lines *lines = calloc(1, sizeof(*lines));
    assert_non_null(lines);
    arena_init(&lines->arena, ARENA_MAX);
    *state = lines;
    return 0;
}

static int teardown(void **state)
{
    struct lines *lines = *state;
    arena_free(&lines->arena);
    free(lines);
    return 0;
}

static struct money money(struct lines *lines, const char *text)
{
    struct money money = {0};
    if (text)
        assert_int_equal(money_parse(&lines->arena, text, &money), 0);
    return money;
}

/* Texts such as "40%", "12.50" or "" (the rest), ended by NULL. */
static int split(struct lines *lines, const char *total, int exponent, const char *const *texts)
{
    size_t count = 0;
    struct money whole = money(lines, total);
    for (; texts[count]; count++) {
        char text[32];
        size_t length = strlen(texts[count]);
        bool is_percent = length > 0 && texts[count][length - 1] == '%';
        (void)snprintf(text, sizeof(text), "%.*s", (int)(is_percent ? length - 1 : length),
                       texts[count]);
        struct money said = money(lines, length > 0 ? text : NULL);
        lines->shares[count] = is_percent ? (struct split_share){.percent = said}
                                          : (struct split_share){.amount = said};
    }
    return split_amounts(&lines->arena, &whole, exponent, lines->shares, count, &lines->result);
}

#define SPLIT(total, exponent, ...) \
    split(lines, total, exponent, (const char *const[]){__VA_ARGS__, NULL})

static void test_percent_that_comes_out_even_is_split_as_said(void **state)
{
    struct lines *lines = *state;
    assert_int_equal(SPLIT("100", 2, "70%", "30%"), 0);
    assert_string_equal(lines->result.amounts[0].text, "70");
    assert_string_equal(lines->result.amounts[1].text, "30");
}

static void test_percent_cents_left_over_go_to_the_largest_remainders(void **state)
{
    struct lines *lines = *state;
    /* 3.333, 3.333, 3.334 of 10.00; 16.665 twice and 16.67 thereof of 50.00 */
    assert_int_equal(SPLIT("10", 2, "33.33%", "33.33%", "33.34%"), 0);
    assert_string_equal(lines->result.amounts[0].text, "3.33");
    assert_string_equal(lines->result.amounts[1].text, "3.33");
    assert_string_equal(lines->result.amounts[2].text, "3.34");
}

static void test_percent_equal_remainders_go_to_the_earlier_line(void **state)
{
    struct lines *lines = *state;
    assert_int_equal(SPLIT("0.05", 2, "50%", "50%"), 0);
    assert_string_equal(lines->result.amounts[0].text, "0.03");
    assert_string_equal(lines->result.amounts[1].text, "0.02");
}

static void test_percent_respects_currencies_without_decimals(void **state)
{
    struct lines *lines = *state;
    assert_int_equal(SPLIT("1000", 0, "33.3333%", "33.3333%", ""), 0);
    assert_string_equal(lines->result.amounts[0].text, "333");
    assert_string_equal(lines->result.amounts[1].text, "333");
    assert_string_equal(lines->result.amounts[2].text, "334");
}

static void test_amounts_that_add_up_are_kept(void **state)
{
    struct lines *lines = *state;
    assert_int_equal(SPLIT("100.10", 2, "70.05", "30.05"), 0);
    assert_string_equal(lines->result.amounts[0].text, "70.05");
    assert_int_equal(SPLIT(NULL, 2, "1", "2.50"), 0);
    assert_string_equal(lines->result.amounts[1].text, "2.5");
}

static void test_rest_line_takes_what_is_left(void **state)
{
    struct lines *lines = *state;
    assert_int_equal(SPLIT("100", 2, "70.01", ""), 0);
    assert_string_equal(lines->result.amounts[1].text, "29.99");
}

static void test_amounts_that_do_not_add_up_are_refused_with_their_sum(void **state)
{
    struct lines *lines = *state;
    assert_int_equal(SPLIT("100", 2, "70", "29.99"), -EDOM);
    assert_string_equal(lines->result.sum, "99.99");
    assert_int_equal(SPLIT("100", 2, "70", "30", ""), -EDOM);
}

static void test_percent_that_is_not_a_hundred_is_refused_with_its_sum(void **state)
{
    struct lines *lines = *state;
    assert_int_equal(SPLIT("100", 2, "70%", "30.0001%"), -ERANGE);
    assert_string_equal(lines->result.sum, "100.0001");
    assert_int_equal(SPLIT("100", 2, "70%", "29.9%"), -ERANGE);
    assert_string_equal(lines->result.sum, "99.9");
    assert_int_equal(SPLIT("100", 2, "70%", "20%"), -ERANGE);
    assert_string_equal(lines->result.sum, "90");
    assert_int_equal(SPLIT("100", 2, "100%", ""), -ERANGE);
}

static void test_shares_that_contradict_each_other_are_refused(void **state)
{
    struct lines *lines = *state;
    assert_int_equal(SPLIT("100", 2, "70", "30%"), -EINVAL);
    assert_int_equal(SPLIT("100", 2, "", ""), -EINVAL);
    assert_int_equal(SPLIT(NULL, 2, "50%", "50%"), -EINVAL);
    assert_int_equal(SPLIT(NULL, 2, "50", ""), -EINVAL);
    assert_int_equal(SPLIT("100", 2, "0", "100"), -EINVAL);
    assert_int_equal(SPLIT("100", 2, "-10", "110"), -EINVAL);
    assert_int_equal(SPLIT("100", 2, "50.001", "49.999"), -EINVAL);
    assert_int_equal(SPLIT("0.01", 2, "50%", "50%"), -EINVAL);
    lines->shares[0] = (struct split_share){money(lines, "1"), money(lines, "1")};
    struct money whole = money(lines, "1");
    assert_int_equal(split_amounts(&lines->arena, &whole, 2, lines->shares, 1, &lines->result),
                     -EINVAL);
    assert_non_null(lines->result.why);
}

static void test_largest_amount_does_not_overflow(void **state)
{
    struct lines *lines = *state;
    assert_int_equal(SPLIT("999999999999.9999", 4, "33.3333%", "66.6667%"), 0);
    assert_string_equal(lines->result.amounts[0].text, "333333000000");
    assert_string_equal(lines->result.amounts[1].text, "666666999999.9999");
}

/* A million cents in all, split by every whole per cent: nothing is lost, nobody gets a cent too much. */
static void test_percent_any_total_adds_up_exactly(void **state)
{
    struct lines *lines = *state;
    for (int cents = 100; cents < 10100; cents += 37) {
        char total[16];
        char one[16];
        char other[16];
        int percent = 1 + cents % 98;
        (void)snprintf(total, sizeof(total), "%d.%02d", cents / 100, cents % 100);
        (void)snprintf(one, sizeof(one), "%d%%", percent);
        (void)snprintf(other, sizeof(other), "%d%%", 99 - percent);
        arena_free(&lines->arena);
        assert_int_equal(SPLIT(total, 2, one, other, "1%"), 0);
        long long sum = 0;
        for (int i = 0; i < 3; i++) {
            struct decimal number;
            assert_int_equal(decimal_parse(lines->result.amounts[i].text, &number), 0);
            assert_int_equal(decimal_round(number, 2, &number), 0);
            sum += (long long)number.units;
        }
        assert_int_equal(sum, cents);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_percent_that_comes_out_even_is_split_as_said, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_percent_cents_left_over_go_to_the_largest_remainders,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_percent_equal_remainders_go_to_the_earlier_line, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_percent_respects_currencies_without_decimals, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_amounts_that_add_up_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rest_line_takes_what_is_left, setup, teardown),
        cmocka_unit_test_setup_teardown(test_amounts_that_do_not_add_up_are_refused_with_their_sum,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_percent_that_is_not_a_hundred_is_refused_with_its_sum,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_shares_that_contradict_each_other_are_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_largest_amount_does_not_overflow, setup, teardown),
        cmocka_unit_test_setup_teardown(test_percent_any_total_adds_up_exactly, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
