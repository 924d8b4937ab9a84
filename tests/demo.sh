#!/bin/sh
# make demo: the sandbox and the daemon in a temporary folder, and a chat with the bot in this terminal.
# Without a terminal on standard input it plays a short chat, prints it and checks what came out.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d "${TMPDIR:-/tmp}/rosterd-demo.XXXXXX")
sandbox= daemon=

finish() {
    trap - EXIT INT TERM HUP
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || :
    [ -z "$daemon" ] || wait "$daemon" 2>/dev/null || :
    [ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null || :
    [ -z "$sandbox" ] || wait "$sandbox" 2>/dev/null || :
    rm -rf "$dir"
}
trap finish EXIT
trap 'finish; exit 130' INT TERM HUP

wait_for() { # FILE TEXT WHAT
    i=0
    until grep -q "$2" "$1" 2>/dev/null; do
        i=$((i + 1))
        [ "$i" -lt 100 ] || { echo "$3 did not start:" >&2; cat "$1" >&2; exit 1; }
        sleep 0.1
    done
}

# At the vendors' own rates a person sees the bar move; a script need not wait for that.
speed=${DEMO_SPEED:-4}
if [ -t 0 ] && [ -t 1 ]; then speed=${DEMO_SPEED:-1}; fi
"$top/rosterd-sandbox" --speed "$speed" --config "$dir/demo.ini" --store "$dir/demo.db" \
    ${DEMO_SANDBOX:-} >"$dir/sandbox.log" 2>&1 &
sandbox=$!
wait_for "$dir/sandbox.log" listening "The sandbox"

"$top/rosterd" -c "$dir/demo.ini" run 2>"$dir/daemon.log" &
daemon=$!
wait_for "$dir/daemon.log" started "The daemon"

if [ -t 0 ] && [ -t 1 ]; then
    echo "A festival with 800 people, 40 teams and 1,000 participations, played by $(sed -n 's/.*listening on //p' "$dir/sandbox.log")."
    echo "The daemon runs on $dir/demo.db; its log is $dir/daemon.log. All of it goes when you leave."
    echo
    "$top/rosterd" -c "$dir/demo.ini" chat --say '/sync all' \
        --hint "Try: /status, /invalid, /runs, /preview all, /sync (a second one changes nothing), /lang. A button is pressed by its number. Ctrl-D ends." || :
    exit 0
fi

LC_ALL=ru_RU.UTF-8
export LC_ALL
printf '%s\n' '/start' '/sync all' '/status' '/invalid' '/sync all' '/runs' |
    "$top/rosterd" -c "$dir/demo.ini" chat >"$dir/chat.txt" || { cat "$dir/chat.txt" "$dir/daemon.log"; exit 1; }
cat "$dir/chat.txt"
echo
echo "-- in the store"
"$top/rosterd" -c "$dir/demo.ini" status
"$top/rosterd" -c "$dir/demo.ini" status --json >"$dir/status.json"
kill "$daemon" && wait "$daemon" && daemon= || { echo "FAIL: the daemon did not stop cleanly" >&2; exit 1; }

bad=0
want() { # WHAT PATTERN FILE
    grep -Eq "$2" "$3" || { echo "FAIL: $1" >&2; bad=1; }
}
want "the first sync brought people" 'Люди \(Ноушен\): [0-9].* нов' "$dir/chat.txt"
want "the first sync brought teams" 'Службы \(Ноушен\): [0-9].* нов' "$dir/chat.txt"
want "the first sync brought participations" 'Участие \(Кода\): [0-9].* нов' "$dir/chat.txt"
want "rows with errors are told" 'Не приняты' "$dir/chat.txt"
want "the second sync changed nothing" 'Всё сходится: .* менять нечего' "$dir/chat.txt"
want "the status answers" 'Ноушен 🟢.*Кода 🟢' "$dir/chat.txt"
want "the store holds people" '"name":"people","checked_at":[0-9]+,"known":[1-9]' "$dir/status.json"
want "the store holds participations" '"name":"participation","checked_at":[0-9]+,"known":[1-9]' "$dir/status.json"
want "nothing is left in the queue" '"queued":0' "$dir/status.json"
grep -q 'level=err' "$dir/daemon.log" && { echo "FAIL: the daemon logged errors:" >&2; grep 'level=err' "$dir/daemon.log" >&2; bad=1; }
[ "$bad" = 0 ] && echo "-- the demo went as it should"
exit "$bad"
