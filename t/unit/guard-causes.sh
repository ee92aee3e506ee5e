#!/bin/sh
# The regression it stops: docs/causes.md says something else than the catalogue, or names a test that there is none of.
srcdir=${srcdir:-.}
command=${abs_top_builddir:-.}/negotiate-diag
page=$srcdir/docs/causes.md
. "$(dirname "$0")/guard.sh"
set -e

"$command" causes --markdown >"$scratch/causes.md"
status=0
diff -u "$page" "$scratch/causes.md" >"$scratch/diff" || status=1
sed 's/^/# /' "$scratch/diff" | head -40
ok $status "docs/causes.md is what the catalogue says (make update-docs)"

grep -o '`t/[^`]*`' "$page" | tr -d '`' | sort -u >"$scratch/tests"
[ -s "$scratch/tests" ]
ok $? "the page names tests"
while read -r test; do
    status=0
    [ -e "$srcdir/$test" ] || status=1
    ok $status "$test, which it names, is there"
done <"$scratch/tests"

# Each slug stands in the test that is said to reproduce it.
awk '/^## / { slug = $2 } match($0, /`t\/[^`]*`/) && slug != "" { print slug, substr($0, RSTART + 1, RLENGTH - 2); slug = "" }' \
    "$page" >"$scratch/slugs"
while read -r slug test; do
    status=0
    word=$(echo "$slug" | tr 'a-z-' 'A-Z_')
    grep -qe "'$slug'" -e "\"$slug\"" -e "qw([^)]*\b$slug\b" -e "NGD_CAUSE_$word\b" "$srcdir/$test" || status=1
    ok $status "$test speaks of $slug"
done <"$scratch/slugs"
[ "$(wc -l <"$scratch/slugs")" -eq "$("$command" causes | wc -l)" ]
ok $? "every cause names its test"

echo "1..$count"
[ "$failures" -eq 0 ]
