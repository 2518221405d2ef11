/* What the tests of import/ share: files of bytes, both passes in pieces of any size, and everything
 * that came out of them as one text to compare. */
#ifndef TESTS_IMPORT_RIG_H
#define TESTS_IMPORT_RIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "import/import.h"

struct import_run {
    int result;
    struct import_profile profile;
    struct import_summary summary;
    struct import_problem problem; /* why it failed, when it did */
    struct buf log;                /* one line for each transaction, problem and statement */
};

/* Runs survey and reading, `step` bytes at a time (0: at once), with the answers of `mapping` (may
 * be NULL). Ends after the survey when it has questions (-EDESTADDRREQ). */
static inline void import_run_bytes(struct import_run *run, const void *bytes, size_t length,
                                    size_t step, const struct import_options *options);
static inline void import_run_free(struct import_run *run);

/* The bytes of a file; false when it cannot be read. */
static inline bool import_read_file(const char *path, struct buf *ret_bytes);

#include <errno.h>
#include <stdio.h>
#include <string.h>

static inline int import_rig_transaction(void *user, const struct import_transaction *t)
{
    struct buf *log = user;
    int r = buf_printf(
        log,
        "T %llu %llu %s|%s|%s %s %s %s%s%s payee=%s from=%s memo=%s category=%s type=%s account=%s "
        "other=%s id=%s%s ref=%s balance=%s fee=%s original=%s %s rate=%s\n",
        (unsigned long long)t->line, (unsigned long long)t->entry, t->date, t->posted_date,
        t->value_date, t->amount, t->currency, import_kind_name(t->kind),
        t->pending ? " pending" : "", t->reversal ? " reversal" : "", t->payee, t->payee_original,
        t->memo, t->category, t->type, t->account, t->counter_account, t->id,
        t->id_is_weak ? " weak" : "", t->reference, t->balance, t->fee, t->original_amount,
        t->original_currency, t->rate);
    for (size_t i = 0; i < t->split_count && r == 0; i++)
        r = buf_printf(log, "  part %s category=%s payee=%s memo=%s\n", t->splits[i].amount,
                       t->splits[i].category, t->splits[i].payee, t->splits[i].memo);
    return r;
}

static inline int import_rig_problem(void *user, const struct import_problem *p)
{
    static const char *const severities[] = {"error", "warning", "skipped"};
    return buf_printf(user, "%s %s line=%llu entry=%llu id=%s field=%s found=%s: %s\n",
                      severities[p->severity], import_problem_name(p->code),
                      (unsigned long long)p->line, (unsigned long long)p->entry, p->id, p->field,
                      p->found, p->text);
}

static inline int import_rig_statement(void *user, const struct import_statement *s)
{
    static const char *const balances[] = {"unknown", "adds up", "differs"};
    return buf_printf(user, "S %s %s n=%llu -%s +%s opening=%s closing=%s %s %s\n", s->account,
                      s->currency, (unsigned long long)s->count, s->debits, s->credits, s->opening,
                      s->closing, balances[s->balance], s->difference);
}

static inline int import_rig_feed(struct import_pass *pass, const char *bytes, size_t length,
                                  size_t step)
{
    int r = 0;
    for (size_t at = 0; at < length && r == 0; at += step)
        r = import_feed(pass, bytes + at, length - at < step ? length - at : step);
    return r;
}

static inline void import_rig_keep_problem(struct import_run *run, const struct import_pass *pass)
{
    if (run->result < 0 && import_problem(pass))
        run->problem = *import_problem(pass);
}

static inline void import_run_bytes(struct import_run *run, const void *bytes, size_t length,
                                    size_t step, const struct import_options *options)
{
    *run = (struct import_run){.result = 0};
    buf_init(&run->log, (size_t)1 << 26);
    struct import_pass *pass = NULL;
    step = step == 0 ? length + 1 : step;
    run->result = import_survey_start(options, &pass);
    if (run->result < 0)
        return;
    run->result = import_rig_feed(pass, bytes, length, step);
    if (run->result == 0)
        run->result = import_survey_end(pass, &run->profile);
    import_rig_keep_problem(run, pass);
    pass = import_free(pass);
    if (run->result == 0 && run->profile.question_count > 0)
        run->result = -EDESTADDRREQ;
    if (run->result < 0)
        return;
    struct import_handler handler = {.transaction = import_rig_transaction,
                                     .problem = import_rig_problem,
                                     .statement = import_rig_statement,
                                     .user = &run->log};
    run->result = import_read_start(&run->profile, options, &handler, &pass);
    if (run->result < 0)
        return;
    run->result = import_rig_feed(pass, bytes, length, step);
    if (run->result == 0)
        run->result = import_read_end(pass, &run->summary);
    import_rig_keep_problem(run, pass);
    import_free(pass);
}

static inline void import_run_free(struct import_run *run)
{
    buf_free(&run->log);
}

static inline bool import_read_file(const char *path, struct buf *ret_bytes)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    buf_reset(ret_bytes);
    size_t n = 1;
    while (n > 0) {
        char *to = buf_reserve(ret_bytes, 65536);
        n = to ? fread(to, 1, 65536, file) : 0;
        buf_commit(ret_bytes, n);
    }
    bool ok = !ferror(file) && ret_bytes->error == 0;
    (void)fclose(file);
    return ok;
}

#endif
