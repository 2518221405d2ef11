/* Pieces of the sentences that answers begin with and errors consist of. Names are what people and
 * banks wrote: they are quoted, cut to a readable length, and never carry what could deceive. */
#ifndef TOOLS_SUPPORT_SENTENCE_H
#define TOOLS_SUPPORT_SENTENCE_H

#include <stddef.h>

#include "base/buf.h"

/* The name in quotes, "Food: Groceries", at most 60 characters of it. */
void sentence_name(struct buf *text, const char *name);

/* The same without quotes, for names of the ledger within a summary. */
void sentence_plain_name(struct buf *text, const char *name);

/* "1 expense", "18 expenses". */
void sentence_count(struct buf *text, long long count, const char *singular, const char *plural);

#endif
