/* ninepence rates import FILE: takes the exchange rates of the European Central Bank's history file
 * into the ledger. Days go over in portions, each a change of its own; what was stored stays stored
 * when a later portion fails, and running it again goes on. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/desk.h"
#include "db/query.h"
#include "import/rates.h"
#include "tools/support/currency.h"
#include "tools/support/date.h"
#include "tools/support/rates_import.h"

enum {
    FILE_MAX_BYTES = 32 * 1024 * 1024,
    PORTION_RATES = 5000, /* a day more at most */
    PORTION_BYTES = 1024 * 1024,
    RATES_WHY_MAX = 1000
};

struct taking {
    struct desk desk;
    bool is_dry, replaces;
    char since[DATE_TEXT_SIZE];
    const char *own; /* the ledger's currency */
    bool has_own;    /* the file has a column for it */

    struct buf days, currencies, rates; /* the portion, as arrays */
    size_t portion;
    char day[DATE_TEXT_SIZE]; /* the last one of it */

    long long stored, converted, waited, older;
    char first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE];
    int code;
};

/* --- portions -------------------------------------------------------------------------------- */

static cJSON *portion_arguments(struct taking *taking)
{
    cJSON *arguments = cJSON_CreateObject();
    bool is_made =
        arguments && db_array_end(&taking->days) == 0 && db_array_end(&taking->currencies) == 0 &&
        db_array_end(&taking->rates) == 0 &&
        cJSON_AddStringToObject(arguments, "days", buf_text(&taking->days)) &&
        cJSON_AddStringToObject(arguments, "currencies", buf_text(&taking->currencies)) &&
        cJSON_AddStringToObject(arguments, "rates", buf_text(&taking->rates)) &&
        cJSON_AddBoolToObject(arguments, "replace", taking->replaces) &&
        cJSON_AddBoolToObject(arguments, "dry_run", taking->is_dry);
    if (is_made)
        return arguments;
    cJSON_Delete(arguments);
    return NULL;
}

static long long number_of(const cJSON *answer, const char *name)
{
    int64_t number = 0;
    return json_int_value(json_get(answer, name), &number) == 0 ? (long long)number : 0;
}

/* 0, or -ECANCELED after a refusal (taking->code). */
static int send_portion(struct taking *taking)
{
    if (taking->portion == 0)
        return 0;
    taking->code = desk_call(&taking->desk, "import_rates", portion_arguments(taking));
    buf_reset(&taking->days);
    buf_reset(&taking->currencies);
    buf_reset(&taking->rates);
    taking->portion = 0;
    if (taking->code != 0)
        return -ECANCELED;
    taking->stored += number_of(taking->desk.answer, "count");
    taking->converted += number_of(taking->desk.answer, "converted");
    taking->waited += number_of(taking->desk.answer, "waited");
    return 0;
}

static void note_day(struct taking *taking, const char *day)
{
    (void)snprintf(taking->day, sizeof(taking->day), "%s", day);
    if (taking->first[0] == '\0' || strcmp(day, taking->first) < 0)
        (void)snprintf(taking->first, sizeof(taking->first), "%s", day);
    if (strcmp(day, taking->last) > 0)
        (void)snprintf(taking->last, sizeof(taking->last), "%s", day);
}

static int take_rate(void *user, const struct import_rate *rate)
{
    struct taking *taking = user;
    bool is_new_day = strcmp(rate->day, taking->day) != 0;
    int r = 0;
    if (strcmp(rate->day, taking->since) < 0) {
        taking->older++;
        return 0;
    }
    taking->has_own = taking->has_own || strcmp(rate->currency, taking->own) == 0;
    if (!currency_find(rate->currency, strlen(rate->currency)))
        return 0; /* of the past, such as the lira of Malta */
    if (is_new_day && taking->portion >= PORTION_RATES)
        r = send_portion(taking);
    if (r == 0)
        r = db_array_append(&taking->days, rate->day);
    if (r == 0)
        r = db_array_append(&taking->currencies, rate->currency);
    if (r == 0)
        r = db_array_append(&taking->rates, rate->per_euro);
    taking->portion++;
    note_day(taking, rate->day);
    return r;
}

/* --- the file -------------------------------------------------------------------------------- */

static int read_file(const char *path, struct buf *ret_text)
{
    char piece[64 * 1024];
    FILE *file = fopen(path, "rbe");
    if (!file)
        return command_fail(EX_NOINPUT, "%s cannot be read: %s.", path, strerror(errno));
    size_t length = 0;
    int r = 0;
    while (r == 0 && (length = fread(piece, 1, sizeof(piece), file)) > 0)
        r = buf_append(ret_text, piece, length);
    bool is_bad = ferror(file) != 0;
    (void)fclose(file);
    if (is_bad)
        return command_fail(EX_NOINPUT, "%s cannot be read.", path);
    if (r != 0)
        return command_fail(EX_DATAERR, "%s is larger than %d MiB. Nothing was saved.", path,
                            FILE_MAX_BYTES / 1024 / 1024);
    if (ret_text->length > 2 && memcmp(buf_text(ret_text), "PK", 2) == 0)
        return command_fail(
            EX_DATAERR,
            "%s is a zip archive. Nothing was saved. Unpack it, and import the file "
            "eurofxref-hist.csv.",
            path);
    return 0;
}

/* Reads everything once without sending: a file is taken as a whole or not at all. */
static int check_rate(void *user, const struct import_rate *rate)
{
    struct taking *taking = user;
    taking->has_own = taking->has_own || strcmp(rate->currency, taking->own) == 0;
    return 0;
}

static int check_file(struct taking *taking, const char *path, const struct buf *text)
{
    OWNED_BUF why = BUF_INIT(RATES_WHY_MAX);
    taking->has_own = strcmp(taking->own, "EUR") == 0;
    int r = import_rates_read(buf_text(text), text->length, check_rate, taking, &why);
    if (r == -EBADMSG)
        return command_fail(EX_DATAERR, "%s: %s Nothing was saved.", path, buf_text(&why));
    if (r != 0)
        return command_fail(EX_OSERR, "%s.", strerror(-r));
    if (!taking->has_own)
        return command_fail(EX_DATAERR,
                            "%s has no rates of %s, the ledger's currency. Nothing was saved.",
                            path, taking->own);
    return 0;
}

static int send_file(struct taking *taking, const struct buf *text)
{
    OWNED_BUF why = BUF_INIT(RATES_WHY_MAX);
    int r = import_rates_read(buf_text(text), text->length, take_rate, taking, &why);
    if (r == 0)
        r = send_portion(taking);
    if (r != 0 && r != -ECANCELED)
        return command_fail(EX_OSERR, "%s.", strerror(-r));
    return taking->code;
}

/* --- the command ----------------------------------------------------------------------------- */

static void report(const struct taking *taking)
{
    if (taking->stored == 0)
        (void)fputs("No rate is new.", stdout);
    else
        (void)fprintf(stdout, "%s %lld rates, from %s to %s.",
                      taking->is_dry ? "Would store" : "Stored", taking->stored, taking->first,
                      taking->last);
    if (taking->converted > 0)
        (void)fprintf(stdout, " %lld expenses converted anew, %lld of which had waited for a rate.",
                      taking->converted, taking->waited);
    if (taking->older > 0)
        (void)fprintf(stdout, " %lld rates from before %s were left out.", taking->older,
                      taking->since);
    (void)fputc('\n', stdout);
}

/* What the ledger needs: its currency, and the first day unless that was said. */
static int ask_ledger(struct taking *taking, cJSON **ret_answer)
{
    int code = desk_call(&taking->desk, "first_rate_needed", cJSON_CreateObject());
    if (code != 0)
        return code;
    *ret_answer = cJSON_Duplicate(taking->desk.answer, true);
    const char *first = json_get_text(*ret_answer, "first");
    taking->own = json_get_text(*ret_answer, "currency");
    if (!first || !taking->own)
        return command_fail(EX_SOFTWARE, "The answer could not be read.");
    if (taking->since[0] == '\0')
        (void)snprintf(taking->since, sizeof(taking->since), "%s", first);
    return 0;
}

static int import(struct taking *taking, struct cli_settings *settings, const char *path)
{
    OWNED_BUF text = BUF_INIT(FILE_MAX_BYTES);
    OWNED_JSON ledger = NULL;
    int code = read_file(path, &text);
    if (code != 0)
        return code;
    code = desk_open(&taking->desk, settings, rates_import_tools);
    if (code != 0)
        return code;
    buf_init(&taking->days, PORTION_BYTES);
    buf_init(&taking->currencies, PORTION_BYTES);
    buf_init(&taking->rates, PORTION_BYTES);
    code = ask_ledger(taking, &ledger);
    if (code == 0)
        code = check_file(taking, path, &text);
    if (code == 0)
        code = send_file(taking, &text);
    if (code == 0 || taking->stored > 0)
        report(taking);
    buf_free(&taking->days);
    buf_free(&taking->currencies);
    buf_free(&taking->rates);
    return desk_close(&taking->desk, code);
}

/* Takes "--since DATE" out of the arguments. 0, or EX_USAGE after saying why. */
static int take_since(int *argc, char **argv, char ret_since[DATE_TEXT_SIZE])
{
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        date_day day = 0;
        if (strcmp(argv[i], "--since") != 0) {
            argv[kept++] = argv[i];
            continue;
        }
        if (++i >= *argc || date_parse(argv[i], &day) != 0)
            return command_fail(EX_USAGE, "--since needs a day such as 2024-01-31.");
        (void)date_format(day, ret_since);
    }
    *argc = kept;
    return 0;
}

static int run(struct cli_settings *settings, int argc, char **argv)
{
    static const char *const flags[] = {"--since", "--dry-run", "--replace", NULL};
    struct taking taking = {0};
    taking.is_dry = command_flag(&argc, argv, "--dry-run");
    taking.replaces = command_flag(&argc, argv, "--replace");
    int code = take_since(&argc, argv, taking.since);
    if (code == 0)
        code = command_check(argc, argv, 2, flags);
    if (code != 0)
        return code;
    if (argc < 2 || strcmp(argv[1], "import") != 0)
        return command_fail(EX_USAGE, "rates knows one thing to do: ninepence rates import FILE.");
    if (argc < 3)
        return command_fail(EX_USAGE, "rates import needs the name of a file, such as "
                                      "eurofxref-hist.csv of the European Central Bank.");
    return import(&taking, settings, argv[2]);
}

const struct command command_rates = {
    .name = "rates",
    .arguments = "import FILE [--since DAY] [--replace] [--dry-run]",
    .doc = "Take in the European Central Bank's exchange rates (eurofxref-hist.csv).",
    .run = run,
};
