/* Guesses kinds. Codes of the formats come first, then words in the languages of the banks, then the
 * sign alone. */
#include "import/kind.h"

#include <string.h>

#include "import/fold.h"

enum {
    FOLDED_MAX = 1024 /* of a text, as much as is looked at */
};

enum side {
    EITHER,
    OUT,
    IN
};

struct kind_word {
    const char *words; /* folded */
    enum side side;
    enum import_kind kind;
};

/* In the bank's code or word for the type. */
static const struct kind_word types[] = {
    {"fee", OUT, IMPORT_KIND_FEE},          {"srvchg", OUT, IMPORT_KIND_FEE},
    {"atm", OUT, IMPORT_KIND_CASH},         {"cash", OUT, IMPORT_KIND_CASH},
    {"xfer", EITHER, IMPORT_KIND_TRANSFER}, {"int", IN, IMPORT_KIND_INCOME},
    {"int", OUT, IMPORT_KIND_FEE},          {"div", IN, IMPORT_KIND_INCOME},
    {"directdep", IN, IMPORT_KIND_INCOME},  {"payment", IN, IMPORT_KIND_TRANSFER},
    {"chrg", OUT, IMPORT_KIND_FEE},         {"comm", OUT, IMPORT_KIND_FEE},
    {"cwdl", OUT, IMPORT_KIND_CASH},        {"rrtn", IN, IMPORT_KIND_REFUND},
    {"rimb", IN, IMPORT_KIND_REFUND},       {"nchg", OUT, IMPORT_KIND_FEE},
    {"nint", OUT, IMPORT_KIND_FEE},         {"nint", IN, IMPORT_KIND_INCOME},
    {"nrti", IN, IMPORT_KIND_REFUND},       {"ndiv", IN, IMPORT_KIND_INCOME},
    {"intr", IN, IMPORT_KIND_INCOME},       {"intr", OUT, IMPORT_KIND_FEE},
};

/* Anywhere in the text. The first that fits decides: what is more certain stands before. */
static const struct kind_word texts[] = {
    {"refund", IN, IMPORT_KIND_REFUND},
    {"refunded", IN, IMPORT_KIND_REFUND},
    {"reversal", IN, IMPORT_KIND_REFUND},
    {"reversed", IN, IMPORT_KIND_REFUND},
    {"chargeback", IN, IMPORT_KIND_REFUND},
    {"retoure", IN, IMPORT_KIND_REFUND},
    {"erstattung", IN, IMPORT_KIND_REFUND},
    {"rueckerstattung", IN, IMPORT_KIND_REFUND},
    {"ruckerstattung", IN, IMPORT_KIND_REFUND},
    {"remboursement", IN, IMPORT_KIND_REFUND},
    {"reembolso", IN, IMPORT_KIND_REFUND},
    {"rimborso", IN, IMPORT_KIND_REFUND},
    {"estorno", IN, IMPORT_KIND_REFUND},
    {"storno", IN, IMPORT_KIND_REFUND},
    {"terugbetaling", IN, IMPORT_KIND_REFUND},
    {"zwrot", IN, IMPORT_KIND_REFUND},
    {"autopay", EITHER, IMPORT_KIND_TRANSFER},
    {"payment thank you", EITHER, IMPORT_KIND_TRANSFER},
    {"payment received thank you", EITHER, IMPORT_KIND_TRANSFER},
    {"credit card payment", EITHER, IMPORT_KIND_TRANSFER},
    {"card payment received", EITHER, IMPORT_KIND_TRANSFER},
    {"payment credit", EITHER, IMPORT_KIND_TRANSFER},
    {"account transfer", EITHER, IMPORT_KIND_TRANSFER},
    {"internal transfer", EITHER, IMPORT_KIND_TRANSFER},
    {"own account", EITHER, IMPORT_KIND_TRANSFER},
    {"transfer to savings", EITHER, IMPORT_KIND_TRANSFER},
    {"transfer from savings", EITHER, IMPORT_KIND_TRANSFER},
    {"transfer to checking", EITHER, IMPORT_KIND_TRANSFER},
    {"transfer from checking", EITHER, IMPORT_KIND_TRANSFER},
    {"umbuchung", EITHER, IMPORT_KIND_TRANSFER},
    {"eigenubertrag", EITHER, IMPORT_KIND_TRANSFER},
    {"kreditkartenabrechnung", EITHER, IMPORT_KIND_TRANSFER},
    {"virement interne", EITHER, IMPORT_KIND_TRANSFER},
    {"virement entre comptes", EITHER, IMPORT_KIND_TRANSFER},
    {"traspaso", EITHER, IMPORT_KIND_TRANSFER},
    {"giroconto", EITHER, IMPORT_KIND_TRANSFER},
    {"atm", OUT, IMPORT_KIND_CASH},
    {"cash withdrawal", OUT, IMPORT_KIND_CASH},
    {"cash advance", OUT, IMPORT_KIND_CASH},
    {"bargeldauszahlung", OUT, IMPORT_KIND_CASH},
    {"bargeldabhebung", OUT, IMPORT_KIND_CASH},
    {"auszahlung gaa", OUT, IMPORT_KIND_CASH},
    {"geldautomat", OUT, IMPORT_KIND_CASH},
    {"bankomat", OUT, IMPORT_KIND_CASH},
    {"retrait", OUT, IMPORT_KIND_CASH},
    {"cajero", OUT, IMPORT_KIND_CASH},
    {"prelievo", OUT, IMPORT_KIND_CASH},
    {"bancomat", OUT, IMPORT_KIND_CASH},
    {"saque", OUT, IMPORT_KIND_CASH},
    {"geldopname", OUT, IMPORT_KIND_CASH},
    {"geldautomaat", OUT, IMPORT_KIND_CASH},
    {"vyber", OUT, IMPORT_KIND_CASH},
    {"wyplata z bankomatu", OUT, IMPORT_KIND_CASH},
    {"fee", OUT, IMPORT_KIND_FEE},
    {"fees", OUT, IMPORT_KIND_FEE},
    {"service charge", OUT, IMPORT_KIND_FEE},
    {"account charge", OUT, IMPORT_KIND_FEE},
    {"bank charge", OUT, IMPORT_KIND_FEE},
    {"bank charges", OUT, IMPORT_KIND_FEE},
    {"pos chg", OUT, IMPORT_KIND_FEE},
    {"overdraft", OUT, IMPORT_KIND_FEE},
    {"interest charge", OUT, IMPORT_KIND_FEE},
    {"interest charged", OUT, IMPORT_KIND_FEE},
    {"frais", OUT, IMPORT_KIND_FEE},
    {"cotisation", OUT, IMPORT_KIND_FEE},
    {"gebuhr", OUT, IMPORT_KIND_FEE},
    {"gebuehr", OUT, IMPORT_KIND_FEE},
    {"gebuhren", OUT, IMPORT_KIND_FEE},
    {"entgelt", OUT, IMPORT_KIND_FEE},
    {"entgelte", OUT, IMPORT_KIND_FEE},
    {"kontofuhrung", OUT, IMPORT_KIND_FEE},
    {"sollzinsen", OUT, IMPORT_KIND_FEE},
    {"prix prestations", OUT, IMPORT_KIND_FEE},
    {"comision", OUT, IMPORT_KIND_FEE},
    {"commissione", OUT, IMPORT_KIND_FEE},
    {"commissioni", OUT, IMPORT_KIND_FEE},
    {"tarifa", OUT, IMPORT_KIND_FEE},
    {"poplatek", OUT, IMPORT_KIND_FEE},
    {"oplata", OUT, IMPORT_KIND_FEE},
    {"prowizja", OUT, IMPORT_KIND_FEE},
    {"jutalek", OUT, IMPORT_KIND_FEE},
    {"kosten", OUT, IMPORT_KIND_FEE},
};

static bool has_side(const struct kind_word *word, bool out)
{
    return word->side == EITHER || (word->side == OUT) == out;
}

/* Whether the words stand at a word's beginning, and end with one. */
static bool stand_at(const char *text, const char *words)
{
    while (*words && *text == *words) {
        text++;
        words++;
    }
    return *words == '\0' && (*text == '\0' || *text == ' ');
}

static const struct kind_list {
    const struct kind_word *words;
    size_t count;
} lists[] = {{types, ARRAY_LENGTH(types)}, {texts, ARRAY_LENGTH(texts)}};

static size_t letter_of(char c)
{
    return c >= 'a' && c <= 'z' ? (size_t)(c - 'a') : 26;
}

void import_kind_index(struct import_kind_index *index)
{
    memset(index, 0, sizeof(*index));
    for (size_t list = 0; list < ARRAY_LENGTH(lists); list++) {
        for (size_t i = lists[list].count; i > 0; i--) {
            uint8_t *first = &index->first[list][letter_of(lists[list].words[i - 1].words[0])];
            index->next[list][i - 1] = *first;
            *first = (uint8_t)i;
        }
    }
}

/* The first of the list that is anywhere in the text: one walk over its words. */
static bool find(const struct import_kind_index *index, size_t list, const char *text, bool out,
                 enum import_kind *ret_kind)
{
    const struct kind_word *words = lists[list].words;
    size_t best = lists[list].count;
    for (const char *at = text; at && *at; at = strchr(at, ' ')) {
        at += *at == ' ' ? 1 : 0;
        size_t i = index->first[list][letter_of(*at)];
        for (; i > 0 && i - 1 < best; i = index->next[list][i - 1]) {
            if (has_side(&words[i - 1], out) && stand_at(at, words[i - 1].words))
                best = i - 1;
        }
    }
    if (best < lists[list].count)
        *ret_kind = words[best].kind;
    return best < lists[list].count;
}

/* The bank's code or word for the type is looked up in the first list as well. */
static bool find_in(const struct import_kind_index *index, const struct import_entry *entry,
                    enum import_entry_text which, enum import_kind *ret_kind)
{
    char folded[FOLDED_MAX];
    const struct buf *text = &entry->texts[which];
    bool out = import_decimal_is_negative(entry->amounts[ENTRY_AMOUNT]);
    if (text->length == 0)
        return false;
    size_t length = text->length < FOLDED_MAX ? text->length : FOLDED_MAX;
    (void)import_fold(buf_text(text), length, folded, sizeof(folded));
    bool is_type = which == ENTRY_TYPE && find(index, 0, folded, out, ret_kind);
    return is_type || find(index, 1, folded, out, ret_kind);
}

enum import_kind import_kind_guess(const struct import_kind_index *index,
                                   const struct import_entry *entry)
{
    bool out = import_decimal_is_negative(entry->amounts[ENTRY_AMOUNT]);
    enum import_kind kind = out ? IMPORT_KIND_PURCHASE : IMPORT_KIND_INCOME;
    if (entry->is_transfer)
        return IMPORT_KIND_TRANSFER;
    if (entry->reversal && !out)
        return IMPORT_KIND_REFUND;

    static const enum import_entry_text places[] = {ENTRY_TYPE, ENTRY_PAYEE, ENTRY_MEMO,
                                                    ENTRY_CATEGORY};

    for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
        if (find_in(index, entry, places[i], &kind))
            return kind;
    }
    return entry->is_card && !out ? IMPORT_KIND_REFUND : kind;
}
