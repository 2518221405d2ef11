/* The first creation: everything grows in pg15.new and gets its name pg15 by one rename, so that a
 * crash at any moment leaves either nothing or a whole cluster. One superuser for the owner, one
 * ordinary role named after the application that owns the database of that name; both are let in by
 * the identity of the process at the other end of the socket, and by nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "db/cluster_private.h"

enum {
    ACCESS_MAX = 4096
};

static bool has_locale(const char *name)
{
    locale_t locale = newlocale(LC_ALL_MASK, name, (locale_t)0);
    if (locale == (locale_t)0)
        return false;
    freelocale(locale);
    return true;
}

static int prepare_initdb(const struct cluster_place *place, struct cluster_command *ret_command)
{
    static const char *args[] = {"-D",
                                 NULL,
                                 "-U",
                                 "postgres",
                                 "-E",
                                 "UTF8",
                                 NULL,
                                 "--no-sync",
                                 "--no-instructions",
                                 "--wal-segsize=1",
                                 "--auth-local=peer",
                                 "--auth-host=reject",
                                 NULL};
    if (!getpwuid(place->uid))
        return -ENOKEY; /* initdb asks for the name of its user */
    int r = cluster_folder_remove(place->fresh);
    if (r < 0)
        return r;
    args[1] = place->fresh;
    args[6] = has_locale("C.UTF-8") ? "--locale=C.UTF-8" : "--locale=C";
    ret_command->program = "initdb";
    ret_command->args = args;
    return 0;
}

/* One line of pg_ident.conf; a name in quotes may hold anything but quotes and line ends. */
static void map_user(struct buf *map, const char *application, const char *account)
{
    if (strpbrk(account, "\"\n\r"))
        return;
    buf_printf(map, "%s \"%s\" %s\n", application, account, application);
    buf_printf(map, "%s \"%s\" postgres\n", application, account);
}

static int write_in(const struct cluster_place *place, const char *name, const struct buf *text)
{
    OWNED_TEXT path = cluster_path_in(place->fresh, name);
    if (!path || text->error)
        return -ENOMEM;
    return cluster_file_write(path, buf_text(text), place->uid, place->gid);
}

/* Who may log in: the owner's account and root, over the socket. */
static int write_access(const struct cluster_place *place, const char *application)
{
    OWNED_BUF map = BUF_INIT(ACCESS_MAX);
    OWNED_BUF rules = BUF_INIT(ACCESS_MAX);
    const struct passwd *account = getpwuid(place->uid);
    if (!account)
        return -ENOKEY;
    buf_printf(&map, "# map, account, role\n");
    map_user(&map, application, account->pw_name);
    if (place->uid != 0)
        map_user(&map, application, "root");
    buf_printf(&rules, "# type, database, role, method\nlocal all all peer map=%s\n", application);
    int r = write_in(place, "pg_ident.conf", &map);
    return r < 0 ? r : write_in(place, "pg_hba.conf", &rules);
}

/* Statements for `postgres --single -j`: each ends with a semicolon and an empty line. */
static int write_roles(const struct cluster_place *place, const char *application)
{
    OWNED_BUF sql = BUF_INIT(ACCESS_MAX);
    buf_printf(&sql, "CREATE ROLE \"%s\" LOGIN;\n\n", application);
    buf_printf(&sql, "CREATE DATABASE \"%s\" OWNER \"%s\";\n\n", application, application);
    return write_in(place, "setup.sql", &sql);
}

static int prepare_setup(const struct cluster_place *place, const char *application,
                         struct cluster_command *ret_command)
{
    static const char *args[] = {"--single", "-F", "-j",       "-c", "exit_on_error=true",
                                 "-D",       NULL, "postgres", NULL};
    int r = write_access(place, application);
    if (r == 0)
        r = write_roles(place, application);
    if (r < 0)
        return r;
    OWNED_TEXT path = cluster_path_in(place->fresh, "setup.sql");
    if (!path)
        return -ENOMEM;
    ret_command->stdin_fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (ret_command->stdin_fd < 0)
        return -errno;
    (void)unlink(path); /* the descriptor is enough */
    args[6] = place->fresh;
    ret_command->program = "postgres";
    ret_command->args = args;
    return 0;
}

int cluster_create_command(const struct cluster_place *place, const char *application, int number,
                           struct cluster_command *ret_command)
{
    *ret_command = (struct cluster_command){.stdin_fd = -1, .stdout_fd = -1, .keep_fd = -1};
    switch (number) {
    case 0:
        return prepare_initdb(place, ret_command);
    case 1:
        return prepare_setup(place, application, ret_command);
    default:
        return -ENODATA;
    }
}

int cluster_create_finish(const struct cluster_place *place)
{
    return rename(place->fresh, place->data) < 0 ? -errno : 0;
}
