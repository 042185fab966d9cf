// <nn-digit>: draw a digit; a network labels it while you draw and shows its ten probabilities.
// network: {hidden, values}: the float32 weights and biases of two linear layers, in base64;
// dark, blur: how a drawing becomes 64 numbers (chapters/start/handwriting.py does the same);
// demo: strokes, as points from 0 to 1, that draw themselves at first; samples: [{ink, label}],
// test images as bitmaps of 32 by 32 in base64; why: the page that explains such confidence.
// needs: parts-grid
// room: 290 330
nn.digit = (() => {
  const SIDE = 32, WIDEST = 20, BLOCK = 4, IN = 64, OUT = 10;

  // First row or column with ink, and the first one below all ink.
  function ends(size, inked) {
    let first = 0, last = size;
    while (first < size && !inked(first)) first++;
    while (last > first && !inked(last - 1)) last--;
    return [first, last];
  }

  // How much of each old pixel overlaps each new one, [new][old], after scaling about the middle.
  function shares([first, last], scale, size) {
    const edge = k => (k - SIDE / 2) / scale + (first + last) / 2;
    return Array.from({length: SIDE}, (_, k) => Float64Array.from({length: size}, (_, old) =>
      Math.max(0, Math.min(edge(k + 1), old + 1) - Math.max(edge(k), old))));
  }

  // Most entries of the factors are 0: ink is thin, and a new pixel overlaps few old ones.
  const product = (a, b) => a.map(row => {
    const out = new Float64Array(b[0].length);
    row.forEach((v, k) => {
      if (v) for (let j = 0; j < out.length; j++) out[j] += v * b[k][j];
    });
    return out;
  });
  const transposed = a => Array.from(a[0], (_, j) => Float64Array.from(a, row => row[j]));

  // The input of the network for a drawing (size by size values 0 or 1, row by row): centred,
  // scaled, blurred; then the darkest places become black, counted in blocks of 4 by 4. Null
  // without ink.
  function counts(ink, size, {dark, blur}) {
    const rows = Array.from({length: size}, (_, i) => ink.subarray(i * size, (i + 1) * size));
    const [top, bottom] = ends(size, i => rows[i].includes(1));
    const [left, right] = ends(size, j => rows.some(row => row[j]));
    if (top === bottom) return null;
    const scale = SIDE / Math.max(bottom - top, right - left);
    const narrow = Math.min(scale, WIDEST / (right - left));
    const smooth = Array.from({length: SIDE}, (_, i) =>
      Float64Array.from({length: SIDE}, (_, j) => Math.exp(-0.5 * ((i - j) / blur) ** 2)));
    const down = product(smooth, shares([top, bottom], scale, size));
    const across = product(smooth, shares([left, right], narrow, size));
    const field = new Float64Array(SIDE * SIDE);
    product(product(down, rows), transposed(across)).forEach((row, i) => field.set(row, i * SIDE));
    const least = Math.max(field.slice().sort()[field.length - dark], 1e-9);
    const blocks = new Float64Array(IN);
    field.forEach((v, k) => {
      const i = Math.floor(k / SIDE / BLOCK), j = Math.floor(k % SIDE / BLOCK);
      if (v >= least) blocks[i * SIDE / BLOCK + j] += 1 / BLOCK ** 2;
    });
    return blocks;
  }

  // The ten probabilities: a linear layer, ReLU, a linear layer, softmax.
  function reader({hidden, values}) {
    const all = new Float32Array(nn.bytes(values).buffer);
    let from = 0;
    const layer = (out, inputs) => {
      const weight = all.subarray(from, from += out * inputs);
      const bias = all.subarray(from, from += out);
      return x => Float64Array.from(bias, (b, i) => {
        let sum = b;
        for (let j = 0; j < inputs; j++) sum += weight[i * inputs + j] * x[j];
        return sum;
      });
    };
    const first = layer(hidden, IN), second = layer(OUT, hidden);
    return x => {
      const scores = second(first(x).map(z => Math.max(z, 0))), highest = Math.max(...scores);
      const powers = scores.map(z => Math.exp(z - highest)), sum = powers.reduce((a, b) => a + b);
      return powers.map(p => p / sum);
    };
  }
  return {counts, reader};
})();

nn.define("digit", (element, {network, dark, blur, demo, samples, why}) => {
  nn.style("digit", `
    .nn-digit-parts {
      display: grid; grid-template-columns: minmax(0, 1fr) minmax(7.5rem, 40%); gap: .3rem .9rem;
      align-items: start;
    }
    .nn-digit-board {
      position: relative; touch-action: none; cursor: crosshair; border: 2px solid var(--nn-ink);
      border-radius: 6px; overflow: hidden;
    }
    .nn-digit-board:focus-visible { outline: 3px solid var(--nn-a); outline-offset: 2px; }
    .nn-digit-board .nn-picture { max-width: none; border-radius: 0; }
    .nn-digit-cursor {
      position: absolute; width: 14px; height: 14px; margin: -7px; border: 2px solid var(--nn-b);
      border-radius: 50%; display: none; pointer-events: none;
    }
    .nn-digit-cursor.nn-on { background: var(--nn-b); }
    .nn-digit-board:focus-visible .nn-digit-cursor { display: block; }
    .nn-digit-read { display: flex; gap: .8rem; align-items: center; }
    .nn-digit-read .nn-picture { width: 2.6rem; margin: 0; }
    .nn-digit-read strong { font-size: 2.4rem; line-height: 1; color: var(--nn-b); }
    .bd-article .nn-digit-odds {
      list-style: none; margin: .2rem 0 0; padding: 0; font-size: .85rem;
      font-variant-numeric: tabular-nums;
    }
    .bd-article .nn-digit-odds li {
      display: grid; grid-template-columns: .8rem 1fr 2.7rem; gap: .4rem; align-items: center;
      margin: 0; line-height: 1.35;
    }
    .nn-digit-bar { height: .7em; background: var(--nn-soft); }
    .nn-digit-bar span {
      display: block; height: 100%; background: var(--nn-a); transform-origin: 0 0;
      transform: scaleX(0);
    }
    .nn-digit-best { font-weight: 700; }
    .nn-digit-best .nn-digit-bar span { background: var(--nn-b); }
    .nn-digit-value { text-align: right; white-space: nowrap; }`);

  const SIZE = 64, PEN = 2.4, RUBBER = 5, SECONDS = 1.8, QUIET = 700;
  const read = nn.digit.reader(network), {html} = nn;
  const ink = new Uint8Array(SIZE * SIZE), cursor = {x: SIZE / 2, y: SIZE / 2, down: false};
  const state = {own: false, erasing: false, sample: -1, pointer: null, playing: 0};

  // ---- what the reader sees
  const board = nn.picture({width: SIZE, height: SIZE, scale: "ink", high: 1});
  const reduced = nn.picture({width: 8, height: 8, scale: "ink", high: 1});
  const cross = html("span", {class: "nn-digit-cursor", "aria-hidden": "true"});
  const help = html(
    "p",
    {class: "nn-hidden", id: nn.id()},
    "The arrow keys move the pen; hold Shift for larger steps. Space puts it down or lifts it. " +
      "Backspace clears the board.",
  );
  const sheet = html("div", {class: "nn-digit-board", tabindex: 0, role: "application",
    "aria-label": "Drawing board", "aria-describedby": help.id}, board.node, cross);
  board.node.setAttribute("aria-hidden", "true");
  board.node.removeAttribute("role");
  const rows = Array.from({length: 10}, (_, k) => {
    const bar = html("span", {class: "nn-digit-bar", "aria-hidden": "true"}, html("span"));
    const value = html("span", {class: "nn-digit-value"});
    return {
      bar: bar.firstChild, value,
      node: html("li", {}, html("span", {}, String(k)), bar, value),
    };
  });
  const verdict = html("strong", {"aria-hidden": "true"});
  const announcer = nn.live();
  announcer.node.className = "nn-hidden";
  const note = html("p", {class: "nn-note"});
  // The network must choose among ten digits, so it is sure of any scribble.
  const sure = html("span"), doubt = html("p", {class: "nn-note", hidden: true}, sure,
    " It has never learned to say “not a digit”. ", html("a", {href: why}, "Find out why"), ".");
  const eraser = nn.button("Eraser", () => {
    state.erasing = !state.erasing;
    eraser.setAttribute("aria-pressed", state.erasing);
  });
  eraser.setAttribute("aria-pressed", "false");

  const percent = p => `${Math.round(100 * p)}%`;
  const say = (node, words) => { if (node.textContent !== words) node.textContent = words; };
  const draw = nn.frame(() => {
    const x = nn.digit.counts(ink, SIZE, {dark, blur}), odds = x ? read(x) : null;
    board.set(ink);
    reduced.set(x ?? new Float64Array(64));
    const best = odds ? odds.indexOf(Math.max(...odds)) : -1;
    rows.forEach(({bar, value, node}, k) => {
      bar.style.transform = `scaleX(${odds ? odds[k].toFixed(3) : 0})`;
      say(value, odds ? percent(odds[k]) : "");
      node.classList.toggle("nn-digit-best", k === best);
    });
    say(verdict, odds ? String(best) : "?");
    doubt.hidden = !state.own || state.sample >= 0 || !odds;
    if (odds) say(sure, `The network is ${percent(odds[best])} sure that this is a ${best}.`);
    speak(odds ? `It reads ${best}, ${percent(odds[best])}.` : "The board is empty.");
  });

  // Spoken when the drawing has rested for a moment.
  let waiting = 0;
  function speak(words) {
    clearTimeout(waiting);
    waiting = setTimeout(() => announcer.set(words), QUIET);
  }

  // ---- ink
  function line(from, to, value = state.erasing ? 0 : 1) {
    const radius = value ? PEN : RUBBER, [dx, dy] = [to.x - from.x, to.y - from.y];
    const span = (a, b) => [
      Math.max(0, Math.floor(Math.min(a, b) - radius)),
      Math.min(SIZE, Math.ceil(Math.max(a, b) + radius)),
    ];
    const [left, right] = span(from.x, to.x), [top, bottom] = span(from.y, to.y);
    for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) {
      const x = j + 0.5 - from.x;
      const y = i + 0.5 - from.y;
      const t = nn.clamp((x * dx + y * dy) / (dx * dx + dy * dy || 1), 0, 1);
      if ((x - t * dx) ** 2 + (y - t * dy) ** 2 <= radius ** 2) ink[i * SIZE + j] = value;
    }
    draw();
  }

  function clear() {
    stop();
    ink.fill(0);
    state.own = true;
    state.sample = -1;
    note.textContent = "";
    draw();
  }

  // The reader's first stroke wipes the demonstration.
  function begin() {
    if (!state.own) clear();
  }

  function show() {
    stop();
    state.own = true;
    state.sample = (state.sample + 1) % samples.length;
    const {ink: packed, label} = samples[state.sample], bits = nn.bytes(packed);
    ink.forEach((_, k) => {
      const at = Math.floor(k / SIZE / 2) * SIZE / 2 + Math.floor(k % SIZE / 2);
      ink[k] = bits[at >> 3] >> (7 - at % 8) & 1;
    });
    note.textContent = `Test digit ${state.sample + 1} of ${samples.length}, meant as a ${label}. ` +
      "Draw on it until the network is wrong.";
    draw();
  }

  // ---- mouse, touch, pen
  const place = event => {
    const box = board.node.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * SIZE,
      y: ((event.clientY - box.top) / box.height) * SIZE,
    };
  };
  sheet.addEventListener("touchstart", event => event.preventDefault(), {passive: false});
  sheet.addEventListener("pointerdown", event => {
    if (event.button) return;
    begin();
    sheet.setPointerCapture(event.pointerId);
    state.pointer = place(event);
    line(state.pointer, state.pointer);
  });
  sheet.addEventListener("pointermove", event => {
    if (!state.pointer) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) {
      const to = place(one);
      line(state.pointer, to);
      state.pointer = to;
    }
  });
  for (const end of ["pointerup", "pointercancel"]) {
    sheet.addEventListener(end, () => {
      state.pointer = null;
    });
  }

  // ---- keys
  function aim() {
    cross.style.left = `${100 * cursor.x / SIZE}%`;
    cross.style.top = `${100 * cursor.y / SIZE}%`;
    cross.classList.toggle("nn-on", cursor.down);
  }
  nn.keys(sheet, (right, up, large) => {
    const from = {...cursor}, by = large ? 8 : 2;
    cursor.x = nn.clamp(cursor.x + right * by, 2, SIZE - 2);
    cursor.y = nn.clamp(cursor.y - up * by, 2, SIZE - 2);
    aim();
    if (cursor.down) line(from, cursor);
  });
  sheet.addEventListener("keydown", event => {
    if (event.key === " ") {
      begin();
      cursor.down = !cursor.down;
      if (cursor.down) line(cursor, cursor);
      else announcer.set("The pen is lifted.");
    } else if (event.key === "Backspace" || event.key === "Delete") clear();
    else return;
    aim();
    event.preventDefault();
  });
  sheet.addEventListener("blur", () => { cursor.down = false; aim(); });

  // ---- the drawing that draws itself
  const steps = demo.flatMap(stroke => stroke.slice(1).map((to, k) => [stroke[k], to]
    .map(([x, y]) => ({x: x * SIZE, y: y * SIZE}))));
  function play(from) {
    let done = 0;
    const next = now => {
      const due = Math.ceil((now - from) / 1000 / SECONDS * steps.length);
      while (done < Math.min(due, steps.length)) line(...steps[done++], 1);
      if (done < steps.length) state.playing = requestAnimationFrame(next);
    };
    state.playing = requestAnimationFrame(next);
  }
  function stop() {
    cancelAnimationFrame(state.playing);
  }

  element.replaceChildren(
    html(
      "div",
      {class: "nn-digit-parts"},
      sheet,
      html(
        "div",
        {},
        html(
          "div",
          {class: "nn-digit-read"},
          reduced.node,
          html("span", {"aria-hidden": "true"}, "→"),
          verdict,
        ),
        html(
          "ul",
          {class: "nn-digit-odds", "aria-label": "Probability of each digit"},
          ...rows.map(row => row.node),
        ),
      ),
    ),
    nn.bar(nn.button("Clear", clear), eraser, nn.button("Show a test digit", show)),
    doubt,
    note,
    help,
    announcer.node,
  );
  reduced.describe("The input of the network: your drawing, reduced to 8 by 8 pixels.");
  aim();
  draw();
  if (nn.calm.matches) {
    steps.forEach(([from, to]) => line(from, to, 1));
  } else requestAnimationFrame(play);
}, "network", "dark", "blur", "demo", "samples", "why");
