/* Binary PostgreSQL arrays of one dimension, as array_recv() of the server reads them: a head of five
 * numbers, then each element behind its length. All numbers have the most significant byte first. */
#include <string.h>

#include "base/buf.h"
#include "db/query.h"

enum {
    NUMBER_BYTES = 4,
    HEAD_NUMBERS =
        5, /* dimensions, whether there are nulls, type, elements, the first's subscript */
    NULL_LENGTH = -1,
    EPOCH_DAYS = 10957 /* from 1970-01-01 to 2000-01-01, where the server begins to count */
};

static void write_number(char *bytes, int32_t number)
{
    uint32_t value = (uint32_t)number;
    for (int i = NUMBER_BYTES - 1; i >= 0; i--, value >>= 8)
        bytes[i] = (char)(value & 0xff);
}

/* A number behind the others, or behind a head that is written at the end. */
static int append_number(struct buf *array, int32_t number)
{
    static const char head[HEAD_NUMBERS * NUMBER_BYTES];
    char bytes[NUMBER_BYTES];
    if (array->length == 0)
        (void)buf_append(array, head, sizeof(head));
    write_number(bytes, number);
    return buf_append(array, bytes, sizeof(bytes));
}

int db_binary_append(struct buf *array, const char *element)
{
    if (!element)
        return append_number(array, NULL_LENGTH);
    size_t length = strlen(element);
    (void)append_number(array, (int32_t)length);
    return length > 0 ? buf_append(array, element, length) : array->error;
}

int db_binary_append_day(struct buf *array, int32_t day)
{
    (void)append_number(array, NUMBER_BYTES);
    return append_number(array, day - EPOCH_DAYS);
}

int db_binary_end(struct buf *array, enum db_element element, size_t count)
{
    const int32_t head[HEAD_NUMBERS] = {1, 1, (int32_t)element, (int32_t)count, 1};
    if (array->error != 0 || array->length == 0)
        return array->error;
    for (size_t i = 0; i < HEAD_NUMBERS; i++)
        write_number(array->data + i * NUMBER_BYTES, head[i]);
    return 0;
}
