/* Banks that are known by the header of their CSV. A signature is the folded header, cell by cell
 * between bars, as far as it is sure; what the words of csv_words.c say stands unless `mapping` says
 * otherwise. Currency, order and sign are given where the bank always writes them so. */
#include <string.h>

#include "import/csv.h"

#define NEGATIVE IMPORT_SIGN_NEGATIVE_OUT
#define POSITIVE IMPORT_SIGN_POSITIVE_OUT
#define OPEN     IMPORT_SIGN_AUTO

static const struct csv_bank banks[] = {
    /* written by import/export.h */
    {CSV_OWN_EXPORT, "|date|amount|currency|payee|memo|category|kind|account|tags|ninepence id|",
     "", IMPORT_DATE_YMD, NEGATIVE, "type=7;id=10"},
    /* United States */
    {"Chase", "|details|posting date|description|amount|type|balance|check or slip #|", "USD",
     IMPORT_DATE_MDY, NEGATIVE, "type=5"},
    {"Chase card", "|transaction date|post date|description|category|type|amount|memo|", "USD",
     IMPORT_DATE_MDY, NEGATIVE, ""},
    {"Capital One", "|transaction date|posted date|card no|description|category|debit|credit|",
     "USD", IMPORT_DATE_YMD, OPEN, ""},
    {"Charles Schwab",
     "|date|status|type|check number|description|withdrawal|deposit|running balance|", "USD",
     IMPORT_DATE_MDY, OPEN, ""},
    {"Discover", "|trans date|post date|description|amount|category|", "USD", IMPORT_DATE_MDY,
     POSITIVE, ""},
    {"Citi", "|status|date|description|debit|credit|", "USD", IMPORT_DATE_MDY, OPEN, ""},
    {"Bank of America", "|date|description|amount|running bal|", "USD", IMPORT_DATE_MDY, NEGATIVE,
     ""},
    {"Bank of America card", "|posted date|reference number|payee|address|amount|", "USD",
     IMPORT_DATE_MDY, NEGATIVE, ""},
    {"Apple Card", "|transaction date|clearing date|description|merchant|category|type|amount|",
     "USD", IMPORT_DATE_MDY, POSITIVE, ""},
    {"American Express", "|date|description|card member|account #|amount|", "USD", IMPORT_DATE_MDY,
     POSITIVE, ""},
    {"Ally", "|date|time|amount|type|description|", "USD", IMPORT_DATE_YMD, NEGATIVE, ""},
    {"Mint",
     "|date|description|original description|amount|transaction type|category|account name|labels|"
     "notes|",
     "USD", IMPORT_DATE_MDY, OPEN, "description=3;payee=2;mark=5"},
    /* Canada */
    {"RBC",
     "|account type|account number|transaction date|cheque number|description|description|cad$|usd$|",
     "CAD", IMPORT_DATE_MDY, NEGATIVE, "amount=7"},
    {"Tangerine", "|date|transaction|name|memo|amount|", "CAD", IMPORT_DATE_MDY, NEGATIVE,
     "type=2;payee=3"},
    /* United Kingdom and Ireland */
    {"Monzo", "|transaction id|date|time|type|name|emoji|category|amount|currency|", "",
     IMPORT_DATE_DMY, NEGATIVE, ""},
    {"Monzo", "|id|created|amount|currency|local amount|local currency|category|emoji|", "",
     IMPORT_DATE_YMD, NEGATIVE, "payee=9"},
    {"Starling", "|date|counter party|reference|type|amount|balance|", "GBP", IMPORT_DATE_DMY,
     NEGATIVE, "description=3;reference=none"},
    {"Barclays", "|number|date|account|amount|subcategory|memo|", "GBP", IMPORT_DATE_DMY, NEGATIVE,
     "type=5"},
    {"Lloyds",
     "|transaction date|transaction type|sort code|account number|transaction description|"
     "debit amount|credit amount|balance|",
     "GBP", IMPORT_DATE_DMY, OPEN, ""},
    {"NatWest", "|date|type|description|value|balance|account name|account number|", "GBP",
     IMPORT_DATE_DMY, NEGATIVE, ""},
    {"Nationwide", "|date|transaction type|description|paid out|paid in|balance|", "GBP",
     IMPORT_DATE_DMY, OPEN, ""},
    /* across borders */
    {"Revolut",
     "|type|product|started date|completed date|description|amount|fee|currency|state|balance|", "",
     IMPORT_DATE_YMD, NEGATIVE, "account=2"},
    {"Wise", "|transferwise id|date|amount|currency|description|payment reference|", "",
     IMPORT_DATE_DMY, NEGATIVE, ""},
    {"N26",
     "|booking date|value date|partner name|partner iban|type|payment reference|account name|amount|"
     "original amount|original currency|exchange rate|",
     "EUR", IMPORT_DATE_YMD, NEGATIVE, ""},
    {"N26",
     "|date|payee|account number|transaction type|payment reference|amount|amount foreign currency|"
     "type foreign currency|exchange rate|",
     "EUR", IMPORT_DATE_YMD, NEGATIVE, "counter_account=3;account=none"},
    {"PayPal", "|date|time|time zone|name|type|status|currency|gross|fee|net|", "",
     IMPORT_DATE_AUTO, NEGATIVE, "amount=10"},
    /* Germany and Austria */
    {"DKB",
     "|buchungsdatum|wertstellung|status|zahlungspflichtige*r|zahlungsempfanger*in|verwendungszweck|"
     "umsatztyp|",
     "EUR", IMPORT_DATE_DMY, NEGATIVE, ""},
    {"DKB",
     "|buchungstag|wertstellung|buchungstext|auftraggeber begunstigter|verwendungszweck|"
     "kontonummer|blz|betrag|",
     "EUR", IMPORT_DATE_DMY, NEGATIVE, "type=3;counter_account=6;account=none;description=5"},
    {"comdirect", "|buchungstag|wertstellung valuta|vorgang|buchungstext|umsatz|", "EUR",
     IMPORT_DATE_DMY, NEGATIVE, ""},
    {"ING", "|buchung|wertstellungsdatum|auftraggeber empfanger|buchungstext|verwendungszweck|",
     "EUR", IMPORT_DATE_DMY, NEGATIVE, "type=4;description=5"},
    {"Sparkasse", "|auftragskonto|buchungstag|valutadatum|buchungstext|verwendungszweck|", "EUR",
     IMPORT_DATE_DMY, NEGATIVE, "type=4;description=5"},
    {"Commerzbank", "|buchungstag|wertstellung|umsatzart|buchungstext|betrag|wahrung|", "EUR",
     IMPORT_DATE_DMY, NEGATIVE, ""},
    {"GLS Bank", "|kontonummer|buchungstag|wertstellung|auftraggeber empfanger|buchungstext|vwz|",
     "EUR", IMPORT_DATE_DMY, NEGATIVE, ""},
    {"Volksbank",
     "|bezeichnung auftragskonto|iban auftragskonto|bic auftragskonto|bankname auftragskonto|"
     "buchungstag|valutadatum|name zahlungsbeteiligter|",
     "EUR", IMPORT_DATE_DMY, NEGATIVE, ""},
    {"Outbank", "|#|account|date|value date|amount|currency|name|number|bank|reason|", "",
     IMPORT_DATE_AUTO, NEGATIVE, "counter_account=8"},
    {"George", "|iban|auszugsnummer|buchungsdatum|valutadatum|umsatzzeit|zahlungsreferenz|", "",
     IMPORT_DATE_YMD, NEGATIVE, "account=1;counter_account=none;type=9;description=10"},
    /* Switzerland */
    {"UBS", "|produit|monn|description|date de valeur|description|description|description|", "",
     IMPORT_DATE_DMY, OPEN, "type=5;payee=6;description=7"},
    {"PostFinance", "|datum|avisierungstext|gutschrift in chf|lastschrift in chf|", "CHF",
     IMPORT_DATE_DMY, OPEN, ""},
    /* Netherlands and Belgium */
    {"ING",
     "|datum|naam omschrijving|rekening|tegenrekening|code|af bij|bedrag|mutatiesoort|mededelingen|",
     "EUR", IMPORT_DATE_YMD, OPEN, ""},
    {"Rabobank", "|iban bban|munt|bic|volgnr|datum|rentedatum|bedrag|", "", IMPORT_DATE_YMD,
     NEGATIVE, ""},
    {"bunq", "|date|interest date|amount|account|counterparty|name|description|", "EUR",
     IMPORT_DATE_YMD, NEGATIVE, "counter_account=5;payee=6"},
    {"KBC",
     "|rekeningnummer|rubrieknaam|naam|munt|afschriftnummer|datum|omschrijving|valuta|bedrag|saldo|",
     "", IMPORT_DATE_DMY, NEGATIVE, "payee=15"},
    /* France */
    {"Boursorama", "|date op|date val|label|category|category parent|supplier found|amount|", "EUR",
     IMPORT_DATE_YMD, NEGATIVE, ""},
    {"Fortuneo", "|date operation|date valeur|libelle|debit|credit|", "EUR", IMPORT_DATE_DMY, OPEN,
     ""},
    /* Central Europe */
    {"Raiffeisenbank",
     "|datum provedeni|datum zauctovani|cislo uctu|nazev uctu|kategorie transakce|", "",
     IMPORT_DATE_DMY, NEGATIVE, ""},
    {"Fio", "|id operace|datum|objem|mena|protiucet|nazev protiuctu|", "", IMPORT_DATE_DMY,
     NEGATIVE, ""},
    {"Erste",
     "|tranzakcio datuma|partner neve|partner szamlaszama|szamla neve|szamlaszam|"
     "tranzakcio tipusa|tranzakcio osszege|",
     "", IMPORT_DATE_YMD, NEGATIVE, ""},
    /* South Asia */
    {"HDFC Bank", "|date|narration|chq ref no|value dt|withdrawal amt|deposit amt|closing balance|",
     "INR", IMPORT_DATE_DMY, OPEN, ""},
    {"State Bank of India",
     "|txn date|value date|description|ref no cheque no|debit|credit|balance|", "INR",
     IMPORT_DATE_DMY, OPEN, ""},
    {"Meezan Bank", "|booking date|value date|doc no|description|debit|credit|available balance|",
     "PKR", IMPORT_DATE_DMY, OPEN, ""},
    /* Brazil, Australia */
    {"Nubank", "|data|valor|identificador|descricao|", "BRL", IMPORT_DATE_DMY, NEGATIVE, ""},
    {"Westpac",
     "|bank account|date|narrative|debit amount|credit amount|balance|categories|serial|", "AUD",
     IMPORT_DATE_DMY, OPEN, ""},
};

const struct csv_bank *csv_find_bank(const char *signature)
{
    for (size_t i = 0; i < ARRAY_LENGTH(banks); i++) {
        if (strncmp(signature, banks[i].signature, strlen(banks[i].signature)) == 0)
            return &banks[i];
    }
    return NULL;
}
