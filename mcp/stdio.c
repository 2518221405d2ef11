/* Opening and closing of the two ends. What kind of file a descriptor is decides how it is used:
 * libuv's streams cannot poll a regular file or /dev/null. */
#include "mcp/stdio.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "mcp/server.h"
#include "mcp/stdio_impl.h"

/* Opens a stream or notes a file; the descriptor belongs to the handle afterwards. */
static int open_handle(uv_loop_t *loop, int fd, union stdio_handle *handle,
                       enum stdio_mode *ret_mode)
{
    uv_handle_type type = uv_guess_handle(fd);
    int r;
    *ret_mode = STDIO_STREAM;
    if (type == UV_FILE || type == UV_UNKNOWN_HANDLE || type == UV_UDP) {
        *ret_mode = STDIO_FILE;
        return fcntl(fd, F_GETFD) < 0 ? -errno : 0;
    }
    if (type == UV_TTY)
        return uv_tty_init(loop, &handle->tty, fd, 0);
    r = uv_pipe_init(loop, &handle->pipe, 0);
    return r < 0 ? r : uv_pipe_open(&handle->pipe, fd);
}

static void close_early(struct stdio *stdio)
{
    if (stdio->reader.is_open) {
        stdio->open_parts++;
        stdio_reader_close(stdio);
    }
    if (stdio->writer.is_open) {
        stdio->open_parts++;
        stdio_writer_close(stdio);
    }
    if (stdio->open_parts == 0) {
        stdio->open_parts = 1;
        stdio_part_closed(stdio);
    }
}

static int open_both(struct stdio *stdio, int in, int out)
{
    struct stdio_reader *reader = &stdio->reader;
    struct stdio_writer *writer = &stdio->writer;
    if (in == out) {
        out = fcntl(in, F_DUPFD_CLOEXEC, 3);
        if (out < 0)
            return -errno;
    }
    reader->fd = in;
    writer->fd = out;
    int r = open_handle(stdio->loop, in, &reader->handle, &reader->mode);
    reader->is_open = r == 0 || reader->handle.handle.loop;
    if (r < 0)
        return r;
    r = open_handle(stdio->loop, out, &writer->handle, &writer->mode);
    writer->is_open = r == 0 || writer->handle.handle.loop;
    return r < 0 ? r : stdio_writer_init(stdio);
}

int stdio_open(uv_loop_t *loop, int in, int out, const struct stdio_events *events, void *user,
               struct stdio **ret_stdio)
{
    struct stdio *stdio = mem_zalloc(sizeof(*stdio));
    if (!stdio)
        return -ENOMEM;
    stdio->loop = loop;
    stdio->events = events;
    stdio->user = user;
    list_init(&stdio->writer.blocks);
    list_init(&stdio->writer.spare);
    stdio_reader_init(stdio);
    int r = open_both(stdio, in, out);
    if (r < 0) {
        stdio->is_closing = true;
        close_early(stdio);
        return r;
    }
    stdio->open_parts = 2;
    *ret_stdio = stdio;
    return 0;
}

void stdio_close(struct stdio *stdio, void (*closed)(void *user))
{
    if (stdio->is_closing)
        return;
    stdio->is_closing = true;
    stdio->closed = closed;
    stdio_reader_close(stdio);
    stdio_writer_close(stdio);
}

void stdio_part_closed(struct stdio *stdio)
{
    if (--stdio->open_parts > 0)
        return;
    void (*closed)(void *user) = stdio->closed;
    void *user = stdio->user;
    mem_free(stdio);
    if (closed)
        closed(user);
}

/* Descriptors 0 to 2 exist afterwards, so that no file or socket of ours gets one of them. */
static int fill_gaps(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
        if (fd < 0)
            return -errno;
    } while (fd <= STDERR_FILENO);
    (void)close(fd);
    return 0;
}

int mcp_stdio_claim(int *ret_in, int *ret_out)
{
    int r = fill_gaps();
    if (r < 0)
        return r;
    int in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (in < 0 || out < 0 || nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
        dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        r = -errno;
    if (nothing >= 0)
        (void)close(nothing);
    if (r == 0) {
        *ret_in = in;
        *ret_out = out;
        return 0;
    }
    if (in >= 0)
        (void)close(in);
    if (out >= 0)
        (void)close(out);
    return r;
}
