/* Tests of tools/support/settle.c: everybody ends even, with the fewest payments, and shares add up. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/support/settle.h"

enum {
    ROUNDS = 300
};

/* A simple generator of numbers, the same in every run (Park and Miller). */
static int next_random(uint32_t *state, int below)
{
    *state = (uint32_t)((uint64_t)*state * 48271 % 2147483647);
    return (int)(*state % (uint32_t)below);
}

/* The largest number of even groups that `left` falls into, by trying all first groups. */
static int even_groups(const decimal_units *balances, unsigned left)
{
    int best = -1;
    if (left == 0)
        return 0;
    for (unsigned group = left; group > 0; group = (group - 1) & left) {
        decimal_units sum = 0;
        for (size_t i = 0; i < SETTLE_MAX; i++)
            sum += (group >> i) & 1 ? balances[i] : 0;
        /* The first of those left is in the first group. */
        if (sum != 0 || !(group & left & -left))
            continue;
        int rest = even_groups(balances, left & ~group);
        if (rest >= 0 && rest + 1 > best)
            best = rest + 1;
    }
    return best;
}

static void assert_even(const decimal_units *balances, size_t count,
                        const struct settlement *settlements, size_t payments)
{
    decimal_units open[SETTLE_MAX] = {0};
    for (size_t i = 0; i < count; i++)
        open[i] = balances[i];
    for (size_t i = 0; i < payments; i++) {
        assert_true(settlements[i].amount > 0);
        assert_true(settlements[i].from < count && settlements[i].to < count);
        open[settlements[i].from] += settlements[i].amount;
        open[settlements[i].to] -= settlements[i].amount;
        assert_true(i == 0 || settlements[i].amount <= settlements[i - 1].amount);
    }
    for (size_t i = 0; i < count; i++)
        assert_true(open[i] == 0);
}

static void test_settle_random_balances_takes_the_fewest_payments(void **state)
{
    uint32_t random = 20261122;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        decimal_units balances[SETTLE_MAX] = {0};
        struct settlement settlements[SETTLE_MAX];
        size_t payments = 99;
        size_t count = 2 + (size_t)next_random(&random, 6);
        decimal_units sum = 0;
        for (size_t i = 0; i + 1 < count; i++) {
            balances[i] = next_random(&random, 9) - 4;
            sum += balances[i];
        }
        balances[count - 1] = -sum;
        assert_int_equal(settle(balances, count, settlements, &payments), 0);
        assert_even(balances, count, settlements, payments);
        int groups = even_groups(balances, (1U << count) - 1);
        assert_int_equal((int)payments, (int)count - groups);
    }
}

static void test_settle_two_pairs_are_not_mixed(void **state)
{
    /* The largest debt against the largest claim would need three payments. */
    const decimal_units balances[] = {-70, 40, 70, -40};
    struct settlement settlements[SETTLE_MAX];
    size_t payments = 0;
    (void)state;
    assert_int_equal(settle(balances, 4, settlements, &payments), 0);
    assert_int_equal(payments, 2);
    assert_even(balances, 4, settlements, payments);
}

static void test_settle_even_people_pay_nothing(void **state)
{
    const decimal_units balances[] = {0, 0, 0};
    struct settlement settlements[SETTLE_MAX];
    size_t payments = 7;
    (void)state;
    assert_int_equal(settle(balances, 3, settlements, &payments), 0);
    assert_int_equal(payments, 0);
}

static void test_settle_most_people_and_one_beyond(void **state)
{
    decimal_units balances[SETTLE_MAX + 1] = {0};
    struct settlement settlements[SETTLE_MAX];
    size_t payments = 0;
    (void)state;
    for (size_t i = 0; i + 1 < SETTLE_MAX; i++)
        balances[i] = -(1 << i);
    balances[SETTLE_MAX - 1] = (1 << (SETTLE_MAX - 1)) - 1;
    assert_int_equal(settle(balances, SETTLE_MAX, settlements, &payments), 0);
    assert_int_equal(payments, SETTLE_MAX - 1);
    assert_even(balances, SETTLE_MAX, settlements, payments);
    assert_int_equal(settle(balances, SETTLE_MAX + 1, settlements, &payments), -EINVAL);
}

static void test_settle_balances_that_do_not_add_up_are_refused(void **state)
{
    const decimal_units balances[] = {5, -4};
    struct settlement settlements[SETTLE_MAX];
    size_t payments = 7;
    (void)state;
    assert_int_equal(settle(balances, 2, settlements, &payments), -EINVAL);
    assert_int_equal(payments, 7);
}

static void test_divide_left_over_units_go_to_the_largest_remainders(void **state)
{
    const decimal_units thirds[] = {1, 1, 1};
    const decimal_units weights[] = {500000, 333333, 166667};
    decimal_units shares[3];
    (void)state;
    assert_int_equal(settle_divide(100, thirds, 3, shares), 0);
    assert_true(shares[0] == 34 && shares[1] == 33 && shares[2] == 33);
    assert_int_equal(settle_divide(-100, thirds, 3, shares), 0);
    assert_true(shares[0] == -34 && shares[1] == -33 && shares[2] == -33);
    /* 5.5, 3.666663, 1.833337: the last two have the larger remainders */
    assert_int_equal(settle_divide(11, weights, 3, shares), 0);
    assert_true(shares[0] == 5 && shares[1] == 4 && shares[2] == 2);
}

static void test_divide_random_totals_add_up_exactly(void **state)
{
    uint32_t random = 7;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        decimal_units weights[SETTLE_MAX];
        decimal_units shares[SETTLE_MAX];
        size_t count = 1 + (size_t)next_random(&random, SETTLE_MAX);
        decimal_units total = (decimal_units)next_random(&random, 2000000) - 1000000;
        decimal_units sum = 0;
        for (size_t i = 0; i < count; i++)
            weights[i] = next_random(&random, 1000000);
        weights[0]++;
        assert_int_equal(settle_divide(total, weights, count, shares), 0);
        for (size_t i = 0; i < count; i++)
            sum += shares[i];
        assert_true(sum == total);
    }
}

static void test_divide_by_nothing_is_refused(void **state)
{
    const decimal_units none[] = {0, 0};
    const decimal_units negative[] = {2, -1};
    decimal_units shares[2];
    (void)state;
    assert_int_equal(settle_divide(5, none, 2, shares), -EINVAL);
    assert_int_equal(settle_divide(5, negative, 2, shares), -ERANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settle_random_balances_takes_the_fewest_payments),
        cmocka_unit_test(test_settle_two_pairs_are_not_mixed),
        cmocka_unit_test(test_settle_even_people_pay_nothing),
        cmocka_unit_test(test_settle_most_people_and_one_beyond),
        cmocka_unit_test(test_settle_balances_that_do_not_add_up_are_refused),
        cmocka_unit_test(test_divide_left_over_units_go_to_the_largest_remainders),
        cmocka_unit_test(test_divide_random_totals_add_up_exactly),
        cmocka_unit_test(test_divide_by_nothing_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
