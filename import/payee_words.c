/* Words around the names of payees: what payment types, card networks and banks write. */
#include <stddef.h>

#include "import/payee.h"

/* All three lists are sorted, for a binary search. */
// clang-format off
const char *const import_payee_prefixes[] = {
    "ach", "ach credit", "ach debit", "ach deposit", "ach withdrawal", "achat carte", "achat cb",
    "addebito diretto", "adeudo recibo", "atm wdl", "auftraggeber", "bea", "bea betaalpas",
    "betaalautomaat", "bill pay", "bill payment", "bill payment to", "bonifico a", "bonifico da",
    "card payment", "card payment to", "card purchase", "card transaction", "carte", "cb",
    "check card", "checkcard", "compra", "compra cartao", "compra en", "compra no debito",
    "compra tarjeta", "contactless", "contactless payment", "credit card purchase", "dankort nota",
    "dauerauftrag", "debit card", "debit card payment", "debit card purchase", "direct debit",
    "direct debit to", "direct dep", "dk nota", "eftpos", "eftpos purchase", "eftpos wdl",
    "electronic withdrawal", "empfanger", "facture carte", "faster payment to", "gea", "giro",
    "girocard", "gutschrift", "ibft", "imps", "kartenverfugung", "kartenzahlung",
    "kartyas vasarlas", "kortkob", "kortkop", "korttiosto", "lastschrift", "maestro", "mastercard",
    "nakup", "neft", "pagamento", "pagamento carta", "pagamento pos", "pago con tarjeta",
    "pago en", "pagto eletronico", "paiement carte", "paiement cb", "paiement par carte",
    "payment to", "pinbetaling", "platba kartou", "platnosc karta", "pos", "pos chg", "pos debit",
    "pos merchandise", "pos purchase", "pos transaction", "pos withdrawal", "preauthorized debit",
    "prelevement", "prelevement sepa", "prlv", "prlv sepa", "purchase", "purchase authorized on",
    "raast", "raast p2p fund transfer to", "recibo", "recurring payment", "rtgs", "sepa",
    "sepa basislastschrift", "sepa dd", "sepa lastschrift", "standing order", "standing order to",
    "transferencia a", "transferencia de", "uberweisung", "ueberweisung", "upi", "varekjop",
    "vasarlas", "vir", "vir inst", "vir recu", "vir sepa", "vir sepa recu", "virement",
    "virement de", "virement en votre faveur de", "virement recu de", "virement sepa", "visa",
    "visa debit", "visa debit purchase", "visa kop", "visa purchase", "withdrawal at",
    "zakup przy uzyciu karty",
};

const size_t import_payee_prefix_count = ARRAY_LENGTH(import_payee_prefixes);

const char *const import_payee_enders[] = {
    "auth", "betalingskenm", "betreft", "bic", "buchungstext", "card", "conf", "end to end",
    "iban", "invoice", "kaart", "kenmerk", "kto", "mandat", "mandate", "pas", "rechnung",
    "rechnungsnr", "ref", "reference", "referentie", "referenz", "rf", "terminal", "trace", "tran",
    "txn", "value date",
};

const size_t import_payee_ender_count = ARRAY_LENGTH(import_payee_enders);

/* Behind a name at the end of a card line: large cities, states of the US, Canada and Australia,
 * countries by code. */
const char *const import_payee_places[] = {
    "ab", "ak", "al", "amsterdam", "ankara", "at", "athens", "atlanta", "au", "auckland", "aus",
    "austin", "aut", "az", "bangalore", "bangkok", "barcelona", "basel", "bc", "be", "beijing",
    "bel", "belfast", "bengaluru", "berlin", "bern", "birmingham", "bologna", "bordeaux", "boston",
    "br", "bra", "bratislava", "brisbane", "bristol", "brno", "brooklyn", "brussels", "bruxelles",
    "bucharest", "budapest", "ca", "calgary", "can", "cardiff", "ch", "che", "chennai", "chicago",
    "copenhagen", "cork", "ct", "cz", "cze", "dallas", "dc", "delhi", "den haag", "denver",
    "detroit", "deu", "dk", "dnk", "dortmund", "dresden", "dubai", "dublin", "dusseldorf",
    "edinburgh", "eindhoven", "es", "esp", "essen", "faisalabad", "fi", "fin", "firenze", "fl",
    "fr", "fra", "frankfurt", "ga", "gb", "gbr", "gdansk", "geneva", "geneve", "genova", "glasgow",
    "goteborg", "graz", "hamburg", "hannover", "helsinki", "hong kong", "houston", "hu", "hun",
    "hyderabad", "ia", "ie", "il", "in", "ind", "irl", "islamabad", "istanbul", "it", "ita",
    "jakarta", "johannesburg", "karachi", "kobenhavn", "koln", "krakow", "ks", "kuala lumpur",
    "ky", "kyiv", "lahore", "las vegas", "lausanne", "leeds", "leipzig", "lille", "lisboa",
    "lisbon", "liverpool", "ljubljana", "lodz", "london", "los angeles", "lu", "lux", "luxembourg",
    "luzern", "lyon", "ma", "madrid", "malaga", "malmo", "manchester", "manila", "marseille", "md",
    "melbourne", "mexico city", "mi", "miami", "milan", "milano", "minneapolis", "mn", "mo",
    "montreal", "ms", "mt", "mumbai", "munchen", "munich", "nairobi", "nantes", "napoli", "nc",
    "nd", "new york", "newcastle", "nh", "nice", "nj", "nl", "nld", "nm", "no", "nor", "nsw",
    "nswau", "nurnberg", "nv", "ny", "nz", "nzl", "oakland", "oh", "ok", "on", "oslo", "ottawa",
    "pa", "pak", "palermo", "paris", "perth", "peshawar", "philadelphia", "phoenix", "pittsburgh",
    "pk", "pl", "pol", "portland", "porto", "poznan", "prague", "praha", "prt", "pt", "qc", "qld",
    "qldau", "quetta", "rawalpindi", "ri", "riga", "roma", "rome", "rotterdam", "sacramento",
    "salzburg", "san diego", "san francisco", "san jose", "sao paulo", "sc", "sd", "se", "seattle",
    "sevilla", "shanghai", "singapore", "sofia", "stockholm", "strasbourg", "stuttgart", "swe",
    "sydney", "tallinn", "tampa", "tas", "the hague", "tn", "tokyo", "torino", "toronto",
    "toulouse", "tx", "uk", "us", "usa", "ut", "utrecht", "va", "valencia", "vancouver", "vic",
    "vicau", "vienna", "vilnius", "vt", "wa", "warsaw", "warszawa", "washington", "wellington",
    "wi", "wien", "winnipeg", "wroclaw", "wv", "wy", "zagreb", "zaragoza", "zurich",
};

const size_t import_payee_place_count = ARRAY_LENGTH(import_payee_places);

// clang-format on

const struct import_payee_agent import_payee_agents[] = {{"sq", false},
                                                         {"tst", false},
                                                         {"sp", false},
                                                         {"paypal", false},
                                                         {"pp", false},
                                                         {"sumup", false},
                                                         {"iz", false},
                                                         {"zettle", false},
                                                         {"ztl", false},
                                                         {"py", false},
                                                         {"ppl", false},
                                                         {"stripe", false},
                                                         {"dd", false},
                                                         {"grubhub", true},
                                                         {"uber", true},
                                                         {"lyft", true},
                                                         {"amzn mktp", true},
                                                         {"amazon", true},
                                                         {"amzn", true},
                                                         {"amzn mktp us", true},
                                                         {"amzn mktp de", true},
                                                         {"amzn mktp uk", true},
                                                         {"amzn mktp fr", true},
                                                         {"google", false},
                                                         {"apple com bill", true},
                                                         {"airbnb", true},
                                                         {"cb", true},
                                                         {NULL, false}};
