/* Words of the headers of bank files, folded. Formats of banks are facts of the world; when a bank
 * names a column in a new way, its word goes here. */
#include <string.h>

#include "import/csv.h"
#include "import/fold.h"

enum {
    RANKS_PER_ROW = 4096, /* more than any row is long */
    PHRASE_WORDS = 3      /* of the longest phrase for a balance */
};

const struct csv_words csv_words[] = {
    {IMPORT_COLUMN_DATE, CSV_EN,
     "|transaction date|trans date|txn date|tran date|date|date of transaction|started date|created|"
     "date time|datetime|created on|date created|date started|"},
    {IMPORT_COLUMN_DATE, CSV_DE,
     "|buchungstag|buchungsdatum|buchung|datum|umsatzdatum|transaktionsdatum|belegdatum|kaufdatum|"},
    {IMPORT_COLUMN_DATE, CSV_FR,
     "|date operation|date d operation|date de l operation|date op|date|date comptable|"
     "date de transaction|date de comptabilisation|"},
    {IMPORT_COLUMN_DATE, CSV_NL, "|datum|transactiedatum|boekdatum|boekingsdatum|"},
    {IMPORT_COLUMN_DATE, CSV_ES,
     "|fecha|fecha operacion|fecha de operacion|f operacion|fecha de la operacion|fecha movimiento|"},
    {IMPORT_COLUMN_DATE, CSV_IT, "|data operazione|data|data contabile|data contabilizzazione|"},
    {IMPORT_COLUMN_DATE, CSV_PT, "|data|data mov|data movimento|data lancamento|data operacao|"},
    {IMPORT_COLUMN_DATE, CSV_CS, "|datum provedeni|datum|datum transakce|datum splatnosti|"},
    {IMPORT_COLUMN_DATE, CSV_PL, "|data operacji|data transakcji|data|"},
    {IMPORT_COLUMN_DATE, CSV_HU, "|tranzakcio datuma|datum|konyveles datuma|tranzakcio idopontja|"},
    {IMPORT_COLUMN_DATE, CSV_NORDIC,
     "|datum|dato|bokforingsdatum|transaktionsdag|transaktionsdatum|bokforingsdag|bogforingsdato|"
     "bokforingsdato|bokfort|utfort dato|"},
    {IMPORT_COLUMN_DATE, CSV_FI, "|maksupaiva|paivamaara|kirjauspaiva|pvm|"},
    {IMPORT_COLUMN_DATE, CSV_TR, "|islem tarihi|tarih|"},
    {IMPORT_COLUMN_POSTED_DATE, CSV_EN,
     "|post date|posted date|posting date|booking date|completed date|clearing date|date posted|"
     "settlement date|date completed|processed date|"},
    {IMPORT_COLUMN_POSTED_DATE, CSV_DE, "|abrechnungsdatum|"},
    {IMPORT_COLUMN_POSTED_DATE, CSV_CS, "|datum zauctovani|"},
    {IMPORT_COLUMN_POSTED_DATE, CSV_PL, "|data ksiegowania|data zaksiegowania|"},
    {IMPORT_COLUMN_VALUE_DATE, CSV_EN, "|value date|value dt|val date|effective date|"},
    {IMPORT_COLUMN_VALUE_DATE, CSV_DE,
     "|wertstellung|wertstellungsdatum|wertstellung valuta|valutadatum|valuta datum|valuta|wert|"},
    {IMPORT_COLUMN_VALUE_DATE, CSV_FR, "|date de valeur|date valeur|date val|valeur|"},
    {IMPORT_COLUMN_VALUE_DATE, CSV_NL, "|rentedatum|valutadatum|valuta|"},
    {IMPORT_COLUMN_VALUE_DATE, CSV_ES, "|fecha valor|f valor|fecha de valor|"},
    {IMPORT_COLUMN_VALUE_DATE, CSV_IT, "|data valuta|"},
    {IMPORT_COLUMN_VALUE_DATE, CSV_PT, "|data valor|"},
    {IMPORT_COLUMN_VALUE_DATE, CSV_CS, "|datum valuty|valuta|"},
    {IMPORT_COLUMN_VALUE_DATE, CSV_PL, "|data waluty|"},
    {IMPORT_COLUMN_VALUE_DATE, CSV_HU, "|erteknap|"},
    {IMPORT_COLUMN_VALUE_DATE, CSV_NORDIC, "|valutadag|valuteringsdatum|rentedato|"},
    {IMPORT_COLUMN_VALUE_DATE, CSV_FI, "|arvopaiva|"},
    {IMPORT_COLUMN_AMOUNT, CSV_EN,
     "|amount|transaction amount|amt|billing amount|net amount|value|total amount|"
     "amount in account currency|transaction value|"},
    {IMPORT_COLUMN_AMOUNT, CSV_DE, "|betrag|umsatz|buchungsbetrag|betrag in kontowahrung|"},
    {IMPORT_COLUMN_AMOUNT, CSV_FR, "|montant|montant de l operation|montant operation|"},
    {IMPORT_COLUMN_AMOUNT, CSV_NL, "|bedrag|transactiebedrag|"},
    {IMPORT_COLUMN_AMOUNT, CSV_ES, "|importe|monto|cantidad|"},
    {IMPORT_COLUMN_AMOUNT, CSV_IT, "|importo|"},
    {IMPORT_COLUMN_AMOUNT, CSV_PT, "|valor|montante|importancia|"},
    {IMPORT_COLUMN_AMOUNT, CSV_CS, "|castka|zauctovana castka|objem|"},
    {IMPORT_COLUMN_AMOUNT, CSV_PL, "|kwota|kwota operacji|kwota transakcji|"},
    {IMPORT_COLUMN_AMOUNT, CSV_HU, "|tranzakcio osszege|osszeg|"},
    {IMPORT_COLUMN_AMOUNT, CSV_NORDIC, "|belopp|belob|belop|"},
    {IMPORT_COLUMN_AMOUNT, CSV_FI, "|summa|maara|"},
    {IMPORT_COLUMN_AMOUNT, CSV_TR, "|tutar|islem tutari|"},
    {IMPORT_COLUMN_DEBIT, CSV_EN,
     "|debit|debits|debit amount|withdrawal|withdrawals|withdrawal amt|withdrawal amount|paid out|"
     "money out|amount debit|dr|dr amount|spent|"},
    {IMPORT_COLUMN_DEBIT, CSV_DE, "|soll|belastung|belastungen|ausgaben|lastschrift|"},
    {IMPORT_COLUMN_DEBIT, CSV_FR, "|debit|montant debit|debits|"},
    {IMPORT_COLUMN_DEBIT, CSV_NL, "|debet|af|"},
    {IMPORT_COLUMN_DEBIT, CSV_ES, "|cargo|cargos|debe|debito|retiros|"},
    {IMPORT_COLUMN_DEBIT, CSV_IT, "|dare|addebiti|uscite|"},
    {IMPORT_COLUMN_DEBIT, CSV_PT, "|debito|saidas|debitos|"},
    {IMPORT_COLUMN_DEBIT, CSV_PL, "|obciazenia|obciazenie|"},
    {IMPORT_COLUMN_DEBIT, CSV_HU, "|terheles|"},
    {IMPORT_COLUMN_DEBIT, CSV_NORDIC, "|ut|uttag|ut fra konto|"},
    {IMPORT_COLUMN_DEBIT, CSV_TR, "|borc|"},
    {IMPORT_COLUMN_CREDIT, CSV_EN,
     "|credit|credits|credit amount|deposit|deposits|deposit amt|deposit amount|paid in|money in|"
     "amount credit|cr|cr amount|"},
    {IMPORT_COLUMN_CREDIT, CSV_DE, "|haben|gutschrift|gutschriften|einnahmen|"},
    {IMPORT_COLUMN_CREDIT, CSV_FR, "|credit|montant credit|credits|"},
    {IMPORT_COLUMN_CREDIT, CSV_NL, "|credit|bij|"},
    {IMPORT_COLUMN_CREDIT, CSV_ES, "|abono|abonos|haber|credito|depositos|"},
    {IMPORT_COLUMN_CREDIT, CSV_IT, "|avere|accrediti|entrate|"},
    {IMPORT_COLUMN_CREDIT, CSV_PT, "|credito|entradas|creditos|"},
    {IMPORT_COLUMN_CREDIT, CSV_PL, "|uznania|uznanie|"},
    {IMPORT_COLUMN_CREDIT, CSV_HU, "|jovairas|"},
    {IMPORT_COLUMN_CREDIT, CSV_NORDIC, "|in|insattning|inn pa konto|"},
    {IMPORT_COLUMN_CREDIT, CSV_TR, "|alacak|"},
    {IMPORT_COLUMN_MARK, CSV_EN,
     "|dr cr|cr dr|debit credit|credit debit|credit debit indicator|d c|c d|direction|"},
    {IMPORT_COLUMN_MARK, CSV_DE, "|soll haben|s h|soll haben kennzeichen|"},
    {IMPORT_COLUMN_MARK, CSV_FR, "|sens|debit credit|"},
    {IMPORT_COLUMN_MARK, CSV_NL, "|af bij|bij af|"},
    {IMPORT_COLUMN_MARK, CSV_HU, "|bevetel kiadas|"},
    {IMPORT_COLUMN_CURRENCY, CSV_EN,
     "|currency|ccy|currency code|account currency|transaction currency|curr|"},
    {IMPORT_COLUMN_CURRENCY, CSV_DE, "|wahrung|waehrung|kontowahrung|buchungswahrung|"},
    {IMPORT_COLUMN_CURRENCY, CSV_FR, "|devise|monnaie|monn|"},
    {IMPORT_COLUMN_CURRENCY, CSV_NL, "|munt|muntsoort|"},
    {IMPORT_COLUMN_CURRENCY, CSV_ES, "|moneda|divisa|"},
    {IMPORT_COLUMN_CURRENCY, CSV_IT, "|divisa|valuta conto|"},
    {IMPORT_COLUMN_CURRENCY, CSV_PT, "|moeda|"},
    {IMPORT_COLUMN_CURRENCY, CSV_CS, "|mena|mena uctu|"},
    {IMPORT_COLUMN_CURRENCY, CSV_PL, "|waluta|waluta operacji|"},
    {IMPORT_COLUMN_CURRENCY, CSV_HU, "|tranzakcio devizaneme|devizanem|deviza|penznem|"},
    {IMPORT_COLUMN_CURRENCY, CSV_NORDIC, "|valuta kod|valutakode|valutakod|"},
    {IMPORT_COLUMN_CURRENCY, CSV_FI, "|valuutta|"},
    {IMPORT_COLUMN_BALANCE, CSV_EN,
     "|balance|running balance|running bal|available balance|closing balance|account balance|"
     "balance after transaction|balance after|ledger balance|current balance|"},
    {IMPORT_COLUMN_BALANCE, CSV_DE, "|saldo|kontostand|saldo nach buchung|neuer saldo|"},
    {IMPORT_COLUMN_BALANCE, CSV_FR, "|solde|solde apres operation|"},
    {IMPORT_COLUMN_BALANCE, CSV_NL, "|saldo|saldo na mutatie|saldo na trn|"},
    {IMPORT_COLUMN_BALANCE, CSV_ES, "|saldo|saldo disponible|"},
    {IMPORT_COLUMN_BALANCE, CSV_IT, "|saldo|saldo contabile|"},
    {IMPORT_COLUMN_BALANCE, CSV_PT, "|saldo|saldo contabilistico|saldo apos movimento|"},
    {IMPORT_COLUMN_BALANCE, CSV_CS, "|zustatek|"},
    {IMPORT_COLUMN_BALANCE, CSV_PL, "|saldo po operacji|saldo|"},
    {IMPORT_COLUMN_BALANCE, CSV_HU, "|egyenleg|konyvelt egyenleg|"},
    {IMPORT_COLUMN_BALANCE, CSV_NORDIC, "|saldo|bokfort saldo|disponibelt|"},
    {IMPORT_COLUMN_BALANCE, CSV_TR, "|bakiye|"},
    {IMPORT_COLUMN_PAYEE, CSV_EN,
     "|payee|merchant|merchant name|counter party|counterparty|partner name|counterparty name|"
     "beneficiary|beneficiary name|recipient|target name|supplier found|payee name|other party|name|"},
    {IMPORT_COLUMN_PAYEE, CSV_DE,
     "|empfanger|zahlungsempfanger|zahlungsempfanger*in|auftraggeber empfanger|"
     "beguenstigter zahlungspflichtiger|begunstigter zahlungspflichtiger|"
     "auftraggeber begunstigter|auftraggeber zahlungsempfanger|name zahlungsbeteiligter|"
     "empfanger auftraggeber|auftraggeber oder begunstigter|partnername|handler|"},
    {IMPORT_COLUMN_PAYEE, CSV_FR, "|beneficiaire|tiers|nom de la contrepartie|nom contrepartie|"},
    {IMPORT_COLUMN_PAYEE, CSV_NL,
     "|naam tegenpartij|tegenpartij naam|naam omschrijving|naam tegenpartij bevat|tegenpartij|naam|"},
    {IMPORT_COLUMN_PAYEE, CSV_ES, "|beneficiario|ordenante|comercio|"},
    {IMPORT_COLUMN_PAYEE, CSV_IT, "|beneficiario|controparte|"},
    {IMPORT_COLUMN_PAYEE, CSV_PT, "|beneficiario|destinatario|"},
    {IMPORT_COLUMN_PAYEE, CSV_CS, "|nazev protiuctu|protistrana|nazev obchodnika|"},
    {IMPORT_COLUMN_PAYEE, CSV_PL, "|nadawca odbiorca|odbiorca|kontrahent|dane kontrahenta|"},
    {IMPORT_COLUMN_PAYEE, CSV_HU, "|partner neve|partner|kedvezmenyezett|"},
    {IMPORT_COLUMN_PAYEE, CSV_NORDIC, "|motpart|modtager|mottaker|mottagare|navn|namn|"},
    {IMPORT_COLUMN_PAYEE, CSV_FI, "|saaja maksaja|saajan nimi|saaja|"},
    {IMPORT_COLUMN_PAYER, CSV_DE, "|zahlungspflichtige*r|zahlungspflichtiger|auftraggeber|"},
    {IMPORT_COLUMN_PAYER, CSV_EN, "|payer|payer name|ordering party|sender|source name|"},
    {IMPORT_COLUMN_PAYER, CSV_FI, "|maksaja|"},
    {IMPORT_COLUMN_DESCRIPTION, CSV_EN,
     "|description|details|memo|narration|narrative|particulars|transaction description|"
     "transaction details|transaction remarks|remarks|payment reference|original description|reason|"
     "note|notes|purpose|label|message|payment details|"},
    {IMPORT_COLUMN_DESCRIPTION, CSV_DE,
     "|verwendungszweck|buchungstext|umsatztext|vwz|zahlungsgrund|buchungsdetails|"
     "vorgang verwendungszweck|beschreibung|bemerkung|notiz|zweck|"},
    {IMPORT_COLUMN_DESCRIPTION, CSV_FR,
     "|libelle|libelle operation|libelle de l operation|libelle complementaire|motif|communication|"
     "communications|description|detail|informations complementaires|"},
    {IMPORT_COLUMN_DESCRIPTION, CSV_NL,
     "|omschrijving|mededelingen|mededeling|vrije mededeling|gestructureerde mededeling|"},
    {IMPORT_COLUMN_DESCRIPTION, CSV_ES, "|concepto|descripcion|observaciones|detalle|mas datos|"},
    {IMPORT_COLUMN_DESCRIPTION, CSV_IT, "|descrizione|causale|descrizione operazione|"},
    {IMPORT_COLUMN_DESCRIPTION, CSV_PT, "|descricao|historico|descricao operacao|"},
    {IMPORT_COLUMN_DESCRIPTION, CSV_CS, "|zprava|zprava pro prijemce|poznamka|popis|"},
    {IMPORT_COLUMN_DESCRIPTION, CSV_PL,
     "|opis operacji|opis|tytul|tytul operacji|opis transakcji|"},
    {IMPORT_COLUMN_DESCRIPTION, CSV_HU, "|kozlemeny|reszletek|leiras|"},
    {IMPORT_COLUMN_DESCRIPTION, CSV_NORDIC,
     "|beskrivning|beskrivelse|tekst|text|meddelande|meddelelse|rubrik|forklaring|"},
    {IMPORT_COLUMN_DESCRIPTION, CSV_FI, "|viesti|selite|"},
    {IMPORT_COLUMN_DESCRIPTION, CSV_TR, "|aciklama|"},
    {IMPORT_COLUMN_ID, CSV_EN,
     "|transaction id|id|transaction no|transaction number|unique id|transferwise id|fitid|"
     "transaction reference|txn id|entry id|"},
    {IMPORT_COLUMN_ID, CSV_FR, "|n de transaction|numero de transaction|"},
    {IMPORT_COLUMN_ID, CSV_DE, "|transaktions nr|transaktionsnummer|umsatz id|"},
    {IMPORT_COLUMN_ID, CSV_NL, "|volgnr|"},
    {IMPORT_COLUMN_ID, CSV_CS, "|id transakce|id operace|id pohybu|"},
    {IMPORT_COLUMN_ID, CSV_PT, "|identificador|"},
    {IMPORT_COLUMN_ID, CSV_HU, "|megbizas azonosito|tranzakcio azonosito|"},
    {IMPORT_COLUMN_ID, CSV_FI, "|arkistointitunnus|"},
    {IMPORT_COLUMN_REFERENCE, CSV_EN,
     "|reference|ref|ref no|reference no|reference number|chq ref no|check number|cheque number|check|"
     "check no|cheque no|check or slip #|ref no cheque no|doc no|customer reference|sepa reference|"
     "client reference|bank reference|"},
    {IMPORT_COLUMN_REFERENCE, CSV_DE,
     "|kundenreferenz|kundenreferenz end to end|zahlungsreferenz|referenz|"},
    {IMPORT_COLUMN_REFERENCE, CSV_FR, "|reference|numero cheque|numero de cheque|"},
    {IMPORT_COLUMN_TYPE, CSV_EN,
     "|type|transaction type|type of transaction|transaction code|posting text|product type|"},
    {IMPORT_COLUMN_TYPE, CSV_DE, "|vorgang|umsatztyp|buchungsart|umsatzart|art|"},
    {IMPORT_COLUMN_TYPE, CSV_FR, "|type d operation|type operation|type de mouvement|nature|"},
    {IMPORT_COLUMN_TYPE, CSV_NL, "|mutatiesoort|transactiesoort|"},
    {IMPORT_COLUMN_TYPE, CSV_ES, "|tipo|tipo de movimiento|"},
    {IMPORT_COLUMN_TYPE, CSV_CS, "|typ transakce|kategorie transakce|typ|"},
    {IMPORT_COLUMN_TYPE, CSV_PL, "|typ operacji|typ transakcji|rodzaj|"},
    {IMPORT_COLUMN_TYPE, CSV_HU, "|tranzakcio tipusa|forgalom tipusa|"},
    {IMPORT_COLUMN_TYPE, CSV_NORDIC, "|typ|transaktionstyp|"},
    {IMPORT_COLUMN_TAGS, CSV_EN, "|tags|labels|"},
    {IMPORT_COLUMN_CATEGORY, CSV_EN, "|category|spending category|"},
    {IMPORT_COLUMN_CATEGORY, CSV_DE, "|kategorie|hauptkategorie|"},
    {IMPORT_COLUMN_CATEGORY, CSV_FR, "|categorie|"},
    {IMPORT_COLUMN_CATEGORY, CSV_ES, "|categoria|"},
    {IMPORT_COLUMN_CATEGORY, CSV_PL, "|kategoria|"},
    {IMPORT_COLUMN_ACCOUNT, CSV_EN,
     "|account name|account|account number|account no|bank account|card no|card number|"
     "last 4 digits|"},
    {IMPORT_COLUMN_ACCOUNT, CSV_DE,
     "|auftragskonto|iban auftragskonto|kontonummer|konto|kontoname|kartennummer|"},
    {IMPORT_COLUMN_ACCOUNT, CSV_FR, "|compte|numero de compte|produit|accountnum|"},
    {IMPORT_COLUMN_ACCOUNT, CSV_NL, "|rekeningnummer|rekening|iban bban|"},
    {IMPORT_COLUMN_ACCOUNT, CSV_ES, "|cuenta|"},
    {IMPORT_COLUMN_ACCOUNT, CSV_CS, "|cislo uctu|"},
    {IMPORT_COLUMN_ACCOUNT, CSV_HU, "|szamlaszam|"},
    {IMPORT_COLUMN_COUNTER_ACCOUNT, CSV_EN,
     "|partner iban|counterparty iban|counterparty account|payee account number|"},
    {IMPORT_COLUMN_COUNTER_ACCOUNT, CSV_DE,
     "|iban|kontonummer iban|iban zahlungsbeteiligter|gegenkonto|empfangerkonto|partner konto|"},
    {IMPORT_COLUMN_COUNTER_ACCOUNT, CSV_NL,
     "|tegenrekening|tegenrekening iban bban|rekeningnummer tegenpartij|"},
    {IMPORT_COLUMN_COUNTER_ACCOUNT, CSV_CS, "|cislo protiuctu|protiucet|"},
    {IMPORT_COLUMN_COUNTER_ACCOUNT, CSV_HU, "|partner szamlaszama|"},
    {IMPORT_COLUMN_STATUS, CSV_EN, "|status|state|transaction status|"},
    {IMPORT_COLUMN_STATUS, CSV_DE, "|buchungsstatus|"},
    {IMPORT_COLUMN_STATUS, CSV_FR, "|statut|etat|"},
    {IMPORT_COLUMN_STATUS, CSV_CS, "|stav|"},
    {IMPORT_COLUMN_ORIGINAL_AMOUNT, CSV_EN,
     "|original amount|local amount|foreign amount|foreign spend amount|amount foreign currency|"
     "foreign currency amount|"},
    {IMPORT_COLUMN_ORIGINAL_AMOUNT, CSV_DE,
     "|fremdwahrungsbetrag|originalbetrag|ursprungsbetrag|betrag fremdwahrung|"},
    {IMPORT_COLUMN_ORIGINAL_AMOUNT, CSV_FR, "|montant en devise|"},
    {IMPORT_COLUMN_ORIGINAL_CURRENCY, CSV_EN,
     "|original currency|local currency|foreign currency|type foreign currency|"},
    {IMPORT_COLUMN_ORIGINAL_CURRENCY, CSV_DE, "|fremdwahrung|originalwahrung|"},
    {IMPORT_COLUMN_RATE, CSV_EN, "|exchange rate|fx rate|conversion rate|"},
    {IMPORT_COLUMN_RATE, CSV_DE, "|wechselkurs|umrechnungskurs|"},
    {IMPORT_COLUMN_RATE, CSV_FR, "|taux de change|"},
    {IMPORT_COLUMN_FEE, CSV_EN, "|fee|fees|"},
    {IMPORT_COLUMN_FEE, CSV_DE, "|gebuhr|gebuhren|"},
    {IMPORT_COLUMN_FEE, CSV_FR, "|frais|"},
    {IMPORT_COLUMN_FEE, CSV_CS, "|poplatek|"},
};

const size_t csv_word_count = ARRAY_LENGTH(csv_words);

/* The last word of a folded text, and where it begins. */
static size_t last_word(const char *folded, size_t length)
{
    while (length > 0 && folded[length - 1] != ' ')
        length--;
    return length;
}

static bool is_suffix(const char *word)
{
    static const char *const suffixes[] = {"in",    "en",   "\xe2\x82\xac", "$",   "\xc2\xa3",
                                           "euros", "euro", "cad$",         "usd$"};
    for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
        if (strcmp(word, suffixes[i]) == 0)
            return true;
    }
    char code[4] = {0};
    if (strlen(word) != 3)
        return false;
    for (size_t i = 0; i < 3; i++) {
        code[i] = word[i];
        if (code[i] >= 'a' && code[i] <= 'z')
            code[i] = (char)(code[i] - 'a' + 'A');
    }
    return import_currency_is_known(code);
}

void csv_fold_header(const char *text, size_t length, char ret_folded[CSV_HEADER_MAX])
{
    size_t size = import_fold(text, length, ret_folded, CSV_HEADER_MAX);
    for (;;) {
        size_t from = last_word(ret_folded, size);
        size_t digits = size;
        while (digits > 1 && ret_folded[digits - 1] >= '0' && ret_folded[digits - 1] <= '9')
            digits--;
        if (from > 0 && (is_suffix(ret_folded + from) || digits == from))
            size = from - 1;
        else if (digits < size)
            size = digits;
        else
            return;
        ret_folded[size] = '\0';
    }
}

/* Where the word stands among those between bars, 0 when it does not. */
static size_t word_position(const char *words, const char *folded)
{
    size_t length = strlen(folded);
    for (const char *at = strstr(words, folded); at; at = strstr(at + 1, folded)) {
        if (at[-1] == '|' && at[length] == '|')
            return (size_t)(at - words);
    }
    return 0;
}

enum import_column csv_header_column(const char *folded, size_t *ret_rank,
                                     unsigned int *ret_languages)
{
    enum import_column column = IMPORT_COLUMN_KINDS;
    *ret_languages = 0;
    if (!folded[0])
        return column;
    for (size_t i = 0; i < csv_word_count; i++) {
        if (column != IMPORT_COLUMN_KINDS && csv_words[i].column != column)
            continue;
        size_t position = word_position(csv_words[i].words, folded);
        if (position == 0)
            continue;
        if (column == IMPORT_COLUMN_KINDS)
            *ret_rank = i * RANKS_PER_ROW + position;
        column = csv_words[i].column;
        *ret_languages |= csv_words[i].language;
    }
    return column;
}

/* Folds a text that is to be one of the words between bars. False when it cannot be one. */
static bool fold_word(const char *text, size_t length, char ret_folded[CSV_HEADER_MAX])
{
    size_t size = import_fold(text, length, ret_folded, CSV_HEADER_MAX);
    return size > 0 && size + 1 < CSV_HEADER_MAX;
}

int csv_mark(const char *text, size_t length)
{
    static const char debits[] = "|debit|dr|d|soll|s|af|out|outflow|debet|ausgang|kiadas|paid out|"
                                 "money out|dbit|debito|withdrawal|cargo|";
    static const char credits[] = "|credit|cr|c|haben|h|bij|in|inflow|eingang|bevetel|paid in|"
                                  "money in|crdt|credito|deposit|abono|+|";
    char folded[CSV_HEADER_MAX];
    if (length == 1 && text[0] == '-')
        return -1;
    if (!fold_word(text, length, folded))
        return 0;
    if (word_position(debits, folded) > 0)
        return -1;
    return word_position(credits, folded) > 0 ? 1 : 0;
}

enum csv_status csv_status(const char *text, size_t length)
{
    static const char pending[] =
        "|pending|offen|vorgemerkt|vorgemerkter umsatz|en attente|en cours|pendiente|in sospeso|"
        "pendente|oczekujaca|nierozliczone|blokada|cekajici|processing|reserved|authorised|authorized|"
        "nicht gebucht|reservert|reserverat|";
    static const char none[] =
        "|declined|reverted|failed|cancelled|canceled|rejected|voided|refused|"
        "abgelehnt|storniert|";
    char folded[CSV_HEADER_MAX];
    if (!fold_word(text, length, folded))
        return CSV_BOOKED;
    if (word_position(pending, folded) > 0)
        return CSV_PENDING;
    return word_position(none, folded) > 0 ? CSV_VOID : CSV_BOOKED;
}

/* Whether the text begins with a phrase of the sorted list. */
static bool begins_with_one(const char *text, size_t length, const char *const *list, size_t count)
{
    char folded[CSV_HEADER_MAX];
    size_t at = 0;
    (void)import_fold(text, length, folded, sizeof(folded));
    for (size_t words = 0; words < PHRASE_WORDS && folded[at]; words++) {
        at += at > 0 ? 1 : 0;
        while (folded[at] && folded[at] != ' ')
            at++;
        char end = folded[at];
        folded[at] = '\0';
        bool found = import_fold_in_list(list, count, folded);
        folded[at] = end;
        if (found)
            return true;
    }
    return false;
}

bool csv_is_total(const char *text, size_t length)
{
    static const char *const totals[] = {"gesamt", "somme", "subtotal", "sum",    "suma",  "summe",
                                         "totaal", "total", "totale",   "totals", "totaux"};
    return begins_with_one(text, length, totals, ARRAY_LENGTH(totals)) ||
           csv_is_balance(text, length);
}

bool csv_is_balance(const char *text, size_t length)
{
    static const char *const balances[] = {"alter kontostand",
                                           "ancien solde",
                                           "anfangssaldo",
                                           "balance brought forward",
                                           "balance carried forward",
                                           "beginning balance",
                                           "beginsaldo",
                                           "closing balance",
                                           "eindsaldo",
                                           "ending balance",
                                           "endsaldo",
                                           "konecny zustatek",
                                           "neuer kontostand",
                                           "nouveau solde",
                                           "nyito egyenleg",
                                           "opening balance",
                                           "pocatecni zustatek",
                                           "saldo anterior",
                                           "saldo final",
                                           "saldo finale",
                                           "saldo inicial",
                                           "saldo iniziale",
                                           "saldo koncowe",
                                           "saldo poczatkowe",
                                           "solde final",
                                           "solde initial",
                                           "zaro egyenleg"};
    return begins_with_one(text, length, balances, ARRAY_LENGTH(balances));
}

bool csv_is_card_payment(const char *text, size_t length)
{
    static const char *const words[] = {
        "autopay",          "payment thank you", "payment received",     "online payment",
        "zahlung erhalten", "paiement recu",     "direct debit payment", "lastschrift einzug"};
    char folded[2 * CSV_HEADER_MAX];
    (void)import_fold(text, length, folded, sizeof(folded));
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (import_fold_contains(folded, words[i]))
            return true;
    }
    return false;
}
