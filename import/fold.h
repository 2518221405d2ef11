/* Folding for comparison: what people and banks write differently and mean alike. Lower case,
 * Latin letters without their marks, every run of blanks and punctuation one blank, "camelCase" two
 * words. Other scripts stay as they are. Not for showing to people. */
#ifndef IMPORT_FOLD_H
#define IMPORT_FOLD_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the folded text of valid UTF-8 with a NUL, cut to `size`; returns its length. Currency
 * signs, '#', '%', '*' and '+' count as letters. */
size_t import_fold(const char *text, size_t length, char *ret_text, size_t size);

/* Whether the folded `text` contains the folded `words` as whole words. */
bool import_fold_contains(const char *text, const char *words);

/* Whether a sorted list has the folded text. */
bool import_fold_in_list(const char *const *list, size_t count, const char *text);

/* Whether the folded `text` begins with the folded `words` as whole words. */
bool import_fold_begins(const char *text, const char *words);

#endif
