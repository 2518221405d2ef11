/* The settings as a record: defaults, the list of connection parameters, what may be said about
 * them aloud. Single values are read in settings_set.c, URLs and the environment in settings_url.c
 * and settings_env.c; the rules for hosts and TLS are in settings_tls.c. */
#include "db/settings.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "db/limits.h"
#include "db/settings_internal.h"

void db_settings_init(struct db_settings *settings)
{
    *settings = (struct db_settings){
        .pool_size = DB_POOL_SIZE,
        .max_overflow = DB_MAX_OVERFLOW,
        .pool_timeout_ms = DB_POOL_TIMEOUT_MS,
        .pool_recycle_ms = DB_POOL_RECYCLE_MS,
        .pool_pre_ping = true,
        .idle_timeout_ms = DB_IDLE_TIMEOUT_MS,
        .connect_timeout_ms = DB_CONNECT_TIMEOUT_MS,
        .statement_timeout_ms = DB_STATEMENT_TIMEOUT_MS,
        .lock_timeout_ms = DB_LOCK_TIMEOUT_MS,
        .transaction_pooler = -1,
    };
}

void db_settings_free(struct db_settings *settings)
{
    settings_clear_params(settings);
    settings->is_set = false;
}

/* --- connection parameters ------------------------------------------------------------------- */

void settings_wipe(char **text)
{
    if (*text)
        explicit_bzero(*text, strlen(*text));
    mem_free(*text);
    *text = NULL;
}

void settings_clear_params(struct db_settings *settings)
{
    for (size_t i = 0; settings->keywords && settings->keywords[i]; i++) {
        mem_free(settings->keywords[i]);
        settings_wipe(&settings->values[i]);
    }
    mem_free(settings->keywords);
    mem_free(settings->values);
    settings->keywords = NULL;
    settings->values = NULL;
}

static size_t count_params(const struct db_settings *settings)
{
    size_t count = 0;
    while (settings->keywords && settings->keywords[count])
        count++;
    return count;
}

static size_t find_param(const struct db_settings *settings, const char *keyword)
{
    size_t i = 0;
    while (settings->keywords && settings->keywords[i] &&
           strcmp(settings->keywords[i], keyword) != 0)
        i++;
    return i;
}

const char *db_settings_param(const struct db_settings *settings, const char *keyword)
{
    size_t i = find_param(settings, keyword);
    return settings->keywords && settings->keywords[i] ? settings->values[i] : NULL;
}

static void remove_param(struct db_settings *settings, size_t at, size_t count)
{
    mem_free(settings->keywords[at]);
    settings_wipe(&settings->values[at]);
    for (size_t i = at; i < count; i++) {
        settings->keywords[i] = settings->keywords[i + 1];
        settings->values[i] = settings->values[i + 1];
    }
}

static int append_param(struct db_settings *settings, size_t count, const char *keyword,
                        const char *value)
{
    char **keywords = mem_realloc(settings->keywords, (count + 2) * sizeof(*keywords));
    if (!keywords)
        return -ENOMEM;
    settings->keywords = keywords;
    keywords[count] = NULL;
    char **values = mem_realloc(settings->values, (count + 2) * sizeof(*values));
    if (!values)
        return -ENOMEM;
    settings->values = values;
    char *name_copy = mem_strdup(keyword);
    values[count] = name_copy ? mem_strdup(value) : NULL;
    if (!values[count]) {
        mem_free(name_copy);
        return -ENOMEM;
    }
    keywords[count] = name_copy;
    keywords[count + 1] = NULL;
    values[count + 1] = NULL;
    return 0;
}

int settings_set_param(struct db_settings *settings, const char *keyword, const char *value)
{
    size_t count = count_params(settings);
    size_t at = find_param(settings, keyword);
    if (!value) {
        if (at < count)
            remove_param(settings, at, count);
        return 0;
    }
    if (at == count)
        return append_param(settings, count, keyword, value);
    char *copy = mem_strdup(value);
    if (!copy)
        return -ENOMEM;
    settings_wipe(&settings->values[at]);
    settings->values[at] = copy;
    return 0;
}

int db_settings_copy(struct db_settings *ret_copy, const struct db_settings *settings)
{
    struct db_settings copy = *settings;
    copy.keywords = NULL;
    copy.values = NULL;
    for (size_t i = 0; settings->keywords && settings->keywords[i]; i++) {
        int r = append_param(&copy, i, settings->keywords[i], settings->values[i]);
        if (r < 0) {
            db_settings_free(&copy);
            return r;
        }
    }
    *ret_copy = copy;
    return 0;
}

void db_settings_describe(const struct db_settings *settings, struct buf *text)
{
    static const struct {
        const char *keyword;
        const char *label;
    } shown[] = {{"host", "host"},
                 {"port", "port"},
                 {"dbname", "database"},
                 {"user", "user"},
                 {"sslmode", "tls"}};

    if (!settings->is_set) {
        (void)buf_append_text(text, "no database named");
        return;
    }
    const char *separator = "";
    for (size_t i = 0; i < ARRAY_LENGTH(shown); i++) {
        const char *value = db_settings_param(settings, shown[i].keyword);
        if (!value)
            continue;
        (void)buf_printf(text, "%s%s %s", separator, shown[i].label, value);
        separator = " ";
    }
    if (settings->tls_weaker)
        (void)buf_append_text(text, " (weaker than verify-full, as set)");
}

int settings_refuse(struct buf *why, const char *sentence)
{
    if (why) {
        buf_reset(why);
        (void)buf_append_text(why, sentence);
    }
    return -EINVAL;
}
