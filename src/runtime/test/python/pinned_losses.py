#!/usr/bin/env python3
"""Prints the ten losses that PinnedLossesTest holds, computed by PyTorch.

Usage: pinned_losses.py FIRST.ballast MNIST_FOLDER

FIRST.ballast holds the first weights: `ballast train models/mnist-mlp.toml --epochs 0 --out
FIRST.ballast`. PyTorch takes them, and the first 640 digits in file order, through ten steps of the
definition's own training: batch 64, SGD with rate 0.01 and momentum 0.9, pixels normalized.
"""

import gzip
import struct
import sys

import numpy
import torch

import read_ballast


def idx(path):
    data = gzip.open(path).read()
    rank = data[3]
    dims = struct.unpack(">" + "I" * rank, data[4 : 4 + 4 * rank])
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * rank).reshape(dims)


def weights(path):
    """The parameters, each at the next multiple of 64 bytes of the section."""
    data = open(path, "rb").read()
    at = read_ballast.sections(data)["WGHT"].at
    tensors = {}
    for name, shape in PARAMETERS:
        size = int(numpy.prod(shape))
        values = numpy.frombuffer(data, "<f4", size, at).reshape(shape)
        tensors[name] = torch.tensor(values.copy())
        at += (4 * size + 63) // 64 * 64
    return tensors


PARAMETERS = [
    ("0.weight", (512, 784)),
    ("0.bias", (512,)),
    ("2.weight", (256, 512)),
    ("2.bias", (256,)),
    ("4.weight", (10, 256)),
    ("4.bias", (10,)),
]


def main(first, folder):
    torch.set_num_threads(1)
    net = torch.nn.Sequential(
        torch.nn.Linear(784, 512),
        torch.nn.ReLU(),
        torch.nn.Linear(512, 256),
        torch.nn.ReLU(),
        torch.nn.Linear(256, 10),
    )
    net.load_state_dict(weights(first))
    images = idx(folder + "/train-images-idx3-ubyte.gz")[:640].reshape(640, 784)
    labels = torch.tensor(idx(folder + "/train-labels-idx1-ubyte.gz")[:640].astype(numpy.int64))
    x = torch.tensor(((images / 255.0 - 0.1307) / 0.3081).astype(numpy.float32))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    for step in range(10):
        rows = slice(64 * step, 64 * step + 64)
        loss = torch.nn.functional.cross_entropy(net(x[rows]), labels[rows])
        print(f"{loss.item():.7f}")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    main(*sys.argv[1:])
