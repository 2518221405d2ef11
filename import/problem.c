/* Problems and questions: one sentence each, with the place, what was expected and what was
 * found. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "import/pass.h"

enum {
    SENTENCE_MOST = 4 * IMPORT_SENTENCE_MAX /* before it is cut */
};

void import_copy(char *to, size_t size, const char *text, size_t length)
{
    if (length >= size)
        length = size - 1;
    length = utf8_valid_length(text, length);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        to[i] = text[i];
        if (c < 0x20 || c == 0x7f)
            to[i] = ' ';
    }
    to[length] = '\0';
}

static void copy_text(char *to, size_t size, const char *text)
{
    import_copy(to, size, text ? text : "", text ? strlen(text) : 0);
}

/* "Line 6, column "Umsatz"": as much as is known. */
static void write_place(struct buf *out, const struct import_problem *problem, const char *unit)
{
    (void)buf_append_text(out, problem->line > 0 ? "Line " : "");
    if (problem->line > 0)
        (void)buf_append_int(out, (int64_t)problem->line);
    if (problem->id[0])
        (void)buf_printf(out, "%s %s", problem->line > 0 ? ", transaction" : "Transaction",
                         problem->id);
    if (problem->field[0])
        (void)buf_printf(out, "%s%s \"%s\"", out->length > 0 ? ", " : "", unit, problem->field);
}

static const char *what_happens(enum import_problem_code code)
{
    static const char *const texts[] = {
        [IMPORT_BAD_STRUCTURE] = "this cannot be read",
        [IMPORT_MISSING_DATE] = "the date is missing",
        [IMPORT_MISSING_AMOUNT] = "the amount is missing",
        [IMPORT_BANK_ERROR] = "the bank reports an error",
        [IMPORT_BAD_BALANCE] = "the balance does not fit",
        [IMPORT_BAD_COUNT] = "the file promises another number of entries",
        [IMPORT_BAD_SPLIT] = "this part of a split was left out",
        [IMPORT_CUT_TEXT] = "a text was too long and was cut",
        [IMPORT_NOT_BOOKED] = "left out, for information only",
        [IMPORT_SUMMARY_ROW] = "left out, a total or a balance",
        [IMPORT_NOTE_ROW] = "left out, it has no amount",
        [IMPORT_NOTE_ROW + 1] = NULL,
    };
    return texts[code];
}

static void write_sentence(struct import_problem *problem)
{
    struct buf out = BUF_INIT(SENTENCE_MOST);
    bool is_account = problem->code == IMPORT_BAD_BALANCE && problem->line == 0;
    write_place(&out, problem, is_account ? "account" : "field");
    const char *text = what_happens(problem->code);
    if (text)
        (void)buf_printf(&out, "%s%s", out.length > 0 ? ": " : "", text);
    if (problem->expected[0])
        (void)buf_printf(&out, "%sexpected %s", text ? "; " : ": ", problem->expected);
    if (problem->found[0])
        (void)buf_printf(&out, "%sfound \"%s\"", out.length > 0 ? ", " : "", problem->found);
    (void)buf_append_char(&out, '.');
    if (out.length > 0 && out.data[0] >= 'a' && out.data[0] <= 'z')
        out.data[0] = (char)(out.data[0] - 'a' + 'A');
    import_copy(problem->text, sizeof(problem->text), buf_text(&out), out.length);
    buf_free(&out);
}

/* Whether it is told one by one; the counters go on. */
static bool count(struct import_pass *pass, enum import_severity severity)
{
    switch (severity) {
    case IMPORT_ERROR:
        return ++pass->errors <= IMPORT_PROBLEMS_MAX;
    case IMPORT_WARNING:
        return ++pass->warnings <= IMPORT_PROBLEMS_MAX;
    case IMPORT_SKIPPED:
        return ++pass->skipped <= IMPORT_PROBLEMS_MAX;
    }
    return false;
}

int import_report(struct import_pass *pass, enum import_severity severity,
                  enum import_problem_code code, const struct import_place *place,
                  const char *found, size_t found_length)
{
    if (pass->is_survey || !count(pass, severity) || !pass->handler.problem)
        return 0;
    struct import_problem problem = {
        .severity = severity, .code = code, .line = place->line, .entry = place->entry};
    copy_text(problem.id, sizeof(problem.id), place->id);
    copy_text(problem.field, sizeof(problem.field), place->field);
    copy_text(problem.expected, sizeof(problem.expected), place->expected);
    import_copy(problem.found, sizeof(problem.found), found ? found : "", found ? found_length : 0);
    write_sentence(&problem);
    return pass->handler.problem(pass->handler.user, &problem);
}

int import_fail(struct import_pass *pass, enum import_problem_code code, uint64_t line,
                const char *sentence, ...)
{
    int error = code == IMPORT_TOO_LARGE ? -EMSGSIZE : -EBADMSG;
    if (!pass->has_fatal) {
        char text[2 * IMPORT_SENTENCE_MAX];
        va_list args;
        va_start(args, sentence);
        int length = vsnprintf(text, sizeof(text), sentence, args);
        va_end(args);
        size_t size = length < 0 ? 0 : (size_t)length;
        size = size < sizeof(text) ? size : sizeof(text) - 1;
        pass->fatal = (struct import_problem){.severity = IMPORT_ERROR, .code = code, .line = line};
        import_copy(pass->fatal.text, sizeof(pass->fatal.text), text, size);
        pass->has_fatal = true;
    }
    return error;
}

int import_count_row(struct import_pass *pass, uint64_t line)
{
    if (++pass->rows <= pass->max_rows)
        return 0;
    return import_fail(pass, IMPORT_TOO_LARGE, line,
                       "The file has more than %llu rows. Download a shorter period.",
                       (unsigned long long)pass->max_rows);
}

struct import_question *import_ask(struct import_pass *pass, enum import_question_kind kind,
                                   const char *name, uint64_t line)
{
    struct import_profile *profile = &pass->profile;
    if (profile->question_count == IMPORT_QUESTIONS_MAX)
        return NULL;
    struct import_question *question = &profile->questions[profile->question_count++];
    *question = (struct import_question){.kind = kind, .name = name, .line = line};
    return question;
}

void import_ask_option(struct import_question *question, const char *value, const char *meaning)
{
    if (!question || question->option_count == IMPORT_OPTIONS_MAX)
        return;
    struct import_option *option = &question->options[question->option_count++];
    copy_text(option->value, sizeof(option->value), value);
    copy_text(option->meaning, sizeof(option->meaning), meaning);
}

void import_ask_date_order(struct import_pass *pass, const struct import_order_evidence *evidence)
{
    struct import_question *question =
        import_ask(pass, IMPORT_ASK_DATE_ORDER, "date_order", evidence->line);
    if (!question)
        return;
    (void)snprintf(question->text, sizeof(question->text),
                   "No date in the file tells whether the day or the month comes first. What is "
                   "%s on line %llu?",
                   evidence->example, (unsigned long long)evidence->line);

    static const struct {
        enum import_date_order order;
        const char *value;
    } orders[] = {{IMPORT_DATE_DMY, "dmy"}, {IMPORT_DATE_MDY, "mdy"}};

    for (size_t i = 0; i < ARRAY_LENGTH(orders); i++) {
        struct import_day day = {0};
        char text[11];
        if (import_date_parse(evidence->example, strlen(evidence->example), orders[i].order, &day) <
            0)
            continue;
        import_day_text(day, text);
        char meaning[IMPORT_FOUND_MAX];
        (void)snprintf(meaning, sizeof(meaning), "%s first: %s is %s",
                       i == 0 ? "the day" : "the month", evidence->example, text);
        import_ask_option(question, orders[i].value, meaning);
    }
}

void import_ask_decimal_mark(struct import_pass *pass, const struct import_mark_evidence *evidence)
{
    struct import_question *question =
        import_ask(pass, IMPORT_ASK_DECIMAL_MARK, "decimal_mark", evidence->line);
    if (!question)
        return;
    (void)snprintf(question->text, sizeof(question->text),
                   "No amount in the file tells whether a point or a comma begins the decimals. "
                   "What is %s on line %llu?",
                   evidence->example, (unsigned long long)evidence->line);

    static const struct {
        enum import_decimal_mark mark;
        const char *value;
    } marks[] = {{IMPORT_MARK_POINT, "point"}, {IMPORT_MARK_COMMA, "comma"}};

    for (size_t i = 0; i < ARRAY_LENGTH(marks); i++) {
        struct import_decimal amount;
        char text[IMPORT_AMOUNT_TEXT_MAX];
        if (import_amount_parse(evidence->example, strlen(evidence->example), marks[i].mark,
                                IMPORT_AMOUNT_FREE, &amount) < 0)
            continue;
        import_decimal_text(amount, text);
        char meaning[2 * IMPORT_FOUND_MAX];
        (void)snprintf(meaning, sizeof(meaning), "a decimal %s: %s is %s", marks[i].value,
                       evidence->example, text);
        import_ask_option(question, marks[i].value, meaning);
    }
}

void import_decide_dates(struct import_pass *pass, const struct import_order_evidence *evidence)
{
    enum import_date_order *order = &pass->profile.mapping.date_order;
    if (*order == IMPORT_DATE_AUTO)
        *order = import_order_decide(evidence);
    if (*order == IMPORT_DATE_AUTO)
        import_ask_date_order(pass, evidence);
}

void import_decide_marks(struct import_pass *pass, const struct import_mark_evidence *evidence)
{
    enum import_decimal_mark *mark = &pass->profile.mapping.decimal_mark;
    if (*mark == IMPORT_MARK_AUTO)
        *mark = import_mark_decide(evidence);
    if (*mark == IMPORT_MARK_AUTO)
        import_ask_decimal_mark(pass, evidence);
}
