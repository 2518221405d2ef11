/* The migrations of schema/, embedded (made at build time by script/migrations_to_c.sh). */
#ifndef SCHEMA_MIGRATIONS_H
#define SCHEMA_MIGRATIONS_H

#include "db/migrate.h"

extern const struct db_migrations schema_migrations;

#endif
