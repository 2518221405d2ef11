/* Reads URLs and keyword=value texts. The grammar is libpq's (PQconninfoParse does the last step),
 * made stricter where a misplaced character of a password could end up in a host, port or database
 * name: those are the parts that are said aloud. libpq's own error texts quote pieces of the input,
 * so they are never looked at. Rules for hosts and TLS: settings_tls.c. */
#include <ctype.h>
#include <errno.h>
#include <libpq-fe.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "db/limits.h"
#include "db/settings_internal.h"

#define SENTENCE_FORM                                                                    \
    "The database URL cannot be read: it must look like "                                \
    "postgresql://user:password@host:5432/database?sslmode=require, with @ : / ? and % " \
    "inside a password written as %40 %3A %2F %3F and %25."

static const char *const foreign_names[] = {"prepared_statement_cache_size", "async_fallback"};

static void wipe_buf(struct buf *buf)
{
    if (buf->data)
        explicit_bzero(buf->data, buf->capacity);
    buf_free(buf);
}

#define SECRET_BUF  CLEANUP(wipe_buf) struct buf
#define SECRET_TEXT CLEANUP(settings_wipe) char *

static bool is_unset(const char *text)
{
    return !text || text[strspn(text, " \t\r\n")] == '\0' || strncmp(text, "${", 2) == 0;
}

/* --- the text before libpq sees it ----------------------------------------------------------- */

/* The length of "postgresql+psycopg2://" and the like; 0 when the text is no URL; -EINVAL for the
 * URL of something else. */
static int scheme_length(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789+.-_");
    if (length == 0 || strncmp(text + length, "://", 3) != 0)
        return 0;
    size_t base = strcspn(text, "+:");
    bool known = (base == 8 && strncmp(text, "postgres", 8) == 0) ||
                 (base == 10 && strncmp(text, "postgresql", 10) == 0);
    bool has_driver = text[base] == '+';
    if (!known || (has_driver && length == base + 1))
        return -EINVAL;
    return (int)length + 3;
}

static bool has_bad_bytes(const char *text)
{
    size_t length = strlen(text);
    if (!utf8_is_valid(text, length))
        return true;
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return true;
    }
    return false;
}

static bool has_bad_escape(const char *text)
{
    for (const char *c = strchr(text, '%'); c; c = strchr(c + 1, '%')) {
        if (!isxdigit((unsigned char)c[1]) || !isxdigit((unsigned char)c[2]) ||
            (c[1] == '0' && c[2] == '0'))
            return true;
    }
    return false;
}

/* A raw '@' after the first, or one behind the first '/' or '?', belongs to a password that was not
 * escaped; libpq would take what follows for a host, a database or a parameter. */
static bool has_stray_at(const char *rest)
{
    const char *at = strchr(rest, '@');
    if (!at)
        return false;
    return strchr(at + 1, '@') || strcspn(rest, "/?") < (size_t)(at - rest);
}

static int hex_digit(char c)
{
    if (isdigit((unsigned char)c))
        return c - '0';
    return tolower((unsigned char)c) - 'a' + 10;
}

/* Escapes were checked before. */
static char *unescape(const char *text, size_t length)
{
    char *plain = mem_strndup(text, length);
    if (!plain)
        return NULL;
    char *to = plain;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '%' && i + 2 < length) {
            *to++ = (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            *to++ = text[i];
        }
    }
    *to = '\0';
    return plain;
}

/* --- query parameters ------------------------------------------------------------------------ */

static bool is_libpq_keyword(const char *name, size_t length)
{
    PQconninfoOption *options = PQconndefaults();
    bool found = length == 3 && strncmp(name, "ssl", 3) == 0;
    for (PQconninfoOption *o = options; !found && o && o->keyword; o++)
        found = strlen(o->keyword) == length && strncmp(o->keyword, name, length) == 0;
    PQconninfoFree(options);
    return found;
}

static bool is_foreign_name(const char *name, size_t length)
{
    for (size_t i = 0; i < ARRAY_LENGTH(foreign_names); i++) {
        if (strlen(foreign_names[i]) == length && strncmp(foreign_names[i], name, length) == 0)
            return true;
    }
    return false;
}

/* connect_timeout and application_name are libpq's names as well: ours come first. */
static int take_own_setting(struct db_settings *settings, const char *name, size_t name_length,
                            const char *value, struct buf *why)
{
    char own[32];
    if (name_length >= sizeof(own))
        return -ENOENT;
    memcpy(own, name, name_length);
    own[name_length] = '\0';
    if (strcmp(own, "pgbouncer") == 0)
        return db_settings_set(settings, "transaction_pooler", value, why);
    return db_settings_set(settings, own, value, why);
}

/* One "name=value" of the query: ours is set, libpq's goes on, anything else is refused. */
static int take_parameter(struct db_settings *settings, struct buf *clean, const char *text,
                          size_t length, struct buf *why)
{
    const char *equals = memchr(text, '=', length);
    if (!equals)
        return settings_refuse(why, SENTENCE_FORM);
    size_t name_length = (size_t)(equals - text);
    SECRET_TEXT value = unescape(equals + 1, length - name_length - 1);
    if (!value)
        return -ENOMEM;
    int r = take_own_setting(settings, text, name_length, value, why);
    if (r != -ENOENT)
        return r;
    if (is_foreign_name(text, name_length))
        return 0;
    if (!is_libpq_keyword(text, name_length))
        return settings_refuse(why, "The database URL has a parameter after the question mark "
                                    "that is neither libpq's nor a setting of the pool.");
    (void)buf_append_char(clean, strchr(buf_text(clean), '?') ? '&' : '?');
    return buf_append(clean, text, length);
}

/* "postgresql://" + authority and path + the parameters that libpq should see. */
static int rewrite_url(struct db_settings *settings, const char *rest, struct buf *clean,
                       struct buf *why)
{
    size_t head = strcspn(rest, "?");
    (void)buf_append_text(clean, "postgresql://");
    (void)buf_append(clean, rest, head);
    const char *at = rest + head;
    while (*at) {
        at++;
        size_t length = strcspn(at, "&");
        int r = length > 0 ? take_parameter(settings, clean, at, length, why) : 0;
        if (r < 0)
            return r;
        at += length;
    }
    return clean->error;
}

/* --- from libpq's list to ours --------------------------------------------------------------- */

static void wipe_options(PQconninfoOption *options)
{
    for (PQconninfoOption *o = options; o && o->keyword; o++) {
        if (o->val)
            explicit_bzero(o->val, strlen(o->val));
    }
    PQconninfoFree(options);
}

static int take_options(struct db_settings *settings, const char *text, struct buf *why)
{
    char *error = NULL;
    PQconninfoOption *options = PQconninfoParse(text, &error);
    if (!options) {
        if (error)
            explicit_bzero(error, strlen(error));
        PQfreemem(error);
        return settings_refuse(why, SENTENCE_FORM);
    }
    int r = 0;
    for (PQconninfoOption *o = options; o->keyword && r == 0; o++) {
        if (o->val && *o->val)
            r = settings_set_param(settings, o->keyword, o->val);
    }
    wipe_options(options);
    return r;
}

/* A keyword=value text has no percent escapes and no stray '@' rule: quotes do that work there. */
static int take_text(struct db_settings *settings, const char *text, struct buf *why)
{
    int scheme = scheme_length(text);
    if (scheme < 0)
        return settings_refuse(why, "The database URL is not for PostgreSQL: it must start with "
                                    "postgresql:// or postgres://.");
    if (has_bad_bytes(text))
        return settings_refuse(why, "The database URL has a control character or a byte that is "
                                    "not UTF-8.");
    if (scheme == 0)
        return take_options(settings, text, why);
    const char *rest = text + scheme;
    if (strchr(rest, ' ') || has_bad_escape(rest) || has_stray_at(rest))
        return settings_refuse(why, SENTENCE_FORM);
    SECRET_BUF clean = BUF_INIT((size_t)2 * DB_URL_MAX);
    int r = rewrite_url(settings, rest, &clean, why);
    return r < 0 ? r : take_options(settings, buf_text(&clean), why);
}

int db_settings_from_url(struct db_settings *settings, const char *url, struct buf *why)
{
    if (is_unset(url))
        return 0;
    if (strnlen(url, DB_URL_MAX + 1) > DB_URL_MAX)
        return settings_refuse(why, "The database URL is longer than 4096 bytes.");
    struct db_settings fresh;
    int r = db_settings_copy(&fresh, settings);
    if (r < 0)
        return r;
    SECRET_TEXT application = NULL;
    const char *named = db_settings_param(settings, "application_name");
    if (named && !(application = mem_strdup(named))) {
        db_settings_free(&fresh);
        return -ENOMEM;
    }
    settings_clear_params(&fresh);
    if (application)
        r = settings_set_param(&fresh, "application_name", application);
    if (r == 0)
        r = take_text(&fresh, url, why);
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
