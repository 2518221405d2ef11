/* Rows of a bank's file on their way into the database: one array per column of import_rows, sent and
 * emptied again every IMPORT_CHUNK_ROWS rows; and the accounts of the file. */
#ifndef TOOLS_SUPPORT_IMPORT_COLUMNS_H
#define TOOLS_SUPPORT_IMPORT_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "import/import.h"

/* In the order of the parameters of import_stage.sql, stage: $3 and on. */
enum import_stage_column {
    STAGE_N,
    STAGE_ENTRY,
    STAGE_PART,
    STAGE_LINE,
    STAGE_DATE,
    STAGE_AMOUNT,
    STAGE_CURRENCY,
    STAGE_FOUND,
    STAGE_PENDING,
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
    STAGE_COLUMNS
};

struct import_account {
    char number[IMPORT_ACCOUNT_MAX];
    char currency[4];
    uint64_t rows;
    char opening[IMPORT_AMOUNT_TEXT_MAX];
    char closing[IMPORT_AMOUNT_TEXT_MAX];
};

struct import_columns {
    const char *today;    /* of a pending row without a date */
    const char *currency; /* of a row that has none */
    const char *account;  /* number of rows that name none; "" if the file does not either */
    struct arena scratch; /* of one chunk */
    struct buf columns[STAGE_COLUMNS];
    size_t rows; /* of the chunk */
    uint64_t n;  /* of the file */
    bool has_assumed_currency;
    size_t account_count;
    struct import_account accounts[IMPORT_ACCOUNTS_MAX];
    char why[IMPORT_SENTENCE_MAX]; /* of a row that was refused */
};

void import_columns_init(struct import_columns *columns);
void import_columns_free(struct import_columns *columns);

/* Adds a transaction, as one row or one for each of its parts. 0; 1 when it does not fit into the
 * books (why says so); -EMSGSIZE (too many accounts); -ENOMEM. */
MUST_CHECK int import_columns_add(struct import_columns *columns,
                                  const struct import_transaction *t);

/* The balances of an account. */
void import_columns_statement(struct import_columns *columns, const struct import_statement *s);

/* Ends the arrays; `ret_values` gets STAGE_COLUMNS texts, good until import_columns_empty(). */
MUST_CHECK int import_columns_end(struct import_columns *columns, const char **ret_values);
void import_columns_empty(struct import_columns *columns);

#endif
