/* The time zone of this machine by name. */
#ifndef CLI_TIME_ZONE_H
#define CLI_TIME_ZONE_H

#include <stdbool.h>

/* "Europe/Berlin", from TZ, /etc/localtime or /etc/timezone; NULL when none of them names a zone.
 * Static memory. */
const char *time_zone_of_machine(void);

/* Whether the IANA database of this machine has a zone of that name; true when there is no such
 * database to ask. */
bool time_zone_exists(const char *name);

#endif
