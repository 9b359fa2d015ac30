#!/usr/bin/python3
"""save_session, recovery files and history(); run() and edit() of files; reset()."""

import os
import re
import stat
import subprocess

from harness import MOONGRAD, WAIT, Prompt, check, environment, equal, main, test
from recorded import XOR, interrupt, read, run, same, save, write

NEEDS_TERMINAL = True


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
    check("mine.lua: it exists and is no saved session; choose another name" in " ".join(said), said)
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
    again = run(home, "-e", "save_session 'other.lua'")
    check("only a prompt records a session" in again.stderr, again.stderr)
    equal(again.returncode, 1)
    check(not os.path.exists(home + "/other.lua"))


@test
def recovery(home):
    """the recovery file is the user's alone, named with time and process, and is only made when there is something to keep"""
    state = home + "/.local/state/moongrad"
    p = Prompt(home, "-q", cols=200)
    p.do("THETA")
    equal(p.do("require('moongrad.session.session').recover()"), ["nil"])
    p.do(XOR)
    p.do("step(12)")
    path = p.do("require('moongrad.session.session').recover()")[0].strip('"')
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
    said = p.do("require('moongrad.session.session').recover()")
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


# What no name is made of by those who mean well: a line of Lua, ends of strings and comments, control bytes, bytes
# that are no UTF-8.
ODD = ("a\nos.exit(7)", "b]]os.exit(7)--[[", "c\" os.exit(7) --", "d'\\'\r\nos.exit(7)--\r", "e\x1b[31m\x01\x7f",
       "f\x9b\udc9b\udcff\udcc3", "--[[g", "g --\tos.exit(7)")


def lua_string(s):
    """A literal in ASCII for the bytes of s."""
    return '"%s"' % "".join("\\%03d" % b for b in s.encode("utf8", "surrogateescape"))


@test
def odd_names(home):
    """names of files, inputs and globals that hold newlines, quotes or control bytes are no code in a saved session"""
    for i, name in enumerate(ODD):
        write(home + "/" + name, "seed(%d) n%d = rand()\nfunction f%d(...) return ... end" % (i, i, i))
        p = Prompt(home, "-q", "-i", *(["--", name] if i % 2 else []), cols=250)
        p.do("NAME = %s" % lua_string(name))
        equal(p.do("run %s" % lua_string(name)), [])  # a file alone is written out
        p.do("run(NAME) k = n%d" % i)  # one among other things is given along
        p.do("run(NAME) error(NAME)")
        p.do("load('error()', '@' .. NAME)()")
        p.do("_G[NAME] = n%d" % i)
        p.do("string[NAME] = function() end")
        said = interrupt(p, "while true do end", "_G[NAME] = coroutine.create(print) u = {[NAME] = print, string[NAME]} ")
        check("interrupted" in said, *said)
        p.do("_G[NAME] = nil")  # it was lost, as the script says
        save(p, "s%d.lua" % i)
        script = same(p, home, "s%d.lua" % i)
        check(all(c >= " " or c == "\n" for c in script), repr(script))
        equal(p.end(), 0)


@test
def odd_starts(home):
    """... nor are arguments, and modules of -l; an init.lua that does not compile is left out"""
    write(home + "/-odd\nos.exit(7).lua", "made = 1")
    write(home + "/.config/moongrad/init.lua", "x = = 1 os.exit(7)")
    p = Prompt(home, "-q", "-l", "a\nos.exit(7)--=math", "-e", "z = 1", "-i", "--", "-odd\nos.exit(7).lua", "b\nos.exit(7)", "]]",
               cols=250)
    p.do("made = made + #arg")
    save(p)
    equal(p.do("made"), ["3"])
    again = run(home, "-e", "dofile 's.lua' print(made, arg[1] == 'b\\nos.exit(7)', _G['a\\nos.exit(7)--'] == math)")
    equal((again.stdout, again.stderr), ("3\ttrue\ttrue\n", ""))
    equal(p.end(), 0)


@test
def marked_file(home):
    """run() reads a file with a byte order mark as Lua does, and says what a file of UTF-16 is"""
    write(home + "/mark.lua", "\ufeffreturn 5\n")
    write(home + "/wide.lua", "p\0r\0i\0n\0t\0(\0)\0")
    p = Prompt(home, "-q", cols=200)
    equal(p.do("run 'mark.lua'"), ["5"])
    check(p.do("run 'wide.lua'")[0].endswith("; this is UTF-16 or binary: save the text as UTF-8"), *p.lines())
    equal(p.end(), 0)


@test
def edit_file(home):
    """edit "file.lua" opens the editor, waits, and runs what was changed; without VISUAL and EDITOR it is vi"""
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
    check("was not changed; run" in " ".join(said), said)
    said = edited("edit()", "")
    check("ended with status 3" in " ".join(said), said)
    said = edited("edit 'none.lua'", "same")
    check("none.lua does not exist" in " ".join(said), said)
    p.enter("edit 'none.lua'")  # Ctrl-C is the editor's, and does not end the session
    p.until(lambda: p.lines()[-1] == "editor")
    p.interrupt()
    equal(p.do("made"), ["5"])
    save(p)
    same(p, home)
    equal(p.end(), 0)
    os.rename(home + "/ed", home + "/vi")
    for n, env in enumerate(({"VISUAL": None, "EDITOR": None}, {"VISUAL": "", "EDITOR": ""})):
        p = Prompt(home, "-q", cols=200, PATH=home + ":" + os.environ["PATH"], **env)
        equal(edited("edit 'a.lua'", "return %d" % n), [str(n)])
        equal(p.end(), 0)
    again = run(home, "-e", "print(edit 'a.lua')")
    check("needs a terminal" in again.stdout, again.stderr)


@test
def shell_commands(home):
    """!command runs in the shell; the saved session does not have it; a status other than 0 is said"""
    p = Prompt(home, "-q", cols=120)
    equal(p.do("!echo 'a  b' \"$((1 + 1))\" | tr b c"), ["a  c 2"])
    equal(p.do(" !echo é; echo out >&2"), ["é", "out"])
    equal(p.do("!exit 3"), ["shell: it ended with status 3"])
    equal(p.do("!kill -9 $$"), ["shell: it ended with signal 9"])
    equal(p.do("shell 'true'"), ["true"])
    equal(p.do("shell 'false'"), ["nil     shell: it ended with status 1"])
    check("expected a command" in p.do("shell()")[0], *p.lines())
    p.paste("made = 1\n!touch made.txt\nmade = 2\n")
    p.until(lambda: p.is_ready() and "made = 2" in " ".join(p.lines()))
    check(os.path.exists(home + "/made.txt"))
    equal(p.do("made"), ["2"])
    p.type("!cat made.t")
    p.keys("\t")
    p.until_typed("!cat made.txt")
    p.interrupt()
    p.do("?step")
    save(p)
    text = read(home + "/s.lua")
    check("shell" not in text and "echo" not in text and "help" not in text and "made = 2" in text, text)
    equal(p.end(), 0)


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
    check("removed: the network, " in said[0] and "a, helper" in said[0] and "seed(4)" in said[0], said)
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
    equal(again.stdout.splitlines(), ["3\tno inputs yet", "removed: 2 names of yours (a, b); seed(0)", "nil"])


main()
