#!/usr/bin/env python3
"""Writes what PyTorch computes for TorchGoldensTest and OptimizerGoldensTest, into ../resources/goldens.

    python3 -m venv venv && venv/bin/pip install torch numpy && venv/bin/python goldens.py

Everything is float64. Inputs are rounded to float32 first, so that a float32 run starts from the same
numbers. The format is a line a tensor, elements in row-major order:

    graph NAME
    given NAME DTYPE DIMS ELEMENT...        DIMS as 4x5, a dash for a scalar
    expect NAME DTYPE DIMS ELEMENT...
"""
import pathlib
import sys

import torch
import torch.nn.functional as F

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "goldens"
GRAPHS = []


def graph(function):
    GRAPHS.append(function)
    return function


def rand(*dims, low=-1.0, high=1.0):
    t = torch.rand(dims, dtype=torch.float64) * (high - low) + low
    return t.float().double().requires_grad_()


def line(kind, name, t):
    t = t.detach()
    dtype = {torch.float64: "f64", torch.int64: "i64"}[t.dtype]
    dims = "x".join(map(str, t.shape)) or "-"
    return " ".join([kind, name, dtype, dims] + [repr(v) for v in t.reshape(-1).tolist()])


@graph
def mlp_cross_entropy():
    g = dict(x=rand(8, 5), w1=rand(7, 5), b1=rand(7), w2=rand(3, 7), b2=rand(3))
    labels = torch.randint(0, 3, (8,))
    hidden = F.relu(F.linear(g["x"], g["w1"], g["b1"]))
    return g, dict(labels=labels), F.cross_entropy(F.linear(hidden, g["w2"], g["b2"]), labels)


@graph
def softmax_regression_mse():
    g = dict(x=rand(6, 4), w=rand(4, 5), b=rand(5), t=rand(6, 5, low=0))
    return g, {}, F.mse_loss(torch.softmax(g["x"] @ g["w"] + g["b"], -1), g["t"])


@graph
def binary_cross_entropy_from_logits():
    g = dict(x=rand(6, 4, low=-40, high=40))
    y = (torch.rand(6, 4) > 0.5).double()
    return g, dict(y=y), F.binary_cross_entropy_with_logits(g["x"], y)


@graph
def layer_norm():
    g = dict(x=rand(4, 10, low=-3, high=3), gain=rand(10), shift=rand(10), w=rand(4, 10))
    y = F.layer_norm(g["x"], (10,), g["gain"], g["shift"], eps=1e-5)
    return g, {}, (y * g["w"]).sum()


@graph
def attention():
    g = dict(q=rand(2, 3, 4, 5), k=rand(1, 3, 6, 5), v=rand(3, 6, 5), w=rand(5, 2))
    a = torch.softmax(g["q"] @ g["k"].transpose(-1, -2) / 5**0.5, -1)
    return g, {}, ((a @ g["v"]) @ g["w"]).square().mean()


@graph
def embedding():
    g = dict(table=rand(7, 4), w=rand(3, 5, 4))
    indices = torch.tensor([[0, 3, 3, 6, 3], [1, 1, 0, 6, 3], [2, 2, 2, 2, 2]])
    return g, dict(indices=indices), (torch.tanh(F.embedding(indices, g["table"])) * g["w"]).sum()


@graph
def slices_concat_pad_transpose():
    g = dict(x=rand(4, 6), y=rand(3, 4), w=rand(7, 9))
    left = g["x"][1:3, :]
    right = g["x"][:, 2:5].T
    joined = torch.cat([left.T[:3], right, g["y"], g["x"][:3, 1:2]], 1)
    padded = F.pad(joined, (0, 0, 1, 3))
    return g, {}, (padded[:, 1:10] * g["w"]).square().sum() + padded.reshape(-1)[5:20].sum()


@graph
def ties_of_max_and_min():
    a = torch.tensor([[1.0, 2, 2, 0], [3, 3, 3, 1], [0, -1, 5, 5]], dtype=torch.float64)
    b = torch.tensor([1.0, 2, 3, 0], dtype=torch.float64)
    g = dict(a=a.requires_grad_(), b=b.requires_grad_(), w=rand(3, 4))
    m = torch.maximum(g["a"], g["b"]) * 2 + torch.minimum(g["a"], g["b"]) * 3
    return g, {}, (m * g["w"]).sum() + (g["a"].amax(1).square()).sum() + g["a"].amax((0, 1))


@graph
def activations():
    g = dict(x=rand(5, 7, low=-4, high=4))
    x = g["x"]
    y = F.gelu(x) + F.softplus(x) * torch.tanh(x) + torch.sigmoid(x) * torch.erf(x)
    return g, {}, (y * F.relu(x + 0.5) + torch.sin(x) * torch.cos(2 * x) - torch.abs(x)).mean()


@graph
def log_softmax_and_gathered_labels():
    g = dict(x=rand(5, 4, low=-30, high=30))
    labels = torch.tensor([3, 0, 0, 2, 1])
    flat = labels + 4 * torch.arange(5)
    return g, dict(flat=flat), F.nll_loss(F.log_softmax(g["x"], -1), labels)


@graph
def powers_quotients_roots_logs():
    g = dict(a=rand(4, 5, low=0.2, high=3), b=rand(5, low=-2, high=2), c=rand(4, 1, low=0.5, high=2))
    y = torch.pow(g["a"], g["b"]) / g["c"] + torch.sqrt(g["a"] * g["c"]) + torch.log(g["a"] / g["c"])
    return g, {}, (y * y / (1 + g["a"] ** 3)).sum()


@graph
def power_at_zero():
    a = torch.tensor([0.0, 0.0, 0.0, 2.0, -2.0], dtype=torch.float64).requires_grad_()
    p = torch.tensor([0.0, 1.0, 2.0, 0.0, 3.0], dtype=torch.float64)
    return dict(a=a), dict(p=p), (torch.pow(a, p) * torch.tensor([1.0, 2, 3, 4, 5])).sum()


@graph
def comparison_and_selection():
    g = dict(a=rand(4, 5), b=rand(5), c=rand(4, 1))
    a, b, c = g["a"], g["b"], g["c"]
    y = torch.where(a < b, a * c, torch.sin(b)) + torch.where(c >= b, torch.exp(a), b)
    return g, {}, (y * (a > c)).sum() + (y * (a != b)).mean()


@graph
def sums_means_and_maxima_over_axes():
    g = dict(x=rand(3, 4, 5), y=rand(4))
    x = g["x"]
    z = x.sum((0, 2)) * g["y"] + x.mean((0, 2)).square() + x.amax((0, 2))
    centred = x - x.mean(1, keepdim=True)
    return g, {}, z.sum() + (centred.square().sum(-1).sqrt() * x.amax(-1)).mean()


@graph
def values_used_again():
    g = dict(x=rand(4, 3), w=rand(3, 3))
    y = g["x"] @ g["w"]
    z = y * y + torch.sin(y) * y + g["x"] * y
    return g, {}, (z @ g["w"] + z).tanh().sum() + z.sum() * y.sum()


@graph
def broadcasting():
    g = dict(a=rand(4, 1, 3), b=rand(5, 1), c=rand(3), d=rand(1), e=rand())
    y = g["a"] * g["b"] + g["c"] / (2 + g["d"]) - g["e"] * g["a"]
    return g, {}, (y * y).sum() * g["e"]


@graph
def products_with_leading_axes():
    g = dict(a=rand(2, 3, 4), b=rand(4, 5), c=rand(3, 5), d=rand(2, 1, 3, 6))
    y = g["a"] @ g["b"] @ g["c"].T
    z = y.transpose(-1, -2) @ g["d"]
    return g, {}, z.sin().sum() + y.square().mean()


@graph
def gradient_penalty():
    g = dict(x=rand(5, 3), w1=rand(3, 6), b1=rand(6), w2=rand(6, 1))
    f = (torch.tanh(g["x"] @ g["w1"] + g["b1"]) @ g["w2"]).sum()
    (dx,) = torch.autograd.grad(f, g["x"], create_graph=True)
    return g, {}, ((dx.square().sum(1).sqrt() - 1) ** 2).mean() + 0.1 * f


@graph
def penalty_on_the_gradient_of_cross_entropy():
    g = dict(x=rand(4, 5), w=rand(5, 3))
    labels = torch.tensor([2, 0, 1, 1])
    loss = F.cross_entropy(g["x"] @ g["w"], labels)
    (dw,) = torch.autograd.grad(loss, g["w"], create_graph=True)
    return g, dict(labels=labels), loss + dw.square().sum()


@graph
def penalty_on_gradients_of_many_ops():
    g = dict(x=rand(4, 6, low=0.3, high=2))
    x = g["x"]
    y = F.gelu(x) * torch.softmax(x, -1) + F.log_softmax(x * x, -1) * torch.sigmoid(x)
    f = (y / x.sqrt() + x.pow(1.7) * F.softplus(x)).amax(0).sum() + y.mean()
    (dx,) = torch.autograd.grad(f, x, create_graph=True)
    return g, {}, f + dx.square().sum()


def write_graphs(file="graphs.txt"):
    lines = []
    for function in GRAPHS:
        torch.manual_seed(1234)
        variables, others, loss = function()
        gradients = torch.autograd.grad(loss, list(variables.values()))
        lines.append("graph " + function.__name__)
        lines += [line("given", n, t) for n, t in (variables | others).items()]
        lines.append(line("expect", "loss", loss))
        lines += [line("expect", "d" + n, g) for n, g in zip(variables, gradients)]
    (OUT / file).write_text("\n".join(lines) + "\n")


OPTIMIZERS = {
    "sgd": (torch.optim.SGD, dict(lr=0.125)),
    "sgd_decay": (torch.optim.SGD, dict(lr=0.125, weight_decay=0.25)),
    "sgd_momentum": (torch.optim.SGD, dict(lr=0.125, momentum=0.875)),
    "sgd_momentum_decay": (torch.optim.SGD, dict(lr=0.125, momentum=0.875, weight_decay=0.25)),
    "sgd_nesterov": (
        torch.optim.SGD,
        dict(lr=0.125, momentum=0.875, nesterov=True, weight_decay=0.25),
    ),
    "adam": (torch.optim.Adam, dict(lr=0.125)),
    "adam_decay": (
        torch.optim.Adam,
        dict(lr=0.0625, betas=(0.75, 0.875), eps=1e-3, weight_decay=0.25),
    ),
    "adamw": (torch.optim.AdamW, dict(lr=0.125, weight_decay=0.25)),
    "adamw_eps": (
        torch.optim.AdamW,
        dict(lr=0.0625, betas=(0.75, 0.875), eps=0.125, weight_decay=0.5),
    ),
}


def write_optimizers(steps=8):
    lines = []
    for name, (kind, options) in OPTIMIZERS.items():
        torch.manual_seed(99)
        p = rand(2, 3)
        gradients = [rand(2, 3).detach() for _ in range(steps)]
        lines += ["graph " + name, line("given", "p", p)]
        lines += [line("given", f"g{i}", g) for i, g in enumerate(gradients)]
        optimizer = kind([p], **options)
        for i, g in enumerate(gradients):
            p.grad = g.clone()
            optimizer.step()
            lines.append(line("expect", f"p{i}", p))
    (OUT / "optimizers.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    print("torch", torch.__version__, file=sys.stderr)
    OUT.mkdir(parents=True, exist_ok=True)
    write_graphs()
    write_optimizers()
