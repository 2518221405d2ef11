/* Rows of a bank's file on their way into the database: one array per column of import_rows, sent and
 * emptied again every IMPORT_CHUNK_ROWS rows; and the accounts of the file. A column that says the
 * same in every row of a chunk goes as that one value.
 *
 * Each row gets its key here: what the bank calls it, or a hash of what it says. Whether an earlier
 * row of the file has the same key is known only roughly (no table of a million keys is kept): rows
 * of which it may be so have no verdict, and import_stage.sql settles them. */
#ifndef TOOLS_SUPPORT_IMPORT_COLUMNS_H
#define TOOLS_SUPPORT_IMPORT_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "import/import.h"
#include "tools/support/date.h"
#include "tools/support/import_key.h"
#include "tools/support/limits.h"

/* In the order of the parameters of import_stage.sql, stage: $3 and $4 are the first and the last number,
 * two for each column follow. */
enum import_stage_column {
    STAGE_ENTRY,
    STAGE_PART,
    STAGE_LINE,
    STAGE_DATE,
    STAGE_AMOUNT,
    STAGE_CURRENCY,
    STAGE_FOUND,
    STAGE_PENDING,
    STAGE_KEY,
    STAGE_VERDICT,
    STAGE_PAYEE,
    STAGE_PAYEE_FOLDED,
    STAGE_ORIGINAL,
    STAGE_MEMO,
    STAGE_CATEGORY,
    STAGE_CATEGORY_FOLDED,
    STAGE_TAGS,
    STAGE_TAGS_FOLDED,
    STAGE_NUMBER,
    STAGE_COUNTER,
    STAGE_BANK_ID,
    STAGE_REFERENCE,
    STAGE_COLUMNS,
    STAGE_VALUES = 2 + 2 * STAGE_COLUMNS
};

enum {
    IMPORT_NUMBER_TEXT = 24
};

struct import_account {
    char number[4 * NAME_MAX_POINTS + 1]; /* as rows have it: cut to what a name may be long */
    char currency[4];
    uint64_t rows;
    char opening[IMPORT_AMOUNT_TEXT_MAX];
    char closing[IMPORT_AMOUNT_TEXT_MAX];
};

/* One column of a chunk: while all values are equal, that value and their number. */
struct import_column_values {
    struct buf array, first;
    size_t count;   /* of equal ones */
    int64_t number; /* the first, of a column of numbers */
    bool is_null;   /* what they are */
    bool differs;   /* they are in the array */
};

struct import_columns {
    const char *scheme;   /* the first part of the keys of rows */
    const char *today;    /* of a pending row without a date */
    const char *currency; /* of a row that has none */
    const char *account;  /* number of rows that name none; "" if the file does not either */
    struct arena scratch; /* of one chunk */
    char first_n[IMPORT_NUMBER_TEXT], last_n[IMPORT_NUMBER_TEXT]; /* of one that is ended */
    struct import_column_values columns[STAGE_COLUMNS];
    struct import_seen *seen;                                 /* keys of the file */
    bool has_doubtful;                                        /* a row without a verdict */
    bool has_income;                                          /* a payee that money came from */
    bool has_returns;                                         /* … and went to as well, maybe */
    uint64_t fresh, empty, transfers;                         /* rows; the last are fresh ones */
    bool has_parts;                                           /* a row that is a part of an entry */
    size_t rows;                                              /* of the chunk */
    uint64_t n;                                               /* of the file */
    char first_day[DATE_TEXT_SIZE], last_day[DATE_TEXT_SIZE]; /* of all rows, "" before the first */
    bool has_assumed_currency;
    size_t account_count;
    struct import_account accounts[IMPORT_ACCOUNTS_MAX];
    char why[IMPORT_SENTENCE_MAX]; /* of a row that was refused */
};

/* `file_bytes`: how large the file is. */
MUST_CHECK int import_columns_init(struct import_columns *columns, uint64_t file_bytes);
void import_columns_free(struct import_columns *columns);

/* Adds a transaction, as one row or one for each of its parts. 0; 1 when it does not fit into the
 * books (why says so); -EMSGSIZE (too many accounts); -ENOMEM. */
MUST_CHECK int import_columns_add(struct import_columns *columns,
                                  const struct import_transaction *t);

/* The balances of an account. */
void import_columns_statement(struct import_columns *columns, const struct import_statement *s);

/* Ends the arrays; `ret_values` gets the numbers of the first and last row, and two values for each column,
 * an array and what all rows say (or NULL), good until import_columns_empty(). `ret_lengths`: of arrays
 * that are binary, 0 for texts. */
MUST_CHECK int import_columns_end(struct import_columns *columns,
                                  const char *ret_values[STAGE_VALUES],
                                  size_t ret_lengths[STAGE_VALUES]);
void import_columns_empty(struct import_columns *columns);

#endif
