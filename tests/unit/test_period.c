/* tools/support/date.c, period_word.c, period.c, period_text.c. Expected days come from a calendar
 * on paper. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tools/support/limits.h"
#include "tools/support/period.h"

static struct calendar calendar_at(const char *today)
{
    struct calendar calendar = {.first_day_of_week = 1, .first_day_of_month = 1};
    assert_int_equal(date_parse(today, &calendar.today), 0);
    return calendar;
}

static struct period resolve(const char *word, const struct calendar *calendar)
{
    struct arena arena;
    struct period period = {0};
    arena_init(&arena, 4096);
    assert_int_equal(period_from_word(word, calendar, &arena, &period), 0);
    arena_free(&arena);
    return period;
}

static const char *range_text(struct period_range range)
{
    static char text[40];
    char from[DATE_TEXT_SIZE];
    char to[DATE_TEXT_SIZE];
    (void)snprintf(text, sizeof(text), "%s..%s", date_format(range.from, from),
                   date_format(range.to, to));
    return text;
}

static void expect(const char *today, const char *word, const char *range)
{
    struct calendar calendar = calendar_at(today);
    assert_string_equal(range_text(resolve(word, &calendar).range), range);
}

static void test_date_every_day_goes_there_and_back(void **state)
{
    (void)state;
    int expected_weekday = 1; /* 1900-01-01 was a Monday */
    date_day day = DATE_FIRST;
    for (int year = 1900; year <= 2999; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int i = 1; i <= date_days_in_month(year, month); i++, day++) {
                int y = 0;
                int m = 0;
                int d = 0;
                date_to_civil(day, &y, &m, &d);
                assert_true(y == year && m == month && d == i);
                assert_int_equal(date_from_civil(year, month, i), day);
                assert_int_equal(date_weekday(day), expected_weekday);
                expected_weekday = expected_weekday % 7 + 1;
            }
        }
    }
    assert_int_equal(day, DATE_LAST + 1);
}

static void test_date_parse_accepts_one_spelling_only(void **state)
{
    (void)state;
    date_day day = 7;
    assert_int_equal(date_parse("2024-02-29", &day), 0);
    static const char *const forms[] = {"",           "2024-2-29",   "29.02.2024", "2024/02/29",
                                        "20240229",   "2024-02-29 ", "2024-02-2x", "24-02-29",
                                        "-024-02-29", "tomorrow"};
    for (size_t i = 0; i < ARRAY_LENGTH(forms); i++)
        assert_int_equal(date_parse(forms[i], &day), -EINVAL);
    static const char *const days[] = {"2023-02-29", "2024-04-31", "2024-13-01", "2024-00-10",
                                       "2024-01-00", "1899-12-31", "3000-01-01", "2100-02-29"};
    for (size_t i = 0; i < ARRAY_LENGTH(days); i++)
        assert_int_equal(date_parse(days[i], &day), -ERANGE);
}

static void test_date_add_months_stays_in_the_month(void **state)
{
    (void)state;
    char text[DATE_TEXT_SIZE];
    assert_string_equal(date_format(date_add_months(date_from_civil(2024, 1, 31), 1), text),
                        "2024-02-29");
    assert_string_equal(date_format(date_add_months(date_from_civil(2024, 2, 29), -12), text),
                        "2023-02-28");
    assert_string_equal(date_format(date_add_months(date_from_civil(2026, 11, 22), -12), text),
                        "2025-11-22");
    assert_int_equal(date_add_months(DATE_FIRST, -1), DATE_FIRST);
    assert_int_equal(date_add_months(DATE_LAST, 1), DATE_LAST);
}

static void test_period_words_on_a_sunday_in_november(void **state)
{
    (void)state;
    static const char *const words[][2] = {
        {"today", "2026-11-22..2026-11-22"},
        {"yesterday", "2026-11-21..2026-11-21"},
        {"this_week", "2026-11-16..2026-11-22"},
        {"last_week", "2026-11-09..2026-11-15"},
        {"this_month", "2026-11-01..2026-11-30"},
        {"last_month", "2026-10-01..2026-10-31"},
        {"mtd", "2026-11-01..2026-11-22"},
        {"this_quarter", "2026-10-01..2026-12-31"},
        {"last_quarter", "2026-07-01..2026-09-30"},
        {"this_year", "2026-01-01..2026-12-31"},
        {"last_year", "2025-01-01..2025-12-31"},
        {"ytd", "2026-01-01..2026-11-22"},
        {"last_1_days", "2026-11-22..2026-11-22"},
        {"last_30_days", "2026-10-24..2026-11-22"},
        {"last_1_weeks", "2026-11-09..2026-11-15"},
        {"last_2_weeks", "2026-11-02..2026-11-15"},
        {"last_3_months", "2026-08-01..2026-10-31"},
        {"last_12_months", "2025-11-01..2026-10-31"},
        {"last_2_years", "2024-01-01..2025-12-31"},
        {"last_1_month", "2026-10-01..2026-10-31"},
        {"2026", "2026-01-01..2026-12-31"},
        {"2026-q4", "2026-10-01..2026-12-31"},
        {"2026-w41", "2026-10-05..2026-10-11"},
        {"2026-w40..2026-w41", "2026-09-28..2026-10-11"},
        {"2026-w53", "2026-12-28..2027-01-03"},
        {"2025-w01", "2024-12-30..2025-01-05"},
        {"2026-11-01..2026-w47", "2026-11-01..2026-11-22"},
        {"2024-02", "2024-02-01..2024-02-29"},
        {"2026-11-05", "2026-11-05..2026-11-05"},
        {"2026-07..2026-09", "2026-07-01..2026-09-30"},
        {"2026-11-01..today", "2026-11-01..2026-11-22"},
        {"2026-11-20..yesterday", "2026-11-20..2026-11-21"},
        {"2025-q4..2026", "2025-10-01..2026-12-31"},
        {"all", "1900-01-01..2999-12-31"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        expect("2026-11-22", words[i][0], words[i][1]);
}

static void test_period_words_at_the_edges_of_the_year(void **state)
{
    (void)state;
    expect("2026-01-01", "yesterday", "2025-12-31..2025-12-31");
    expect("2026-01-01", "last_month", "2025-12-01..2025-12-31");
    expect("2026-01-01", "last_quarter", "2025-10-01..2025-12-31");
    expect("2026-01-01", "this_week", "2025-12-29..2026-01-04");
    expect("2024-03-01", "last_month", "2024-02-01..2024-02-29");
    expect("2024-02-29", "last_year", "2023-01-01..2023-12-31");
    expect("2024-12-31", "this_week", "2024-12-30..2025-01-05");
}

static void test_period_week_may_begin_on_sunday(void **state)
{
    (void)state;
    struct calendar calendar = calendar_at("2026-11-22");
    calendar.first_day_of_week = 7;
    assert_string_equal(range_text(resolve("this_week", &calendar).range),
                        "2026-11-22..2026-11-28");
    assert_string_equal(range_text(resolve("last_week", &calendar).range),
                        "2026-11-15..2026-11-21");
}

/* The ISO week of a day as the C library has it: "2026-w41". */
static void iso_week(date_day date, char *ret_label, size_t size)
{
    struct tm day = {.tm_mday = 1};
    date_to_civil(date, &day.tm_year, &day.tm_mon, &day.tm_mday);
    day.tm_year -= 1900;
    day.tm_mon -= 1;
    day.tm_wday = date_weekday(date) % 7;
    day.tm_yday = date - date_from_civil(day.tm_year + 1900, 1, 1);
    assert_true(strftime(ret_label, size, "%G-w%V", &day) > 0);
}

static void test_period_week_is_named_after_its_fourth_day(void **state)
{
    (void)state;
    /* 2004, 2009, 2015, 2020, 2026 and 2032 have 53 weeks. */
    date_day end = date_from_civil(2034, 1, 1);
    for (int first = 1; first <= 7; first++) {
        struct calendar calendar = calendar_at("2026-11-22");
        calendar.first_day_of_week = first;
        date_day week = date_from_civil(2003, 12, 1);
        while (date_weekday(week) != first)
            week++;
        for (; week < end; week += 7) {
            char label[16];
            iso_week(week + 3, label, sizeof(label));
            struct period period = resolve(label, &calendar);
            if (period.range.from != week || period.range.to != week + 6)
                fail_msg("%s, first day %d: %s", label, first, range_text(period.range));
        }
    }
}

static void test_period_week_that_a_year_has_not_is_refused(void **state)
{
    (void)state;
    static const int long_years[] = {2004, 2009, 2015, 2020, 2026, 2032};
    for (int year = 2003, next = 0; year <= 2033; year++) {
        char word[16];
        bool is_long = next < (int)ARRAY_LENGTH(long_years) && long_years[next] == year;
        (void)snprintf(word, sizeof(word), "%d-w53", year);
        assert_int_equal(period_check_word(word), is_long ? 0 : -ERANGE);
        next += is_long;
    }
}

static void test_period_ends_of_unlike_units_are_compared_by_the_ledger(void **state)
{
    (void)state;
    struct calendar calendar = calendar_at("2026-11-22");
    calendar.first_day_of_week = 7;
    calendar.first_day_of_month = 25;
    /* The week begins on Sunday, 4 October; the month of October ends on 24 November. */
    assert_int_equal(period_check_word("2026-w41..2026-10-04"), 0);
    assert_string_equal(range_text(resolve("2026-w41..2026-10-04", &calendar).range),
                        "2026-10-04..2026-10-04");
    assert_int_equal(period_check_word("2026-11-05..2026-10"), 0);
    assert_string_equal(range_text(resolve("2026-11-05..2026-10", &calendar).range),
                        "2026-11-05..2026-11-24");
}

static void test_period_month_may_begin_on_payday(void **state)
{
    (void)state;
    struct calendar calendar = calendar_at("2026-11-22");
    calendar.first_day_of_month = 25;
    static const char *const words[][2] = {
        {"this_month", "2026-10-25..2026-11-24"},    {"last_month", "2026-09-25..2026-10-24"},
        {"2026-02", "2026-02-25..2026-03-24"},       {"this_year", "2026-01-25..2027-01-24"},
        {"this_quarter", "2026-10-25..2027-01-24"},  {"mtd", "2026-10-25..2026-11-22"},
        {"last_2_months", "2026-08-25..2026-10-24"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        assert_string_equal(range_text(resolve(words[i][0], &calendar).range), words[i][1]);
}

static void test_period_other_words_are_refused(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "",        "tomorrow",      "last_days", "last_x_days", "next_month",      "2026-q",
        "2026-w7", "2026-w",        "2026-w411", "w41",         "2026w41",         "26",
        "2026-1",  "2026-11-5",     "2026-11..", "..2026-11",   "last_3_quarters", "2026 11",
        "alles",   "2026-11...2026"};
    static const char *const ranges[] = {"last_0_days", "last_1201_months", "2026-13",
                                         "2026-q5",     "2026-02-30",       "1899",
                                         "2026-w00",    "2026-w54",         "2026-w42..2026-w41",
                                         "3000-01",     "2026-10..2026-09"};
    for (size_t i = 0; i < ARRAY_LENGTH(forms); i++)
        assert_int_not_equal(period_check_word(forms[i]), 0);
    for (size_t i = 0; i < ARRAY_LENGTH(ranges); i++)
        assert_int_equal(period_check_word(ranges[i]), -ERANGE);
    assert_int_equal(period_check_word("last_1200_months"), 0);
}

static void test_period_end_before_start_is_refused_once_today_is_known(void **state)
{
    (void)state;
    struct calendar calendar = calendar_at("2026-11-22");
    struct period period = {.period.text = "2026-11-23..today"};
    struct arena arena;
    arena_init(&arena, 4096);
    assert_int_equal(period_check_word("2026-11-23..today"), 0);
    assert_int_equal(period_resolve(&period, &calendar, &arena), -ERANGE);
    arena_free(&arena);
}

static void expect_before(const char *today, const char *word, int steps, const char *range)
{
    struct calendar calendar = calendar_at(today);
    struct period period = resolve(word, &calendar);
    assert_string_equal(range_text(period_before(&period, &calendar, steps)), range);
}

static void test_period_before_full_periods_are_compared_with_full_ones(void **state)
{
    (void)state;
    expect_before("2026-11-22", "last_month", 1, "2026-09-01..2026-09-30");
    expect_before("2026-11-22", "2026-03", 1, "2026-02-01..2026-02-28");
    expect_before("2026-11-22", "last_month", 3, "2026-07-01..2026-07-31");
    expect_before("2026-11-22", "last_quarter", 1, "2026-04-01..2026-06-30");
    expect_before("2026-11-22", "last_year", 1, "2024-01-01..2024-12-31");
    expect_before("2026-11-22", "last_week", 1, "2026-11-02..2026-11-08");
    expect_before("2026-11-22", "last_30_days", 1, "2026-09-24..2026-10-23");
    expect_before("2026-11-22", "2026-07..2026-09", 1, "2026-04-01..2026-06-30");
    expect_before("2026-11-22", "2026-10-05..2026-10-09", 2, "2026-09-25..2026-09-29");
}

static void test_period_before_running_periods_are_cut_to_as_many_days(void **state)
{
    (void)state;
    expect_before("2026-11-22", "this_month", 1, "2026-10-01..2026-10-22");
    expect_before("2026-11-22", "mtd", 1, "2026-10-01..2026-10-22");
    expect_before("2026-11-22", "mtd", 2, "2026-09-01..2026-09-22");
    expect_before("2026-11-18", "this_week", 1, "2026-11-09..2026-11-11");
    expect_before("2026-11-22", "ytd", 1, "2025-01-01..2025-11-22");
    expect_before("2026-03-31", "mtd", 1, "2026-02-01..2026-02-28");
    /* The last day of the month: the month is complete. */
    expect_before("2026-11-30", "this_month", 1, "2026-10-01..2026-10-31");
    /* A leap year has one day more before today. */
    expect_before("2024-03-01", "ytd", 1, "2023-01-01..2023-03-02");
}

static void expect_last_year(const char *today, const char *word, const char *range)
{
    struct calendar calendar = calendar_at(today);
    struct period period = resolve(word, &calendar);
    assert_string_equal(range_text(period_last_year(&period, &calendar)), range);
}

static void test_period_last_year_keeps_months_weeks_and_days(void **state)
{
    (void)state;
    expect_last_year("2026-11-22", "last_month", "2025-10-01..2025-10-31");
    expect_last_year("2026-11-22", "this_month", "2025-11-01..2025-11-22");
    expect_last_year("2024-03-10", "last_month", "2023-02-01..2023-02-28");
    expect_last_year("2025-03-10", "last_month", "2024-02-01..2024-02-29");
    expect_last_year("2026-11-22", "last_week", "2025-11-10..2025-11-16");
    expect_last_year("2026-11-18", "this_week", "2025-11-17..2025-11-19");
    expect_last_year("2026-11-22", "2026-w46", "2025-11-10..2025-11-16");
    /* Four whole weeks stay weeks, though they are a month as well. */
    expect_last_year("2026-11-22", "2021-w05..2021-w08", "2020-02-03..2020-03-01");
    expect_last_year("2026-11-22", "2026-11-05", "2025-11-05..2025-11-05");
    expect_last_year("2026-11-22", "2024-02-29", "2023-02-28..2023-02-28");
}

static void expect_phrase(const char *word, const char *phrase)
{
    struct calendar calendar = calendar_at("2026-11-22");
    struct period period = resolve(word, &calendar);
    OWNED_BUF text = BUF_INIT(200);
    period_phrase(&period, &calendar, &text);
    assert_string_equal(buf_text(&text), phrase);
}

static void test_period_phrase_is_what_a_person_says(void **state)
{
    (void)state;
    expect_phrase("last_month", "in October 2026");
    expect_phrase("2026", "in 2026");
    expect_phrase("last_2_years", "from 2024 to 2025");
    expect_phrase("2026-q3", "in the third quarter of 2026");
    expect_phrase("2026-w41", "from 5 to 11 October 2026");
    expect_phrase("2026-05..2026-09", "from May to September 2026");
    expect_phrase("last_12_months", "from November 2025 to October 2026");
    expect_phrase("2026-11-05", "on 5 November 2026");
    expect_phrase("mtd", "from 1 to 22 November 2026");
    expect_phrase("last_30_days", "from 24 October to 22 November 2026");
    expect_phrase("2025-12-29..2026-01-04", "from 29 December 2025 to 4 January 2026");
    expect_phrase("all", "in all");
}

/* --- binding --------------------------------------------------------------------------------- */

struct question {
    struct period period;
};

static const struct field question_fields[] = {
    ARG_PERIOD(struct question, period, "this_month"),
    ARG_END,
};

/* Returns the message of a refusal, "" when bound. */
static const char *bind_json(const char *json, struct question *ret_question)
{
    static char message[400];
    const char *why = NULL;
    OWNED_JSON object = json_parse(json, strlen(json), &why);
    struct arena arena;
    assert_non_null(object);
    arena_init(&arena, 65536);
    struct bind bind = {.arena = &arena};
    *ret_question = (struct question){0};
    int r = bind_object(&bind, question_fields, object, ret_question);
    (void)snprintf(message, sizeof(message), "%s", bind.error ? bind.error : "");
    assert_int_equal(r, bind.error ? -EINVAL : 0);
    bind_clear(&bind);
    ret_question->period.period.text = ret_question->period.period.text ? "given" : NULL;
    arena_free(&arena);
    return message;
}

static void test_period_bind_forms_and_default(void **state)
{
    (void)state;
    struct question question;
    assert_string_equal(bind_json("{}", &question), "");
    assert_non_null(question.period.period.text);
    assert_string_equal(bind_json("{\"period\":\"Last Month\"}", &question), "");
    assert_string_equal(
        bind_json("{\"start_date\":\"2026-10-01\",\"end_date\":\"today\"}", &question), "");
    assert_null(question.period.period.text);
    assert_true(question.period.end_date.is_relative);
}

static void test_period_bind_contradictions_are_refused(void **state)
{
    (void)state;
    struct question question;
    static const char *const refused[][2] = {
        {"{\"period\":\"all\",\"start_date\":\"2026-10-01\",\"end_date\":\"2026-10-02\"}",
         "period: give either"},
        {"{\"start_date\":\"2026-10-01\"}", "end_date: is missing"},
        {"{\"end_date\":\"2026-10-01\"}", "start_date: is missing"},
        {"{\"start_date\":\"2026-10-02\",\"end_date\":\"2026-10-01\"}",
         "end_date: must not be before"},
        {"{\"start_date\":\"2026-02-30\",\"end_date\":\"2026-10-01\"}", "start_date: is no day"},
        {"{\"start_date\":\"1/2/2026\",\"end_date\":\"2026-10-01\"}", "start_date: must be YYYY"},
        {"{\"period\":\"recently\"}", "period: must be today"},
        {"{\"period\":\"2026-10..2026-09\"}", "period: names days"},
        {"{\"period\":7}", "period: must be"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
        const char *message = bind_json(refused[i][0], &question);
        assert_int_equal(strncmp(message, refused[i][1], strlen(refused[i][1])), 0);
    }
}

struct monthly {
    struct period_word month;
};

static const struct field monthly_fields[] = {
    ARG_MONTH(struct monthly, month, "this_month", .doc = "Which."),
    ARG_END,
};

static void test_month_bind_takes_months_only(void **state)
{
    (void)state;
    static const char *const words[] = {
        "2026-10", "this_month", "Last Month",    "October",          "2026-13",   "2026",
        "2026-Q1", "mtd",        "last_2_months", "2026-10..2026-11", "2026-10-01"};

    enum {
        MONTHS = 3
    };

    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        char json[80];
        const char *why = NULL;
        struct arena arena;
        struct monthly monthly = {0};
        (void)snprintf(json, sizeof(json), "{\"month\":\"%s\"}", words[i]);
        OWNED_JSON object = json_parse(json, strlen(json), &why);
        arena_init(&arena, 65536);
        struct bind bind = {.arena = &arena};
        assert_int_equal(bind_object(&bind, monthly_fields, object, &monthly),
                         i < MONTHS ? 0 : -EINVAL);
        bind_clear(&bind);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_date_every_day_goes_there_and_back),
        cmocka_unit_test(test_date_parse_accepts_one_spelling_only),
        cmocka_unit_test(test_date_add_months_stays_in_the_month),
        cmocka_unit_test(test_period_words_on_a_sunday_in_november),
        cmocka_unit_test(test_period_words_at_the_edges_of_the_year),
        cmocka_unit_test(test_period_week_may_begin_on_sunday),
        cmocka_unit_test(test_period_week_is_named_after_its_fourth_day),
        cmocka_unit_test(test_period_week_that_a_year_has_not_is_refused),
        cmocka_unit_test(test_period_ends_of_unlike_units_are_compared_by_the_ledger),
        cmocka_unit_test(test_period_month_may_begin_on_payday),
        cmocka_unit_test(test_period_other_words_are_refused),
        cmocka_unit_test(test_period_end_before_start_is_refused_once_today_is_known),
        cmocka_unit_test(test_period_before_full_periods_are_compared_with_full_ones),
        cmocka_unit_test(test_period_before_running_periods_are_cut_to_as_many_days),
        cmocka_unit_test(test_period_last_year_keeps_months_weeks_and_days),
        cmocka_unit_test(test_period_phrase_is_what_a_person_says),
        cmocka_unit_test(test_period_bind_forms_and_default),
        cmocka_unit_test(test_period_bind_contradictions_are_refused),
        cmocka_unit_test(test_month_bind_takes_months_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
