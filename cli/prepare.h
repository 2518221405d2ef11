/* The way to the first connection: cluster (if the settings name no database), backup (if its schema
 * is older), migration on a pool of its own; then the pool of the program gets its target. */
#ifndef CLI_PREPARE_H
#define CLI_PREPARE_H

#include "cli/app.h"

/* For db_pool_options.prepare; `data` is the app. */
void prepare_pool(struct db_pool *pool, void *data);

/* While the app closes: lets the cluster go as soon as nothing needs it any more. */
void prepare_release(struct app *app);

#endif
