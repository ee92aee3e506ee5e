/*
 * counters.h - how often each cause was found: one number for each row of the
 * catalogue, in the caller's memory, which may be shared by processes.
 *
 * Counting takes no lock; a reader sees each number whole, and none together with
 * another.  Numbers begin at 0 when the server starts, and go on through graceful
 * restarts only as far as the memory does.
 */
#ifndef NGD_COUNTERS_H
#define NGD_COUNTERS_H

#include "catalogue.h"

typedef struct {
    uint64_t found[NGD_CAUSES];     /* written with ngd_counters_add() only */
} ngd_counters_t;

void ngd_counters_add(ngd_counters_t *counters, ngd_cause_id_t cause);
uint64_t ngd_counters_of(const ngd_counters_t *counters, ngd_cause_id_t cause);

#endif
