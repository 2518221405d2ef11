/* The gate and the parser against JSONTestSuite: 188 texts that must be refused, 95 that must be
 * accepted, 35 where a parser may choose. The texts are not part of this repository; they are looked
 * for in ../shared/jsontestsuite beside it, or below NINEPENCE_SHARED. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "mcp/json.h"
#include "mcp/json_gate.h"
#include "tests/support/json_same.h"

enum {
    MUST_FAIL = 188,
    MUST_PARSE = 95,
    FILE_MAX = 1 << 20
};

/* JSON that breaks a rule of ours: it is refused, but not as "not JSON". */
static const char *const against_our_rules[] = {
    "y_object_duplicated_key.json",
    "y_object_duplicated_key_and_value.json",
    "y_object_escaped_null_in_key.json",
    "y_string_null_escape.json",
};

static void folder_of_texts(char *ret_path, size_t size)
{
    const char *shared = getenv("NINEPENCE_SHARED");
    const char *tests = strstr(__FILE__, "tests/unit/");
    if (shared)
        (void)snprintf(ret_path, size, "%s/jsontestsuite", shared);
    else
        (void)snprintf(ret_path, size, "%.*s../shared/jsontestsuite",
                       tests ? (int)(tests - __FILE__) : 0, __FILE__);
}

static void read_file(const char *folder, const char *name, struct buf *ret_bytes)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = 1;
    while (n > 0) {
        char *room = buf_reserve(ret_bytes, 65536);
        assert_non_null(room);
        n = fread(room, 1, 65536, file);
        buf_commit(ret_bytes, n);
    }
    assert_int_equal(fclose(file), 0);
}

static bool is_against_our_rules(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(against_our_rules); i++) {
        if (strcmp(name, against_our_rules[i]) == 0)
            return true;
    }
    return false;
}

/* Whether the text was treated as its name wants it. */
static bool is_right(const char *name, const struct buf *text)
{
    struct json_gate gate;
    OWNED_JSON tree = json_parse_line(buf_text(text), text->length, NULL, &gate);
    if ((tree != NULL) != (gate.verdict == JSON_GOOD))
        return false;
    OWNED_JSON theirs = cJSON_ParseWithLength(buf_text(text), text->length);
    if (tree && (!theirs || !json_same(tree, theirs)))
        return false;
    if (is_against_our_rules(name))
        return gate.verdict == JSON_REFUSED;
    if (name[0] == 'y')
        return gate.verdict == JSON_GOOD;
    return name[0] == 'i' || gate.verdict != JSON_GOOD;
}

static void test_gate_treats_each_text_as_its_name_wants(void **state)
{
    char folder[2048];
    unsigned counts[128] = {0};
    unsigned wrong = 0;
    (void)state;
    folder_of_texts(folder, sizeof(folder));
    DIR *texts = opendir(folder);
    if (!texts) {
        print_message("not run: JSONTestSuite, which is not here\n");
        skip();
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(texts))) {
        OWNED_BUF text = BUF_INIT(FILE_MAX);
        const char *name = entry->d_name;
        if (strlen(name) < 3 || name[1] != '_')
            continue;
        read_file(folder, name, &text);
        counts[(unsigned char)name[0] & 127]++;
        if (!is_right(name, &text)) {
            print_error("%s\n", name);
            wrong++;
        }
    }
    assert_int_equal(closedir(texts), 0);
    assert_int_equal(counts['n'], MUST_FAIL);
    assert_int_equal(counts['y'], MUST_PARSE);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate_treats_each_text_as_its_name_wants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
