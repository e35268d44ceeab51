#!/usr/bin/env python3
"""Computes what models/README.md compares names-gru with: nats a character on test names.

    python3 -m venv venv && venv/bin/pip install torch && venv/bin/python models/names/baselines.py

For each of five seeds a tenth of the names is the test, a tenth of the others validation, as in
names-gru.toml, though drawn otherwise. Unigram and bigram count with one added to every count; the
network is names-gru's with PyTorch's initial values, of its best epoch on validation.
"""
import math
import pathlib
import random
import statistics
import sys

import torch
import torch.nn.functional as F

SEEDS, EPOCHS, BATCH, STEPS, WIDTH, HIDDEN, RATE = range(5), 10, 64, 16, 32, 128, 0.005
NAMES = pathlib.Path(__file__).with_name("names.txt").read_text().split()
CHARACTERS = "\n" + "".join(sorted(set("".join(NAMES))))
CODE = {c: i for i, c in enumerate(CHARACTERS)}


def split(seed):
    names = random.Random(seed).sample(NAMES, len(NAMES))
    test = round(0.1 * len(names))
    rest = names[test:]
    validation = round(0.1 * len(rest))
    return rest[validation:], rest[:validation], names[:test]


def pairs(names):
    for name in names:
        yield from zip("\n" + name, name + "\n")


def counted(train, test, given):
    """The loss with p(next) = (count + 1) / (all + characters), counts by what given says."""
    counts, alls = {}, {}
    for before, after in pairs(train):
        key = given(before)
        counts[key, after] = counts.get((key, after), 0) + 1
        alls[key] = alls.get(key, 0) + 1
    losses = []
    for before, after in pairs(test):
        key = given(before)
        p = (counts.get((key, after), 0) + 1) / (alls.get(key, 0) + len(CHARACTERS))
        losses.append(-math.log(p))
    return statistics.mean(losses)


def tensors(names):
    x = torch.zeros(len(names), STEPS, dtype=torch.long)
    y = torch.full((len(names), STEPS), -1)
    for row, name in enumerate(names):
        codes = [CODE[c] for c in name]
        x[row, 1 : len(codes) + 1] = torch.tensor(codes)
        y[row, : len(codes) + 1] = torch.tensor(codes + [0])
    return x, y


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.characters = torch.nn.Embedding(len(CHARACTERS), WIDTH)
        self.gru = torch.nn.GRU(WIDTH, HIDDEN, batch_first=True)
        self.next = torch.nn.Linear(HIDDEN, len(CHARACTERS))

    def loss(self, x, y):
        scores = self.next(self.gru(self.characters(x))[0])
        return F.cross_entropy(scores.flatten(0, 1), y.flatten(), ignore_index=-1)


def trained(seed, train, validation, test):
    torch.manual_seed(seed)
    network = Network()
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.01)
    steps = EPOCHS * math.ceil(len(train) / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    x, y = tensors(train)
    best = (math.inf, math.inf)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(train)).split(BATCH):
            optimizer.zero_grad()
            network.loss(x[rows], y[rows]).backward()
            optimizer.step()
            schedule.step()
        with torch.no_grad():
            losses = [network.loss(*tensors(part)).item() for part in (validation, test)]
        best = min(best, tuple(losses))
    return best[1]


def main():
    seeds = SEEDS if len(sys.argv) < 2 else range(int(sys.argv[1]))
    rows = {"unigram": [], "bigram": [], "PyTorch": []}
    for seed in seeds:
        train, validation, test = split(seed)
        rows["unigram"].append(counted(train, test, lambda _: ""))
        rows["bigram"].append(counted(train, test, lambda before: before))
        rows["PyTorch"].append(trained(seed, train, validation, test))
    for name, losses in rows.items():
        deviation = statistics.stdev(losses) if len(losses) > 1 else 0
        print(f"{name}: {statistics.mean(losses):.3f} ± {deviation:.3f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
