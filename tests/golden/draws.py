"""Makes the numbers of tests/golden/draws.lua, which tests/lua/draws_spec.lua holds draws and data sets against:

    /usr/bin/python3 tests/golden/draws.py > tests/golden/draws.lua

The draws of 20 seeds by NumPy's legacy generator, and scikit-learn's points from the same seeds."""

import warnings

import numpy
import sklearn
from sklearn.datasets import make_blobs, make_circles, make_moons

warnings.simplefilter("ignore")
SEEDS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 42, 100, 123, 1234, 12345, 99999, 2**31, 2**32 - 2, 2**32 - 1]


def lua(v):
    if isinstance(v, (list, tuple)):
        return "{" + ", ".join(lua(x) for x in v) + "}"
    return "%.17g" % v


print("-- Made by tests/golden/draws.py with NumPy %s and scikit-learn %s." % (numpy.__version__, sklearn.__version__))
print("return {")
for seed in SEEDS:
    numpy.random.seed(seed)
    draws = {
        "randint": numpy.random.randint(0, 10, (2, 3)),
        "signed": numpy.random.randint(-5, 6, (1, 4)),
        "one": numpy.random.randint(3, 4, (1, 2)),
        "wide": numpy.random.randint(0, 2**32, (1, 2)),
        "wider": numpy.random.randint(-2**52, 2**52, (1, 2)),
        "choice": numpy.random.choice(7, 5).reshape(1, 5) + 1,
        "permutation": numpy.random.permutation(9).reshape(1, 9) + 1,
        "normal": numpy.random.randn(1, 2),
    }
    sets = {
        "moons": make_moons(9, noise=.1, random_state=seed),
        "circle": make_circles(9, noise=.05, factor=.5, random_state=seed),
        "blobs": make_blobs(8, random_state=seed),
    }
    print("  { seed = %d," % seed)
    for name, m in draws.items():
        print("    %s = %s," % (name, lua(m.tolist())))
    for name, (X, y) in sets.items():
        print("    %s = { X = %s, y = %s }," % (name, lua(X.tolist()), lua(y.reshape(-1, 1).tolist())))
    print("  },")
print("}")
