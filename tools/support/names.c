/* Field types for names and ids. Which row a name means is not decided here. */
#include "tools/support/names.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "tools/support/fold.h"
#include "tools/support/limits.h"
#include "tools/support/row.h"

const struct name_kind name_category = {
    .code = "c",
    .noun = "category",
    .nouns = "categories",
    .id_prefix = "c",
    .none = "uncategorized",
    .max = PATH_MAX_POINTS,
};
const struct name_kind name_merchant = {
    .code = "m",
    .noun = "merchant",
    .nouns = "merchants",
    .none = "(none)",
    .max = NAME_MAX_POINTS,
};
const struct name_kind name_user = {
    .code = "u",
    .noun = "user",
    .nouns = "users",
    .id_prefix = "u",
    .none = "(none)",
    .max = NAME_MAX_POINTS,
};
const struct name_kind name_tag = {
    .code = "t",
    .noun = "tag",
    .nouns = "tags",
    .none = "(none)",
    .max = NAME_MAX_POINTS,
};
const struct name_kind name_account = {
    .code = "a",
    .noun = "account",
    .nouns = "accounts",
    .id_prefix = "a",
    .none = "(none)",
    .max = NAME_MAX_POINTS,
};

const struct id_kind id_expense = {"e", "expense"};
const struct id_kind id_import = {"i", "import"};
const struct id_kind id_change = {"ch", "change"};

int64_t id_parse(const char *text, const char *prefix)
{
    int64_t id = 0;
    if (!prefix || strncasecmp(text, prefix, strlen(prefix)) != 0)
        return 0;
    text += strlen(prefix);
    if (*text == '0')
        return 0;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9' || __builtin_mul_overflow(id, 10, &id) ||
            __builtin_add_overflow(id, *text - '0', &id))
            return 0;
    }
    return id;
}

/* Such a word that the text is; NULL: it is none. */
static const char *reserved_word(const struct name_kind *kind, const char *text, size_t length)
{
    static const char *const words[] = {"none", "(none)", "uncategorized", "all", "top"};

    enum {
        WORDS_OF_ALL_KINDS = 2
    };

    size_t count = kind == &name_category ? ARRAY_LENGTH(words) : WORDS_OF_ALL_KINDS;
    for (size_t i = 0; i < count; i++) {
        if (strlen(words[i]) == length && memcmp(words[i], text, length) == 0)
            return words[i];
    }
    return NULL;
}

bool name_is_reserved(const struct name_kind *kind, const char *folded)
{
    return reserved_word(kind, folded, strlen(folded)) != NULL;
}

bool name_means_none(const struct name_kind *kind, const char *folded)
{
    return strcmp(folded, "none") == 0 || strcmp(folded, "(none)") == 0 ||
           strcmp(folded, kind->none) == 0;
}

const char *name_reserved_part(const struct name_kind *kind, const char *folded)
{
    const char *word = NULL;
    const char *separators = kind == &name_category ? ":" : "";
    while (!word) {
        size_t length = strcspn(folded, separators);
        size_t first = strspn(folded, " ");
        const char *next = folded[length] ? folded + length + 1 : NULL;
        while (length > first && folded[length - 1] == ' ')
            length--;
        if (length > first)
            word = reserved_word(kind, folded + first, length - first);
        if (!next)
            break;
        folded = next;
    }
    return word;
}

int name_from_text(struct arena *arena, const struct name_kind *kind, const char *text,
                   struct name_ref *ret_name)
{
    while (*text == ' ')
        text++;
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (utf8_count(text, length) > (size_t)kind->max)
        return -ERANGE;
    struct name_ref name = {.kind = kind, .text = arena_strndup(arena, text, length)};
    if (!name.text)
        return -ENOMEM;
    name.folded = fold_text(arena, name.text);
    if (!name.folded)
        return -ENOMEM;
    if (name.folded[0] == '\0')
        return -EINVAL;
    name.id = id_parse(name.text, kind->id_prefix);
    *ret_name = name;
    return 0;
}

static int bind_one(struct bind *bind, const struct name_kind *kind, const cJSON *value,
                    struct name_ref *target)
{
    if (!cJSON_IsString(value)) {
        if (json_is_number(value) && kind->id_prefix)
            return bind_fail(bind, "must be a name or an id with its letter, such as %s12, got %s",
                             kind->id_prefix, bind_show(bind, value));
        return bind_fail(bind, "must be the name of a %s, got %s", kind->noun,
                         bind_show(bind, value));
    }
    if (strchr(value->valuestring, UNIT_SEPARATOR))
        return bind_fail(bind, "must not hold the control character U+001F");
    int r = name_from_text(bind->arena, kind, value->valuestring, target);
    if (r == -ERANGE)
        return bind_fail(bind, "must have at most %d characters", (int)kind->max);
    if (r == -EINVAL)
        return bind_fail(bind, "must not be empty");
    return r;
}

static void name_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    json_put_text(out, "type", "string");
}

static int name_bind(struct bind *bind, const struct field *field, const cJSON *value, void *target)
{
    return bind_one(bind, field->extra, value, target);
}

/* Lists only: unions of types trip up some clients, and one name alone is accepted all the same. */
static void list_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    json_put_text(out, "type", "array");
    json_put_raw(out, "items", "{\"type\":\"string\"}");
}

/* Some clients send a list as its JSON text: ["a","b"]. NULL when the value is no such text; the
 * caller gives the tree back. */
static cJSON *unpack_list(const cJSON *value)
{
    const char *why;
    const char *text = cJSON_IsString(value) ? value->valuestring : "";
    if (text[strspn(text, " ")] != '[')
        return NULL;
    cJSON *tree = json_parse(text, strlen(text), &why);
    if (!cJSON_IsArray(tree))
        json_delete(&tree);
    return tree;
}

/* Checks how many values there are; one value alone is a list of one. */
static int count_values(struct bind *bind, const struct field *field, const cJSON *value)
{
    int most = field->max > 0 ? (int)field->max : FILTER_MAX_NAMES;
    if (!cJSON_IsArray(value))
        return 1;
    int count = cJSON_GetArraySize(value);
    if (count == 0)
        return bind_fail(bind, "must not be an empty list; leave it out to mean any");
    if (count > most)
        return bind_fail(bind, "must have at most %d items, got %d", most, count);
    return count;
}

static int names_bind(struct bind *bind, const struct field *field, const cJSON *value,
                      void *target)
{
    OWNED_JSON unpacked = unpack_list(value);
    value = unpacked ? unpacked : value;
    int count = count_values(bind, field, value);
    if (count < 0)
        return count;
    struct name_list list = {.count = (size_t)count};
    list.items = arena_array(bind->arena, list.count, sizeof(*list.items));
    if (!list.items)
        return -ENOMEM;
    const cJSON *item = cJSON_IsArray(value) ? value->child : value;
    for (size_t i = 0; i < list.count; i++, item = item->next) {
        int r = bind_one(bind, field->extra, item, &list.items[i]);
        if (r != 0)
            return r;
    }
    *(struct name_list *)target = list;
    return 0;
}

static int bind_id(struct bind *bind, const struct id_kind *kind, const cJSON *value,
                   int64_t *target)
{
    int64_t id = cJSON_IsString(value) ? id_parse(value->valuestring, kind->prefix) : 0;
    if (id == 0)
        return bind_fail(bind, "must be the id of one %s with its letters, such as %s12, got %s",
                         kind->noun, kind->prefix, bind_show(bind, value));
    *target = id;
    return 0;
}

static int id_bind(struct bind *bind, const struct field *field, const cJSON *value, void *target)
{
    return bind_id(bind, field->extra, value, target);
}

static int ids_bind(struct bind *bind, const struct field *field, const cJSON *value, void *target)
{
    OWNED_JSON unpacked = unpack_list(value);
    value = unpacked ? unpacked : value;
    int count = count_values(bind, field, value);
    if (count < 0)
        return count;
    int64_t *ids = arena_array(bind->arena, (size_t)count, sizeof(*ids));
    if (!ids)
        return -ENOMEM;
    const cJSON *item = cJSON_IsArray(value) ? value->child : value;
    for (int i = 0; i < count; i++, item = item->next) {
        int r = bind_id(bind, field->extra, item, &ids[i]);
        if (r != 0)
            return r;
    }
    *(struct field_list *)target = (struct field_list){ids, (size_t)count};
    return 0;
}

const struct field_type field_name = {
    .name = "name",
    .schema = name_schema,
    .bind = name_bind,
};
const struct field_type field_names = {
    .name = "names",
    .schema = list_schema,
    .bind = names_bind,
};
const struct field_type field_id = {
    .name = "id",
    .schema = name_schema,
    .bind = id_bind,
};
const struct field_type field_ids = {
    .name = "ids",
    .schema = list_schema,
    .bind = ids_bind,
};
