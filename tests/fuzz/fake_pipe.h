/* Two pipes without a kernel: what libuv's streams would do with a client's input and output, for a
 * target that runs many thousand servers a second. Handles, timers and the loop are libuv's own; the
 * linker puts the functions of fake_pipe.c in place of those that touch descriptors (CMakeLists.txt). */
#ifndef TESTS_FUZZ_FAKE_PIPE_H
#define TESTS_FUZZ_FAKE_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    FAKE_PIPE_IN = 1000, /* what the server is told that its descriptors are */
    FAKE_PIPE_OUT
};

/* New pipes. `slow`: the client takes so many bytes at a time, and more only later; 0: all at once. */
void fake_pipe_begin(size_t slow);

/* Gives bytes to the server if it reads; returns how many it took. A turn of the loop comes next. */
size_t fake_pipe_give(const uint8_t *data, size_t size);

/* Ends the input; false when the server does not read, or waits for its output to be taken. */
bool fake_pipe_end(void);

/* Everything that the server has written. */
const struct buf *fake_pipe_output(void);

#endif
