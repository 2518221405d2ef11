/* The clock of the news: where the database does not announce changes by itself, looks for them from
 * time to time, and only while somebody listens. What a change is, tools/support/news.c knows. */
#include "cli/watch.h"

#include <errno.h>

#include "db/listen.h"
#include "tools/support/announce.h"
#include "tools/support/news.h"

static void on_timer(uv_timer_t *timer)
{
    const struct app *app = timer->data;
    if (!news_are_heard(app->news))
        news_look(app->news);
}

/* This process has written: it need not wait for the clock to hear of itself. */
static void on_changed(void *data)
{
    const struct app *app = data;
    if (!news_are_heard(app->news))
        news_look(app->news);
}

bool watch_is_possible(const struct cli_settings *settings)
{
    if (settings->trouble)
        return false;
    return settings->watch_seconds > 0 || !settings->database.is_set ||
           db_listen_may_work(&settings->database);
}

void watch_listening(void *user, bool anybody)
{
    /* `user` is what the tools share; it lies in the app. */
    struct app *app = CONTAINER_OF(user, struct app, tools);
    uint64_t pause = (uint64_t)app->settings->watch_seconds * 1000;
    if (!app->news)
        return;
    if (anybody && pause > 0)
        (void)uv_timer_start(&app->watch, on_timer, pause, pause);
    else
        (void)uv_timer_stop(&app->watch);
    if (anybody)
        news_begin(app->news);
    else
        news_end(app->news);
}

int watch_open(struct app *app)
{
    app->news = news_new(&app->tools, app->server);
    app->tools.announcer = app->news ? announcer_new(&app->tools) : NULL;
    if (!app->tools.announcer) {
        news_free(app->news);
        app->news = NULL;
        return -ENOMEM;
    }
    (void)uv_timer_init(&app->loop, &app->watch);
    app->watch.data = app;
    app->tools.changed = on_changed;
    app->tools.changed_data = app;
    return 0;
}

void watch_close(struct app *app)
{
    if (!app->news)
        return;
    app->tools.changed = NULL;
    announcer_free(app->tools.announcer);
    app->tools.announcer = NULL;
    uv_close((uv_handle_t *)&app->watch, NULL);
    news_free(app->news);
    app->news = NULL;
}
