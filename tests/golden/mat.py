"""Writes tests/golden/arrays/*.mat, MATLAB's files as SciPy writes them.

Run by hand with SciPy 1.10: python3 tests/golden/mat.py. tests/lua/mat_spec.lua reads the files.
"""

import os

import numpy as np
import scipy.io

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "arrays")
NUMBERS = np.arange(12.0).reshape(3, 4)
TYPES = ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8")


def save(name, arrays, **options):
    scipy.io.savemat(os.path.join(FOLDER, name + ".mat"), arrays, **options)


numbers = {"of_" + kind: NUMBERS.astype(kind) for kind in TYPES}
save("types", numbers)
save("packed", numbers, do_compression=True)
save("others", {"X": NUMBERS, "text": "a text", "record": {"a": 1.0}, "complex": np.array([[1j]]), "empty": np.zeros((0, 3)),
                "images": np.arange(24.0).reshape(2, 3, 4)})
