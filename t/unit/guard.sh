# The beginning of a guard: a folder of its own, and ok() for its TAP.  Read with ".".
set -u

scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
count=0
failures=0

# ok STATUS NAME: 0 is well.
ok() {
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
    else
        echo "not ok $count - $2"
        failures=$((failures + 1))
    fi
}
