/* manage_categories: makes, renames, moves, paints, merges, archives and brings back categories. What was entered
 * stays: paths follow, an emptied or archived category is kept for the history. */
#include "tools/tool.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "mcp/json.h"
#include "tools/support/budget.h"
#include "tools/support/category_edit.h"
#include "tools/support/fold.h"
#include "tools/support/limits.h"
#include "tools/support/sentence.h"
#include "tools/support/targets.h"

enum {
    COLOR_LENGTH = 7,
    PATH_BYTES = 4 * PATH_MAX_POINTS + 1
};

static const char *const ops[] = {"create", "rename",  "move",      "recolor",
                                  "merge",  "archive", "unarchive", NULL};
static const char *const kinds[] = {"expense", "income", "transfer", NULL};

static const struct field args[] = {
    ARG_CHOICE(struct manage_categories_args, op, .choices = ops,
               .flags = FIELD_REQUIRED | FIELD_PLAIN, .doc = "What to do."),
    ARG_CATEGORY(struct manage_categories_args, category, .flags = FIELD_REQUIRED,
                 .doc = "create: name, or Parent: Name."),
    ARG_CATEGORY(struct manage_categories_args, into, .doc = "rename: new name; merge: takes all."),
    ARG_CATEGORY(struct manage_categories_args, parent, .doc = "none for the top."),
    ARG_TEXT(struct manage_categories_args, color, .max = 20, .flags = FIELD_PLAIN,
             .doc = "Such as #4caf50, or none."),
    ARG_CHOICE(struct manage_categories_args, kind, .choices = kinds, .flags = FIELD_PLAIN,
               .doc = "create: expense unless the parent says otherwise."),
    ARG_END,
};

/* --- the change ------------------------------------------------------------------------------ */

static int planned(struct change *change, const struct db_rows *const *rows)
{
    struct managing *managing = change_state(change);
    return managing->operation->apply(change, managing, rows);
}

static int take_id(struct change *change, const int64_t *ids, size_t number, int64_t otherwise,
                   int64_t *ret_id, const char **ret_text)
{
    *ret_id = number > 0 ? ids[number] : otherwise;
    *ret_text = arena_printf(call_arena(change_call(change)), "%lld", (long long)*ret_id);
    return *ret_text ? 0 : -ENOMEM;
}

static int resolved(struct change *change, const struct db_rows *const *rows)
{
    struct managing *managing = change_state(change);
    int64_t *ids = NULL;
    int r = targets_resolved(change, &managing->asked, &managing->question,
                             rows[managing->names_at], &ids);
    if (r != 0)
        return r < 0 ? r : 0;
    bool is_new = strcmp(managing->operation->name, "create") == 0;
    bool goes_to_top = is_new || managing->args->parent.text;
    r = take_id(change, ids, managing->category, 0, &managing->category_id,
                &managing->category_text);
    if (r == 0)
        r = take_id(change, ids, managing->into, 0, &managing->into_id, &managing->into_text);
    if (r == 0)
        r = take_id(change, ids, managing->parent, goes_to_top ? 0 : CATEGORY_STAYS,
                    &managing->parent_id, &managing->parent_text);
    if (r != 0)
        return r;
    if ((managing->category > 0 && managing->category_id == 0) ||
        (managing->into > 0 && managing->into_id == 0))
        return change_refuse(change, "invalid_argument",
                             managing->category_id == 0 ? "category" : "into",
                             "is what has no category.", "Name a category.");
    r = managing->operation->plan(change, managing);
    return r == 0 ? change_send(change, planned) : r;
}

static int run(struct change *change)
{
    struct managing *managing = change_state(change);
    change_open(change);
    category_lock(change);
    int r = targets_resolve_step(change, &managing->asked, &managing->names_at);
    return r == 0 ? change_send(change, resolved) : r;
}

/* --- the sentence ---------------------------------------------------------------------------- */

/* The path of the first category on that side; "" when there is none. */
static void take_path(const struct change_story *story, const char *side, struct buf *ret_path)
{
    for (size_t i = story->first; i < story->last; i++) {
        const char *why = NULL;
        if (strcmp(db_rows_text(story->rows, i, KEPT_ENTITY), "category") != 0 ||
            strcmp(db_rows_text(story->rows, i, KEPT_SIDE), side) != 0)
            continue;
        OWNED_JSON show = json_parse(db_rows_text(story->rows, i, KEPT_SHOW),
                                     db_rows_length(story->rows, i, KEPT_SHOW), &why);
        const char *path = json_get_text(show, "category");
        (void)buf_append_text(ret_path, path ? path : "");
        return;
    }
}

static void say_path(const struct change_story *story, const char *side, struct buf *text)
{
    OWNED_BUF path = BUF_INIT(PATH_BYTES);
    take_path(story, side, &path);
    sentence_plain_name(text, buf_text(&path));
}

static long long count_of(const struct change_story *story, const char *entity)
{
    long long count = 0;
    int64_t before = -1;
    for (size_t i = story->first; i < story->last; i++) {
        int64_t position = db_rows_int(story->rows, i, KEPT_POSITION);
        bool counts = strcmp(db_rows_text(story->rows, i, KEPT_ENTITY), entity) == 0;
        count += counts && position != before ? 1 : 0;
        before = position;
    }
    return count;
}

/* Whether the category that is merged had budgets; those of the other one are kept as well. */
static bool has_budgets(const struct change_story *story)
{
    OWNED_BUF path = BUF_INIT(PATH_BYTES);
    take_path(story, "before", &path);
    for (size_t i = story->first; i < story->last; i++) {
        OWNED_BUF category = BUF_INIT(PATH_BYTES);
        if (strcmp(db_rows_text(story->rows, i, KEPT_ENTITY), "budget") != 0 ||
            strcmp(db_rows_text(story->rows, i, KEPT_SIDE), "before") != 0)
            continue;
        budget_shown(story, i, "category", &category);
        if (strcmp(buf_text(&category), buf_text(&path)) == 0)
            return true;
    }
    return false;
}

static void summarize(const struct change_story *story, struct buf *text)
{
    const struct managing *managing = change_state(story->change);
    const struct operation *operation = managing->operation;
    bool is_new = strcmp(operation->name, "create") == 0;
    bool is_merge = strcmp(operation->name, "merge") == 0;
    bool is_renaming = strcmp(operation->name, "rename") == 0;
    long long expenses = count_of(story, "expense");
    (void)buf_printf(text, "%s ", story->is_saved ? operation->done : operation->would);
    say_path(story, is_new ? "after" : "before", text);
    if (is_renaming || strcmp(operation->name, "move") == 0) {
        (void)buf_append_text(text, is_renaming ? " to " : " to become ");
        say_path(story, "after", text);
    } else if (is_merge) {
        (void)buf_append_text(text, " into ");
        sentence_plain_name(text, managing->args->into.text);
        (void)buf_append_text(text, ", with ");
        sentence_count(text, expenses, "expense", "expenses");
        (void)buf_append_text(text, has_budgets(story) ? " and its budgets" : "");
    }
    if (story->count > 1) {
        (void)buf_append_text(text, is_merge ? " and " : ", with ");
        sentence_count(text, (long long)story->count - 1, "category", "categories");
        (void)buf_append_text(text, " below it");
    }
    (void)buf_append_char(text, '.');
}

static const struct change_kind managing_kind = {
    .entity = "category",
    .run = run,
    .summarize = summarize,
};

/* --- the arguments --------------------------------------------------------------------------- */

static bool is_top(const struct name_ref *name)
{
    return name->folded &&
           (strcmp(name->folded, "none") == 0 || strcmp(name->folded, "(none)") == 0 ||
            strcmp(name->folded, "top") == 0);
}

/* "#4CAF50" or "4caf50" as "#4caf50"; "none" takes it away. 0, 1 (refused), -ENOMEM. */
static int take_color(struct call *call, struct managing *managing)
{
    const char *color = managing->args->color;
    if (!color || strcmp(color, "none") == 0)
        return 0;
    char *text = arena_printf(call_arena(call), "#%s", color + (color[0] == '#' ? 1 : 0));
    if (!text)
        return -ENOMEM;
    for (char *c = text; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    if (strlen(text) != COLOR_LENGTH || strspn(text + 1, "0123456789abcdef") != COLOR_LENGTH - 1) {
        (void)change_refuse_argument(call, "color", "must be of the form #4caf50, got %s",
                                     color[0] ? color : "\"\"");
        return 1;
    }
    managing->color = text;
    return 0;
}

/* A name for a category: one part of a path, and no word that means something else. */
static int take_name(struct call *call, struct managing *managing, const char *field,
                     const char *name)
{
    managing->name = name;
    managing->folded = fold_text(call_arena(call), name);
    if (!managing->folded)
        return -ENOMEM;
    if (name_is_reserved(&name_category, managing->folded)) {
        (void)change_refuse_argument(call, field,
                                     "must not be the word %s, which has a meaning of its own",
                                     managing->folded);
        return 1;
    }
    if (id_parse(managing->folded, name_category.id_prefix) > 0) {
        (void)change_refuse_argument(call, field, "must not look like the id of a category, got %s",
                                     name);
        return 1;
    }
    if (managing->folded[0] != '\0' && !strchr(name, ':') &&
        utf8_count(name, strlen(name)) <= NAME_MAX_POINTS)
        return 0;
    (void)change_refuse_argument(
        call, field, "must be a name of 1 to %d characters without a colon", (int)NAME_MAX_POINTS);
    return 1;
}

/* "Food: Snacks" is Snacks below Food. */
static int take_new(struct call *call, struct managing *managing)
{
    struct manage_categories_args *a = managing->args;
    struct arena *arena = call_arena(call);
    const char *colon = strrchr(a->category.text, ':');
    if (!colon)
        return take_name(call, managing, "category", a->category.text);
    if (a->parent.text) {
        (void)change_refuse_argument(call, "parent", "and a name with a colon exclude each other");
        return 1;
    }
    size_t length = (size_t)(colon - a->category.text);
    while (length > 0 && a->category.text[length - 1] == ' ')
        length--;
    const char *parent = arena_strndup(arena, a->category.text, length);
    if (!parent)
        return -ENOMEM;
    int r = name_from_text(arena, &name_category, parent, &managing->path_parent);
    if (r != 0) {
        (void)change_refuse_argument(call, "category", "has nothing in front of its colon");
        return r == -ENOMEM ? r : 1;
    }
    managing->parent = asked_add(&managing->asked, &managing->path_parent, "category");
    return take_name(call, managing, "category", colon + 1 + strspn(colon + 1, " "));
}

/* Which arguments an operation takes beside the category, and which one it needs. */
static const struct {
    const char *op, *takes, *needs;
} rules[] = {
    {"create", "parent color kind", NULL},
    {"rename", "into", "into"},
    {"move", "parent", "parent"},
    {"recolor", "color", "color"},
    {"merge", "into", "into"},
    {"archive", "", NULL},
    {"unarchive", "", NULL},
};

static bool is_given(struct call *call, const char *name)
{
    return json_get(call_json(call), name) != NULL;
}

/* 0 or 1. */
static int check_arguments(struct call *call, const char *op)
{
    static const char *const names[] = {"into", "parent", "color", "kind"};
    size_t rule = 0;
    while (strcmp(rules[rule].op, op) != 0)
        rule++;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        if (is_given(call, names[i]) && !strstr(rules[rule].takes, names[i])) {
            (void)change_refuse_argument(call, names[i], "has no meaning for op %s", op);
            return 1;
        }
    }
    const char *needs = rules[rule].needs;
    if (needs && !is_given(call, needs)) {
        (void)change_refuse_argument(call, needs, "is missing: op %s needs it", op);
        return 1;
    }
    return 0;
}

static int take_names(struct call *call, struct managing *managing)
{
    struct manage_categories_args *a = managing->args;
    bool is_new = strcmp(a->op, "create") == 0;
    if (!is_new)
        managing->category = asked_add(&managing->asked, &a->category, "category");
    if (strcmp(a->op, "merge") == 0)
        managing->into = asked_add(&managing->asked, &a->into, "into");
    if (a->parent.text && !is_top(&a->parent))
        managing->parent = asked_add(&managing->asked, &a->parent, "parent");
    if (strcmp(a->op, "rename") == 0)
        return take_name(call, managing, "into", a->into.text);
    return is_new ? take_new(call, managing) : 0;
}

static int start(struct call *call)
{
    struct managing *managing = arena_alloc(call_arena(call), sizeof(*managing));
    if (!managing)
        return -ENOMEM;
    *managing = (struct managing){.args = call_args(call)};
    for (size_t i = 0; i < category_operation_count; i++) {
        if (strcmp(category_operations[i].name, managing->args->op) == 0)
            managing->operation = &category_operations[i];
    }
    int r = check_arguments(call, managing->args->op);
    if (r == 0)
        r = take_color(call, managing);
    if (r == 0)
        r = asked_begin(&managing->asked, call);
    if (r == 0)
        r = take_names(call, managing);
    asked_question(&managing->asked, &managing->question);
    if (r == 0)
        r = change_start(call, &managing_kind, managing);
    return r < 0 ? r : 0;
}

const struct tool tool_manage_categories = {
    .name = "manage_categories",
    .title = "Manage categories",
    .description = "Change the tree of categories; expenses follow.",
    .flags = TOOL_DESTRUCTIVE | TOOL_ASKS,
    .args = args,
    .args_size = sizeof(struct manage_categories_args),
    .result = change_result,
    .start = start,
};
