#!/usr/bin/python3
"""What is kept of a session: a script that does it again, the history; files run and edited; reset."""

import os
import random
import re
import stat
import subprocess

from harness import MOONGRAD, WAIT, Prompt, check, environment, equal, main, test

NEEDS_TERMINAL = True

XOR = "seed(0) X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2"

# Writes all that a session holds, to the last bit, to the file that OUT names.
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
  if type(v) == "userdata" then -- a network, a generator
    local text = tostring(v)
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
    with open(path) as f:
        return f.read()


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def run(home, *words):
    return subprocess.run([MOONGRAD, *words], env=environment(home), cwd=home, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=WAIT)


def interrupt(p, text, before=""):
    """Starts what runs until it is stopped, once it has told that it runs, after what is before; stops it."""
    p.keys("\x0c")
    p.until(lambda: p.screen.cursor.y == 0 and p.is_ready())
    p.enter(before + "print('go', 'on') " + text)
    p.until(lambda: any(line.split() == ["go", "on"] for line in p.lines()))
    p.interrupt()
    return p.lines()


def save(p, name="s.lua"):
    equal(p.do('save_session "%s"' % name), ["true"])


def same(p, home, name="s.lua"):
    """Replays the saved session and compares every bit; returns the script."""
    write(home + "/dump.lua", DUMP)
    p.do("OUT = 'ours'")
    equal(p.do("run 'dump.lua'"), [])
    write(home + "/again.lua", "dofile '%s' OUT = 'theirs' dofile 'dump.lua'\n" % name)
    again = run(home, "again.lua")
    script = read(home + "/" + name)
    equal(again.returncode, 0, again.stderr, script)
    ours, theirs = read(home + "/ours").splitlines(), read(home + "/theirs").splitlines()
    for a, b in zip(ours, theirs):
        equal(b, a, script)
    equal(len(theirs), len(ours), script)
    return script


@test
def saved(home):
    """a saved session has seed and version in its head, what changed something, not what only looked, and does it again"""
    p = Prompt(home, "-q", "--seed", "7", cols=200)
    for text in ("X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2", "step(100)", "THETA[1]", "help()", "predict()",
                 "THETA[1][1][2] = 0.5", "A[2]", "t = {1, 2}", "#t + t[1]", "local q = 3 k = q", "1 + 1",
                 "= rand()", "NET.options.cost = 'mse'", "train{epochs = 3, batch = 2}", "-- nothing"):
        p.do(text)
    save(p)
    script = same(p, home)
    version = run(home, "-V").stdout.split()[1]
    check(script.startswith("-- A session of moongrad %s, saved " % version), script)
    check("\nseed(7)  math.randomseed(" in script, script)
    for text in ("step(100)", "THETA[1][1][2] = 0.5", "t = {1, 2}", "local q = 3 k = q", "rand()", "options.cost = 'mse'"):
        check(text in script, text, script)
    for text in ("help()", "predict()", "A[2]", "#t", "1 + 1", "save_session", "THETA[1]\n"):
        check(text not in script, text, script)
    equal(p.end(), 0)


@test
def interrupted_step(home):
    """an interrupted step(500) is saved as the step(37) it was, alone, behind other commands and in a loop"""
    for k, text in enumerate(("step(1000000000)", "x = 1 step(1000000000) x = 2", "while true do step(10) end")):
        p = Prompt(home, "-q", cols=200)
        p.do(XOR)
        p.do("step(10)")
        said = interrupt(p, text)
        done = int(p.do("NET.epoch - 10")[0])
        save(p, "s%d.lua" % k)
        script = same(p, home, "s%d.lua" % k)
        check("step(%d)\n" % done in script, said, script)
        kept = script[script.rindex("-- ["):].split("\n", 1)[1]
        check("1000000000" not in kept and "while" not in kept and "What it left" not in kept, said, script)
        check(k != 1 or "x = 1" in kept and "x = 2" not in kept, script)
        equal(p.end(), 0)


@test
def interrupted(home):
    """what is interrupted otherwise is saved as what it left: networks, tables, functions, the generators"""
    p = Prompt(home, "-q", cols=200)
    interrupt(p, XOR + " t = {a = {1, 'x'}} t.t = t function f(a, b) return a + b end step(1000000000)")
    p.do("count = 0 costs = {}")
    p.do("other = network{3, {4, 'tanh', bias = false}, 2, seed = 5, l2 = 0.1} count = 0 g = generator(4)")
    interrupt(p, "o = other:copy() o.frozen[2] = 'bias' g = generator(3) while true do g:rand() rand() "
                 "count = count + 1 costs[count % 7] = step(2).cost end")
    interrupt(p, "function h(x) return x * 2 end while true do train{epochs = 2, batch = 3} end")
    p.do("sum = f(h(4), #costs)")
    p.do("local n = 0 function up() n = n + 1 return n end")
    interrupt(p, "while true do up() end")
    p.do("n = up()")
    p.do("r = g:rand(2, 2)")
    save(p)
    script = same(p, home)
    check("--" in script, script)
    equal(p.end(), 0)


@test
def large(home):
    """a million numbers that an interrupted input left are copied, and become text when the session is saved"""
    p = Prompt(home, "-q", cols=200)
    p.do("B = randn(1000, 1000)")
    p.do("local format = string.format package.formats = 0 "
         "function string.format(...) package.formats = package.formats + 1 return format(...) end")
    before = int(p.do("package.formats")[0])
    interrupt(p, "while true do end", "B[1][1] = 0.1 ")
    after = int(p.do("package.formats")[0])
    check(after - before < 1000, before, after)
    save(p)
    check(int(p.do("package.formats")[0]) - after >= 1000, after)
    p.do("B[1][2] = 0.2")
    save(p, "t.lua")
    script = same(p, home, "t.lua")
    check("__.set(B, {{0x1.999999999999ap-4, " in script, script[:500])
    equal(p.end(), 0)


@test
def too_large(home):
    """what is too large to be kept is named after its input, in the script and by save_session; the rest is kept"""
    p = Prompt(home, "-q", cols=200)
    p.do("B = zeros(100, 100) s = zeros(2, 2)")
    p.do("require('moongrad.journal.interrupted').room = 1000")
    said = interrupt(p, "while true do end", "B[1][1] = 0.1 s[1][2] = 3 t = {5} ")
    check("too large to be kept for save_session: B" in said, said)
    equal(p.do('save_session "s.lua"'), ["true    it lacks what was too large to be kept: B"])
    p.do("B = nil")
    save_again = p.do('save_session "s.lua"')
    equal(save_again, ["true    the saved session in s.lua is replaced; it lacks what was too large to be kept: B"])
    script = same(p, home)
    check("\n-- not kept, too large: B\n" in script, script)
    equal(p.end(), 0)


@test
def failed(home):
    """of a failed input what it had done is saved; what never compiled is not"""
    p = Prompt(home, "-q", cols=200)
    p.do(XOR)
    p.do("step(3) v = rand() stepp(4) v = 0")
    p.enter("step(5) step(")
    p.until_line("")
    p.interrupt()
    p.do("x = = 1")
    p.do("error({})")
    p.do("ETA = 1e308 step(10)")
    save(p)
    script = same(p, home)
    check("x = =" not in script, script)
    check("step(5)" not in script, script)
    equal(p.end(), 0)


@test
def forms(home):
    """inputs that would not mean the same in one script still do: locals, labels, return, varargs, _"""
    p = Prompt(home, "-q", cols=200)
    for text in ("local a <const> = 3 b = a", "goto x; ::x:: c = 1", "goto x; ::x:: c = c + 1", "return 5", "d = select('#', ...)",
                 "function e(...) return ... end", "f = e", "(e)(3)", "('x'):rep(3)", "41, 5 -- two", "g = _ + 1", "h = _2",
                 "for i = 1, 3 do if i == 2 then return i end end", "i = _", "= rand() j = 1"):
        p.do(text)
    for text, after in (("k = 5\nrand(1, 1)", "k = _"), ("l = {\n  4}\n#l + randn()", "m = _1")):
        p.paste(text)
        p.until_text(text.split("\n")[-1])
        p.keys("\r")
        p.until(p.is_ready)
        p.interrupt()
        p.do(after)
    save(p)
    script = same(p, home)
    check("rand() j = 1" not in script, script)
    equal(p.end(), 0)


@test
def undone(home):
    """an input's edits are a command to undo, also in the saved session"""
    p = Prompt(home, "-q", cols=200)
    for text in ("seed(0) X, y = data.xor() LAYERS = {2, 2, 2, 1} step(10);", "THETA[1][1][2] = 5",
                 "THETA[1][1][3] = 6", "undo();"):
        p.do(text)
    equal(p.do("THETA[1][1][2] == 5 and THETA[1][1][3] ~= 6"), ["true"])
    p.do("step(5) ETA = 3 seek(12) undo(2);")
    equal(p.do("NET.epoch == 15 and ETA == .1"), ["true"])
    save(p)
    same(p, home)
    equal(p.end(), 0)


@test
def told(home):
    """a value whose printing steps is printed again, one that was not printed is not; edits are commands in files, too"""
    write(home + "/undoes.lua", "function back() THETA[1][1][1] = 1 undo(2) end")
    p = Prompt(home, "-q", cols=200)
    for text in (XOR, "t = setmetatable({}, {__tostring = function() step() return 'told' end})", "t", "t;", "{1, {t}}",
                 "run 'undoes.lua'", "step() THETA[1][1][2] = 3", "THETA[1][1][3] = 4", "back()", "function undo() v = 1 end", "w = 2"):
        p.do(text)
    save(p)
    script = same(p, home)
    equal(subprocess.run([MOONGRAD, "s.lua"], cwd=home, env=environment(home), capture_output=True, text=True).stdout.count("told"), 2)
    check("results(false" in script, script)
    equal(p.end(), 0)


@test
def before_the_prompt(home):
    """what ran before the prompt is in the saved session: a script with its arguments, -e, init.lua"""
    write(home + "/start.lua", "#!/usr/bin/env moongrad\nseed(tonumber((...)))\nX, y = data.xor()\nLAYERS = {2, 3, 1}\n"
          "step(20)\nname = arg[1] .. arg[0] -- the end")
    write(home + "/.config/moongrad/init.lua", "function twice(n) step(n) step(n) end\nmine = rand()")
    p = Prompt(home, "-q", "-e", "e = rand()", "-i", "start.lua", "5", cols=200)
    p.do("twice(4)")
    save(p)
    os.remove(home + "/start.lua")
    os.remove(home + "/.config/moongrad/init.lua")
    same(p, home)
    equal(p.end(), 0)


@test
def random_sessions(home):
    """random sessions, with what fails and what is interrupted, are left the same in every bit when done again"""
    inputs = ["step(%d)", "ETA = 0.%d", "THETA[1][1][%d] = rand()", "train{epochs = %d, batch = 3}", "init()", "v = rand(%d, 2)",
              "forward() backward() update() x = %d", "X[1][1] = 0.%d", "LAYERS = {2, %d, 1}", "THETA = {}", "seed(%d)",
              "w = {} for i = 1, %d do w[i] = randn() end", "NET.options.l2 = 0.0%d", "other = NET:copy() other:step(%d)",
              "NET, other = other or NET, NET", "NET.frozen[1] = true", "NET.frozen[1] = false", "predict()", "THETA", "A[%d]",
              "step(2) stepp(%d)", "NET.options.seed = %d", "function s(n) step(n) k = n end", "s(%d)", "u = math.random(%d)"]
    endless = ["step(1e9)", "while true do step(%d) end", "while true do k = (k or 0) + 1 end", "train{epochs = 1e9, batch = 2}",
               "while true do THETA[1][1][1] = rand() step(%d) end", "x = %d step(5) step(1e9) x = 0",
               "for i = 1, 1e9 do other = NET:copy() other:step(i) end", "LAYERS = {2, %d, 1} step(1e9)"]
    for k in range(3):
        rng = random.Random(k)
        p = Prompt(home, "-q", "--seed", str(k), cols=200)
        p.do("X, y = data.xor() LAYERS = {2, 2, 1}")
        for n in range(14):
            text = rng.choice(endless if n % 5 == 4 else inputs)
            if "%d" in text:
                text %= rng.randint(1, 3)
            if n % 5 == 4:
                interrupt(p, text)
            else:
                p.do(text)
        save(p, "random%d.lua" % k)
        same(p, home, "random%d.lua" % k)
        equal(p.end(), 0)


@test
def saving(home):
    """save_session replaces a saved session and says so, refuses any other file, and leaves nothing half-written"""
    p = Prompt(home, "-q", cols=200)
    p.do("x = 1")
    save(p)
    p.do("x = 2")
    equal(p.do('save_session "s.lua"'), ["true    the saved session in s.lua is replaced"])
    check("x = 2" in read(home + "/s.lua"))
    write(home + "/mine.lua", "print 'mine'\n")
    said = p.do('save_session "mine.lua"')
    check("mine.lua: it is there and no saved session; choose another name" in " ".join(said), said)
    equal(read(home + "/mine.lua"), "print 'mine'\n")
    said = p.do('save_session "no/such/s.lua"')
    check("cannot write no/such/s.lua: No such file or directory" in " ".join(said), said)
    said = p.do('save_session "/dev/null"')
    check("it is no plain file" in " ".join(said), said)
    said = p.do("save_session()")
    check("expected the name of a file" in " ".join(said), said)
    os.symlink("s.lua", home + "/link.lua")
    p.do("x = 3")
    equal(p.do('(save_session "link.lua")'), ["true"])
    check(os.path.islink(home + "/link.lua") and "x = 3" in read(home + "/s.lua"))
    equal(p.do('save_session "~/at-home.lua"'), ["true"])
    equal(p.do('run "~/at-home.lua" return x'), ["3"])
    equal([name for name in os.listdir(home) if name.startswith("s.lua.")], [])
    equal(p.end(), 0)
    again = run(home, "-e", "print(save_session 'other.lua')")
    check("nothing is recorded but at the prompt" in again.stdout, again.stdout)
    check(not os.path.exists(home + "/other.lua"))


@test
def recovery(home):
    """the recovery file is the user's alone, named with time and process, and is only made when there is something to keep"""
    state = home + "/.local/state/moongrad"
    p = Prompt(home, "-q", cols=200)
    p.do("THETA")
    equal(p.do("require('moongrad.prompt.session').recover()"), ["nil"])
    p.do(XOR)
    p.do("step(12)")
    path = p.do("require('moongrad.prompt.session').recover()")[0].strip('"')
    check(re.fullmatch(state + r"/session-\d{8}-\d{6}-%d\.lua" % p.p.pid, path), path)
    equal(stat.S_IMODE(os.stat(path).st_mode), 0o600)
    equal(run(home, path).returncode, 0)
    check("step(12)" in read(path), read(path))
    equal([name for name in os.listdir(state) if name.startswith("session-")], [os.path.basename(path)])
    equal(p.end(), 0)


@test
def no_room(home):
    """what cannot be written whole is not written at all, which is said: a full disk, a recovery file without a place"""
    write(home + "/s.lua", "-- A session of moongrad 0, of before\n")
    text = "x = 1\nsave_session 's.lua'\nsave_session 't.lua'\nsave_session '/proc/s.lua'\n"
    limited = subprocess.run(["sh", "-c", "ulimit -f 0; exec \"$0\" -q -i", MOONGRAD], env=environment(home), cwd=home,
                             input=text, capture_output=True, text=True, timeout=WAIT)
    equal(limited.returncode, 0, limited.stdout, limited.stderr)
    for name in ("s.lua", "t.lua"):
        check("cannot write %s: File too large" % name in limited.stdout, limited.stdout)
    check("cannot write /proc/s.lua: " in limited.stdout, limited.stdout)
    equal(read(home + "/s.lua"), "-- A session of moongrad 0, of before\n")
    equal(sorted(name for name in os.listdir(home) if name.endswith("a") or "lua." in name), ["s.lua"])
    p = Prompt(home, "-q", cols=200, XDG_STATE_HOME=home + "/s.lua")
    p.do("x = 1")
    said = p.do("require('moongrad.prompt.session').recover()")
    check(said[0].startswith("nil") and "cannot write " + home + "/s.lua/moongrad/session-" in said[0], said)
    equal(p.end(), 0)


@test
def history(home):
    """history() has the numbered inputs of this session, history "text" those of former ones too that hold it"""
    p = Prompt(home, "-q", cols=200)
    p.do("a = 'one'")
    p.do("b = 'two'")
    equal(p.end(), 0)
    p = Prompt(home, "-q", cols=200)
    p.do("c = 'one.'")
    p.do("c")
    equal(p.do("history()"), ["  1  c = 'one.'", "  2  c", "  3  history()"])
    equal(p.do("history 'one.'"), ["  1  c = 'one.'", "  4  history 'one.'"])
    equal(p.do("history \"'one\""), [" -1  a = 'one'", "  1  c = 'one.'", "  4  history 'one.'", "  5  history \"'one\""])
    equal(p.do("h = history 'c'"), [])
    equal(p.do("h[1].n, h[1].text"), ["1       c = 'one.'"])
    said = p.do("history(5)")
    check("expected a text to look for" in said[0], said)
    equal(p.end(), 0)


@test
def run_file(home):
    """run "file.lua" runs it in the session, returns what it returns; errors name file and line; it is recorded whole"""
    write(home + "/a.lua", "#!/usr/bin/env moongrad\nmade = (made or 0) + 1\nseed(3)\nX, y = data.xor()\nLAYERS = {2, 2, 1}\n"
          "step(30)\nreturn made, ...")
    write(home + "/bad.lua", "half = 1\nlocal function g() error 'oh' end\ng()\n")
    p = Prompt(home, "-q", cols=200)
    equal(p.do("run 'a.lua'"), ["1"])
    equal(p.do("run('a.lua', 'x')"), ["2       x"])
    equal(p.do("run()"), ["3"])
    equal(p.do("made"), ["3"])
    said = p.do("run 'bad.lua'")
    check(said[0].startswith("bad.lua:2: oh"), said)
    check(not any("recording" in line or "moongrad/" in line for line in said), said)
    check(any("bad.lua:3:" in line for line in said), said)
    equal(p.do("half"), ["1"])
    said = p.do("run 'none.lua'")
    check("cannot read none.lua: No such file or directory" in " ".join(said), said)
    write(home + "/syntax.lua", "x = = 1\n")
    said = p.do("run 'syntax.lua'")
    check(said[0].startswith("syntax.lua:1:"), said)
    p.do("run 'a.lua'")
    save(p)
    again = run(home, "s.lua")
    equal((again.returncode, again.stderr), (0, ""))
    same(p, home)
    equal(p.end(), 0)


@test
def edit_file(home):
    """edit "file.lua" opens the editor, waits, and runs what was changed; without an editor it says what to set"""
    write(home + "/ed", "#!/bin/sh\necho editor\nread line\ntest -n \"$line\" || exit 3\ntest \"$line\" = same || echo \"$line\" > \"$1\"\n")
    os.chmod(home + "/ed", 0o755)
    p = Prompt(home, "-q", VISUAL=home + "/ed", EDITOR="false", cols=200)

    def edited(call, line):
        p.keys("\x0c")
        p.until(lambda: p.screen.cursor.y == 0 and p.is_ready())
        p.enter(call)
        p.until(lambda: p.lines()[-1] == "editor")
        p.keys(line + "\r")
        p.until(p.is_ready)
        return [l for l in p.lines()[2:-1] if l != line]

    equal(edited("edit \"new 'file'.lua\"", "made = 5 return made"), ["5"])
    equal(read(home + "/new 'file'.lua"), "made = 5 return made\n")
    said = edited("edit()", "same")
    check("is as it was; run" in " ".join(said), said)
    said = edited("edit()", "")
    check("ended with status 3" in " ".join(said), said)
    said = edited("edit 'none.lua'", "same")
    check("none.lua was not made" in " ".join(said), said)
    p.enter("edit 'none.lua'")  # Ctrl-C is the editor's, and does not end the session
    p.until(lambda: p.lines()[-1] == "editor")
    p.interrupt()
    equal(p.do("made"), ["5"])
    save(p)
    same(p, home)
    equal(p.end(), 0)
    p = Prompt(home, "-q", VISUAL=None, EDITOR="", cols=200)
    said = p.do("edit 'a.lua'")
    check("put its name into VISUAL or EDITOR" in " ".join(said), said)
    equal(p.end(), 0)
    again = run(home, "-e", "print(edit 'a.lua')")
    check("VISUAL or EDITOR" in again.stderr or "needs a terminal" in again.stdout, again.stderr)


@test
def reset(home):
    """reset() takes away network, data, names and replaced functions, starts the seed anew, keeps the history"""
    write(home + "/.config/moongrad/init.lua", "helper = 1")
    p = Prompt(home, "-q", "--seed", "4", cols=200)
    first = p.do("rand()")
    p.do("X, y = data.xor() LAYERS = {2, 2, 1} a = 1 helper = 2 print = nil _PROMPT2 = '>> '")
    p.do("function step() end")
    p.do("PROMPT = nil rand()")
    said = p.do("reset()")
    check("gone: the network, " in said[0] and "a, helper" in said[0] and "seed(4)" in said[0], said)
    equal(p.do("NET, X, ETA, a, helper"), ["nil     nil     nil     nil     1"])
    equal(p.do("#_PROMPT2"), ["3"])
    equal(p.do("print(step ~= nil)"), ["true"])
    equal(p.do("rand()"), first)
    check(any("LAYERS" in line for line in p.do("history()")))
    save(p)
    same(p, home)
    equal(p.end(), 0)


@test
def not_at_the_prompt(home):
    """in a script run, history and reset work"""
    write(home + "/a.lua", "return 3")
    again = run(home, "-e", "a = 1 b = run 'a.lua' print(b, history()) print(reset()) print(a)")
    equal((again.returncode, again.stderr), (0, ""))
    equal(again.stdout.splitlines(), ["3\tno inputs yet", "gone: 2 names of yours (a, b); seed(0)", "nil"])


main()
