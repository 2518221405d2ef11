/* Looks through answers. Numbers are compared as decimals, with as many decimals as were said. */
#include "tools/support/said.h"

#include <errno.h>
#include <string.h>

#include "base/own.h"
#include "tools/support/decimal.h"
#include "tools/support/fold.h"

/* What names a row, the most telling first; an expense is named by its id. */
static const char *const label_keys[] = {"id",       "group", "user",     "merchant",
                                         "category", "month", "currency", NULL};

static const char then_separator[] = " / ";

const char *said_number(struct arena *arena, const char *text)
{
    struct decimal number;
    const char *digits = text + strcspn(text, "-0123456789");
    size_t length = strspn(digits, "-0123456789.");
    if (length > 0 && digits[length - 1] == '.')
        length--;
    if (length == 0 || strpbrk(digits + length, "0123456789,"))
        return NULL;
    char *copy = arena_strndup(arena, digits, length);
    return copy && decimal_parse(copy, &number) == 0 ? copy : NULL;
}

/* --- numbers --------------------------------------------------------------------------------- */

static const char *number_of(const cJSON *value)
{
    struct decimal number;
    const char *text = NULL;
    if (cJSON_IsString(value))
        text = value->valuestring;
    else if (value && json_is_number(value))
        text = json_number_text(value);
    return text && decimal_parse(text, &number) == 0 ? text : NULL;
}

static bool fits(const char *said, const char *now, bool *ret_is_rounded)
{
    struct decimal one;
    struct decimal other;
    struct decimal rounded;
    if (decimal_parse(said, &one) != 0 || decimal_parse(now, &other) != 0)
        return false;
    int scale = one.scale > other.scale ? one.scale : other.scale;
    struct decimal wide;
    if (decimal_round(one, scale, &wide) != 0 || decimal_round(other, scale, &rounded) != 0)
        return false;
    *ret_is_rounded = wide.units != rounded.units;
    if (!*ret_is_rounded)
        return true;
    return one.scale < other.scale && decimal_round(other, one.scale, &rounded) == 0 &&
           rounded.units == one.units;
}

/* --- rows ------------------------------------------------------------------------------------ */

static const char *label_of(const cJSON *row, const char **ret_key)
{
    for (size_t i = 0; label_keys[i]; i++) {
        const char *label = json_get_text(row, label_keys[i]);
        if (label) {
            *ret_key = label_keys[i];
            return label;
        }
    }
    return NULL;
}

static bool same_name(struct arena *arena, const char *one, const char *other)
{
    const char *folded = fold_text(arena, one);
    const char *wanted = fold_text(arena, other);
    return folded && wanted && strcmp(folded, wanted) == 0;
}

/* A row is meant by its label, or by "label / then" when it has both. */
static bool row_is(struct arena *arena, const cJSON *row, const char *asked, bool by_last_part)
{
    const char *key = NULL;
    const char *label = label_of(row, &key);
    const char *then = json_get_text(row, "then");
    if (!label)
        return false;
    for (const char *colon = by_last_part ? strstr(label, ": ") : NULL; colon;
         colon = strstr(label, ": "))
        label = colon + strlen(": ");
    if (!then)
        return same_name(arena, label, asked);
    const char *both = arena_printf(arena, "%s%s%s", label, then_separator, then);
    return both && same_name(arena, both, asked);
}

static const cJSON *first_row(const cJSON *list)
{
    return cJSON_IsArray(list) && cJSON_IsObject(list->child) ? list->child : NULL;
}

/* "Groceries" means "Food: Groceries" where no other row ends so. */
static const cJSON *find_by_last_part(struct arena *arena, const cJSON *answer, const char *asked)
{
    const cJSON *found = NULL;
    for (const cJSON *list = answer->child; list; list = list->next) {
        for (const cJSON *row = first_row(list); row; row = row->next) {
            if (!row_is(arena, row, asked, true))
                continue;
            if (found)
                return NULL;
            found = row;
        }
    }
    return found;
}

static const cJSON *find_row(struct arena *arena, const cJSON *answer, const char *asked,
                             struct said *said)
{
    const char *key = NULL;
    for (const cJSON *list = answer->child; list; list = list->next) {
        for (const cJSON *row = first_row(list); row; row = row->next) {
            const char *label = label_of(row, &key);
            if (row_is(arena, row, asked, false))
                return row;
            if (label && said->label_count < SAID_LABELS_MAX)
                said->labels[said->label_count] = arena_strdup(arena, label);
            said->label_count += label ? 1 : 0;
        }
    }
    return find_by_last_part(arena, answer, asked);
}

/* --- the figures of a row -------------------------------------------------------------------- */

static bool is_housekeeping(const char *name)
{
    static const char *const names[] = {"returned", "of", "next_cursor"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

static const char *copy_or_null(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

static int add_figure(struct arena *arena, struct said *said, const char *outer,
                      const cJSON *member, const cJSON *about)
{
    const char *text = number_of(member);
    if (!text || said->count == SAID_FIGURES_MAX || is_housekeeping(member->string))
        return 0;
    const cJSON *periods = json_get(about, "periods");
    const char *mean_of = number_of(periods ? periods : json_get(about, "months"));
    struct figure *figure = &said->figures[said->count];
    *figure = (struct figure){
        .name = outer ? arena_printf(arena, "%s.%s", outer, member->string)
                      : arena_strdup(arena, member->string),
        .text = arena_strdup(arena, text),
        .from = copy_or_null(arena, json_get_text(about, "from")),
        .to = copy_or_null(arena, json_get_text(about, "to")),
        .mean_of = copy_or_null(arena, mean_of),
    };
    if (!figure->name || !figure->text)
        return -ENOMEM;
    said->count++;
    return 0;
}

/* The numbers of an object, and those of objects in it. */
static int add_figures(struct arena *arena, struct said *said, const cJSON *answer,
                       const cJSON *object)
{
    int r = 0;
    for (const cJSON *member = object->child; r == 0 && member; member = member->next) {
        bool is_before = strcmp(member->string, "before") == 0;
        const cJSON *about = is_before ? json_get(answer, "compared_with") : NULL;
        r = add_figure(arena, said, NULL, member, about);
        if (!cJSON_IsObject(member) || strcmp(member->string, "period") == 0)
            continue;
        for (const cJSON *inner = member->child; r == 0 && inner; inner = inner->next)
            r = add_figure(arena, said, member->string, inner, member);
    }
    return r;
}

static size_t find_fitting(const struct said *said, const char *figure, bool *ret_is_rounded)
{
    bool is_rounded = false;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < said->count; i++) {
            if (fits(figure, said->figures[i].text, &is_rounded) && is_rounded == (pass == 1)) {
                *ret_is_rounded = is_rounded;
                return i;
            }
        }
    }
    return said->count;
}

/* The figure that people mean when they name none. */
static size_t main_figure(const struct said *said)
{
    static const char *const names[] = {"total", "spending", "balance", "amount", "spent"};
    for (size_t n = 0; n < ARRAY_LENGTH(names); n++) {
        for (size_t i = 0; i < said->count; i++) {
            if (strcmp(said->figures[i].name, names[n]) == 0)
                return i;
        }
    }
    return 0;
}

/* --- the whole answer ------------------------------------------------------------------------ */

static int look_elsewhere(struct arena *arena, const cJSON *answer, const char *figure,
                          struct said *said)
{
    const char *key = NULL;
    bool is_rounded = false;
    for (const cJSON *list = answer->child; list; list = list->next) {
        for (const cJSON *row = first_row(list); row; row = row->next) {
            struct said *other = arena_alloc(arena, sizeof(*other));
            if (!other || add_figures(arena, other, answer, row) != 0)
                return -ENOMEM;
            size_t i = find_fitting(other, figure, &is_rounded);
            const char *label = label_of(row, &key);
            if (i == other->count || is_rounded || !label)
                continue;
            said->elsewhere = arena_printf(arena, "%s of %s", other->figures[i].name, label);
            return said->elsewhere ? 0 : -ENOMEM;
        }
    }
    return 0;
}

static int choose(struct arena *arena, const cJSON *answer, const char *figure, struct said *said)
{
    said->best = said->count > 0 ? main_figure(said) : 0;
    if (!figure || said->count == 0)
        return 0;
    size_t i = find_fitting(said, figure, &said->is_rounded);
    said->fits = i < said->count;
    if (said->fits)
        said->best = i;
    return said->fits ? 0 : look_elsewhere(arena, answer, figure, said);
}

int said_find(struct arena *arena, const cJSON *answer, const char *row, const char *figure,
              struct said *ret_said)
{
    const cJSON *object = answer;
    memset(ret_said, 0, sizeof(*ret_said));
    if (row) {
        object = find_row(arena, answer, row, ret_said);
        if (!object)
            return -ENOENT;
        ret_said->label = arena_strdup(arena, label_of(object, &ret_said->label_key));
        ret_said->then = copy_or_null(arena, json_get_text(object, "then"));
        if (!ret_said->label)
            return -ENOMEM;
    }
    int r = add_figures(arena, ret_said, answer, object);
    return r == 0 ? choose(arena, answer, figure, ret_said) : r;
}
