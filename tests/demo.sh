#!/bin/sh
# make demo: the sandbox and the daemon in a temporary folder, and a chat with the bot in this terminal,
# while made-up people go on editing in Coda, Notion and Grist: one edit every DEMO_HANDS seconds, 0 for none.
# DEMO_SPEED=N runs the remotes at N times the rates that the vendors publish; DEMO_SANDBOX: more options.
# Without a terminal on standard input it plays a short chat, prints it and checks what came out.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d "${TMPDIR:-/tmp}/rosterd-demo.XXXXXX")
cd "$dir" # the files that the bot sends go there too
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
"$top/rosterd-sandbox" --two-way --grist --hands "$hands" --speed "$speed" --config "$dir/demo.ini" \
    --store "$dir/demo.db" ${DEMO_SANDBOX:-} >"$dir/sandbox.log" 2>&1 &
sandbox=$!
wait_for "$dir/sandbox.log" listening "The sandbox"

"$top/rosterd" -c "$dir/demo.ini" run 2>"$dir/daemon.log" &
daemon=$!
wait_for "$dir/daemon.log" started "The daemon"

if [ "$terminal" ]; then
    echo "A festival with 800 people, 40 teams, 1,000 participations and 400 badges, played by"
    echo "$(sed -n 's/.*listening on //p' "$dir/sandbox.log"): Notion, Coda and Grist."
    echo "The daemon runs on $dir/demo.db; its log is $dir/daemon.log. All of it goes when you leave."
    echo "Somebody edits in one of them every $hands s, told in $dir/sandbox.log."
    echo
    "$top/rosterd" -c "$dir/demo.ini" chat --say '/sync festival' \
        --hint "That was a whole cycle of Notion and Coda: read from both, written to both.
Now Grist: /sync grist. Rows with mistakes are to be marked there as deleted, and the first marks of each
table wait for an admin, who is you: /apply all, and 1 where it asks whether you are sure; then /sync grist.
Meanwhile people go on editing. Try: /preview festival (what has been edited), /sync festival and
/sync grist (pass it on), /deleted (what is deleted or marked, and why), /why and a name (where a record
stands, and what is in its way), /status, /invalid, /runs, /history and a name, /lang.
A button is pressed by its number, while its message is the last one. Ctrl-D ends." || :
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

# People with a browser: bash, which every Debian has, can talk to a port.
port=$(sed -n 's/.*listening on 127.0.0.1:\([0-9]*\).*/\1/p' "$dir/sandbox.log")
doc=$(sed -n '/^\[remote grist\]/,/^$/s/^doc = //p' "$dir/demo.ini")
key=$(sed -n '/^\[remote grist\]/,/^$/s/^token = //p' "$dir/demo.ini")
post() { # PATH BODY
    LC_ALL=C bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1"
        printf "POST %s HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n" "$3" >&3
        printf "Authorization: Bearer %s\r\nContent-Type: application/json\r\n" "$2" >&3
        printf "Content-Length: %d\r\n\r\n%s" "${#4}" "$4" >&3
        cat <&3' post "$port" "$key" "$1" "$2"
}
in_grist() { # SELECT … AS one: the text of the first row
    post "/grist/api/docs/$doc/sql" "{\"sql\":\"$1\"}" | tr -d '\r\n' | sed -n 's/.*"one": *"\([^"]*\)".*/\1/p'
}
by_hand() { # TABLE ROW CELLS WHAT
    post /_sandbox/grist/row "{\"table\":\"$1\",\"row\":$2,\"cells\":{$3}}" >"$dir/answer.txt"
    grep -q '^HTTP/1.1 200' "$dir/answer.txt" || { cat "$dir/answer.txt" >&2; exit 1; }
    echo "by hand, Grist, $1, row $2: $4"
}

echo "-- the first cycle of Notion and Coda: both are read, and both are written"
talk "$dir/first.txt" '/start' '/sync festival' '/invalid' '/sync festival'
echo
echo "-- the first cycle of Grist: rows with mistakes are to be marked there, so it stops and asks"
talk "$dir/asked.txt" '/sync grist'
echo
echo "-- an admin lets all of it pass at once; what waited comes in, goes out to the others, and all agree"
talk "$dir/applied.txt" '/apply all' 1 '/sync grist' '/sync festival' '/sync grist' '/sync grist'
echo
echo "-- somebody marks a person as deleted in Grist, and somebody empties the name on a badge"
rows="FROM Arrivals_2026 a JOIN Badges_2026 b ON b.id = a.badge JOIN People p ON p.id = b.person"
live="coalesce(p.to_delete, 0) = 0 AND b.to_delete IS NULL AND a.to_delete IS NULL AND b.name <> ''"
IFS='|' read -r person badge who <<EOF
$(in_grist "SELECT p.id || '|' || b.id || '|' || p.name AS one $rows WHERE $live ORDER BY a.id LIMIT 1")
EOF
IFS='|' read -r spoilt name <<EOF
$(in_grist "SELECT b.id || '|' || b.name AS one $rows WHERE $live ORDER BY a.id DESC LIMIT 1")
EOF
by_hand People "$person" "\"to_delete\":$(date +%s),\"delete_reason\":\"не приедет\"" "$who is marked"
by_hand Badges_2026 "$spoilt" '"name":""' "the badge of $name has no name any more"
talk "$dir/gone.txt" '/sync grist' "/deleted $who" "/why $who" 1 '/sync grist'
reasons="SELECT group_concat(b.delete_reason || ', ' || a.delete_reason, '; ') AS one $rows"
in_grist "$reasons WHERE b.id IN ($badge, $spoilt)" >"$dir/reasons.txt"
echo "what their rows in Grist say now, badge and arrival: $(cat "$dir/reasons.txt")"
echo
echo "-- both are put right by hand; what was deleted with them comes back, and the marks go"
by_hand People "$person" '"to_delete":null,"delete_reason":""' "$who is not marked any more"
by_hand Badges_2026 "$spoilt" "\"name\":\"$name\"" "the badge has its name again"
talk "$dir/back.txt" '/sync grist' "/why $who" 1 '/sync grist'
marks="SELECT (count(b.to_delete) + count(a.to_delete)) || ' marks' AS one $rows"
in_grist "$marks WHERE b.id IN ($badge, $spoilt)" >"$dir/marks.txt"
echo "in their rows: $(cat "$dir/marks.txt")"
echo
echo "-- now people edit by hand, on every side"
kill -USR1 "$sandbox"
wait_for "$dir/sandbox.log" 'by hand' "Nobody"
sleep 0.3
grep 'by hand' "$dir/sandbox.log"
echo
echo "-- the next cycles take that in and pass it on; those after them have nothing to do"
talk "$dir/second.txt" '/sync festival full' '/sync grist full' '/sync festival' '/sync grist' \
    '/sync festival' '/sync grist' '/runs' '/status'
echo
echo "-- in the store"
"$top/rosterd" -c "$dir/demo.ini" status
"$top/rosterd" -c "$dir/demo.ini" status --json >"$dir/status.json"
kill "$daemon" && wait "$daemon" && daemon= || { echo "FAIL: the daemon did not stop cleanly" >&2; exit 1; }

bad=0
want() { # WHAT PATTERN FILE
    grep -Eq "$2" "$3" || { echo "FAIL: $1" >&2; bad=1; }
}
want "the first cycle brought people" '^(Люди|Человеки).*\(Ноушен\): [0-9].* нов' "$dir/first.txt"
want "the first cycle brought teams" '^Службы.*\(Ноушен\): [0-9].* нов' "$dir/first.txt"
want "the first cycle brought participations" '^Участие.*\(Кода\): [0-9].* нов' "$dir/first.txt"
want "the first cycle made rows in Coda" '^Участие.* → Кода: добавлено [1-9]' "$dir/first.txt"
want "the first cycle made pages in Notion" '^Волонтёры → Ноушен: добавлено [1-9]' "$dir/first.txt"
want "rows with errors are told" 'Не приняты' "$dir/first.txt"
want "a second cycle changed nothing" 'Всё сходится: .* менять нечего' "$dir/first.txt"
want "Grist brought badges" '^Бейджи.*\(Грист\): [0-9].* нов' "$dir/asked.txt"
want "Grist brought arrivals" '^Заезды.*\(Грист\): [0-9].* нов' "$dir/asked.txt"
want "heads of teams came in" '^Руководители.*\(Грист\): [0-9].* нов' "$dir/asked.txt"
want "the first marks waited for an admin" '→ Грист: первые пометки' "$dir/asked.txt"
want "they are approved together" 'Точно применить 5 планов' "$dir/applied.txt"
want "approved, they were written" '→ Грист: .*помечено удалёнными [1-9]' "$dir/applied.txt"
want "those who came from elsewhere got rows in Grist" '^Участие.* → Грист: добавлено [1-9]' "$dir/applied.txt"
want "new heads reached Coda" '^Участие.* → Кода: добавлено [1-9]' "$dir/applied.txt"
want "then Grist agreed" 'Всё сходится: .* менять нечего' "$dir/applied.txt"
want "a mark by hand deleted a person" 'строку пометили руками \(Грист\): «не приедет»' "$dir/gone.txt"
want "the badge and the arrival went along" 'Вместе с другими: 2' "$dir/gone.txt"
want "a badge without a name was told" 'пустое имя на бейдже: 1' "$dir/gone.txt"
want "their rows say why" '^Person is deleted, Person linked to badge is deleted; Empty name, Badge marked for delete$' "$dir/reasons.txt"
want "put right, they came back" 'Всё сходится: .* менять нечего' "$dir/back.txt"
want "the record has nothing in its way" 'ничего не мешает' "$dir/back.txt"
want "their marks went" '^0 marks$' "$dir/marks.txt"
want "edits by hand came in" '^Участие.*\(Кода\): .*(нов|изменен)' "$dir/second.txt"
want "edits in Grist came in" '^Участие.*\(Грист\): .*(нов|изменен)' "$dir/second.txt"
want "edits by hand were passed on" '^Волонтёры → Ноушен: .*изменено [1-9]' "$dir/second.txt"
want "edits elsewhere reached Grist" '^Участие.* → Грист: .*изменено [1-9]' "$dir/second.txt"
want "then everything agreed" 'Всё сходится: .* менять нечего' "$dir/second.txt"
want "the status answers" 'Ноушен 🟢.*Кода 🟢.*Грист 🟢' "$dir/second.txt"
want "the store holds people" '"name":"people","checked_at":[0-9]+,"known":[1-9]' "$dir/status.json"
want "the store holds participations" '"name":"participation","checked_at":[0-9]+,"known":[1-9]' "$dir/status.json"
want "the store holds arrivals" '"name":"gr-arrivals","checked_at":[0-9]+,"known":[1-9]' "$dir/status.json"
want "nothing is left in the queue" '"queued":0' "$dir/status.json"
grep -q 'level=err' "$dir/daemon.log" && { echo "FAIL: the daemon logged errors:" >&2; grep 'level=err' "$dir/daemon.log" >&2; bad=1; }
[ "$bad" = 0 ] && echo "-- the demo went as it should"
exit "$bad"
