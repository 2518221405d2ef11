/* The statements that a pool has met, each with a small number and the name under which connections
 * keep it prepared. The name is made from the SQL text: two processes behind one pooler that meet
 * under a name mean the same SQL. Used inside db/ only. */
#ifndef DB_STATEMENTS_H
#define DB_STATEMENTS_H

#include <stdint.h>

#include "db/limits.h"
#include "db/query.h"

struct statement_entry {
    const struct db_statement *statement;
    const char *sql;
    uint64_t hash;
    unsigned number; /* below DB_STATEMENTS_MAX; equal for equal SQL */
    char name[DB_STATEMENT_NAME_MAX];
};

struct statements {
    struct statement_entry **slots; /* open addressing by address; twice as many as entries */
    unsigned count;                 /* entries */
    unsigned numbers;               /* numbers given out */
};

void statements_free(struct statements *statements);

/* NULL for a statement that is not to be kept (it has no name), when the table is full or when
 * memory is short: it runs unnamed then. Borrowed until the table is freed. */
const struct statement_entry *statements_find(struct statements *statements,
                                              const struct db_statement *statement);

/* --- copies of what a caller wants to run ---------------------------------------------------- */

struct step {
    struct db_statement statement;       /* its texts are borrowed, they are constant */
    const struct statement_entry *entry; /* NULL: unnamed */
    char **values;
    int *lengths, *formats; /* of the values, as libpq takes them; NULL: all are text */
};

/* One block of memory (mem_free() it) with the steps and all their values. `lengths`: of the values of
 * the only step, of those that are binary (db_tx_run_binary()), or NULL. 0, -ENOMEM, or -E2BIG over a
 * limit. */
MUST_CHECK int steps_copy(struct statements *statements, const struct db_step *steps, size_t count,
                          const size_t *lengths, struct step **ret_copy);

#endif
