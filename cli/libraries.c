/* What libraries are told that come with others and are hardly ever used.
 *
 * libpq looks up connection services in LDAP when a service file says so, and for that alone comes with
 * GnuTLS, which gets ready at every start unless the program says not to (gnutls.h,
 * GNUTLS_SKIP_GLOBAL_INIT): 800 KB of memory. libldap starts it by itself when it is wanted
 * (gnutls_global_init(3)). */

/* GnuTLS has it as a weak symbol, which this one comes before. */
int skip_implicit_gnutls(void) __asm__("_gnutls_global_init_skip");

__attribute__((used, visibility("default"))) int skip_implicit_gnutls(void)
{
    return 1;
}
