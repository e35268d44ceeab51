#!/usr/bin/env python3
"""Writes a small network that PyTorch trained, for ConvertTest, into ../resources/goldens.

    python3 -m venv venv && venv/bin/pip install torch safetensors && venv/bin/python torch_weights.py

torch-before.safetensors holds the weights after some steps, torch-after.safetensors those after one epoch
more; torch-network.json the images as bytes, their labels, and the network's results before and after.
"""
import json
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "goldens"
BATCH = 4


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(4)
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(16, 3))

    def forward(self, x):
        return self.head(F.max_pool2d(F.relu(self.norm1(self.conv1(x))), 2))


def epoch(network, x, labels):
    network.train()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    for i in range(0, len(x), BATCH):
        optimizer.zero_grad()
        F.cross_entropy(network(x[i : i + BATCH]), labels[i : i + BATCH]).backward()
        optimizer.step()
    network.eval()


torch.manual_seed(3)
pixels = torch.randint(0, 256, (16, 4, 4))
labels = torch.randint(0, 3, (16,))
x = pixels.float().unsqueeze(1) / 255
network = Network()
for _ in range(3):
    epoch(network, x, labels)
save_file(network.state_dict(), OUT / "torch-before.safetensors", {"format": "pt"})
with torch.no_grad():
    before = network(x)
epoch(network, x, labels)
save_file(network.state_dict(), OUT / "torch-after.safetensors", {"format": "pt"})
with torch.no_grad():
    after = network(x)
facts = dict(
    pixels=pixels.reshape(16, 16).tolist(),
    labels=labels.tolist(),
    results=before.tolist(),
    results_after=after.tolist(),
)
(OUT / "torch-network.json").write_text(json.dumps(facts) + "\n")
