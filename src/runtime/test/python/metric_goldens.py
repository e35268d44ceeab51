#!/usr/bin/env python3
"""Writes what scikit-learn computes for MetricsTest, into ../resources/goldens.

    python3 -m venv venv && venv/bin/pip install scikit-learn torch numpy && venv/bin/python metric_goldens.py

The format is that of goldens.py; NaN stands for what has no value.
"""
import sys
import warnings

import numpy as np
import sklearn
import torch
from sklearn import metrics as m

from goldens import OUT, line

warnings.filterwarnings("ignore")


def text(kind, name, values):
    values = np.asarray(values)
    dtype = torch.int64 if values.dtype.kind in "iub" else torch.float64
    return line(kind, name, torch.tensor(values, dtype=dtype)).replace(" nan", " NaN")


def averages(labels, answers, classes):
    rows = []
    for average in (None, "macro", "weighted", "micro"):
        scores = m.precision_recall_fscore_support(
            labels, answers, labels=range(classes), average=average, zero_division=np.nan
        )[:3]
        rows.append((average or "each", np.stack([np.asarray(s, dtype=float) for s in scores])))
    return rows


def area(positive, scores):
    return m.roc_auc_score(positive, scores) if 0 < positive.sum() < len(positive) else np.nan


def classes(name, labels, scores, k):
    """Scores that are the same in some places, so that ties are seen."""
    scores = np.round(scores, 1).astype(np.float32)
    n = scores.shape[1]
    answers = scores.argmax(1)
    lines = ["graph " + name, text("given", "labels", labels), text("given", "scores", scores)]
    lines.append(text("given", "k", k))
    lines.append(text("expect", "confusion", m.confusion_matrix(labels, answers, labels=range(n))))
    lines.append(text("expect", "accuracy", m.accuracy_score(labels, answers)))
    lines += [text("expect", kind, values) for kind, values in averages(labels, answers, n)]
    lines.append(text("expect", "auc", [area(labels == c, scores[:, c]) for c in range(n)]))
    # Ties broken towards the first class, which scikit-learn does not: a hair less for each class after it.
    apart = scores.astype(np.float64) - 1e-9 * np.arange(n)
    lines.append(text("expect", "topk", m.top_k_accuracy_score(labels, apart, k=k, labels=range(n))))
    return lines


def answers(name, truth, scores, threshold):
    scores = np.round(scores, 1).astype(np.float32)
    said = (scores > np.float32(threshold)).astype(int)
    lines = ["graph " + name, text("given", "truth", truth), text("given", "answers", scores)]
    lines.append(text("given", "threshold", float(threshold)))
    lines.append(text("expect", "confusion", m.confusion_matrix(truth, said, labels=[0, 1])))
    lines += [text("expect", kind, values) for kind, values in averages(truth, said, 2)]
    lines.append(text("expect", "auc", [area(truth == 1, scores)]))
    return lines


def regression(name, truth, predicted):
    truth, predicted = truth.astype(np.float32), predicted.astype(np.float32)
    lines = ["graph " + name, text("given", "y", truth), text("given", "numbers", predicted)]
    t, p = truth.astype(np.float64), predicted.astype(np.float64)
    lines.append(text("expect", "mae", m.mean_absolute_error(t, p)))
    lines.append(text("expect", "rmse", np.sqrt(m.mean_squared_error(t, p))))
    lines.append(text("expect", "r2", m.r2_score(t, p, multioutput="raw_values")))
    return lines


if __name__ == "__main__":
    print("scikit-learn", sklearn.__version__, file=sys.stderr)
    r = np.random.default_rng(5)
    labels = r.integers(0, 4, 60)
    near = r.normal(size=(60, 4)) + 1.5 * np.eye(4)[labels]
    lines = classes("four_classes", labels, near, 2)
    absent = np.where(labels == 3, 0, labels)
    never = near.copy()
    never[:, 1] = -5
    never[:, 3] -= 9
    lines += classes("one_absent_one_never_predicted", absent, never, 3)
    lines += classes("one_class_alone", np.zeros(7, dtype=int), r.normal(size=(7, 3)), 1)
    truth = r.integers(0, 2, 50)
    lines += answers("yes_or_no", truth, r.normal(size=50) + truth, 0.5)
    lines += answers("always_no", truth, -np.abs(r.normal(size=50)) + 0.3 * truth - 1, 0.0)
    lines += answers("no_positives", np.zeros(9, dtype=int), r.normal(size=9), 0.0)
    y = r.normal(size=(20, 3)) * [1, 10, 0.1] + [0, 100, -3]
    lines += regression("numbers", y, y + r.normal(size=(20, 3)) * [0.3, 20, 0.01])
    (OUT / "metrics.txt").write_text("\n".join(lines) + "\n")
