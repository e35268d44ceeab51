#!/usr/bin/env python3
"""Writes arrays as NumPy writes them, for NpyTest, into ../resources/npy.

    python3 -m venv venv && venv/bin/pip install numpy && venv/bin/python npy_goldens.py
"""
import pathlib

import numpy as np

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "npy"
OUT.mkdir(exist_ok=True)
TYPES = ["<f2", "<f4", ">f4", "<f8", ">f8", "i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8"]
TYPES += ["u1", "<u2", ">u2", "<u4", "?"]

for descr in TYPES:
    values = np.arange(12).reshape(4, 3) - (0 if descr[-2:-1] in "u?" or descr == "?" else 5)
    name = descr.replace("<", "little-").replace(">", "big-").replace("?", "bool")
    array = (values % 2 == 0) if descr == "?" else values.astype(descr)
    np.save(OUT / f"{name}.npy", array)
np.save(OUT / "fortran.npy", np.asfortranarray(np.arange(6.0).reshape(2, 3)))
np.save(OUT / "complex.npy", np.zeros(2, complex))
np.save(OUT / "scalar.npy", np.float32(2.5))
np.lib.format.write_array(open(OUT / "version2.npy", "wb"), np.arange(4.0), version=(2, 0))
x = np.arange(24, dtype=np.float32).reshape(4, 2, 3) / 8
np.savez_compressed(OUT / "pair.npz", x=x, y=np.array([1, 0, 2, 1]), t=np.arange(8.0).reshape(4, 2))
