/* The addresses to try for a set of settings, in order: hosts and ports paired as libpq pairs them.
 * Used inside db/ only. */
#ifndef DB_TARGETS_H
#define DB_TARGETS_H

#include <stddef.h>

#include "db/settings.h"

struct target {
    char *host;    /* name for TLS, or folder of a socket; may be NULL */
    char *address; /* numeric, or NULL: a socket, or a name that is not looked up yet */
    char *port;
};

struct targets {
    struct target *list;
    size_t count;
};

MUST_CHECK int targets_from_settings(struct targets *targets, const struct db_settings *settings);
MUST_CHECK int targets_add(struct targets *targets, const char *host, const char *address,
                           const char *port);
void targets_free(struct targets *targets);

#endif
