/* One setting by name, as people write it in a URL, a variable or an option. */
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "db/limits.h"
#include "db/settings_internal.h"

static int refuse_value(struct buf *why, const char *name, const char *allowed)
{
    if (why) {
        buf_reset(why);
        (void)buf_printf(why, "The setting %s must be %s.", name, allowed);
    }
    return -EINVAL;
}

static int parse_choice(const char *text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(text, names[i]) == 0)
            return (int)i;
    }
    return -EINVAL;
}

static int parse_yes_no(const char *text)
{
    static const char *const words[] = {"no", "yes", "off", "on", "false", "true", "0", "1"};
    int found = parse_choice(text, words, ARRAY_LENGTH(words));
    return found < 0 ? found : found % 2;
}

static int parse_number(const char *text, long most, long *ret_number, const char **ret_rest)
{
    if (!isdigit((unsigned char)*text))
        return -EINVAL;
    long number = 0;
    for (; isdigit((unsigned char)*text); text++) {
        number = number * 10 + (*text - '0');
        if (number > most)
            return -EINVAL;
    }
    *ret_number = number;
    *ret_rest = text;
    return 0;
}

static int parse_duration(const char *text, uint64_t *ret_ms)
{
    static const struct {
        const char *unit;
        uint64_t ms;
    } units[] = {{"", 1000}, {"s", 1000}, {"ms", 1}, {"min", 60000}, {"h", 3600000}};

    const uint64_t most = (uint64_t)DB_DURATION_MAX_S * 1000;
    const char *unit;
    long number;
    if (parse_number(text, (long)most, &number, &unit) < 0)
        return -EINVAL;
    for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
        uint64_t ms = (uint64_t)number * units[i].ms;
        if (strcmp(unit, units[i].unit) == 0 && ms <= most) {
            *ret_ms = ms;
            return 0;
        }
    }
    return -EINVAL;
}

enum setting_kind {
    SETTING_NUMBER,
    SETTING_DURATION,
    SETTING_YES_NO
};

static const struct setting {
    const char *name;
    enum setting_kind kind;
    size_t offset;
    long least, most; /* of a number; 1 as `least` of a duration: must not be 0 */
    const char *allowed;
} settings_table[] = {
    {"pool_size", SETTING_NUMBER, offsetof(struct db_settings, pool_size), 1, DB_POOL_SIZE_MAX,
     "a number from 1 to 32"},
    {"max_overflow", SETTING_NUMBER, offsetof(struct db_settings, max_overflow), 0,
     DB_MAX_OVERFLOW_MAX, "a number from 0 to 32"},

#define DURATION(field, least)                                                         \
    {                                                                                  \
#field, SETTING_DURATION, offsetof(struct db_settings, field##_ms), least, 0,  \
            "a duration up to a day, in seconds or with a unit: 500ms, 10s, 30min, 4h" \
    }
    DURATION(pool_timeout, 1),
    DURATION(pool_recycle, 1),
    DURATION(idle_timeout, 1),
    DURATION(connect_timeout, 1),
    DURATION(statement_timeout, 1),
    DURATION(lock_timeout, 1),
    {"pool_pre_ping", SETTING_YES_NO, offsetof(struct db_settings, pool_pre_ping), 0, 0,
     "yes or no"},
    {"echo", SETTING_YES_NO, offsetof(struct db_settings, echo), 0, 0, "yes or no"},
};

static int set_number(const struct setting *row, void *field, const char *value)
{
    const char *rest;
    long number;
    if (parse_number(value, row->most, &number, &rest) < 0 || *rest || number < row->least)
        return -EINVAL;
    *(int *)field = (int)number;
    return 0;
}

static int set_from_row(struct db_settings *settings, const struct setting *row, const char *value)
{
    void *field = (char *)settings + row->offset;
    uint64_t ms;
    int yes;
    switch (row->kind) {
    case SETTING_NUMBER:
        return set_number(row, field, value);
    case SETTING_DURATION:
        if (parse_duration(value, &ms) < 0 || ms < (uint64_t)row->least)
            return -EINVAL;
        *(uint64_t *)field = ms;
        return 0;
    case SETTING_YES_NO:
        yes = parse_yes_no(value);
        if (yes >= 0)
            *(bool *)field = yes == 1;
        return yes < 0 ? yes : 0;
    }
    return -EINVAL;
}

static int set_tls(struct db_settings *settings, const char *value, struct buf *why)
{
    static const char *const names[] = {"auto",    "verify-full", "verify-ca",
                                        "require", "prefer",      "off"};
    int found = parse_choice(value, names, ARRAY_LENGTH(names));
    if (found < 0)
        return refuse_value(why, "tls", "verify-full, verify-ca, require, prefer, off or auto");
    settings->tls = (enum db_tls)found;
    return settings->is_set ? settings_apply_tls(settings) : 0;
}

static int set_pooler(struct db_settings *settings, const char *value, struct buf *why)
{
    int yes = strcasecmp(value, "auto") == 0 ? -1 : parse_yes_no(value);
    if (yes < -1)
        return refuse_value(why, "transaction_pooler", "auto, yes or no");
    settings->transaction_pooler = yes;
    return 0;
}

static int set_application(struct db_settings *settings, const char *value, struct buf *why)
{
    for (const char *c = value; *c; c++) {
        if (*c < ' ' || *c > '~' || c - value >= 63)
            return refuse_value(why, "application_name", "at most 63 printable ASCII characters");
    }
    return settings_set_param(settings, "application_name", value);
}

int db_settings_set(struct db_settings *settings, const char *name, const char *value,
                    struct buf *why)
{
    for (size_t i = 0; i < ARRAY_LENGTH(settings_table); i++) {
        if (strcmp(settings_table[i].name, name) != 0)
            continue;
        int r = set_from_row(settings, &settings_table[i], value);
        return r < 0 ? refuse_value(why, name, settings_table[i].allowed) : 0;
    }
    if (strcmp(name, "tls") == 0)
        return set_tls(settings, value, why);
    if (strcmp(name, "transaction_pooler") == 0)
        return set_pooler(settings, value, why);
    if (strcmp(name, "application_name") == 0)
        return set_application(settings, value, why);
    return -ENOENT;
}
