#!/bin/sh
# Runs the Apache::Test suites for make check: their TAP goes to standard output.
# Where a part that they need is missing, the TAP says that all is skipped, and why.
set -eu

here=${srcdir:-$(dirname "$0")/..}
here=$(cd "$here" && pwd)
PATH=$PATH:/usr/sbin:/sbin

skip()
{
    echo "1..0 # SKIP $*"
    exit 0
}

need_program()
{
    command -v "$1" >/dev/null 2>&1 || skip "$1 is not installed"
}

for program in perl curl openssl krb5kdc kdb5_util kadmin.local kinit; do
    need_program "$program"
done
perl -MApache::TestRun -e 1 2>/dev/null || skip "Perl's Apache::Test is not installed"
perl -MLWP::UserAgent -e 1 2>/dev/null || skip "Perl's LWP is not installed"
curl --version | grep -q 'SPNEGO' || skip "this curl knows no Negotiate"
curl --version | grep -q 'HTTP2' || skip "this curl knows no HTTP/2"

NGD_BUILD_DIR=${abs_top_builddir:-${NGD_BUILD_DIR:-$(pwd)}}
export NGD_BUILD_DIR
httpd=${NGD_HTTPD:-$(sed -n 's/^Define NGD_HTTPD //p' "$NGD_BUILD_DIR/t/modules.conf")}
[ -x "$httpd" ] || skip "there is no httpd at $httpd"

NGD_TAP=1 exec perl "$here/t/TEST" "$@"
