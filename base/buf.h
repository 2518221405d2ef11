/* A growing byte buffer with a cap given at its birth. The buffer owns its bytes; buf_free() gives
 * them back and leaves an empty buffer with the same cap. A failed append empties the buffer,
 * remembers why in `error`, and every later append fails the same way until buf_reset(), so that a
 * writer may append many times and look once at the end. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/own.h"

struct buf {
    char *data;      /* NUL-terminated as soon as something was appended, else NULL */
    size_t length;   /* bytes in use, without the NUL */
    size_t capacity; /* bytes allocated */
    size_t cap;      /* most bytes that length may reach */
    int error;       /* 0, -ENOMEM or -EMSGSIZE (cap reached) */
};

#define BUF_INIT(most) \
    {                  \
        .cap = (most)  \
    }

void buf_init(struct buf *buf, size_t cap);
void buf_free(struct buf *buf);

/* Empties the buffer and clears its error; the memory is kept. */
void buf_reset(struct buf *buf);

/* buf_append() where the buffer must grow, has failed, or nothing is appended. */
int buf_append_slowly(struct buf *buf, const void *bytes, size_t length);

/* 0, or the buffer's error. */
static inline int buf_append(struct buf *buf, const void *bytes, size_t length)
{
    if (length == 0 || length >= buf->capacity - buf->length)
        return buf_append_slowly(buf, bytes, length);
    memcpy(buf->data + buf->length, bytes, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
    return 0;
}

static inline int buf_append_char(struct buf *buf, char c)
{
    return buf_append(buf, &c, 1);
}

int buf_append_text(struct buf *buf, const char *text);
int buf_append_int(struct buf *buf, int64_t number);
int buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
int buf_vprintf(struct buf *buf, const char *format, va_list args) PRINTF_LIKE(2, 0);

/* Room for `length` more bytes: a pointer to write to, then buf_commit() what was written. NULL on
 * error. */
char *buf_reserve(struct buf *buf, size_t length);
void buf_commit(struct buf *buf, size_t length);

/* Drops the first `length` bytes. */
void buf_consume(struct buf *buf, size_t length);

/* The text, "" when empty. Borrowed until the next change of the buffer. */
const char *buf_text(const struct buf *buf);

/* Hands the bytes over (mem_free() them); the buffer is empty afterwards. NULL when empty. */
char *buf_take(struct buf *buf);

#define OWNED_BUF CLEANUP(buf_free) struct buf

#endif
