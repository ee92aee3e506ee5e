#include "checks_help.h"

#include <string.h>

typedef enum { EDGE, CHROME, FIREFOX, SAFARI, CURL, OTHER, BROWSERS } browser_t;

/* What each browser puts into its User-Agent; Edge and Chrome name Safari too, so the order counts. */
static browser_t browser_of(const char *user_agent)
{
    static const struct {
        const char *word;
        browser_t browser;
    } words[] = {
        { "Edg", EDGE }, { "Chrome/", CHROME }, { "Chromium/", CHROME }, { "Firefox/", FIREFOX },
        { "Safari/", SAFARI }, { "curl/", CURL },
    };

    for (size_t i = 0; user_agent != NULL && i < sizeof words / sizeof words[0]; i++) {
        if (strstr(user_agent, words[i].word) != NULL) {
            return words[i].browser;
        }
    }
    return OTHER;
}

/* Which sites the browser answers. */
static const char *const allowed_sites[BROWSERS] = {
    [EDGE] = "Open `edge://policy`: `AuthServerAllowlist` has to name this site, if it is set.",
    [CHROME] = "Open `chrome://policy`: `AuthServerAllowlist` has to name this site, if it is set.",
    [FIREFOX] = "Open `about:config`: `network.negotiate-auth.trusted-uris` has to name this site.",
    [SAFARI] = "Safari needs no setting, only a ticket.",
    [CURL] = "`curl -V` has to list SPNEGO among its features; ask with `curl --negotiate -u : URL`.",
    [OTHER] = "See whether the program can do SPNEGO or Negotiate, and for which sites it is switched on.",
};

/* Which SPN the browser asks for. */
static const char *const asked_spn[BROWSERS] = {
    [EDGE] = "Record `edge://net-export`, load the page, and look for `spn` in the file.",
    [CHROME] = "Record `chrome://net-export`, load the page, and look for `spn` in the file.",
    [FIREFOX] = "Start Firefox with `MOZ_LOG=negotiateauth:5` in its environment; the log names the service.",
    [SAFARI] = "Load the page, then look for `HTTP/` in what `klist` lists.",
    [CURL] = "`KRB5_TRACE=/dev/stderr curl --negotiate -u : URL` names the service that it asks for.",
    [OTHER] = "Load the page, then look for `HTTP/` in what `klist` lists.",
};

typedef struct {
    const char *const *browser;     /* by browser, or NULL */
    const char *windows, *linux_, *macos;
} row_t;

static const row_t rows[NGD_STEPS] = {
    [NGD_STEP_SAME_DOMAIN] = {
        NULL, "`whoami /upn` and `nltest /dsgetdc:` show the domain.", "`klist` shows the realm behind the `@`.",
        "`klist` in Terminal shows the realm behind the `@`." },
    [NGD_STEP_SERVER_CONFIGURED] = {
        NULL, "`curl -sI URL` shows what the server offers.", "`curl -sI URL` shows what the server offers.",
        "`curl -sI URL` shows what the server offers." },
    [NGD_STEP_BROWSER_CONFIGURED] = {
        allowed_sites,
        "Internet Options, Advanced: `Enable Integrated Windows Authentication` has to be ticked.",
        "Chrome: a policy file in `/etc/opt/chrome/policies/managed/`; Firefox: `about:config`.",
        "`defaults read com.google.Chrome AuthServerAllowlist` shows Chrome's list." },
    [NGD_STEP_ZONE] = {
        allowed_sites,
        "Internet Options, Security, Local intranet, Sites, Advanced: the site has to be listed, by you or by a policy.",
        "There are no zones; the browser's own list decides.",
        "There are no zones; the browser's own list decides." },
    [NGD_STEP_CHALLENGE] = {
        NULL, "`curl -sI URL` has to show `WWW-Authenticate: Negotiate`.",
        "`curl -sI URL` has to show `WWW-Authenticate: Negotiate`.",
        "`curl -sI URL` has to show `WWW-Authenticate: Negotiate`." },
    [NGD_STEP_SAME_COMPUTER] = {
        NULL,
        "Allow the name: `reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0 /v BackConnectionHostNames "
        "/t REG_MULTI_SZ /d {host}`, then restart.",
        "Nothing stands in the way here.", "Nothing stands in the way here." },
    [NGD_STEP_TICKET] = {
        NULL, "`klist get HTTP/{host}` gets one, or says why not.", "`kvno HTTP/{host}` gets one, or says why not.",
        "`kgetcred HTTP/{host}` gets one, or says why not." },
    [NGD_STEP_PORT] = {
        asked_spn, "`klist` shows whether the ticket's name has a port.", "`klist` shows whether the ticket's name has a port.",
        "`klist` shows whether the ticket's name has a port." },
    [NGD_STEP_SPN] = {
        asked_spn, "Load the page, then look for `HTTP/` in what `klist` lists.",
        "Load the page, then look for `HTTP/` in what `klist` lists.",
        "Load the page, then look for `HTTP/` in what `klist` lists." },
    [NGD_STEP_ACCOUNT] = {
        NULL, "`setspn -Q HTTP/{host}` shows which account has the name.",
        "`negotiate-diag check --keytab {keytab}` on the server compares the keytab with the KDC.",
        "`klist -e` shows the ticket's key version and encryption." },
};

void ngd_check_help(ngd_step_t step, const char *user_agent, ngd_check_help_t *help)
{
    const row_t *row = &rows[step];

    help->browser = row->browser != NULL ? row->browser[browser_of(user_agent)] : NULL;
    help->windows = row->windows;
    help->linux = row->linux_;
    help->macos = row->macos;
}
