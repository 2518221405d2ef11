/* Names of the resources that change. */
#include "tools/support/news.h"

#include <string.h>

bool news_is_month(const char *text)
{
    static const char digits[] = "0123456789";
    return strlen(text) == 7 && strspn(text, digits) == 4 && text[4] == '-' &&
           strspn(text + 5, digits) == 2 && strcmp(text + 5, "01") >= 0 &&
           strcmp(text + 5, "12") <= 0;
}
