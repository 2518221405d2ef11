/* The fixtures of tests/import/: one file for each trait of bank files, all invented. Counts, sums and
 * dates were written down before the files were. */
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
#include "import/decimal.h"
#include "tests/support/import_rig.h"

enum {
    PATH_MOST = 1024,
    PIECES = 7
};

static const struct fixture {
    const char *file;
    const char *mapping; /* what a person would answer, or NULL */
    const char *format;
    const char *bank;
    const char *encoding;
    unsigned int count;
    unsigned int pending;
    unsigned int errors;
    unsigned int skipped;
    unsigned int warnings;
    enum import_balance balance;
    const char *currency; /* of the first sum */
    const char *debits;
    const char *credits;
    const char *first;
    const char *last;
    const char *pieces[PIECES]; /* that must be in the log */
} fixtures[] = {
    // clang-format off
    {"csv/card_positive_is_out.csv", NULL, "CSV", "Discover", "US-ASCII", 4, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "USD", "1256.09", "250.00", "2026-03-02", "2026-03-20",
     {"250.00 USD transfer payee=PAYMENT"}},
    {"csv/card_of_unknown_bank.csv", "sign=positive_out", "CSV", "", "US-ASCII", 4, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "", "1256.09", "250.00", "2026-03-02", "2026-03-20",
     {NULL}},
    {"csv/debit_credit_newest_first.csv", NULL, "CSV", "Lloyds", "US-ASCII", 4, 0, 0, 0, 0, IMPORT_BALANCE_ADDS_UP, "GBP", "665.70", "2000.00", "2026-05-01", "2026-05-14",
     {"opening=100.00 closing=1434.30 adds up", "account=12345678"}},
    {"csv/balance_with_a_gap.csv", NULL, "CSV", "", "US-ASCII", 12, 0, 0, 0, 1, IMPORT_BALANCE_DIFFERS, "", "12.00", "0", "2026-06-01", "2026-06-13",
     {"warning bad_balance"}},
    {"csv/german_cp1252.csv", NULL, "CSV", "DKB", "WINDOWS-1252", 4, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "EUR", "1240.55", "10000.00", "2026-01-31", "2026-02-03",
     {"from=B\xc3\xa4" "ckerei S\xc3\xbc\xc3\x9f", "memo=Zweck \"in\" Anf\xc3\xbchrung", "account=DE00123456780000000042"}},
    {"csv/french_thin_space.csv", NULL, "CSV", "", "UTF-8", 3, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "EUR", "1253.05", "2000000.00", "2026-04-01", "2026-04-18",
     {NULL}},
    {"csv/dutch_af_bij.csv", NULL, "CSV", "ING", "US-ASCII", 3, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "EUR", "1115.20", "33.00", "2026-04-02", "2026-04-04",
     {"account=NL00BANK0123456789 other=NL11OTHR0000000001"}},
    {"csv/indian_lakh.csv", NULL, "CSV", "State Bank of India", "US-ASCII", 3, 0, 0, 0, 0, IMPORT_BALANCE_ADDS_UP, "INR", "123506.78", "1000000.00", "2026-04-01", "2026-04-30",
     {NULL}},
    {"csv/utf16be_without_mark.csv", NULL, "CSV", "", "UTF-16BE", 2, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "JPY", "100", "5000", "2026-04-01", "2026-04-02",
     {"from=\xe6\x9d\xb1\xe4\xba\xac\xe9\x9b\xbb\xe5\x8a\x9b"}},
    {"csv/czech_cp1250.csv", NULL, "CSV", "Fio", "WINDOWS-1250", 2, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "CZK", "250.00", "30000.00", "2026-04-01", "2026-04-22",
     {"from=\xc5\x98" "eznictv\xc3\xad", "id=100200", "memo=\xc5\xbdlu\xc5\xa5ou\xc4\x8dk\xc3\xbd k\xc5\xaf\xc5\x88"}},
    {"csv/russian_cp1251.csv", NULL, "CSV", "", "WINDOWS-1251", 2, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "RUB", "250.00", "30000.00", "2026-04-01", "2026-04-22",
     {"from=\xd0\x90\xd0\xbf\xd1\x82\xd0\xb5\xd0\xba\xd0\xb0"}},
    {"csv/sep_line.csv", NULL, "CSV", "", "US-ASCII", 2, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "", "4.00", "0", "2026-04-01", "2026-04-02",
     {"from=Shop, big"}},
    {"csv/no_header.csv", NULL, "CSV", "", "US-ASCII", 3, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "", "29.99", "1500.00", "2026-07-01", "2026-07-28",
     {"from=HARDWARE STORE"}},
    {"csv/pending_and_declined.csv", NULL, "CSV", "Revolut", "US-ASCII", 2, 1, 0, 1, 0, IMPORT_BALANCE_ADDS_UP, "EUR", "53.40", "0", "2026-04-01", "2026-04-05",
     {"2026-04-01|2026-04-02| -3.40 EUR", "-80.00 EUR purchase pending", "skipped not_booked line=4", "fee=0.25"}},
    {"csv/quotes_and_breaks.csv", NULL, "CSV", "", "US-ASCII", 4, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "", "10", "0", "2026-04-01", "2026-04-04",
     {"from=a \"quoted\", with comma\x0d\x0a" "and a line break", "T 4 2 2026-04-02", "from=quoted and more"}},
    {"csv/errors_and_totals.csv", NULL, "CSV", "", "US-ASCII", 2, 0, 3, 3, 0, IMPORT_BALANCE_UNKNOWN, "", "1.00", "4.00", "2026-04-01", "2026-04-06",
     {"error bad_date line=3", "error bad_amount line=4", "error bad_date line=10", "skipped note_row line=5", "skipped summary_row line=7", "skipped summary_row line=8"}},
    {"csv/damaged_utf8.csv", NULL, "CSV", "", "UTF-8", 3, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "", "6", "0", "2026-04-01", "2026-04-03",
     {"from=Gr\xc3\xb6\xc3\x9f" "e \xef\xbf\xbd"}},
    {"ofx/sgml_bank.ofx", NULL, "OFX", "Example Bank", "WINDOWS-1252", 3, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "USD", "14.95", "1500.50", "2026-04-01", "2026-04-16",
     {"from=Tom & Jerry memo=caf\xc3\xa9 \xc3\xa9 <1>", "from=AT&T < 5", "-4.95 USD fee", "closing=2000.00"}},
    {"ofx/card_refund.qfx", NULL, "QFX", "Example Bank", "US-ASCII", 3, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "CAD", "30.00", "330.00", "2026-04-02", "2026-04-09",
     {"30.00 CAD refund", "300.00 CAD transfer"}},
    {"ofx/xml_pending.ofx", NULL, "OFX", "", "US-ASCII", 2, 1, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "GBP", "211.10", "0", "2026-04-05", "2026-04-06",
     {"from=H&M <store>", "EUR rate=0.85", "-200.00 GBP transfer payee=Own Savings", "other=777", "-5.00 GBP purchase pending"}},
    {"ofx/cut_in_a_transaction.ofx", NULL, "OFX", "Example Bank", "US-ASCII", 1, 0, 1, 0, 0, IMPORT_BALANCE_UNKNOWN, "USD", "1.00", "0", "2026-04-01", "2026-04-01",
     {"error bad_structure"}},
    {"qif/quicken_accounts.qif", NULL, "QIF", "", "US-ASCII", 6, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "", "1839.99", "2009.99", "2026-04-01", "2026-04-30",
     {"part -60.00 category=Food payee= memo=weekly", "part -20.00 category=Household", "-500.00  transfer", "other=Savings", "9.99  refund", "account=Card", "ref=1001"}},
    {"qif/german_points.qif", NULL, "QIF", "", "US-ASCII", 2, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "", "1234.56", "10.00", "2026-04-30", "2026-05-01",
     {NULL}},
    {"qif/errors.qif", NULL, "QIF", "", "US-ASCII", 1, 0, 5, 0, 0, IMPORT_BALANCE_UNKNOWN, "", "1.00", "0", "2026-04-01", "2026-04-01",
     {"error bad_date line=6", "error bad_amount line=9", "error missing_date line=12", "error missing_amount line=14", "error bad_structure line=17"}},
    {"camt/v2_batch_and_return.xml", NULL, "CAMT.053", "TESTDEFFXXX", "UTF-8", 4, 0, 0, 0, 0, IMPORT_BALANCE_ADDS_UP, "EUR", "115.50", "1812.00", "2026-04-01", "2026-04-04",
     {"part -60.00 category= payee=Anna memo=Teil 1", "memo=Sammelauftrag", "12.00 EUR refund reversal", "memo=Danke & bis bald", "ref=E2E-1"}},
    {"camt/v8_pending_and_second.xml", NULL, "CAMT.053", "TESTDEFFXXX", "US-ASCII", 1, 1, 0, 1, 1, IMPORT_BALANCE_DIFFERS, "EUR", "20.00", "0", "2026-04-07", "2026-04-07",
     {"payee=Kiosk", "-7.00 EUR purchase pending", "skipped not_booked", "closing=-30.00 adds up", "differs 1.00"}},
    {"camt/v4_exchange_latin1.xml", NULL, "CAMT.053", "TESTDEFFXXX", "WINDOWS-1252", 1, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "EUR", "10.00", "0", "2026-04-09", "2026-04-09",
     {"payee=Caf\xc3\xa9", "original=-11.00 USD rate=1.10"}},
    {"camt/errors.xml", NULL, "CAMT.053", "TESTDEFFXXX", "US-ASCII", 1, 0, 4, 0, 0, IMPORT_BALANCE_UNKNOWN, "EUR", "10.00", "0", "2026-04-09", "2026-04-09",
     {"error bad_date", "error missing_date", "error bad_amount", "error bad_structure"}},
    {"mt940/german_numbered.sta", NULL, "MT940", "", "US-ASCII", 4, 0, 0, 0, 0, IMPORT_BALANCE_ADDS_UP, "EUR", "19.34", "507.00", "2026-04-01", "2026-04-03",
     {"from=Stadtwerke Muster stadt GmbH memo=Strom April 2026 Abschlag", "ref=E2E-77", "id=BANKREF0001", "-7 EUR cash", "7 EUR refund reversal", "2026-04-03|2026-04-04|"}},
    {"mt940/dutch_envelope.sta", NULL, "MT940", "", "US-ASCII", 1, 0, 0, 0, 0, IMPORT_BALANCE_ADDS_UP, "EUR", "0", "25.5", "2026-04-01", "2026-04-01",
     {"payee=J. JANSEN", "memo=Etentje a/b", "opening=-50.00 closing=-24.50"}},
    {"mt940/errors.sta", NULL, "MT940", "", "US-ASCII", 1, 0, 3, 0, 1, IMPORT_BALANCE_UNKNOWN, "EUR", "2.00", "0", "2026-04-01", "2026-04-01",
     {"error bad_date line=5", "error bad_structure line=6", "error bad_amount line=7", "memo=free text of an old bank", "warning bad_balance line=11"}},
    {"csv/two_accounts.csv", NULL, "CSV", "", "US-ASCII", 3, 0, 0, 0, 0, IMPORT_BALANCE_UNKNOWN, "EUR", "1.00", "3.00", "2026-04-01", "2026-04-03",
     {"S Main EUR n=2 -1.00 +3.00", "S Travel USD n=1 -2.00 +0"}},
    // clang-format on
};

/* Files that give nothing, and what is said of them. */
static const struct refused {
    const char *file;
    int error;
    enum import_problem_code code;
    const char *piece;
} refused[] = {
    {"camt/entity_bomb.xml", -EBADMSG, IMPORT_BAD_STRUCTURE, "declares a document type"},
    {"ofx/investments_only.ofx", -EBADMSG, IMPORT_NO_STATEMENT, "only investments"},
};

static char folder[PATH_MOST];

/* tests/unit/test_import_fixtures.c → tests/import */
static void find_folder(void)
{
    char source[] = __FILE__;
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(source, '/');
        if (slash)
            *slash = '\0';
    }
    (void)snprintf(folder, sizeof(folder), "%s/import", source);
}

static void run_fixture(const char *file, const char *mapping, size_t step, struct import_run *run)
{
    OWNED_BUF bytes = BUF_INIT(1 << 20);
    struct import_options options = {.max_bytes = 0};
    char path[PATH_MOST + 128];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, file);
    if (!import_read_file(path, &bytes))
        fail_msg("%s cannot be read", path);
    if (mapping)
        assert_int_equal(import_mapping_parse(&options.mapping, mapping), 0);
    import_run_bytes(run, buf_text(&bytes), bytes.length, step, &options);
}

static void check_count(const char *file, const char *what, uint64_t found, unsigned int expected,
                        const struct import_run *run)
{
    if (found != expected)
        fail_msg("%s: %llu %s, not %u\n%s", file, (unsigned long long)found, what, expected,
                 buf_text(&run->log));
}

static void check_text(const char *file, const char *found, const char *expected)
{
    if (strcmp(found, expected) != 0)
        fail_msg("%s: \"%s\", not \"%s\"", file, found, expected);
}

static void check_amount(const char *file, const char *found, const char *expected)
{
    struct import_decimal a = {0};
    struct import_decimal b = {0};
    assert_int_equal(import_decimal_parse(found, strlen(found), &a), 0);
    assert_int_equal(import_decimal_parse(expected, strlen(expected), &b), 0);
    if (a.units != b.units)
        fail_msg("%s: %s, not %s", file, found, expected);
}

static void check_fixture(const struct fixture *fixture, const struct import_run *run)
{
    const struct import_summary *summary = &run->summary;
    const char *file = fixture->file;
    if (run->result != 0)
        fail_msg("%s: %d, %s%s", file, run->result, run->problem.text,
                 run->profile.question_count > 0 ? run->profile.questions[0].text : "");
    check_count(file, "transactions", summary->transactions, fixture->count, run);
    check_count(file, "pending", summary->pending, fixture->pending, run);
    check_count(file, "errors", summary->errors, fixture->errors, run);
    check_count(file, "skipped", summary->skipped, fixture->skipped, run);
    check_count(file, "warnings", summary->warnings, fixture->warnings, run);
    check_text(file, import_format_name(run->profile.format), fixture->format);
    check_text(file, run->profile.bank, fixture->bank);
    check_text(file, run->profile.encoding, fixture->encoding);
    check_text(file, summary->currencies[0].currency, fixture->currency);
    check_amount(file, summary->currencies[0].debits, fixture->debits);
    check_amount(file, summary->currencies[0].credits, fixture->credits);
    check_text(file, summary->first_date, fixture->first);
    check_text(file, summary->last_date, fixture->last);
    if (summary->balance != fixture->balance)
        fail_msg("%s: balance %d\n%s", file, (int)summary->balance, buf_text(&run->log));
    for (size_t i = 0; i < PIECES && fixture->pieces[i]; i++) {
        if (!strstr(buf_text(&run->log), fixture->pieces[i]))
            fail_msg("%s: no \"%s\" in\n%s", file, fixture->pieces[i], buf_text(&run->log));
    }
}

static void test_fixture_each_file_gives_what_it_was_made_of(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(fixtures); i++) {
        struct import_run run;
        run_fixture(fixtures[i].file, fixtures[i].mapping, 0, &run);
        check_fixture(&fixtures[i], &run);
        import_run_free(&run);
    }
}

static void test_fixture_pieces_of_any_size_give_the_same(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 2, 3, 11};
    for (size_t i = 0; i < ARRAY_LENGTH(fixtures); i++) {
        struct import_run whole;
        run_fixture(fixtures[i].file, fixtures[i].mapping, 0, &whole);
        for (size_t k = 0; k < ARRAY_LENGTH(steps); k++) {
            struct import_run run;
            run_fixture(fixtures[i].file, fixtures[i].mapping, steps[k], &run);
            assert_string_equal(buf_text(&run.log), buf_text(&whole.log));
            import_run_free(&run);
        }
        import_run_free(&whole);
    }
}

static void test_fixture_refused_file_says_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
        struct import_run run;
        run_fixture(refused[i].file, NULL, 0, &run);
        assert_int_equal(run.result, refused[i].error);
        assert_int_equal(run.problem.code, refused[i].code);
        if (!strstr(run.problem.text, refused[i].piece))
            fail_msg("%s: %s", refused[i].file, run.problem.text);
        import_run_free(&run);
    }
}

static void test_fixture_card_of_unknown_bank_asks_for_its_sign(void **state)
{
    (void)state;
    struct import_run run;
    run_fixture("csv/card_of_unknown_bank.csv", NULL, 0, &run);
    assert_int_equal(run.result, -EDESTADDRREQ);
    assert_int_equal(run.profile.question_count, 1);
    assert_int_equal(run.profile.questions[0].kind, IMPORT_ASK_SIGN);
    assert_non_null(strstr(run.profile.questions[0].text, "45.10 on line 2"));
    import_run_free(&run);
}

static void test_fixture_damage_is_told(void **state)
{
    (void)state;
    struct import_run run;
    run_fixture("csv/damaged_utf8.csv", NULL, 0, &run);
    assert_true(run.profile.encoding_is_damaged);
    import_run_free(&run);
    run_fixture("csv/german_cp1252.csv", NULL, 0, &run);
    assert_false(run.profile.encoding_is_damaged);
    import_run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixture_each_file_gives_what_it_was_made_of),
        cmocka_unit_test(test_fixture_pieces_of_any_size_give_the_same),
        cmocka_unit_test(test_fixture_refused_file_says_why),
        cmocka_unit_test(test_fixture_card_of_unknown_bank_asks_for_its_sign),
        cmocka_unit_test(test_fixture_damage_is_told),
    };
    find_folder();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
