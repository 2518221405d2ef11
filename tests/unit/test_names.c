/* tools/support/fold.c, names.c: folding, distances, words, ids, binding of names and lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/support/fold.h"
#include "tools/support/limits.h"
#include "tools/support/names.h"

static void expect_fold(const char *text, const char *folded)
{
    struct arena arena;
    arena_init(&arena, 65536);
    const char *got = fold_text(&arena, text);
    assert_non_null(got);
    assert_string_equal(got, folded);
    /* What is folded stays as it is. */
    const char *again = fold_text(&arena, got);
    assert_non_null(again);
    assert_string_equal(again, folded);
    arena_free(&arena);
}

static void test_fold_case_accents_and_blanks_go(void **state)
{
    (void)state;
    expect_fold("  CAFÉ   Noir ", "cafe noir");
    expect_fold("Dr. Müller", "dr. muller");
    expect_fold("cafe\xcc\x81", "cafe"); /* e and a combining acute */
    expect_fold("Straße", "strasse");
    expect_fold("ﬁsh\tmarket", "fish market");
    expect_fold("a\xc2\xa0\xe2\x80\x83z", "a z"); /* no-break space, em space */
    expect_fold("İstanbul", "istanbul");
    expect_fold("ΣΊΣΥΦΟΣ", "σισυφοσ");
    expect_fold("", "");
    expect_fold("   ", "");
}

static void test_fold_marks_that_carry_meaning_stay(void **state)
{
    (void)state;
    expect_fold("हिन्दी", "हिन्दी");
    expect_fold("か", "か");
    expect_fold("が", "か\xe3\x82\x99");
}

/* With a letter behind it that is no ASCII, a text goes the long way. */
static void test_fold_of_ascii_is_that_of_other_texts(void **state)
{
    struct arena arena;
    (void)state;
    arena_init(&arena, 65536);
    for (char c = 1; c > 0 && c < 127; c++) {
        const char text[] = {' ', c, 'A', c, c, 'z', '\0'};
        const char other[] = {' ', c, 'A', c, c, 'z', '\xc3', '\xa9', '\0'};
        const char *folded = fold_text(&arena, text);
        const char *longer = fold_text(&arena, other);
        assert_non_null(folded);
        assert_non_null(longer);
        size_t length = strlen(folded);
        assert_memory_equal(longer, folded, length);
        assert_string_equal(longer + length, "e");
    }
    arena_free(&arena);
}

static void test_fold_out_of_memory_is_null(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 8);
    assert_null(fold_text(&arena, "much longer than the arena allows"));
    arena_free(&arena);
}

static void test_distance_counts_slips(void **state)
{
    (void)state;
    assert_int_equal(fold_distance("groceries", "groceries", 2), 0);
    assert_int_equal(fold_distance("groceries", "grocery", 3), 3);
    assert_int_equal(fold_distance("grocreies", "groceries", 2), 1);
    assert_int_equal(fold_distance("grocreis", "groceries", 2), 2);
    assert_int_equal(fold_distance("groceris", "groceries", 2), 1);
    assert_int_equal(fold_distance("muller", "mueller", 2), 1);
    assert_int_equal(fold_distance("", "ab", 2), 2);
    assert_int_equal(fold_distance("ab", "", 1), 2);
    assert_int_equal(fold_distance("σισυφοσ", "σισυφοσα", 2), 1);
    assert_int_equal(fold_distance("ca", "abc", 3), 3); /* no edit inside a swap */
}

static void test_distance_beyond_the_limit_stops(void **state)
{
    (void)state;
    assert_int_equal(fold_distance("rent", "groceries", 2), 3);
    assert_int_equal(fold_distance("aaaaaaaa", "bbbbbbbb", 2), 3);
}

static void test_typos_allowed_grow_with_the_length(void **state)
{
    (void)state;
    assert_int_equal(fold_typos_allowed("fun"), 0);
    assert_int_equal(fold_typos_allowed("food"), 1);
    assert_int_equal(fold_typos_allowed("netflix"), 1);
    assert_int_equal(fold_typos_allowed("starbucks"), 2);
    assert_int_equal(fold_typos_allowed("日本語"), 0);
}

static void test_words_begin_words_in_order(void **state)
{
    (void)state;
    assert_true(fold_has_words("whole foods market", "whole foods"));
    assert_true(fold_has_words("whole foods market", "who mar"));
    assert_true(fold_has_words("amazon.de marketplace", "amazon"));
    assert_false(fold_has_words("whole foods market", "foods whole"));
    assert_false(fold_has_words("whole foods market", "oods"));
    assert_false(fold_has_words("uber", "uber eats"));
}

static void test_id_parse_needs_its_letter(void **state)
{
    (void)state;
    assert_int_equal(id_parse("c12", "c"), 12);
    assert_int_equal(id_parse("C12", "c"), 12);
    assert_int_equal(id_parse("ch9", "ch"), 9);
    assert_int_equal(id_parse("e9223372036854775807", "e"), INT64_MAX);
    assert_int_equal(id_parse("e9223372036854775808", "e"), 0);
    static const char *const others[] = {"12", "c", "c0", "c012", "c1x", "u2", "ch9", "", "c-1"};
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
        assert_int_equal(id_parse(others[i], "c"), 0);
    assert_int_equal(id_parse("12", NULL), 0);
}

/* --- binding --------------------------------------------------------------------------------- */

struct question {
    struct name_ref category;
    struct name_list tags;
    struct field_list ids;
};

static const struct field question_fields[] = {
    ARG_CATEGORY(struct question, category, .doc = "One."),
    ARG_TAGS(struct question, tags, .doc = "Several."),
    ARG_IDS(struct question, ids, id_expense, .max = 3, .doc = "Ids."),
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

static void test_names_bind_one_several_and_lists_as_text(void **state)
{
    (void)state;
    struct arena arena;
    struct question question;
    char message[400];
    arena_init(&arena, 65536);
    assert_int_equal(bind_json(&arena, "{\"category\":\" Food: Grocéries \",\"tags\":\"family\"}",
                               &question, message),
                     0);
    assert_string_equal(question.category.text, "Food: Grocéries");
    assert_string_equal(question.category.folded, "food: groceries");
    assert_int_equal(question.category.id, 0);
    assert_int_equal(question.tags.count, 1);
    assert_int_equal(bind_json(&arena, "{\"category\":\"c7\",\"tags\":\"[\\\"a\\\",\\\"b\\\"]\"}",
                               &question, message),
                     0);
    assert_int_equal(question.category.id, 7);
    assert_int_equal(question.tags.count, 2);
    assert_string_equal(question.tags.items[1].text, "b");
    assert_int_equal(bind_json(&arena, "{\"ids\":[\"e1\",\"e2\",\"E3\"]}", &question, message), 0);
    assert_int_equal(question.ids.count, 3);
    assert_int_equal(((int64_t *)question.ids.items)[2], 3);
    arena_free(&arena);
}

static void test_names_bind_refuses_what_is_no_name(void **state)
{
    (void)state;
    struct arena arena;
    struct question question;
    char message[400];
    arena_init(&arena, 65536);
    static const char *const refused[][2] = {
        {"{\"category\":12}", "category: must be a name or an id with its letter, such as c12"},
        {"{\"category\":\"  \"}", "category: must not be empty"},
        {"{\"category\":\"\\u0301\"}", "category: must not be empty"},
        {"{\"category\":[\"a\"]}", "category: must be the name of a category"},
        {"{\"tags\":[]}", "tags: must not be an empty list"},
        {"{\"tags\":[\"a\",7]}", "tags: must be the name of a tag"},
        {"{\"ids\":\"12\"}", "ids: must be the id of one expense with its letters, such as e12"},
        {"{\"ids\":[\"e1\",\"e2\",\"e3\",\"e4\"]}", "ids: must have at most 3 items"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
        assert_int_equal(bind_json(&arena, refused[i][0], &question, message), -EINVAL);
        if (strncmp(message, refused[i][1], strlen(refused[i][1])) != 0)
            fail_msg("%s", message);
    }
    arena_free(&arena);
}

static void test_names_bind_length_at_and_beyond_the_limit(void **state)
{
    (void)state;
    struct arena arena;
    struct name_ref name = {0};

    enum {
        LONGEST = NAME_MAX_POINTS * 2, /* of ä, two bytes each */
        ONE_MORE = LONGEST + 2
    };

    char text[ONE_MORE + 1];
    arena_init(&arena, 65536);
    for (size_t i = 0; i <= NAME_MAX_POINTS; i++)
        memcpy(text + 2 * i, "ä", 2);
    text[ONE_MORE] = '\0';
    assert_int_equal(name_from_text(&arena, &name_user, text, &name), -ERANGE);
    assert_null(name.text);
    text[LONGEST] = '\0';
    assert_int_equal(name_from_text(&arena, &name_user, text, &name), 0);
    arena_free(&arena);
}

static void test_reserved_words_are_found_in_every_part_of_a_path(void **state)
{
    (void)state;

    static const struct {
        const struct name_kind *kind;
        const char *folded, *word;
    } cases[] = {
        {&name_category, "all", "all"},
        {&name_category, "food: all", "all"},
        {&name_category, "food : top", "top"},
        {&name_category, "none: food", "none"},
        {&name_category, "food: uncategorized :cheese", "uncategorized"},
        {&name_category, "food: (none)", "(none)"},
        {&name_category, "food: all of it", NULL},
        {&name_category, "food: al", NULL},
        {&name_category, "food:", NULL},
        {&name_category, ": :", NULL},
        {&name_category, "", NULL},
        {&name_tag, "none", "none"},
        {&name_tag, "all", NULL},
        {&name_tag, "trip: none", NULL},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const char *word = name_reserved_part(cases[i].kind, cases[i].folded);
        if (!cases[i].word)
            assert_null(word);
        else
            assert_string_equal(word, cases[i].word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold_case_accents_and_blanks_go),
        cmocka_unit_test(test_fold_marks_that_carry_meaning_stay),
        cmocka_unit_test(test_fold_of_ascii_is_that_of_other_texts),
        cmocka_unit_test(test_fold_out_of_memory_is_null),
        cmocka_unit_test(test_distance_counts_slips),
        cmocka_unit_test(test_distance_beyond_the_limit_stops),
        cmocka_unit_test(test_typos_allowed_grow_with_the_length),
        cmocka_unit_test(test_words_begin_words_in_order),
        cmocka_unit_test(test_id_parse_needs_its_letter),
        cmocka_unit_test(test_reserved_words_are_found_in_every_part_of_a_path),
        cmocka_unit_test(test_names_bind_one_several_and_lists_as_text),
        cmocka_unit_test(test_names_bind_refuses_what_is_no_name),
        cmocka_unit_test(test_names_bind_length_at_and_beyond_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
