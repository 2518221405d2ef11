/* A histogram of durations with a constant relative error. No locking, no allocation. */
#include "tests/bench/histogram.h"

#include <string.h>

/* Values below HISTOGRAM_STEPS have a slot each; above it the slot is the position of the highest
 * bit and the HISTOGRAM_STEP_BITS bits behind it. */
static unsigned slot_of(uint64_t value)
{
    if (value < HISTOGRAM_STEPS)
        return (unsigned)value;
    unsigned top = 63U - (unsigned)__builtin_clzll(value);
    if (top > HISTOGRAM_TOP_BIT)
        return HISTOGRAM_SLOTS - 1;
    unsigned shift = top - HISTOGRAM_STEP_BITS;
    unsigned step = (unsigned)(value >> shift) & (HISTOGRAM_STEPS - 1U);
    return (shift + 1U) * HISTOGRAM_STEPS + step;
}

/* The middle of the durations that share a slot. */
static uint64_t value_of(unsigned slot)
{
    if (slot < HISTOGRAM_STEPS)
        return slot;
    unsigned shift = slot / HISTOGRAM_STEPS - 1U;
    uint64_t low = (uint64_t)(HISTOGRAM_STEPS + slot % HISTOGRAM_STEPS) << shift;
    return low + (((uint64_t)1 << shift) >> 1);
}

void histogram_reset(struct histogram *histogram)
{
    memset(histogram, 0, sizeof(*histogram));
}

void histogram_add(struct histogram *histogram, uint64_t nanoseconds)
{
    histogram->counts[slot_of(nanoseconds)]++;
    histogram->total++;
    if (nanoseconds > histogram->longest)
        histogram->longest = nanoseconds;
}

uint64_t histogram_quantile(const struct histogram *histogram, unsigned per_10000)
{
    if (histogram->total == 0)
        return 0;
    uint64_t rank = (histogram->total * per_10000 + 9999) / 10000;
    uint64_t seen = 0;
    for (unsigned slot = 0; slot < HISTOGRAM_SLOTS; slot++) {
        seen += histogram->counts[slot];
        if (seen >= rank && seen > 0)
            return value_of(slot);
    }
    return histogram->longest;
}
