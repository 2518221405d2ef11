/* Folding by a table of the Latin letters U+00C0 to U+024F that bank files use. */
#include "import/fold.h"

#include <stdint.h>
#include <string.h>

#include "base/own.h"
#include "base/utf8.h"

enum {
    LATIN_FIRST = 0xc0,
    LATIN_LAST = 0x17f
};

/* One base letter for each code point from U+00C0; '.' is no letter, digits name a pair. */
static const char latin[] = "aaaaaa1ceeeeiiiidnooooo.ouuuuy23"  /* U+00C0 */
                            "aaaaaa1ceeeeiiiidnooooo.ouuuuy2y"  /* U+00E0 */
                            "aaaaaaccccccccddddeeeeeeeeeegggg"  /* U+0100 */
                            "gggghhhhiiiiiiiiii44jjkkklllllll"  /* U+0120 */
                            "lllnnnnnnnnnoooooo55rrrrrrssssss"  /* U+0140 */
                            "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs"; /* U+0160 */

static const char *const pairs[] = {"", "ae", "th", "ss", "ij", "oe"};

static const uint32_t romanian[] = {0x218, 's', 0x219, 's', 0x21a, 't', 0x21b, 't'};

/* The base letter or letters, NULL when the point is no Latin letter with a mark. */
static const char *latin_base(uint32_t point, char *ret_letter)
{
    if (point >= LATIN_FIRST && point <= LATIN_LAST) {
        char letter = latin[point - LATIN_FIRST];
        if (letter >= '1' && letter <= '5')
            return pairs[letter - '0'];
        ret_letter[0] = letter;
        return letter == '.' ? NULL : ret_letter;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(romanian); i += 2) {
        if (point == romanian[i]) {
            ret_letter[0] = (char)romanian[i + 1];
            return ret_letter;
        }
    }
    return NULL;
}

static bool is_upper(uint32_t point)
{
    return point >= 'A' && point <= 'Z';
}

static bool is_lower(uint32_t point)
{
    return point >= 'a' && point <= 'z';
}

static bool is_ascii_word(uint32_t point)
{
    bool is_digit = point >= '0' && point <= '9';
    return is_lower(point) || is_upper(point) || is_digit ||
           (point > ' ' && strchr("#%*+$", (int)point));
}

static bool is_word(uint32_t point)
{
    if (point < 0x80)
        return is_ascii_word(point);
    bool is_space = point == 0x3000 || point == 0xfeff || (point >= 0x2000 && point <= 0x206f);
    bool is_sign = point > 0x80 && point < LATIN_FIRST && point != 0xa3 && point != 0xa5;
    return !is_space && !is_sign && point != 0xfffd;
}

struct folding {
    char *out;
    size_t size;
    size_t length;
    bool gap;
};

static void put(struct folding *folding, const char *bytes, size_t length)
{
    size_t need = length + (folding->gap && folding->length > 0 ? 1 : 0);
    if (folding->length + need >= folding->size) {
        folding->size = folding->length + 1; /* full: what follows must not be glued on */
        return;
    }
    if (need > length)
        folding->out[folding->length++] = ' ';
    memcpy(folding->out + folding->length, bytes, length);
    folding->length += length;
    folding->gap = false;
}

/* One ASCII character: a letter of a word, or a gap. An upper case letter behind a lower case one
 * begins a word of its own. */
static void fold_ascii(struct folding *folding, unsigned char c, uint32_t before)
{
    if (is_upper(c)) {
        folding->gap = folding->gap || is_lower(before);
        c = (unsigned char)(c - 'A' + 'a');
    } else if (!is_ascii_word(c)) {
        folding->gap = true;
        return;
    }
    put(folding, (const char *)&c, 1);
}

static size_t fold_other(struct folding *folding, const char *text, size_t length)
{
    uint32_t point = 0;
    size_t n = utf8_decode(text, length, &point);
    char letter[2] = {0};
    const char *base = latin_base(point, letter);
    if (n == 0 || !is_word(point))
        folding->gap = true;
    else if (base)
        put(folding, base, strlen(base));
    else
        put(folding, text, n);
    return n > 0 ? n : 1;
}

size_t import_fold(const char *text, size_t length, char *ret_text, size_t size)
{
    struct folding folding = {.out = ret_text, .size = size};
    unsigned char before = 0;
    size_t at = 0;
    while (at < length) {
        unsigned char c = (unsigned char)text[at];
        if (c < 0x80) {
            fold_ascii(&folding, c, before);
            at++;
        } else {
            at += fold_other(&folding, text + at, length - at);
        }
        before = c;
    }
    ret_text[folding.length] = '\0';
    return folding.length;
}

bool import_fold_contains(const char *text, const char *words)
{
    size_t length = strlen(words);
    for (const char *at = strstr(text, words); at; at = strstr(at + 1, words)) {
        bool begins = at == text || at[-1] == ' ';
        bool ends = at[length] == '\0' || at[length] == ' ';
        if (begins && ends)
            return true;
    }
    return false;
}

bool import_fold_begins(const char *text, const char *words)
{
    size_t length = strlen(words);
    return strncmp(text, words, length) == 0 && (text[length] == '\0' || text[length] == ' ');
}

bool import_fold_in_list(const char *const *list, size_t count, const char *text)
{
    size_t from = 0;
    while (from < count) {
        size_t middle = from + (count - from) / 2;
        int order = strcmp(list[middle], text);
        if (order == 0)
            return true;
        if (order < 0)
            from = middle + 1;
        else
            count = middle;
    }
    return false;
}
