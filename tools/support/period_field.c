/* The field types `period` and `month`: what is accepted, what is said to what is not. Which days are
 * meant is known later (period.c). */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/support/period.h"
#include "tools/support/period_word.h"

static void word_schema(const struct field *field, struct json_out *out)
{
    json_put_text(out, "type", "string");
    if (field->extra)
        json_put_text(out, "default", field->extra);
}

/* A copy in small letters with underscores for blanks. */
static char *normal_word(struct bind *bind, const char *text)
{
    char *word = arena_strdup(bind->arena, text);
    for (char *c = word; c && *c != '\0'; c++) {
        int small = tolower((unsigned char)*c);
        *c = (char)(small == ' ' ? '_' : small);
    }
    return word;
}

static int word_bind(struct bind *bind, const struct field *field, const cJSON *value, void *target)
{
    (void)field;
    int r = -EINVAL;
    char *word = NULL;
    if (cJSON_IsString(value)) {
        word = normal_word(bind, value->valuestring);
        if (!word)
            return -ENOMEM;
        r = period_check_word(word);
    }
    if (r == -ERANGE) {
        return bind_fail(bind,
                         "names days that do not exist, ends before it starts, or reaches beyond "
                         "1900 to 2999, got %s",
                         bind_show(bind, value));
    }
    if (r != 0) {
        return bind_fail(bind,
                         "must be today, yesterday, this_/last_ with week, month, quarter or year, "
                         "mtd, ytd, last_N_days/weeks/months/years, YYYY, YYYY-Qn, YYYY-MM, "
                         "YYYY-Www, YYYY-MM-DD, A..B or all, got %s",
                         bind_show(bind, value));
    }
    ((struct period_word *)target)->text = word;
    return 0;
}

static int month_bind(struct bind *bind, const struct field *field, const cJSON *value,
                      void *target)
{
    struct period_spec spec;
    char *word = normal_word(bind, cJSON_IsString(value) ? value->valuestring : "");
    (void)field;
    if (!word)
        return -ENOMEM;
    bool is_month = period_word_parse(word, &spec) == 0 && !strstr(word, "..") &&
                    ((spec.form == FORM_UNITS && spec.unit == UNIT_MONTH && spec.count == 1) ||
                     (spec.form == FORM_SPAN && spec.first.unit == UNIT_MONTH));
    if (!is_month)
        return bind_fail(bind, "must be this_month, last_month or YYYY-MM, got %s",
                         bind_show(bind, value));
    ((struct period_word *)target)->text = word;
    return 0;
}

static int fail_at(struct bind *bind, const char *path, const char *message)
{
    const char *outer = bind->path;
    bind->path = path;
    int r = bind_fail(bind, "%s", message);
    bind->path = outer;
    return r;
}

static int fail_order(struct bind *bind, const struct period *period)
{
    char start[DATE_TEXT_SIZE];
    char end[DATE_TEXT_SIZE];
    char message[2 * DATE_TEXT_SIZE + 64];
    date_format(period->start_date.day, start);
    date_format(period->end_date.day, end);
    (void)snprintf(message, sizeof(message), "must not be before start_date %s, got %s", start,
                   end);
    return fail_at(bind, "end_date",
                   period->start_date.is_relative ? "must not be before start_date" : message);
}

static int period_finish(struct bind *bind, const struct field *field, bool given, void *target)
{
    (void)given;
    struct period *period = target;
    bool has_start = period->start_date.given;
    bool has_end = period->end_date.given;
    if (period->period.text && (has_start || has_end))
        return fail_at(bind, "period", "give either period or start_date with end_date, not both");
    if (has_start != has_end)
        return fail_at(bind, has_start ? "end_date" : "start_date",
                       "is missing: start_date and end_date belong together (today is a date)");
    bool is_comparable = period->start_date.is_relative == period->end_date.is_relative;
    if (has_start && is_comparable && period->end_date.day < period->start_date.day)
        return fail_order(bind, period);
    if (!period->period.text && !has_start)
        period->period.text = field->fields[0].extra;
    return 0;
}

const struct field_type field_period_word = {
    .name = "period",
    .schema = word_schema,
    .bind = word_bind,
};

const struct field_type field_month = {
    .name = "month",
    .schema = word_schema,
    .bind = month_bind,
};

static void group_schema(const struct field *field, struct json_out *out)
{
    (void)field; /* its members are written one by one */
    (void)out;
}

static int group_bind(struct bind *bind, const struct field *field, const cJSON *value,
                      void *target)
{
    return bind_object(bind, field->fields, value, target);
}

const struct field_type field_period = {
    .name = "period",
    .schema = group_schema,
    .bind = group_bind,
    .is_group = true,
    .finish = period_finish,
};
