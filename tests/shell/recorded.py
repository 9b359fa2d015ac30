"""Functions for the tests of saved sessions: save one, run it again, and compare all values, to the last bit."""

import os
import subprocess

from harness import MOONGRAD, WAIT, check, environment, equal

XOR = "seed(0) X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2"

# Lua that writes all values of a session, to the last bit, to the file that OUT names.
DUMP = r"""
local out = {}
local function put(format, ...) out[#out + 1] = format:format(...) end
local seen = {}
local function value(v)
  if type(v) == "number" or type(v) == "string" or type(v) == "boolean" or v == nil then return ("%q"):format(v) end
  if mg.is_matrix(v) then
    local rows = {}
    for i, row in ipairs(v.nrows and v:totable() or {}) do
      for j, x in ipairs(type(row) == "table" and row or {row}) do rows[#rows + 1] = ("%q"):format(x) end
    end
    return "{" .. table.concat(rows, " ") .. "}"
  end
  if type(v) == "function" then return "function" end
  if type(v) == "thread" then return "thread" end
  if type(v) == "userdata" then -- a network, a generator, a report with the time that it took
    local text = tostring(v):gsub("   [%d.]+ %a+$", "")
    if text:find "^network" then
      for _, m in ipairs(v.theta) do text = text .. " " .. value(m) end
    end
    return text:find "^generator" and ("generator %q"):format(v:rand()) or text
  end
  if seen[v] then return seen[v] end
  seen[v] = "a table"
  local keys, parts = {}, {}
  for k in next, v do keys[#keys + 1] = k end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for _, k in ipairs(keys) do
    if k ~= "seconds" then parts[#parts + 1] = tostring(k) .. "=" .. value(v[k]) end
  end
  return "{" .. table.concat(parts, ", ") .. "}"
end
for _, net in ipairs {NET or false, rawget(_G, "other") or false} do
  if net then
    put("net %s %d", tostring(net), net.epoch)
    for l, m in ipairs(net.theta) do put("theta %s frozen %s", value(m), tostring(net.frozen[l])) end
    put("options %s", tostring(net.options))
  end
end
put("%s %s %s", value(ETA), value(X), value(y))
put("same %s", tostring(NET and NET.X == X))
local names = {}
for k in next, _G do names[#names + 1] = tostring(k) end
table.sort(names)
for _, name in ipairs(names) do
  local v = rawget(_G, name)
  if name ~= "_G" and name ~= "package" and name ~= "arg" and name ~= "OUT" and type(v) ~= "function"
    and not package.loaded[name] then put("%s = %s", name, value(v)) end
end
put("%s %s", value(rand(2, 2)), value(randn()))
local file = io.open(OUT, "w")
file:write(table.concat(out, "\n"), "\n")
file:close()
"""


def read(path):
    with open(path, errors="surrogateescape") as f:
        return f.read()


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def run(home, *words):
    return subprocess.run([MOONGRAD, *words], env=environment(home), cwd=home, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=WAIT)


def interrupt(p, text, before=""):
    """Enters before, a print of "go on", and text, which runs until it is stopped; waits for the print, presses Ctrl-C."""
    p.keys("\x0c")
    p.until(lambda: p.screen.cursor.y == 0 and p.is_ready())
    p.enter(before + "print('go', 'on') " + text)
    p.until(lambda: any(line.split() == ["go", "on"] for line in p.lines()))
    p.interrupt()
    return p.lines()


def save(p, name="s.lua"):
    equal(p.do('save_session "%s"' % name), ["true"])


def same(p, home, name="s.lua"):
    """Runs the saved session as a script and compares all values, to the last bit; returns the script."""
    write(home + "/dump.lua", DUMP)
    p.do("OUT = 'ours'")
    equal(p.do("run 'dump.lua'"), [])
    return compare(home, name)


def compare(home, name):
    """The same, when the values of the session are already in the file ours."""
    write(home + "/again.lua", "dofile '%s' OUT = 'theirs' dofile 'dump.lua'\n" % name)
    again = run(home, "again.lua")
    script = read(home + "/" + name)
    equal(again.returncode, 0, again.stderr, script)
    ours, theirs = read(home + "/ours").splitlines(), read(home + "/theirs").splitlines()
    for a, b in zip(ours, theirs):
        equal(b, a, script)
    equal(len(theirs), len(ours), script)
    return script


def replay(home, inputs, *words):
    """The same for a session of inputs of one line each, read from standard input."""
    write(home + "/dump.lua", DUMP)
    text = "\n".join(inputs + ["save_session 's.lua'", "OUT = 'ours'", "run 'dump.lua'"]) + "\n"
    p = subprocess.run([MOONGRAD, "-q", "-i", *words], env=environment(home), cwd=home, input=text, capture_output=True,
                       text=True, timeout=WAIT)
    equal(p.returncode, 0, p.stdout, p.stderr)
    return compare(home, "s.lua")
