#include "causes.h"

#include <stdio.h>
#include <string.h>

#include "expand.h"

/* In its general form; <, > and * mean something in Markdown where they do not stand between backticks. */
static void print_prose(const char *prose)
{
    char text[NGD_EXPANDED_SIZE];
    bool code = false;

    for (const char *c = ngd_expand(prose, NULL, NGD_EXPAND_TEXT, text, sizeof text); *c != '\0'; c++) {
        code ^= *c == '`';
        if (!code && strchr("<>*_", *c) != NULL) {
            putchar('\\');
        }
        putchar(*c);
    }
}

static void print_command(const char *command)
{
    char text[NGD_EXPANDED_SIZE];

    ngd_expand(command, NULL, NGD_EXPAND_COMMAND, text, sizeof text);
    puts("");
    for (char *line, *rest = text; (line = strsep(&rest, "\n")) != NULL;) {
        printf("      %s\n", line);
    }
}

static const char *for_words(ngd_for_t whom)
{
    static const char *const words[] = {
        [NGD_FOR_USER] = "**On the user's computer.** ",
        [NGD_FOR_ALL] = "",
        [NGD_FOR_AD] = "**Active Directory.** ",
        [NGD_FOR_MIT] = "**MIT Kerberos.** ",
    };

    return words[whom];
}

static void print_fixes(const ngd_cause_t *cause)
{
    for (size_t i = 0; i < ngd_fix_count(cause); i++) {
        printf("- %s", for_words(cause->fix[i].whom));
        print_prose(cause->fix[i].text);
        putchar('\n');
        if (cause->fix[i].command != NULL) {
            print_command(cause->fix[i].command);
        }
        puts("");
    }
}

static void print_numbers(const ngd_cause_t *cause)
{
    int status = ngd_cause_iis_status(cause);
    const char *kerberos = ngd_kerberos_error_name(cause->kerberos);

    printf("| status | IIS | Kerberos | checklist |\n|---|---|---|---|\n| %d | %d.%d, %lu `%s` | ", cause->status, status,
           cause->substatus, (unsigned long)cause->win32, ngd_win32_name(cause->win32));
    if (kerberos != NULL) {
        printf("%d `%s`", cause->kerberos, kerberos);
    }
    printf(" | %s |\n\n", cause->step == NGD_STEP_NONE ? "" : ngd_step_title(cause->step));
}

static void print_test(const ngd_cause_t *cause)
{
    if (cause->synthetic != NULL) {
        printf("Shown on made-up evidence by `%s`, not with real parts: %s.\n", cause->test, cause->synthetic);
    } else {
        printf("Reproduced by `%s`.\n", cause->test);
    }
}

static void print_cause(const ngd_cause_t *cause)
{
    printf("\n## %s\n\n**%s.** Who can mend it: %s.\n\n> ", cause->slug, cause->title, ngd_who_name(cause->who));
    print_prose(cause->headline);
    puts("\n");
    print_prose(cause->explanation);
    puts("\n");
    print_fixes(cause);
    print_numbers(cause);
    print_test(cause);
}

static void print_contents(void)
{
    puts("| cause | who can mend it | |\n|---|---|---|");
    for (ngd_cause_id_t id = 0; id < NGD_CAUSES; id++) {
        const ngd_cause_t *cause = ngd_cause(id);
        printf("| [%s](#%s) | %s | %s |\n", cause->slug, cause->slug, ngd_who_name(cause->who), cause->title);
    }
}

static void print_details(void)
{
    puts("\n# Details\n\nWhat may explain a cause, or narrows it down; a report names those that apply.\n\n"
         "| detail | |\n|---|---|");
    for (ngd_detail_id_t id = 0; id < NGD_DETAILS; id++) {
        printf("| %s | ", ngd_detail(id)->slug);
        print_prose(ngd_detail(id)->text);
        puts(" |");
    }
}

static void print_preamble(void)
{
    puts("# The causes\n\n"
         "Every cause for which a sign-on fails, and how it is mended. `negotiate-diag causes --markdown` prints this page\n"
         "from the catalogue, `src/diagnosis/causes.def`: it is not edited by hand.\n\n"
         "What stands in capitals, such as `HTTP/HOST`, is yours to fill in; in a report it is filled in already.\n\n"
         "Paths and commands are Debian's. On RHEL, Fedora and their kin:\n\n"
         "| Debian | RHEL, Fedora |\n|---|---|\n"
         "| `/etc/apache2/` | `/etc/httpd/` |\n"
         "| `/etc/apache2/envvars`, with `export` | `systemctl edit httpd`, with `[Service]` and `Environment=` |\n"
         "| `/run/apache2/` | `/run/httpd/` |\n"
         "| `www-data`, the user and its group | `apache` |\n"
         "| `apache2`, the service: `systemctl restart apache2` | `httpd`: `systemctl restart httpd` |\n\n"
         "In the table of each cause, *status* is what this server answers. *IIS* is what IIS would write of it: status and\n"
         "substatus, then sc-win32-status with its name. They have one status, but for a user who is signed on and may not\n"
         "see the page: IIS calls that 401.3 (access denied by an ACL) and asks for another user, httpd answers 403. A log\n"
         "of IIS's format holds the status that was answered, with a substatus of that status: `403 0 5` here, where IIS has\n"
         "`401 3 5`.\n");
}

void ngd_causes_markdown(void)
{
    print_preamble();
    print_contents();
    for (ngd_cause_id_t id = 0; id < NGD_CAUSES; id++) {
        print_cause(ngd_cause(id));
    }
    print_details();
}
