#!/usr/bin/env python3
"""Writes what PyTorch computes for TorchSequencesTest, into ../resources/goldens/sequences.txt.

    python3 -m venv venv && venv/bin/pip install torch numpy && venv/bin/python sequence_goldens.py

The format is that of goldens.py. Parameters have the names of a state_dict. Of a layer: the result y
on x, and the gradients of sum(y * w). Of gpt: the losses of a few AdamW steps and the weights after them.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from goldens import OUT, line

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)
LINES = []


def rounded(module):
    """Random weights that a float32 run starts from too."""
    for p in module.parameters():
        p.data = (torch.rand_like(p) * 2 - 1).float().double()
    return module


def given(name, t):
    LINES.append(line("given", name, t))


def expect(name, t):
    LINES.append(line("expect", name, t))


def layer(title, module, x, call=None):
    rounded(module)
    LINES.append("graph " + title)
    given("x", x)
    for name, p in module.named_parameters():
        given(name, p)
    y = (call or module)(x)
    w = torch.randn_like(y).float().double()
    given("w", w)
    (y * w).sum().backward()
    expect("y", y)
    if x.is_floating_point():
        expect("dx", x.grad)
    for name, p in module.named_parameters():
        expect("d" + name, p.grad)


def numbers(*dims):
    return (torch.randn(dims) * 2).float().double().requires_grad_()


class Positions(nn.Module):
    def __init__(self, length, width):
        super().__init__()
        self.wpe = nn.Embedding(length, width)

    def forward(self, x):
        return x + self.wpe(torch.arange(x.shape[1]))


class Under(nn.Module):
    """A module under a name, for parameters that are named after it."""

    def __init__(self, name, module):
        super().__init__()
        self.add_module(name, module)
        self.only = name

    def forward(self, x):
        return getattr(self, self.only)(x)


class Attention(nn.Module):
    def __init__(self, width, heads, causal, bias):
        super().__init__()
        self.attn = nn.MultiheadAttention(width, heads, bias=bias, batch_first=True)
        self.causal = causal

    def forward(self, x):
        t = x.shape[1]
        mask = torch.triu(torch.ones(t, t, dtype=torch.bool), 1) if self.causal else None
        return self.attn(x, x, x, attn_mask=mask, need_weights=False)[0]


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width, bias=False)
        self.attn = nn.MultiheadAttention(width, heads, bias=False, batch_first=True)
        self.ln_2 = nn.LayerNorm(width, bias=False)
        self.c_fc = nn.Linear(width, 2 * width, bias=False)
        self.c_proj = nn.Linear(2 * width, width, bias=False)

    def forward(self, x):
        t = x.shape[1]
        mask = torch.triu(torch.ones(t, t, dtype=torch.bool), 1)
        n = self.ln_1(x)
        x = x + self.attn(n, n, n, attn_mask=mask, need_weights=False)[0]
        return x + self.c_proj(F.gelu(self.c_fc(self.ln_2(x))))


class Gpt(nn.Module):
    def __init__(self, vocabulary, length, width, heads, blocks):
        super().__init__()
        self.wte = nn.Embedding(vocabulary, width)
        self.wpe = nn.Embedding(length, width)
        self.h = nn.ModuleList([Block(width, heads) for _ in range(blocks)])
        self.ln_f = nn.LayerNorm(width, bias=False)

    def forward(self, x):
        y = self.wte(x) + self.wpe(torch.arange(x.shape[1]))
        for block in self.h:
            y = block(y)
        return self.ln_f(y) @ self.wte.weight.T


def gpt():
    model = Gpt(7, 4, 6, 2, 2)
    for name, p in model.named_parameters():
        if "ln_" in name:
            continue
        deviation = 0.3 / math.sqrt(4) if name.endswith("proj.weight") else 0.3
        p.data = (torch.randn_like(p) * deviation).float().double()
    LINES.append("graph gpt")
    for name, p in model.named_parameters():
        given(name, p)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, betas=(0.9, 0.99), weight_decay=0.1)
    for step in range(4):
        text = torch.randint(0, 7, (3, 5))
        x, target = text[:, :-1], text[:, 1:]
        given(f"x{step}", x)
        given(f"target{step}", target)
        loss = F.cross_entropy(model(x).reshape(-1, 7), target.reshape(-1))
        expect(f"loss{step}", loss)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    for name, p in model.named_parameters():
        expect(name, p)


layer("embedding", Under("wte", nn.Embedding(5, 3)), torch.randint(0, 5, (2, 4)))
layer("positions", Positions(3, 4), numbers(2, 3, 4))
layer("layer_norm", Under("ln", nn.LayerNorm(5)), numbers(2, 3, 5))
layer("layer_norm_of_17_without_bias", Under("ln", nn.LayerNorm(17, bias=False)), numbers(3, 17))
layer("layer_norm_of_wide_rows", Under("ln", nn.LayerNorm(40, eps=0.1)), numbers(2, 40))
layer("attention", Attention(6, 2, False, True), numbers(2, 3, 6))
layer("causal_attention", Attention(6, 3, True, True), numbers(2, 5, 6))
layer("causal_attention_without_bias", Attention(4, 1, True, False), numbers(1, 3, 4))
layer("attention_of_one_place", Attention(4, 2, True, True), numbers(3, 1, 4))
gpt()
(OUT / "sequences.txt").write_text("\n".join(LINES) + "\n")
