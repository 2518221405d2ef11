/* Binding of a JSON object by tables of fields: which members are known, which are missing,
 * defaults, paths for messages. What a single value must look like is up to the field types. */
#include "mcp/field.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/utf8.h"
#include "mcp/field_impl.h"
#include "mcp/field_names.h"
#include "mcp/limits.h"

/* What a message calls the value that is being bound. */
static const char *shown_path(const struct bind *bind)
{
    return bind->path && bind->path[0] ? bind->path : "arguments";
}

/* Keeps the first refusal: texts in a row, the path first, and NULL. */
static int refuse(struct bind *bind, const char *const *texts)
{
    if (bind->error)
        return -EINVAL;
    bind->error = arena_join(bind->arena, texts);
    if (!bind->error)
        return -ENOMEM;
    bind->error_field = shown_path(bind);
    return -EINVAL;
}

int bind_fail(struct bind *bind, const char *format, ...)
{
    if (bind->error)
        return -EINVAL;
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(bind->arena, format, args);
    va_end(args);
    if (!message)
        return -ENOMEM;
    return refuse(bind, (const char *const[]){shown_path(bind), ": ", message, NULL});
}

/* The text without what follows its first `most` characters. */
static const char *show_text(struct bind *bind, const char *text)
{
    OWNED_BUF buf = BUF_INIT((size_t)MCP_SHOW_MAX * 16);
    struct json_out out;
    size_t length = strlen(text);
    size_t cut = 0;
    for (size_t points = 0; cut < length && points < MCP_SHOW_MAX - 4; points++) {
        uint32_t point;
        size_t n = utf8_decode(text + cut, length - cut, &point);
        cut += n > 0 ? n : 1;
    }
    json_out_init(&out, &buf);
    json_text_n(&out, text, cut);
    if (buf.error)
        return NULL;
    return arena_printf(bind->arena, "%.*s%s\"", (int)buf.length - 1, buf.data,
                        cut < length ? "…" : "");
}

const char *bind_show(struct bind *bind, const cJSON *value)
{
    const char *text = NULL;
    if (cJSON_IsString(value))
        text = show_text(bind, value->valuestring);
    else if (value && json_is_number(value))
        text = arena_printf(bind->arena, "%.*s", MCP_SHOW_MAX, json_number_text(value));
    else if (cJSON_IsBool(value))
        text = cJSON_IsTrue(value) ? "true" : "false";
    else if (cJSON_IsArray(value))
        text = arena_printf(bind->arena, "a list of %d", cJSON_GetArraySize(value));
    else if (cJSON_IsObject(value))
        text = "an object";
    else if (cJSON_IsNull(value))
        text = "null";
    return text ? text : "a value";
}

const struct field *field_find(const struct field *fields, const char *name)
{
    for (const struct field *field = fields; field && field->type; field++) {
        const struct field *found = field;
        if (field->type->is_group)
            found = field_find(field->fields, name);
        else if (field->name[0] != name[0] || strcmp(field->name, name) != 0)
            found = NULL;
        if (found)
            return found;
    }
    return NULL;
}

static const char *path_of(struct bind *bind, const char *outer, const char *name)
{
    if (!outer || !outer[0])
        return name;
    return arena_join(bind->arena, (const char *const[]){outer, ".", name, NULL});
}

static int refuse_unknown(struct bind *bind, const struct field_part *parts, size_t count,
                          const char *name)
{
    const struct field_names *names = parts->names;
    if (!names)
        names = field_names_new(parts, count, bind->arena);
    const char *shown = arena_strndup(bind->arena, name, strnlen(name, MCP_SHOW_MAX));
    bind->path = names && shown ? path_of(bind, bind->path, shown) : NULL;
    if (!bind->path)
        return -ENOMEM;
    if (names->count == 0)
        return bind_fail(bind, "is not known here; nothing is expected");
    const char *nearest = field_names_nearest(names, name);
    const char *like[] = {shown_path(bind), ": is not known here; did you mean \"",
                          nearest,          "\"? Known: ",
                          names->list,      NULL};
    const char *unlike[] = {shown_path(bind), ": is not known here. Known: ", names->list, NULL};
    return refuse(bind, nearest ? like : unlike);
}

static int check_known(struct bind *bind, const struct field_part *parts, size_t count,
                       const cJSON *object)
{
    const cJSON *member;
    cJSON_ArrayForEach (member, object) {
        bool known = false;
        for (size_t i = 0; i < count && !known; i++)
            known = field_find(parts[i].fields, member->string) != NULL;
        if (!known)
            return refuse_unknown(bind, parts, count, member->string);
    }
    return 0;
}

void bind_keep(struct bind *bind, cJSON *tree)
{
    tree->next = bind->kept;
    bind->kept = tree;
}

/* A default that needs no memory: text, number, true, false. */
static cJSON scalar_default(const struct field *field)
{
    cJSON value = {.type = cJSON_String, .valuestring = (char *)(uintptr_t)field->def};
    if (field->type->default_is_json) {
        value.type = cJSON_Raw;
        if (strcmp(field->def, "true") == 0)
            value.type = cJSON_True;
        else if (strcmp(field->def, "false") == 0)
            value.type = cJSON_False;
    }
    return value;
}

static int bind_default(struct bind *bind, const struct field *field, void *target)
{
    cJSON scalar = scalar_default(field);
    if (!field->type->default_is_json || !strchr("[{\"", field->def[0]))
        return field->type->bind(bind, field, &scalar, target);
    const char *why;
    cJSON *tree = json_parse(field->def, strlen(field->def), &why);
    if (!tree)
        return why ? bind_fail(bind, "the default is not JSON") : -ENOMEM;
    bind_keep(bind, tree);
    return field->type->bind(bind, field, tree, target);
}

/* One value that is there, or is null; `bind->path` names it. */
static int bind_value(struct bind *bind, const struct field *field, const cJSON *value,
                      void *target)
{
    if (cJSON_IsNull(value) && !(field->flags & FIELD_NULLABLE))
        value = NULL;
    if (value)
        return field->type->bind(bind, field, value, target);
    if (field->flags & FIELD_REQUIRED)
        return bind_fail(bind, "is required");
    return field->def ? bind_default(bind, field, target) : 0;
}

static int bind_fields(struct bind *bind, const struct field *fields, const cJSON *object,
                       char *target, bool *given);

static int bind_group(struct bind *bind, const struct field *group, const cJSON *object,
                      char *target, bool *given)
{
    bool is_given = false;
    int r = bind_fields(bind, group->fields, object, target, &is_given);
    if (is_given)
        *given = true;
    if (r < 0 || !group->type->finish)
        return r;
    return group->type->finish(bind, group, is_given, target);
}

static int bind_row(struct bind *bind, const struct field *field, const cJSON *object, char *target,
                    bool *given)
{
    if (field->type->is_group)
        return bind_group(bind, field, object, target + field->offset, given);
    const char *outer = bind->path;
    const cJSON *value = json_get(object, field->name);
    if (value)
        *given = true;
    bind->path = path_of(bind, outer, field->name);
    int r = bind->path ? bind_value(bind, field, value, target + field->offset) : -ENOMEM;
    bind->path = outer;
    return r;
}

static int bind_fields(struct bind *bind, const struct field *fields, const cJSON *object,
                       char *target, bool *given)
{
    for (const struct field *field = fields; field && field->type; field++) {
        int r = bind_row(bind, field, object, target, given);
        if (r < 0)
            return r;
    }
    return 0;
}

int bind_parts(struct bind *bind, const struct field_part *parts, size_t count, const cJSON *object)
{
    bool given = false;
    if (object && !cJSON_IsObject(object))
        return bind_fail(bind, "must be an object, got %s", bind_show(bind, object));
    int r = check_known(bind, parts, count, object);
    for (size_t i = 0; i < count && r == 0; i++)
        r = bind_fields(bind, parts[i].fields, object, parts[i].target, &given);
    return r;
}

int bind_object(struct bind *bind, const struct field *fields, const cJSON *object, void *target)
{
    struct field_part part = {.fields = fields, .target = target};
    return bind_parts(bind, &part, 1, object);
}

const cJSON *bind_unpack(struct bind *bind, const cJSON *value, char open)
{
    if (!cJSON_IsString(value))
        return value;
    const char *text = value->valuestring + strspn(value->valuestring, " \t\r\n");
    const char *why = "";
    if (*text != open)
        return value;
    cJSON *tree = json_parse(text, strlen(text), &why);
    if (!tree)
        return why ? value : NULL;
    bind_keep(bind, tree);
    return tree;
}

void bind_clear(struct bind *bind)
{
    cJSON_Delete(bind->kept);
    bind->kept = NULL;
}
