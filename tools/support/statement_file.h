/* The bytes of a bank's file: text that came with the request, or a file inside the import folder. A
 * file is opened part by part without following a link, must be a regular one, and is read by
 * position, so that both passes see it from its beginning. */
#ifndef TOOLS_SUPPORT_STATEMENT_FILE_H
#define TOOLS_SUPPORT_STATEMENT_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

struct statement_file {
    int fd;              /* -1: the content below */
    const char *content; /* borrowed */
    uint64_t length;     /* of a file: when it was opened */
    const char *name;    /* last part of the path, borrowed; NULL for content */
};

/* `folder` NULL: none is set. `max_bytes` 0: IMPORT_FILE_MAX. 0; -EINVAL, with a sentence in `why` that says what is wrong with the
 * path. The file is the caller's to close. */
MUST_CHECK int statement_file_open(const char *folder, const char *path, uint64_t max_bytes,
                                   struct statement_file *ret_file, struct buf *why);

void statement_file_close(struct statement_file *file);

/* Bytes from a position, 0 at the end, or a negative errno. */
MUST_CHECK ssize_t statement_file_read(const struct statement_file *file, uint64_t offset, char *to,
                                       size_t size);

#endif
