#!/bin/sh
# cover.sh BUILD_DIR: after the tests ran in a --coverage build: how much of each file of the program they
# ran, the least first, and the whole. gcov comes with gcc.
set -eu
[ $# -eq 1 ] || { echo "usage: sh tests/cover.sh BUILD_DIR" >&2; exit 2; }
top=$(pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/rosterd-cover-XXXXXX")
trap 'rm -rf "$work"' EXIT
# a file that no test program links has no .gcda and counts as never run
find "$1/store" "$1/sync" "$1/bot" -name '*.gcno' | while read -r notes; do
    (cd "$work" && gcov -n -s "$top" -o "$top/$(dirname "$notes")" "$top/$notes" 2>/dev/null) || :
done >"$work/told"
awk '
    /^File / { file = $0; sub(/^File ./, "", file); sub(/.$/, "", file); next }
    /^Lines executed:/ && file != "" {
        split($0, part, /[:% ]+/)
        share = part[3]; lines = $NF
        # a header is told once for each file that includes it, and some do not run it
        if (file ~ /^(store|sync|bot)\// && file ~ /\.c$/ && lines > 0) {
            if (!(file in all) || share > best[file]) best[file] = share
            all[file] = lines
        }
        file = ""
    }
    END {
        for (f in all) {
            printf "%6.1f %%  %5d  %s\n", best[f], all[f], f | "sort -n"
            run += best[f] * all[f] / 100; total += all[f]
        }
        close("sort -n")
        if (!total) { print "no coverage found: build with MODE=cover and run the tests"; exit 1 }
        printf "%6.1f %%  %5d  together\n", 100 * run / total, total
    }' "$work/told"
