/* query_expenses_by_category: what one category cost in a period, and its expenses. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/query_expenses_by_category.sql.h"
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
    bool is_plain;     /* asked by `newest` or `oldest` */
    bool is_special;   /* which did not do */
};

/* What the first row tells beside the basis. */
enum category_column {
    CATEGORY_USERS = BASIS_COLUMNS,
    CATEGORY_ACCOUNTS
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
    a->is_plain = !a->is_special && a->category.id == 0 && !strstr(a->sort, "amount");
    if (!a->is_plain)
        return tool_read(call, &sql_any, values, category_read);
    return tool_read(call, a->sort[0] == '-' ? &sql_newest : &sql_oldest, values, category_read);
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

/* Whether all that `newest` and `oldest` cannot tell is not there to be told. */
static bool is_whole(const struct db_rows *rows)
{
    return db_rows_is_null(rows, 0, BASIS_UNKNOWN) && db_rows_int(rows, 0, BASIS_LISTED) > 0 &&
           db_rows_int(rows, 0, BASIS_LISTED) == db_rows_int(rows, 0, BASIS_COUNTED);
}

static int category_read(struct call *call, const struct db_rows *rows)
{
    struct query_expenses_by_category_args *a = call_args(call);
    if (a->is_plain && !is_whole(rows)) {
        a->is_special = true;
        return category_run(call);
    }
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
