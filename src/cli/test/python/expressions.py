"""Writes ../resources/goldens/expressions.json: functions, their gradients and Hessians, by PyTorch.

Needs PyTorch (2.x). Run:  python3 src/cli/test/python/expressions.py

The function on the right is written by hand from the expression on the left; both are evaluated at
the same point, in f64.
"""

import json
import pathlib

import torch
from torch.nn.functional import softplus

torch.set_default_dtype(torch.float64)

X = {"x": 0.7, "y": -1.3}
M = {"A": [[1.5, -2.0, 0.5], [0.25, 3.0, -1.0]], "u": [0.3, -0.8, 1.1], "w": [2.0, -1.0]}

CASES = [
    ("exp(x) * sin(y) + cos(x*y)", X, lambda x, y: torch.exp(x) * torch.sin(y) + torch.cos(x * y)),
    ("log(x) / (x^2 + y^2)", X, lambda x, y: torch.log(x) / (x**2 + y**2)),
    ("tanh(x - y)^3 - sqrt(x)", X, lambda x, y: torch.tanh(x - y) ** 3 - torch.sqrt(x)),
    ("softplus(3*x) * sigmoid(-y)", X, lambda x, y: softplus(3 * x) * torch.sigmoid(-y)),
    ("relu(x) * relu(y) + relu(-y)*abs(y)", X,
     lambda x, y: torch.relu(x) * torch.relu(y) + torch.relu(-y) * torch.abs(y)),
    ("max(x, y) * min(x, y)^2", X,
     lambda x, y: torch.maximum(x, y) * torch.minimum(x, y) ** 2),
    ("x^(y*x) + 2^y", X, lambda x, y: x ** (y * x) + 2**y),
    ("z = x/y; h = z*z − z; σ(h)·h − h/(1 + h^2)", X,
     lambda x, y: torch.sigmoid((x / y) ** 2 - x / y) * ((x / y) ** 2 - x / y)
     - ((x / y) ** 2 - x / y) / (1 + ((x / y) ** 2 - x / y) ** 2)),
    ("sum((A @ u)^2)", M, lambda A, u, w: ((A @ u) ** 2).sum()),
    ("w @ A @ u", M, lambda A, u, w: w @ A @ u),
    ("sum(tanh(A' @ w) * u)", M, lambda A, u, w: (torch.tanh(A.T @ w) * u).sum()),
    ("mean(A @ A') + mean(u)", M, lambda A, u, w: (A @ A.T).mean() + u.mean()),
    ("sum(exp(A) * u) / sum(exp(A))", M,
     lambda A, u, w: (torch.exp(A) * u).sum() / torch.exp(A).sum()),
    ("max(A * u) - min(A * u)", M, lambda A, u, w: (A * u).amax() - (A * u).amin()),
    ("log(sum(exp(transpose(A) @ w)))", M,
     lambda A, u, w: torch.logsumexp(A.T @ w, 0)),
    ("h = sigmoid(A @ u + w); sum(h * log(h))", M,
     lambda A, u, w: (torch.sigmoid(A @ u + w) * torch.log(torch.sigmoid(A @ u + w))).sum()),
    ("u @ u * (w @ w)", M, lambda A, u, w: (u @ u) * (w @ w)),
]


def case(expression, point, f):
    names = list(point)
    xs = [torch.tensor(point[n], requires_grad=True) for n in names]
    value = f(*xs)
    gradients = torch.autograd.grad(value, xs, allow_unused=True, create_graph=True)
    used = [(n, x, g) for n, x, g in zip(names, xs, gradients) if g is not None]
    rows = []
    for _, _, g in used:
        for e in g.reshape(-1):
            if e.requires_grad:
                row = torch.autograd.grad(e, [x for _, x, _ in used], retain_graph=True,
                                          allow_unused=True)
            else:
                row = [None] * len(used)
            rows.append([
                v for r, (_, x, _) in zip(row, used)
                for v in (torch.zeros_like(x) if r is None else r).reshape(-1).tolist()])
    return {
        "expression": expression,
        "point": {n: point[n] for n, _, _ in used},
        "value": value.item(),
        "gradients": {n: g.tolist() for n, _, g in used},
        "hessian": rows,
    }


def main():
    target = pathlib.Path(__file__).parent.parent / "resources" / "goldens" / "expressions.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    cases = [case(*c) for c in CASES]
    target.write_text(json.dumps(cases, indent=1) + "\n")


main()
