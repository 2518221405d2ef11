/* Rows inside db/: a view on one libpq result, or on texts of the program's own. */
#ifndef DB_ROWS_H
#define DB_ROWS_H

#include <libpq-fe.h>

#include "db/query.h"

struct db_rows {
    PGresult *result; /* may be NULL when all rows are cells */
    size_t count, columns;
    const char *const *cells; /* of the first rows, instead of the result's; NULL for null */
    size_t cell_rows, cell_columns;
};

static inline struct db_rows rows_of(PGresult *result)
{
    return (struct db_rows){
        .result = result, .count = (size_t)PQntuples(result), .columns = (size_t)PQnfields(result)};
}

#endif
