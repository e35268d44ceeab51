"""What the same networks take in PyTorch and in ONNX Runtime, on the CPU.

    python memory.py JOBS

JOBS is a JSON array as `ballast bench memory` writes it, an object for each row: layers, loss,
optimizer, batch, whether to train, and a file with x and then all parameters, float32
little-endian. Prints one JSON object: versions of what is installed, and for each job the result
of the forward pass and the bytes at the peak of a run that is not the first.

PyTorch: the allocator's own events, as torch.profiler records them with profile_memory, on top of
what lives before the step: weights, optimizer state, inputs, targets. Gradients are dropped after
each step. ONNX Runtime: the arena's bytes in use after each kernel, from its profile of a run, less
those in use before the first one; the weights are counted as the model has them, because some lie
in the arena, packed and padded, and some outside; the input lies outside and is added. Besides,
what the arena holds of the system. Neither counts scratch that a library takes past the allocator,
or what a kernel of ONNX Runtime frees before it ends.

Needs torch; onnx and onnxruntime 1.30 or newer; goes on with what there is.
"""

import json
import os
import sys
import tempfile

try:
    import torch
except ImportError:
    torch = None
try:
    import numpy
    import onnx
    import onnxruntime
except ImportError:
    onnxruntime = None

RUNS = 4


def read(job):
    with open(job["values"], "rb") as f:
        return f.read()


# PyTorch


def module(layers):
    nn = torch.nn
    kinds = {
        "flatten": lambda l: nn.Flatten(),
        "linear": lambda l: nn.Linear(l["in"], l["out"], bias=l["bias"]),
        "dropout": lambda l: nn.Dropout(l["rate"]),
        "residual": lambda l: Residual(module(l["branch"])),
        "relu": lambda l: nn.ReLU(),
        "sigmoid": lambda l: nn.Sigmoid(),
        "tanh": lambda l: nn.Tanh(),
        "gelu": lambda l: nn.GELU(),
        "softplus": lambda l: nn.Softplus(),
        "softmax": lambda l: nn.Softmax(-1),
        "log_softmax": lambda l: nn.LogSoftmax(-1),
    }
    return nn.Sequential(*(kinds[l["kind"]](l) for l in layers))


if torch:

    class Residual(torch.nn.Module):
        def __init__(self, branch):
            super().__init__()
            self.branch = branch

        def forward(self, x):
            return x + self.branch(x)


LOSSES = {
    "cross_entropy": lambda y, t: torch.nn.functional.cross_entropy(y, t),
    "mse": lambda y, t: torch.nn.functional.mse_loss(y, t),
    "binary_cross_entropy": lambda y, t: torch.nn.functional.binary_cross_entropy_with_logits(y, t),
}
PROBABILITIES = {
    "cross_entropy": lambda y: torch.softmax(y, -1),
    "binary_cross_entropy": lambda y: torch.sigmoid(y),
}


def optimizer(o, parameters, foreach):
    if o["kind"] == "sgd":
        return torch.optim.SGD(
            parameters, o["rate"], o["momentum"], weight_decay=o["decay"],
            nesterov=o["nesterov"], foreach=foreach)
    kind = torch.optim.AdamW if o["kind"] == "adamw" else torch.optim.Adam
    return kind(parameters, o["rate"], weight_decay=o["decay"], foreach=foreach)


def highest(run):
    """The most bytes that a run adds to what was allocated before, and what it leaves."""
    with torch.profiler.profile(
            activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as p:
        run()
    events = [e for e in p.profiler.kineto_results.events() if e.name() == "[memory]"]
    live = most = 0
    for e in sorted(events, key=lambda e: e.start_ns()):
        live += e.nbytes()
        most = max(most, live)
    return most, live


def check_torch():
    """The measurement itself: a product and its ReLU take their own bytes and no others."""
    x, w, held = torch.ones(64, 32), torch.ones(32, 16), []
    found = highest(lambda: held.append(torch.relu(x @ w)))
    if found != (2 * 64 * 16 * 4, 64 * 16 * 4):
        raise SystemExit(f"memory.py: PyTorch's profiler tells {found} bytes of a known product")


def size(tensors):
    return sum({t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}.values())


def load(job):
    values = torch.frombuffer(bytearray(read(job)), dtype=torch.float32)
    shape = [job["batch"]] + job["input"]
    at = 1
    for d in shape:
        at *= d
    x = values[:at].reshape(shape).clone()
    net = module(job["layers"])
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(values[at:at + p.numel()].reshape(p.shape))
            at += p.numel()
    if at != values.numel():
        raise SystemExit(f"memory.py: {job['name']}: {values.numel() - at} weights are left over")
    net.eval()
    with torch.no_grad():
        y = net(x)
    return net, x, y


def inference(job, net, x):
    def run():
        with torch.inference_mode():
            y = net(x)
            return y, PROBABILITIES.get(job["loss"], lambda y: y)(y)

    def once():
        run()

    for _ in range(RUNS - 1):
        once()
    kept = size(net.parameters())
    most, left = highest(once)
    return {"keptBytes": kept, "peakBytes": kept + size([x]) + most}, left


def training(job, net, x, y, foreach):
    net.train()
    opt = optimizer(job["optimizer"], list(net.parameters()), foreach)
    loss = LOSSES[job["loss"]]
    t = torch.zeros(job["batch"], dtype=torch.int64) if job["loss"] == "cross_entropy" \
        else torch.zeros_like(y)

    def once():
        loss(net(x), t).backward()
        opt.step()
        opt.zero_grad(set_to_none=True)

    for _ in range(RUNS - 1):
        once()
    state = [v for s in opt.state.values() for v in s.values() if torch.is_tensor(v)]
    kept = size(list(net.parameters()) + state)
    most, left = highest(once)
    return {"keptBytes": kept, "peakBytes": kept + size([x, t]) + most}, left


def in_torch(job):
    net, x, y = load(job)
    if job["training"]:
        tried = [training(job, load(job)[0], x, y, foreach) for foreach in (None, False)]
        answer = min((a for a, _ in tried), key=lambda a: a["peakBytes"])
        answer["defaultPeakBytes"] = tried[0][0]["peakBytes"]
        left = max(left for _, left in tried)
    else:
        answer, left = inference(job, net, x)
    if left != 0:
        raise SystemExit(f"memory.py: {job['name']}: a steady run of PyTorch leaves {left} bytes")
    answer["result"] = y.flatten().tolist()
    return answer


# ONNX Runtime


def model(layers, shape, batch, weights, loss):
    """A model of the layers, its weights taken one after the other from an array."""
    h, nodes, constants = onnx.helper, [], []
    simple = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "gelu": "Gelu",
              "softplus": "Softplus", "softmax": "Softmax", "log_softmax": "LogSoftmax"}
    taken = 0

    def constant(dims):
        nonlocal taken
        n = int(numpy.prod(dims))
        name = f"w{len(constants)}"
        constants.append(onnx.numpy_helper.from_array(weights[taken:taken + n].reshape(dims), name))
        taken += n
        return name

    def node(kind, inputs, **attributes):
        nodes.append(h.make_node(kind, inputs, [f"v{len(nodes)}"], **attributes))
        return nodes[-1].output[0]

    def emit(layers, v):
        for l in layers:
            kind = l["kind"]
            if kind == "flatten":
                v = node("Flatten", [v], axis=1)
            elif kind == "linear":
                w = constant([l["out"], l["in"]])
                v = node("Gemm", [v, w] + ([constant([l["out"]])] if l["bias"] else []), transB=1)
            elif kind == "residual":
                v = node("Add", [v, emit(l["branch"], v)])
            elif kind != "dropout":
                v = node(simple[kind], [v])
        return v

    y = emit(layers, "x")
    outputs = [y]
    if loss == "cross_entropy":
        outputs.append(node("Softmax", [y], axis=-1))
    elif loss == "binary_cross_entropy":
        outputs.append(node("Sigmoid", [y]))
    f32 = onnx.TensorProto.FLOAT
    graph = h.make_graph(
        nodes, "net", [h.make_tensor_value_info("x", f32, [batch] + shape)],
        [h.make_tensor_value_info(o, f32, None) for o in outputs], constants)
    m = h.make_model(graph, opset_imports=[h.make_opsetid("", 20)])
    m.ir_version = 9
    return m.SerializeToString()


def profiled(net, x, pattern):
    """Of the last of several runs: results, what the arena told after each kernel, and before."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_mem_pattern = pattern
    options.enable_profiling = True
    with tempfile.TemporaryDirectory() as folder:
        options.profile_file_prefix = os.path.join(folder, "run")
        session = onnxruntime.InferenceSession(net, options, providers=["CPUExecutionProvider"])
        for _ in range(RUNS):
            results = session.run(None, {"x": x})
        with open(session.end_profiling()) as f:
            events = json.load(f)
    kernels = [e["args"] for e in sorted(events, key=lambda e: e["ts"])
               if e["name"].endswith("_kernel_time")]
    last = kernels[-(len(kernels) // RUNS):]
    if "mem_bytes_in_use" not in last[0]:
        raise SystemExit("memory.py: onnxruntime tells nothing of its arena: 1.30 or newer does")
    before = int(kernels[0]["mem_bytes_requested_in_use"]) \
        - int(kernels[0]["mem_requested_in_use_delta"])
    return results, last, before


def check_onnxruntime():
    """The measurement itself: the kernel of a product takes its result's bytes and no others."""
    layers = [{"kind": "linear", "in": 32, "out": 16, "bias": False}]
    net = model(layers, [32], 64, numpy.ones(512, numpy.float32), "mse")
    _, last, _ = profiled(net, numpy.ones((64, 32), numpy.float32), False)
    found = [int(a["mem_requested_in_use_delta"]) for a in last]
    if found != [64 * 16 * 4]:
        raise SystemExit(f"memory.py: onnxruntime's arena tells {found} bytes of a known product")


def in_onnxruntime(job):
    values = numpy.frombuffer(read(job), numpy.float32)
    shape = [job["batch"]] + job["input"]
    count = int(numpy.prod(shape))
    x = values[:count].reshape(shape).copy()
    net = model(job["layers"], job["input"], job["batch"], values[count:], job["loss"])
    answer = {"keptBytes": values[count:].nbytes}
    for pattern in (True, False):
        results, last, before = profiled(net, x, pattern)
        name = "" if pattern else "WithoutPattern"
        most = max(int(a["mem_bytes_requested_in_use"]) for a in last)
        answer["peakBytes" + name] = answer["keptBytes"] + x.nbytes + most - before
        answer["heldBytes" + name] = x.nbytes + int(last[-1]["mem_arena_held"])
        answer["result"] = results[0].flatten().tolist()
    return answer


def main():
    with open(sys.argv[1]) as f:
        jobs = json.load(f)
    if torch:
        torch.set_num_threads(1)
        check_torch()
    if onnxruntime:
        check_onnxruntime()
    rows = []
    for job in jobs:
        print(f"{job['name']}, batch {job['batch']}…", file=sys.stderr, flush=True)
        row = {}
        if torch:
            row["torch"] = in_torch(job)
        if onnxruntime and not job["training"]:
            row["onnxruntime"] = in_onnxruntime(job)
        rows.append(row)
    versions = {"torch": torch.__version__ if torch else "",
                "onnxruntime": onnxruntime.__version__ if onnxruntime else ""}
    print(json.dumps({"versions": versions, "rows": rows}))


main()
