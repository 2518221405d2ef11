/* Tables for people from any answer: columns are the members of the rows in the order of their
 * first appearance. Knows the answer's shape (summary, rows, basis) and no tool. */
#include "cli/render.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/utf8.h"

enum {
    RENDER_COLUMNS_MAX = 16,
    RENDER_CELL_MAX = 16 * 1024,
    RENDER_TEXT_WIDTH = 40,
    RENDER_TEXT_LEAST = 12, /* of a column of texts that has to be narrower */
    RENDER_BAR_WIDTH = 24,
    RENDER_WIDTH_MIN = 20,
    RENDER_WIDTH_DEFAULT = 80,
    RENDER_PIPE_WIDTH = 10000,
};

struct column {
    const char *name;
    int width;
    bool is_number;
};

struct table {
    struct column columns[RENDER_COLUMNS_MAX];
    int count;
    const char *bar; /* the column that bars are drawn from, or NULL */
};

/* The value of a variable, "" when it is not set. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

static int terminal_width(int fd)
{
    struct winsize size;
    int64_t columns = 0;
    const char *said = getenv("COLUMNS");
    for (; said && *said >= '0' && *said <= '9' && columns < RENDER_PIPE_WIDTH; said++)
        columns = columns * 10 + (*said - '0');
    if (columns >= RENDER_WIDTH_MIN)
        return (int)columns;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return RENDER_WIDTH_DEFAULT;
    return size.ws_col;
}

/* NO_COLOR (no-color.org), CLICOLOR_FORCE and TERM=dumb are what people set. */
struct render_style render_style_of(int fd)
{
    bool is_terminal = isatty(fd) == 1;
    bool is_forced = variable("CLICOLOR_FORCE")[0] && strcmp(variable("CLICOLOR_FORCE"), "0") != 0;
    bool is_able = is_terminal && variable("TERM")[0] && strcmp(variable("TERM"), "dumb") != 0;
    return (struct render_style){
        .width = is_terminal ? terminal_width(fd) : RENDER_PIPE_WIDTH,
        .color = (is_able || is_forced) && !variable("NO_COLOR")[0],
        .bars = is_terminal || is_forced,
    };
}

/* Text from the database on one line: line breaks are blanks, what could steer the terminal or turn
 * the reading direction is written as \uXXXX. */
static void append_text(struct buf *cell, const char *text)
{
    size_t length = strlen(text);
    while (length > 0) {
        uint32_t point = 0;
        size_t bytes = utf8_decode(text, length, &point);
        if (bytes == 0) {
            bytes = 1;
            (void)buf_append_char(cell, '?');
        } else if (point == '\n' || point == '\t') {
            (void)buf_append_char(cell, ' ');
        } else if (utf8_is_deceptive(point)) {
            (void)buf_printf(cell, "\\u%04x", (unsigned)point);
        } else {
            (void)buf_append(cell, text, bytes);
        }
        text += bytes;
        length -= bytes;
    }
}

/* One value as one line: lists with commas, objects as their first texts. */
static void append_value(struct buf *cell, const cJSON *value)
{
    if (cJSON_IsString(value)) {
        append_text(cell, value->valuestring);
    } else if (json_is_number(value)) {
        (void)buf_append_text(cell, json_number_text(value));
    } else if (cJSON_IsBool(value)) {
        (void)buf_append_text(cell, cJSON_IsTrue(value) ? "yes" : "no");
    } else if (cJSON_IsArray(value) || cJSON_IsObject(value)) {
        const cJSON *item;
        cJSON_ArrayForEach (item, value) {
            if (item != value->child)
                (void)buf_append_text(cell, ", ");
            append_value(cell, item);
        }
    }
}

static bool looks_like_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "+-0123456789.")] == '\0';
}

static int text_width(const char *text)
{
    return (int)utf8_count(text, strlen(text));
}

static struct column *column_named(struct table *table, const char *name)
{
    for (int i = 0; i < table->count; i++) {
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    }
    if (table->count == RENDER_COLUMNS_MAX)
        return NULL;
    struct column *column = &table->columns[table->count++];
    *column = (struct column){.name = name, .width = text_width(name), .is_number = true};
    return column;
}

static void measure(struct table *table, const cJSON *rows)
{
    const cJSON *row;
    cJSON_ArrayForEach (row, rows) {
        const cJSON *member;
        cJSON_ArrayForEach (member, row) {
            struct column *column = column_named(table, member->string);
            OWNED_BUF cell = BUF_INIT(RENDER_CELL_MAX);
            append_value(&cell, member);
            if (!column || cJSON_IsNull(member))
                continue;
            int width = text_width(buf_text(&cell));
            column->is_number = column->is_number && looks_like_number(buf_text(&cell));
            if (width > column->width)
                column->width = width > RENDER_TEXT_WIDTH ? RENDER_TEXT_WIDTH : width;
            if (strcmp(member->string, "share") == 0)
                table->bar = member->string;
        }
    }
}

static void print_cell(FILE *out, const struct column *column, const char *text)
{
    int width = text_width(text);
    if (width > column->width) {
        uint32_t point;
        size_t length = 0;
        for (int i = 0; i < column->width - 1; i++)
            length += utf8_decode(text + length, strlen(text + length), &point);
        (void)fprintf(out, "%.*s…", (int)length, text);
        return;
    }
    int pad = column->width - width;
    (void)fprintf(out, "%*s%s%*s", column->is_number ? pad : 0, "", text,
                  column->is_number ? 0 : pad, "");
}

/* A share of 100 fills the bar; the whole part of the percentage is exact enough for it. */
static void print_bar(FILE *out, const cJSON *share)
{
    int64_t percent = 0;
    const char *text = json_is_number(share) ? json_number_text(share) : "";
    for (const char *at = text; *at >= '0' && *at <= '9' && percent < 1000; at++)
        percent = percent * 10 + (*at - '0');
    int64_t blocks = percent * RENDER_BAR_WIDTH / 100;
    if (blocks == 0 && text[0] != '-' && strpbrk(text, "123456789"))
        blocks = 1;
    for (int64_t i = 0; i < blocks && i < RENDER_BAR_WIDTH; i++)
        (void)fputs("▇", out);
}

static void print_row(FILE *out, const struct table *table, const cJSON *row, int shown)
{
    for (int i = 0; i < shown; i++) {
        OWNED_BUF cell = BUF_INIT(RENDER_CELL_MAX);
        append_value(&cell, json_get(row, table->columns[i].name));
        (void)fputs(i > 0 ? "  " : "", out);
        print_cell(out, &table->columns[i], buf_text(&cell));
    }
    if (table->bar) {
        (void)fputs("  ", out);
        print_bar(out, json_get(row, table->bar));
    }
    (void)fputc('\n', out);
}

static void print_head(FILE *out, const struct table *table, int shown, bool color)
{
    (void)fputs(color ? "\033[1m" : "", out);
    for (int i = 0; i < shown; i++) {
        (void)fputs(i > 0 ? "  " : "", out);
        print_cell(out, &table->columns[i], table->columns[i].name);
    }
    (void)fputs(color ? "\033[0m\n" : "\n", out);
}

static void print_table(FILE *out, const cJSON *rows, const struct render_style *style)
{
    struct table table = {0};
    measure(&table, rows);
    if (!style->bars)
        table.bar = NULL;
    int used = table.bar ? RENDER_BAR_WIDTH + 2 : 0;
    int shown = 0;
    while (shown < table.count && used + table.columns[shown].width <= style->width) {
        used += table.columns[shown].width + 2;
        shown++;
    }
    /* The first that does not fit is cut rather than left out, when it is text. */
    if (shown < table.count && !table.columns[shown].is_number &&
        style->width - used >= RENDER_TEXT_LEAST)
        table.columns[shown++].width = style->width - used;
    print_head(out, &table, shown, style->color);
    const cJSON *row;
    cJSON_ArrayForEach (row, rows)
        print_row(out, &table, row, shown);
}

/* The answer of a write: each row is {"before": …, "after": …}; either side is a table. */
static void print_side(FILE *out, const cJSON *rows, const char *side,
                       const struct render_style *style)
{
    OWNED_JSON list = cJSON_CreateArray();
    const cJSON *row;
    cJSON_ArrayForEach (row, rows) {
        cJSON *one = cJSON_GetObjectItemCaseSensitive(row, side);
        if (one && list)
            (void)cJSON_AddItemReferenceToArray(list, one);
    }
    if (cJSON_GetArraySize(list) == 0)
        return;
    (void)fprintf(out, "\n%s:\n", side);
    print_table(out, list, style);
}

static bool has_sides(const cJSON *row)
{
    return cJSON_IsObject(json_get(row, "before")) || cJSON_IsObject(json_get(row, "after"));
}

void render_line(FILE *out, const char *text)
{
    OWNED_BUF line = BUF_INIT(RENDER_CELL_MAX);
    append_text(&line, text);
    (void)fprintf(out, "%s\n", buf_text(&line));
}

void render_answer(FILE *out, const cJSON *answer, const struct render_style *style)
{
    const char *summary = json_get_text(answer, "summary");
    if (summary)
        render_line(out, summary);
    const cJSON *member;
    cJSON_ArrayForEach (member, answer) {
        if (!cJSON_IsArray(member) || !cJSON_IsObject(member->child))
            continue;
        if (has_sides(member->child)) {
            print_side(out, member, "before", style);
            print_side(out, member, "after", style);
            continue;
        }
        (void)fputc('\n', out);
        if (strcmp(member->string, "rows") != 0)
            (void)fprintf(out, "%s:\n", member->string);
        print_table(out, member, style);
    }
    if (cJSON_IsTrue(json_get(answer, "truncated")))
        (void)fputs("… and more; the totals cover all of them.\n", out);
}
