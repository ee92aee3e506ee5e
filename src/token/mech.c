/*
 * mech.c - names of mechanisms, object identifiers and encryption types.
 */
#include "decode.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    [NGD_MECH_UNKNOWN] = "unknown mechanism",
    [NGD_MECH_KRB5] = "Kerberos 5",
    [NGD_MECH_MS_KRB5] = "Kerberos 5 (Microsoft's OID)",
    [NGD_MECH_KRB5_USER2USER] = "Kerberos 5 user-to-user",
    [NGD_MECH_IAKERB] = "IAKERB",
    [NGD_MECH_NTLMSSP] = "NTLM",
    [NGD_MECH_NEGOEX] = "NegoEx",
    [NGD_MECH_SPNEGO] = "SPNEGO",
    [NGD_MECH_PKU2U] = "PKU2U",
};

/* DER contents of an OID, written as a string; the terminator does not count. */
#define OID(contents) .oid = (const uint8_t *)(contents), .oid_bytes = sizeof(contents) - 1

static const struct {
    const uint8_t *oid;
    size_t oid_bytes;
    ngd_mech_t mech;
} mechanisms[] = {
    { OID("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"), NGD_MECH_KRB5 },
    { OID("\x2a\x86\x48\x82\xf7\x12\x01\x02\x02"), NGD_MECH_MS_KRB5 },
    { OID("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x03"), NGD_MECH_KRB5_USER2USER },
    { OID("\x2b\x06\x01\x05\x02\x05"), NGD_MECH_IAKERB },
    { OID("\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"), NGD_MECH_NTLMSSP },
    { OID("\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x1e"), NGD_MECH_NEGOEX },
    { OID("\x2b\x06\x01\x05\x05\x02"), NGD_MECH_SPNEGO },
    { OID("\x2b\x06\x01\x05\x02\x07"), NGD_MECH_PKU2U },   /* as draft-zhu-pku2u and MS-SPNG have it */
    { OID("\x2b\x05\x01\x05\x02\x07"), NGD_MECH_PKU2U },   /* as Apple's systems offer it */
};

const char *ngd_mech_name(ngd_mech_t mech)
{
    return (size_t)mech < sizeof names / sizeof names[0] ? names[mech] : names[NGD_MECH_UNKNOWN];
}

ngd_mech_t ngd_mech_of_oid(ngd_span_t oid)
{
    for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++) {
        if (oid.len == mechanisms[i].oid_bytes && memcmp(oid.data, mechanisms[i].oid, oid.len) == 0) {
            return mechanisms[i].mech;
        }
    }
    return NGD_MECH_UNKNOWN;
}

bool ngd_mech_is_kerberos(ngd_mech_t mech)
{
    return mech == NGD_MECH_KRB5 || mech == NGD_MECH_MS_KRB5;
}

/*
 * One number of an OID: seven bits an octet, the highest bit set where another
 * one follows (X.690 section 8.19).  False if it is cut off, padded or too big.
 */
static bool oid_number(ngd_span_t oid, size_t *at, uint64_t *number)
{
    const size_t start = *at;

    *number = 0;
    while (*at < oid.len) {
        uint8_t octet = oid.data[(*at)++];

        if ((*at == start + 1 && octet == 0x80) || *number > UINT64_MAX >> 7) {
            return false;
        }
        *number = *number << 7 | (octet & 0x7fu);
        if (octet < 0x80) {
            return true;
        }
    }
    return false;
}

/* Appends to out; false if it does not fit. */
static bool append_number(char *out, size_t size, size_t *len, const char *before, uint64_t number)
{
    int written = snprintf(out + *len, size - *len, "%s%" PRIu64, before, number);

    if (written < 0 || (size_t)written >= size - *len) {
        return false;
    }
    *len += (size_t)written;
    return true;
}

static bool oid_dotted(ngd_span_t oid, char *out, size_t size)
{
    size_t at = 0;
    size_t len = 0;
    uint64_t number;
    uint64_t root;

    if (!oid_number(oid, &at, &number)) {
        return false;
    }
    /* The first octets hold two numbers; the first of them is 0, 1 or 2. */
    root = number < 80 ? number / 40 : 2;
    if (!append_number(out, size, &len, "", root)
        || !append_number(out, size, &len, ".", number - root * 40)) {
        return false;
    }
    while (at < oid.len) {
        if (!oid_number(oid, &at, &number) || !append_number(out, size, &len, ".", number)) {
            return false;
        }
    }
    return true;
}

const char *ngd_oid_text(ngd_span_t oid, char *out, size_t size)
{
    if (size == 0) {
        return "?";
    }
    if (!oid_dotted(oid, out, size)) {
        snprintf(out, size, "?");
    }
    return out;
}

const char *ngd_enctype_name(int32_t enctype)
{
    static const char *const enctypes[] = {
        [1] = "des-cbc-crc",
        [2] = "des-cbc-md4",
        [3] = "des-cbc-md5",
        [16] = "des3-cbc-sha1-kd",
        [17] = "aes128-cts-hmac-sha1-96",
        [18] = "aes256-cts-hmac-sha1-96",
        [19] = "aes128-cts-hmac-sha256-128",
        [20] = "aes256-cts-hmac-sha384-192",
        [23] = "rc4-hmac",
        [24] = "rc4-hmac-exp",
        [25] = "camellia128-cts-cmac",
        [26] = "camellia256-cts-cmac",
    };

    if (enctype < 0 || (size_t)enctype >= sizeof enctypes / sizeof enctypes[0]) {
        return NULL;
    }
    return enctypes[enctype];
}
