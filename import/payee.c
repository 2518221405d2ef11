/* Cleans the names of payees, word by word: phrases and dates off the front, places and numbers off
 * the end. It never invents a word and never changes one. */
#include "import/payee.h"

#include <string.h>

#include "import/fold.h"

enum {
    WORDS_MAX = 48,
    FOLDED_MAX = 64,
    PHRASE_MAX = 256,
    PHRASE_WORDS = 5, /* of the longest prefix */
    PLACE_WORDS = 2,
    CODE_LENGTH = 3, /* of a state or a country */
    WIDE_GAP = 3,    /* blanks that stand for the next column of the bank's form */
    NAME_LETTERS_LEAST = 2
};

struct word {
    const char *text;
    size_t length;
    size_t gap; /* blanks before it */
    size_t letters;
    bool is_reference;
    char folded[FOLDED_MAX];
};

struct words {
    size_t first;
    size_t end;
    struct word all[WORDS_MAX];
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

static size_t count(const struct word *word, bool (*is)(char))
{
    size_t n = 0;
    for (size_t i = 0; i < word->length; i++)
        n += is(word->text[i]) ? 1 : 0;
    return n;
}

/* Whether one of the characters is in the word. */
static bool has_one(const struct word *word, const char *characters)
{
    for (size_t i = 0; i < word->length; i++) {
        if (strchr(characters, word->text[i]))
            return true;
    }
    return false;
}

/* A number, a date, a time, a masked card, a telephone number, a code with many digits. */
static bool looks_like_reference(const struct word *word)
{
    size_t digits = count(word, is_digit);
    size_t letters = word->letters;
    size_t masks = 0;
    for (size_t i = 0; i < word->length; i++)
        masks += word->text[i] == '*' || word->text[i] == 'X' || word->text[i] == 'x' ? 1 : 0;
    if (masks >= 3 && masks + digits + 4 >= word->length)
        return true;
    if (letters == 0)
        return digits == 0 || digits >= 4 || word->text[0] == '#' ||
               (digits >= 3 && has_one(word, "./:-"));
    return digits >= 4 && digits >= letters;
}

static void split(const char *text, size_t length, struct words *words)
{
    words->first = 0;
    words->end = 0;
    size_t at = 0;
    while (words->end < WORDS_MAX) {
        size_t from = at;
        while (at < length && is_blank(text[at]))
            at++;
        if (at == length)
            break;
        struct word *word = &words->all[words->end++];
        word->gap = at - from;
        word->text = text + at;
        while (at < length && !is_blank(text[at]))
            at++;
        word->length = (size_t)(text + at - word->text);
        (void)import_fold(word->text, word->length, word->folded, sizeof(word->folded));
        word->letters = count(word, is_letter);
        word->is_reference = looks_like_reference(word);
    }
}

/* POS13SEP, ATM08SEP: the day of a card payment glued to what kind it was. */
static bool is_glued_day(const struct word *word)
{
    size_t n = 0;
    while (n < word->length && is_letter(word->text[n]))
        n++;
    size_t digits = 0;
    while (n + digits < word->length && is_digit(word->text[n + digits]))
        digits++;
    bool is_kind = n >= 3 && n <= 4 && digits == 2;
    return is_kind && word->length == n + 5 && is_letter(word->text[n + 2]);
}

/* The folded words from `from` on as one phrase, at most `most` of them; ends[n] is its length with
 * n + 1 words. Returns how many there are. */
static size_t join(const struct words *words, size_t from, size_t most, char phrase[PHRASE_MAX],
                   size_t *ends)
{
    size_t length = 0;
    size_t count = 0;
    for (size_t i = from; i < words->end && count < most; i++) {
        size_t size = strlen(words->all[i].folded);
        if (size == 0 || length + size + 2 > PHRASE_MAX)
            break;
        if (length > 0)
            phrase[length++] = ' ';
        memcpy(phrase + length, words->all[i].folded, size);
        length += size;
        ends[count++] = length;
    }
    return count;
}

/* How many words the longest prefix at the front has, 0 when none stands there. */
static size_t prefix_words(const struct words *words)
{
    char phrase[PHRASE_MAX];
    size_t ends[PHRASE_WORDS];
    size_t count = join(words, words->first, PHRASE_WORDS, phrase, ends);
    for (; count > 0; count--) {
        phrase[ends[count - 1]] = '\0';
        if (import_fold_in_list(import_payee_prefixes, import_payee_prefix_count, phrase))
            return count;
    }
    return 0;
}

/* One phrase or reference off the front, as long as a word is left. */
static bool drop_front(struct words *words)
{
    const struct word *word = &words->all[words->first];
    if (words->end - words->first < 2)
        return false;
    if (word->is_reference || is_glued_day(word)) {
        words->first++;
        return true;
    }
    size_t n = prefix_words(words);
    if (n == 0 || n >= words->end - words->first)
        return false;
    words->first += n;
    return true;
}

static bool has_name(const struct words *words, size_t end)
{
    size_t letters = 0;
    for (size_t i = words->first; i < end; i++)
        letters += words->all[i].is_reference ? 0 : words->all[i].letters;
    return letters >= NAME_LETTERS_LEAST;
}

/* "Ref:", "Ref." or "Ref 12345", but not "Ref" within a name. */
static bool is_ender(const struct words *words, size_t at)
{
    const struct word *word = &words->all[at];
    bool is_marked =
        has_one(word, ":.") || (at + 1 < words->end && words->all[at + 1].is_reference);
    return is_marked &&
           import_fold_in_list(import_payee_enders, import_payee_ender_count, word->folded);
}

/* What follows a wide gap, or a word such as "Ref", is no part of the name. */
static void cut_behind(struct words *words)
{
    for (size_t i = words->first + 1; i < words->end; i++) {
        const struct word *word = &words->all[i];
        bool ends = word->gap >= WIDE_GAP || is_ender(words, i);
        if (ends && has_name(words, i)) {
            words->end = i;
            return;
        }
    }
}

/* Codes of states and countries are written in capitals: "Toys R Us" has none. */
static bool is_upper(const struct word *word)
{
    for (size_t i = 0; i < word->length; i++) {
        if (word->text[i] >= 'a' && word->text[i] <= 'z')
            return false;
    }
    return true;
}

static bool is_place(const struct words *words, size_t *ret_from)
{
    for (size_t n = PLACE_WORDS; n > 0; n--) {
        char phrase[PHRASE_MAX];
        size_t ends[PLACE_WORDS];
        if (words->end - words->first <= n)
            continue;
        size_t from = words->end - n;
        if (join(words, from, n, phrase, ends) < n)
            continue;
        phrase[ends[n - 1]] = '\0';
        if (!import_fold_in_list(import_payee_places, import_payee_place_count, phrase))
            continue;
        *ret_from = from;
        return ends[n - 1] > CODE_LENGTH || is_upper(&words->all[from]);
    }
    return false;
}

static bool drop_back(struct words *words)
{
    if (words->end - words->first < 2 || !has_name(words, words->end - 1))
        return false;
    const struct word *last = &words->all[words->end - 1];
    size_t from = 0;
    if (last->is_reference) {
        words->end--;
        return true;
    }
    if (is_place(words, &from) && has_name(words, from)) {
        words->end = from;
        return true;
    }
    return false;
}

/* ",PAS999": the Dutch number of the card, glued to the city. */
static void cut_card(const char *text, size_t *length)
{
    static const char card[] = ",PAS";
    for (size_t at = 1; at + sizeof(card) <= *length; at++) {
        if (memcmp(text + at, card, sizeof(card) - 1) == 0 && is_digit(text[at + 4])) {
            *length = at;
            return;
        }
    }
}

/* "SQ *NAME", "AMZN Mktp US*2K3": the left or the right of the star is the name. */
static void cut_agent(const char **text, size_t *length)
{
    const char *star = memchr(*text, '*', *length);
    if (!star || star == *text)
        return;
    char agent[FOLDED_MAX];
    (void)import_fold(*text, (size_t)(star - *text), agent, sizeof(agent));
    size_t left = (size_t)(star - *text);
    for (const struct import_payee_agent *at = import_payee_agents; at->name; at++) {
        if (strcmp(at->name, agent) != 0)
            continue;
        if (at->keep_left) {
            *length = left;
        } else if (*length - left > 2) {
            *length -= left + 1;
            *text = star + 1;
        }
        return;
    }
}

static const struct entity {
    const char *text;
    char character;
} entities[] = {{"&amp;", '&'},  {"&lt;", '<'},    {"&gt;", '>'},
                {"&quot;", '"'}, {"&apos;", '\''}, {"&#39;", '\''}};

/* Some banks escape twice: what one decoding left is decoded here. */
static int without_entities(const char *text, size_t length, struct buf *out)
{
    int r = 0;
    size_t at = 0;
    while (at < length && r == 0) {
        size_t used = 0;
        for (size_t i = 0; i < ARRAY_LENGTH(entities) && used == 0; i++) {
            size_t size = strlen(entities[i].text);
            if (size <= length - at && memcmp(text + at, entities[i].text, size) == 0) {
                r = buf_append_char(out, entities[i].character);
                used = size;
            }
        }
        if (used == 0)
            r = buf_append_char(out, text[at]);
        at += used > 0 ? used : 1;
    }
    return r;
}

static int write_words(const struct words *words, struct buf *out)
{
    int r = 0;
    for (size_t i = words->first; i < words->end && r == 0; i++) {
        if (i > words->first)
            r = buf_append_char(out, ' ');
        if (r == 0)
            r = buf_append(out, words->all[i].text, words->all[i].length);
    }
    return r;
}

/* Punctuation that is left over at either end. */
static void trim_marks(struct words *words)
{
    struct word *first = &words->all[words->first];
    while (first->length > 1 && strchr(",;:-/.*_", first->text[0])) {
        first->text++;
        first->length--;
    }
    struct word *last = &words->all[words->end - 1];
    while (last->length > 1 && strchr(",;:-/*_", last->text[last->length - 1]))
        last->length--;
}

int import_payee_clean(const char *text, size_t length, struct buf *ret_payee)
{
    buf_reset(ret_payee);
    OWNED_BUF plain = BUF_INIT(ret_payee->cap);
    if (memchr(text, '&', length)) {
        int r = without_entities(text, length, &plain);
        if (r < 0)
            return r;
        text = buf_text(&plain);
        length = plain.length;
    }
    const char *whole = text;
    size_t whole_length = length;
    struct words words;
    cut_agent(&text, &length);
    cut_card(text, &length);
    split(text, length, &words);
    if (words.end > 0) {
        while (drop_front(&words)) {
        }
        cut_behind(&words);
        while (drop_back(&words)) {
        }
    }
    if (words.end == 0 || !has_name(&words, words.end))
        split(whole, whole_length, &words);
    if (words.end == 0)
        return 0;
    trim_marks(&words);
    return write_words(&words, ret_payee);
}
