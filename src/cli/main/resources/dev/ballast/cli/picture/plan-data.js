"use strict";
// What the page holds: plans as columns of numbers, unpacked when first shown, and an index of them.

const data = JSON.parse(document.getElementById("data").textContent);
const el = (id) => document.getElementById(id);
const word = (i) => data.words[i];
const grouped = new Intl.NumberFormat("en");
const BUCKETS = 256;

let variant, plan;

function size(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let u = 0;
  while (bytes >= 1023.5 && u < units.length - 1) { bytes /= 1024; u++; }
  return Number(bytes.toPrecision(3)) + " " + units[u];
}

const stepName = (t) => `step ${t}, ${word(plan.steps[t])}`;

function unpack(p) {
  if (p.list) return p;
  const b = p.buffers;
  p.firstOf = new Map();
  for (let i = 0; i < p.again.length; i += 2) p.firstOf.set(p.again[i], p.again[i + 1]);
  p.list = b.name.map((name, i) => ({
    id: i, name: word(name), values: b.values[i].map(word), region: b.region[i], offset: b.offset[i],
    bytes: b.bytes[i], aligned: Math.ceil(b.bytes[i] / data.alignment) * data.alignment,
    from: b.from[i], to: b.to[i], parts: b.parts[i], keeps: word(b.keeps[i]), readers: b.readers[i], reads: b.reads[i],
    again: b.region[i] === data.scratch && p.firstOf.has(b.from[i]),
  }));
  const change = new Float64Array(p.steps.length + 1);
  for (const o of p.list) if (o.region === data.scratch) { change[o.from] += o.aligned; change[o.to] -= o.aligned; }
  p.loads = [];
  for (let t = 0, sum = 0; t < p.steps.length; t++) p.loads.push(sum += change[t]);
  p.top = p.list.reduce((most, o) => o.region === data.scratch ? Math.max(most, o.offset + o.aligned) : most, 0);
  p.scratch = layer(p, p.list.filter((o) => o.region === data.scratch), () => 0);
  p.whole = layer(p, p.list, (o) => p.starts[o.region]);
  return p;
}

/** Buffers with their addresses, the smallest last, and which of them live in each stretch of time. */
function layer(p, list, start) {
  const steps = Math.max(1, p.steps.length), boxes = [...list].sort((a, b) => b.bytes - a.bytes || a.id - b.id);
  const address = new Float64Array(p.list.length), buckets = Array.from({ length: BUCKETS }, () => []);
  const bucket = (t) => Math.min(BUCKETS - 1, Math.max(0, Math.floor(t / steps * BUCKETS)));
  for (const o of boxes) {
    address[o.id] = start(o) + o.offset;
    for (let k = bucket(o.from); k <= bucket(o.to - 1e-9); k++) buckets[k].push(o);
  }
  return { boxes, address, at: (t) => buckets[bucket(t)] };
}

/** The buffer at a step and a byte, or else one that is no farther than some bytes: boxes may be thinner than a pixel. */
function bufferAt(shown, step, byte, slack) {
  let best = null, least = slack;
  for (const b of shown.at(step)) {
    if (step < b.from || step >= b.to) continue;
    const low = shown.address[b.id], far = Math.max(low - byte, byte - low - b.aligned, 0);
    if (far < least || (far === 0 && best === null)) { best = b; least = far; }
    if (far === 0) break;
  }
  return best ? best.id : -1;
}

const share = (b) => b.region === data.scratch && b.from <= plan.peak && plan.peak < b.to ? b.aligned / plan.load : 0;

/** What is known of a buffer, as pairs of a name and a text. */
function facts(b) {
  const steps = plan.steps.length, last = Math.min(b.to, steps) - 1;
  const pairs = [["bytes", `${grouped.format(b.bytes)} (${size(b.bytes)})`
    + (share(b) ? `, ${(100 * share(b)).toFixed(1)} % of the peak` : "")]];
  pairs.push(["holds", b.values.length ? b.values.join("\n") : "nothing that outlives its step"]);
  pairs.push(["place", `${data.regions[b.region]} + ${grouped.format(b.offset)}, arena + ${grouped.format(plan.starts[b.region] + b.offset)}`]);
  pairs.push(["for", b.again ? "the backward pass, which computes it again" : data.kinds[b.parts[0]].meaning]);
  if (steps && b.to > b.from) pairs.push(["life", b.from === last ? stepName(last) : `${stepName(b.from)}\nto ${stepName(last)}`]);
  if (b.again) pairs.push(["again", `computed again; first at ${stepName(plan.firstOf.get(b.from))}`]);
  pairs.push(["kept alive by", readers(b)]);
  return pairs;
}

function readers(b) {
  const lines = b.keeps ? [b.keeps] : [], more = b.reads - b.readers.length;
  b.readers.forEach((t, i) => {
    const isLast = i === b.readers.length - 1;
    if (isLast && more > 0) lines.push(`and ${more} more`);
    lines.push((isLast ? "last read by " : "read by ") + stepName(t));
  });
  return lines.join("\n");
}
