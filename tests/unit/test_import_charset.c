/* Character sets: guessing, converting in pieces of any size, damage. Folding for comparison. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "import/charset.h"
#include "import/fold.h"

static int keep(void *user, const char *text, size_t length)
{
    return buf_append(user, text, length);
}

/* Feeds `step` bytes at a time; returns how many were damaged. */
static uint64_t convert(struct import_charset *charset, const char *bytes, size_t length,
                        size_t step, struct buf *out)
{
    buf_reset(out);
    for (size_t at = 0; at < length; at += step) {
        size_t n = length - at < step ? length - at : step;
        assert_int_equal(import_charset_feed(charset, bytes + at, n, keep, out), 0);
    }
    assert_int_equal(import_charset_end(charset, keep, out), 0);
    return import_charset_damaged(charset);
}

static void assert_converts(const char *name, enum import_charset_mode mode, const char *bytes,
                            size_t length, const char *expected, uint64_t damaged)
{
    OWNED_BUF out = BUF_INIT(4096);
    for (size_t step = 1; step <= length; step++) {
        struct import_charset *charset = NULL;
        assert_int_equal(import_charset_open(name, mode, &charset), 0);
        assert_int_equal(convert(charset, bytes, length, step, &out), damaged);
        assert_string_equal(buf_text(&out), expected);
        import_charset_close(charset);
    }
}

#define BYTES(text) (text), sizeof(text) - 1

static void test_utf8_comes_through_without_its_mark(void **state)
{
    (void)state;
    assert_converts("UTF-8", IMPORT_CHARSET_STRICT,
                    BYTES("\xef\xbb\xbf"
                          "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x8e\x9f."),
                    "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x8e\x9f.", 0);
}

static void test_utf8_damage_becomes_replacement_characters(void **state)
{
    (void)state;
    assert_converts("UTF-8", IMPORT_CHARSET_STRICT,
                    BYTES("a\xff"
                          "b\xe2\x82"),
                    "a\xef\xbf\xbd"
                    "b\xef\xbf\xbd\xef\xbf\xbd",
                    3);
    assert_converts("UTF-8", IMPORT_CHARSET_STRICT, BYTES("a\0b"),
                    "a\xef\xbf\xbd"
                    "b",
                    1);
}

static void test_windows_1252_is_converted(void **state)
{
    (void)state;
    assert_converts("WINDOWS-1252", IMPORT_CHARSET_STRICT,
                    BYTES("\x80 D\xe9"
                          "bit \x8cUVRE 1\xa0"
                          "050"),
                    "\xe2\x82\xac D\xc3\xa9"
                    "bit \xc5\x92UVRE 1\xc2\xa0"
                    "050",
                    0);
    assert_converts("WINDOWS-1252", IMPORT_CHARSET_STRICT, BYTES("a\x81z"), "a\xef\xbf\xbdz", 1);
}

static void test_utf16_is_converted_with_and_without_mark(void **state)
{
    (void)state;
    assert_converts("UTF-16LE", IMPORT_CHARSET_STRICT,
                    BYTES("\xff\xfe"
                          "a\0\x3c\xd8\x9f\xdf"
                          "b\0"),
                    "a\xf0\x9f\x8e\x9f"
                    "b",
                    0);
    assert_converts("UTF-16BE", IMPORT_CHARSET_STRICT, BYTES("\0a\0b"), "ab", 0);
    assert_converts("UTF-16LE", IMPORT_CHARSET_STRICT, BYTES("a\0\x3c\xd8"), "a\xef\xbf\xbd", 1);
    assert_converts("UTF-16LE", IMPORT_CHARSET_STRICT, BYTES("a\0\0\0b\0"),
                    "a\xef\xbf\xbd"
                    "b",
                    0);
}

static void test_mixed_takes_utf8_and_else_the_code_page(void **state)
{
    (void)state;
    assert_converts("WINDOWS-1250", IMPORT_CHARSET_MIXED,
                    BYTES("M\xec"
                          "na \xc3\xa9"),
                    "M\xc4\x9b"
                    "na \xc3\xa9",
                    1);
    assert_converts("CP852", IMPORT_CHARSET_MIXED, BYTES("\xa0tutal\xa0s"),
                    "\xc3\xa1tutal\xc3\xa1s", 2);
}

static void test_charset_of_several_bytes_is_converted(void **state)
{
    (void)state;
    assert_converts("CP932", IMPORT_CHARSET_STRICT, BYTES("\x93\xfa\x96{,1"),
                    "\xe6\x97\xa5\xe6\x9c\xac,1", 0);
}

static void assert_guess(const char *bytes, size_t length, const char *expected, bool sure)
{
    bool is_sure = !sure;
    assert_string_equal(import_charset_guess(bytes, length, &is_sure), expected);
    assert_int_equal(is_sure, sure);
}

static void test_guess_by_mark_and_nuls_is_sure(void **state)
{
    (void)state;
    assert_guess(BYTES("\xef\xbb\xbf"
                       "Date"),
                 "UTF-8", true);
    assert_guess(BYTES("\xff\xfe"
                       "D\0"),
                 "UTF-16LE", true);
    assert_guess(BYTES("\xfe\xff\0D"), "UTF-16BE", true);
    assert_guess(BYTES("D\0a\0t\0e\0,\0"), "UTF-16LE", true);
    assert_guess(BYTES("\0D\0a\0t\0e\0,"), "UTF-16BE", true);
}

static void test_guess_of_a_code_page_follows_header_region_and_places(void **state)
{
    (void)state;
    assert_guess(BYTES("Date;Libell\xe9;D\xe9"
                       "bit euros"),
                 "WINDOWS-1252", false);
    assert_guess(BYTES("M\xec"
                       "na;\"CZK\";"),
                 "WINDOWS-1250", false);
    assert_guess(BYTES(":60F:C180417HUF251\nt\xa0rgy \xa0tutal\xa0s, d\xa1j, be\x82rkez\x82s"),
                 "CP852", false);
    assert_guess(BYTES("Caf\xe9 5 \xa4"), "ISO-8859-15", false);
    assert_guess(BYTES("OFXHEADER:100\nCHARSET:1250\n<OFX>pr\xe9"), "WINDOWS-1250", false);
    assert_guess(BYTES("<?xml version='1.0' encoding='ISO-8859-2'?>\xe9"), "ISO-8859-2", false);
    assert_guess(BYTES("OFXHEADER:100\nCHARSET:1250\n<OFX>pr\xc3\xa9"), "WINDOWS-1250", false);
    assert_guess(BYTES("\xc4\xc0\xd2\xc0;RUB"), "WINDOWS-1251", false);
}

static void test_name_is_known_in_many_spellings_and_others_are_not(void **state)
{
    (void)state;
    assert_string_equal(import_charset_name("utf8"), "UTF-8");
    assert_string_equal(import_charset_name("Windows-1250"), "WINDOWS-1250");
    assert_string_equal(import_charset_name("cp1252"), "WINDOWS-1252");
    assert_string_equal(import_charset_name("8859-1"), "WINDOWS-1252");
    assert_string_equal(import_charset_name("iso-8859-15"), "ISO-8859-15");
    assert_string_equal(import_charset_name("Shift_JIS"), "CP932");
    assert_null(import_charset_name("UTF-7"));
    assert_null(import_charset_name("ISO-2022-CN-EXT"));
    assert_null(import_charset_name("UTF-8//TRANSLIT//../../x"));
    assert_null(import_charset_name(""));
}

static void assert_fold(const char *text, const char *expected)
{
    char folded[64];
    assert_int_equal(import_fold(text, strlen(text), folded, sizeof(folded)), strlen(expected));
    assert_string_equal(folded, expected);
}

static void test_fold_makes_headers_alike(void **state)
{
    (void)state;
    assert_fold("  Zahlungsempf\xc3\xa4nger*in ", "zahlungsempfanger*in");
    assert_fold("Soll/Haben", "soll haben");
    assert_fold("RunningBalance", "running balance");
    assert_fold("Wertstellung (Valuta)", "wertstellung valuta");
    assert_fold("Tranzakci\xc3\xb3 \xc3\xb6sszege", "tranzakcio osszege");
    assert_fold("STRASSE Stra\xc3\x9f"
                "e \xc5\x92uvre",
                "strasse strasse oeuvre");
    assert_fold("N\xc2\xb0 de transaction", "n de transaction");
    assert_fold("\xd0\xa1\xd1\x83\xd0\xbc\xd0\xbc\xd0\xb0",
                "\xd0\xa1\xd1\x83\xd0\xbc\xd0\xbc\xd0\xb0");
    assert_fold("Betrag (\xe2\x82\xac)", "betrag \xe2\x82\xac");
}

static void test_fold_is_cut_at_its_room(void **state)
{
    (void)state;
    char folded[4];
    assert_int_equal(import_fold("abcdef", 6, folded, sizeof(folded)), 3);
    assert_string_equal(folded, "abc");
    assert_int_equal(import_fold("ab\xd0\xa1x", 5, folded, sizeof(folded)), 2);
    assert_string_equal(folded, "ab");
}

static void test_fold_finds_whole_words_only(void **state)
{
    (void)state;
    assert_true(import_fold_contains("monthly account fee", "fee"));
    assert_false(import_fold_contains("coffee fees", "fee"));
    assert_true(import_fold_contains("coffee fee", "fee"));
    assert_true(import_fold_begins("amount eur", "amount"));
    assert_false(import_fold_begins("amounts", "amount"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8_comes_through_without_its_mark),
        cmocka_unit_test(test_utf8_damage_becomes_replacement_characters),
        cmocka_unit_test(test_windows_1252_is_converted),
        cmocka_unit_test(test_utf16_is_converted_with_and_without_mark),
        cmocka_unit_test(test_mixed_takes_utf8_and_else_the_code_page),
        cmocka_unit_test(test_charset_of_several_bytes_is_converted),
        cmocka_unit_test(test_guess_by_mark_and_nuls_is_sure),
        cmocka_unit_test(test_guess_of_a_code_page_follows_header_region_and_places),
        cmocka_unit_test(test_name_is_known_in_many_spellings_and_others_are_not),
        cmocka_unit_test(test_fold_makes_headers_alike),
        cmocka_unit_test(test_fold_is_cut_at_its_room),
        cmocka_unit_test(test_fold_finds_whole_words_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
