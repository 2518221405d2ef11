/* Tests of tools/support/category_groups.c and basis.c: what sums by category and kind come to. The
 * expected figures are worked out by hand. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/support/answer.h"
#include "tools/support/category_groups.h"
#include "tools/support/group.h"

enum {
    ARENA_MAX = 1 << 22,
    COLUMNS = 8
};

/* Two deleted rows, and the categories 7, 8 and 9. */
#define NAMES "2", NULL, "7 Food: Groceries\0378 Home\0379 Salary", NULL, NULL, NULL, NULL, NULL

static const char *const spending[2] = {"expense", "refund"};
static const char *const income[2] = {"income", "income"};

static int setup(void **state)
{
    struct arena *arena = calloc(1, sizeof(*arena));
    assert_non_null(arena);
    arena_init(arena, ARENA_MAX);
    *state = arena;
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    free(*state);
    return 0;
}

static int group_by_category(struct arena *arena, const char *const *cells, size_t count,
                             const char *const kinds[2], const struct db_rows **ret_rows)
{
    const struct db_rows *sums = db_rows_of_cells(arena, cells, count, COLUMNS);
    assert_non_null(sums);
    return category_groups(arena, sums, kinds, ret_rows);
}

static void expect_cell(const struct db_rows *rows, size_t row, size_t column, const char *text)
{
    assert_string_equal(db_rows_text(rows, row, column), text);
}

static void expect_group(const struct db_rows *rows, size_t row, const char *label,
                         const char *total, const char *counted)
{
    expect_cell(rows, row, GROUP_LABEL, label);
    expect_cell(rows, row, GROUP_TOTAL, total);
    expect_cell(rows, row, GROUP_COUNTED, counted);
    assert_true(db_rows_is_null(rows, row, GROUP_THEN));
    assert_true(db_rows_is_null(rows, row, GROUP_BEFORE));
}

// clang-format off
static const char *const books[] = {
    /* category, kind, currency without rate, total, count, pending, first day, last day */
    "8",  "expense",  NULL,  "900.0000",  "1", "0", "20454", "20454", /* 2026-01-01 */
    "7",  "refund",   NULL,  "-60.5000",  "2", "0", "20484", "20544",
    NAMES, /* anywhere among the sums */
    "7",  "expense",  NULL,  "472.8000",  "5", "1", "20458", "20543",
    "7",  "expense",  "GBP", "30.0000",   "1", "1", "20500", "20500",
    NULL, "expense",  NULL,  "12.3400",   "1", "1", "20500", "20500",
    "9",  "income",   NULL,  "3000.0000", "3", "0", "20453", "20545",
    NULL, "transfer", NULL,  "500.0000",  "2", "0", "20440", "20600",
};

// clang-format on

enum {
    BOOKS = sizeof(books) / sizeof(*books) / COLUMNS
};

static void test_groups_hold_all_kinds_that_count_largest_first(void **state)
{
    const struct db_rows *rows;
    assert_int_equal(group_by_category(*state, books, BOOKS, spending, &rows), 0);
    assert_int_equal(db_rows_count(rows), 4);
    expect_group(rows, 1, "Home", "900.0000", "1");
    expect_group(rows, 2, "Food: Groceries", "412.3000", "7");
    expect_group(rows, 3, "Uncategorized", "12.3400", "1");
}

static void test_basis_is_the_sum_of_the_groups_and_tells_the_rest(void **state)
{
    const struct db_rows *rows;
    assert_int_equal(group_by_category(*state, books, BOOKS, spending, &rows), 0);
    expect_cell(rows, 0, BASIS_TOTAL, "1324.6400");
    expect_cell(rows, 0, BASIS_COUNTED, "9");
    expect_cell(rows, 0, BASIS_LISTED, "10");
    expect_cell(rows, 0, BASIS_REFUNDS, "-60.5000");
    expect_cell(rows, 0, BASIS_INCOME, "0");
    expect_cell(rows, 0, BASIS_TRANSFERS, "0");
    expect_cell(rows, 0, BASIS_TRANSFERS_EXCLUDED, "2");
    expect_cell(rows, 0, BASIS_INCOME_EXCLUDED, "3");
    expect_cell(rows, 0, BASIS_PENDING, "2");
    expect_cell(rows, 0, BASIS_DELETED_EXCLUDED, "2");
    expect_cell(rows, 0, BASIS_FIRST_DAY, "2026-01-01");
    expect_cell(rows, 0, BASIS_LAST_DAY, "2026-04-01");
    expect_cell(rows, 0, BASIS_RATES_MISSING, "GBP 30.0000 1");
    assert_true(db_rows_is_null(rows, 0, BASIS_UNKNOWN));
    assert_true(db_rows_is_null(rows, 0, BASIS_LABELS));
}

static void test_one_kind_by_itself_counts_and_spending_does_not(void **state)
{
    const struct db_rows *rows;
    assert_int_equal(group_by_category(*state, books, BOOKS, income, &rows), 0);
    assert_int_equal(db_rows_count(rows), 2);
    expect_group(rows, 1, "Salary", "3000.0000", "3");
    expect_cell(rows, 0, BASIS_TOTAL, "3000.0000");
    expect_cell(rows, 0, BASIS_INCOME, "3000.0000");
    expect_cell(rows, 0, BASIS_REFUNDS, "0");
    expect_cell(rows, 0, BASIS_INCOME_EXCLUDED, "0");
    expect_cell(rows, 0, BASIS_TRANSFERS_EXCLUDED, "2");
    assert_true(db_rows_is_null(rows, 0, BASIS_RATES_MISSING));
    expect_cell(rows, 0, BASIS_FIRST_DAY, "2025-12-31");
    expect_cell(rows, 0, BASIS_LAST_DAY, "2026-04-02");
}

static void test_equal_totals_stand_in_the_order_of_names(void **state)
{
    static const char *const cells[] = {"9", "expense", NULL, "5.0000", "1", "0", "1", "1", /* */
                                        "7", "expense", NULL, "5.0000", "1", "0", "1", "1", /* */
                                        "8", "expense", NULL, "5.0000", "1", "0", "1", "1", NAMES};
    const struct db_rows *rows;
    assert_int_equal(group_by_category(*state, cells, 4, spending, &rows), 0);
    expect_group(rows, 1, "Food: Groceries", "5.0000", "1");
    expect_group(rows, 2, "Home", "5.0000", "1");
    expect_group(rows, 3, "Salary", "5.0000", "1");
}

static void test_rows_without_a_rate_are_listed_by_currency_and_make_no_group(void **state)
{
    static const char *const cells[] = {
        "7", "expense", "JPY", "900.0000", "2", "1", "10", "11", /* */
        "8", "refund",  "EUR", "-7.0000",  "1", "0", "12", "12", /* */
        "8", "expense", "GBP", "1.0000",   "1", "0", "11", "11", /* */
        "8", "expense", "JPY", "150.0000", "3", "0", "9",  "9",  NAMES};
    const struct db_rows *rows;
    assert_int_equal(group_by_category(*state, cells, 5, spending, &rows), 0);
    assert_int_equal(db_rows_count(rows), 1);
    expect_cell(rows, 0, BASIS_TOTAL, "0");
    expect_cell(rows, 0, BASIS_COUNTED, "0");
    expect_cell(rows, 0, BASIS_LISTED, "7");
    expect_cell(rows, 0, BASIS_PENDING, "0");
    expect_cell(rows, 0, BASIS_REFUNDS, "0");
    expect_cell(rows, 0, BASIS_RATES_MISSING, "EUR -7.0000 1;GBP 1.0000 1;JPY 1050.0000 5");
    expect_cell(rows, 0, BASIS_FIRST_DAY, "1970-01-10");
    expect_cell(rows, 0, BASIS_LAST_DAY, "1970-01-13");
}

static void test_nothing_at_all_has_no_days(void **state)
{
    static const char *const cells[] = {"0", NULL, "", NULL, NULL, NULL, NULL, NULL};
    const struct db_rows *rows;
    assert_int_equal(group_by_category(*state, cells, 1, spending, &rows), 0);
    assert_int_equal(db_rows_count(rows), 1);
    expect_cell(rows, 0, BASIS_TOTAL, "0");
    expect_cell(rows, 0, BASIS_LISTED, "0");
    assert_true(db_rows_is_null(rows, 0, BASIS_FIRST_DAY));
}

static void test_what_cannot_be_told_is_refused(void **state)
{
    static const char *const nameless[] = {"6", "expense", NULL, "5.0000", "1",
                                           "0", "1",       "1",  NAMES};
    static const char *const without_names[] = {"7", "expense", NULL, "5.0000", "1", "0", "1", "1"};
    static const char *const endless[] = {
        "7", "expense", NULL, "99999999999999999999999999999999999999999.0000", "1", "0",
        "1", "1",       NAMES};
    static const char *const divided[] = {
        "0", NULL, "7 Food\037and more\0378 Home", NULL, NULL, NULL, NULL, NULL};
    static const char *const twice[] = {"0",  NULL, "7 Food\0377 Home", NULL, NULL, NULL,
                                        NULL, NULL};
    const struct db_rows *untouched = NULL;
    assert_int_equal(group_by_category(*state, divided, 1, spending, &untouched), -EINVAL);
    assert_int_equal(group_by_category(*state, twice, 1, spending, &untouched), -EINVAL);
    assert_int_equal(group_by_category(*state, nameless, 2, spending, &untouched), -EINVAL);
    assert_int_equal(group_by_category(*state, without_names, 1, spending, &untouched), -EINVAL);
    assert_int_equal(group_by_category(*state, endless, 2, spending, &untouched), -ERANGE);
    assert_null(untouched);
}

/* Ids that fall into one slot, more of them than fit into the smallest table. */
static void test_many_categories_keep_their_own_sums(void **state)
{
    enum {
        MANY = 3000,
        STEP = 4096,
        SUM_BYTES = 32
    };

    struct arena *arena = *state;
    const char **cells = arena_array(arena, (size_t)(MANY + 1) * COLUMNS, sizeof(*cells));
    struct buf names = BUF_INIT(1 << 20);
    assert_non_null(cells);
    for (size_t i = 0; i < MANY; i++) {
        const char **sum = cells + i * COLUMNS;
        sum[0] = arena_printf(arena, "%zu", (i + 1) * STEP);
        sum[1] = "expense";
        sum[3] = arena_printf(arena, "%zu.2500", i + 1);
        sum[4] = "1";
        sum[5] = "0";
        sum[6] = sum[7] = "1";
        assert_int_equal(
            buf_printf(&names, "%s%zu Name %zu", i == 0 ? "" : "\x1f", (i + 1) * STEP, i + 1), 0);
    }
    cells[(size_t)MANY * COLUMNS] = "0";
    cells[(size_t)MANY * COLUMNS + 2] = buf_text(&names);
    const struct db_rows *rows;
    assert_int_equal(group_by_category(arena, cells, MANY + 1, spending, &rows), 0);
    assert_int_equal(db_rows_count(rows), MANY + 1);
    expect_group(rows, 1, "Name 3000", "3000.2500", "1");
    expect_group(rows, MANY, "Name 1", "1.2500", "1");
    expect_cell(rows, 0, BASIS_TOTAL, "4502250.0000"); /* 3000 * 3001 / 2 + 3000 / 4 */
    buf_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_groups_hold_all_kinds_that_count_largest_first, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_basis_is_the_sum_of_the_groups_and_tells_the_rest,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_kind_by_itself_counts_and_spending_does_not, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_equal_totals_stand_in_the_order_of_names, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_rows_without_a_rate_are_listed_by_currency_and_make_no_group, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_at_all_has_no_days, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_told_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_categories_keep_their_own_sums, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
