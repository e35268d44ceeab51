// What can be done to a plan: choose one, look closer, point, pin, search, sort.

const LARGEST = 100;
let eye = 0, sort = { key: "bytes", down: true };

function node(name, text, style) {
  const n = document.createElement(name);
  if (text !== undefined) n.textContent = text;
  if (style) n.className = style;
  return n;
}

function showAll() {
  view = { x0: 0, x1: Math.max(1, plan.steps.length), y0: 0, y1: highest() * 1.04 };
  draw();
}

function choose(i) {
  variant = data.variants[i];
  plan = unpack(data.plans[variant.plan]);
  pinned = hovered = -1;
  const last = data.plans[data.variants[data.variants.length - 1].plan], more = plan.arena - last.arena;
  el("facts").replaceChildren(...plan.facts.map((f) => {
    const item = node("div"), value = node("dd");
    value.append(node("b", f.value), node("small", f.note));
    item.append(node("dt", f.name), value);
    return item;
  }));
  const difference = more === 0 ? "" : `, ${size(Math.abs(more))} ${more > 0 ? "more" : "less"} than the plan itself`;
  el("chosen").textContent = `${variant.name}: ${size(plan.arena)}${difference}`;
  document.body.dataset.arena = plan.arena;
  search();
  table();
  tell();
  showAll();
}

function tell() {
  const b = plan.list[hovered >= 0 ? hovered : pinned], box = el("details");
  box.classList.toggle("pinned", pinned >= 0);
  box.classList.toggle("shown", b !== undefined);
  box.classList.toggle("pointed", hovered >= 0);
  // Where it lies over the page, not where one looks.
  box.classList.toggle("above", hovered >= 0 && eye > innerHeight / 2);
  if (!b) { box.replaceChildren(node("p", "Point at a buffer; a click pins it.")); return; }
  const list = node("dl");
  for (const [name, text] of facts(b)) list.append(node("dt", name), node("dd", text));
  box.replaceChildren(node("h3", b.name + (b.id === pinned ? " (pinned)" : "")), list);
}

function point(id) {
  if (id === hovered) return;
  hovered = id;
  tell();
  drawOver();
}

function at(event) {
  const area = canvas.getBoundingClientRect(), px = event.clientX - area.left, py = event.clientY - area.top;
  if (px < LEFT || px > LEFT + width() || py < mapTop() || py > mapTop() + height()) return -1;
  return bufferAt(shown(), stepAt(px), byteAt(py), 3 * (view.y1 - view.y0) / height());
}

function pin(id) {
  pinned = id;
  document.querySelectorAll("tbody tr").forEach((r) => r.classList.toggle("chosen", Number(r.dataset.id) === id));
  tell();
  drawOver();
}

function zoom(factor, px, py, time, space) {
  const step = stepAt(px), byte = byteAt(py);
  if (time) { view.x0 = step - (step - view.x0) * factor; view.x1 = step + (view.x1 - step) * factor; }
  if (space) { view.y0 = byte - (byte - view.y0) * factor; view.y1 = byte + (view.y1 - byte) * factor; }
  hold();
}

/** Keeps the view inside the plan, and not smaller than can be drawn. */
function hold() {
  const steps = Math.max(1, plan.steps.length), high = highest() * 1.04;
  const w = Math.min(steps, Math.max(1, view.x1 - view.x0)), h = Math.min(high, Math.max(data.alignment, view.y1 - view.y0));
  const x0 = Math.min(Math.max(0, view.x0), steps - w), y0 = Math.min(Math.max(0, view.y0), high - h);
  view = { x0, x1: x0 + w, y0, y1: y0 + h };
  draw();
}

function pan(steps, bytes) {
  view = { x0: view.x0 + steps, x1: view.x1 + steps, y0: view.y0 + bytes, y1: view.y1 + bytes };
  hold();
}

function goToPeak() {
  const w = Math.min(plan.steps.length, Math.max(12, (view.x1 - view.x0) / 4));
  view = { ...view, x0: plan.peak + 0.5 - w / 2, x1: plan.peak + 0.5 + w / 2 };
  hold();
}

function search() {
  const wanted = el("find").value.trim().toLowerCase();
  found = new Set(wanted ? plan.list.filter((b) => b.name.toLowerCase().includes(wanted)).map((b) => b.id) : []);
  el("found").textContent = wanted ? `${grouped.format(found.size)} of ${grouped.format(plan.list.length)}` : "";
}

const columns = [
  ["name", "buffer", (b) => b.name], ["region", "region", (b) => data.regions[b.region]],
  ["phase", "phase", (b) => data.kinds[b.parts[0]].meaning.split(":")[0]],
  ["bytes", "bytes", (b) => b.bytes], ["share", "at the peak", (b) => share(b)],
  ["from", "first step", (b) => b.from], ["to", "last step", (b) => b.to - 1],
];
const isNumber = (i) => i > 2;

function header([key, title], i) {
  const th = node("th", undefined, isNumber(i) ? "number" : ""), button = node("button", title + (sort.key === key ? sort.down ? " ▾" : " ▴" : ""));
  th.scope = "col";
  th.setAttribute("aria-sort", sort.key !== key ? "none" : sort.down ? "descending" : "ascending");
  button.type = "button";
  button.onclick = () => {
    sort = { key, down: sort.key === key ? !sort.down : isNumber(i) };
    table();
    document.querySelectorAll("thead button")[i].focus();
  };
  th.append(button);
  return th;
}

function row(b) {
  const tr = node("tr", undefined, b.id === pinned ? "chosen" : "");
  tr.dataset.id = b.id;
  columns.forEach(([key, , of], i) => {
    const td = node("td", undefined, isNumber(i) ? "number" : ""), value = of(b);
    if (key === "name") {
      const button = node("button", (b.again ? "↻ " : "") + value);
      button.type = "button";
      button.onclick = () => { reveal(b); pin(b.id); };
      td.append(button);
    } else if (key === "share") {
      td.textContent = value ? (100 * value).toFixed(1) + " %" : "–";
    } else {
      td.textContent = isNumber(i) ? grouped.format(value) : value;
    }
    tr.append(td);
  });
  return tr;
}

function table() {
  const value = columns.find((c) => c[0] === sort.key)[2];
  const order = (a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) * (sort.down ? -1 : 1);
  document.querySelector("thead tr").replaceChildren(...columns.map(header));
  document.querySelector("tbody").replaceChildren(...plan.whole.boxes.slice(0, LARGEST).sort(order).map(row));
}

/** Brings a buffer into the view, where it is not. */
function reveal(b) {
  if (!isShown(b)) el("whole").checked = true;
  if (!within(b)) showAll(); else draw();
}

/** To the next buffer in the order of birth. */
function walk(by) {
  const order = [...shown().boxes].sort((a, b) => a.from - b.from || address(a) - address(b));
  if (order.length === 0) return;
  const now = order.findIndex((b) => b.id === hovered);
  const next = order[now < 0 ? 0 : (now + by + order.length) % order.length];
  eye = canvas.getBoundingClientRect().top + y(address(next));
  point(next.id);
}

function key(e) {
  const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[e.key];
  if (e.ctrlKey || e.metaKey) return;
  if (move && e.shiftKey) pan(move[0] * (view.x1 - view.x0) / 10, move[1] * (view.y1 - view.y0) / 10);
  else if (move) walk(move[0] + move[1]);
  else if (e.key === "+" || e.key === "=") el("closer").click();
  else if (e.key === "-") el("farther").click();
  else if (e.key === "Home") showAll();
  else if (e.key === "p" || e.key === "P") goToPeak();
  else if (e.key === "Enter") pin(hovered);
  else if (e.key === "Escape") pin(-1);
  else return;
  e.preventDefault();
}

function listen() {
  let drag = null;
  canvas.addEventListener("pointerdown", (e) => { drag = { x: e.clientX, y: e.clientY, moved: false }; canvas.setPointerCapture(e.pointerId); });
  canvas.addEventListener("pointermove", (e) => {
    eye = e.clientY;
    if (!drag) { point(at(e)); return; }
    const dx = e.clientX - drag.x, dy = e.clientY - drag.y;
    if (!drag.moved && Math.abs(dx) + Math.abs(dy) < 4) return;
    drag = { x: e.clientX, y: e.clientY, moved: true };
    pan(-dx / width() * (view.x1 - view.x0), dy / height() * (view.y1 - view.y0));
  });
  canvas.addEventListener("pointerup", (e) => {
    const onCurve = e.offsetY < mapTop() && Math.abs(e.offsetX - x(plan.peak + 0.5)) < 60;
    if (drag && !drag.moved) { if (onCurve) goToPeak(); else pin(at(e)); }
    drag = null;
  });
  canvas.addEventListener("pointercancel", () => { drag = null; });
  canvas.addEventListener("pointerleave", () => point(-1));
  canvas.addEventListener("wheel", (e) => { e.preventDefault(); zoom(e.deltaY > 0 ? 1.2 : 1 / 1.2, e.offsetX, e.offsetY, !e.altKey, !e.shiftKey); }, { passive: false });
  canvas.addEventListener("keydown", key);
  const centre = (f) => zoom(f, LEFT + width() / 2, mapTop() + height() / 2, true, true);
  el("closer").onclick = () => centre(1 / 1.5);
  el("farther").onclick = () => centre(1.5);
  el("all").onclick = showAll;
  el("peak").onclick = goToPeak;
  el("whole").onchange = showAll;
  el("find").oninput = () => { search(); draw(); };
  new ResizeObserver(draw).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

function build() {
  const most = Math.max(...data.variants.map((v) => data.plans[v.plan].arena));
  data.variants.forEach((v, i) => {
    const arena = data.plans[v.plan].arena, label = node("label"), radio = node("input"), bar = node("i");
    radio.type = "radio";
    radio.name = "variant";
    radio.value = v.name;
    radio.checked = i === data.variants.length - 1;
    radio.onchange = () => choose(i);
    bar.style.width = 100 * arena / most + "%";
    const track = node("span", undefined, "track");
    track.append(bar);
    label.append(radio, node("span", v.name), track, node("small", size(arena)));
    el(v.aside ? "others" : "variants").append(label);
  });
  el("others").hidden = !data.variants.some((v) => v.aside);
  const legend = data.kinds.map((k, i) => [k.meaning, i, false]);
  if (data.plans.some((p) => p.again.length)) legend.push(["↻ computed again", 1, true]);
  for (const [meaning, kind, again] of legend) {
    const item = node("li"), swatch = node("canvas"), c = swatch.getContext("2d");
    swatch.width = 22;
    swatch.height = 13;
    c.fillStyle = paint(kind, again);
    c.fillRect(0, 0, 22, 13);
    item.append(swatch, meaning);
    el("legend").append(item);
  }
  el("phases").open = matchMedia("(min-width: 1100px)").matches;
}

build();
choose(data.variants.length - 1);
listen();
