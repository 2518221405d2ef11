/* Texts in which a bank put several fields with their labels: "Auftraggeber: A Buchungstext: B Ref. C".
 * They are taken apart into the fields that they name. */
#include <string.h>

#include "import/csv.h"

static const struct label {
    const char *text;
    int field; /* enum import_entry_text, or -1: read over */
} labels[] = {
    {"Auftraggeber:", ENTRY_PAYEE},
    {"Empf\xc3\xa4nger:", ENTRY_PAYEE},
    {"Zahlungspflichtiger:", ENTRY_PAYEE},
    {"Kto/IBAN:", ENTRY_COUNTER_ACCOUNT},
    {"BLZ/BIC:", -1},
    {"Buchungstext:", ENTRY_MEMO},
    {"Ref. ", ENTRY_REFERENCE},
};

static const struct label *label_at(const char *text, size_t length)
{
    for (size_t i = 0; i < ARRAY_LENGTH(labels); i++) {
        size_t size = strlen(labels[i].text);
        if (size <= length && memcmp(text, labels[i].text, size) == 0)
            return &labels[i];
    }
    return NULL;
}

/* The next label behind `from`; `length` when there is none. */
static size_t next_label(const char *text, size_t from, size_t length)
{
    while (from < length && !label_at(text + from, length - from))
        from++;
    return from;
}

int csv_split_labels(struct import_entry *entry, const char *text, size_t length, bool *ret_split)
{
    *ret_split = label_at(text, length) && next_label(text, 1, length) < length;
    int r = 0;
    const struct label *label;
    for (size_t at = 0; *ret_split && r == 0 && (label = label_at(text + at, length - at));) {
        size_t from = at + strlen(label->text);
        at = next_label(text, from, length);
        if (label->field >= 0)
            r = import_entry_set(entry, (enum import_entry_text)label->field, text + from,
                                 at - from);
    }
    return r;
}
