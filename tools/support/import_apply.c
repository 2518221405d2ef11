/* Saves an import: accounts and names that the books lack, the new rows, and the expenses that rows
 * replace, join or pair with, in one change. Before anything is stored the rows are compared anew, for
 * the books may have changed since they were read. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/support/change.h"
#include "tools/support/fold.h"
#include "tools/support/import_apply.sql.h"
#include "tools/support/import_compare.sql.h"
#include "tools/support/import_job.h"
#include "tools/support/import_stage.sql.h"
#include "tools/support/limits.h"
#include "tools/support/rate.h"
#include "tools/support/sentence.h"

enum {
    LOCK_STATE,
    LOCK_IS_OWN,
    LOCK_HAS_PARTS,
    LOCK_ERRORS,
    LOCK_UNDONE,
    LOCK_CHANGE,
    LOCK_LAST_N,
    LOCK_NAMELESS
};

enum {
    INSERT_PARAMS = 11,
    NUMBER_TEXT = 24,
    SAVE_PERCENT = 75
};

struct saving {
    struct import_saving wish;
    size_t lock_at, made_at, made_count, insert_at, around_at, compared_at, number_at;
    int64_t next, last, stored, kept_names;
    const char *first_number; /* below those of what is stored */
    bool touches;             /* expenses that were there */
    bool has_parts;
    int64_t accounts[IMPORT_ACCOUNTS_MAX]; /* that were made */
    size_t account_count;
    bool is_own, is_current, has_past;
    const char *as_new;
};

static const char *number(struct change *change, int64_t value)
{
    return arena_printf(call_arena(change_call(change)), "%lld", (long long)value);
}

static const char *ledger_of(struct change *change)
{
    return call_ledger(change_call(change))->id_text;
}

static size_t step(struct change *change, const struct db_statement *statement,
                   const char *const *values, size_t count)
{
    const char **kept = arena_array(call_arena(change_call(change)), count, sizeof(*kept));
    if (!kept) {
        change_fail(change, -ENOMEM);
        return 0;
    }
    memcpy(kept, values, count * sizeof(*kept));
    return change_step(change, statement, kept);
}

/* --- last trip ------------------------------------------------------------------------------- */

static int saved(struct change *change, const struct db_rows *const *rows)
{
    struct saving *saving = change_state(change);
    const struct import_shown shown = {.id = saving->wish.id,
                                       .change = change_id(change),
                                       .limit = saving->wish.limit,
                                       .is_saved = true,
                                       .stored = saving->stored};
    (void)rows;
    return import_show(change_call(change), &shown);
}

static int match_steps(struct change *change, const struct saving *saving)
{
    struct call *call = change_call(change);
    const char *ledger = ledger_of(change);
    const char *exponent = change_exponent(change);
    const char *id = saving->wish.id;
    const char *kept = number(change, saving->kept_names);
    const char *last = number(change, saving->last);
    const char *now = call_now(call);
    if (!kept || !last)
        return -ENOMEM;
    (void)step(
        change, &sql_keep_matched,
        (const char *const[]){ledger, id, exponent, change_id(change), saving->as_new, kept, last},
        7);
    (void)step(change, &sql_book,
               (const char *const[]){ledger, call_ledger(call)->currency, exponent, id, now}, 5);
    (void)step(change, &sql_join, (const char *const[]){ledger, id, now, saving->as_new}, 4);
    (void)step(change, &sql_pair, (const char *const[]){ledger, id, now}, 3);
    return 0;
}

static int last_steps(struct change *change, const struct saving *saving)
{
    const char *ledger = ledger_of(change);
    const char *id = saving->wish.id;
    const char *stored = number(change, saving->stored);
    int r = saving->touches ? match_steps(change, saving) : 0;
    if (r < 0 || !stored)
        return -ENOMEM;
    if (saving->touches || saving->kept_names > 0)
        (void)step(change, &sql_keep_after,
                   (const char *const[]){ledger, change_id(change), change_exponent(change)}, 3);
    (void)step(change, &sql_remember,
               (const char *const[]){ledger, id, call_now(change_call(change))}, 3);
    (void)step(change, &sql_commit,
               (const char *const[]){ledger, id, change_id(change), saving->first_number, stored},
               5);
    return 0;
}

/* --- the new rows ---------------------------------------------------------------------------- */

static int insert_more(struct change *change);

static int inserted(struct change *change, const struct db_rows *const *rows)
{
    struct saving *saving = change_state(change);
    const struct db_rows *row = rows[saving->insert_at];
    saving->stored += saving->has_parts ? db_rows_int(row, 0, 0) : db_rows_affected(row);
    call_progress(change_call(change),
                  SAVE_PERCENT + saving->next * (99 - SAVE_PERCENT) / (saving->last + 1), 100,
                  "saving");
    return insert_more(change);
}

static int insert_more(struct change *change)
{
    struct saving *saving = change_state(change);
    struct call *call = change_call(change);
    const struct tools_context *context = call_context(call);
    if (saving->next > saving->last) {
        int r = last_steps(change, saving);
        return r == 0 ? change_commit(change, saved) : r;
    }
    const char *const values[INSERT_PARAMS] = {
        ledger_of(change),
        call_ledger(call)->currency,
        change_exponent(change),
        saving->wish.id,
        call_now(call),
        context->user_name ? fold_text(call_arena(call), context->user_name) : NULL,
        number(change, saving->next),
        number(change, saving->next + IMPORT_SAVE_ROWS - 1),
        saving->as_new,
        saving->is_own ? "t" : "f",
        saving->has_past ? "t" : "f"};
    if (!values[6] || !values[7])
        return -ENOMEM;
    saving->insert_at =
        step(change, saving->has_parts ? &sql_insert_parts : &sql_insert, values, INSERT_PARAMS);
    saving->next += IMPORT_SAVE_ROWS;
    return change_send(change, inserted);
}

/* --- names ----------------------------------------------------------------------------------- */

static void keep_names(struct change *change, struct saving *saving, const struct db_rows *rows)
{
    for (size_t i = 0; i < db_rows_count(rows); i++)
        change_keep_new(change, db_rows_text(rows, i, 0), db_rows_int(rows, i, 1));
    saving->kept_names += (int64_t)db_rows_count(rows);
}

/* All at once: the frame numbers what it keeps anew with each trip. */
static void keep_accounts(struct change *change, struct saving *saving)
{
    for (size_t i = 0; i < saving->account_count; i++)
        change_keep_new(change, "account", saving->accounts[i]);
    saving->kept_names += (int64_t)saving->account_count;
}

static int named(struct change *change, const struct db_rows *const *rows)
{
    struct saving *saving = change_state(change);
    keep_accounts(change, saving);
    for (size_t i = 0; i < saving->made_count; i++)
        keep_names(change, saving, rows[saving->made_at + i]);
    return insert_more(change);
}

/* Categories and tags of our own export, as far as the ledger lacks them. */
static int make_names(struct change *change)
{
    struct saving *saving = change_state(change);
    const char *ledger = ledger_of(change);
    const char *now = call_now(change_call(change));
    for (int level = 1; level <= IMPORT_LEVELS_MAX; level++) {
        const char *depth = number(change, level);
        size_t at = step(change, &sql_make_categories,
                         (const char *const[]){ledger, saving->wish.id, now, depth}, 4);
        saving->made_at = level == 1 ? at : saving->made_at;
    }
    (void)step(change, &sql_make_tags, (const char *const[]){ledger, saving->wish.id}, 2);
    saving->made_count = IMPORT_LEVELS_MAX + 1;
    return change_send(change, named);
}

/* --- first trip ------------------------------------------------------------------------------ */

static int refuse_state(struct change *change, const struct db_rows *rows)
{
    OWNED_BUF happened = BUF_INIT(400);
    const struct saving *saving = change_state(change);
    (void)buf_printf(&happened, "import i%s was saved before%s.", saving->wish.id,
                     db_rows_bool(rows, 0, LOCK_UNDONE) ? " and taken back" : "");
    return change_refuse(change, "already_imported", "import_id", buf_text(&happened),
                         "Import the file again to see what is new in it.");
}

/* 0, or 1 when the change was refused. */
static int check(struct change *change, struct saving *saving, const struct db_rows *rows)
{
    OWNED_BUF happened = BUF_INIT(400);
    const struct call *call = change_call(change);
    if (db_rows_count(rows) == 0) {
        (void)buf_printf(&happened, "there is no import i%s.", saving->wish.id);
        (void)change_refuse(change, "not_found", "import_id", buf_text(&happened),
                            "What was read and not saved is forgotten after a day: import the file "
                            "again.");
        return 1;
    }
    if (strcmp(db_rows_text(rows, 0, LOCK_STATE), "read") != 0) {
        (void)refuse_state(change, rows);
        return 1;
    }
    if (db_rows_int(rows, 0, LOCK_NAMELESS) > 0) {
        (void)change_refuse(
            change, "no_account", import_field(call, "account"),
            "the file does not say which account it is of.",
            import_say(call, "Import it again with account, and create_missing if it is new.",
                       "Import it again with --account NAME, and --create if that is new."));
        return 1;
    }
    if (db_rows_int(rows, 0, LOCK_ERRORS) > 0 && !saving->wish.skip_bad_rows) {
        sentence_count(&happened, (long long)db_rows_int(rows, 0, LOCK_ERRORS), "row", "rows");
        (void)buf_append_text(&happened, " of the file could not be read.");
        (void)change_refuse(
            change, "bad_rows", NULL, buf_text(&happened),
            import_say(call, "See them with mode preview; skip_bad_rows saves the others.",
                       "They are listed above; --skip-bad-rows saves the others."));
        return 1;
    }
    return 0;
}

static int compared(struct change *change, const struct db_rows *const *rows)
{
    struct saving *saving = change_state(change);
    saving->first_number =
        arena_strdup(call_arena(change_call(change)), db_rows_text(rows[saving->number_at], 0, 0));
    if (!saving->first_number)
        return -ENOMEM;
    if (!saving->is_current)
        saving->touches = db_rows_bool(rows[saving->compared_at], 0, 0);
    if (saving->is_own)
        return make_names(change);
    keep_accounts(change, saving);
    return insert_more(change);
}

/* Once more, unless the books are still those of the preview. */
static int compare(struct change *change, struct saving *saving, const struct db_rows *rows)
{
    const char *const import[] = {ledger_of(change), saving->wish.id};
    const char *const books[] = {import[0], import[1], db_rows_text(rows, 0, AROUND_BOOKS)};
    struct db_step steps[IMPORT_COMPARE_STEPS];
    struct import_around around;
    import_look_around(rows, &around);
    saving->is_current = saving->account_count == 0 && around.is_current;
    saving->touches = around.touches;
    saving->has_past = around.has_past;
    size_t count = saving->is_current ? 0 : import_compare_steps(&around, import, steps);
    for (size_t i = 0; i < count; i++)
        (void)step(change, steps[i].statement, steps[i].values, (size_t)steps[i].statement->params);
    if (!saving->is_current)
        saving->compared_at = step(change, &sql_compared, books, ARRAY_LENGTH(books));
    saving->number_at = change_step(change, &sql_first_number, NULL);
    return change_send(change, compared);
}

static int locked(struct change *change, const struct db_rows *const *rows)
{
    struct saving *saving = change_state(change);
    const struct db_rows *lock = rows[saving->lock_at];
    if (check(change, saving, lock) != 0)
        return 0;
    saving->last = db_rows_int(lock, 0, LOCK_LAST_N);
    saving->next = 1;
    saving->stored = 0;
    saving->kept_names = 0;
    const struct db_rows *made = rows[saving->made_at];
    saving->account_count = 0;
    for (size_t i = 0; i < db_rows_count(made) && i < IMPORT_ACCOUNTS_MAX; i++)
        saving->accounts[saving->account_count++] = db_rows_int(made, i, 1);
    saving->is_own = db_rows_bool(lock, 0, LOCK_IS_OWN);
    saving->has_parts = saving->is_own || db_rows_bool(lock, 0, LOCK_HAS_PARTS);
    return compare(change, saving, rows[saving->around_at]);
}

static int run(struct change *change)
{
    struct saving *saving = change_state(change);
    const char *ledger = ledger_of(change);
    const char *id = saving->wish.id;
    const char *const import[] = {ledger, id};
    static const char *const prepare[] = IMPORT_PREPARE;
    change_open(change);
    rate_share(change);
    (void)change_step(change, &sql_prepare, prepare);
    (void)step(change, &sql_queue, import, 1);
    saving->lock_at = step(change, &sql_lock, import, 2);
    saving->made_at = step(change, &sql_make_accounts,
                           (const char *const[]){ledger, id, call_now(change_call(change))}, 3);
    (void)step(change, &sql_link_accounts, import, 2);
    saving->around_at =
        step(change, &sql_around, (const char *const[]){ledger, id, change_key(change)}, 3);
    return change_send(change, locked);
}

/* --- the change ------------------------------------------------------------------------------ */

static int replay_found(struct call *call, const struct db_rows *rows, void *data)
{
    struct import_shown *shown = data;
    if (db_rows_count(rows) == 0)
        return -EIO;
    shown->id = arena_strdup(call_arena(call), db_rows_text(rows, 0, 0));
    shown->stored = db_rows_int(rows, 0, 1);
    return shown->id ? import_show(call, shown) : -ENOMEM;
}

static int replay(struct change *change, const char *id)
{
    struct call *call = change_call(change);
    const struct saving *saving = change_state(change);
    struct import_shown *shown = arena_alloc(call_arena(call), sizeof(*shown));
    const char *copy = arena_strdup(call_arena(call), id);
    const char *const values[] = {call_ledger(call)->id_text, copy};
    if (!shown || !copy)
        return -ENOMEM;
    *shown = (struct import_shown){
        .change = copy, .limit = saving->wish.limit, .is_saved = true, .is_replayed = true};
    return tool_read_with(call, &sql_of_change, values, replay_found, shown);
}

static void summarize(const struct change_story *story, struct buf *text)
{
    (void)story;
    (void)buf_append_text(text, "Imported.");
}

static const struct change_kind importing = {
    .entity = "expense",
    .run = run,
    .summarize = summarize,
    .replay = replay,
    .timeout_ms = IMPORT_MS,
};

static const char *write_numbers(struct call *call, const struct field_list *list)
{
    OWNED_BUF text = BUF_INIT((size_t)CHANGE_ROWS_MAX * NUMBER_TEXT);
    const int64_t *numbers = list->items;
    (void)buf_append_char(&text, '{');
    for (size_t i = 0; i < list->count; i++)
        (void)buf_printf(&text, "%s%lld", i > 0 ? "," : "", (long long)numbers[i]);
    if (buf_append_char(&text, '}') != 0)
        return NULL;
    return arena_strdup(call_arena(call), buf_text(&text));
}

int import_save(struct call *call, const struct import_saving *wish)
{
    struct saving *saving = arena_alloc(call_arena(call), sizeof(*saving));
    if (!saving)
        return -ENOMEM;
    saving->wish = *wish;
    saving->as_new = write_numbers(call, &wish->as_new);
    call_set_deadline(call, IMPORT_MS);
    return saving->as_new ? change_start(call, &importing, saving) : -ENOMEM;
}
