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
        { "Edg/", EDGE }, { "Chrome/", CHROME }, { "Chromium/", CHROME }, { "Firefox/", FIREFOX },
        { "Safari/", SAFARI }, { "curl/", CURL },
    };

    for (size_t i = 0; user_agent != NULL && i < sizeof words / sizeof words[0]; i++) {
        if (strstr(user_agent, words[i].word) != NULL) {
            return words[i].browser;
        }
    }
    return OTHER;
}

/* ---- by browser --------------------------------------------------------------------------- */

/* Which sites the browser answers. */
static const char *const allowed_sites[BROWSERS] = {
    [EDGE] = "Open `edge://policy`: `AuthServerAllowlist` has to name this site. On Windows it may be missing; then "
             "the zone decides.",
    [CHROME] = "Open `chrome://policy`: `AuthServerAllowlist` has to name this site. On Windows it may be missing; "
               "then the zone decides.",
    [FIREFOX] = "Open `about:config`: `network.negotiate-auth.trusted-uris` has to name this site.",
    [SAFARI] = "Safari needs no setting, only a ticket.",
    [CURL] = "`curl -V` has to list SPNEGO among its features; ask with `curl --negotiate -u : URL`.",
    [OTHER] = "Look in the program's settings for Negotiate, SPNEGO, Kerberos or integrated authentication, and for "
              "the sites that they hold for.",
};

/* What the server offers, as the browser gets it. */
#define HEADER_SEEN "load the page, and look for `WWW-Authenticate` in the response headers of the first 401."
static const char *const answer_seen[BROWSERS] = {
    [EDGE] = "Press F12, Network, " HEADER_SEEN,
    [CHROME] = "Press F12, Network, " HEADER_SEEN,
    [FIREFOX] = "Press F12, Network, " HEADER_SEEN,
    [SAFARI] = "Choose Develop, Show Web Inspector, Network, " HEADER_SEEN,
    [CURL] = "`curl -sI URL` lists `WWW-Authenticate` among the headers.",
    [OTHER] = "In any browser press F12, Network, " HEADER_SEEN,
};

/* Why the browser has no ticket to send. */
static const char *const ticket_failure[BROWSERS] = {
    [EDGE] = "Record with `edge://net-export`, load the page, and look for `AUTH_` in the file: the error stands "
             "there.",
    [CHROME] = "Record with `chrome://net-export`, load the page, and look for `AUTH_` in the file: the error stands "
               "there.",
    [FIREFOX] = "Start Firefox with `MOZ_LOG=negotiateauth:5` in its environment: the log tells why there is no "
                "ticket.",
    [SAFARI] = "Safari tells nothing; the commands below do.",
    [CURL] = "`curl -v --negotiate -u : URL` prints why there is no ticket.",
    [OTHER] = "Try it with `curl -v --negotiate -u : URL`, which prints why there is no ticket.",
};

/* Which SPN the browser asks for. */
static const char *const asked_spn[BROWSERS] = {
    [EDGE] = "Record with `edge://net-export`, load the page, and look for `spn` in the file.",
    [CHROME] = "Record with `chrome://net-export`, load the page, and look for `spn` in the file.",
    [FIREFOX] = "Start Firefox with `MOZ_LOG=negotiateauth:5` in its environment: the log names the service.",
    [SAFARI] = "Safari does not show it; the ticket itself does, see below.",
    [CURL] = "With MIT Kerberos, `KRB5_TRACE=/dev/stderr curl --negotiate -u : URL` names the service.",
    [OTHER] = "Load the page; the ticket itself shows it, see below.",
};

/* ---- by step ------------------------------------------------------------------------------ */

#define ANSWER_SEEN_WINDOWS "In a command prompt: `curl -sI URL` lists `WWW-Authenticate` among the headers."
#define ANSWER_SEEN "In a terminal: `curl -sI URL` lists `WWW-Authenticate` among the headers."

typedef struct {
    const char *const *browsers;    /* by browser_t; NULL: no browser shows it */
    const char *windows, *linux, *macos;
} row_t;

static const row_t rows[NGD_STEPS] = {
    [NGD_STEP_SAME_DOMAIN] = {
        NULL,
        "In a command prompt: `echo %USERDNSDOMAIN%` names the domain of whoever is signed in to Windows, and "
        "`nltest /dsgetdc:` finds its domain controller.",
        "`klist` shows the realm behind the `@` of the default principal.",
        "`klist` in Terminal, or Ticket Viewer, shows the realm behind the `@` of the principal.",
    },
    [NGD_STEP_SERVER_CONFIGURED] = { answer_seen, ANSWER_SEEN_WINDOWS, ANSWER_SEEN, ANSWER_SEEN },
    [NGD_STEP_BROWSER_CONFIGURED] = {
        allowed_sites,
        "Internet Options, Advanced, Security: `Enable Integrated Windows Authentication` has to be ticked for "
        "Internet Explorer and the programs that share its settings.",
        "Policies of Chrome stand in `/etc/opt/chrome/policies/managed/`, of Chromium in "
        "`/etc/chromium/policies/managed/`, of Edge in `/etc/opt/edge/policies/managed/`. Firefox has `about:config`.",
        "In Terminal: `defaults read com.google.Chrome AuthServerAllowlist`, for Edge `defaults read "
        "com.microsoft.Edge AuthServerAllowlist`.",
    },
    [NGD_STEP_ZONE] = {
        allowed_sites,
        "Internet Options, Security, Local intranet, Sites, Advanced has to list this site, unless a policy does. "
        "Custom level has to say `Automatic logon only in Intranet zone` under User Authentication.",
        "There are no zones: the browser's own list of sites decides.",
        "There are no zones: the browser's own list of sites decides.",
    },
    [NGD_STEP_CHALLENGE] = { answer_seen, ANSWER_SEEN_WINDOWS, ANSWER_SEEN, ANSWER_SEEN },
    [NGD_STEP_SAME_COMPUTER] = {
        NULL,
        "In an administrator's command prompt: `reg query HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0 /v "
        "BackConnectionHostNames` has to list `{host}` (KB 896861). To try without the check, set "
        "`DisableLoopbackCheck` to 1 one key above (KB 926642).",
        "Nothing stands in the way here.",
        "Nothing stands in the way here.",
    },
    [NGD_STEP_TICKET] = {
        ticket_failure,
        "In a command prompt: `klist get HTTP/{host}` gets a ticket, or says why not.",
        "`kvno HTTP/{host}` gets a ticket, or says why not. `klist` lists those that you have.",
        "In Terminal: `curl -sI --negotiate -u : URL`, then `klist` lists a ticket for `HTTP/{host}`, or none.",
    },
    [NGD_STEP_PORT] = {
        asked_spn,
        "Load the page. In a command prompt, `klist` then lists the ticket, with `:{port}` in its name or without.",
        "Load the page. `klist` then lists the ticket, with `:{port}` in its name or without.",
        "Load the page. `klist` in Terminal then lists the ticket, with `:{port}` in its name or without.",
    },
    [NGD_STEP_SPN] = {
        asked_spn,
        "Load the page. In a command prompt, `klist` then lists the ticket, whose name begins with `HTTP/`.",
        "Load the page. `klist` then lists the ticket, whose name begins with `HTTP/`. `KRB5_TRACE=/dev/stderr` in a "
        "program's environment shows what it asks for.",
        "Load the page. `klist` in Terminal then lists the ticket, whose name begins with `HTTP/`.",
    },
    [NGD_STEP_ACCOUNT] = {
        NULL,
        "On a Windows server of the domain: `setspn -Q HTTP/{host}` names the account, `setspn -X` lists SPNs that two "
        "accounts have.",
        "`kvno HTTP/{host}` shows the key version that the KDC uses; on the server, `klist -k -e` with the keytab's "
        "path shows the keytab's.",
        "`klist -v` in Terminal shows the key version and the encryption of each ticket.",
    },
    [NGD_STEP_MACHINE_ACCOUNT] = {
        NULL,
        "On a Windows server of the domain: `setspn -Q HTTP/{host}` names the account. If it finds none, the machine "
        "account answers for `HOST/{host}`.",
        "With MIT Kerberos there is none: each name has a key of its own. With Active Directory ask on Windows.",
        "This has to be asked on Windows, or on the domain controller.",
    },
};

void ngd_check_help(ngd_step_t step, const char *user_agent, ngd_check_help_t *help)
{
    const row_t *row = &rows[step];

    help->browser = row->browsers != NULL ? row->browsers[browser_of(user_agent)] : NULL;
    help->windows = row->windows;
    help->linux = row->linux;
    help->macos = row->macos;
}
