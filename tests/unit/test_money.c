/* tools/support/decimal.c, money.c, currency.c: parsing, rounding half to even, shares, averages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "import/amount.h"
#include "tools/support/currency.h"
#include "tools/support/limits.h"
#include "tools/support/money.h"

enum {
    ARENA_CAP = 65536
};

static int parse(const char *text, char *ret_text, size_t size)
{
    struct arena arena;
    struct money money = {0};
    arena_init(&arena, ARENA_CAP);
    int r = money_parse(&arena, text, &money);
    if (r == 0)
        (void)snprintf(ret_text, size, "%s", money.text);
    arena_free(&arena);
    return r;
}

static void expect_money(const char *text, const char *canonical)
{
    char got[64] = "";
    assert_int_equal(parse(text, got, sizeof(got)), 0);
    assert_string_equal(got, canonical);
}

static void expect_refused(const char *text, int why)
{
    char got[64] = "untouched";
    assert_int_equal(parse(text, got, sizeof(got)), why);
    assert_string_equal(got, "untouched");
}

static void test_money_parse_plain_amounts_become_canonical(void **state)
{
    (void)state;
    expect_money("12.50", "12.5");
    expect_money("12", "12");
    expect_money("-60", "-60");
    expect_money(" 0012.3400 ", "12.34");
    expect_money("0.5", "0.5");
    expect_money("-0.00", "0");
    expect_money("0", "0");
}

static void test_money_parse_other_spellings_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",    " ",   "-",     "12.",  ".5",    "1,234.50",
                                        "1e3", "NaN", "inf",   "$5",   "5 USD", "1 000",
                                        "--5", "+5",  "1.2.3", "0x10", "12,5",  "१२"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        expect_refused(texts[i], -EINVAL);
}

static void test_money_parse_digits_at_and_beyond_the_limit(void **state)
{
    (void)state;
    expect_money("999999999999.9999", "999999999999.9999");
    expect_refused("1000000000000", -ERANGE);
    expect_money("1.23450", "1.2345");
    expect_refused("1.23456", -ERANGE);
}

static void test_money_check_decimals_follow_the_currency(void **state)
{
    (void)state;
    const struct money whole = {.text = "5", .decimals = 0};
    const struct money one = {.text = "5.1", .decimals = 1};
    const struct money three = {.text = "5.123", .decimals = 3};
    assert_int_equal(money_check(&whole, "JPY"), 0);
    assert_int_equal(money_check(&one, "JPY"), -ERANGE);
    assert_int_equal(money_check(&three, "KWD"), 0);
    assert_int_equal(money_check(&three, "USD"), -ERANGE);
    assert_int_equal(money_check(&whole, "ABC"), -ENOENT);
}

static void expect_format(const char *numeric, int exponent, const char *text)
{
    char got[DECIMAL_TEXT_SIZE];
    assert_string_equal(money_format(numeric, exponent, got), text);
}

static void test_money_format_rounds_half_to_even(void **state)
{
    (void)state;
    expect_format("612.4000", 2, "612.40");
    expect_format("-12", 2, "-12.00");
    expect_format("5000.0000", 0, "5000");
    expect_format("12.345", 3, "12.345");
    expect_format("0.005", 2, "0.00");
    expect_format("0.015", 2, "0.02");
    expect_format("0.0150000001", 2, "0.02");
    expect_format("0.0250000001", 2, "0.03");
    expect_format("-0.005", 2, "0.00");
    expect_format("-0.015", 2, "-0.02");
    expect_format("2.5", 0, "2");
    expect_format("3.5", 0, "4");
    expect_format("0.05", 4, "0.0500");
    expect_format("12.5", 2, "12.50");
    expect_format("12.3450", 2, "12.34");
    expect_format("12.3550", 2, "12.36");
    expect_format("999.9950", 2, "1000.00");
    expect_format("999.9900", 2, "999.99");
    expect_format("120.0000", 2, "120.00");
    expect_format("999999999999.9999", 4, "999999999999.9999");
    expect_format("1000000000000.0000", 2, "1000000000000.00");
    expect_format("010.00", 2, "10.00");
    expect_format("10.5", 0, "10");
    expect_format("10.0", 0, "10");
    expect_format("7", 0, "7");
    expect_format("5.", 0, "0");
    expect_format("5.x0", 2, "0.00");
    expect_format("5.00 ", 2, "0.00");
    expect_format("5.00.0", 2, "0.00");
}

static void expect_average(const char *total, const char *count, const char *text)
{
    char got[DECIMAL_TEXT_SIZE];
    assert_string_equal(money_average(total, count, 2, got), text);
}

static void test_money_average_is_rounded_once(void **state)
{
    (void)state;
    expect_average("40.04", "4", "10.01");
    expect_average("20.01", "2", "10.00"); /* 10.005 */
    expect_average("20.03", "2", "10.02"); /* 10.015 */
    expect_average("10.00", "3", "3.33");
    expect_average("-20.01", "2", "-10.00");
    expect_average("0.00", "7", "0.00");
    expect_average("5", "0", "");
}

static void expect_percent(const char *part, const char *whole, const char *text)
{
    char got[DECIMAL_TEXT_SIZE];
    assert_string_equal(money_percent(part, whole, got), text);
}

static void test_money_percent_has_one_decimal_half_to_even(void **state)
{
    (void)state;
    expect_percent("24.50", "200.00", "12.2"); /* 12.25 */
    expect_percent("24.70", "200.00", "12.4"); /* 12.35 */
    expect_percent("1", "3", "33.3");
    expect_percent("2", "3", "66.7");
    expect_percent("-60.00", "200.00", "-30.0");
    expect_percent("50", "-100", "-50.0");
    expect_percent("5", "0.0000", "");
    expect_percent("999999999999.9999", "999999999999.9999", "100.0");
}

static void test_money_difference_is_exact(void **state)
{
    (void)state;
    char got[DECIMAL_TEXT_SIZE];
    assert_string_equal(money_difference("612.40", "561.8000", 2, got), "50.60");
    assert_string_equal(money_difference("0.1", "0.3", 2, got), "-0.20");
    assert_string_equal(money_difference("5", "5.00", 0, got), "0");
}

static void test_decimal_divide_rounds_only_true_ties_to_even(void **state)
{
    (void)state;
    struct decimal quotient = {0};
    struct decimal one = {0};
    struct decimal other = {0};
    char text[DECIMAL_TEXT_SIZE];
    assert_int_equal(decimal_parse("100000000000000000000000001", &one), 0);
    assert_int_equal(decimal_parse("200000000000000000000000000", &other), 0);
    /* A hair above one half: not a tie. */
    assert_int_equal(decimal_divide(one, other, 0, &quotient), 0);
    assert_string_equal(decimal_format(quotient, text), "1");
    assert_int_equal(decimal_divide(decimal_from_int(1), decimal_from_int(2), 0, &quotient), 0);
    assert_string_equal(decimal_format(quotient, text), "0");
    assert_int_equal(decimal_divide(decimal_from_int(-3), decimal_from_int(-2), 0, &quotient), 0);
    assert_string_equal(decimal_format(quotient, text), "2");
    assert_int_equal(decimal_divide(one, decimal_from_int(0), 0, &quotient), -EINVAL);
}

static void test_decimal_overflow_is_an_error(void **state)
{
    (void)state;
    struct decimal number = {.units = 7, .scale = 1};
    assert_int_equal(decimal_parse("170141183460469231731687303715884105727", &number), 0);
    assert_int_equal(decimal_round(number, 1, &number), -ERANGE);
    struct decimal untouched = {.units = 7, .scale = 1};
    assert_int_equal(decimal_parse("170141183460469231731687303715884105728", &untouched), -ERANGE);
    assert_true(untouched.units == 7 && untouched.scale == 1);
    struct decimal low = {.units = -number.units};
    assert_int_equal(decimal_subtract(low, number, &untouched), -ERANGE);
    assert_int_equal(decimal_add(number, decimal_from_int(1), &untouched), -ERANGE);
    struct decimal with_decimals = {.units = 1, .scale = 1};
    assert_int_equal(decimal_add(number, with_decimals, &untouched), -ERANGE);
    assert_true(untouched.units == 7 && untouched.scale == 1);
}

static void test_decimal_sum_has_the_decimals_of_both(void **state)
{
    (void)state;
    char text[DECIMAL_TEXT_SIZE];
    struct decimal one, other, sum;
    assert_int_equal(decimal_parse("-12.5", &one), 0);
    assert_int_equal(decimal_parse("0.0625", &other), 0);
    assert_int_equal(decimal_add(one, other, &sum), 0);
    assert_string_equal(decimal_format(sum, text), "-12.4375");
    assert_int_equal(decimal_add(other, one, &sum), 0);
    assert_string_equal(decimal_format(sum, text), "-12.4375");
    assert_int_equal(decimal_subtract(other, one, &sum), 0);
    assert_string_equal(decimal_format(sum, text), "12.5625");
}

/* Both sides of 64 bits, and of the digits that always fit into them. */
static void test_decimal_text_around_64_bits_comes_back_unchanged(void **state)
{
    static const char *const texts[] = {
        "0",
        "-0.5",
        "0.000000000000000001",
        "999999999999999999",
        "-999999999999999999",
        "9999999999999999999",
        "-9999999999999999999",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "92233720368547758.07",
        "-922337203685477580.8000",
        "18446744073709551616",
    };

    char text[DECIMAL_TEXT_SIZE];
    struct decimal number;
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        assert_int_equal(decimal_parse(texts[i], &number), 0);
        assert_string_equal(decimal_format(number, text), texts[i]);
    }
}

static void test_decimal_divide_around_64_bits_is_exact(void **state)
{
    static const struct {
        const char *number, *divisor;
        int scale;
        const char *quotient;
    } cases[] = {
        {"-9223372036854775808", "1", 0, "-9223372036854775808"},
        {"-9223372036854775808", "-1", 0, "9223372036854775808"},
        {"9223372036854775807", "2", 0, "4611686018427387904"},
        {"9223372036854775805", "2", 0, "4611686018427387902"},
        {"-9223372036854775807", "2", 0, "-4611686018427387904"},
        {"922337203685477580.7", "0.2", 0, "4611686018427387904"},
        {"9223372036854775807", "3", 4, "3074457345618258602.3333"},
        {"1", "9223372036854775807", 18, "0.000000000000000000"},
    };

    char text[DECIMAL_TEXT_SIZE];
    struct decimal number, divisor;
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_int_equal(decimal_parse(cases[i].number, &number), 0);
        assert_int_equal(decimal_parse(cases[i].divisor, &divisor), 0);
        assert_int_equal(decimal_divide(number, divisor, cases[i].scale, &number), 0);
        assert_string_equal(decimal_format(number, text), cases[i].quotient);
    }
}

static void test_decimal_parse_refuses_what_is_no_number(void **state)
{
    (void)state;
    struct decimal number = {0};
    static const char *const texts[] = {"", "-", ".", "1.", "1e5", "NaN", " 1", "1 ", ".5"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        assert_int_equal(decimal_parse(texts[i], &number), -EINVAL);
}

static void test_currency_knows_codes_and_decimals(void **state)
{
    (void)state;
    assert_int_equal(currency_exponent("USD"), 2);
    assert_int_equal(currency_exponent("jpy"), 0);
    assert_int_equal(currency_exponent("KWD"), 3);
    assert_int_equal(currency_exponent("CLF"), 4);
    assert_int_equal(currency_exponent("AED"), 2);
    assert_int_equal(currency_exponent("ZWL"), 2);
    assert_int_equal(currency_exponent("XXX"), -ENOENT);
    assert_int_equal(currency_exponent("US"), -ENOENT);
    assert_int_equal(currency_exponent("USDX"), -ENOENT);
    assert_string_equal(currency_find("eur", 3), "EUR");
    assert_int_equal(currency_exponent("DEM"), 2);
    assert_int_equal(currency_exponent("ITL"), 0);
}

/* What a statement says, the books can hold. */
static void test_currency_table_is_that_of_the_readers(void **state)
{
    (void)state;
    char code[4] = "";
    for (code[0] = 'A'; code[0] <= 'Z'; code[0]++) {
        for (code[1] = 'A'; code[1] <= 'Z'; code[1]++) {
            for (code[2] = 'A'; code[2] <= 'Z'; code[2]++) {
                bool is_kept = currency_exponent(code) >= 0;
                if (import_currency_is_known(code) != is_kept)
                    fail_msg("%s is %sknown to the books", code, is_kept ? "" : "not ");
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_money_parse_plain_amounts_become_canonical),
        cmocka_unit_test(test_money_parse_other_spellings_are_refused),
        cmocka_unit_test(test_money_parse_digits_at_and_beyond_the_limit),
        cmocka_unit_test(test_money_check_decimals_follow_the_currency),
        cmocka_unit_test(test_money_format_rounds_half_to_even),
        cmocka_unit_test(test_money_average_is_rounded_once),
        cmocka_unit_test(test_money_percent_has_one_decimal_half_to_even),
        cmocka_unit_test(test_money_difference_is_exact),
        cmocka_unit_test(test_decimal_divide_rounds_only_true_ties_to_even),
        cmocka_unit_test(test_decimal_overflow_is_an_error),
        cmocka_unit_test(test_decimal_sum_has_the_decimals_of_both),
        cmocka_unit_test(test_decimal_text_around_64_bits_comes_back_unchanged),
        cmocka_unit_test(test_decimal_divide_around_64_bits_is_exact),
        cmocka_unit_test(test_decimal_parse_refuses_what_is_no_number),
        cmocka_unit_test(test_currency_knows_codes_and_decimals),
        cmocka_unit_test(test_currency_table_is_that_of_the_readers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
