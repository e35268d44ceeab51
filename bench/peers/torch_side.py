"""A side of `ballast bench peers` in PyTorch.

    python torch_side.py JOB [compiled]

With `compiled` the network and the loss go through torch.compile. See side.py for what it answers.
"""

import shutil
import sys

import side

job = side.load_job()
try:
    import torch
    from torch import nn
except ImportError:
    torch = None


def module(layer):
    kind = layer["kind"]
    if kind == "linear":
        return nn.Linear(layer["in"], layer["out"])
    if kind == "conv2d":
        return nn.Conv2d(layer["in"], layer["out"], layer["kernel"], padding=layer["padding"])
    if kind == "max_pool":
        return nn.MaxPool2d(layer["size"])
    return {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "flatten": nn.Flatten}[kind]()


class Torch:
    def __init__(self, job):
        if torch is None:
            raise side.Missing("this Python has no torch; bench/peers/install.sh installs it")
        compiled = "compiled" in sys.argv
        if compiled and not shutil.which("g++"):
            raise side.Missing("torch.compile needs a C++ compiler, g++, on the PATH; install one")
        torch.set_num_threads(job["threads"])
        self.version = torch.__version__
        self.job = job
        self.net = nn.Sequential(*[module(l) for l in job["layers"]])
        self.first = [torch.from_numpy(p.copy()) for p in side.parameters(job)]
        self.weights = list(self.net.parameters())
        self.x = torch.from_numpy(side.batch(job))
        self.mode = job["mode"]
        compiler = torch.compile if compiled else lambda f: f
        if self.mode == "inference":
            self.net.eval()
            self.forward = compiler(self.net)
            self.run = torch.inference_mode()(lambda: self.forward(self.x))
            return
        self.y = torch.from_numpy(side.targets(job))
        loss = nn.functional.cross_entropy if job["loss"] == "cross_entropy" \
            else nn.functional.mse_loss
        self.loss = compiler(lambda x, y: loss(self.net(x), y))
        # The fastest form of this optimizer on a CPU, also than the plain one compiled.
        self.optimizer = torch.optim.SGD(
            self.weights, lr=job["rate"], momentum=job["momentum"], fused=True)
        self.run = {"forward": self.loss_only, "gradient": self.gradient, "step": self.step}[
            self.mode]

    def loss_only(self):
        return self.loss(self.x, self.y)

    def gradient(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.x, self.y)
        loss.backward()
        return loss

    def step(self):
        loss = self.gradient()
        self.optimizer.step()
        return loss

    @torch.no_grad() if torch else lambda f: f
    def reload(self):
        for w, v in zip(self.weights, self.first):
            w.copy_(v)
        if self.mode == "step":
            for state in self.optimizer.state.values():
                if state.get("momentum_buffer") is not None:
                    state["momentum_buffer"].zero_()

    def result(self):
        if self.mode == "inference":
            return [self.run().numpy()]
        count = self.job["checkSteps"] if self.mode == "step" else 1
        losses = [self.run().detach().reshape(1).numpy().copy() for _ in range(count)]
        if self.mode == "forward":
            return losses
        if self.mode == "gradient":
            return losses + [w.grad.numpy() for w in self.weights]
        return losses + [w.detach().numpy() for w in self.weights]


side.serve(job, Torch)
