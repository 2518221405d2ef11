/* explain_number: why a figure of an earlier answer is what it is. The call that gave it runs once more,
 * the figure is looked up in its answer of now, and the expenses behind it are listed by the same
 * filter. Nothing is remembered between calls: what has changed since shows as a difference. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/explain_number.sql.h"
#include "tools/support/answer.h"
#include "tools/support/expense.h"
#include "tools/support/explanation.h"
#include "tools/support/fold.h"
#include "tools/support/limits.h"
#include "tools/support/query.h"
#include "tools/support/sentence.h"

struct explain_number_args {
    const char *tool;
    const cJSON *arguments;
    const char *row;
    const char *figure;
    const char *list;

    const struct tool *asked; /* no arguments from here on */
    const cJSON *given;       /* the arguments as an object, or NULL */
    struct period period;     /* of the answer */
    struct explanation why;
};

/* --- arguments ------------------------------------------------------------------------------- */

static void object_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    json_put_text(out, "type", "object");
}

static int object_bind(struct bind *bind, const struct field *field, const cJSON *value,
                       void *target)
{
    (void)field;
    if (!cJSON_IsObject(value) && !cJSON_IsString(value))
        return bind_fail(bind, "must be the arguments of that call, got %s",
                         bind_show(bind, value));
    *(const cJSON **)target = value;
    return 0;
}

static const struct field_type field_arguments = {
    .name = "object",
    .schema = object_schema,
    .bind = object_bind,
};

static void figure_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    json_put_text(out, "type", "string");
}

static int figure_bind(struct bind *bind, const struct field *field, const cJSON *value,
                       void *target)
{
    (void)field;
    if (!cJSON_IsString(value) && !json_is_number(value))
        return bind_fail(bind, "must be a number, got %s", bind_show(bind, value));
    *(const char **)target = arena_strdup(
        bind->arena, cJSON_IsString(value) ? value->valuestring : json_number_text(value));
    return *(const char **)target ? 0 : -ENOMEM;
}

static const struct field_type field_figure = {
    .name = "figure",
    .schema = figure_schema,
    .bind = figure_bind,
};

static const char *const lists[] = {"included", "excluded", "largest", "rates", NULL};

static const struct field args[] = {
    ARG_TEXT(struct explain_number_args, tool, .flags = FIELD_REQUIRED | FIELD_PLAIN, .max = 60,
             .doc = "The tool that gave the figure."),
    FIELD_ROW(struct explain_number_args, arguments, const cJSON *, field_arguments,
              .doc = "Of that call."),
    ARG_TEXT(struct explain_number_args, row, .max = PATH_MAX_POINTS,
             .doc = "e.g. Rent or Rent / 2026-10."),
    FIELD_ROW(struct explain_number_args, figure, const char *, field_figure,
              .doc = "What was said."),
    ARG_CHOICE(struct explain_number_args, list, .choices = lists, .def = "included",
               .flags = FIELD_PLAIN, .doc = "Which expenses to show."),
    ARG_END,
};

static const struct field result[] = {
    OUT_ANSWER(expense_fields),
    OUT_ANY_OBJECT("figure"),
    OUT_ANY_OBJECT("figures"),
    OUT_ANY_OBJECT("filter"),
    OUT_END,
};

/* --- asking once more ------------------------------------------------------------------------ */

static int refuse_tool(struct call *call, const char *name)
{
    OWNED_BUF names = BUF_INIT(1000);
    for (size_t i = 0; tools_all[i]; i++) {
        if (!scope_explains(tools_all[i]) || tools_all[i] == call_tool(call))
            continue;
        (void)buf_append_text(&names, names.length > 0 ? ", " : "");
        (void)buf_append_text(&names, tools_all[i]->name);
    }
    return call_refuse(call, "tool", "must be one of %s; got \"%s\"", buf_text(&names), name);
}

static const struct tool *find_tool(const struct call *call, const char *name)
{
    for (size_t i = 0; tools_all[i]; i++) {
        if (strcmp(tools_all[i]->name, name) == 0 && tools_all[i] != call_tool(call) &&
            scope_explains(tools_all[i]))
            return tools_all[i];
    }
    return NULL;
}

static void drop_tree(struct call *call, void *tree)
{
    (void)call;
    cJSON_Delete(tree);
}

/* Arguments may come as their JSON text. 0; 1 when the call was refused; negative errno. */
static int unpack_arguments(struct call *call, struct explain_number_args *a)
{
    const char *why = NULL;
    a->given = a->arguments;
    if (!cJSON_IsString(a->arguments))
        return 0;
    cJSON *tree = json_parse(a->arguments->valuestring, strlen(a->arguments->valuestring), &why);
    if (!cJSON_IsObject(tree)) {
        json_delete(&tree);
        (void)call_refuse(call, "arguments", "must be the arguments of that call as an object");
        return 1;
    }
    a->given = tree;
    int r = call_on_end(call, drop_tree, tree);
    if (r != 0)
        cJSON_Delete(tree);
    return r;
}

static int asked_again(struct call *call, const cJSON *answer, void *data);

static int explain_start(struct call *call)
{
    struct explain_number_args *a = call_args(call);
    a->asked = find_tool(call, a->tool);
    a->why.tool = a->tool;
    if (!a->asked)
        return refuse_tool(call, a->tool);
    if (a->figure) {
        a->why.number = said_number(call_arena(call), a->figure);
        if (!a->why.number)
            return call_refuse(call, "figure", "must be one number such as 1234.50, got \"%s\"",
                               a->figure);
    }
    int r = unpack_arguments(call, a);
    if (r == 0)
        r = call_other_tool(call, a->tool, a->given, asked_again, NULL);
    return r < 0 ? r : 0;
}

/* --- what the figure is about ---------------------------------------------------------------- */

static int refuse_row(struct call *call, const struct explain_number_args *a)
{
    OWNED_BUF text = BUF_INIT(4000);
    (void)buf_append_text(&text, "row: the answer has no row ");
    sentence_name(&text, a->row);
    (void)buf_append_text(&text,
                          a->why.said.labels[0] ? "; it has " : " and no other. Leave row out");
    for (size_t i = 0; a->why.said.labels[i]; i++) {
        (void)buf_append_text(&text, i > 0 ? ", " : "");
        sentence_name(&text, a->why.said.labels[i]);
    }
    if (a->why.said.label_count > SAID_LABELS_MAX)
        (void)buf_printf(&text, " and %zu others", a->why.said.label_count - SAID_LABELS_MAX);
    (void)buf_append_char(&text, '.');
    struct call_error error = {.code = "not_found",
                               .field = "row",
                               .message = buf_text(&text),
                               .candidates = a->why.said.labels};
    return call_fail(call, &error);
}

/* A row beyond those that the answer shows is still a group of the question. */
static int name_unseen_row(struct call *call, struct explain_number_args *a)
{
    struct said *said = &a->why.said;
    bool has_then = strcmp(a->why.scope.then_by, "none") != 0;
    const char *end = has_then ? strstr(a->row, " / ") : NULL;
    said->label = end ? arena_strndup(call_arena(call), a->row, (size_t)(end - a->row)) : a->row;
    said->then = end ? end + strlen(" / ") : NULL;
    said->label_key = "group";
    return said->label ? 0 : -ENOMEM;
}

static int period_of(struct call *call, const char *from, const char *to, struct period *ret_period)
{
    const struct calendar *calendar = &call_ledger(call)->calendar;
    const char *word = arena_printf(call_arena(call), "%s..%s", from, to);
    return word ? period_from_word(word, calendar, call_arena(call), ret_period) : -ENOMEM;
}

/* The period that the chosen figure is about. */
static int settle_period(struct call *call, struct explain_number_args *a)
{
    const struct said *said = &a->why.said;
    struct period *period = &a->why.scope.filter.period;
    if (said->best < said->count && said->figures[said->best].from)
        return period_of(call, said->figures[said->best].from, said->figures[said->best].to,
                         period);
    if (!a->why.scope.has_period)
        *period = a->period;
    return 0;
}

/* How the row narrows the question. */
static int settle_row(struct call *call, struct explain_number_args *a)
{
    struct scope *scope = &a->why.scope;
    const struct said *said = &a->why.said;
    bool has_groups = strcmp(scope->group_by, "none") != 0;
    if (!said->label || strcmp(said->label_key, "id") == 0) {
        scope->group_by = "none";
        scope->then_by = "none";
    } else if (strcmp(said->label_key, "category") == 0 && strcmp(said->label, "all") == 0) {
        scope->group_by = "none";
    } else if (strcmp(said->label_key, "category") == 0) {
        struct name_ref *category = arena_alloc(call_arena(call), sizeof(*category));
        if (!category)
            return -ENOMEM;
        scope->filter.category = (struct name_list){category, 1};
        return name_from_text(call_arena(call), &name_category, said->label, category);
    } else if (strcmp(said->label_key, "group") != 0) {
        scope->group_by = said->label_key;
    } else if (!has_groups) {
        scope->group_by = "category";
    }
    return 0;
}

static const char *key_of(struct call *call, const char *unit, const char *label)
{
    if (label && strcmp(unit, "merchant") == 0)
        return fold_text(call_arena(call), label);
    return label;
}

static int evidence_read(struct call *call, const struct db_rows *rows);

static int evidence_run(struct call *call)
{
    struct explain_number_args *a = call_args(call);
    const struct scope *scope = &a->why.scope;
    const struct ledger *ledger = call_ledger(call);
    const char *values[FILTER_PARAMS + 13];
    char exponent[24];
    char most[24];
    struct filter_options options = {.needs_merchant = true};
    bool has_group = strcmp(scope->group_by, "none") != 0;
    int r = filter_values(call, &scope->filter, &options, values);
    if (r != 0)
        return r;
    const char *currency = scope->filter.currency ? scope->filter.currency : ledger->currency;
    (void)snprintf(exponent, sizeof(exponent), "%d", currency_exponent(currency));
    (void)snprintf(most, sizeof(most), "%d", ROWS_DEFAULT);
    const char **more = values + FILTER_PARAMS;
    more[0] = scope->group_by;
    more[1] = scope->then_by;
    more[2] = ledger->day_of_week;
    more[3] = ledger->day_of_month;
    more[4] = scope->status;
    more[5] = scope->kinds_of_category ? "t" : "f";
    more[6] = scope->exact_category ? "t" : "f";
    more[7] = has_group ? key_of(call, scope->group_by, a->why.said.label) : NULL;
    more[8] = has_group ? key_of(call, scope->then_by, a->why.said.then) : NULL;
    more[9] = a->list;
    more[10] = ledger->currency;
    more[11] = exponent;
    more[12] = most;
    return tool_read(call, &sql_evidence, values, evidence_read);
}

static int look_for_evidence(struct call *call, struct explain_number_args *a, int found)
{
    int r = scope_read(call, a->asked, a->given, &a->why.scope);
    if (r == -ERANGE)
        return 0;
    if (r == 0 && found == -ENOENT && strcmp(a->why.scope.group_by, "none") == 0)
        return refuse_row(call, a);
    if (r == 0 && found == -ENOENT)
        r = name_unseen_row(call, a);
    if (r == 0)
        r = settle_row(call, a);
    if (r == 0)
        r = settle_period(call, a);
    const char *name =
        a->why.said.best < a->why.said.count ? a->why.said.figures[a->why.said.best].name : "total";
    if (strstr(name, "income") && strcmp(a->why.scope.filter.kind, "expense") == 0)
        a->why.scope.filter.kind = "income";
    if (r == 0)
        r = filter_begin(call, &a->why.scope.filter, evidence_run);
    return r == 0 ? evidence_run(call) : r;
}

static int fail_like(struct call *call, const cJSON *answer)
{
    const cJSON *error = json_get(json_get(answer, "structuredContent"), "error");
    const cJSON *content = json_get(answer, "content");
    const char *message = json_get_text(error, "message");
    const char *code = json_get_text(error, "code");
    if (!message && cJSON_IsArray(content))
        message = json_get_text(content->child, "text");
    return call_fail(call, &(struct call_error){.code = code ? code : "invalid_argument",
                                                .field = "arguments",
                                                .message = message ? message : "It was refused."});
}

static int asked_again(struct call *call, const cJSON *answer, void *data)
{
    struct explain_number_args *a = call_args(call);
    const cJSON *content = json_get(answer, "structuredContent");
    const cJSON *period = json_get(content, "period");
    const char *from = json_get_text(period, "from");
    const char *to = json_get_text(period, "to");
    (void)data;
    if (cJSON_IsTrue(json_get(answer, "isError")))
        return fail_like(call, answer);
    if (from && to) {
        int r = period_of(call, from, to, &a->period);
        if (r != 0)
            return r;
    }
    int r = said_find(call_arena(call), content, a->row, a->why.number, &a->why.said);
    return r == 0 || r == -ENOENT ? look_for_evidence(call, a, r) : r;
}

/* --- the answer ------------------------------------------------------------------------------ */

static int evidence_read(struct call *call, const struct db_rows *rows)
{
    struct explain_number_args *a = call_args(call);
    int r = names_settle(call, &a->why.scope.filter.names, db_rows_text(rows, 0, BASIS_UNKNOWN));
    if (r <= 0)
        return r;
    struct answer answer = {.call = call, .rows = rows, .currency = a->why.scope.filter.currency};
    int64_t of = db_rows_int(rows, 0, EVIDENCE_OF);
    bool has_rows = of > 0;
    if (a->why.said.count == 0 && a->row && db_rows_int(rows, 0, BASIS_LISTED) == 0)
        return refuse_row(call, a);
    struct answer_list list = {.key = "rows",
                               .fields = expense_fields,
                               .count = has_rows ? db_rows_count(rows) : 0,
                               .column = EVIDENCE_EXPENSE};
    answer_begin(&answer);
    explanation_write(&answer, &a->why);
    size_t returned = answer_rows(&answer, &list);
    answer_listing(&answer, returned, of, NULL);
    answer_basis(&answer);
    return answer_end(&answer);
}

const struct tool tool_explain_number = {
    .name = "explain_number",
    .title = "Explain number",
    .description =
        "When a figure is doubted: what is in it, what is not and why, whether it still holds.",
    .flags = TOOL_READ_ONLY,
    .args = args,
    .args_size = sizeof(struct explain_number_args),
    .result = result,
    .start = explain_start,
};
