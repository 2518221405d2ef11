/* Lines to bytes. Lines are copied into blocks, so that many small ones leave in one write; one
 * write is under way at a time. Blocks are used again: with large answers, getting memory from the
 * kernel and giving it back would cost more than all else. A reserve block keeps room for the answer
 * that says that memory ran out. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "mcp/limits.h"
#include "mcp/stdio_impl.h"

enum {
    WRITER_BUFS = 64 /* blocks in one write */
};

static struct stdio_block *block_new(size_t capacity)
{
    struct stdio_block *block = mem_alloc(sizeof(*block) + capacity);
    if (!block)
        return NULL;
    *block = (struct stdio_block){.capacity = capacity};
    list_init(&block->link);
    return block;
}

int stdio_writer_init(struct stdio *stdio)
{
    stdio->writer.reserve = block_new(STDIO_RESERVE + 1);
    return stdio->writer.reserve ? 0 : -ENOMEM;
}

static struct stdio_block *take_spare(struct stdio_writer *writer, size_t size)
{
    LIST_FOREACH (link, &writer->spare) {
        struct stdio_block *block = CONTAINER_OF(link, struct stdio_block, link);
        if (block->capacity < size)
            continue;
        list_remove(link);
        writer->spare_size -= block->capacity;
        block->length = 0;
        block->written = 0;
        return block;
    }
    return NULL;
}

static void keep_spare(struct stdio_writer *writer, struct stdio_block *block)
{
    if (block->capacity + writer->spare_size > MCP_OUTPUT_MAX) {
        mem_free(block);
        return;
    }
    writer->spare_size += block->capacity;
    list_prepend(&writer->spare, &block->link);
}

/* Gives spare blocks back until no more than `most` bytes of them are left. */
static void free_spare(struct stdio_writer *writer, size_t most)
{
    while (writer->spare_size > most) {
        struct stdio_block *last = CONTAINER_OF(writer->spare.prev, struct stdio_block, link);
        writer->spare_size -= last->capacity;
        list_remove(&last->link);
        mem_free(last);
    }
}

static struct stdio_block *block_with_room(struct stdio_writer *writer, size_t size)
{
    /* The block of a write under way must not move, but it may grow behind what is written. */
    if (!list_is_empty(&writer->blocks)) {
        struct stdio_block *last = CONTAINER_OF(writer->blocks.prev, struct stdio_block, link);
        if (last->capacity - last->length >= size)
            return last;
    }
    struct stdio_block *block = take_spare(writer, size);
    if (!block)
        block = block_new((size + STDIO_BLOCK - 1) / STDIO_BLOCK * STDIO_BLOCK);
    if (!block && writer->reserve && size <= writer->reserve->capacity)
        block = TAKE(writer->reserve);
    if (block)
        list_append(&writer->blocks, &block->link);
    return block;
}

int stdio_send(struct stdio *stdio, const char *line, size_t length)
{
    struct stdio_writer *writer = &stdio->writer;
    if (writer->broken || stdio->is_closing)
        return 0;
    struct stdio_block *block = block_with_room(writer, length + 1);
    if (!block)
        return -ENOMEM;
    memcpy(block->bytes + block->length, line, length);
    block->bytes[block->length + length] = '\n';
    block->length += length + 1;
    writer->queued += length + 1;
    return 0;
}

size_t stdio_queued(const struct stdio *stdio)
{
    return stdio->writer.queued;
}

static void drop_block(struct stdio_writer *writer, struct stdio_block *block)
{
    list_remove(&block->link);
    if (!writer->reserve && block->capacity == STDIO_RESERVE + 1) {
        block->length = 0;
        block->written = 0;
        writer->reserve = block;
        return;
    }
    keep_spare(writer, block);
    if (!writer->reserve)
        writer->reserve = block_new(STDIO_RESERVE + 1);
}

static void drop_all(struct stdio_writer *writer)
{
    LIST_FOREACH_SAFE (link, &writer->blocks) {
        list_remove(link);
        mem_free(CONTAINER_OF(link, struct stdio_block, link));
    }
    writer->queued = 0;
    free_spare(writer, 0);
}

/* `n` bytes of the queue are on their way. */
static void forget(struct stdio_writer *writer, size_t n)
{
    writer->queued -= n;
    LIST_FOREACH_SAFE (link, &writer->blocks) {
        struct stdio_block *block = CONTAINER_OF(link, struct stdio_block, link);
        size_t here = block->length - block->written;
        if (n < here) {
            block->written += n;
            return;
        }
        n -= here;
        block->written = block->length;
        drop_block(writer, block);
    }
    if (writer->queued == 0)
        free_spare(writer, MCP_KEEP_SIZE);
}

static void say_broken(struct stdio *stdio, int why)
{
    if (stdio->writer.broken || stdio->is_closing)
        return;
    stdio->writer.broken = why;
    drop_all(&stdio->writer);
    stdio->events->broken(stdio->user, why);
}

static unsigned gather(struct stdio_writer *writer, uv_buf_t *bufs, size_t *ret_total)
{
    unsigned count = 0;
    *ret_total = 0;
    LIST_FOREACH (link, &writer->blocks) {
        struct stdio_block *block = CONTAINER_OF(link, struct stdio_block, link);
        size_t length = block->length - block->written;
        bufs[count++] = uv_buf_init(block->bytes + block->written, (unsigned)length);
        *ret_total += length;
        if (count == WRITER_BUFS)
            break;
    }
    return count;
}

/* --- streams --------------------------------------------------------------------------------- */

static void on_written(uv_write_t *request, int status)
{
    struct stdio *stdio = request->data;
    struct stdio_writer *writer = &stdio->writer;
    writer->is_busy = false;
    if (stdio->is_closing)
        return;
    if (status < 0) {
        say_broken(stdio, status);
        return;
    }
    forget(writer, writer->under_way);
    stdio_flush(stdio);
    if (!stdio->is_closing && !writer->broken)
        stdio->events->drained(stdio->user);
}

static void write_stream(struct stdio *stdio)
{
    struct stdio_writer *writer = &stdio->writer;
    uv_stream_t *stream = &writer->handle.stream;
    while (writer->queued > 0) {
        uv_buf_t bufs[WRITER_BUFS];
        size_t total;
        unsigned count = gather(writer, bufs, &total);
        int n = uv_try_write(stream, bufs, count);
        if (n > 0) {
            forget(writer, (size_t)n);
            continue;
        }
        if (n == UV_EAGAIN) {
            writer->under_way = total;
            writer->request.data = stdio;
            n = uv_write(&writer->request, stream, bufs, count, on_written);
            writer->is_busy = n == 0;
        }
        if (n < 0)
            say_broken(stdio, n);
        return;
    }
}

/* --- files ----------------------------------------------------------------------------------- */

static void write_file(struct stdio *stdio)
{
    struct stdio_writer *writer = &stdio->writer;
    struct stdio_block *block;
    while ((block = LIST_FIRST(&writer->blocks, struct stdio_block, link))) {
        ssize_t n =
            write(writer->fd, block->bytes + block->written, block->length - block->written);
        if (n >= 0) {
            forget(writer, (size_t)n);
            continue;
        }
        struct pollfd wait = {.fd = writer->fd, .events = POLLOUT};
        if (errno == EINTR || (errno == EAGAIN && poll(&wait, 1, -1) == 1))
            continue;
        say_broken(stdio, -errno);
        return;
    }
}

/* --------------------------------------------------------------------------------------------- */

void stdio_flush(struct stdio *stdio)
{
    struct stdio_writer *writer = &stdio->writer;
    if (writer->is_busy || writer->broken || stdio->is_closing)
        return;
    if (writer->mode == STDIO_FILE)
        write_file(stdio);
    else
        write_stream(stdio);
}

static void release(struct stdio *stdio)
{
    drop_all(&stdio->writer);
    mem_free(stdio->writer.reserve);
    stdio_part_closed(stdio);
}

static void on_closed(uv_handle_t *handle)
{
    release(handle->data);
}

void stdio_writer_close(struct stdio *stdio)
{
    struct stdio_writer *writer = &stdio->writer;
    if (writer->mode == STDIO_STREAM) {
        writer->handle.handle.data = stdio;
        uv_close(&writer->handle.handle, on_closed);
    } else {
        (void)close(writer->fd);
        release(stdio);
    }
}
