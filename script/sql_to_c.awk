# Turns a file of named statements into a C header of constants.
#
#   awk -v file=tools/NAME.sql -v support=tools/support -f script/sql_to_c.awk tools/NAME.sql
#
# In:   -- name: total          begins the statement that becomes `sql_total`
#       -- include: filter      is replaced by tools/support/filter.sql
#       -- …                    other comment lines and indentation are left out
# Out:  static const struct db_statement sql_total = {"NAME.total", "SELECT …", 3};
#
# With -v mode=plain the statements are printed as SQL, each after a line `-- name: NAME.total`.

function flush_statement(    text) {
    if (name == "")
        return
    sub(/[ \t\n]+$/, "", body)
    sub(/;$/, "", body)
    if (mode == "plain") {
        printf "-- name: %s.%s\n%s;\n", stem, name, body
    } else {
        text = body
        gsub(/\\/, "\\\\\\\\", text)
        gsub(/"/, "\\\"", text)
        gsub(/\n/, "\\n\"\n    \"", text)
        printf "static const struct db_statement sql_%s = {\n    \"%s.%s\",\n    \"%s\",\n    %d,\n};\n\n", name, stem, name, text, highest_parameter(body)
    }
    name = ""
    body = ""
    quotes = 0
}

function highest_parameter(text,    most, number) {
    most = 0
    while (match(text, /\$[0-9]+/)) {
        number = substr(text, RSTART + 1, RLENGTH - 1) + 0
        if (number > most)
            most = number
        text = substr(text, RSTART + RLENGTH)
    }
    return most
}

function take_line(line,    part, path) {
    if (line ~ /^[ \t]*-- name: /) {
        flush_statement()
        name = line
        sub(/^[ \t]*-- name: */, "", name)
        sub(/[ \t]+$/, "", name)
        return
    }
    if (line ~ /^[ \t]*-- include: /) {
        path = line
        sub(/^[ \t]*-- include: */, "", path)
        sub(/[ \t]+$/, "", path)
        path = support "/" path ".sql"
        if ((getline part < path) <= 0) {
            print "sql_to_c: cannot read " path > "/dev/stderr"
            exit 1
        }
        do
            take_line(part)
        while ((getline part < path) > 0)
        close(path)
        return
    }
    if (line ~ /^[ \t]*--/ || line ~ /^[ \t]*$/ || name == "")
        return
    sub(/[ \t]+$/, "", line)
    if (mode != "plain" && quotes % 2 == 0)
        sub(/^[ \t]+/, "", line)
    body = body (body == "" ? "" : "\n") line
    quotes += gsub(/'/, "", line)
}

BEGIN {
    stem = file
    sub(/^.*\//, "", stem)
    sub(/\.sql$/, "", stem)
    if (mode != "plain") {
        printf "/* Made from %s by script/sql_to_c.awk. */\n#include \"db/query.h\"\n\n", file
    }
}

{ take_line($0) }

END { flush_statement() }
