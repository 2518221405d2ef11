/* What the reading and the writing half share. */
#ifndef MCP_STDIO_IMPL_H
#define MCP_STDIO_IMPL_H

#include "base/buf.h"
#include "base/list.h"
#include "mcp/stdio.h"

enum {
    STDIO_SPARE = 4096,     /* read buffer of last resort */
    STDIO_BLOCK = 16 * 1024 /* least size of a block of output */
};

enum stdio_mode {
    STDIO_STREAM, /* pipe, socket, terminal: through uv_stream_t */
    STDIO_FILE,   /* regular file, /dev/null: through plain reads and writes */
};

union stdio_handle {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_pipe_t pipe;
    uv_tty_t tty;
};

struct stdio_block {
    struct list link;
    size_t capacity;
    size_t length;
    size_t written;
    char bytes[];
};

struct stdio_reader {
    union stdio_handle handle;
    enum stdio_mode mode;
    int fd; /* STDIO_FILE */
    uv_fs_t request;
    bool is_open;   /* the handle is initialized */
    bool is_busy;   /* a file read is under way */
    bool is_paused; /* do not hand over lines */
    bool is_ended;  /* `ended` was said */
    bool is_inside; /* lines are being handed over */
    struct buf input;
    size_t scanned; /* bytes of `input` known to hold no newline */
    int skipping;   /* 0, or why the current line is thrown away */
    bool is_spare;  /* the read under way goes to `spare` */
    char spare[STDIO_SPARE];
};

struct stdio_writer {
    union stdio_handle handle;
    enum stdio_mode mode;
    int fd;
    uv_write_t request;
    bool is_open;
    bool is_busy;     /* a write is under way … */
    size_t under_way; /* … of so many bytes from the front of the queue */
    int broken;       /* why nothing can be written any more */
    struct list blocks;
    size_t queued;
    struct list spare; /* empty blocks, the last one used first */
    size_t spare_size;
    struct stdio_block *reserve; /* kept for the answer "out of memory" */
};

struct stdio {
    uv_loop_t *loop;
    const struct stdio_events *events;
    void *user;
    struct stdio_reader reader;
    struct stdio_writer writer;
    bool is_closing;
    unsigned open_parts; /* reader, writer */
    void (*closed)(void *user);
};

void stdio_reader_init(struct stdio *stdio);
void stdio_reader_close(struct stdio *stdio);
int stdio_writer_init(struct stdio *stdio);
void stdio_writer_close(struct stdio *stdio);

/* One part is gone; the last one takes the memory with it. */
void stdio_part_closed(struct stdio *stdio);

#endif
