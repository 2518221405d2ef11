/* Parsing and printing of amounts, and the field type `money`. Sums are SQL's; currencies are
 * currency.c's. */
#include "tools/support/money.h"

#include <errno.h>
#include <string.h>

#include "tools/support/currency.h"
#include "tools/support/limits.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_at(const char *text)
{
    size_t count = 0;
    while (is_digit(text[count]))
        count++;
    return count;
}

/* The parts of an amount as written. */
struct amount_parts {
    bool is_negative;
    const char *whole, *fraction;
    size_t digits, decimals;
};

static int split_amount(const char *text, struct amount_parts *ret_parts)
{
    struct amount_parts parts = {0};
    text += strspn(text, " ");
    parts.is_negative = *text == '-';
    parts.whole = text + (parts.is_negative ? 1 : 0);
    parts.digits = digits_at(parts.whole);
    const char *end = parts.whole + parts.digits;
    parts.fraction = end;
    if (*end == '.') {
        parts.fraction = end + 1;
        parts.decimals = digits_at(parts.fraction);
        end = parts.fraction + parts.decimals;
        if (parts.decimals == 0)
            return -EINVAL;
    }
    if (parts.digits == 0 || end[strspn(end, " ")] != '\0')
        return -EINVAL;
    *ret_parts = parts;
    return 0;
}

int money_parse(struct arena *arena, const char *text, struct money *ret_money)
{
    struct amount_parts parts;
    int r = split_amount(text, &parts);
    if (r != 0)
        return r;
    for (; parts.digits > 1 && *parts.whole == '0'; parts.digits--)
        parts.whole++;
    while (parts.decimals > 0 && parts.fraction[parts.decimals - 1] == '0')
        parts.decimals--;
    if (parts.digits > MONEY_MAX_DIGITS || parts.decimals > MONEY_MAX_DECIMALS)
        return -ERANGE;
    bool is_zero = parts.digits == 1 && *parts.whole == '0' && parts.decimals == 0;
    char *copy = arena_printf(arena, "%s%.*s%s%.*s", parts.is_negative && !is_zero ? "-" : "",
                              (int)parts.digits, parts.whole, parts.decimals > 0 ? "." : "",
                              (int)parts.decimals, parts.fraction);
    if (!copy)
        return -ENOMEM;
    *ret_money = (struct money){.text = copy, .decimals = (int)parts.decimals};
    return 0;
}

int money_check(const struct money *money, const char *currency)
{
    int exponent = currency_exponent(currency);
    if (exponent < 0)
        return exponent;
    return money->decimals <= exponent ? 0 : -ERANGE;
}

bool money_is_negative(const struct money *money)
{
    return money->text && money->text[0] == '-';
}

/* What is no number shows as zero. */
static struct decimal number_or_zero(const char *text)
{
    struct decimal number = {0};
    int r = decimal_parse(text, &number);
    return r == 0 ? number : (struct decimal){0};
}

/* What the database gives is mostly right but for zeros behind: copied without them. False for all
 * else: what is below 1, must be rounded or filled up, is too long, or is no number. */
static bool copy_exact(const char *numeric, int exponent, char ret_text[DECIMAL_TEXT_SIZE])
{
    size_t whole = digits_at(numeric);
    size_t decimals = numeric[whole] == '.' ? digits_at(numeric + whole + 1) : 0;
    size_t wanted = exponent > 0 ? (size_t)exponent : 0;
    if (whole == 0 || whole > MONEY_MAX_DIGITS || *numeric == '0' || decimals < wanted)
        return false;
    size_t end = decimals > 0 ? whole + 1 + decimals : whole;
    size_t length = wanted > 0 ? whole + 1 + wanted : whole;
    if (numeric[end] != '\0')
        return false;
    while (end > length && numeric[end - 1] == '0')
        end--;
    if (end > length && !(wanted == 0 && end == whole + 1))
        return false;
    memcpy(ret_text, numeric, length);
    ret_text[length] = '\0';
    return true;
}

const char *money_format(const char *numeric, int exponent, char ret_text[DECIMAL_TEXT_SIZE])
{
    if (copy_exact(numeric, exponent, ret_text))
        return ret_text;
    struct decimal rounded = {.scale = exponent};
    int r = decimal_round(number_or_zero(numeric), exponent, &rounded);
    return decimal_format(r == 0 ? rounded : (struct decimal){.scale = exponent}, ret_text);
}

static const char *format_quotient(struct decimal number, struct decimal divisor, int scale,
                                   char *ret_text)
{
    struct decimal quotient;
    if (decimal_divide(number, divisor, scale, &quotient) != 0) {
        ret_text[0] = '\0';
        return ret_text;
    }
    return decimal_format(quotient, ret_text);
}

const char *money_average(const char *total, const char *count, int exponent,
                          char ret_text[DECIMAL_TEXT_SIZE])
{
    return format_quotient(number_or_zero(total), number_or_zero(count), exponent, ret_text);
}

struct decimal money_hundredth(const char *whole)
{
    struct decimal hundredth = number_or_zero(whole);
    hundredth.scale += 2;
    return hundredth;
}

const char *money_share(const char *part, struct decimal hundredth,
                        char ret_text[DECIMAL_TEXT_SIZE])
{
    return format_quotient(number_or_zero(part), hundredth, 1, ret_text);
}

const char *money_percent(const char *part, const char *whole, char ret_text[DECIMAL_TEXT_SIZE])
{
    return money_share(part, money_hundredth(whole), ret_text);
}

const char *money_difference(const char *one, const char *other, int exponent,
                             char ret_text[DECIMAL_TEXT_SIZE])
{
    struct decimal difference = {0};
    int r = decimal_subtract(number_or_zero(one), number_or_zero(other), &difference);
    if (r == 0)
        r = decimal_round(difference, exponent, &difference);
    return decimal_format(r == 0 ? difference : (struct decimal){.scale = exponent}, ret_text);
}

const char *money_sum(const char *one, const char *other, int exponent,
                      char ret_text[DECIMAL_TEXT_SIZE])
{
    struct decimal sum = {0};
    int r = decimal_add(number_or_zero(one), number_or_zero(other), &sum);
    if (r == 0)
        r = decimal_round(sum, exponent, &sum);
    return decimal_format(r == 0 ? sum : (struct decimal){.scale = exponent}, ret_text);
}

int money_sign(const char *numeric)
{
    return decimal_sign(number_or_zero(numeric));
}

bool money_is_below(const char *one, const char *other)
{
    char text[DECIMAL_TEXT_SIZE];
    return one && other && money_sign(money_difference(one, other, MONEY_MAX_DECIMALS, text)) < 0;
}

/* A text of a request is taken at its word: "12.000" may well mean twelve thousand. */
static int parse_word(struct arena *arena, const char *text, struct money *money)
{
    int r = money_parse(arena, text, money);
    const char *point = r == 0 ? strchr(text, '.') : NULL;
    int decimals = point ? (int)digits_at(point + 1) : 0;
    if (r != 0 || decimals == money->decimals)
        return r;
    money->decimals = decimals;
    money->said = arena_strdup(arena, text);
    return money->said ? 0 : -ENOMEM;
}

static void money_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    json_put_text(out, "type", "string");
}

static int money_bind(struct bind *bind, const struct field *field, const cJSON *value,
                      void *target)
{
    (void)field;
    int r = -EINVAL;
    if (cJSON_IsString(value))
        r = parse_word(bind->arena, value->valuestring, target);
    else if (json_is_number(value))
        r = money_parse(bind->arena, json_number_text(value), target);
    if (r == -EINVAL) {
        return bind_fail(bind,
                         "must be a plain amount such as 12.50 or -60, without symbols, separators "
                         "or exponents, got %s",
                         bind_show(bind, value));
    }
    if (r == -ERANGE) {
        return bind_fail(bind, "has more than %d digits before or %d after the point, got %s",
                         MONEY_MAX_DIGITS, MONEY_MAX_DECIMALS, bind_show(bind, value));
    }
    return r;
}

const struct field_type field_money = {
    .name = "money",
    .schema = money_schema,
    .bind = money_bind,
};
