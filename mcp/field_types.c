/* The field types of the library: what each accepts, what it says when it refuses, its schema.
 * Lenient where the meaning is plain (a number or boolean sent as text, other letter case),
 * strict everywhere else. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "mcp/field.h"
#include "mcp/field_impl.h"
#include "mcp/json_number.h"
#include "mcp/limits.h"

/* --- text ------------------------------------------------------------------------------------ */

static void text_schema(const struct field *field, struct json_out *out)
{
    json_put_text(out, "type", "string");
    if (field->min > 0)
        json_put_int(out, "minLength", field->min);
    if (field->max > 0)
        json_put_int(out, "maxLength", field->max);
}

static int text_bind(struct bind *bind, const struct field *field, const cJSON *value, void *target)
{
    if (cJSON_IsNull(value))
        return 0;
    if (!cJSON_IsString(value) && !json_is_number(value))
        return bind_fail(bind, "must be text, got %s", bind_show(bind, value));
    const char *text = value->valuestring;
    size_t length = strlen(text);
    int64_t points = (int64_t)utf8_count(text, length);
    int64_t max = field->max > 0 ? field->max : MCP_TEXT_DEFAULT_MAX;
    if (points < field->min && field->min == 1)
        return bind_fail(bind, "must not be empty");
    if (points < field->min)
        return bind_fail(bind, "must have at least %lld characters, got %lld",
                         (long long)field->min, (long long)points);
    if (points > max)
        return bind_fail(bind, "must have at most %lld characters, got %lld", (long long)max,
                         (long long)points);
    const char *copy = arena_strndup(bind->arena, text, length);
    if (!copy)
        return -ENOMEM;
    *(const char **)target = copy;
    return 0;
}

const struct field_type field_text = {.name = "text", .schema = text_schema, .bind = text_bind};

/* --- integer --------------------------------------------------------------------------------- */

static void int_schema(const struct field *field, struct json_out *out)
{
    json_put_text(out, "type", "integer");
    if (field->min == 0 && field->max == 0)
        return;
    json_put_int(out, "minimum", field->min);
    json_put_int(out, "maximum", field->max);
}

/* A number, or a number as text, that is whole by its value: 12.0 and 1.2e1 are 12, because some
 * clients know no integers. */
static int read_int(const cJSON *value, int64_t *ret_number)
{
    if (!cJSON_IsString(value) && !json_is_number(value))
        return -EINVAL;
    const char *begin = value->valuestring + strspn(value->valuestring, " ");
    size_t length = json_number_length(begin);
    if (length == 0 || begin[length + strspn(begin + length, " ")] != '\0')
        return -EINVAL;
    return json_number_to_int(begin, ret_number);
}

static int refuse_int(struct bind *bind, const struct field *field, const cJSON *value, int why)
{
    const char *what = bind_show(bind, value);
    if (field->min != 0 || field->max != 0)
        return bind_fail(bind, "must be %sbetween %lld and %lld, got %s",
                         why == -EINVAL ? "a whole number " : "", (long long)field->min,
                         (long long)field->max, what);
    if (why == -ERANGE)
        return bind_fail(bind, "is too large: %s", what);
    return bind_fail(bind, "must be a whole number, got %s", what);
}

static int bind_int(struct bind *bind, const struct field *field, const cJSON *value,
                    int64_t *ret_number)
{
    int64_t number;
    int r = read_int(value, &number);
    if (r < 0)
        return refuse_int(bind, field, value, r);
    bool is_bounded = field->min != 0 || field->max != 0;
    if (is_bounded && (number < field->min || number > field->max))
        return refuse_int(bind, field, value, -ERANGE);
    *ret_number = number;
    return 0;
}

static int int_bind(struct bind *bind, const struct field *field, const cJSON *value, void *target)
{
    if (cJSON_IsNull(value))
        return 0;
    return bind_int(bind, field, value, target);
}

static int opt_int_bind(struct bind *bind, const struct field *field, const cJSON *value,
                        void *target)
{
    struct field_opt_int *opt = target;
    if (cJSON_IsNull(value))
        return 0;
    int r = bind_int(bind, field, value, &opt->value);
    if (r == 0)
        opt->given = true;
    return r;
}

const struct field_type field_int = {
    .name = "integer", .schema = int_schema, .bind = int_bind, .default_is_json = true};
const struct field_type field_opt_int = {
    .name = "integer", .schema = int_schema, .bind = opt_int_bind, .default_is_json = true};

/* --- boolean --------------------------------------------------------------------------------- */

static void bool_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    json_put_text(out, "type", "boolean");
}

static int bool_bind(struct bind *bind, const struct field *field, const cJSON *value, void *target)
{
    (void)field;
    if (cJSON_IsNull(value))
        return 0;
    const char *text = cJSON_IsString(value) ? value->valuestring : "";
    if (cJSON_IsTrue(value) || strcasecmp(text, "true") == 0)
        *(bool *)target = true;
    else if (cJSON_IsFalse(value) || strcasecmp(text, "false") == 0)
        *(bool *)target = false;
    else
        return bind_fail(bind, "must be true or false, got %s", bind_show(bind, value));
    return 0;
}

const struct field_type field_bool = {
    .name = "boolean", .schema = bool_schema, .bind = bool_bind, .default_is_json = true};

/* --- choice ---------------------------------------------------------------------------------- */

static void choice_schema(const struct field *field, struct json_out *out)
{
    json_put_text(out, "type", "string");
    json_put_array(out, "enum");
    for (const char *const *choice = field->choices; *choice; choice++)
        json_text(out, *choice);
    json_end_array(out);
}

static int refuse_choice(struct bind *bind, const struct field *field, const cJSON *value)
{
    OWNED_BUF known = BUF_INIT(MCP_ERROR_TEXT_MAX);
    for (const char *const *choice = field->choices; *choice; choice++) {
        (void)buf_append_text(&known, choice == field->choices ? "" : ", ");
        (void)buf_append_text(&known, *choice);
    }
    return bind_fail(bind, "must be one of %s; got %s", buf_text(&known), bind_show(bind, value));
}

static int choice_bind(struct bind *bind, const struct field *field, const cJSON *value,
                       void *target)
{
    if (cJSON_IsNull(value))
        return 0;
    if (!cJSON_IsString(value) && !json_is_number(value))
        return refuse_choice(bind, field, value);
    for (const char *const *choice = field->choices; *choice; choice++) {
        if (strcasecmp(*choice, value->valuestring) == 0) {
            *(const char **)target = *choice;
            return 0;
        }
    }
    return refuse_choice(bind, field, value);
}

const struct field_type field_choice = {
    .name = "choice", .schema = choice_schema, .bind = choice_bind};

/* --- list ------------------------------------------------------------------------------------ */

struct field field_list_item(const struct field *list)
{
    return (struct field){
        .name = list->name,
        .type = list->item,
        .choices = list->choices,
        .fields = list->fields,
        .size = list->size,
        .extra = list->extra,
    };
}

/* Bytes of one item in memory. */
static size_t item_size(const struct field *list)
{
    if (list->size > 0)
        return list->size;
    if (list->item == &field_int)
        return sizeof(int64_t);
    if (list->item == &field_opt_int)
        return sizeof(struct field_opt_int);
    if (list->item == &field_bool)
        return sizeof(bool);
    return sizeof(const char *);
}

static int bind_items(struct bind *bind, const struct field *list, const cJSON *first,
                      const struct field_list *into)
{
    struct field item = field_list_item(list);
    size_t size = item_size(list);
    const char *outer = bind->path;
    size_t i = 0;
    for (const cJSON *value = first; i < into->count; value = value->next, i++) {
        bind->path = arena_printf(bind->arena, "%s[%zu]", outer, i);
        if (!bind->path)
            return -ENOMEM;
        if (cJSON_IsNull(value))
            return bind_fail(bind, "must not be null");
        int r = item.type->bind(bind, &item, value, (char *)into->items + i * size);
        if (r < 0)
            return r;
    }
    bind->path = outer;
    return 0;
}

static int list_bind(struct bind *bind, const struct field *field, const cJSON *value, void *target)
{
    if (cJSON_IsNull(value))
        return 0;
    value = bind_unpack(bind, value, '[');
    if (!value)
        return -ENOMEM;
    bool is_array = cJSON_IsArray(value);
    struct field_list list = {.count = is_array ? (size_t)cJSON_GetArraySize(value) : 1};
    int64_t max = field->max > 0 ? field->max : MCP_LIST_DEFAULT_MAX;
    if ((int64_t)list.count > max)
        return bind_fail(bind, "must have at most %lld items, got %zu", (long long)max, list.count);
    if ((int64_t)list.count < field->min)
        return bind_fail(bind, "must have at least %lld item%s, got %zu", (long long)field->min,
                         field->min == 1 ? "" : "s", list.count);
    list.items = arena_array(bind->arena, list.count, item_size(field));
    if (!list.items)
        return -ENOMEM;
    int r = bind_items(bind, field, is_array ? value->child : value, &list);
    if (r == 0)
        *(struct field_list *)target = list;
    return r;
}

const struct field_type field_list = {
    .name = "list", .schema = field_schema_of_value, .bind = list_bind, .default_is_json = true};

/* --- object, group, any, number -------------------------------------------------------------- */

static int object_bind(struct bind *bind, const struct field *field, const cJSON *value,
                       void *target)
{
    if (cJSON_IsNull(value))
        return 0;
    value = bind_unpack(bind, value, '{');
    return value ? bind_object(bind, field->fields, value, target) : -ENOMEM;
}

const struct field_type field_object = {.name = "object",
                                        .schema = field_schema_of_value,
                                        .bind = object_bind,
                                        .default_is_json = true};

static int group_bind(struct bind *bind, const struct field *field, const cJSON *value,
                      void *target)
{
    return bind_object(bind, field->fields, value, target);
}

static void group_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    (void)out;
}

const struct field_type field_group = {
    .name = "group", .schema = group_schema, .bind = group_bind, .is_group = true};

static void any_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    (void)out;
}

static int any_bind(struct bind *bind, const struct field *field, const cJSON *value, void *target)
{
    (void)bind;
    (void)field;
    *(const cJSON **)target = value;
    return 0;
}

const struct field_type field_any = {
    .name = "any", .schema = any_schema, .bind = any_bind, .default_is_json = true};

static void number_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    json_put_text(out, "type", "number");
}

static int number_bind(struct bind *bind, const struct field *field, const cJSON *value,
                       void *target)
{
    (void)field;
    (void)target;
    return bind_fail(bind, "a number stands in results only, got %s", bind_show(bind, value));
}

const struct field_type field_number = {
    .name = "number", .schema = number_schema, .bind = number_bind, .default_is_json = true};
