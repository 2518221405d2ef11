/* What the fuzz targets of mcp/ share. */
#ifndef TESTS_FUZZ_MCP_FUZZ_H
#define TESTS_FUZZ_MCP_FUZZ_H

#include <stdint.h>
#include <stdlib.h>

/* The name is libFuzzer's. */
// NOLINTNEXTLINE(readability-identifier-naming)
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition) \
    do {                      \
        if (!(condition))     \
            abort();          \
    } while (0)

#endif
