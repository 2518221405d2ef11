/* The elements of CAMT that mean something here, by their path within the statement: versions 2 to 12
 * differ in little more than an element between a party and its name. */
#include <string.h>

#include "import/camt.h"

#define ENTRY   "Ntry"
#define DETAILS "Ntry/NtryDtls/TxDtls"
#define PARTIES DETAILS "/RltdPties"

/* Texts that are copied into a member of struct camt: the first one that comes stays, so that a
 * party's name is before the ultimate party's. */
static const struct copied {
    const char *path;
    size_t offset;
    size_t size;
} copied[] = {

#define COPY(path, member)                                                      \
    {                                                                           \
        path, offsetof(struct camt, member), sizeof(((struct camt *)0)->member) \
    }
    COPY("Acct/Id/IBAN", account),
    COPY("Acct/Id/Othr/Id", account),
    COPY("Acct/Ccy", account_currency),
    COPY("Bal/Tp/CdOrPrtry/Cd", balance.code),
    COPY(ENTRY "/NtryRef", entry_ref),
    COPY(ENTRY "/Sts", status),
    COPY(ENTRY "/Sts/Cd", status),
    COPY(ENTRY "/BkTxCd/Domn/Fmly/Cd", family),
    COPY(ENTRY "/BkTxCd/Domn/Fmly/SubFmlyCd", entry_type),
    COPY(ENTRY "/BkTxCd/Prtry/Cd", entry_type),
    COPY(DETAILS "/Refs/EndToEndId", details.end_to_end),
    COPY(DETAILS "/Refs/AcctSvcrRef", details.servicer_ref),
    COPY(DETAILS "/BkTxCd/Domn/Fmly/SubFmlyCd", details.type),
    COPY(PARTIES "/Dbtr/Nm", details.debtor),
    COPY(PARTIES "/Dbtr/Pty/Nm", details.debtor),
    COPY(PARTIES "/UltmtDbtr/Nm", details.debtor),
    COPY(PARTIES "/UltmtDbtr/Pty/Nm", details.debtor),
    COPY(PARTIES "/Cdtr/Nm", details.creditor),
    COPY(PARTIES "/Cdtr/Pty/Nm", details.creditor),
    COPY(PARTIES "/UltmtCdtr/Nm", details.creditor),
    COPY(PARTIES "/UltmtCdtr/Pty/Nm", details.creditor),
    COPY(PARTIES "/DbtrAcct/Id/IBAN", details.debtor_account),
    COPY(PARTIES "/DbtrAcct/Id/Othr/Id", details.debtor_account),
    COPY(PARTIES "/CdtrAcct/Id/IBAN", details.creditor_account),
    COPY(PARTIES "/CdtrAcct/Id/Othr/Id", details.creditor_account),
#undef COPY
};

/* Texts that are joined when there are several. */
static const struct joined {
    const char *path;
    size_t offset;
} joined[] = {
    {ENTRY "/AddtlNtryInf", offsetof(struct camt, entry_info)},
    {DETAILS "/RmtInf/Ustrd", offsetof(struct camt, details.memo)},
    {DETAILS "/RmtInf/Strd/CdtrRefInf/Ref", offsetof(struct camt, details.info)},
    {DETAILS "/RmtInf/Strd/AddtlRmtInf", offsetof(struct camt, details.info)},
    {DETAILS "/RtrInf/AddtlInf", offsetof(struct camt, details.info)},
    {DETAILS "/AddtlTxInf", offsetof(struct camt, details.info)},
};

/* Amounts with their currency. */
static const struct money {
    const char *path;
    size_t offset;
} moneys[] = {
    {"Bal/Amt", offsetof(struct camt, balance.money)},
    {ENTRY "/Amt", offsetof(struct camt, money)},
    {ENTRY "/AmtDtls/InstdAmt/Amt", offsetof(struct camt, original)},
    {DETAILS "/AmtDtls/InstdAmt/Amt", offsetof(struct camt, original)},
    {ENTRY "/Chrgs/TtlChrgsAndTaxAmt", offsetof(struct camt, charges)},
    {DETAILS "/Amt", offsetof(struct camt, details.money)},
    {DETAILS "/AmtDtls/TxAmt/Amt", offsetof(struct camt, details.money)},
};

/* Credit or debit. */
static const struct money sides[] = {
    {"Bal/CdtDbtInd", offsetof(struct camt, balance.money)},
    {ENTRY "/CdtDbtInd", offsetof(struct camt, money)},
    {DETAILS "/CdtDbtInd", offsetof(struct camt, details.money)},
};

static const struct value {
    const char *path;
    size_t offset;
} values[] = {
    {"TxsSummry/TtlNtries/NbOfNtries", offsetof(struct camt, declared_count)},
    {ENTRY "/BookgDt/Dt", offsetof(struct camt, booking_date)},
    {ENTRY "/BookgDt/DtTm", offsetof(struct camt, booking_date)},
    {ENTRY "/ValDt/Dt", offsetof(struct camt, value_date)},
    {ENTRY "/ValDt/DtTm", offsetof(struct camt, value_date)},
};

static bool is_path(const struct camt *camt, const char *path)
{
    return strcmp(camt->path, path) == 0;
}

static void *member(struct camt *camt, size_t offset)
{
    return (char *)camt + offset;
}

static void set_value(struct camt_value *value, const struct buf *text)
{
    value->length = text->length < CAMT_VALUE_MAX ? text->length : CAMT_VALUE_MAX - 1;
    memcpy(value->text, buf_text(text), value->length);
    value->text[value->length] = '\0';
}

static bool copy_field(struct camt *camt)
{
    for (size_t i = 0; i < ARRAY_LENGTH(copied); i++) {
        if (!is_path(camt, copied[i].path))
            continue;
        char *to = member(camt, copied[i].offset);
        if (to[0] == '\0')
            import_copy(to, copied[i].size, buf_text(&camt->text), camt->text.length);
        return true;
    }
    return false;
}

static bool money_field(struct camt *camt)
{
    for (size_t i = 0; i < ARRAY_LENGTH(moneys); i++) {
        struct camt_money *money = member(camt, moneys[i].offset);
        if (!is_path(camt, moneys[i].path))
            continue;
        if (money->amount.length == 0) {
            set_value(&money->amount, &camt->text);
            memcpy(money->currency, camt->currency, sizeof(money->currency));
        }
        return true;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(sides); i++) {
        struct camt_money *money = member(camt, sides[i].offset);
        if (!is_path(camt, sides[i].path))
            continue;
        money->is_debit = strcmp(buf_text(&camt->text), "DBIT") == 0;
        money->has_side = money->is_debit || strcmp(buf_text(&camt->text), "CRDT") == 0;
        return true;
    }
    return false;
}

static bool value_field(struct camt *camt)
{
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
        if (is_path(camt, values[i].path)) {
            set_value(member(camt, values[i].offset), &camt->text);
            return true;
        }
    }
    return false;
}

static int join_field(struct camt *camt, bool *ret_found)
{
    for (size_t i = 0; i < ARRAY_LENGTH(joined); i++) {
        struct buf *to = member(camt, joined[i].offset);
        if (!is_path(camt, joined[i].path))
            continue;
        *ret_found = true;
        if (camt->text.length + 1 > to->cap - to->length)
            return 0; /* it is long enough */
        int r = to->length > 0 ? buf_append_char(to, ' ') : 0;
        return r < 0 ? r : buf_append(to, buf_text(&camt->text), camt->text.length);
    }
    return 0;
}

/* Who wrote the file. */
static bool bank_field(struct camt *camt)
{
    struct import_profile *profile = &camt->pass->profile;
    bool is_name = is_path(camt, "Acct/Svcr/FinInstnId/Nm");
    if (!is_name && !is_path(camt, "Acct/Svcr/FinInstnId/BIC") &&
        !is_path(camt, "Acct/Svcr/FinInstnId/BICFI"))
        return false;
    if (camt->pass->is_survey && (is_name || !profile->bank[0]))
        import_copy(profile->bank, sizeof(profile->bank), buf_text(&camt->text), camt->text.length);
    return true;
}

static int text_field(struct camt *camt, bool *ret_found)
{
    struct import_entry *entry = &camt->pass->entry;
    const char *text = buf_text(&camt->text);
    *ret_found = true;
    if (is_path(camt, ENTRY "/AcctSvcrRef"))
        return import_entry_set(entry, ENTRY_ID, text, camt->text.length);
    if (is_path(camt, ENTRY "/AmtDtls/InstdAmt/CcyXchg/XchgRate") ||
        is_path(camt, DETAILS "/AmtDtls/InstdAmt/CcyXchg/XchgRate"))
        return import_entry_set(entry, ENTRY_RATE, text, camt->text.length);
    *ret_found = false;
    if (is_path(camt, ENTRY "/RvslInd"))
        entry->reversal = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    return 0;
}

int camt_begin_element(struct camt *camt)
{
    if (is_path(camt, ENTRY))
        return camt_begin_entry(camt, camt_line(camt));
    if (is_path(camt, "Bal"))
        camt->balance = (struct camt_balance){.code = ""};
    else if (is_path(camt, DETAILS))
        camt_begin_details(camt);
    else if (is_path(camt, DETAILS "/RtrInf"))
        camt->details.is_return = true;
    return 0;
}

int camt_end_element(struct camt *camt)
{
    if (is_path(camt, ENTRY))
        return camt_end_entry(camt);
    if (is_path(camt, DETAILS))
        return camt_end_details(camt);
    if (is_path(camt, "Bal"))
        return camt_end_balance(camt);
    struct buf *text = &camt->text;
    while (text->length > 0 && (unsigned char)text->data[text->length - 1] <= ' ')
        text->data[--text->length] = '\0';
    size_t blanks = strspn(buf_text(text), " \t\r\n");
    buf_consume(text, blanks);
    if (text->length == 0 || copy_field(camt) || money_field(camt) || value_field(camt) ||
        bank_field(camt))
        return 0;
    bool found = false;
    int r = text_field(camt, &found);
    return r != 0 || found ? r : join_field(camt, &found);
}
