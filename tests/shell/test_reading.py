#!/usr/bin/python3
"""How the prompt reads an input: with several lines, from the history, from an editor, from a paste."""

import os

from harness import ROOT, Prompt, check, equal, main, read, test, write

NEEDS_TERMINAL = True

UP, DOWN, LEFT = "\x1b[A", "\x1b[B", "\x1b[D"
XOR = "seed(0) X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2"


def shows(p, *lines):
    """Waits until the screen ends with these lines; a prompt in the first is left out."""
    def true():
        got = p.lines()[-len(lines):]
        if len(got) < len(lines):
            return False
        return (got[0] == lines[0] or got[0].endswith("> " + lines[0])) and got[1:] == list(lines[1:])
    p.until(true)


def types(p, *lines):
    """Types lines, each but the last with Enter, which leaves the input open."""
    for i, line in enumerate(lines):
        p.keys(line)
        p.until(lambda line=line: p.line().endswith(line.rstrip()))
        if i + 1 < len(lines):
            y = p.screen.cursor.y
            p.keys("\r")
            p.until(lambda y=y: p.screen.cursor.y == y + 1)


@test
def enter(home):
    """Enter runs what is complete, as an expression or statements; else it begins a line, indented"""
    p = Prompt(home, "-q")
    for text in ("function f(", "  if a then", "x = {1, (", "f(function()", "x =", "for i = 1, 2 do --[[", "x = [[", "local",
                 "x = 1 y", "goto", "x = 'a\\", "x = 'a\\z"):
        y = p.screen.cursor.y
        p.keys(text)
        p.until(lambda text=text: p.line().endswith(text))
        p.keys("\r")
        p.until(lambda y=y: p.screen.cursor.y == y + 1)
        check(not p.is_ready(), text, *p.lines())
        p.interrupt()
    for text, said in (("'a", "unfinished string"), ("x = 'a", "unfinished string"), ("x = 'a\\\\", "unfinished string"),
                       ("x = = 1", "unexpected symbol"), ("x = 5", None), ("x", "5"), ("return x, 1", "5"), ("= x", "5"),
                       ("--", None), ("-- a [[", None), ("x = 'a\\'b'", None), ("?step", "step")):
        lines = p.do(text)
        check(any(said in line for line in lines) if said else lines == [], text, *lines)
    types(p, "function f(a)", "if a then", "return {", "a,", "}", "end", "end")
    shows(p, "function f(a)", "  if a then", "    return {", "      a,", "    }", "  end", "  end")
    p.keys("\r")
    p.until(p.is_ready)
    shows(p, "function f(a)", "  if a then", "    return {", "      a,", "    }", "  end", "end", "∇>")
    equal(p.do("f(4)"), ["{4}"])
    equal(p.end(), 0)


@test
def indents(home):
    """a new line is as far in as the block that is open; none in a string; a line that closes one goes back"""
    p = Prompt(home, "-q")
    types(p, "for i = 1, 2 do -- function", "if i == 1 then", "x = '('", "else", "x = [[do", "{", "]] .. f({", "1,", "}, function()")
    shows(p, "for i = 1, 2 do -- function", "  if i == 1 then", "    x = '('", "  else", "    x = [[do", "{", "]] .. f({", "  1,",
          "  }, function()")
    p.keys("\r")
    p.until(lambda: p.screen.cursor.x == 2 and p.line() == "")
    p.interrupt()
    equal(p.end(), 0)


@test
def alt_enter(home):
    """Alt-Enter always begins a line, and Enter runs them all"""
    p = Prompt(home, "-q")
    for key in ("\x1b\r", "\x1b\n"):
        p.keys("a = 1" + key + "b = 2" + key + "return a + b")
        shows(p, "a = 1", "b = 2", "return a + b")
        p.keys("\r")
        p.until(lambda: p.is_ready() and "3" in p.lines())
        equal(p.do("a"), ["1"])
    equal(p.end(), 0)


@test
def middle(home):
    """Enter inside an open input cuts the line there; Enter anywhere in a complete one runs it"""
    p = Prompt(home, "-q")
    p.keys("t = {1, 2" + LEFT)
    p.until(lambda: p.screen.cursor.x == 11)
    p.keys("\r")
    shows(p, "t = {1,", "  2")
    p.keys("\x05}" + UP)  # C-e
    p.until(lambda: p.screen.cursor.x == 3 + 4 and p.screen.cursor.y == 0)
    p.keys("\r")
    p.until(p.is_ready)
    shows(p, "t = {1,", "  2}", "∇>")
    equal(p.do("t"), ["{1, 2}"])
    equal(p.end(), 0)


@test
def forced(home):
    """two blank lines end an input that stays open, with its error"""
    p = Prompt(home, "-q")
    types(p, "x = 1 y", "", "")
    p.keys("\r")
    p.until(p.is_ready)
    check(any("[1]:1: syntax error near <eof>" in line for line in p.lines()), *p.lines())
    types(p, "x = {", "", "1", "", "")
    p.keys("\r")
    p.until(lambda: p.is_ready() and any("[2]:" in line for line in p.lines()))
    equal(p.do("1 + 1"), ["2"])
    equal(p.end(), 0)


@test
def up_and_down(home):
    """Up and Down move inside the input first, then through history by the prefix typed"""
    p = Prompt(home, "-q")
    for text in ("alpha = 1", "beta = 2", "alpha = 3", "gamma = 4"):
        p.do(text)
    types(p, "function alpha_f()", "return 1", "end")
    p.keys("\r")
    p.until(p.is_ready)
    p.do("alpha = 5")
    for keys, text in ((UP, "alpha = 5"), (UP, "function alpha_f()"), (UP, "gamma = 4"), (UP, "alpha = 3"),
                       (DOWN, "gamma = 4"), (DOWN, "end"), (UP, "  return 1"), (DOWN, "end"), (DOWN, "alpha = 5"),
                       (DOWN, ""), ("al" + UP, "alpha = 5"), (UP, "alpha = 3"), (UP, "alpha = 1"), (UP, "alpha = 1"),
                       (DOWN, "alpha = 3"), (DOWN, "alpha = 5"), (DOWN, "al"), ("\x15fun" + UP, "function alpha_f()"),
                       (DOWN + DOWN + "\x05" + UP, "  return 1"), ("\x05" + DOWN, "end")):
        p.keys(keys)
        p.until_typed(text)
    p.interrupt()
    for text in ("abcdef", "ab", "abcdef"):  # the column is kept over a short line
        p.keys(text + "\x1b\r")
        p.until_typed("")
    p.keys("\x7f" + LEFT)
    p.until(lambda: p.screen.cursor.x == 5)
    p.keys(UP)
    p.until(lambda: p.typed() == "ab" and p.screen.cursor.x == 2)
    p.keys(UP)
    p.until(lambda: p.typed() == "abcdef" and p.screen.cursor.x == 3 + 5)
    p.interrupt()
    p.keys("'é∇\x1b\rab'" + UP)
    p.until(lambda: p.screen.cursor.x == 3 + 3)
    p.interrupt()
    equal(p.end(), 0)


@test
def tall(home):
    """of an input that is taller or longer than the screen the part around the cursor is shown, and all of it runs"""
    p = Prompt(home, "-q", rows=12, cols=60)
    p.paste("t = {\n" + "".join("%d,\n" % n for n in range(40)) + "}")
    p.until(lambda: p.lines() == ["∇> ... 34 lines", *("%d," % n for n in range(33, 40)), "}"])
    p.keys(UP * 25)
    p.until(lambda: p.line() == "15," and p.lines()[0].startswith("∇> ... ") and p.lines()[-1].startswith("... "))
    p.keys("\x01\x04\x04155")
    p.until_line("155,")
    p.keys(UP * 25)
    p.until(lambda: p.line() == "∇> t = {" and p.lines()[-1].startswith("... "))
    p.keys("\r")
    p.until(lambda: p.screen.cursor.y > 0 and p.is_ready())
    equal(p.do("#t, t[16]"), ["40      155"])
    p.keys("\x0c'" + "0123456789" * 100)
    p.until(lambda: "∇> ..." in p.lines()[0] and p.line().endswith("789"))
    p.keys("\x01")
    p.until(lambda: p.lines()[0].startswith("∇> '0123") and p.lines()[-1].endswith("..."))
    p.keys("#\x05'\r")
    p.until(lambda: p.is_ready() and "1000" in p.lines())
    equal(p.end(), 0)


@test
def editor(home):
    """C-x C-e opens the input in $VISUAL or else $EDITOR; what is saved waits for Enter"""
    write(home + "/ed", "#!/bin/sh\ntest -t 0 && sed 's/one/return\\n  two/' \"$1\" > new && mv new \"$1\"\n")
    os.chmod(home + "/ed", 0o700)
    write(home + "/bad", "#!/bin/sh\necho gone > \"$1\"; exit 1\n")
    os.chmod(home + "/bad", 0o700)
    for env in ({"VISUAL": home + "/ed", "EDITOR": "false"}, {"VISUAL": None, "EDITOR": home + "/ed"}):
        p = Prompt(home, "-q", TMPDIR=home, **env)
        p.do("two = 22")
        p.keys("one\x18\x05")
        shows(p, "return", "  two")
        p.keys("\r")
        p.until(lambda: p.is_ready() and "22" in p.lines())
        equal(p.do("1 + 1"), ["2"])
        equal(p.end(), 0)
    p = Prompt(home, "-q", VISUAL=home + "/bad", TMPDIR=home)
    p.keys("kept\x18\x05 = 1")
    p.until_typed("kept = 1")
    p.interrupt()
    equal(p.end(), 0)
    equal([name for name in os.listdir(home) if name.startswith("moongrad-")], [])


@test
def comments(home):
    """Alt-# makes a comment of each line of the input, which stays in the history, and begins as the inputrc says"""
    for begin in ("--", "-- "):
        if begin == "-- ":
            write(home + "/.inputrc", 'set comment-begin "-- "\n')
        p = Prompt(home, "-q")
        p.keys("a = 2\x1b\rreturn a")
        shows(p, "a = 2", "return a")
        p.keys("\x1b#")
        p.until(lambda: p.is_ready() and p.screen.cursor.y > 1)
        equal(p.do("a == nil"), ["true"])
        p.keys("\x1b[A\x1b[A")
        shows(p, begin + "a = 2", begin + "return a")
        p.interrupt()
        equal(p.end(), 0)


@test
def inputrc(home):
    """an inputrc sees $if moongrad, binds keys to the commands by name, and to text of several inputs"""
    write(home + "/.inputrc", '$if moongrad\n"\\C-o": insert-newline\n"\\eq": "7 * 6"\n"\\ew": line-or-history-up\n$endif\n'
          '"\\em": "b = 70\\nb + 1\\nb + 2\\n"\n'
          '$if other\n"\\eq": "wrong"\n$endif\n')
    p = Prompt(home, "-q")
    p.keys("a = 2\x0freturn a + 1")
    shows(p, "a = 2", "return a + 1")
    p.keys("\r")
    p.until(lambda: p.is_ready() and "3" in p.lines())
    p.keys("\x1bq")
    p.until_typed("7 * 6")
    p.keys("\r")
    p.until(lambda: p.is_ready() and "42" in p.lines())
    p.keys("\x1bw")
    p.until_typed("7 * 6")
    p.interrupt()
    p.keys("\x1bm")
    p.until(lambda: p.is_ready() and "72" in p.lines())
    check("71" in p.lines(), *p.lines())
    equal(p.end(), 0)


@test
def vi(home):
    """vi's keys work as well: Enter, k and j, a paste"""
    write(home + "/.inputrc", "set editing-mode vi\nset keyseq-timeout 50\n")
    p = Prompt(home, "-q")
    p.enter("one = 1")
    p.until(lambda: p.screen.cursor.y == 1 and p.is_ready())
    types(p, "function f()", "return 5", "end")
    p.keys("\r")
    p.until(p.is_ready)
    p.keys("\x1bk")
    p.until_typed("function f()")
    p.keys("j")
    p.until_typed("  return 5")
    p.keys("kk")
    p.until_typed("one = 1")
    p.keys("\r")
    p.until(p.is_ready)
    p.paste("f()\n6 * 7\n")
    p.until(lambda: p.is_ready() and "42" in p.lines() and "5" in p.lines())
    equal(p.end(), 0)


@test
def unshowable(home):
    """a character that no terminal can show is a "?", and vi's words do not lead round it for ever"""
    write(home + "/.inputrc", "set editing-mode vi\nset keyseq-timeout 50\n")
    p = Prompt(home, "-q")
    for c in "\u0378", "\u0085":
        p.keys("ab" + c)
        p.until_typed("ab?")
        p.keys("\x1b")
        p.until(lambda: p.screen.cursor.x == len("> ab") + 1)
        p.keys("E0EEx")
        p.until_typed("ab")
        p.interrupt()
    p.keys("print('\u4e2d')\r")
    p.until(lambda: p.is_ready() and "\u4e2d" in p.lines())
    equal(p.end(), 0)


@test
def typed_ahead(home):
    """lines typed ahead, or pasted by a terminal that brackets nothing, are read one by one and all shown"""
    p = Prompt(home, "-q")
    p.do(XOR)
    p.keys("print(1)\rETA = 3\rfunction f()\r  return 6 * 7\rend\rf()\rstep(1000)\rprint('pas' .. 'ted')\r")
    p.until(lambda: "pasted" in p.lines() and p.is_ready())
    lines = p.lines()
    for text in ("∇ 0> ETA = 3", "end", "42", "∇ 0> step(1000)"):
        check(text in lines, text, *lines)
    check(any(line.startswith("epoch 1000   cost ") for line in lines), *lines)
    equal(p.end(), 0)


@test
def continuation(home):
    """where there is no Readline an incomplete input goes on with >>, and Ctrl-D and Ctrl-C cancel it"""
    p = Prompt(home, "-q", TERM="dumb")
    for text, prompt in (("function f(a)", None), ("  return a", ">>")):
        p.enter(text, prompt)
        p.until_line(">>")
    p.enter("end", ">>")
    p.until(p.is_ready)
    p.enter("f(44)")
    p.until(lambda: p.is_ready() and "44" in p.lines())
    for key, n in (("\x04", 11), ("\x03", 22)):
        p.enter("x = (")
        p.until_line(">>")
        p.keys(key)
        p.until(p.is_ready)
        p.enter("%d * 10" % n)
        p.until(lambda n=n: p.is_ready() and str(n * 10) in p.lines())
    p.enter("_PROMPT, _PROMPT2 = 'lua$ ', 'more$ '")
    p.until_line("lua$")
    p.enter("(", "lua$")
    p.until_line("more$")
    p.enter("1)", "more$")
    p.until_line("lua$")
    p.keys("\x04")
    equal(p.wait(), 0)
    check(os.path.exists(ROOT) and b"\x1b" not in p.raw, p.raw)


main()
