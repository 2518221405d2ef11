/* The key of a change: the client's, checked, with the arguments it stands for; or one of our own,
 * good for our own retries. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "tools/support/canonical.h"
#include "tools/support/change_impl.h"

enum {
    KEY_RANDOM_BYTES = 16
};

static int make_key(struct change *change)
{
    unsigned char random[KEY_RANDOM_BYTES];
    char text[2 * KEY_RANDOM_BYTES + 1];
    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return -EIO;
    for (size_t i = 0; i < sizeof(random); i++)
        (void)snprintf(text + 2 * i, 3, "%02x", random[i]);
    change->key = arena_printf(call_arena(change->call), "~%s", text);
    return change->key ? 0 : -ENOMEM;
}

static bool is_good_key(const char *key)
{
    for (const char *c = key; *c; c++) {
        if (*c < '!' || *c > '~')
            return false;
    }
    return key[0] != '\0' && key[0] != '~' && strlen(key) <= KEY_MAX_BYTES;
}

int change_take_key(struct change *change)
{
    static const char *const apart[] = {"idempotency_key", "dry_run", "confirm", NULL};
    const char *key = change_args(change)->idempotency_key;
    if (!key)
        return make_key(change);
    if (!is_good_key(key)) {
        (void)change_refuse_argument(
            change->call, "idempotency_key",
            "must be 1 to %d visible characters without blanks, and not begin with ~",
            (int)KEY_MAX_BYTES);
        return 1;
    }
    change->key = key;
    change->arguments = canonical_text(call_arena(change->call), call_json(change->call), apart);
    return change->arguments ? 0 : -ENOMEM;
}
