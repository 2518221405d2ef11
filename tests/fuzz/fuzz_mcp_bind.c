/* Any JSON as the arguments of a tool with every type of field: bound within the declared limits, or
 * refused with a text that a client can be shown. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "mcp/field.h"
#include "mcp/limits.h"
#include "tests/fuzz/mcp_fuzz.h"

struct part {
    const char *label;
    int64_t share;
    struct field_list tags;
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
    struct field_list numbers;
    struct field_list parts;
    struct part part;
    const cJSON *anything;
    struct span span;
};

static const char *const styles[] = {"short", "long", NULL};
static const struct field part_fields[] = {
    ARG_TEXT(struct part, label, .flags = FIELD_REQUIRED, .max = 5, .doc = "Label."),
    ARG_INT(struct part, share, .min = 0, .max = 100, .doc = "Share."),
    ARG_LIST(struct part, tags, .item = &field_choice, .choices = styles, .doc = "Tags."),
    ARG_END,
};
static const struct field span_fields[] = {
    ARG_INT(struct span, from, .def = "1", .doc = "First."),
    ARG_INT(struct span, to, .def = "9", .doc = "Last."),
    ARG_END,
};
static const struct field fields[] = {
    ARG_TEXT(struct args, name, .min = 1, .max = 5, .def = "none", .doc = "Name."),
    ARG_INT(struct args, count, .min = 1, .max = 200, .def = "20", .doc = "Count."),
    ARG_OPT_INT(struct args, level, .flags = FIELD_NULLABLE, .doc = "Level."),
    ARG_BOOL(struct args, loud, .def = "true", .doc = "Loud."),
    ARG_CHOICE(struct args, style, .choices = styles, .def = "short", .doc = "Style."),
    ARG_LIST(struct args, numbers, .item = &field_int, .min = 1, .max = 3, .doc = "Numbers."),
    ARG_LIST(struct args, parts, .item = &field_object, .fields = part_fields,
             .size = sizeof(struct part), .def = "[{\"label\":\"all\"}]", .doc = "Parts."),
    ARG_OBJECT(struct args, part, struct part, .fields = part_fields, .doc = "One part."),
    ARG_ANY(struct args, anything, .doc = "Anything."),
    {.name = "span",
     .type = &field_group,
     .offset = FIELD_OFFSET(struct args, span, struct span),
     .fields = span_fields},
    ARG_END,
};

static void check_text(const char *text, size_t most)
{
    FUZZ_CHECK(text && utf8_count(text, strlen(text)) <= most);
}

static void check_part(const struct part *part)
{
    check_text(part->label, 5);
    FUZZ_CHECK(part->share >= 0 && part->share <= 100);
    const char *const *tags = part->tags.items;
    for (size_t i = 0; i < part->tags.count; i++)
        FUZZ_CHECK(tags[i] == styles[0] || tags[i] == styles[1]);
}

static void check_bound(const struct args *args)
{
    check_text(args->name, 5);
    FUZZ_CHECK(args->count >= 1 && args->count <= 200);
    FUZZ_CHECK(args->level.given || args->level.value == 0);
    FUZZ_CHECK(args->style == styles[0] || args->style == styles[1]);
    FUZZ_CHECK(args->numbers.count <= 3);
    FUZZ_CHECK(args->parts.count <= MCP_LIST_DEFAULT_MAX);
    const struct part *parts = args->parts.items;
    for (size_t i = 0; i < args->parts.count; i++)
        check_part(&parts[i]);
    if (args->part.label)
        check_part(&args->part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct args args = {0};
    const char *why = NULL;
    OWNED_JSON tree = json_parse((const char *)data, size, &why);
    if (!tree)
        return 0;
    arena_init(&arena, MCP_ARENA_MAX);
    struct bind bind = {.arena = &arena};
    int r = bind_object(&bind, fields, tree, &args);
    FUZZ_CHECK(r == 0 || r == -EINVAL || r == -ENOMEM);
    if (r == 0) {
        FUZZ_CHECK(!bind.error);
        check_bound(&args);
    } else if (r == -EINVAL) {
        FUZZ_CHECK(bind.error && bind.error_field && strlen(bind.error) < 1000);
        FUZZ_CHECK(strncmp(bind.error, bind.error_field, strlen(bind.error_field)) == 0);
    }
    bind_clear(&bind);
    arena_free(&arena);
    return 0;
}
