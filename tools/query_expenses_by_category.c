/* query_expenses_by_category: what one category cost in a period, and its expenses. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/query_expenses_by_category.sql.h"
#include "tools/support/basis.h"
#include "tools/support/expense_page.h"
#include "tools/support/filter.h"
#include "tools/support/query.h"
#include "tools/support/spoken.h"

struct query_expenses_by_category_args {
    struct name_ref category;
    struct period period;
    bool include_subcategories;
    const char *sort;
    struct field_opt_int limit;
    struct cursor cursor;

    struct name_question names; /* no arguments from here on */
    struct name_ref *asked[1];
    uint64_t question; /* what cursors are bound to */
    bool is_special;   /* `newest` or `oldest` did not do */
};

/* What the first row tells beside the basis. */
enum category_column {
    CATEGORY_USERS = BASIS_COLUMNS,
    CATEGORY_ACCOUNTS,
    CATEGORY_COLUMNS
};

/* The first row of `newest` and `oldest` (category_known_totals.sql). */
enum known_column {
    KNOWN_FIRST_DAY, /* days as numbers */
    KNOWN_LISTED,
    KNOWN_COUNTED,
    KNOWN_LAST_DAY,
    KNOWN_TOTAL,
    KNOWN_LABELS, /* the one category that was asked for, or it is not known */
    KNOWN_USERS,
    KNOWN_ACCOUNTS,
    KNOWN_REFUNDS,
    KNOWN_OTHERS, /* rows of other kinds */
    KNOWN_PENDING = KNOWN_OTHERS + 4,
    KNOWN_DELETED
};

static const char *const sorts[] = {"-date", "date", "-amount", "amount", NULL};

static const struct field args[] = {
    ARG_CATEGORY(struct query_expenses_by_category_args, category,
                 .flags = FIELD_REQUIRED | FIELD_PLAIN, .doc = "Name, Parent: Child or id."),
    ARG_PERIOD(struct query_expenses_by_category_args, period, "this_month"),
    ARG_BOOL(struct query_expenses_by_category_args, include_subcategories, .def = "true",
             .flags = FIELD_PLAIN, .doc = "Count those below it as well."),
    ARG_CHOICE(struct query_expenses_by_category_args, sort, .choices = sorts, .def = "-date",
               .flags = FIELD_PLAIN, .doc = "-date: newest first."),
    ARG_OPT_INT(struct query_expenses_by_category_args, limit, .min = 1, .max = ROWS_MAX,
                .flags = FIELD_PLAIN, .doc = "Most rows, 20 by default; the total covers all."),
    ARG_CURSOR(struct query_expenses_by_category_args, cursor),
    ARG_END,
};

static const struct field result[] = {
    OUT_ANSWER(expense_fields),
    OUT_END,
};

static int category_read(struct call *call, const struct db_rows *rows);
static int category_read_known(struct call *call, const struct db_rows *rows);

static int category_run(struct call *call)
{
    struct query_expenses_by_category_args *a = call_args(call);
    char id[24];
    char most[24];
    (void)snprintf(id, sizeof(id), "%lld", (long long)a->category.id);
    (void)snprintf(most, sizeof(most), "%lld", (long long)expense_page_limit(&a->limit) + 1);
    const char *values[] = {
        call_ledger(call)->id_text,
        a->period.from,
        a->period.to,
        a->category.folded,
        a->include_subcategories ? "t" : "f",
        a->cursor.key,
        a->cursor.id_key,
        most,
        a->category.id > 0 ? id : NULL, /* of `any` only, as is what follows */
        a->sort,
    };
    const char *question[] = {values[0], values[1], values[2], values[8], values[3], values[4]};
    /* As it was asked: a name that was understood meanwhile is spelled otherwise by now. */
    if (a->question == 0)
        a->question = filter_hash(a->sort, question, ARRAY_LENGTH(question));
    if (!page_cursor_fits(call, &a->cursor, a->question))
        return 0;
    if (a->is_special || a->category.id != 0 || strstr(a->sort, "amount"))
        return tool_read(call, &sql_any, values, category_read);
    return tool_read(call, a->sort[0] == '-' ? &sql_newest : &sql_oldest, values,
                     category_read_known);
}

static int category_start(struct call *call)
{
    static const char *const fields[] = {"category"};
    struct query_expenses_by_category_args *a = call_args(call);
    a->asked[0] = &a->category;
    a->names = (struct name_question){
        .asked = a->asked, .fields = fields, .count = 1, .again = category_run, .notes = ""};
    return category_run(call);
}

/* --- the answer ------------------------------------------------------------------------------ */

static void write_summary(struct answer *answer, const struct query_expenses_by_category_args *a)
{
    OWNED_BUF text = BUF_INIT(SUMMARY_MAX_BYTES);
    const char *income = db_rows_text(answer->rows, 0, BASIS_INCOME);
    const char *transfers = db_rows_text(answer->rows, 0, BASIS_TRANSFERS);
    struct filter filter = {.period = a->period, .kind = "expense"};
    if (money_sign(income) != 0)
        filter.kind = "income";
    else if (money_sign(transfers) != 0)
        filter.kind = "transfer";
    spoken_total(&text, answer, &filter);
    spoken_end(&text, answer, &a->names);
    if (!a->include_subcategories)
        (void)buf_append_text(&text, " Categories below are not counted.");
    answer_summary(answer, &text);
}

/* Whether all that `newest` and `oldest` cannot tell is not there to be told: a category that is not known
 * by its path or name, or is not about spending alone, what has no rate, and nothing at all. */
static bool is_whole(const struct db_rows *rows)
{
    const char *labels = db_rows_text(rows, 0, KNOWN_LABELS);
    int64_t listed = db_rows_int(rows, 0, KNOWN_LISTED);
    return labels[0] != '\0' && !strchr(labels, UNIT_SEPARATOR) && listed > 0 &&
           listed == db_rows_int(rows, 0, KNOWN_COUNTED) && db_rows_int(rows, 0, KNOWN_OTHERS) == 0;
}

/* The first row as answers want it. 0, or -ERANGE when a sum is too long. */
static int known_basis(const struct db_rows *rows, struct basis *ret_basis)
{
    struct basis basis = {
        .counted = db_rows_int(rows, 0, KNOWN_COUNTED),
        .listed = db_rows_int(rows, 0, KNOWN_LISTED),
        .pending = db_rows_int(rows, 0, KNOWN_PENDING),
        .deleted_excluded = db_rows_int(rows, 0, KNOWN_DELETED),
        .first_day = (date_day)db_rows_int(rows, 0, KNOWN_FIRST_DAY),
        .last_day = (date_day)db_rows_int(rows, 0, KNOWN_LAST_DAY),
    };
    int r = decimal_parse(db_rows_text(rows, 0, KNOWN_TOTAL), &basis.total);
    if (r == 0 && !db_rows_is_null(rows, 0, KNOWN_REFUNDS))
        r = decimal_parse(db_rows_text(rows, 0, KNOWN_REFUNDS), &basis.refunds);
    if (r == 0)
        *ret_basis = basis;
    return r;
}

/* The rows of `newest` and `oldest`. */
static int category_read_known(struct call *call, const struct db_rows *rows)
{
    struct query_expenses_by_category_args *a = call_args(call);
    struct arena *arena = call_arena(call);
    struct basis basis;
    if (!is_whole(rows) || known_basis(rows, &basis) != 0) {
        a->is_special = true;
        return category_run(call);
    }
    const char **cells = arena_array(arena, CATEGORY_COLUMNS, sizeof(*cells));
    if (!cells || basis_cells(&basis, arena, cells) != 0)
        return -ENOMEM;
    cells[BASIS_LABELS] = arena_printf(arena, "c%s", db_rows_text(rows, 0, KNOWN_LABELS));
    cells[CATEGORY_USERS] = db_rows_text(rows, 0, KNOWN_USERS);
    cells[CATEGORY_ACCOUNTS] = db_rows_text(rows, 0, KNOWN_ACCOUNTS);
    const struct db_rows *known = db_rows_with_first(arena, rows, cells, CATEGORY_COLUMNS);
    if (!known || !cells[BASIS_LABELS])
        return -ENOMEM;
    return category_read(call, known);
}

static int category_read(struct call *call, const struct db_rows *rows)
{
    struct query_expenses_by_category_args *a = call_args(call);
    int r = names_settle(call, &a->names, db_rows_text(rows, 0, BASIS_UNKNOWN));
    if (r <= 0)
        return r;
    struct answer answer = {.call = call, .rows = rows, .is_large = a->limit.given};
    answer_begin(&answer);
    write_summary(&answer, a);
    answer_period(&answer, &a->period);
    answer_totals(&answer);
    struct expense_names names = {.users = db_rows_text(rows, 0, CATEGORY_USERS),
                                  .accounts = db_rows_text(rows, 0, CATEGORY_ACCOUNTS)};
    expense_page_write(&answer, &(struct expense_page){.first = 1,
                                                       .wanted = expense_page_limit(&a->limit),
                                                       .names = &names,
                                                       .question = a->question});
    answer_basis(&answer);
    return answer_end(&answer);
}

const struct tool tool_query_expenses_by_category = {
    .name = "query_expenses_by_category",
    .title = "Query expenses by category",
    .description = "What one category cost, and which expenses it was.",
    .flags = TOOL_READ_ONLY,
    .args = args,
    .args_size = sizeof(struct query_expenses_by_category_args),
    .result = result,
    .start = category_start,
};
