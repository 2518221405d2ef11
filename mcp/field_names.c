/* Names of several tables and their groups in a row. */
#include "mcp/field_names.h"

#include <string.h>

static size_t count_names(const struct field *fields)
{
    size_t count = 0;
    for (const struct field *field = fields; field && field->type; field++) {
        if (field->type->is_group)
            count += count_names(field->fields);
        else if (!(field->flags & FIELD_HIDDEN))
            count++;
    }
    return count;
}

static void take_names(const struct field *fields, struct field_names *names)
{
    for (const struct field *field = fields; field && field->type; field++) {
        if (field->type->is_group)
            take_names(field->fields, names);
        else if (!(field->flags & FIELD_HIDDEN))
            names->names[names->count++] = nearest_name(field->name);
    }
}

/* ", " between them. */
static const char *list_names(const struct field_names *names, struct arena *arena)
{
    size_t length = 0;
    for (size_t i = 0; i < names->count; i++)
        length += names->names[i].length + 2;
    char *list = arena_alloc(arena, length + 1);
    char *at = list;
    for (size_t i = 0; list && i < names->count; i++) {
        at = mempcpy(at, names->names[i].text, names->names[i].length);
        at = mempcpy(at, ", ", i + 1 < names->count ? 2 : 0);
    }
    return list;
}

const struct field_names *field_names_new(const struct field_part *parts, size_t count,
                                          struct arena *arena)
{
    size_t most = 0;
    for (size_t i = 0; i < count; i++)
        most += count_names(parts[i].fields);
    struct field_names *names = arena_alloc(arena, sizeof(*names) + most * sizeof(names->names[0]));
    if (!names)
        return NULL;
    for (size_t i = 0; i < count; i++)
        take_names(parts[i].fields, names);
    names->list = list_names(names, arena);
    return names->list ? names : NULL;
}

const char *field_names_nearest(const struct field_names *names, const char *name)
{
    struct nearest nearest;
    nearest_begin(&nearest, name);
    for (size_t i = 0; i < names->count; i++)
        nearest_try(&nearest, &names->names[i]);
    return nearest.best;
}
