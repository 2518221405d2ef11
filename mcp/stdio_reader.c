/* Bytes to lines. The input buffer grows up to one line and one read; a line that grows beyond its
 * limit is thrown away up to its end. Without memory for the buffer, bytes go through a small spare
 * one and their line is lost, never the lines behind it. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "mcp/limits.h"
#include "mcp/stdio_impl.h"

static void read_more(struct stdio *stdio);

void stdio_reader_init(struct stdio *stdio)
{
    stdio->reader.is_paused = true;
    buf_init(&stdio->reader.input, MCP_LINE_MAX + 2 + MCP_READ_SIZE);
}

static void say_ended(struct stdio *stdio, int why)
{
    struct stdio_reader *reader = &stdio->reader;
    if (reader->is_ended || stdio->is_closing)
        return;
    reader->is_ended = true;
    if (reader->mode == STDIO_STREAM)
        (void)uv_read_stop(&reader->handle.stream);
    buf_free(&reader->input);
    stdio->events->ended(stdio->user, why);
}

/* Hands over one line; `length` is without the newline. */
static void take_line(struct stdio *stdio, const char *line, size_t length)
{
    struct stdio_reader *reader = &stdio->reader;
    int lost = reader->skipping;
    reader->skipping = 0;
    if (length > 0 && line[length - 1] == '\r')
        length--;
    if (length > MCP_LINE_MAX)
        lost = -EMSGSIZE;
    if (lost < 0)
        stdio->events->lost_line(stdio->user, lost);
    else if (length > 0)
        stdio->events->line(stdio->user, line, length);
}

/* Hands over whole lines of `bytes` from `*at` on until none is left or reading is paused. */
static void take_lines(struct stdio *stdio, const char *bytes, size_t length, size_t *at)
{
    struct stdio_reader *reader = &stdio->reader;
    size_t from = *at > reader->scanned ? *at : reader->scanned;
    while (!reader->is_paused && !stdio->is_closing) {
        const char *end = from < length ? memchr(bytes + from, '\n', length - from) : NULL;
        if (!end) {
            reader->scanned = length;
            return;
        }
        size_t stop = (size_t)(end - bytes);
        take_line(stdio, bytes + *at, stop - *at);
        *at = stop + 1;
        from = *at;
        reader->scanned = from;
    }
}

/* What is left of the input is the beginning of a line. */
static void keep_rest(struct stdio_reader *reader, size_t used)
{
    buf_consume(&reader->input, used);
    reader->scanned -= used;
    if (reader->skipping ||
        (reader->scanned == reader->input.length && reader->input.length > MCP_LINE_MAX + 1)) {
        if (!reader->skipping)
            reader->skipping = -EMSGSIZE;
        if (reader->scanned == reader->input.length) {
            buf_reset(&reader->input);
            reader->scanned = 0;
        }
    }
    if (reader->input.length == 0 && reader->input.capacity > MCP_KEEP_SIZE)
        buf_free(&reader->input);
}

static void take_input(struct stdio *stdio)
{
    struct stdio_reader *reader = &stdio->reader;
    size_t used = 0;
    if (reader->is_inside || reader->is_ended)
        return;
    reader->is_inside = true;
    take_lines(stdio, buf_text(&reader->input), reader->input.length, &used);
    reader->is_inside = false;
    keep_rest(reader, used);
}

/* Bytes in the spare buffer: the line they continue is lost, those behind it are not. */
static void take_spare(struct stdio *stdio, size_t length)
{
    struct stdio_reader *reader = &stdio->reader;
    size_t used = 0;
    reader->skipping = reader->skipping ? reader->skipping : -ENOMEM;
    reader->scanned = 0;
    while (used < length) {
        const char *end = memchr(reader->spare + used, '\n', length - used);
        if (!end)
            break;
        size_t stop = (size_t)(end - reader->spare);
        take_line(stdio, reader->spare + used, stop - used);
        used = stop + 1;
    }
    if (used == length || reader->skipping)
        return;
    if (buf_append(&reader->input, reader->spare + used, length - used) < 0) {
        buf_reset(&reader->input);
        reader->skipping = -ENOMEM;
    }
}

/* Where the next bytes go. */
static uv_buf_t room_to_read(struct stdio_reader *reader)
{
    char *room = buf_reserve(&reader->input, MCP_READ_SIZE);
    reader->is_spare = !room;
    if (room)
        return uv_buf_init(room, MCP_READ_SIZE);
    buf_reset(&reader->input);
    reader->scanned = 0;
    if (!reader->skipping)
        reader->skipping = -ENOMEM;
    return uv_buf_init(reader->spare, sizeof(reader->spare));
}

static void took(struct stdio *stdio, size_t length)
{
    struct stdio_reader *reader = &stdio->reader;
    if (reader->is_spare) {
        take_spare(stdio, length);
        return;
    }
    buf_commit(&reader->input, length);
    take_input(stdio);
}

/* --- streams --------------------------------------------------------------------------------- */

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    struct stdio *stdio = handle->data;
    (void)suggested;
    *ret_buf = room_to_read(&stdio->reader);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct stdio *stdio = stream->data;
    (void)buf;
    if (n > 0)
        took(stdio, (size_t)n);
    else if (n < 0)
        say_ended(stdio, n == UV_EOF ? 0 : (int)n);
}

/* --- files ----------------------------------------------------------------------------------- */

static void file_closed(struct stdio *stdio)
{
    (void)close(stdio->reader.fd);
    buf_free(&stdio->reader.input);
    stdio_part_closed(stdio);
}

static void on_file_read(uv_fs_t *request)
{
    struct stdio *stdio = request->data;
    ssize_t n = request->result;
    uv_fs_req_cleanup(request);
    stdio->reader.is_busy = false;
    if (stdio->is_closing) {
        file_closed(stdio);
        return;
    }
    if (n > 0)
        took(stdio, (size_t)n);
    else
        say_ended(stdio, (int)n);
    read_more(stdio);
}

static void read_file(struct stdio *stdio)
{
    struct stdio_reader *reader = &stdio->reader;
    uv_buf_t room = room_to_read(reader);
    reader->request.data = stdio;
    int r = uv_fs_read(stdio->loop, &reader->request, reader->fd, &room, 1, -1, on_file_read);
    if (r < 0)
        say_ended(stdio, r);
    else
        reader->is_busy = true;
}

/* --------------------------------------------------------------------------------------------- */

static void read_more(struct stdio *stdio)
{
    struct stdio_reader *reader = &stdio->reader;
    if (stdio->is_closing || reader->is_paused || reader->is_ended || reader->is_busy)
        return;
    if (reader->mode == STDIO_FILE) {
        read_file(stdio);
        return;
    }
    reader->handle.handle.data = stdio;
    int r = uv_read_start(&reader->handle.stream, give_room, on_read);
    if (r < 0 && r != UV_EALREADY)
        say_ended(stdio, r);
}

void stdio_resume(struct stdio *stdio)
{
    stdio->reader.is_paused = false;
    if (!stdio->reader.is_busy)
        take_input(stdio);
    read_more(stdio);
}

void stdio_pause(struct stdio *stdio)
{
    stdio->reader.is_paused = true;
    if (stdio->reader.mode == STDIO_STREAM)
        (void)uv_read_stop(&stdio->reader.handle.stream);
}

static void on_closed(uv_handle_t *handle)
{
    struct stdio *stdio = handle->data;
    buf_free(&stdio->reader.input);
    stdio_part_closed(stdio);
}

void stdio_reader_close(struct stdio *stdio)
{
    struct stdio_reader *reader = &stdio->reader;
    if (reader->mode == STDIO_STREAM) {
        reader->handle.handle.data = stdio;
        uv_close(&reader->handle.handle, on_closed);
    } else if (!reader->is_busy) {
        file_closed(stdio);
    }
}
