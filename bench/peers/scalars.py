"""A scalar graph in PyTorch: one 0-dimensional tensor a node, forward and backward.

    python scalars.py GRAPH SECONDS

GRAPH is a file as `ballast bench scaling` writes it, little-endian: the numbers of inputs, of nodes
and of the result (int32), the inputs' values (float64), a code for each node (int8), its first and
its second operand (int32; the second is -1 where there is none). Prints one line of JSON: the
version, the median, fastest and slowest time of a forward and backward pass in nanoseconds a node,
the result and its gradient. Needs torch.
"""

import json
import statistics
import sys
import time
from array import array

import torch

# In the order of the codes that the file is written with.
FUNCTIONS = [
    torch.add, torch.sub, torch.mul, torch.minimum, torch.tanh, torch.sigmoid, torch.sin, torch.relu,
]


def read(path):
    with open(path, "rb") as f:
        head = array("i", f.read(12))
        inputs, nodes, result = head
        point = array("d", f.read(8 * inputs))
        ops = array("b", f.read(nodes))
        a = array("i", f.read(4 * nodes))
        b = array("i", f.read(4 * nodes))
    return point, ops, a, b, result


def run(point, ops, a, b, result):
    inputs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in point]
    values = list(inputs)
    for op, x, y in zip(ops, a, b):
        f = FUNCTIONS[op]
        values.append(f(values[x]) if y < 0 else f(values[x], values[y]))
    loss = values[result]
    del values
    loss.backward()
    gradient = [0.0 if x.grad is None else x.grad.item() for x in inputs]
    return [loss.item()] + gradient


def main():
    torch.set_num_threads(1)
    graph = read(sys.argv[1])
    budget = float(sys.argv[2])
    nodes = len(graph[1])
    times = []
    begun = time.perf_counter()
    while len(times) < 3 or time.perf_counter() - begun < budget and len(times) < 50:
        start = time.perf_counter()
        answer = run(*graph)
        times.append((time.perf_counter() - start) * 1e9 / nodes)
        if len(times) == 1 and times[0] * nodes * 1e-9 > budget:
            break
    print(json.dumps({
        "version": torch.__version__,
        "nanosPerNode": statistics.median(times),
        "fastest": min(times),
        "slowest": max(times),
        "lossAndGradient": answer,
    }))


main()
