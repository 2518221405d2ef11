/* What a set of connection parameters must satisfy before it is used: hosts and ports that look
 * like hosts and ports, this machine or a remote one, and the protection that follows from it. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "db/limits.h"
#include "db/settings_internal.h"

enum {
    PATH_ROOM = 512
};

/* --- hosts ----------------------------------------------------------------------------------- */

static bool is_host_char(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 || strchr("._-:%", c) != NULL;
}

static bool is_good_host(const char *host, size_t length)
{
    if (length > 255)
        return false;
    if (length > 0 && (host[0] == '/' || host[0] == '@'))
        return memchr(host + 1, '@', length - 1) == NULL;
    for (size_t i = 0; i < length; i++) {
        if (!is_host_char(host[i]))
            return false;
    }
    return true;
}

static bool is_local_host(const char *host, size_t length)
{
    if (length == 0 || host[0] == '/' || host[0] == '@')
        return true;
    if (length == 9 && strncasecmp(host, "localhost", 9) == 0)
        return true;
    if (length == 3 && strncmp(host, "::1", 3) == 0)
        return true;
    return length > 4 && strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") >= length;
}

/* Goes through a comma-separated list; false as soon as `check` says so. */
static bool every_item(const char *list, bool (*check)(const char *item, size_t length))
{
    int items = 0;
    for (const char *at = list;; at++) {
        size_t length = strcspn(at, ",");
        if (!check(at, length) || ++items > DB_HOSTS_MAX)
            return false;
        at += length;
        if (!*at)
            return true;
    }
}

static bool is_good_port(const char *port, size_t length)
{
    long number = 0;
    for (size_t i = 0; i < length; i++) {
        if (!isdigit((unsigned char)port[i]) || i >= 5)
            return false;
        number = number * 10 + (port[i] - '0');
    }
    return length == 0 || (number > 0 && number < 65536);
}

static int check_places(const struct db_settings *settings, struct buf *why)
{
    const char *host = db_settings_param(settings, "host");
    const char *address = db_settings_param(settings, "hostaddr");
    const char *port = db_settings_param(settings, "port");
    if ((host && !every_item(host, is_good_host)) ||
        (address && !every_item(address, is_good_host)))
        return settings_refuse(why, "The database URL cannot be read: what stands at the place of "
                                    "the host is no host name. If the password holds one of "
                                    "@ : / ? # %, write that character as a percent escape.");
    if (port && !every_item(port, is_good_port))
        return settings_refuse(why, "The database URL cannot be read: what stands at the place of "
                                    "the port is no number from 1 to 65535. If the password holds "
                                    "one of @ : / ? %, write that character as a percent "
                                    "escape.");
    return 0;
}

/* libpq's own default differs by packager: the socket that is there decides. */
static const char *default_host(const struct db_settings *settings)
{
    static const char *const folders[] = {"/var/run/postgresql", "/tmp"};
    const char *port = db_settings_param(settings, "port");
    for (size_t i = 0; i < ARRAY_LENGTH(folders); i++) {
        char path[PATH_ROOM];
        (void)snprintf(path, sizeof(path), "%s/.s.PGSQL.%s", folders[i], port ? port : "5432");
        if (access(path, F_OK) == 0)
            return folders[i];
    }
    return "localhost";
}

/* --- TLS ------------------------------------------------------------------------------------- */

static const char *const tls_names[] = {
    [DB_TLS_DEFAULT] = "prefer",      [DB_TLS_VERIFY_FULL] = "verify-full",
    [DB_TLS_VERIFY_CA] = "verify-ca", [DB_TLS_REQUIRE] = "require",
    [DB_TLS_PREFER] = "prefer",       [DB_TLS_OFF] = "disable"};

static int asked_tls(const char *sslmode, enum db_tls *ret_tls)
{
    if (!sslmode) {
        *ret_tls = DB_TLS_DEFAULT;
        return 0;
    }
    for (size_t i = 1; i < ARRAY_LENGTH(tls_names); i++) {
        if (strcmp(sslmode, tls_names[i]) == 0) {
            *ret_tls = (enum db_tls)i;
            return 0;
        }
    }
    if (strcmp(sslmode, "allow") != 0)
        return -EINVAL;
    *ret_tls = DB_TLS_PREFER;
    return 0;
}

/* The certificate authorities that this machine trusts: a person's own root.crt where libpq looks
 * for it, else the system's bundle. NULL when there is none: then verification fails, closed. */
static const char *find_authorities(char *room, size_t size)
{
    static const char *const bundles[] = {
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem", "/opt/homebrew/etc/openssl@3/cert.pem"};

    const char *home = getenv("HOME");
    int length = snprintf(room, size, "%s/.postgresql/root.crt", home ? home : "");
    if (home && length > 0 && (size_t)length < size && access(room, R_OK) == 0)
        return room;
    for (size_t i = 0; i < ARRAY_LENGTH(bundles); i++) {
        if (access(bundles[i], R_OK) == 0)
            return bundles[i];
    }
    return NULL;
}

static int set_authorities(struct db_settings *settings, enum db_tls tls)
{
    const char *named = db_settings_param(settings, "sslrootcert");
    bool is_system = named && strcmp(named, "system") == 0;
    if (named && !is_system && !settings->found_authorities)
        return 0;
    bool is_needed = tls == DB_TLS_VERIFY_FULL || tls == DB_TLS_VERIFY_CA;
    char room[PATH_ROOM];
    settings->found_authorities = is_needed;
    return settings_set_param(settings, "sslrootcert",
                              is_needed ? find_authorities(room, sizeof(room)) : NULL);
}

int settings_apply_tls(struct db_settings *settings)
{
    enum db_tls tls = settings->tls;
    if (tls == DB_TLS_DEFAULT)
        tls = settings->is_remote ? DB_TLS_VERIFY_FULL : settings->asked_tls;
    settings->tls_weaker = settings->is_remote && tls != DB_TLS_VERIFY_FULL;
    int r = settings_set_param(settings, "sslmode", tls_names[tls]);
    return r < 0 ? r : set_authorities(settings, tls);
}

/* --- the rest -------------------------------------------------------------------------------- */

static int set_default(struct db_settings *settings, const char *keyword, const char *value)
{
    return db_settings_param(settings, keyword) ? 0 : settings_set_param(settings, keyword, value);
}

static int fill_in(struct db_settings *settings)
{
    static const struct {
        const char *keyword, *value;
        bool is_fixed;
    } rows[] = {
        {"client_encoding", "UTF8", true},
        {"gssencmode", "disable", true},
        {"keepalives", "1", false},
        {"keepalives_idle", "30", false},
        {"keepalives_interval", "10", false},
        {"keepalives_count", "3", false},
        {"tcp_user_timeout", "15000", false},
        {"target_session_attrs", "any", false},
        {"port", "5432", false},
    };

    const char *port = db_settings_param(settings, "port");
    bool says_nothing = port && port[strspn(port, ",")] == '\0'; /* of several hosts without one */
    int r = says_nothing ? settings_set_param(settings, "port", NULL) : 0;
    for (size_t i = 0; i < ARRAY_LENGTH(rows) && r == 0; i++)
        r = rows[i].is_fixed ? settings_set_param(settings, rows[i].keyword, rows[i].value)
                             : set_default(settings, rows[i].keyword, rows[i].value);
    if (r == 0)
        r = set_default(settings, "application_name", program_invocation_short_name);
    if (r == 0 && !db_settings_param(settings, "hostaddr"))
        r = set_default(settings, "host", default_host(settings));
    return r;
}

static int take_secrets(struct db_settings *settings)
{
    const char *password = getenv("PGPASSWORD");
    const char *file = getenv("PGPASSFILE");
    int r = password && *password ? set_default(settings, "password", password) : 0;
    return r == 0 && file && *file ? set_default(settings, "passfile", file) : r;
}

int settings_complete(struct db_settings *settings, struct buf *why)
{
    int r = check_places(settings, why);
    if (r == 0 && asked_tls(db_settings_param(settings, "sslmode"), &settings->asked_tls) < 0)
        r = settings_refuse(why, "The parameter sslmode must be disable, allow, prefer, require, "
                                 "verify-ca or verify-full.");
    if (r == 0 && db_settings_param(settings, "replication"))
        r = settings_refuse(why, "The parameter replication cannot be used here.");
    if (r == 0)
        r = fill_in(settings);
    if (r == 0)
        r = take_secrets(settings);
    if (r < 0)
        return r;
    const char *host = db_settings_param(settings, "host");
    const char *address = db_settings_param(settings, "hostaddr");
    settings->is_remote = (host && !every_item(host, is_local_host)) ||
                          (address && !every_item(address, is_local_host));
    settings->is_set = true;
    return settings_apply_tls(settings);
}
