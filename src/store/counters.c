#include "counters.h"

void ngd_counters_add(ngd_counters_t *counters, ngd_cause_id_t cause)
{
    __atomic_fetch_add(&counters->found[cause], 1, __ATOMIC_RELAXED);
}

uint64_t ngd_counters_of(const ngd_counters_t *counters, ngd_cause_id_t cause)
{
    return __atomic_load_n(&counters->found[cause], __ATOMIC_RELAXED);
}
