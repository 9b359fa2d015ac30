#!/usr/bin/python3
"""The command line: options, scripts, precompiled chunks, C modules; under --no-session it behaves like lua5.4."""

import os
import shutil
import subprocess

from harness import LUA, MOONGRAD, check, environment, equal, lua, main, run, test

FILES = {
    "hello.lua": "print('hello', ...) print(arg[0], #arg, arg[1])\n",
    "sharp.lua": "#!/usr/bin/env moongrad\nprint('line two', debug.getinfo(1).currentline)\n",
    "fails.lua": "local function f()\n  error('boom')\nend\nf()\n",
    "object.lua": "error(setmetatable({}, {__tostring = function() return 'an object' end}))\n",
    "plain.lua": "error({})\n",
    "syntax.lua": "x = = 1\n",
    "mod.lua": "return {name = ...}\n",
    "empty.lua": "",
    "exit.lua": "io.write('no newline') os.exit(7)\n",
    "close.lua": "setmetatable({}, {__gc = function() print('collected') end})\n",
    "arg.lua": "for i = -9, 9 do if arg[i] then print(i, (arg[i]:gsub('^.*/', ''))) end end print(...)\n",
    "found.lua": "print(package.path) print(package.cpath) print(debug.gethook()) print(getmetatable(_G))\n"
                 "print(collectgarbage('isrunning')) local n = {} for k in pairs(_G) do n[#n+1] = k end\n"
                 "table.sort(n) print(table.concat(n, ' '))\n"
                 "n = {} for k in pairs(package.loaded) do n[#n+1] = k end table.sort(n) print(table.concat(n, ' '))\n"
                 "print(os.setlocale())\n",
}

# Command lines that lua5.4 and moongrad --no-session must take alike:
# arguments, then standard input, then the environment.
ALIKE = [
    (["hello.lua"],),
    (["hello.lua", "a", "b c", ""],),
    (["sharp.lua"],),
    (["fails.lua"],),
    (["object.lua"],),
    (["plain.lua"],),
    (["syntax.lua"],),
    (["missing.lua"],),
    (["empty.lua"],),
    (["exit.lua"],),
    (["close.lua"],),
    (["found.lua"],),
    (["-E", "found.lua"], "", {"LUA_PATH": "./?.lua;;", "LUA_CPATH": "./?.so"}),
    (["found.lua"], "", {"LUA_PATH": "./?.lua;;", "LUA_CPATH": "./?.so"}),
    (["-e", "print(1)"],),
    (["-eprint(1)"],),
    (["-e", "print(1)", "-e", "print(2)"],),
    (["-e", "x = 5", "-e", "print(x)", "hello.lua", "a"],),
    (["-e", "error('oops')", "hello.lua"],),
    (["-e", "error()"],),
    (["-e", "error(nil)"],),
    (["-e", "error(42)"],),
    (["-e", "error(setmetatable({}, {__tostring = function() return 5 end}))"],),
    (["-e", "x = "],),
    (["-e", "local t = nil; t.x = 1"],),
    (["-e", "os.exit(true)"],),
    (["-e", "os.exit(false)"],),
    (["-e", "os.exit(3, true)"],),
    (["-e", "return 5"],),
    (["-l", "mod", "-e", "print(mod.name)"],),
    (["-lmod", "-e", "print(mod.name)"],),
    (["-l", "m=mod", "-e", "print(m.name, mod)"],),
    (["-l", "missing"],),
    (["-l", "syntax"],),
    (["-v"],),
    (["-v", "hello.lua"],),
    (["-v", "-e", "print(1)"],),
    (["-W", "-e", "warn('careful')"],),
    (["-e", "warn('unheard')"],),
    (["-e", "warn('@on') warn('a', 'b')"],),
    (["-e", "warn('@on')", "-e", "warn('heard')", "-e", "warn('@off') warn('unheard')"],),
    (["--", "hello.lua", "-x"],),
    (["--"], "print('from stdin')"),
    (["-"], "print('from stdin', ...)"),
    (["-", "a", "b"], "print('from stdin', arg[0], ...)"),
    (["--", "-"], "print('not run')"),
    (["-i", "hello.lua"], "1 + 1\n"),
    (["-i"], "1 + 1\nx =\n5\nprint(x)\n= x\n"),
    (["-i"], "error('a')\nerror({})\nx = = 1\nnil\nprint()\n"),
    (["-i"], "local function f() error('deep') end f()\n"),
    (["-i"], "_PROMPT = '? ' _PROMPT2 = '?? '\nx =\n1\n"),
    (["-i"], "_PROMPT = setmetatable({}, {__tostring = function() return 'p> ' end})\n1\n"),
    (["-i"], "os.exit(4)\n"),
    (["-i", "-e", "x = 7"], "x\n1, 2, 3\nnil, nil\n"),
    (["-i", "fails.lua"], "print('not reached')\n"),
    ([], "print('chunk', ...)\nprint(arg[0] ~= nil)\n"),
    ([], "x = \n"),
    ([], "error('boom')\n"),
    ([], "local x <const> = 1; x = 2\n"),
    ([], ""),
    ([], "#!/bin/lua\nprint('after the first line')\n"),
    (["-e", "io.write(io.read('a'))"], "read by the code"),
    (["arg.lua", "a", "b"],),
    (["-e", "x=1", "-W", "arg.lua", "a"],),
    (["-e", "print(arg[0] ~= nil, arg[-1])"],),
    (["hello.lua"], "", {"LUA_INIT": "print('init')"}),
    (["hello.lua"], "", {"LUA_INIT": "@hello.lua"}),
    (["hello.lua"], "", {"LUA_INIT": "@missing.lua"}),
    (["hello.lua"], "", {"LUA_INIT": "error('in init')"}),
    (["hello.lua"], "", {"LUA_INIT": "print('no')", "LUA_INIT_5_4": "print('versioned')"}),
    (["-E", "hello.lua"], "", {"LUA_INIT": "print('ignored')"}),
    (["-e", "print(#string.dump(function() end) > 0) print(load(string.dump(function() return 5 end))())"],),
    (["-e", "print(pcall(require, 'x.y'))"],),
    (["-e", "x = 1; y = 2; LAYERS = 3; A = 4; cost = 'mse'; print(x, y, LAYERS, A, cost, step, NET)"],),
    (["-e", "local f = load('return ...') print(f(1, nil, 3)) print(select('#', f(nil, nil)))"],),
    (["-e", "print(xpcall(function() local x = nil + 1 end, debug.traceback))"],),
    (["-e", "coroutine.wrap(function() error('in a coroutine') end)()"],),
    (["-e", "local t = setmetatable({}, {__close = function() print('closed') end}) local u <close> = t"],),
    (["-e", "string.rep('x', -1):bad()"],),
    (["-e", "local function r() return r() + 1 end r()"],),
    (["-e"],),
    (["-l"],),
    (["-e", "-i"],),
]


def short(err, program):
    """stderr with the program's name replaced, and only the first line of a usage text."""
    err = err.replace(program, "PROGRAM")
    return err.split("\nusage:")[0] if "\nusage:" in err else err


def write_files(home):
    for name, text in FILES.items():
        with open(os.path.join(home, name), "w") as f:
            f.write(text)


def compare(home, case):
    args, stdin, env = (list(case) + ["", {}][len(case) - 1:])[:3]
    theirs = run(*args, program=LUA, stdin=stdin, cwd=home, home=home, **env)
    ours = run("--no-session", *args, stdin=stdin, cwd=home, home=home, **env)
    # arg counts one option more from the program: that is what was typed
    out = ours[0]
    if "arg.lua" in args:
        out = shift_arg(out)
        theirs = (shift_arg(theirs[0]),) + theirs[1:]
    equal((out, short(ours[1], MOONGRAD), ours[2]), (theirs[0], short(theirs[1], LUA), theirs[2]), args, stdin, env)


def shift_arg(out):
    """Lines "index word" of arg without the program, --no-session and so without their numbers."""
    kept = []
    for line in out.split("\n"):
        words = line.split("\t")
        if words[-1] in ("moongrad", "--no-session", "lua5.4", os.path.basename(LUA)):
            continue
        kept.append(words[-1] if words[0].lstrip("-").isdigit() and int(words[0]) < 0 else line)
    return "\n".join(kept)


def add_alike():
    for n in range(0, len(ALIKE), 10):
        cases = ALIKE[n:n + 10]

        def alike(home, cases=cases):
            write_files(home)
            for case in cases:
                compare(home, case)

        alike.__doc__ = "--no-session is lua5.4, command lines %d to %d" % (n + 1, n + len(cases))
        test(alike)


add_alike()


@test
def no_session_requires(home):
    """--no-session can require moongrad, which leaves the globals alone"""
    out, err, rc = run("--no-session", "-e", "local mg = require 'moongrad' print(mg.eye(2)[2][2], mg.seed, NET, step)"
                       " print(require 'moongrad.show' ~= nil, getmetatable(_G), debug.gethook())")
    equal(rc, 0, err)
    check(out.startswith("1.0\tfunction") or out.startswith("1\tfunction"), out)
    equal(out.split("\n")[0].split("\t")[2:], ["nil", "nil"])
    equal(out.split("\n")[1], "true\tnil\tnil")


@test
def binary(home):
    """precompiled chunks are run with --no-session only, and refused in one clear line"""
    path = os.path.join(home, "x.luac")
    out, err, rc = run("--no-session", "-e", "io.open(%r, 'wb'):write(string.dump(load 'print(5)')):close()" % path)
    equal(rc, 0, err)
    equal(run("--no-session", path)[0], "5\n")
    out, err, rc = run(path)
    equal((out, rc), ("", 1))
    equal(len(err.strip().split("\n")), 1, err)
    check("x.luac: a precompiled chunk" in err, err)
    with open(path, "rb") as f:
        data = f.read()
    for stdin_args in ([], ["-"]):
        out, err, rc = run(*stdin_args, stdin=data)
        equal((out, rc), ("", 1))
        check("stdin: a precompiled chunk" in err, err)
    equal(lua("print(load(string.dump(load 'x = 1')))").split("\t")[0], "nil")
    equal(lua("print(load(string.dump(load 'x = 1'), 'n', 'b'))").split("\t")[0], "nil")
    equal(lua("print(load('return 1', 'n', 'b'))").split("\t")[0], "nil")
    check("precompiled" in lua("print(loadfile(%r))" % path))
    check("precompiled" in lua("print(pcall(dofile, %r))" % path))
    check("precompiled" in lua("package.path = %r print(pcall(require, 'x'))" % (home + "/?.luac")))
    equal(lua("local e = {} load('z = 5', 'n', 't', e)() print(e.z, z)"), "5\tnil")
    equal(lua("print(pcall(load('return z', 'n', nil, nil)))")[:5], "false")
    equal(lua("local n = 0 print(load(function() n = n + 1 return ({'return ', '7'})[n] end)())"), "7")


@test
def options(home):
    """-h, --help, -V, --version, -q, --no-rc and --color say and do what they should"""
    for o in ("-h", "--help"):
        out, err, rc = run(o)
        equal((err, rc), ("", 0))
        check(out.startswith("usage: ") and "--no-session" in out and "--seed" in out, out)
    for o in ("-V", "--version"):
        out, err, rc = run(o)
        equal((err, rc), ("", 0))
        check(out.startswith("moongrad ") and out.count("\n") == 1, out)
    equal(run("-q", "--no-rc", "--color=auto", "--color=always", "--color=never", "-e", "print(1)"), ("1\n", "", 0))
    for bad in (["-x"], ["--sed"], ["-ii"], ["--color=red"], ["--seed"], ["-Wx"]):
        out, err, rc = run(*bad)
        equal((out, rc), ("", 1), bad)
        check(bad[0] in err or "--color is" in err, err)
        check("usage:" in err, err)


@test
def seed(home):
    """--seed n is seed(n)"""
    one = lua("print(('%.17g'):format(rand(1, 1)[1][1]))", "--seed", "7")
    equal(one, "0.076308289373957172")  # np.random.seed(7); np.random.rand()
    equal(lua("print(('%.17g'):format(rand(1, 1)[1][1]))", "--seed=7"), one)
    equal(lua("seed(7) print(('%.17g'):format(rand(1, 1)[1][1]))"), one)
    for bad in ("-1", "x", "4294967296", "1.5", "", " 1", "99999999999999999999999"):
        out, err, rc = run("--seed", bad, "-e", "print(1)")
        equal((out, rc), ("", 1), bad)
        check("--seed needs a whole number from 0 to 4294967295" in err, err)


@test
def own_files(home):
    """its Lua files are found whatever LUA_PATH says, from anywhere, also through a link"""
    equal(lua("print(NET == nil, type(step))", cwd="/", LUA_PATH="/nowhere/?.lua", LUA_CPATH="/nowhere/?.so"),
          "true\tfunction")
    os.makedirs(os.path.join(home, "moongrad"))
    with open(os.path.join(home, "moongrad/show.lua"), "w") as f:
        f.write("error 'the wrong one'")
    equal(lua("print(type(step))", cwd=home, LUA_PATH="./?.lua"), "function")
    link = os.path.join(home, "mg")
    os.symlink(MOONGRAD, link)
    equal(run("-e", "print(type(step))", program=link, cwd="/"), ("function\n", "", 0))
    equal(lua("print(package.path)", LUA_PATH="a;;"), run("-e", "print(package.path)", program=LUA, LUA_PATH="a;;")[0][:-1])


@test
def script_with_session(home):
    """scripts have the session names, arguments, exit code 1 and a traceback at their line"""
    path = os.path.join(home, "s.lua")
    with open(path, "w") as f:
        f.write("#!/usr/bin/env moongrad\nseed(0)\nX, y = data.xor()\nLAYERS = {2, 2, 2, 1}\nETA = 0.1\n"
                "local r = step(1000)\nprint(('%.9f'):format(r.mse), ...)\nlocal function f() step(-1) end\nf()\n")
    out, err, rc = run(path, "a", "b")
    equal((out, rc), ("0.249865742\ta\tb\n", 1))
    lines = err.split("\n")
    check(lines[0].endswith("s.lua:8: step: expected a whole number of epochs from 0, got -1"), err)
    check(any("s.lua:9: in main chunk" in line for line in lines), err)


@test
def folder(home):
    """of a folder its scripts are listed, with the first line of each"""
    for name, text in (("b.lua", "#!/usr/bin/env moongrad\n-- Second.\n-- More.\n"), ("a.lua", "--- First: \x1b x\nprint(1)\n"),
                       ("long-name.lua", "print(1)\n"), ("empty.lua", ""), (".hidden.lua", "-- no\n"), ("notes.txt", "-- no\n")):
        with open(os.path.join(home, name), "w") as f:
            f.write(text)
    os.mkdir(os.path.join(home, "sub"))
    os.mkdir(os.path.join(home, ".git"))
    listed = ("a.lua          First: \\027 x\nb.lua          Second.\nempty.lua\nlong-name.lua\nsub/\n", "", 0)
    equal(run(home), listed)
    equal(run(home + "/", "argument"), listed)
    equal(run("sub", cwd=home), ("no scripts in sub\n", "", 0))
    out, err, rc = run("--no-session", home)
    equal((out, rc), ("", 1))
    check("Is a directory" in err, err)


@test
def second_prompt(home):
    """a _PROMPT2 that is no text is said, once, and the usual one comes"""
    out, err, rc = run("-i", "-q", stdin="_PROMPT2 = {}\nv =\n1\nw =\n2\nv + w\n", home=home)
    equal((rc, err.count("_PROMPT2: a table; a string of at most 500")), (0, 1), err)
    check(">> 1" in out and ">> 2" in out and "\n3\n" in out, out)


@test
def tracebacks(home):
    """a traceback shows the user's frames, none of moongrad's own and of what they call"""
    path = os.path.join(home, "t.lua")
    for code, lines in (
            ("LAYERS = {2, 1}\nlocal function f() step(-1) end\nf()\n",
             ["t.lua:2: in local 'f'", "t.lua:3: in main chunk", "[C]: in ?"]),
            ("X, y = data.xor()\nLAYERS = {2, 1}\nlocal r = train{report = function() error 'mine' end}\n",
             ["[C]: in function 'error'", "t.lua:3: in local 'look'", "t.lua:3: in main chunk", "[C]: in ?"]),
            ("y = 'a'\n", ["t.lua:1: in main chunk", "[C]: in ?"]),
            ("local function f(n) if n == 0 then step(1) end return f(n - 1) end\nf(5)\n",
             ["t.lua:1: in function <t.lua:1>", "(...tail calls...)", "t.lua:2: in main chunk", "[C]: in ?"]),
            ("string.rep()\n", ["[C]: in function 'string.rep'", "t.lua:1: in main chunk", "[C]: in ?"])):
        with open(path, "w") as f:
            f.write(code)
        err = run("t.lua", cwd=home)[1]
        equal([line.strip() for line in err.split("\n")[2:-1]], lines, err)
    with open(path, "w") as f:
        f.write("local function g(n) if n == 0 then LAYERS = 5 end g(n - 1) end\ng(100)\n")
    err = run("t.lua", cwd=home)[1]
    check(any("skipping" in line for line in err.split("\n")), err)
    equal(len(err.split("\n")), 2 + 10 + 1 + 11 + 1 - 3, err)  # three of the first ten are moongrad's
    check("moongrad/" not in err.split("\n", 1)[1], err)


@test
def interrupt_script(home):
    """Ctrl-C ends a script as lua5.4's does"""
    code = "io.write('go\\n') io.flush() while true do end"
    for args in (["--no-session"], []):
        p = subprocess.Popen([MOONGRAD, *args, "-e", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env=environment(home))
        equal(p.stdout.readline(), b"go\n")
        p.send_signal(2)
        err = p.communicate()[1].decode()
        equal(p.returncode, 1, err)
        check("interrupted!" in err and "stack traceback:" in err, err)


@test
def c_modules(home):
    """C modules load: the program gives them Lua's symbols"""
    source = os.path.join(home, "tiny.c")
    with open(source, "w") as f:
        f.write("#include <lauxlib.h>\nint luaopen_tiny(lua_State *L) { lua_newtable(L); lua_pushinteger(L, 42);"
                " lua_setfield(L, -2, \"answer\"); return 1; }\n")
    flags = ["-I/usr/include/lua5.4"]
    if shutil.which("pkg-config"):
        flags = subprocess.run(["pkg-config", "--cflags", "lua5.4"], capture_output=True, text=True).stdout.split()
    made = subprocess.run([*os.environ.get("CC", "cc").split(), "-shared", "-fPIC", *(flags or ["-I/usr/include/lua5.4"]),
                           "-o", os.path.join(home, "tiny.so"), source], capture_output=True, text=True)
    equal(made.returncode, 0, made.stderr)
    for args in (["--no-session"], []):
        equal(run(*args, "-e", "print(require('tiny').answer)", cwd=home, LUA_CPATH="./?.so"), ("42\n", "", 0))


main()
