#!/usr/bin/python3
"""Code of other people whose variables have names of the session's: what works, and what is said of what does not."""

import os

from harness import MOONGRAD, Prompt, check, equal, lua, main, run, test, write
from recorded import interrupt, same, save

NEEDS_TERMINAL = True


def script(home, text):
    """Runs text as the script mine.lua; returns its output, the first line of the errors, and the exit code."""
    write(home + "/mine.lua", text)
    out, err, rc = run("mine.lua", cwd=home, home=home)
    return out, err.split("\n")[0], rc


def fails(home, text, *said):
    """Runs text as a script, which must fail with a message that contains all of said, and tells how to go on."""
    out, err, rc = script(home, text)
    equal(rc, 1, text, out, err)
    for words in said:
        check(words in err, text, "expected in: " + err, words)


def own(name):
    return "for a variable of your own write local %s = ..., or run moongrad --no-session mine.lua" % name


@test
def numbers_and_words(home):
    """a script's X = 20, y = 10 and J = 5 are refused in their line, with local and --no-session as ways to go on"""
    fails(home, "\nX = 20\nB = 30", "mine.lua:2: X: expected a matrix or a table of rows, got a number", own("X"))
    fails(home, "x, y = 10, 20", "mine.lua:1: y: expected", own("y"))
    fails(home, "J = 5", "mine.lua:1: J is read-only: the engine computes it", own("J"))
    fails(home, "y = {'a', 'b'}", "y: expected numbers or rows of numbers, got a string first", own("y"))
    fails(home, "cost = 4", "mine.lua:1: cost is a function", own("cost"))
    fails(home, "function y() end", "mine.lua:1: y: expected a matrix or a table of rows, got a function", own("y"))
    equal(script(home, "B = 30 local X = 20 print(B, X)"), ("30\t20\n", "", 0))
    out, err, rc = run("--no-session", "-e", "X = 20 J = 5 init = init or {} init.x = X + J print(init.x)")
    equal((out, rc), ("25\n", 0), err)


@test
def failed_reads(home):
    """X, y = what a reader returned when it failed: the error shows its message"""
    fails(home, "X, y = io.open 'typo.csv'", 'y: expected a matrix or a table of rows, got the string "typo.csv: No such file')
    fails(home, "X = 'typo.csv:\\n no such file'", 'X: expected a matrix or a table of rows, got the string "typo.csv:\\n no')
    p = Prompt(home, cols=250)
    said = p.do("X, y = io.open('typo.csv')")
    check(said[0].startswith('[1]:1: y: expected a matrix or a table of rows, got the string "typo.csv: No such file'), *said)
    equal(p.end(), 0)


@test
def lists(home):
    """a list in y became a matrix: errors that follow name the line that made it so"""
    became = "mine.lua:2: ", "the list in mine.lua:1 became a 3 x 1 matrix, whose numbers are y[i][1]", own("y")
    fails(home, "y = {3, 1, 2}\ntable.sort(y)", *became)
    fails(home, "y = {3, 1, 2}\ny[#y + 1] = 5", *became)
    fails(home, "y = {3, 1, 2}\ntable.insert(y, 5)", *became)
    fails(home, "y = {3, 1, 2}\nprint(next(y))", *became)
    fails(home, "y = {3, 1, 2}\nif y[1] < y[2] then print(1) end", *became)
    fails(home, "y = {3, 1, 2}\ny.name = 'foo'", *became)
    fails(home, "X = {3, 1, 2}\nX[#X + 1] = 5", "became a 1 x 3 matrix, whose numbers are X[1][j]", own("X"))
    for text in "y = {1} X, y = data.xor()\nprint(y .. 'x')", "local y = {3, 1, 2}\ntable.sort(y) print(y + 1)", "X, y = data.xor()\nprint(y .. 'x')", "y = {1, 2}\nstep()":
        out, err, rc = script(home, text)
        check(rc == 1 and "became" not in err, text, err)


@test
def filled_tables(home):
    """X = {} and y = {} are tables that code fills; they become matrices when the network is used"""
    fill = "X = {} y = {} for i = 1, 3 do X[i] = {i, 2 * i} y[#y + 1] = i % 2 end "
    equal(lua(fill + "print(type(X), #X, X[3][2], next(y), table.concat(y, ' '))"), "table\t3\t6\t1\t1 0 1")
    equal(lua(fill + "LAYERS = {2, 1} print(X.shape[1], X[3][2], NET.y == matrix{{1}, {0}, {1}})"), "3\t6.0\ttrue")
    equal(lua("X, y = data.xor() LAYERS = {2, 1} local net = NET " + fill + "print(net.X) step() print(net.X == X, #X)"),
          "nil\ntrue\t3")
    equal(lua(fill + "X = X print(is_matrix(X), X.T.nrows, type(y))"), "true\t2\ttable")
    equal(lua("X = {} print(type(X), X[1], #X) y = {name = 'foo'} function y.greet(s) return s.name end print(y:greet())"),
          "table\tnil\t0\nfoo")
    equal(lua("C = setmetatable({}, {__call = function() return 5 end, __index = {a = 3}}) y = C print(y(), y.a, y == C)"),
          "5\t3\ttrue")
    fails(home, "X = {}\nX[1] = {1, 2}\nX[2] = {3}\nLAYERS = {2, 1}", "mine.lua:4: X: row 2 has 1 number, row 1 has 2")
    fails(home, "X = {}\nX[1] = {1, 2}\nw = X:matmul{{1}, {2}}", "X is a table, begun in mine.lua:1: X = X makes a matrix")
    fails(home, "LAYERS = {2, 1} X = {} step()", "step: no data yet")


@test
def filled_at_the_prompt(home):
    """at the prompt a filled table is a matrix after its input; the rows of the X before stay as they were"""
    p = Prompt(home, "-q", cols=150)
    p.do("X, y = data.xor() LAYERS = {2, 2, 1} old = X")
    equal(p.do("X = {} for i = 1, 4 do X[i] = {i, i} end"), [])
    equal(p.do("old[1][1] + old[1][2], old[4][1]"), ["0.0     1.0"])
    equal(p.do("X[4][2], NET.X == X, #X.T"), ["4.0     true    2"])
    equal(p.do("y = {}"), [])
    check("  y    table of 0 items" in p.do("who()"), *p.lines())
    equal(p.do("step()")[0], "[7]:1: step: no targets yet: set y = {0, 1, ...} first")
    p.do("for i = 1, 4 do y[i] = i % 2 end")
    equal(p.do("w = y.T:sum()"), [])
    p.do("step(3) y = {} y.a = 1")
    check("  y    table of 1 item" in p.do("who()"), *p.lines())
    p.do("y = {1, 0, 1, 0} step()")
    save(p)
    same(p, home)
    equal(p.end(), 0)


@test
def interrupted_and_undone(home):
    """a table that an interrupted input filled is saved as it is; undo() goes over X = {} as over any X"""
    p = Prompt(home, "-q", cols=150)
    p.do("seed(0) X, y = data.xor() LAYERS = {2, 2, 1} step(3)")
    interrupt(p, "for i = 1, 3 do X[i] = {i, i} end y = {} y.a = {1} while true do end", "X = {} ")
    equal(p.do("X[3][2], NET.X == X, #NET.X, y.a[1]"), ["3.0     true    3       1"])
    save(p)
    same(p, home)
    p.do("y = {1, 0, 1} step()")
    p.do("X = {} y = {}")
    equal(p.do("undo(3)"), ["epoch 3   cost 0.408270731   taken back: y = nil, X = nil, step()   5 left"])
    equal(p.do("X[3][1]"), ["3.0"])
    p.do("X, y = data.xor() step(2)")
    equal(p.do("NET.epoch"), ["5"])
    p.do("X = {}")
    check("removed: the network" in p.do("reset()")[0], *p.lines())
    equal(p.do("X == nil"), ["true"])
    equal(p.end(), 0)


@test
def functions_in_the_way(home):
    """a function of the session where a script expects its own table"""
    fails(home, "init = init or {}\ninit.x = 3", "mine.lua:2: attempt to index a function value",
          "init is a function of the session, called as init(...)", own("init"))
    fails(home, "records = records or {}\nrecords[#records + 1] = 3", "records is a function of the session", own("records"))
    fails(home, "table.insert(records, 3)", "records is a function of the session", own("records"))
    fails(home, "for k, v in pairs(time) do print(k) end", "time is a function of the session", own("time"))
    fails(home, "print(time + 1)", "time is a function of the session", own("time"))


@test
def hidden_names(home):
    """a hidden name that is used as the session's: the error names the line that hid it"""
    fails(home, "data = {}\nX, y = data.xor()", "mine.lua:2: attempt to call a nil value (field 'xor')",
          "data is a global of your own since mine.lua:1; data = nil brings the session's back")
    fails(home, "time = 3\nprint(time(print))", "time is a global of your own since mine.lua:1")
    out, err, rc = script(home, "data = {}\ndata.foo()")
    check(rc == 1 and err.endswith("attempt to call a nil value (field 'foo')"), err)
    out, err, rc = script(home, "local data = {}\ndata.xor()")
    check(rc == 1 and err.endswith("attempt to call a nil value (field 'xor')"), err)
    p = Prompt(home, cols=200)
    p.do("data = {}")
    equal(p.do("X, y = data.xor()")[0], "[2]:1: attempt to call a nil value (field 'xor'); data is a global of your own since [1]:1; "
          "data = nil brings the session's back")
    equal(p.end(), 0)


@test
def pipes(home):
    """an error of a script that came through a pipe: the pipe is not opened again, which would wait for ever"""
    os.mkfifo(home + "/pipe.lua")
    for text, said in ("y = {1, 2}\ntable.sort(y)\n", "pipe.lua:2: < and > return"), ("x = = 3\n", "pipe.lua:1: unexpected"):
        feed = "printf '%%s' \"$1\" > pipe.lua & exec %s pipe.lua" % MOONGRAD
        out, err, rc = run("-c", feed, "sh", text, program="/bin/sh", cwd=home, home=home)
        equal(rc, 1, out, err)
        check(said in err, err)


@test
def rows_for_numbers(home):
    """s = s + y[i] makes a 1 x 1 matrix: the prompt says so once, and what needs a number names it"""
    p = Prompt(home, cols=150)
    p.do("y = {1, 2, 3}")
    adds = "s = 0 for i = 1, #y do s = s + y[i] end"
    equal(p.do(adds), ["s is a 1 x 1 matrix: y[i] is a row, y[i][1] its number; y:sum() is the sum of all"])
    equal(p.do(adds), [])
    equal(p.do("r = 0 for i = 1, #y do r = r + y[i][1] end"), [])
    said = p.do("string.format('%g', s)")
    check(said[0].endswith("; s is a 1 x 1 matrix: its number is s[1][1]"), *said)
    equal(p.end(), 0)
    fails(home, "y = {1, 2, 3}\n" + adds + "\nif s > 3 then print(s) end", "s is a 1 x 1 matrix: its number is s[1][1]")
    fails(home, "X, y = data.xor()\nfor i, v in ipairs(y) do\n  if v > 0 then print(v) end\nend", "v is a 1 x 1 matrix: its number is v[1]")


@test
def missing_indices(home):
    """nil one past the end of a row, a matrix or a list: arithmetic on it names the index"""
    p = Prompt(home, cols=150)
    p.do("X, y = data.xor() LAYERS = {2, 2, 1} t = {1} k = 3")
    for code, said in (("X[1][3] + 1", "column index 3 is out of range 1 to 2 of a 1 x 2 row"),
                       ("1 / X[1][k]", "column index 3 is out of range 1 to 2 of a 1 x 2 row"),
                       ("THETA[1][1][4] * 2", "column index 4 is out of range 1 to 3 of THETA[1][1] (1 x 3)"),
                       ("X[1][3] < 1", "column index 3 is out of range 1 to 2 of a 1 x 2 row"),
                       ("'a' .. X[1][3]", "column index 3 is out of range 1 to 2 of a 1 x 2 row"),
                       ("X[5] - 1", "row index 5 is out of range 1 to 4 of a 4 x 2 matrix"),
                       ("THETA[3] + 1", "theta[3]: expected a layer from 1 to 2"),
                       ("LAYERS[4] + 1", "layers[4]: expected 1 to 3"), ("t[2] + 1", "t[2] is nil")):
        lines = p.do(code)
        check(lines[0].endswith(":1: " + said), code, *lines)
        equal(lines[1], "  " + code)
    equal(p.end(), 0)
    fails(home, "X, y = data.xor()\nlocal r = X[1]\nprint(r[3] + 1)", "mine.lua:3: ", "column index 3 is out of range 1 to 2")
    fails(home, "X, y = data.xor()\nprint(X[5][1])", "row index 5 is out of range 1 to 4")


main()
