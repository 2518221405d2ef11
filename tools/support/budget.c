/* Finding and writing budgets within a change. What is left of them is budget_status's. */
#include "tools/support/budget.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mcp/json.h"
#include "tools/support/budgets.sql.h"
#include "tools/support/sentence.h"

enum {
    COLUMN_CATEGORY,
    COLUMN_PATH,
    COLUMN_KIND,
    COLUMN_AMOUNT,
    COLUMN_ROLLOVER,
    COLUMN_OWN,
    COLUMN_HAS_OWN,
    COLUMN_ON
};

bool budget_is_all(const struct name_ref *name)
{
    return name->folded && strcmp(name->folded, "all") == 0;
}

/* --- months ---------------------------------------------------------------------------------- */

int budget_month(struct call *call, const struct period_word *word, char ret_month[DATE_TEXT_SIZE])
{
    struct period month;
    int year = 0;
    int number = 0;
    int day = 0;
    int r = period_from_word(word->text ? word->text : "this_month", &call_ledger(call)->calendar,
                             call_arena(call), &month);
    if (r != 0)
        return r;
    date_to_civil(month.range.from, &year, &number, &day);
    (void)date_format(date_from_civil(year, number, 1), ret_month);
    return 0;
}

void budget_say_month(struct buf *text, const char *month)
{
    size_t length = strlen(month);
    int number = length >= strlen("YYYY-MM") ? (month[5] - '0') * 10 + (month[6] - '0') : 0;
    if (number >= 1 && number <= 12)
        (void)buf_printf(text, "%s %.4s", date_month_name(number), month);
}

/* --- steps ----------------------------------------------------------------------------------- */

void budget_lock(struct change *change)
{
    struct call *call = change_call(change);
    const char **values = arena_array(call_arena(call), 1, sizeof(*values));
    if (!values) {
        change_fail(change, -ENOMEM);
        return;
    }
    values[0] = call_ledger(call)->id_text;
    (void)change_step(change, &sql_lock_budgets, values);
}

int budget_find(struct change *change, const int64_t *categories, size_t count, const char *month,
                size_t *ret_step)
{
    struct arena *arena = call_arena(change_call(change));
    OWNED_BUF list = BUF_INIT(1024);
    const char **values = arena_array(arena, 3, sizeof(*values));
    if (!values)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        char id[24];
        (void)snprintf(id, sizeof(id), "%lld", (long long)categories[i]);
        (void)db_array_append(&list, id);
    }
    values[0] = call_ledger(change_call(change))->id_text;
    values[1] = db_array_end(&list) == 0 ? arena_strdup(arena, buf_text(&list)) : NULL;
    values[2] = month;
    if (!values[1])
        return -ENOMEM;
    *ret_step = change_step(change, &sql_find_budgets, values);
    return 0;
}

/* The text of a cell in the arena; NULL for null. */
static int take_text(struct arena *arena, const struct db_rows *rows, size_t row, size_t column,
                     const char **ret_text)
{
    if (db_rows_is_null(rows, row, column))
        return 0;
    *ret_text = arena_strdup(arena, db_rows_text(rows, row, column));
    return *ret_text ? 0 : -ENOMEM;
}

int budget_read(struct change *change, const struct db_rows *rows, size_t row,
                struct budget *ret_budget)
{
    struct arena *arena = call_arena(change_call(change));
    struct budget budget = {
        .rollover = db_rows_bool(rows, row, COLUMN_ROLLOVER),
        .own_id = db_rows_int(rows, row, COLUMN_OWN),
        .has_own = db_rows_bool(rows, row, COLUMN_HAS_OWN),
        .on_id = db_rows_int(rows, row, COLUMN_ON),
    };
    int r = take_text(arena, rows, row, COLUMN_CATEGORY, &budget.category);
    if (r == 0)
        r = take_text(arena, rows, row, COLUMN_PATH, &budget.path);
    if (r == 0)
        r = take_text(arena, rows, row, COLUMN_KIND, &budget.kind);
    if (r == 0)
        r = take_text(arena, rows, row, COLUMN_AMOUNT, &budget.amount);
    if (r == 0)
        *ret_budget = budget;
    return r;
}

int budget_put(struct change *change, const struct budget *budget, const char *month, bool forward)
{
    struct call *call = change_call(change);
    struct arena *arena = call_arena(call);
    int64_t id = forward ? budget->on_id : budget->own_id;
    bool drops = forward && budget->has_own;
    const char **values = arena_array(arena, 8, sizeof(*values));
    const char **dropped = arena_array(arena, 2, sizeof(*dropped));
    if (!values || !dropped)
        return -ENOMEM;
    values[0] = dropped[0] = call_ledger(call)->id_text;
    values[1] = arena_printf(arena, "%lld", (long long)id);
    values[2] = budget->category;
    values[3] = month;
    values[4] = forward ? "forward" : "this";
    values[5] = budget->amount;
    values[6] = budget->rollover ? "t" : "f";
    values[7] = call_now(call);
    dropped[1] = arena_printf(arena, "%lld", (long long)budget->own_id);
    if (!values[1] || !dropped[1])
        return -ENOMEM;
    change_keep(change, "budget", &id, 1);
    (void)change_step(change, &sql_put_budget, values);
    if (drops) {
        change_keep(change, "budget", &budget->own_id, 1);
        (void)change_step(change, &sql_drop_budget, dropped);
    }
    return 0;
}

/* --- what was kept --------------------------------------------------------------------------- */

void budget_shown(const struct change_story *story, size_t row, const char *key,
                  struct buf *ret_text)
{
    const char *why = NULL;
    OWNED_JSON show = json_parse(db_rows_text(story->rows, row, KEPT_SHOW),
                                 db_rows_length(story->rows, row, KEPT_SHOW), &why);
    const char *text = json_get_text(show, key);
    (void)buf_append_text(ret_text, text ? text : "");
}

void budget_say_category(struct buf *text, const char *path)
{
    if (!path || strcmp(path, "all") == 0)
        (void)buf_append_text(text, "the whole ledger");
    else
        sentence_plain_name(text, path);
}
