/* Every bound of import/limits.h, at the limit and one beyond, and files that mean harm. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"
#include "import/csv_lex.h"
#include "tests/support/import_rig.h"

enum {
    FILE_MOST = 8 << 20,
    CHUNK = 65536,
    TWO_LINES = 2 * IMPORT_LINE_MAX,
    WINDOWS = 4 * CHUNK,
    MEMORY_KIB = 16 * 1024
};

static void run_text(const struct buf *text, const struct import_options *options,
                     struct import_run *run)
{
    assert_int_equal(text->error, 0);
    import_run_bytes(run, buf_text(text), text->length, 0, options);
}

static void fill(struct buf *text, char c, size_t count)
{
    char *to = buf_reserve(text, count);
    assert_non_null(to);
    memset(to, c, count);
    buf_commit(text, count);
}

static void assert_count(const struct buf *text, unsigned int count)
{
    struct import_run run;
    run_text(text, NULL, &run);
    if (run.result != 0)
        fail_msg("%d: %s", run.result, run.problem.text);
    assert_int_equal(run.summary.transactions, count);
    import_run_free(&run);
}

static void assert_fails(const struct buf *text, int error, const char *piece)
{
    struct import_run run;
    run_text(text, NULL, &run);
    assert_int_equal(run.result, error);
    if (!strstr(run.problem.text, piece))
        fail_msg("no \"%s\" in \"%s\"", piece, run.problem.text);
    import_run_free(&run);
}

static const char csv_head[] = "Date,Description,Amount\n";

static void test_limit_bytes_of_a_file(void **state)
{
    (void)state;
    OWNED_BUF text = BUF_INIT(FILE_MOST);
    buf_printf(&text, "%s2026-04-01,a,-1.00\n", csv_head);
    struct import_options options = {.max_bytes = text.length};
    struct import_run run;
    run_text(&text, &options, &run);
    assert_int_equal(run.result, 0);
    import_run_free(&run);
    options.max_bytes--;
    run_text(&text, &options, &run);
    assert_int_equal(run.result, -EMSGSIZE);
    assert_int_equal(run.problem.code, IMPORT_TOO_LARGE);
    import_run_free(&run);
}

static void test_limit_rows_of_a_file(void **state)
{
    (void)state;
    OWNED_BUF text = BUF_INIT(FILE_MOST);
    buf_printf(&text, "%s2026-04-01,a,-1.00\n2026-04-02,b,-2.00\n", csv_head);
    struct import_options options = {.max_rows = 2};
    struct import_run run;
    run_text(&text, &options, &run);
    assert_int_equal(run.result, 0);
    import_run_free(&run);
    options.max_rows = 1;
    run_text(&text, &options, &run);
    assert_int_equal(run.result, -EMSGSIZE);
    assert_non_null(strstr(run.problem.text, "more than 1 rows"));
    import_run_free(&run);
}

static void test_limit_rows_of_a_file_are_the_stated_ones(void **state)
{
    (void)state;
    OWNED_BUF text = BUF_INIT(FILE_MOST);
    buf_append_text(&text, csv_head);
    for (int i = 0; i < IMPORT_ROWS_MAX; i++)
        buf_append_text(&text, "2026-04-01,a,-1.00\n");
    assert_int_equal(text.error, 0);
    struct import_pass *pass = NULL;
    assert_int_equal(import_survey_start(NULL, &pass), 0);
    assert_int_equal(import_feed(pass, buf_text(&text), text.length), 0);
    assert_int_equal(import_feed(pass, "2026-04-01,a,-1.00\n", 19), -EMSGSIZE);
    import_free(pass);
}

static void test_limit_bytes_of_a_csv_record(void **state)
{
    (void)state;
    for (size_t beyond = 0; beyond < 2; beyond++) {
        OWNED_BUF text = BUF_INIT(FILE_MOST);
        buf_append_text(&text, csv_head);
        size_t rest = strlen("2026-04-01"
                             "-1.00");
        buf_append_text(&text, "2026-04-01,");
        fill(&text, 'x', IMPORT_LINE_MAX - rest + beyond);
        buf_append_text(&text, ",-1.00\n");
        if (beyond == 0)
            assert_count(&text, 1);
        else
            assert_fails(&text, -EMSGSIZE, "Line 2 is longer than 65536 bytes");
    }
}

static void test_limit_bytes_of_a_line(void **state)
{
    (void)state;
    for (size_t beyond = 0; beyond < 2; beyond++) {
        OWNED_BUF text = BUF_INIT(FILE_MOST);
        buf_append_text(&text, "!Type:Bank\nD2026-04-01\nT-1.00\nM");
        fill(&text, 'x', IMPORT_LINE_MAX - 1 + beyond);
        buf_append_text(&text, "\n^\n");
        if (beyond == 0)
            assert_count(&text, 1);
        else
            assert_fails(&text, -EMSGSIZE, "Line 4 is longer");
    }
}

static int count_cells(void *user, const struct csv_record *record)
{
    *(size_t *)user = record->count;
    return 0;
}

static void test_limit_columns_of_a_record(void **state)
{
    (void)state;
    static struct csv_lexer lexer;
    char commas[IMPORT_COLUMNS_MAX + 1];
    memset(commas, ',', sizeof(commas));
    for (size_t beyond = 0; beyond < 2; beyond++) {
        size_t cells = 0;
        csv_lexer_init(&lexer, ',');
        int r =
            csv_lexer_feed(&lexer, commas, IMPORT_COLUMNS_MAX - 1 + beyond, count_cells, &cells);
        if (r == 0)
            r = csv_lexer_feed(&lexer, "x\n", 2, count_cells, &cells);
        assert_int_equal(r, beyond == 0 ? 0 : -E2BIG);
        assert_int_equal(cells, beyond == 0 ? IMPORT_COLUMNS_MAX : 0);
        csv_lexer_free(&lexer);
    }
}

static void test_limit_ten_thousand_columns_are_refused(void **state)
{
    (void)state;
    OWNED_BUF text = BUF_INIT(FILE_MOST);
    buf_printf(&text, "%s2026-04-01,a,-1.00", csv_head);
    fill(&text, ',', 10000);
    assert_fails(&text, -EMSGSIZE, "Line 2 has more than 256 columns");
}

static void test_limit_records_above_the_header(void **state)
{
    (void)state;
    for (size_t beyond = 0; beyond < 2; beyond++) {
        OWNED_BUF text = BUF_INIT(FILE_MOST);
        for (size_t i = 0; i + 1 < IMPORT_PREAMBLE_MAX + beyond; i++)
            buf_append_text(&text, "about this account\n");
        buf_printf(&text, "%s2026-04-01,a,-1.00\n", csv_head);
        if (beyond == 0)
            assert_count(&text, 1);
        else
            assert_fails(&text, -EBADMSG, "no record has a date and an amount");
    }
}

static void test_limit_parts_of_a_transaction(void **state)
{
    (void)state;
    for (size_t beyond = 0; beyond < 2; beyond++) {
        OWNED_BUF text = BUF_INIT(FILE_MOST);
        buf_append_text(&text, "!Type:Bank\nD2026-04-01\nT-1.00\n");
        for (size_t i = 0; i < IMPORT_SPLITS_MAX + beyond; i++)
            buf_append_text(&text, "SFood\n$-0.001\n");
        buf_append_text(&text, "^\n");
        if (beyond == 0)
            assert_count(&text, 1);
        else
            assert_fails(&text, -EMSGSIZE, "more than 1000 parts");
    }
}

static void test_limit_accounts_of_a_file(void **state)
{
    (void)state;
    for (int beyond = 0; beyond < 2; beyond++) {
        OWNED_BUF text = BUF_INIT(FILE_MOST);
        buf_append_text(&text, "Date,Account,Description,Amount\n");
        for (int i = 0; i < IMPORT_ACCOUNTS_MAX + beyond; i++)
            buf_printf(&text, "2026-04-01,A%d,x,-1.00\n", i);
        if (beyond == 0)
            assert_count(&text, IMPORT_ACCOUNTS_MAX);
        else
            assert_fails(&text, -EMSGSIZE, "more than 64 accounts");
    }
}

static void test_limit_currencies_of_a_file(void **state)
{
    (void)state;
    for (int beyond = 0; beyond < 2; beyond++) {
        OWNED_BUF text = BUF_INIT(FILE_MOST);
        buf_append_text(&text, "Date,Currency,Description,Amount\n");
        for (int i = 0; i < IMPORT_CURRENCIES_MAX + beyond; i++)
            buf_printf(&text, "2026-04-01,X%c%c,x,-1.00\n", 'A' + i / 26, 'A' + i % 26);
        if (beyond == 0)
            assert_count(&text, IMPORT_CURRENCIES_MAX);
        else
            assert_fails(&text, -EMSGSIZE, "more than 32 currencies");
    }
}

static void test_limit_problems_are_counted_and_not_all_told(void **state)
{
    (void)state;
    OWNED_BUF text = BUF_INIT(FILE_MOST);
    buf_printf(&text, "%s2026-04-01,a,-1.00\n", csv_head);
    for (int i = 0; i < IMPORT_PROBLEMS_MAX + 50; i++)
        buf_append_text(&text, "2026-04-01,a,broken\n");
    struct import_run run;
    run_text(&text, NULL, &run);
    assert_int_equal(run.result, 0);
    assert_int_equal(run.summary.errors, IMPORT_PROBLEMS_MAX + 50);
    size_t told = 0;
    for (const char *at = buf_text(&run.log); (at = strstr(at, "error bad_amount")); at++)
        told++;
    assert_int_equal(told, IMPORT_PROBLEMS_MAX);
    import_run_free(&run);
}

static const char camt_head[] =
    "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><Stmt>";
static const char camt_tail[] = "</Stmt></BkToCstmrStmt></Document>";
static const char camt_entry[] = "<Ntry><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>"
                                 "<BookgDt><Dt>2026-04-01</Dt></BookgDt>%s</Ntry>";

static void test_limit_depth_of_xml(void **state)
{
    (void)state;
    for (int beyond = 0; beyond < 2; beyond++) {
        OWNED_BUF text = BUF_INIT(FILE_MOST);
        buf_append_text(&text, camt_head);
        buf_printf(&text, camt_entry, "");
        int depth = IMPORT_DEPTH_MAX - 3 + beyond;
        for (int i = 0; i < depth; i++)
            buf_append_text(&text, "<a>");
        for (int i = 0; i < depth; i++)
            buf_append_text(&text, "</a>");
        buf_append_text(&text, camt_tail);
        if (beyond == 0)
            assert_count(&text, 1);
        else
            assert_fails(&text, -EMSGSIZE, "nested deeper than 64");
    }
}

static void test_limit_text_of_xml(void **state)
{
    (void)state;
    for (size_t beyond = 0; beyond < 2; beyond++) {
        OWNED_BUF text = BUF_INIT(FILE_MOST);
        OWNED_BUF info = BUF_INIT(FILE_MOST);
        buf_append_text(&info, "<AddtlNtryInf>");
        fill(&info, 'x', IMPORT_TEXT_MAX + beyond);
        buf_append_text(&info, "</AddtlNtryInf>");
        buf_append_text(&text, camt_head);
        buf_printf(&text, camt_entry, buf_text(&info));
        buf_append_text(&text, camt_tail);
        if (beyond == 0)
            assert_count(&text, 1);
        else
            assert_fails(&text, -EMSGSIZE, "longer than 65536 bytes");
    }
}

static void test_limit_token_of_xml_that_never_ends(void **state)
{
    (void)state;
    static const char *const begins[] = {"<Ntry a=\"", "<!-- ", "<?pi "};
    for (size_t i = 0; i < ARRAY_LENGTH(begins); i++) {
        OWNED_BUF text = BUF_INIT(FILE_MOST);
        buf_append_text(&text, camt_head);
        buf_append_text(&text, begins[i]);
        fill(&text, 'x', TWO_LINES);
        assert_fails(&text, -EMSGSIZE, "The tag or comment on line 1 is longer");
    }
}

static void test_limit_text_of_ofx(void **state)
{
    (void)state;
    for (size_t beyond = 0; beyond < 2; beyond++) {
        OWNED_BUF text = BUF_INIT(FILE_MOST);
        buf_append_text(&text, "OFXHEADER:100\n<OFX><STMTRS><CURDEF>EUR<BANKTRANLIST><STMTTRN>"
                               "<DTPOSTED>20260401<TRNAMT>-1.00<FITID>12345<MEMO>");
        fill(&text, 'x', IMPORT_TEXT_MAX + beyond);
        buf_append_text(&text, "</STMTTRN></BANKTRANLIST></STMTRS></OFX>");
        if (beyond == 0)
            assert_count(&text, 1);
        else
            assert_fails(&text, -EMSGSIZE, "longer than 65536 bytes");
    }
}

static void test_limit_field_of_mt940(void **state)
{
    (void)state;
    OWNED_BUF text = BUF_INIT(FILE_MOST);
    buf_append_text(&text, ":20:X\n:25:1\n:60F:C260401EUR0,\n:61:2604010401D1,00NMSCNONREF\n:86:");
    for (size_t i = 0; i < IMPORT_TEXT_MAX / 64 + 1; i++) {
        fill(&text, 'x', 63);
        buf_append_char(&text, '\n');
    }
    assert_fails(&text, -EMSGSIZE, "The field that begins on line 5 is longer");
}

static void test_limit_quote_that_is_never_closed(void **state)
{
    (void)state;
    OWNED_BUF text = BUF_INIT(FILE_MOST);
    buf_printf(&text, "%s2026-04-01,a,-1.00\n2026-04-02,\"open,-2.00\n2026-04-03,b,-3.00\n",
               csv_head);
    assert_fails(&text, -EBADMSG, "The quote that opens on line 3 is never closed");
    fill(&text, 'x', TWO_LINES);
    assert_fails(&text, -EBADMSG, "The quote that opens on line 3 is never closed");
}

/* 500 MB without a line end: refused after the first bytes, and nothing is kept of the rest. */
static void test_limit_endless_line_is_refused_at_once(void **state)
{
    (void)state;
    static char chunk[CHUNK];
    memset(chunk, 'a', sizeof(chunk));
    struct import_options options = {.max_bytes = (uint64_t)1 << 40};
    struct import_pass *pass = NULL;
    assert_int_equal(import_survey_start(&options, &pass), 0);
    int r = 0;
    uint64_t fed = 0;
    for (; fed < (uint64_t)500 << 20 && r == 0; fed += sizeof(chunk))
        r = import_feed(pass, chunk, sizeof(chunk));
    assert_true(r == -EMSGSIZE || r == -EBADMSG);
    assert_true(fed <= WINDOWS);
    assert_non_null(import_problem(pass));
    import_free(pass);
}

static long resident_kib(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long size = 0;
    long pages = 0;
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", &size, &pages), 2); /* NOLINT(cert-err34-c) */
    (void)fclose(file);
    return pages * 4;
}

static int count_transaction(void *user, const struct import_transaction *transaction)
{
    (void)transaction;
    ++*(uint64_t *)user;
    return 0;
}

/* One block of rows, fed over and over. */
static int feed_blocks(struct import_pass *pass, const struct buf *block, int count)
{
    int r = import_feed(pass, csv_head, strlen(csv_head));
    for (int i = 0; i < count && r == 0; i++)
        r = import_feed(pass, buf_text(block), block->length);
    return r;
}

static void test_limit_memory_is_the_same_whatever_the_size(void **state)
{
    (void)state;

    enum {
        ROWS = 1000
    };

    /* The same bytes again and again: valgrind has seen all of it after some of them, and needs memory
     * of its own. */
    int blocks = getenv("NINEPENCE_VALGRIND") ? 20 : 200;

    OWNED_BUF block = BUF_INIT(FILE_MOST);
    for (int i = 0; i < ROWS; i++)
        buf_printf(&block, "2026-04-%02d,CARD PURCHASE SHOP %d of some length,-%d.%02d\n",
                   i % 28 + 1, i, i, i % 100);
    long before = resident_kib();
    static struct import_profile profile;
    struct import_pass *pass = NULL;
    struct import_summary summary;
    uint64_t count = 0;
    struct import_handler handler = {.transaction = count_transaction, .user = &count};
    assert_int_equal(import_survey_start(NULL, &pass), 0);
    assert_int_equal(feed_blocks(pass, &block, blocks), 0);
    assert_int_equal(import_survey_end(pass, &profile), 0);
    import_free(pass);
    assert_int_equal(import_read_start(&profile, NULL, &handler, &pass), 0);
    assert_int_equal(feed_blocks(pass, &block, blocks), 0);
    assert_true(resident_kib() - before < MEMORY_KIB);
    assert_int_equal(import_read_end(pass, &summary), 0);
    import_free(pass);
    assert_int_equal(count, ROWS * blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limit_bytes_of_a_file),
        cmocka_unit_test(test_limit_rows_of_a_file),
        cmocka_unit_test(test_limit_rows_of_a_file_are_the_stated_ones),
        cmocka_unit_test(test_limit_bytes_of_a_csv_record),
        cmocka_unit_test(test_limit_bytes_of_a_line),
        cmocka_unit_test(test_limit_columns_of_a_record),
        cmocka_unit_test(test_limit_ten_thousand_columns_are_refused),
        cmocka_unit_test(test_limit_records_above_the_header),
        cmocka_unit_test(test_limit_parts_of_a_transaction),
        cmocka_unit_test(test_limit_accounts_of_a_file),
        cmocka_unit_test(test_limit_currencies_of_a_file),
        cmocka_unit_test(test_limit_problems_are_counted_and_not_all_told),
        cmocka_unit_test(test_limit_depth_of_xml),
        cmocka_unit_test(test_limit_text_of_xml),
        cmocka_unit_test(test_limit_token_of_xml_that_never_ends),
        cmocka_unit_test(test_limit_text_of_ofx),
        cmocka_unit_test(test_limit_field_of_mt940),
        cmocka_unit_test(test_limit_quote_that_is_never_closed),
        cmocka_unit_test(test_limit_endless_line_is_refused_at_once),
        cmocka_unit_test(test_limit_memory_is_the_same_whatever_the_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
