#!/usr/bin/python3
"""Control bytes and bytes that are no UTF-8 are shown as Lua's escapes in all of moongrad's output, except by print."""

import os
import re
import signal

from harness import MOONGRAD, Prompt, check, equal, main, run, test

NEEDS_TERMINAL = True

# Escape sequences, a bell, a backspace, a control code of eight bits as a byte and as UTF-8, bytes that are no UTF-8.
ODD = b"Q\x1b[35mZ\x1b]0;T\x07Z\x08\x7f\x9bZ\xc2\x9bZ\xff\xed\xa0\x80\xc3"
LITERAL = '"%s"' % "".join("\\%03d" % b for b in ODD)
RAW = re.compile(rb"\x1b\[35m|\x1b\]|Z\x07|Z\x08|\x7f|[^\xc2]\x9b|\xc2[\x80-\x9f]|\xff|\xed\xa0")
SHOWN = br"Q\027[35mZ\027]0;T\007Z\008\127\155Z\u{9b}Z\255\237\160\128\195"
LISTED = SHOWN.replace(br"\u{9b}", br"\194\155")  # by the shell itself

# Inputs that have moongrad say what odd holds: values, errors, names of files, options, warnings.
SAYING = r"""
odd
{odd, [odd] = 1}
setmetatable({}, {__tostring = function() return odd end})
{setmetatable({}, {__name = odd})}
error(odd)
error(setmetatable({}, {__tostring = function() return odd end}))
coroutine.wrap(error)(odd)
local x <close> = setmetatable({}, {__close = function() error(odd) end})
load("x = = 1", "@" .. odd)
load("error 'a'", "=" .. odd)()
warn("@on") warn("o", odd) warn("@off")
warn("@on") setmetatable({}, {__gc = function() error(odd) end}) collectgarbage() warn("@off")
require(odd)
dofile(odd)
io.open(odd)
run(odd)
run(odd .. ".lua")
save_session("/nonexistent/" .. odd)
history(odd)
help(odd)
apropos(odd)
_G[odd] = 5 return who()
_G[odd] = nil return data[odd]
NET[odd]
bug(odd)
check{[odd] = 1}
network{2, 1, [odd] = 3}
network{2, 1, activation = odd}
network{2, 1, activation = mg.activation{name = odd, f = function(z) return z end}}
NET.options[odd] = 3
NET:init(odd)
explain(odd, 1, 1, 1)
LAYERS = {2, odd}
ETA = odd
seed(odd)
matrix(odd)
train{epochs = 1, report = function() error(odd) end}
time(error, odd)
PROMPT = function() error(odd) end
PROMPT = nil
"""


def put(home, name):
    with open(os.path.join(home.encode(), name), "w") as f:
        f.write("x = = 1")


@test
def said(home):
    """values, errors, remarks, warnings, names of files and options at the prompt"""
    put(home, ODD + b".lua")
    p = Prompt(home, "-q", cols=500)
    p.do("odd = " + LITERAL)
    p.do("X, y = data.xor() LAYERS = {2, 2, 1}")
    shown = 0
    for text in SAYING.strip().split("\n"):
        at = len(p.raw)
        p.do(text)
        found = RAW.findall(p.raw[at:])
        check(not found, text, found, p.raw[at:])
        shown += SHOWN[:20] in p.raw[at:]
    check(shown > 20, shown)
    at = len(p.raw)
    p.do("io.write(odd, '\\n') print(odd) io.stderr:write(odd, '\\n')")
    equal(p.raw[at:].count(ODD), 3)
    equal(p.end(), 0)


@test
def prompts(home):
    """of PROMPT's control bytes colours stay, and new lines"""
    p = Prompt(home, "-q")
    at = len(p.raw)
    p.keys("PROMPT = '\\27[1mbold\\27[0m\\n\\1\\27]0;title\\7\\2\\27[2J\\u{9b}\\200> '\r")
    p.until_line("\\027]0;title\\007\\027[2J\\u{9b}\\200>")
    check(b"\x1b[1mbold\x1b[0m" in p.raw[at:] and b"\x1b]0" not in p.raw[at:] and b"\x1b[2J" not in p.raw[at:], p.raw[at:])
    p.keys("PROMPT = nil _PROMPT2 = '\\27]0;t\\7>> '\r")
    p.until(p.is_ready)
    equal(p.end(), 0)
    p = Prompt(home, "-q", TERM="dumb")
    p.enter("_PROMPT2 = '\\27]0;t\\7>> '")
    p.until(lambda: p.screen.cursor.y > 0 and p.is_ready())
    p.enter("x = (")
    p.until_line("\\027]0;t\\007>>")
    equal(p.raw.count(b"\x1b"), 0)
    p.interrupt()
    equal(p.end(), 0)


@test
def offered(home):
    """what Tab lists and inserts: files and keys, in strings as Lua reads them again"""
    put(home, ODD)
    put(home, ODD + b"2")
    p = Prompt(home, "-q", cols=250)
    p.do("t = {[%s] = 1, ['Q' .. 2] = 2}" % LITERAL)
    for keys in ('run "\t\t\t', "t['\t\t\t"):
        at = len(p.raw)
        p.keys(keys)
        p.until(lambda: LISTED in p.raw[at:] and p.line().startswith("∇>"))
        check(not RAW.findall(p.raw[at:]), keys, p.raw[at:])
        p.interrupt()
    p.keys("t['Q\\027\t")
    p.until(lambda: p.line().endswith("]"))
    p.keys("\r")
    p.until(lambda: "1" in p.lines() and p.is_ready())
    check(not RAW.findall(p.raw))
    equal(p.end(), 0)


@test
def started(home):
    """options, scripts and their errors, LUA_INIT, the program's own name"""
    odd = os.fsdecode(ODD)
    put(home, ODD + b".lua")
    for args in (["--" + odd], ["--seed", odd], ["-l", odd], [odd], [odd + ".lua"], ["-W", "-e", "warn(%s)" % LITERAL],
                 ["-e", "error(%s)" % LITERAL], ["-e", "local f = io.open(%s)" % LITERAL + " assert(f, %s)" % LITERAL]):
        _, err, _ = run(*args, home=home, cwd=home)
        check("\\027[35m" in err and not RAW.findall(err.encode()), args, repr(err))
    _, err, _ = run("-e", "", home=home, LUA_INIT="error(%s)" % LITERAL)
    check("\\027[35m" in err and not RAW.findall(err.encode()), repr(err))
    _, err, _ = run("-c", "exec -a %s %s --none" % ("$'\\e[35m'", MOONGRAD), program="/bin/bash", home=home)
    check(err.startswith("\\027[35m: unrecognized option"), repr(err))
    out, _, _ = run("-i", "-q", stdin=b"x = '" + ODD + b"' " + ODD + b"\n", home=home)
    check("\\027[35m" in out and not RAW.findall(out.encode()), repr(out))


@test
def kept(home):
    """the path of a session that is kept, when it ends and at the next start"""
    state = home + "/s\x1b[35mZ\x07"
    p = Prompt(home, "-q", XDG_STATE_HOME=state, cols=250)
    p.do("x = 1")
    p.p.kill(signal.SIGTERM)
    p.wait()
    check(b"the session is kept" in p.raw and b"s\\027[35mZ\\007/moongrad" in p.raw and not RAW.findall(p.raw), p.raw)
    os.makedirs(home + "/a folder")
    spaced = Prompt(home, "-q", XDG_STATE_HOME=home + "/a folder", cols=250)
    spaced.do("x = 1")
    spaced.p.kill(signal.SIGTERM)
    spaced.wait()
    check("moongrad -i '%s/a folder/moongrad/session-" % home in " ".join(spaced.lines()), *spaced.lines())
    p = Prompt(home, XDG_STATE_HOME=state, cols=250)
    check(b"A session was cut off" in p.raw and b"s\\027[35mZ\\007/moongrad" in p.raw and not RAW.findall(p.raw), p.raw)
    equal(p.end(), 0)


main()
