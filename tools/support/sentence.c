/* Names and counts inside sentences. What the sentences say is up to their writers. */
#include "tools/support/sentence.h"

#include <string.h>

#include "base/utf8.h"

enum {
    NAME_SHOWN_POINTS = 60
};

void sentence_plain_name(struct buf *text, const char *name)
{
    size_t length = strlen(name);
    size_t at = 0;
    for (int points = 0; at < length; points++) {
        uint32_t point = 0;
        size_t bytes = utf8_decode(name + at, length - at, &point);
        if (points == NAME_SHOWN_POINTS) {
            (void)buf_append_text(text, "…");
            return;
        }
        if (bytes == 0 || utf8_is_deceptive(point) || point == '"')
            (void)buf_append_char(text, bytes > 0 && point == '"' ? '\'' : ' ');
        else
            (void)buf_append(text, name + at, bytes);
        at += bytes > 0 ? bytes : 1;
    }
}

void sentence_name(struct buf *text, const char *name)
{
    (void)buf_append_char(text, '"');
    sentence_plain_name(text, name);
    (void)buf_append_char(text, '"');
}

void sentence_count(struct buf *text, long long count, const char *singular, const char *plural)
{
    (void)buf_printf(text, "%lld %s", count, count == 1 ? singular : plural);
}
