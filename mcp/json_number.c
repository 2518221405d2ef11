/* A number is read as sign, digits without zeros at either end, and the place of the point: the
 * value is 0.DIGITS times ten to the POINT. */
#include "mcp/json_number.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    EXPONENT_MAX = 1000000000, /* beyond it the exact value decides nothing any more */
    INT64_DIGITS = 19
};

struct number {
    bool negative;
    const char *from; /* first digit that counts, NULL: zero */
    const char *end;  /* behind the last one; a point may lie between */
    int64_t point;
};

static int64_t read_exponent(const char *text)
{
    bool negative = *text == '-';
    int64_t exponent = 0;
    if (*text == '-' || *text == '+')
        text++;
    for (; *text >= '0' && *text <= '9' && exponent < EXPONENT_MAX; text++)
        exponent = exponent * 10 + (*text - '0');
    return negative ? -exponent : exponent;
}

static struct number read_number(const char *text)
{
    struct number number = {.negative = *text == '-'};
    if (number.negative)
        text++;
    size_t whole = strspn(text, "0123456789");
    size_t length = strspn(text, "0123456789.");
    const char *from = text + strspn(text, "0.");
    if (from >= text + length) {
        number.negative = false;
        return number;
    }
    number.from = from;
    number.end = text + length;
    while (number.end[-1] == '0' || number.end[-1] == '.')
        number.end--;
    number.point = (int64_t)whole - (from - text);
    if (from > text + whole)
        number.point++; /* the point itself is no digit */
    if (text[length] == 'e' || text[length] == 'E')
        number.point += read_exponent(text + length + 1);
    return number;
}

/* The next digit that counts, '0' behind the last. */
static char next_digit(const char **at, const char *end)
{
    if (*at < end && **at == '.')
        (*at)++;
    if (*at == end)
        return '0';
    return *(*at)++;
}

static int compare_sizes(const struct number *a, const struct number *b)
{
    if (!a->from || !b->from)
        return (a->from != NULL) - (b->from != NULL);
    if (a->point != b->point)
        return a->point < b->point ? -1 : 1;
    const char *at_a = a->from;
    const char *at_b = b->from;
    while (at_a < a->end || at_b < b->end) {
        char digit_a = next_digit(&at_a, a->end);
        char digit_b = next_digit(&at_b, b->end);
        if (digit_a != digit_b)
            return digit_a < digit_b ? -1 : 1;
    }
    return 0;
}

int json_number_compare(const char *a, const char *b)
{
    struct number first = read_number(a);
    struct number second = read_number(b);
    if (first.negative != second.negative)
        return first.negative ? -1 : 1;
    return first.negative ? compare_sizes(&second, &first) : compare_sizes(&first, &second);
}

static bool is_whole(const struct number *number)
{
    if (!number->from)
        return true;
    int64_t digits = number->end - number->from;
    if (memchr(number->from, '.', (size_t)digits))
        digits--;
    return digits <= number->point;
}

bool json_number_is_whole(const char *text)
{
    struct number number = read_number(text);
    return is_whole(&number);
}

int json_number_to_int(const char *text, int64_t *ret_number)
{
    struct number number = read_number(text);
    uint64_t most = number.negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t sum = 0;
    if (!is_whole(&number))
        return -EINVAL;
    if (number.from && number.point > INT64_DIGITS)
        return -ERANGE;
    for (int64_t i = 0; number.from && i < number.point; i++) {
        uint64_t digit = (uint64_t)(next_digit(&number.from, number.end) - '0');
        if (sum > (most - digit) / 10)
            return -ERANGE;
        sum = sum * 10 + digit;
    }
    *ret_number = number.negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return 0;
}

size_t json_number_length(const char *text)
{
    const char *at = text + (*text == '-');
    size_t digits = strspn(at, "0123456789");
    if (digits == 0)
        return 0;
    at += digits;
    if (*at == '.') {
        digits = strspn(at + 1, "0123456789");
        if (digits == 0)
            return 0;
        at += 1 + digits;
    }
    if (*at == 'e' || *at == 'E') {
        at += at[1] == '-' || at[1] == '+' ? 2 : 1;
        digits = strspn(at, "0123456789");
        if (digits == 0)
            return 0;
        at += digits;
    }
    return (size_t)(at - text);
}
