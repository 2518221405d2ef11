/* Names of payees without what banks and card networks put around them: "SQ *BLUE BOTTLE 415-555-0100
 * CA" becomes "BLUE BOTTLE", "CARTE 01/04 BOULANGERIE DUPONT CB*1234" becomes "BOULANGERIE DUPONT". A
 * guess for people's eyes and for grouping: the original is kept beside it. */
#ifndef IMPORT_PAYEE_H
#define IMPORT_PAYEE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/own.h"

/* Writes the cleaned name into the emptied buffer. When nothing that looks like a name is left, it
 * is the text with its blanks in order. 0 or the buffer's error. */
MUST_CHECK int import_payee_clean(const char *text, size_t length, struct buf *ret_payee);

/* What payee_words.c knows: folded (import/fold.h) and sorted. */
extern const char *const import_payee_prefixes[]; /* phrases before a name */
extern const size_t import_payee_prefix_count;
extern const char *const import_payee_enders[]; /* words behind which no name follows */
extern const size_t import_payee_ender_count;
extern const char *const import_payee_places[]; /* cities, states, countries behind a name */
extern const size_t import_payee_place_count;

struct import_payee_agent {
    const char *name; /* before a '*' */
    bool keep_left;   /* the name is the agent's own, what follows is a code */
};

extern const struct import_payee_agent import_payee_agents[]; /* NULL name at the end */

#endif
