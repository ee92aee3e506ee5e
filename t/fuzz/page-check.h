/*
 * page-check.h - reads a page as a browser would, and finds what came in from outside.
 *
 * It knows the elements that the pages use and nothing more: any other '<', and any
 * '&' that begins no entity, is input that nobody escaped.  What is opened has to be
 * closed, in turn.
 */
#ifndef NGD_PAGE_CHECK_H
#define NGD_PAGE_CHECK_H

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { PAGE_DEPTH_MAX = 32, PAGE_TAG_SIZE = 12 };

typedef struct {
    const char *at;
    char open[PAGE_DEPTH_MAX][PAGE_TAG_SIZE];
    int depth;
} page_t;

static inline bool page_is_one_of(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(*names, name) != 0) {
        names++;
    }
    return *names != NULL;
}

static inline bool page_skip(page_t *page, const char *text)
{
    size_t len = strlen(text);

    if (strncmp(page->at, text, len) != 0) {
        return false;
    }
    page->at += len;
    return true;
}

static inline bool page_entity(page_t *page)
{
    static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };

    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        if (page_skip(page, entities[i])) {
            return true;
        }
    }
    return false;
}

static inline void page_name(page_t *page, char name[PAGE_TAG_SIZE])
{
    size_t len = 0;

    while (isalnum((unsigned char)*page->at) && len + 1 < PAGE_TAG_SIZE) {
        name[len++] = *page->at++;
    }
    name[len] = '\0';
}

/* name="value", with nothing in the value that would need an escape. */
static inline bool page_attribute(page_t *page)
{
    page->at += strspn(page->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-");
    if (*page->at != '=') {
        return page->at[-1] != ' ';
    }
    if (!page_skip(page, "=\"")) {
        return false;
    }
    while (*page->at != '"') {
        if (*page->at == '\0' || *page->at == '<' || (*page->at == '&' && !page_entity(page))) {
            return false;
        }
        page->at += *page->at != '"';
    }
    page->at++;
    return true;
}

static inline bool page_attributes(page_t *page)
{
    while (page_skip(page, " ")) {
        if (!page_attribute(page)) {
            return false;
        }
    }
    return true;
}

/* Our own style, up to its end. */
static inline bool page_style(page_t *page)
{
    const char *end = strstr(page->at, "</style>");

    page->at = end != NULL ? end : page->at;
    return end != NULL;
}

static inline bool page_opens(page_t *page)
{
    static const char *const known[] = {
        "html", "head", "meta", "title", "style", "body", "main", "section", "footer", "div", "p", "h1", "h2", "h3",
        "ul", "li", "dl", "dt", "dd", "pre", "code", "samp", "b", "span", "small", "wbr", "a", "details", "summary",
        "svg", "path", "circle", "rect", NULL
    };
    static const char *const empty[] = { "meta", "wbr", NULL };
    char *name = page->open[page->depth];

    page_name(page, name);
    if (!page_is_one_of(name, known) || !page_attributes(page)) {
        return false;
    }
    if (page_skip(page, "/>")) {
        return true;
    }
    if (!page_skip(page, ">")) {
        return false;
    }
    page->depth += !page_is_one_of(name, empty);
    return page->depth < PAGE_DEPTH_MAX && (strcmp(name, "style") != 0 || page_style(page));
}

static inline bool page_closes(page_t *page)
{
    char name[PAGE_TAG_SIZE];

    page_name(page, name);
    return page->depth > 0 && strcmp(page->open[--page->depth], name) == 0 && page_skip(page, ">");
}

/* Where the page is not one of ours, or NULL. */
static inline const char *page_fault(const char *html)
{
    page_t page = { .at = html };

    if (!page_skip(&page, "<!DOCTYPE html>")) {
        return html;
    }
    while (*page.at != '\0') {
        const char *before = page.at;
        bool sound = true;

        if (page_skip(&page, "</")) {
            sound = page_closes(&page);
        } else if (page_skip(&page, "<")) {
            sound = page_opens(&page);
        } else if (*page.at == '&') {
            sound = page_entity(&page);
        } else {
            page.at++;
        }
        if (!sound) {
            return before;
        }
    }
    return page.depth == 0 ? NULL : page.at;
}

#endif
