/* The :86: field of MT940, which each country's banks fill in their own way. */
#include <errno.h>
#include <string.h>

#include "import/mt940.h"

enum {
    WRAP_WIDTH = 61,  /* a line that is full goes on in the next one without a blank */
    PIECE_WIDTH = 27, /* likewise a numbered field */
    FIELD_NUMBERS = 100,
    TEXT_MAX = 4096 /* of one :86:, six lines of 65 by the standard */
};

/* A text of bounded size that is put together from pieces. */
struct joined {
    char text[TEXT_MAX];
    size_t length;
};

static void join(struct joined *to, const char *text, size_t length, bool with_blank)
{
    if (with_blank && to->length > 0 && to->length < TEXT_MAX)
        to->text[to->length++] = ' ';
    size_t room = TEXT_MAX - to->length;
    length = length < room ? length : room;
    memcpy(to->text + to->length, text, length);
    to->length += length;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The lines of the field as one text. */
static void unwrap(const char *text, size_t length, bool is_tight, struct joined *to)
{
    bool blank = false;
    while (length > 0) {
        const char *end = memchr(text, '\n', length);
        size_t n = end ? (size_t)(end - text) : length;
        join(to, text, n, blank);
        blank = !is_tight && n < WRAP_WIDTH;
        n += end ? 1 : 0;
        text += n;
        length -= n;
    }
}

/* "166?00GUTSCHRIFT?20…": three digits, then fields whose separator is the first sign. */
static bool is_numbered(const char *text, size_t length)
{
    if (length < 6 || !is_digit(text[0]) || !is_digit(text[1]) || !is_digit(text[2]))
        return false;
    bool is_sign = strchr("?<>~^!|*+", text[3]) != NULL && text[3];
    return is_sign && is_digit(text[4]) && is_digit(text[5]);
}

struct numbered {
    struct joined booking;
    struct joined purpose;
    struct joined name;
    struct joined account;
    bool purpose_is_full;
    bool name_is_full;
};

static void trim(const char **text, size_t *length)
{
    while (*length > 0 && (*text)[0] == ' ') {
        (*text)++;
        (*length)--;
    }
    while (*length > 0 && (*text)[*length - 1] == ' ')
        (*length)--;
}

static void take_numbered(struct numbered *fields, unsigned int number, const char *text,
                          size_t length)
{
    bool is_full = length >= PIECE_WIDTH;
    bool is_purpose = (number >= 20 && number <= 29) || (number >= 60 && number <= 63);
    if (is_purpose) {
        join(&fields->purpose, text, length, !fields->purpose_is_full);
        fields->purpose_is_full = is_full;
    } else if (number == 32 || number == 33) {
        trim(&text, &length);
        join(&fields->name, text, length, !fields->name_is_full);
        fields->name_is_full = is_full;
    } else if (number == 0) {
        join(&fields->booking, text, length, false);
    } else if (number == 38 || (number == 31 && fields->account.length == 0)) {
        fields->account.length = 0;
        join(&fields->account, text, length, false);
    }
}

static void split_numbered(const char *text, size_t length, struct numbered *fields)
{
    char separator = text[3];
    size_t at = 3;
    while (at + 2 < length) {
        unsigned int number = (unsigned int)((text[at + 1] - '0') * 10 + (text[at + 2] - '0'));
        size_t from = at + 3;
        at = from;
        while (at < length && !(text[at] == separator && at + 2 < length &&
                                is_digit(text[at + 1]) && is_digit(text[at + 2])))
            at++;
        if (number < FIELD_NUMBERS)
            take_numbered(fields, number, text + from, at - from);
    }
}

/* SEPA's own words within the purpose: EREF+ … SVWZ+ …; returns the text behind the word, up to the
 * next one. */
static bool find_sepa(const struct joined *purpose, const char *word, const char **ret_text,
                      size_t *ret_length)
{
    static const char *const words[] = {"EREF+", "KREF+", "MREF+", "CRED+", "DEBT+",
                                        "SVWZ+", "ABWA+", "ABWE+", "BIC+",  "IBAN+",
                                        "COAM+", "OAMT+", "MTLG:"};
    size_t size = strlen(word);
    const char *from = NULL;
    for (size_t at = 0; at + size <= purpose->length && !from; at++) {
        if (memcmp(purpose->text + at, word, size) == 0)
            from = purpose->text + at + size;
    }
    if (!from)
        return false;
    const char *end = purpose->text + purpose->length;
    for (const char *at = from; at < end; at++) {
        for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
            size_t n = strlen(words[i]);
            if ((size_t)(end - at) >= n && memcmp(at, words[i], n) == 0)
                end = at;
        }
    }
    *ret_text = from;
    *ret_length = (size_t)(end - from);
    return true;
}

static int set_purpose(struct import_entry *entry, const struct joined *purpose)
{
    const char *text = purpose->text;
    size_t length = purpose->length;
    int r = 0;
    if (find_sepa(purpose, "EREF+", &text, &length))
        r = import_entry_set(entry, ENTRY_REFERENCE, text, length);
    if (r == 0 && !find_sepa(purpose, "SVWZ+", &text, &length) &&
        !find_sepa(purpose, "MTLG:", &text, &length)) {
        text = purpose->text;
        length = purpose->length;
    }
    return r < 0 ? r : import_entry_set(entry, ENTRY_MEMO, text, length);
}

static int read_numbered(struct import_entry *entry, const char *text, size_t length)
{
    struct numbered fields = {0};
    split_numbered(text, length, &fields);
    int r = import_entry_add(entry, ENTRY_TYPE, " ", text, 3);
    if (r == 0)
        r = import_entry_add(entry, ENTRY_TYPE, " ", fields.booking.text, fields.booking.length);
    if (r == 0)
        r = import_entry_set(entry, ENTRY_PAYEE, fields.name.text, fields.name.length);
    if (r == 0 && fields.account.length > 0)
        r = import_entry_set(entry, ENTRY_COUNTER_ACCOUNT, fields.account.text,
                             fields.account.length);
    if (r == 0)
        r = set_purpose(entry, &fields.purpose);
    /* A collection has no name and no purpose of its own: what it is called must do. */
    if (r == 0 && entry->texts[ENTRY_MEMO].length == 0 && entry->texts[ENTRY_PAYEE].length == 0)
        r = import_entry_set(entry, ENTRY_MEMO, fields.booking.text, fields.booking.length);
    return r;
}

static const struct slash_word {
    const char *word;
    int text; /* enum import_entry_text, or -1: read over */
} slash_words[] = {
    {"NAME", ENTRY_PAYEE},
    {"REMI", ENTRY_MEMO},
    {"EREF", ENTRY_REFERENCE},
    {"IBAN", ENTRY_COUNTER_ACCOUNT},
    {"PY", ENTRY_MEMO},
    {"TRTP", ENTRY_TYPE},
    {"BENM", -1},
    {"ORDP", -1},
    {"MARF", -1},
    {"PREF", -1},
    {"RTRN", -1},
    {"ACCW", -1},
    {"ID", -1},
    {"ADDR", -1},
    {"CDTRREFTP", -1},
    {"CDTRREF", -1},
    {"CD", -1},
    {"ISDT", -1},
    {"ULTB", -1},
    {"ULTD", -1},
    {"PURP", -1},
    {"BIC", -1},
    {"CSID", -1},
    {"TRCD", -1},
    {"BUSP", -1},
    {"PT", -1},
    {"FT", -1},
    {"CNTP", -1},
    {"USTD", ENTRY_MEMO},
    {"STRD", ENTRY_MEMO},
    {"OCMT", -1},
    {"CHGS", -1},
};

static const struct slash_word *slash_word(const char *text, size_t length)
{
    for (size_t i = 0; i < ARRAY_LENGTH(slash_words); i++) {
        if (strlen(slash_words[i].word) == length && memcmp(slash_words[i].word, text, length) == 0)
            return &slash_words[i];
    }
    return NULL;
}

/* "/BENM//NAME/JOHN DOE/REMI/Invoice 1/2": a word between slashes names what follows. */
static int read_slashed(struct import_entry *entry, const char *text, size_t length)
{
    const struct slash_word *current = NULL;
    bool is_first = true;
    size_t at = 0;
    int r = 0;
    while (at < length && r == 0) {
        const char *end = memchr(text + at, '/', length - at);
        size_t n = end ? (size_t)(end - text) - at : length - at;
        const struct slash_word *word = slash_word(text + at, n);
        if (word) {
            current = word;
            is_first = true;
        } else if (current && current->text >= 0 && n > 0) {
            enum import_entry_text which = (enum import_entry_text)current->text;
            r = import_entry_add(entry, which, is_first ? " " : "/", text + at, n);
            is_first = false;
        }
        at += n + 1;
    }
    return r;
}

/* "999PN5477": a business code and the batch of the bank, before free text. */
static size_t code_length(const struct joined *whole)
{
    static const char pattern[] = "###PN####";
    size_t length = sizeof(pattern) - 1;
    if (whole->length <= length)
        return 0;
    for (size_t i = 0; i < length; i++) {
        bool fits = pattern[i] == '#' ? is_digit(whole->text[i]) : whole->text[i] == pattern[i];
        if (!fits)
            return 0;
    }
    return length;
}

int mt940_information(struct import_entry *entry, const char *text, size_t length)
{
    while (length > 0 && (text[0] == ' ' || text[0] == '\n')) {
        text++;
        length--;
    }
    struct joined whole = {.length = 0};
    bool numbered = is_numbered(text, length);
    unwrap(text, length, numbered, &whole);
    if (numbered)
        return read_numbered(entry, whole.text, whole.length);
    int r = 0;
    if (whole.length > 0 && whole.text[0] == '/')
        r = read_slashed(entry, whole.text, whole.length);
    bool has_text = entry->texts[ENTRY_MEMO].length > 0 || entry->texts[ENTRY_PAYEE].length > 0;
    if (r < 0 || has_text)
        return r;
    size_t code = code_length(&whole);
    return import_entry_set(entry, ENTRY_MEMO, whole.text + code, whole.length - code);
}
