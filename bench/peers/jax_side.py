"""A side of `ballast bench peers` in JAX.

    python jax_side.py JOB

Weights lie as JAX users have them, (in, out), and images channels last. See side.py for what it
answers.
"""

import os

import side

job = side.load_job()
many = job["threads"] > 1
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=%s intra_op_parallelism_threads=%d" % (
    "true" if many else "false", job["threads"])
# The flags leave some pools as wide as the machine: affinity is what holds.
if hasattr(os, "sched_setaffinity"):
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[-job["threads"]:])
try:
    import jax
    import jax.numpy as jnp
    import numpy
except ImportError:
    jax = None


def to_jax(w):
    return {1: lambda: w, 2: lambda: w.T, 4: lambda: w.transpose(2, 3, 1, 0)}[w.ndim]()


def from_jax(w):
    w = numpy.asarray(w)
    return {1: lambda: w, 2: lambda: w.T, 4: lambda: w.transpose(3, 2, 0, 1)}[w.ndim]()


def forward(ps, x):
    ps = list(ps)
    for layer in job["layers"]:
        kind = layer["kind"]
        if kind == "linear":
            x = x @ ps.pop(0) + ps.pop(0)
        elif kind == "conv2d":
            pad = layer["padding"]
            x = jax.lax.conv_general_dilated(
                x, ps.pop(0), (1, 1), [(pad, pad)] * 2, dimension_numbers=("NHWC", "HWIO", "NHWC"))
            x = x + ps.pop(0)
        elif kind == "max_pool":
            window = (1, layer["size"], layer["size"], 1)
            x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID")
        elif kind == "flatten":
            # In the order in which the weights of the others count.
            x = x.transpose(0, 3, 1, 2).reshape(x.shape[0], -1) if x.ndim == 4 else x
        else:
            x = {"relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid}[kind](x)
    return x


def mean_loss(ps, x, y):
    scores = forward(ps, x)
    if job["loss"] == "mse":
        return jnp.mean((scores - y) ** 2)
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(scores), y[:, None], 1))


def step(ps, vs, x, y):
    loss, gs = jax.value_and_grad(mean_loss)(ps, x, y)
    vs = [job["momentum"] * v + g for v, g in zip(vs, gs)]
    return [p - job["rate"] * v for p, v in zip(ps, vs)], vs, loss


class Jax:
    def __init__(self, job):
        if jax is None:
            raise side.Missing("this Python has no jax; bench/peers/install.sh installs it")
        self.version = jax.__version__
        self.mode = job["mode"]
        self.first = [jnp.array(to_jax(p)) for p in side.parameters(job)]
        x = side.batch(job)
        self.x = jnp.array(x.transpose(0, 2, 3, 1) if x.ndim == 4 else x)
        if self.mode != "inference":
            self.y = jnp.array(side.targets(job))
        self.f = {
            "inference": lambda: jax.jit(forward),
            "forward": lambda: jax.jit(mean_loss),
            "gradient": lambda: jax.jit(jax.value_and_grad(mean_loss)),
            "step": lambda: jax.jit(step, donate_argnums=(0, 1)),
        }[self.mode]()
        self.run = {
            "inference": lambda: self.f(self.ps, self.x).block_until_ready(),
            "forward": lambda: self.f(self.ps, self.x, self.y).block_until_ready(),
            "gradient": lambda: jax.block_until_ready(self.f(self.ps, self.x, self.y)),
            "step": self.step,
        }[self.mode]

    def step(self):
        self.ps, self.vs, loss = self.f(self.ps, self.vs, self.x, self.y)
        jax.block_until_ready((self.ps, self.vs, loss))
        return loss

    def reload(self):
        self.ps = [p + 0 for p in self.first]
        self.vs = [jnp.zeros_like(p) for p in self.first]
        jax.block_until_ready((self.ps, self.vs))

    def result(self):
        if self.mode == "inference":
            return [numpy.asarray(self.run())]
        if self.mode == "forward":
            return [numpy.asarray(self.run()).reshape(1)]
        if self.mode == "gradient":
            loss, gs = self.run()
            return [numpy.asarray(loss).reshape(1)] + [from_jax(g) for g in gs]
        losses = [numpy.asarray(self.run()).reshape(1) for _ in range(job["checkSteps"])]
        return losses + [from_jax(p) for p in self.ps]


side.serve(job, Jax)
