#!/bin/sh
# lint.sh FILE…: format, layers, lengths, clang-tidy and cppcheck over the program's sources. Prints what
# is wrong and where; exits 1 when anything is. LINT="format layers" runs some of the checks only.
set -u
cd "$(dirname "$0")/../.." || exit 2
[ $# -gt 0 ] || { echo "usage: sh tests/lint/lint.sh FILE…" >&2; exit 2; }
wanted=" ${LINT:-format layers calls length cycles knots tidy cppcheck} "
work=$(mktemp -d "${TMPDIR:-/tmp}/rosterd-lint-XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
failed=

sh deploy/deps.sh clang-format clang-tidy cppcheck || exit 2

# Sources that are tracked, else (no git here) those named and their headers.
tracked() {
    git ls-files '*.c' '*.h' 2>/dev/null | grep . || { printf '%s\n' "$@"; find store sync bot -name '*.h'; }
}
tracked "$@" | sort -u | while read -r f; do [ -f "$f" ] && echo "$f"; done >"$work/sources"
grep -E '^(store|sync|bot)/|^rosterd\.c$' "$work/sources" >"$work/program"
grep -E '^store/' "$work/program" >"$work/store"
grep -E '^sync/' "$work/program" >"$work/sync"
grep -E '^store/base/' "$work/program" >"$work/base"

# Ends a check: what it printed into FILE is shown under its name.
verdict() {
    if [ -s "$2" ]; then
        echo "---- $1: $3"
        cat "$2"
        failed="$failed $1"
    else
        echo "$1: fine"
    fi
}

check_format() {
    xargs clang-format --dry-run <"$work/sources" 2>&1 | sed -n 's/: warning: .*//p' |
        cut -d: -f1 | sort | uniq -c | awk '{ print "  " $2 ": " $1 " places" }' >"$work/out"
    verdict format "$work/out" "run make format"
}

# refuse LIST REGEX SENTENCE [ALLOWED]: no file of LIST may include what matches, but ALLOWED.
refuse() {
    xargs grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]$2" <"$1" /dev/null 2>/dev/null |
        grep -vE "^(${4:-nothing}):" | sed "s|\$|   ($3)|" >>"$work/layers.out"
}
check_layers() {
    : >"$work/layers.out"
    refuse "$work/store" '(sync|bot)/' "store/ knows nothing above it"
    refuse "$work/sync" 'bot/' "sync/ knows nothing of bot/"
    refuse "$work/base" 'store/[^b]' "store/base/ knows nothing of store/"
    refuse "$work/program" 'tests/' "the program knows nothing of its tests"
    refuse "$work/sources" 'sqlite3\.h' "only store/db.c opens SQLite" 'store/db\.c|tests/sandbox/grist_sql\.c'
    refuse "$work/program" 'curl/' "only sync/http.c talks HTTP" 'sync/http\.c'
    refuse "$work/program" 'sodium\.h' "only store/base/secret.c" 'store/base/secret\.c'
    refuse "$work/sources" 'ini\.h' "only store/base/ini.c" 'store/base/ini\.c'
    refuse "$work/sources" 'uuid/uuid\.h' "only store/base/uuid.c" 'store/base/uuid\.c'
    refuse "$work/program" 'microhttpd\.h' "the sandbox's alone"
    refuse "$work/program" '(cairo|pango)' "only bot/chart/chart_draw.c draws" 'bot/chart/chart_draw\.c'
    refuse "$work/program" 'cjson/' "through store/base/json.h" 'store/base/json\.h'
    verdict layers "$work/layers.out" "an include that its place may not have"
}

# Calls that are unbounded, not thread-safe, or go round store/base/clock. Comments do not count.
check_calls() {
    words='strcpy|strcat|sprintf|vsprintf|gets|strtok|localtime|gmtime|ctime|asctime|strerror_l|system|popen|usleep|sleep|nanosleep|time|gettimeofday|clock_gettime|rand|srand|random|tmpnam|mktemp|alloca|setlocale|setenv|putenv'
    xargs grep -nE "(^|[^A-Za-z0-9_>.])($words)\(" <"$work/program" /dev/null |
        grep -vE ':[[:space:]]*(/\*|\*|//)' |
        grep -vE '^store/base/clock\.c:.*(nanosleep|clock_gettime)\(' |
        grep -vE '^bot/cli/cli\.c:.*setenv\("TZ"' >"$work/out" # before any thread is there
    verdict calls "$work/out" "unbounded, not thread-safe, or the time read past store/base/clock"
}

# A ratchet: 60 lines a function and 500 a file are told, 70 and 550 refused.
check_length() {
    xargs awk '
        FNR == 1 { if (last != "" && lines > 500) print (lines > 550 ? "! " : "  ") last ": " lines " lines"
                   last = FILENAME; open = 0 }
        { lines = FNR }
        /^[A-Za-z].*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
        /^\{/ { open = FNR }
        /^\}/ { if (open && FNR - open - 1 > 60)
                    print (FNR - open - 1 > 70 ? "! " : "  ") FILENAME ":" open ": " name "() has " FNR - open - 1 " lines"
                open = 0 }
        END { if (lines > 500) print (lines > 550 ? "! " : "  ") last ": " lines " lines" }
    ' <"$work/program" >"$work/long"
    grep -E '^  ' "$work/long"
    grep -E '^!' "$work/long" >"$work/out"
    verdict length "$work/out" "a function over 70 lines or a file over 550 is asking to become two"
}

# Headers that include each other in a circle.
check_cycles() {
    grep '\.h$' "$work/program" | while read -r header; do
        sed -n 's/^#include "\(.*\)"/\1/p' "$header" | sed "s|^|$header |"
    done >"$work/edges"
    tsort <"$work/edges" >/dev/null 2>"$work/out" || :
    verdict cycles "$work/out" "headers that include each other"
}

# Files that call each other in a circle: whoever uses a symbol stands above whoever defines it.
check_knots() {
    : >"$work/out"
    for f in "$@"; do
        object=${OBJECTS:-build/release}/${f%.c}.o
        [ -f "$object" ] && nm "$object" | awk -v f="$f" 'NF >= 2 { print $(NF - 1), $NF, f }'
    done >"$work/symbols"
    grep -q ' T ' "$work/symbols" || grep -q '^T ' "$work/symbols" || echo "  nothing is built: make" >"$work/out"
    awk '$1 ~ /^[TDRBG]$/ { home[$2] = $3 }
         $1 == "U" { uses[$3 " " $2] = 1 }
         END { for (u in uses) { split(u, w, " "); if (w[2] in home && home[w[2]] != w[1]) print w[1], home[w[2]] } }' \
        "$work/symbols" | sort -u >"$work/edges"
    tsort <"$work/edges" >/dev/null 2>>"$work/out" || :
    verdict knots "$work/out" "files that call each other in a circle"
}

check_tidy() {
    printf '%s\n' "$@" | xargs -P "$(nproc 2>/dev/null || echo 2)" -n 1 sh -c \
        'known="-include tests/lint/tidy.h"
         [ "$1" = store/base/err.c ] && known=
         clang-tidy --quiet "$1" -- -std=gnu17 -D_GNU_SOURCE -D"ROSTERD_VERSION=\"lint\"" -I. $known 2>/dev/null' \
        sh >"$work/tidy"
    grep -E ' (warning|error): ' "$work/tidy" | sed "s|^$(pwd)/||" | sort -u >"$work/out"
    verdict tidy "$work/out" "clang-tidy; its checks stand in .clang-tidy"
}

# uninitvar: cppcheck does not see what DB_INT and the like write through their pointers (gcc and
# clang-tidy look for the same); varFuncNullUB: NULL is a pointer here, and log_event is a sentinel;
# internalAstError: cppcheck's own trouble with compound literals.
check_cppcheck() {
    cppcheck --enable=warning,performance,portability --inline-suppr --quiet --std=c11 -I. \
        -D_GNU_SOURCE -D'ROSTERD_VERSION="lint"' --suppress=missingIncludeSystem --suppress=uninitvar \
        --suppress=varFuncNullUB --suppress=internalAstError -j "$(nproc 2>/dev/null || echo 2)" \
        --template='{file}:{line}: {severity}: {message} [{id}]' "$@" >"$work/out" 2>&1
    verdict cppcheck "$work/out" "cppcheck"
}

for check in format layers calls length cycles knots tidy cppcheck; do
    case "$wanted" in *" $check "*) "check_$check" "$@" ;; esac
done
[ -z "$failed" ] || { echo "lint:$failed"; exit 1; }
echo "lint: fine"
