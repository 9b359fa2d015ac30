#!/bin/sh
# An installed moongrad works where the sources are not, also when staged or moved, and goes away again; a build tree
# works where it was moved; a program alone loads nothing that happens to lie near it.

echo 1..16
n=0
# test_that WHAT COMMAND...: passes when the command does; what it said is told otherwise.
test_that() {
  what=$1
  shift
  n=$((n + 1))
  if said=$("$@" 2>&1); then echo "ok $n - $what"; else echo "not ok $n - $what"; echo "$said" | sed 's/^/# /'; fi
}

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
root=$stage$PREFIX

# Elsewhere: with nothing of the source tree to be found by chance.
elsewhere() { (cd "$stage" && "$@"); }
stock() {
  elsewhere env LUA_PATH="$root/share/lua/5.4/?.lua;$root/share/lua/5.4/?/init.lua;;" \
    LUA_CPATH="$root/lib/lua/5.4/?.so;;" "$LUA" "$@"
}
trained='local mg = require "moongrad"
  local X, y = mg.data.xor()
  assert(mg.network{2, 2, 1, seed = 1, X = X, y = y}:step(3).epoch == 3)
  assert(#mg.data.iris() == 150 and #mg.data.digits() == 1797)'
missing() {
  for path in bin/moongrad lib/lua/5.4/moongrad/core.so share/lua/5.4/moongrad/init.lua share/man/man1/moongrad.1 \
    lib/pkgconfig/moongrad.pc share/doc/moongrad/README.md share/doc/moongrad/LICENSE share/moongrad/scripts/xor.lua \
    share/moongrad/scripts/lessons/mazur.lua; do
    [ -f "$root/$path" ] || echo "$path is missing"
  done
}
installed() { [ -z "$(missing)" ] || { missing; false; }; }
prints() { said=$(elsewhere "$root/bin/moongrad" "$1"); [ -n "$said" ]; }
left() { [ -z "$(find "$stage" -type f)" ] || { find "$stage" -type f; false; }; }
runs() { elsewhere "$1" -e 'X, y = data.xor() LAYERS = {2, 2, 1} assert(step(3).epoch == 3)'; }

# A program alone, with files of the same name around it.
plant() { mkdir -p "$1/moongrad/prompt" && echo 'print "planted"' | tee "$1/moongrad/init.lua" >"$1/moongrad/prompt/shell.lua"; }
alone() {
  mkdir -p "$stage/alone/$1"
  cp "$BUILD/moongrad" "$stage/alone/$1"
  for place in "$1/lua" "$1/../lua" "$1/../../lua" lua share/lua/5.4 "$1/share/lua/5.4" "$1/../share/lua/5.4"; do
    plant "$stage/alone/$place" || return
  done
  said=$(elsewhere "alone/$1/moongrad" -e 'print "ran"' 2>&1) && { echo "$said"; return 1; }
  case $said in
  *"no Lua files of moongrad"*"make install"*) [ "$(echo "$said" | wc -l)" = 1 ] ;;
  *) echo "$said"; false ;;
  esac
}
plain() { [ "$(elsewhere alone/x/y/moongrad --no-session -e 'print "ran"')" = ran ]; }
moved() {
  mkdir -p "$stage/tree/build/asan" && cp -R lua "$stage/tree" && cp "$BUILD/moongrad" "$stage/tree/build" &&
    cp "$BUILD/asan/moongrad" "$stage/tree/build/asan" && runs tree/build/moongrad && runs tree/build/asan/moongrad
}
linked() { mkdir -p "$stage/links" && ln -s "$stage/tree/build/moongrad" "$stage/links/mg" && runs links/mg; }
old() { sed -i 's/return "/return "0./' "$stage/tree/lua/moongrad/version.lua" && ! runs tree/build/moongrad; }

cites() { grep -qx "$1" "$root/lib/pkgconfig/moongrad.pc"; }

test_that "make install DESTDIR=" make --no-print-directory BUILD="$BUILD" PREFIX="$PREFIX" DESTDIR="$stage" install
test_that "every file is in its place" installed
test_that "moongrad runs a chunk with the session names" elsewhere "$root/bin/moongrad" -e \
  'X, y = data.xor() LAYERS = {2, 2, 1} assert(step(3).epoch == 3)'
test_that "moongrad runs an installed script" prints "$root/share/moongrad/scripts/xor.lua"
test_that "moongrad --no-session requires the module" elsewhere "$root/bin/moongrad" --no-session -e "$trained"
test_that "stock Lua requires the module" stock -e "$trained"
test_that "pkg-config's file names the prefix, not the stage" cites "prefix=$PREFIX"
mv "$root" "$stage/other"
test_that "an installation that was moved runs" runs other/bin/moongrad
mkdir -p "$(dirname "$root")" && mv "$stage/other" "$root"
test_that "make uninstall" make --no-print-directory BUILD="$BUILD" PREFIX="$PREFIX" DESTDIR="$stage" uninstall
test_that "nothing is left of it" left

test_that "a program alone says what is missing and loads nothing from around it" alone x/y
test_that "... nor in a directory bin" alone x/bin
test_that "... and runs plain Lua" plain
test_that "a build tree that was moved runs" moved
test_that "... also by a link to the program" linked
test_that "Lua files of another version are not its own" old
