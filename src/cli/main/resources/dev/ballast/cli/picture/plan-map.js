// How a plan is drawn: time to the right, addresses up, under the curve of live bytes. What changes
// when the pointer moves lies on a canvas of its own, so that the boxes are drawn once.

const canvas = el("map"), over = el("over");
const g = canvas.getContext("2d");
const LEFT = 78, RIGHT = 14, LOAD_TOP = 38, BOTTOM = 32, FONT = "11px system-ui, sans-serif";
const MIN_HEIGHT = 1.2;

let view, pinned = -1, hovered = -1, found = new Set(), colours = {};
// The canvas's size, asked for once a drawing.
let across = 0, down = 0;

const loadHeight = () => Math.min(92, Math.max(34, down * 0.17));
const mapTop = () => LOAD_TOP + loadHeight() + 20;
const height = () => Math.max(10, down - mapTop() - BOTTOM);
const width = () => across - LEFT - RIGHT;
const x = (step) => LEFT + (step - view.x0) / (view.x1 - view.x0) * width();
const y = (at) => mapTop() + (1 - (at - view.y0) / (view.y1 - view.y0)) * height();
const stepAt = (px) => view.x0 + (px - LEFT) / width() * (view.x1 - view.x0);
const byteAt = (py) => view.y0 + (1 - (py - mapTop()) / height()) * (view.y1 - view.y0);

const whole = () => el("whole").checked || plan.starts[data.scratch] === plan.arena;
const shown = () => whole() ? plan.whole : plan.scratch;
const address = (b) => shown().address[b.id];
const isShown = (b) => whole() || b.region === data.scratch;
const highest = () => Math.max(1, whole() ? plan.arena : plan.arena - plan.starts[data.scratch]);
const scratchStart = () => whole() ? plan.starts[data.scratch] : 0;

function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["ink", "soft", "line", "panel", "mark", "focus"]) colours[name] = style.getPropertyValue("--" + name).trim();
}

function prepare(target) {
  const ratio = window.devicePixelRatio || 1, c = target.getContext("2d");
  across = canvas.clientWidth;
  down = canvas.clientHeight;
  const w = Math.round(across * ratio), h = Math.round(down * ratio);
  if (target.width !== w || target.height !== h) { target.width = w; target.height = h; }
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.clearRect(0, 0, across, down);
  c.font = FONT;
  return c;
}

const patterns = new Map();
/** Hatching, so that nothing is told by colour alone: rising for backward, crossed for updates, dots for what runs again. */
function paint(kind, again) {
  const k = data.kinds[kind], key = kind + (again ? 100 : 0);
  if (!patterns.has(key)) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const c = tile.getContext("2d");
    c.fillStyle = k.fill;
    c.fillRect(0, 0, 8, 8);
    c.strokeStyle = k.edge;
    c.globalAlpha = 0.55;
    c.beginPath();
    if (k.style === "b" || k.style === "u") { c.moveTo(-2, 10); c.lineTo(10, -2); }
    if (k.style === "u") { c.moveTo(-2, -2); c.lineTo(10, 10); }
    c.stroke();
    c.globalAlpha = 1;
    c.fillStyle = "#10161d";
    if (again) { c.fillRect(1, 1, 2, 2); c.fillRect(5, 5, 2, 2); }
    patterns.set(key, g.createPattern(tile, "repeat"));
  }
  return patterns.get(key);
}

function draw() {
  prepare(canvas);
  readColours();
  bands();
  load();
  axes();
  g.save();
  g.beginPath();
  g.rect(LEFT, mapTop(), width(), height());
  g.clip();
  const boxes = shown().boxes.filter(within);
  boxes.forEach(box);
  const unnamed = boxes.filter((b) => !label(b)), named = boxes.length - unnamed.length;
  if (!found.size && named * 20 < boxes.length) crowds(unnamed);
  bound();
  g.restore();
  peak();
  note(boxes.length, named);
  document.body.dataset.drawn = boxes.length;
  drawOver();
}

/** The buffer under the pointer, its life and the steps that read it, and the one that is pinned. */
function drawOver() {
  const c = prepare(over);
  c.beginPath();
  c.rect(LEFT, mapTop(), width(), height());
  c.clip();
  outline(c, plan.list[hovered], colours.ink, 1.8);
  outline(c, plan.list[pinned], colours.focus, 3);
}

function outline(c, b, colour, line) {
  if (!b || !isShown(b)) return;
  const low = y(address(b)), high = Math.min(low - 3, y(address(b) + b.aligned)), left = x(b.from), right = Math.max(left + 3, x(b.to));
  c.strokeStyle = colour;
  c.fillStyle = colour;
  c.globalAlpha = 0.1;
  c.fillRect(left, mapTop(), right - left, height());
  c.globalAlpha = 1;
  c.lineWidth = line;
  c.strokeRect(left, high, right - left, low - high);
  for (const t of b.readers) {
    const middle = x(t + 0.5);
    c.beginPath();
    c.moveTo(middle - 4, low + 8);
    c.lineTo(middle + 4, low + 8);
    c.lineTo(middle, low + 1);
    c.fill();
  }
}

function within(b) { return b.to > view.x0 && b.from < view.x1 && address(b) < view.y1 && address(b) + b.aligned > view.y0; }

function box(b) {
  const y1 = y(address(b)), y0 = y(address(b) + b.aligned), tall = Math.max(MIN_HEIGHT, y1 - y0);
  g.globalAlpha = found.size && !found.has(b.id) ? 0.15 : 1;
  for (let i = 0, from = b.from; i < b.parts.length; from = b.parts[i + 1], i += 2) {
    const left = x(from), wide = Math.max(MIN_HEIGHT, x(b.parts[i + 1]) - left);
    const again = b.again && i === 0;
    g.fillStyle = wide > 6 && tall > 6 ? paint(b.parts[i], again) : again ? data.kinds[b.parts[i]].edge : data.kinds[b.parts[i]].fill;
    g.fillRect(left, y1 - tall, wide, tall);
    if (wide > 3 && tall > 3) {
      g.strokeStyle = data.kinds[b.parts[i]].edge;
      g.lineWidth = wide > 8 && tall > 8 ? 0.8 : 0.4;
      g.strokeRect(left + 0.4, y1 - tall + 0.4, wide - 0.8, tall - 0.8);
    }
  }
  g.globalAlpha = 1;
}

/** Where nearly all are too small to be named, one label for those of a kind, in their middle. */
function crowds(boxes) {
  for (let kind = 0; kind < data.kinds.length; kind++) {
    const crowd = boxes.filter((b) => b.parts[0] === kind);
    let area = 0, time = 0, place = 0;
    for (const b of crowd) {
      const weight = b.aligned * (b.to - b.from);
      area += weight;
      time += weight * (b.from + b.to) / 2;
      place += weight * (address(b) + b.aligned / 2);
    }
    if (crowd.length < 20 || area < (view.x1 - view.x0) * (view.y1 - view.y0) / 50) continue;
    const born = crowd.sort((a, b) => a.from - b.from || address(a) - address(b)), middle = x(time / area), centre = y(place / area);
    written(`${born[0].name} … ${born[born.length - 1].name}`, middle, centre - 8);
    written(`${grouped.format(crowd.length)} buffers, ${data.kinds[kind].meaning}`, middle, centre + 8);
  }
}

/** Text in the middle of a place, on a ground that it can be read on. */
function written(words, middle, centre) {
  const long = g.measureText(words).width;
  g.fillStyle = "rgba(255,255,255,.85)";
  g.fillRect(middle - long / 2 - 3, centre - 7, long + 6, 14);
  g.fillStyle = "#10161d";
  g.fillText(words, middle - long / 2, centre + 4);
}

/** Names a buffer in its box, across or else upwards, if there is room. */
function label(b) {
  if (found.size && !found.has(b.id)) return false;
  const left = Math.max(LEFT, x(b.from)), right = Math.min(LEFT + width(), x(b.to));
  const high = Math.max(mapTop(), y(address(b) + b.aligned)), low = Math.min(mapTop() + height(), y(address(b)));
  const wide = right - left, tall = low - high;
  if (Math.min(wide, tall) < 13 || Math.max(wide, tall) < 24) return false;
  const name = (b.again ? "↻ " : "") + b.name;
  for (const upwards of [false, true]) {
    for (const words of [`${name}, ${size(b.bytes)}`, name]) {
      if ((upwards ? wide : tall) < 13 || (upwards ? tall : wide) < words.length * 4) continue;
      const long = g.measureText(words).width;
      if (long + 8 > (upwards ? tall : wide)) continue;
      g.save();
      g.translate((left + right) / 2, (high + low) / 2);
      if (upwards) g.rotate(-Math.PI / 2);
      written(words, 0, 0);
      g.restore();
      return true;
    }
  }
  return false;
}

/** What can't be named one by one is at least counted. */
function note(drawn, named) {
  g.textAlign = "right";
  g.fillStyle = colours.soft;
  const rest = found.size ? 0 : drawn - named;
  g.fillText(`${grouped.format(drawn)} buffers here${rest ? `, ${grouped.format(rest)} too small to name: point or zoom` : ""}`, LEFT + width(), mapTop() + height() + 28);
  g.textAlign = "left";
}

function bands() {
  let from = 0;
  for (const b of plan.bands) {
    const left = Math.max(LEFT, x(from)), right = Math.min(LEFT + width(), x(b.to));
    from = b.to;
    if (right <= left) continue;
    g.fillStyle = right - left > 6 ? paint(b.kind) : data.kinds[b.kind].fill;
    g.fillRect(left, 4, right - left, 16);
    for (const name of [b.name, b.short]) {
      const long = g.measureText(name).width;
      if (long + 14 > right - left) continue;
      written(name, (left + right) / 2, 12);
      break;
    }
  }
  strip();
}

/** Every step's own phase, and whether it runs again, beneath the bands. */
function strip() {
  const phases = plan.phases, last = Math.min(phases.length, Math.ceil(view.x1));
  for (let from = Math.floor(view.x0), t = from + 1; t <= last; t++) {
    if (t < last && phases[t] === phases[from]) continue;
    const left = Math.max(LEFT, x(from)), right = Math.min(LEFT + width(), x(t));
    if (right - left < 0.5 && Math.floor(left) === Math.floor(right)) { from = t; continue; }
    g.fillStyle = data.kinds[phases[from]].fill;
    g.fillRect(left, 22, right - left, 4);
    from = t;
  }
  g.fillStyle = colours.ink;
  for (const t of plan.firstOf.keys()) if (t >= view.x0 && t < view.x1) g.fillRect(x(t), 27, Math.max(1, x(t + 1) - x(t) - 0.5), 3);
}

const loadY = (bytes) => LOAD_TOP + loadHeight() * (1 - bytes / Math.max(1, plan.proven));

function load() {
  g.save();
  g.beginPath();
  g.rect(LEFT, LOAD_TOP - 2, width(), loadHeight() + 4);
  g.clip();
  g.beginPath();
  g.moveTo(x(0), loadY(0));
  const last = Math.min(plan.loads.length, Math.ceil(view.x1));
  // Steps within one pixel are drawn as the highest of them.
  for (let t = Math.floor(view.x0), from = t, most = 0; t < last; t++) {
    most = Math.max(most, plan.loads[t]);
    if (t < last - 1 && x(t + 1) - x(from) < 1) continue;
    g.lineTo(x(from), loadY(most));
    g.lineTo(x(t + 1), loadY(most));
    from = t + 1;
    most = 0;
  }
  g.lineTo(x(last), loadY(0));
  g.lineTo(x(Math.floor(view.x0)), loadY(0));
  g.globalAlpha = 0.22;
  g.fillStyle = colours.ink;
  g.fill();
  g.globalAlpha = 1;
  g.strokeStyle = colours.ink;
  g.lineWidth = 1;
  g.stroke();
  g.restore();
}

function line(at, colour, dash) {
  g.setLineDash(dash);
  g.strokeStyle = colour;
  g.lineWidth = 1.2;
  g.beginPath();
  g.moveTo(LEFT, at);
  g.lineTo(LEFT + width(), at);
  g.stroke();
  g.setLineDash([]);
}

/** What is proven that no placement takes less than and, where this one takes more, what it takes. */
function bound() {
  if (plan.proven > 0) line(y(scratchStart() + plan.proven), colours.mark, [6, 4]);
  if (plan.top > plan.proven) line(y(scratchStart() + plan.top), colours.ink, [2, 3]);
}

/** The peak in words: the bound is the live bytes, or more where a search has proven so. */
function peakText() {
  const at = `▼ peak ${size(plan.load)}, ${stepName(plan.peak)}`;
  const searched = plan.proven > plan.load ? `; bound ${size(plan.proven)}, proven by search` : "";
  if (plan.top > plan.proven) return `${at}${searched || " = lower bound"}; placed in ${size(plan.top)}`;
  return searched ? `${at}${searched} and reached` : `${at} = lower bound, reached`;
}

function peak() {
  if (plan.steps.length === 0) return;
  line(loadY(plan.proven), colours.mark, [6, 4]);
  const middle = x(plan.peak + 0.5);
  if (middle < LEFT || middle > LEFT + width()) return;
  g.strokeStyle = colours.mark;
  g.beginPath();
  g.moveTo(middle, LOAD_TOP);
  g.lineTo(middle, mapTop() + height());
  g.stroke();
  const words = peakText(), long = g.measureText(words).width;
  const left = Math.max(LEFT, Math.min(middle - 4, LEFT + width() - long - 4)), base = LOAD_TOP + loadHeight() + 14;
  g.fillStyle = colours.panel;
  g.fillRect(left - 2, base - 11, long + 4, 14);
  g.fillStyle = colours.mark;
  g.fillText(words, left, base);
}

function round(rough) {
  const power = 2 ** Math.floor(Math.log2(Math.max(1, rough)));
  return power < rough ? power * 2 : power;
}

function axes() {
  g.fillStyle = colours.soft;
  g.strokeStyle = colours.line;
  g.lineWidth = 0.6;
  g.textAlign = "right";
  g.fillText(size(plan.proven), LEFT - 6, LOAD_TOP + 9);
  g.fillText("live bytes", LEFT - 6, LOAD_TOP + loadHeight());
  const every = round((view.y1 - view.y0) / Math.max(2, height() / 38));
  for (let at = Math.ceil(view.y0 / every) * every; at <= view.y1; at += every) {
    g.fillText(size(at), LEFT - 6, y(at) + 4);
    g.beginPath();
    g.moveTo(LEFT, y(at));
    g.lineTo(LEFT + width(), y(at));
    g.stroke();
  }
  const steps = round((view.x1 - view.x0) / (width() / 150)), base = mapTop() + height() + 14;
  g.textAlign = "left";
  for (let t = Math.ceil(view.x0 / steps) * steps; t < view.x1 && t < plan.steps.length; t += steps) {
    const room = Math.min(x(t + steps), LEFT + width()) - x(t) - 12;
    if (room < 24) break;
    let words = `${t} ${word(plan.steps[t])}`;
    while (words.length > 4 && g.measureText(words).width > room) words = words.slice(0, -2).trimEnd() + "…";
    g.fillText(words, x(t) + 2, base);
    g.fillRect(x(t), mapTop() + height(), 1, 5);
  }
  g.fillText("step", LEFT, mapTop() + height() + 28);
}
