"""Writes tests/golden/arrays/*.npy: the same numbers in each type, byte order and layout that NumPy saves.

Run by hand with NumPy 1.24: python3 tests/golden/arrays.py. tests/lua/arrays_spec.lua reads the files.
"""

import os

import numpy as np

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "arrays")
NUMBERS = np.arange(12.0).reshape(3, 4)  # 0 .. 11, row by row


def save(name, array):
    np.save(os.path.join(FOLDER, name + ".npy"), array)


for kind in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"):
    for order in "<>" if kind[1] != "1" else "|":
        save("%s-%s" % (kind, {"<": "little", ">": "big", "|": "byte"}[order]), NUMBERS.astype(order + kind))
save("bool", NUMBERS % 2 == 1)
save("columns", np.asfortranarray(NUMBERS))
save("scalar", np.float64(2.5))
save("vector", np.arange(5.0))
save("images", np.arange(24.0).reshape(2, 3, 4))
save("images-columns", np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)))
save("special", np.array([[np.nan, np.inf, -np.inf, -0.0, 5e-324, 1.7976931348623157e308]]))
save("half", np.array([[np.inf, np.nan, -65504, 6e-8, 0.333251953125]], dtype="<f2"))
save("huge-integer", np.array([2**53 + 1], dtype="<i8"))
save("records", np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]))
save("objects", np.array([{"a": 1}], dtype=object))
save("complex", np.array([1j]))
save("text", np.array(["a"]))
save("empty", np.zeros((0, 3)))
