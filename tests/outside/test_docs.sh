#!/bin/sh
# src/docs.awk finds the help texts in the sources, and only those.

echo 1..3
n=0
is() {
  n=$((n + 1))
  if [ "$2" = "$3" ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; printf '%s\n' "got:" "$2" "expected:" "$3" | sed 's/^/# /'; fi
}

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

cat >"$dir/a.c" <<'END'
/* plain */
/*** net:step([n])
     Runs n "epochs"; why?
       local x = '\n'

     Returns a report. */
static int net_step(lua_State *L);
/*** LAYERS */
END
is "in C" "$(awk -f src/docs.awk "$dir/a.c")" \
  '{"step", "net:step([n])\nRuns n \"epochs\"; why\?\n  local x = '"'"'\\n'"'"'\n\nReturns a report."},
{"LAYERS", "LAYERS"},'

cat >"$dir/b.lua" <<'END'
--- data sets, a plain comment
-- of two lines
--- data.xor() -> X, y
-- The truth table.
--   4 rows
function data.xor() end
-- plain
  --- net:train{epochs=, batch=}
  -- Trains.
END
is "in Lua" "$(awk -f src/docs.awk "$dir/b.lua")" \
  '{"xor", "data.xor() -> X, y\nThe truth table.\n  4 rows"},
{"train", "net:train{epochs=, batch=}\nTrains."},'

echo '/*** what is this */' >"$dir/c.c"
awk -f src/docs.awk "$dir/c.c" 2>/dev/null
is "a doc comment without a signature stops the build" $? 1
