/* What the files about settings share: the list of connection parameters and its rules. */
#ifndef DB_SETTINGS_INTERNAL_H
#define DB_SETTINGS_INTERNAL_H

#include "db/settings.h"

struct buf;

/* Adds or replaces one parameter; a NULL value removes it. 0 or -ENOMEM. */
MUST_CHECK int settings_set_param(struct db_settings *settings, const char *keyword,
                                  const char *value);

/* Drops all parameters, with every byte overwritten. */
void settings_clear_params(struct db_settings *settings);

/* Checks hosts and ports, decides local or remote, and fills in what libpq would guess. */
MUST_CHECK int settings_complete(struct db_settings *settings, struct buf *why);

/* Sets sslmode and its companions from `tls`, `is_remote` and what the URL asked for. */
MUST_CHECK int settings_apply_tls(struct db_settings *settings);

/* `why` gets the sentence; always -EINVAL. */
int settings_refuse(struct buf *why, const char *sentence);

/* Overwrites a text that may hold a secret, and frees it. */
void settings_wipe(char **text);

#endif
