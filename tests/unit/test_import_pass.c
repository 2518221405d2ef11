/* The two passes as a caller uses them: answers, questions, misuse, foreign files, a file that changes,
 * a callback that has enough, memory that runs out. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/own.h"
#include "tests/support/import_rig.h"

static const char csv[] = "Date,Description,Amount,Balance\n"
                          "2026-04-01,SALARY,1000.00,1100.00\n"
                          "2026-04-02,COFFEE,-4.50,1095.50\n"
                          "2026-04-03,\"a, b\",-5.50,1090.00\n";
static const char ofx[] =
    "OFXHEADER:100\nVERSION:102\n<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM>"
    "<BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260401<TRNAMT>-1.50<FITID>12345"
    "<NAME>Shop &amp; Co<MEMO>x</STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>1.00</LEDGERBAL></STMTRS></OFX>";
static const char qif[] =
    "!Account\nNMain\nTBank\n^\n!Type:Bank\nD13/04/2026\nT-1.50\nPShop\nSFood\n$-1.00\n"
    "SDrink\n$-0.50\n^\n";
static const char camt[] =
    "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">"
    "<BkToCstmrStmt><Stmt><Acct><Id><IBAN>DE1</IBAN></Id><Ccy>EUR</Ccy></Acct><Ntry>"
    "<Amt Ccy=\"EUR\">1.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt>"
    "<Dt>2026-04-01</Dt></BookgDt><NtryDtls><TxDtls><RltdPties><Cdtr><Pty><Nm>Shop</Nm></Pty></Cdtr>"
    "</RltdPties></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>";
static const char mt940[] =
    ":20:X\n:25:123\n:60F:C260401EUR10,00\n:61:2604010401D1,50NMSCNONREF//B1234\n"
    ":86:166?00X?20SVWZ+y?32Shop\n:62F:C260401EUR8,50\n-\n";

static const char *const files[] = {csv, ofx, qif, camt, mt940};

static void run_text(const char *text, const char *mapping, struct import_run *run)
{
    struct import_options options = {.max_bytes = 0};
    if (mapping)
        assert_int_equal(import_mapping_parse(&options.mapping, mapping), 0);
    import_run_bytes(run, text, strlen(text), 0, &options);
}

static void assert_log(const char *text, const char *mapping, const char *piece)
{
    struct import_run run;
    run_text(text, mapping, &run);
    if (run.result != 0 || !strstr(buf_text(&run.log), piece))
        fail_msg("%d %s: no \"%s\" in\n%s", run.result, run.problem.text, piece,
                 buf_text(&run.log));
    import_run_free(&run);
}

static void assert_asks(const char *text, const char *name, const char *first, const char *second)
{
    struct import_run run;
    run_text(text, NULL, &run);
    assert_int_equal(run.result, -EDESTADDRREQ);
    assert_int_equal(run.profile.question_count, 1);
    const struct import_question *question = &run.profile.questions[0];
    assert_string_equal(question->name, name);
    assert_int_equal(question->option_count, 2);
    assert_string_equal(question->options[0].value, first);
    assert_string_equal(question->options[1].value, second);
    import_run_free(&run);
}

static void assert_refused(const char *bytes, size_t length, const char *piece)
{
    static struct import_result result;
    assert_int_equal(import_bytes(bytes, length, NULL, NULL, &result), -EBADMSG);
    if (!strstr(result.problem.text, piece))
        fail_msg("no \"%s\" in \"%s\"", piece, result.problem.text);
}

static void test_pass_foreign_files_are_refused_with_what_to_do(void **state)
{
    (void)state;

    static const struct {
        const char *bytes;
        size_t length;
        const char *piece;
    } rows[] = {
        {"%PDF-1.7\n", 9, "This is a PDF"},
        {"PK\3\4abcd", 8, "Excel workbook or a zip"},
        {"\xd0\xcf\x11\xe0xxxx", 8, "old Excel workbook"},
        {"\x1f\x8b\x08xx", 5, "compressed"},
        {"", 0, "The file is empty"},
        {" \r\n\t ", 5, "The file is empty"},
        {"<!DOCTYPE html><html><body>Please sign in</body></html>", 55, "web page"},
        {"<?xml version=\"1.0\"?><rss/>", 27, "no bank statement"},
        {"<Document><BkToCstmrDbtCdtNtfctn/></Document>", 45, "CAMT.054"},
        {"Dear customer,\nthank you for your letter.\n", 42, "no record has a date"},
        {"a,b,c\n1,2,3\n", 12, "no record has a date"},
        {"\0\0\0\0\1\2\3\4", 8, ""},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        assert_refused(rows[i].bytes, rows[i].length, rows[i].piece);
}

static void test_pass_ambiguities_are_asked_with_their_options(void **state)
{
    (void)state;
    assert_asks("Date,Payee,Amount\n03/04/2026,x,-1.00\n", "date_order", "dmy", "mdy");
    assert_asks("Date,Payee,Amount\n2026-04-01,x,-1.000\n2026-04-02,y,5\n", "decimal_mark", "point",
                "comma");
    assert_asks("Date,Payee,Amount\n2026-04-01,x,1.00\n", "sign", "positive_out", "negative_out");
    assert_asks("01/13/2026,shop,-1.00,99.00\n02/13/2026,shop,-2.00,97.00\n", "amount", "3", "4");
}

static void test_pass_answers_are_followed(void **state)
{
    (void)state;
    assert_log("Date,Payee,Amount\n03/04/2026,x,-1.00\n", "date_order=dmy", "2026-04-03|| -1.00");
    assert_log("Date,Payee,Amount\n03/04/2026,x,-1.00\n", "date_order=mdy", "2026-03-04|| -1.00");
    assert_log("Date,Payee,Amount\n2026-04-01,x,-1.000\n", "decimal_mark=comma", " -1000 ");
    assert_log("Date,Payee,Amount\n2026-04-01,x,-1.000\n", "decimal_mark=point", " -1.000 ");
    assert_log("Date,Payee,Amount\n2026-04-01,x,1.00\n", "sign=positive_out", " -1.00 ");
    assert_log("01/13/2026,shop,-1.00,99.00\n", "amount=3;balance=4;currency=USD", "-1.00 USD");
    assert_log("Date,Payee,Amount\n2026-04-01,Caf\xe9,-1.00\n", "encoding=cp850",
               "from=Caf\xc3\x9a");
    assert_log("Date|Payee|Amount\n2026-04-01|a;b,c|-1.00\n", "delimiter=pipe", "from=a;b,c");
    assert_log("Date,Name,Description,Amount\n2026-04-01,A,B,-1.00\n", "payee=3;description=none",
               "from=B memo= ");
}

static void test_pass_language_of_the_header_settles_what_values_do_not(void **state)
{
    (void)state;
    assert_log("Buchungstag;Verwendungszweck;Betrag\n03/04/2026;x;-1.000\n", NULL,
               "2026-04-03|| -1000 ");
    assert_log("Date op\xc3\xa9ration;Libell\xc3\xa9;D\xc3\xa9"
               "bit;Cr\xc3\xa9"
               "dit\n03/04/2026;x;1.000;\n",
               NULL, "2026-04-03|| -1000 ");
}

static void test_pass_with_open_questions_is_not_read(void **state)
{
    (void)state;
    struct import_run run;
    run_text("Date,Payee,Amount\n03/04/2026,x,-1.00\n", NULL, &run);
    struct import_pass *pass = NULL;
    assert_int_equal(import_read_start(&run.profile, NULL, NULL, &pass), -EINVAL);
    assert_null(pass);
    import_run_free(&run);
}

static void test_pass_misuse_is_told(void **state)
{
    (void)state;
    static struct import_profile profile;
    struct import_summary summary;
    struct import_pass *pass = NULL;
    assert_int_equal(import_survey_start(NULL, &pass), 0);
    assert_int_equal(import_read_end(pass, &summary), -EINVAL);
    assert_int_equal(import_feed(pass, csv, sizeof(csv) - 1), 0);
    assert_int_equal(import_survey_end(pass, &profile), 0);
    import_free(pass);
    assert_int_equal(import_read_start(&profile, NULL, NULL, &pass), 0);
    assert_int_equal(import_survey_end(pass, &profile), -EINVAL);
    pass = import_free(pass);
    assert_null(pass);
    assert_null(import_free(NULL));
}

static void test_pass_after_an_error_takes_nothing_more(void **state)
{
    (void)state;
    struct import_options options = {.max_bytes = 10};
    struct import_pass *pass = NULL;
    assert_int_equal(import_survey_start(&options, &pass), 0);
    assert_int_equal(import_feed(pass, csv, 11), -EMSGSIZE);
    assert_int_equal(import_feed(pass, csv, 1), -EMSGSIZE);
    static struct import_profile profile;
    assert_int_equal(import_survey_end(pass, &profile), -EMSGSIZE);
    assert_int_equal(import_problem(pass)->code, IMPORT_TOO_LARGE);
    import_free(pass);
}

static int have_enough(void *user, const struct import_transaction *transaction)
{
    (void)transaction;
    return ++*(int *)user == 2 ? -ECANCELED : 0;
}

static void test_pass_callback_ends_it_at_any_moment(void **state)
{
    (void)state;
    static struct import_result result;
    int count = 0;
    struct import_handler handler = {.transaction = have_enough, .user = &count};
    assert_int_equal(import_bytes(csv, sizeof(csv) - 1, NULL, &handler, &result), -ECANCELED);
    assert_int_equal(count, 2);
}

static void test_pass_file_that_changed_is_refused(void **state)
{
    (void)state;
    static struct import_profile profile;
    struct import_summary summary;
    struct import_pass *pass = NULL;
    assert_int_equal(import_survey_start(NULL, &pass), 0);
    assert_int_equal(import_feed(pass, csv, sizeof(csv) - 1), 0);
    assert_int_equal(import_survey_end(pass, &profile), 0);
    import_free(pass);
    assert_int_equal(import_read_start(&profile, NULL, NULL, &pass), 0);
    assert_int_equal(import_feed(pass, csv, sizeof(csv) - 1), 0);
    assert_int_equal(import_feed(pass, "2026-04-04,MORE,-1.00,1089.00\n", 30), 0);
    assert_int_equal(import_read_end(pass, &summary), -EBADMSG);
    assert_int_equal(import_problem(pass)->code, IMPORT_CHANGED);
    import_free(pass);
}

static void test_pass_handler_may_leave_everything_out(void **state)
{
    (void)state;
    static struct import_result result;
    for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
        assert_int_equal(import_bytes(files[i], strlen(files[i]), NULL, NULL, &result), 0);
        assert_true(result.summary.transactions > 0);
    }
}

static void test_pass_out_of_memory_is_told_wherever_it_happens(void **state)
{
    (void)state;
    static struct import_result result;
    for (size_t i = 0; i < ARRAY_LENGTH(files); i++) {
        unsigned long n = 0;
        int r = -ENOMEM;
        for (; r == -ENOMEM && n < 10000; n++) {
            mem_fail_at(n + 1, n % 2 == 0);
            r = import_bytes(files[i], strlen(files[i]), NULL, NULL, &result);
            mem_fail_at(0, 0);
        }
        if (r != 0)
            fail_msg("file %zu, allocation %lu: %d", i, n, r);
        assert_true(n > 3);
    }
}

static void test_mapping_text_comes_back(void **state)
{
    (void)state;
    static const char text[] =
        "format=csv;encoding=WINDOWS-1250;delimiter=semicolon;header=no;date_order=dmy;"
        "decimal_mark=comma;sign=positive_out;currency=CZK;date=1;amount=7;payee=2;fee=none";
    struct import_mapping mapping = {.header = 0};
    char again[IMPORT_MAPPING_TEXT_MAX];
    assert_int_equal(import_mapping_parse(&mapping, text), 0);
    import_mapping_text(&mapping, again, sizeof(again));
    assert_string_equal(again, text);
    assert_int_equal(mapping.columns[IMPORT_COLUMN_AMOUNT], 7);
    assert_int_equal(mapping.columns[IMPORT_COLUMN_FEE], -1);
}

static void test_mapping_that_is_none_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {"date_order=ydm",      "colour=red",     "amount=0",
                                        "amount=257",          "amount=x",       "currency=eur",
                                        "currency=EURO",       "encoding=utf-7", "delimiter=:",
                                        "date_order",          "sign=",          "=dmy",
                                        "currency=EUR;sign=up"};
    struct import_mapping mapping = {.date_order = IMPORT_DATE_DMY};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        assert_int_equal(import_mapping_parse(&mapping, texts[i]), -EINVAL);
        assert_string_equal(mapping.currency, "");
        assert_int_equal(mapping.date_order, IMPORT_DATE_DMY);
    }
    assert_int_equal(import_mapping_set(&mapping, "amount", "256"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pass_foreign_files_are_refused_with_what_to_do),
        cmocka_unit_test(test_pass_ambiguities_are_asked_with_their_options),
        cmocka_unit_test(test_pass_answers_are_followed),
        cmocka_unit_test(test_pass_language_of_the_header_settles_what_values_do_not),
        cmocka_unit_test(test_pass_with_open_questions_is_not_read),
        cmocka_unit_test(test_pass_misuse_is_told),
        cmocka_unit_test(test_pass_after_an_error_takes_nothing_more),
        cmocka_unit_test(test_pass_callback_ends_it_at_any_moment),
        cmocka_unit_test(test_pass_file_that_changed_is_refused),
        cmocka_unit_test(test_pass_handler_may_leave_everything_out),
        cmocka_unit_test(test_pass_out_of_memory_is_told_wherever_it_happens),
        cmocka_unit_test(test_mapping_text_comes_back),
        cmocka_unit_test(test_mapping_that_is_none_is_refused_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
