/* libpq's PG* variables: read once through libpq itself, so that services and password files work
 * as people know them, and then taken out of the environment. */
#include <errno.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "db/settings_internal.h"

static bool is_in_environment(const char *name)
{
    const char *value = getenv(name);
    return value && *value && strncmp(value, "${", 2) != 0;
}

static int take_defaults(struct db_settings *settings)
{
    PQconninfoOption *options = PQconndefaults();
    if (!options)
        return -ENOMEM;
    int r = 0;
    for (PQconninfoOption *o = options; o->keyword && r == 0; o++) {
        if (o->val && *o->val && strcmp(o->keyword, "application_name") != 0)
            r = settings_set_param(settings, o->keyword, o->val);
        if (o->val)
            explicit_bzero(o->val, strlen(o->val));
    }
    PQconninfoFree(options);
    return r;
}

int db_settings_from_environment(struct db_settings *settings, struct buf *why)
{
    bool has_service = is_in_environment("PGSERVICE");
    bool has_place = is_in_environment("PGHOST") || is_in_environment("PGHOSTADDR") ||
                     is_in_environment("PGDATABASE");
    if (!has_service && !has_place)
        return 0;
    struct db_settings fresh;
    int r = db_settings_copy(&fresh, settings);
    if (r < 0)
        return r;
    r = take_defaults(&fresh);
    if (r == 0 && has_service && !has_place && !db_settings_param(&fresh, "host") &&
        !db_settings_param(&fresh, "hostaddr") && !db_settings_param(&fresh, "dbname"))
        r = settings_refuse(why, "The service that PGSERVICE names is in no service file.");
    if (r == 0)
        r = settings_complete(&fresh, why);
    if (r < 0) {
        db_settings_free(&fresh);
        return r;
    }
    db_settings_free(settings);
    *settings = fresh;
    return 0;
}

void db_settings_seal_environment(void)
{
    /* Read by libpq outside of its list of options. */
    static const char *const others[] = {"PGSERVICE", "PGSERVICEFILE", "PGSYSCONFDIR",
                                         "PGREALM",   "PGDATESTYLE",   "PGTZ",
                                         "PGGEQO",    "PGLOCALEDIR"};
    PQconninfoOption *options = PQconndefaults();
    for (PQconninfoOption *o = options; o && o->keyword; o++) {
        if (o->envvar)
            (void)unsetenv(o->envvar);
    }
    PQconninfoFree(options);
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
        (void)unsetenv(others[i]);
}
