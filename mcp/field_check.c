/* Contradictions in a table of fields, found by a test instead of a client. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "mcp/field.h"
#include "mcp/field_impl.h"
#include "mcp/limits.h"

enum {
    CHECK_STRUCT_MAX = 64 * 1024
};

static int say(struct buf *why, const struct field *field, const char *what)
{
    (void)buf_printf(why, "field %s: %s", field->name ? field->name : "without a name", what);
    return -EINVAL;
}

/* Nothing is bound from a result. */
static int check_type(const struct field *field, bool is_result, struct buf *why)
{
    const struct field_type *type = field->type;
    const struct field_type *item = type == &field_list ? field->item : type;
    if (!type->name || !type->schema || (!type->bind && !is_result))
        return say(why, field, "its type is incomplete");
    if (type == &field_list && !field->item)
        return say(why, field, "a list without the type of its items");
    if (item == &field_choice && !field->choices)
        return say(why, field, "a choice without choices");
    if ((item == &field_object || type->is_group) && !field->fields)
        return say(why, field, "an object without fields");
    if (field->min > field->max && field->max != 0)
        return say(why, field, "the least is above the most");
    return 0;
}

static int check_default(const struct field *field, struct buf *why)
{
    struct field_part part = {.fields = (const struct field[]){*field, ARG_END}};
    struct arena arena;
    if (!field->def)
        return 0;
    if (field->flags & FIELD_REQUIRED)
        return say(why, field, "required and yet with a default");
    if (field->type == &field_any || field->type == &field_number)
        return say(why, field, "its type takes no default");
    part.target = mem_zalloc(CHECK_STRUCT_MAX);
    arena_init(&arena, MCP_ARENA_MAX);
    struct bind bind = {.arena = &arena};
    int r = part.target ? bind_parts(&bind, &part, 1, NULL) : -ENOMEM;
    if (r < 0)
        (void)say(why, field, bind.error ? bind.error : "out of memory");
    bind_clear(&bind);
    arena_free(&arena);
    mem_free(part.target);
    return r;
}

static int check_row(const struct field *field, bool is_result, struct buf *why)
{
    if (!field->name || !field->name[0])
        return say(why, field, "no name");
    if (!is_result && !field->doc && !field->type->is_group && !(field->flags & FIELD_HIDDEN))
        return say(why, field, "no doc");
    int r = check_type(field, is_result, why);
    if (r == 0 && !field->type->is_group)
        r = check_default(field, why);
    if (r == 0 && field->fields)
        r = field_check(field->fields, is_result, why);
    return r;
}

/* How often the name stands in the table and its groups. */
static unsigned count_name(const struct field *fields, const char *name)
{
    unsigned count = 0;
    for (const struct field *field = fields; field->type; field++) {
        if (field->type->is_group)
            count += count_name(field->fields, name);
        else if (field->name && strcmp(field->name, name) == 0)
            count++;
    }
    return count;
}

int field_check(const struct field *fields, bool is_result, struct buf *why)
{
    for (const struct field *field = fields; field && field->type; field++) {
        int r = check_row(field, is_result, why);
        if (r < 0)
            return r;
        if (!field->type->is_group && count_name(fields, field->name) > 1)
            return say(why, field, "declared twice");
    }
    return 0;
}
