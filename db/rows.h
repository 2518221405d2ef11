/* Rows inside db/: a view on one libpq result, or on texts of the program's own. */
#ifndef DB_ROWS_H
#define DB_ROWS_H

#include <libpq-fe.h>

#include "db/query.h"

struct db_rows {
    PGresult *result;         /* NULL: `cells` instead, row by row */
    const char *const *cells; /* NULL for null */
    size_t count, columns;
};

static inline struct db_rows rows_of(PGresult *result)
{
    return (struct db_rows){result, NULL, (size_t)PQntuples(result), (size_t)PQnfields(result)};
}

#endif
