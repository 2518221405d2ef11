#!/bin/sh
# Turns the migration files given as arguments into C on standard output: one array of statements
# each and the list of all, in the order of their numbers. A statement ends with a semicolon at the
# end of a line.
set -eu

echo '/* Made from schema/ by script/migrations_to_c.sh. */'
echo '#include "schema/migrations.h"'
for path; do
    stem=$(basename "$path" .sql)
    echo
    echo "static const char *const statements_$stem[] = {"
    awk '
        /^[ \t]*--/ || /^[ \t]*$/ { next }
        {
            line = $0
            sub(/[ \t]+$/, "", line)
            last = line ~ /;$/
            sub(/;$/, "", line)
            gsub(/\\/, "\\\\", line)
            gsub(/"/, "\\\"", line)
            printf "    \"%s\\n\"%s\n", line, last ? "," : ""
        }' "$path"
    echo '    0,'
    echo '};'
done
echo
echo 'static const struct db_migration list[] = {'
for path; do
    stem=$(basename "$path" .sql)
    number=$(echo "$stem" | sed 's/_.*//; s/^0*//')
    sum=$(sha256sum "$path" | cut -d' ' -f1)
    echo "    {$number, \"$stem\", \"$sum\", statements_$stem},"
done
echo '};'
echo
echo 'const struct db_migrations schema_migrations = {'
echo '    "ninepence", NINEPENCE_VERSION, list, sizeof(list) / sizeof(list[0])};'
