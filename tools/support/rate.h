/* Exchange rates: the field type, and what happens to the amounts that hang on a rate. A rate is what
 * one unit of a currency costs in the ledger's, exactly, with at most RATE_MAX_DECIMALS decimals. */
#ifndef TOOLS_SUPPORT_RATE_H
#define TOOLS_SUPPORT_RATE_H

#include "tools/support/change.h"

struct rate {
    const char *text; /* plain decimal, fit for $n::numeric; NULL: absent */
};

/* Understands "1.0850", "0.00106": above 0. 0, -EINVAL (form, or not above 0), -ERANGE (too many
 * digits), -ENOMEM. */
MUST_CHECK int rate_parse(struct arena *arena, const char *text, struct rate *ret_rate);

/* struct rate: a number or a string. */
extern const struct field_type field_rate;

// clang-format off
#define ARG_RATE(S, member, ...) FIELD_ROW(S, member, struct rate, field_rate, __VA_ARGS__)
// clang-format on

/* For tools that convert amounts: no rate changes until the change is over. */
void rate_share(struct change *change);

/* For tools that change rates: nobody else converts or changes any until the change is over. */
void rate_lock(struct change *change);

/* Which amounts may have changed. */
struct rate_span {
    const char *currencies; /* text of an array */
    const char *first, *last;
};

/* Adds the step, behind the one that changed rates, that finds the expenses whose amounts are no
 * longer what the rates say; *ret_step is its number. 0 or -ENOMEM. */
MUST_CHECK int rate_find(struct change *change, const struct rate_span *span, size_t *ret_step);

/* In the continuation: keeps and converts them. 0 or a negative errno. */
MUST_CHECK int rate_convert(struct change *change, const struct db_rows *found);

/* " 3 expenses converted anew, 1 of which had waited for a rate." or nothing. */
void rate_say_converted(const struct change_story *story, struct buf *text);

/* Members of the answer, for change_kind.extend and beside CHANGE_RESULT. */
void rate_write_converted(const struct change_story *story, struct json_out *out);
#define OUT_CONVERTED OUT_INT("converted"), OUT_INT("waited")

#endif
