/* Growing byte buffer. Grows by doubling at least, never beyond its cap, and always keeps a NUL behind. */
#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum {
    BUF_FIRST_CAPACITY = 256
};

void buf_init(struct buf *buf, size_t cap)
{
    *buf = (struct buf)BUF_INIT(cap);
}

void buf_free(struct buf *buf)
{
    mem_free(buf->data);
    buf_init(buf, buf->cap);
}

void buf_reset(struct buf *buf)
{
    buf->length = 0;
    buf->error = 0;
    if (buf->data)
        buf->data[0] = '\0';
}

static int fail(struct buf *buf, int error)
{
    mem_free(buf->data);
    buf_init(buf, buf->cap);
    buf->error = error;
    return error;
}

static int grow(struct buf *buf, size_t more)
{
    if (buf->error)
        return buf->error;
    if (more > buf->cap - buf->length)
        return fail(buf, -EMSGSIZE);
    size_t need = buf->length + more + 1;
    if (need <= buf->capacity)
        return 0;
    size_t capacity = buf->capacity ? 2 * buf->capacity : BUF_FIRST_CAPACITY;
    if (capacity < need)
        capacity = need;
    if (capacity > buf->cap + 1)
        capacity = buf->cap + 1;
    char *data = mem_realloc(buf->data, capacity);
    if (!data)
        return fail(buf, -ENOMEM);
    buf->data = data;
    buf->capacity = capacity;
    return 0;
}

char *buf_reserve(struct buf *buf, size_t length)
{
    if (grow(buf, length) < 0)
        return NULL;
    return buf->data + buf->length;
}

void buf_commit(struct buf *buf, size_t length)
{
    buf->length += length;
    buf->data[buf->length] = '\0';
}

int buf_append_slowly(struct buf *buf, const void *bytes, size_t length)
{
    char *to = buf_reserve(buf, length);
    if (!to)
        return buf->error;
    if (length > 0)
        memcpy(to, bytes, length);
    buf_commit(buf, length);
    return 0;
}

int buf_append_text(struct buf *buf, const char *text)
{
    return buf_append(buf, text, strlen(text));
}

int buf_append_int(struct buf *buf, int64_t number)
{
    char digits[24];
    char *at = digits + sizeof(digits);
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        *--at = '-';
    return buf_append(buf, at, (size_t)(digits + sizeof(digits) - at));
}

int buf_vprintf(struct buf *buf, const char *format, va_list args)
{
    va_list again;
    size_t room = buf->error ? 0 : buf->capacity - buf->length;
    va_copy(again, args);
    int length = vsnprintf(room > 0 ? buf->data + buf->length : NULL, room, format, again);
    va_end(again);
    if (length < 0)
        return fail(buf, -EINVAL);
    if ((size_t)length < room) {
        buf->length += (size_t)length;
        return 0;
    }
    char *to = buf_reserve(buf, (size_t)length);
    if (!to)
        return buf->error;
    (void)vsnprintf(to, (size_t)length + 1, format, args);
    buf_commit(buf, (size_t)length);
    return 0;
}

int buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int r = buf_vprintf(buf, format, args);
    va_end(args);
    return r;
}

void buf_consume(struct buf *buf, size_t length)
{
    if (length == 0)
        return;
    buf->length -= length;
    memmove(buf->data, buf->data + length, buf->length);
    buf->data[buf->length] = '\0';
}

const char *buf_text(const struct buf *buf)
{
    return buf->data ? buf->data : "";
}

char *buf_take(struct buf *buf)
{
    char *data = buf->data;
    buf_init(buf, buf->cap);
    return data;
}
