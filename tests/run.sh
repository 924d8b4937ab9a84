#!/bin/sh
# run.sh BUILD_DIR TEST_BINARY…: runs the test programs and counts what they tell.
#
# One line for each program that passes, the whole output of one that does not; a crash or a program
# that runs longer than TEST_SECONDS (300) is one failure. The last line is "N passed, N failed".
# Two programs run side by side (TEST_JOBS); of those end to end, which mostly wait for Telegram's limits,
# four (TEST_WAITING_JOBS).
set -u
[ $# -ge 1 ] || { echo "usage: sh tests/run.sh BUILD_DIR TEST_BINARY…" >&2; exit 2; }
build=$1
shift
limit=${TEST_SECONDS:-300}
jobs=${TEST_JOBS:-2}
waiting_jobs=${TEST_WAITING_JOBS:-4}
work=$(mktemp -d "${TMPDIR:-/tmp}/rosterd-run-XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export CMOCKA_MESSAGE_OUTPUT=STDOUT
# a leak is a failure like any other; the exit code tells it from cmocka's count of failed tests
export ASAN_OPTIONS="${ASAN_OPTIONS:-exitcode=99}"

# The numbers of all lines of FILE that say "[  MARK  ] N test(s)", added up.
# A program without cmocka tells them in a line "N passed, N failed".
plain() {
    sed -n "s/^\([0-9][0-9]*\) passed, \([0-9][0-9]*\) failed$/\\$2/p" "$1" | tail -n 1
}
count() {
    sed -n "s/^\[  $2 *\] \([0-9][0-9]*\) test(s).*/\1/p" "$1" | awk '{ n += $1 } END { print n + 0 }'
}

# Runs one program; leaves NAME.out and NAME.res ("passed failed skipped seconds") in the work folder.
run_one() {
    name=$2
    started=$(date +%s)
    timeout -k 10 "$limit" ${TEST_WRAP:-} "$1" >"$work/$name.out" 2>&1
    code=$?
    seconds=$(($(date +%s) - started))
    passed=$(count "$work/$name.out" PASSED)
    failed=$(count "$work/$name.out" FAILED)
    skipped=$(count "$work/$name.out" SKIPPED)
    if [ $((passed + failed + skipped)) -eq 0 ]; then
        passed=$(plain "$work/$name.out" 1)
        failed=$(plain "$work/$name.out" 2)
        passed=${passed:-0} failed=${failed:-0}
    fi
    begun=$(sed -n 's/^\[ RUN      \] //p' "$work/$name.out" | tail -n 1)
    if [ "$code" -eq 124 ] || [ "$code" -eq 137 ]; then
        echo "$name: stopped after $limit s, in ${begun:-no test}" >>"$work/$name.out"
        failed=$((failed + 1))
    elif [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then
        echo "$name: ended with status $code, last in ${begun:-no test}" >>"$work/$name.out"
        failed=1
    elif [ "$code" -eq 0 ] && [ $((passed + failed + skipped)) -eq 0 ]; then
        echo "$name: told of no test" >>"$work/$name.out"
        failed=1
    fi
    echo "$passed $failed $skipped $seconds" >"$work/$name.res"
}

passed=0
failed=0
skipped=0
tell() {
    [ -f "$work/$1.res" ] || echo "0 1 0 0" >"$work/$1.res"
    read -r p f s t <"$work/$1.res"
    passed=$((passed + p))
    failed=$((failed + f))
    skipped=$((skipped + s))
    if [ "$f" -gt 0 ]; then
        echo "---- $1: $f failed, $p passed ($t s)"
        # what passed is of no interest here
        grep -v -E '^\[ (RUN     |      OK) \]' "$work/$1.out" | sed 's/^/     /'
    else
        note=
        [ "$s" -gt 0 ] && note=", $s skipped"
        printf '%-44s %4d passed%s  %3d s\n' "$1" "$p" "$note" "$t"
    fi
}

# Names, told in the order of the command line whatever ends first.
names=
waiting=
n=0
for binary in "$@"; do
    name=${binary#"$build"/}
    name=$(echo "${name#tests/}" | tr '/' '.')
    case $name in e2e.*) [ -n "${TEST_JOBS:-}" ] || jobs=$waiting_jobs ;; esac
    run_one "$binary" "$name" &
    names="$names $name"
    waiting="$waiting $!"
    n=$((n + 1))
    if [ "$n" -ge "$jobs" ]; then
        first=${waiting# }
        first=${first%% *}
        wait "$first"
        waiting=${waiting# "$first"}
        n=$((n - 1))
        head=${names# }
        tell "${head%% *}"
        names=${names# "${head%% *}"}
    fi
done
wait
for name in $names; do
    tell "$name"
done
tail=
[ "$skipped" -gt 0 ] && tail=", $skipped skipped"
echo "$passed passed, $failed failed$tail"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
