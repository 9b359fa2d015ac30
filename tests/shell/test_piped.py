"""Use without a terminal: standard input or output is a pipe or a file."""

import os
import subprocess

from harness import MOONGRAD, check, environment, equal, main, run, test, write


@test
def standard_input(home):
    """standard input that is no terminal is one chunk: no banner, no prompt, no escape"""
    out, err, rc = run(stdin="local x = 2\nprint(x,\n  x)\n5\n")
    equal((out, rc), ("", 1))
    check("stdin:4: unexpected symbol near '5'" in err, err)
    equal(run(stdin="error('a')\n")[2], 1)
    equal(run(stdin="local x = 2\nprint(x,\n  x)\n"), ("2\t2\n", "", 0))
    equal(run("-i", stdin="1 + 1\n")[0], "∇> 1 + 1\n2\n∇> \n")
    equal(run("-i", stdin="1 + 1\n", LC_ALL="C")[0], "> 1 + 1\n2\n> \n")


@test
def stdin_lines(home):
    """an error in line N of standard input names line N, from a file as from a pipe"""
    path = os.path.join(home, "s.lua")
    for before in ("", "\n\n", "#!/usr/bin/env moongrad\n", "-- two\n-- lines\r\n", "local s = [[\n\n]]\n",
                   "X, y = data.xor()\nLAYERS = {2, 2, 1}\nstep(2)\n", "local function f()\n\nend\nf()\n"):
        for wrong in ("nope()", "x = = 1", "error 'told'", "step('a')", "LAYERS = 5", "x = 'open",
                      "train{\n  epochs = {}}", "local t = {} .. {}"):
            text = before + wrong + "\nprint 'more'\n"
            write(path, text)
            said = "stdin:%d: " % (before.count("\n") + 1)
            out, err, rc = run(stdin=text, home=home)
            check(said in err.split("\n")[0], text, err)
            equal((out, rc), ("", 1), text)
            with open(path) as f:
                p = subprocess.run([MOONGRAD], stdin=f, capture_output=True, env=environment(home))
            equal((p.stdout.decode(), p.stderr.decode(), p.returncode), (out, err, rc), text)


@test
def values_alone(home):
    """a value alone, a prompt that was copied along and the habits of other languages are explained in a script, too"""
    path = os.path.join(home, "s.lua")
    alone = "; line %d is only a value: to show it, a script calls print(%s)"
    prompt = "; that is a prompt: a script contains only what was typed after it, no prompts and no output"
    for text, said in (("x = {1}\nx[1]\n", "3: syntax error near <eof>" + alone % (2, "x[1]")),
                       ("x = {1}\nx[1] -- one\nprint(x)\n", "3: syntax error near 'print'" + alone % (2, "x[1]")),
                       ("seed(0)\n1 + 1\n", "2: unexpected symbol near '1'" + alone % (2, "1 + 1")),
                       ("x = 5\nx == 5\n", "2: syntax error near '=='" + alone % (2, "x == 5")),
                       ("x = 5\nx == 5 -- is it?\n", "2: syntax error near '=='" + alone % (2, "x == 5")),
                       ("#!/bin/moongrad\nx = {1}\nx\n[1]\n", "5: syntax error near <eof>" + alone % (3, "...")),
                       ("∇> seed(0)\n", "1: unexpected symbol near '<\\226>'" + prompt),
                       ("∇ 10 0.49> x = 1\n", "1: unexpected symbol near '<\\226>'" + prompt),
                       ("\n> seed(0)\n", "2: unexpected symbol near '>'" + prompt),
                       ("x = 1\nx += 1\n", "2: syntax error near '+'; Lua has no +=: write x = x + ..."),
                       ("x = = 1\n", "1: unexpected symbol near '='")):
        write(path, text)
        err = run(stdin=text, home=home)[1]
        check(err.endswith("stdin:" + said + "\n"), text, err)
        err = run(path, home=home)[1]
        check(err.endswith("s.lua:" + said + "\n"), text, err)
        err = run("-q", "-i", stdin="run %r\n" % path, home=home)[1]
        check(("s.lua:" + said + "\n") in err, text, err)
    equal(run(stdin="\ufeffprint(1)")[0], "1\n")
    check("cannot read stdin" in subprocess.run([MOONGRAD], stdin=os.open(home, os.O_RDONLY), capture_output=True,
                                                env=environment(home)).stderr.decode())


@test
def full_device(home):
    """a failed write to standard output is an error"""
    script = os.path.join(home, "s.lua")
    write(script, "print(1)")
    for args in (["-e", "print(1)"], ["-e", "print(1) os.exit(0)"], ["-V"], ["--version"], ["-h"], ["--help"], ["-v"],
                 [script], ["-e", "for i = 1, 1e5 do print(i) end io.stdout:flush()"], ["--no-session", "-e", "print(1)"],
                 ["-e", "io.stdout:setvbuf 'no' io.write 'a' io.write 'b'"], ["-i", "-q"]):
        with open("/dev/full", "wb") as full:
            p = subprocess.run([MOONGRAD, *args], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
                               env=environment(home))
        check(p.returncode != 0, args)
        check(b"standard output" in p.stderr, p.stderr)


@test
def not_a_terminal(home):
    """-i without a terminal has no Readline and no escape; a standard output that is full is an error"""
    for args in ([], ["-q"]):
        out, err, rc = run("-i", *args, stdin="1 + 1\nx = (\n2)\nnil + 1\nLAYERS = {2, 1}\n", home=home)
        equal(out, "∇> 1 + 1\n2\n∇> x = (\n>> 2)\n∇> nil + 1\n∇> LAYERS = {2, 1}\n∇ 0> \n")
        check("[3]:1: attempt to perform arithmetic" in err and "\x1b" not in out + err, err)
        equal(rc, 0)
    equal(run("-i", stdin="os.exit(3)\n", home=home)[2], 3)
    out, err, rc = run("-i", stdin="x = (", home=home)
    check("[1]:1: unexpected symbol near <eof>" in err, err)
    with open("/dev/full", "wb") as full:
        p = subprocess.run([MOONGRAD, "-i"], input=b"1 + 1\n", stdout=full, stderr=subprocess.PIPE, env=environment(home))
    check(p.returncode != 0 and b"standard output" in p.stderr, p)
    check(not os.path.exists(home + "/.local/state/moongrad/history"))


@test
def odd_bytes(home):
    """-i without a terminal takes a byte order mark at the start alone; an error points at a byte of no meaning"""
    mark = "\ufeff"
    for text, number in ((mark + "6 * 7\n" + mark + "1\n", 2), ("6 * 7\n" + mark + "1\n", 2)):
        out, err, _ = run("-i", stdin=text, home=home)
        check("\n42\n" in out and out.startswith("∇> 6 * 7\n"), out)
        check(err.startswith("[%d]:1: " % number), err)
    for text, column in (("1+1\0 2", 3), ("x = 1 \0 2", 6), ("1 + \1", 4), ("x = \x80 1", 4), ("1+1 @ 2", 4)):
        _, err, _ = run("-i", stdin=text.encode("latin1") + b"\n", home=home)
        lines = err.split("\n")
        equal(lines[2], "  " + " " * column + "^", text, *lines)
    check("near '<\\0>'" in run("-i", stdin="1+1\0 2\n", home=home)[1])


@test
def exit_codes(home):
    """an error is exit code 1, also on standard input; os.exit says its own"""
    script = os.path.join(home, "s.lua")
    for text, code in (("x = 1", 0), ("error 'no'", 1), ("x = = 1", 1), ("step 'a'", 1), ("os.exit(7)", 7), ("os.exit(true)", 0),
                       ("os.exit(false)", 1), ("error(setmetatable({}, {__tostring = function() return 'own' end}))", 1)):
        write(script, text)
        for args, stdin in (([script], ""), (["-e", text], ""), ([], text), (["-"], text), (["-q"], text)):
            equal(run(*args, stdin=stdin, home=home)[2], code, args, text)
    for args in (["missing.lua"], ["-e"], ["--nonsense"], ["-l", "missing"], ["--seed", "x"]):
        out, err, rc = run(*args, home=home)
        equal((out, rc), ("", 1), args)
        check(err != "", args)


@test
def no_escapes(home):
    """what is coloured on a terminal is plain elsewhere, unless --color=always asks for it"""
    colourful = "print(matrix{{0 / 0, 1e300, 1 / 0}})\nX, y = data.xor() LAYERS = {2, 2, 1}\nprint(step(2000), NET, THETA)\n"
    wrong = "error 'a\\27[31mred'\n"
    for args in ([], ["-"], ["-i"], ["-q"], ["-i", "-q"]):
        out, err, _ = run(*args, stdin=colourful + wrong, home=home)
        check("epoch 2000" in out and "red" in err, out, err)
        check("\x1b" not in out + err, out, err)
    values = "matrix{{0 / 0, 1e300}}\n"
    check("\x1b" not in run("-i", stdin=values, home=home)[0])
    check("\x1b" in run("-i", "--color=always", stdin=values, home=home)[0])


main()
