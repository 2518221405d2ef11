/* Corrections: names, checks, JSON. Knows no statement. */
#include "tools/support/correction.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/support/fold.h"
#include "tools/support/sentence.h"
#include "tools/support/targets.h"

enum {
    JSON_MAX = 256 * 1024,
    NAME_MAX_BYTES = 600
};

/* --- names ----------------------------------------------------------------------------------- */

static int take_tags(struct correction *correction, struct arena *arena,
                     const struct name_list *list, const char *field, struct correction_tags *tags)
{
    tags->given = list->items != NULL;
    tags->count = list->count;
    tags->numbers = arena_array(arena, list->count + 1, sizeof(*tags->numbers));
    if (!tags->numbers)
        return -ENOMEM;
    for (size_t i = 0; i < list->count; i++)
        tags->numbers[i] = asked_add(&correction->asked, &list->items[i], field);
    return 0;
}

/* A tag that is to go and to come: 0, 1 (refused). */
static int check_tags(const struct correction *correction, struct call *call,
                      const struct correction_tags *come, const char *field)
{
    const struct correction_tags *go = &correction->removed;
    for (size_t i = 0; i < come->count * go->count; i++) {
        size_t number = come->numbers[i / go->count];
        if (number == 0 || number != go->numbers[i % go->count])
            continue;
        OWNED_BUF name = BUF_INIT(NAME_MAX_BYTES);
        sentence_name(&name, correction->asked.names[number - 1]->text);
        (void)change_refuse_argument(call, "set.remove_tags", "has %s, which is in %s as well",
                                     buf_text(&name), field);
        return 1;
    }
    return 0;
}

static int take_splits(struct correction *correction, struct arena *arena)
{
    const struct field_list *splits = &correction->args->splits;
    struct draft_split *lines = splits->items;
    correction->split_categories = arena_array(arena, splits->count + 1, sizeof(size_t));
    correction->split_users = arena_array(arena, splits->count + 1, sizeof(size_t));
    if (!correction->split_categories || !correction->split_users)
        return -ENOMEM;
    for (size_t i = 0; i < splits->count; i++) {
        correction->split_categories[i] =
            asked_add(&correction->asked, &lines[i].category, "set.splits.category");
        correction->split_users[i] =
            asked_add(&correction->asked, &lines[i].user, "set.splits.user");
    }
    return 0;
}

static bool has_names(const struct correction_args *a)
{
    return a->category.text || a->user.text || a->paid_by.text || a->account.text ||
           a->tags.items || a->add_tags.items || a->remove_tags.items;
}

static bool is_empty(const struct correction_args *a)
{
    bool has_texts = a->merchant || a->description || a->notes || a->currency || a->kind;
    return !has_names(a) && !has_texts && !a->amount.text && !a->date.given && a->refund_of == 0 &&
           a->splits.count == 0;
}

int correction_begin(struct call *call, struct correction *correction, struct correction_args *args)
{
    struct arena *arena = call_arena(call);
    correction->args = args;
    if (is_empty(args)) {
        (void)change_refuse_argument(call, "set", "says nothing that would change");
        return 1;
    }
    int r = asked_begin(&correction->asked, call);
    if (r != 0)
        return r;
    correction->category = asked_add(&correction->asked, &args->category, "set.category");
    correction->user = asked_add(&correction->asked, &args->user, "set.user");
    correction->paid_by = asked_add(&correction->asked, &args->paid_by, "set.paid_by");
    correction->account = asked_add(&correction->asked, &args->account, "set.account");
    r = take_tags(correction, arena, &args->tags, "set.tags", &correction->tags);
    if (r == 0)
        r = take_tags(correction, arena, &args->add_tags, "set.add_tags", &correction->added);
    if (r == 0)
        r = take_tags(correction, arena, &args->remove_tags, "set.remove_tags",
                      &correction->removed);
    if (r == 0)
        r = check_tags(correction, call, &correction->tags, "set.tags");
    if (r == 0)
        r = check_tags(correction, call, &correction->added, "set.add_tags");
    if (r == 0)
        r = take_splits(correction, arena);
    asked_question(&correction->asked, &correction->question);
    return r;
}

/* --- checks ---------------------------------------------------------------------------------- */

static int refuse(struct change *change, const char *field, const char *happened, const char *to_do)
{
    (void)change_refuse(change, "invalid_argument", field, happened, to_do);
    return 1;
}

/* The amount and currency that a row will have. */
static int check_amount(struct change *change, const struct correction *correction,
                        const struct db_rows *locked, size_t row, struct money *ret_amount)
{
    const struct correction_args *a = correction->args;
    struct call *call = change_call(change);
    const char *kind = a->kind ? a->kind : db_rows_text(locked, row, TARGET_KIND);
    const char *currency = a->currency ? a->currency : db_rows_text(locked, row, TARGET_CURRENCY);
    struct money old;
    int r = money_parse(call_arena(call), db_rows_text(locked, row, TARGET_AMOUNT), &old);
    if (r != 0)
        return r == -ENOMEM ? r : -EINVAL;
    const struct money *amount = a->amount.text ? &a->amount : &old;
    if (money_check(amount, currency) != 0) {
        (void)change_refuse_decimals(change, a->amount.text ? "set.amount" : "set.currency", amount,
                                     currency);
        return 1;
    }
    if (a->amount.text && strcmp(a->amount.text, "0") == 0)
        return refuse(change, "set.amount", "must not be 0.", "Delete the expense instead.");
    if (a->amount.text && money_is_negative(amount) && strcmp(kind, "refund") != 0 &&
        strcmp(kind, "transfer") != 0)
        return refuse(change, "set.amount", "must be above 0 for this kind.",
                      "Set kind to refund for money that came back.");
    *ret_amount = *amount;
    return 0;
}

static int check_refund(struct change *change, const struct correction *correction,
                        const struct db_rows *locked, size_t row)
{
    const char *kind =
        correction->args->kind ? correction->args->kind : db_rows_text(locked, row, TARGET_KIND);
    if (correction->args->refund_of == 0 || strcmp(kind, "refund") == 0)
        return 0;
    return refuse(change, "set.refund_of", "only goes with kind refund.",
                  "Set kind to refund as well.");
}

static bool divides_among_users(const struct correction *correction)
{
    const struct field_list *splits = &correction->args->splits;
    const struct draft_split *lines = splits->items;
    size_t i = 0;
    while (i < splits->count && !lines[i].user.text)
        i++;
    return i < splits->count;
}

/* Who paid is who is said to have; only where nothing is said, whoever the row names. */
static bool is_payer_known(const struct correction *correction, const int64_t *names,
                           const struct db_rows *locked)
{
    if (correction->paid_by > 0)
        return names[correction->paid_by] > 0;
    return !db_rows_is_null(locked, 0, TARGET_PAYER) || !db_rows_is_null(locked, 0, TARGET_USER);
}

static int check_splits(struct change *change, struct correction *correction, const int64_t *names,
                        const struct db_rows *locked, const struct money *amount)
{
    const struct field_list *splits = &correction->args->splits;
    struct call *call = change_call(change);
    struct money whole = *amount;
    const char *currency = correction->args->currency ? correction->args->currency
                                                      : db_rows_text(locked, 0, TARGET_CURRENCY);
    const char *kind =
        correction->args->kind ? correction->args->kind : db_rows_text(locked, 0, TARGET_KIND);
    if (db_rows_count(locked) != 1)
        return refuse(change, "set.splits", "divide one expense at a time.", "Give one id.");
    if (!db_rows_is_null(locked, 0, TARGET_RECEIPT))
        return refuse(change, "set.splits", "this expense is a part of a receipt already.",
                      "Correct the parts one by one.");
    if (strcmp(kind, "transfer") == 0)
        return refuse(change, "set.splits", "a transfer cannot be divided.", "Leave splits out.");
    if (money_is_negative(&whole))
        whole.text++;
    if (divides_among_users(correction) && !is_payer_known(correction, names, locked))
        return refuse(change, "set.splits", "nobody is known to have paid this expense.",
                      "Say who did in set.paid_by.");
    int r = draft_divide(call, "set.",
                         &(struct draft_whole){&whole, currency, strcmp(kind, "refund") == 0},
                         splits, &correction->split_amounts);
    if (r == 1)
        change_roll_back(change);
    return r;
}

/* Who it is from now on: as it was said, otherwise as the row has it; 0 for nobody. */
static int64_t whose(size_t number, const int64_t *names, const struct db_rows *locked, size_t row,
                     size_t column)
{
    if (number > 0)
        return names[number];
    return db_rows_is_null(locked, row, column) ? 0 : db_rows_int(locked, row, column);
}

static int check_self(struct change *change, const struct correction *correction,
                      const int64_t *names, const struct db_rows *locked, size_t row)
{
    const struct correction_args *a = correction->args;
    const char *kind = a->kind ? a->kind : db_rows_text(locked, row, TARGET_KIND);
    bool is_said = a->kind || a->paid_by.text || a->user.text;
    int64_t payer = whose(correction->paid_by, names, locked, row, TARGET_PAYER);
    if (!is_said || payer == 0 || strcmp(kind, "transfer") != 0 ||
        payer != whose(correction->user, names, locked, row, TARGET_USER))
        return 0;
    (void)change_refuse_self(change, a->paid_by.text ? "set.paid_by"
                                     : a->user.text  ? "set.user"
                                                     : "set.kind");
    return 1;
}

/* Whether the categories that a row will have take entries of its kind. */
static int check_kinds(struct change *change, const struct correction *correction,
                       const struct db_rows *resolved, const struct db_rows *locked, size_t row)
{
    const struct correction_args *a = correction->args;
    const char *kind = a->kind ? a->kind : db_rows_text(locked, row, TARGET_KIND);
    int r = 0;
    if (correction->category > 0)
        r = targets_refuse_kind(change, &correction->asked, resolved, correction->category, kind);
    for (size_t i = 0; r == 0 && i < a->splits.count; i++) {
        if (correction->split_categories[i] > 0)
            r = targets_refuse_kind(change, &correction->asked, resolved,
                                    correction->split_categories[i], kind);
    }
    if (r != 0 || correction->category > 0 || !a->kind ||
        db_rows_is_null(locked, row, TARGET_CATEGORY_KIND) ||
        targets_kind_fits(db_rows_text(locked, row, TARGET_CATEGORY_KIND), kind))
        return r;
    (void)change_refuse_kind(change, "set.kind", db_rows_text(locked, row, TARGET_CATEGORY_PATH));
    return 1;
}

int correction_check(struct change *change, struct correction *correction, const int64_t *names,
                     const struct db_rows *resolved, const struct db_rows *locked)
{
    struct money amount = {0};
    int r = 0;
    for (size_t row = 0; r == 0 && row < db_rows_count(locked); row++) {
        r = check_amount(change, correction, locked, row, &amount);
        if (r == 0)
            r = check_refund(change, correction, locked, row);
        if (r == 0)
            r = check_self(change, correction, names, locked, row);
        if (r == 0)
            r = check_kinds(change, correction, resolved, locked, row);
    }
    if (r == 0 && correction->args->splits.count > 0)
        r = check_splits(change, correction, names, locked, &amount);
    return r;
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void put_text(struct json_out *out, const char *key, const char *text)
{
    if (text)
        json_put_text(out, key, text[0] ? text : NULL);
}

static void put_id(struct json_out *out, const char *key, size_t number, const int64_t *names)
{
    if (number == 0)
        return;
    if (names[number] > 0)
        json_put_int(out, key, names[number]);
    else
        json_put_null(out, key);
}

static size_t first_or(const size_t *numbers, size_t otherwise)
{
    return numbers && numbers[0] > 0 ? numbers[0] : otherwise;
}

/* A member that stays when nothing is said. */
static void put_given(struct json_out *out, const char *key, const char *text)
{
    if (text)
        json_put_text(out, key, text);
}

static int write_set(const struct correction *correction, struct arena *arena, const int64_t *names,
                     const int64_t *receipt, struct json_out *out)
{
    const struct correction_args *a = correction->args;
    const char *folded = a->merchant && a->merchant[0] ? fold_text(arena, a->merchant) : NULL;
    if (a->merchant && a->merchant[0] && !folded)
        return -ENOMEM;
    const struct money *amount = receipt ? &correction->split_amounts[0] : &a->amount;
    json_object(out);
    put_given(out, "amount", amount->text);
    put_given(out, "spent_on", date_arg_value(&a->date));
    put_given(out, "currency", a->currency);
    put_given(out, "kind", a->kind);
    if (a->refund_of > 0)
        json_put_int(out, "refund_of", a->refund_of);
    if (receipt)
        json_put_int(out, "receipt_id", *receipt);
    put_text(out, "merchant", a->merchant);
    if (a->merchant)
        json_put_text(out, "merchant_folded", folded);
    put_text(out, "description", a->description);
    put_text(out, "notes", a->notes);
    put_id(out, "category_id",
           first_or(receipt ? correction->split_categories : NULL, correction->category), names);
    if (receipt && correction->split_users[0] > 0)
        json_put_bool(out, "shares", true);
    put_id(out, "user_id", first_or(receipt ? correction->split_users : NULL, correction->user),
           names);
    put_id(out, "paid_by", correction->paid_by, names);
    put_id(out, "account_id", correction->account, names);
    json_end_object(out);
    return json_out_error(out);
}

const char *correction_json(const struct correction *correction, struct arena *arena,
                            const int64_t *names, const int64_t *receipt)
{
    OWNED_BUF text = BUF_INIT(JSON_MAX);
    struct json_out out;
    json_out_init(&out, &text);
    if (write_set(correction, arena, names, receipt, &out) != 0)
        return NULL;
    return arena_strndup(arena, buf_text(&text), text.length);
}

/* The first name that was said, otherwise the row as it was. */
static int64_t first_id(const int64_t *names, size_t one, size_t other, int64_t as_it_was)
{
    if (one > 0)
        return names[one];
    return other > 0 ? names[other] : as_it_was;
}

static void write_line(const struct correction *correction, size_t i, const int64_t *names,
                       const struct db_rows *locked, struct json_out *out)
{
    int64_t category = first_id(names, correction->split_categories[i], correction->category,
                                db_rows_int(locked, 0, TARGET_CATEGORY));
    int64_t user = first_id(names, correction->split_users[i], correction->user,
                            db_rows_int(locked, 0, TARGET_USER));
    json_put_text(out, "amount", correction->split_amounts[i].text);
    if (category > 0)
        json_put_int(out, "category_id", category);
    if (user > 0)
        json_put_int(out, "user_id", user);
}

int correction_lines(const struct correction *correction, struct arena *arena, const int64_t *names,
                     const struct db_rows *locked, const struct db_rows *reserved,
                     struct correction_lines *ret_lines)
{
    OWNED_BUF text = BUF_INIT(JSON_MAX);
    OWNED_BUF ids_text = BUF_INIT(JSON_MAX);
    struct json_out out;
    struct correction_lines lines = {.count = db_rows_count(reserved)};
    lines.ids = arena_array(arena, lines.count, sizeof(*lines.ids));
    if (!lines.ids)
        return -ENOMEM;
    json_out_init(&out, &text);
    json_array(&out);
    for (size_t i = 0; i < lines.count; i++) {
        lines.ids[i] = db_rows_int(reserved, i, 0);
        (void)buf_printf(&ids_text, "%s%lld", i == 0 ? "{" : ",", (long long)lines.ids[i]);
        json_object(&out);
        json_put_int(&out, "id", lines.ids[i]);
        write_line(correction, i + 1, names, locked, &out);
        json_end_object(&out);
    }
    json_end_array(&out);
    (void)buf_append_char(&ids_text, '}');
    if (json_out_error(&out) != 0 || ids_text.error != 0)
        return -ENOMEM;
    lines.json = arena_strndup(arena, buf_text(&text), text.length);
    lines.ids_text = arena_strndup(arena, buf_text(&ids_text), ids_text.length);
    if (!lines.json || !lines.ids_text)
        return -ENOMEM;
    *ret_lines = lines;
    return 0;
}

const char *correction_tag_ids(struct arena *arena, const struct correction_tags *tags,
                               const int64_t *names)
{
    OWNED_BUF text = BUF_INIT(JSON_MAX);
    size_t written = 0;
    (void)buf_append_char(&text, '{');
    for (size_t i = 0; i < tags->count; i++) {
        if (names[tags->numbers[i]] == 0)
            continue;
        (void)buf_append_text(&text, written++ > 0 ? "," : "");
        (void)buf_append_int(&text, names[tags->numbers[i]]);
    }
    if (buf_append_char(&text, '}') != 0)
        return NULL;
    return arena_strndup(arena, buf_text(&text), text.length);
}
