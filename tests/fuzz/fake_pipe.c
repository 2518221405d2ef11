/* The client's side of both pipes. The output is taken at once, or a few bytes at a time: a write that
 * does not fit waits, and is done within the next call of fake_pipe_give() or fake_pipe_end(). */
#include "tests/fuzz/fake_pipe.h"

#include <string.h>
#include <uv.h>

#include "tests/fuzz/mcp_fuzz.h"

enum {
    OUTPUT_MAX = 64 * 1024 * 1024
};

static struct {
    uv_stream_t *reader;
    uv_alloc_cb alloc;
    uv_read_cb read;
    bool is_reading;
    uv_write_t *waiting; /* a write that did not fit */
    uv_write_cb written;
    size_t slow;
    size_t room;
    struct buf output;
} pipes;

void fake_pipe_begin(size_t slow)
{
    struct buf output = pipes.output;
    memset(&pipes, 0, sizeof(pipes));
    pipes.output = output;
    pipes.output.cap = OUTPUT_MAX;
    buf_reset(&pipes.output);
    pipes.slow = slow;
    pipes.room = slow;
}

const struct buf *fake_pipe_output(void)
{
    return &pipes.output;
}

/* The client has taken what there was. */
static void take_output(void)
{
    uv_write_t *request = pipes.waiting;
    pipes.room = pipes.slow;
    pipes.waiting = NULL;
    if (request)
        pipes.written(request, 0);
}

static void said(ssize_t n, const uv_buf_t *room)
{
    pipes.read(pipes.reader, n, room);
}

size_t fake_pipe_give(const uint8_t *data, size_t size)
{
    uv_buf_t room = {0};
    take_output();
    if (!pipes.is_reading)
        return 0;
    pipes.alloc((uv_handle_t *)pipes.reader, 65536, &room);
    FUZZ_CHECK(room.base && room.len > 0);
    size_t n = size < room.len ? size : room.len;
    memcpy(room.base, data, n);
    said((ssize_t)n, &room);
    return n;
}

bool fake_pipe_end(void)
{
    uv_buf_t none = {0};
    take_output();
    if (!pipes.is_reading)
        return false;
    said(UV_EOF, &none);
    pipes.slow = 0;
    take_output();
    return true;
}

static size_t append(const uv_buf_t *bufs, unsigned count, size_t most)
{
    size_t sum = 0;
    for (unsigned i = 0; i < count && sum < most; i++) {
        size_t n = bufs[i].len < most - sum ? bufs[i].len : most - sum;
        FUZZ_CHECK(buf_append(&pipes.output, bufs[i].base, n) == 0);
        sum += n;
    }
    return sum;
}

/* --- in place of libuv's --------------------------------------------------------------------- */

/* The names are the linker's. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
uv_handle_type __wrap_uv_guess_handle(uv_file file);
int __wrap_uv_pipe_open(uv_pipe_t *pipe, uv_file file);
int __wrap_uv_read_start(uv_stream_t *stream, uv_alloc_cb alloc, uv_read_cb read);
int __wrap_uv_read_stop(uv_stream_t *stream);
int __wrap_uv_try_write(uv_stream_t *stream, const uv_buf_t *bufs, unsigned count);
int __wrap_uv_write(uv_write_t *request, uv_stream_t *stream, const uv_buf_t *bufs, unsigned count,
                    uv_write_cb written);

uv_handle_type __wrap_uv_guess_handle(uv_file file)
{
    FUZZ_CHECK(file == FAKE_PIPE_IN || file == FAKE_PIPE_OUT);
    return UV_NAMED_PIPE;
}

int __wrap_uv_pipe_open(uv_pipe_t *pipe, uv_file file)
{
    (void)pipe;
    (void)file;
    return 0;
}

int __wrap_uv_read_start(uv_stream_t *stream, uv_alloc_cb alloc, uv_read_cb read)
{
    if (pipes.is_reading)
        return UV_EALREADY;
    pipes.reader = stream;
    pipes.alloc = alloc;
    pipes.read = read;
    pipes.is_reading = true;
    return 0;
}

int __wrap_uv_read_stop(uv_stream_t *stream)
{
    (void)stream;
    pipes.is_reading = false;
    return 0;
}

int __wrap_uv_try_write(uv_stream_t *stream, const uv_buf_t *bufs, unsigned count)
{
    (void)stream;
    size_t n = append(bufs, count, pipes.slow ? pipes.room : SIZE_MAX);
    if (n == 0)
        return UV_EAGAIN;
    pipes.room -= pipes.slow ? n : 0;
    return (int)n;
}

int __wrap_uv_write(uv_write_t *request, uv_stream_t *stream, const uv_buf_t *bufs, unsigned count,
                    uv_write_cb written)
{
    (void)stream;
    (void)append(bufs, count, SIZE_MAX);
    pipes.waiting = request;
    pipes.written = written;
    return 0;
}

/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
