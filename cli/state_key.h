/* The key that signs what travels with a client while it answers a question: one for all ninepence
 * processes of a user, so that any of them can take the answer. It lies in the data folder as
 * `state-key`, readable by its owner alone, and is made on first use. */
#ifndef CLI_STATE_KEY_H
#define CLI_STATE_KEY_H

#include "base/own.h"

enum {
    STATE_KEY_SIZE = 32
};

/* Finds or makes it; `data_home` as in the settings, NULL for the usual place. 0, or a negative errno:
 * -EPERM for a file that others could have read or made. */
MUST_CHECK int state_key_find(const char *data_home, unsigned char ret_key[STATE_KEY_SIZE]);

#endif
