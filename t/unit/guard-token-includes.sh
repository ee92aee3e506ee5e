#!/bin/sh
# guard-token-includes.sh [SRCDIR] - the regression it stops: src/token or src/diagnosis
# begins to depend on the web server or on Kerberos libraries.
#
# The system's include path would let such an include through without a word, so the
# preprocessor is asked which headers every file of the two folders really reads.
srcdir=${1:-${srcdir:-.}}
cc=${CC:-cc}
apr='(^|/)apr[^/]*/|/apr[_a-z0-9]*\.h$'
httpd='/(httpd|http_[a-z]+|ap_[a-z]+|mod_[a-z]+|util_[a-z]+)\.h$'
kerberos='(^|/)gssapi|(^|/)krb5'
forbidden="$apr|$httpd|$kerberos"
. "$(dirname "$0")/guard.sh"

# Prints the forbidden headers that a file reads; fails if it cannot be preprocessed.
forbidden_headers() {
    # shellcheck disable=SC2086  # both are lists of words
    $cc ${CPPFLAGS:-} -M -I"$srcdir/src/token" -I"$srcdir/src/diagnosis" "$1" \
        >"$scratch/deps" 2>"$scratch/errors" || return 1
    # One path a line; where the project itself is installed does not count.
    tr -s ' ' '\n' <"$scratch/deps" | sed "s|^$srcdir/||" | grep '\.h$' | grep -E "$forbidden"
    return 0
}

clean() {
    if ! found=$(forbidden_headers "$1"); then
        sed 's/^/# /' "$scratch/errors"
        return 1
    fi
    [ -z "$found" ] && return 0
    echo "# ${1#"$srcdir"/} reads:"
    echo "$found" | sed 's/^/#   /'
    return 1
}

# A guard that cannot fail guards nothing: each forbidden header, installed or not, must be refused.
for header in apr_pools.h httpd.h http_core.h gssapi/gssapi.h krb5.h; do
    mkdir -p "$scratch/include/$(dirname "$header")"
    : >"$scratch/include/$header"
    printf '#include <%s>\n' "$header" >"$scratch/installed.c"
    (CPPFLAGS="-I$scratch/include"; clean "$scratch/installed.c") >/dev/null
    ok $((1 - $?)) "the guard refuses <$header>"
done
printf '#include <krb5/no-such-header.h>\n' >"$scratch/missing.c"
clean "$scratch/missing.c" >/dev/null
ok $((1 - $?)) "the guard refuses a header that cannot be found"
printf '#include <stdio.h>\n#include <openssl/asn1.h>\n' >"$scratch/allowed.c"
clean "$scratch/allowed.c"
ok $? "the guard lets libc and OpenSSL through"

files=0
for file in "$srcdir"/src/token/*.[ch] "$srcdir"/src/diagnosis/*.[ch]; do
    [ -f "$file" ] || continue
    files=$((files + 1))
    clean "$file"
    ok $? "${file#"$srcdir"/} reads no header of APR, httpd, GSSAPI or krb5"
done
[ "$files" -gt 5 ]
ok $? "there are files to look at"
echo "1..$count"
[ "$failures" -eq 0 ]
