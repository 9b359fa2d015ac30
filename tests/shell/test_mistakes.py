#!/usr/bin/python3
"""A beginner types what is not Lua, or not moongrad: the error says what to write instead."""

from harness import Prompt, check, equal, main, run, test

NEEDS_TERMINAL = True


@test
def of_other_languages(home):
    """what is Python, C or Matlab is an error at once that says how Lua writes it, with a caret where it begins"""
    p = Prompt(home, cols=150)
    for n, (code, at, step) in enumerate((
            ("if x = 5 then end", "=", "to compare write =="), ("while x = 5 do end", "=", "to compare write =="),
            ("x += 1", "=", "Lua has no +=: write x = x + ..."), ("t[1] -= 2", "=", "Lua has no -=: write x = x - ..."),
            ("x++", "+", "Lua has no ++: write x = x + 1"), ("x != 5", "!", "not equal is ~="),
            ("if x != 5 then y() end", "!", "not equal is ~="), ("if x <> 5 then end", ">", "not equal is ~="),
            ("y = !x", "!", "not is a word: not x"), ("x = 5 # a", "#", "a comment begins with --"),
            ("X'", "", "the transpose is X.T"), ("z = X[1]' * y", "", "the transpose is X.T"),
            ("%timeit step(10)", "%", "bench(f) measures how long the function f takes, time(f) runs it once"),
            ("%run a.lua", "%", 'run is a function: help "run"'), ("%ls", "%", "a command of the shell begins with !, as in !ls"),
            ("%time step(1)", "%", 'time is a function: help "time"'), ("X %*% y", "*", "the matrix product is X:matmul(w)"),
            ("for i = 1:10", ":", "a block is for i = 1, 10 do ... end"), ("cd ..", "", "moongrad stays in the folder in which it was started; !pwd shows it"),
            ("ls *.lua", ".", "a command of the shell begins with !, as in !ls"), ("x && y", "&", "write the word and"), ("x || y", "|", "write the word or"),
            ("x === 5", "= 5", "equal is =="), ("x ** 2", "*", "a power is x ^ 2"), ("x := 5", "=", "assign with ="),
            ("walk?", "?", "write ?walk"), ("NET:step ??", "??", "write ?NET:step"),
            ("x > 1 ? 2 : 3", "?", "choose with and, or: x > 0 and 1 or -1"), ("X @ y", "@", "the matrix product is X:matmul(w)"),
            ("# a comment", "comment", "a comment begins with --"), ("// a comment", "//", "a comment begins with --"),
            ("/* a */", "/*", "a comment begins with --"), ("A[1,2]", ",", "one index in each bracket: A[1][2]"),
            ("A[1:2]", ":", "some rows are A:rows(1, 2), some columns A:cols(1, 2)"), ("x = [1, 2]", "[", "a list is {1, 2, 3}"),
            ("x = (1, 2)", ",", "a list is {1, 2, 3}"), ("LAYERS = {2 2 1}", "2 1", "is a comma missing before it?"),
            ('print("a" "b" 5)', '"b"', "is a comma missing before it?"),
            ("network(2, 1, eta = 5)", "= 5", "named arguments go into braces: f{name = 1}; to compare write =="),
            ("for i in range(10):", "", "a block is for i = 1, 10 do ... end"), ("if x > 1: y()", ":", "a block is if x then ... else ... end"),
            ("while x > 1:", ":", "a block is while x do ... end"), ("while true { }", "{", "a block is while x do ... end"),
            ("function f() { return 1 }", "{", "a block is function f(x) ... end"), ("NET:", "", "a method is called, NET:step()"),
            ("def f():", "f():", "a function is function f(x) ... end"), ("lambda x: x", "x:", "a function without a name is function(x) return x end"),
            ("int x = 5", "x", "a variable needs no type: x = 5"), ("x = 1 end", "end", "there is one end too many"),
            ("import numpy as np", "numpy", "Lua has no import: moongrad is loaded already, help() lists it; require \"name\" loads a Lua file"),
            ("print X", "X", "to call print write print(X)"), ("step 10", "10", "to call step write step(10)"),
            ("help bug", "bug", 'write help "bug" or ?bug'), ("help NET:step()", "NET", 'write help "NET:step" or ?NET:step'),
            ("apropos grad", "grad", 'write apropos "grad"'), ("run my-file.lua", "my", 'write run "my-file.lua"'),
            ("bug wrong-sign", "wrong", 'write bug "wrong-sign"'), ("exit 0", "0", "Ctrl-D leaves, os.exit() too")), 1):
        lines = p.do(code)
        equal(len(lines), 3, *lines)
        check(lines[0].startswith("[%d]:1: " % n) and " near " in lines[0], *lines)
        equal(lines[0].split("; ", 1)[1:], [step], code)
        equal(lines[1:], ["  " + code, "  " + " " * (code.rindex(at) if at else len(code)) + "^"])
    equal(p.end(), 0)


@test
def calm(home):
    """an error that is no habit of other languages says no more than Lua does"""
    p = Prompt(home)
    for code in ("x = = 1", "while x do y() end z = = 1", "if a then b() end x = = 5", "f(1))", "for i = 1 do end", "1 * 2 3",
                 "nosuch 5", "else"):
        check(";" not in p.do(code)[0], *p.lines())
    equal(p.end(), 0)


@test
def over_lines(home):
    """a block that begins with a colon, in a text of several lines, is told when the text is forced"""
    p = Prompt(home)
    p.keys("for i in range(10):\x1b\ry(i)\r\r\r")  # Alt-Enter, then two blank lines
    p.until(lambda: any("a block is for i = 1, 10 do ... end" in line for line in p.lines()) and p.is_ready())
    for first, last, shown in (("s = [[a:", "b]] print(s)", "b"), ("for i = 1, 1 do -- all:", "print(42) end", "42")):
        p.do("0")
        p.keys(first + "\r")  # what is open stays open
        p.until(lambda: p.screen.cursor.y > 2 and not p.line().strip())
        p.keys(last + "\r")
        p.until(lambda: shown in p.lines() and p.is_ready())
    equal(p.end(), 0)


@test
def rows_without_braces(home):
    """of rows without braces around them Lua takes the first, which is said"""
    p = Prompt(home, cols=150)
    said = "%s is only the first of these %d tables; put the rows into braces, %s = {{0, 0}, {0, 1}}"
    p.do("LAYERS = {2, 2, 1}")
    for code, name, n in (("X = {0, 0}, {0, 1}, {1, 0}, {1, 1}", "X", 4), ("n = 1 m = {1, 2},{3, 4} -- two", "m", 2),
                          ("y = {0}, {1}", "y", 2), ("THETA[1] = {{1, 2, 3}, {4, 5, 6}}, {7}", "THETA[1]", 2)):
        equal(p.do(code), [said % (name, n, name)], code)
    for code in ("X = {{0, 0}, {0, 1}}", "m, n = {1}, {2}", "m = {n = {1}, {2}}", "X, y = {{1, 2}}, {{3}}", "local a, b = {1}, {2} a = b",
                 "m = string.format('%s', {}, {})", "m = 'X = {0}, {1}'", "m = function(x) return {1}, {2} end"):
        equal(p.do(code), [], code)
    equal(p.end(), 0)


@test
def names_of_other_languages(home):
    """exit, quit, None, len and their like say what is meant here, read, called and assigned"""
    p = Prompt(home, cols=150)
    for code in ("exit", "quit", "exit()", "quit()"):
        lines = p.do(code)
        check(lines[0].endswith("no '%s'; Ctrl-D leaves, os.exit() too" % code.strip("()")), *lines)
    equal(p.do("x = None"), ["no 'None'; write nil"])
    equal(p.do("len(X)"), ["[6]:1: no 'len'; a length is #x", "  len(X)", "  ^"])
    check('help "matrix"' in p.do("np.array({1})")[0], *p.lines())
    p.do("exit = 5")
    equal(p.do("exit"), ["5"])
    p.do("X, y = data.xor() LAYERS = {2, 2, 1}")
    for code, step in (("ls", "a command of the shell begins with !, as in !ls"), ("ls -la", "begins with !, as in !ls"),
                       ("pip install numpy", "begins with !, as in !ls"), ("cd", "!pwd shows it"),
                       ("plot", 'watch "J" records the cost'), ("loss()", "cost() computes it anew"),
                       ("W1", "the weights into layer 2 are THETA[1], its column 1 the biases"),
                       ("b2", "the weights into layer 3 are THETA[2], its column 1 the biases"),
                       ("lr", "the learning rate is ETA"), ("model.fit()", "a network is LAYERS = {2, 2, 1}, or NET = network{")):
        check(any(step in line for line in p.do(code)), code, *p.lines())
    for name in ("lr", "learning_rate"):
        equal(p.do(name + " = 0.1"), [name + " is a global of your own now; the learning rate is ETA"])
        equal(p.do(name + " = 0.2"), [])
    equal(p.end(), 0)


@test
def members_of_other_languages(home):
    """fields and methods that a matrix or a network has elsewhere say what there is, at the prompt and in a script"""
    p = Prompt(home, cols=150)
    p.do("X, y = data.xor() LAYERS = {2, 2, 1}")
    for n, (code, said) in enumerate((
            ("X.sum()", "sum: expected a matrix, got nothing; a method is called with a colon, x:sum()"),
            ("X.mean(0)", "mean: expected a matrix, got a number; a method is called with a colon, x:mean()"),
            ("X.dot(X)", "a matrix has no 'dot'; the matrix product is X:matmul(w)"),
            ("X[1]:dot(X)", "a matrix has no 'dot'; the matrix product is X:matmul(w)"),
            ("X:sigmoid()", "a matrix has no 'sigmoid'; sigmoid is a function: sigmoid(X)"),
            ("NET:fit()", 'network has no "fit"; training is NET:step(1000), or NET:train{epochs = 10, batch = 32}'),
            ("NET.step(4)", "step: expected a network first, got a number; a method is called with a colon: net:step(...)"),
            ("sigmoid(THETA)", "sigmoid: expected a matrix or a number, got a list of matrices; one matrix of a list is THETA[1]"),
            ("X:nosuch()", "a matrix has no 'nosuch'; help \"matrix\" says what it has")), 2):
        equal(p.do(code)[0], "[%d]:1: %s" % (n, said))
    equal(p.end(), 0)
    err = run("-e", "X = eye(2) X.dot(X)")[1]
    check("has no 'dot'" in err and "; the matrix product is X:matmul(w)" in err.split("\n")[0], err)


@test
def valid_by_chance(home):
    """what other languages write and Lua can read says what there is, as far as it fails"""
    p = Prompt(home, cols=150)
    p.do("X = eye(2)")
    for n, (code, said) in enumerate((
            ("# comment", "attempt to get length of a nil value (global 'comment'); a comment begins with --"),
            ("X(1)", "attempt to call a matrix value (global 'X'); a row is X[1], an element X[1][2]"),
            ("x <- 5", "attempt to compare nil with number; assign with ="),
            ('print(f"{x}")', "attempt to call a nil value (global 'f'); a text with numbers in it is string.format(\"x is %g\", x)"),
            ("argmax(X)", "no 'argmax'; write X:argmax()"),
            ("X'*X'", "attempt to call a matrix value (global 'X'); the transpose is X.T"),
            ("ls -la /tmp", "attempt to perform arithmetic on a nil value (global 'la'); a command of the shell begins with !, as in !ls")), 2):
        equal(p.do(code)[0], "[%d]:1: %s" % (n, said))
    equal(p.do("ls = 5"), [])
    equal(p.do("ls - 3"), ["2"])
    equal(p.end(), 0)


@test
def words_are_not_names(home):
    """no word that is explained as another language's is a name of the session's"""
    out, err, code = run("-", stdin="""
        local words = require "moongrad.prompt.errors.foreign_words"
        for name in pairs(words.names) do
          if _G[name] ~= nil then print(name) end
        end
        for name in pairs(words.fields) do
          if pcall(function() return eye(2)[name] end) or pcall(function() return network{2, 1}[name] end) then print(name) end
        end""")
    equal((out, err, code), ("", "", 0))


@test
def missing_fields(home):
    """what a library, an object or options do not have is told with what there is, or where to look"""
    p = Prompt(home, cols=200)
    p.do("X, y = data.xor() LAYERS = {2, 2, 1} t = {a = 1}")
    known = "; Tab behind data. lists what there is"  # there are too many to name
    p.do("1")
    equal(p.do("data.zoo"), ["nil", "no 'zoo' in data" + known])
    equal(p.do("x = data.zoo"), ["no 'zoo' in data" + known])
    equal(p.do("data.zoo 'a'"), ["[5]:1: no 'zoo' in data" + known, "  data.zoo 'a'", "       ^"])
    equal(p.do("math.foo"), ["nil", "no 'foo' in math; Tab behind math. lists what there is"])
    equal(p.do("t.foo"), ["nil"])
    equal(p.do("NET:foo()"), ['[8]:1: network has no "foo"; help "NET" says what it has'])
    equal(p.do("X.foo"), ["[9]:1: a matrix has no 'foo'; help \"matrix\" says what it has"])
    check(p.do("network{2, 1, foo = 1}")[0].endswith('network: no option "foo"; known: X, activation, bias_l1, bias_l2, '
                                                     'cost, eta, init, l1, l2, optimizer, output, precision, seed, undo, y'), *p.lines())
    check(p.do("train{foo = 1}")[0].endswith("known: X, batch, best, class_weights, clip, epochs, eta, every, max_norm, "
                                            "patience, report, row_weights, shuffle, stop_when, test, y"), *p.lines())
    equal(p.end(), 0)


@test
def wrong_kinds(home):
    """what is called, indexed or added that cannot be says what to write"""
    p = Prompt(home, cols=150)
    p.do("X, y = data.xor()")
    for n, (code, at, step) in enumerate((
            ('print "a" "b"', '"b"', "the value before it is no function: is a comma missing?"),
            ("io.open('nosuch'):read()", ":", "the value before it is nil"), ("X.shape()", "shape", "it is no function: write it without ()"),
            ('"a" + 1', "+", "strings are joined by .."), ("rand[1]", "rand", "rand is a function of the session, called as rand(...)")), 2):
        lines = p.do(code)[-3:]
        check(lines[0].startswith("[%d]:1: attempt to " % n) and lines[0].endswith("; " + step), *lines)
        equal(lines[1:], ["  " + code, "  " + " " * code.index(at) + "^"])
    check(p.do("for k, v in X do end")[0].endswith("; for needs an iterator: for i, v in ipairs(t), for key, v in pairs(t)"),
          *p.lines())
    check("call it write f(), X, y = data.xor()" in p.do("X, y = data.xor")[0], *p.lines())
    check("layer 1 is the input: it has a size only, network{2, 2, 1}" in p.do("network{{2, 2, 1}}")[0], *p.lines())
    p.do("LAYERS = {2, 1}")
    check("train: no option 100; each has a name: epochs, batch," in p.do("train{[100] = 1}")[0], *p.lines())
    equal(p.do("data = 5"), ["data is a global of your own now; data = nil brings the session's back"])
    p.do("data = nil")
    equal(p.do("type(data.xor)"), ["function"])
    equal(p.end(), 0)


@test
def own_variables(home):
    """who assigns a name that is taken is told what works at the prompt, and does"""
    p = Prompt(home, cols=250)
    for code in ("A = 5", "cost = 'mse'", "X = 'abc'"):
        said = p.do(code)[0]
        name = code.split()[0]
        check("choose another name, or write local %s = ... in a script or a do block" % name in said, said)
    equal(p.do("do local A = 5 print(A) end"), ["5"])
    equal(p.end(), 0)


@test
def typos_assigned(home):
    """a new global within a typo of a live name is asked about, once"""
    p = Prompt(home, cols=150)
    equal(p.do("LAYRES = {2, 2, 1}"), ["LAYRES is a new variable; did you mean LAYERS?"])
    equal(p.do("LAYRES"), ["{2, 2, 1}"])
    equal(p.do("LAYRES = {2, 3, 1}"), [])
    equal(p.do("EAT = .5"), ["EAT is a new variable; did you mean ETA?"])
    p.do("EAT = nil")
    equal(p.do("EAT = .5"), [])
    equal(p.do("layres = 1"), ["layres is a new variable; did you mean LAYERS?"])
    equal(p.do("BETA, THETA0, THETA_1, N, layer, beta, net1, data1, grade, thetas = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"), [])
    equal(p.do("if true then local GRDA = 1 end"), [])
    equal(p.end(), 0)
    with open(home + "/s.lua", "w") as f:
        f.write("LAYRES = {2, 2, 1}\n")
    equal(run(home + "/s.lua"), ("", "", 0))
    p = Prompt(home, "-i", home + "/s.lua")
    equal(p.do("LAYRES = {2, 3, 1}"), [])
    equal(p.do("EAT = 5 error 'x'")[0][-3:], ": x")
    equal(p.end(), 0)


main()
