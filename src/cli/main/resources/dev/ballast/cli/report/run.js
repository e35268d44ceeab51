"use strict";
// The page can be read without this: it copies the command, and tells in words what a cell of the
// matrix says.

function copyCommand() {
  const command = document.getElementById("command");
  const say = text => { document.getElementById("copied").textContent = text; };
  const select = () => {
    getSelection().selectAllChildren(command);
    say(document.execCommand("copy") ? "copied" : "selected: copy it with the keyboard");
  };
  if (navigator.clipboard) {
    navigator.clipboard.writeText(command.textContent).then(() => say("copied"), select);
  } else {
    select();
  }
}

const copy = document.getElementById("copy");
copy.hidden = false;
copy.addEventListener("click", copyCommand);

const matrix = document.getElementById("matrix");
if (matrix) {
  const NOTHING = "Point at a cell, or click on it or use the arrow keys to keep it.";
  const cells = Array.from(matrix.tBodies[0].rows, r => Array.from(r.cells).slice(1));
  const names = Array.from(matrix.tBodies[0].rows, r => r.cells[0].textContent);
  const told = document.getElementById("cell");
  const tiles = Array.from(document.querySelectorAll("#wrongest .tile"));
  let pinned = null;

  const isOf = (tile, cell) => tile.dataset.t === cell.dataset.t && tile.dataset.s === cell.dataset.s;

  function words(cell) {
    const t = Number(cell.dataset.t);
    const s = Number(cell.dataset.s);
    const count = cell.querySelector("b").textContent;
    const share = cell.querySelector("small").textContent || "0 %";
    const answer = t === s ? `said to be just that` : `said to be “${names[s]}”`;
    const shown = tiles.filter(x => isOf(x, cell)).length;
    const more = t === s || shown === 0 ? "" : ` ${shown} of them among the wrongest below.`;
    return `True “${names[t]}”: ${count} examples are ${answer}, ${share} of its row.${more}`;
  }

  function show(pointed) {
    const cell = pointed || pinned;
    matrix.querySelectorAll(".pointed").forEach(c => c.classList.remove("pointed"));
    if (pointed) {
      pointed.classList.add("pointed");
    }
    told.textContent = cell ? words(cell) : NOTHING;
  }

  function pin(cell) {
    if (pinned) {
      pinned.classList.remove("pinned");
    }
    pinned = cell;
    if (pinned) {
      pinned.classList.add("pinned");
    }
    const found = pinned && tiles.some(x => isOf(x, pinned));
    tiles.forEach(x => x.classList.toggle("other", Boolean(found) && !isOf(x, pinned)));
    show(null);
  }

  function step(key) {
    const rows = { ArrowUp: -1, ArrowDown: 1 }[key] || 0;
    const columns = { ArrowLeft: -1, ArrowRight: 1 }[key] || 0;
    const at = i => Math.max(0, Math.min(cells.length - 1, i));
    const from = pinned ? [Number(pinned.dataset.t), Number(pinned.dataset.s)] : [-rows, -columns];
    pin(cells[at(from[0] + rows)][at(from[1] + columns)]);
  }

  const cellOf = event => event.target.closest("td");
  matrix.tabIndex = 0;
  matrix.setAttribute("aria-describedby", "cell");
  matrix.addEventListener("mouseover", e => show(cellOf(e)));
  matrix.addEventListener("mouseleave", () => show(null));
  matrix.addEventListener("click", e => pin(cellOf(e) === pinned ? null : cellOf(e)));
  matrix.addEventListener("keydown", e => {
    if (e.key === "Escape") {
      pin(null);
    } else if (e.key.startsWith("Arrow")) {
      e.preventDefault();
      step(e.key);
    }
  });
  show(null);
}
