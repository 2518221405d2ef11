/* Dates as banks write them, and what a file tells about their order. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"
#include "import/date.h"
#include "import/months.h"

static void assert_date(const char *text, enum import_date_order order, const char *expected)
{
    struct import_day day = {0};
    char found[11] = "none";
    if (import_date_parse(text, strlen(text), order, &day) == 0)
        import_day_text(day, found);
    if (strcmp(found, expected) != 0)
        fail_msg("\"%s\" should be %s, is %s", text, expected, found);
}

static void test_date_in_known_order_is_read(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        enum import_date_order order;
        const char *expected;
    } rows[] = {
        {"2026-04-30", IMPORT_DATE_YMD, "2026-04-30"},
        {"2018-02-25 12:34:56 +0000", IMPORT_DATE_YMD, "2018-02-25"},
        {"2023-06-21T12:35:33.115965+00:00", IMPORT_DATE_YMD, "2023-06-21"},
        {"2017-02-14-11.57.44.235044", IMPORT_DATE_YMD, "2017-02-14"},
        {"2019.04.19.", IMPORT_DATE_YMD, "2019-04-19"},
        {"2019. 04. 19.", IMPORT_DATE_YMD, "2019-04-19"},
        {"20260430", IMPORT_DATE_DMY, "2026-04-30"},
        {"20260430120000", IMPORT_DATE_YMD, "2026-04-30"},
        {"30042026", IMPORT_DATE_DMY, "2026-04-30"},
        {"28/02/2018", IMPORT_DATE_DMY, "2018-02-28"},
        {"01/05/2024", IMPORT_DATE_MDY, "2024-01-05"},
        {"6/12/15", IMPORT_DATE_MDY, "2015-06-12"},
        {"10.12.24", IMPORT_DATE_DMY, "2024-12-10"},
        {"6/1/94", IMPORT_DATE_MDY, "1994-06-01"},
        {"1/ 1/10", IMPORT_DATE_MDY, "2010-01-01"},
        {"1/ 2'05", IMPORT_DATE_MDY, "2005-01-02"},
        {"12/31'94", IMPORT_DATE_MDY, "2094-12-31"},
        {"10 Feb 18", IMPORT_DATE_DMY, "2018-02-10"},
        {"10 Feb 18", IMPORT_DATE_MDY, "2018-02-10"},
        {"Feb 10, 2018", IMPORT_DATE_DMY, "2018-02-10"},
        {"01-Jul-2026", IMPORT_DATE_DMY, "2026-07-01"},
        {"01-Apr-26", IMPORT_DATE_DMY, "2026-04-01"},
        {"3. M\xc3\xa4rz 2026", IMPORT_DATE_DMY, "2026-03-03"},
        {"15 f\xc3\xa9vrier 2026", IMPORT_DATE_DMY, "2026-02-15"},
        {"2 ao\xc3\xbbt 2026", IMPORT_DATE_DMY, "2026-08-02"},
        {"29.02.2024", IMPORT_DATE_DMY, "2024-02-29"},
        {" 30.04.2026 ", IMPORT_DATE_DMY, "2026-04-30"},
        {"02.01.2026, 12:30", IMPORT_DATE_DMY, "2026-01-02"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        assert_date(rows[i].text, rows[i].order, rows[i].expected);
}

static void test_date_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",           "--",           "31.04.2026",
        "29.02.2023", "2026-13-01",   "00/01/2026",
        "Total",      "12.50",        "1,234.56",
        "123456789",  "2026-04-30x",  "10 Xyz 2026",
        "32/01/2026", "2026-04",      "04/2026",
        "1899-12-31", "2200-01-01",   "10.000.000",
        "1234567",    "2026 Apr Apr", "10 Feb 18 was a Saturday of that year, they say"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        assert_date(texts[i], IMPORT_DATE_DMY, "none");
}

static enum import_date_order decide(const char *const *texts)
{
    struct import_order_evidence evidence = {0};
    for (; *texts; texts++)
        (void)import_order_see(&evidence, *texts, strlen(*texts), 7);
    return import_order_decide(&evidence);
}

static void test_order_is_decided_by_the_whole_file(void **state)
{
    (void)state;
    static const char *const dmy[] = {"01/01/10", "01/06/10", "29/12/10", NULL};
    static const char *const mdy[] = {"01/01/10", "06/01/10", "12/29/10", NULL};
    static const char *const ymd[] = {"2019-03-31", "2019-02-28", NULL};
    static const char *const points[] = {"01.02.2026", "03.04.2026", NULL};
    static const char *const noise[] = {"--", "01/02/2026", "Total", "13/02/2026", "", NULL};
    assert_int_equal(decide(dmy), IMPORT_DATE_DMY);
    assert_int_equal(decide(mdy), IMPORT_DATE_MDY);
    assert_int_equal(decide(ymd), IMPORT_DATE_YMD);
    assert_int_equal(decide(points), IMPORT_DATE_DMY);
    assert_int_equal(decide(noise), IMPORT_DATE_DMY);
}

static void test_order_that_no_value_tells_is_left_open(void **state)
{
    (void)state;
    static const char *const open[] = {"01/02/2026", "03/04/2026", "12/11/2026", NULL};
    static const char *const equal[] = {"01/01/2026", "04/04/2026", NULL};
    assert_int_equal(decide(open), IMPORT_DATE_AUTO);
    assert_int_equal(decide(equal), IMPORT_DATE_DMY);
}

static void test_order_keeps_an_example_to_ask_with(void **state)
{
    (void)state;
    struct import_order_evidence evidence = {0};
    assert_true(import_order_see(&evidence, "04/04/2026", 10, 2));
    assert_true(import_order_see(&evidence, " 03/04/2026 ", 12, 3));
    assert_true(import_order_see(&evidence, "05/06/2026", 10, 4));
    assert_false(import_order_see(&evidence, "n/a", 3, 5));
    assert_string_equal(evidence.example, "03/04/2026");
    assert_int_equal(evidence.line, 3);
    assert_int_equal(evidence.seen, 3);
}

static void test_digits_of_swift_and_ofx_are_read(void **state)
{
    (void)state;
    struct import_day day;
    char text[11];
    assert_int_equal(import_date_digits("20260615233000[-3:BRT]", 22, 8, &day), 0);
    import_day_text(day, text);
    assert_string_equal(text, "2026-06-15");
    assert_int_equal(import_date_digits("110524", 6, 6, &day), 0);
    import_day_text(day, text);
    assert_string_equal(text, "2011-05-24");
    assert_int_equal(import_date_digits("021131", 6, 6, &day), -ERANGE);
    assert_int_equal(import_date_digits("201120000000", 12, 8, &day), -ERANGE);
    assert_int_equal(import_date_digits("2026061", 7, 8, &day), -EINVAL);
}

static void test_month_of_two_readings_is_none(void **state)
{
    (void)state;
    assert_int_equal(import_month_by_name("ju", 2), 0);
    assert_int_equal(import_month_by_name("jui", 3), 0);
    assert_int_equal(import_month_by_name("juin", 4), 6);
    assert_int_equal(import_month_by_name("JUIL", 4), 7);
    assert_int_equal(import_month_by_name("mar", 3), 3);
    assert_int_equal(import_month_by_name("Mai", 3), 5);
    assert_int_equal(import_month_by_name("dezember", 8), 12);
    assert_int_equal(import_month_by_name("decembers", 9), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_date_in_known_order_is_read),
        cmocka_unit_test(test_date_that_is_none_is_refused),
        cmocka_unit_test(test_order_is_decided_by_the_whole_file),
        cmocka_unit_test(test_order_that_no_value_tells_is_left_open),
        cmocka_unit_test(test_order_keeps_an_example_to_ask_with),
        cmocka_unit_test(test_digits_of_swift_and_ofx_are_read),
        cmocka_unit_test(test_month_of_two_readings_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
