/* Every file of the public samples, read to the count, sums, dates and errors that were worked out
 * for it by other means. The samples lie beside the repository (or where NINEPENCE_SHARED says);
 * where they are absent, nothing is run and the test says so. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

#include "base/mem.h"
#include "import/decimal.h"
#include "tests/support/import_rig.h"

enum {
    PATH_MOST = 1024
};

/* What a person would answer where the file leaves something open, or names no currency. */
static const struct answer {
    const char *file;
    const char *mapping;
} answers[] = {
    {"csv/barclaycard-uk-noheader.csv", "sign=positive_out;currency=GBP"},
    {"csv/bank-of-ireland-ie.csv", "currency=EUR"},
    {"csv/chase-us.csv", "currency=USD"},
    {"qif/quicken-bank.qif", "date_order=mdy"},
    {"synthetic/ambiguous-dates.csv", "date_order=mdy"},
};

/* What must come out beside the sums: bank, encoding, format, or a piece of the log. */
static const struct trait {
    const char *file;
    const char *format;
    const char *encoding;
    const char *piece;
} traits[] = {
    {"csv/raiffeisen-cz.csv", "CSV", "WINDOWS-1250", "Jednor\xc3\xa1zov\xc3\xa1 platba"},
    {"csv/comdirect-de.csv", "CSV", "WINDOWS-1252", "-23.86 EUR purchase pending"},
    {"csv/dkb-de.csv", "CSV", "UTF-8", " 1000 EUR "},
    {"csv/george-at.csv", "CSV", "UTF-8", "skipped note_row line=4"},
    {"csv/schwab-checking-us.csv", "CSV", "US-ASCII", "opening=1093.74 closing=878.47 adds up"},
    {"csv/fail-comdirect-de-amount.csv", "CSV", "UTF-8",
     "error bad_amount line=6 entry=1 id= field=Umsatz in EUR found=-a40,01"},
    {"ofx1/banco-do-brasil-br.ofx", "OFX", "UTF-8",
     "DOC CR\xc3\x89"
     "DITO EM CONTA"},
    {"ofx1/fake-checking.ofx", "QFX", "US-ASCII", "id=0000486"},
    {"ofx1/rbc-medium-ca.ofx", "QFX", "US-ASCII", "MCDONALD'S #112"},
    {"ofx1/citi-credit-card-us.ofx", "QFX", "US-ASCII", "id=yy-56"},
    {"ofx1/fake-credit-card-us.ofx", "OFX", "US-ASCII", "from=K&L Wines"},
    {"ofx1/caixa-br-blank-amount.ofx", "OFX", "US-ASCII", "error missing_amount line=39"},
    {"ofx1/fail-decimal_error.ofx", "OFX", "US-ASCII", "id=2000957249 field=TRNAMT found=$120"},
    {"ofx1/fail-decimal_error.ofx", "OFX", "US-ASCII", "field=DTPOSTED found=201120000000"},
    {"ofx1/fail-date_missing.ofx", "OFX", "US-ASCII",
     "error bad_date line=48 entry=3 id=2000957249 field=DTPOSTED found=20120231"},
    {"ofx2/anz-credit-card-au.ofx", "OFX", "US-ASCII", "payee=SOME MEMO"},
    {"ofx2/suncorp-au.ofx", "OFX", "US-ASCII", "id=1 weak"},
    {"ofx2/fail-snipped-za.ofx", "OFX", "US-ASCII", "found=*snipped*"},
    {"qfx/rebuilt-bmo-ca-entities.qfx", "QFX", "US-ASCII", "B.C. HYDRO & POWER AUTHORITY"},
    {"qfx/rebuilt-desjardins-ca-8859-1.qfx", "QFX", "WINDOWS-1252",
     "Carte pr\xc3\xa9pay\xc3\xa9"
     "e"},
    {"qfx/rebuilt-desjardins-ca-utf-8.qfx", "QFX", "UTF-8",
     "Paiement 5\xe2\x82\xac \xe2\x80\x94 d\xc3\xa9"
     "bit"},
    {"qif/quicken-bank.qif", "QIF", "US-ASCII", "warning bad_split line=13"},
    {"qif/quicken-bank.qif", "QIF", "US-ASCII", "-1000.00  transfer"},
    {"qif/ubs-iso-dates.qif", "QIF", "UTF-8", "id=A01234BC01234567"},
    {"camt053/v10-wise.xml", "CAMT.053", "US-ASCII", "warning bad_count"},
    {"camt053/v2-minimal.xml", "CAMT.053", "US-ASCII", "warning bad_balance"},
    {"camt053/v2-five-decimals.xml", "CAMT.053", "US-ASCII", "differs 0.050"},
    {"camt053/v2-ing-batch-nl.xml", "CAMT.053", "US-ASCII", "warning bad_count"},
    {"camt053/v4-postfinance-ch.xml", "CAMT.053", "UTF-8", "closing=322689.77 adds up"},
    {"camt053/v4-postfinance-ch.xml", "CAMT.053", "UTF-8", "110.00 CHF refund reversal"},
    {"camt053/v2-two-currencies.xml", "CAMT.053", "US-ASCII", "closing=2400.01 adds up"},
    {"mt940/abnamro-nl.sta", "MT940", "US-ASCII", "warning bad_balance"},
    {"mt940/postfinance-ch.sta", "MT940", "US-ASCII", "closing=159.6 differs 0.2"},
    {"mt940/raiffeisen-hu.sta", "MT940", "CP852", "D\xc3\xadj, jutal\xc3\xa9k"},
    {"mt940/deutsche-bank-de.sta", "MT940", "UTF-8", "warning bad_date line=44"},
    {"mt940/mbank-pl.sta", "MT940", "US-ASCII", "id=MB170119012058"},
    {"mt940/sepa-de.sta", "MT940", "US-ASCII", "-204.88 EUR purchase reversal"},
    {"synthetic/meezan-pk.csv", "CSV", "UTF-8", "closing=236429.54 adds up"},
    {"synthetic/debit-credit-thousands.csv", "CSV", "US-ASCII", "found=Total"},
    {"synthetic/formula-cells.csv", "CSV", "US-ASCII", "memo='=kept apostrophe"},
    {"synthetic/formula-cells.csv", "CSV", "US-ASCII", "from=\t=1+1 after a tab"},
    {"synthetic/utf16le-bom.csv", "CSV", "UTF-16LE", "from=Emoji \xf0\x9f\x8d\x95 Ltd"},
    {"synthetic/lakh-grouping-in.csv", "CSV", "US-ASCII", "closing=-900405.39 adds up"},
    {"synthetic/french-nbsp-cp1252.csv", "CSV", "WINDOWS-1252",
     "\xc2\xab\xc2\xa0L\xe2\x80\x99\xc3\x89PI\xc2\xa0\xc2\xbb"},
    {"synthetic/padded-comma.qfx", "QFX", "WINDOWS-1252", "2026-06-15|| -1234.50 BRL"},
    {"synthetic/padded-comma.qfx", "QFX", "WINDOWS-1252", "memo=COMPRA CART\xc3\x83O <LOJA>"},
};

static char folder[PATH_MOST];

static void find_folder(void)
{
    const char *shared = getenv("NINEPENCE_SHARED");
    if (shared) {
        (void)snprintf(folder, sizeof(folder), "%s/samples", shared);
        return;
    }
    /* tests/unit/test_import_samples.c → the repository → what lies beside it */
    char source[] = __FILE__;
    for (int i = 0; i < 3; i++) {
        char *slash = strrchr(source, '/');
        if (!slash)
            return;
        *slash = '\0';
    }
    (void)snprintf(folder, sizeof(folder), "%s/../shared/samples", source);
}

static bool read_sample(const char *name, struct buf *bytes)
{
    char path[PATH_MOST + 128];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return import_read_file(path, bytes);
}

static void run_sample(const char *name, const char *mapping, size_t step, struct import_run *run)
{
    OWNED_BUF bytes = BUF_INIT(IMPORT_FILE_MAX + 65536);
    struct import_options options = {.max_bytes = 0};
    if (!read_sample(name, &bytes))
        fail_msg("%s cannot be read", name);
    if (mapping)
        assert_int_equal(import_mapping_parse(&options.mapping, mapping), 0);
    import_run_bytes(run, buf_text(&bytes), bytes.length, step, &options);
}

static const char *answer_for(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(answers); i++) {
        if (strcmp(answers[i].file, name) == 0)
            return answers[i].mapping;
    }
    return NULL;
}

static const char *text_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static uint64_t number_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    char *text = item ? cJSON_PrintUnformatted(item) : NULL;
    uint64_t number = text ? strtoull(text, NULL, 10) : 0;
    cJSON_free(text);
    return number;
}

static void assert_same_amount(const char *name, const char *found, const char *expected)
{
    struct import_decimal a = {0};
    struct import_decimal b = {0};
    assert_int_equal(import_decimal_parse(found, strlen(found), &a), 0);
    assert_int_equal(import_decimal_parse(expected, strlen(expected), &b), 0);
    if (a.units != b.units)
        fail_msg("%s: %s should be %s", name, found, expected);
}

static void check_currency(const char *name, const struct import_summary *summary,
                           const cJSON *expected)
{
    const char *code = strcmp(expected->string, "(none)") == 0 ? "" : expected->string;
    for (size_t i = 0; i < summary->currency_count; i++) {
        const struct import_sum *sum = &summary->currencies[i];
        if (strcmp(sum->currency, code) != 0)
            continue;
        assert_int_equal(sum->count, number_of(expected, "n"));
        assert_same_amount(name, sum->debits, text_of(expected, "debits"));
        assert_same_amount(name, sum->credits, text_of(expected, "credits"));
        return;
    }
    fail_msg("%s: nothing in %s", name, expected->string);
}

static void check_good(const char *name, const struct import_run *run, const cJSON *expected)
{
    const struct import_summary *summary = &run->summary;
    if (run->result != 0)
        fail_msg("%s: %d, %s", name, run->result, run->problem.text);
    if (summary->transactions != number_of(expected, "n") || summary->errors > 0)
        fail_msg("%s: %d transactions and %d errors\n%s", name, (int)summary->transactions,
                 (int)summary->errors, buf_text(&run->log));
    assert_int_equal(summary->pending, number_of(expected, "pending"));
    const cJSON *currencies = cJSON_GetObjectItemCaseSensitive(expected, "by_currency");
    assert_int_equal(summary->currency_count, cJSON_GetArraySize(currencies));
    const cJSON *currency;
    cJSON_ArrayForEach (currency, currencies) {
        check_currency(name, summary, currency);
    }
    if (text_of(expected, "first_date")[0]) {
        assert_string_equal(summary->first_date, text_of(expected, "first_date"));
        assert_string_equal(summary->last_date, text_of(expected, "last_date"));
    }
    if (text_of(expected, "pending_sum")[0])
        assert_same_amount(name, summary->currencies[0].pending_sum,
                           text_of(expected, "pending_sum"));
}

/* Nothing is imported, and somebody is told why. */
static void check_bad(const char *name, const struct import_run *run)
{
    bool is_told = run->result == -EBADMSG ? run->problem.text[0] != '\0'
                                           : run->result == 0 && run->summary.errors > 0;
    if (!is_told || run->summary.transactions > 0)
        fail_msg("%s: %d, %d transactions, %d errors", name, run->result,
                 (int)run->summary.transactions, (int)run->summary.errors);
}

static cJSON *read_expected(void)
{
    OWNED_BUF bytes = BUF_INIT(1 << 20);
    if (!read_sample("expected.json", &bytes))
        return NULL;
    return cJSON_ParseWithLength(buf_text(&bytes), bytes.length);
}

static cJSON *expected_or_skip(void)
{
    cJSON *expected = read_expected();
    if (!expected) {
        print_message("NOT RUN: no samples at %s (set NINEPENCE_SHARED)\n", folder);
        skip();
    }
    return expected;
}

static void test_sample_each_file_gives_what_was_worked_out(void **state)
{
    (void)state;
    cJSON *expected = expected_or_skip();
    const cJSON *item;
    int files = 0;
    cJSON_ArrayForEach (item, expected) {
        if (item->string[0] == '_')
            continue;
        struct import_run run;
        run_sample(item->string, answer_for(item->string), 0, &run);
        if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "error")))
            check_bad(item->string, &run);
        else
            check_good(item->string, &run, item);
        import_run_free(&run);
        files++;
    }
    cJSON_Delete(expected);
    print_message("%d sample files\n", files);
    assert_int_equal(files, 75);
}

static void test_sample_pieces_of_any_size_give_the_same(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 7, 4096};
    cJSON *expected = expected_or_skip();
    const cJSON *item;
    cJSON_ArrayForEach (item, expected) {
        if (item->string[0] == '_')
            continue;
        struct import_run whole;
        run_sample(item->string, answer_for(item->string), 0, &whole);
        for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
            struct import_run run;
            run_sample(item->string, answer_for(item->string), steps[i], &run);
            assert_int_equal(run.result, whole.result);
            assert_string_equal(run.profile.encoding, whole.profile.encoding);
            assert_string_equal(buf_text(&run.log), buf_text(&whole.log));
            import_run_free(&run);
        }
        import_run_free(&whole);
    }
    cJSON_Delete(expected);
}

static void test_sample_traits_come_out(void **state)
{
    (void)state;
    cJSON_Delete(expected_or_skip());
    for (size_t i = 0; i < ARRAY_LENGTH(traits); i++) {
        struct import_run run;
        run_sample(traits[i].file, answer_for(traits[i].file), 0, &run);
        assert_string_equal(import_format_name(run.profile.format), traits[i].format);
        assert_string_equal(run.profile.encoding, traits[i].encoding);
        if (!strstr(buf_text(&run.log), traits[i].piece))
            fail_msg("%s: no \"%s\" in\n%s", traits[i].file, traits[i].piece, buf_text(&run.log));
        import_run_free(&run);
    }
}

static void test_sample_undecidable_file_asks(void **state)
{
    (void)state;

    static const struct {
        const char *file;
        const char *name;
    } asking[] = {{"synthetic/ambiguous-dates.csv", "date_order"},
                  {"qif/quicken-bank.qif", "date_order"},
                  {"csv/barclaycard-uk-noheader.csv", "sign"}};

    cJSON_Delete(expected_or_skip());
    for (size_t i = 0; i < ARRAY_LENGTH(asking); i++) {
        struct import_run run;
        run_sample(asking[i].file, NULL, 0, &run);
        assert_int_equal(run.result, -EDESTADDRREQ);
        assert_int_equal(run.profile.question_count, 1);
        assert_string_equal(run.profile.questions[0].name, asking[i].name);
        assert_int_equal(run.profile.questions[0].option_count, 2);
        import_run_free(&run);
    }
}

static void test_sample_ambiguous_dates_are_read_either_way(void **state)
{
    (void)state;
    cJSON_Delete(expected_or_skip());
    static const char *const mappings[] = {"date_order=mdy", "date_order=dmy"};
    for (size_t i = 0; i < ARRAY_LENGTH(mappings); i++) {
        struct import_run run;
        run_sample("synthetic/ambiguous-dates.csv", mappings[i], 0, &run);
        assert_int_equal(run.result, 0);
        assert_string_equal(run.summary.first_date, "2026-01-02");
        assert_string_equal(run.summary.last_date, "2026-12-11");
        import_run_free(&run);
    }
}

static void test_sample_same_dates_in_two_orders(void **state)
{
    (void)state;
    cJSON_Delete(expected_or_skip());
    struct import_run dmy;
    struct import_run mdy;
    run_sample("qif/ddmmyy.qif", NULL, 0, &dmy);
    run_sample("qif/mmddyy.qif", NULL, 0, &mdy);
    assert_string_equal(buf_text(&dmy.log), buf_text(&mdy.log));
    import_run_free(&dmy);
    import_run_free(&mdy);
}

static void test_sample_failing_files_say_the_reason(void **state)
{
    (void)state;
    cJSON_Delete(expected_or_skip());
    struct import_run run;
    run_sample("ofx2/fail-server-error-svb.ofx", NULL, 0, &run);
    assert_int_equal(run.problem.code, IMPORT_BANK_ERROR);
    assert_non_null(strstr(run.problem.text, "General Server Error (2000)"));
    import_run_free(&run);
    run_sample("camt053/fail-v2-wrong.xml", NULL, 0, &run);
    assert_int_equal(run.problem.code, IMPORT_NO_STATEMENT);
    assert_non_null(strstr(run.problem.text, "no statement in this file"));
    import_run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample_each_file_gives_what_was_worked_out),
        cmocka_unit_test(test_sample_pieces_of_any_size_give_the_same),
        cmocka_unit_test(test_sample_traits_come_out),
        cmocka_unit_test(test_sample_undecidable_file_asks),
        cmocka_unit_test(test_sample_ambiguous_dates_are_read_either_way),
        cmocka_unit_test(test_sample_same_dates_in_two_orders),
        cmocka_unit_test(test_sample_failing_files_say_the_reason),
    };
    find_folder();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
