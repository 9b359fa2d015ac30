"""Writes tests/golden/arrays/*.npz and *.safetensors: tables of arrays, by NumPy and by the format's definition.

Run by hand with NumPy 1.24: python3 tests/golden/tables.py. tests/lua/tables_spec.lua reads the files.
"""

import json
import os
import struct

import numpy as np

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "arrays")
NUMBERS = np.arange(12.0).reshape(3, 4)

np.savez(os.path.join(FOLDER, "plain.npz"), X=NUMBERS, y=np.array([1, 2, 3], dtype="<i4"))
np.savez_compressed(os.path.join(FOLDER, "packed.npz"), X=NUMBERS, zeros=np.zeros((50, 50)))
np.savez(os.path.join(FOLDER, "objects.npz"), X=np.array([{}], dtype=object))

# The names of types as safetensors has them, and NumPy's.
TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U64": "<u8",
         "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?"}
head, body = {"__metadata__": {"format": "pt", "note": "made by hand"}}, b""


def add(name, dtype, shape, data):
    global body
    head[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
    body += data


for name, dtype in TYPES.items():
    add(name.lower(), name, [3, 4], NUMBERS.astype(dtype).tobytes())
# bfloat16 is the upper half of float32; 0 to 11 have no bits in the lower half.
add("bf16", "BF16", [3, 4], (NUMBERS.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes())
add("scalar", "F32", [], np.float32(2.5).tobytes())
add("vector", "F32", [3], np.arange(3, dtype="<f4").tobytes())
add("images", "U8", [2, 2, 2], bytes(range(8)))
text = json.dumps(head).encode()
text += b" " * (-len(text) % 8)
with open(os.path.join(FOLDER, "types.safetensors"), "wb") as f:
    f.write(struct.pack("<Q", len(text)) + text + body)
