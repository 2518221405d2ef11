/* The steps of a trip: the tool's own between those of the frame, which open the change and keep the
 * rows before and after. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/support/change.sql.h"
#include "tools/support/change_impl.h"

/* --- steps ----------------------------------------------------------------------------------- */

size_t change_step(struct change *change, const struct db_statement *statement,
                   const char *const *values)
{
    if (change->step_count == CHANGE_STEPS_MAX) {
        change->error = -E2BIG;
        return 0;
    }
    change->steps[change->step_count] = (struct db_step){statement, values};
    return change->step_count++ - change->frame_steps;
}

/* A list of values in the arena, for steps of the frame. */
const char **change_values(struct change *change, const char *const *values, size_t count)
{
    const char **kept = arena_array(call_arena(change->call), count, sizeof(*kept));
    if (!kept) {
        change->error = -ENOMEM;
        return NULL;
    }
    memcpy(kept, values, count * sizeof(*kept));
    return kept;
}

static void frame_step(struct change *change, const struct db_statement *statement,
                       const char *const *values)
{
    const char **kept = change_values(change, values, (size_t)statement->params);
    if (!kept)
        return;
    (void)change_step(change, statement, kept);
    change->frame_steps++;
}

/* The pause before another try, and a speaker that the ledger does not know yet. */
void change_prelude(struct change *change)
{
    const struct tools_context *context = call_context(change->call);
    const char *ledger = call_ledger(change->call)->id_text;
    if (change->tries > 1) {
        static const char *const pauses[CHANGE_TRIES_MAX] = {"0.02", "0.04", "0.08", "0.16",
                                                             "0.32"};
        frame_step(change, &sql_pause, (const char *const[]){pauses[change->tries - 2]});
    }
    if (change->speaker)
        frame_step(
            change, &sql_introduce,
            (const char *const[]){ledger, context->user_name, change->speaker, context->now});
}

void change_open(struct change *change)
{
    const char *ledger = call_ledger(change->call)->id_text;
    change_prelude(change);
    if (change_args(change)->confirm && !change_is_dry_run(change)) {
        const char *const *values = change_token_values(change);
        if (values)
            frame_step(change, &sql_take_token, values);
        change->takes_token = values != NULL;
    }
    frame_step(change, &sql_open,
               (const char *const[]){ledger, call_now(change->call), change->key, change->arguments,
                                     change->speaker, call_client_name(change->call),
                                     call_tool(change->call)->name, change->reason,
                                     change->undoes});
    change->opens = true;
}

void change_set_reason(struct change *change, const char *reason)
{
    change->reason = reason;
}

void change_set_undoes(struct change *change, const char *id)
{
    change->undoes = id;
}

void change_keep(struct change *change, const char *entity, const int64_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char id[24];
        (void)snprintf(id, sizeof(id), "%lld", (long long)ids[i]);
        (void)db_array_append(&change->entities, entity);
        (void)db_array_append(&change->numbers, id);
    }
}

void change_keep_new(struct change *change, const char *entity, int64_t id)
{
    char number[24];
    (void)snprintf(number, sizeof(number), "%lld", (long long)id);
    (void)db_array_append(&change->new_entities, entity);
    (void)db_array_append(&change->new_numbers, number);
}

void change_clear_kept(struct change *change)
{
    buf_reset(&change->entities);
    buf_reset(&change->numbers);
    buf_reset(&change->new_entities);
    buf_reset(&change->new_numbers);
}

/* Moves the last step to the front. */
static void move_to_front(struct change *change)
{
    struct db_step step = change->steps[change->step_count - 1];
    memmove(change->steps + 1, change->steps, (change->step_count - 1) * sizeof(step));
    change->steps[0] = step;
}

/* A step in front that keeps what the two arrays list. */
static void keep_step(struct change *change, const struct db_statement *statement,
                      struct buf *entities, struct buf *numbers)
{
    const char *ledger = call_ledger(change->call)->id_text;
    if (entities->length == 0)
        return;
    if (db_array_end(entities) != 0 || db_array_end(numbers) != 0) {
        change->error = -ENOMEM;
        return;
    }
    if (statement == &sql_keep_new)
        frame_step(
            change, statement,
            (const char *const[]){ledger, change->id, buf_text(entities), buf_text(numbers)});
    else
        frame_step(change, statement,
                   (const char *const[]){ledger, change->id, change->exponent, buf_text(entities),
                                         buf_text(numbers)});
    if (change->error == 0)
        move_to_front(change);
}

/* In front of the tool's steps: what was made, then everything else as it was. */
void change_keep_steps(struct change *change)
{
    if (!change->id)
        return;
    keep_step(change, &sql_keep_before, &change->entities, &change->numbers);
    keep_step(change, &sql_keep_new, &change->new_entities, &change->new_numbers);
}
