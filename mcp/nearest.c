/* Optimal string alignment distance over three rows. Bytes, not code points: names of arguments
 * are ASCII. */
#include "mcp/nearest.h"

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

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static void copy_lower(char *to, const struct nearest_name *name)
{
    for (size_t i = 0; i < name->length; i++)
        to[i] = lower(name->text[i]);
}

struct nearest_name nearest_name(const char *text)
{
    struct nearest_name name = {.text = text};
    for (; text[name.length]; name.length++)
        name.letters |= UINT64_C(1) << (lower(text[name.length]) & 63);
    return name;
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

static bool has_more_bits(uint64_t bits, unsigned most)
{
    for (; bits && most > 0; most--)
        bits &= bits - 1;
    return bits;
}

/* Whether it takes more than `most` steps for sure: each byte that one has more is a step, and so is
 * each letter that only one has. */
static bool is_far(const struct nearest_name *a, const struct nearest_name *b, unsigned most)
{
    size_t more = a->length > b->length ? a->length - b->length : b->length - a->length;
    return a->length > NEAREST_LENGTH_MAX || b->length > NEAREST_LENGTH_MAX || more > most ||
           has_more_bits(a->letters & ~b->letters, most) ||
           has_more_bits(b->letters & ~a->letters, most);
}

/* The distance of two names that are not far apart, or anything above `most` where it is above that. */
static unsigned distance_up_to(const struct nearest_name *a, const struct nearest_name *b,
                               unsigned most)
{
    UNSET unsigned rows[3][NEAREST_LENGTH_MAX + 1];
    UNSET char text_a[NEAREST_LENGTH_MAX];
    UNSET char text_b[NEAREST_LENGTH_MAX];
    unsigned before = 0;
    copy_lower(text_a, a);
    copy_lower(text_b, b);
    for (size_t j = 0; j <= b->length; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a->length; i++) {
        unsigned shortest = fill_row(rows, i, text_a, text_b, b->length);
        /* Every way on leads through one of two rows in succession. */
        if (shortest > most && before > most)
            return NEAREST_FAR;
        before = shortest;
    }
    return rows[a->length % 3][b->length];
}

void nearest_begin(struct nearest *nearest, const char *name)
{
    *nearest = (struct nearest){.name = nearest_name(name)};
    nearest->most = (unsigned)(nearest->name.length / 3 + 1);
}

void nearest_try(struct nearest *nearest, const struct nearest_name *candidate)
{
    if (nearest->is_settled || is_far(&nearest->name, candidate, nearest->most))
        return;
    unsigned distance = distance_up_to(&nearest->name, candidate, nearest->most);
    if (distance > nearest->most)
        return;
    nearest->best = candidate->text;
    /* A later one must be nearer. */
    nearest->is_settled = distance == 0;
    nearest->most = distance - !nearest->is_settled;
}

void nearest_try_text(struct nearest *nearest, const char *candidate)
{
    struct nearest_name name = nearest_name(candidate);
    nearest_try(nearest, &name);
}

unsigned nearest_distance(const char *a, const char *b)
{
    struct nearest_name name_a = nearest_name(a);
    struct nearest_name name_b = nearest_name(b);
    return is_far(&name_a, &name_b, NEAREST_FAR) ? NEAREST_FAR
                                                 : distance_up_to(&name_a, &name_b, NEAREST_FAR);
}
