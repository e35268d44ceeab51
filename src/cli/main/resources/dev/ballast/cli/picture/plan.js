"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const el = (id) => document.getElementById(id);
  const canvas = el("map");
  const g = canvas.getContext("2d");
  const LEFT = 78, RIGHT = 14, LOAD_TOP = 30, LOAD = 92, MAP_TOP = LOAD_TOP + LOAD + 16, BOTTOM = 30;
  const LARGEST = 100;
  const text = new Intl.NumberFormat("en");
  let variant, plan, view, pinned = -1, hovered = -1, found = new Set(), sort = { key: "bytes", down: true };

  function size(bytes) {
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let u = 0;
    while (bytes >= 1023.5 && u < units.length - 1) { bytes /= 1024; u++; }
    return Number(bytes.toPrecision(3)) + " " + units[u];
  }

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const word = (i) => data.words[i];
  const stepName = (t) => `step ${t}, ${word(plan.steps[t])}`;
  const height = () => canvas.clientHeight - MAP_TOP - BOTTOM;
  const width = () => canvas.clientWidth - LEFT - RIGHT;
  const x = (step) => LEFT + (step - view.x0) / (view.x1 - view.x0) * width();
  const y = (at) => MAP_TOP + (1 - (at - view.y0) / (view.y1 - view.y0)) * height();
  const stepAt = (px) => view.x0 + (px - LEFT) / width() * (view.x1 - view.x0);
  const byteAt = (py) => view.y0 + (1 - (py - MAP_TOP) / height()) * (view.y1 - view.y0);

  /** Buffers come as columns, to keep the page small. */
  function unpack(p) {
    if (p.list) return p;
    const b = p.buffers;
    p.list = b.name.map((name, i) => ({
      id: i, name: word(name), values: b.values[i].map(word), region: b.region[i], offset: b.offset[i],
      bytes: b.bytes[i], aligned: Math.ceil(b.bytes[i] / data.alignment) * data.alignment,
      from: b.from[i], to: b.to[i], parts: b.parts[i], keeps: word(b.keeps[i]),
    }));
    const change = new Float64Array(p.steps.length + 1);
    for (const o of p.list) if (o.region === data.scratch) { change[o.from] += o.aligned; change[o.to] -= o.aligned; }
    p.loads = [];
    for (let t = 0, sum = 0; t < p.steps.length; t++) p.loads.push(sum += change[t]);
    return p;
  }

  const whole = () => el("whole").checked || plan.starts[data.scratch] === plan.arena;
  const shown = () => plan.list.filter((b) => whole() || b.region === data.scratch);
  const address = (b) => b.offset + (whole() ? plan.starts[b.region] : 0);
  const top = () => Math.max(1, whole() ? plan.arena : plan.arena - plan.starts[data.scratch]);

  function showAll() {
    view = { x0: 0, x1: Math.max(1, plan.steps.length), y0: 0, y1: top() * 1.02 };
    draw();
  }

  function choose(i) {
    variant = data.variants[i];
    plan = unpack(data.plans[variant.plan]);
    pinned = hovered = -1;
    const last = data.plans[data.variants[data.variants.length - 1].plan];
    const more = plan.arena - last.arena;
    el("summary").textContent = plan.summary
      + (more === 0 ? "" : ` ${size(Math.abs(more))} ${more > 0 ? "more" : "less"} than the plan itself.`);
    document.body.dataset.arena = plan.arena;
    search();
    table();
    tell();
    showAll();
  }

  const patterns = new Map();
  /** Hatching, so that nothing is told by colour alone: rising for backward, crossed for updates. */
  function paint(kind) {
    const k = data.kinds[kind];
    if (!patterns.has(kind)) {
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
      patterns.set(kind, g.createPattern(tile, "repeat"));
    }
    return patterns.get(kind);
  }

  function draw() {
    const ratio = window.devicePixelRatio || 1, w = canvas.clientWidth, h = canvas.clientHeight;
    if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) {
      canvas.width = Math.round(w * ratio);
      canvas.height = Math.round(h * ratio);
    }
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, w, h);
    g.font = "11px system-ui, sans-serif";
    bands();
    load();
    axes();
    g.save();
    g.beginPath();
    g.rect(LEFT, MAP_TOP, width(), height());
    g.clip();
    const boxes = shown();
    boxes.forEach(box);
    boxes.forEach(label);
    outline(hovered, css("--ink"), 1.5);
    outline(pinned, css("--focus"), 3);
    bound();
    g.restore();
    peak();
    document.body.dataset.drawn = boxes.length;
  }

  function within(b) { return b.to > view.x0 && b.from < view.x1 && address(b) < view.y1 && address(b) + b.aligned > view.y0; }

  function box(b) {
    if (!within(b)) return;
    const y1 = y(address(b)), y0 = y(address(b) + b.aligned), tall = Math.max(1, y1 - y0);
    g.globalAlpha = found.size && !found.has(b.id) ? 0.18 : 1;
    for (let i = 0, from = b.from; i < b.parts.length; from = b.parts[i + 1], i += 2) {
      const left = x(from), wide = Math.max(0.7, x(b.parts[i + 1]) - left);
      g.fillStyle = wide > 6 && tall > 6 ? paint(b.parts[i]) : data.kinds[b.parts[i]].fill;
      g.fillRect(left, y1 - tall, wide, tall);
      if (wide > 5 && tall > 4) {
        g.strokeStyle = data.kinds[b.parts[i]].edge;
        g.lineWidth = 0.8;
        g.strokeRect(left + 0.4, y1 - tall + 0.4, wide - 0.8, tall - 0.8);
      }
    }
    g.globalAlpha = 1;
  }

  function label(b) {
    if (!within(b)) return;
    const left = Math.max(LEFT, x(b.from)), right = Math.min(LEFT + width(), x(b.to));
    const y0 = Math.max(MAP_TOP, y(address(b) + b.aligned)), y1 = Math.min(MAP_TOP + height(), y(address(b)));
    if (y1 - y0 < 14 || right - left < 30) return;
    for (const words of [`${b.name}, ${size(b.bytes)}`, b.name]) {
      const long = g.measureText(words).width;
      if (long + 8 > right - left) continue;
      const middle = (y0 + y1) / 2;
      g.fillStyle = "rgba(255,255,255,.72)";
      g.fillRect(left + 2, middle - 7, long + 6, 14);
      g.fillStyle = "#10161d";
      g.fillText(words, left + 5, middle + 4);
      return;
    }
  }

  function outline(id, colour, line) {
    const b = plan.list[id];
    if (!b || !(whole() || b.region === data.scratch)) return;
    g.strokeStyle = colour;
    g.lineWidth = line;
    const y0 = y(address(b) + b.aligned);
    g.strokeRect(x(b.from), y0, Math.max(2, x(b.to) - x(b.from)), Math.max(2, y(address(b)) - y0));
  }

  function bands() {
    const phases = plan.phases;
    for (let from = 0, t = 1; t <= phases.length; t++) {
      if (t < phases.length && phases[t] === phases[from]) continue;
      const left = Math.max(LEFT, x(from)), right = Math.min(LEFT + width(), x(t));
      if (right > left) {
        g.fillStyle = right - left > 6 ? paint(phases[from]) : data.kinds[phases[from]].fill;
        g.fillRect(left, 6, right - left, 16);
        const name = data.kinds[phases[from]].meaning.split(":")[0];
        const long = g.measureText(name).width;
        if (long + 14 < right - left) {
          g.fillStyle = "rgba(255,255,255,.8)";
          g.fillRect((left + right - long) / 2 - 4, 7, long + 8, 14);
          g.fillStyle = "#10161d";
          g.fillText(name, (left + right - long) / 2, 18);
        }
      }
      from = t;
    }
  }

  const loadY = (bytes) => LOAD_TOP + LOAD * (1 - bytes / Math.max(1, plan.load));

  function load() {
    g.save();
    g.beginPath();
    g.rect(LEFT, LOAD_TOP - 2, width(), LOAD + 4);
    g.clip();
    g.beginPath();
    g.moveTo(x(0), loadY(0));
    plan.loads.forEach((bytes, t) => { g.lineTo(x(t), loadY(bytes)); g.lineTo(x(t + 1), loadY(bytes)); });
    g.lineTo(x(plan.loads.length), loadY(0));
    g.globalAlpha = 0.22;
    g.fillStyle = css("--ink");
    g.fill();
    g.globalAlpha = 1;
    g.strokeStyle = css("--ink");
    g.lineWidth = 1;
    g.stroke();
    g.restore();
  }

  function line(at) {
    g.setLineDash([6, 4]);
    g.strokeStyle = css("--mark");
    g.lineWidth = 1.2;
    g.beginPath();
    g.moveTo(LEFT, at);
    g.lineTo(LEFT + width(), at);
    g.stroke();
    g.setLineDash([]);
  }

  function bound() {
    const at = plan.load + (whole() ? plan.starts[data.scratch] : 0);
    if (plan.load > 0 && at <= view.y1) line(y(at));
  }

  function peak() {
    if (plan.steps.length === 0) return;
    line(loadY(plan.load));
    const middle = x(plan.peak + 0.5);
    if (middle < LEFT || middle > LEFT + width()) return;
    g.strokeStyle = css("--mark");
    g.beginPath();
    g.moveTo(middle, LOAD_TOP);
    g.lineTo(middle, MAP_TOP + height());
    g.stroke();
    const words = `▼ peak ${size(plan.load)} = lower bound, ${stepName(plan.peak)}`;
    const long = g.measureText(words).width;
    const left = Math.min(Math.max(LEFT, middle - 4), LEFT + width() - long - 4);
    g.fillStyle = css("--panel");
    g.fillRect(left - 2, LOAD_TOP + LOAD + 1, long + 4, 14);
    g.fillStyle = css("--mark");
    g.fillText(words, left, LOAD_TOP + LOAD + 12);
  }

  function round(rough) {
    const power = 2 ** Math.floor(Math.log2(Math.max(1, rough)));
    return power < rough ? power * 2 : power;
  }

  function axes() {
    g.fillStyle = css("--soft");
    g.strokeStyle = css("--line");
    g.lineWidth = 0.6;
    g.textAlign = "right";
    g.fillText(size(plan.load), LEFT - 6, LOAD_TOP + 9);
    g.fillText("live", LEFT - 6, LOAD_TOP + LOAD);
    const every = round((view.y1 - view.y0) / 8);
    for (let at = Math.ceil(view.y0 / every) * every; at <= view.y1; at += every) {
      g.fillText(size(at), LEFT - 6, y(at) + 4);
      g.beginPath();
      g.moveTo(LEFT, y(at));
      g.lineTo(LEFT + width(), y(at));
      g.stroke();
    }
    g.textAlign = "center";
    const steps = round((view.x1 - view.x0) / (width() / 70));
    for (let t = Math.ceil(view.x0 / steps) * steps; t <= view.x1; t += steps) {
      g.fillText(t, x(t), MAP_TOP + height() + 14);
    }
    g.textAlign = "left";
    g.fillText("step", LEFT, MAP_TOP + height() + 27);
  }

  function tell() {
    const b = plan.list[pinned >= 0 ? pinned : hovered];
    el("details").classList.toggle("pinned", pinned >= 0);
    el("details").textContent = !b ? "Point at a buffer." :
      `${b.name}${pinned >= 0 ? " (pinned)" : ""}\n`
      + `${text.format(b.bytes)} bytes (${size(b.bytes)}) at ${data.regions[b.region]} + ${text.format(b.offset)}, arena + ${text.format(plan.starts[b.region] + b.offset)}\n`
      + `${b.values.join("; ")}\n`
      + `phase: ${data.kinds[b.parts[0]].meaning}`
      + (b.to > b.from && plan.steps.length ? `; lives from ${stepName(b.from)} to ${stepName(Math.min(b.to, plan.steps.length) - 1)}` : "")
      + `\nkept alive: ${b.keeps}`;
  }

  function at(event) {
    const area = canvas.getBoundingClientRect();
    const px = event.clientX - area.left, py = event.clientY - area.top;
    const step = stepAt(px), byte = byteAt(py);
    if (px < LEFT || py < MAP_TOP) return -1;
    const hit = shown().filter((b) => b.from <= step && step < b.to && address(b) <= byte && byte < address(b) + b.aligned);
    return hit.length ? hit[hit.length - 1].id : -1;
  }

  function pin(id) {
    pinned = id;
    document.querySelectorAll("tbody tr").forEach((r) => r.classList.toggle("chosen", Number(r.dataset.id) === id));
    tell();
    draw();
  }

  function zoom(factor, px, py, time, space) {
    const step = stepAt(px), byte = byteAt(py);
    if (time) { view.x0 = step - (step - view.x0) * factor; view.x1 = step + (view.x1 - step) * factor; }
    if (space) { view.y0 = byte - (byte - view.y0) * factor; view.y1 = byte + (view.y1 - byte) * factor; }
    hold();
  }

  /** Keeps the view inside the plan, and not smaller than can be drawn. */
  function hold() {
    const steps = Math.max(1, plan.steps.length), high = top() * 1.02;
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
    el("found").textContent = wanted ? `${found.size} of ${plan.list.length} buffers` : "";
  }

  const columns = [
    ["name", "buffer", (b) => b.name], ["region", "region", (b) => data.regions[b.region]],
    ["bytes", "bytes", (b) => b.bytes], ["share", "at the peak", (b) => share(b)],
    ["from", "first step", (b) => b.from], ["to", "last step", (b) => b.to - 1],
  ];
  const share = (b) => b.region === data.scratch && b.from <= plan.peak && plan.peak < b.to ? b.aligned / plan.load : 0;

  function table() {
    const value = columns.find((c) => c[0] === sort.key)[2];
    const order = (a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) * (sort.down ? -1 : 1);
    const rows = [...plan.list].sort((a, b) => b.bytes - a.bytes).slice(0, LARGEST).sort(order);
    document.querySelector("thead tr").replaceChildren(...columns.map(([key, title], i) => {
      const th = document.createElement("th"), button = document.createElement("button");
      th.scope = "col";
      th.className = i < 2 ? "" : "number";
      th.setAttribute("aria-sort", sort.key !== key ? "none" : sort.down ? "descending" : "ascending");
      button.type = "button";
      button.textContent = title + (sort.key === key ? sort.down ? " ▾" : " ▴" : "");
      button.onclick = () => {
        sort = { key, down: sort.key === key ? !sort.down : i > 1 };
        table();
        document.querySelectorAll("thead button")[i].focus();
      };
      th.append(button);
      return th;
    }));
    document.querySelector("tbody").replaceChildren(...rows.map((b) => {
      const tr = document.createElement("tr");
      tr.dataset.id = b.id;
      tr.classList.toggle("chosen", b.id === pinned);
      columns.forEach(([key, , of], i) => {
        const td = document.createElement("td");
        td.className = i < 2 ? "" : "number";
        if (key === "name") {
          const button = document.createElement("button");
          button.type = "button";
          button.textContent = b.name;
          button.onclick = () => { if (b.region !== data.scratch && !whole()) { el("whole").checked = true; showAll(); } pin(b.id); };
          td.append(button);
        } else {
          td.textContent = key === "share" ? of(b) ? (100 * of(b)).toFixed(1) + " %" : "–" : i > 1 ? text.format(of(b)) : of(b);
        }
        tr.append(td);
      });
      return tr;
    }));
  }

  function listen() {
    let drag = null;
    canvas.addEventListener("pointerdown", (e) => { drag = { x: e.clientX, y: e.clientY, moved: false }; canvas.setPointerCapture(e.pointerId); });
    canvas.addEventListener("pointermove", (e) => {
      if (drag) {
        const dx = e.clientX - drag.x, dy = e.clientY - drag.y;
        if (!drag.moved && Math.abs(dx) + Math.abs(dy) < 4) return;
        drag = { x: e.clientX, y: e.clientY, moved: true };
        pan(-dx / width() * (view.x1 - view.x0), dy / height() * (view.y1 - view.y0));
        return;
      }
      const id = at(e);
      if (id !== hovered) { hovered = id; tell(); draw(); }
    });
    canvas.addEventListener("pointerup", (e) => {
      const onCurve = e.offsetY < MAP_TOP && Math.abs(e.offsetX - x(plan.peak + 0.5)) < 60;
      if (drag && !drag.moved) { if (onCurve) goToPeak(); else pin(at(e)); }
      drag = null;
    });
    canvas.addEventListener("pointercancel", () => { drag = null; });
    canvas.addEventListener("pointerleave", () => { hovered = -1; tell(); draw(); });
    canvas.addEventListener("wheel", (e) => { e.preventDefault(); zoom(e.deltaY > 0 ? 1.2 : 1 / 1.2, e.offsetX, e.offsetY, !e.altKey, !e.shiftKey); }, { passive: false });
    canvas.addEventListener("keydown", key);
    const centre = (f) => zoom(f, LEFT + width() / 2, MAP_TOP + height() / 2, true, true);
    el("closer").onclick = () => centre(1 / 1.5);
    el("farther").onclick = () => centre(1.5);
    el("all").onclick = showAll;
    el("peak").onclick = goToPeak;
    el("whole").onchange = showAll;
    el("find").oninput = () => { search(); draw(); };
    window.addEventListener("resize", draw);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  }

  function key(e) {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[e.key];
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

  /** To the next buffer in the order of birth. */
  function walk(by) {
    const order = shown().sort((a, b) => a.from - b.from || address(a) - address(b));
    if (order.length === 0) return;
    const now = order.findIndex((b) => b.id === hovered);
    hovered = order[now < 0 ? 0 : (now + by + order.length) % order.length].id;
    pinned = -1;
    tell();
    draw();
  }

  function build() {
    data.variants.forEach((v, i) => {
      const label = document.createElement("label"), radio = document.createElement("input"), bytes = document.createElement("small");
      radio.type = "radio";
      radio.name = "variant";
      radio.value = v.name;
      radio.checked = i === data.variants.length - 1;
      radio.onchange = () => choose(i);
      bytes.textContent = " " + size(data.plans[v.plan].arena);
      label.append(radio, " " + v.name, bytes);
      el("variants").append(label);
    });
    data.kinds.forEach((k, i) => {
      const item = document.createElement("li"), swatch = document.createElement("canvas"), c = swatch.getContext("2d");
      swatch.width = 22;
      swatch.height = 13;
      c.fillStyle = paint(i);
      c.fillRect(0, 0, 22, 13);
      item.append(swatch, k.meaning);
      el("legend").append(item);
    });
  }

  build();
  listen();
  choose(data.variants.length - 1);
})();
