/* Any bytes as the European Central Bank's file of rates: what is handed out is well formed, and a file
 * that is not taken is explained. */
#include <stdint.h>

#include "import/rates.h"
#include "tests/fuzz/import_fuzz.h"

enum {
    WHY_MAX = 1000
};

/* Any year of four digits: what the readers of statements hold for a likely one does not count here. */
static void check_day(const char *day)
{
    FUZZ_CHECK(strlen(day) == 10 && strspn(day, "0123456789-") == 10);
    FUZZ_CHECK(day[4] == '-' && day[7] == '-');
    long month = strtol(day + 5, NULL, 10);
    long number = strtol(day + 8, NULL, 10);
    FUZZ_CHECK(month >= 1 && month <= 12 && number >= 1 && number <= 31);
}

static int each(void *user, const struct import_rate *rate)
{
    (void)user;
    check_day(rate->day);
    FUZZ_CHECK(strlen(rate->currency) == 3 &&
               strspn(rate->currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3);
    FUZZ_CHECK(strspn(rate->per_euro, "0123456789.") == strlen(rate->per_euro));
    FUZZ_CHECK(strpbrk(rate->per_euro, "123456789"));
    return 0;
}

/* The name is libFuzzer's. NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWNED_BUF why = BUF_INIT(WHY_MAX);
    int r = import_rates_read(size > 0 ? (const char *)data : "", size, each, NULL, &why);
    FUZZ_CHECK(r == 0 || why.length > 0);
    return 0;
}
