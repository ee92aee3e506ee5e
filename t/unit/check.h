/*
 * check.h - the Test Anything Protocol in a few lines, for one test program.
 *
 *     check(condition, "what holds");     as many as are wanted, then
 *     return check_done();                from main
 *
 * A name says what holds when the test passes; it may have printf's placeholders.
 */
#ifndef NGD_CHECK_H
#define NGD_CHECK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int check_count;
static int check_failures;

__attribute__((format(printf, 4, 5)))
static inline bool check_at(const char *file, int line, bool holds, const char *name, ...)
{
    va_list arguments;

    check_count++;
    printf("%sok %d - ", holds ? "" : "not ", check_count);
    va_start(arguments, name);
    vprintf(name, arguments);
    va_end(arguments);
    printf("\n");
    if (!holds) {
        check_failures++;
        printf("# %s:%d\n", file, line);
    }
    return holds;
}

#define check(holds, ...) check_at(__FILE__, __LINE__, (holds), __VA_ARGS__)

/* Two strings, either of which may be NULL; shows them where they differ. */
#define check_text(got, want, ...) check_text_at(__FILE__, __LINE__, (got), (want), __VA_ARGS__)

__attribute__((format(printf, 5, 6)))
static inline bool check_text_at(const char *file, int line, const char *got, const char *want,
                                 const char *name, ...)
{
    bool equal = got == want || (got != NULL && want != NULL && strcmp(got, want) == 0);
    char text[512];
    va_list arguments;

    va_start(arguments, name);
    vsnprintf(text, sizeof text, name, arguments);
    va_end(arguments);
    if (!check_at(file, line, equal, "%s", text)) {
        printf("#   got: %s\n#  want: %s\n", got ? got : "(NULL)", want ? want : "(NULL)");
    }
    return equal;
}

static inline int check_done(void)
{
    printf("1..%d\n", check_count);
    return check_failures == 0 ? 0 : 1;
}

#endif
