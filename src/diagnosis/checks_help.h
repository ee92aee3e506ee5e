/*
 * checks_help.h - how to see on the client what a server cannot see, private to the
 * checklist.  All texts are static.
 */
#ifndef NGD_CHECKS_HELP_H
#define NGD_CHECKS_HELP_H

#include "checks.h"

/* For the browser that calls itself user_agent (a claim; NULL: not known), and for each system. */
void ngd_check_help(ngd_step_t step, const char *user_agent, ngd_check_help_t *help);

#endif
