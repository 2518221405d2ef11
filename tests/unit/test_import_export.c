/* Exports: exact round trips, no live formulas, and what hledger and ofxdump make of them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/own.h"
#include "import/export.h"
#include "tests/support/import_rig.h"

enum {
    HOSTILE_ROWS = 2500, /* of four cells each */
    CELL_MOST = 64,
    READ_MOST = 4 * CELL_MOST, /* of a cell that is read back by hand */
    OUT_MOST = 8 << 20
};

static const struct import_export_row plain_rows[] = {
    {"2026-04-01", "-12.30", "EUR", "Caf\xc3\xa9 Z\xc3\xbcrich", "two \"cups\", hot",
     "Food: Coffee", IMPORT_KIND_PURCHASE, "Girokonto", "work;travel", "id-1"},
    {"2026-04-02", "1234567.89", "EUR", "Employer & Sons <Ltd>", "", "Salary", IMPORT_KIND_INCOME,
     "Girokonto", "", "id-2"},
    {"2026-04-03", "5.000", "EUR", "Shop", "refund\nsecond line", "Food: Groceries",
     IMPORT_KIND_REFUND, "Girokonto", "", "id-3"},
    {"2026-04-04", "-100", "EUR", "Savings", "", "", IMPORT_KIND_TRANSFER, "Girokonto", "", "id-4"},
    {"2026-04-05", "-0.00000001", "USD", "Opening balance", "", "Fees; more", IMPORT_KIND_FEE,
     "Visa (US)", "", "id-5"},
    {"2026-04-06", "-40.00", "JPY", "\xe6\x9d\xb1\xe4\xba\xac", "=1+1", "\xe9\xa3\x9f",
     IMPORT_KIND_CASH, "", "", "id-6"},
};

static void write_rows(struct buf *out, enum import_export_format format,
                       const struct import_export_row *rows, size_t count)
{
    struct import_export export;
    assert_int_equal(import_export_begin(&export, format, out, "20261122120000"), 0);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(import_export_entry(&export, &rows[i]), 0);
    assert_int_equal(import_export_end(&export), 0);
}

/* Rows that are compared as they come back. */
struct expectation {
    const struct import_export_row *rows;
    size_t count;
    size_t at;
    bool all_fields; /* CSV keeps more than OFX has room for */
};

static int compare_row(void *user, const struct import_transaction *t)
{
    struct expectation *expected = user;
    assert_true(expected->at < expected->count);
    const struct import_export_row *row = &expected->rows[expected->at++];
    assert_string_equal(t->date, row->date);
    assert_string_equal(t->amount, row->amount);
    assert_string_equal(t->currency, row->currency);
    assert_string_equal(t->payee_original, row->payee);
    assert_string_equal(t->account, row->account);
    assert_string_equal(t->id, row->id);
    if (!expected->all_fields)
        return 0;
    assert_string_equal(t->payee, row->payee);
    assert_string_equal(t->memo, row->memo);
    assert_string_equal(t->category, row->category);
    assert_string_equal(t->tags, row->tags);
    assert_int_equal(t->kind, row->kind);
    return 0;
}

static void read_back(const struct buf *bytes, struct expectation *expected,
                      struct import_profile *profile)
{
    static struct import_result result;
    struct import_handler handler = {.transaction = compare_row, .user = expected};
    int r = import_bytes(buf_text(bytes), bytes->length, NULL, &handler, &result);
    if (r != 0)
        fail_msg("%d: %s", r, result.problem.text);
    assert_int_equal(expected->at, expected->count);
    assert_int_equal(result.summary.errors, 0);
    assert_int_equal(result.summary.skipped, 0);
    *profile = result.profile;
}

static void test_export_csv_comes_back_exactly(void **state)
{
    (void)state;
    OWNED_BUF out = BUF_INIT(OUT_MOST);
    struct import_profile profile;
    struct expectation expected = {plain_rows, ARRAY_LENGTH(plain_rows), 0, true};
    write_rows(&out, IMPORT_EXPORT_CSV, plain_rows, ARRAY_LENGTH(plain_rows));
    read_back(&out, &expected, &profile);
    assert_true(profile.is_own_export);
    assert_string_equal(profile.bank, "ninepence");
}

static void test_export_ofx_comes_back_exactly(void **state)
{
    (void)state;
    OWNED_BUF out = BUF_INIT(OUT_MOST);
    struct import_profile profile;
    struct expectation expected = {plain_rows, ARRAY_LENGTH(plain_rows), 0, false};
    write_rows(&out, IMPORT_EXPORT_OFX, plain_rows, ARRAY_LENGTH(plain_rows));
    read_back(&out, &expected, &profile);
    assert_int_equal(profile.format, IMPORT_FORMAT_OFX);
}

/* A text of signs that hurt, by a seed that makes a failure repeatable. */
static void hostile_text(uint32_t *seed, char *text)
{
    static const char *const pieces[] = {
        "=",    "+",  "-",  "@",    "\t",   "\r",           "\n",           "'",
        "\"",   ",",  ";",  "|",    " ",    "cmd",          "\xef\xbc\x9d", "\xef\xbc\xa1",
        "1",    "=1", "''", "\"\"", "\r\n", "\xef\xbc\x8b", "HYPERLINK(",   "\xe2\x82\xac",
        "Total"};
    size_t length = 0;
    text[0] = '\0';
    do {
        *seed = *seed * 1664525U + 1013904223U;
        const char *piece = pieces[(*seed >> 16) % ARRAY_LENGTH(pieces)];
        size_t size = strlen(piece);
        if (length + size >= CELL_MOST)
            break;
        memcpy(text + length, piece, size + 1);
        length += size;
    } while ((*seed >> 8 & 7) != 0);
}

struct hostile {
    struct import_export_row row;
    char payee[CELL_MOST];
    char memo[CELL_MOST];
    char category[CELL_MOST];
    char account[CELL_MOST];
};

static struct hostile hostile[HOSTILE_ROWS];
static struct import_export_row hostile_rows[HOSTILE_ROWS];

static void make_hostile_rows(uint32_t seed)
{
    for (size_t i = 0; i < HOSTILE_ROWS; i++) {
        struct hostile *h = &hostile[i];
        hostile_text(&seed, h->payee);
        hostile_text(&seed, h->memo);
        hostile_text(&seed, h->category);
        (void)snprintf(h->account, sizeof(h->account), "%s%zu", i % 2 ? "=" : "", i % 7);
        hostile_rows[i] = (struct import_export_row){
            "2026-01-31",         "-1.00",    "EUR",   h->payee, h->memo, h->category,
            IMPORT_KIND_PURCHASE, h->account, h->memo, h->payee};
    }
}

/* Takes one cell off at *at, as a spreadsheet does, and stops at what ends it. */
static size_t take_cell(const char *text, size_t length, size_t *at, char cell[4 * CELL_MOST])
{
    size_t size = 0;
    bool quoted = text[*at] == '"';
    *at += quoted ? 1 : 0;
    for (; *at < length; (*at)++) {
        bool is_quote = quoted && text[*at] == '"';
        if (is_quote && text[*at + 1] != '"') {
            (*at)++;
            break;
        }
        if (!quoted && strchr(",\r\n", text[*at]))
            break;
        *at += is_quote ? 1 : 0;
        if (size + 1 < READ_MOST)
            cell[size++] = text[*at];
    }
    cell[size] = '\0';
    return size;
}

static bool is_live(const char *cell, size_t size)
{
    if (size >= 3 && (memcmp(cell, "\xef\xbc\x9d", 3) == 0 || memcmp(cell, "\xef\xbc\x8b", 3) == 0))
        return true;
    return size > 0 && strchr("=+-@\t\r\n", cell[0]);
}

/* Counts the live cells of a written CSV but for the amounts, which are numbers. */
static size_t count_live_cells(const char *text, size_t length)
{
    size_t live = 0;
    size_t column = 0;
    size_t at = 0;
    char cell[READ_MOST];
    while (at < length) {
        size_t size = take_cell(text, length, &at, cell);
        live += column != 1 && is_live(cell, size) ? 1 : 0;
        bool is_end = at < length && text[at] == '\r';
        column = is_end ? 0 : column + 1;
        at += is_end ? 2 : 1;
    }
    return live;
}

static void test_export_csv_of_hostile_cells_is_dead_and_comes_back(void **state)
{
    (void)state;
    make_hostile_rows(20261122);
    OWNED_BUF out = BUF_INIT(OUT_MOST);
    struct import_profile profile;
    struct expectation expected = {hostile_rows, HOSTILE_ROWS, 0, true};
    write_rows(&out, IMPORT_EXPORT_CSV, hostile_rows, HOSTILE_ROWS);
    assert_int_equal(count_live_cells(buf_text(&out), out.length), 0);
    read_back(&out, &expected, &profile);
}

static void test_export_live_cells_are_known(void **state)
{
    (void)state;
    static const char wide_equals[] = "\xef\xbc\x9d"
                                      "1";
    static const char *const live[] = {"=1",  "+1",   "-1",        "@x",           "\tx", "\rx",
                                       "'=1", "''=1", wide_equals, "\xef\xbc\xa0", "\n=1"};
    static const char *const dead[] = {"",   "'",  "''", "a=1", " =1", "'a", "\xef\xbc\xa1",
                                       "|x", "1-2"};
    for (size_t i = 0; i < ARRAY_LENGTH(live); i++)
        assert_true(import_cell_is_live(live[i], strlen(live[i])));
    for (size_t i = 0; i < ARRAY_LENGTH(dead); i++)
        assert_false(import_cell_is_live(dead[i], strlen(dead[i])));
}

static void test_export_hledger_is_written_as_agreed(void **state)
{
    (void)state;
    OWNED_BUF out = BUF_INIT(OUT_MOST);
    write_rows(&out, IMPORT_EXPORT_HLEDGER, plain_rows, 1);
    assert_string_equal(buf_text(&out), "; written by ninepence\ndecimal-mark .\n\n"
                                        "2026-04-01 Caf\xc3\xa9 Z\xc3\xbcrich | two \"cups\", hot\n"
                                        "    ; id: id-1\n"
                                        "    ; kind: purchase\n"
                                        "    ; tags: work;travel\n"
                                        "    expenses:Food:Coffee  12.30 EUR\n"
                                        "    assets:Girokonto  -12.30 EUR\n\n");
}

static void test_export_beancount_is_written_as_agreed(void **state)
{
    (void)state;
    OWNED_BUF out = BUF_INIT(OUT_MOST);
    write_rows(&out, IMPORT_EXPORT_BEANCOUNT, plain_rows, 1);
    write_rows(&out, IMPORT_EXPORT_BEANCOUNT, &plain_rows[5], 1);
    assert_string_equal(
        buf_text(&out),
        "; written by ninepence\nplugin \"beancount.plugins.auto_accounts\"\n\n"
        "2026-04-01 * \"Caf\xc3\xa9 Z\xc3\xbcrich\" \"two \\\"cups\\\", hot\" #work #travel\n"
        "  kind: \"purchase\"\n"
        "  id: \"id-1\"\n"
        "  Expenses:Food:Coffee  12.30 EUR\n"
        "  Assets:Girokonto  -12.30 EUR\n\n"
        "; written by ninepence\nplugin \"beancount.plugins.auto_accounts\"\n\n"
        "2026-04-06 * \"\xe6\x9d\xb1\xe4\xba\xac\" \"=1+1\"\n"
        "  kind: \"cash\"\n"
        "  id: \"id-6\"\n"
        "  Assets:Cash:U98DF  40.00 JPY\n"
        "  Assets:Account  -40.00 JPY\n\n");
}

static void test_export_refuses_what_is_no_date_or_amount(void **state)
{
    (void)state;
    OWNED_BUF out = BUF_INIT(OUT_MOST);
    struct import_export export;
    struct import_export_row row = plain_rows[0];
    assert_int_equal(import_export_begin(&export, IMPORT_EXPORT_CSV, &out, "now"), -EINVAL);
    assert_int_equal(import_export_begin(&export, IMPORT_EXPORT_CSV, &out, "20261122"), 0);
    row.amount = "1,5";
    assert_int_equal(import_export_entry(&export, &row), -EINVAL);
    row.amount = "1.5";
    row.date = "2026-02-30";
    assert_int_equal(import_export_entry(&export, &row), -EINVAL);
    row.date = "01.02.2026";
    assert_int_equal(import_export_entry(&export, &row), -EINVAL);
}

static void test_export_full_buffer_is_told(void **state)
{
    (void)state;
    OWNED_BUF out = BUF_INIT(120);
    struct import_export export;
    assert_int_equal(import_export_begin(&export, IMPORT_EXPORT_CSV, &out, "20261122"), 0);
    int r = 0;
    for (int i = 0; i < 10 && r == 0; i++)
        r = import_export_entry(&export, &plain_rows[0]);
    assert_int_equal(r, -EMSGSIZE);
}

enum {
    NOT_INSTALLED = 127
};

static const char *const hledger[] = {"hledger", "balance", "-N", "--flat",  "-O",
                                      "csv",     "-f",      NULL, "cur:EUR", "assets:Girokonto",
                                      NULL};
static const char *const ofxdump[] = {"ofxdump", NULL, NULL};

/* In the child: the first NULL of the arguments is the place of the file. */
static _Noreturn void become(const char *const *arguments, const char *path, int output)
{
    const char *all[16] = {0};
    bool is_placed = false;
    for (size_t i = 0; i < ARRAY_LENGTH(all) - 1; i++) {
        if (!arguments[i] && is_placed)
            break;
        all[i] = arguments[i] ? arguments[i] : path;
        is_placed = is_placed || !arguments[i];
    }
    (void)setenv("LC_ALL", "C.UTF-8", 1);
    (void)dup2(output, STDOUT_FILENO);
    (void)dup2(output, STDERR_FILENO);
    char *mutable[ARRAY_LENGTH(all)]; /* execvp() takes them so and leaves them alone */
    memcpy(mutable, all, sizeof(all));
    (void)execvp(mutable[0], mutable);
    _exit(NOT_INSTALLED);
}

/* Runs a program that is not ours over a file of ours; what it says goes into `output`. False when it
 * is not installed. */
static bool run_tool(const char *const *arguments, const struct buf *text, struct buf *output,
                     int *ret_status)
{
    char path[] = "/tmp/ninepence-export-XXXXXX";
    char said[] = "/tmp/ninepence-said-XXXXXX";
    int file = mkstemp(path);
    int output_file = mkstemp(said);
    assert_true(file >= 0 && output_file >= 0);
    assert_int_equal(write(file, buf_text(text), text->length), text->length);
    (void)close(file);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        become(arguments, path, output_file);
    assert_int_equal(waitpid(child, ret_status, 0), child);
    (void)close(output_file);
    assert_true(import_read_file(said, output));
    (void)unlink(path);
    (void)unlink(said);
    if (WIFEXITED(*ret_status) && WEXITSTATUS(*ret_status) == NOT_INSTALLED) {
        print_message("NOT RUN: %s is not installed\n", arguments[0]);
        return false;
    }
    return true;
}

static void test_export_hledger_agrees_about_the_sums(void **state)
{
    (void)state;
    OWNED_BUF out = BUF_INIT(OUT_MOST);
    OWNED_BUF output = BUF_INIT(OUT_MOST);
    int status = 0;
    write_rows(&out, IMPORT_EXPORT_HLEDGER, plain_rows, ARRAY_LENGTH(plain_rows));
    write_rows(&out, IMPORT_EXPORT_HLEDGER, hostile_rows, HOSTILE_ROWS);
    if (!run_tool(hledger, &out, &output, &status))
        return;
    /* -12.30 + 1234567.89 + 5.000 - 100 = 1234460.590 */
    if (status != 0 || !strstr(buf_text(&output), "\"assets:Girokonto\",\"1234460.590 EUR\""))
        fail_msg("hledger: %s", buf_text(&output));
}

static void test_export_ofxdump_counts_the_same(void **state)
{
    (void)state;
    OWNED_BUF out = BUF_INIT(OUT_MOST);
    OWNED_BUF output = BUF_INIT(OUT_MOST);
    int status = 0;
    write_rows(&out, IMPORT_EXPORT_OFX, plain_rows, ARRAY_LENGTH(plain_rows));
    if (!run_tool(ofxdump, &out, &output, &status))
        return;
    size_t count = 0;
    for (const char *at = buf_text(&output); (at = strstr(at, "ofx_proc_transaction():")); at++)
        count++;
    if (count != ARRAY_LENGTH(plain_rows))
        fail_msg("%zu transactions\n%s", count, buf_text(&output));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_export_csv_comes_back_exactly),
        cmocka_unit_test(test_export_ofx_comes_back_exactly),
        cmocka_unit_test(test_export_csv_of_hostile_cells_is_dead_and_comes_back),
        cmocka_unit_test(test_export_live_cells_are_known),
        cmocka_unit_test(test_export_hledger_is_written_as_agreed),
        cmocka_unit_test(test_export_beancount_is_written_as_agreed),
        cmocka_unit_test(test_export_refuses_what_is_no_date_or_amount),
        cmocka_unit_test(test_export_full_buffer_is_told),
        cmocka_unit_test(test_export_hledger_agrees_about_the_sums),
        cmocka_unit_test(test_export_ofxdump_counts_the_same),
    };
    make_hostile_rows(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
