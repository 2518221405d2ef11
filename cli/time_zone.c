/* Finds the name of the local time zone where systems keep it. No calendar arithmetic here. */
#include "cli/time_zone.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ZONE_MAX = 64
};

/* A name of the IANA database, as far as its letters go; rules such as "CET-1CEST" are none. */
static bool is_zone_name(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_+-/";
    size_t length = strlen(name);
    bool is_plain = length > 0 && length < ZONE_MAX && name[strspn(name, letters)] == '\0';
    return is_plain && (strchr(name, '/') || strcmp(name, "UTC") == 0 || strcmp(name, "GMT") == 0);
}

static const char *take(const char *name, char kept[ZONE_MAX])
{
    if (!name || !is_zone_name(name))
        return NULL;
    memcpy(kept, name, strlen(name) + 1);
    return kept;
}

/* …/zoneinfo/Europe/Berlin */
static const char *from_localtime(char kept[ZONE_MAX])
{
    char target[PATH_MAX];
    ssize_t length = readlink("/etc/localtime", target, sizeof(target) - 1);
    if (length <= 0)
        return NULL;
    target[length] = '\0';
    const char *zone = strstr(target, "zoneinfo/");
    return zone ? take(zone + strlen("zoneinfo/"), kept) : NULL;
}

static const char *from_timezone(char kept[ZONE_MAX])
{
    char text[ZONE_MAX] = "";
    int file = open("/etc/timezone", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return NULL;
    ssize_t length = read(file, text, sizeof(text) - 1);
    (void)close(file);
    if (length <= 0)
        return NULL;
    text[length] = '\0';
    text[strcspn(text, " \r\n")] = '\0';
    return take(text, kept);
}

const char *time_zone_of_machine(void)
{
    static char kept[ZONE_MAX];
    const char *variable = getenv("TZ");
    if (variable && variable[0] == ':')
        variable++;
    const char *zone = take(variable, kept);
    if (!zone)
        zone = from_localtime(kept);
    if (!zone)
        zone = from_timezone(kept);
    return zone;
}

bool time_zone_exists(const char *name)
{
    static const char folder[] = "/usr/share/zoneinfo";
    char path[sizeof(folder) + ZONE_MAX + 1];
    if (!is_zone_name(name))
        return false;
    if (access(folder, R_OK) != 0)
        return true;
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    struct stat about;
    return strstr(name, "..") == NULL && stat(path, &about) == 0 && S_ISREG(about.st_mode);
}
