#!/usr/bin/python3
"""The session's names in scripts and -e: live names, the values they accept and refuse, suggestions for unknown names."""

from harness import check, equal, fails, lua, main, test


@test
def live_names(home):
    """live names: nil before a network, then the network's; ETA, X, y are held before"""
    equal(lua("print(LAYERS, ETA, THETA, A, Z, DELTA, GRAD, DTHETA, J, X, y, NET)"), "\t".join(["nil"] * 12))
    equal(lua("ETA = .5 X, y = data.xor() print(ETA, #X, #y) LAYERS = {2, 3, 1} print(ETA, #NET.X, #THETA, NET.eta)"),
          "0.5\t4\t4\n0.5\t4\t2\t0.5")
    equal(lua("LAYERS = {2, 3, 1} print(A, Z, DELTA, GRAD, DTHETA, J)"), "\t".join(["nil"] * 6))
    equal(lua("X, y = data.xor() LAYERS = {2, 3, 1} step() print(#A, #Z, #DELTA, #GRAD, #DTHETA, J > 0)"),
          "3\t2\t2\t2\t2\ttrue")
    equal(lua("X, y = data.xor() LAYERS = {2, 3, 1} NET.options.cost = 'mse' NET.options.l2 = .1 ETA = 3"
              " LAYERS = {2, 5, 1} print(ETA, NET.options.cost, NET.options.l2, #LAYERS, LAYERS[2], #NET.X)"),
          "3.0\tmse\t0.1\t3\t5\t4")
    equal(lua("for k in pairs(_G) do assert(k ~= 'ETA' and k ~= 'step') end ETA = 1"
              " print(rawget(_G, 'ETA'), rawget(_G, 'step'), ETA)").split("\t")[:2], ["nil", "nil"])


@test
def theta(home):
    """THETA = {} draws anew; THETA = {...} and THETA[l] = m copy in after all shapes are checked"""
    equal(lua("LAYERS = {2, 2, 1} local a = THETA[1]:copy() THETA = {} print(a == THETA[1], #THETA)"), "false\t2")
    equal(lua("seed(3) LAYERS = {2, 2, 1} local a = THETA[2]:copy() seed(3) THETA = {} print(a == THETA[2])"), "true")
    equal(lua("LAYERS = {2, 2, 1} THETA = {ones(2, 3), zeros(1, 3)} print(THETA[1] == ones(2, 3), THETA[2] == zeros(1, 3))"),
          "true\ttrue")
    equal(lua("LAYERS = {2, 2, 1} THETA[2] = {{1, 2, 3}} print(THETA[2][1][3])").rstrip("0"), "3.")
    equal(lua("LAYERS = {2, 2, 1} local a = THETA[1]:copy() pcall(function() THETA = {ones(2, 3), ones(1, 4)} end)"
              " print(a == THETA[1])"), "true")
    equal(lua("THETA = {} print(THETA)"), "nil")
    fails("LAYERS = {2, 2, 1} THETA = {ones(2, 3), ones(1, 4)}", "theta[2]", "1 x 3", "1 x 4")
    fails("LAYERS = {2, 2, 1} THETA = {ones(2, 3)}", "2 matrices", "got 1")
    fails("LAYERS = {2, 2, 1} THETA[1] = 5", "theta[1]")
    fails("LAYERS = {2, 2, 1} THETA[9] = ones(1, 1)", "theta[9]")
    fails("THETA = {ones(1, 2)}", "make one first")


@test
def data_at_once(home):
    """X and y become matrices where they are assigned, or the error is there"""
    equal(lua("X = {{0, 0}, {0, 1}} y = {0, 1} print(X.T.ncols, (X + 1)[1][1], y.nrows, is_matrix(X))").replace(".0", ""),
          "2\t1\t2\ttrue")
    equal(lua("X = {{0, 0}, {0, 1}} y = {0, 1} local a, b = X, y LAYERS = {2, 1}"
              " X[1][1] = 7 print(rawequal(X, a), rawequal(y, b), NET.X[1][1])").replace(".0", ""), "true\ttrue\t7")
    equal(lua("LAYERS = {2, 1} X = {{0, 0}} NET = network{2, 3} print(rawequal(X, NET.X), #X) X = nil print(X)"),
          "true\t1\nnil")
    equal(lua("local m = ones(1, 2) X = m print(rawequal(X, m))"), "true")
    for setup in ("", "LAYERS = {2, 1}"):
        for code, *said in (("X = {{1, 2}, {3}}", "X: row 2 has 1 number, row 1 has 2"),
                            ("y = 'a'", "y: expected a matrix or a table of rows, got the string \"a\"", "local y ="),
                            ("X = 5", "X: expected a matrix or a table of rows, got a number", "local X ="),
                            ("y = {{1, 'b'}}", "y: ")):
            fails(setup + "\n\n" + code, "(command line):3: ", *said)
    equal(lua("X = ones(1, 2) pcall(function() X = 5 end) print(#X)"), "1")


@test
def mistyped(home):
    """a nil that was a mistyped global is told with the near names, an empty live name with what fills it"""
    for code, name in (("stp(3)", "step"), ("x = rnad(2)", "rand"), ("Step(3)", "step"), ("daat.xor()", "data"),
                       ("prnt(1)", "print"), ("thousand = 3 x = thosand.y", "thousand"), ("x = 1 + ETAA", "ETA")):
        fails(code, "a nil value (global '", "; did you mean ", name)
    check(fails("zzyzx()").endswith("attempt to call a nil value (global 'zzyzx')"))
    equal(lua("print(stp, pcall(function() stp() end))").split("\t")[0], "nil")
    check("mean" not in lua("print(pcall(function() stp() end))"))
    fails("THETA[9] = 3", "nil value (global 'THETA')", "LAYERS = {2, 2, 2, 1}", "local THETA = {}")
    fails("LAYERS[1] = 3", "nil value (global 'LAYERS')", "LAYERS = {2, 2, 2, 1}")
    fails("x = A[1]", "LAYERS = {2, 2, 2, 1}")
    fails("LAYERS = {2, 1} x = A[1]", "step()")
    fails("x = X.T", "X, y = data.xor()")
    fails("x = ETA + 1", "ETA = 0.1")


@test
def theta_by_hand(home):
    """to go on after the last of THETA is told of local lists; to read there is not"""
    fails("LAYERS = {2, 2, 2, 1} THETA[#THETA + 1] = rand(2, 3)", "theta[4]: expected a layer from 1 to 3",
          "for a list of your own", "local THETA = {}")
    fails("LAYERS = {2, 2, 1} THETA = {} THETA[1] = rand(2, 3) THETA[2] = rand(1, 3) THETA[3] = rand(1, 2)",
          "theta[3]", "local THETA = {}")
    check("local" not in fails("LAYERS = {2, 2, 1} x = THETA[9]", "theta[9]"))
    fails("THETA = {} THETA[1] = rand(2, 3)", "local THETA = {}")


@test
def misuse(home):
    """misuse of the session names raises one line with the next step"""
    for name in ("A", "Z", "DELTA", "GRAD", "DTHETA", "J"):
        fails("LAYERS = {2, 2, 1} %s = 5" % name, name, "local %s" % name)
        fails("%s = 5" % name, name, "local %s" % name)
    fails("cost = 'mse'", 'NET.options.cost = "mse"')
    fails("undo = 3", "undo(3)")
    fails("step = 3", "step(3)")
    fails("step()", "(command line):1: step needs a network", "LAYERS = {2, 2, 2, 1}")
    for code, hint in (("[2] = 3", "2, 3, 1"), ("[1] = 3", "3, 2, 1"), ("[4] = 1", "2, 2, 1, 1"), ("[2] = 0", "2, 2, 1"),
                       ("[9] = 3", "2, 2, 1"), ("[1] = 5.0", "5, 2, 1"), ("[1] = 'x'", "2, 2, 1"), (".n = 3", "2, 2, 1")):
        fails("LAYERS = {2, 2, 1} LAYERS" + code, "LAYERS = {%s} or network{%s}" % (hint, hint))
    fails("LAYERS = 5", "LAYERS: expected the sizes")
    fails("LAYERS = {2, 0, 1}", "layer 2", "got 0")
    fails("LAYERS = {2, 1e10, 1}", "10000000000")
    fails("LAYERS = {2, 2, 1, etaa = 1}", "LAYERS: expected sizes only")
    fails("NET = 5", "expected a network", "got 5")
    fails("NET = network{2, 2, 1, etaa = 1}", "etaa", "did you mean eta")
    for setup in ("", "LAYERS = {2, 2, 1} "):
        fails(setup + "ETA = 'x'", "eta", '"x"')
        fails(setup + "ETA = 0/0", "eta")
    fails("X, y = data.xor() LAYERS = {2, 2, 1} X = {{1, 2}, {3}} step()", "(command line):1:")


@test
def replacing(home):
    """a function may replace a session function; nil brings it back; other globals are plain"""
    equal(lua("function sigmoid(x) return 7 end print(sigmoid(0)) sigmoid = nil print(sigmoid(0))"), "7\n0.5")
    equal(lua("foo = 1 print(foo, rawget(_G, 'foo')) foo = nil print(foo)"), "1\t1\nnil")
    equal(lua("print(type(print), math.exp == exp, load ~= nil, type(mg.network), type(data.xor))"),
          "function\tfalse\ttrue\tfunction\tfunction")


@test
def selecting(home):
    """NET = network{...} selects a network, network{...} alone does not"""
    equal(lua("local n = network{2, 3, 1} print(NET) NET = n print(LAYERS[2], NET == n) NET = nil print(LAYERS)"),
          "nil\n3\ttrue\nnil")
    equal(lua("X, y = data.xor() NET = network{2, 3, 1} print(step(3).epoch)"), "3")
    equal(lua("LAYERS = {2, 2, 1} X, y = data.xor() NET = network{2, 3, 1} print(step(2).epoch)"), "2")


@test
def help_text(home):
    """help() is an overview; help of a name or function shows its text, of a miss the near names"""
    check("LAYERS" in lua("print(help())"))
    check(lua("print(help 'step')").startswith("net:step([n])"))
    equal(lua("print(help(step))"), lua("print(help 'step')"))
    check("learning rate" in lua("print(help 'ETA')"))
    check("did you mean step?" in lua("print(help 'stpe')"))
    check("data.xor()" in lua("print(help(data))"))
    equal(lua("print(help(eye(2)))"), lua("print(help 'matrix')"))
    equal(lua("print(help(network{2, 1}))"), lua("print(help 'NET')"))
    check("no help" in lua("print(help {})"))


main()
