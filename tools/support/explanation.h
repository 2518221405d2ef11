/* A figure explained: what was said, what it is now, how it comes about, and the expenses in it. */
#ifndef TOOLS_SUPPORT_EXPLANATION_H
#define TOOLS_SUPPORT_EXPLANATION_H

#include "tools/support/answer.h"
#include "tools/support/said.h"
#include "tools/support/scope.h"

/* The columns of explain_number.sql behind the totals; the first five stand in the first row. */
enum evidence_column {
    EVIDENCE_REASONS = BASIS_COLUMNS,
    EVIDENCE_RATES,
    EVIDENCE_RATES_OF,
    EVIDENCE_FOREIGN_ROWS,
    EVIDENCE_OF,
    EVIDENCE_EXPENSE
};

struct explanation {
    const char *tool;
    const char *number; /* what was said, its digits; NULL: nothing */
    struct said said;
    struct scope scope;
};

/* Writes summary, period, totals, and the members figure, figures and filter. */
void explanation_write(struct answer *answer, const struct explanation *why);

#endif
