/*
 * authn.h - the decision whether a request may go on, and as whom.
 */
#ifndef NGD_AUTHN_H
#define NGD_AUTHN_H

#include <httpd.h>

/* Hook (check_authn). */
int ngd_authn_check(request_rec *r);
/* Hook (note_auth_failure): adds the challenge to a 401 that somebody else decides upon. */
int ngd_authn_challenge(request_rec *r, const char *auth_type);
/*
 * Hook (auth_checker), before all others: runs them, and turns the 401 of a
 * Require that an authenticated user does not meet into 403, since asking the
 * browser again would only make it prompt.
 */
int ngd_authn_authorize(request_rec *r);

#endif
