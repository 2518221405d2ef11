/* Figures in the answer of a tool: which row and which member a figure that somebody said is. Knows
 * what answers look like (answer.h, and lists of rows with a label), but no tool. */
#ifndef TOOLS_SUPPORT_SAID_H
#define TOOLS_SUPPORT_SAID_H

#include <stdbool.h>

#include "base/arena.h"
#include "mcp/json.h"

enum {
    SAID_FIGURES_MAX = 48, /* of one row, or of the answer as a whole */
    SAID_LABELS_MAX = 5    /* rows that an error lists */
};

struct figure {
    const char *name;    /* "total", "before.spending" */
    const char *text;    /* "612.40" */
    const char *from;    /* the days it is about when they are others than the answer's, or NULL */
    const char *to;      /* … */
    const char *mean_of; /* how many periods it is the mean of, or NULL */
};

/* All texts are in the arena. */
struct said {
    const char *label,
        *then;             /* of the row, as the answer spells them; NULL: the answer as a whole */
    const char *label_key; /* "group", "month", "user" … */
    struct figure figures[SAID_FIGURES_MAX];
    size_t count;
    size_t best;           /* the figure that was meant; count when there is none */
    bool fits, is_rounded; /* whether it is what was said */
    const char *elsewhere; /* otherwise where the answer has it: "the average of Rent", or NULL */
    const char *labels[SAID_LABELS_MAX + 1]; /* when there is no such row, the first ones */
    size_t label_count;                      /* and how many there are */
};

/* Looks for the row `row` ("Rent", "Rent / 2026-10"; NULL: none) and the figure `figure` ("612.40",
 * NULL: none). 0; -ENOENT (no such row; labels say what there is); -ENOMEM. */
MUST_CHECK int said_find(struct arena *arena, const cJSON *answer, const char *row,
                         const char *figure, struct said *ret_said);

/* A figure as people say it: "612.40", "612.40 USD", "$612.40", "9 %", "-60". Its digits in the arena;
 * NULL when it is none (separators of thousands are not understood). */
const char *said_number(struct arena *arena, const char *text);

#endif
