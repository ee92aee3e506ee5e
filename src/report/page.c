/*
 * page.c - the frame of every HTML page, its style and its security policy.
 *
 * A page is one document: no script, no image, no font, nothing to fetch, so
 * that it works inside a 401, where every further request would be refused too.
 * The policy names the hashes of the two styles; the unit test computes them
 * from the pages and fails, with the right value, when a style has changed.
 */
#include <apr_strings.h>

#include "render.h"

#define STYLE_HASH_REPORT "sha256-HhaBceOc1rZn1rf5Sg0X9llzLFjLbC+hnMTShTL9ZTI="
#define STYLE_HASH_NOTICE "sha256-e5xiGiyqEtZ7nlOeSjz1Aw9haxr1sRwvSKlwh3yQYq4="

/*
 * --p paper, --i ink, --s soft ink, --l lines, --w wash, --r --g --y red, green and yellow, --a the page's
 * accent: all pairs used meet WCAG AA.
 */
#define STYLE_FRAME \
    ":root{--p:#fbfaf6;--i:#1a1e23;--s:#5a6068;--l:#dcd7ca;--w:#f1eee5;--r:#8a3414;--g:#17663f;--y:#75590c}" \
    "body{--a:var(--r)}.accepted{--a:var(--g)}.anonymous{--a:var(--y)}" \
    "@media(prefers-color-scheme:dark){" \
    ":root{--p:#14171a;--i:#eae7df;--s:#a2a8ae;--l:#33383d;--w:#1d2125;--r:#f2a07b;--g:#7ccf9f;--y:#e2c06a}}" \
    "*{box-sizing:border-box}" \
    "html{background:var(--p);-webkit-text-size-adjust:100%}" \
    "body{margin:0;border-top:.5rem solid var(--a);background:var(--p);color:var(--i);" \
    "font:1.0625rem/1.55 system-ui,-apple-system,\"Segoe UI\",sans-serif;overflow-wrap:anywhere}" \
    "main{max-width:60rem;margin:0 auto;padding:clamp(1.5rem,5vw,4rem) clamp(1.1rem,5vw,3rem)}" \
    "h1{margin:.2em 0 .5em;font:500 clamp(1.7rem,4.6vw,2.7rem)/1.16 ui-serif,\"Iowan Old Style\",Charter," \
    "\"Palatino Linotype\",P052,Georgia,serif;letter-spacing:-.01em;text-wrap:balance}" \
    "h2{margin:0;font-size:1.0625rem;font-weight:650}" \
    "p,ul{max-width:40rem;margin:.5rem 0;text-wrap:pretty}" \
    "a{color:var(--a);text-underline-offset:.2em}" \
    ":focus-visible{outline:3px solid var(--a);outline-offset:3px}" \
    "code,pre,samp{font:.9375em/1.5 ui-monospace,\"Cascadia Mono\",Menlo,Consolas,\"DejaVu Sans Mono\"," \
    "monospace}" \
    ".desk{max-width:none;margin:2rem 0;padding:1rem 1.25rem;border-left:.25rem solid var(--a);" \
    "background:var(--w)}" \
    ".desk samp{display:block;font-size:1.0625rem}" \
    ".mark{float:right;width:4rem;margin:0 0 1rem 1.5rem;fill:var(--p);stroke:var(--a);stroke-width:2.5}" \
    "footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--l);color:var(--s)}" \
    "@media(max-width:34rem){.mark{width:2.75rem}}" \
    "@media print{body{border:0}a{color:inherit}}"

const char ngd_notice_style[] = STYLE_FRAME
    "h2{margin:2.5rem 0 .25rem}"
    "details{border-top:1px solid var(--l)}"
    "details:last-of-type{border-bottom:1px solid var(--l)}"
    "summary{padding:.6rem 0;cursor:pointer;font-weight:600}"
    "details[open]{padding-bottom:.75rem}"
    "code{padding:.05em .3em;background:var(--w)}"
    "code.cmd{display:block;margin:.4rem 0;padding:.5rem .75rem;white-space:pre-wrap}"
    ".cmd+p{margin-top:1.2rem}"
    ".guide{margin-top:1.2rem}"
    "@media print{details::details-content{content-visibility:visible}}";

const char ngd_report_style[] = STYLE_FRAME
    ".hero{margin:0 0 clamp(2rem,6vw,4rem);white-space:pre-wrap;font-size:clamp(.8rem,2.4vw,1.3rem);"
    "line-height:1.6}"
    ".eyebrow{margin:0;color:var(--s)}"
    "h1 span{color:var(--s)}"
    ".lead{font-size:1.1875rem}"
    ".lead+ul{padding-left:1.2rem}.lead+ul li{margin:.6rem 0}"
    ".facts{display:grid;grid-template-columns:10.5rem minmax(0,1fr);gap:.25rem 2rem;"
    "padding:1.6rem 0;border-top:1px solid var(--l)}"
    ".sheet{margin-top:clamp(2rem,6vw,3.5rem)}"
    ".facts>div:first-child p{margin:.3rem 0 0;color:var(--s);font-size:.9375rem}"
    "dl{margin:0}"
    "dl div{display:grid;grid-template-columns:11rem minmax(0,1fr);align-items:baseline;gap:0 1.25rem;"
    "padding:.2rem 0}"
    "dt{grid-column:1;color:var(--s)}"
    "dd{grid-column:2;margin:0;display:flex;flex-wrap:wrap;align-items:baseline;gap:0 .75rem}"
    "dd+dd{margin-top:.2rem}"
    "code+small{flex-basis:100%}"
    "dd small{color:var(--s);font-size:.9375rem}"
    "h3{margin:0;font-size:1.0625rem;font-weight:600}"
    ".tell p{margin:.4rem 0 0}"
    ".tell p~h3{margin-top:1.6rem}"
    ".item{padding-left:1.1rem;border-left:2px solid var(--l)}"
    ".step+.step{margin-top:1.4rem}"
    ".step small{color:var(--s);font-size:.9375rem}"
    ".step p{margin:.1rem 0 0}"
    ".cmd{margin:.5rem 0 0;padding:.6rem .9rem;background:var(--w);white-space:pre-wrap}"
    "p code,summary code{padding:.05em .25em;background:var(--w)}"
    ".check{display:grid;grid-template-columns:11rem minmax(0,1fr);gap:0 1.25rem;padding:.7rem 0}"
    ".check+.check{border-top:1px solid var(--l)}.check:first-child{padding-top:0}"
    ".check>b{font-weight:600;color:var(--s)}"
    ".check h3{font-weight:500}"
    ".check span{display:inline-block;width:1.1em}"
    ".problem>b{color:var(--r)}.ok>b{color:var(--g)}.problem h3{font-weight:650}"
    ".check p{margin:.2rem 0 0;color:var(--s);font-size:.9375rem}.problem p{color:inherit}"
    "summary{padding:.3rem 0;cursor:pointer;color:var(--s)}"
    "details p b{font-weight:600;color:var(--i)}"
    ".bar{display:block;width:100%;height:.5rem;margin:.45rem 0;fill:var(--a);background:var(--l)}"
    "footer p{max-width:none;margin:.25rem 0}"
    "@media(max-width:56rem){.facts{grid-template-columns:1fr;gap:.9rem}}"
    "@media(max-width:34rem){dl div,.check{grid-template-columns:1fr}dl div{padding:.35rem 0}dt,dd{grid-column:1}"
    ".mark{display:none}}"
    "@media print{.facts{padding:.8rem 0}dl div,.step,.check{break-inside:avoid}.links{display:none}"
    "details::details-content{content-visibility:visible}}";

const char *ngd_page_csp(void)
{
    return "default-src 'none'; style-src '" STYLE_HASH_REPORT "' '" STYLE_HASH_NOTICE "'; "
           "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

/*
 * The three parties of Kerberos: the directory above, the browser and this
 * server below.  The line between these two is whole where a sign-on succeeded;
 * the words of the page say so too, so nothing depends on seeing it.
 */
#define MARK_BEGIN "<svg class=\"mark\" viewBox=\"0 0 48 44\" aria-hidden=\"true\">"
#define MARK_END \
    "<circle cx=\"24\" cy=\"7\" r=\"5\"/><circle cx=\"7\" cy=\"37\" r=\"5\"/>" \
    "<circle cx=\"41\" cy=\"37\" r=\"5\"/></svg>\n"

void ngd_page_mark(apr_array_header_t *out, bool whole)
{
    ngd_push(out, whole ? MARK_BEGIN "<path d=\"M24 7 7 37h34z\"/>" MARK_END
                        : MARK_BEGIN "<path d=\"M7 37 24 7l17 30\"/>"
                          "<path d=\"M14 37h21\" stroke-dasharray=\"2.5 3.5\"/>" MARK_END);
}

void ngd_page_open(apr_array_header_t *out, const char *style, const char *state, const char *title)
{
    ngd_push(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<meta name=\"color-scheme\" content=\"light dark\">\n"
                  "<meta name=\"robots\" content=\"noindex\">\n<title>");
    ngd_push(out, ngd_escape(title, out->pool));
    ngd_push(out, "</title>\n<style>");
    ngd_push(out, style);
    ngd_push(out, apr_pstrcat(out->pool, "</style>\n</head>\n<body class=\"", state, "\">\n<main>\n", NULL));
}

void ngd_page_close(apr_array_header_t *out)
{
    ngd_push(out, "</main>\n</body>\n</html>\n");
}
