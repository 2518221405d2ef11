/* Every bound of the folder, by name. A file that goes beyond one is refused with a sentence that
 * names it; nothing grows with the size of the file. */
#ifndef IMPORT_LIMITS_H
#define IMPORT_LIMITS_H

enum {
    IMPORT_FILE_MAX = 50 * 1000 * 1000, /* bytes of a file, unless the caller says otherwise */
    IMPORT_ROWS_MAX = 200000,           /* rows or entries of a file, likewise */
    IMPORT_LINE_MAX = 64 * 1024,        /* bytes of one line, of one CSV record, of one XML token */
    IMPORT_TEXT_MAX = 64 * 1024,        /* bytes of one text of a transaction */
    IMPORT_COLUMNS_MAX = 256,           /* columns of a CSV record */
    IMPORT_PREAMBLE_MAX = 100,          /* CSV records above the header */
    IMPORT_WINDOW_MAX = 64 * 1024,      /* bytes looked at before the format is decided */
    IMPORT_DEPTH_MAX = 64,              /* elements within elements (XML) */
    IMPORT_SPLITS_MAX = 1000,           /* parts of one transaction */
    IMPORT_ACCOUNTS_MAX = 64,           /* accounts told apart in one CSV file */
    IMPORT_CURRENCIES_MAX = 32,         /* currencies summed apart */
    IMPORT_PROBLEMS_MAX = 100,          /* errors reported one by one; later ones are counted */
    IMPORT_QUESTIONS_MAX = 8,           /* open questions of one file */
    IMPORT_OPTIONS_MAX = 6,             /* answers offered to one question */
    IMPORT_FOUND_MAX = 80,              /* bytes of a value that an error quotes */
    IMPORT_SENTENCE_MAX = 320,          /* bytes of the sentence of an error or a question */
    IMPORT_NAME_MAX = 64,               /* bytes of a bank, an encoding, a format's version */
    IMPORT_ACCOUNT_MAX = 128,           /* bytes of an account's number or name */
    IMPORT_EXPORT_ACCOUNT_MAX = 512, /* bytes of an account's name that is written, with its NUL */
    IMPORT_AMOUNT_DIGITS_MAX = 18,   /* digits before the decimal mark */
    IMPORT_AMOUNT_DECIMALS_MAX = 8,  /* digits behind it */
    IMPORT_AMOUNT_TEXT_MAX = 48,     /* bytes of a sum as text, with its NUL */
    IMPORT_MAPPING_TEXT_MAX = 512    /* bytes of a mapping as text */
};

#endif
