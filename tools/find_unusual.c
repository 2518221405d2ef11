/* find_unusual: what is odd in some days: double charges, price rises, payments that did not come,
 * amounts, categories and merchants out of the usual, fees. Each against its baseline. */
#include "tools/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/find_unusual.sql.h"
#include "tools/support/answer.h"
#include "tools/support/finding.h"
#include "tools/support/limits.h"
#include "tools/support/query.h"
#include "tools/support/sentence.h"
#include "tools/support/spoken.h"

struct find_unusual_args {
    struct period period;
    struct field_list kinds; /* of const char * */
    const char *sensitivity;
    struct field_opt_int limit;
};

enum {
    COLUMN_EXAMINED,
    COLUMN_PURCHASES,
    COLUMN_SINCE,
    COLUMN_KNOWS,
    COLUMN_TALLY,
    COLUMN_FINDINGS,
    COLUMN_FINDING
};

enum {
    LIKE_PERIODS = 12,     /* before each, for spikes */
    ARRAY_MAX = 64 * 1024, /* bytes of a list of days */
    SHORT_DAYS = 62        /* longer ones are looked at month by month */
};

static const char *const all_kinds[] = {
    "outlier",           "duplicate",      "new_merchant", "price_rise",
    "missing_recurring", "category_spike", "fee",          NULL};
static const char *const sensitivities[] = {"low", "normal", "high", NULL};

static const struct field args[] = {
    ARG_PERIOD(struct find_unusual_args, period, "last_30_days"),
    ARG_LIST(struct find_unusual_args, kinds, .item = &field_choice, .choices = all_kinds,
             .size = sizeof(const char *), .min = 1, .max = ARRAY_LENGTH(all_kinds) - 1,
             .flags = FIELD_PLAIN, .doc = "Only these; all by default."),
    ARG_CHOICE(struct find_unusual_args, sensitivity, .choices = sensitivities, .def = "normal",
               .flags = FIELD_PLAIN, .doc = "high finds more, and more that is harmless."),
    ARG_OPT_INT(struct find_unusual_args, limit, .min = 1, .max = ROWS_MAX, .flags = FIELD_PLAIN,
                .doc = "Most rows."),
    ARG_END,
};

static const struct field result[] = {
    OUT_ANSWER(finding_fields),
    OUT_ANY_OBJECT("kinds"),
    OUT_END,
};

/* --- asking ---------------------------------------------------------------------------------- */

static int unusual_read(struct call *call, const struct db_rows *rows);

/* The parameters that say which periods are compared for spikes. */
struct spans {
    struct buf *units, *backs, *firsts, *lasts;
    int count;
};

static void spans_add(struct spans *spans, int unit, int back, struct period_range range)
{
    char number[12];
    char day[DATE_TEXT_SIZE];
    (void)snprintf(number, sizeof(number), "%d", unit);
    (void)db_array_append(spans->units, number);
    (void)snprintf(number, sizeof(number), "%d", back);
    (void)db_array_append(spans->backs, number);
    (void)db_array_append(spans->firsts, date_format(range.from, day));
    (void)db_array_append(spans->lasts, date_format(range.to, day));
}

/* A period and those like it before; a running one up to today. */
static void spans_add_unit(struct spans *spans, const struct period *period,
                           const struct calendar *calendar)
{
    struct period_range range = period->range;
    spans->count++;
    if (range.to > calendar->today)
        range.to = calendar->today;
    spans_add(spans, spans->count, 0, range);
    for (int back = 1; back <= LIKE_PERIODS; back++)
        spans_add(spans, spans->count, back, period_before(period, calendar, back));
}

/* Long periods month by month: the months that lie in it whole. */
static int spans_add_months(struct call *call, struct spans *spans, const struct period *period)
{
    const struct calendar *calendar = &call_ledger(call)->calendar;
    date_day start = calendar_month_start(calendar, period->range.from);
    for (; start <= period->range.to && start <= calendar->today;
         start = calendar_month_start(calendar, date_add_months(start, 1))) {
        struct period month;
        char word[DATE_TEXT_SIZE];
        date_format(start, word);
        word[strlen("YYYY-MM")] = '\0';
        int r = period_from_word(word, calendar, call_arena(call), &month);
        if (r != 0)
            return r;
        if (month.range.from >= period->range.from &&
            (month.range.to <= period->range.to || month.is_running))
            spans_add_unit(spans, &month, calendar);
    }
    return 0;
}

static int spans_values(struct call *call, struct spans *spans, const char **ret_values)
{
    struct buf *arrays[] = {spans->units, spans->backs, spans->firsts, spans->lasts};
    for (size_t i = 0; i < ARRAY_LENGTH(arrays); i++) {
        if (db_array_end(arrays[i]) != 0)
            return -ENOMEM;
        ret_values[i] = arena_strdup(call_arena(call), buf_text(arrays[i]));
        if (!ret_values[i])
            return -ENOMEM;
    }
    return 0;
}

static int span_parameters(struct call *call, const struct period *period, const char **ret_values)
{
    OWNED_BUF units = BUF_INIT(ARRAY_MAX);
    OWNED_BUF backs = BUF_INIT(ARRAY_MAX);
    OWNED_BUF firsts = BUF_INIT(ARRAY_MAX);
    OWNED_BUF lasts = BUF_INIT(ARRAY_MAX);
    struct spans spans = {.units = &units, .backs = &backs, .firsts = &firsts, .lasts = &lasts};
    int r = 0;
    if (period->range.to - period->range.from < SHORT_DAYS)
        spans_add_unit(&spans, period, &call_ledger(call)->calendar);
    else
        r = spans_add_months(call, &spans, period);
    if (r == 0)
        r = spans_values(call, &spans, ret_values);
    return r;
}

static const char *kinds_value(struct call *call, const struct field_list *kinds)
{
    OWNED_BUF text = BUF_INIT(1024);
    const char *const *wanted = kinds->items;
    for (size_t i = 0; kinds->count == 0 && all_kinds[i]; i++)
        (void)db_array_append(&text, all_kinds[i]);
    for (size_t i = 0; i < kinds->count; i++)
        (void)db_array_append(&text, wanted[i]);
    return db_array_end(&text) == 0 ? arena_strdup(call_arena(call), buf_text(&text)) : NULL;
}

static const char *spreads_of(const char *sensitivity)
{
    /* Iglewicz and Hoaglin take 3.5; 2.5 and 5 are one step to either side. */
    if (strcmp(sensitivity, "low") == 0)
        return "5";
    return strcmp(sensitivity, "high") == 0 ? "2.5" : "3.5";
}

static int unusual_run(struct call *call)
{
    struct find_unusual_args *a = call_args(call);
    const struct ledger *ledger = call_ledger(call);
    bool ends_later = a->period.range.to > ledger->calendar.today;
    const char *kinds = kinds_value(call, &a->kinds);
    const char *values[10] = {
        ledger->id_text,
        ends_later ? ledger->today : a->period.to,
        a->period.from,
        kinds,
        spreads_of(a->sensitivity),
    };
    char most[24];
    if (!kinds)
        return -ENOMEM;
    int r = span_parameters(call, &a->period, values + 5);
    if (r != 0)
        return r;
    (void)snprintf(most, sizeof(most), "%lld",
                   a->limit.given ? (long long)a->limit.value : (long long)ROWS_DEFAULT);
    values[9] = most;
    return tool_read(call, &sql_odd, values, unusual_read);
}

static int unusual_start(struct call *call)
{
    struct find_unusual_args *a = call_args(call);
    bool is_open = a->period.kind == PERIOD_ALL || a->period.kind == PERIOD_NONE;
    if (is_open || a->period.range.to - a->period.range.from >= UNUSUAL_DAYS_MAX)
        return call_refuse(call, "period",
                           "must be at most 366 days, such as last_month or this_year");
    if (a->period.range.from > call_ledger(call)->calendar.today)
        return call_refuse(call, "period",
                           "begins after today, and what is still to come cannot be odd; "
                           "try last_30_days");
    return unusual_run(call);
}

/* --- the sentence ---------------------------------------------------------------------------- */

static const char *figure(const struct answer *answer, size_t column)
{
    return db_rows_text(answer->rows, 0, column);
}

static const struct {
    const char *kind, *one, *many;
} nouns[] = {
    {"duplicate", "probable double charge", "probable double charges"},
    {"price_rise", "price rise", "price rises"},
    {"missing_recurring", "payment that did not come", "payments that did not come"},
    {"outlier", "amount out of the usual", "amounts out of the usual"},
    {"category_spike", "category far above the usual", "categories far above the usual"},
    {"fee", "fee", "fees"},
    {"new_merchant", "new merchant", "new merchants"},
};

/* Takes "kind N" at *at; the number, and which of the nouns. */
static long long take_tally(const char **at, size_t *ret_noun)
{
    long long count = 0;
    size_t length = strcspn(*at, " ");
    for (size_t i = 0; i < ARRAY_LENGTH(nouns); i++) {
        if (strlen(nouns[i].kind) == length && strncmp(nouns[i].kind, *at, length) == 0)
            *ret_noun = i;
    }
    *at += length + ((*at)[length] == ' ' ? 1 : 0);
    for (; **at >= '0' && **at <= '9'; (*at)++)
        count = count * 10 + (**at - '0');
    *at += **at == ';' ? 1 : 0;
    return count;
}

static void say_tally(struct buf *text, const char *tally)
{
    const char *between = ": ";
    while (*tally != '\0') {
        size_t noun = 0;
        long long count = take_tally(&tally, &noun);
        (void)buf_append_text(text, between);
        sentence_count(text, count, nouns[noun].one, nouns[noun].many);
        between = ", ";
    }
    (void)buf_append_char(text, '.');
}

/* "Nothing unusual ", or of the kinds that were asked for "No price rise and no fee ". */
static void say_none(struct buf *text, const struct field_list *kinds)
{
    const char *const *wanted = kinds->items;
    if (kinds->count == 0)
        (void)buf_append_text(text, "Nothing unusual ");
    for (size_t i = 0; i < kinds->count; i++) {
        size_t noun = 0;
        while (noun + 1 < ARRAY_LENGTH(nouns) && strcmp(nouns[noun].kind, wanted[i]) != 0)
            noun++;
        (void)buf_printf(text, "%s %s",
                         i == 0                 ? "No"
                         : i + 1 < kinds->count ? ", no"
                                                : "and no",
                         nouns[noun].one);
        (void)buf_append_text(text, i + 2 < kinds->count ? "" : " ");
    }
}

static void say_first(struct buf *text, const struct answer *answer)
{
    char amount[DECIMAL_TEXT_SIZE];
    const char *currency = figure(answer, COLUMN_FINDING + FINDING_CURRENCY);
    int exponent = currency_exponent(currency);
    (void)buf_append_text(text, " First: ");
    sentence_plain_name(text, figure(answer, COLUMN_FINDING + FINDING_SUBJECT));
    (void)buf_printf(text, " %s %s on %s.",
                     money_format(figure(answer, COLUMN_FINDING + FINDING_AMOUNT),
                                  exponent >= 0 ? exponent : answer->exponent, amount),
                     currency, figure(answer, COLUMN_FINDING + FINDING_DAY));
}

static void write_summary(struct answer *answer, const struct find_unusual_args *a)
{
    OWNED_BUF text = BUF_INIT(SUMMARY_MAX_BYTES);
    const struct calendar *calendar = &call_ledger(answer->call)->calendar;
    long long examined = (long long)db_rows_int(answer->rows, 0, COLUMN_EXAMINED);
    long long findings = (long long)db_rows_int(answer->rows, 0, COLUMN_FINDINGS);
    const char *since = figure(answer, COLUMN_SINCE);
    if (findings > 0) {
        sentence_count(&text, findings, "thing stands out ", "things stand out ");
        period_phrase(&a->period, calendar, &text);
        say_tally(&text, figure(answer, COLUMN_TALLY));
        say_first(&text, answer);
    } else if (examined == 0) {
        (void)buf_append_text(&text, "There are no purchases ");
        period_phrase(&a->period, calendar, &text);
        (void)buf_append_text(&text,
                              ", so there is nothing to look at. Ask for days that have some.");
    } else {
        say_none(&text, &a->kinds);
        period_phrase(&a->period, calendar, &text);
        (void)buf_printf(&text, " among %lld purchase%s.", examined, examined == 1 ? "" : "s");
    }
    if (examined > 0 && !db_rows_bool(answer->rows, 0, COLUMN_KNOWS))
        (void)buf_printf(&text,
                         " What is usual is hardly known: the purchases before that are looked "
                         "at begin on %s.",
                         since);
    answer_summary(answer, &text);
}

/* --- the answer ------------------------------------------------------------------------------ */

static void write_period(struct answer *answer, const struct find_unusual_args *a)
{
    const struct ledger *ledger = call_ledger(answer->call);
    bool ends_later = a->period.range.to > ledger->calendar.today;
    json_put_object(answer->out, "period");
    json_put_text(answer->out, "from", a->period.from);
    json_put_text(answer->out, "to", ends_later ? ledger->today : a->period.to);
    json_put_text(answer->out, "label", a->period.label);
    json_put_text(answer->out, "today", ledger->today);
    json_put_text(answer->out, "timezone", ledger->time_zone);
    json_end_object(answer->out);
}

static void write_kinds(struct answer *answer)
{
    const char *tally = figure(answer, COLUMN_TALLY);
    json_put_object(answer->out, "kinds");
    while (*tally != '\0') {
        size_t noun = 0;
        long long count = take_tally(&tally, &noun);
        json_put_int(answer->out, nouns[noun].kind, count);
    }
    json_end_object(answer->out);
}

static void write_basis(struct answer *answer)
{
    const char *since = figure(answer, COLUMN_SINCE);
    json_put_object(answer->out, "basis");
    json_put_int(answer->out, "purchases", db_rows_int(answer->rows, 0, COLUMN_EXAMINED));
    json_put_int(answer->out, "baseline_purchases", db_rows_int(answer->rows, 0, COLUMN_PURCHASES));
    if (since[0] != '\0')
        json_put_text(answer->out, "baseline_from", since);
    json_end_object(answer->out);
}

static int unusual_read(struct call *call, const struct db_rows *rows)
{
    struct find_unusual_args *a = call_args(call);
    struct answer answer = {.call = call, .rows = rows, .is_large = a->limit.given};
    int64_t findings = db_rows_int(rows, 0, COLUMN_FINDINGS);
    struct answer_list list = {
        .key = "rows",
        .fields = finding_fields,
        .count = findings > 0 ? db_rows_count(rows) : 0,
        .column = COLUMN_FINDING,
    };
    answer_begin(&answer);
    write_summary(&answer, a);
    write_period(&answer, a);
    json_put_int(answer.out, "count", findings);
    write_kinds(&answer);
    answer_listing(&answer, answer_rows(&answer, &list), findings, NULL);
    write_basis(&answer);
    return answer_end(&answer);
}

const struct tool tool_find_unusual = {
    .name = "find_unusual",
    .title = "Find unusual",
    .description =
        "What stands out: double charges, price rises, missing bills, odd amounts, fees.",
    .flags = TOOL_READ_ONLY,
    .args = args,
    .args_size = sizeof(struct find_unusual_args),
    .result = result,
    .start = unusual_start,
};
