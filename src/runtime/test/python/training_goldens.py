#!/usr/bin/env python3
"""Writes what PyTorch computes for UpdateRuleTest, ScheduleTest and LossGoldensTest, into ../resources/goldens.

    python3 -m venv venv && venv/bin/pip install torch numpy && venv/bin/python training_goldens.py

The format is that of goldens.py. PyTorch has no Lion: its steps are written here from Algorithm 2 of Chen et
al. 2023, "Symbolic Discovery of Optimization Algorithms", in NumPy.
"""
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch.optim import lr_scheduler as lrs
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from goldens import OUT, line, rand

STEPS = 10


class Lion:
    def __init__(self, parameters, lr, betas=(0.9, 0.99), weight_decay=0):
        self.parameters = list(parameters)
        self.lr, self.betas, self.decay = lr, betas, weight_decay
        self.momenta = [np.zeros(tuple(p.shape)) for p in self.parameters]

    def step(self):
        b1, b2 = self.betas
        for p, m in zip(self.parameters, self.momenta):
            g, theta = p.grad.numpy(), p.detach().numpy()
            c = b1 * m + (1 - b1) * g
            theta -= self.lr * (np.sign(c) + self.decay * theta)
            m[...] = b2 * m + (1 - b2) * g


O = torch.optim
RULES = {
    "sgd": lambda w, b: O.SGD([w, b], lr=0.125),
    "sgd_nesterov": lambda w, b: O.SGD([w, b], lr=0.125, momentum=0.875, nesterov=True, weight_decay=0.25),
    "adam": lambda w, b: O.Adam([w, b], lr=0.125),
    "adamw": lambda w, b: O.AdamW([w, b], lr=0.125),
    "rmsprop": lambda w, b: O.RMSprop([w, b], lr=0.0625),
    "rmsprop_decay": lambda w, b: O.RMSprop([w, b], lr=0.0625, alpha=0.75, eps=1e-3, weight_decay=0.25),
    "rmsprop_centered_momentum": lambda w, b: O.RMSprop(
        [w, b], lr=0.0625, alpha=0.875, momentum=0.75, centered=True
    ),
    "adagrad": lambda w, b: O.Adagrad([w, b], lr=0.125),
    "adagrad_all": lambda w, b: O.Adagrad(
        [w, b], lr=0.125, lr_decay=0.25, weight_decay=0.125, initial_accumulator_value=0.5, eps=1e-3
    ),
    "adadelta": lambda w, b: O.Adadelta([w, b], lr=1.0),
    "adadelta_decay": lambda w, b: O.Adadelta([w, b], lr=0.5, rho=0.75, eps=1e-3, weight_decay=0.25),
    "lion": lambda w, b: Lion([w, b], lr=0.125),
    "lion_decay": lambda w, b: Lion([w, b], lr=0.0625, betas=(0.75, 0.875), weight_decay=0.25),
    "groups": lambda w, b: O.Adam(
        [dict(params=[w], weight_decay=0.25), dict(params=[b], lr=0.03125)], lr=0.125, weight_decay=0.5
    ),
    "frozen": lambda w, b: O.SGD([w], lr=0.125, momentum=0.75),
    "clip_norm": lambda w, b: O.SGD([w, b], lr=0.125),
    "clip_norm_of_the_trained": lambda w, b: O.SGD([w], lr=0.125),
    "average": lambda w, b: O.Adam([w, b], lr=0.125),
    "average_of_the_composed": lambda w, b: O.RMSprop([w, b], lr=0.125, momentum=0.5),
    "clip_value": lambda w, b: O.RMSprop([w, b], lr=0.125),
}


class Two(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w, self.b = torch.nn.Parameter(w.detach().clone()), torch.nn.Parameter(b.detach().clone())


def write_rules():
    """All start from the same weights and see the same gradients, which come first."""
    torch.manual_seed(7)
    first = Two(rand(2, 3), rand(3))
    gradients = [(rand(2, 3).detach(), rand(3).detach()) for _ in range(STEPS)]
    lines = ["graph all", line("given", "w", first.w), line("given", "b", first.b)]
    for i, (gw, gb) in enumerate(gradients):
        lines += [line("given", f"gw{i}", gw), line("given", f"gb{i}", gb)]
    for name, make in RULES.items():
        lines.append("graph " + name)
        two = Two(first.w, first.b)
        w, b = two.w, two.b
        optimizer = make(w, b)
        average = AveragedModel(two, multi_avg_fn=get_ema_multi_avg_fn(0.75))
        for i, (gw, gb) in enumerate(gradients):
            w.grad, b.grad = gw.clone(), gb.clone()
            if name == "clip_norm":
                torch.nn.utils.clip_grad_norm_([w, b], 1.5)
            if name == "clip_norm_of_the_trained":
                torch.nn.utils.clip_grad_norm_([w], 1.5)
            if name == "clip_value":
                torch.nn.utils.clip_grad_value_([w, b], 0.5)
            optimizer.step()
            lines += [line("expect", f"w{i}", w), line("expect", f"b{i}", b)]
            average.update_parameters(two)
            if name.startswith("average"):
                lines.append(line("expect", f"ema.w{i}", average.module.w))
                lines.append(line("expect", f"ema.b{i}", average.module.b))
    (OUT / "update-rules.txt").write_text("\n".join(lines) + "\n")


EPOCHS, PER_EPOCH = 12, 4
LOSSES = [5.0, 4.0, 4.1, 4.0, 3.9998, 3.9, 3.95, 3.91, 3.92, 3.9, 3.89, 3.0]
BY_EPOCH, BY_STEP, BY_LOSS = "epoch", "step", "loss"
TOTAL = EPOCHS * PER_EPOCH
SCHEDULES = {
    "constant": (BY_EPOCH, lambda o: lrs.ConstantLR(o, factor=1.0)),
    "step": (BY_EPOCH, lambda o: lrs.StepLR(o, step_size=5)),
    "exponential": (BY_EPOCH, lambda o: lrs.ExponentialLR(o, gamma=0.75)),
    "cosine": (BY_STEP, lambda o: lrs.CosineAnnealingLR(o, T_max=TOTAL, eta_min=0.01)),
    "warm_up": (BY_STEP, lambda o: lrs.LinearLR(o, start_factor=1 / 3, total_iters=5)),
    "warm_up_then_cosine": (
        BY_STEP,
        lambda o: lrs.SequentialLR(
            o,
            [
                lrs.LinearLR(o, start_factor=0.125, total_iters=10),
                lrs.CosineAnnealingLR(o, T_max=TOTAL - 10, eta_min=0.0),
            ],
            milestones=[10],
        ),
    ),
    "one_cycle": (BY_STEP, lambda o: lrs.OneCycleLR(o, max_lr=0.5, total_steps=TOTAL, cycle_momentum=False)),
    "one_cycle_all": (
        BY_STEP,
        lambda o: lrs.OneCycleLR(
            o,
            max_lr=0.5,
            total_steps=TOTAL,
            pct_start=0.5,
            div_factor=10,
            final_div_factor=100,
            cycle_momentum=False,
        ),
    ),
    "plateau": (BY_LOSS, lambda o: lrs.ReduceLROnPlateau(o, patience=1)),
    "plateau_defaults": (BY_LOSS, lambda o: lrs.ReduceLROnPlateau(o)),
    "plateau_all": (
        BY_LOSS,
        lambda o: lrs.ReduceLROnPlateau(
            o, factor=0.25, patience=0, threshold=0.01, cooldown=2, min_lr=0.03
        ),
    ),
}


def write_schedules():
    lines = []
    for name, (unit, make) in SCHEDULES.items():
        optimizer = O.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
        scheduler = make(optimizer)
        rates = []
        for step in range(TOTAL):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            ends = step % PER_EPOCH == PER_EPOCH - 1
            if unit == BY_STEP and step < TOTAL - 1 or unit == BY_EPOCH and ends:
                scheduler.step()
            elif unit == BY_LOSS and ends:
                scheduler.step(LOSSES[step // PER_EPOCH])
        lines += ["graph " + name, line("given", "losses", torch.tensor(LOSSES, dtype=torch.float64))]
        lines.append(line("expect", "rates", torch.tensor(rates, dtype=torch.float64)))
    (OUT / "schedules.txt").write_text("\n".join(lines) + "\n")


W = torch.tensor([0.5, 2.0, 0.0, 1.25], dtype=torch.float64)
LABELS = torch.tensor([3, 0, 1, 1, 2, 0])
SOME_IGNORED = torch.tensor([3, -1, 1, -1, 2, 0])


def scores():
    return rand(6, 4, low=-4, high=4)


def numbers(d=3):
    # Some differences are larger than 1 and some are 0, where Huber's and the absolute error have corners.
    x, t = rand(5, d, low=-2, high=2), rand(5, d, low=-2, high=2).detach()
    t[0] = x.detach()[0]
    return x, t


def ce(labels, **options):
    x = scores()
    return x, labels, F.cross_entropy(x, labels, **options)


def sequences():
    x = rand(2, 3, 4, low=-3, high=3)
    labels = torch.tensor([[0, 3, -1], [2, -1, 1]])
    loss = F.cross_entropy(x.transpose(1, 2), labels, ignore_index=-1, label_smoothing=0.125, weight=W)
    return x, labels, loss


def nll(labels, **options):
    x = torch.log_softmax(scores(), -1).detach().float().double().requires_grad_()
    return x, labels, F.nll_loss(x, labels, **options)


def kl():
    x = torch.log_softmax(scores(), -1).detach().float().double().requires_grad_()
    t = torch.softmax(scores(), -1).detach()
    t[0] = torch.tensor([0, 1, 0, 0])
    t = t.float().double()
    return x, t, F.kl_div(x, t, reduction="batchmean")


def regression(function, **options):
    x, t = numbers()
    return x, t, function(x, t, **options)


def one_hot(function, **options):
    x = scores()
    return x, LABELS, function(x, F.one_hot(LABELS, x.shape[-1]).double(), **options)


def one_hot_sequences():
    x = rand(2, 3, 4, low=-3, high=3)
    labels = torch.tensor([[0, 3, 1], [2, 2, 1]])
    return x, labels, F.mse_loss(x, F.one_hot(labels, 4).double())


def max_margin(power):
    x = rand(7, 1, low=-2, high=2)
    t = torch.tensor([0.0, 1, 1, 0, 1, 0, 0], dtype=torch.float64)[:, None]
    return x, t, F.relu(1 - (2 * t - 1) * x).pow(power).mean()


def margin(**options):
    x = scores()
    return x, LABELS, F.multi_margin_loss(x, LABELS, **options)


def binary():
    x, t = rand(5, 3, low=-4, high=4), rand(5, 3, low=0).detach()
    return x, t, F.binary_cross_entropy_with_logits(x, t)


def mixed():
    x, t = numbers()
    return x, t, 0.75 * F.mse_loss(x, t) + 0.5 * F.l1_loss(x, t) + 2 * F.huber_loss(x, t)


LOSS_CASES = {
    "cross_entropy": lambda: ce(LABELS),
    "cross_entropy_smoothed": lambda: ce(LABELS, label_smoothing=0.125),
    "cross_entropy_weighted": lambda: ce(LABELS, weight=W),
    "cross_entropy_ignoring": lambda: ce(SOME_IGNORED, ignore_index=-1),
    "cross_entropy_ignoring_a_class": lambda: ce(LABELS, ignore_index=1),
    "cross_entropy_smoothed_weighted": lambda: ce(LABELS, label_smoothing=0.25, weight=W),
    "cross_entropy_smoothed_ignoring": lambda: ce(SOME_IGNORED, label_smoothing=0.25, ignore_index=-1),
    "cross_entropy_all": lambda: ce(SOME_IGNORED, label_smoothing=0.25, ignore_index=-1, weight=W),
    "cross_entropy_of_sequences": sequences,
    "nll": lambda: nll(LABELS),
    "nll_weighted": lambda: nll(LABELS, weight=W),
    "nll_all": lambda: nll(SOME_IGNORED, weight=W, ignore_index=-1),
    "kl": kl,
    "binary_cross_entropy": binary,
    "mse": lambda: regression(F.mse_loss),
    "mae": lambda: regression(F.l1_loss),
    "huber": lambda: regression(F.huber_loss),
    "huber_delta": lambda: regression(F.huber_loss, delta=0.375),
    "mse_of_classes": lambda: one_hot(F.mse_loss),
    "mse_of_classes_in_sequences": one_hot_sequences,
    "mae_of_classes": lambda: one_hot(F.l1_loss),
    "huber_of_classes": lambda: one_hot(F.huber_loss, delta=0.375),
    "hinge": lambda: margin(),
    "hinge_squared": lambda: margin(p=2, margin=1.5),
    "hinge_weighted": lambda: margin(weight=W, margin=0.5),
    "hinge_of_one_score": lambda: max_margin(1),
    "hinge_of_one_score_squared": lambda: max_margin(2),
    "mixed": mixed,
}


def write_losses():
    lines = []
    for name, make in LOSS_CASES.items():
        torch.manual_seed(4321)
        x, target, loss = make()
        (dx,) = torch.autograd.grad(loss, x)
        lines += ["graph " + name, line("given", "x", x), line("given", "t", target)]
        lines += [line("expect", "loss", loss), line("expect", "dx", dx)]
    (OUT / "losses.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    print("torch", torch.__version__, "numpy", np.__version__, file=sys.stderr)
    write_rules()
    write_schedules()
    write_losses()
