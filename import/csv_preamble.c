/* What banks write above the table: the account, its currency, its balances. Each record is a label
 * and a value, in two cells or around a colon. */
#include <string.h>

#include "import/csv.h"
#include "import/fold.h"

enum {
    ACCOUNT_DIGITS_LEAST = 4,
    ACCOUNT_LENGTH_LEAST = 6,
    LABEL_MAX = 64
};

static const char *const account_words[] = {
    "account",  "account no", "konto", "girokonto",   "kontonummer",    "compte",       "iban",
    "rekening", "cuenta",     "conta", "conto",       "ucet",           "ucet cislo",   "konta",
    "szamla",   "card",       "karte", "kreditkarte", "rekeningnummer", "accountnumber"};
static const char *const opening_words[] = {
    "opening balance",  "anfangssaldo",      "alter kontostand",   "solde initial",
    "ancien solde",     "saldo inicial",     "saldo iniziale",     "beginsaldo",
    "starting balance", "beginning balance", "pocatecni zustatek", "saldo poczatkowe",
    "nyito egyenleg"};
static const char *const closing_words[] = {
    "closing balance", "endsaldo",         "neuer kontostand",
    "kontostand",      "solde final",      "nouveau solde",
    "solde",           "saldo final",      "saldo finale",
    "eindsaldo",       "ending balance",   "balance",
    "saldo",           "konecny zustatek", "saldo koncowe",
    "zaro egyenleg"};
static const char *const currency_words[] = {
    "currency", "wahrung", "waehrung", "devise", "moneda", "valuta", "mena", "waluta", "devizanem"};

static bool has_one(const char *folded, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (import_fold_contains(folded, words[i]))
            return true;
    }
    return false;
}

#define HAS_ONE(folded, words) has_one(folded, words, ARRAY_LENGTH(words))

/* The value of a label: behind its colon, else the next cell. */
static struct csv_cell value_of(const struct csv_record *record)
{
    const struct csv_cell *label = &record->cells[0];
    const char *colon = memchr(label->text, ':', label->length);
    if (colon) {
        size_t length = label->length - (size_t)(colon + 1 - label->text);
        if (strspn(colon + 1, " ") < length)
            return (struct csv_cell){.text = colon + 1, .length = length};
    }
    return record->count > 1 ? record->cells[1] : (struct csv_cell){.text = "", .length = 0};
}

static void copy(char *to, size_t size, struct csv_cell cell)
{
    while (cell.length > 0 && cell.text[0] == ' ') {
        cell.text++;
        cell.length--;
    }
    while (cell.length > 0 && cell.text[cell.length - 1] == ' ')
        cell.length--;
    import_copy(to, size, cell.text, cell.length);
}

static bool is_account_sign(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '*' || c == '-';
}

/* A word that looks like an account's number, perhaps masked. */
static bool find_account(const struct csv_cell *cell, struct csv_cell *ret)
{
    size_t at = 0;
    while (at < cell->length) {
        size_t from = at;
        size_t digits = 0;
        while (at < cell->length && is_account_sign(cell->text[at])) {
            digits += cell->text[at] >= '0' && cell->text[at] <= '9' ? 1 : 0;
            at++;
        }
        bool ends = at == cell->length || strchr(" ,;)", cell->text[at]);
        if (ends && digits >= ACCOUNT_DIGITS_LEAST && at - from >= ACCOUNT_LENGTH_LEAST) {
            *ret = (struct csv_cell){.text = cell->text + from, .length = at - from};
            return true;
        }
        while (at < cell->length && cell->text[at] != ' ')
            at++;
        at += at < cell->length ? 1 : 0;
    }
    return false;
}

static void read_account(struct csv_preamble *preamble, const struct csv_record *record)
{
    for (size_t i = 0; i < record->count && !preamble->account[0]; i++) {
        struct csv_cell account;
        if (find_account(&record->cells[i], &account))
            copy(preamble->account, sizeof(preamble->account), account);
    }
}

static void read_balance(struct csv_preamble *preamble, char to[IMPORT_FOUND_MAX],
                         struct csv_cell value)
{
    if (!to[0])
        copy(to, IMPORT_FOUND_MAX, value);
    if (!preamble->currency[0])
        (void)import_currency_find(value.text, value.length, preamble->currency);
}

void csv_read_preamble(struct csv_preamble *preamble, const struct csv_record *record)
{
    char label[LABEL_MAX];
    (void)import_fold(record->cells[0].text, record->cells[0].length, label, sizeof(label));
    struct csv_cell value = value_of(record);
    if (HAS_ONE(label, opening_words))
        read_balance(preamble, preamble->opening, value);
    else if (HAS_ONE(label, closing_words))
        read_balance(preamble, preamble->closing, value);
    else if (HAS_ONE(label, currency_words))
        (void)import_currency_find(value.text, value.length, preamble->currency);
    else if (HAS_ONE(label, account_words))
        read_account(preamble, record);
}
