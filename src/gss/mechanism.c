#include "mechanism.h"

static const gss_OID_desc spnego = { 6, (void *)"\x2b\x06\x01\x05\x05\x02" };
const gss_OID_desc *const ngd_mech_spnego = &spnego;
