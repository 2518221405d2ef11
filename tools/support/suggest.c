/* Completion from the ledger: picks the statement and hands its rows over. Ranking is SQL's. */
#include "tools/support/suggest.h"

#include <errno.h>

#include "mcp/complete.h"
#include "tools/support/fold.h"
#include "tools/support/ledger.h"
#include "tools/support/names.h"
#include "tools/support/period.h"
#include "tools/support/query.h"
#include "tools/support/suggest.sql.h"

enum {
    COLUMN_VALUE,
    COLUMN_FOUND /* how many there are, also beyond those that came */
};

static int suggested(struct call *call, const struct db_rows *rows)
{
    for (size_t i = 0; i < db_rows_count(rows); i++)
        complete_add(call, db_rows_text(rows, i, COLUMN_VALUE));
    if (db_rows_count(rows) > 0)
        complete_total(call, db_rows_int(rows, 0, COLUMN_FOUND));
    return call_reply(call);
}

static int suggest_name(struct call *call, const struct name_kind *kind)
{
    const char *typed = fold_text(call_arena(call), complete_value(call));
    const char *ledger = call_ledger(call)->id_text;
    if (!typed)
        return -ENOMEM;
    if (kind == &name_merchant)
        return tool_read(call, &sql_merchants, (const char *const[]){ledger, typed}, suggested);
    return tool_read(call, &sql_names, (const char *const[]){ledger, typed, kind->code}, suggested);
}

int suggest_month(struct call *call)
{
    const struct ledger *ledger = call_ledger(call);
    const char *values[] = {ledger->id_text, complete_value(call), ledger->day_of_month};
    return tool_read(call, &sql_months, values, suggested);
}

int suggest_expense(struct call *call)
{
    const char *values[] = {call_ledger(call)->id_text, complete_value(call)};
    return tool_read(call, &sql_expenses, values, suggested);
}

int suggest_argument(struct call *call)
{
    const struct field *field = complete_field(call);
    if (field->type == &field_name)
        return suggest_name(call, field->extra);
    if (field->type == &field_month)
        return suggest_month(call);
    return call_reply(call);
}
