/* Optimal string alignment distance over three rows. Bytes, not code points: names of arguments
 * are ASCII. */
#include "mcp/nearest.h"

#include <stdbool.h>
#include <string.h>

#include "base/own.h"

enum {
    NEAREST_LENGTH_MAX = 64,
    NEAREST_FAR = 255
};

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool same(char a, char b)
{
    return lower(a) == lower(b);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned nearest_distance(const char *a, const char *b)
{
    size_t length_a = strlen(a);
    size_t length_b = strlen(b);
    UNSET unsigned rows[3][NEAREST_LENGTH_MAX + 1];
    if (length_a > NEAREST_LENGTH_MAX || length_b > NEAREST_LENGTH_MAX)
        return NEAREST_FAR;
    for (size_t j = 0; j <= length_b; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= length_a; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3];
        const unsigned *twice_above = rows[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= length_b; j++) {
            unsigned change = same(a[i - 1], b[j - 1]) ? 0 : 1;
            row[j] = least(above[j - 1] + change, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = least(row[j], twice_above[j - 2] + 1);
        }
    }
    return rows[length_a % 3][length_b];
}

const char *nearest_of(const char *text, const char *best, const char *candidate)
{
    size_t length = strlen(text);
    size_t other = strlen(candidate);
    unsigned most = best ? nearest_distance(text, best) : (unsigned)(length / 3 + 1);
    /* Each byte that one has more is a step. */
    if ((length > other ? length - other : other - length) > most)
        return best;
    unsigned distance = nearest_distance(text, candidate);
    if (best ? distance < most : distance <= most)
        return candidate;
    return best;
}
