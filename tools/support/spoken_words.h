/* Words of the summary sentences (spoken.c) for the kind and the state that a filter asks for. */
#ifndef TOOLS_SUPPORT_SPOKEN_WORDS_H
#define TOOLS_SUPPORT_SPOKEN_WORDS_H

#include <stdbool.h>

#include "base/buf.h"
#include "tools/support/filter.h"

/* The kind that the sentence speaks of: refunds by their state are refunds, whatever kinds may come. */
const char *spoken_kind(const struct filter *filter);
bool spoken_is_of_expenses(const struct filter *filter);
bool spoken_is_deleted(const struct filter *filter);

/* "expenses"; "entries" for all kinds. */
const char *spoken_noun(const char *kind);

/* In front of a sum: "Only what is pending: ". */
void spoken_say_state(struct buf *text, const struct filter *filter);

/* "There are no pending expenses". */
void spoken_say_nothing(struct buf *text, const struct filter *filter);

#endif
