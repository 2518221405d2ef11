/* Folding and comparing names: what people consider the same spelling. Unicode 15 by utf8proc. */
#ifndef TOOLS_SUPPORT_FOLD_H
#define TOOLS_SUPPORT_FOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Letter case, accents (U+0300–036F) and compatibility forms gone, runs of blanks one blank, none
 * at the ends: "  CAFÉ  Noir" is "cafe noir". Other marks stay, for they carry meaning. The text of
 * the `folded` columns. NULL when out of memory. */
MUST_CHECK const char *fold_text(struct arena *arena, const char *text);

/* Insertions, deletions, replacements and swaps of neighbours (optimal string alignment) between
 * folded texts, in code points; `most` + 1 when there are more than `most`. */
int fold_distance(const char *one, const char *other, int most);

/* How many slips a name of this length is forgiven: 0 up to 3 code points, 1 up to 7, then 2. */
int fold_typos_allowed(const char *folded);

/* Whether all words of `folded` begin words of `name`, in order ("whole foo" in "whole foods
 * market"). */
bool fold_has_words(const char *name, const char *folded);

#endif
