/* "Did you mean": the most similar of some names. */
#ifndef MCP_NEAREST_H
#define MCP_NEAREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Letters to change, add, drop or swap with a neighbour to get from one text to the other, letter
 * case aside; at most 255, and 255 when a text is longer than 64 bytes. */
unsigned nearest_distance(const char *a, const char *b);

/* What tells at once that two names are far apart. */
struct nearest_name {
    const char *text; /* borrowed */
    size_t length;
    uint64_t letters; /* one bit for each that is in it, letter case aside; some share one */
};

struct nearest_name nearest_name(const char *text);

/* A search: nearest_begin(), nearest_try() for each candidate, and then `best` is the nearest of them,
 * the first one among equals, NULL when none resembles the name. */
struct nearest {
    const char *best;
    unsigned most;   /* a better one is at most so far away */
    bool is_settled; /* there can be no better one */
    struct nearest_name name;
};

void nearest_begin(struct nearest *nearest, const char *name);
void nearest_try(struct nearest *nearest, const struct nearest_name *candidate);

/* The same for a candidate that is looked at once. */
void nearest_try_text(struct nearest *nearest, const char *candidate);

#endif
