/* manage_rules: rules that put what is imported into categories, and try them on history before anything
 * is saved. The first rule that fits decides. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/manage_rules.sql.h"
#include "tools/support/answer.h"
#include "tools/support/asked.h"
#include "tools/support/change.h"
#include "tools/support/expense.h"
#include "tools/support/fold.h"
#include "tools/support/limits.h"
#include "tools/support/money.h"
#include "tools/support/sentence.h"
#include "tools/support/targets.h"

enum rule_column {
    RULE_ID,
    RULE_POSITION,
    RULE_MERCHANT,
    RULE_MERCHANT_FOLDED,
    RULE_WORDS,
    RULE_WORDS_FOLDED,
    RULE_MIN,
    RULE_MAX,
    RULE_ACCOUNT,
    RULE_CATEGORY,
    RULE_COLUMNS,
    RULE_ARCHIVED_PATH = RULE_COLUMNS /* of its category, if that was archived */
};

enum list_column {
    LIST_ID,
    LIST_TURN,
    LIST_MERCHANT,
    LIST_WORDS,
    LIST_MIN,
    LIST_MAX,
    LIST_ACCOUNT,
    LIST_CATEGORY,
    LIST_LEARNED,
    LIST_ARCHIVED
};

enum {
    HIT_COUNT,
    HIT_CONFLICTS,
    HIT_UNCATEGORIZED,
    HIT_EXPENSE
};

enum {
    MESSAGE_MAX = 1000,
    IDS_MAX = 1 << 20
};

struct rule_when {
    const char *merchant, *text;
    struct money min_amount, max_amount;
    struct name_ref account;
};

struct rule_then {
    struct name_ref category;
};

struct manage_rules_args {
    const char *op;
    int64_t rule_id;
    struct rule_when when;
    struct rule_then then;
    struct field_opt_int position;
    bool overwrite;
};

/* A rule as the statements want it: rule_fits.sql and create. */
struct rule {
    const char *values[RULE_COLUMNS];
};

struct managing {
    struct manage_rules_args *args;
    struct asked asked;
    struct name_question question;
    size_t category, account; /* their numbers among the names, 0: not said */
    size_t names_at, rule_at, list_at, ids_count;
    int64_t number;      /* of the rule; a new one has its own before it is there */
    const char *id;      /* the same as text */
    const char *done_by; /* the change that a repeated key means */
    struct rule rule;
};

static const struct id_kind id_rule = {"r", "rule"};
static const char *const ops[] = {"list", "create", "update", "delete", "test", "apply", NULL};

static const struct field when_fields[] = {
    ARG_TEXT(struct rule_when, merchant, .max = NAME_MAX_POINTS, .doc = "Or words of it."),
    ARG_TEXT(struct rule_when, text, .max = TEXT_MAX_POINTS, .doc = "Part of the bank's text."),
    ARG_MONEY(struct rule_when, min_amount, .flags = FIELD_PLAIN, .doc = "Least size."),
    ARG_MONEY(struct rule_when, max_amount, .flags = FIELD_PLAIN, .doc = "Most."),
    ARG_ACCOUNT(struct rule_when, account, .flags = FIELD_PLAIN, .doc = "Of this account."),
    ARG_END,
};

static const struct field then_fields[] = {
    ARG_CATEGORY(struct rule_then, category, .flags = FIELD_PLAIN, .doc = "Where it belongs."),
    ARG_END,
};

static const struct field args[] = {
    ARG_CHOICE(struct manage_rules_args, op, .choices = ops, .def = "list",
               .doc = "test shows hits; apply changes history."),
    ARG_ID(struct manage_rules_args, rule_id, id_rule, .flags = FIELD_PLAIN, .doc = "e.g. r3."),
    ARG_OBJECT(struct manage_rules_args, when, struct rule_when, .fields = when_fields,
               .size = sizeof(struct rule_when), .flags = FIELD_PLAIN,
               .doc = "All of it must fit."),
    ARG_OBJECT(struct manage_rules_args, then, struct rule_then, .fields = then_fields,
               .size = sizeof(struct rule_then), .flags = FIELD_PLAIN,
               .doc = "What becomes of it."),
    ARG_OPT_INT(struct manage_rules_args, position, .min = 1, .max = RULES_MAX,
                .doc = "1 is tried first."),
    ARG_BOOL(struct manage_rules_args, overwrite, .doc = "apply: also what has a category."),
    ARG_END,
};

/* --- answers --------------------------------------------------------------------------------- */

static void write_rule_id(const struct row_context *row, const struct json_name *key, size_t column)
{
    OWNED_BUF id = BUF_INIT(32);
    const char *number = row_text(row, column);
    if (number && buf_printf(&id, "r%s", number) == 0)
        row_put_text(row, key, buf_text(&id));
}

static const struct field rule_fields[] = {
    OUT_CELL("id", field_text, write_rule_id, LIST_ID),
    OUT_CELL("position", field_int, row_write_int, LIST_TURN),
    OUT_CELL("merchant", field_text, row_write_optional, LIST_MERCHANT),
    OUT_CELL("text", field_text, row_write_optional, LIST_WORDS),
    OUT_CELL("min_amount", field_text, row_write_optional, LIST_MIN),
    OUT_CELL("max_amount", field_text, row_write_optional, LIST_MAX),
    OUT_CELL("account", field_text, row_write_optional, LIST_ACCOUNT),
    OUT_CELL("category", field_text, row_write_text, LIST_CATEGORY),
    OUT_CELL("learned", field_bool, row_write_if_true, LIST_LEARNED),
    OUT_CELL("archived", field_bool, row_write_if_true, LIST_ARCHIVED),
    OUT_END,
};

static const struct field side_fields[] = {
    OUT_ANY_OBJECT("before"),
    OUT_ANY_OBJECT("after"),
    OUT_END,
};

static const struct field result[] = {
    OUT_TEXT("summary"),
    OUT_BOOL("saved"),
    OUT_TEXT("change_id"),
    OUT_INT("count"),
    OUT_INT("conflicts"),
    OUT_INT("uncategorized"),
    OUT_ROWS("rules", rule_fields),
    OUT_ROWS("rows", side_fields),
    OUT_INT("returned"),
    OUT_BOOL("truncated"),
    OUT_BOOL("replayed"),
    OUT_ANY_OBJECT("error"),
    OUT_END,
};

static void write_rules(struct json_out *out, const struct db_rows *rows)
{
    json_put_array(out, "rules");
    for (size_t i = 0; i < db_rows_count(rows) && out->buf->length < ANSWER_MAX_BYTES; i++)
        row_write(&(struct row_context){.out = out, .rows = rows, .row = i}, rule_fields);
    json_end_array(out);
}

/* The answer after something was done to the rules, or nothing: what it was, whether it is saved, by
 * which change (NULL: none). */
struct outcome {
    const char *happened, *change_id;
    bool is_saved, is_replayed;
};

static void write_list(struct call *call, const struct db_rows *rows, const struct outcome *outcome)
{
    struct json_out *out = call_answer(call);
    OWNED_BUF summary = BUF_INIT(MESSAGE_MAX);
    OWNED_BUF id = BUF_INIT(32);
    (void)buf_append_text(&summary, outcome->happened);
    if (db_rows_count(rows) == 0)
        (void)buf_append_text(&summary, "There are no rules.");
    else
        sentence_count(&summary, (long long)db_rows_count(rows), "rule, in the order",
                       "rules, in the order");
    if (db_rows_count(rows) > 0)
        (void)buf_append_text(&summary, " in which they are tried.");
    json_object(out);
    json_put_text(out, "summary", buf_text(&summary));
    json_put_bool(out, "saved", outcome->is_saved);
    if (outcome->change_id && buf_printf(&id, "ch%s", outcome->change_id) == 0)
        json_put_text(out, "change_id", buf_text(&id));
    if (outcome->change_id)
        json_put_bool(out, "replayed", outcome->is_replayed);
    json_put_int(out, "count", (int64_t)db_rows_count(rows));
    write_rules(out, rows);
    json_end_object(out);
}

static int listed(struct call *call, const struct db_rows *rows)
{
    write_list(call, rows, &(struct outcome){.happened = ""});
    return call_reply(call);
}

static void write_hits(struct json_out *out, const struct db_rows *rows)
{
    bool has_any = db_rows_int(rows, 0, HIT_COUNT) > 0;
    json_put_array(out, "rows");
    for (size_t i = 0; has_any && i < db_rows_count(rows); i++) {
        if (out->buf->length > ANSWER_DEFAULT_BYTES)
            break;
        json_object(out);
        json_key(out, "before");
        expense_write(out, rows, i, HIT_EXPENSE, false);
        json_end_object(out);
    }
    json_end_array(out);
}

static int tested(struct change *change, const struct db_rows *const *rows)
{
    struct json_out *out = call_answer(change_call(change));
    OWNED_BUF summary = BUF_INIT(MESSAGE_MAX);
    int64_t hits = db_rows_int(rows[0], 0, HIT_COUNT);
    int64_t conflicts = db_rows_int(rows[0], 0, HIT_CONFLICTS);
    int64_t bare = db_rows_int(rows[0], 0, HIT_UNCATEGORIZED);
    (void)buf_append_text(&summary, "The rule fits ");
    sentence_count(&summary, (long long)hits, "expense", "expenses");
    (void)buf_printf(&summary,
                     " in history: %lld without a category, %lld in another one. Nothing "
                     "was saved.",
                     (long long)bare, (long long)conflicts);
    json_object(out);
    json_put_text(out, "summary", buf_text(&summary));
    json_put_bool(out, "saved", false);
    json_put_int(out, "count", hits);
    json_put_int(out, "conflicts", conflicts);
    json_put_int(out, "uncategorized", bare);
    write_hits(out, rows[0]);
    json_end_object(out);
    return call_reply(change_call(change));
}

/* --- the rule -------------------------------------------------------------------------------- */

static const char *text_or(const char *given, const char *otherwise)
{
    if (!given)
        return otherwise;
    return given[0] ? given : NULL;
}

static int set_number(struct call *call, size_t number, const int64_t *ids, const char **value)
{
    if (number == 0)
        return 0;
    *value =
        ids[number] > 0 ? arena_printf(call_arena(call), "%lld", (long long)ids[number]) : NULL;
    return ids[number] > 0 && !*value ? -ENOMEM : 0;
}

static int set_text(struct call *call, const char *text, struct rule *rule, enum rule_column column)
{
    if (!text)
        return 0;
    rule->values[column] = text_or(text, NULL);
    rule->values[column + 1] = text[0] ? fold_text(call_arena(call), text) : NULL;
    return text[0] && !rule->values[column + 1] ? -ENOMEM : 0;
}

/* What was said, on top of the rule as it is. */
static int build_rule(struct call *call, struct managing *managing, const struct db_rows *before,
                      const int64_t *ids)
{
    const struct manage_rules_args *a = managing->args;
    struct rule *rule = &managing->rule;
    for (size_t i = 0; before && i < RULE_COLUMNS; i++) {
        rule->values[i] = db_rows_is_null(before, 0, i)
                              ? NULL
                              : arena_strdup(call_arena(call), db_rows_text(before, 0, i));
    }
    int r = set_text(call, a->when.merchant, rule, RULE_MERCHANT);
    if (r == 0)
        r = set_text(call, a->when.text, rule, RULE_WORDS);
    rule->values[RULE_MIN] = text_or(a->when.min_amount.text, rule->values[RULE_MIN]);
    rule->values[RULE_MAX] = text_or(a->when.max_amount.text, rule->values[RULE_MAX]);
    if (a->position.given)
        rule->values[RULE_POSITION] =
            arena_printf(call_arena(call), "%lld", (long long)a->position.value);
    else if (!rule->values[RULE_POSITION])
        rule->values[RULE_POSITION] = "1";
    if (r == 0)
        r = set_number(call, managing->account, ids, &rule->values[RULE_ACCOUNT]);
    if (r == 0)
        r = set_number(call, managing->category, ids, &rule->values[RULE_CATEGORY]);
    return rule->values[RULE_POSITION] ? r : -ENOMEM;
}

/* 0, or 1 when the change was refused. */
static int check_rule(struct change *change, const struct rule *rule)
{
    bool says_when = false;
    bool is_empty = money_is_below(rule->values[RULE_MAX], rule->values[RULE_MIN]);
    for (size_t i = RULE_MERCHANT; i <= RULE_ACCOUNT; i++)
        says_when = says_when || rule->values[i];
    if (!says_when)
        (void)change_refuse(change, "invalid_argument", "when",
                            "a rule must say what it is for: merchant, text, amounts or account.",
                            "Say at least one of them.");
    else if (is_empty)
        (void)change_refuse(change, "invalid_argument", "when.max_amount",
                            "must not be below min_amount.", "Correct one of them.");
    else if (!rule->values[RULE_CATEGORY])
        (void)change_refuse(change, "invalid_argument", "then", "a rule must name a category.",
                            "Say then with category.");
    return says_when && !is_empty && rule->values[RULE_CATEGORY] ? 0 : 1;
}

/* --- saving ---------------------------------------------------------------------------------- */

static int saved(struct change *change, const struct db_rows *const *rows)
{
    struct managing *managing = change_state(change);
    bool is_deleted = strcmp(managing->args->op, "delete") == 0;
    struct outcome outcome = {.happened = is_deleted ? "Deleted the rule. " : "Saved the rule. ",
                              .change_id = change_id(change),
                              .is_saved = true};
    if (change_is_dry_run(change))
        outcome = (struct outcome){
            .happened = is_deleted ? "Would delete the rule; nothing was saved. Then: "
                                   : "Would save the rule; nothing was saved. Then: "};
    write_list(change_call(change), rows[managing->list_at], &outcome);
    if (change_is_dry_run(change))
        change_roll_back(change);
    return call_reply(change_call(change));
}

static const char **copy_values(struct change *change, const char *const *values, size_t count)
{
    const char **kept = arena_array(call_arena(change_call(change)), count, sizeof(*kept));
    if (kept)
        memcpy(kept, values, count * sizeof(*kept));
    else
        change_fail(change, -ENOMEM);
    return kept;
}

static int save(struct change *change, struct managing *managing)
{
    struct call *call = change_call(change);
    const char *ledger = call_ledger(call)->id_text;
    const char *const *rule = managing->rule.values;
    bool is_new = strcmp(managing->args->op, "create") == 0;
    const char *const values[] = {ledger,
                                  rule[RULE_POSITION],
                                  rule[RULE_MERCHANT],
                                  rule[RULE_MERCHANT_FOLDED],
                                  rule[RULE_WORDS],
                                  rule[RULE_WORDS_FOLDED],
                                  rule[RULE_MIN],
                                  rule[RULE_MAX],
                                  rule[RULE_ACCOUNT],
                                  rule[RULE_CATEGORY],
                                  call_now(call),
                                  managing->id};
    const char *const one[] = {ledger, managing->id};
    const char *const list[] = {ledger, RULES_SHOWN};
    change_keep(change, "rule", &managing->number, 1);
    if (strcmp(managing->args->op, "delete") == 0) {
        (void)change_step(change, &sql_delete, copy_values(change, one, 2));
    } else {
        if (is_new || managing->args->position.given)
            (void)change_step(change, &sql_shift, copy_values(change, values, 2));
        (void)change_step(change, is_new ? &sql_create : &sql_update,
                          copy_values(change, values, ARRAY_LENGTH(values)));
    }
    change_keep_after(change);
    managing->list_at = change_step(change, &sql_list, copy_values(change, list, 2));
    return change_commit(change, saved);
}

/* --- history --------------------------------------------------------------------------------- */

static void fit_values(struct change *change, const struct rule *rule, const char **values)
{
    static const enum rule_column columns[] = {
        RULE_MERCHANT_FOLDED, RULE_WORDS_FOLDED, RULE_MIN, RULE_MAX, RULE_ACCOUNT, RULE_CATEGORY};

    values[0] = call_ledger(change_call(change))->id_text;
    for (size_t i = 0; i < ARRAY_LENGTH(columns); i++)
        values[i + 1] = rule->values[columns[i]];
}

static int test(struct change *change, const struct managing *managing)
{
    const char *values[8];
    fit_values(change, &managing->rule, values);
    values[7] = "20";
    (void)change_step(change, &sql_hits, copy_values(change, values, 8));
    return change_send(change, tested);
}

static int locked(struct change *change, const struct db_rows *const *rows)
{
    struct managing *managing = change_state(change);
    struct call *call = change_call(change);
    size_t count = db_rows_count(rows[0]);
    OWNED_BUF text = BUF_INIT(IDS_MAX);
    int64_t *ids = arena_array(call_arena(call), count + 1, sizeof(*ids));
    if (!ids)
        return -ENOMEM;
    if (count == 0 || count > CHANGE_ROWS_MAX)
        return change_refuse(change, count == 0 ? "not_found" : "too_many", "rule_id",
                             count == 0 ? "there is nothing left for the rule to change."
                                        : "more expenses fit than one request may change.",
                             count == 0 ? "See op test for what it fits."
                                        : "Make the rule narrower, for example by account.");
    for (size_t i = 0; i < count; i++) {
        ids[i] = db_rows_int(rows[0], i, 0);
        (void)buf_printf(&text, "%s%lld", i == 0 ? "{" : ",", (long long)ids[i]);
    }
    (void)buf_append_char(&text, '}');
    const char *const values[] = {call_ledger(call)->id_text,
                                  arena_strdup(call_arena(call), buf_text(&text)),
                                  managing->rule.values[RULE_CATEGORY], call_now(call)};
    if (text.error != 0 || !values[1])
        return -ENOMEM;
    change_keep(change, "expense", ids, count);
    (void)change_step(change, &sql_apply, copy_values(change, values, 4));
    return change_finish(change);
}

/* `before` is the rule as it is kept, or NULL. */
static int apply(struct change *change, const struct managing *managing,
                 const struct db_rows *before)
{
    const char *values[9];
    if (before && !db_rows_is_null(before, 0, RULE_ARCHIVED_PATH))
        return change_refuse_archived(change, "rule_id",
                                      db_rows_text(before, 0, RULE_ARCHIVED_PATH));
    fit_values(change, &managing->rule, values);
    values[7] = managing->args->overwrite ? "t" : "f";
    values[8] = arena_printf(call_arena(change_call(change)), "%d", (int)CHANGE_ROWS_MAX + 1);
    if (!values[8])
        return -ENOMEM;
    (void)change_step(change, &sql_lock, copy_values(change, values, 9));
    return change_send(change, locked);
}

/* --- first trip ------------------------------------------------------------------------------ */

static int refuse_unknown(struct change *change, const struct managing *managing)
{
    OWNED_BUF happened = BUF_INIT(MESSAGE_MAX);
    (void)buf_printf(&happened, "there is no rule r%s.", managing->id);
    return change_refuse(change, "not_found", "rule_id", buf_text(&happened),
                         "op list names the rules.");
}

static int looked_up(struct change *change, const struct db_rows *const *rows)
{
    struct managing *managing = change_state(change);
    const char *op = managing->args->op;
    bool is_known = managing->args->rule_id > 0;
    const struct db_rows *before = is_known ? rows[managing->rule_at] : NULL;
    int64_t *ids = NULL;
    int r = targets_resolved(change, &managing->asked, &managing->question,
                             rows[managing->names_at], &ids);
    if (r == 0)
        r = targets_refuse_archived(change, &managing->asked, rows[managing->names_at]);
    if (r != 0)
        return r < 0 ? r : 0;
    if (before && db_rows_count(before) == 0)
        return refuse_unknown(change, managing);
    r = build_rule(change_call(change), managing, before, ids);
    if (r != 0)
        return r;
    if (strcmp(op, "delete") != 0 && check_rule(change, &managing->rule) != 0)
        return 0;
    if (strcmp(op, "test") == 0)
        return test(change, managing);
    if (strcmp(op, "create") == 0)
        managing->id = arena_strdup(call_arena(change_call(change)),
                                    db_rows_text(rows[managing->rule_at], 0, 0));
    managing->number =
        is_known ? managing->args->rule_id : db_rows_int(rows[managing->rule_at], 0, 0);
    if (!managing->id)
        return -ENOMEM;
    return strcmp(op, "apply") == 0 ? apply(change, managing, before) : save(change, managing);
}

static int run(struct change *change)
{
    struct managing *managing = change_state(change);
    const char *const one[] = {call_ledger(change_call(change))->id_text, managing->id};
    change_open(change);
    int r = targets_resolve_step(change, &managing->asked, &managing->names_at);
    if (r == 0 && managing->args->rule_id > 0)
        managing->rule_at = change_step(change, &sql_rule, copy_values(change, one, 2));
    else if (r == 0 && strcmp(managing->args->op, "create") == 0)
        managing->rule_at = change_step(change, &sql_new_id, NULL);
    return r == 0 ? change_send(change, looked_up) : r;
}

static void summarize(const struct change_story *story, struct buf *text)
{
    (void)buf_append_text(text, story->is_saved ? "Moved " : "Would move ");
    sentence_count(text, (long long)story->count, "expense", "expenses");
    (void)buf_append_text(text, " by the rule.");
}

static int replayed(struct call *call, const struct db_rows *rows)
{
    const struct change_args *extra = call_extra_args(call);
    const struct managing *managing = change_state(extra->change);
    write_list(call, rows,
               &(struct outcome){.happened = "It was done before. ",
                                 .change_id = managing->done_by,
                                 .is_saved = true,
                                 .is_replayed = true});
    return call_reply(call);
}

static int replay(struct change *change, const char *id)
{
    struct call *call = change_call(change);
    struct managing *managing = change_state(change);
    const char *const list[] = {call_ledger(call)->id_text, RULES_SHOWN};
    managing->done_by = arena_strdup(call_arena(call), id);
    return managing->done_by ? tool_read(call, &sql_list, list, replayed) : -ENOMEM;
}

static const struct change_kind managing_rules = {
    .run = run,
    .summarize = summarize,
    .replay = replay,
};

static const struct change_kind applying = {
    .entity = "expense",
    .run = run,
    .summarize = summarize,
};

static int start(struct call *call)
{
    struct manage_rules_args *a = call_args(call);
    const char *const list[] = {call_ledger(call)->id_text, RULES_SHOWN};
    bool needs_id =
        strcmp(a->op, "update") == 0 || strcmp(a->op, "delete") == 0 || strcmp(a->op, "apply") == 0;
    if (strcmp(a->op, "list") == 0)
        return tool_read(call, &sql_list, list, listed);
    if (needs_id && a->rule_id == 0)
        return change_refuse_argument(call, "rule_id", "must name the rule, such as r3");
    struct managing *managing = arena_alloc(call_arena(call), sizeof(*managing));
    if (!managing)
        return -ENOMEM;
    managing->args = a;
    if (a->rule_id > 0)
        managing->id = arena_printf(call_arena(call), "%lld", (long long)a->rule_id);
    int r = asked_begin(&managing->asked, call);
    if (r != 0 || (a->rule_id > 0 && !managing->id))
        return r != 0 ? r : -ENOMEM;
    managing->category = asked_add(&managing->asked, &a->then.category, "then.category");
    managing->account = asked_add(&managing->asked, &a->when.account, "when.account");
    asked_question(&managing->asked, &managing->question);
    r = change_start(call, strcmp(a->op, "apply") == 0 ? &applying : &managing_rules, managing);
    return r < 0 ? r : 0;
}

const struct tool tool_manage_rules = {
    .name = "manage_rules",
    .title = "Manage rules",
    .description = "Put a merchant's or text's entries into a category from now on.",
    .flags = TOOL_DESTRUCTIVE | TOOL_LISTS,
    .args = args,
    .args_size = sizeof(struct manage_rules_args),
    .result = result,
    .start = start,
};
