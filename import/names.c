/* The words for formats, kinds and problems that callers show and store. */
#include "base/own.h"
#include "import/import.h"

const char *import_format_name(enum import_format format)
{
    static const char *const names[] = {
        [IMPORT_FORMAT_UNKNOWN] = "unknown", [IMPORT_FORMAT_CSV] = "CSV",
        [IMPORT_FORMAT_OFX] = "OFX",         [IMPORT_FORMAT_QFX] = "QFX",
        [IMPORT_FORMAT_QIF] = "QIF",         [IMPORT_FORMAT_CAMT] = "CAMT.053",
        [IMPORT_FORMAT_MT940] = "MT940",
    };
    return (size_t)format < ARRAY_LENGTH(names) ? names[format] : names[0];
}

const char *import_kind_name(enum import_kind kind)
{
    static const char *const names[] = {
        [IMPORT_KIND_PURCHASE] = "purchase", [IMPORT_KIND_REFUND] = "refund",
        [IMPORT_KIND_INCOME] = "income",     [IMPORT_KIND_TRANSFER] = "transfer",
        [IMPORT_KIND_FEE] = "fee",           [IMPORT_KIND_CASH] = "cash",
    };
    return (size_t)kind < ARRAY_LENGTH(names) ? names[kind] : names[0];
}

const char *import_problem_name(enum import_problem_code code)
{
    static const char *const names[] = {
        [IMPORT_BAD_FILE] = "bad_file",         [IMPORT_BAD_STRUCTURE] = "bad_structure",
        [IMPORT_BAD_DATE] = "bad_date",         [IMPORT_BAD_AMOUNT] = "bad_amount",
        [IMPORT_MISSING_DATE] = "missing_date", [IMPORT_MISSING_AMOUNT] = "missing_amount",
        [IMPORT_BANK_ERROR] = "bank_error",     [IMPORT_NO_STATEMENT] = "no_statement",
        [IMPORT_TOO_LARGE] = "too_large",       [IMPORT_CHANGED] = "changed",
        [IMPORT_BAD_BALANCE] = "bad_balance",   [IMPORT_BAD_COUNT] = "bad_count",
        [IMPORT_BAD_SPLIT] = "bad_split",       [IMPORT_CUT_TEXT] = "cut_text",
        [IMPORT_NOT_BOOKED] = "not_booked",     [IMPORT_SUMMARY_ROW] = "summary_row",
        [IMPORT_NOTE_ROW] = "note_row",
    };
    return (size_t)code < ARRAY_LENGTH(names) ? names[code] : names[0];
}
