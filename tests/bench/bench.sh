#!/bin/sh
# bench.sh BENCH_BINARY: the costs of a sync against the sandbox: of BENCH_ROWS participations (20,000) in Coda
# with their people and teams in Notion, and of a Grist document of about BENCH_GRIST_ROWS rows (50,000).
set -eu
bench=$1
top=$(cd "$(dirname "$0")/../.." && pwd)
rows=${BENCH_ROWS:-20000}
grist=${BENCH_GRIST_ROWS:-50000}
dir=$(mktemp -d "${TMPDIR:-/tmp}/rosterd-bench.XXXXXX")
sandbox=
stop() {
    [ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null || :
    [ -z "$sandbox" ] || wait "$sandbox" 2>/dev/null || :
    sandbox=
}
trap 'stop; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM

measure() { # NAME CYCLE SANDBOX_OPTION…: the costs of that cycle; "" reads all tables
    name=$1 cycle=$2
    shift 2
    "$top/rosterd-sandbox" "$@" --speed 500 --no-rate-limits --config "$dir/$name.ini" --store "$dir/$name.db" \
        >"$dir/$name.log" &
    sandbox=$!
    i=0
    until grep -q listening "$dir/$name.log" 2>/dev/null; do
        i=$((i + 1)); [ "$i" -lt 300 ] || { echo "the sandbox did not start" >&2; exit 1; }
        sleep 0.1
    done
    "$bench" "$dir/$name.ini" ${cycle:+"$cycle"}
    stop
}

echo "Notion and Coda: $rows participations, $((rows / 4)) people, 100 teams"
measure plain "" --participations "$rows" --people $((rows / 4)) --teams 100
echo
echo "Grist: people, teams, participations, badges, arrivals, heads of teams and dictionaries"
measure grist grist --grist --participations $((grist * 43 / 100)) --people $((grist * 31 / 100)) \
    --teams $((grist / 100))
