/* Converts to UTF-8. UTF-8 itself is checked here; everything else goes through iconv(3), one
 * character at a time where a byte fits none. Which character set it is: charset_guess.c. */
#include "import/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum {
    PENDING_MAX = 8, /* bytes of a character that the next piece completes */
    OUT_SIZE = 8192,
    TABLE_FIRST = 0x80
};

static const char replacement[] = "\xef\xbf\xbd";

struct import_charset {
    bool is_utf8;  /* strict UTF-8: bytes that fit nothing are damage */
    bool is_mixed; /* UTF-8, else by the table */
    bool started;  /* the first character is behind us */
    bool has_table;
    const char *name;
    iconv_t iconv;             /* opened when the first byte needs it */
    import_charset_sink *sink; /* of the call that is on */
    void *user;
    size_t unit; /* bytes to skip when one fits no character */
    uint64_t valid;
    uint64_t damaged;
    char pending[PENDING_MAX];
    size_t pending_length;
    char table[256 - TABLE_FIRST][5]; /* length, UTF-8 */
    char out[OUT_SIZE];
    size_t out_length;
};

/* Text without NUL, which is no character of one; checked UTF-8 has none, what iconv(3) makes of one is
 * replaced here. */
static int give(struct import_charset *charset, const char *text, size_t length)
{
    while (length > 0) {
        size_t run = strnlen(text, length);
        int r = run > 0 ? charset->sink(charset->user, text, run) : 0;
        if (r == 0 && run < length)
            r = charset->sink(charset->user, replacement, sizeof(replacement) - 1);
        if (r != 0)
            return r;
        run += run < length ? 1 : 0;
        text += run;
        length -= run;
    }
    return 0;
}

static int flush(struct import_charset *charset)
{
    size_t length = charset->out_length;
    charset->out_length = 0;
    if (length == 0)
        return 0;
    size_t from = 0;
    if (!charset->started && length >= 3 && memcmp(charset->out, "\xef\xbb\xbf", 3) == 0)
        from = 3;
    charset->started = true;
    return give(charset, charset->out + from, length - from);
}

static int put(struct import_charset *charset, const char *text, size_t length)
{
    if (charset->out_length + length > OUT_SIZE) {
        int r = flush(charset);
        if (r != 0)
            return r;
    }
    memcpy(charset->out + charset->out_length, text, length);
    charset->out_length += length;
    return 0;
}

/* Sets in which each byte is a character. */
static bool is_single_byte(const char *name)
{
    return strncmp(name, "WINDOWS-", 8) == 0 || strncmp(name, "ISO-8859", 8) == 0 ||
           strncmp(name, "KOI8", 4) == 0 || strcmp(name, "MACINTOSH") == 0 ||
           (strncmp(name, "CP", 2) == 0 && strcmp(name, "CP932") != 0);
}

static int open_iconv(struct import_charset *charset)
{
    charset->iconv = iconv_open("UTF-8", charset->name);
    if (charset->iconv == (iconv_t)-1)
        return errno == ENOMEM ? -ENOMEM : -EINVAL;
    return 0;
}

/* What each byte from 0x80 is by itself. */
static int fill_table(struct import_charset *charset)
{
    int r = open_iconv(charset);
    for (unsigned int byte = TABLE_FIRST; byte < 256 && r == 0; byte++) {
        char in = (char)(unsigned char)byte;
        char *from = &in;
        char *entry = charset->table[byte - TABLE_FIRST];
        char *to = entry + 1;
        size_t rest = 1;
        size_t room = 4;
        (void)iconv(charset->iconv, NULL, NULL, NULL, NULL);
        size_t done = iconv(charset->iconv, &from, &rest, &to, &room);
        entry[0] = (char)(4 - room);
        if (done == (size_t)-1 || room == 4) {
            memcpy(entry + 1, replacement, sizeof(replacement) - 1);
            entry[0] = sizeof(replacement) - 1;
        }
    }
    charset->has_table = r == 0;
    return r;
}

/* A byte that is not UTF-8. */
static int put_stray(struct import_charset *charset, unsigned char byte)
{
    charset->damaged++;
    if (charset->is_mixed && byte >= TABLE_FIRST) {
        int r = charset->has_table ? 0 : fill_table(charset);
        if (r < 0)
            return r;
        const char *entry = charset->table[byte - TABLE_FIRST];
        return put(charset, entry + 1, (size_t)entry[0]);
    }
    return put(charset, replacement, sizeof(replacement) - 1);
}

/* Whether the bytes could still become one character when more come. */
static bool is_cut(const char *bytes, size_t length)
{
    unsigned char first = (unsigned char)bytes[0];
    size_t need = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || length >= need)
        return false;
    for (size_t i = 1; i < length; i++) {
        if (((unsigned char)bytes[i] & 0xc0) != 0x80)
            return false;
    }
    return true;
}

/* One character or one stray byte; *ret_used is 0 when more bytes are needed. */
static int utf8_step(struct import_charset *charset, const char *bytes, size_t length, bool is_last,
                     size_t *ret_used)
{
    uint32_t point = 0;
    size_t n = utf8_decode(bytes, length, &point);
    *ret_used = n > 0 ? n : 1;
    if (n > 1) {
        charset->valid++;
        return put(charset, bytes, n);
    }
    if (n == 1 && point > 0)
        return put(charset, bytes, 1);
    if (n == 0 && !is_last && is_cut(bytes, length)) {
        *ret_used = 0;
        return 0;
    }
    return put_stray(charset, (unsigned char)bytes[0]);
}

/* ASCII without NUL, the bulk of most files. */
static size_t ascii_run(const char *bytes, size_t length)
{
    size_t n = 0;
    while (n < length && (unsigned char)(bytes[n] - 1) < TABLE_FIRST - 1)
        n++;
    return n;
}

static int utf8_run(struct import_charset *charset, const char *bytes, size_t length, bool is_last,
                    size_t *ret_used)
{
    size_t at = 0;
    while (at < length) {
        size_t most = length - at < OUT_SIZE / 2 ? length - at : OUT_SIZE / 2;
        size_t run = ascii_run(bytes + at, most);
        int r = run > 0 ? put(charset, bytes + at, run) : 0;
        at += run;
        size_t used = 0;
        if (r == 0 && run == 0) {
            r = utf8_step(charset, bytes + at, length - at, is_last, &used);
            if (r == 0 && used == 0)
                break;
        }
        if (r != 0)
            return r;
        at += used;
    }
    *ret_used = at;
    return 0;
}

/* Converts as far as iconv(3) goes; a byte that fits no character is replaced and passed over. */
static int iconv_run(struct import_charset *charset, const char *bytes, size_t length, bool is_last,
                     size_t *ret_used)
{
    size_t at = 0;
    while (at < length) {
        char buffer[512];
        char *out = buffer;
        size_t room = sizeof(buffer);
        char in[256];
        size_t chunk = length - at < sizeof(in) ? length - at : sizeof(in);
        memcpy(in, bytes + at, chunk); /* iconv(3) takes no const */
        char *from = in;
        size_t rest = chunk;
        size_t done = iconv(charset->iconv, &from, &rest, &out, &room);
        int error = done == (size_t)-1 ? errno : 0;
        at += chunk - rest;
        int r = put(charset, buffer, sizeof(buffer) - room);
        bool is_end = rest == length - at;
        if (r == 0 && error == EINVAL && is_end && !is_last)
            break;
        if (r == 0 && (error == EILSEQ || (error == EINVAL && is_end))) {
            at += charset->unit < length - at ? charset->unit : length - at;
            charset->damaged++;
            r = put(charset, replacement, sizeof(replacement) - 1);
            (void)iconv(charset->iconv, NULL, NULL, NULL, NULL);
        }
        if (r != 0)
            return r;
    }
    *ret_used = at;
    return 0;
}

static int run(struct import_charset *charset, const char *bytes, size_t length, bool is_last,
               size_t *ret_used)
{
    if (charset->is_utf8 || charset->is_mixed)
        return utf8_run(charset, bytes, length, is_last, ret_used);
    return iconv_run(charset, bytes, length, is_last, ret_used);
}

/* The bytes left over from the last piece, with as many of this one as complete a character. */
static int feed_pending(struct import_charset *charset, const char *bytes, size_t length,
                        size_t *ret_taken)
{
    size_t taken = 0;
    while (charset->pending_length > 0 && taken < length) {
        charset->pending[charset->pending_length++] = bytes[taken++];
        size_t used = 0;
        int r = run(charset, charset->pending, charset->pending_length, false, &used);
        if (r == 0 && used == 0 && charset->pending_length == PENDING_MAX)
            r = run(charset, charset->pending, charset->pending_length, true, &used);
        if (r != 0)
            return r;
        charset->pending_length -= used;
        memmove(charset->pending, charset->pending + used, charset->pending_length);
    }
    *ret_taken = taken;
    return 0;
}

int import_charset_feed(struct import_charset *charset, const char *bytes, size_t length,
                        import_charset_sink *sink, void *user)
{
    charset->sink = sink;
    charset->user = user;
    size_t taken = 0;
    int r = feed_pending(charset, bytes, length, &taken);
    if (r != 0)
        return r;
    size_t used = 0;
    r = run(charset, bytes + taken, length - taken, false, &used);
    if (r != 0)
        return r;
    taken += used;
    /* A cut character is at most three bytes of UTF-8, or seven of what iconv(3) reads. */
    for (; taken < length && charset->pending_length < PENDING_MAX - 1; taken++)
        charset->pending[charset->pending_length++] = bytes[taken];
    return flush(charset);
}

int import_charset_end(struct import_charset *charset, import_charset_sink *sink, void *user)
{
    charset->sink = sink;
    charset->user = user;
    size_t used = 0;
    int r = run(charset, charset->pending, charset->pending_length, true, &used);
    charset->pending_length = 0;
    return r != 0 ? r : flush(charset);
}

int import_charset_open(const char *name, enum import_charset_mode mode,
                        struct import_charset **ret_charset)
{
    struct import_charset *charset = mem_zalloc(sizeof(*charset));
    if (!charset)
        return -ENOMEM;
    charset->iconv = (iconv_t)-1;
    charset->name = name;
    charset->is_utf8 = strcmp(name, "UTF-8") == 0 || strcmp(name, "US-ASCII") == 0;
    charset->is_mixed = mode == IMPORT_CHARSET_MIXED && is_single_byte(name);
    charset->unit = strncmp(name, "UTF-16", 6) == 0 ? 2 : strncmp(name, "UTF-32", 6) == 0 ? 4 : 1;
    int r = charset->is_utf8 || charset->is_mixed ? 0 : open_iconv(charset);
    if (r < 0) {
        import_charset_close(charset);
        return r;
    }
    *ret_charset = charset;
    return 0;
}

struct import_charset *import_charset_close(struct import_charset *charset)
{
    if (!charset)
        return NULL;
    if (charset->iconv != (iconv_t)-1)
        (void)iconv_close(charset->iconv);
    mem_free(charset);
    return NULL;
}

uint64_t import_charset_valid(const struct import_charset *charset)
{
    return charset->valid;
}

uint64_t import_charset_damaged(const struct import_charset *charset)
{
    return charset->damaged;
}
