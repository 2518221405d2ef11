/* "Did you mean": the most similar of some names. */
#ifndef MCP_NEAREST_H
#define MCP_NEAREST_H

#include <stddef.h>

/* Letters to change, add, drop or swap with a neighbour to get from one text to the other, letter
 * case aside; at most 255, and 255 when a text is longer than 64 bytes. */
unsigned nearest_distance(const char *a, const char *b);

/* The nearest of `best` (may be NULL) and `candidate`, NULL when neither resembles `text`. */
const char *nearest_of(const char *text, const char *best, const char *candidate);

#endif
