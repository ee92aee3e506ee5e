/* format.c - which format a reader asks for, and the small pieces that every format shares. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <apr_time.h>
#include <string.h>

#include "render.h"
#include "value.h"

static const struct {
    const char *name;
    const char *content_type;
} formats[NGD_FORMATS] = {
    [NGD_FORMAT_HTML] = { "html", "text/html; charset=utf-8" },
    [NGD_FORMAT_JSON] = { "json", "application/json" },
    [NGD_FORMAT_TEXT] = { "text", "text/plain; charset=utf-8" },
};

const char *ngd_format_content_type(ngd_format_t format)
{
    return formats[format].content_type;
}

bool ngd_format_by_name(const char *name, ngd_format_t *format)
{
    for (ngd_format_t i = 0; name != NULL && i < NGD_FORMATS; i++) {
        if (strcmp(name, formats[i].name) == 0) {
            *format = i;
            return true;
        }
    }
    return false;
}

/* ---- Accept (RFC 9110 section 12.5.1) ------------------------------------ */

enum { QUALITY_MAX = 1000 };    /* qvalues have three decimals at most */

/* From here to the end of a list element or of a parameter, quoted strings skipped. */
static size_t length_until(const char *text, const char *stops)
{
    bool quoted = false;
    size_t i;

    for (i = 0; text[i] != '\0' && (quoted || strchr(stops, text[i]) == NULL); i++) {
        if (text[i] == '"') {
            quoted = !quoted;
        } else if (quoted && text[i] == '\\' && text[i + 1] != '\0') {
            i++;
        }
    }
    return i;
}

static size_t blanks(const char *text)
{
    return strspn(text, " \t");
}

/* A qvalue in thousandths.  0 for what is none: a damaged wish is no wish. */
static int quality_of(const char *text, size_t len)
{
    int quality = 0;
    int unit = QUALITY_MAX;

    for (size_t i = 0; i < len && text[i] != ' ' && text[i] != '\t'; i++) {
        if (i == 1 ? text[i] != '.' : !apr_isdigit(text[i]) || unit == 0) {
            return 0;
        }
        if (i != 1) {
            quality += (text[i] - '0') * unit;
            unit /= 10;
        }
    }
    return quality <= QUALITY_MAX ? quality : 0;
}

/* The weight among the parameters that follow a media range; 1 where there is none. */
static int range_quality(const char *parameters, const char *end)
{
    while (parameters < end && *parameters == ';') {
        size_t len;

        parameters++;
        parameters += blanks(parameters);
        len = length_until(parameters, ",;");
        if (len >= 2 && (*parameters == 'q' || *parameters == 'Q') && parameters[1] == '=') {
            return quality_of(parameters + 2, len - 2);
        }
        parameters += len;
    }
    return QUALITY_MAX;
}

static bool names_type(const char *range, const char *type)
{
    size_t len = strlen(type);

    return strncasecmp(range, type, len) == 0 && strchr(" \t;,", range[len]) != NULL;
}

/* The format whose media type begins at range; NGD_FORMATS for what we do not have and for wildcards. */
static ngd_format_t range_format(const char *range)
{
    static const struct {
        const char *type;
        ngd_format_t format;
    } types[] = {
        { "text/html", NGD_FORMAT_HTML },
        { "application/xhtml+xml", NGD_FORMAT_HTML },
        { "application/json", NGD_FORMAT_JSON },
        { "text/plain", NGD_FORMAT_TEXT },
    };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (names_type(range, types[i].type)) {
            return types[i].format;
        }
    }
    return NGD_FORMATS;
}

ngd_format_t ngd_format_of_accept(const char *accept)
{
    int quality[NGD_FORMATS + 1] = { 0 };
    ngd_format_t best = NGD_FORMAT_TEXT;
    const char *at = accept == NULL ? "" : accept;

    while (at += blanks(at), *at != '\0') {
        const char *end = at + length_until(at, ",");
        ngd_format_t format = range_format(at);
        int wish = range_quality(at + length_until(at, ",;"), end);

        if (wish > quality[format]) {
            quality[format] = wish;
        }
        at = *end == ',' ? end + 1 : end;
    }
    /* Equal wishes: the page for people first, then the document, as the formats are numbered. */
    for (ngd_format_t i = NGD_FORMATS; i-- > 0;) {
        if (quality[i] > 0 && quality[i] >= quality[best]) {
            best = i;
        }
    }
    return best;
}

/* ---- contact and time ---------------------------------------------------- */

static bool has_scheme(const char *contact, const char *scheme)
{
    return strncasecmp(contact, scheme, strlen(scheme)) == 0;
}

/* Only what is surely an address: anything else could carry headers into the mail. */
static bool is_mail_address(const char *text)
{
    static const char local[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";
    size_t local_len = strspn(text, local);
    const char *domain = text + local_len + 1;

    return local_len > 0 && text[local_len] == '@' && *domain != '\0'
        && strspn(domain, local) == strlen(domain) && strpbrk(domain, "_+") == NULL;
}

/* Blanks and control characters are no part of a URL; a browser would drop some and read another one. */
static bool is_one_word(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text <= ' ' || *text == 0x7f) {
            return false;
        }
    }
    return true;
}

static bool is_link(const char *contact)
{
    if (!is_one_word(contact)) {
        return false;
    }
    return has_scheme(contact, "https://") || has_scheme(contact, "http://")
        || has_scheme(contact, "mailto:");
}

/* What makes a link of a contact; NULL where it is text alone. */
static const char *link_prefix(const char *contact)
{
    if (is_mail_address(contact)) {
        return "mailto:";
    }
    return is_link(contact) ? "" : NULL;
}

static const char *clean_text(const char *text, apr_pool_t *pool)
{
    json_t *clean = ngd_value_text(text);
    const char *copy = apr_pstrdup(pool, json_string_value(clean));

    json_decref(clean);
    return copy;
}

const char *ngd_contact_render(const char *contact, ngd_format_t format, apr_pool_t *pool)
{
    const char *prefix, *label, *escaped;

    if (contact == NULL || *contact == '\0') {
        return "";
    }
    contact = clean_text(contact, pool);
    label = has_scheme(contact, "mailto:") ? contact + strlen("mailto:") : contact;
    if (format != NGD_FORMAT_HTML) {
        return apr_pstrcat(pool, ", ", label, NULL);
    }
    prefix = link_prefix(contact);
    escaped = ngd_escape(label, pool);
    if (prefix == NULL) {
        return apr_pstrcat(pool, ", ", escaped, NULL);
    }
    return apr_pstrcat(pool, ", <a href=\"", prefix, ngd_escape(contact, pool), "\">", escaped, "</a>", NULL);
}

const char *ngd_time_render(int64_t time_usecs, apr_pool_t *pool)
{
    json_t *iso = ngd_value_time_usecs(time_usecs);
    const char *text = ngd_time_words(json_string_value(iso), NGD_TO_THE_MINUTE, pool);

    json_decref(iso);
    return text;
}
