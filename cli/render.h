/* Shows a structured answer to a person: the summary sentence, then the rows as a table, on a terminal
 * with text bars beside shares. Text from the database never steers the terminal. */
#ifndef CLI_RENDER_H
#define CLI_RENDER_H

#include <stdbool.h>
#include <stdio.h>

#include "mcp/json.h"

struct render_style {
    int width;  /* columns to fill at most */
    bool color; /* the head of a table stands out */
    bool bars;
};

/* Of a descriptor: what it is, NO_COLOR, CLICOLOR_FORCE, TERM, COLUMNS. */
struct render_style render_style_of(int fd);

/* One line of text. */
void render_line(FILE *out, const char *text);

void render_answer(FILE *out, const cJSON *answer, const struct render_style *style);

#endif
