/* Answers questions about money, one a line, for money.py, which knows the right answers:
 *
 *   format NUMBER DECIMALS          average TOTAL COUNT DECIMALS     percent PART WHOLE
 *   difference ONE OTHER DECIMALS   divide NUMBER DIVISOR DECIMALS   sign NUMBER
 *   split DECIMALS TOTAL SHARE...   (shares: "12.5%", "3.10" or "-" for what is left)
 *
 * It calls the functions of tools/support and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/support/split.h"

enum {
    LINE_MAX_BYTES = 4096,
    WORDS_MAX = 64,
    ARENA_MAX = 1 << 20
};

static void answer_split(char **words, size_t count)
{
    struct arena arena;
    struct split_share shares[WORDS_MAX] = {{{0}, {0}}};
    struct split_result result = {0};
    struct money total = {0};
    arena_init(&arena, ARENA_MAX);
    int r = money_parse(&arena, words[2], &total);
    for (size_t i = 3; r == 0 && i < count; i++) {
        size_t length = strlen(words[i]);
        bool is_percent = words[i][length - 1] == '%';
        struct split_share *share = &shares[i - 3];
        if (is_percent)
            words[i][length - 1] = '\0';
        if (strcmp(words[i], "-") != 0)
            r = money_parse(&arena, words[i], is_percent ? &share->percent : &share->amount);
    }
    if (r == 0)
        r = split_amounts(&arena, &total, (int)strtol(words[1], NULL, 10), shares, count - 3,
                          &result);
    if (r != 0)
        (void)printf("refused");
    for (size_t i = 3; r == 0 && i < count; i++)
        (void)printf("%s%s", i > 3 ? " " : "", result.amounts[i - 3].text);
    arena_free(&arena);
}

static void answer_divide(char **words)
{
    char text[DECIMAL_TEXT_SIZE];
    struct decimal number;
    struct decimal divisor;
    struct decimal result;
    if (decimal_parse(words[1], &number) == 0 && decimal_parse(words[2], &divisor) == 0 &&
        decimal_divide(number, divisor, (int)strtol(words[3], NULL, 10), &result) == 0)
        (void)printf("%s", decimal_format(result, text));
    else
        (void)printf("refused");
}

static void answer(char **words, size_t count)
{
    char text[DECIMAL_TEXT_SIZE];
    int decimals = (int)strtol(words[count - 1], NULL, 10);
    if (strcmp(words[0], "format") == 0 && count == 3)
        (void)printf("%s", money_format(words[1], decimals, text));
    else if (strcmp(words[0], "average") == 0 && count == 4)
        (void)printf("%s", money_average(words[1], words[2], decimals, text));
    else if (strcmp(words[0], "percent") == 0 && count == 3)
        (void)printf("%s", money_percent(words[1], words[2], text));
    else if (strcmp(words[0], "difference") == 0 && count == 4)
        (void)printf("%s", money_difference(words[1], words[2], decimals, text));
    else if (strcmp(words[0], "sign") == 0 && count == 2)
        (void)printf("%d", money_sign(words[1]));
    else if (strcmp(words[0], "divide") == 0 && count == 4)
        answer_divide(words);
    else if (strcmp(words[0], "split") == 0 && count > 3)
        answer_split(words, count);
    (void)printf("\n");
}

int main(void)
{
    static char line[LINE_MAX_BYTES];
    while (fgets(line, sizeof(line), stdin)) {
        char *words[WORDS_MAX];
        size_t count = 0;
        char *rest = line;
        for (char *word = strtok_r(line, " \n", &rest); word && count < WORDS_MAX;
             word = strtok_r(NULL, " \n", &rest))
            words[count++] = word;
        if (count > 0)
            answer(words, count);
    }
    return 0;
}
