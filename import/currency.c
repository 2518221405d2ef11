/* Currencies by code and by sign. A sign that several currencies share names none. */
#include <string.h>

#include "base/own.h"
#include "import/amount.h"

/* ISO 4217, and the codes that old statements still have. */
static const char codes[] =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP "
    "BYN BZD CAD CDF CHF CLF CLP CNH CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR "
    "FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD "
    "JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP "
    "MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON "
    "RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND "
    "TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER "
    "ZAR ZMW ZWG ZWL ATS BEF CYP DEM EEK ESP FIM FRF GRD IEP ITL LTL LUF LVL MTL NLG PTE ROL SIT "
    "SKK TRL YUM";

static const struct currency_sign {
    const char *sign;
    char code[4]; /* "" when several currencies use it */
} signs[] = {
    {"US$", "USD"},  {"CA$", "CAD"},   {"C$", "CAD"},    {"AU$", "AUD"},   {"A$", "AUD"},
    {"NZ$", "NZD"},  {"HK$", "HKD"},   {"S$", "SGD"},    {"R$", "BRL"},    {"CAD$", "CAD"},
    {"USD$", "USD"}, {"AUD$", "AUD"},  {"NT$", "TWD"},   {"MX$", "MXN"},   {"$", ""},
    {"€", "EUR"},    {"euros", "EUR"}, {"Euros", "EUR"}, {"EUROS", "EUR"}, {"Euro", "EUR"},
    {"EURO", "EUR"}, {"euro", "EUR"},  {"£", "GBP"},     {"₹", "INR"},     {"₨", ""},
    {"Rs.", ""},     {"Rs", ""},       {"¥", ""},        {"₽", "RUB"},   {"₺", "TRY"},
    {"₴", "UAH"},    {"₪", "ILS"},     {"฿", "THB"},     {"₫", "VND"},     {"₩", "KRW"},
    {"₱", "PHP"},    {"₦", "NGN"},     {"₵", "GHS"},     {"₸", "KZT"},     {"₾", "GEL"},
    {"zł", "PLN"},   {"Kč", "CZK"},    {"Ft", "HUF"},    {"lei", "RON"},   {"лв", "BGN"},
    {"kr.", ""},     {"kr", ""},       {"SFr.", "CHF"},  {"SFr", "CHF"},   {"Fr.", "CHF"},
    {"RM", "MYR"},   {"Tk", "BDT"},    {"KSh", "KES"},   {"руб", "RUB"},
};

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c & 0x80);
}

bool import_currency_is_known(const char *code)
{
    for (size_t i = 0; i < 3; i++) {
        if (code[i] < 'A' || code[i] > 'Z')
            return false;
    }
    for (size_t at = 0; at + 3 < sizeof(codes); at += 4) {
        if (memcmp(codes + at, code, 3) == 0)
            return true;
    }
    return false;
}

/* A code that stands alone among other letters. */
static bool find_code(const char *text, size_t length, char ret_code[4])
{
    for (size_t at = 0; at + 3 <= length; at++) {
        bool alone =
            (at == 0 || !is_letter(text[at - 1])) && (at + 3 == length || !is_letter(text[at + 3]));
        if (alone && import_currency_is_known(text + at)) {
            memcpy(ret_code, text + at, 3);
            ret_code[3] = '\0';
            return true;
        }
    }
    return false;
}

static bool sign_stands_alone(const char *text, size_t length, size_t at, const char *sign)
{
    size_t end = at + strlen(sign);
    if (is_letter(sign[0]) && !(sign[0] & 0x80) && at > 0 && is_letter(text[at - 1]))
        return false;
    char last = sign[strlen(sign) - 1];
    return !(is_letter(last) && end < length && is_letter(text[end]));
}

static const struct currency_sign *find_sign(const char *text, size_t length)
{
    for (size_t i = 0; i < ARRAY_LENGTH(signs); i++) {
        size_t size = strlen(signs[i].sign);
        for (size_t at = 0; at + size <= length; at++) {
            if (memcmp(text + at, signs[i].sign, size) == 0 &&
                sign_stands_alone(text, length, at, signs[i].sign))
                return &signs[i];
        }
    }
    return NULL;
}

bool import_currency_find(const char *text, size_t length, char ret_code[4])
{
    if (find_code(text, length, ret_code))
        return true;
    const struct currency_sign *sign = find_sign(text, length);
    if (!sign || !sign->code[0])
        return false;
    memcpy(ret_code, sign->code, sizeof(sign->code));
    return true;
}

bool import_currency_is_sign(const char *text, size_t length)
{
    if (length == 3 && import_currency_is_known(text))
        return true;
    for (size_t i = 0; i < ARRAY_LENGTH(signs); i++) {
        if (strlen(signs[i].sign) == length && memcmp(text, signs[i].sign, length) == 0)
            return true;
    }
    return false;
}
