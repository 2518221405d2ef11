/* What is kept about a bank's file beside its rows: what it is, what it comes to, and its accounts. */
#include <errno.h>
#include <string.h>

#include "mcp/json_out.h"
#include "tools/support/currency.h"
#include "tools/support/fold.h"
#include "tools/support/import_job.h"
#include "tools/support/ledger.h"
#include "tools/support/money.h"

enum {
    FACTS_BYTES = 64 * 1024,
    SHORT_DIGITS = 4 /* of a number, in the name of an account */
};

/* With the decimals of its currency. */
static void put_money(struct json_out *out, const char *key, const char *amount,
                      const char *currency)
{
    char text[DECIMAL_TEXT_SIZE];
    int exponent = currency_exponent(currency);
    json_put_text(out, key, money_format(amount, exponent < 0 ? 2 : exponent, text));
}

static void write_sums(struct json_out *out, const struct import_summary *summary)
{
    json_put_array(out, "currencies");
    for (size_t i = 0; i < summary->currency_count; i++) {
        const struct import_sum *sum = &summary->currencies[i];
        json_object(out);
        json_put_text(out, "currency", sum->currency);
        json_put_int(out, "count", (int64_t)sum->count);
        put_money(out, "out", sum->debits, sum->currency);
        put_money(out, "in", sum->credits, sum->currency);
        if (sum->pending > 0)
            put_money(out, "pending", sum->pending_sum, sum->currency);
        json_end_object(out);
    }
    json_end_array(out);
}

static void write_balance(struct json_out *out, const struct import_summary *summary)
{
    static const char *const verdicts[] = {[IMPORT_BALANCE_UNKNOWN] = "not stated",
                                           [IMPORT_BALANCE_ADDS_UP] = "adds up",
                                           [IMPORT_BALANCE_DIFFERS] = "differs"};
    json_put_text(out, "balance", verdicts[summary->balance]);
    if (summary->opening[0])
        json_put_text(out, "opening", summary->opening);
    if (summary->closing[0])
        json_put_text(out, "closing", summary->closing);
}

static void write_facts(struct import_job *job, struct json_out *out)
{
    const struct import_profile *profile = &job->profile;
    const struct import_summary *summary = &job->summary;
    json_object(out);
    if (job->file.name)
        json_put_text(out, "name", job->file.name);
    json_put_text(out, "bank", profile->bank[0] ? profile->bank : NULL);
    json_put_text(out, "format", import_format_name(profile->format));
    json_put_text(out, "encoding", profile->encoding);
    json_put_object(out, "period");
    json_put_text(out, "from", summary->first_date[0] ? summary->first_date : NULL);
    json_put_text(out, "to", summary->last_date[0] ? summary->last_date : NULL);
    json_end_object(out);
    json_put_int(out, "count", (int64_t)summary->transactions);
    json_put_int(out, "pending", (int64_t)summary->pending);
    write_sums(out, summary);
    write_balance(out, summary);
    if (job->columns.has_assumed_currency)
        json_put_text(out, "assumed_currency", job->columns.currency);
    json_put_int(out, "errors", (int64_t)(summary->errors + job->refused));
    json_put_int(out, "warnings", (int64_t)summary->warnings);
    json_put_int(out, "left_out", (int64_t)summary->skipped);
    json_put_array(out, "problems");
    if (job->problems.length > 0)
        json_raw(out, buf_text(&job->problems), job->problems.length);
    json_end_array(out);
    json_end_object(out);
}

const char *import_facts(struct import_job *job)
{
    OWNED_BUF text = BUF_INIT(FACTS_BYTES);
    struct json_out out;
    json_out_init(&out, &text);
    write_facts(job, &out);
    return json_out_error(&out) == 0 ? arena_strdup(call_arena(job->call), buf_text(&text)) : NULL;
}

/* The last digits of a number, whatever stands between and behind them: "0055666" of "00-55666-EOP". The
 * whole number where it has fewer. */
static const char *last_digits(struct arena *arena, const char *number)
{
    char digits[SHORT_DIGITS + 1] = "";
    size_t count = 0;
    for (size_t at = strlen(number); at > 0 && count < SHORT_DIGITS; at--) {
        if (number[at - 1] >= '0' && number[at - 1] <= '9')
            digits[SHORT_DIGITS - ++count] = number[at - 1];
    }
    return count < SHORT_DIGITS ? number : arena_strdup(arena, digits);
}

/* What an account that the books do not have would be called by itself; NULL when nothing says so. */
static const char *own_name(struct import_job *job, const struct import_account *account)
{
    struct arena *arena = call_arena(job->call);
    const char *bank = job->profile.bank;
    bool is_number = strpbrk(account->number, "0123456789") != NULL;
    if (job->wish->account.text)
        return job->wish->account.text;
    if (job->profile.is_own_export || (account->number[0] && !is_number))
        return account->number[0] ? account->number : NULL;
    if (!account->number[0])
        return bank[0] ? bank : NULL;
    const char *digits = last_digits(arena, account->number);
    return digits ? arena_printf(arena, "%s %s", bank[0] ? bank : "Account", digits) : NULL;
}

/* The same among the other accounts of the file: where two would have one name, the whole number. */
static const char *account_name(struct import_job *job, const struct import_account *account)
{
    const char *name = own_name(job, account);
    for (size_t i = 0; name && i < job->columns.account_count; i++) {
        const struct import_account *other = &job->columns.accounts[i];
        const char *others = other == account ? NULL : own_name(job, other);
        if (others && strcmp(name, others) == 0 && account->number[0])
            return account->number;
    }
    return name;
}

enum place_array {
    PLACE_NUMBER,
    PLACE_FOLDED,
    PLACE_NAME,
    PLACE_NAME_FOLDED,
    PLACE_CURRENCY,
    PLACE_ROWS,
    PLACE_OPENING,
    PLACE_CLOSING,
    PLACE_ARRAYS
};

static int place_account(struct import_job *job, const struct import_account *account,
                         struct buf *arrays)
{
    struct arena *arena = call_arena(job->call);
    const char *name = account_name(job, account);
    const char *texts[PLACE_ARRAYS] = {
        [PLACE_NUMBER] = account->number,
        [PLACE_FOLDED] = fold_text(arena, account->number),
        [PLACE_NAME] = name,
        [PLACE_NAME_FOLDED] = name ? fold_text(arena, name) : NULL,
        [PLACE_CURRENCY] = account->currency,
        [PLACE_ROWS] = arena_printf(arena, "%llu", (unsigned long long)account->rows),
        [PLACE_OPENING] = account->opening[0] ? account->opening : NULL,
        [PLACE_CLOSING] = account->closing[0] ? account->closing : NULL,
    };
    int r = texts[PLACE_FOLDED] && texts[PLACE_ROWS] ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < PLACE_ARRAYS; i++)
        r = db_array_append(&arrays[i], texts[i]);
    return r;
}

const char **import_place_values(struct import_job *job)
{
    struct arena *arena = call_arena(job->call);
    struct buf arrays[PLACE_ARRAYS];
    const char **values = arena_array(arena, 4 + PLACE_ARRAYS, sizeof(*values));
    int r = values ? 0 : -ENOMEM;
    for (size_t i = 0; i < PLACE_ARRAYS; i++)
        buf_init(&arrays[i], FACTS_BYTES);
    for (size_t i = 0; r == 0 && i < job->columns.account_count; i++)
        r = place_account(job, &job->columns.accounts[i], arrays);
    for (size_t i = 0; i < PLACE_ARRAYS; i++) {
        if (r == 0)
            r = db_array_end(&arrays[i]);
        if (r == 0 && values)
            values[4 + i] = arena_strdup(arena, buf_text(&arrays[i]));
        r = r == 0 && values && !values[4 + i] ? -ENOMEM : r;
        buf_free(&arrays[i]);
    }
    if (r != 0 || !values)
        return NULL;
    values[0] = call_ledger(job->call)->id_text;
    values[1] = job->import_id;
    values[2] = job->account_id;
    values[3] = job->profile.bank;
    return values;
}
