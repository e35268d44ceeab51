#!/usr/bin/env python3
"""Says what PyTorch makes of weights that Ballast wrote, for ConvertTest, where BALLAST_PYTHON names a Python.

    torch_reads.py WEIGHTS.safetensors torch-network.json

Prints the results of the network of torch_weights.py on the images of the second file, in JSON. The file is
read as the format is specified, with nothing of Ballast's: 8 bytes of length, a header in JSON, tensors.
"""
import json
import struct
import sys

import torch
import torch.nn.functional as F
from torch import nn


def tensors(path):
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    read = {}
    for name, t in header.items():
        assert t["dtype"] == "F32", t
        start, end = (8 + length + offset for offset in t["data_offsets"])
        read[name] = torch.frombuffer(bytearray(data[start:end]), dtype=torch.float32).reshape(t["shape"])
    return read


network = nn.Sequential()
network.conv1 = nn.Conv2d(1, 4, 3, padding=1)
network.norm1 = nn.BatchNorm2d(4)
network.head = nn.Sequential(nn.Flatten(), nn.Linear(16, 3))
missing, unexpected = network.load_state_dict(tensors(sys.argv[1]), strict=False)
# Ballast does not count batches; everything else is there, and nothing more.
assert set(missing) <= {"norm1.num_batches_tracked"} and not unexpected, (missing, unexpected)
network.eval()
pixels = torch.tensor(json.load(open(sys.argv[2]))["pixels"], dtype=torch.float32)
with torch.no_grad():
    x = pixels.reshape(-1, 1, 4, 4) / 255
    y = network.head(F.max_pool2d(F.relu(network.norm1(network.conv1(x))), 2))
print(json.dumps(y.tolist()))
