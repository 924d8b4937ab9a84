#!/bin/sh
# make demo: the sandbox and the daemon in a temporary folder, and a chat with the bot in this terminal,
# while made-up people go on editing in Coda and Notion: one edit every DEMO_HANDS seconds, 0 for none.
# DEMO_SPEED=N runs the remotes at N times the rates that the vendors publish; DEMO_SANDBOX: more options.
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

# At a few times the vendors' own rates a person sees the bar move; a script need not wait for that.
terminal= hands=0 speed=${DEMO_SPEED:-20}
if [ -t 0 ] && [ -t 1 ]; then terminal=yes hands=${DEMO_HANDS:-10} speed=${DEMO_SPEED:-8}; fi
"$top/rosterd-sandbox" --two-way --hands "$hands" --speed "$speed" --config "$dir/demo.ini" \
    --store "$dir/demo.db" ${DEMO_SANDBOX:-} >"$dir/sandbox.log" 2>&1 &
sandbox=$!
wait_for "$dir/sandbox.log" listening "The sandbox"

"$top/rosterd" -c "$dir/demo.ini" run 2>"$dir/daemon.log" &
daemon=$!
wait_for "$dir/daemon.log" started "The daemon"

if [ "$terminal" ]; then
    echo "A festival with 800 people, 40 teams and 1,000 participations, played by $(sed -n 's/.*listening on //p' "$dir/sandbox.log")."
    echo "The daemon runs on $dir/demo.db; its log is $dir/daemon.log. All of it goes when you leave."
    echo "Somebody edits in Coda or Notion every $hands s, told in $dir/sandbox.log."
    echo
    "$top/rosterd" -c "$dir/demo.ini" chat --say '/sync festival' \
        --hint "That was a whole cycle: read from both, written to both. Meanwhile people have gone on editing.
Try: /preview festival (what has been edited), /sync festival (pass it on), /status, /invalid, /runs,
/history and a name, /lang. A button is pressed by its number. Ctrl-D ends." || :
    exit 0
fi

LC_ALL=ru_RU.UTF-8
export LC_ALL
talk() { # FILE LINE…
    file=$1
    shift
    printf '%s\n' "$@" | "$top/rosterd" -c "$dir/demo.ini" chat >"$file" ||
        { cat "$file" "$dir/daemon.log"; exit 1; }
    cat "$file"
}
echo "-- the first cycle: both tables are read, and both are written"
talk "$dir/first.txt" '/start' '/sync festival' '/invalid' '/sync festival'
echo
echo "-- now people edit by hand, on every side"
kill -USR1 "$sandbox"
wait_for "$dir/sandbox.log" 'by hand' "Nobody"
sleep 0.3
grep 'by hand' "$dir/sandbox.log"
echo
echo "-- the next cycle takes that in and passes it on; the one after it has nothing to do"
talk "$dir/second.txt" '/sync festival full' '/sync festival' '/runs' '/status'
echo
echo "-- in the store"
"$top/rosterd" -c "$dir/demo.ini" status
"$top/rosterd" -c "$dir/demo.ini" status --json >"$dir/status.json"
kill "$daemon" && wait "$daemon" && daemon= || { echo "FAIL: the daemon did not stop cleanly" >&2; exit 1; }

bad=0
want() { # WHAT PATTERN FILE
    grep -Eq "$2" "$3" || { echo "FAIL: $1" >&2; bad=1; }
}
want "the first cycle brought people" 'Люди \(Ноушен\): [0-9].* нов' "$dir/first.txt"
want "the first cycle brought teams" 'Службы \(Ноушен\): [0-9].* нов' "$dir/first.txt"
want "the first cycle brought participations" 'Участие \(Кода\): [0-9].* нов' "$dir/first.txt"
want "the first cycle made rows in Coda" 'Участие → Кода: добавлено [1-9]' "$dir/first.txt"
want "the first cycle made pages in Notion" 'Волонтёры → Ноушен: добавлено [1-9]' "$dir/first.txt"
want "rows with errors are told" 'Не приняты' "$dir/first.txt"
want "a second cycle changed nothing" 'Всё сходится: .* менять нечего' "$dir/first.txt"
want "edits by hand came in" 'Участие \(Кода\): .*(нов|изменен)' "$dir/second.txt"
want "edits by hand were passed on" 'Волонтёры → Ноушен: .*изменено [1-9]' "$dir/second.txt"
want "then everything agreed" 'Всё сходится: .* менять нечего' "$dir/second.txt"
want "the status answers" 'Ноушен 🟢.*Кода 🟢' "$dir/second.txt"
want "the store holds people" '"name":"people","checked_at":[0-9]+,"known":[1-9]' "$dir/status.json"
want "the store holds participations" '"name":"participation","checked_at":[0-9]+,"known":[1-9]' "$dir/status.json"
want "nothing is left in the queue" '"queued":0' "$dir/status.json"
grep -q 'level=err' "$dir/daemon.log" && { echo "FAIL: the daemon logged errors:" >&2; grep 'level=err' "$dir/daemon.log" >&2; bad=1; }
[ "$bad" = 0 ] && echo "-- the demo went as it should"
exit "$bad"
