#!/bin/sh
# Repeats the corpus of each fuzz target, with whatever compiler built it.
set -u

count=0
failures=0

# replay TARGET WHAT
replay() {
    count=$((count + 1))
    if words=$("${abs_top_builddir:-.}/t/fuzz/fuzz-$1" "${srcdir:-.}/t/fuzz/corpus/$1" 2>&1); then
        echo "ok $count - nothing of the corpus breaks $2 ($words)"
    else
        echo "not ok $count - nothing of the corpus breaks $2"
        echo "$words" | sed 's/^/# /'
        failures=$((failures + 1))
    fi
}

replay token "the token decoder"
replay report "the way from a header to a report"
echo "1..$count"
[ "$failures" -eq 0 ]
