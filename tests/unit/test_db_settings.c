/* Settings: URL forms, the environment, values by name, and that no piece of a password is said. */
#include "db/settings.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "db/limits.h"

static int setup(void **state)
{
    (void)state;
    db_settings_seal_environment();
    (void)setenv("HOME", "/nonexistent", 1);
    return 0;
}

static int parse(const char *url, struct db_settings *settings, struct buf *why)
{
    db_settings_init(settings);
    return db_settings_from_url(settings, url, why);
}

/* --- forms ----------------------------------------------------------------------------------- */

static const struct form {
    const char *url;
    const char *host, *port, *database, *user, *password, *sslmode;
    bool is_remote;
} forms[] = {
    {"postgresql://ann:pw@db.example:6543/books", "db.example", "6543", "books", "ann", "pw",
     "verify-full", true},
    {"postgres://ann:pw@db.example/books?sslmode=require", "db.example", "5432", "books", "ann",
     "pw", "verify-full", true},
    {"postgresql+psycopg2://ann:pw@db.example/books?sslmode=require", "db.example", "5432", "books",
     "ann", "pw", "verify-full", true},
    {"postgresql+asyncpg://ann@10.1.2.3/books", "10.1.2.3", "5432", "books", "ann", NULL,
     "verify-full", true},
    {"postgresql://ann:pw@db.example/books?sslmode=disable", "db.example", "5432", "books", "ann",
     "pw", "verify-full", true},
    {"postgresql://ann:p%40s%2Fs%3A%25@db.example/books", "db.example", "5432", "books", "ann",
     "p@s/s:%", "verify-full", true},
    {"postgresql://ann:a:b:c@db.example/books", "db.example", "5432", "books", "ann", "a:b:c",
     "verify-full", true},
    {"postgresql://a.example:1,b.example:2/books?target_session_attrs=read-write",
     "a.example,b.example", "1,2", "books", NULL, NULL, "verify-full", true},
    {"postgresql://localhost/books", "localhost", "5432", "books", NULL, NULL, "prefer", false},
    {"postgresql://localhost/books?sslmode=disable", "localhost", "5432", "books", NULL, NULL,
     "disable", false},
    {"postgresql://127.0.0.1:5433/books?sslmode=verify-full", "127.0.0.1", "5433", "books", NULL,
     NULL, "verify-full", false},
    {"postgresql://[::1]/books", "::1", "5432", "books", NULL, NULL, "prefer", false},
    {"postgresql://[2001:db8::1]:5/books", "2001:db8::1", "5", "books", NULL, NULL, "verify-full",
     true},
    {"postgresql://localhost,db.example/books", "localhost,db.example", "5432", "books", NULL, NULL,
     "verify-full", true},
    {"postgresql:///books?host=/tmp/np-x&user=ann", "/tmp/np-x", "5432", "books", "ann", NULL,
     "prefer", false},
    {"postgresql://%2Ftmp%2Fnp-x/books", "/tmp/np-x", "5432", "books", NULL, NULL, "prefer", false},
    {"postgresql://db.example/caf%C3%A9", "db.example", "5432", "caf\xc3\xa9", NULL, NULL,
     "verify-full", true},
    {"postgresql://ann:pw#1@db.example/books", "db.example", "5432", "books", "ann", "pw#1",
     "verify-full", true},
    {"host=db.example dbname=books user=ann password='p w'", "db.example", "5432", "books", "ann",
     "p w", "verify-full", true},
    {"host=localhost dbname=books", "localhost", "5432", "books", NULL, NULL, "prefer", false},
    {"postgresql://db.example/books?ssl=true", "db.example", "5432", "books", NULL, NULL,
     "verify-full", true},
    {"postgresql://127.0.0.1.evil.example/books", "127.0.0.1.evil.example", "5432", "books", NULL,
     NULL, "verify-full", true},
    {"postgresql://localhost/books?hostaddr=10.0.0.9", "localhost", "5432", "books", NULL, NULL,
     "verify-full", true},
};

static void assert_param(const struct db_settings *settings, const char *keyword,
                         const char *expected, const char *url)
{
    const char *value = db_settings_param(settings, keyword);
    if ((value == NULL) != (expected == NULL) || (value && strcmp(value, expected) != 0))
        fail_msg("%s: %s is %s, not %s", url, keyword, value ? value : "unset",
                 expected ? expected : "unset");
}

static void test_url_forms_give_their_parts(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(forms); i++) {
        const struct form *form = &forms[i];
        struct db_settings settings;
        OWNED_BUF why = BUF_INIT(DB_WHY_MAX);
        int r = parse(form->url, &settings, &why);
        if (r != 0)
            fail_msg("%s: refused: %s", form->url, buf_text(&why));
        assert_param(&settings, "host", form->host, form->url);
        assert_param(&settings, "port", form->port, form->url);
        assert_param(&settings, "dbname", form->database, form->url);
        assert_param(&settings, "user", form->user, form->url);
        assert_param(&settings, "password", form->password, form->url);
        assert_param(&settings, "sslmode", form->sslmode, form->url);
        assert_param(&settings, "gssencmode", "disable", form->url);
        assert_param(&settings, "client_encoding", "UTF8", form->url);
        if (settings.is_remote != form->is_remote)
            fail_msg("%s: remote or not", form->url);
        assert_true(settings.is_set);
        assert_false(settings.tls_weaker);
        db_settings_free(&settings);
    }
}

static void test_url_unset_forms_name_nothing(void **state)
{
    static const char *const urls[] = {"", "  \n", "${DATABASE_URL}", "${DATABASE_URL:-}"};
    (void)state;
    struct db_settings settings;
    db_settings_init(&settings);
    assert_int_equal(db_settings_from_url(&settings, NULL, NULL), 0);
    assert_false(settings.is_set);
    for (size_t i = 0; i < ARRAY_LENGTH(urls); i++) {
        assert_int_equal(parse(urls[i], &settings, NULL), 0);
        assert_false(settings.is_set);
        db_settings_free(&settings);
    }
}

static void test_url_malformed_is_refused_with_a_sentence(void **state)
{
    static const char *const urls[] = {
        "mysql://ann:pw@db.example/books",
        "postgresqlx://db.example/books",
        "postgresql+://db.example/books",
        "postgresql://ann:p@ss@db.example/books",
        "postgresql://ann:p/ss@db.example/books",
        "postgresql://ann:p?ss@db.example/books",
        "postgresql://ann:p%ss@db.example/books",
        "postgresql://ann:p%4@db.example/books",
        "postgresql://ann:p%00@db.example/books",
        "postgresql://ann:p ss@db.example/books",
        "postgresql://ann:pw@db.example:port/books",
        "postgresql://ann:pw@db.example:65536/books",
        "postgresql://ann:pw@db.example:0/books",
        "postgresql://ann:pw@db!example/books",
        "postgresql://ann:pw@[::1/books",
        "postgresql://ann:pw@db.example/books?sslmode=maybe",
        "postgresql://ann:pw@db.example/books?nonsense=1",
        "postgresql://ann:pw@db.example/books?sslmode",
        "postgresql://ann:pw@db.example/books?pool_size=0",
        "postgresql://ann:pw@db.example/books?replication=database",
        "postgresql://ann:pw@db.example/bo\x01oks",
        "postgresql://ann:pw@db.example/\xff",
        "host=db.example password=two words",
        "just some words",
        "secretword",
        "postgresql://a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q/books",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(urls); i++) {
        struct db_settings settings;
        OWNED_BUF why = BUF_INIT(DB_WHY_MAX);
        if (parse(urls[i], &settings, &why) != -EINVAL)
            fail_msg("%s: not refused", urls[i]);
        size_t length = strlen(buf_text(&why));
        if (length < 20 || buf_text(&why)[length - 1] != '.')
            fail_msg("%s: no sentence: %s", urls[i], buf_text(&why));
        assert_false(settings.is_set);
        db_settings_free(&settings);
    }
}

static void test_url_length_at_the_limit_and_one_beyond(void **state)
{
    static char url[DB_URL_MAX + 2];
    struct db_settings settings;
    (void)state;
    memset(url, 'x', sizeof(url) - 1);
    memcpy(url, "postgresql://db.example/", 24);
    assert_int_equal(parse(url, &settings, NULL), -EINVAL);
    url[DB_URL_MAX] = '\0';
    assert_int_equal(parse(url, &settings, NULL), 0);
    db_settings_free(&settings);
}

static void test_url_hosts_at_the_limit_are_accepted(void **state)
{
    struct db_settings settings;
    (void)state;
    assert_int_equal(parse("postgresql://a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p/books", &settings, NULL),
                     0);
    db_settings_free(&settings);
}

static void test_url_refused_leaves_settings_as_they_were(void **state)
{
    struct db_settings settings;
    (void)state;
    assert_int_equal(parse("postgresql://ann@db.example/books", &settings, NULL), 0);
    assert_int_equal(db_settings_from_url(&settings, "postgresql://other/x?pool_size=7&y=1", NULL),
                     -EINVAL);
    assert_param(&settings, "host", "db.example", "after a refusal");
    assert_int_equal(settings.pool_size, DB_POOL_SIZE);
    db_settings_free(&settings);
}

static void test_url_pool_settings_may_stand_in_the_query(void **state)
{
    struct db_settings settings;
    (void)state;
    assert_int_equal(parse("postgresql://db.example/books?pool_size=7&max_overflow=0&"
                           "statement_timeout=500ms&pgbouncer=true&connect_timeout=5",
                           &settings, NULL),
                     0);
    assert_int_equal(settings.pool_size, 7);
    assert_int_equal(settings.max_overflow, 0);
    assert_int_equal(settings.statement_timeout_ms, 500);
    assert_int_equal(settings.connect_timeout_ms, 5000);
    assert_int_equal(settings.transaction_pooler, 1);
    assert_null(db_settings_param(&settings, "connect_timeout"));
    db_settings_free(&settings);
}

static void test_url_application_name_survives_a_later_url(void **state)
{
    struct db_settings settings;
    (void)state;
    db_settings_init(&settings);
    assert_int_equal(db_settings_set(&settings, "application_name", "ninepence/1", NULL), 0);
    assert_int_equal(db_settings_from_url(&settings, "postgresql://db.example/books", NULL), 0);
    assert_param(&settings, "application_name", "ninepence/1", "application");
    db_settings_free(&settings);
}

/* --- TLS ------------------------------------------------------------------------------------- */

static void test_tls_is_lowered_only_by_its_own_setting(void **state)
{
    static const struct {
        const char *tls, *sslmode;
        bool is_weaker;
    } rows[] = {{"auto", "verify-full", false},   {"verify-full", "verify-full", false},
                {"verify-ca", "verify-ca", true}, {"require", "require", true},
                {"prefer", "prefer", true},       {"off", "disable", true}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct db_settings settings;
        assert_int_equal(parse("postgresql://db.example/books?sslmode=disable", &settings, NULL),
                         0);
        assert_int_equal(db_settings_set(&settings, "tls", rows[i].tls, NULL), 0);
        assert_param(&settings, "sslmode", rows[i].sslmode, rows[i].tls);
        assert_int_equal(settings.tls_weaker, rows[i].is_weaker);
        OWNED_BUF text = BUF_INIT(1024);
        db_settings_describe(&settings, &text);
        assert_int_equal(strstr(buf_text(&text), "weaker") != NULL, rows[i].is_weaker);
        db_settings_free(&settings);
    }
}

static void test_tls_named_authority_is_kept(void **state)
{
    struct db_settings settings;
    (void)state;
    assert_int_equal(parse("postgresql://db.example/books?sslrootcert=/my/ca.crt", &settings, NULL),
                     0);
    assert_param(&settings, "sslrootcert", "/my/ca.crt", "named");
    db_settings_free(&settings);
    assert_int_equal(parse("postgresql://db.example/books?sslrootcert=system", &settings, NULL), 0);
    assert_string_not_equal(db_settings_param(&settings, "sslrootcert"), "system");
    db_settings_free(&settings);
}

/* --- values by name -------------------------------------------------------------------------- */

static void test_set_values_at_their_limits(void **state)
{
    static const struct {
        const char *name, *value;
        int r;
    } rows[] = {
        {"pool_size", "1", 0},
        {"pool_size", "32", 0},
        {"pool_size", "0", -EINVAL},
        {"pool_size", "33", -EINVAL},
        {"pool_size", "-1", -EINVAL},
        {"pool_size", "2x", -EINVAL},
        {"pool_size", "", -EINVAL},
        {"pool_size", "99999999999999999999", -EINVAL},
        {"max_overflow", "0", 0},
        {"max_overflow", "32", 0},
        {"max_overflow", "33", -EINVAL},
        {"pool_timeout", "10", 0},
        {"pool_timeout", "10s", 0},
        {"pool_timeout", "0", -EINVAL},
        {"pool_timeout", "86400", 0},
        {"pool_timeout", "86401", -EINVAL},
        {"pool_timeout", "24h", 0},
        {"pool_timeout", "25h", -EINVAL},
        {"pool_timeout", "1.5s", -EINVAL},
        {"pool_timeout", "10 s", -EINVAL},
        {"lock_timeout", "1ms", 0},
        {"idle_timeout", "30min", 0},
        {"pool_pre_ping", "yes", 0},
        {"pool_pre_ping", "FALSE", 0},
        {"pool_pre_ping", "maybe", -EINVAL},
        {"echo", "1", 0},
        {"transaction_pooler", "auto", 0},
        {"transaction_pooler", "yes", 0},
        {"transaction_pooler", "sometimes", -EINVAL},
        {"tls", "none", -EINVAL},
        {"application_name", "two\nlines", -EINVAL},
        {"application_name", "123456789012345678901234567890123456789012345678901234567890123", 0},
        {"application_name", "1234567890123456789012345678901234567890123456789012345678901234",
         -EINVAL},
        {"password", "x", -ENOENT},
        {"", "x", -ENOENT},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct db_settings settings;
        OWNED_BUF why = BUF_INIT(DB_WHY_MAX);
        db_settings_init(&settings);
        if (db_settings_set(&settings, rows[i].name, rows[i].value, &why) != rows[i].r)
            fail_msg("%s = %s", rows[i].name, rows[i].value);
        assert_int_equal(why.length > 0, rows[i].r == -EINVAL);
        db_settings_free(&settings);
    }
}

static void test_set_stores_what_was_said(void **state)
{
    struct db_settings settings;
    (void)state;
    db_settings_init(&settings);
    assert_int_equal(db_settings_set(&settings, "idle_timeout", "2min", NULL), 0);
    assert_int_equal(settings.idle_timeout_ms, 120000);
    assert_int_equal(db_settings_set(&settings, "idle_timeout", "3", NULL), 0);
    assert_int_equal(settings.idle_timeout_ms, 3000);
    assert_int_equal(db_settings_set(&settings, "pool_pre_ping", "off", NULL), 0);
    assert_false(settings.pool_pre_ping);
    assert_int_equal(db_settings_set(&settings, "transaction_pooler", "no", NULL), 0);
    assert_int_equal(settings.transaction_pooler, 0);
    db_settings_free(&settings);
}

/* --- environment ----------------------------------------------------------------------------- */

static void test_environment_without_a_place_names_nothing(void **state)
{
    struct db_settings settings;
    (void)state;
    db_settings_init(&settings);
    (void)setenv("PGUSER", "ann", 1);
    (void)setenv("PGPORT", "5433", 1);
    assert_int_equal(db_settings_from_environment(&settings, NULL), 0);
    assert_false(settings.is_set);
    db_settings_free(&settings);
}

static void test_environment_variables_give_their_parts(void **state)
{
    struct db_settings settings;
    (void)state;
    db_settings_init(&settings);
    (void)setenv("PGHOST", "db.example", 1);
    (void)setenv("PGPORT", "5433", 1);
    (void)setenv("PGDATABASE", "books", 1);
    (void)setenv("PGUSER", "ann", 1);
    (void)setenv("PGPASSWORD", "pw", 1);
    (void)setenv("PGSSLMODE", "disable", 1);
    (void)setenv("PGGSSENCMODE", "require", 1);
    assert_int_equal(db_settings_from_environment(&settings, NULL), 0);
    assert_param(&settings, "host", "db.example", "PGHOST");
    assert_param(&settings, "port", "5433", "PGPORT");
    assert_param(&settings, "dbname", "books", "PGDATABASE");
    assert_param(&settings, "user", "ann", "PGUSER");
    assert_param(&settings, "password", "pw", "PGPASSWORD");
    assert_param(&settings, "sslmode", "verify-full", "PGSSLMODE");
    assert_param(&settings, "gssencmode", "disable", "PGGSSENCMODE");
    db_settings_free(&settings);
}

static void test_environment_service_is_read_from_its_file(void **state)
{
    char path[] = "/tmp/np-service-XXXXXX";
    struct db_settings settings;
    OWNED_BUF why = BUF_INIT(DB_WHY_MAX);
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    assert_true(fputs("[shop]\nhost=svc.example\nport=7\ndbname=books\nuser=bob\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    (void)setenv("PGSERVICEFILE", path, 1);
    (void)setenv("PGSERVICE", "shop", 1);
    db_settings_init(&settings);
    assert_int_equal(db_settings_from_environment(&settings, &why), 0);
    assert_param(&settings, "host", "svc.example", "service");
    assert_param(&settings, "user", "bob", "service");
    db_settings_free(&settings);
    (void)setenv("PGSERVICE", "elsewhere", 1);
    db_settings_init(&settings);
    assert_int_equal(db_settings_from_environment(&settings, &why), -EINVAL);
    assert_non_null(strstr(buf_text(&why), "PGSERVICE"));
    db_settings_free(&settings);
    (void)remove(path);
}

static void test_environment_password_fills_in_for_a_url(void **state)
{
    struct db_settings settings;
    (void)state;
    (void)setenv("PGPASSWORD", "from outside", 1);
    (void)setenv("PGHOST", "other.example", 1);
    assert_int_equal(parse("postgresql://ann@db.example/books", &settings, NULL), 0);
    assert_param(&settings, "password", "from outside", "PGPASSWORD");
    assert_param(&settings, "host", "db.example", "PGHOST");
    db_settings_free(&settings);
}

static void test_environment_sealed_is_empty(void **state)
{
    (void)state;
    (void)setenv("PGOPTIONS", "-c x=y", 1);
    (void)setenv("PGHOSTADDR", "10.0.0.1", 1);
    (void)setenv("PGTZ", "UTC", 1);
    (void)setenv("PGSERVICE", "x", 1);
    db_settings_seal_environment();
    assert_null(getenv("PGOPTIONS"));
    assert_null(getenv("PGHOSTADDR"));
    assert_null(getenv("PGTZ"));
    assert_null(getenv("PGSERVICE"));
}

/* --- secrets --------------------------------------------------------------------------------- */

enum {
    PIECE = 6
};

static const char canary[] = "s3cr%ZZet@W0rd/x:y?q#z&k=v";

/* Every piece of the password, in every text that may leave the module. */
static void assert_silent(const char *text, const char *secret, const char *url)
{
    char piece[PIECE + 1];
    for (size_t i = 0; i + PIECE <= strlen(secret); i++) {
        memcpy(piece, secret + i, PIECE);
        piece[PIECE] = '\0';
        if (strstr(text, piece))
            fail_msg("%s: %s says %s", url, text, piece);
    }
}

static int try_secret(const char *url, const char *secret)
{
    struct db_settings settings;
    OWNED_BUF why = BUF_INIT(DB_WHY_MAX);
    OWNED_BUF text = BUF_INIT((size_t)DB_URL_MAX * 2);
    int r = parse(url, &settings, &why);
    assert_silent(buf_text(&why), secret, url);
    db_settings_describe(&settings, &text);
    assert_silent(buf_text(&text), secret, url);
    db_settings_free(&settings);
    return r;
}

/* Every way to cut, double or replace one character of a URL with a password that is not escaped. */
static void test_secret_no_piece_of_it_is_ever_said(void **state)
{
    static const char *const shapes[] = {
        "postgresql://ann:%s@db.example:5432/books?sslmode=require",
        "postgres://ann:%s@db.example/books",
        "postgresql+psycopg2://ann:%s@[::1]:5432/books",
        "postgresql://ann:%s@",
        "postgresql://:%s@db.example",
        "postgresql://ann:5432%s@db.example/books",
        "postgresql:ann:%s@db.example/books",
        "postgresql:/ann:%s@db.example/books",
        "postgresql://db.example/books?user=ann&password=%s",
        "postgresql://db.example/books?password=%s",
        "postgresql://db.example/books?password=%s&sslmode",
        "host=db.example user=ann password=%s",
        "host=db.example user=ann password=%s dbname",
        "host=db.example user=ann password='%s",
        "password='%s' host",
        "mysql://ann:%s@db.example/books",
        "jdbc:postgresql://db.example/books?user=ann&password=%s",
        "ann:%s@db.example",
        "PGPASSWORD=%s",
    };
    static const char swap[] = "@:/?#&= %'\"\\\x01\xff";
    (void)state;
    int tried = 0;
    for (size_t s = 0; s < ARRAY_LENGTH(shapes); s++) {
        char url[512];
        const char *at = strstr(shapes[s], "%s");
        (void)snprintf(url, sizeof(url), "%.*s%s%s", (int)(at - shapes[s]), shapes[s], canary,
                       at + 2);
        (void)try_secret(url, canary);
        for (size_t i = 0; i < strlen(canary); i++) {
            size_t place = (size_t)(at - shapes[s]) + i;
            char kept = url[place];
            url[place] = swap[(i + s) % (sizeof(swap) - 1)];
            (void)try_secret(url, canary);
            url[place] = kept;
            tried++;
        }
    }
    assert_true(tried > 400);
}

static void test_secret_well_formed_is_not_described(void **state)
{
    (void)state;
    assert_int_equal(try_secret("postgresql://ann:correcthorse@db.example/books", "correcthorse"),
                     0);
    assert_int_equal(try_secret("host=db.example user=ann password='correct horse' sslpassword=x",
                                "correct horse"),
                     0);
}

static void test_describe_names_the_place(void **state)
{
    struct db_settings settings;
    OWNED_BUF text = BUF_INIT(1024);
    (void)state;
    assert_int_equal(parse("postgresql://ann:pw@db.example:5432/books", &settings, NULL), 0);
    db_settings_describe(&settings, &text);
    assert_string_equal(buf_text(&text),
                        "host db.example port 5432 database books user ann tls verify-full");
    db_settings_free(&settings);
}

static void test_copy_is_independent(void **state)
{
    struct db_settings settings;
    struct db_settings copy;
    (void)state;
    assert_int_equal(parse("postgresql://ann:pw@db.example/books?pool_size=9", &settings, NULL), 0);
    assert_int_equal(db_settings_copy(&copy, &settings), 0);
    db_settings_free(&settings);
    assert_param(&copy, "host", "db.example", "copy");
    assert_param(&copy, "password", "pw", "copy");
    assert_int_equal(copy.pool_size, 9);
    db_settings_free(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup(name, setup)
        CASE(test_url_forms_give_their_parts),
        CASE(test_url_unset_forms_name_nothing),
        CASE(test_url_malformed_is_refused_with_a_sentence),
        CASE(test_url_length_at_the_limit_and_one_beyond),
        CASE(test_url_hosts_at_the_limit_are_accepted),
        CASE(test_url_refused_leaves_settings_as_they_were),
        CASE(test_url_pool_settings_may_stand_in_the_query),
        CASE(test_url_application_name_survives_a_later_url),
        CASE(test_tls_is_lowered_only_by_its_own_setting),
        CASE(test_tls_named_authority_is_kept),
        CASE(test_set_values_at_their_limits),
        CASE(test_set_stores_what_was_said),
        CASE(test_environment_without_a_place_names_nothing),
        CASE(test_environment_variables_give_their_parts),
        CASE(test_environment_service_is_read_from_its_file),
        CASE(test_environment_password_fills_in_for_a_url),
        CASE(test_environment_sealed_is_empty),
        CASE(test_secret_no_piece_of_it_is_ever_said),
        CASE(test_secret_well_formed_is_not_described),
        CASE(test_describe_names_the_place),
        CASE(test_copy_is_independent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
