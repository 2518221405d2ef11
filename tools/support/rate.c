/* Exchange rates: parsing, and converting anew what they change. Where rates come from is up to the
 * tools. */
#include "tools/support/rate.h"

#include <errno.h>
#include <string.h>

#include "tools/support/limits.h"
#include "tools/support/rates.sql.h"
#include "tools/support/sentence.h"

/* --- the field ------------------------------------------------------------------------------- */

static size_t digits_at(const char *text)
{
    return strspn(text, "0123456789");
}

int rate_parse(struct arena *arena, const char *text, struct rate *ret_rate)
{
    text += strspn(text, " ");
    size_t whole = digits_at(text);
    size_t decimals = text[whole] == '.' ? digits_at(text + whole + 1) : 0;
    size_t length = whole + (text[whole] == '.' ? 1 + decimals : 0);
    if (whole == 0 || (text[whole] == '.' && decimals == 0) ||
        text[length + strspn(text + length, " ")] != '\0')
        return -EINVAL;
    if (strspn(text, "0.") >= length)
        return -EINVAL;
    size_t zeros = strspn(text, "0");
    while (decimals > 0 && text[length - 1] == '0') {
        decimals--;
        length--;
    }
    if (whole > RATE_MAX_DIGITS + zeros || decimals > RATE_MAX_DECIMALS)
        return -ERANGE;
    const char *copy = arena_strndup(arena, text, decimals > 0 ? length : whole);
    if (!copy)
        return -ENOMEM;
    ret_rate->text = copy;
    return 0;
}

static void rate_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    json_put_text(out, "type", "string");
}

static int rate_bind(struct bind *bind, const struct field *field, const cJSON *value, void *target)
{
    (void)field;
    int r = -EINVAL;
    if (cJSON_IsString(value))
        r = rate_parse(bind->arena, value->valuestring, target);
    else if (json_is_number(value))
        r = rate_parse(bind->arena, json_number_text(value), target);
    if (r == -EINVAL)
        return bind_fail(bind, "must be a plain number above 0 such as 1.0850, got %s",
                         bind_show(bind, value));
    if (r == -ERANGE)
        return bind_fail(bind, "has more than %d digits before or %d after the point, got %s",
                         RATE_MAX_DIGITS, RATE_MAX_DECIMALS, bind_show(bind, value));
    return r;
}

const struct field_type field_rate = {
    .name = "rate",
    .schema = rate_schema,
    .bind = rate_bind,
};

/* --- converting ------------------------------------------------------------------------------ */

static void lock_step(struct change *change, const struct db_statement *statement)
{
    struct call *call = change_call(change);
    const char **values = arena_array(call_arena(call), 1, sizeof(*values));
    if (!values) {
        change_fail(change, -ENOMEM);
        return;
    }
    values[0] = call_ledger(call)->id_text;
    (void)change_step(change, statement, values);
}

void rate_share(struct change *change)
{
    lock_step(change, &sql_share_rates);
}

void rate_lock(struct change *change)
{
    lock_step(change, &sql_lock_rates);
}

int rate_find(struct change *change, const struct rate_span *span, size_t *ret_step)
{
    const struct ledger *ledger = call_ledger(change_call(change));
    const char **values = arena_array(call_arena(change_call(change)), 6, sizeof(*values));
    if (!values)
        return -ENOMEM;
    values[0] = ledger->id_text;
    values[1] = ledger->currency;
    values[2] = change_exponent(change);
    values[3] = span->currencies;
    values[4] = span->first;
    values[5] = span->last;
    *ret_step = change_step(change, &sql_find_unconverted, values);
    return 0;
}

/* The ids of rows as an array, in the arena; NULL when out of memory. */
static const char *take_ids(struct change *change, const struct db_rows *found, int64_t *ids)
{
    enum {
        IDS_TEXT_MAX = 8 * 1024 * 1024
    };

    OWNED_BUF text = BUF_INIT(IDS_TEXT_MAX);
    for (size_t i = 0; i < db_rows_count(found); i++) {
        ids[i] = db_rows_int(found, i, 0);
        (void)db_array_append(&text, db_rows_text(found, i, 0));
    }
    if (db_array_end(&text) != 0)
        return NULL;
    return arena_strndup(call_arena(change_call(change)), buf_text(&text), text.length);
}

int rate_convert(struct change *change, const struct db_rows *found)
{
    struct call *call = change_call(change);
    const struct ledger *ledger = call_ledger(call);
    size_t count = db_rows_count(found);
    if (count == 0)
        return 0;
    int64_t *ids = arena_array(call_arena(call), count, sizeof(*ids));
    const char **values = arena_array(call_arena(call), 5, sizeof(*values));
    const char *text = ids ? take_ids(change, found, ids) : NULL;
    if (!text || !values)
        return -ENOMEM;
    values[0] = ledger->id_text;
    values[1] = ledger->currency;
    values[2] = change_exponent(change);
    values[3] = text;
    values[4] = call_now(call);
    change_keep(change, "expense", ids, count);
    (void)change_step(change, &sql_convert, values);
    return 0;
}

/* --- the answer ------------------------------------------------------------------------------ */

/* How many expenses were converted, and how many of them had waited for a rate. */
struct rate_count {
    long long converted, waited;
};

static struct rate_count count_converted(const struct change_story *story)
{
    struct rate_count count = {0};
    for (size_t i = story->first; i < story->last; i++) {
        if (strcmp(db_rows_text(story->rows, i, KEPT_ENTITY), "expense") != 0 ||
            strcmp(db_rows_text(story->rows, i, KEPT_SIDE), "before") != 0)
            continue;
        count.converted++;
        count.waited += db_rows_bool(story->rows, i, KEPT_WAITS) ? 1 : 0;
    }
    return count;
}

void rate_say_converted(const struct change_story *story, struct buf *text)
{
    struct rate_count count = count_converted(story);
    if (count.converted == 0)
        return;
    (void)buf_append_char(text, ' ');
    sentence_count(text, count.converted, "expense", "expenses");
    (void)buf_append_text(text, story->is_saved ? " converted anew" : " would be converted anew");
    if (count.waited == count.converted)
        (void)buf_printf(text, ", %swhich had waited for a rate",
                         count.waited > 1 ? "all of " : "");
    else if (count.waited > 0)
        (void)buf_printf(text, ", %lld of which had waited for a rate", count.waited);
    (void)buf_append_char(text, '.');
}

void rate_write_converted(const struct change_story *story, struct json_out *out)
{
    struct rate_count count = count_converted(story);
    json_put_int(out, "converted", count.converted);
    json_put_int(out, "waited", count.waited);
}
