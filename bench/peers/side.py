"""What every Python side of `ballast bench peers` does: reads a job, answers over standard output.

A job is a file of lines key=value: layers, loss, optimizer, batch, mode, threads, and the names of
files with weights, input and targets, float32 little-endian (labels: int32). The process runs the
workload once and says so, then answers each line on standard input with one line of JSON:

    check       runs from the first weights and leaves its results in the job's result file
    round S     runs for S seconds and leaves nanoseconds of each run, int64, in the times file
    quit        ends

Results: scores in inference; the loss in "forward"; loss and gradients in "gradient"; in "step" the
losses of some steps and the weights after them. The first weights are loaded again before each
round and after every few hundred steps, outside what is timed.
"""

import array
import json
import os
import sys
import time


def load_job():
    with open(sys.argv[1]) as f:
        job = dict(line.rstrip("\n").split("=", 1) for line in f)
    for key in ("threads", "batch", "checkSteps", "reloadEvery"):
        job[key] = int(job[key])
    for key in ("rate", "momentum"):
        job[key] = float(job[key])
    job["input"] = [int(n) for n in job["input"].split()]
    job["layers"] = [layer(*text.split()) for text in job["layers"].split("; ")]
    # Before any library reads them.
    threads = str(job["threads"])
    os.environ["OMP_NUM_THREADS"] = threads
    os.environ["MKL_NUM_THREADS"] = threads
    return job


def layer(kind, *numbers):
    names = {"linear": ["in", "out"], "conv2d": ["in", "out", "kernel", "padding"],
             "max_pool": ["size"]}.get(kind, [])
    return {"kind": kind, **dict(zip(names, map(int, numbers)))}


def floats(path):
    import numpy
    return numpy.fromfile(path, "<f4")


def parameters(job):
    """Weights in order, each in PyTorch's shape: (out, in) or (out, in, height, width)."""
    values = floats(job["weights"])
    taken = 0
    for layer in job["layers"]:
        for shape in shapes(layer):
            count = 1
            for n in shape:
                count *= n
            yield values[taken:taken + count].reshape(shape)
            taken += count
    assert taken == len(values), "weights left over"


def shapes(layer):
    if layer["kind"] == "linear":
        return [(layer["out"], layer["in"]), (layer["out"],)]
    if layer["kind"] == "conv2d":
        k = layer["kernel"]
        return [(layer["out"], layer["in"], k, k), (layer["out"],)]
    return []


def batch(job):
    return floats(job["x"]).reshape([job["batch"]] + job["input"])


def targets(job):
    import numpy
    if job["loss"] == "cross_entropy":
        return numpy.fromfile(job["target"], "<i4").astype("i8")
    return floats(job["target"]).reshape(job["batch"], -1)


def serve(job, open_side):
    """open_side(job): an object with version, run(), reload() and result(), a list of arrays."""
    # What libraries print goes to standard error: standard output has one line for each command.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(**values):
        print(json.dumps(values), file=answers, flush=True)

    try:
        side = open_side(job)
        side.reload()
        side.run()
    except Missing as e:
        answer(missing=str(e))
        return
    answer(first=True, version=side.version)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "check":
            side.reload()
            with open(job["result"], "wb") as f:
                for values in side.result():
                    f.write(values.astype("<f4").tobytes())
            answer(checked=True)
        elif words[0] == "round":
            times = timed(side, float(words[1]), job["reloadEvery"])
            with open(job["times"], "wb") as f:
                times.tofile(f)
            answer(operations=len(times))
        else:
            return


def timed(side, seconds, reload_every):
    times = array.array("q")
    clock = time.perf_counter_ns
    run = side.run
    end = clock() + int(seconds * 1e9)
    now = 0
    while now < end:
        side.reload()
        for _ in range(reload_every):
            start = clock()
            run()
            now = clock()
            times.append(now - start)
            if now >= end:
                break
    return times


class Missing(Exception):
    """This side can't run here; the message says why and what to do."""
