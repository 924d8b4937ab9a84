#!/bin/sh
# Turns the migrations NNNN_name.up.sql (and .down.sql beside them) into the C table of store/schema.h.
set -eu
literal() { sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/    "/' -e 's/$/\\n"/' "$1"; }
echo '/* Generated from store/schema/ by embed.sh; do not edit. */'
echo '#include "store/schema.h"'
echo 'const struct migration schema_migrations[] = {'
for up in "$@"; do
    down=${up%.up.sql}.down.sql
    name=$(basename "$up" .up.sql)
    echo "    {.number = $(echo "$name" | sed 's/_.*//; s/^0*//'), .name = \"${name#*_}\", .up ="
    literal "$up"
    echo '    , .down ='
    literal "$down"
    echo '    },'
done
echo '};'
echo 'const size_t schema_n_migrations = sizeof schema_migrations / sizeof schema_migrations[0];'
