/* What of an import has to be compared with the books; the statements are those of import_compare.sql. */
#include <string.h>

#include "tools/support/import_compare.sql.h"
#include "tools/support/import_job.h"

size_t import_compare_steps(const struct import_around *around, const char *const *import,
                            struct db_step steps[IMPORT_COMPARE_STEPS])
{
    static const char *const off[] = {"off"};
    static const char *const on[] = {"on"};

    const struct {
        const struct db_statement *statement;
        const char *const *values;
        bool is_needed;
    } all[] = {
        {&sql_forget_verdicts, import, around->was_compared},
        {&sql_sorting, off, around->has_keys},
        {&sql_known, import, around->has_keys},
        {&sql_sorting, on, around->has_keys},
        {&sql_match, import, around->has_neighbours},
        {&sql_match, import, around->has_neighbours},
        {&sql_refunds, import, around->has_returns},
        {&sql_transfers, import, around->has_legs},
    };

    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
        if (all[i].is_needed)
            steps[count++] = (struct db_step){all[i].statement, all[i].values};
    }
    return count;
}

void import_look_around(const struct db_rows *rows, struct import_around *ret_around)
{
    *ret_around = (struct import_around){
        .has_keys = db_rows_bool(rows, 0, AROUND_HAS_KEYS),
        .has_neighbours = db_rows_bool(rows, 0, AROUND_HAS_NEIGHBOURS),
        .has_legs = db_rows_bool(rows, 0, AROUND_HAS_LEGS),
        .was_compared = !db_rows_is_null(rows, 0, AROUND_COMPARED),
        .is_current = !db_rows_is_null(rows, 0, AROUND_COMPARED) &&
                      strcmp(db_rows_text(rows, 0, AROUND_COMPARED),
                             db_rows_text(rows, 0, AROUND_BOOKS)) == 0,
        .touches = db_rows_bool(rows, 0, AROUND_TOUCHES),
        .has_past = db_rows_bool(rows, 0, AROUND_HAS_PAST),
        .has_purchases = db_rows_bool(rows, 0, AROUND_HAS_PURCHASES),
        .has_returns = true,
    };
}
