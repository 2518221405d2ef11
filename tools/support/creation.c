/* New expenses as values of the statements that store them. Knows how they are asked for, not how they
 * are saved. */
#include "tools/support/creation.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/support/change.h"
#include "tools/support/ledger.h"

/* A name by which rows are found as it is: no number, and none that stands for nobody and nothing. */
static bool is_plain_name(const struct asked *asked, size_t number)
{
    const struct name_ref *name = number > 0 ? asked->names[number - 1] : NULL;
    return !name ||
           (name->id == 0 && (!name->folded || (strcmp(name->folded, "(none)") != 0 &&
                                                strcmp(name->folded, name->kind->none) != 0)));
}

/* One plain entry, as most are: `insert_one` will do. */
static bool is_one(const struct creation *creation, const struct ledger *ledger)
{
    const struct draft_item *item = creation->items->items;
    const struct draft_row *row = &creation->row;
    return creation->items->count == 1 && item->splits.count == 0 && item->tags.count == 0 &&
           row->refund_of == 0 && row->account == 0 && row->paid_by == 0 &&
           strcmp(row->currency, ledger->currency) == 0 &&
           is_plain_name(&creation->asked, row->category) &&
           is_plain_name(&creation->asked, row->user);
}

static size_t most_rows(const struct field_list *items)
{
    const struct draft_item *list = items->items;
    size_t rows = 0;
    for (size_t i = 0; i < items->count && rows < CREATE_ROWS_MAX; i++)
        rows += list[i].splits.count > 0 ? list[i].splits.count : 1;
    return rows < CREATE_ROWS_MAX ? rows : CREATE_ROWS_MAX;
}

/* Writes all items; 0, 1 (refused) or negative errno. */
static int write_items(struct call *call, struct creation *creation, struct json_out *out)
{
    const struct field_list *items = creation->items;
    const struct draft_item *list = items->items;
    size_t *item_of_row = arena_array(call_arena(call), most_rows(items) + 1, sizeof(size_t));
    struct drafts drafts = {.call = call, .asked = &creation->asked, .out = out};
    int r = item_of_row ? 0 : -ENOMEM;
    json_array(out);
    for (size_t i = 0; r == 0 && i < items->count; i++) {
        size_t first = drafts.rows;
        drafts.prefix = arena_printf(call_arena(call), "items[%zu].", i);
        r = drafts.prefix ? draft_write(&drafts, &list[i]) : -ENOMEM;
        for (size_t row = first; r == 0 && row < drafts.rows; row++)
            item_of_row[row + 1] = i;
    }
    json_end_array(out);
    creation->item_of_row = item_of_row;
    creation->row = drafts.row;
    creation->is_one = r == 0 && is_one(creation, call_ledger(call));
    return r;
}

static int write_drafts(struct call *call, struct creation *creation)
{
    OWNED_BUF text = BUF_INIT(DRAFTS_MAX_BYTES);
    struct json_out out;
    json_out_init(&out, &text);
    int r = write_items(call, creation, &out);
    if (r != 0)
        return r;
    if (creation->asked.is_full) {
        (void)change_refuse_argument(call, "items", "uses more than %d different names",
                                     (int)ASKED_MAX);
        return 1;
    }
    if (json_out_error(&out) == -EMSGSIZE) {
        (void)change_refuse_argument(call, "items", "is too much text for one call");
        return 1;
    }
    creation->values[3] = arena_strndup(call_arena(call), buf_text(&text), text.length);
    return creation->values[3] ? 0 : -ENOMEM;
}

/* What makes two entries equal, as locks of the queue. */
static int write_queue(struct call *call, struct creation *creation)
{
    const struct draft_item *items = creation->items->items;
    OWNED_BUF array = BUF_INIT(DRAFTS_MAX_BYTES);
    for (size_t i = 0; i < creation->items->count; i++) {
        const char *text =
            arena_printf(call_arena(call), "%s %s", items[i].date.given ? items[i].date.text : "",
                         items[i].amount.text ? items[i].amount.text : "");
        if (!text || db_array_append(&array, text) != 0)
            return -ENOMEM;
    }
    if (db_array_end(&array) != 0)
        return -ENOMEM;
    creation->queue[0] = call_ledger(call)->id_text;
    creation->queue[1] = arena_strndup(call_arena(call), buf_text(&array), array.length);
    return creation->queue[1] ? 0 : -ENOMEM;
}

/* The purchases that refunds are of; with `lacks_currency` only of refunds without one. As the text of an
 * array; NULL: none. 0 or -ENOMEM. */
static int write_purchases(struct call *call, const struct creation *creation, bool lacks_currency,
                           const char **ret_text)
{
    const struct draft_item *items = creation->items->items;
    const char *text = NULL;
    OWNED_BUF array = BUF_INIT(DRAFTS_MAX_BYTES);
    for (size_t i = 0; i < creation->items->count; i++) {
        char id[24];
        (void)snprintf(id, sizeof(id), "%lld", (long long)items[i].refund_of);
        if (items[i].refund_of == 0 || (lacks_currency && items[i].currency))
            continue;
        if (db_array_append(&array, id) != 0)
            return -ENOMEM;
    }
    if (array.length > 0) {
        if (db_array_end(&array) != 0)
            return -ENOMEM;
        text = arena_strndup(call_arena(call), buf_text(&array), array.length);
        if (!text)
            return -ENOMEM;
    }
    *ret_text = text;
    return 0;
}

static int fill_values(struct call *call, struct creation *creation)
{
    const struct ledger *ledger = call_ledger(call);
    const char **values = creation->values;
    int r = asked_values(&creation->asked, &values[4], &values[5], &values[6]);
    if (r != 0)
        return r;
    values[0] = ledger->id_text;
    values[1] = ledger->currency;
    values[8] = call_now(call);
    values[11] = call_client_name(call);
    return 0;
}

int creation_asks_currencies(struct call *call, const struct creation *creation,
                             const char **ret_purchases)
{
    return write_purchases(call, creation, true, ret_purchases);
}

int creation_take_currencies(struct call *call, struct creation *creation,
                             const struct db_rows *rows)
{
    struct draft_item *items = creation->items->items;
    for (size_t i = 0; i < creation->items->count; i++) {
        size_t row = 0;
        if (items[i].refund_of == 0 || items[i].currency)
            continue;
        while (row < db_rows_count(rows) && db_rows_int(rows, row, 0) != items[i].refund_of)
            row++;
        if (row == db_rows_count(rows))
            continue;
        items[i].currency = arena_strdup(call_arena(call), db_rows_text(rows, row, 1));
        if (!items[i].currency)
            return -ENOMEM;
    }
    return 0;
}

int creation_begin(struct call *call, struct creation *creation)
{
    int r = asked_begin(&creation->asked, call);
    if (r == 0)
        r = write_drafts(call, creation);
    if (r == 0)
        r = write_queue(call, creation);
    if (r == 0)
        r = write_purchases(call, creation, false, &creation->purchases);
    if (r == 0)
        r = fill_values(call, creation);
    return r;
}

size_t creation_item_of(const struct creation *creation, size_t row)
{
    return row <= most_rows(creation->items) ? creation->item_of_row[row] : 0;
}

bool creation_converts(struct call *call, const struct creation *creation)
{
    const struct ledger *ledger = call_ledger(call);
    const struct draft_item *items = creation->items->items;
    for (size_t i = 0; i < creation->items->count; i++) {
        if (items[i].currency && strcmp(items[i].currency, ledger->currency) != 0)
            return true;
    }
    return false;
}

static const char *name_of(const struct asked *asked, size_t number)
{
    return number > 0 ? asked->names[number - 1]->folded : NULL;
}

const char *const *creation_one_values(struct change *change, const struct creation *creation)
{
    const struct asked *asked = &creation->asked;
    const struct draft_row *row = &creation->row;
    const char *const one[ONE_PARAMS] = {
        creation->values[0],
        row->spent_on,
        row->amount,
        row->currency,
        row->merchant,
        row->merchant_folded,
        row->description,
        row->notes,
        row->kind,
        name_of(asked, row->category),
        name_of(asked, row->user > 0 ? row->user : ASKED_SPEAKER),
        name_of(asked, ASKED_SPEAKER),
        creation->values[7],
        creation->values[8],
        change_key(change),
        change_arguments(change),
        creation->values[11],
    };
    const char **values = arena_array(call_arena(change_call(change)), ONE_PARAMS, sizeof(*values));
    return values ? memcpy(values, one, sizeof(one)) : NULL;
}
