/* Text of one-dimensional PostgreSQL arrays, for parameters such as $1::bigint[]. */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "db/query.h"

static int append_quoted(struct buf *array, const char *element)
{
    (void)buf_append_char(array, '"');
    while (*element) {
        size_t plain = strcspn(element, "\"\\");
        (void)buf_append(array, element, plain);
        element += plain;
        if (*element) {
            (void)buf_append_char(array, '\\');
            (void)buf_append_char(array, *element++);
        }
    }
    return buf_append_char(array, '"');
}

int db_array_append(struct buf *array, const char *element)
{
    (void)buf_append_char(array, array->length == 0 ? '{' : ',');
    if (!element)
        return buf_append_text(array, "NULL");
    return append_quoted(array, element);
}

int db_array_end(struct buf *array)
{
    return buf_append_text(array, array->length == 0 ? "{}" : "}");
}
