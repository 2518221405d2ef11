/* What a file adds up to: by currency, and by statement with its balances. Private to import/. */
#ifndef IMPORT_TOTALS_H
#define IMPORT_TOTALS_H

#include "import/entry.h"

/* A column of balances, checked from row to row in both directions: oldest first and newest first.
 * Rows without a balance in between are bridged. */
struct import_running {
    uint64_t rows;     /* with a balance */
    uint64_t forward;  /* links that hold when the oldest row comes first */
    uint64_t backward; /* when the newest comes first */
    struct import_decimal first_balance;
    struct import_decimal first_before; /* sum of the rows up to and with the first balance */
    struct import_decimal last_balance;
    struct import_decimal since;      /* rows behind the last balance, for `forward` */
    struct import_decimal since_with; /* the same and the last balance's own row */
    struct import_decimal first_amount;
};

struct import_account_total {
    char account[IMPORT_ACCOUNT_MAX];
    char currency[4];
    uint64_t count;
    bool is_mixed; /* entries in other currencies: the balances cannot be checked */
    struct import_decimal debits;
    struct import_decimal credits;
    bool has_opening;
    bool has_closing;
    struct import_decimal opening;
    struct import_decimal closing;
    struct import_running running;
};

struct import_currency_total {
    char currency[4];
    uint64_t count;
    uint64_t pending;
    struct import_decimal debits;
    struct import_decimal credits;
    struct import_decimal pending_sum;
};

struct import_totals {
    struct import_day first;
    struct import_day last;
    uint64_t transactions;
    uint64_t pending;
    size_t currency_count;
    struct import_currency_total currencies[IMPORT_CURRENCIES_MAX];
    size_t account_count; /* open ones */
    size_t current;       /* the one that entries belong to */
    struct import_account_total accounts[IMPORT_ACCOUNTS_MAX];
    /* Of the statements that are closed. */
    size_t statements;
    uint64_t adding_up;
    uint64_t differing;
    struct import_statement only; /* the first, with its texts below */
    char only_account[IMPORT_ACCOUNT_MAX];
};

/* The account that the next entries belong to: a new one, or one seen before. -EMSGSIZE beyond
 * IMPORT_ACCOUNTS_MAX open ones. */
MUST_CHECK int import_totals_select(struct import_totals *totals, const char *account,
                                    const char *currency);

/* Of the selected account. */
struct import_account_total *import_totals_account(struct import_totals *totals);

/* Counts an entry for its currency and for the selected account. -EMSGSIZE beyond
 * IMPORT_CURRENCIES_MAX. */
MUST_CHECK int import_totals_add(struct import_totals *totals, const struct import_entry *entry);

/* What the oldest open account comes to, and forgets it; the texts are borrowed from `totals`. False
 * when none is open. */
bool import_totals_close(struct import_totals *totals, struct import_statement *ret_statement);

void import_totals_summary(const struct import_totals *totals, struct import_summary *summary);

#endif
