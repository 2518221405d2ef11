/* Exact decimals, amounts as banks write them, currencies. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"
#include "import/amount.h"

static void assert_amount(const char *text, enum import_decimal_mark mark, const char *expected)
{
    struct import_decimal amount;
    char found[IMPORT_AMOUNT_TEXT_MAX] = "none";
    if (import_amount_parse(text, strlen(text), mark, IMPORT_AMOUNT_FREE, &amount) == 0)
        import_decimal_text(amount, found);
    if (strcmp(found, expected) != 0)
        fail_msg("\"%s\" should be %s, is %s", text, expected, found);
}

static void test_decimal_canonical_text_comes_back(void **state)
{
    (void)state;
    static const char *const texts[] = {"0",          "-1",     "8.850",
                                        "0.00000001", "-0.50",  "999999999999999999.99999999",
                                        "10.00",      "1000000"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        struct import_decimal decimal;
        char text[IMPORT_AMOUNT_TEXT_MAX];
        assert_int_equal(import_decimal_parse(texts[i], strlen(texts[i]), &decimal), 0);
        import_decimal_text(decimal, text);
        assert_string_equal(text, texts[i]);
    }
}

static void test_decimal_at_its_bounds_is_read_and_beyond_refused(void **state)
{
    (void)state;
    struct import_decimal decimal;
    assert_int_equal(import_decimal_parse("999999999999999999", 18, &decimal), 0);
    assert_int_equal(import_decimal_parse("1000000000000000000", 19, &decimal), -ERANGE);
    assert_int_equal(import_decimal_parse("0.12345678", 10, &decimal), 0);
    assert_int_equal(import_decimal_parse("0.123456789", 11, &decimal), -ERANGE);
    assert_int_equal(import_decimal_parse("0.1234567800", 12, &decimal), 0);
}

static void test_decimal_other_text_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",   "-",  ".",   "1,5", "1.2.3",
                                        " 1", "1 ", "1e5", "--1", "0x1"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        struct import_decimal decimal;
        assert_int_equal(import_decimal_parse(texts[i], strlen(texts[i]), &decimal), -EINVAL);
    }
}

static void test_decimal_sum_of_a_million_cents_is_exact(void **state)
{
    (void)state;
    struct import_decimal cent;
    assert_int_equal(import_decimal_parse("0.01", 4, &cent), 0);
    struct import_decimal sum = {0};
    for (int i = 0; i < 1000000; i++)
        sum = import_decimal_add(sum, cent);
    char text[IMPORT_AMOUNT_TEXT_MAX];
    import_decimal_text(sum, text);
    assert_string_equal(text, "10000.00");
    import_decimal_text(import_decimal_subtract(cent, sum), text);
    assert_string_equal(text, "-9999.99");
}

static void test_amount_with_point_is_read(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"428.03", "428.03"},
        {"-10", "-10"},
        {"+5.00", "5.00"},
        {"1,010.00", "1010.00"},
        {"12,34,567.89", "1234567.89"},
        {"1,20,000.00", "120000.00"},
        {"11'373.94", "11373.94"},
        {"1 000.00", "1000.00"},
        {"1\xc2\xa0"
         "000.00",
         "1000.00"},
        {"(12.50)", "-12.50"},
        {"12.50-", "-12.50"},
        {"$1,036.47", "1036.47"},
        {"-$12.00", "-12.00"},
        {"$-12.00", "-12.00"},
        {"($12.00)", "-12.00"},
        {"PKR      236,429.54", "236429.54"},
        {"236,429.54 PKR", "236429.54"},
        {"Rs. 500.25", "500.25"},
        {"2,48,750.00 Cr", "248750.00"},
        {"9,00,817.89 Dr", "-900817.89"},
        {"\xe2\x88\x92"
         "3.10",
         "-3.10"},
        {"1000", "1000"},
        {".5", "0.5"},
        {"5.", "5"},
        {"000000000025.00", "25.00"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        assert_amount(rows[i][0], IMPORT_MARK_POINT, rows[i][1]);
}

static void test_amount_with_comma_is_read(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"1.234,56", "1234.56"},
        {"-1.234,56", "-1234.56"},
        {"1 050,00", "1050.00"},
        {"1\xe2\x80\xaf"
         "050,00",
         "1050.00"},
        {"2\xc2\xa0"
         "345,67\xc2\xa0\xe2\x82\xac",
         "2345.67"},
        {"3.600,00\xc2\xa0\xe2\x82\xac", "3600.00"},
        {"970499,9", "970499.9"},
        {"107,", "107"},
        {"1.000", "1000"},
        {"12,50 EUR", "12.50"},
        {"EUR 12,50", "12.50"},
        {"12,50 K\xc4\x8d", "12.50"},
        {"1.234,56 S", "-1234.56"},
        {"1.234,56 H", "1234.56"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        assert_amount(rows[i][0], IMPORT_MARK_COMMA, rows[i][1]);
}

static void test_amount_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "-",
        "-a40.01",
        "40.01a",
        "1,23",
        "1,2345.00",
        "0,500.00",
        "1.2.3",
        "--5.00",
        "-5.00-",
        "(-5.00)",
        "12:30",
        "5 %",
        "EUR",
        "1,234,56.00",
        "1e5",
        "NaN",
        "Infinity",
        "0x10",
        "1 00.00",
        "12345,678.00",
        "1234 EURO ZONE",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        assert_amount(texts[i], IMPORT_MARK_POINT, "none");
}

static void test_amount_plain_refuses_what_stands_around(void **state)
{
    (void)state;
    struct import_decimal amount;
    assert_int_equal(
        import_amount_parse("$120", 4, IMPORT_MARK_POINT, IMPORT_AMOUNT_PLAIN, &amount), -EINVAL);
    assert_int_equal(
        import_amount_parse("(5.00)", 6, IMPORT_MARK_POINT, IMPORT_AMOUNT_PLAIN, &amount), -EINVAL);
    assert_int_equal(
        import_amount_parse("  .  ", 5, IMPORT_MARK_POINT, IMPORT_AMOUNT_PLAIN, &amount), -EINVAL);
    assert_int_equal(
        import_amount_parse("  -5.00 ", 8, IMPORT_MARK_POINT, IMPORT_AMOUNT_PLAIN, &amount), 0);
}

static enum import_decimal_mark decide(const char *const *texts)
{
    struct import_mark_evidence evidence = {0};
    for (; *texts; texts++)
        (void)import_mark_see(&evidence, *texts, strlen(*texts), IMPORT_AMOUNT_FREE, 1);
    return import_mark_decide(&evidence);
}

static void test_mark_is_decided_by_one_value_of_the_file(void **state)
{
    (void)state;
    static const char *const german[] = {"1.000", "-2.000", "0", "3.600,00", NULL};
    static const char *const english[] = {"1,000", "2,000.5", NULL};
    static const char *const indian[] = {"12,34,567", NULL};
    assert_int_equal(decide(german), IMPORT_MARK_COMMA);
    assert_int_equal(decide(english), IMPORT_MARK_POINT);
    assert_int_equal(decide(indian), IMPORT_MARK_POINT);
}

static void test_mark_without_evidence_is_left_open(void **state)
{
    (void)state;
    static const char *const open[] = {"1.000", "2.500", "7", NULL};
    static const char *const both[] = {"1.5", "1,5", NULL};
    static const char *const whole[] = {"10", "1 000", NULL};
    assert_int_equal(decide(open), IMPORT_MARK_AUTO);
    assert_int_equal(decide(both), IMPORT_MARK_AUTO);
    assert_int_equal(decide(whole), IMPORT_MARK_POINT);
}

static void assert_currency(const char *text, const char *expected)
{
    char code[4] = "";
    bool found = import_currency_find(text, strlen(text), code);
    assert_string_equal(found ? code : "", expected);
}

static void test_currency_is_found_by_code_and_sign(void **state)
{
    (void)state;
    assert_currency("Amount (EUR)", "EUR");
    assert_currency("Umsatz in EUR", "EUR");
    assert_currency("Betrag (\xe2\x82\xac)", "EUR");
    assert_currency("D\xc3\xa9"
                    "bit euros",
                    "EUR");
    assert_currency("CAD$", "CAD");
    assert_currency("R$ 5,00", "BRL");
    assert_currency("\xe2\x82\xb9 5", "INR");
    assert_currency("12,50 K\xc4\x8d", "CZK");
}

static void test_currency_of_several_countries_is_none(void **state)
{
    (void)state;
    assert_currency("$5.00", "");
    assert_currency("5 kr", "");
    assert_currency("Rs. 500", "");
    assert_currency("Amount", "");
    assert_currency("EUROPE", "");
    assert_currency("Europa", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimal_canonical_text_comes_back),
        cmocka_unit_test(test_decimal_at_its_bounds_is_read_and_beyond_refused),
        cmocka_unit_test(test_decimal_other_text_is_refused),
        cmocka_unit_test(test_decimal_sum_of_a_million_cents_is_exact),
        cmocka_unit_test(test_amount_with_point_is_read),
        cmocka_unit_test(test_amount_with_comma_is_read),
        cmocka_unit_test(test_amount_that_is_none_is_refused),
        cmocka_unit_test(test_amount_plain_refuses_what_stands_around),
        cmocka_unit_test(test_mark_is_decided_by_one_value_of_the_file),
        cmocka_unit_test(test_mark_without_evidence_is_left_open),
        cmocka_unit_test(test_currency_is_found_by_code_and_sign),
        cmocka_unit_test(test_currency_of_several_countries_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
