#!/usr/bin/env python3
"""Writes what PyTorch computes for TorchImagesTest, into ../resources/goldens/convolutions.txt.

    python3 -m venv venv && venv/bin/pip install torch numpy && venv/bin/python convolution_goldens.py

The form is that of goldens.py, which this uses.
"""
import torch
import torch.nn.functional as F

import goldens
from goldens import rand

GRAPHS = []


def graph(function):
    GRAPHS.append(function)
    return function


@graph
def small_lenet():
    g = dict(x=rand(3, 1, 10, 9), w1=rand(4, 1, 3, 3), b1=rand(4), w2=rand(5, 4, 2, 2), b2=rand(5))
    g |= dict(w3=rand(3, 10), b3=rand(3))
    labels = torch.tensor([2, 0, 1])
    h = F.max_pool2d(F.relu(F.conv2d(g["x"], g["w1"], g["b1"], padding=1)), 2)
    h = F.max_pool2d(F.relu(F.conv2d(h, g["w2"], g["b2"])), (2, 2), (2, 1))
    h = h[:, :, :, :1]
    return g, dict(labels=labels), F.cross_entropy(F.linear(h.flatten(1), g["w3"], g["b3"]), labels)


@graph
def strides_paddings_dilations_groups():
    g = dict(x=rand(2, 4, 9, 8), w=rand(6, 2, 3, 2), b=rand(6), u=rand(2, 6, 5, 9))
    y = F.conv2d(g["x"], g["w"], g["b"], stride=(2, 1), padding=(2, 1), dilation=(2, 1), groups=2)
    return g, {}, (torch.tanh(y) * g["u"]).sum()


@graph
def each_channel_apart():
    g = dict(x=rand(3, 3, 6, 7), w=rand(3, 1, 3, 3), u=rand(3, 3, 3, 3))
    y = F.conv2d(g["x"], g["w"], stride=(2, 3), padding=(1, 1), groups=3)
    return g, {}, (y.square() * g["u"]).sum()


@graph
def overlapping_pools_with_ties():
    x = (rand(2, 3, 7, 6) * 3).round().detach().requires_grad_()
    g = dict(x=x, u=rand(2, 3, 4, 3), v=rand(2, 3, 3, 4))
    y = F.max_pool2d(x, 3, stride=2, padding=1)
    z = F.max_pool2d(x, (2, 3), stride=(2, 1), dilation=(2, 1))
    return g, {}, (y * g["u"]).sum() + (z * z * g["v"]).sum()


@graph
def means_with_and_without_padding():
    g = dict(x=rand(2, 3, 7, 6), u=rand(2, 3, 4, 3), v=rand(2, 3, 4, 3))
    y = F.avg_pool2d(g["x"], 3, stride=2, padding=1)
    z = F.avg_pool2d(g["x"], 3, stride=2, padding=1, count_include_pad=False)
    return g, {}, (y.square() * g["u"]).sum() + (z * g["v"]).sum()


@graph
def batch_norm():
    g = dict(x=rand(3, 4, 5, 2, low=1, high=4), gamma=rand(4), beta=rand(4), u=rand(3, 4, 5, 2))
    y = F.batch_norm(g["x"], None, None, g["gamma"], g["beta"], training=True, eps=1e-3)
    return g, {}, (torch.tanh(y) * g["u"]).sum()


@graph
def penalty_on_the_gradient_of_a_convolution():
    g = dict(x=rand(2, 2, 6, 5), w=rand(3, 2, 3, 3), v=rand(2, 3, 2, 2))
    y = F.conv2d(g["x"], g["w"], stride=(2, 1), padding=(1, 0))
    f = torch.sin(F.avg_pool2d(y, (2, 2), stride=(1, 1))).mul(g["v"]).sum()
    dx, dw = torch.autograd.grad(f, [g["x"], g["w"]], create_graph=True)
    return g, {}, f + dx.square().sum() + dw.pow(3).sum()


@graph
def penalty_on_the_gradient_of_a_norm():
    g = dict(x=rand(2, 3, 4, 4), gamma=rand(3, low=0.5), beta=rand(3))
    y = F.batch_norm(g["x"], None, None, g["gamma"], g["beta"], training=True, eps=1e-2)
    f = F.max_pool2d(torch.sin(y * y), 2).sum()
    dx, dgamma = torch.autograd.grad(f, [g["x"], g["gamma"]], create_graph=True)
    return g, {}, f + dx.square().sum() + dgamma.square().sum()


if __name__ == "__main__":
    goldens.GRAPHS[:] = GRAPHS
    goldens.write_graphs("convolutions.txt")
