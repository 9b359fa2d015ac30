"""Ctrl-C, TERM and HUP while Lua or the engine runs."""

import os
import signal
import subprocess

from harness import MOONGRAD, Prompt, check, environment, equal, main, run, test, write

NEEDS_TERMINAL = True
XOR = "X, y = data.xor() LAYERS = {2, 2, 1}"
# A pattern that prints its first match, and then never ends and calls no Lua.
WALL = "string.gsub(('a'):rep(119), ('a?'):rep(40) .. ('a'):rep(40), print)"


def start(p, code):
    """Runs code, which does not end, and waits until it has begun."""
    p.do("0")
    p.enter("print 'go' " + code)
    p.until(lambda: "go" in p.lines())


def stops(p, *codes):
    """One Ctrl-C ends each, says so, and leaves a session that works."""
    for code in codes:
        start(p, code)
        p.interrupt()
        check(any(line.startswith("interrupted") for line in p.lines()), code, *p.lines())
        equal(p.do("debug.gethook()"), ["nil"], code)
        equal(p.do("coroutine.wrap(function() local n = 0 for i = 1, 1000 do n = n + i end return n end)()"),
              ["500500"], code)


@test
def caught(home):
    """one Ctrl-C stops Lua that catches errors: pcall, xpcall with a handler that loops, load"""
    p = Prompt(home, cols=200)
    stops(p, "for i = 1, 1e9 do pcall(error) end",
          "while true do pcall(function() while true do pcall(error) end end) end",
          "while true do xpcall(error, function() while true do end end) end",
          "load(function() while true do end end)",
          "pcall(function() while true do end end)",
          "while true do pcall(debug.sethook) end")
    equal(p.end(), 0)


@test
def coroutines(home):
    """... in coroutines: resumed, wrapped, 20 deep, being closed, made in a loop"""
    p = Prompt(home, cols=200)
    p.do("function nest(d) while d == 0 do pcall(error) end pcall(coroutine.wrap(nest), d - 1) nest(d) end")
    p.do("function deep(d) local r = coroutine.resume while true do r(coroutine.create(deep), d - 1) end end")
    p.do("closing = setmetatable({}, {__close = function() while true do pcall(error) end end})")
    p.do("function open() local x <close> = closing coroutine.yield() end")
    p.do("function failing() local x <close> = closing error 'no' end")
    stops(p, "coroutine.wrap(function() while true do pcall(error) end end)()", "nest(20)", "nest(1)",
          "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
          "deep(1)",
          "local f = coroutine.wrap(function() while true do coroutine.yield() end end) while true do f() end",
          "local co = coroutine.create(open) coroutine.resume(co) coroutine.close(co)",
          "coroutine.wrap(failing)()")
    equal(p.end(), 0)


@test
def suspended(home):
    """a coroutine that was suspended while another was stopped goes on afterwards"""
    p = Prompt(home, cols=200)
    p.do("co = coroutine.create(function() local n = 0 while true do n = n + 1 coroutine.yield(n) end end)")
    for n in (1, 2):
        stops(p, "coroutine.resume(co) while true do end")
        p.do("_, first = coroutine.resume(co)")
        p.do("_, second = coroutine.resume(co)")
        equal(p.do("second - first"), ["1"])
    equal(p.end(), 0)


@test
def handlers(home):
    """... in a __close or __gc handler, one after the other, in a hook, a sort, a gsub, a metamethod"""
    p = Prompt(home, cols=200)
    p.do("function forever() while true do pcall(error) end end")
    p.do("function trash(n) for i = 1, n do setmetatable({}, {__gc = forever}) end end")
    stops(p, "local x <close> = setmetatable({}, {__close = forever})",
          "trash(1) collectgarbage()", "trash(20) collectgarbage()",
          "debug.sethook(forever, '', 1) local x = 1",
          "table.sort({3, 2, 1, 5, 4}, forever)", "string.gsub('aaa', 'a', forever)",
          "local x = setmetatable({}, {__index = forever}).x",
          "print(setmetatable({}, {__tostring = forever}))")
    equal(p.do("collectgarbage 'isrunning'"), ["true"])
    p.do("collectgarbage 'stop'")
    equal(p.do("collectgarbage 'isrunning'"), ["false"])
    equal(p.end(), 0)


@test
def engine(home):
    """... in the engine, also in a coroutine or below pcall, and in Lua that train calls"""
    p = Prompt(home, cols=200)
    p.do(XOR)
    p.do("function forever() while true do pcall(error) end end")
    p.do("a = rand(500, 500)")
    p.do("function spin() coroutine.wrap(forever)() end")
    stops(p, "step(1e12)", "while true do pcall(step, 1e12) end", "coroutine.wrap(step)(1e12)",
          "coroutine.wrap(function() while true do pcall(step, 1e12) end end)()",
          "train{epochs = 1e9, report = forever}", "train{epochs = 1e9, stop_when = spin}",
          "coroutine.wrap(train){epochs = 1e9}",
          "while true do pcall(a.matmul, a, a) end", "a:map(forever)")
    check(p.do("step()")[0].startswith("epoch "))
    equal(p.end(), 0)


@test
def looks(home):
    """... in what looks at a network, goes through its past, measures, or runs a file; the network stays whole"""
    p = Prompt(home, cols=300)
    p.do("X, y = data.xor() LAYERS = {2, 2, 1} step(200000)")
    p.do("walk()")  # the remark about walks is made now
    write(home + "/steps.lua", "while true do pcall(step, 5) end")
    stops(p, "while true do seek(1) seek(199999) end", "while true do step(3) undo() end",
          "step() while true do tostring(explain('grad', 1, 1, 1)) end", "while true do tostring(diagnose()) end",
          "while true do for op in walk() do tostring(op) end end", "while true do bench(step) end", "time(step, 1e12)",
          "bench(function() while true do pcall(error) end end)", "run 'steps.lua'")
    check(p.do("step()")[0].startswith("epoch "))
    check(p.do("check()")[0].startswith("check ok"))
    p.do("X, y = rand(2000, 100), rand(2000, 1) LAYERS = {100, 200, 200, 1}")
    stops(p, "check()", "while true do diagnose() end", "while true do step() end")
    equal(p.end(), 0)


@test
def whole_updates(home):
    """a step in a coroutine ends at a whole epoch, which the line names, and THETA is of that epoch"""
    p = Prompt(home, cols=200)
    p.do("seed(3) " + XOR)
    start(p, "coroutine.wrap(function() pcall(step, 1e12) end)()")
    p.interrupt()
    said = [line for line in p.lines() if line.startswith("interrupted")]
    words = said[0].replace(",", "").split()
    equal(words[:3] + words[4:7] + words[8:], "interrupted at epoch of 1000000000000 cost (THETA kept)".split(), said)
    n = int(words[3])
    check(n > 0 and float(words[7]) > 0, said)
    p.do("theta = {NET.theta[1]:copy(), NET.theta[2]:copy()}")
    p.do("seed(3) LAYERS = {2, 2, 1}")
    p.do("step(%d)" % n)
    equal(p.do("THETA[1] == theta[1] and THETA[2] == theta[2]"), ["true"])
    equal(p.end(), 0)


@test
def commands(home):
    """Ctrl-C that ends a command of os.execute ends the loop around it, too"""
    p = Prompt(home)
    start(p, "while true do pcall(os.execute, 'echo sleeping; exec sleep 1000') end")
    p.until_text("sleeping")
    p.interrupt()
    check("interrupted" in p.lines(), *p.lines())
    equal(p.do("select(3, os.execute 'exit 3')"), ["3"])
    equal(p.end(), 0)


@test
def reads(home):
    """... where Lua waits for input; the prompt reads on"""
    p = Prompt(home)
    stops(p, "io.read()", "io.popen('exec sleep 1000'):read 'a'", "while true do pcall(io.read) end")
    equal(p.end(), 0)


def start_wall(p, first=""):
    """Runs what nothing stops, and waits until it has begun."""
    start(p, first + WALL)
    p.until(lambda: "a" * 80 in p.lines())


def press_until_end(p):
    """Presses Ctrl-C, each when the one before is shown, until the program ends; how often."""
    pressed = 0
    while p.p.isalive():
        before = p.raw.count(b"^C")
        p.keys("\x03")
        pressed += 1
        p.until(lambda: p.raw.count(b"^C") > before or not p.p.isalive())
    return pressed


@test
def thrice(home):
    """Ctrl-C twice more, after the first second, ends what nothing else stops, exit code 130, history kept"""
    p = Prompt(home)
    start_wall(p)
    check(press_until_end(p) >= 3)
    equal(p.wait(), 130)
    with open(os.path.join(home, ".local/state/moongrad/history")) as f:
        check(WALL in f.read())


@test
def quickly(home):
    """... not before: three presses at once, on what takes a while to end, stop that and leave the session"""
    p = Prompt(home, cols=200)
    p.do("x = 5")
    start(p, "io.popen(\"trap '' INT; exec sleep 4\"):close() x = 6")
    p.keys("\x03\x03\x03")
    p.until_text("Ctrl-C twice more ends moongrad, without keeping the session")
    p.until(p.is_ready)
    check("interrupted" in p.lines(), *p.lines())
    equal(p.do("x"), ["5"])
    equal(p.end(), 0)


def start_deaf(p):
    """The same on a terminal that something has changed."""
    start_wall(p, "os.execute 'stty -icanon' ")


@test
def told(home):
    """what does not stop says so, and how to end it; the terminal is left as it was before what ran changed it"""
    p = Prompt(home, cols=200)
    start_deaf(p)
    p.keys("\x03")
    p.until_text("Ctrl-C twice more ends moongrad")
    check(press_until_end(p) >= 2)
    check(p.is_sane())
    equal(p.wait(), 130)


@test
def ended_wall(home):
    """... TERM and HUP end what nothing stops, and leave the terminal as it was, too"""
    for sig in (signal.SIGTERM, signal.SIGHUP):
        p = Prompt(home, cols=200)
        start_deaf(p)
        p.p.kill(sig)
        p.drain()
        check(p.is_sane())
        equal(p.wait(), -sig)


@test
def ended(home):
    """TERM and HUP stop Lua that runs at the prompt; then they end the program"""
    for sig in (signal.SIGTERM, signal.SIGHUP):
        for code in ("while true do pcall(error) end", "coroutine.wrap(step)(1e12)"):
            p = Prompt(home)
            p.do(XOR)
            start(p, code)
            p.p.kill(sig)
            equal(p.wait(), -sig)


@test
def ended_script(home):
    """in a script TERM does what it does to any program, and Ctrl-C what it does to lua5.4"""
    for code in ("while true do end", "coroutine.wrap(function() while true do end end)()",
                 "coroutine.resume(coroutine.create(function() while true do end end))"):
        for sig, rc in ((signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 1)):
            p = subprocess.Popen([MOONGRAD, "-e", "print 'go' io.stdout:flush() " + code], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, env=environment(home))
            equal(p.stdout.readline(), b"go\n")
            p.send_signal(sig)
            err = p.communicate()[1].decode()
            equal(p.returncode, rc, err)
            check(sig == signal.SIGTERM or "interrupted!" in err, err)
    code = ("print(pcall(function() print 'go' io.stdout:flush() while true do end end))"
            " for i = 1, 1e5 do end print 'on'")
    p = subprocess.Popen([MOONGRAD, "-e", code], stdout=subprocess.PIPE, env=environment(home))
    equal(p.stdout.readline(), b"go\n")
    p.send_signal(signal.SIGINT)
    out = p.communicate()[0].decode()
    check(out.startswith("false\t") and out.endswith("interrupted!\non\n"), out)


COROUTINES = r"""
local function show(...)
  local t = table.pack(...)
  for i = 1, t.n do t[i] = tostring(t[i]):gsub("0x%x+", "ADDRESS"):gsub("thread: .*", "thread") end
  print(table.concat(t, "|"))
end
local co = coroutine.create(function(...)
  show("in", ...)
  show("again", coroutine.yield(1, nil, 3))
  local x <close> = setmetatable({}, {__close = function(_, e) show("closed", e) end})
  error({})
end)
show(coroutine.resume(co, 1, 2)) show(coroutine.resume(co)) show(coroutine.resume(co)) show(coroutine.close(co))
show(pcall(coroutine.resume, 1)) show(pcall(coroutine.resume)) show(pcall(coroutine.wrap, 1))
show(pcall(coroutine.close, coroutine.running())) show(pcall(coroutine.close))
local f = coroutine.wrap(function() local x <close> = setmetatable({}, {__close = function() show "close" end}) error "e" end)
show(pcall(f)) show(pcall(f))
show(pcall(coroutine.wrap(function() local x <close> = setmetatable({}, {__close = function() error "c" end}) error "e" end)))
show(pcall(coroutine.wrap(function() error(setmetatable({}, {__tostring = function() return "T" end})) end)))
local outer
outer = coroutine.create(function()
  coroutine.wrap(function() show(pcall(coroutine.close, outer)) show(coroutine.resume(outer)) end)()
  show(coroutine.resume(coroutine.running())) show(coroutine.isyieldable(), coroutine.status(outer))
end)
show(coroutine.resume(outer))
local s = coroutine.create(function() local x <close> = setmetatable({}, {__close = function() error "at close" end})
  coroutine.yield() end)
coroutine.resume(s) show(coroutine.close(s)) show(coroutine.status(s))
local many = coroutine.create(function(...) return coroutine.yield(select("#", ...)) end)
show(coroutine.resume(many, table.unpack({}, 1, 2e5)))
show(select(-2, coroutine.resume(many, table.unpack({}, 1, 2e5))))
show(select("#", coroutine.resume(coroutine.create(function() return table.unpack({}, 1, 9e5) end))))
local function deep(n) return coroutine.wrap(function() return deep(n + 1) end)() end
show((select(2, pcall(deep, 1)):match "[^:]*$"))
for a, b in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i, i * i) end end) do show(a, b) end
show(os.execute("exit 3")) show(os.execute("kill -2 $$")) show(os.execute())
"""


@test
def same_coroutines(home):
    """the session's resume, wrap, close and execute do and say what Lua's do"""
    plain = run("--no-session", "-", stdin=COROUTINES, home=home)
    equal(run("-", stdin=COROUTINES, home=home), plain)
    check("cannot close a running coroutine" in plain[0] and "C stack overflow" in plain[0], plain)


main()
