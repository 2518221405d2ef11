/* mcp/json_gate, mcp/json, mcp/json_out. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "mcp/json.h"
#include "mcp/json_gate.h"
#include "mcp/json_out.h"
#include "mcp/limits.h"
#include "tests/support/json_same.h"

static enum json_verdict verdict_of(const char *text)
{
    struct json_gate gate;
    json_gate_check(text, strlen(text), NULL, &gate);
    assert_int_equal(gate.verdict == JSON_GOOD, gate.why == NULL);
    return gate.verdict;
}

static void test_gate_strict_grammar(void **state)
{
    static const char *const good[] = {
        "{}",       "[]",       " \t\r\n{ \"a\" : [ 1 , -0.5e+3 , true , false , null , \"x\" ] } ",
        "\"\"",     "0",        "\"\\u00e4\\ud83d\\ude00\\/\"",
        "\"\x7f\"", "{\"\":0}",
    };
    static const char *const bad[] = {
        "",         " ",    "{",       "[1,]",    "{\"a\":1,}",  "{a:1}",
        "[01]",     "[1.]", "[.5]",    "[+1]",    "[1e]",        "[-]",
        "[NaN]",    "tru",  "\"\\x\"", "\"\t\"",  "\"\\u12g4\"", "\"open",
        "\"\\",     "[1]x", "[1 2]",   "{\"a\"}", "{1:2}",       "\xef\xbb\xbf{}",
        "\"\xff\"", "'a'",  "[1}",     "/**/1",   "\"\\u",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
        assert_int_equal(verdict_of(good[i]), JSON_GOOD);
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        if (verdict_of(bad[i]) != JSON_NOT)
            fail_msg("accepted: %s", bad[i]);
    }
}

static void test_gate_refuses_what_is_json_but_against_the_rules(void **state)
{
    (void)state;
    assert_int_equal(verdict_of("\"a\\u0000b\""), JSON_REFUSED);
    assert_int_equal(verdict_of("\"\\ud800\""), JSON_REFUSED);
    assert_int_equal(verdict_of("\"\\udc00\\ud800\""), JSON_REFUSED);
    assert_int_equal(verdict_of("{\"a\":1,\"a\":2}"), JSON_REFUSED);
    assert_int_equal(verdict_of("{\"a\":1,\"\\u0061\":2}"), JSON_REFUSED);
    assert_int_equal(verdict_of("{\"1234567/\":1,\"1234567\\/\":2}"), JSON_REFUSED);
    assert_int_equal(verdict_of("{\"1234567\xc3\xa9\":1,\"1234567\\u00e9\":2}"), JSON_REFUSED);
    assert_int_equal(verdict_of("{\"123456789012345\xf0\x9f\x98\x80\":1,"
                                "\"\\u0031234567890\\u003123\\u00345\\ud83d\\uDE00\":2}"),
                     JSON_REFUSED);
    assert_int_equal(verdict_of("{\"1234567\":1,\"12345678\":2,\"1234567\\t\":3,\"a\":4,\"b\":5,"
                                "\"ab\":6,\"ba\":7,\"aba\":8,\"aab\":9,\"\":10}"),
                     JSON_GOOD);
    assert_int_equal(verdict_of("{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}"), JSON_REFUSED);
    assert_int_equal(verdict_of("{\"a\":1,\"A\":2,\"aa\":3}"), JSON_GOOD);
    assert_int_equal(verdict_of("{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":1}]}"), JSON_GOOD);
    assert_int_equal(verdict_of("{\"a\":1,\"a\":2"), JSON_NOT);
}

static void test_gate_finds_the_id_of_a_refused_request(void **state)
{
    static const char text[] = "{\"a\":[\"\\u0000\",{\"id\":1}],\"id\":\"q\\u0041\",\"b\":{}}";
    struct json_gate gate;
    (void)state;
    json_gate_check(text, strlen(text), NULL, &gate);
    assert_int_equal(gate.verdict, JSON_REFUSED);
    assert_int_equal(gate.id_length, 9);
    assert_memory_equal(gate.id, "\"q\\u0041\"", 9);
    json_gate_check("{\"id\":null}", 11, NULL, &gate);
    assert_int_equal(gate.id_length, 0);
}

static void check_kind(const char *text, bool is_whole, bool is_notification, bool is_response)
{
    struct json_gate gate;
    json_gate_check(text, strlen(text), NULL, &gate);
    assert_int_equal(gate.is_whole, is_whole);
    assert_int_equal(gate.has_method && !gate.has_id, is_notification);
    assert_int_equal(gate.has_outcome, is_response);
}

static void test_gate_tells_requests_from_what_is_not_answered(void **state)
{
    (void)state;
    check_kind("{\"method\":\"a\",\"a\":\"\\u0000\",\"id\":1}", true, false, false);
    check_kind("{\"method\":\"a\",\"a\":\"\\u0000\",\"id\":null}", true, false, false);
    check_kind("{\"method\":\"a\",\"a\":\"\\u0000\",\"\\u0069d\":1}", true, false, false);
    check_kind("{\"method\":\"a\",\"a\":{\"id\":1,\"result\":\"\\u0000\"}}", true, true, false);
    check_kind("{\"id\":1,\"result\":\"\\ud800\"}", true, false, true);
    check_kind("{\"id\":1,\"error\":{\"a\":1,\"a\":2}}", true, false, true);
    check_kind("[{\"method\":\"a\",\"a\":1,\"a\":2}]", true, false, false);
    check_kind("{\"method\":\"a\",\"a\":\"\\u0000\"} x", false, true, false);
}

static void test_gate_depth_at_the_limit_and_one_beyond(void **state)
{
    char text[2 * (MCP_DEPTH_MAX + 1)];
    struct json_gate gate;
    (void)state;
    for (size_t depth = MCP_DEPTH_MAX; depth <= MCP_DEPTH_MAX + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        json_gate_check(text, 2 * depth, NULL, &gate);
        assert_int_equal(gate.verdict, depth > MCP_DEPTH_MAX ? JSON_NOT : JSON_GOOD);
    }
}

static void check_values(size_t count, enum json_verdict expected)
{
    OWNED_BUF text = BUF_INIT(1048576);
    struct json_gate gate;
    (void)buf_append_char(&text, '[');
    for (size_t i = 1; i < count; i++)
        (void)buf_append_text(&text, i == 1 ? "1" : ",1");
    (void)buf_append_char(&text, ']');
    json_gate_check(text.data, text.length, NULL, &gate);
    assert_int_equal(gate.verdict, expected);
}

static void check_members(size_t count, enum json_verdict expected)
{
    OWNED_BUF text = BUF_INIT(1048576);
    struct json_gate gate;
    (void)buf_append_char(&text, '{');
    for (size_t i = 0; i < count; i++)
        (void)buf_printf(&text, "%s\"k%zu\":0", i == 0 ? "" : ",", i);
    (void)buf_append_char(&text, '}');
    json_gate_check(text.data, text.length, NULL, &gate);
    assert_int_equal(gate.verdict, expected);
}

static void test_gate_counts_at_the_limit_and_one_beyond(void **state)
{
    (void)state;
    check_values(MCP_VALUES_MAX, JSON_GOOD);
    check_values(MCP_VALUES_MAX + 1, JSON_REFUSED);
    check_members(MCP_KEYS_MAX, JSON_GOOD);
    check_members(MCP_KEYS_MAX + 1, JSON_REFUSED);
}

static void test_gate_out_of_memory_for_keys_is_its_own_verdict(void **state)
{
    OWNED_BUF text = BUF_INIT(10000);
    struct json_gate gate;
    (void)state;
    (void)buf_append_char(&text, '{');
    for (int i = 0; i < 100; i++)
        (void)buf_printf(&text, "%s\"k%d\":0", i == 0 ? "" : ",", i);
    (void)buf_append_char(&text, '}');
    mem_fail_at(1, 0);
    json_gate_check(text.data, text.length, NULL, &gate);
    mem_fail_at(0, 0);
    assert_int_equal(gate.verdict, JSON_NO_MEMORY);
    assert_null(gate.why);
}

static cJSON *parse(const char *text)
{
    const char *why = NULL;
    cJSON *tree = json_parse(text, strlen(text), &why);
    if (!tree)
        fail_msg("%s: %s", text, why ? why : "out of memory");
    return tree;
}

static void test_json_numbers_keep_their_text_through_a_round_trip(void **state)
{
    static const char text[] = "{\"a\":[1,1.10,-0,1e400,9007199254740993,\"7\\\"8\",{\"9\":12}],"
                               "\"b\":{},\"c\":[],\"d\":123456789012345678901234567890}";
    OWNED_BUF again = BUF_INIT(1000);
    struct json_out out;
    (void)state;
    OWNED_JSON tree = parse(text);
    json_out_init(&out, &again);
    json_write(&out, tree);
    assert_string_equal(buf_text(&again), text);
}

static void test_json_tree_is_the_one_that_cjson_would_build(void **state)
{
    static const char *const texts[] = {
        "7",
        "-1.5e+10",
        " \t\r\n\"\" ",
        "true",
        "[]",
        "{}",
        "[ 1 , [ ] , { } , false ]",
        "{ \"a\" : { \"b\" : [ null , \"c\" ] } , \"\" : 0 }",
        "\"1234567\"",
        "\"12345678\"",
        "\"123456789 12345678\"",
        "\"1234567\\n12345678\\\\\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00 \\uDBFF\\uDFFF!\"",
        "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
        "{\"\\u0061\\n\":\"x\",\"12345678\\\"\":[1,2],\"long name of a member\":\"\"}",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        OWNED_JSON ours = parse(texts[i]);
        OWNED_JSON theirs = cJSON_Parse(texts[i]);
        if (!json_same(ours, theirs))
            fail_msg("%s", texts[i]);
    }
}

static void test_json_tree_can_be_copied_in_part_and_added_whole(void **state)
{
    (void)state;
    OWNED_JSON object = cJSON_CreateObject();
    OWNED_JSON tree = parse("{\"part\":{\"a\":[1,\"two\"]}}");
    cJSON *part = cJSON_Duplicate(json_get(tree, "part"), true);
    assert_true(cJSON_AddItemToObject(object, "part", part));
    assert_true(cJSON_AddItemToObject(object, "whole", parse("[\"x\"]")));
    assert_true(cJSON_AddItemToObject(object, "text", parse("\"y\"")));
    json_delete(&tree);
    OWNED_BUF text = BUF_INIT(1000);
    struct json_out out;
    json_out_init(&out, &text);
    json_write(&out, object);
    assert_string_equal(buf_text(&text),
                        "{\"part\":{\"a\":[1,\"two\"]},\"whole\":[\"x\"],\"text\":\"y\"}");
}

/* The tree of a line, with a memo and without. */
static void check_with_memo(const char *line, struct json_memo *memo, bool expected_known)
{
    struct json_gate plain;
    struct json_gate gate;
    OWNED_JSON without = json_parse_line(line, strlen(line), NULL, &plain);
    OWNED_JSON with = json_parse_line(line, strlen(line), memo, &gate);
    if (gate.verdict != plain.verdict || gate.values != plain.values ||
        gate.meta_is_known != expected_known || (without && !json_same(with, without)))
        fail_msg("%s", line);
}

static void test_json_memo_changes_no_tree(void **state)
{
    static struct json_memo memo;

    static const struct {
        bool known;
        const char *line;
    } lines[] = {
        {false,
         "{\"params\":{\"a\":1,\"_meta\":{\"v\":\"1\",\"c\":{\"x\":[1,\"\\n\",true]}},\"b\":2}}"},
        {true, "{\"params\":{\"_meta\":{\"v\":\"1\",\"c\":{\"x\":[1,\"\\n\",true]}}},\"id\":7}"},
        {true, "{ \"params\" : { \"_meta\" : {\"v\":\"1\",\"c\":{\"x\":[1,\"\\n\",true]}} } }"},
        /* Equal at first, then something else: other text, broken, cut, elsewhere. */
        {false, "{\"params\":{\"_meta\":{\"v\":\"1\",\"c\":{\"x\":[1,\"\\n\",true]},\"d\":0}}}"},
        {false,
         "{\"params\":{\"_meta\":{\"v\":\"1\",\"c\":{\"x\":[1,\"\\n\",true]},\"d\":0},\"_meta\":{}}}"},
        {true, "{\"params\":{\"_meta\":{\"v\":\"1\",\"c\":{\"x\":[1,\"\\n\",true]},\"d\":0}}"},
        {false, "{\"params\":{\"_meta\":{\"v\":\"1\",\"c\":{\"x\":[1,\"\\n\",true]},\"d\":0"},
        {false,
         "{\"params\":{\"x\":{\"_meta\":{\"v\":\"1\",\"c\":{\"x\":[1,\"\\n\",true]},\"d\":0}}}}"},
        {false, "{\"_meta\":{\"v\":\"1\",\"c\":{\"x\":[1,\"\\n\",true]},\"d\":0}}"},
        {true, "{\"params\":{\"_meta\":{\"v\":\"1\",\"c\":{\"x\":[1,\"\\n\",true]},\"d\":0}}}"},
        /* What is refused is not kept, nor is what is no object. */
        {false, "{\"params\":{\"_meta\":{\"v\":1,\"v\":2}}}"},
        {false, "{\"params\":{\"_meta\":[1]}}"},
        {false, "{\"params\":{\"_meta\":[1]}}"},
        {false, "{\"params\":{\"_meta\":{\"v\":1,\"v\":2}}}"},
        {true, "{\"params\":{\"_meta\":{\"v\":\"1\",\"c\":{\"x\":[1,\"\\n\",true]},\"d\":0}}}"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++)
        check_with_memo(lines[i].line, &memo, lines[i].known);
}

/* A line whose `_meta` has so many values, or bytes, twice. */
static bool is_kept(size_t values, size_t bytes)
{
    struct json_memo memo = {0};
    struct json_gate gate;
    OWNED_BUF line = BUF_INIT(100000);
    (void)buf_append_text(&line, "{\"p\":{\"_meta\":{\"a\":[0");
    for (size_t i = 3; i < values; i++)
        (void)buf_append_text(&line, ",0");
    while (line.length < sizeof("{\"p\":{\"_meta\":") - 1 + bytes - 2)
        (void)buf_append_char(&line, ' ');
    (void)buf_append_text(&line, "]}}}");
    for (int i = 0; i < 2; i++) {
        OWNED_JSON tree = json_parse_line(line.data, line.length, &memo, &gate);
        assert_non_null(tree);
        assert_int_equal(gate.meta_values, values);
    }
    return gate.meta_is_known;
}

static void test_json_memo_keeps_what_fits_and_no_more(void **state)
{
    (void)state;
    assert_true(is_kept(JSON_MEMO_VALUES, 0));
    assert_false(is_kept(JSON_MEMO_VALUES + 1, 0));
    assert_true(is_kept(3, JSON_MEMO_BYTES));
    assert_false(is_kept(3, JSON_MEMO_BYTES + 1));
}

static void test_json_get_minds_letter_case(void **state)
{
    (void)state;
    OWNED_JSON tree = parse("{\"Id\":\"x\",\"n\":1}");
    assert_null(json_get(tree, "id"));
    assert_string_equal(json_get_text(tree, "Id"), "x");
    assert_null(json_get_text(tree, "n"));
    assert_null(json_get(NULL, "id"));
    assert_null(json_get(json_get(tree, "n"), "id"));
}

static void test_json_int_value_is_exact_or_refused(void **state)
{
    static const struct {
        const char *text;
        int expected;
        int64_t number;
    } cases[] = {
        {"0", 0, 0},
        {"-0", 0, 0},
        {"9223372036854775807", 0, INT64_MAX},
        {"-9223372036854775808", 0, INT64_MIN},
        {"9223372036854775808", -ERANGE, 0},
        {"-9223372036854775809", -ERANGE, 0},
        {"99999999999999999999", -ERANGE, 0},
        {"1.0", 0, 1},
        {"1e2", 0, 100},
        {"1.5", -EINVAL, 0},
        {"1e-2", -EINVAL, 0},
        {"\"1\"", -EINVAL, 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int64_t number = 77;
        OWNED_JSON tree = parse(cases[i].text);
        assert_int_equal(json_int_value(tree, &number), cases[i].expected);
        assert_int_equal(number, cases[i].expected == 0 ? cases[i].number : 77);
    }
}

/* What the writer must make of one byte of ASCII. */
static void expect_byte(struct buf *text, char c)
{
    if (c == '"' || c == '\\')
        (void)buf_printf(text, "\\%c", c);
    else if (c == '\n')
        (void)buf_append_text(text, "\\n");
    else if (c < 0x20 || c == 0x7f)
        (void)buf_printf(text, "\\u%04x", (unsigned)c);
    else
        (void)buf_append_char(text, c);
}

/* Text is read in blocks of eight and sixteen bytes, and its end in parts that overlap: two bytes of
 * every kind at every two places of every length around that, in a buffer without and with room. */
static void test_json_out_escapes_at_every_place(void **state)
{
    enum {
        KINDS = 12,
        LONGEST = 37
    };

    static const char kinds[KINDS] = {'"', '\\', '\n', 0x01, 0x1f, 0x7f,
                                      ' ', '~',  '!',  '#',  '[',  ']'};
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijk";
    (void)state;
    for (size_t length = 1; length <= LONGEST; length += length < 19 ? 1 : LONGEST - 19) {
        for (size_t i = 0; i < length * length * KINDS * KINDS; i++) {
            OWNED_BUF buf = BUF_INIT(1000);
            OWNED_BUF expected = BUF_INIT(1000);
            struct json_out out;
            char text[LONGEST + 1];
            memcpy(text, letters, sizeof(text));
            text[length] = '\0';
            text[i % length] = kinds[i / length / length % KINDS];
            text[i / length % length] = kinds[i / length / length / KINDS];
            (void)buf_append_char(&expected, '"');
            for (size_t at = 0; at < length; at++)
                expect_byte(&expected, text[at]);
            (void)buf_append_char(&expected, '"');
            json_out_init(&out, &buf);
            json_text_n(&out, text, length);
            assert_string_equal(buf_text(&buf), buf_text(&expected));
            buf_reset(&buf);
            assert_non_null(buf_reserve(&buf, 4 * (size_t)LONGEST));
            json_out_init(&out, &buf);
            json_text_n(&out, text, length);
            assert_string_equal(buf_text(&buf), buf_text(&expected));
        }
    }
}

static void test_json_out_escapes_what_deceives_or_breaks_lines(void **state)
{
    OWNED_BUF buf = BUF_INIT(1000);
    struct json_out out;
    (void)state;
    json_out_init(&out, &buf);
    json_array(&out);
    json_text(&out, "a\"\\\n\t\x01\x7f");
    json_text(&out, "\xe2\x80\xa8\xe2\x80\xae\xf3\xa0\x80\x81");
    json_text(&out, "\xc3\xa4\xf0\x9f\x98\x80");
    json_text(&out, "\xff\xc3(");
    json_text(&out, NULL);
    json_end_array(&out);
    assert_string_equal(buf_text(&buf), "[\"a\\\"\\\\\\n\\t\\u0001\\u007f\","
                                        "\"\\u2028\\u202e\\udb40\\udc01\","
                                        "\"\xc3\xa4\xf0\x9f\x98\x80\","
                                        "\"\xef\xbf\xbd\xef\xbf\xbd(\",null]");
}

/* Text is looked at by eights and sixteens: each byte at each place of texts of each length. */
static void test_json_out_escapes_wherever_it_stands(void **state)
{
    static const char *const specials[][2] = {
        {"\"", "\\\""},      {"\\", "\\\\"},           {"\n", "\\n"},
        {"\x1f", "\\u001f"}, {"\x7f", "\\u007f"},      {"\x7e", "\x7e"},
        {" ", " "},          {"\xc3\xa9", "\xc3\xa9"}, {"\xff", "\xef\xbf\xbd"},
    };
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(specials); i++) {
        for (size_t before = 0; before < 36; before++) {
            for (size_t behind = 0; behind < 12; behind++) {
                OWNED_BUF text = BUF_INIT(100);
                OWNED_BUF wanted = BUF_INIT(100);
                OWNED_BUF written = BUF_INIT(200);
                struct json_out out;
                buf_printf(&text, "%.*s%s%.*s", (int)before, letters, specials[i][0], (int)behind,
                           letters);
                buf_printf(&wanted, "\"%.*s%s%.*s\"", (int)before, letters, specials[i][1],
                           (int)behind, letters);
                json_out_init(&out, &written);
                json_text(&out, text.data);
                assert_string_equal(buf_text(&written), wanted.data);
            }
        }
    }
}

static void test_json_out_says_a_value_again(void **state)
{
    OWNED_BUF buf = BUF_INIT(12);
    struct json_out out;
    (void)state;
    json_out_init(&out, &buf);
    json_array(&out);
    size_t from = buf.length;
    json_text(&out, "a\n");
    size_t to = buf.length;
    json_again(&out, from, to);
    assert_string_equal(buf_text(&buf), "[\"a\\n\",\"a\\n\"");
    json_again(&out, from, to);
    assert_int_equal(json_out_error(&out), -EMSGSIZE);
    json_again(&out, from, to);
    assert_int_equal(buf.length, 0);
}

static void test_json_out_puts_commas_between_values_only(void **state)
{
    OWNED_BUF buf = BUF_INIT(1000);
    struct json_out out;
    (void)state;
    json_out_init(&out, &buf);
    json_object(&out);
    json_put_object(&out, "a");
    json_end_object(&out);
    json_put_array(&out, "b");
    json_int(&out, INT64_MIN);
    json_bool(&out, true);
    json_array(&out);
    json_end_array(&out);
    json_end_array(&out);
    json_put_raw(&out, "c", "[1, 2]");
    json_put_null(&out, "d");
    json_put_bool(&out, "e", false);
    json_put_int(&out, "f", 0);
    json_end_object(&out);
    assert_int_equal(json_out_error(&out), 0);
    assert_string_equal(buf_text(&buf), "{\"a\":{},\"b\":[-9223372036854775808,true,[]],"
                                        "\"c\":[1, 2],\"d\":null,\"e\":false,\"f\":0}");
}

static void test_json_out_at_the_cap_remembers_the_error(void **state)
{
    OWNED_BUF buf = BUF_INIT(4);
    struct json_out out;
    (void)state;
    json_out_init(&out, &buf);
    json_text(&out, "ab");
    assert_int_equal(json_out_error(&out), 0);
    json_int(&out, 1);
    json_int(&out, 2);
    assert_int_equal(json_out_error(&out), -EMSGSIZE);
}

static void test_json_parse_with_each_allocation_failing_leaks_nothing(void **state)
{
    static const char text[] = "{\"a\":[1,\"x\",{\"b\":2.5}],\"c\":null}";
    cJSON_Hooks hooks = {.malloc_fn = mem_alloc, .free_fn = mem_free};
    bool parsed = false;
    (void)state;
    cJSON_InitHooks(&hooks);
    for (unsigned long n = 1; !parsed; n++) {
        const char *why = "";
        mem_fail_at(n, 0);
        OWNED_JSON tree = json_parse(text, strlen(text), &why);
        mem_fail_at(0, 0);
        parsed = tree != NULL;
        if (!parsed)
            assert_null(why);
        assert_true(n < 100);
    }
    cJSON_InitHooks(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate_strict_grammar),
        cmocka_unit_test(test_gate_refuses_what_is_json_but_against_the_rules),
        cmocka_unit_test(test_gate_finds_the_id_of_a_refused_request),
        cmocka_unit_test(test_gate_tells_requests_from_what_is_not_answered),
        cmocka_unit_test(test_gate_depth_at_the_limit_and_one_beyond),
        cmocka_unit_test(test_gate_counts_at_the_limit_and_one_beyond),
        cmocka_unit_test(test_gate_out_of_memory_for_keys_is_its_own_verdict),
        cmocka_unit_test(test_json_numbers_keep_their_text_through_a_round_trip),
        cmocka_unit_test(test_json_tree_is_the_one_that_cjson_would_build),
        cmocka_unit_test(test_json_tree_can_be_copied_in_part_and_added_whole),
        cmocka_unit_test(test_json_memo_changes_no_tree),
        cmocka_unit_test(test_json_memo_keeps_what_fits_and_no_more),
        cmocka_unit_test(test_json_get_minds_letter_case),
        cmocka_unit_test(test_json_int_value_is_exact_or_refused),
        cmocka_unit_test(test_json_out_escapes_at_every_place),
        cmocka_unit_test(test_json_out_escapes_what_deceives_or_breaks_lines),
        cmocka_unit_test(test_json_out_escapes_wherever_it_stands),
        cmocka_unit_test(test_json_out_says_a_value_again),
        cmocka_unit_test(test_json_out_puts_commas_between_values_only),
        cmocka_unit_test(test_json_out_at_the_cap_remembers_the_error),
        cmocka_unit_test(test_json_parse_with_each_allocation_failing_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
