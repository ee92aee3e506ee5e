/*
 * details.h - what explains a cause further: each of these adds to a finding the
 * details of the catalogue that hold.
 */
#ifndef NGD_DETAILS_H
#define NGD_DETAILS_H

#include "rules.h"

void ngd_details_missing_ticket(const ngd_rules_view_t *view, ngd_finding_t *finding);
void ngd_details_missing_key(const ngd_rules_view_t *view, ngd_finding_t *finding);
void ngd_details_other_case(const ngd_rules_view_t *view, ngd_finding_t *finding);
void ngd_details_wrong_key(const ngd_rules_view_t *view, ngd_finding_t *finding);
void ngd_details_other_account(const ngd_rules_view_t *view, ngd_finding_t *finding);
void ngd_details_skew(const ngd_rules_view_t *view, ngd_finding_t *finding);
void ngd_details_file(const ngd_rules_view_t *view, ngd_finding_t *finding);
void ngd_details_malformed(const ngd_rules_view_t *view, ngd_finding_t *finding);
void ngd_details_way(const ngd_rules_view_t *view, ngd_finding_t *finding);

#endif
