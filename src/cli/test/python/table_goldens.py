#!/usr/bin/env python3
"""Writes what scikit-learn makes of a small table, for TableTest, into ../resources/goldens/table.txt.

    python3 -m venv venv && venv/bin/pip install scikit-learn && venv/bin/python table_goldens.py

The first 6 rows are fitted on: standard scores of what is there with missing ones at the mean, one place for each
category with missing ones as the most frequent, unknown ones nowhere. Then all rows are transformed. The
file holds the table, an empty line, and a line of numbers for each row.
"""
import pathlib

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "goldens" / "table.txt"
NAN = float("nan")
ROWS = [
    (5.1, "red", 3, 1000000.5),
    (4.9, "blue", 3, 1000001.5),
    (NAN, "red", 3, 1000000.25),
    (-7.25, None, 3, 1000000.0),
    (0.001, "green", 3, 999999.75),
    (12.5, "red", 3, 1000000.5),
    (1.5, "blue", 3, 1000002.0),
    (2.5, "purple", 4, 1000000.0),
    (NAN, None, 3, 999998.5),
]
FITTED = 6

data = np.array(ROWS, dtype=object)
number = make_pipeline(StandardScaler(), SimpleImputer(strategy="constant", fill_value=0.0))
category = make_pipeline(
    SimpleImputer(strategy="most_frequent", missing_values=None),
    OneHotEncoder(handle_unknown="ignore", sparse_output=False),
)
columns = ColumnTransformer(
    [("a", number, [0]), ("colour", category, [1]), ("constant", number, [2]), ("far", number, [3])]
)
columns.fit(data[:FITTED])


def text(cell):
    return "" if cell is None or cell != cell else str(cell)


lines = ["a,colour,constant,far,y"]
lines += [",".join(map(text, row)) + f",{i % 2}" for i, row in enumerate(ROWS)]
lines += [""]
lines += [" ".join(repr(float(v)) for v in row) for row in columns.transform(data)]
OUT.write_text("\n".join(lines) + "\n")
