#!/bin/sh
# guard-purity.sh - the regression it stops: src/token or src/diagnosis begins to read
# a clock, a file, the environment or the network, to write, or to allocate.
#
# Facts come in as arguments, so that any attempt can be thought up and explained
# again.  The linker knows what an object calls; names of our own begin with ngd_.
builddir=${abs_top_builddir:-.}
cc=${CC:-cc}
command -v nm >/dev/null 2>&1 || { echo "1..0 # SKIP nm is not installed"; exit 0; }
clock='time|ftime|clock|clock_gettime|gettimeofday|(local|gm)time(_r)?|(mk|str[fp]|as|c)time(_r)?|timegm|tzset|nanosleep|u?sleep'
memory='[mc]alloc|re(c?alloc|allocarray)|free|strn?dup|v?asprintf|aligned_alloc|posix_memalign|mmap|alloca'
files='f?open(at)?|close|fclose|f?(read|write)|p?(read|write)v?|fget[cs]|fput[cs]|get(c|line|delim)|put(s|char|c)|f?stat(at)?|access'
output='v?f?printf|v?dprintf|perror|syslog|fflush|std(in|out|err)'
world='(secure_)?getenv|setenv|getpid|getuid|gethostname|socket|connect|send(to|msg)?|recv(from|msg)?|getaddrinfo|gethostby.*|system|popen|fork|exec.*|getrandom|s?rand(om)?'
forbidden="^($clock|$memory|$files|$output|$world)\$"
. "$(dirname "$0")/guard.sh"

# Prints what an object calls and may not: versions, and the forms of _FORTIFY_SOURCE and of large files, aside.
forbidden_calls() {
    nm -u "$1" >"$scratch/calls" || return 1
    awk '{ print $NF }' "$scratch/calls" | sed -e 's/@.*//' -e 's/^__isoc[0-9]*_//' -e 's/^__\(.*\)_chk$/\1/' -e 's/64$//' |
        grep -E "$forbidden"
    return 0
}

clean() {
    found=$(forbidden_calls "$1") || return 1
    [ -z "$found" ] && return 0
    echo "# ${1##*/} calls:"
    echo "$found" | sed 's/^/#   /'
    return 1
}

# A guard that cannot fail guards nothing.
for call in 'time(0)' 'fopen("x", "r")' 'malloc((unsigned long)argc)' 'getenv("x")' 'printf("%d", argc)'; do
    printf '#include <stdio.h>\n#include <stdlib.h>\n#include <time.h>\nint f(int argc);\nint f(int argc) { return argc + (%s != 0); }\n' \
        "$call" >"$scratch/impure.c"
    $cc -O0 -c "$scratch/impure.c" -o "$scratch/impure.o" || exit 99
    clean "$scratch/impure.o" >/dev/null
    ok $((1 - $?)) "the guard refuses ${call%%(*}()"
done

objects=0
for object in "$builddir"/src/token/.libs/*.o "$builddir"/src/diagnosis/.libs/*.o; do
    [ -f "$object" ] || continue
    objects=$((objects + 1))
    clean "$object"
    ok $? "${object##*_la-} reads no clock and no file, writes nothing, allocates nothing"
done
[ "$objects" -gt 10 ]
ok $? "there are objects to look at"
echo "1..$count"
[ "$failures" -eq 0 ]
