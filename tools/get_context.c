/* get_context: today, zone, currency and span of the ledger, and the names that it knows; with
 * `match` the names that come nearest to a text. */
#include "tools/tool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/get_context.sql.h"
#include "tools/support/answer.h"
#include "tools/support/candidates.h"
#include "tools/support/fold.h"
#include "tools/support/ledger.h"
#include "tools/support/limits.h"
#include "tools/support/query.h"
#include "tools/support/row.h"
#include "tools/support/sentence.h"

enum {
    SUMMARY_MAX_BYTES = 1000,
    NAMES_DEFAULT = 20,
    NAMES_MAX = 200
};

enum {
    FACT_FIRST_DAY,
    FACT_LAST_DAY,
    FACT_EXPENSES,
    FACT_LAST_ENTERED
};

enum {
    COLUMN_KIND,
    COLUMN_ID,
    COLUMN_NAME,
    COLUMN_KEY,
    COLUMN_LEAF,
    COLUMN_DETAIL,
    COLUMN_COLOR,
    COLUMN_USES,
    COLUMN_LAST_USED
};

/* What `kind` may be, and the codes that the statement knows. */
static const struct kind {
    const char *word;
    const char *codes;
} kinds[] = {
    {"all", "{c,u,a,t,m,r,l}"}, {"categories", "{c}"}, {"users", "{u}"},      {"tags", "{t}"},
    {"merchants", "{m}"},       {"accounts", "{a}"},   {"currencies", "{r}"}, {"rules", "{l}"},
};

static const char *const kind_words[] = {
    "all", "categories", "users", "tags", "merchants", "accounts", "currencies", "rules", NULL,
};

struct get_context_args {
    const char *kind;
    const char *match;
    int64_t limit;

    /* filled on the way */
    const char *folded;
    const char *first_day, *last_day, *last_entered;
    int64_t expenses;
};

static const struct field args[] = {
    ARG_CHOICE(struct get_context_args, kind, .choices = kind_words, .def = "all",
               .flags = FIELD_PLAIN, .doc = "Which names."),
    ARG_TEXT(struct get_context_args, match, .max = NAME_MAX_POINTS, .flags = FIELD_PLAIN,
             .doc = "Names like this."),
    ARG_INT(struct get_context_args, limit, .min = 1, .max = NAMES_MAX, .def = "20",
            .flags = FIELD_PLAIN, .doc = "Most names of each kind."),
    ARG_END,
};

static void write_kind(const struct row_context *row, const struct json_name *key, size_t column)
{
    static const char *const words[] = {"c",       "category", "u",   "user", "a",
                                        "account", "t",        "tag", "m",    "merchant",
                                        "r",       "currency", "l",   "rule"};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i += 2) {
        if (strcmp(words[i], row_text(row, column)) == 0)
            row_put_text(row, key, words[i + 1]);
    }
}

static void write_id(const struct row_context *row, const struct json_name *key, size_t column)
{
    OWNED_BUF id = BUF_INIT(32);
    const char *kind = row_text(row, COLUMN_KIND);
    const char *number = row_text(row, column);
    const char *prefix = kind[0] == 'l' ? "r" : kind; /* rules are r3 */
    if (number && strchr("cual", kind[0]) && buf_printf(&id, "%s%s", prefix, number) == 0)
        row_put_text(row, key, buf_text(&id));
}

/* How often a rule decided, nobody counts. */
static void write_uses(const struct row_context *row, const struct json_name *key, size_t column)
{
    if (!db_rows_is_null(row->rows, row->row, column))
        row_write_int(row, key, column);
}

static const struct field name_fields[] = {
    OUT_CELL("kind", field_text, write_kind, COLUMN_KIND),
    OUT_CELL("id", field_text, write_id, COLUMN_ID),
    OUT_CELL("name", field_text, row_write_text, COLUMN_NAME),
    OUT_CELL("detail", field_text, row_write_optional, COLUMN_DETAIL),
    OUT_CELL("color", field_text, row_write_optional, COLUMN_COLOR),
    OUT_CELL("uses", field_int, write_uses, COLUMN_USES),
    OUT_CELL("last_used", field_text, row_write_optional, COLUMN_LAST_USED),
    OUT_END,
};

static const struct field result[] = {
    OUT_TEXT("summary", .flags = FIELD_REQUIRED),
    OUT_TEXT("ledger", .flags = FIELD_REQUIRED),
    OUT_TEXT("today", .flags = FIELD_REQUIRED),
    OUT_TEXT("timezone", .flags = FIELD_REQUIRED),
    OUT_TEXT("currency", .flags = FIELD_REQUIRED),
    OUT_INT("first_day_of_week"),
    OUT_INT("first_day_of_month"),
    OUT_ANY_OBJECT("data"),
    OUT_ROWS("rows", name_fields, .flags = FIELD_REQUIRED),
    OUT_INT("returned"),
    OUT_INT("of"),
    OUT_BOOL("truncated"),
    OUT_END,
};

/* --- the answer ------------------------------------------------------------------------------ */

static void summarize(const struct get_context_args *asked, const struct ledger *ledger,
                      size_t names, struct buf *text)
{
    (void)buf_printf(text, "Today is %s in %s; amounts are in %s. ", ledger->today,
                     ledger->time_zone, ledger->currency);
    if (asked->expenses == 0)
        (void)buf_append_text(text, "The books are empty.");
    else
        (void)buf_printf(text, "The books hold %lld %s from %s to %s, last added to on %s.",
                         (long long)asked->expenses, asked->expenses == 1 ? "entry" : "entries",
                         asked->first_day, asked->last_day, asked->last_entered);
    if (asked->match) {
        (void)buf_append_text(text, names > 0 ? " Names near " : " No name is near ");
        sentence_name(text, asked->match);
        (void)buf_append_text(text, names > 0 ? " are listed, the nearest first." : ".");
    } else if (names == 0) {
        (void)buf_printf(text, " There are no %s.",
                         strcmp(asked->kind, "all") == 0 ? "names" : asked->kind);
    }
}

static void write_head(struct answer *answer, const struct get_context_args *asked)
{
    const struct ledger *ledger = call_ledger(answer->call);
    struct json_out *out = answer->out;
    json_put_text(out, "ledger", ledger->name);
    json_put_text(out, "today", ledger->today);
    json_put_text(out, "timezone", ledger->time_zone);
    json_put_text(out, "currency", ledger->currency);
    json_put_int(out, "first_day_of_week", ledger->calendar.first_day_of_week);
    json_put_int(out, "first_day_of_month", ledger->calendar.first_day_of_month);
    json_put_object(out, "data");
    json_put_int(out, "entries", asked->expenses);
    if (asked->expenses > 0) {
        json_put_text(out, "from", asked->first_day);
        json_put_text(out, "to", asked->last_day);
        json_put_text(out, "last_entered", asked->last_entered);
    }
    json_end_object(out);
}

/* A row of the vocabulary and how well it answers to `match`. */
struct candidate {
    size_t row;
    enum name_match match;
    int distance;
};

static int compare_candidates(const void *one, const void *other)
{
    const struct candidate *a = one;
    const struct candidate *b = other;
    if (a->match != b->match)
        return a->match < b->match ? -1 : 1;
    if (a->distance != b->distance)
        return a->distance < b->distance ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* The rows to show, in order; all of them without `match`. */
static size_t choose(const struct get_context_args *asked, const struct db_rows *rows,
                     struct candidate *chosen)
{
    size_t count = 0;
    for (size_t i = 0; i < db_rows_count(rows); i++) {
        struct candidate candidate = {.row = i};
        if (asked->folded)
            candidate.match = name_compare(asked->folded, db_rows_text(rows, i, COLUMN_KEY),
                                           db_rows_text(rows, i, COLUMN_LEAF), &candidate.distance);
        if (candidate.match != NAME_OTHER)
            chosen[count++] = candidate;
    }
    if (asked->folded)
        qsort(chosen, count, sizeof(*chosen), compare_candidates);
    return count;
}

static int write_answer(struct call *call, const struct db_rows *rows)
{
    const struct get_context_args *asked = call_args(call);
    struct candidate *chosen =
        arena_array(call_arena(call), db_rows_count(rows) + 1, sizeof(*chosen));
    if (!chosen)
        return -ENOMEM;
    size_t count = choose(asked, rows, chosen);
    size_t most = asked->folded && count > (size_t)asked->limit ? (size_t)asked->limit : count;
    OWNED_BUF summary = BUF_INIT(SUMMARY_MAX_BYTES);
    struct answer answer = {.call = call, .rows = rows, .is_large = asked->limit > NAMES_DEFAULT};
    answer_begin(&answer);
    summarize(asked, call_ledger(call), count, &summary);
    answer_summary(&answer, &summary);
    write_head(&answer, asked);
    size_t written = 0;
    json_put_array(answer.out, "rows");
    while (written < most &&
           answer_row(&answer, &(struct answer_list){.fields = name_fields}, chosen[written].row))
        written++;
    json_end_array(answer.out);
    answer_listing(&answer, written, (int64_t)count, NULL);
    return answer_end(&answer);
}

/* --- the questions --------------------------------------------------------------------------- */

static int facts_known(struct call *call, const struct db_rows *rows)
{
    struct get_context_args *asked = call_args(call);
    struct arena *arena = call_arena(call);
    asked->first_day = arena_strdup(arena, db_rows_text(rows, 0, FACT_FIRST_DAY));
    asked->last_day = arena_strdup(arena, db_rows_text(rows, 0, FACT_LAST_DAY));
    asked->last_entered = arena_strdup(arena, db_rows_text(rows, 0, FACT_LAST_ENTERED));
    asked->expenses = db_rows_int(rows, 0, FACT_EXPENSES);
    if (!asked->first_day || !asked->last_day || !asked->last_entered)
        return -ENOMEM;
    const char *codes = kinds[0].codes;
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        if (strcmp(kinds[i].word, asked->kind) == 0)
            codes = kinds[i].codes;
    }
    const char *most =
        arena_printf(arena, "%lld", (long long)(asked->folded ? VOCABULARY_MAX : asked->limit));
    if (!most)
        return -ENOMEM;
    const char *values[] = {call_ledger(call)->id_text, codes, most};
    return tool_read(call, &sql_vocabulary, values, write_answer);
}

static int start(struct call *call)
{
    struct get_context_args *asked = call_args(call);
    if (asked->match) {
        asked->folded = fold_text(call_arena(call), asked->match);
        if (!asked->folded)
            return -ENOMEM;
        if (asked->folded[0] == '\0')
            return call_refuse(call, "match", "must hold a letter or digit");
    }
    const char *values[] = {call_ledger(call)->id_text};
    return tool_read(call, &sql_facts, values, facts_known);
}

const struct tool tool_get_context = {
    .name = "get_context",
    .title = "Get context",
    .description = "First, or when a name is unclear: today, currency, span of the books, "
                   "names of everything.",
    .flags = TOOL_READ_ONLY,
    .args = args,
    .args_size = sizeof(struct get_context_args),
    .result = result,
    .start = start,
};
