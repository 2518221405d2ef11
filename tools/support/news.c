/* Listens, looks, and tells the server. A change is known by its number; numbers of changes made at
 * the same time are not committed in order, so the newest that were seen are remembered one by one.
 * Who looks is up to the program (a clock) and to the database (announcements). */
#include "tools/support/news.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/listen.h"
#include "db/query.h"
#include "mcp/subscribe.h"
#include "tools/support/fold.h"
#include "tools/support/ledger.sql.h"
#include "tools/support/limits.h"
#include "tools/support/names.h"
#include "tools/support/news.sql.h"

enum {
    NUMBER_SIZE = 24,
    ARRAYS_MAX = 256 * 1024 /* bytes of what is listened to, as a parameter */
};

struct news {
    const struct tools_context *context;
    struct mcp_server *server;
    struct db_listener *listener; /* NULL while nobody listens */
    struct db_request *request;   /* the look under way */
    bool looks_again;             /* something happened meanwhile */
    bool was_late;                /* listeners were answered before the first look succeeded */

    bool knows_ledger;
    int64_t ledger; /* 0: there is none yet */
    bool is_sample; /* another one may take its place */
    char first_day[4];
    int64_t old_up_to; /* changes up to this one are old, and so are those in `seen`, which rises */
    int64_t seen[NEWS_SEEN_MAX];
    size_t seen_count;
};

bool news_is_month(const char *text)
{
    static const char digits[] = "0123456789";
    return strlen(text) == 7 && strspn(text, digits) == 4 && text[4] == '-' &&
           strspn(text + 5, digits) == 2 && strcmp(text + 5, "01") >= 0 &&
           strcmp(text + 5, "12") <= 0;
}

/* --- what was seen --------------------------------------------------------------------------- */

/* Keeps the newest; the oldest of them is forgotten when there is no room. */
static void remember(struct news *news, int64_t change)
{
    size_t at = news->seen_count;
    if (change <= news->old_up_to)
        return;
    if (news->seen_count == NEWS_SEEN_MAX) {
        news->old_up_to = news->seen[0];
        memmove(news->seen, news->seen + 1, (NEWS_SEEN_MAX - 1) * sizeof(*news->seen));
        at = --news->seen_count;
    }
    for (; at > 0 && news->seen[at - 1] > change; at--)
        news->seen[at] = news->seen[at - 1];
    news->seen[at] = change;
    news->seen_count++;
}

static void tell_all(void *data, const char *uri)
{
    mcp_server_resource_updated(data, uri);
}

/* --- looking --------------------------------------------------------------------------------- */

static void look_ended(struct news *news)
{
    mcp_server_news_ready(news->server);
    if (news->looks_again)
        news_look(news);
}

static bool failed(struct news *news, const struct db_failure *failure)
{
    if (!failure)
        return false;
    LOG(LOG_DEBUG, "news", "could not look: %s", failure->code);
    news->was_late = news->was_late || !news->knows_ledger;
    news->looks_again = false;
    look_ended(news);
    return true;
}

static void gave_up(struct news *news)
{
    failed(news, &(struct db_failure){.code = "out_of_memory"});
}

static void tell(struct news *news, const char *what, const char *which)
{
    char uri[sizeof(NEWS_EXPENSES) + NUMBER_SIZE];
    const char *start = strcmp(what, "month") == 0 ? NEWS_MONTHS : NEWS_EXPENSES;
    (void)snprintf(uri, sizeof(uri), "%s%s", start, which);
    mcp_server_resource_updated(news->server, uri);
}

static void looked(void *data, const struct db_rows *rows, const struct db_failure *failure)
{
    struct news *news = data;
    size_t changes = 0;
    news->request = NULL;
    if (failed(news, failure))
        return;
    for (size_t i = 0; i < db_rows_count(rows); i++) {
        bool is_change = strcmp(db_rows_text(rows, i, 0), "change") == 0;
        if (is_change)
            remember(news, db_rows_int(rows, i, 1));
        else
            tell(news, db_rows_text(rows, i, 0), db_rows_text(rows, i, 1));
        changes += is_change ? 1 : 0;
    }
    if (changes > 0) {
        mcp_server_resource_updated(news->server, NEWS_CONTEXT);
        mcp_server_resource_updated(news->server, NEWS_CATEGORIES);
    }
    news->looks_again = news->looks_again || changes == NEWS_SEEN_MAX;
    look_ended(news);
}

/* Months and expenses that somebody listens to, as parameters. */
struct watched {
    struct buf months, expenses;
};

static void note_watched(void *data, const char *uri)
{
    struct watched *watched = data;
    char number[NUMBER_SIZE];
    size_t length = strlen(NEWS_MONTHS);
    if (strncmp(uri, NEWS_MONTHS, length) == 0 && news_is_month(uri + length))
        (void)db_array_append(&watched->months, uri + length);
    length = strlen(NEWS_EXPENSES);
    if (strncmp(uri, NEWS_EXPENSES, length) != 0)
        return;
    int64_t id = id_parse(uri + length, id_expense.prefix);
    (void)snprintf(number, sizeof(number), "%lld", (long long)id);
    if (id > 0)
        (void)db_array_append(&watched->expenses, number);
}

static int end_arrays(struct watched *watched, struct buf *seen)
{
    if (db_array_end(&watched->months) != 0 || db_array_end(&watched->expenses) != 0)
        return -ENOMEM;
    return db_array_end(seen);
}

static int read_seen(struct news *news, struct watched *watched, struct buf *seen)
{
    char ledger[NUMBER_SIZE];
    char old_up_to[NUMBER_SIZE];
    char most[NUMBER_SIZE];
    (void)snprintf(ledger, sizeof(ledger), "%lld", (long long)news->ledger);
    (void)snprintf(old_up_to, sizeof(old_up_to), "%lld", (long long)news->old_up_to);
    (void)snprintf(most, sizeof(most), "%d", (int)NEWS_SEEN_MAX);
    for (size_t i = 0; i < news->seen_count; i++) {
        char number[NUMBER_SIZE];
        (void)snprintf(number, sizeof(number), "%lld", (long long)news->seen[i]);
        (void)db_array_append(seen, number);
    }
    if (end_arrays(watched, seen) != 0)
        return -ENOMEM;
    const char *values[] = {ledger,
                            old_up_to,
                            buf_text(seen),
                            buf_text(&watched->months),
                            buf_text(&watched->expenses),
                            news->first_day,
                            most};
    news->request = db_read(news->context->pool, &sql_look, values, 0, looked, news);
    return news->request ? 0 : -ENOMEM;
}

static void look_for_changes(struct news *news)
{
    struct watched watched;
    OWNED_BUF seen = BUF_INIT(ARRAYS_MAX);
    buf_init(&watched.months, ARRAYS_MAX);
    buf_init(&watched.expenses, ARRAYS_MAX);
    mcp_server_each_subscription(news->server, note_watched, &watched);
    int r = read_seen(news, &watched, &seen);
    buf_free(&watched.months);
    buf_free(&watched.expenses);
    if (r < 0)
        gave_up(news);
}

/* --- the beginning: what is old -------------------------------------------------------------- */

static void began(void *data, const struct db_rows *rows, const struct db_failure *failure)
{
    struct news *news = data;
    news->request = NULL;
    if (failed(news, failure))
        return;
    news->old_up_to = 0;
    news->seen_count = 0;
    for (size_t i = db_rows_count(rows); i > 0; i--)
        remember(news, db_rows_int(rows, i - 1, 0));
    if (news->seen_count == NEWS_SEEN_MAX)
        news->old_up_to = news->seen[0];
    news->knows_ledger = true;
    if (news->was_late)
        mcp_server_each_subscription(news->server, tell_all, news->server);
    news->was_late = false;
    look_ended(news);
}

static void look_at_beginning(struct news *news)
{
    char ledger[NUMBER_SIZE];
    char most[NUMBER_SIZE];
    (void)snprintf(ledger, sizeof(ledger), "%lld", (long long)news->ledger);
    (void)snprintf(most, sizeof(most), "%d", (int)NEWS_SEEN_MAX);
    news->request = db_read(news->context->pool, &sql_newest, (const char *const[]){ledger, most},
                            0, began, news);
    if (!news->request)
        gave_up(news);
}

/* --- which ledger ---------------------------------------------------------------------------- */

/* Columns of sql_open. */
enum {
    LEDGER_ID = 0,
    LEDGER_FIRST_DAY = 5,
    LEDGER_IS_SAMPLE = 6
};

static void opened(void *data, const struct db_rows *rows, const struct db_failure *failure)
{
    struct news *news = data;
    news->request = NULL;
    if (failed(news, failure))
        return;
    bool is_there = db_rows_count(rows) > 0;
    int64_t ledger = is_there ? db_rows_int(rows, 0, LEDGER_ID) : 0;
    news->is_sample = is_there && db_rows_bool(rows, 0, LEDGER_IS_SAMPLE);
    (void)snprintf(news->first_day, sizeof(news->first_day), "%.2s",
                   is_there ? db_rows_text(rows, 0, LEDGER_FIRST_DAY) : "1");
    bool was_known = news->knows_ledger && news->ledger == ledger;
    /* Another ledger than before: everything looks different. */
    news->was_late = news->was_late || (news->knows_ledger && !was_known);
    news->ledger = ledger;
    if (was_known)
        look_for_changes(news);
    else
        look_at_beginning(news);
}

static int open_ledger(struct news *news)
{
    const struct tools_context *context = news->context;
    struct arena arena;
    const char *folded = NULL;
    arena_init(&arena, NEWS_ARENA_MAX);
    if (context->ledger_name)
        folded = fold_text(&arena, context->ledger_name);
    if (folded || !context->ledger_name)
        news->request = db_read(context->pool, &sql_open,
                                (const char *const[]){folded, context->now, "f"}, 0, opened, news);
    arena_free(&arena);
    return news->request ? 0 : -ENOMEM;
}

void news_look(struct news *news)
{
    if (!news->listener)
        return;
    news->looks_again = news->request != NULL;
    if (!news->request && open_ledger(news) < 0)
        gave_up(news);
}

/* --- listening ------------------------------------------------------------------------------- */

static void on_resumed(void *data)
{
    news_look(data);
}

static void on_notified(void *data, const char *payload)
{
    struct news *news = data;
    bool is_ours = strtoll(payload, NULL, 10) == news->ledger;
    if (is_ours || !news->knows_ledger || news->ledger == 0 || news->is_sample)
        news_look(news);
}

struct news *news_new(const struct tools_context *context, struct mcp_server *server)
{
    struct news *news = mem_zalloc(sizeof(*news));
    if (!news)
        return NULL;
    news->context = context;
    news->server = server;
    return news;
}

void news_begin(struct news *news)
{
    if (news->listener)
        return;
    news->listener = db_listen(news->context->pool, &(struct db_listen_options){
                                                        .channel = NEWS_CHANNEL,
                                                        .notified = on_notified,
                                                        .resumed = on_resumed,
                                                        .data = news,
                                                    });
    if (news->listener)
        news_look(news);
    else
        mcp_server_news_ready(news->server);
}

void news_end(struct news *news)
{
    if (news->request)
        db_read_cancel(news->request);
    if (news->listener)
        db_listen_end(news->listener);
    news->request = NULL;
    news->listener = NULL;
    news->looks_again = false;
    news->knows_ledger = false;
    news->was_late = false;
}

bool news_are_heard(const struct news *news)
{
    return news->listener && db_listen_is_on(news->listener);
}

void news_free(struct news *news)
{
    if (news)
        news_end(news);
    mem_free(news);
}
