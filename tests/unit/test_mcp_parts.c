/* Small parts of mcp/: templates, numbers, base64url, cursors, digests, wrapping. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "mcp/base64url.h"
#include "mcp/json_digest.h"
#include "mcp/json_number.h"
#include "mcp/limits.h"
#include "mcp/registry.h"
#include "mcp/uri_template.h"
#include "mcp/wrap.h"

static void check_match(const char *uri_template, const char *uri, const char *expected)
{
    OWNED_BUF value = BUF_INIT(MCP_URI_MAX);
    assert_int_equal(uri_template_match(uri_template, uri, "v", &value), expected != NULL);
    if (expected)
        assert_string_equal(buf_text(&value), expected);
}

static void test_template_matches_one_segment_and_decodes_it(void **state)
{
    (void)state;
    check_match("a://{v}", "a://x", "x");
    check_match("a://{v}", "a://", NULL);
    check_match("a://{v}", "a://x/y", NULL);
    check_match("a://{v}", "b://x", NULL);
    check_match("a://{v}/z", "a://x/z", "x");
    check_match("a://{v}/z", "a://x/y", NULL);
    check_match("a://{u}/{v}", "a://x/y", "y");
    check_match("a://{v}-{u}", "a://1-2-3", "1-2");
    check_match("a://{v}", "a://x%20%C3%A4%2f", "x \xc3\xa4/");
    check_match("a://{v}", "a://x?y", NULL);
    check_match("a://{v}", "a://%", NULL);
    check_match("a://{v}", "a://%4", NULL);
    check_match("a://{v}", "a://%4g", NULL);
    check_match("a://{v}", "a://%00", NULL);
    check_match("a://{v}", "a://%ff", NULL);
    check_match("a://{u}/{v}", "a://%ff/y", NULL);
}

static void test_template_of_level_one_is_valid(void **state)
{
    static const char *const bad[] = {"a://{",    "a://}",     "a://{}", "a://{a}{b}",
                                      "a://{+a}", "a://{a,b}", "a://{a"};
    (void)state;
    assert_true(uri_template_is_valid("a://{a}/x/{b_2}"));
    assert_true(uri_template_is_valid("a://plain"));
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_false(uri_template_is_valid(bad[i]));
    assert_true(uri_template_has("a://{a}/{bc}", "bc"));
    assert_false(uri_template_has("a://{a}/{bc}", "b"));
    assert_false(uri_template_has("a://{a}", ""));
}

static void test_numbers_compare_by_value(void **state)
{
    static const char *const rising[] = {
        "-1e400", "-100.5", "-100.4999", "-1",   "-0.5",          "-0.05", "0",
        "1e-400", "0.05",   "0.5",       "1",    "1.5",           "9.99",  "10",
        "99",     "100",    "1e3",       "1001", "1e99999999999",
    };
    static const char *const equal[][2] = {
        {"0", "-0"},     {"0.0", "0e5"},  {"1", "1.0"},       {"10", "1e1"},       {"0.1", "1e-1"},
        {"1.50", "1.5"}, {"100", "1E+2"}, {"0.0010", "1e-3"}, {"12.34e2", "1234"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rising); i++) {
        for (size_t j = 0; j < ARRAY_LENGTH(rising); j++) {
            int order = json_number_compare(rising[i], rising[j]);
            if ((order > 0) - (order < 0) != (i > j) - (i < j))
                fail_msg("%s and %s: %d", rising[i], rising[j], order);
        }
    }
    for (size_t i = 0; i < ARRAY_LENGTH(equal); i++) {
        if (json_number_compare(equal[i][0], equal[i][1]) != 0)
            fail_msg("%s is not %s", equal[i][0], equal[i][1]);
    }
}

static void test_numbers_are_whole_or_not(void **state)
{
    static const char *const whole[] = {"0", "-0.0", "3", "3.0", "30e-1", "1.5e1", "1e400", "120"};
    static const char *const broken[] = {"0.5", "3.01", "1e-1", "15e-1", "-2.5", "1e-400"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(whole); i++)
        assert_true(json_number_is_whole(whole[i]));
    for (size_t i = 0; i < ARRAY_LENGTH(broken); i++)
        assert_false(json_number_is_whole(broken[i]));
}

static void test_whole_numbers_are_exact_whatever_their_spelling(void **state)
{
    static const struct {
        const char *text;
        int expected;
        int64_t number;
    } cases[] = {
        {"1e1", 0, 10},
        {"1.0e1", 0, 10},
        {"100e-1", 0, 10},
        {"1E+1", 0, 10},
        {"-0.0", 0, 0},
        {"0e999999999999", 0, 0},
        {"007", 0, 7},
        {"-12.50e1", 0, -125},
        {"9007199254740993", 0, INT64_C(9007199254740993)},
        {"9007199254740993.0", 0, INT64_C(9007199254740993)},
        {"9.007199254740993e15", 0, INT64_C(9007199254740993)},
        {"9223372036854775807", 0, INT64_MAX},
        {"9.223372036854775807e18", 0, INT64_MAX},
        {"92233720368547758070e-1", 0, INT64_MAX},
        {"-9.223372036854775808e+18", 0, INT64_MIN},
        {"9.223372036854775808e18", -ERANGE, 0},
        {"-9223372036854775809", -ERANGE, 0},
        {"1e19", -ERANGE, 0},
        {"1e99999999999", -ERANGE, 0},
        {"9007199254740993.5", -EINVAL, 0},
        {"1e-1", -EINVAL, 0},
        {"15e-1", -EINVAL, 0},
        {"1e-99999999999", -EINVAL, 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int64_t number = 77;
        int r = json_number_to_int(cases[i].text, &number);
        if (r != cases[i].expected || number != (r == 0 ? cases[i].number : 77))
            fail_msg("%s: %d, %lld", cases[i].text, r, (long long)number);
    }
}

static void test_number_at_the_front_of_a_text_is_measured(void **state)
{
    static const struct {
        const char *text;
        size_t length;
    } cases[] = {
        {"12", 2}, {"-1.5e-3 ", 7}, {"007", 3}, {"1e1x", 3}, {"", 0},   {"-", 0},
        {"1.", 0}, {".5", 0},       {"1e", 0},  {"1e+", 0},  {"+1", 0}, {"x", 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_int_equal(json_number_length(cases[i].text), cases[i].length);
}

static void test_base64url_has_one_spelling(void **state)
{
    unsigned char bytes[64];
    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(i * 37 + 11);
    for (size_t length = 0; length <= sizeof(bytes); length++) {
        OWNED_BUF text = BUF_INIT(200);
        OWNED_BUF back = BUF_INIT(200);
        base64url_write(bytes, length, &text);
        assert_int_equal(base64url_read(buf_text(&text), text.length, &back), 0);
        assert_int_equal(back.length, length);
        if (length > 0)
            assert_memory_equal(back.data, bytes, length);
    }
    static const char *const bad[] = {
        "A", "AB", "AAB", "AA==", "AA=", "A A", "AA+A", "AA/A", "AAAAA"};
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        OWNED_BUF back = BUF_INIT(200);
        if (base64url_read(bad[i], strlen(bad[i]), &back) != -EINVAL)
            fail_msg("accepted: %s", bad[i]);
    }
}

static void test_cursor_belongs_to_its_list_and_no_bit_may_change(void **state)
{
    OWNED_BUF cursor = BUF_INIT(2000);
    OWNED_BUF key = BUF_INIT(2000);
    (void)state;
    cursor_write("tools", "read_expenses", &cursor);
    assert_int_equal(cursor_read("tools", cursor.data, &key), 0);
    assert_string_equal(buf_text(&key), "read_expenses");
    assert_int_equal(cursor_read("prompts", cursor.data, &key), -EINVAL);
    for (size_t i = 0; i < cursor.length * 8; i++) {
        cursor.data[i / 8] = (char)(cursor.data[i / 8] ^ (1 << i % 8));
        assert_int_equal(cursor_read("tools", cursor.data, &key), -EINVAL);
        cursor.data[i / 8] = (char)(cursor.data[i / 8] ^ (1 << i % 8));
    }
}

static void test_cursor_at_the_limit_and_one_beyond(void **state)
{
    char name[MCP_CURSOR_MAX + 1];
    (void)state;
    memset(name, 'x', sizeof(name));
    for (size_t length = MCP_CURSOR_MAX - 6; length <= MCP_CURSOR_MAX - 5; length++) {
        OWNED_BUF cursor = BUF_INIT(4096);
        name[length] = '\0';
        cursor_write("tools", name, &cursor);
        assert_int_equal(cursor.error, length == MCP_CURSOR_MAX - 6 ? 0 : -EMSGSIZE);
        name[length] = 'x';
    }
}

static void digest_of(const char *text, uint8_t *ret_digest)
{
    const char *why = NULL;
    OWNED_JSON tree = json_parse(text, strlen(text), &why);
    assert_non_null(tree);
    assert_int_equal(json_digest(tree, ret_digest), 0);
}

static void test_digest_ignores_the_order_of_members_and_nothing_else(void **state)
{
    static const char *const different[] = {
        "{}",
        "[]",
        "null",
        "true",
        "false",
        "0",
        "\"0\"",
        "{\"a\":1}",
        "{\"a\":\"1\"}",
        "{\"a\":[1]}",
        "[1,2]",
        "[2,1]",
        "[[1],2]",
        "[1,[2]]",
        "{\"a\":{\"b\":1}}",
        "{\"ab\":1}",
        "{\"a\":1.0}",
        "[\"a\",\"b\"]",
        "[\"ab\"]",
        "{\"a\":1,\"b\":2}",
        "{\"a\":null}",
    };
    uint8_t digests[ARRAY_LENGTH(different)][SHA256_DIGEST_SIZE];
    uint8_t other[SHA256_DIGEST_SIZE];
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(different); i++) {
        digest_of(different[i], digests[i]);
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(digests[i], digests[j], SHA256_DIGEST_SIZE);
    }
    digest_of("{\"b\": 2, \"\\u0061\": 1}", other);
    assert_memory_equal(other, digests[19], SHA256_DIGEST_SIZE);
    assert_int_equal(json_digest(NULL, other), 0);
    assert_memory_equal(other, digests[0], SHA256_DIGEST_SIZE);
}

static void test_wrapping_shifts_references(void **state)
{
    OWNED_BUF buf = BUF_INIT(2000);
    struct json_out out;
    (void)state;
    assert_false(wrap_is_needed("{\"type\":\"object\"}"));
    assert_true(wrap_is_needed("{\"type\":\"array\"}"));
    assert_true(wrap_is_needed("{\"anyOf\":[]}"));
    json_out_init(&out, &buf);
    wrap_schema("{\"type\":\"array\",\"$defs\":{\"a\":{\"type\":\"string\",\"minLength\":1}},"
                "\"items\":{\"$ref\":\"#/$defs/a\"},\"contains\":{\"$ref\":\"#\"},"
                "\"x\":{\"$ref\":\"#anchor\"}}",
                &out);
    assert_string_equal(
        buf_text(&buf),
        "{\"type\":\"object\",\"properties\":{\"result\":{\"type\":\"array\",\"$defs\":{\"a\":"
        "{\"type\":\"string\",\"minLength\":1}},\"items\":{\"$ref\":\"#/properties/result/$defs/a\"},"
        "\"contains\":{\"$ref\":\"#/properties/result\"},\"x\":{\"$ref\":\"#anchor\"}}},"
        "\"required\":[\"result\"]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_template_matches_one_segment_and_decodes_it),
        cmocka_unit_test(test_template_of_level_one_is_valid),
        cmocka_unit_test(test_numbers_compare_by_value),
        cmocka_unit_test(test_numbers_are_whole_or_not),
        cmocka_unit_test(test_whole_numbers_are_exact_whatever_their_spelling),
        cmocka_unit_test(test_number_at_the_front_of_a_text_is_measured),
        cmocka_unit_test(test_base64url_has_one_spelling),
        cmocka_unit_test(test_cursor_belongs_to_its_list_and_no_bit_may_change),
        cmocka_unit_test(test_cursor_at_the_limit_and_one_beyond),
        cmocka_unit_test(test_digest_ignores_the_order_of_members_and_nothing_else),
        cmocka_unit_test(test_wrapping_shifts_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
