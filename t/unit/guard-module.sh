#!/bin/sh
# What the finished module may not do to the process it is loaded into:
# export a symbol that another module could meet, or change what all threads share.
set -eu

module=${abs_top_builddir:-.}/.libs/mod_negotiate_diag.so
command -v nm >/dev/null 2>&1 || { echo "1..0 # SKIP nm is not installed"; exit 0; }

failed=0
check()
{
    count=$((count + 1))
    if [ -z "$2" ]; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        echo "$2" | sed 's/^/# /'
        failed=1
    fi
}
count=0

exported=$(nm -D --defined-only "$module" | awk '$2 != "A" { print $3 }' | sort)
[ "$exported" = negotiate_diag_module ] && others= || others="exports: ${exported:-nothing}"
check "the module exports negotiate_diag_module and nothing else" "$others"

# The peer's habit: an environment variable or a process-wide keytab for each request.
imported=$(nm -D --undefined-only "$module" | awk '{ print $2 }' | sed 's/@.*//')
check "the list of imported symbols can be read" "$(echo "$imported" | grep -qx gss_accept_sec_context || echo "no gss_accept_sec_context in it")"
check "nothing changes the process environment" "$(echo "$imported" | grep -xE 'setenv|putenv|unsetenv|clearenv|apr_env_set|apr_env_delete' || true)"
check "nothing sets a keytab for the whole process" "$(echo "$imported" | grep -xE 'krb5_gss_register_acceptor_identity|gsskrb5_register_acceptor_identity' || true)"
# Reading krb5.conf, and letting go of it without writing it back.
check "no profile of krb5 is modified" "$(echo "$imported" | grep -E '^profile_' |
    grep -vxE 'profile_(get_string|release_string|abandon)' || true)"
check "the replay cache is left to GSSAPI" "$(echo "$imported" | grep -E '^krb5_(rc_|rd_req|get_server_rcache)' || true)"

echo "1..$count"
exit $failed
