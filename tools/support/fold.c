/* Folding by utf8proc and edit distance. It does not know what kind of name it holds. */
#include "tools/support/fold.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "tools/support/limits.h"

enum {
    ACCENT_FIRST = 0x300,
    ACCENT_LAST = 0x36F,
    DISTANCE_MAX_POINTS = PATH_MAX_POINTS
};

static bool is_accent(utf8proc_int32_t point)
{
    return point >= ACCENT_FIRST && point <= ACCENT_LAST;
}

static bool is_blank(utf8proc_int32_t point)
{
    return point == ' ' || (point >= '\t' && point <= '\r') || point == 0x85 ||
           utf8proc_category(point) == UTF8PROC_CATEGORY_ZS;
}

/* Encodes the points without accents and with single blanks. */
static size_t write_points(const utf8proc_int32_t *points, size_t count, char *text)
{
    size_t length = 0;
    bool wants_blank = false;
    for (size_t i = 0; i < count; i++) {
        if (is_accent(points[i]))
            continue;
        if (is_blank(points[i])) {
            wants_blank = length > 0;
            continue;
        }
        if (wants_blank)
            text[length++] = ' ';
        wants_blank = false;
        length += utf8_encode((uint32_t)points[i], text + length);
    }
    return length;
}

/* ASCII, as most names are, needs no tables. The folded text, or NULL for another text. */
static const char *fold_ascii(char *folded, const char *text)
{
    size_t length = 0;
    bool wants_blank = false;
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c >= 0x80)
            return NULL;
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            wants_blank = length > 0;
            continue;
        }
        if (wants_blank)
            folded[length++] = ' ';
        wants_blank = false;
        folded[length++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    folded[length] = '\0';
    return folded;
}

static const char *fold_any(struct arena *arena, const char *text)
{
    static const utf8proc_option_t options =
        (utf8proc_option_t)(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                            UTF8PROC_STABLE);
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text;
    utf8proc_ssize_t length = (utf8proc_ssize_t)strlen(text);
    utf8proc_ssize_t room = utf8proc_decompose(bytes, length, NULL, 0, options);
    if (room < 0)
        return arena_strdup(arena, "");
    utf8proc_int32_t *points = mem_calloc((size_t)room + 1, sizeof(*points));
    char *folded = arena_alloc(arena, (size_t)room * 4 + 1);
    if (!points || !folded) {
        mem_free(points);
        return NULL;
    }
    utf8proc_ssize_t count = utf8proc_decompose(bytes, length, points, room, options);
    size_t written = count > 0 ? write_points(points, (size_t)count, folded) : 0;
    folded[written] = '\0';
    mem_free(points);
    return folded;
}

const char *fold_text(struct arena *arena, const char *text)
{
    char *room = arena_alloc(arena, strlen(text) + 1);
    const char *folded = room ? fold_ascii(room, text) : NULL;
    return folded || !room ? folded : fold_any(arena, text);
}

static size_t decode(const char *text, uint32_t *points)
{
    size_t length = strlen(text);
    size_t count = 0;
    uint32_t point;
    for (size_t at = 0; at < length && count < DISTANCE_MAX_POINTS;) {
        size_t bytes = utf8_decode(text + at, length - at, &point);
        if (bytes == 0)
            break;
        points[count++] = point;
        at += bytes;
    }
    return count;
}

static int smallest(int a, int b, int c)
{
    int least = a < b ? a : b;
    return least < c ? least : c;
}

int fold_distance(const char *one, const char *other, int most)
{
    uint32_t a[DISTANCE_MAX_POINTS];
    uint32_t b[DISTANCE_MAX_POINTS];
    int rows[3][DISTANCE_MAX_POINTS + 1];
    int a_count = (int)decode(one, a);
    int b_count = (int)decode(other, b);
    if (abs(a_count - b_count) > most)
        return most + 1;
    int *before = rows[0];
    int *previous = rows[1];
    int *current = rows[2];
    for (int j = 0; j <= b_count; j++)
        previous[j] = j;
    for (int i = 1; i <= a_count; i++) {
        int best = current[0] = i;
        for (int j = 1; j <= b_count; j++) {
            int cost = a[i - 1] == b[j - 1] ? 0 : 1;
            current[j] = smallest(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost);
            bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (is_swap && before[j - 2] + 1 < current[j])
                current[j] = before[j - 2] + 1;
            best = current[j] < best ? current[j] : best;
        }
        if (best > most)
            return most + 1;
        int *oldest = before;
        before = previous;
        previous = current;
        current = oldest;
    }
    return previous[b_count] > most ? most + 1 : previous[b_count];
}

int fold_typos_allowed(const char *folded)
{
    size_t points = utf8_count(folded, strlen(folded));
    if (points <= 3)
        return 0;
    return points <= 7 ? 1 : 2;
}

static const char *next_word(const char *text)
{
    const char *blank = strchr(text, ' ');
    return blank ? blank + 1 : text + strlen(text);
}

bool fold_has_words(const char *name, const char *folded)
{
    while (*folded != '\0') {
        const char *end = next_word(folded);
        size_t length = (size_t)(end - folded) - (*end != '\0' ? 1 : 0);
        while (*name != '\0' && strncmp(name, folded, length) != 0)
            name = next_word(name);
        if (*name == '\0')
            return false;
        name = next_word(name);
        folded = end;
    }
    return true;
}
