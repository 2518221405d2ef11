/* Writes what explain_number found out. */
#include "tools/support/explanation.h"

#include <string.h>

#include "tools/support/money.h"
#include "tools/support/sentence.h"
#include "tools/support/spoken.h"

/* How a figure comes about, by its name; those of one tool first. */
struct formula {
    const char *tool; /* NULL: any */
    const char *name, *formula;
};

/* In front of the name of a figure that only rows have so. */
#define OF_ROW "row "

static const struct formula formulas[] = {
    {"split_balances", "share", "splits of the user + part of what has no splits"},
    {"split_balances", "balance", "paid + gave - share - received"},
    {"forecast_spending", OF_ROW "total", "expected payment x how often it is due"},
    {"forecast_spending", "total", "spent + scheduled + recurring + everything else"},
    {"forecast_spending", "change", "what the scenario adds or takes away"},
    {"list_recurring", "total",
     "what each payment is expected to be x times a year, or times due where days are asked for"},
    {"find_unusual", "total", "sum of what is odd"},
    {"find_unusual", "count", "how many things stand out"},
    {"list_recurring", "count", "how many payments recur"},
    {"budget_status", "left", "budget + carried - spent"},
    {NULL, "total", "sum of the expenses, less refunds"},
    {NULL, "spent", "sum of the expenses, less refunds"},
    {NULL, "spending", "sum of the expenses, less refunds"},
    {NULL, "income", "sum of the income"},
    {NULL, "count", "rows that entered the total: refunds too, rows without a rate not"},
    {NULL, "average", "total / count"},
    {NULL, "median", "the middle amount, or the mean of the two in the middle"},
    {NULL, "share", "100 x total / total of all rows"},
    {NULL, "before", "the same sum over the period before; the mean when there are several"},
    {NULL, "change", "total - before"},
    {NULL, "change_percent", "100 x change / before"},
    {NULL, "net", "income - spending"},
    {NULL, "savings_rate", "100 x net / income"},
};

static const char *inner_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

static const struct formula *formula_of(const struct explanation *why, const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(formulas); i++) {
        const char *known = formulas[i].name;
        if (why->said.label && strncmp(known, OF_ROW, strlen(OF_ROW)) == 0)
            known += strlen(OF_ROW);
        if ((!formulas[i].tool || strcmp(formulas[i].tool, why->tool) == 0) &&
            strcmp(known, inner_name(name)) == 0)
            return &formulas[i];
    }
    return NULL;
}

/* What the expenses found here come to, for figures that are plain sums; NULL for others. */
static const char *sum_of_evidence(const struct answer *answer, const struct explanation *why,
                                   const struct figure *figure, char text[DECIMAL_TEXT_SIZE])
{
    const char *total = db_rows_text(answer->rows, 0, BASIS_TOTAL);
    const char *counted = db_rows_text(answer->rows, 0, BASIS_COUNTED);
    const char *name = inner_name(figure->name);
    const struct formula *formula = formula_of(why, figure->name);
    if (!formula || formula->tool || strncmp(figure->name, "basis.", strlen("basis.")) == 0 ||
        strncmp(figure->name, "rest.", strlen("rest.")) == 0)
        return NULL;
    if (strcmp(name, "count") == 0)
        return counted;
    if (strcmp(name, "average") == 0)
        return money_average(total, counted, answer->exponent, text);
    if (strcmp(name, "total") == 0 || strcmp(name, "spending") == 0 || strcmp(name, "spent") == 0 ||
        strcmp(name, "income") == 0 || strcmp(name, "before") == 0)
        return money_average(total, figure->mean_of ? figure->mean_of : "1", answer->exponent,
                             text);
    return NULL;
}

static const struct figure *chosen(const struct explanation *why)
{
    return why->said.best < why->said.count ? &why->said.figures[why->said.best] : NULL;
}

static const char *verdict_of(const struct explanation *why)
{
    if (!why->number)
        return "not_said";
    if (why->said.fits)
        return why->said.is_rounded ? "rounded" : "same";
    return why->said.elsewhere ? "elsewhere" : "different";
}

static void write_figure(struct answer *answer, const struct explanation *why)
{
    struct json_out *out = answer->out;
    const struct figure *figure = chosen(why);
    char text[DECIMAL_TEXT_SIZE];
    json_put_object(out, "figure");
    if (why->number)
        json_put_text(out, "said", why->number);
    json_put_text(out, "verdict", verdict_of(why));
    if (figure) {
        const struct formula *formula = formula_of(why, figure->name);
        const char *sum = sum_of_evidence(answer, why, figure, text);
        struct decimal shown;
        struct decimal rest;
        json_put_text(out, "name", figure->name);
        json_put_text(out, "now", figure->text);
        if (formula)
            json_put_text(out, "formula", formula->formula);
        if (sum)
            json_put_bool(out, "adds_up",
                          decimal_parse(sum, &shown) == 0 &&
                              decimal_parse(figure->text, &rest) == 0 &&
                              decimal_subtract(shown, rest, &rest) == 0 && decimal_sign(rest) == 0);
        if (why->number && !why->said.fits)
            json_put_text(out, "difference",
                          money_difference(figure->text, why->number, answer->exponent, text));
    }
    if (why->said.elsewhere)
        json_put_text(out, "found_as", why->said.elsewhere);
    json_end_object(out);
}

static void write_figures(struct answer *answer, const struct explanation *why)
{
    json_put_object(answer->out, "figures");
    for (size_t i = 0; i < why->said.count; i++) {
        if (!strchr(why->said.figures[i].name, '.'))
            json_put_text(answer->out, why->said.figures[i].name, why->said.figures[i].text);
    }
    json_end_object(answer->out);
}

/* A list that the statement made as JSON out of numbers, dates and codes. */
static void put_list(struct answer *answer, const char *key, size_t column)
{
    const char *list = db_rows_text(answer->rows, 0, column);
    json_put_raw(answer->out, key, list[0] != '\0' ? list : "[]");
}

static void write_filter(struct answer *answer, const struct explanation *why)
{
    const struct filter *filter = &why->scope.filter;
    struct json_out *out = answer->out;
    json_put_object(out, "filter");
    json_put_text(out, "kind", why->scope.kinds_of_category ? "as its category" : filter->kind);
    if (why->said.label) {
        json_put_text(out, "row", why->said.label);
        if (why->said.then)
            json_put_text(out, "then", why->said.then);
    }
    if (filter->text)
        json_put_text(out, "text", filter->text);
    if (filter->min_amount.text)
        json_put_text(out, "min_amount", filter->min_amount.text);
    if (filter->max_amount.text)
        json_put_text(out, "max_amount", filter->max_amount.text);
    if (filter->currency)
        json_put_text(out, "currency", filter->currency);
    if (strcmp(why->scope.status, "any") != 0)
        json_put_text(out, "status", why->scope.status);
    put_list(answer, "excluded", EVIDENCE_REASONS);
    put_list(answer, "rates", EVIDENCE_RATES);
    json_end_object(out);
}

static void say_words(struct buf *text, const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        (void)buf_append_char(text, (char)(name[i] == '_' ? ' ' : name[i]));
}

/* "total of Rent", "spending (usual month)" */
static void say_name(struct buf *text, const struct explanation *why, const char *name)
{
    const char *dot = strchr(name, '.');
    const char *inner = dot ? dot + 1 : name;
    static const char *const spoken[][2] = {{"before", "total before"},
                                            {"days_left", "number of days left"}};
    for (size_t i = 0; i < ARRAY_LENGTH(spoken); i++)
        inner = strcmp(inner, spoken[i][0]) == 0 ? spoken[i][1] : inner;
    say_words(text, inner, strlen(inner));
    if (dot) {
        (void)buf_append_text(text, " (");
        say_words(text, name, (size_t)(dot - name));
        (void)buf_append_char(text, ')');
    }
    if (!why->said.label)
        return;
    (void)buf_append_text(text, " of ");
    sentence_plain_name(text, why->said.label);
    if (why->said.then) {
        (void)buf_append_text(text, " / ");
        sentence_plain_name(text, why->said.then);
    }
}

static void say_verdict(struct buf *text, const struct explanation *why)
{
    const struct figure *figure = chosen(why);
    if (!figure) {
        (void)buf_append_text(text, "The answer shows no figure of this row; what it consists of "
                                    "follows. ");
        return;
    }
    if (why->said.fits) {
        (void)buf_printf(text, "%s is the ", why->number);
        say_name(text, why, figure->name);
        (void)buf_printf(text,
                         why->said.is_rounded ? " rounded, which is %s now. " : ", and still is. ",
                         figure->text);
        return;
    }
    if (why->number)
        (void)buf_printf(text, "%s is not the ", why->number);
    else
        (void)buf_append_text(text, "The ");
    say_name(text, why, figure->name);
    (void)buf_printf(text, why->number ? ", which is %s now. " : " is %s. ", figure->text);
    if (why->said.elsewhere)
        (void)buf_printf(text, "It is the %s. ", why->said.elsewhere);
    else if (why->number)
        (void)buf_append_text(text, "Either the books changed since (list_changes shows how), or "
                                    "another call gave it. ");
}

static void say_excluded(struct buf *text, const struct answer *answer)
{
    static const struct {
        enum basis_column column;
        const char *one, *many;
    } parts[] = {
        {BASIS_TRANSFERS_EXCLUDED, "transfer", "transfers"},
        {BASIS_INCOME_EXCLUDED, "entry of income", "entries of income"},
        {BASIS_DELETED_EXCLUDED, "deleted expense", "deleted expenses"},
    };

    const char *between = " Not counted: ";
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
        int64_t count = db_rows_int(answer->rows, 0, (size_t)parts[i].column);
        if (count == 0)
            continue;
        (void)buf_append_text(text, between);
        sentence_count(text, (long long)count, parts[i].one, parts[i].many);
        between = ", ";
    }
    (void)buf_append_text(text, strcmp(between, ", ") == 0 ? "." : "");
    int64_t converted = db_rows_int(answer->rows, 0, EVIDENCE_FOREIGN_ROWS);
    if (converted > 0) {
        (void)buf_append_char(text, ' ');
        sentence_count(text, (long long)converted, "row was converted at the rate of its day.",
                       "rows were converted at the rates of their days.");
    }
}

/* What the expenses come to: of a row, unless the sentence names it, only that. */
static void say_evidence(struct buf *text, const struct answer *answer,
                         const struct explanation *why)
{
    OWNED_BUF total = BUF_INIT(SUMMARY_MAX_BYTES);
    spoken_total(&total, answer, &why->scope.filter);
    if (why->said.label && !strstr(buf_text(&total), why->said.label)) {
        (void)buf_append_text(text, "Only ");
        sentence_plain_name(text, why->said.label);
        (void)buf_append_text(text, ": ");
    }
    (void)buf_append_text(text, buf_text(&total));
}

static void write_summary(struct answer *answer, const struct explanation *why)
{
    OWNED_BUF text = BUF_INIT(SUMMARY_MAX_BYTES);
    const struct figure *figure = chosen(why);
    const struct formula *formula = figure ? formula_of(why, figure->name) : NULL;
    say_verdict(&text, why);
    if (formula && !why->said.elsewhere)
        (void)buf_printf(&text, "How it comes about: %s. ", formula->formula);
    say_evidence(&text, answer, why);
    spoken_end(&text, answer, &why->scope.filter.names);
    say_excluded(&text, answer);
    answer_summary(answer, &text);
}

void explanation_write(struct answer *answer, const struct explanation *why)
{
    write_summary(answer, why);
    answer_period(answer, &why->scope.filter.period);
    answer_totals(answer);
    write_figure(answer, why);
    write_figures(answer, why);
    write_filter(answer, why);
}
