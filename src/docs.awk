# docs.awk - makes docs.h, the table of help texts, from the comments of the sources:
# awk -f docs.awk FILES... > docs.h
#
# A help text is a comment above the function that it is about. In C:
#
#     /*** net:step([n])
#          Runs n epochs on all of X, y. */
#
# and in Lua:
#
#     --- net:walk([X, y])
#     -- One operation of one step at a time.
#
# Each text becomes one line of docs.h, { name, text }. The name is the last identifier
# of the signature (step, walk); the first line of the text is the signature. A Lua
# comment of three dashes that does not begin with a signature is a plain comment.

FNR == 1        { finish(); in_c = FILENAME ~ /\.c$/ }

in_c && /^ *\/\*\*\* /  {
    finish()
    sub(/^ *\/\*\*\* +/, "")
    indent = -1
    done = take_end()
    start($0)
    if (signature == "") {
        print FILENAME ":" FNR ": not a signature: " $0 > "/dev/stderr"
        failed = 1
    }
    if (done) finish()
    next
}

in_c && signature != "" {
    done = take_end()
    if (indent < 0) { match($0, /^ */); indent = RLENGTH }   # all lines lose the first line's indent
    match($0, /^ */)
    add(substr($0, (RLENGTH < indent ? RLENGTH : indent) + 1))
    if (done) finish()
}

!in_c && /^ *--- /      { finish(); sub(/^ *--- +/, ""); start($0); next }

!in_c && signature != "" {
    if (sub(/^ *-- ?/, "")) add($0); else finish()
}

END             { finish(); exit failed }

# Removes the end of a C comment from the line; returns true when there was one.
function take_end() { return sub(/ *\*\/.*$/, "") }

function start(line,    path) {
    sub(/ +$/, "", line)
    signature = ""
    if (!match(line, /^[A-Za-z_][A-Za-z0-9_.:]*/)) return
    path = substr(line, 1, RLENGTH)
    if (substr(line, RLENGTH + 1) !~ /^($|[({\[]| *(=|->|  ))/) return
    signature = line
    name = path
    sub(/^.*[.:]/, "", name)
    text = ""
}

function add(line) { sub(/ +$/, "", line); text = text "\n" line }

function finish() {
    if (signature != "") {
        sub(/\n+$/, "", text)
        print "{\"" name "\", \"" quote(signature text) "\"},"
    }
    signature = ""
}

# Returns s as the inside of a C string literal. A question mark is escaped, as it could begin a trigraph.
function quote(s,    i, c, q) {
    for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        if (c == "\n") c = "\\n"
        else if (c == "\t") c = "\\t"
        else if (c == "\\" || c == "\"" || c == "?") c = "\\" c
        q = q c
    }
    return q
}
