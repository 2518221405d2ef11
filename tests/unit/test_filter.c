/* tools/support/filter.c, candidates.c, page.c, sentence.c: binding, comparing names, cursors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/support/filter.h"
#include "tools/support/fold.h"
#include "tools/support/limits.h"
#include "tools/support/page.h"
#include "tools/support/sentence.h"

struct question {
    struct filter filter;
    struct cursor cursor;
};

static const struct field question_fields[] = {
    ARG_FILTER(struct question, filter, "this_month"),
    ARG_CURSOR(struct question, cursor),
    ARG_END,
};

static int bind_json(struct arena *arena, const char *json, struct question *ret_question,
                     char message[400])
{
    const char *why = NULL;
    OWNED_JSON object = json_parse(json, strlen(json), &why);
    assert_non_null(object);
    struct bind bind = {.arena = arena};
    *ret_question = (struct question){0};
    int r = bind_object(&bind, question_fields, object, ret_question);
    (void)snprintf(message, 400, "%s", bind.error ? bind.error : "");
    bind_clear(&bind);
    return r;
}

static void test_filter_bind_defaults_and_members(void **state)
{
    (void)state;
    struct arena arena;
    struct question question;
    char message[400];
    arena_init(&arena, 65536);
    assert_int_equal(bind_json(&arena, "{}", &question, message), 0);
    assert_string_equal(question.filter.kind, "expense");
    assert_string_equal(question.filter.period.period.text, "this_month");
    assert_null(question.filter.currency);
    assert_int_equal(
        bind_json(
            &arena,
            "{\"period\":\"last_month\",\"category\":[\"Food\",\"c7\"],\"merchant\":\"Costco\","
            "\"min_amount\":50,\"max_amount\":\"50.00\",\"currency\":\"eur\",\"kind\":\"ALL\","
            "\"text\":\"weekly shop\"}",
            &question, message),
        0);
    assert_int_equal(question.filter.category.count, 2);
    assert_string_equal(question.filter.min_amount.text, "50");
    assert_string_equal(question.filter.currency, "EUR");
    assert_string_equal(question.filter.kind, "all");
    arena_free(&arena);
}

static void test_filter_bind_refuses_nonsense(void **state)
{
    (void)state;
    struct arena arena;
    struct question question;
    char message[400];
    arena_init(&arena, 65536);
    static const char *const refused[][2] = {
        {"{\"min_amount\":-5}", "min_amount: compares sizes"},
        {"{\"max_amount\":\"-5\"}", "max_amount: compares sizes"},
        {"{\"min_amount\":50,\"max_amount\":49.99}", "max_amount: must not be below min_amount"},
        {"{\"min_amount\":\"1,000\"}", "min_amount: must be a plain amount"},
        {"{\"currency\":\"dollars\"}", "currency: must be an ISO 4217 code"},
        {"{\"kind\":\"spending\"}", "kind: must be one of"},
        {"{\"text\":\"  \"}", "text: must not be empty"},
        {"{\"cursor\":\"00\"}", "cursor: is damaged"},
        {"{\"cursor\":7}", "cursor: is damaged"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
        assert_int_equal(bind_json(&arena, refused[i][0], &question, message), -EINVAL);
        if (strncmp(message, refused[i][1], strlen(refused[i][1])) != 0)
            fail_msg("%s", message);
    }
    arena_free(&arena);
}

static void test_filter_list_at_and_beyond_the_limit(void **state)
{
    (void)state;
    struct arena arena;
    struct question question;
    char message[400];
    OWNED_BUF json = BUF_INIT(4096);
    arena_init(&arena, 1 << 20);
    for (int count = FILTER_MAX_NAMES; count <= FILTER_MAX_NAMES + 1; count++) {
        buf_reset(&json);
        (void)buf_append_text(&json, "{\"tag\":[");
        for (int i = 0; i < count; i++)
            (void)buf_printf(&json, "%s\"t%d\"", i > 0 ? "," : "", i);
        (void)buf_append_text(&json, "]}");
        int expected = count > FILTER_MAX_NAMES ? -EINVAL : 0;
        assert_int_equal(bind_json(&arena, buf_text(&json), &question, message), expected);
    }
    arena_free(&arena);
}

static void test_filter_hash_differs_with_every_value(void **state)
{
    (void)state;
    const char *one[] = {"1", "a", NULL};
    const char *two[] = {"1", "a", ""};
    const char *three[] = {"1a", "", NULL};
    uint64_t first = filter_hash("tool", one, 3);
    assert_true(first == filter_hash("tool", one, 3));
    assert_true(first != filter_hash("tool", two, 3));
    assert_true(first != filter_hash("tool", three, 3));
    assert_true(first != filter_hash("loot", one, 3));
    assert_true(first != filter_hash("tool", one, 2));
}

/* --- names ----------------------------------------------------------------------------------- */

static void expect_match(const char *asked, const char *key, const char *leaf,
                         enum name_match match)
{
    int distance = 0;
    assert_int_equal(name_compare(asked, key, leaf, &distance), match);
}

static void test_name_compare_orders_what_could_be_meant(void **state)
{
    (void)state;
    expect_match("groceries", "food: groceries", "groceries", NAME_SAME);
    expect_match("food:groceries", "food: groceries", "groceries", NAME_SAME);
    expect_match("food : groceries", "food: groceries", "groceries", NAME_SAME);
    expect_match("food: groceries", "home: food: groceries", "groceries", NAME_SAME);
    expect_match("ood: groceries", "food: groceries", "groceries", NAME_TYPO);
    expect_match("groceris", "food: groceries", "groceries", NAME_TYPO);
    expect_match("restaurant", "food: restaurants", "restaurants", NAME_TYPO);
    expect_match("whole", "whole foods", "whole foods", NAME_WORDS);
    expect_match("coffee", "food: restaurants: coffee shops", "coffee shops", NAME_WORDS);
    expect_match("transport", "transportation", "transportation", NAME_WORDS);
    expect_match("transport", "transportation: fuel", "fuel", NAME_PATH);
    expect_match("grocery", "food: groceries", "groceries", NAME_NEAR);
    expect_match("rent", "food: groceries", "groceries", NAME_OTHER);
    expect_match("fun", "fin", "fin", NAME_NEAR);
}

/* --- cursors --------------------------------------------------------------------------------- */

static void test_cursor_comes_back_as_it_went(void **state)
{
    (void)state;
    struct arena arena;
    struct question question;
    char message[400];
    char json[600];
    OWNED_BUF text = BUF_INIT(CURSOR_MAX_BYTES);
    arena_init(&arena, 65536);
    assert_int_equal(page_cursor_write(&text, UINT64_C(0xfedcba9876543210), "-12.5000", "345"), 0);
    (void)snprintf(json, sizeof(json), "{\"cursor\":\"%s\"}", buf_text(&text));
    assert_int_equal(bind_json(&arena, json, &question, message), 0);
    assert_string_equal(question.cursor.key, "-12.5000");
    assert_string_equal(question.cursor.id_key, "345");
    assert_true(question.cursor.question == UINT64_C(0xfedcba9876543210));
    arena_free(&arena);
}

static void test_cursor_every_damaged_letter_is_noticed(void **state)
{
    (void)state;
    struct arena arena;
    struct question question;
    char message[400];
    char json[600];
    OWNED_BUF text = BUF_INIT(CURSOR_MAX_BYTES);
    arena_init(&arena, 1 << 20);
    assert_int_equal(page_cursor_write(&text, 42, "20785", "59"), 0);
    for (size_t i = 0; i < text.length; i++) {
        int length = snprintf(json, sizeof(json), "{\"cursor\":\"%s\"}", buf_text(&text));
        assert_true(length > 0);
        char *letter = json + strlen("{\"cursor\":\"") + i;
        *letter = *letter == '3' ? '4' : '3';
        assert_int_equal(bind_json(&arena, json, &question, message), -EINVAL);
    }
    (void)snprintf(json, sizeof(json), "{\"cursor\":\"%.*s\"}", (int)text.length - 2, text.data);
    assert_int_equal(bind_json(&arena, json, &question, message), -EINVAL);
    arena_free(&arena);
}

static void test_cursor_too_long_is_refused(void **state)
{
    (void)state;
    OWNED_BUF text = BUF_INIT(CURSOR_MAX_BYTES);
    char key[CURSOR_MAX_BYTES];
    memset(key, '1', sizeof(key) - 1);
    key[sizeof(key) - 1] = '\0';
    assert_int_equal(page_cursor_write(&text, 1, key, "1"), -EMSGSIZE);
}

/* --- sentences ------------------------------------------------------------------------------- */

static void test_sentence_name_never_deceives(void **state)
{
    (void)state;
    OWNED_BUF text = BUF_INIT(1000);
    sentence_name(&text, "a\"b\n\xe2\x80\xae"
                         "c\x1b[31m");
    assert_string_equal(buf_text(&text), "\"a'b  c [31m\"");
    buf_reset(&text);
    sentence_name(&text, "Crèche");
    assert_string_equal(buf_text(&text), "\"Crèche\"");
    buf_reset(&text);
    sentence_plain_name(&text, "1234567890123456789012345678901234567890123456789012345678901");
    assert_string_equal(buf_text(&text),
                        "123456789012345678901234567890123456789012345678901234567890…");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filter_bind_defaults_and_members),
        cmocka_unit_test(test_filter_bind_refuses_nonsense),
        cmocka_unit_test(test_filter_list_at_and_beyond_the_limit),
        cmocka_unit_test(test_filter_hash_differs_with_every_value),
        cmocka_unit_test(test_name_compare_orders_what_could_be_meant),
        cmocka_unit_test(test_cursor_comes_back_as_it_went),
        cmocka_unit_test(test_cursor_every_damaged_letter_is_noticed),
        cmocka_unit_test(test_cursor_too_long_is_refused),
        cmocka_unit_test(test_sentence_name_never_deceives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
