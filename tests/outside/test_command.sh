#!/bin/sh
# A command takes a record and its help: then sessions, completion, saved sessions, help and luacheck know it.

echo 1..6
n=0
# is WHAT GOT EXPECTED
is() {
  n=$((n + 1))
  if [ "$2" = "$3" ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; printf '%s\n' "$2" | sed 's/^/# /'; fi
}

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/build"
cp "$BUILD/moongrad" "$dir/build"
cp -r lua .luacheckrc "$dir"
cat >"$dir/record" <<'END'
  --- net:norms()
  -- The norm of each matrix of THETA, a list.
  -- > norms()
  { "norms", of = "net", looks = true, reads = false, returns = false, takes = "", call = function(net)
    local list = {}
    for l, theta in ipairs(net.theta) do list[l] = theta:norm() end
    return list
  end },
END
sed -i "/^local commands = {/r $dir/record" "$dir/lua/moongrad/commands.lua"
cd "$dir" || exit 1

network='NET = network{2, 2, 1, init = {"constant", value = 1}} '
is "it is a function of sessions and a method" \
  "$(build/moongrad -e "$network print(#norms(), #NET:norms(), norms()[2]^2)" 2>&1)" "2	2	3.0"
is "who() does not list it" "$(build/moongrad -e "$network norms() print(#who())" 2>&1)" 0
is "completion offers it" "$(build/moongrad -e "$network"'
  local complete = require "moongrad.prompt.complete.complete"
  local session = require "moongrad.session.session"
  local at = complete.new { globals = _G, session = session, files = function() end }
  print(at("nor", "").common, at("NET:nor", "").common)' 2>&1)" "norms(	norms("
printf '%s\n' "$network" 'norms()' 'x = norms()' 'save_session "saved.lua"' | build/moongrad -i --no-rc >out 2>&1
is "a saved session leaves it out where it only looked" "$(grep -c 'norms()' saved.lua)" 1
mkdir scripts
echo 'print(norms(), step(1))' >scripts/norms.lua
is "luacheck knows it in scripts" "$(luacheck -q scripts 2>&1 | grep -c 'norms')" 0
is "its help is found where it stands" \
  "$(awk -f "$OLDPWD/src/docs.awk" lua/moongrad/commands.lua | grep -c '^{"norms", "net:norms()')" 1
