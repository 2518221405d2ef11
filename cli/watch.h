/* Keeps an eye on the books while a client listens to resources. */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "base/own.h"
#include "cli/app.h"

/* Whether changes can be announced at all, for the options of the server. */
bool watch_is_possible(const struct cli_settings *settings);

/* 0 or -ENOMEM. */
MUST_CHECK int watch_open(struct app *app);

/* For the options of the server: somebody listens now, or nobody does any more. */
void watch_listening(void *user, bool anybody);

/* Before the pool is closed. */
void watch_close(struct app *app);

#endif
