/* ninepence://expenses/{id}: one expense, such as ninepence://expenses/e345. */
#include "tools/offers.h"

#include <errno.h>

#include "tools/resources/expense.sql.h"
#include "tools/support/expense.h"
#include "tools/support/ledger.h"
#include "tools/support/names.h"
#include "tools/support/news.h"
#include "tools/support/query.h"
#include "tools/support/suggest.h"

static int fail_not_found(struct call *call)
{
    return call_fail(
        call, &(struct call_error){.code = "not_found", .message = "There is no such expense."});
}

static int found(struct call *call, const struct db_rows *rows)
{
    if (db_rows_count(rows) == 0)
        return fail_not_found(call);
    expense_write(call_answer(call), rows, 0, 0, false);
    return call_reply(call);
}

static int read_expense(struct call *call)
{
    const char *name = resource_variable(call, "id");
    int64_t id = name ? id_parse(name, id_expense.prefix) : 0;
    if (!name)
        return -ENOMEM;
    if (id == 0)
        return fail_not_found(call);
    const char *number = arena_printf(call_arena(call), "%lld", (long long)id);
    if (!number)
        return -ENOMEM;
    return tool_read(call, &sql_one, (const char *const[]){call_ledger(call)->id_text, number},
                     found);
}

const struct resource resource_expense = {
    .uri = NEWS_EXPENSES "{id}",
    .name = "expense",
    .title = "An expense",
    .description = "One expense by its id. Its subscribers hear of every change to it.",
    .mime_type = "application/json",
    .read = read_expense,
    .complete = suggest_expense,
};
