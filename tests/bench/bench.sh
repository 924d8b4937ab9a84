#!/bin/sh
# bench.sh BENCH_BINARY: the costs of a sync of BENCH_ROWS participations (20,000) against the sandbox.
set -eu
bench=$1
top=$(cd "$(dirname "$0")/../.." && pwd)
rows=${BENCH_ROWS:-20000}
dir=$(mktemp -d "${TMPDIR:-/tmp}/rosterd-bench.XXXXXX")
sandbox=
trap '[ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
"$top/rosterd-sandbox" --participations "$rows" --people $((rows / 4)) --teams 100 --speed 500 \
    --no-rate-limits --config "$dir/bench.ini" --store "$dir/bench.db" >"$dir/sandbox.log" &
sandbox=$!
i=0
until grep -q listening "$dir/sandbox.log"; do
    i=$((i + 1)); [ "$i" -lt 100 ] || { echo "the sandbox did not start" >&2; exit 1; }
    sleep 0.1
done
"$bench" "$dir/bench.ini"
