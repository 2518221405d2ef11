/* What the fuzz targets of the readers share: both passes over any bytes, answered where they ask,
 * whole and in pieces. Whatever the bytes are, what comes out must be well formed, add up, and be
 * the same in pieces of any size. */
#ifndef TESTS_FUZZ_IMPORT_FUZZ_H
#define TESTS_FUZZ_IMPORT_FUZZ_H

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "import/date.h"
#include "import/decimal.h"
#include "import/import.h"

enum {
    FUZZ_ANSWERS = 6 /* rounds of questions at most: no answer may raise new ones for ever */
};

struct fuzz_seen {
    uint64_t hash;
    uint64_t transactions;
    struct import_decimal sum;
};

#define FUZZ_CHECK(condition) \
    do {                      \
        if (!(condition))     \
            abort();          \
    } while (0)

static inline void fuzz_hash(struct fuzz_seen *seen, const char *text)
{
    FUZZ_CHECK(utf8_is_valid(text, strlen(text)));
    for (; *text; text++)
        seen->hash = (seen->hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    seen->hash = seen->hash * 31 + 7;
}

static inline void fuzz_amount(const char *text, struct import_decimal *ret_amount)
{
    char again[IMPORT_AMOUNT_TEXT_MAX];
    FUZZ_CHECK(import_decimal_parse(text, strlen(text), ret_amount) == 0);
    import_decimal_text(*ret_amount, again);
    FUZZ_CHECK(strcmp(again, text) == 0);
}

static inline void fuzz_date(const char *text, bool may_be_empty)
{
    struct import_day day;
    FUZZ_CHECK(text[0] || may_be_empty);
    if (text[0])
        FUZZ_CHECK(strlen(text) == 10 && import_date_parse(text, 10, IMPORT_DATE_YMD, &day) == 0);
}

static inline int fuzz_transaction(void *user, const struct import_transaction *t)
{
    struct fuzz_seen *seen = user;
    struct import_decimal amount = {0};
    fuzz_date(t->date, t->pending);
    fuzz_date(t->posted_date, true);
    fuzz_date(t->value_date, true);
    fuzz_amount(t->amount, &amount);
    FUZZ_CHECK(strlen(t->currency) == 3 || t->currency[0] == '\0');
    const char *texts[] = {
        t->date,     t->amount,      t->currency,  t->payee, t->payee_original,
        t->memo,     t->type,        t->account,   t->id,    t->counter_account,
        t->category, t->rate,        t->reference, t->fee,   t->original_currency,
        t->balance,  t->posted_date, t->value_date};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        fuzz_hash(seen, texts[i]);
    for (size_t i = 0; i < t->split_count; i++) {
        fuzz_hash(seen, t->splits[i].amount);
        fuzz_hash(seen, t->splits[i].category);
        fuzz_hash(seen, t->splits[i].payee);
        fuzz_hash(seen, t->splits[i].memo);
    }
    seen->hash += (uint64_t)t->kind + t->line + t->entry;
    if (!t->pending) {
        seen->transactions++;
        seen->sum = import_decimal_add(seen->sum, amount);
    }
    return 0;
}

static inline int fuzz_problem(void *user, const struct import_problem *problem)
{
    FUZZ_CHECK(problem->text[0] && problem->line <= (uint64_t)1 << 32);
    fuzz_hash(user, problem->text);
    fuzz_hash(user, problem->found);
    fuzz_hash(user, problem->id);
    fuzz_hash(user, problem->field);
    return 0;
}

static inline int fuzz_statement(void *user, const struct import_statement *statement)
{
    struct import_decimal amount;
    fuzz_hash(user, statement->account);
    fuzz_hash(user, statement->currency);
    fuzz_amount(statement->debits, &amount);
    fuzz_amount(statement->credits, &amount);
    fuzz_hash(user, statement->opening);
    fuzz_hash(user, statement->closing);
    return 0;
}

static inline int fuzz_feed(struct import_pass *pass, const char *bytes, size_t size, size_t step)
{
    int r = 0;
    for (size_t at = 0; at < size && r == 0; at += step)
        r = import_feed(pass, bytes + at, size - at < step ? size - at : step);
    return r;
}

static inline int fuzz_survey(const char *bytes, size_t size, size_t step,
                              const struct import_options *options, struct import_profile *profile)
{
    struct import_pass *pass = NULL;
    FUZZ_CHECK(import_survey_start(options, &pass) == 0);
    int r = fuzz_feed(pass, bytes, size, step);
    if (r == 0)
        r = import_survey_end(pass, profile);
    FUZZ_CHECK(r == 0 || import_problem(pass));
    import_free(pass);
    return r;
}

static inline int fuzz_read(const char *bytes, size_t size, size_t step,
                            const struct import_options *options,
                            const struct import_profile *profile, struct fuzz_seen *seen)
{
    struct import_pass *pass = NULL;
    struct import_summary summary;
    struct import_handler handler = {.transaction = fuzz_transaction,
                                     .problem = fuzz_problem,
                                     .statement = fuzz_statement,
                                     .user = seen};
    *seen = (struct fuzz_seen){.hash = 1};
    FUZZ_CHECK(import_read_start(profile, options, &handler, &pass) == 0);
    int r = fuzz_feed(pass, bytes, size, step);
    if (r == 0)
        r = import_read_end(pass, &summary);
    FUZZ_CHECK(r == 0 || import_problem(pass));
    import_free(pass);
    if (r != 0)
        return r;
    struct import_decimal sum = {0};
    uint64_t count = 0;
    for (size_t i = 0; i < summary.currency_count; i++) {
        struct import_decimal amount = {0};
        fuzz_amount(summary.currencies[i].credits, &amount);
        sum = import_decimal_add(sum, amount);
        fuzz_amount(summary.currencies[i].debits, &amount);
        sum = import_decimal_subtract(sum, amount);
        count += summary.currencies[i].count;
    }
    FUZZ_CHECK(summary.transactions == seen->transactions && count == seen->transactions);
    FUZZ_CHECK(sum.units == seen->sum.units);
    return r;
}

static inline void fuzz_answer(const struct import_profile *profile, struct import_mapping *mapping)
{
    for (size_t i = 0; i < profile->question_count; i++) {
        const struct import_question *question = &profile->questions[i];
        if (question->option_count > 0)
            FUZZ_CHECK(import_mapping_set(mapping, question->name, question->options[0].value) ==
                       0);
    }
}

/* Surveys until nothing is asked any more; 0, or why not. */
static inline int fuzz_settle(const char *bytes, size_t size, struct import_options *options,
                              struct import_profile *profile)
{
    static struct import_profile pieces;
    size_t step = size % 61 + 1;
    for (int round = 0; round < FUZZ_ANSWERS; round++) {
        int r = fuzz_survey(bytes, size, size + 1, options, profile);
        FUZZ_CHECK(fuzz_survey(bytes, size, step, options, &pieces) == r);
        if (r != 0)
            return r;
        FUZZ_CHECK(strcmp(profile->encoding, pieces.encoding) == 0);
        FUZZ_CHECK(pieces.question_count == profile->question_count);
        if (profile->question_count == 0)
            return 0;
        fuzz_answer(profile, &options->mapping);
    }
    return 1;
}

static inline int fuzz_import(const uint8_t *data, size_t size, enum import_format format)
{
    const char *bytes = size > 0 ? (const char *)data : "";
    struct import_options options = {.mapping = {.format = format}};
    static struct import_profile profile;
    if (fuzz_settle(bytes, size, &options, &profile) != 0)
        return 0;
    struct fuzz_seen whole;
    struct fuzz_seen parts;
    int r = fuzz_read(bytes, size, size + 1, &options, &profile, &whole);
    FUZZ_CHECK(fuzz_read(bytes, size, size % 61 + 1, &options, &profile, &parts) == r);
    FUZZ_CHECK(whole.hash == parts.hash && whole.transactions == parts.transactions);
    return 0;
}

#endif
