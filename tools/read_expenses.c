/* read_expenses: the expenses that match a filter, page by page, with the exact total of them all. */
#include "tools/tool.h"

#include <stdio.h>
#include <string.h>

#include "tools/read_expenses.sql.h"
#include "tools/support/expense_page.h"
#include "tools/support/filter.h"
#include "tools/support/query.h"
#include "tools/support/spoken.h"

struct read_expenses_args {
    struct filter filter;
    const char *status;
    const char *sort;
    struct field_opt_int limit;
    struct cursor cursor;

    uint64_t question; /* not an argument: what cursors are bound to */
};

static const char *const statuses[] = {"any",    "uncategorized", "pending", "recurring",
                                       "refund", "split",         "deleted", NULL};
static const char *const sorts[] = {"-date", "date", "-amount", "amount", "relevance", NULL};

static const struct field args[] = {
    ARG_FILTER(struct read_expenses_args, filter, "all"),
    ARG_CHOICE(struct read_expenses_args, status, .choices = statuses, .def = "any",
               .flags = FIELD_PLAIN, .doc = "Only those in this state."),
    ARG_CHOICE(struct read_expenses_args, sort, .choices = sorts, .def = "-date",
               .flags = FIELD_PLAIN, .doc = "-date: newest first; -amount: largest first."),
    ARG_OPT_INT(struct read_expenses_args, limit, .min = 1, .max = ROWS_MAX, .flags = FIELD_PLAIN,
                .doc = "Most rows, 20 by default; the total covers all."),
    ARG_CURSOR(struct read_expenses_args, cursor),
    ARG_END,
};

static const struct field result[] = {
    OUT_ANSWER(expense_fields),
    OUT_END,
};

static int read_expenses_read(struct call *call, const struct db_rows *rows);

static int read_expenses_run(struct call *call)
{
    struct read_expenses_args *a = call_args(call);
    const char *values[FILTER_PARAMS + 5];
    char most[24];
    struct filter_options options = {.needs_merchant = strcmp(a->status, "recurring") == 0};
    int r = filter_values(call, &a->filter, &options, values);
    if (r != 0)
        return r;
    const char **more = values + FILTER_PARAMS;
    more[0] = a->status;
    more[1] = a->sort;
    /* As it was asked: names that were understood meanwhile are spelled otherwise by now. */
    if (a->question == 0)
        a->question = filter_hash("read_expenses", values, FILTER_PARAMS + 2);
    if (!page_cursor_fits(call, &a->cursor, a->question))
        return 0;
    more[2] = a->cursor.key;
    more[3] = a->cursor.id_key;
    /* One more than wanted tells whether there is a next page. */
    (void)snprintf(most, sizeof(most), "%lld", (long long)expense_page_limit(&a->limit) + 1);
    more[4] = most;
    return tool_read(call, &sql_rows, values, read_expenses_read);
}

static int read_expenses_start(struct call *call)
{
    struct read_expenses_args *a = call_args(call);
    a->filter.status = a->status;
    int r = filter_begin(call, &a->filter, read_expenses_run);
    return r == 0 ? read_expenses_run(call) : r;
}

/* --- the answer ------------------------------------------------------------------------------ */

static void write_summary(struct answer *answer, const struct read_expenses_args *a)
{
    OWNED_BUF text = BUF_INIT(SUMMARY_MAX_BYTES);
    spoken_total(&text, answer, &a->filter);
    spoken_end(&text, answer, &a->filter.names);
    answer_summary(answer, &text);
}

static int read_expenses_read(struct call *call, const struct db_rows *rows)
{
    struct read_expenses_args *a = call_args(call);
    int r = names_settle(call, &a->filter.names, db_rows_text(rows, 0, BASIS_UNKNOWN));
    if (r <= 0)
        return r;
    struct answer answer = {
        .call = call, .rows = rows, .currency = a->filter.currency, .is_large = a->limit.given};
    answer_begin(&answer);
    write_summary(&answer, a);
    answer_period(&answer, &a->filter.period);
    answer_totals(&answer);
    expense_page_write(&answer, &(struct expense_page){.column = BASIS_COLUMNS,
                                                       .wanted = expense_page_limit(&a->limit),
                                                       .question = a->question});
    answer_basis(&answer);
    return answer_end(&answer);
}

const struct tool tool_read_expenses = {
    .name = "read_expenses",
    .title = "Read expenses",
    .description = "Single expenses: search, the last, first or biggest, refunds, splits, "
                   "what has no category.",
    .flags = TOOL_READ_ONLY,
    .args = args,
    .args_size = sizeof(struct read_expenses_args),
    .result = result,
    .start = read_expenses_start,
};
