/* The streaming writer. Text is copied in runs: only what must be escaped is looked at twice. Does
 * not check nesting: a forgotten end shows in the first test that parses the answer. */
#include "mcp/json_out.h"

#include <string.h>

#include "base/utf8.h"
#include "mcp/json_scan.h"

enum {
    PIECE_BYTES = 1024 /* of text that are escaped at once */
};

void json_out_init(struct json_out *out, struct buf *buf)
{
    *out = (struct json_out){.buf = buf};
}

int json_out_error(const struct json_out *out)
{
    return out->buf->error;
}

static void begin_value(struct json_out *out)
{
    if (out->needs_comma)
        (void)buf_append_char(out->buf, ',');
    out->needs_comma = true;
}

static void open_level(struct json_out *out, char c)
{
    begin_value(out);
    (void)buf_append_char(out->buf, c);
    out->needs_comma = false;
}

static void close_level(struct json_out *out, char c)
{
    (void)buf_append_char(out->buf, c);
    out->needs_comma = true;
}

void json_object(struct json_out *out)
{
    open_level(out, '{');
}

void json_end_object(struct json_out *out)
{
    close_level(out, '}');
}

void json_array(struct json_out *out)
{
    open_level(out, '[');
}

void json_end_array(struct json_out *out)
{
    close_level(out, ']');
}

static void append_unit(struct buf *buf, uint32_t unit)
{
    static const char hex[] = "0123456789abcdef";
    char escape[6] = {
        '\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]};
    (void)buf_append(buf, escape, sizeof(escape));
}

static void append_escape(struct buf *buf, uint32_t point)
{
    static const char plain[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    const char *at = point > 0 && point < 0x80 ? strchr(plain, (int)point) : NULL;
    if (at) {
        char escape[2] = {'\\', letters[at - plain]};
        (void)buf_append(buf, escape, sizeof(escape));
    } else if (point < 0x10000) {
        append_unit(buf, point);
    } else {
        append_unit(buf, 0xd800 + ((point - 0x10000) >> 10));
        append_unit(buf, 0xdc00 + ((point - 0x10000) & 0x3ff));
    }
}

/* Appends the sequence at `text` (not plain ASCII); returns its length. */
static size_t append_special(struct buf *buf, const char *text, size_t length)
{
    uint32_t point;
    size_t n = utf8_decode(text, length, &point);
    if (n == 0) {
        (void)buf_append(buf, "\xef\xbf\xbd", 3);
        return 1;
    }
    if (point == '"' || point == '\\' || utf8_is_deceptive(point))
        append_escape(buf, point);
    else
        (void)buf_append(buf, text, n);
    return n;
}

/* What a byte becomes: itself, the letter behind a backslash, or 0 for what needs a closer look. */
#define SAME_8(c) c, (c) + 1, (c) + 2, (c) + 3, (c) + 4, (c) + 5, (c) + 6, (c) + 7

static const char written[256] = {
    ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', [0x20] = SAME_8(0x20),
    SAME_8(0x28), SAME_8(0x30), SAME_8(0x38), SAME_8(0x40), SAME_8(0x48), SAME_8(0x50),
    SAME_8(0x58), SAME_8(0x60), SAME_8(0x68), SAME_8(0x70), 'x',          'y',
    'z',          '{',          '|',          '}',          '~'};

/* Room that copy_ascii() needs for a text: each byte may become two, and many are stored at once. */
static size_t room_for(size_t length)
{
    return 2 * length + JSON_MANY;
}

/* The next eight bytes of a text, or those that are left with blanks behind them. */
static uint64_t load_rest(const char *text, size_t rest)
{
    if (rest >= sizeof(uint64_t))
        return json_load(text);
    return json_load_few(text, rest) | (json_ones * ' ') << 8 * rest;
}

/* Writes eight bytes of plain ASCII, with a backslash before each quote and backslash; returns how
 * many backslashes. Behind the last byte that it means it may touch eight more. */
static size_t escape_eight(char *to, uint64_t eight)
{
    static const uint64_t low = json_ones * 0x7f;
    uint64_t found = ~((eight ^ json_ones * '"') + low) | ~((eight ^ json_ones * '\\') + low);
    size_t count = 0;
    json_store(to, eight);
    for (found &= ~low; found; found &= found - 1) {
        size_t at = (size_t)__builtin_ctzll(found) / 8;
        to[at + count++] = '\\';
        json_store(to + at + count, eight >> 8 * at);
    }
    return count;
}

/* Copies text that is plain ASCII all through, the last bytes twice; false, and nothing that counts is
 * written, when it is not. */
static inline bool copy_plain(char *to, const char *text, size_t length)
{
    if (length >= JSON_MANY) {
        size_t last = length - JSON_MANY;
        for (size_t at = 0; at < last; at += JSON_MANY) {
            if (json_marks(text + at))
                return false;
            memcpy(to + at, text + at, JSON_MANY);
        }
        memcpy(to + last, text + last, JSON_MANY);
        return json_marks(text + last) == 0;
    }
    if (length == 0)
        return true;
    uint64_t first = load_rest(text, length);
    uint64_t last = first;
    json_store(to, first);
    if (length > sizeof(first)) {
        last = json_load(text + length - sizeof(last));
        json_store(to + length - sizeof(last), last);
    }
    return json_marks_of(json_join(first, last)) == 0;
}

/* Copies JSON_MANY bytes with their short escapes up to what needs a closer look; as many more may be
 * read. Returns how many were. */
static inline size_t copy_many(char **to, const char *text, uint64_t marks)
{
    char *at = *to;
    size_t done = 0;
    memcpy(at, text, JSON_MANY);
    for (; marks; marks &= marks - 1) {
        size_t next = (size_t)__builtin_ctzll(marks) / JSON_MARK_BITS;
        char w = written[(unsigned char)text[next]];
        at += next - done;
        done = next;
        if (w == 0)
            break;
        *at++ = '\\';
        *at++ = w;
        done++;
        memcpy(at, text + done, JSON_MANY);
    }
    size_t read = marks ? done : JSON_MANY;
    *to = at + (read - done);
    return read;
}

/* Copies ASCII with its short escapes up to what needs a closer look; `to` has room_for() it.
 * Returns how many bytes of the text were read. */
static size_t copy_ascii(char *to, const char *text, size_t length, size_t *ret_written)
{
    size_t at = 0;
    char *begin = to;
    bool is_odd = false;
    while (!is_odd && length - at >= (size_t)2 * JSON_MANY) {
        size_t read = copy_many(&to, text + at, json_marks(text + at));
        at += read;
        is_odd = read < JSON_MANY;
    }
    while (!is_odd && at < length) {
        uint64_t eight = load_rest(text + at, length - at);
        if (!json_has_odd(eight)) {
            size_t count = length - at < sizeof(eight) ? length - at : sizeof(eight);
            to += count + escape_eight(to, eight);
            at += count;
            continue;
        }
        size_t plain = json_plain_ascii_of(eight);
        json_store(to, eight);
        to += plain;
        at += plain;
        unsigned char c = (unsigned char)text[at];
        char w = written[c];
        is_odd = w == 0;
        if (is_odd)
            break;
        /* Without a branch: the backslash stays only where it is wanted. */
        *to = '\\';
        to += (c < 0x20) | (c == '"') | (c == '\\');
        *to++ = w;
        at++;
    }
    *ret_written = (size_t)(to - begin);
    return at;
}

/* A piece of text, in one go where the buffer has room for the worst. */
static size_t append_piece(struct buf *buf, const char *text, size_t length)
{
    if (length > PIECE_BYTES)
        length = PIECE_BYTES;
    if (buf->error || buf->cap - buf->length < room_for(length))
        return append_special(buf, text, length);
    char *to = buf_reserve(buf, room_for(length));
    if (!to)
        return length;
    size_t count;
    size_t read = copy_ascii(to, text, length, &count);
    buf_commit(buf, count);
    return read;
}

static void append_slowly(struct buf *buf, const char *text, size_t length)
{
    (void)buf_append_char(buf, '"');
    for (size_t at = 0; at < length;) {
        at += append_piece(buf, text + at, length - at);
        if (at < length && written[(unsigned char)text[at]] == 0)
            at += append_special(buf, text + at, length - at);
    }
    (void)buf_append_char(buf, '"');
}

static void append_escaped(struct buf *buf, char before, const char *text, size_t length,
                           char after)
{
    if (before)
        (void)buf_append_char(buf, before);
    append_slowly(buf, text, length);
    if (after)
        (void)buf_append_char(buf, after);
}

/* A string with one byte before and one behind it where they are not 0: short plain ASCII, which is
 * nearly all there is, at one go. */
static void append_quoted(struct buf *buf, char before, const char *text, size_t length, char after)
{
    if (length > PIECE_BYTES || buf->error || buf->capacity - buf->length <= room_for(length) + 4) {
        append_escaped(buf, before, text, length, after);
        return;
    }
    char *begin = buf->data + buf->length;
    char *to = begin;
    *to = before;
    to += before != 0;
    *to++ = '"';
    if (!copy_plain(to, text, length)) {
        append_escaped(buf, before, text, length, after);
        return;
    }
    to += length;
    *to++ = '"';
    *to = after;
    to += after != 0;
    *to = '\0';
    buf->length += (size_t)(to - begin);
}

void json_key(struct json_out *out, const char *key)
{
    append_quoted(out->buf, out->needs_comma ? ',' : '\0', key, strlen(key), ':');
    out->needs_comma = false;
}

void json_text(struct json_out *out, const char *text)
{
    if (text)
        json_text_n(out, text, strlen(text));
    else
        json_null(out);
}

void json_text_n(struct json_out *out, const char *text, size_t length)
{
    append_quoted(out->buf, out->needs_comma ? ',' : '\0', text, length, '\0');
    out->needs_comma = true;
}

void json_int(struct json_out *out, int64_t number)
{
    begin_value(out);
    (void)buf_append_int(out->buf, number);
}

void json_bool(struct json_out *out, bool truth)
{
    begin_value(out);
    (void)buf_append_text(out->buf, truth ? "true" : "false");
}

void json_null(struct json_out *out)
{
    begin_value(out);
    (void)buf_append(out->buf, "null", 4);
}

void json_raw(struct json_out *out, const char *json, size_t length)
{
    begin_value(out);
    (void)buf_append(out->buf, json, length);
}

void json_again(struct json_out *out, size_t from, size_t to)
{
    struct buf *buf = out->buf;
    begin_value(out);
    /* Room first: the text may move. */
    if (buf->error || !buf_reserve(buf, to - from))
        return;
    memcpy(buf->data + buf->length, buf->data + from, to - from);
    buf_commit(buf, to - from);
}

void json_put_text(struct json_out *out, const char *key, const char *text)
{
    json_key(out, key);
    json_text(out, text);
}

void json_put_int(struct json_out *out, const char *key, int64_t number)
{
    json_key(out, key);
    json_int(out, number);
}

void json_put_bool(struct json_out *out, const char *key, bool truth)
{
    json_key(out, key);
    json_bool(out, truth);
}

void json_put_null(struct json_out *out, const char *key)
{
    json_key(out, key);
    json_null(out);
}

void json_put_raw(struct json_out *out, const char *key, const char *json)
{
    json_key(out, key);
    json_raw(out, json, strlen(json));
}

void json_put_object(struct json_out *out, const char *key)
{
    json_key(out, key);
    json_object(out);
}

void json_put_array(struct json_out *out, const char *key)
{
    json_key(out, key);
    json_array(out);
}
