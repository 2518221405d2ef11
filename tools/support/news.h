/* News of the books: which of the resources that somebody listens to were changed, whoever wrote. Each
 * change announces the number of its ledger, in the transaction that makes it or behind it
 * (announce.h); who hears it looks for changes that it has not seen. Looking alone is enough where
 * nothing can be heard (behind a pooler), so an announcement that gets lost costs time, never news. */
#ifndef TOOLS_SUPPORT_NEWS_H
#define TOOLS_SUPPORT_NEWS_H

#include <stdbool.h>

#include "base/own.h"
#include "mcp/server.h"
#include "tools/support/ledger.h"

#define NEWS_CONTEXT    "ninepence://context"
#define NEWS_CATEGORIES "ninepence://categories"
#define NEWS_MONTHS     "ninepence://months/"
#define NEWS_EXPENSES   "ninepence://expenses/"

#define NEWS_CHANNEL "ninepence_changes"

/* Whether the text is the name of a month: 2026-10. */
bool news_is_month(const char *text);

struct news;

/* Both are borrowed and outlive the news. NULL when out of memory. */
MUST_CHECK struct news *news_new(const struct tools_context *context, struct mcp_server *server);

/* Somebody began to listen, or nobody does any more. The server hears when nothing can be missed. */
void news_begin(struct news *news);
void news_end(struct news *news);

/* Looks now, while somebody listens. */
void news_look(struct news *news);

/* Whether changes are heard by themselves; otherwise look from time to time. */
bool news_are_heard(const struct news *news);

/* Before the pool goes. NULL is fine. */
void news_free(struct news *news);

#endif
