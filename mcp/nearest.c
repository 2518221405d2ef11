/* Optimal string alignment distance over three rows. Bytes, not code points: names of arguments
 * are ASCII. */
#include "mcp/nearest.h"

#include <stdint.h>
#include <string.h>

#include "base/own.h"

enum {
    NEAREST_LENGTH_MAX = 64,
    NEAREST_FAR = 255
};

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Copies in lower case. Returns one bit for each letter that is there; some share one. */
static uint64_t lower(char *to, const char *text, size_t length)
{
    uint64_t letters = 0;
    for (size_t i = 0; i < length; i++) {
        to[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + ('a' - 'A') : text[i]);
        letters |= UINT64_C(1) << (to[i] & 63);
    }
    return letters;
}

/* Row `i`: the ways from the first `i` bytes of `a` to each beginning of `b`. Returns the shortest. */
static unsigned fill_row(unsigned rows[3][NEAREST_LENGTH_MAX + 1], size_t i, const char *a,
                         const char *b, size_t length_b)
{
    unsigned *row = rows[i % 3];
    const unsigned *above = rows[(i + 2) % 3];
    const unsigned *twice_above = rows[(i + 1) % 3];
    unsigned shortest = row[0] = (unsigned)i;
    for (size_t j = 1; j <= length_b; j++) {
        row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]), least(above[j], row[j - 1]) + 1);
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            row[j] = least(row[j], twice_above[j - 2] + 1);
        shortest = least(shortest, row[j]);
    }
    return shortest;
}

/* The distance, or anything above `most` where it is above that. */
static unsigned distance_up_to(const char *text_a, const char *text_b, unsigned most)
{
    size_t length_a = strlen(text_a);
    size_t length_b = strlen(text_b);
    UNSET unsigned rows[3][NEAREST_LENGTH_MAX + 1];
    UNSET char a[NEAREST_LENGTH_MAX];
    UNSET char b[NEAREST_LENGTH_MAX];
    unsigned before = 0;
    if (length_a > NEAREST_LENGTH_MAX || length_b > NEAREST_LENGTH_MAX)
        return NEAREST_FAR;
    /* Each byte that one has more is a step. */
    if ((length_a > length_b ? length_a - length_b : length_b - length_a) > most)
        return NEAREST_FAR;
    uint64_t in_a = lower(a, text_a, length_a);
    uint64_t in_b = lower(b, text_b, length_b);
    /* So is each letter that only one has. */
    if ((unsigned)__builtin_popcountll(in_a & ~in_b) > most ||
        (unsigned)__builtin_popcountll(in_b & ~in_a) > most)
        return NEAREST_FAR;
    for (size_t j = 0; j <= length_b; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= length_a; i++) {
        unsigned shortest = fill_row(rows, i, a, b, length_b);
        /* Every way on leads through one of two rows in succession. */
        if (shortest > most && before > most)
            return NEAREST_FAR;
        before = shortest;
    }
    return rows[length_a % 3][length_b];
}

unsigned nearest_distance(const char *a, const char *b)
{
    return distance_up_to(a, b, NEAREST_FAR);
}

const char *nearest_of(const char *text, const char *best, const char *candidate)
{
    unsigned most = best ? nearest_distance(text, best) : (unsigned)(strlen(text) / 3 + 1);
    if (strlen(text) > NEAREST_LENGTH_MAX || (best && most == 0))
        return best;
    /* A later one must be nearer. */
    unsigned enough = best ? most - 1 : most;
    return distance_up_to(text, candidate, enough) <= enough ? candidate : best;
}
