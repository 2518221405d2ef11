/* A streaming JSON writer: values go straight into a growing buffer, in the order of the calls; the
 * writer puts the commas and escapes the text. Errors (out of memory, buffer at its cap) are
 * remembered in the buffer, so look once at the end with json_out_error(). RFC 8259.
 *
 *     json_object(out);                       {
 *     json_put_text(out, "name", "x");         "name":"x",
 *     json_put_array(out, "rows");             "rows":[
 *     json_int(out, 1);                          1
 *     json_end_array(out);                      ]
 *     json_end_object(out);                   }
 *
 * Text must be valid UTF-8; what is not is replaced by U+FFFD. Control, bidirectional and other
 * code points that deceive a reader (utf8_is_deceptive()) are written as \uXXXX. */
#ifndef MCP_JSON_OUT_H
#define MCP_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"

struct json_out {
    struct buf *buf;  /* borrowed */
    bool needs_comma; /* a value stands before the next one on this level */
};

void json_out_init(struct json_out *out, struct buf *buf);

/* 0, -ENOMEM or -EMSGSIZE. */
int json_out_error(const struct json_out *out);

void json_object(struct json_out *out);
void json_end_object(struct json_out *out);
void json_array(struct json_out *out);
void json_end_array(struct json_out *out);
void json_key(struct json_out *out, const char *key);

/* Values. json_text(NULL) writes null. json_raw() writes bytes that already are one JSON value. */
void json_text(struct json_out *out, const char *text);
void json_text_n(struct json_out *out, const char *text, size_t length);
void json_int(struct json_out *out, int64_t number);
void json_bool(struct json_out *out, bool truth);
void json_null(struct json_out *out);
void json_raw(struct json_out *out, const char *json, size_t length);

/* What was written from `from` up to `to`, one value, once more. */
void json_again(struct json_out *out, size_t from, size_t to);

/* Bytes of any kind, a frame written in advance say; `needs_comma` tells whether a comma is due before
 * the next key or value. */
static inline void json_piece(struct json_out *out, const char *bytes, size_t length,
                              bool needs_comma)
{
    (void)buf_append(out->buf, bytes, length);
    out->needs_comma = needs_comma;
}

#define JSON_PIECE(out, literal, needs_comma) \
    json_piece(out, literal, sizeof(literal) - 1, needs_comma)

/* The same for bytes that begin with a comma, which is left out where none is due. */
static inline void json_piece_behind(struct json_out *out, const char *bytes, size_t length)
{
    if (out->needs_comma)
        json_piece(out, bytes, length, false);
    else
        json_piece(out, bytes + 1, length - 1, false);
}

/* A key made in advance of a literal in which there is nothing to escape: JSON_NAME("total"). */
struct json_name {
    const char *bytes;
    size_t length;
};

#define JSON_NAME(literal)                       \
    {                                            \
        ",\"" literal "\":", sizeof(literal) + 3 \
    }

static inline void json_name(struct json_out *out, const struct json_name *name)
{
    json_piece_behind(out, name->bytes, name->length);
}

static inline bool json_name_is(const struct json_name *name, const char *literal)
{
    size_t length = strlen(literal);
    return name->length == length + sizeof(",\"\":") - 1 &&
           memcmp(name->bytes + 2, literal, length) == 0;
}

/* json_key() of such a literal. */
#define JSON_KEY(out, literal) json_name((out), &(const struct json_name)JSON_NAME(literal))

/* A member: key and value in one call. */
void json_put_text(struct json_out *out, const char *key, const char *text);
void json_put_int(struct json_out *out, const char *key, int64_t number);
void json_put_bool(struct json_out *out, const char *key, bool truth);
void json_put_null(struct json_out *out, const char *key);
void json_put_raw(struct json_out *out, const char *key, const char *json);
void json_put_object(struct json_out *out, const char *key);
void json_put_array(struct json_out *out, const char *key);

#endif
