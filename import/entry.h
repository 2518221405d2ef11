/* One transaction while it is being read: what a reader of a format fills in, field by field. The
 * buffers are used again for the next one. Private to import/. */
#ifndef IMPORT_ENTRY_H
#define IMPORT_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "import/date.h"
#include "import/decimal.h"
#include "import/import.h"

enum import_entry_text {
    ENTRY_PAYEE,
    ENTRY_MEMO,
    ENTRY_CATEGORY,
    ENTRY_TAGS,
    ENTRY_TYPE,
    ENTRY_ACCOUNT,
    ENTRY_COUNTER_ACCOUNT,
    ENTRY_CURRENCY,
    ENTRY_ID,
    ENTRY_REFERENCE,
    ENTRY_RATE,
    ENTRY_ORIGINAL_CURRENCY,
    ENTRY_TEXTS
};

enum import_entry_amount {
    ENTRY_AMOUNT,
    ENTRY_BALANCE,
    ENTRY_FEE,
    ENTRY_ORIGINAL,
    ENTRY_AMOUNTS
};

enum import_split_text {
    SPLIT_AMOUNT,
    SPLIT_CATEGORY,
    SPLIT_PAYEE,
    SPLIT_MEMO,
    SPLIT_TEXTS
};

struct import_entry {
    uint64_t line;
    struct import_day date;
    struct import_day posted;
    struct import_day value;
    struct import_decimal amounts[ENTRY_AMOUNTS];
    bool has[ENTRY_AMOUNTS];
    bool pending;
    bool reversal;
    bool is_transfer; /* the file says so */
    bool is_card;     /* of a credit card's account */
    bool is_cut;      /* a text was longer than IMPORT_TEXT_MAX */
    struct buf texts[ENTRY_TEXTS];
    size_t split_count;
    struct buf split_items; /* struct import_split_item */
    struct buf split_texts; /* each with its NUL */
    struct import_split *splits;
    size_t split_room;
};

void import_entry_init(struct import_entry *entry);
void import_entry_free(struct import_entry *entry);

/* Empties everything and keeps the memory. */
void import_entry_reset(struct import_entry *entry);

/* Sets a text, or adds to it behind `separator` when it is not empty; blanks around the piece are
 * left out. What goes beyond IMPORT_TEXT_MAX is cut off and noted. */
MUST_CHECK int import_entry_set(struct import_entry *entry, enum import_entry_text which,
                                const char *text, size_t length);
MUST_CHECK int import_entry_add(struct import_entry *entry, enum import_entry_text which,
                                const char *separator, const char *text, size_t length);

/* Sets a text as it is, blanks and all. */
MUST_CHECK int import_entry_exact(struct import_entry *entry, enum import_entry_text which,
                                  const char *text, size_t length);

static inline const char *import_entry_text(const struct import_entry *entry,
                                            enum import_entry_text which)
{
    return buf_text(&entry->texts[which]);
}

static inline void import_entry_amount(struct import_entry *entry, enum import_entry_amount which,
                                       struct import_decimal amount)
{
    entry->amounts[which] = amount;
    entry->has[which] = true;
}

/* A new part; its texts are set one after the other. -EMSGSIZE beyond IMPORT_SPLITS_MAX. */
MUST_CHECK int import_entry_split(struct import_entry *entry);
/* A text of the newest part; an earlier one is replaced. */
MUST_CHECK int import_entry_split_text(struct import_entry *entry, enum import_split_text which,
                                       const char *text, size_t length);

/* The parts for a callback, borrowed from the entry until its next change. */
MUST_CHECK int import_entry_splits(struct import_entry *entry, const struct import_split **ret);

#endif
