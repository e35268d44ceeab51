#!/usr/bin/env python3
"""Writes what PyTorch's recurrent layers compute for RecurrentGoldensTest, into
../resources/goldens/recurrent.txt.

    python3 -m venv venv && venv/bin/pip install torch numpy && venv/bin/python recurrent_goldens.py

The form is that of goldens.py, which this uses. The loss is the sum of u times the result, so the
gradient by u is the result itself.
"""
import torch

import goldens
from goldens import rand

GRAPHS = []


def graph(function):
    GRAPHS.append(function)
    return function


def recurrent(kind, batch, steps, width, hidden, layers=1, last=False):
    module = getattr(torch.nn, kind)(width, hidden, layers, batch_first=True).double()
    weights = {n: rand(*p.shape) for n, p in module.named_parameters()}
    u = rand(batch, hidden) if last else rand(batch, steps, hidden)
    g = dict(x=rand(batch, steps, width)) | weights | dict(u=u)
    y, _ = torch.func.functional_call(module, weights, (g["x"],))
    return g, {}, ((y[:, -1] if last else y) * u).sum()


@graph
def gru_of_two_layers():
    return recurrent("GRU", batch=3, steps=4, width=5, hidden=6, layers=2)


@graph
def gru_last():
    return recurrent("GRU", batch=2, steps=5, width=3, hidden=4, last=True)


@graph
def gru_of_one_step():
    return recurrent("GRU", batch=2, steps=1, width=3, hidden=4)


@graph
def gru_of_one_number():
    return recurrent("GRU", batch=1, steps=3, width=1, hidden=1, layers=2)


@graph
def lstm_of_two_layers():
    return recurrent("LSTM", batch=3, steps=4, width=5, hidden=6, layers=2)


@graph
def lstm_last():
    return recurrent("LSTM", batch=2, steps=5, width=3, hidden=4, last=True)


@graph
def lstm_of_one_step():
    return recurrent("LSTM", batch=2, steps=1, width=3, hidden=4)


@graph
def lstm_of_one_number():
    return recurrent("LSTM", batch=1, steps=3, width=1, hidden=1, layers=2)


if __name__ == "__main__":
    goldens.GRAPHS[:] = GRAPHS
    goldens.write_graphs("recurrent.txt")
