#!/usr/bin/python3
"""Text pasted at the prompt: it runs as one input, statement by statement, or as a transcript; large pastes."""

import os

from harness import ROOT, Prompt, check, equal, main, read, test

NEEDS_TERMINAL = True

XOR = "seed(0) X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2"


def pastes(p, text):
    """Clears the screen, pastes text and waits until it has run; the lines from the prompt on."""
    p.keys("\x0c")
    p.until(lambda: p.screen.cursor.y == 0 and p.is_ready())
    p.paste(text)
    p.until(lambda: p.screen.cursor.y > 0 and p.is_ready())
    return p.lines()[:-1]


@test
def whole(home):
    """a paste that compiles is one input: locals live on, it is shown once, and is one entry of the history"""
    p = Prompt(home, "-q")
    equal(pastes(p, "local a = 20\nlocal b = 22\n\nprint(a + b)\n"), ["∇> local a = 20", "local b = 22", "", "print(a + b)", "42"])
    p.keys("\x1b[A")
    p.until(lambda: p.lines()[-4:] == ["∇> local a = 20", "local b = 22", "", "print(a + b)"])
    p.interrupt()
    equal(pastes(p, "function f()\n\treturn [[a\n   b]]\nend\n")[-1], "end")
    equal(p.do("f()"), ["a", "   b"])
    equal(p.end(), 0)


@test
def last_value(home):
    """of several lines that are one input, the values of the last are printed when it is a call; ";" hides them"""
    p = Prompt(home, "-q")
    equal(pastes(p, "local a = -20\nmath.abs(a)\n"), ["∇> local a = -20", "math.abs(a)", "20"])
    equal(pastes(p, "a = {1,\n2}\ntostring(\n #a\n)\n")[-1], "2")
    equal(p.do("_"), ["2"])
    for text in ("b = 5\nmath.abs(b);\n", "b = 5\nmath.abs(b); -- c\n", "if true then\nmath.abs(1)\nend\n", "b = math.abs\n(7)\n"):
        equal(pastes(p, text)[1:], text.split("\n")[1:-1])
    equal(p.do("b"), ["7"])
    equal(pastes(p, "c = 1\nnil_()\n")[2].split(":")[1], "2")
    equal(p.end(), 0)


@test
def waits(home):
    """a paste without a newline at its end waits for Enter, and can be changed; one that is incomplete is open"""
    p = Prompt(home, "-q")
    p.paste("a = 1\nb = 2")
    p.until_line("b = 2")
    p.keys("0\r")
    p.until(lambda: p.is_ready())
    equal(p.do("a, b"), ["1       20"])
    p.keys("c = ")
    p.paste("5\n")
    p.until(lambda: p.screen.cursor.y > 0 and p.is_ready())
    equal(p.do("c"), ["5"])
    p.keys("\x0c")
    p.paste("function f()\n  return 6\n")
    p.until(lambda: p.screen.cursor.y == 2 and p.line() == "")
    p.keys("end\r")
    p.until(p.is_ready)
    equal(p.do("f()"), ["6"])
    p.keys("x = (2)\x02")
    p.paste(" +\n1")
    p.until_line("1)")
    p.interrupt()
    equal(p.end(), 0)


@test
def statements(home):
    """a paste that does not compile runs statement by statement, each shown with its prompt"""
    p = Prompt(home, "-q")
    equal(pastes(p, XOR + "\nstep(3);\n1 + 1\nfor i = 1, 2 do\n  print(i)\nend\nNET.epoch\n"),
          ["∇> " + XOR, "∇ 0> step(3);", p.lines()[2], "2", p.lines()[4], "  print(i)", "end", "1", "2", p.lines()[9], "3"])
    check(p.lines()[2].endswith("> 1 + 1") and p.lines()[9].endswith("> NET.epoch"), *p.lines())
    equal(pastes(p, "1 +\n2\n{3,\n 4}\n'a\\\nb'\n"),
          [p.lines()[0], "2", "3", p.lines()[3], " 4}", "{3, 4}", p.lines()[6], "b'", *p.lines()[8:-1]])
    check("a" in p.lines()[8] and "b" in "".join(p.lines()[8:-1]), *p.lines())
    equal(p.end(), 0)


@test
def first_error(home):
    """it stops at the first error, and at Ctrl-C; the rest is left in the input, which is said"""
    p = Prompt(home, "-q")
    for bad, said in (("nil + 1", "attempt to perform arithmetic"), ("a = = 1", "unexpected symbol"),
                      ("function g()\n  a = = 1\nend", "unexpected symbol")):
        p.keys("\x0c")
        p.until(lambda: p.screen.cursor.y == 0)
        p.paste("11\n22\n%s\n33\n44\n" % bad)
        p.until(lambda: p.typed() == "44")
        lines = p.lines()
        check("11" in lines and "22" in lines and any(said in line for line in lines), *lines)
        check(lines[-2:] == ["∇> 33", "44"] and "44" not in lines[:-1], *lines)
        equal(lines[-3], "the rest of the paste has not run: Enter runs it, Ctrl-C drops it")
        p.keys("\r")
        p.until(lambda: p.is_ready() and p.lines()[-4:-1] == ["33", "∇> 44", "44"])
    p.keys("\x0c")
    p.until(lambda: p.screen.cursor.y == 0)
    p.paste("11\nprint 'go' while true do end\n33\n")
    p.until(lambda: "go" in p.lines())
    p.keys("\x03")
    p.until_typed("33")
    p.interrupt()
    p.paste("1\n2\nfunction f()\n")
    p.until(lambda: p.typed() == "function f()")
    p.interrupt()
    for text, is_said in (("1\nfunction f()\n", False), ("nil + 1\nfunction f()\n", True), ("1\nnil + 1\n", None)):
        p.keys("\x0c")
        p.until(lambda: p.screen.cursor.y == 0)
        p.paste(text)
        p.until_typed("function f()" if is_said is not None else "")
        p.until(lambda: p.screen.cursor.y > 1)
        equal(any("the rest of the paste" in line for line in p.lines()), bool(is_said), *p.lines())
        p.interrupt()
    equal(p.do("1 + 1"), ["2"])  # nothing of a paste is in front of it
    equal(p.end(), 0)


@test
def transcript(home):
    """prompts and outputs of a pasted transcript are left out: ours in every form, >> and lines that go on without"""
    p = Prompt(home, "-q")
    for text in ("∇> v = 5\n∇> v\n5\n∇ 12> for i = 1, 2 do\n  print(i)\nend\n1\n2\n∇ 1200 0.49973> 'the ' ..\n'end'\nthe end\n",
                 "an output\n∇> v = 5\n∇>\n∇ 3 J=1e-05> v\n∇> for i = 1, 2 do\n>>   print(i)\n>> end\n∇> never^C\n∇> 'the ' .. 'end'\n",
                 "> v = 5\n> v\n5\n> for i = 1, 2 do\n>>   print(i)\n>> end\n1\n2\n> 'the ' .. 'end'\n",
                 "12> v = 5\n12 0.5> v\n1000 nan> for i = 1, 2 do\n  print(i)\nend\n1\n2\n> = 'the ' .. 'end'\nthe end\n"):
        lines = pastes(p, text)
        said = [line for line in lines if not line.startswith("∇")]
        equal([line for line in said if line.strip() not in ("print(i)", "end", "'end'")], ["5", "1", "2", "the end"], *lines)
        check("∇> v = 5" in lines and "∇> v" in lines and "∇> for i = 1, 2 do" in lines, *lines)
    equal(pastes(p, "∇> 6 * 7\n42\n"), ["∇> 6 * 7", "42"])
    equal(pastes(p, "12 > 3\n"), ["∇> 12 > 3", "true"])
    equal(pastes(p, "12> 3\n"), ["∇> 12> 3", "true"])
    p.enter("> 2 + 3")
    p.until(lambda: p.is_ready() and "5" in p.lines())
    equal(p.end(), 0)


@test
def unbracketed(home):
    """a terminal that brackets nothing gives a transcript line by line: >> goes there as well, but not a shift"""
    p = Prompt(home, "-q")
    p.keys("∇> for i = 40, 41 do\r>>   print(i + 1)\r>> end\r")
    p.until(lambda: p.is_ready() and "42" in p.lines())
    p.keys("∇> s = (80\r  >> 1)\rs\r")
    p.until(lambda: p.is_ready() and "40" in p.lines())
    check(not any("unexpected" in line for line in p.lines()), *p.lines())
    equal(p.end(), 0)


@test
def readme(home):
    """the README's session may be pasted, all of it: it says the same again"""
    blocks = [block for block in read(os.path.join(ROOT, "README.md")).split("```\n") if block.startswith("∇")]
    blocks = [block for block in blocks if "setp" not in block]  # the one that shows a mistake
    check(len(blocks) > 3, "the README has no session that begins with our prompt")
    p = Prompt(home, rows=200, cols=200)
    for block in blocks:
        p.keys("\x0c")
        p.until(lambda: p.screen.cursor.y == 0 and p.is_ready())
        p.paste(block)
        last = [line for line in block.split("\n") if line][-1]
        p.until(lambda last=last: p.screen.cursor.y > 0 and p.is_ready() and p.lines()[-2][:4] == last.expandtabs()[:4])
        lines = [line.split("   ")[0] for line in p.lines()]  # timings differ, and the end of the relative error
        for line in block.split("\n"):
            if line and not line.startswith("∇") and "largest relative error" not in line:
                check(line.expandtabs().split("   ")[0] in lines, line, *p.lines())
        p.interrupt()
    equal(p.end(), 0)


@test
def bytes_in_it(home):
    """control bytes in a paste do nothing, what is no character is left out, and what is typed behind it comes after"""
    p = Prompt(home, "-q")
    p.p.send(b"\x1b[200~t = 'a\x01\x07\x1b[31m\x7f\xff\xe2\x88b\xe2\x88\x87'\t--\x1b[20\n\x1b[201~#t")
    p.until(lambda: p.typed() == "#t")
    p.keys("\r")
    p.until(lambda: p.is_ready() and "9" in p.lines())
    p.keys("\x1b[200~half a pas")
    p.interrupt()
    equal(p.do("1 + 1"), ["2"])
    equal(p.end(), 0)


@test
def long_paste(home):
    """10,000 lines are taken, as one input, statement by statement, with an error, or open"""
    p = Prompt(home, "-q", rows=24)
    p.paste("".join("a%d = %d\n" % (n % 100, n) for n in range(10000)))
    p.until(lambda: p.screen.cursor.y > 0 and p.is_ready())
    equal(p.do("a99"), ["9999"])
    p.paste("".join("b = %d\n" % n for n in range(5000)) + "b\n" + "".join("b = %d\n" % n for n in range(5000)) + "b + 1\n")
    p.until(lambda: p.is_ready() and "5000" in p.lines())
    p.paste("f = {\n" + "".join("{%d,\n" % n for n in range(5000)))
    p.until(lambda: p.line() == "")
    p.interrupt()
    p.paste("1\nf = function()\n" + "c = 1\n" * 9990 + "d = = 1\nend\n")
    p.until(lambda: p.is_ready() and any("unexpected symbol" in line for line in p.lines()))
    equal(p.do("1 + 1"), ["2"])
    equal(p.end_sane(), 0)
    text = read(os.path.join(home, ".local/state/moongrad/history"))
    check("".join("a%d = %d\n" % (n % 100, n) for n in range(10000)) in text, "not whole in the history", len(text))


@test
def long_line(home):
    """a line of 1 MB is taken, pasted or typed"""
    p = Prompt(home, "-q", rows=24)
    for send in (lambda text: p.paste(text + "\n"), lambda text: p.keys(text + "\r")):
        send("t = '" + "0123456789" * 100000 + "'")
        p.until(lambda: p.screen.cursor.y > 0 and p.is_ready())
        equal(p.do("#t"), ["1000000"])
        p.do("t = nil")
    equal(p.end_sane(), 0)
    check("t = '" + "0123456789" * 100000 + "'\n" in read(os.path.join(home, ".local/state/moongrad/history")))


main()
