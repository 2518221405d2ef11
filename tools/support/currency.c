/* The table of ISO 4217 (list one, 2025, and the codes that older books and statements still hold, all
 * that import/ reads among them), and the field type. No names, no rates. */
#include "tools/support/currency.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

struct currency {
    char code[4];
    int exponent;
};

/* Sorted. */
static const struct currency currencies[] = {
    {"AED", 2}, {"AFN", 2}, {"ALL", 2}, {"AMD", 2}, {"ANG", 2}, {"AOA", 2}, {"ARS", 2}, {"ATS", 2},
    {"AUD", 2}, {"AWG", 2}, {"AZN", 2}, {"BAM", 2}, {"BBD", 2}, {"BDT", 2}, {"BEF", 2}, {"BGN", 2},
    {"BHD", 3}, {"BIF", 0}, {"BMD", 2}, {"BND", 2}, {"BOB", 2}, {"BRL", 2}, {"BSD", 2}, {"BTN", 2},
    {"BWP", 2}, {"BYN", 2}, {"BZD", 2}, {"CAD", 2}, {"CDF", 2}, {"CHF", 2}, {"CLF", 4}, {"CLP", 0},
    {"CNH", 2}, {"CNY", 2}, {"COP", 2}, {"CRC", 2}, {"CUC", 2}, {"CUP", 2}, {"CVE", 2}, {"CYP", 2},
    {"CZK", 2}, {"DEM", 2}, {"DJF", 0}, {"DKK", 2}, {"DOP", 2}, {"DZD", 2}, {"EEK", 2}, {"EGP", 2},
    {"ERN", 2}, {"ESP", 0}, {"ETB", 2}, {"EUR", 2}, {"FIM", 2}, {"FJD", 2}, {"FKP", 2}, {"FRF", 2},
    {"GBP", 2}, {"GEL", 2}, {"GHS", 2}, {"GIP", 2}, {"GMD", 2}, {"GNF", 0}, {"GRD", 2}, {"GTQ", 2},
    {"GYD", 2}, {"HKD", 2}, {"HNL", 2}, {"HRK", 2}, {"HTG", 2}, {"HUF", 2}, {"IDR", 2}, {"IEP", 2},
    {"ILS", 2}, {"INR", 2}, {"IQD", 3}, {"IRR", 2}, {"ISK", 0}, {"ITL", 0}, {"JMD", 2}, {"JOD", 3},
    {"JPY", 0}, {"KES", 2}, {"KGS", 2}, {"KHR", 2}, {"KMF", 0}, {"KPW", 2}, {"KRW", 0}, {"KWD", 3},
    {"KYD", 2}, {"KZT", 2}, {"LAK", 2}, {"LBP", 2}, {"LKR", 2}, {"LRD", 2}, {"LSL", 2}, {"LTL", 2},
    {"LUF", 0}, {"LVL", 2}, {"LYD", 3}, {"MAD", 2}, {"MDL", 2}, {"MGA", 2}, {"MKD", 2}, {"MMK", 2},
    {"MNT", 2}, {"MOP", 2}, {"MRU", 2}, {"MTL", 2}, {"MUR", 2}, {"MVR", 2}, {"MWK", 2}, {"MXN", 2},
    {"MYR", 2}, {"MZN", 2}, {"NAD", 2}, {"NGN", 2}, {"NIO", 2}, {"NLG", 2}, {"NOK", 2}, {"NPR", 2},
    {"NZD", 2}, {"OMR", 3}, {"PAB", 2}, {"PEN", 2}, {"PGK", 2}, {"PHP", 2}, {"PKR", 2}, {"PLN", 2},
    {"PTE", 2}, {"PYG", 0}, {"QAR", 2}, {"ROL", 2}, {"RON", 2}, {"RSD", 2}, {"RUB", 2}, {"RWF", 0},
    {"SAR", 2}, {"SBD", 2}, {"SCR", 2}, {"SDG", 2}, {"SEK", 2}, {"SGD", 2}, {"SHP", 2}, {"SIT", 2},
    {"SKK", 2}, {"SLE", 2}, {"SLL", 2}, {"SOS", 2}, {"SRD", 2}, {"SSP", 2}, {"STN", 2}, {"SVC", 2},
    {"SYP", 2}, {"SZL", 2}, {"THB", 2}, {"TJS", 2}, {"TMT", 2}, {"TND", 3}, {"TOP", 2}, {"TRL", 0},
    {"TRY", 2}, {"TTD", 2}, {"TWD", 2}, {"TZS", 2}, {"UAH", 2}, {"UGX", 0}, {"USD", 2}, {"UYI", 0},
    {"UYU", 2}, {"UYW", 4}, {"UZS", 2}, {"VED", 2}, {"VES", 2}, {"VND", 0}, {"VUV", 0}, {"WST", 2},
    {"XAF", 0}, {"XCD", 2}, {"XCG", 2}, {"XOF", 0}, {"XPF", 0}, {"YER", 2}, {"YUM", 2}, {"ZAR", 2},
    {"ZMW", 2}, {"ZWG", 2}, {"ZWL", 2},
};

/* The letters of a code as one number; its order is that of the codes. */
static uint32_t pack(const char code[3])
{
    return (uint32_t)(unsigned char)code[0] << 16 | (uint32_t)(unsigned char)code[1] << 8 |
           (unsigned char)code[2];
}

/* Each row of a page is asked about: no bsearch(). */
static const struct currency *find(const char *text, size_t length)
{
    if (length != 3)
        return NULL;
    char code[4] = "";
    for (size_t i = 0; i < 3; i++)
        code[i] = (char)toupper((unsigned char)text[i]);
    uint32_t wanted = pack(code);
    size_t first = 0;
    for (size_t count = ARRAY_LENGTH(currencies); count > 1; count -= count / 2) {
        if (pack(currencies[first + count / 2].code) <= wanted)
            first += count / 2;
    }
    return pack(currencies[first].code) == wanted ? &currencies[first] : NULL;
}

int currency_exponent(const char *code)
{
    const struct currency *currency = find(code, strlen(code));
    return currency ? currency->exponent : -ENOENT;
}

const char *currency_find(const char *code, size_t length)
{
    const struct currency *currency = find(code, length);
    return currency ? currency->code : NULL;
}

static void currency_schema(const struct field *field, struct json_out *out)
{
    (void)field;
    json_put_text(out, "type", "string");
}

static int currency_bind(struct bind *bind, const struct field *field, const cJSON *value,
                         void *target)
{
    (void)field;
    const char *code = NULL;
    if (cJSON_IsString(value))
        code = currency_find(value->valuestring, strlen(value->valuestring));
    if (!code) {
        return bind_fail(bind, "must be an ISO 4217 code such as USD, EUR or JPY, got %s",
                         bind_show(bind, value));
    }
    *(const char **)target = code;
    return 0;
}

const struct field_type field_currency = {
    .name = "currency",
    .schema = currency_schema,
    .bind = currency_bind,
};
