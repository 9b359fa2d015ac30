#!/bin/sh
# No function is longer than 50 lines, no file of sources longer than 400.

echo 1..5
n=0
# is WHAT GOT EXPECTED
is() {
  n=$((n + 1))
  if [ "$2" = "$3" ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; printf '%s\n' "$2" | sed 's/^/# /'; fi
}

export LUA_PATH="lua/?.lua"
lua_lengths() { $LUA tests/outside/lengths.lua "$@"; }
# A function of C: from the line that names it, at its beginning, to the brace at the beginning of a line.
c_lengths() {
  awk '/^[A-Za-z].*\(/ && !/;$/ { first = FNR }
       /^}$/ && first { if (FNR - first >= 50) print FILENAME ":" first ": " FNR - first + 1 " lines"; first = 0 }' "$@"
}

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
lines() { seq "$1" | sed 's/.*/  x();/'; }
{ echo "local f = { g = function()"; lines 48; echo "end }"; echo "function f.h()"; lines 49; echo "end"; } >"$dir/a.lua"
{ echo "int f(void) {"; lines 48; echo "}"; echo "static int g(int a,"; echo "  int b) {"; lines 48; echo "}"; } >"$dir/a.c"
is "a long function of Lua is found" "$(lua_lengths "$dir/a.lua")" "$dir/a.lua:51: 51 lines"
is "a long function of C is found" "$(c_lengths "$dir/a.c")" "$dir/a.c:51: 51 lines"

# shellcheck disable=SC2046 # the sources have no blanks in their names
is "Lua's are short" "$(lua_lengths $(find lua scripts bench -name '*.lua'))" ""
is "C's are short" "$(c_lengths src/*/*.[ch] src/*/*/*.[ch] tests/engine/*.[ch])" ""
is "no file has two topics" \
  "$(find src lua scripts -name '*.[ch]' -o -name '*.lua' | xargs wc -l | awk '$2 != "total" && $1 > 400')" ""
