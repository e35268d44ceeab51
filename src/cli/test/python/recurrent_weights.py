#!/usr/bin/env python3
"""Writes a small recurrent network that PyTorch trained, for LinesCommandTest, into ../resources/goldens.

    python3 -m venv venv && venv/bin/pip install torch safetensors && venv/bin/python recurrent_weights.py

It foretells WORDS character by character. names-before.safetensors holds first weights,
names-after.safetensors those after one epoch; names.json the words, which of them the epoch saw, and the
losses of the others before and after.
"""
import json
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "goldens"
WORDS = "ada abba bea cab dad abe bab ace ebba deb ada be".split()
TRAIN = [1, 3, 4, 6, 7, 8, 9, 10, 11]  # what test_share = 0.25 and split_seed = 0 leave
CHARACTERS = "\nabcde"
STEPS, BATCH = 6, 3


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.characters = nn.Embedding(len(CHARACTERS), 3)
        self.gru = nn.GRU(3, 4, num_layers=2, batch_first=True)
        self.lstm = nn.LSTM(4, 5, batch_first=True)
        self.next = nn.Linear(5, len(CHARACTERS))

    def forward(self, x):
        return self.next(self.lstm(self.gru(self.characters(x))[0])[0])

    def loss(self, words):
        x = torch.zeros(len(words), STEPS, dtype=torch.long)
        y = torch.full((len(words), STEPS), -1)
        for row, word in enumerate(words):
            codes = torch.tensor([CHARACTERS.index(c) for c in word] + [0])
            x[row, 1 : len(codes)] = codes[:-1]
            y[row, : len(codes)] = codes
        return F.cross_entropy(self(x).flatten(0, 1), y.flatten(), ignore_index=-1)


torch.manual_seed(5)
network = Network()
tests = [w for i, w in enumerate(WORDS) if i not in TRAIN]
save_file(network.state_dict(), OUT / "names-before.safetensors", {"format": "pt"})
before = network.loss(tests).item()
optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
for i in range(0, len(TRAIN), BATCH):
    optimizer.zero_grad()
    network.loss([WORDS[k] for k in TRAIN[i : i + BATCH]]).backward()
    optimizer.step()
save_file(network.state_dict(), OUT / "names-after.safetensors", {"format": "pt"})
facts = dict(words=WORDS, train=TRAIN, before=before, after=network.loss(tests).item())
(OUT / "names.json").write_text(json.dumps(facts) + "\n")
