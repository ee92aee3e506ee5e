#!/bin/sh
# negotiate-diag as scripts and people call it, without a KDC.
set -u

srcdir=${srcdir:-.}
command=${abs_top_builddir:-.}/negotiate-diag
vectors=$srcdir/t/unit/vectors
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
count=0
failed=0

check()
{
    if [ "$1" -eq 0 ]; then holds "$2"; else fails "$2"; fi
}

holds()
{
    count=$((count + 1))
    echo "ok $count - $1"
}

fails()
{
    count=$((count + 1))
    failed=1
    echo "not ok $count - $1"
    sed 's/^/# /' "$scratch/out" "$scratch/err" | head -30
}

# exits STATUS NAME ARGUMENT...: with what stands in $scratch/in, if anything does.
exits()
{
    expected=$1 name=$2
    shift 2
    [ -e "$scratch/in" ] || : >"$scratch/in"
    "$command" "$@" <"$scratch/in" >"$scratch/out" 2>"$scratch/err"
    status=$?
    rm -f "$scratch/in"
    if [ "$status" -eq "$expected" ]; then holds "$name"; else echo "# exit status $status"; fails "$name"; fi
}

says()
{
    if grep -qF -- "$1" "$scratch/out"; then holds "$2"; else fails "$2"; fi
}

complains()
{
    if grep -qF -- "$1" "$scratch/err"; then holds "$2"; else fails "$2"; fi
}

hides()
{
    if grep -qF -- "$1" "$scratch/out" "$scratch/err"; then fails "$2"; else holds "$2"; fi
}

is_json()
{
    perl -MJSON::PP -0777 -ne 'exit(eval { decode_json($_)->{version} == 1 } ? 0 : 1)' "$scratch/out"
    check $? "$1"
}

# ---- how it is called --------------------------------------------------------------

exits 2 'without a command it is called wrongly'
exits 2 'a command that there is none of is wrong usage' nonsense
complains 'there is no command nonsense' 'and it says so'
exits 0 'help is help' help
says 'decode' 'and lists the commands'
exits 0 '--version is answered' --version
for name in decode explain keytab check causes; do
    exits 0 "$name --help is answered" "$name" --help
    says 'Exit codes' 'and names the exit codes'
    exits 2 "$name refuses an option that there is none of" "$name" --nonsense
done

# ---- decode --------------------------------------------------------------------------

cp "$vectors/article-cut-token.b64" "$scratch/in"
exits 1 "the article's token is damaged" decode
cmp -s "$scratch/out" "$srcdir/t/unit/golden/decode-article.txt"
check $? "its tree is that of the article's trace: ODESSY.LOCAL, breaking off after HTTP"
diff "$srcdir/t/unit/golden/decode-article.txt" "$scratch/out" | sed 's/^/# /'
hides "$(cut -c1-40 "$vectors/article-cut-token.b64")" 'the token itself is not printed'

token=$(cat "$vectors/mit-spnego-kerberos.b64")
printf '> GET / HTTP/1.1\n> Authorization: Negotiate %s\n>\n< HTTP/1.1 401\n< WWW-Authenticate: Negotiate %s\n' \
    "$token" "$(cat "$vectors/mit-response-krb-error.b64")" >"$scratch/in"
exits 0 'what curl -v printed is read' decode
says 'Authorization: Negotiate' "with the client's header"
says 'WWW-Authenticate: Negotiate' "and the server's"
says 'HTTP/web.example.test' 'the service shows'
says 'Cipher: 378 bytes' 'of what is encrypted only the size'
hides "$(echo "$token" | cut -c1-40)" 'the token itself does not'
cat >"$scratch/in" <<END
* Connected to web.example.test
> GET / HTTP/2
> authorization: Negotiate $token
>
< HTTP/2 401
< www-authenticate: Negotiate
<
{ [99 bytes data]
<p>The server asks with
WWW-Authenticate: Negotiate TlRMTVNTUAAC, and the browser answers with
Authorization: Negotiate TlRMTVNTUAAB
</p>
END
cp "$scratch/in" "$scratch/capture"
exits 0 'what curl -v printed with HTTP/2 is read' decode
says 'HTTP/web.example.test' 'with what the client sent'
hides 'NTLM' 'and the body is not taken for headers'
says 'no token: a scheme alone' 'the challenge, in small letters, is one'
grep -v '^> auth\|^< www' "$scratch/capture" >"$scratch/in"
exits 3 'prose of a body is no header either where there is no other one' decode
complains 'there is no token' 'and it says so'
printf '   - Authorization: Negotiate\n    - Authorization:  Negotiate %s\n      WhiteSpace:\n' "$token" >"$scratch/in"
exits 0 "a trace of Network Monitor's is read" decode
says 'Realm: EXAMPLE.TEST, Sname: HTTP/web.example.test' 'with what it holds'
printf '%s\n' "$token" | fold -w 64 | sed 's/^/> /' >"$scratch/in"
exits 0 'so is one that a mail quotes' decode
printf '%s\n' "$token" | fold -w 64 >"$scratch/in"
exits 0 'a token that is broken over lines is joined' decode
says 'EXAMPLE.TEST' 'and read'
printf 'Authorization: Negotiate %s\n' "$token" >"$scratch/in"
exits 0 'as JSON' decode --json
is_json 'it is valid JSON'
printf 'Authorization: Negotiate\n  "%s"\n' "$token" >"$scratch/in"
exits 0 'a token on the line below its scheme, in quotes, is read' decode
printf '< WWW-Authenticate: Negotiate\n' >"$scratch/in"
exits 3 'a challenge is no token' decode
says 'no token' 'and it says so'
printf 'Authorization: Basic dXNlcjpzZWNyZXQ=\n' >"$scratch/in"
exits 3 'a password is no token' decode
hides 'dXNlcjpzZWNyZXQ' 'and is not shown'
hides 'secret' 'neither in clear text'
printf 'Authorization: Negotiate \033[31m\007\n' >"$scratch/in"
exits 1 'what is no base64 is damage' decode
hides "$(printf '\033')" 'of which nothing reaches the terminal'
awk 'BEGIN { for (i = 0; i < 150; i++) print "Authorization: Negotiate YII=" }' >"$scratch/in"
exits 1 'no more than 100 headers are taken' decode
says '50 more are left out' 'and it says how many are left out'
if [ -c /dev/full ]; then
    "$command" decode "$vectors/mit-kerberos.b64" >/dev/full 2>"$scratch/err"
    [ $? -eq 3 ]
    check $? 'output that cannot be written is a failure'
fi
exits 3 'no input is said to be none' decode
complains 'there is no token' 'in words'
exits 3 'a file that is not there could not be read' decode "$scratch/none"
head -c 1100000 /dev/zero | tr '\0' 'A' >"$scratch/in"
exits 3 'more than 1 MiB is refused' decode

broken=0
for vector in "$vectors"/*.b64; do
    for format in '' --json; do
        # shellcheck disable=SC2086  # nothing where there is no option
        "$command" decode $format "$vector" >"$scratch/out" 2>"$scratch/err"
        [ $? -le 1 ] || { echo "# $vector $format"; broken=1; }
        LC_ALL=C grep -q "$(printf '[\001-\010\013-\037]')" "$scratch/out" && { echo "# control characters: $vector"; broken=1; }
        [ -z "$format" ] || perl -MJSON::PP -0777 -ne 'eval { decode_json($_) } or exit 1' "$scratch/out" || broken=1
    done
done
check $broken 'every token of the collection is decoded, in both formats, without control characters'

# ---- causes --------------------------------------------------------------------------

exits 0 'the causes are listed' causes
says 'wrong-key' 'each in a line'
exits 0 'one of them is explained' causes wrong-key
says 'setspn -Q HTTP/HOST' 'with the command for Active Directory'
says 'ktadd -norandkey' 'and for MIT Kerberos'
says '2148074274 (SEC_E_WRONG_PRINCIPAL)' "and IIS's number"
exits 0 'as JSON' causes --json
is_json 'they are valid JSON'
exits 0 'the page of all causes is printed' causes --markdown
says '| `/etc/apache2/` | `/etc/httpd/` |' "and says what stands for Debian's paths elsewhere"
says '| `www-data`, the user and its group | `apache` |' "for Debian's user"
says 'systemctl restart httpd' 'and for its service'
says '`403 0 5`' "and how a 401.3 of IIS's is logged here"
exits 2 'a cause that there is none of is wrong usage' causes no-such-cause

# ---- keytab ----------------------------------------------------------------------------

exits 3 'a keytab that is not there could not be read' keytab "$scratch/none.keytab"
says 'keytab-missing' 'and is called missing'
printf '\005\002' >"$scratch/empty.keytab"
exits 1 'a keytab without an entry is a finding' keytab "$scratch/empty.keytab"
says 'keytab-empty' 'and is called empty'
echo 'no keytab' >"$scratch/text.keytab"
chmod 644 "$scratch/text.keytab"
exits 1 'a file that is no keytab is a finding' keytab "$scratch/text.keytab"
says 'keytab-corrupt' 'and is called corrupt'
hides 'world-readable' 'whose mode does not matter then'
exits 1 'as JSON' keytab --json "$scratch/text.keytab"
is_json 'it is valid JSON'
exits 2 'without a file it is called wrongly' keytab

if command -v ktutil >/dev/null 2>&1; then
    add() { printf 'addent -password -p %s -k %s -e %s\n%s\n' "$1" "$2" "$3" "${4:-secret}"; }
    make_keytab() { { cat; printf 'wkt %s\nquit\n' "$1"; } | ktutil >/dev/null 2>&1; chmod 600 "$1"; }
    add HTTP/web.example.test@EXAMPLE.TEST 3 aes256-cts-hmac-sha1-96 | make_keytab "$scratch/good.keytab"
    exits 0 'a good keytab has no finding' keytab "$scratch/good.keytab"
    says 'HTTP/web.example.test@EXAMPLE.TEST' 'its entries are listed'
    says 'Nothing is wrong' 'and nothing else is said of them'
    if command -v klist >/dev/null 2>&1; then
        key=$(klist -Kk "$scratch/good.keytab" | sed -n 's/.*(0x\([0-9a-f]*\)).*/\1/p')
        [ -n "$key" ]
        check $? 'it has a key'
        hides "$key" 'which is not printed'
        exits 0 'as JSON' keytab --json "$scratch/good.keytab"
        is_json 'it is valid JSON'
        hides "$key" 'without the key as well'
    fi
    add HTTP/web.example.test@EXAMPLE.TEST 3 arcfour-hmac | make_keytab "$scratch/weak.keytab"
    exits 1 'RC4 is a finding' keytab "$scratch/weak.keytab"
    says 'warning weak-enctype:' 'and is called weak'
    { add HTTP/web.example.test@EXAMPLE.TEST 3 aes256-cts-hmac-sha1-96
      add HTTP/web.example.test@EXAMPLE.TEST 3 aes256-cts-hmac-sha1-96 another
    } | make_keytab "$scratch/two.keytab"
    exits 1 'one key version with two keys is a finding' keytab "$scratch/two.keytab"
    says 'problem conflicting-keys:' 'and is called conflicting'
    hides 'repeated-entry' 'and not a mere repetition'
    { add HTTP/web.example.test@EXAMPLE.TEST 3 aes256-cts-hmac-sha1-96
      add HTTP/web.example.test@EXAMPLE.TEST 3 aes256-cts-hmac-sha1-96
    } | make_keytab "$scratch/twice.keytab"
    exits 0 'the very same entry twice is harmless' keytab "$scratch/twice.keytab"
    says 'note repeated-entry:' 'and is told'
    { add HTTP/web.example.test@EXAMPLE.TEST 3 aes256-cts-hmac-sha1-96
      add HTTP/web.example.test@EXAMPLE.TEST 4 aes256-cts-hmac-sha1-96 another
    } | make_keytab "$scratch/rotated.keytab"
    exits 0 'two key versions are what a rotation leaves' keytab "$scratch/rotated.keytab"
    says 'note several-kvnos:' 'and are told'
    { add HTTP/web@EXAMPLE.TEST 3 aes256-cts-hmac-sha1-96
      add 'WEB$@EXAMPLE.TEST' 3 aes256-cts-hmac-sha1-96
    } | make_keytab "$scratch/machine.keytab"
    exits 0 'short names and computer accounts are right in some places' keytab "$scratch/machine.keytab"
    says 'note short-host-name:' 'the name is told'
    says 'note machine-account:' 'and so is the account'
    { add HTTP/web.example.test@EXAMPLE.TEST 3 aes256-cts-hmac-sha1-96
      add HTTP/web.example.test@OTHER.TEST 3 aes256-cts-hmac-sha1-96
    } | make_keytab "$scratch/realms.keytab"
    exits 1 'two realms are a finding' keytab "$scratch/realms.keytab"
    says 'warning mixed-realms:' 'and called so'
    says 'EXAMPLE.TEST, OTHER.TEST' 'with their names'
    add http/web.example.test@EXAMPLE.TEST 3 aes256-cts-hmac-sha1-96 | make_keytab "$scratch/case.keytab"
    exits 1 'http in small letters is a finding' keytab "$scratch/case.keytab"
    says 'problem spn-case-mismatch:' 'and is called so'
    says 'problem no-http-entry:' 'since there is no other entry for HTTP'
    { add HTTP/web.example.test@EXAMPLE.TEST 3 aes256-cts-hmac-sha1-96
      add host/web.example.test@EXAMPLE.TEST 3 aes256-cts-hmac-sha1-96
    } | make_keytab "$scratch/mixed.keytab"
    exits 1 "another service's key in it is a finding" keytab "$scratch/mixed.keytab"
    says 'warning other-services:' 'and is called so'
    says 'host/web.example.test@EXAMPLE.TEST' 'by its name'
    { add HTTP/web.example.test@EXAMPLE.TEST 3 aes256-cts-hmac-sha1-96
      add 'WEB$@EXAMPLE.TEST' 3 aes256-cts-hmac-sha1-96
    } | make_keytab "$scratch/computer.keytab"
    for shared in mixed computer; do
        chmod 666 "$scratch/$shared.keytab"
        exits 1 "$shared.keytab, open to everybody, is a finding" keytab "$scratch/$shared.keytab"
        says 'problem world-readable:' 'it can be read'
        says 'problem writable-by-others:' 'and written'
        says 'a keytab of its own' 'the advice is another keytab'
        hides 'chgrp' "and nothing that hands the other services' keys to the web server"
        hides 'chown' 'by another owner'
        hides 'chmod' 'or another mode'
        chmod 600 "$scratch/$shared.keytab"
    done
    exits 1 'the user of the web server has to be one' keytab --user no-such-user "$scratch/good.keytab"
    says 'problem unknown-user:' 'and it says so'
    exits 0 'whoever owns the file can read it' keytab --user "$(id -un)" "$scratch/good.keytab"
    says 'note readable-by-user:' 'and it says so'
    if [ "$(id -un)" != nobody ] && id nobody >/dev/null 2>&1; then
        exits 1 'a user who cannot read it is a finding' keytab --user nobody "$scratch/good.keytab"
        says 'problem unreadable-by-user:' 'and it says so'
        says 'chgrp www-data FILE' 'with what mends it'
        exits 1 'nor should he where other services have their keys' keytab --user nobody "$scratch/mixed.keytab"
        says 'problem unreadable-by-user:' 'which is a finding as well'
        hides 'chgrp' 'but not mended by handing those keys to the web server'
    fi
    if [ "$(id -u)" -ne 0 ]; then
        chmod 000 "$scratch/good.keytab"
        exits 3 'a keytab that one may not read could not be read' keytab "$scratch/good.keytab"
        says 'problem keytab-unreadable:' 'and is called unreadable'
        chmod 600 "$scratch/good.keytab"
    fi
    chmod 644 "$scratch/good.keytab"
    exits 1 'a keytab that everybody can read is a finding' keytab "$scratch/good.keytab"
    says 'problem world-readable:' 'and is called so'
    exits 3 'without a keytab there is nothing to check' check --keytab "$scratch/none.keytab"
    complains 'does not exist' 'and it says so'
    exits 2 'a service has a host' check --keytab "$scratch/good.keytab" --spn HTTP
    exits 2 'and one realm at most' check --keytab "$scratch/good.keytab" --spn HTTP/a@B@C
    exits 2 'check takes options only' check --keytab "$scratch/good.keytab" more
    head -c 40 "$scratch/good.keytab" >"$scratch/torn.keytab"
    exits 1 'a keytab that was cut off is a finding' keytab "$scratch/torn.keytab"
    says 'keytab-torn' 'and is called torn'
else
    count=$((count + 1))
    echo "ok $count - # SKIP ktutil is not installed"
fi

slugs=$(sed -n -e 's/.*\.slug = "\([a-z0-9-]*\)".*/\1/p' -e 's/^ *{* *"\([a-z0-9-]*\)", NGD_SEVERITY_.*/\1/p' "$srcdir"/cli/*.c)
[ "$(echo "$slugs" | wc -l)" -gt 30 ]
check $? 'the findings can be told from the sources'
missing=
for slug in $slugs; do
    grep -qw -- "$slug" "$srcdir/docs/negotiate-diag.1" || missing="$missing $slug"
done
[ -z "$missing" ]
check $? 'the manual page names every finding'
[ -z "$missing" ] || echo "# not$missing"

# ---- explain, as far as it needs no ticket ------------------------------------------------

printf 'Authorization: Negotiate TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw==\n' >"$scratch/in"
exits 1 'a captured header with NTLM has a cause' explain --keytab "$scratch/none.keytab" --host 192.0.2.1
says 'ntlm-fallback' 'which is named'
says 'keytab-missing' 'and so is the keytab that is not there'
hides 'two computers' 'whether client and server are two computers is not known'
hides 'chown root:root' "nor the web server's group"
says 'A captured header does not tell' 'and that is said'
printf 'Authorization: Negotiate %s\n' "$token" >"$scratch/in"
exits 1 'as JSON' explain --json --keytab "$scratch/none.keytab" --host web.example.test
is_json 'it is valid JSON'
hides "$(echo "$token" | cut -c1-40)" 'without the token'
ln -s loop "$scratch/loop"
printf 'Authorization: Negotiate %s\n' "$token" >"$scratch/in"
exits 3 'a keytab that one cannot read says nothing of the web server' explain --keytab "$scratch/loop"
complains "$scratch/loop: " 'and is named'
hides 'this server runs as' 'without a word on whom that runs as'
exits 2 'without a keytab it is called wrongly' explain
exits 3 'without a header there is nothing to explain' explain --keytab "$scratch/none.keytab"
exits 2 'an acceptor name of no kind is wrong usage' explain --keytab "$scratch/none.keytab" --acceptor HTTP/x

echo "1..$count"
exit $failed
