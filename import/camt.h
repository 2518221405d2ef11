/* CAMT.053 while it is being read: camt.c drives the XML parser and keeps the path, camt_fields.c
 * knows the elements, camt_entry.c makes entries and statements of them. Private to import/. */
#ifndef IMPORT_CAMT_H
#define IMPORT_CAMT_H

#include "import/pass.h"

enum {
    CAMT_PATH_MAX = 512,
    CAMT_VALUE_MAX = 80
};

struct camt_value {
    char text[CAMT_VALUE_MAX];
    size_t length;
};

/* An amount as the file has it: the text, its currency, and C or D. */
struct camt_money {
    struct camt_value amount;
    char currency[4];
    bool is_debit;
    bool has_side;
};

/* One of the transactions that an entry is made of (TxDtls). */
struct camt_details {
    struct camt_money money;
    char debtor[IMPORT_SENTENCE_MAX];
    char creditor[IMPORT_SENTENCE_MAX];
    char debtor_account[IMPORT_FOUND_MAX];
    char creditor_account[IMPORT_FOUND_MAX];
    char end_to_end[IMPORT_FOUND_MAX];
    char servicer_ref[IMPORT_FOUND_MAX];
    char type[IMPORT_FOUND_MAX];
    struct buf memo;
    struct buf info; /* what the bank adds, where there is no memo */
    bool is_return;
};

struct camt_balance {
    struct camt_money money;
    char code[8];
};

struct camt_stored_balance {
    bool is_there;
    char currency[4];
    struct import_decimal amount;
};

struct camt {
    struct import_pass *pass;
    void *parser; /* XML_Parser */
    uint64_t fed;
    int error; /* of a handler; the parser only knows that it was stopped */
    size_t depth;
    size_t base;              /* depth of the statement that is open, 0 for none */
    char path[CAMT_PATH_MAX]; /* of the open element within the statement */
    size_t path_length;
    bool path_is_long; /* too long to be one that is known */
    size_t lost_depth; /* elements below the one whose path was too long */
    struct buf text;
    char currency[4]; /* attribute Ccy of the open element */

    bool has_statement;
    bool is_begun; /* the statement's totals are open */
    char account[IMPORT_ACCOUNT_MAX];
    char account_currency[4];
    struct camt_balance balance;
    struct camt_stored_balance opening;
    struct camt_stored_balance previous; /* PRCD: the closing one before */
    struct camt_stored_balance closing;
    struct camt_value declared_count;
    uint64_t count;

    struct camt_money money;
    struct camt_money original;
    struct camt_money charges;
    struct camt_value booking_date;
    struct camt_value value_date;
    char status[8];
    char family[16];
    char entry_ref[IMPORT_FOUND_MAX];
    char entry_type[IMPORT_FOUND_MAX];
    struct buf entry_info;
    size_t details_count;
    bool has_too_many_details;
    struct camt_details details;
};

/* The element at camt->path begins, or ends with camt->text. 0 or a negative errno. */
MUST_CHECK int camt_begin_element(struct camt *camt);
MUST_CHECK int camt_end_element(struct camt *camt);

void camt_begin_statement(struct camt *camt);
MUST_CHECK int camt_end_statement(struct camt *camt);
MUST_CHECK int camt_end_balance(struct camt *camt);
MUST_CHECK int camt_begin_entry(struct camt *camt, uint64_t line);
MUST_CHECK int camt_end_entry(struct camt *camt);
void camt_begin_details(struct camt *camt);
MUST_CHECK int camt_end_details(struct camt *camt);

uint64_t camt_line(const struct camt *camt);

#endif
