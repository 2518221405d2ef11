/* OFX 2.1.1 (XML): one statement for each account and currency. Books know no balance of the bank, so
 * none is written. Control characters, which XML does not have, become blanks. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "import/export_private.h"

static const char *const types[] = {
    [IMPORT_KIND_PURCHASE] = "DEBIT", [IMPORT_KIND_REFUND] = "CREDIT",
    [IMPORT_KIND_INCOME] = "CREDIT",  [IMPORT_KIND_TRANSFER] = "XFER",
    [IMPORT_KIND_FEE] = "FEE",        [IMPORT_KIND_CASH] = "ATM",
};

int export_ofx_begin(struct import_export *export)
{
    return buf_printf(export->out,
                      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n"
                      "<?OFX OFXHEADER=\"200\" VERSION=\"211\" SECURITY=\"NONE\" "
                      "OLDFILEUID=\"NONE\" NEWFILEUID=\"NONE\"?>\n"
                      "<OFX>\n<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</CODE><SEVERITY>INFO"
                      "</SEVERITY></STATUS><DTSERVER>%s</DTSERVER><LANGUAGE>ENG</LANGUAGE>"
                      "<FI><ORG>ninepence</ORG><FID>0</FID></FI></SONRS></SIGNONMSGSRSV1>\n"
                      "<BANKMSGSRSV1>\n",
                      export->written);
}

static int write_text(struct buf *out, const char *text)
{
    int r = 0;
    for (; *text && r == 0; text++) {
        switch (*text) {
        case '&':
            r = buf_append_text(out, "&amp;");
            break;
        case '<':
            r = buf_append_text(out, "&lt;");
            break;
        case '>':
            r = buf_append_text(out, "&gt;");
            break;
        default:
            r = (unsigned char)*text < ' ' ? buf_append_char(out, ' ')
                                           : buf_append_char(out, *text);
            break;
        }
    }
    return r;
}

static int write_element(struct buf *out, const char *name, const char *text)
{
    if (!text[0])
        return 0;
    int r = buf_printf(out, "<%s>", name);
    if (r == 0)
        r = write_text(out, text);
    return r < 0 ? r : buf_printf(out, "</%s>", name);
}

static int end_statement(struct import_export *export)
{
    if (!export->in_statement)
        return 0;
    export->in_statement = false;
    return buf_append_text(export->out, "</BANKTRANLIST></STMTRS></STMTTRNRS>\n");
}

static int begin_statement(struct import_export *export, const struct import_export_row *row)
{
    struct buf *out = export->out;
    bool is_same = export->in_statement && strcmp(export->account, row->account) == 0 &&
                   strcmp(export->currency, row->currency) == 0;
    if (is_same)
        return 0;
    int r = end_statement(export);
    if (r < 0 || strlen(row->account) >= sizeof(export->account))
        return r < 0 ? r : -EINVAL;
    memcpy(export->account, row->account, strlen(row->account) + 1);
    (void)snprintf(export->currency, sizeof(export->currency), "%s", row->currency);
    export->in_statement = true;
    r = buf_append_text(out, "<STMTTRNRS><TRNUID>0</TRNUID><STATUS><CODE>0</CODE><SEVERITY>INFO"
                             "</SEVERITY></STATUS><STMTRS>");
    if (r == 0)
        r = write_element(out, "CURDEF", row->currency);
    if (r == 0)
        r = buf_append_text(out, "<BANKACCTFROM><BANKID>0</BANKID>");
    if (r == 0)
        r = write_element(out, "ACCTID", row->account);
    return r < 0 ? r
                 : buf_printf(out,
                              "<ACCTTYPE>CHECKING</ACCTTYPE></BANKACCTFROM><BANKTRANLIST>"
                              "<DTSTART>%.4s%.2s%.2s</DTSTART><DTEND>%.8s</DTEND>\n",
                              row->date, row->date + 5, row->date + 8, export->written);
}

/* Without an id of its own the row gets one that is new in this file. */
static int write_id(struct import_export *export, const char *id)
{
    if (id[0])
        return write_element(export->out, "FITID", id);
    return buf_printf(export->out, "<FITID>row-%llu</FITID>", (unsigned long long)export->count);
}

int export_ofx_entry(struct import_export *export, const struct import_export_row *row)
{
    struct buf *out = export->out;
    int r = begin_statement(export, row);
    if (r == 0)
        r = buf_printf(out, "<STMTTRN><TRNTYPE>%s</TRNTYPE><DTPOSTED>%.4s%.2s%.2s</DTPOSTED>",
                       types[row->kind], row->date, row->date + 5, row->date + 8);
    if (r == 0)
        r = write_element(out, "TRNAMT", row->amount);
    if (r == 0)
        r = write_id(export, row->id);
    if (r == 0)
        r = write_element(out, "NAME", row->payee);
    if (r == 0)
        r = write_element(out, "MEMO", row->memo);
    return r < 0 ? r : buf_append_text(out, "</STMTTRN>\n");
}

int export_ofx_end(struct import_export *export)
{
    int r = end_statement(export);
    return r < 0 ? r : buf_append_text(export->out, "</BANKMSGSRSV1>\n</OFX>\n");
}
