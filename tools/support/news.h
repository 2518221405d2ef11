/* The resources that change when somebody writes. */
#ifndef TOOLS_SUPPORT_NEWS_H
#define TOOLS_SUPPORT_NEWS_H

#include <stdbool.h>

#define NEWS_MONTHS   "ninepence://months/"
#define NEWS_EXPENSES "ninepence://expenses/"

/* Whether the text is the name of a month: 2026-10. */
bool news_is_month(const char *text);

#endif
