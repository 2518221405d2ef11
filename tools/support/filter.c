/* Binding of the filter and the parameters of filter.sql. The SQL decides which rows match. */
#include "tools/support/filter.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "db/query.h"
#include "tools/support/decimal.h"
#include "tools/support/fold.h"
#include "tools/support/limits.h"

enum {
    ARRAY_MAX_BYTES = 256 * 1024
};

const char *const filter_kinds[] = {"expense", "refund", "income", "transfer", "all", NULL};
const char *const filter_kinds_at_large[] = {"all",    "expense",  "refund",
                                             "income", "transfer", NULL};

/* --- binding --------------------------------------------------------------------------------- */

static void filter_schema(const struct field *field, struct json_out *out)
{
    (void)field; /* its members are written one by one */
    (void)out;
}

static int filter_bind(struct bind *bind, const struct field *field, const cJSON *value,
                       void *target)
{
    return bind_object(bind, field->fields, value, target);
}

static int fail_at(struct bind *bind, const char *path, const char *message)
{
    const char *outer = bind->path;
    bind->path = path;
    int r = bind_fail(bind, "%s", message);
    bind->path = outer;
    return r;
}

static int filter_finish(struct bind *bind, const struct field *field, bool given, void *target)
{
    const struct filter *filter = target;
    const struct money *least = &filter->min_amount;
    const struct money *most = &filter->max_amount;
    (void)field;
    (void)given;
    if (money_is_negative(least))
        return fail_at(bind, "min_amount", "compares sizes without their sign, so not below 0");
    if (money_is_negative(most))
        return fail_at(bind, "max_amount", "compares sizes without their sign, so not below 0");
    if (money_is_below(most->text, least->text))
        return fail_at(bind, "max_amount", "must not be below min_amount");
    if (filter->text && filter->text[strspn(filter->text, " ")] == '\0')
        return fail_at(bind, "text", "must not be empty");
    return 0;
}

const struct field_type field_filter = {
    .name = "filter",
    .schema = filter_schema,
    .bind = filter_bind,
    .finish = filter_finish,
    .is_group = true,
};

/* --- parameters ------------------------------------------------------------------------------ */

struct named_list {
    const char *field;
    const struct name_list *list;
};

int filter_begin(struct call *call, struct filter *filter, int (*again)(struct call *call))
{
    const struct named_list lists[] = {
        {filter->category_argument ? filter->category_argument : "category", &filter->category},
        {"merchant", &filter->merchant},
        {filter->user_argument ? filter->user_argument : "user", &filter->user},
        {"tag", &filter->tag},
        {"account", &filter->account},
    };
    struct name_question *names = &filter->names;
    size_t total = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++)
        total += lists[i].list->count;
    const char **fields = arena_array(call_arena(call), total + 1, sizeof(*fields));
    names->asked = arena_array(call_arena(call), total + 1, sizeof(struct name_ref *));
    if (!fields || !names->asked)
        return -ENOMEM;
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
        for (size_t j = 0; j < lists[i].list->count; j++, names->count++) {
            names->asked[names->count] = &lists[i].list->items[j];
            fields[names->count] = lists[i].field;
        }
    }
    names->fields = fields;
    names->again = again;
    names->is_write = !call_is_read_only(call);
    names->notes = "";
    return 0;
}

/* Copies the text of an array, ended, into the arena. NULL when out of memory. */
static const char *take_array(struct call *call, struct buf *array)
{
    return db_array_end(array) == 0 ? arena_strdup(call_arena(call), buf_text(array)) : NULL;
}

static int period_values(struct call *call, const struct filter *filter,
                         const struct filter_options *options, const char **ret_values)
{
    OWNED_BUF first = BUF_INIT(ARRAY_MAX_BYTES);
    OWNED_BUF last = BUF_INIT(ARRAY_MAX_BYTES);
    char text[DATE_TEXT_SIZE];
    bool has_period = filter->period.kind != PERIOD_NONE;
    (void)db_array_append(&first, has_period ? filter->period.from : date_format(DATE_FIRST, text));
    (void)db_array_append(&last, has_period ? filter->period.to : date_format(DATE_LAST, text));
    for (size_t i = 0; i < options->others_count; i++) {
        (void)db_array_append(&first, date_format(options->others[i].from, text));
        (void)db_array_append(&last, date_format(options->others[i].to, text));
    }
    ret_values[1] = take_array(call, &first);
    ret_values[2] = take_array(call, &last);
    return ret_values[1] && ret_values[2] ? 0 : -ENOMEM;
}

static int name_values(struct call *call, const struct name_question *names,
                       const char **ret_values)
{
    OWNED_BUF kinds = BUF_INIT(ARRAY_MAX_BYTES);
    OWNED_BUF ids = BUF_INIT(ARRAY_MAX_BYTES);
    OWNED_BUF texts = BUF_INIT(ARRAY_MAX_BYTES);
    for (size_t i = 0; i < names->count; i++) {
        const struct name_ref *name = names->asked[i];
        const char *id = arena_printf(call_arena(call), "%lld", (long long)name->id);
        if (!id)
            return -ENOMEM;
        (void)db_array_append(&kinds, name->kind->code);
        (void)db_array_append(&ids, name->id > 0 ? id : NULL);
        (void)db_array_append(&texts, name->folded);
    }
    ret_values[3] = take_array(call, &kinds);
    ret_values[4] = take_array(call, &ids);
    ret_values[5] = take_array(call, &texts);
    return ret_values[3] && ret_values[4] && ret_values[5] ? 0 : -ENOMEM;
}

/* A pattern for LIKE: the word anywhere, its own wildcards taken literally. */
static int append_pattern(struct buf *array, const char *word, size_t length)
{
    OWNED_BUF pattern = BUF_INIT(ARRAY_MAX_BYTES);
    (void)buf_append_char(&pattern, '%');
    for (size_t i = 0; i < length; i++) {
        if (word[i] == '%' || word[i] == '_' || word[i] == '\\')
            (void)buf_append_char(&pattern, '\\');
        (void)buf_append_char(&pattern, word[i]);
    }
    (void)buf_append_char(&pattern, '%');
    return pattern.error != 0 ? pattern.error : db_array_append(array, buf_text(&pattern));
}

/* Up to TEXT_MAX_WORDS words one by one, the rest as one phrase. */
static int text_value(struct call *call, const char *text, const char **ret_value)
{
    OWNED_BUF patterns = BUF_INIT(ARRAY_MAX_BYTES);
    *ret_value = NULL;
    if (!text)
        return 0;
    const char *word = fold_text(call_arena(call), text);
    if (!word)
        return -ENOMEM;
    for (int words = 1; *word != '\0'; words++) {
        size_t length = words < TEXT_MAX_WORDS ? strcspn(word, " ") : strlen(word);
        (void)append_pattern(&patterns, word, length);
        word += length + strspn(word + length, " ");
    }
    *ret_value = take_array(call, &patterns);
    return *ret_value ? 0 : -ENOMEM;
}

static const char *kinds_value(const char *kind, bool needs_income)
{
    if (strcmp(kind, "expense") == 0)
        return needs_income ? "{expense,refund,income}" : "{expense,refund}";
    if (strcmp(kind, "refund") == 0)
        return "{refund}";
    if (strcmp(kind, "income") == 0)
        return "{income}";
    return strcmp(kind, "transfer") == 0 ? "{transfer}" : "{expense,refund,income,transfer}";
}

/* The covering index answers most questions; merchants have one of their own. */
static const char *path_value(const struct filter *filter, const struct filter_options *options)
{
    bool has_none = false;
    for (size_t i = 0; i < filter->merchant.count; i++)
        has_none = has_none || strcmp(filter->merchant.items[i].folded, name_merchant.none) == 0;
    if (filter->merchant.count > 0 && !has_none)
        return "merchant";
    return has_none || filter->text || options->needs_merchant ? "row" : "day";
}

int filter_values(struct call *call, const struct filter *filter,
                  const struct filter_options *options, const char *ret_values[FILTER_PARAMS])
{
    ret_values[0] = call_ledger(call)->id_text;
    int r = period_values(call, filter, options, ret_values);
    if (r == 0)
        r = name_values(call, &filter->names, ret_values);
    if (r == 0)
        r = text_value(call, filter->text, &ret_values[6]);
    ret_values[7] = filter->min_amount.text;
    ret_values[8] = filter->max_amount.text;
    ret_values[9] = filter->currency;
    ret_values[10] = path_value(filter, options);
    ret_values[11] = kinds_value(filter->kind, options->needs_income);
    return r;
}

/* FNV-1a, 64 bits (Fowler, Noll, Vo): to notice mistakes, not attacks. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (const char *at = text ? text : "\1"; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001b3);
    return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

uint64_t filter_hash(const char *tool, const char *const *values, size_t count)
{
    uint64_t hash = hash_text(UINT64_C(0xcbf29ce484222325), tool);
    for (size_t i = 0; i < count; i++)
        hash = hash_text(hash, values[i]);
    return hash;
}
