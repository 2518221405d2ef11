/* Names of months. Each row has the folded names of one month; a name of at least three letters may
 * be cut anywhere as long as it stays one month's. */
#include "import/months.h"

#include <stdbool.h>
#include <string.h>

#include "import/fold.h"

enum {
    MONTH_NAME_LEAST = 3,
    MONTH_NAME_MOST = 24
};

/* English German French Spanish Italian Portuguese Dutch Scandinavian Polish Czech Hungarian Turkish,
 * Indonesian */
static const char *const months[12] = {
    "january januar janvier enero gennaio janeiro januari jaenner janner styczen stycznia leden ledna "
    "ocak tammikuu",
    "february februar fevrier febrero febbraio fevereiro februari feber luty lutego unor unora "
    "subat helmikuu",
    "march mar marz maerz mars marzo marco maart marts marzec marca brezen brezna marcius mart "
    "maaliskuu maret mrz mrt",
    "april avril abril aprile kwiecien kwietnia duben dubna aprilis nisan huhtikuu",
    "may mai mayo maggio maio mei maj maja kveten kvetna majus mayis toukokuu",
    "june juni juin junio giugno junho czerwiec czerwca cerven cervna junius haziran kesakuu",
    "july juli juillet julio luglio julho lipiec lipca cervenec cervence julius temmuz heinakuu "
    "juil",
    "august aout agosto augustus augusti sierpien sierpnia srpen srpna augusztus agustos elokuu "
    "agustus",
    "september septembre septiembre settembre setembro wrzesien wrzesnia zari szeptember eylul "
    "syyskuu setiembre",
    "october oktober octobre octubre ottobre outubro pazdziernik pazdziernika rijen rijna ekim "
    "lokakuu okt",
    "november novembre noviembre novembro listopad listopada kasim marraskuu nopember",
    "december dezember decembre diciembre dicembre dezembro desember grudzien grudnia prosinec "
    "prosince aralik joulukuu",
};

static bool has_name(const char *names, const char *name, size_t length, bool whole)
{
    for (const char *at = names; at; at = strchr(at, ' ')) {
        if (*at == ' ')
            at++;
        bool same = strncmp(at, name, length) == 0;
        if (same && (!whole || at[length] == ' ' || at[length] == '\0'))
            return true;
    }
    return false;
}

unsigned int import_month_by_name(const char *text, size_t length)
{
    char name[MONTH_NAME_MOST];
    size_t size = import_fold(text, length, name, sizeof(name));
    if (size < MONTH_NAME_LEAST)
        return 0;
    unsigned int found = 0;
    for (unsigned int month = 1; month <= 12; month++) {
        if (has_name(months[month - 1], name, size, true))
            return month;
        if (has_name(months[month - 1], name, size, false))
            found = found == 0 ? month : 13;
    }
    return found == 13 ? 0 : found;
}
