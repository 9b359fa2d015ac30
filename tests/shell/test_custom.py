#!/usr/bin/python3
"""Activations and costs of the user's own at the prompt: Ctrl-C and errors inside one, and diagnose()."""

from harness import Prompt, check, equal, main, test

NEEDS_TERMINAL = True

XOR = "seed(0) X, y = data.xor() LAYERS = {2, 2, 1}"
SLOW = ('mg.activation{name = "slow", f = function(z) while go do end return tanh(z) end, '
        'df = function(z, a) return 1 - a * a end}')


def has(lines, text):
    check(any(text in line for line in lines), *lines)


@test
def stopped(home):
    """Ctrl-C while an activation runs ends the step; THETA and the epochs before are kept, and it goes on"""
    p = Prompt(home, "-q", cols=180)
    p.do(XOR)
    has(p.do(SLOW), 'activation "slow"')
    p.do('NET.options.activation = "slow"; step(3);')
    before = p.do("THETA[1]")
    for code in ("step(1000)", "train{epochs = 5}", "predict()", "check()", "diagnose()",
                 "coroutine.wrap(step)(10)"):
        p.do("go = true")
        p.keys(code + "\r")
        p.until(lambda: not p.is_ready())
        p.interrupt()
        has(p.lines(), "interrupted")
        p.do("go = false")
        equal(p.do("THETA[1]"), before)
        equal(p.do("NET.epoch"), ["3"])
    has(p.do("step(2)"), "epoch 5 ")
    equal(p.end(), 0)


@test
def failing(home):
    """an error in one is shown with its own place and words"""
    p = Prompt(home, "-q", cols=180)
    p.do(XOR)
    p.do("mg.activation{name = 'f', f = function(z) if bad then error 'as told' end return tanh(z) end, "
         "df = function(z, a) return 1 - a * a end}")
    p.do("NET.options.activation = 'f'; bad = true")
    has(p.do("step(10)"), "as told")
    p.do("bad = nil")
    has(p.do("step(10)"), "epoch 10 ")
    has(p.do("mg.activation{name = 'g', f = tanh, df = function(z, a) return a end}"), "df is 0 at z = 0, where")
    equal(p.end(), 0)


@test
def diagnosed(home):
    """a diagnosis is printed, and what it proposes can be typed"""
    p = Prompt(home, "-q", cols=180)
    p.do(XOR)
    p.do("init('constant', {value = .1})")
    lines = p.do("diagnose()")
    has(lines, "symmetry: rows 1 and 2 of THETA[1] are equal")
    check(lines[-1].startswith("try  ") and 'init("xavier")' in lines[-1], lines)
    p.do(lines[-1][len("try  "):])
    check(not any("symmetry" in line for line in p.do("diagnose()")))
    equal(p.end(), 0)


main()
