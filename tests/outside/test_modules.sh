#!/bin/sh
# Lua's modules require each other one way, and the library none that knows a prompt.

echo 1..8
n=0
# is WHAT GOT EXPECTED
is() {
  n=$((n + 1))
  if [ "$2" = "$3" ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; printf '%s\n' "$2" | sed 's/^/# /'; fi
}

modules() { LUA_PATH="lua/?.lua" $LUA tests/outside/modules.lua "$1"; }

is "there is no circle, no folder requires one above it, and one file lists the keywords" "$(modules lua)" ""

# The same with something put in.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# with FILE LINE [EDIT]: what is said when the line stands at the end of the file, which sed has edited.
with() {
  cp -r lua/moongrad "$dir"
  sed -i "${3:-}" "$dir/moongrad/$1"
  echo "$2" >>"$dir/moongrad/$1"
  modules "$dir" | sort | head -n 1
  rm -r "$dir/moongrad"
}
is "a circle is found" "$(with names.lua 'require "moongrad.options"' | cut -d: -f1)" "a circle"
is "a circle of modules that are loaded when they are used is found" \
  "$(with raise.lua 'return function() return require("moongrad.past." .. "undo") end' | cut -d: -f1)" "a circle"
is "a way up from the library is found" "$(with past/images.lua 'require("moongrad.session.results")')" \
  "past may not require session: moongrad.past.images -> moongrad.session.results"
is "a way up from the session is found" "$(with session/who.lua 'require("moongrad.prompt.print")')" \
  "session may not require prompt: moongrad.session.who -> moongrad.prompt.print"
is "a command that the library would load from the session is found" "$(with commands.lua \
  '' 's/from = "past.diff"/from = "session.who"/')" "top may not require session: moongrad -> moongrad.session.who"
is "a second list of keywords is found" "$(with text.lua \
  'local words = [[and break do else elseif end false for function goto if in local nil not or repeat return]]')" \
  "moongrad.text has a list of keywords of its own; lexer.keywords is the one"

# What is loaded when all of the library is used from stock Lua.
cat >"$dir/library.lua" <<'END'
local mg = require "moongrad"
local help = require "moongrad.help.help"
local X, y = mg.data.xor()
local net = mg.network { 2, 2, 1, X = X, y = y, seed = 1 }
for op in net:walk() do assert(tostring(op)) end
net:step(3)
assert(tostring(net:train { epochs = 2, batch = 2, test = { X, y } }))
assert(tostring(net:check()) .. tostring(net:check { sweep = true }) .. tostring(net:diagnose()))
assert(tostring(net:explain("grad", 1, 2, 3)) .. tostring(net:explain("cost")) .. tostring(net:bug()))
assert(tostring(net:watch "J") .. tostring(net:step(2)) .. tostring(net:watched()))
assert(tostring(mg.diff(net, net:copy())) .. tostring(net:undo()) .. tostring(net:seek(1)))
assert(tostring(mg.time(print)) .. tostring(net.options) .. tostring(net.theta))
assert(tostring(help.help()) .. tostring(help.apropos "grad") .. tostring(help.help { 1, 2 }))
for _, name in ipairs(help.names()) do assert(tostring(help.help(name))) end
local found = {}
for name in pairs(package.loaded) do
  local folder = name:match "^moongrad%.([%w_]+)%."
  if folder == "prompt" or folder == "session" then found[#found + 1] = name end
end
table.sort(found)
print(table.concat(found, " "))
END
is "the library loads nothing that knows a prompt" \
  "$(LUA_PATH="lua/?.lua;lua/?/init.lua" LUA_CPATH="$BUILD/lib/?.so" $LUA "$dir/library.lua" 2>&1 | tail -n 1)" ""
