#!/usr/bin/env python3
"""Reads *.ballast model files: an independent implementation of src/docs/FORMAT.md.

Usage: read_ballast.py FILE...

Prints what each file holds, one fact a line. Exit status 1 where a file is refused; the reason
goes to standard error. Knows no ops, so it does not check that result types are what ops give.
"""

import hashlib
import struct
import sys

MAGIC = b"BALLAST\x1a"
KNOWN = ("GRPH", "META", "WGHT")
OF_CHECKPOINTS = ("PROG", "STAT", "BEST")
SMALL = ("GRPH", "META", "PROG")
DTYPES = {1: ("f32", 4), 2: ("f64", 8), 3: ("i32", 4), 4: ("i64", 8)}
KINDS = {1: "input", 2: "parameter", 3: "state", 4: "constant", 5: "result"}
PHASES = {1: "forward", 2: "backward", 3: "update", 4: "prepare"}
NAN = 0x7FF8000000000000


class Refused(Exception):
    def __init__(self, offset, reason):
        super().__init__(f"at byte {offset}: {reason}")


def crc_table():
    table = []
    for c in range(256):
        for _ in range(8):
            c = (c >> 1) ^ 0x82F63B78 if c & 1 else c >> 1
        table.append(c)
    return table


CRC_TABLE = crc_table()


def crc32c(data):
    c = 0xFFFFFFFF
    for b in data:
        c = CRC_TABLE[(c ^ b) & 0xFF] ^ (c >> 8)
    return c ^ 0xFFFFFFFF


class Reader:
    """Walks through data[start:end] and no further."""

    def __init__(self, data, start, end):
        self.data, self.at, self.end = data, start, end

    def demand(self, condition, reason):
        if not condition:
            raise Refused(self.at, reason)

    def raw(self, n):
        self.demand(n <= self.end - self.at, f"{n} bytes expected, {self.end - self.at} left")
        self.at += n
        return self.data[self.at - n : self.at]

    def number(self, form):
        return struct.unpack("<" + form, self.raw(struct.calcsize("<" + form)))[0]

    def count(self, least):
        n = self.number("I")
        self.demand(n * least <= self.end - self.at, f"{n} things do not fit")
        return n

    def code(self, codes):
        c = self.number("B")
        self.demand(c in codes, f"unknown code {c}")
        return codes[c]

    def string(self):
        raw = self.raw(self.count(1))
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            raise Refused(self.at, "not UTF-8") from None

    def type(self):
        name, size = self.code(DTYPES)
        dims = [self.number("I") for _ in range(self.count(4))]
        elements = 1
        for d in dims:
            self.demand(1 <= d < 2**31, f"dimension {d}")
            elements *= d
            self.demand(elements < 2**60, "too many elements")
        return name + "[" + "x".join(map(str, dims)) + "]", elements * size

    def finish(self):
        self.demand(self.at == self.end, "bytes left over")


def attribute(r):
    kind = r.number("B")
    if kind == 1:
        return str(r.number("i"))
    if kind == 2:
        return str(r.number("q"))
    if kind == 3:
        bits = r.number("Q")
        d = struct.unpack("<d", struct.pack("<Q", bits))[0]
        r.demand(d == d or bits == NAN, "NaN in another form")
        return f"{bits:016x}"
    if kind == 4:
        return r.code({0: "false", 1: "true"})
    if kind == 5:
        return r.string()
    if kind == 6:
        return r.code(DTYPES)[0]
    r.demand(kind == 7, f"unknown attribute type {kind}")
    return "[" + ", ".join(str(r.number("i")) for _ in range(r.count(4))) + "]"


def graph(r):
    """Lines that describe the graph, and (name, type, bytes) of each parameter."""
    lines, values, owned = [f"graph {r.string()}"], [], set()
    for i in range(r.count(10)):
        kind, name = r.code(KINDS), r.string()
        tensor, size = r.type()
        content = " " + r.raw(size).hex() if kind == "constant" else ""
        values.append((kind, name, tensor, size))
        lines.append(f"value {i} {kind} {name} {tensor}{content}")
    sources = [name for kind, name, _, _ in values if kind in ("input", "parameter", "state")]
    r.demand(len(set(sources)) == len(sources), "two values of one name")

    def index():
        i = r.number("I")
        r.demand(i < len(values), f"no value {i}")
        return i

    for i in range(r.count(21)):
        name, phase, op = r.string(), r.code(PHASES), r.string()
        attributes = [(r.string(), attribute(r)) for _ in range(r.count(6))]
        inputs = [index() for _ in range(r.count(4))]
        for v in inputs:
            r.demand(values[v][0] != "result" or v in owned, f"value {v} is read too early")
        results = [index() for _ in range(r.count(4))]
        for v in results:
            r.demand(values[v][0] == "result" and v not in owned, f"value {v} is no new result")
            owned.add(v)
        words = "".join(f" {k}={a}" for k, a in attributes)
        lines.append(f"node {i} {name} {phase} {op}{words} {inputs} -> {results}")
    r.demand(sum(v[0] == "result" for v in values) == len(owned), "a result without a node")
    outputs = [(r.string(), index()) for _ in range(r.count(8))]
    r.demand(len(dict(outputs)) == len(outputs), "two outputs of one name")
    lines += [f"output {name} {v}" for name, v in outputs]
    updates = [(index(), index()) for _ in range(r.count(8))]
    r.demand(len(dict(updates)) == len(updates), "a value is updated twice")
    for target, result in updates:
        r.demand(values[target][0] in ("parameter", "state"), "update of what is not kept")
        r.demand(values[result][0] == "result", "update by what is not computed")
        lines.append(f"update {target} {result}")
    r.finish()
    return lines, [v[1:] for v in values if v[0] == "parameter"]


def sections(data):
    r = Reader(data, 0, len(data))
    r.demand(r.raw(8) == MAGIC, "not a Ballast model")
    r.demand(r.number("I") == 1, "unknown version")
    count = r.number("I")
    r.demand(3 <= count <= 1024, f"{count} sections")
    length, reserved, checksum = r.number("Q"), r.number("I"), r.number("I")
    table = r.raw(24 * count)
    r.demand(crc32c(data[:28] + table) == checksum, "header damaged")
    r.demand(reserved == 0 and length == len(data), "wrong header")
    end, found = r.at, {}
    for i in range(count):
        raw_kind, crc, offset, size = struct.unpack_from("<4sIQQ", table, 24 * i)
        r.demand(all(c in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" for c in raw_kind), "no kind")
        kind = raw_kind.decode("ascii")
        alignment = 4096 if kind == "WGHT" else 64
        r.demand(offset == (end + alignment - 1) // alignment * alignment, f"{kind} misplaced")
        r.demand(size <= len(data) - offset, f"{kind} too long")
        r.demand(not any(data[end:offset]), f"bytes before {kind}")
        end = offset + size
        r.demand(crc32c(data[offset:end]) == crc, f"{kind} damaged")
        if kind in KNOWN + OF_CHECKPOINTS:
            r.demand(kind not in found, f"{kind} twice")
            r.demand(kind not in SMALL or size <= 2**30, f"{kind} too long")
            found[kind] = Reader(data, offset, end)
    r.demand(end == len(data), "bytes after the last section")
    r.demand(all(kind in found for kind in KNOWN), "a section is missing")
    return found


def texts(r):
    entries = [(r.string(), r.string()) for _ in range(r.count(8))]
    r.finish()
    r.demand(len(dict(entries)) == len(entries), "a key twice")
    return entries


def tensors(r, named):
    lines = []
    for name, tensor, size in named:
        lines.append(f"{name} {tensor} {hashlib.sha256(r.raw(size)).hexdigest()}")
        r.demand(not any(r.raw(-size % 64)), "bytes between tensors")
    r.finish()
    return lines


def states(r):
    start = r.at
    named = [(r.string(), *r.type()) for _ in range(r.count(9))]
    r.demand(len({name for name, _, _ in named}) == len(named), "a state twice")
    r.demand(not any(r.raw((start - r.at) % 64)), "bytes before the states")
    return tensors(r, named)


def read(data):
    found = sections(data)
    lines, parameters = graph(found["GRPH"])
    lines += [f"metadata {key}={text}" for key, text in texts(found["META"])]
    weights = found["WGHT"]
    lines.append("weights " + hashlib.sha256(data[weights.at : weights.end]).hexdigest())
    lines += ["weight " + line for line in tensors(weights, parameters)]
    if "PROG" in found:
        lines += [f"progress {key}={text}" for key, text in texts(found["PROG"])]
    if "STAT" in found:
        lines += ["state " + line for line in states(found["STAT"])]
    if "BEST" in found:
        lines += ["best " + line for line in tensors(found["BEST"], parameters)]
    return lines


def main(paths):
    status = 0
    for path in paths:
        with open(path, "rb") as f:
            data = f.read()
        try:
            sys.stdout.buffer.write(("\n".join(read(data)) + "\n").encode("utf-8"))
        except Refused as e:
            print(f"{path}: {e}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
