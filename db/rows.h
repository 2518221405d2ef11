/* Rows inside db/: a view on one libpq result. */
#ifndef DB_ROWS_H
#define DB_ROWS_H

#include <libpq-fe.h>

#include "db/query.h"

struct db_rows {
    PGresult *result;
};

#endif
