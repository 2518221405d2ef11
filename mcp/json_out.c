/* The streaming writer. Text is copied in runs: only what must be escaped is looked at twice. Does
 * not check nesting: a forgotten end shows in the first test that parses the answer. */
#include "mcp/json_out.h"

#include <string.h>

#include "base/utf8.h"

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

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
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
    if (point == '"' || point == '\\' || point == 0x2028 || point == 0x2029 ||
        utf8_is_deceptive(point))
        append_escape(buf, point);
    else
        (void)buf_append(buf, text, n);
    return n;
}

static void append_quoted(struct buf *buf, const char *text, size_t length)
{
    size_t at = 0;
    (void)buf_append_char(buf, '"');
    while (at < length) {
        size_t run = at;
        while (run < length && is_plain((unsigned char)text[run]))
            run++;
        if (run > at)
            (void)buf_append(buf, text + at, run - at);
        at = run;
        if (at < length)
            at += append_special(buf, text + at, length - at);
    }
    (void)buf_append_char(buf, '"');
}

void json_key(struct json_out *out, const char *key)
{
    begin_value(out);
    append_quoted(out->buf, key, strlen(key));
    (void)buf_append_char(out->buf, ':');
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
    begin_value(out);
    append_quoted(out->buf, text, length);
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
