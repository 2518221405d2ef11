/* Names of payees without the noise around them, and guesses at kinds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"
#include "import/fold.h"
#include "import/kind.h"
#include "import/payee.h"

static void assert_cleaned(const char *text, const char *expected)
{
    OWNED_BUF payee = BUF_INIT(IMPORT_TEXT_MAX);
    assert_int_equal(import_payee_clean(text, strlen(text), &payee), 0);
    if (strcmp(buf_text(&payee), expected) != 0)
        fail_msg("\"%s\" should be \"%s\", is \"%s\"", text, expected, buf_text(&payee));
}

static void test_payee_loses_what_is_around_the_name(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"POS PURCHASE IMTIAZ STORE KARACHI", "IMTIAZ STORE"},
        {"CARTE 01/04 BOULANGERIE DUPONT CB*1234", "BOULANGERIE DUPONT"},
        {"SQ *BLUE BOTTLE COFFEE", "BLUE BOTTLE COFFEE"},
        {"TST* THE CORNER BAR 415-555-0100 CA", "THE CORNER BAR"},
        {"PAYPAL *SPOTIFY", "SPOTIFY"},
        {"AMZN Mktp US*2K3AB4567", "AMZN Mktp"},
        {"UBER *TRIP HELP.UBER.COM", "UBER"},
        {"EFTPOS WDL HANDYWAY ALDI STORE   GEELONG WEST VICAU", "HANDYWAY ALDI STORE"},
        {"SUNSET BOWL            ANYTOWN", "SUNSET BOWL"},
        {"WALGREEN      34638675 ANYTOWN", "WALGREEN"},
        {"MCDONALD'S #112", "MCDONALD'S"},
        {"POS13SEP STATOIL", "STATOIL"},
        {"BEA   NR:XXX1234   21.05.11/12.54 DIRCKIII FIL2500 KATWIJK,PAS999",
         "DIRCKIII FIL2500 KATWIJK"},
        {"GIRO   428428 KPN - DIGITENNE    BETALINGSKENM.  000000042188659", "KPN - DIGITENNE"},
        {"PRLV SEPA FREE TELECOM", "FREE TELECOM"},
        {"Raast P2P Fund Transfer, to SYNTHETIC PAYEE", "SYNTHETIC PAYEE"},
        {"BILL PAYMENT K-ELECTRIC 0400012345678", "K-ELECTRIC"},
        {"Payment to Company XYZ REF: 31000161205-6944556-0000463", "Company XYZ"},
        {"WHOLE FOODS MARKET BROOKLYN NY", "WHOLE FOODS MARKET"},
        {"TPAY &lt;DEFTPYMT&gt;", "TPAY <DEFTPYMT>"},
        {"VISA DEBIT TESCO STORES 2041 LONDON GB", "TESCO STORES"},
        {"  many    \t blanks  ", "many"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        assert_cleaned(rows[i][0], rows[i][1]);
}

static void test_payee_that_is_a_name_stays(void **state)
{
    (void)state;
    static const char *const names[] = {"Toys R Us",
                                        "365 Online",
                                        "1&1 Internet",
                                        "Tom & Jerry",
                                        "Visa",
                                        "K&L Wines",
                                        "7-ELEVEN",
                                        "Jane Doe",
                                        "S\xc3\xbc\xc3\x9fwaren",
                                        "\xe6\x9d\xb1\xe4\xba\xac\xe9\x9b\xbb\xe5\x8a\x9b",
                                        "3M",
                                        "Card Factory",
                                        "Reference Books Ltd",
                                        "New York",
                                        "*",
                                        "12345",
                                        "#"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        assert_cleaned(names[i], names[i]);
}

static void test_payee_of_nothing_is_nothing(void **state)
{
    (void)state;
    assert_cleaned("", "");
    assert_cleaned("   ", "");
}

static void test_payee_lists_are_sorted_for_their_search(void **state)
{
    (void)state;

    const struct {
        const char *const *list;
        size_t count;
    } lists[] = {{import_payee_prefixes, import_payee_prefix_count},
                 {import_payee_enders, import_payee_ender_count},
                 {import_payee_places, import_payee_place_count}};

    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
        for (size_t k = 0; k < lists[i].count; k++) {
            char folded[64];
            const char *word = lists[i].list[k];
            (void)import_fold(word, strlen(word), folded, sizeof(folded));
            assert_string_equal(folded, word);
            if (k > 0 && strcmp(lists[i].list[k - 1], word) >= 0)
                fail_msg("%s stands before %s", lists[i].list[k - 1], word);
            assert_true(import_fold_in_list(lists[i].list, lists[i].count, word));
        }
    }
}

static enum import_kind guess(const char *amount, const char *type, const char *payee, bool card)
{
    struct import_entry entry;
    struct import_kind_index index;
    struct import_decimal decimal;
    import_entry_init(&entry);
    import_kind_index(&index);
    assert_int_equal(import_decimal_parse(amount, strlen(amount), &decimal), 0);
    import_entry_amount(&entry, ENTRY_AMOUNT, decimal);
    assert_int_equal(import_entry_set(&entry, ENTRY_TYPE, type, strlen(type)), 0);
    assert_int_equal(import_entry_set(&entry, ENTRY_PAYEE, payee, strlen(payee)), 0);
    entry.is_card = card;
    enum import_kind kind = import_kind_guess(&index, &entry);
    import_entry_free(&entry);
    return kind;
}

static void test_kind_is_guessed_by_sign_code_and_words(void **state)
{
    (void)state;

    static const struct {
        const char *amount;
        const char *type;
        const char *payee;
        bool card;
        enum import_kind kind;
    } rows[] = {
        {"-5", "", "COFFEE HOUSE", false, IMPORT_KIND_PURCHASE},
        {"5", "", "Employer", false, IMPORT_KIND_INCOME},
        {"5", "", "REFUND BOOKSHOP", false, IMPORT_KIND_REFUND},
        {"5", "CREDIT", "SHOP", true, IMPORT_KIND_REFUND},
        {"5", "", "PAYMENT - THANK YOU", true, IMPORT_KIND_TRANSFER},
        {"-5", "", "CAPITAL ONE AUTOPAY PYMT", false, IMPORT_KIND_TRANSFER},
        {"-5", "FEE", "whatever", false, IMPORT_KIND_FEE},
        {"-5", "", "Frais trimestriels", false, IMPORT_KIND_FEE},
        {"-5", "", "Geb\xc3\xbchr Konto", false, IMPORT_KIND_FEE},
        {"-5", "", "COFFEE", false, IMPORT_KIND_PURCHASE},
        {"-50", "ATM", "BMO HARRIS BANK", false, IMPORT_KIND_CASH},
        {"-50", "Auszahlung GAA", "Bank", false, IMPORT_KIND_CASH},
        {"50", "", "ATM deposit", false, IMPORT_KIND_INCOME},
        {"-9", "INT", "Interest Charge", false, IMPORT_KIND_FEE},
        {"9", "INT", "Interest", false, IMPORT_KIND_INCOME},
        {"-9", "DIRECTDEP", "VIREMENT", false, IMPORT_KIND_PURCHASE},
        {"0", "", "Notice", false, IMPORT_KIND_INCOME},
        {"-9", "", "Umbuchung Sparkonto", false, IMPORT_KIND_TRANSFER},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        enum import_kind kind = guess(rows[i].amount, rows[i].type, rows[i].payee, rows[i].card);
        if (kind != rows[i].kind)
            fail_msg("%s %s %s: %s", rows[i].amount, rows[i].type, rows[i].payee,
                     import_kind_name(kind));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_payee_loses_what_is_around_the_name),
        cmocka_unit_test(test_payee_that_is_a_name_stays),
        cmocka_unit_test(test_payee_of_nothing_is_nothing),
        cmocka_unit_test(test_payee_lists_are_sorted_for_their_search),
        cmocka_unit_test(test_kind_is_guessed_by_sign_code_and_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
