/* A file of variables: NAME=value lines, "export" allowed, # comments; values bare, in single quotes
 * (as they are) or in double quotes (\n \t \" \\). No expansion. Read only when a person names it. */
#ifndef CLI_ENV_FILE_H
#define CLI_ENV_FILE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/own.h"

struct buf;

enum {
    ENV_FILE_MAX = 64 * 1024, /* bytes */
    ENV_FILE_VALUES_MAX = 64
};

struct env_file {
    const char *names[ENV_FILE_VALUES_MAX];
    const char *values[ENV_FILE_VALUES_MAX];
    size_t count;
};

/* Texts go into the arena. 0, or a sysexits code with one sentence in `why` that shows no value. */
MUST_CHECK int env_file_read(struct env_file *file, struct arena *memory, const char *path,
                             struct buf *why);

/* NULL when the file does not have it; the last one counts. */
const char *env_file_value(const struct env_file *file, const char *name);

#endif
