/* reader: what reading a bank's file costs without a database: `reader FILE…` prints one line of JSON for
 * each file, with the time of the survey (which recognises it) and of the reading, and the peak
 * memory of the process until then. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "import/import.h"

enum {
    PIECE_BYTES = 64 * 1024,
    LINE_MAX_BYTES = 256,
    MANY_BYTES = 2000 * 1000 * 1000,
    MANY_ROWS = 100 * 1000 * 1000
};

static double now_ms(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

/* Of this program alone: what getrusage() says counts the process that started it. */
static long peak_kib(void)
{
    static const char key[] = "VmHWM:";
    char line[LINE_MAX_BYTES];
    long kib = -1;
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof(line), status)) {
        if (strncmp(line, key, strlen(key)) == 0)
            kib = strtol(line + strlen(key), NULL, 10);
    }
    if (status)
        (void)fclose(status);
    return kib;
}

static int feed(struct import_pass *pass, int fd)
{
    static char piece[PIECE_BYTES];
    ssize_t got = 1;
    int r = lseek(fd, 0, SEEK_SET) == 0 ? 0 : -errno;
    while (r == 0 && got > 0) {
        got = read(fd, piece, sizeof(piece));
        if (got > 0)
            r = import_feed(pass, piece, (size_t)got);
    }
    return r;
}

static int read_file(const char *path, int fd)
{
    const struct import_options options = {.max_bytes = MANY_BYTES, .max_rows = MANY_ROWS};
    const struct import_handler handler = {NULL, NULL, NULL, NULL};
    static struct import_profile profile;
    struct import_summary summary = {0};
    struct import_pass *pass = NULL;
    double begin = now_ms();
    int r = import_survey_start(&options, &pass);
    if (r == 0)
        r = feed(pass, fd);
    if (r == 0)
        r = import_survey_end(pass, &profile);
    pass = import_free(pass);
    double surveyed = now_ms();
    if (r == 0)
        r = import_read_start(&profile, &options, &handler, &pass);
    if (r == 0)
        r = feed(pass, fd);
    if (r == 0)
        r = import_read_end(pass, &summary);
    (void)import_free(pass);
    if (r < 0)
        return r;
    (void)printf("{\"file\":\"%s\",\"bank\":\"%s\",\"rows\":%llu,\"survey_ms\":%.3f,"
                 "\"read_ms\":%.3f,\"peak_kib\":%ld}\n",
                 path, profile.bank, (unsigned long long)summary.transactions, surveyed - begin,
                 now_ms() - surveyed, peak_kib());
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY | O_CLOEXEC);
        int r = fd < 0 ? -errno : read_file(argv[i], fd);
        if (r < 0) {
            (void)fprintf(stderr, "reader: %s: %s\n", argv[i], strerror(-r));
            return 1;
        }
        (void)close(fd);
    }
    return 0;
}
