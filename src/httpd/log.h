/*
 * log.h - one line per attempt, greppable: "negotiate: WHAT reference=... key=value ...".
 * A value that may hold anything stands in double quotes, and has none inside: nobody
 * can write a key of his own into the line.
 *
 * Refusals show at httpd's default level; a first leg without a token, which is
 * how every sign-on begins, only at debug.
 */
#ifndef NGD_LOG_H
#define NGD_LOG_H

#include <httpd.h>

#include "attempt.h"

void ngd_log_accepted(request_rec *r, const ngd_attempt_t *attempt);
void ngd_log_continued(request_rec *r, const ngd_attempt_t *attempt);
void ngd_log_challenged(request_rec *r, const ngd_attempt_t *attempt);
void ngd_log_needs_http1(request_rec *r, const ngd_attempt_t *attempt);
/* With the cause and the facts that it rests on, as far as there is evidence. */
void ngd_log_refused(request_rec *r, const ngd_attempt_t *attempt);

#endif
