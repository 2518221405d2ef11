/* Lines in and lines out on two descriptors: pipe, socket, terminal, file or /dev/null alike.
 * A `struct stdio` owns both descriptors. All events come from the loop, never from inside one of
 * these functions, except that stdio_resume() may hand over lines that were read before. */
#ifndef MCP_STDIO_H
#define MCP_STDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "base/own.h"

struct stdio;

struct stdio_events {
    /* One line without its end, never empty; borrowed for the call. */
    void (*line)(void *user, const char *line, size_t length);

    /* A line was thrown away: -EMSGSIZE (longer than MCP_LINE_MAX) or -ENOMEM. */
    void (*lost_line)(void *user, int why);

    /* Nothing more will be read: 0 at the end of input, else a negative errno. Once. */
    void (*ended)(void *user, int why);

    /* Nothing can be written any more (the reader is gone). Once. */
    void (*broken)(void *user, int why);

    /* Output that had piled up has been written. */
    void (*drained)(void *user);
};

MUST_CHECK int stdio_open(uv_loop_t *loop, int in, int out, const struct stdio_events *events,
                          void *user, struct stdio **ret_stdio);

/* Begins to read, and goes on after stdio_pause(). Lines that are already in memory are handed over
 * at once. */
void stdio_resume(struct stdio *stdio);
void stdio_pause(struct stdio *stdio);

/* Queues one line, which must contain no newline; a copy is made and the end of the line added.
 * 0 or -ENOMEM (then nothing was queued; a line of up to STDIO_RESERVE bytes still fits). */
MUST_CHECK int stdio_send(struct stdio *stdio, const char *line, size_t length);

enum {
    STDIO_RESERVE = 4096
};

/* Writes what is queued as far as possible without waiting; the rest follows by itself. */
void stdio_flush(struct stdio *stdio);

/* Bytes that wait to be written. */
size_t stdio_queued(const struct stdio *stdio);

/* Closes both descriptors, whatever is still queued; `closed` runs when everything is gone and the
 * memory with it. No other event after this call. */
void stdio_close(struct stdio *stdio, void (*closed)(void *user));

#endif
