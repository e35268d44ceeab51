#!/usr/bin/env python3
"""Writes what PyTorch makes of turned images, for AugmentationTest, into ../resources/goldens.

    python3 -m venv venv && venv/bin/pip install torch numpy && venv/bin/python augmentation_goldens.py

The first line is an image of 5 rows and 7 columns; each further one degrees, against the clock, and the
image turned by them about its middle, zeros coming from beyond the edge.
"""
import math
import pathlib

import torch
import torch.nn.functional as F

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "goldens" / "augmentation.txt"
H, W = 5, 7


def numbers(t):
    return " ".join(repr(float(v)) for v in t.reshape(-1))


torch.manual_seed(0)
image = torch.rand(H, W, dtype=torch.float64).float().double()
lines = [numbers(image)]
for degrees in [10, -10, 33.3, 90, -180, 0.25]:
    a = math.radians(degrees)
    # Grids count from -1 to 1 along either axis, so a turn of unequal sides has their quotient.
    turn = [[math.cos(a), -math.sin(a) * H / W, 0], [math.sin(a) * W / H, math.cos(a), 0]]
    grid = F.affine_grid(torch.tensor([turn], dtype=torch.float64), (1, 1, H, W), align_corners=False)
    turned = F.grid_sample(image[None, None], grid, align_corners=False)
    lines.append(f"{degrees} {numbers(turned)}")
OUT.write_text("\n".join(lines) + "\n")
