#!/bin/sh
# fuzz.sh SOURCE…: builds every fuzzer with libFuzzer and the sanitizers and runs each for FUZZ_SECONDS
# (30). SOURCEs are the program's own files; FUZZ_ONLY="json ini" runs some only. What is found lies in
# build/fuzz/: a crash-… file is given to a fuzzer by naming it, and belongs into tests/fuzz/corpus/NAME
# once the bug is mended.
set -eu
cd "$(dirname "$0")/../.."
seconds=${FUZZ_SECONDS:-30}
clang=${CLANG:-clang-14}
out=build/fuzz
command -v "$clang" >/dev/null 2>&1 || sh deploy/deps.sh clang-14 libclang-rt-14-dev
flags="-std=gnu17 -D_GNU_SOURCE -I. -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all"
libs="-lcurl -lcjson -lsqlite3 -lsodium -linih -luuid -lpthread -lm"
mkdir -p "$out/gen"
sh store/schema/embed.sh store/schema/*.up.sql >"$out/gen/schema_sql.c"

# One object for each source, in two processes; only what is newer than its object.
for source in "$@" "$out/gen/schema_sql.c"; do
    object=$out/$(echo "$source" | tr / _).o
    if [ ! -f "$object" ] || [ -n "$(find "$source" store sync bot -name '*.[ch]' -newer "$object" | head -n 1)" ]; then
        echo "$clang $flags -DROSTERD_VERSION='\"fuzz\"' -fsanitize=fuzzer-no-link,address,undefined -c -o $object $source"
    fi
done | tr '\n' '\0' | xargs -0 -P 2 -I '{}' sh -c '{}'
rm -f "$out/librosterd.a"
for source in "$@" "$out/gen/schema_sql.c"; do
    echo "$out/$(echo "$source" | tr / _).o"
done | xargs ar rcs "$out/librosterd.a"

bad=0
for file in tests/fuzz/fuzz_*.c; do
    name=$(basename "$file" .c)
    name=${name#fuzz_}
    case " ${FUZZ_ONLY:-$name} " in *" $name "*) ;; *) continue ;; esac
    # shellcheck disable=SC2086
    "$clang" $flags -fsanitize=fuzzer,address,undefined -o "$out/fuzz_$name" "$file" \
        "$out/librosterd.a" $libs
    mkdir -p "$out/corpus/$name"
    # what is new goes into the first folder, the second is only read
    if "$out/fuzz_$name" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=3000 \
        -artifact_prefix="$out/$name-" "$out/corpus/$name" "tests/fuzz/corpus/$name" \
        >"$out/$name.log" 2>&1; then
        echo "$name: $(tail -n 1 "$out/$name.log")"
    else
        echo "$name: FOUND SOMETHING, see $out/$name.log" >&2
        grep -E 'does not hold|ERROR:|runtime error|Test unit written' "$out/$name.log" >&2 || :
        bad=1
    fi
done
exit $bad
