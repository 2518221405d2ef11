/* What a person can set: one table of rows gives the command line options, the environment
 * variables, the help and the reference in the documentation. Highest first: command line,
 * NINEPENCE_… variable, the file of --env-file; then, for the database alone, DATABASE_URL and
 * libpq's PG… variables; without any of these the private cluster. A value that is empty or starts
 * with "${" (a variable that a client passed on unexpanded) counts as unset. */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "db/settings.h"

struct buf;

struct cli_settings {
    struct arena memory; /* owns the texts below */
    struct db_settings database;
    const char *ledger;        /* name of the ledger to open; NULL: the only or default one */
    const char *user;          /* who is speaking; NULL: nobody in particular */
    const char *currency;      /* of a ledger that is made; NULL: USD */
    const char *time_zone;     /* of a ledger that is made; NULL: this machine's */
    const char *now;           /* a moment to take for the present; NULL: the clock */
    const char *data_home;     /* NULL: $XDG_DATA_HOME or ~/.local/share */
    const char *bin_dir;       /* PostgreSQL programs; NULL: the usual places */
    const char *import_folder; /* where bank files may be read from; NULL: nowhere */
    bool read_only;
    bool full_schemas;
    int watch_seconds;   /* between looks for changes that are not announced; 0: none */
    const char *trouble; /* what cannot be read in the settings: served, but every tool says so */
};

/* Reads options from argv (global ones may stand before or after the subcommand); what is not a
 * setting stays in argv, in order: *ret_argc arguments. 0, or a sysexits code with one sentence in
 * `why`. */
MUST_CHECK int cli_settings_load(struct cli_settings *settings, int argc, char **argv,
                                 int *ret_argc, struct buf *why);
void cli_settings_free(struct cli_settings *settings);

/* The name of the i-th option without its dashes, NULL behind the last. */
const char *cli_settings_option(size_t i);

/* The table for people: one line per setting. */
void cli_settings_help(FILE *out);

/* The table for the documentation, as Markdown. */
void cli_settings_reference(FILE *out);

#endif
