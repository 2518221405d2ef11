/* mcp/field: binding, messages, schemas, contradictions. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/mem.h"
#include "mcp/call.h"
#include "mcp/field.h"
#include "mcp/limits.h"
#include "mcp/nearest.h"

struct part {
    const char *label;
    int64_t share;
};

struct span {
    int64_t from;
    int64_t to;
};

struct args {
    const char *name;
    int64_t count;
    struct field_opt_int level;
    bool loud;
    const char *style;
    struct field_list tags;
    struct field_list parts;
    struct part part;
    const cJSON *anything;
    struct span span;
};

static const char *const styles[] = {"short", "long", NULL};

static const struct field part_fields[] = {
    ARG_TEXT(struct part, label, .flags = FIELD_REQUIRED, .doc = "Label."),
    ARG_INT(struct part, share, .min = 0, .max = 100, .doc = "Share."),
    ARG_END,
};

static const struct field span_fields[] = {
    ARG_INT(struct span, from, .doc = "First."),
    ARG_INT(struct span, to, .doc = "Last."),
    ARG_END,
};

static int span_finish(struct bind *bind, const struct field *field, bool given, void *target)
{
    struct span *span = target;
    (void)field;
    if (!given)
        span->to = 99;
    if (span->from > span->to)
        return bind_fail(bind, "from is after to");
    return 0;
}

static int span_bind(struct bind *bind, const struct field *field, const cJSON *value, void *target)
{
    (void)field;
    (void)value;
    (void)target;
    return bind_fail(bind, "not a value");
}

static void span_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    (void)out;
}

static const struct field_type field_span = {.name = "span",
                                             .schema = span_schema,
                                             .bind = span_bind,
                                             .finish = span_finish,
                                             .is_group = true};

static const struct field fields[] = {
    ARG_TEXT(struct args, name, .flags = FIELD_REQUIRED, .min = 1, .max = 5, .doc = "Name."),
    ARG_INT(struct args, count, .min = 1, .max = 200, .def = "20", .doc = "Count."),
    ARG_OPT_INT(struct args, level, .doc = "Level."),
    ARG_BOOL(struct args, loud, .def = "true", .doc = "Loud."),
    ARG_CHOICE(struct args, style, .choices = styles, .def = "short", .doc = "Style."),
    ARG_LIST(struct args, tags, .item = &field_text, .max = 3, .doc = "Tags."),
    ARG_LIST(struct args, parts, .item = &field_object, .fields = part_fields,
             .size = sizeof(struct part), .def = "[{\"label\":\"all\"}]", .doc = "Parts."),
    ARG_OBJECT(struct args, part, struct part, .fields = part_fields, .doc = "One part."),
    ARG_ANY(struct args, anything, .doc = "Anything."),
    {.name = "span",
     .type = &field_span,
     .offset = FIELD_OFFSET(struct args, span, struct span),
     .fields = span_fields},
    ARG_END,
};

struct fixture {
    struct arena arena;
    struct bind bind;
    struct args args;
    cJSON *tree;
};

static int bind_text(struct fixture *fixture, const char *text)
{
    const char *why = NULL;
    *fixture = (struct fixture){0};
    arena_init(&fixture->arena, 100000);
    fixture->bind.arena = &fixture->arena;
    fixture->tree = json_parse(text, strlen(text), &why);
    assert_non_null(fixture->tree);
    return bind_object(&fixture->bind, fields, fixture->tree, &fixture->args);
}

static void release(struct fixture *fixture)
{
    bind_clear(&fixture->bind);
    arena_free(&fixture->arena);
    json_delete(&fixture->tree);
}

static void test_bind_full_object_fills_the_struct(void **state)
{
    struct fixture f;
    (void)state;
    assert_int_equal(bind_text(&f,
                               "{\"name\":\"Ann\",\"count\":3,\"level\":-2,\"loud\":false,"
                               "\"style\":\"LONG\",\"tags\":[\"a\",\"b\"],"
                               "\"parts\":[{\"label\":\"x\",\"share\":40},{\"label\":\"y\"}],"
                               "\"part\":{\"label\":\"z\"},\"anything\":[1],\"from\":4,\"to\":5}"),
                     0);
    assert_string_equal(f.args.name, "Ann");
    assert_int_equal(f.args.count, 3);
    assert_true(f.args.level.given);
    assert_int_equal(f.args.level.value, -2);
    assert_false(f.args.loud);
    assert_ptr_equal(f.args.style, styles[1]);
    assert_int_equal(f.args.tags.count, 2);
    assert_string_equal(((const char **)f.args.tags.items)[1], "b");
    const struct part *parts = f.args.parts.items;
    assert_int_equal(f.args.parts.count, 2);
    assert_int_equal(parts[0].share, 40);
    assert_string_equal(parts[1].label, "y");
    assert_string_equal(f.args.part.label, "z");
    assert_true(cJSON_IsArray(f.args.anything));
    assert_int_equal(f.args.span.from, 4);
    release(&f);
}

static void test_bind_absent_and_null_take_the_defaults(void **state)
{
    struct fixture f;
    (void)state;
    assert_int_equal(bind_text(&f, "{\"name\":\"A\",\"count\":null,\"from\":null}"), 0);
    assert_int_equal(f.args.count, 20);
    assert_false(f.args.level.given);
    assert_true(f.args.loud);
    assert_string_equal(f.args.style, "short");
    assert_int_equal(f.args.tags.count, 0);
    assert_int_equal(f.args.parts.count, 1);
    assert_string_equal(((const struct part *)f.args.parts.items)->label, "all");
    assert_null(f.args.anything);
    release(&f);
}

static void test_bind_lenient_spellings_mean_the_same(void **state)
{
    struct fixture f;
    (void)state;
    assert_int_equal(bind_text(&f,
                               "{\"name\":711,\"count\":\" 12 \",\"level\":7.0,\"loud\":\"False\","
                               "\"tags\":\"one\",\"parts\":{\"label\":\"p\"},"
                               "\"part\":\"{\\\"label\\\":\\\"q\\\"}\"}"),
                     0);
    assert_string_equal(f.args.name, "711");
    assert_int_equal(f.args.count, 12);
    assert_int_equal(f.args.level.value, 7);
    assert_false(f.args.loud);
    assert_int_equal(f.args.tags.count, 1);
    assert_string_equal(((const struct part *)f.args.parts.items)->label, "p");
    assert_string_equal(f.args.part.label, "q");
    release(&f);
    assert_int_equal(bind_text(&f, "{\"name\":\"a\",\"tags\":\"[\\\"x\\\",\\\"y\\\"]\"}"), 0);
    assert_int_equal(f.args.tags.count, 2);
    release(&f);
}

static void test_bind_takes_each_spelling_of_a_whole_number(void **state)
{
    static const char *const spellings[] = {
        "10", "10.0", "1e1", "1.0e1", "100e-1", "\"1e1\"", "\" 10.00 \"",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(spellings); i++) {
        struct fixture f;
        char json[80];
        (void)snprintf(json, sizeof(json), "{\"name\":\"a\",\"count\":%s,\"level\":%s}",
                       spellings[i], spellings[i]);
        assert_int_equal(bind_text(&f, json), 0);
        assert_int_equal(f.args.count, 10);
        assert_int_equal(f.args.level.value, 10);
        release(&f);
    }
}

static void test_bind_refusals_name_field_rule_and_value(void **state)
{
    static const struct {
        const char *json, *error, *field;
    } cases[] = {
        {"{}", "name: is required", "name"},
        {"{\"name\":null}", "name: is required", "name"},
        {"{\"name\":\"\"}", "name: must not be empty", "name"},
        {"{\"name\":\"abcdef\"}", "name: must have at most 5 characters, got 6", "name"},
        {"{\"name\":true}", "name: must be text, got true", "name"},
        {"{\"name\":[1,2]}", "name: must be text, got a list of 2", "name"},
        {"{\"name\":\"a\",\"count\":500}", "count: must be between 1 and 200, got 500", "count"},
        {"{\"name\":\"a\",\"count\":99999999999999999999}",
         "count: must be between 1 and 200, got 99999999999999999999", "count"},
        {"{\"name\":\"a\",\"count\":\"many\"}",
         "count: must be a whole number between 1 and 200, got \"many\"", "count"},
        {"{\"name\":\"a\",\"count\":1.5}",
         "count: must be a whole number between 1 and 200, got 1.5", "count"},
        {"{\"name\":\"a\",\"count\":1e400}", "count: must be between 1 and 200, got 1e400",
         "count"},
        {"{\"name\":\"a\",\"count\":15e-1}",
         "count: must be a whole number between 1 and 200, got 15e-1", "count"},
        {"{\"name\":\"a\",\"level\":\"1e\"}", "level: must be a whole number, got \"1e\"", "level"},
        {"{\"name\":\"a\",\"level\":\"x\"}", "level: must be a whole number, got \"x\"", "level"},
        {"{\"name\":\"a\",\"level\":\"1 2\"}", "level: must be a whole number, got \"1 2\"",
         "level"},
        {"{\"name\":\"a\",\"level\":\"\"}", "level: must be a whole number, got \"\"", "level"},
        {"{\"name\":\"a\",\"loud\":1}", "loud: must be true or false, got 1", "loud"},
        {"{\"name\":\"a\",\"style\":\"big\"}", "style: must be one of short, long; got \"big\"",
         "style"},
        {"{\"name\":\"a\",\"tags\":[\"a\",\"b\",\"c\",\"d\"]}",
         "tags: must have at most 3 items, got 4", "tags"},
        {"{\"name\":\"a\",\"tags\":[\"a\",{}]}", "tags[1]: must be text, got an object", "tags[1]"},
        {"{\"name\":\"a\",\"tags\":[null]}", "tags[0]: must not be null", "tags[0]"},
        {"{\"name\":\"a\",\"parts\":[{\"label\":\"x\"},{}]}", "parts[1].label: is required",
         "parts[1].label"},
        {"{\"name\":\"a\",\"part\":{\"label\":\"x\",\"shar\":1}}",
         "part.shar: is not known here; did you mean \"share\"? Known: label, share", "part.shar"},
        {"{\"name\":\"a\",\"part\":7}", "part: must be an object, got 7", "part"},
        {"{\"name\":\"a\",\"from\":5,\"to\":4}", "arguments: from is after to", "arguments"},
        {"{\"nmae\":\"a\"}",
         "nmae: is not known here; did you mean \"name\"? Known: name, count, level, loud, style, "
         "tags, parts, part, anything, from, to",
         "nmae"},
        {"[1]", "arguments: must be an object, got a list of 1", "arguments"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct fixture f;
        assert_int_equal(bind_text(&f, cases[i].json), -EINVAL);
        assert_string_equal(f.bind.error, cases[i].error);
        assert_string_equal(f.bind.error_field, cases[i].field);
        release(&f);
    }
}

static void test_bind_show_is_short_and_safe(void **state)
{
    struct fixture f;
    char text[400];
    (void)state;
    (void)snprintf(text, sizeof(text), "{\"name\":\"a\",\"loud\":\"%0300d\\u202e\"}", 1);
    assert_int_equal(bind_text(&f, text), -EINVAL);
    assert_true(strlen(f.bind.error) < 120);
    release(&f);
    assert_int_equal(bind_text(&f, "{\"name\":\"a\",\"loud\":\"\\u202e\"}"), -EINVAL);
    assert_non_null(strstr(f.bind.error, "\"\\u202e\""));
    release(&f);
}

static void test_bind_text_default_limit_at_the_cap_and_one_beyond(void **state)
{
    static const struct field long_fields[] = {
        ARG_TEXT(struct part, label, .doc = "Label."),
        ARG_END,
    };
    char value[MCP_TEXT_DEFAULT_MAX + 2];
    (void)state;
    for (size_t length = MCP_TEXT_DEFAULT_MAX; length <= MCP_TEXT_DEFAULT_MAX + 1; length++) {
        struct arena arena;
        struct part part = {0};
        arena_init(&arena, 100000);
        struct bind bind = {.arena = &arena};
        memset(value, 'x', length);
        value[length] = '\0';
        OWNED_JSON object = cJSON_CreateObject();
        assert_non_null(cJSON_AddStringToObject(object, "label", value));
        assert_int_equal(bind_object(&bind, long_fields, object, &part),
                         length > MCP_TEXT_DEFAULT_MAX ? -EINVAL : 0);
        arena_free(&arena);
    }
}

static void test_bind_with_each_allocation_failing_leaks_nothing(void **state)
{
    static const char *const texts[] = {
        "{\"name\":\"Ann\",\"tags\":\"[\\\"a\\\"]\",\"part\":{\"label\":\"l\"}}",
        "{\"name\":\"Ann\",\"part\":{\"lable\":\"l\"}}",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        const char *why = NULL;
        OWNED_JSON tree = json_parse(texts[i], strlen(texts[i]), &why);
        int expected = i == 0 ? 0 : -EINVAL;
        int r = -ENOMEM;
        for (unsigned long n = 1; r == -ENOMEM; n++) {
            struct arena arena;
            struct args args = {0};
            arena_init(&arena, 100000);
            struct bind bind = {.arena = &arena};
            mem_fail_at(n, 1);
            r = bind_object(&bind, fields, tree, &args);
            mem_fail_at(0, 0);
            bind_clear(&bind);
            arena_free(&arena);
            assert_true(r == expected || r == -ENOMEM);
            assert_true(n < 50);
        }
    }
}

static const struct field row_fields[] = {
    OUT_TEXT("id", .flags = FIELD_REQUIRED),
    OUT_NUMBER("share"),
    OUT_END,
};

static const struct field result_fields[] = {
    OUT_TEXT("summary", .flags = FIELD_REQUIRED, .doc = "One sentence."),
    OUT_ROWS("rows", row_fields, .flags = FIELD_REQUIRED),
    OUT_INT("of", .flags = FIELD_NULLABLE),
    OUT_LIST("tags", field_text),
    OUT_END,
};

static const struct field result_or_error[] = {
    OUT_TEXT("summary", .flags = FIELD_REQUIRED),
    OUT_ERROR,
    OUT_END,
};

static void check_schema(const struct field *table, unsigned how, const char *expected)
{
    OWNED_BUF buf = BUF_INIT(10000);
    struct json_out out;
    json_out_init(&out, &buf);
    field_write_schema(table, how, &out);
    assert_string_equal(buf_text(&buf), expected);
}

static void test_schema_of_arguments(void **state)
{
    (void)state;
    check_schema(
        fields, 0,
        "{\"type\":\"object\",\"properties\":{"
        "\"name\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":5,\"description\":\"Name.\"},"
        "\"count\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":200,\"description\":\"Count.\","
        "\"default\":20},"
        "\"level\":{\"type\":\"integer\",\"description\":\"Level.\"},"
        "\"loud\":{\"type\":\"boolean\",\"description\":\"Loud.\",\"default\":true},"
        "\"style\":{\"type\":\"string\",\"enum\":[\"short\",\"long\"],\"description\":\"Style.\","
        "\"default\":\"short\"},"
        "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"maxItems\":3,"
        "\"description\":\"Tags.\"},"
        "\"parts\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
        "\"label\":{\"type\":\"string\",\"description\":\"Label.\"},"
        "\"share\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":100,\"description\":\"Share.\"}},"
        "\"required\":[\"label\"],\"additionalProperties\":false},\"description\":\"Parts.\","
        "\"default\":[{\"label\":\"all\"}]},"
        "\"part\":{\"type\":\"object\",\"properties\":{"
        "\"label\":{\"type\":\"string\",\"description\":\"Label.\"},"
        "\"share\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":100,\"description\":\"Share.\"}},"
        "\"required\":[\"label\"],\"additionalProperties\":false,\"description\":\"One part.\"},"
        "\"anything\":{\"description\":\"Anything.\"},"
        "\"from\":{\"type\":\"integer\",\"description\":\"First.\"},"
        "\"to\":{\"type\":\"integer\",\"description\":\"Last.\"}},"
        "\"required\":[\"name\"],\"additionalProperties\":false}");
    check_schema(NULL, 0, "{\"type\":\"object\",\"additionalProperties\":false}");
}

static void test_schema_of_results_is_open_and_admits_errors(void **state)
{
    (void)state;
    check_schema(result_fields, FIELD_SCHEMA_RESULT,
                 "{\"type\":\"object\",\"properties\":{"
                 "\"summary\":{\"type\":\"string\",\"description\":\"One sentence.\"},"
                 "\"rows\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
                 "\"id\":{\"type\":\"string\"},\"share\":{\"type\":\"number\"}},"
                 "\"required\":[\"id\"]}},"
                 "\"of\":{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"null\"}]},"
                 "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},"
                 "\"required\":[\"summary\",\"rows\"]}");
    check_schema(result_or_error, FIELD_SCHEMA_RESULT,
                 "{\"type\":\"object\",\"properties\":{\"summary\":{\"type\":\"string\"},"
                 "\"error\":{\"type\":\"object\",\"properties\":{\"code\":{\"type\":\"string\"},"
                 "\"message\":{\"type\":\"string\"}},\"required\":[\"code\",\"message\"]}},"
                 "\"anyOf\":[{\"required\":[\"summary\"]},{\"required\":[\"error\"]}]}");
}

static void test_brief_schema_leaves_out_what_refusals_say(void **state)
{
    static const struct field brief[] = {
        ARG_TEXT(struct args, name, .flags = FIELD_REQUIRED | FIELD_PLAIN, .max = 5,
                 .doc = "Name."),
        ARG_INT(struct args, count, .min = 0, .max = INT32_MAX, .doc = "Count."),
        ARG_OPT_INT(struct args, level, .min = 1, .max = 9, .flags = FIELD_PLAIN, .doc = "Level."),
        ARG_BOOL(struct args, loud, .def = "false", .doc = "Loud."),
        ARG_CHOICE(struct args, style, .choices = styles, .def = "short", .doc = "Style."),
        {.name = "then", .type = &field_choice, .choices = styles, .doc = "As style."},
        ARG_LIST(struct args, tags, .item = &field_text, .max = 3, .doc = "Tags."),
        ARG_END,
    };
    static const struct field other_defaults[] = {
        ARG_INT(struct args, count, .min = 1, .max = 9, .def = "5", .doc = "Count."),
        ARG_BOOL(struct args, loud, .def = "true", .doc = "Loud."),
        ARG_CHOICE(struct args, style, .choices = styles, .def = "long", .doc = "Style."),
        ARG_END,
    };
    (void)state;
    check_schema(other_defaults, FIELD_SCHEMA_BRIEF,
                 "{\"type\":\"object\",\"properties\":{"
                 "\"count\":{\"type\":\"integer\",\"description\":\"Count.\",\"default\":5},"
                 "\"loud\":{\"type\":\"boolean\",\"description\":\"Loud.\",\"default\":true},"
                 "\"style\":{\"type\":\"string\",\"enum\":[\"short\",\"long\"],"
                 "\"description\":\"Style.\",\"default\":\"long\"}}}");
    check_schema(brief, FIELD_SCHEMA_BRIEF,
                 "{\"type\":\"object\",\"properties\":{"
                 "\"name\":{\"type\":\"string\"},"
                 "\"count\":{\"type\":\"integer\",\"description\":\"Count.\"},"
                 "\"level\":{\"type\":\"integer\"},"
                 "\"loud\":{\"type\":\"boolean\",\"description\":\"Loud.\"},"
                 "\"style\":{\"type\":\"string\",\"enum\":[\"short\",\"long\"],"
                 "\"description\":\"Style.\"},"
                 "\"then\":{\"type\":\"string\",\"description\":\"As style.\"},"
                 "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},"
                 "\"description\":\"Tags.\"}},\"required\":[\"name\"]}");
    check_schema(result_or_error, FIELD_SCHEMA_RESULT | FIELD_SCHEMA_BRIEF,
                 "{\"type\":\"object\",\"properties\":{\"summary\":{\"type\":\"string\"},"
                 "\"error\":{\"type\":\"object\"}},"
                 "\"anyOf\":[{\"required\":[\"summary\"]},{\"required\":[\"error\"]}]}");
    check_schema(result_fields, FIELD_SCHEMA_RESULT | FIELD_SCHEMA_BRIEF,
                 "{\"type\":\"object\",\"properties\":{"
                 "\"summary\":{\"type\":\"string\",\"description\":\"One sentence.\"},"
                 "\"rows\":{\"type\":\"array\"},"
                 "\"of\":{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"null\"}]},"
                 "\"tags\":{\"type\":\"array\"}},"
                 "\"required\":[\"summary\",\"rows\"]}");
}

static void check_finding(const struct field *table, const char *expected)
{
    OWNED_BUF why = BUF_INIT(1000);
    assert_int_equal(field_check(table, false, &why), -EINVAL);
    assert_string_equal(buf_text(&why), expected);
}

static void test_check_finds_contradictions(void **state)
{
    OWNED_BUF why = BUF_INIT(1000);
    static const struct field no_doc[] = {ARG_TEXT(struct part, label, .max = 5), ARG_END};
    static const struct field twice[] = {
        ARG_TEXT(struct part, label, .doc = "A."),
        ARG_TEXT(struct part, label, .doc = "B."),
        ARG_END,
    };
    static const struct field required_default[] = {
        ARG_INT(struct part, share, .flags = FIELD_REQUIRED, .def = "1", .doc = "A."),
        ARG_END,
    };
    static const struct field bad_default[] = {
        ARG_INT(struct part, share, .min = 1, .max = 9, .def = "10", .doc = "A."),
        ARG_END,
    };
    static const struct field no_choices[] = {ARG_CHOICE(struct part, label, .doc = "A."), ARG_END};
    static const struct field turned[] = {
        ARG_INT(struct part, share, .min = 9, .max = 1, .doc = "A."),
        ARG_END,
    };
    (void)state;
    assert_int_equal(field_check(fields, false, &why), 0);
    assert_int_equal(field_check(result_fields, true, &why), 0);
    check_finding(no_doc, "field label: no doc");
    check_finding(twice, "field label: declared twice");
    check_finding(required_default, "field share: required and yet with a default");
    check_finding(bad_default, "field share: share: must be between 1 and 9, got 10");
    check_finding(no_choices, "field label: a choice without choices");
    check_finding(turned, "field share: the least is above the most");
}

/* The nearest of two candidates, of which the first may be missing. */
static const char *nearest_in(const char *text, const char *first, const char *second)
{
    struct nearest nearest;
    nearest_begin(&nearest, text);
    if (first)
        nearest_try_text(&nearest, first);
    nearest_try_text(&nearest, second);
    return nearest.best;
}

static void test_nearest_counts_edits(void **state)
{
    (void)state;
    assert_int_equal(nearest_distance("limit", "limit"), 0);
    assert_int_equal(nearest_distance("Limit", "limit"), 0);
    assert_int_equal(nearest_distance("limti", "limit"), 1);
    assert_int_equal(nearest_distance("lim", "limit"), 2);
    assert_int_equal(nearest_distance("", "limit"), 5);
    assert_string_equal(nearest_in("categry", NULL, "category"), "category");
    assert_null(nearest_in("xyz", NULL, "category"));
    assert_string_equal(nearest_in("dates", "date", "dated"), "date");
    assert_string_equal(nearest_in("dates", "date", "dates"), "dates");
    assert_string_equal(nearest_in("date", "date", "date"), "date");
    assert_string_equal(nearest_in("abcd", NULL, "badc"), "badc");
    assert_null(nearest_in("abcd", NULL, "badx"));
    assert_string_equal(nearest_in("gruop_by", "top", "group_by"), "group_by");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bind_full_object_fills_the_struct),
        cmocka_unit_test(test_bind_absent_and_null_take_the_defaults),
        cmocka_unit_test(test_bind_lenient_spellings_mean_the_same),
        cmocka_unit_test(test_bind_takes_each_spelling_of_a_whole_number),
        cmocka_unit_test(test_bind_refusals_name_field_rule_and_value),
        cmocka_unit_test(test_bind_show_is_short_and_safe),
        cmocka_unit_test(test_bind_text_default_limit_at_the_cap_and_one_beyond),
        cmocka_unit_test(test_bind_with_each_allocation_failing_leaks_nothing),
        cmocka_unit_test(test_schema_of_arguments),
        cmocka_unit_test(test_schema_of_results_is_open_and_admits_errors),
        cmocka_unit_test(test_brief_schema_leaves_out_what_refusals_say),
        cmocka_unit_test(test_check_finds_contradictions),
        cmocka_unit_test(test_nearest_counts_edits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
