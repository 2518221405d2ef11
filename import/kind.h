/* What kind of transaction an entry is, by its sign, the bank's code and its words. Private to
 * import/. */
#ifndef IMPORT_KIND_H
#define IMPORT_KIND_H

#include "import/entry.h"

enum {
    IMPORT_KIND_WORDS = 128 /* more than there are */
};

/* The words of kind.c by their first letter, so that one text is looked through once. */
struct import_kind_index {
    uint8_t first[2][27]; /* 1 is the first word; 0: none */
    uint8_t next[2][IMPORT_KIND_WORDS];
};

void import_kind_index(struct import_kind_index *index);

enum import_kind import_kind_guess(const struct import_kind_index *index,
                                   const struct import_entry *entry);

#endif
