/*
 * notices.c - what a refused client is told who may not be told the evidence.
 *
 * A notice is written once, from the catalogue and tables of prose; HTML and
 * text are made from the same words.  It names no principal, path or clock of
 * this server, since whoever reads it has proved nothing yet: the catalogue's
 * texts stand in their general form.
 */
#include <apr_strings.h>
#include <string.h>

#include "render.h"

/* One thing to do, and the command that does it, or NULL. */
typedef struct {
    const char *prose;
    const char *command;
} step_t;

typedef struct {
    const char *title;
    const step_t *steps;
    size_t steps_count;
} remedy_t;

typedef struct {
    const char *title;
    const char *intro;
    const remedy_t *remedies;   /* alternatives: one of them is the reader's */
    size_t remedies_count;
} chapter_t;

typedef struct {
    const char *headline;
    const char *relief;         /* or NULL */
    const char *slug;           /* of the cause, or NULL */
    bool signed_in;
    step_t steps[NGD_FIXES_MAX];    /* what the reader can do */
    size_t steps_count;
    const char *guide;          /* prose before the chapters; NULL: there are none */
    const char *administrators; /* or NULL */
} notice_t;

#define LIST(list) list, sizeof(list) / sizeof(list)[0]

/* ---- the guide: the ticket ------------------------------------------------ */

static const step_t windows_ticket[] = {
    { "Sign in to Windows with your domain account, in the office network or over the VPN. "
      "In a command prompt, with the name from the address bar:", "klist get HTTP/the.name.in.the.address" },
    { "If that fails, the cure is not in the browser. Lock the screen and unlock it; then ask the help desk.",
      NULL },
};

static const step_t linux_ticket[] = {
    { "See which tickets you have:", "klist" },
    { "If there is none, or the first one has expired:", "kinit you@EXAMPLE.COM" },
};

static const step_t mac_ticket[] = {
    { "Use `klist` and `kinit` in Terminal, or Ticket Viewer; with the Kerberos SSO extension, sign in from "
      "its key in the menu bar.", NULL },
};

static const remedy_t ticket_remedies[] = {
    { "Windows", LIST(windows_ticket) },
    { "Linux", LIST(linux_ticket) },
    { "macOS", LIST(mac_ticket) },
};

/* ---- the guide: the browser ----------------------------------------------- */

static const step_t chrome_windows[] = {
    { "See `edge://policy` or `chrome://policy`: if `AuthServerAllowlist` is set, it has to name this site.",
      NULL },
    { "If it is not set, the site has to be in the Local intranet zone: Internet Options, Security, "
      "Local intranet, Sites, Advanced. A name with dots counts as Internet until it is listed there "
      "or by your administrators.", NULL },
};

static const step_t chrome_linux[] = {
    { "Put a policy file into `/etc/opt/chrome/policies/managed/` "
      "(Chromium: `/etc/chromium/policies/managed/`) and restart the browser. A Flatpak or "
      "Snap package may not see your tickets at all.",
      "{\"AuthServerAllowlist\": \"*.example.com\"}" },
};

static const step_t chrome_mac[] = {
    { "Set the policy (Edge: `com.microsoft.Edge`) and restart the browser:",
      "defaults write com.google.Chrome AuthServerAllowlist \"*.example.com\"" },
};

static const step_t firefox[] = {
    { "In `about:config` add this site to `network.negotiate-auth.trusted-uris`, `.example.com` for a whole "
      "domain. Administrators use the policy `Authentication`, `SPNEGO`.", NULL },
};

static const step_t safari[] = {
    { "Safari needs no setting, only a ticket: see macOS above.", NULL },
};

static const step_t curl[] = {
    { "curl needs SPNEGO among the features that `curl -V` lists:", "curl --negotiate -u : URL" },
};

static const remedy_t browser_remedies[] = {
    { "Edge and Chrome on Windows", LIST(chrome_windows) },
    { "Chrome and Chromium on Linux", LIST(chrome_linux) },
    { "Chrome and Edge on macOS", LIST(chrome_mac) },
    { "Firefox", LIST(firefox) },
    { "Safari", LIST(safari) },
    { "curl", LIST(curl) },
};

static const chapter_t guide_chapters[] = {
    { "1. The address", "Use the site's full name, as in `https://web.example.com/`. For an IP address, or "
      "for an alias that nobody has registered, there is no ticket. A private window may keep your ticket to "
      "itself: use an ordinary one.", NULL, 0 },
    { "2. Your ticket", "Your computer gets tickets from your organisation's directory. Has it got one?",
      LIST(ticket_remedies) },
    { "3. Your browser", "It only sends a ticket to sites that it is told to trust.",
      LIST(browser_remedies) },
};

enum { GUIDE_CHAPTERS = sizeof guide_chapters / sizeof guide_chapters[0] };

/* ---- the notices --------------------------------------------------------- */

static const char *general_form(const char *text, ngd_expand_t how, apr_pool_t *pool)
{
    char out[NGD_EXPANDED_SIZE];

    return text == NULL ? NULL : apr_pstrdup(pool, ngd_expand(text, NULL, how, out, sizeof out));
}

static void add_steps(const ngd_cause_t *cause, notice_t *notice, apr_pool_t *pool)
{
    for (size_t i = 0; i < ngd_fix_count(cause); i++) {
        const ngd_fix_t *fix = &cause->fix[i];

        if (fix->whom == NGD_FOR_USER) {
            notice->steps[notice->steps_count++] = (step_t){
                general_form(fix->text, NGD_EXPAND_TEXT, pool),
                general_form(fix->command, NGD_EXPAND_COMMAND, pool),
            };
        }
    }
}

static const char *guide_of(ngd_cause_id_t id)
{
    if (!ngd_cause(id)->browser_guide) {
        return NULL;
    }
    if (id == NGD_CAUSE_NO_TOKEN) {
        return "This is normal for the first request of a working sign-on; you only see this page if your "
               "browser did not answer it. Look at three things, in this order:";
    }
    return "Look at three things, in this order:";
}

static notice_t notice_of_cause(ngd_cause_id_t id, apr_pool_t *pool)
{
    const ngd_cause_t *cause = ngd_cause(id);
    char relief[NGD_RELIEF_SIZE];
    notice_t notice = {
        .headline = general_form(cause->headline, NGD_EXPAND_TEXT, pool),
        .relief = general_form(ngd_relief(cause, relief, sizeof relief), NGD_EXPAND_TEXT, pool),
        .slug = cause->slug,
        .signed_in = id == NGD_CAUSE_NOT_AUTHORIZED,
        .guide = guide_of(id),
        .administrators = apr_pstrcat(pool, "For administrators: `negotiate-diag causes ", cause->slug,
                                      "` says what to do; the error log has the details under the reference.",
                                      NULL),
    };

    add_steps(cause, &notice, pool);
    return notice;
}

static notice_t notice_of(ngd_notice_t notice, apr_pool_t *pool)
{
    if (notice == NGD_NOTICE_CONTINUE) {
        return (notice_t){ .headline = ngd_continue_headline, .relief = ngd_continue_relief };
    }
    if (notice == NGD_NOTICE_REFERENCE) {
        return (notice_t){ .headline = ngd_off_headline };
    }
    if (notice == NGD_NOTICE_DENIED) {
        return (notice_t){ .headline = ngd_denied_headline, .signed_in = true };
    }
    return notice_of_cause((ngd_cause_id_t)notice, pool);
}

/* What the steps are called, alike in both formats. */
static const char steps_title[] = "What you can do";

/* ---- HTML ---------------------------------------------------------------- */

/*
 * A slot is written as the control character of its number, which no prose
 * holds, and cut out at the end.
 */
_Static_assert(NGD_SLOT_REFERENCE == 1 && NGD_SLOT_TIME == 2 && NGD_SLOT_CONTACT == 3, "the marks below");
#define REFERENCE_MARK "\x01"
#define TIME_MARK "\x02"
#define CONTACT_MARK "\x03"
#define ANY_MARK REFERENCE_MARK TIME_MARK CONTACT_MARK

static const char *help_desk_line(const notice_t *notice, const char *reference, apr_pool_t *pool)
{
    return ngd_help_desk_line(reference, notice->slug, TIME_MARK, CONTACT_MARK, pool);
}

static void push_html(apr_array_header_t *out, const char *before, const char *prose, const char *after)
{
    if (prose != NULL) {
        ngd_push(out, before);
        ngd_push(out, ngd_prose_html(prose, out->pool));
        ngd_push(out, after);
    }
}

static void push_steps_html(apr_array_header_t *out, const step_t *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        push_html(out, "<p>", steps[i].prose, "</p>\n");
        if (steps[i].command != NULL) {
            ngd_push(out, "<code class=\"cmd\">");
            ngd_push(out, ngd_escape(steps[i].command, out->pool));
            ngd_push(out, "</code>\n");
        }
    }
}

static void push_remedy_html(apr_array_header_t *out, const remedy_t *remedy)
{
    push_html(out, "<details>\n<summary>", remedy->title, "</summary>\n");
    push_steps_html(out, remedy->steps, remedy->steps_count);
    ngd_push(out, "</details>\n");
}

static void push_chapter_html(apr_array_header_t *out, const chapter_t *chapter)
{
    push_html(out, "<section>\n<h2>", chapter->title, "</h2>\n");
    push_html(out, "<p>", chapter->intro, "</p>\n");
    for (size_t i = 0; i < chapter->remedies_count; i++) {
        push_remedy_html(out, &chapter->remedies[i]);
    }
    ngd_push(out, "</section>\n");
}

static void push_guide_html(apr_array_header_t *out, const notice_t *notice)
{
    push_html(out, "<p class=\"guide\">", notice->guide, "</p>\n");
    for (size_t i = 0; notice->guide != NULL && i < GUIDE_CHAPTERS; i++) {
        push_chapter_html(out, &guide_chapters[i]);
    }
}

static void push_notice_html(apr_array_header_t *out, const notice_t *notice)
{
    ngd_page_open(out, ngd_notice_style, "refused", notice->headline);
    ngd_page_mark(out, notice->signed_in);
    push_html(out, "<h1>", notice->headline, "</h1>\n");
    push_html(out, "<p>", notice->relief, "</p>\n");
    ngd_push(out, "<p class=\"desk\">" NGD_HELP_DESK "<samp>");
    ngd_push(out, help_desk_line(notice, "<b>" REFERENCE_MARK "</b>", out->pool));
    ngd_push(out, "</samp></p>\n");
    push_html(out, "<h2>", notice->steps_count > 0 ? steps_title : NULL, "</h2>\n");
    push_steps_html(out, notice->steps, notice->steps_count);
    push_guide_html(out, notice);
    push_html(out, "<footer>", notice->administrators, "</footer>\n");
    ngd_page_close(out);
}

/* ---- text ---------------------------------------------------------------- */

enum { CHAPTER_INDENT = 3, STEP_INDENT = 5, COMMAND_INDENT = 4 };     /* a command below its step */

static void push_text(apr_array_header_t *out, size_t indent, const char *prose)
{
    if (prose != NULL) {
        ngd_push(out, ngd_spaces(out->pool, indent));
        ngd_prose_wrap(out, indent, prose);
    }
}

static void push_steps_text(apr_array_header_t *out, const step_t *steps, size_t count, size_t indent)
{
    for (size_t i = 0; i < count; i++) {
        push_text(out, indent, steps[i].prose);
        if (steps[i].command != NULL) {
            ngd_push_command(out, indent + COMMAND_INDENT, steps[i].command);
        }
    }
}

static void push_remedy_text(apr_array_header_t *out, const remedy_t *remedy)
{
    ngd_push(out, "\n");
    push_text(out, CHAPTER_INDENT, apr_pstrcat(out->pool, remedy->title, ":", NULL));
    push_steps_text(out, remedy->steps, remedy->steps_count, STEP_INDENT);
}

static void push_chapter_text(apr_array_header_t *out, const chapter_t *chapter)
{
    ngd_push(out, "\n");
    push_text(out, 0, chapter->title);
    push_text(out, CHAPTER_INDENT, chapter->intro);
    for (size_t i = 0; i < chapter->remedies_count; i++) {
        push_remedy_text(out, &chapter->remedies[i]);
    }
}

static void push_paragraph_text(apr_array_header_t *out, const char *prose)
{
    if (prose != NULL) {
        ngd_push(out, "\n");
        push_text(out, 0, prose);
    }
}

static void push_guide_text(apr_array_header_t *out, const notice_t *notice)
{
    push_paragraph_text(out, notice->guide);
    for (size_t i = 0; notice->guide != NULL && i < GUIDE_CHAPTERS; i++) {
        push_chapter_text(out, &guide_chapters[i]);
    }
}

static void push_notice_text(apr_array_header_t *out, const notice_t *notice)
{
    ngd_push_three_lines(out, notice->headline, notice->relief, help_desk_line(notice, REFERENCE_MARK, out->pool));
    push_paragraph_text(out, notice->steps_count > 0 ? steps_title : NULL);
    push_steps_text(out, notice->steps, notice->steps_count, CHAPTER_INDENT);
    push_guide_text(out, notice);
    push_paragraph_text(out, notice->administrators);
}

/* ---- templates ----------------------------------------------------------- */

static void add_piece(ngd_template_t *template, ngd_slot_t slot, const char *text, size_t len)
{
    ngd_piece_t piece = { .slot = slot, .text = text, .len = len };

    template->piece[template->count++] = piece;
}

/* Cuts at the marks: a notice has one of each, far fewer than NGD_PIECES_MAX. */
static void cut_at_marks(const char *text, ngd_template_t *template)
{
    template->count = 0;
    while (*text != '\0') {
        size_t len = strcspn(text, ANY_MARK);

        if (len > 0) {
            add_piece(template, NGD_SLOT_NONE, text, len);
        } else {
            len = 1;
            add_piece(template, (ngd_slot_t)*text, NULL, 0);
        }
        text += len;
    }
}

void ngd_notice_render(ngd_notice_t id, ngd_format_t format, apr_pool_t *pool, ngd_template_t *template_out)
{
    apr_array_header_t *out = apr_array_make(pool, 256, sizeof(const char *));
    const notice_t notice = notice_of(id, pool);

    (format == NGD_FORMAT_HTML ? push_notice_html : push_notice_text)(out, &notice);
    cut_at_marks(apr_array_pstrcat(pool, out, 0), template_out);
}
