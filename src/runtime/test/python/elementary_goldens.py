"""Values of elementary functions that were not computed by Ballast, for ElementaryFunctionsTest.

    python3 elementary_goldens.py ../resources/goldens

Writes two files. numpy-functions.txt holds the single-precision rows of NumPy's own validation
sets (umath-validation-set-*.csv under numpy/_core/tests/data, or numpy/core/tests/data before
NumPy 2), as they are: inputs and rightly rounded results, as the bits of floats. NumPy is
distributed under the BSD 3-Clause licence, copyright NumPy Developers. mpmath-functions.txt holds
functions that NumPy has not, computed by mpmath with 60 digits.

Needs: pip install numpy mpmath
"""

import pathlib
import random
import struct
import sys

import mpmath
import numpy

NUMPY = {"exp": "EXP", "log": "LOG", "tanh": "TANH", "sin": "SIN", "cos": "COS"}
SAMPLES = 150


def validation_set(name):
    base = pathlib.Path(numpy.__file__).parent
    for core in ("_core", "core"):
        path = base / core / "tests" / "data" / f"umath-validation-set-{name}.csv"
        if path.exists():
            return path
    raise SystemExit(f"NumPy's validation set of {name} is not under {base}")


def numpy_rows():
    yield f"# Single-precision rows of the validation sets of NumPy {numpy.__version__} (BSD-3-Clause):"
    yield "# function, bits of the input, bits of the result. Written by elementary_goldens.py."
    for name, ours in NUMPY.items():
        for line in validation_set(name).read_text().splitlines():
            fields = line.split(",")
            if fields[0] == "np.float32":
                x, y = int(fields[1], 16), int(fields[2], 16)
                yield f"{ours} {x:08x} {y:08x}"


def exact(function, x):
    if function == "SIGMOID":
        return 1 / (1 + mpmath.exp(-x))
    if function == "TANH":
        return mpmath.tanh(x)
    if function == "SOFTPLUS":
        return mpmath.log1p(mpmath.exp(x))
    if function == "ERF":
        return mpmath.erf(x)
    if function == "GELU":
        return x * mpmath.ncdf(x)
    raise ValueError(function)


def bits(x):
    return struct.unpack("<I", struct.pack("<f", x))[0]


def inputs():
    """Of each magnitude some, more where the functions bend; both signs."""
    draw = random.Random(5)
    chosen = [0.0, 2.0**-149, 2.0**-126, 0.625, 1.0, 5.0, 20.0, 88.0, 100.0, 1e4]
    chosen += [draw.uniform(0, 4) for _ in range(SAMPLES // 4)]
    chosen += [draw.uniform(4, 15) for _ in range(SAMPLES // 8)]
    chosen += [2.0 ** draw.uniform(-30, 7) for _ in range(SAMPLES // 8)]
    single = [struct.unpack("<f", struct.pack("<f", x))[0] for x in chosen]
    return [s * x for x in single for s in (1, -1)]


def mpmath_rows():
    mpmath.mp.dps = 60
    yield f"# Computed by mpmath {mpmath.__version__} with 60 digits: function, bits of the input, result."
    yield "# Written by elementary_goldens.py."
    for function in ("SIGMOID", "TANH", "SOFTPLUS", "ERF", "GELU"):
        for x in inputs():
            y = exact(function, mpmath.mpf(x))
            yield f"{function} {bits(x):08x} {mpmath.nstr(y, 20)}"


def main():
    folder = pathlib.Path(sys.argv[1])
    for name, rows in (("numpy", numpy_rows()), ("mpmath", mpmath_rows())):
        (folder / f"{name}-functions.txt").write_text("\n".join(rows) + "\n")


main()
