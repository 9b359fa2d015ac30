#!/usr/bin/python3
"""Help on a terminal: help, ?name, apropos, who, and the banner, whose lines train a network."""

import re

from harness import Prompt, check, equal, main, test

NEEDS_TERMINAL = True

XOR = "seed(0) X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2"


def shown(p, text):
    """What is printed for text, from the first line on."""
    return "\n".join(p.do(text))


@test
def banner(home):
    """the banner is three lines; typed as they stand, they train XOR and show it"""
    p = Prompt(home)
    lines = p.lines()
    equal(len(lines), 4, *lines)
    check(all(len(line) <= 80 for line in lines), *lines)
    check("help" in lines[0] and "Ctrl-D" in lines[0], *lines)
    equal(p.do(lines[1]), [])
    report = p.do(lines[2])[0].split()
    equal(report[:3], ["epoch", "5000", "cost"])
    check(float(report[3]) < 0.05, "it does not solve XOR:", report)
    for look in lines[2].split("look:")[1].split():
        check(len(p.do(look)) > 2, look, *p.lines())
    equal([round(float(row.split()[1])) for row in p.do("A[3]")[2:]], [0, 1, 1, 0], *p.lines())
    equal(p.end(), 0)


@test
def overview(home):
    """help alone, help() and ? show what there is, and it stays a function to call"""
    p = Prompt(home)
    text = shown(p, "help")
    check("step(5000)" in text and "?step" in text, text)
    equal(shown(p, "help()"), text)
    equal(shown(p, "?"), text)
    equal(shown(p, "  ? "), text)
    check("THETA" in shown(p, "help('THETA').text"))
    equal(p.do("help = 5"), ["help is a global of your own now; help = nil brings the session's back"])
    equal(p.do("help"), ["5"])
    check(p.do("?THETA")[0].startswith("THETA[l]"), *p.lines())
    equal(shown(p, "?"), text)
    p.do("help = nil")
    equal(shown(p, "help"), text)
    equal(p.end(), 0)


@test
def by_name(home):
    """help "step", ?step, help(step) are one page: signature, sentence, formula, example"""
    p = Prompt(home)
    text = shown(p, 'help "step"')
    lines = text.split("\n")
    check(lines[0].startswith("net:step([n])") and lines[0].endswith("or step([n])"), text)
    check("  THETA[l] = THETA[l] - ETA GRAD[l]" in lines and "> step(1000)" in lines, text)
    for other in ("?step", "? step", "?NET:step", "?step()", "help(step)", "help 'NET:step'", "?net:step"):
        equal(shown(p, other), text, other)
    check("dJ/dTHETA[l]" in shown(p, "?GRAD"))
    check("Column 1" in shown(p, "?THETA"))
    equal(shown(p, "?THETA[1]"), shown(p, "?THETA"))
    check("DELTA[l]^T A[l]" in shown(p, "?backpropagation"))
    p.do(XOR)
    equal(shown(p, "help(THETA)"), shown(p, "?THETA"))
    check("net:step([n])" in shown(p, "help(NET)"))
    equal(shown(p, "help(NET)"), shown(p, "?NET"))
    check("m:matmul(b)" in shown(p, "help(matrix)"))
    equal(shown(p, "help(string.format)"), shown(p, "?string.format"))
    equal(p.end(), 0)


@test
def options(home):
    """options are shown with defaults, and what each may be with its formula"""
    p = Prompt(home, rows=60)
    check("  epsilon = 1e-5" in shown(p, "?check"), *p.lines())
    check("  batch (all)" in shown(p, "?train"), *p.lines())
    text = shown(p, "?network.cost")
    check('network{cost = "sse"}' in text and "J = 1/(N K) sum of (yhat - y)^2" in text, text)
    equal(shown(p, 'help "network.cost"'), text)
    check("a' = a (1 - a)" in shown(p, "?network.activation"), *p.lines())
    check("a = f(z)." in p.do("?mg.activation.f") and "The learning rate." in p.do("?network.eta"), *p.lines())
    check('help "network.activation"' in shown(p, "?activation"), *p.lines())
    check("1/2 sum" in shown(p, "?sse"), *p.lines())
    equal(p.end(), 0)


@test
def misses(home):
    """a miss says near names; help of what is nil, and of one's own, says what it is"""
    p = Prompt(home)
    check("did you mean step?" in shown(p, "?stpe"), *p.lines())
    check("did you mean THETA" in shown(p, "?THETAA"), *p.lines())
    check("apropos" in shown(p, "?zzzzzz"), *p.lines())
    check("that is nil" in shown(p, "help(THETA)"), *p.lines())
    p.do("function mine(a, b) end w = rand(2, 3)")
    check("mine(a, b)" in shown(p, "?mine"), *p.lines())
    check("A function of yours" in shown(p, "help(mine)"), *p.lines())
    check("mg.activation{f" in shown(p, "?f"), *p.lines())
    p.do("f = mine")
    check("f(a, b)" in shown(p, "?f"), *p.lines())  # not the option of that name
    check("m:matmul" in shown(p, "?w"), *p.lines())
    for odd in ("?'", '?"step', "?(", "?[[", "??", "?1", "?for", "?a b c"):
        check(not any("stack" in line or "syntax" in line or "unexpected" in line for line in p.do(odd)), *p.lines())
    equal(p.end(), 0)


@test
def topics(home):
    """help "topics" lists pages, and each is there"""
    p = Prompt(home, rows=150)
    lines = p.do('help "topics"')
    names = [re.split("  +", line.strip())[0] for line in lines[1:]]
    check(len(names) >= 11 and "backpropagation" in names and "keys" in names, *lines)
    for name in names:
        text = shown(p, "?" + name)
        check(name + ": " in text and "{" + name + "}" not in text, text)
    check(any("Alt-Enter" in line for line in p.do("?keys")))
    equal(p.end(), 0)


@test
def searching(home):
    """apropos "grad" lists what is about it, the names first"""
    p = Prompt(home, rows=120)
    lines = p.do('apropos "grad"')
    check(lines[0].split()[0] == "GRAD", *lines)
    check(any(line.startswith("  net:backward ") for line in lines), *lines)
    check("did you mean" in shown(p, 'apropos "gradiant"'))
    check("apropos \"grad\"" in shown(p, "apropos()"), *p.lines())
    equal(p.end(), 0)


@test
def names(home):
    """who() and who list the user's names with types and shapes, and the network"""
    p = Prompt(home)
    equal(p.do("who()"), ["  NET  no network yet: LAYERS = {2, 2, 1} makes one", "  no names of your own yet"])
    p.do(XOR)
    p.do("m = rand(2, 3) text = 'a' function f(x) end")
    lines = p.do("who()")
    check(lines[0].startswith("  NET   network 2-2-1 "), *lines)
    equal(lines[1:], ["  X     matrix 4 x 2   64 bytes", "  y     matrix 4 x 1   32 bytes", "  f     function(x)", "  m     matrix 2 x 3   48 bytes",
                      '  text  string "a"   1 byte'])
    equal(p.do("who"), lines)
    equal(p.do("who()[2].shape"), ["2 x 3"])
    equal(p.end(), 0)


@test
def widths(home):
    """pages fit the terminal: at most 80 columns, and narrower ones; words fill their lines"""
    for cols in (100, 50, 30):
        p = Prompt(home, rows=120, cols=cols)
        p.screen.resize(120, 200)  # where a line that is too long shows
        width = min(cols, 80)
        for text in ("help", "?step", "?check", "?backpropagation", "?costs", "apropos 'cost'"):
            lines = p.do(text)
            check(all(len(line) <= width for line in lines), *lines)
            check(any(len(line) > width * 3 // 4 for line in lines), *lines)
        words = p.do("?J")[1:3]
        check(len(words[0]) + 1 + len(words[1].split()[0]) > width, *words)
        equal(p.end(), 0)


main()
