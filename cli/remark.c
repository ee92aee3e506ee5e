#include "remark.h"

#include <apr_strings.h>
#include <stdio.h>

enum { NAMES_SHOWN = 5 };

static const char *const severities[] = {
    [NGD_SEVERITY_NOTE] = "note",
    [NGD_SEVERITY_WARNING] = "warning",
    [NGD_SEVERITY_PROBLEM] = "problem",
};

apr_array_header_t *ngd_remarks_make(apr_pool_t *pool)
{
    return apr_array_make(pool, 8, sizeof(ngd_remark_t));
}

void ngd_remarks_add(apr_array_header_t *remarks, const ngd_remark_kind_t *kind, const char *about)
{
    *(ngd_remark_t *)apr_array_push(remarks) = (ngd_remark_t){ kind, about };
}

ngd_exit_t ngd_remarks_verdict(const apr_array_header_t *remarks)
{
    for (int i = 0; i < remarks->nelts; i++) {
        if (APR_ARRAY_IDX(remarks, i, ngd_remark_t).kind->severity > NGD_SEVERITY_NOTE) {
            return NGD_EXIT_FOUND;
        }
    }
    return NGD_EXIT_FINE;
}

void ngd_remarks_print(const apr_array_header_t *remarks)
{
    for (int i = 0; i < remarks->nelts; i++) {
        const ngd_remark_t *remark = &APR_ARRAY_IDX(remarks, i, ngd_remark_t);

        printf("%s %s: %s\n", severities[remark->kind->severity], remark->kind->slug, remark->kind->says);
        if (remark->about) {
            printf("    %s\n", remark->about);
        }
        if (remark->kind->mend) {
            printf("    -> %s\n", remark->kind->mend);
        }
    }
}

json_t *ngd_remarks_json(const apr_array_header_t *remarks)
{
    json_t *list = json_array();

    for (int i = 0; i < remarks->nelts; i++) {
        const ngd_remark_t *remark = &APR_ARRAY_IDX(remarks, i, ngd_remark_t);

        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s?,s:s?}",
                                              "slug", remark->kind->slug,
                                              "severity", severities[remark->kind->severity],
                                              "says", remark->kind->says,
                                              "about", remark->about,
                                              "mend", remark->kind->mend));
    }
    return list;
}

void ngd_names_add(ngd_names_t *names, apr_pool_t *pool, const char *name)
{
    if (names->count < NAMES_SHOWN) {
        names->text = apr_pstrcat(pool, names->text ? names->text : "", names->count > 0 ? ", " : "",
                                  ngd_clean(pool, name), NULL);
    }
    names->count++;
}

const char *ngd_names_text(const ngd_names_t *names, apr_pool_t *pool)
{
    if (names->count <= NAMES_SHOWN) {
        return names->text;
    }
    return apr_psprintf(pool, "%s and %" APR_SIZE_T_FMT " more", names->text, names->count - NAMES_SHOWN);
}
