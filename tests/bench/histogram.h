/* Durations by size: 128 steps to each power of two, so that a quantile is off by less than 1 %. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

enum {
    HISTOGRAM_STEP_BITS = 7,
    HISTOGRAM_STEPS = 1 << HISTOGRAM_STEP_BITS,
    HISTOGRAM_TOP_BIT = 40, /* longest duration told apart: 2^41 ns, half an hour */
    HISTOGRAM_SLOTS = (HISTOGRAM_TOP_BIT - HISTOGRAM_STEP_BITS + 2) * HISTOGRAM_STEPS
};

struct histogram {
    uint64_t counts[HISTOGRAM_SLOTS];
    uint64_t total;
    uint64_t longest;
};

void histogram_reset(struct histogram *histogram);
void histogram_add(struct histogram *histogram, uint64_t nanoseconds);

/* The duration that `per_10000` of 10,000 durations do not exceed; 0 when there are none. */
uint64_t histogram_quantile(const struct histogram *histogram, unsigned per_10000);

#endif
