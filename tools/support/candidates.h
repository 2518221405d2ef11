/* What to do with a name that a statement found nothing for, or more than one thing: look at all
 * names of its kind. In questions a small slip is forgiven when only one name can be meant; in
 * writes nothing is. Otherwise the call ends with an error that lists what could be meant. */
#ifndef TOOLS_SUPPORT_CANDIDATES_H
#define TOOLS_SUPPORT_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>

#include "mcp/call.h"
#include "tools/support/names.h"

/* The names of one question, in the order in which its statement numbers them (from 1). */
struct name_question {
    struct name_ref **asked;
    const char *const *fields; /* the argument of each, for errors */
    size_t count;
    bool is_write;                   /* nothing is forgiven */
    int (*again)(struct call *call); /* runs the statement again, with the names as they are now */
    bool was_asked_again;
    const char *notes; /* sentences such as ` Read "grocreies" as Food: Groceries.`, or "" */
};

/* `unknown` is what the statement says about the names: their numbers with commas, "" when all is
 * well. Returns 1 when the caller can go on with its rows; 0 when the names are being looked up
 * (then question->again() runs, or the call fails); negative errno. `question` must live as long as
 * the call (in the struct of the arguments). */
MUST_CHECK int names_settle(struct call *call, struct name_question *question, const char *unknown);

/* How well a name answers to what was asked: the smaller the better. */
enum name_match {
    NAME_SAME,  /* as a whole, as last part of a path, or as its end */
    NAME_TYPO,  /* with a slip or two */
    NAME_WORDS, /* its words begin with what was asked */
    NAME_PATH,  /* the words of its path do: it lies below what may be meant */
    NAME_NEAR,  /* similar enough to be proposed */
    NAME_OTHER
};

/* Compares folded texts; `*ret_distance` tells apart names of the same match. */
enum name_match name_compare(const char *asked, const char *key, const char *leaf,
                             int *ret_distance);

#endif
