// <nn-unroll>: a recurrent network that is a rain barrel, folded into one cell or unrolled day by
// day.
// needs: parts-handles
// room: 461 509
// rain: litres of each day, at first; start: how many days are shown; capacity, use: of the barrel,
// per day; known: [{rain, states: [[a, r], …]}] as nnlib's layer computes them, which agrees()
// compares.
nn.define("unroll", (element, {rain, start, capacity, use, known}) => {
  nn.style("unroll", `
    .nn-unroll-drawing { display: block; width: 100%; max-width: 32rem; margin: 0 auto; }
    .nn-unroll-mid { text-anchor: middle; }
    .nn-unroll-barrel { fill: none; stroke: var(--nn-ink); stroke-width: 2; }
    .nn-unroll-water, .nn-unroll-rain {
      fill: var(--nn-a); fill-opacity: .22; stroke: var(--nn-a);
    }
    .nn-unroll-water, .nn-unroll-matters { fill-opacity: .65; }
    .nn-unroll-cell { fill: none; stroke: var(--nn-ink); stroke-dasharray: 3 3; }
    .nn-unroll-unit { fill: none; stroke: var(--nn-ink); }
    .nn-unroll-reach { fill: transparent; }
    .nn-handle:focus-visible .nn-unroll-rain { stroke: var(--nn-ink); stroke-width: 3; }
    .nn-unroll-in, .nn-unroll-rec, .nn-unroll-out {
      fill: none; stroke-width: 2; stroke: var(--nn-ink);
    }
    .nn-unroll-rec { stroke: var(--nn-b); stroke-width: 3; }
    .nn-unroll-later { opacity: .35; }
    nn-unroll .nn-live { min-height: 3.4rem; }
    @media (max-width: 40rem) { nn-unroll .nn-live { min-height: 6.6rem; } }`);

  const {html, svg, text} = nn, MOST = 8, STEP = 54, WIDE = 384, UNIT = 8, BASE = 262;
  const state = {rain: [...rain], day: start, folded: false};
  const relu = z => Math.max(0, z);

  // The state (a, r) after each day; the one before the first day comes first.
  const run = days => days.reduce((all, x) => {
    const [a, r] = all.at(-1);
    return [...all, [relu(a - r + x - use), relu(a - r + x - use - capacity)]];
  }, [[0, 0]]);
  const level = ([a, r]) => a - r;
  // The days on which one litre more would change the level after the last of them.
  const mattering = days => days.map((_, k) =>
    level(run(days.map((x, j) => x + (j === k))).at(-1)) !== level(run(days).at(-1)));

  const drawing = nn.scaled(
    svg("svg", {viewBox: `0 0 ${WIDE} 288`, class: "nn-drawing nn-unroll-drawing"}),
  );
  const arrow = (d, part, from, to) => {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const long = Math.hypot(dx, dy) || 1;
    const [u, v] = [6 * dx / long, 6 * dy / long];
    return svg("path", {
      class: `nn-unroll-${part}`,
      d: `${d}M${to[0] - u - v * 0.6} ${to[1] - v + u * 0.6}L${to[0]} ` +
        `${to[1]}L${to[0] - u + v * 0.6} ${to[1] - v - u * 0.6}`,
    });
  };
  const straight = (part, from, to) => arrow(`M${from}L${to}`, part, from, to);

  // One column: the barrel, the cell with its two units, and the rain, which can be dragged.
  function column(k) {
    const node = svg("g");
    const water = svg("rect", {class: "nn-unroll-water", x: -15, width: 30});
    const high = text(0, 56, "", {class: "nn-unroll-mid"});
    const a = text(0, 127, "", {class: "nn-unroll-mid"});
    const over = text(0, 161, "", {class: "nn-unroll-mid"});
    node.append(
      water, svg("path", {class: "nn-unroll-barrel", d: "M-16 18v64h32v-64"}), high,
      svg("rect", {class: "nn-unroll-cell", x: -18, y: 102, width: 36, height: 70, rx: 6}),
      svg("circle", {class: "nn-unroll-unit", cx: 0, cy: 122, r: 14}),
      svg("circle", {class: "nn-unroll-unit", cx: 0, cy: 156, r: 14}), a, over,
    );
    if (!k) {
      node.append(
        text(0, BASE + 18, "before", {class: "nn-unroll-mid nn-small"}),
        text(0, BASE - 4, "rain", {class: "nn-unroll-mid nn-small"}),
        text(0, 12, "level", {class: "nn-unroll-mid nn-small"}), text(-30, 127, "a"),
        text(-30, 161, "r"),
      );
      return {node, set: one => show(one, true), place};
    }
    const bar = svg("rect", {class: "nn-unroll-rain", x: -15, width: 30});
    const fallen = text(0, 0, "", {class: "nn-unroll-mid"});
    const grip = nn.handle(
      {
        drawing,
        label: `rain of day ${k}`,
        min: 0,
        max: MOST,
        step: 1,
        value: rain[k - 1],
        read: (x, y) => (BASE - y) / UNIT,
        show: v => `${v} litres`,
        move(v) {
          state.rain[k - 1] = v;
          redraw();
        },
      },
      svg("rect", {
        class: "nn-unroll-reach", x: -24, y: BASE - MOST * UNIT - 4, width: 48,
        height: MOST * UNIT + 8,
      }),
      bar,
      fallen,
    );
    const back = svg("g", {}, straight("rec", [-STEP + 19, 137], [-19, 137]));
    const loop = svg(
      "g",
      {},
      arrow("M19 120c44 -8 44 42 0 34", "rec", [34, 156], [20, 154]),
      text(56, 141, "W"),
      text(69, 146, "hh", {class: "nn-small"}),
      text(12, 95, "W"),
      text(24, 100, "hy", {class: "nn-small"}),
      text(12, 188, "W"),
      text(24, 193, "xh", {class: "nn-small"}),
    );
    node.append(
      back, loop, straight("out", [0, 101], [0, 85]), straight("in", [0, 194], [0, 174]), grip.node,
      text(0, BASE + 18, `day ${k}`, {class: "nn-unroll-mid nn-small"}),
    );
    return {node, place, set(one, reached, x, matters) {
      show(one, reached);
      node.classList.toggle("nn-unroll-later", !reached);
      back.style.display = state.folded ? "none" : "";
      loop.style.display = state.folded ? "" : "none";
      grip.set(x);
      const high = Math.max(x * UNIT, 3);  // a dry day must also be visible and draggable
      bar.setAttribute("y", BASE - high);
      bar.setAttribute("height", high);
      bar.classList.toggle("nn-unroll-matters", reached && matters);
      fallen.setAttribute("y", BASE - high - 4);
      fallen.textContent = x;
    }};
    function place(x) { node.setAttribute("transform", `translate(${x} 0)`); }
    function show(one, reached) {
      const stands = reached ? level(one) : 0;
      water.setAttribute("y", 82 - stands * 60 / capacity);
      water.setAttribute("height", stands * 60 / capacity);
      high.textContent = reached ? stands : "";
      a.textContent = reached ? one[0] : "";
      over.textContent = reached ? one[1] : "";
    }
  }

  const columns = Array.from({length: rain.length + 1}, (_, k) => column(k)), live = nn.live();
  drawing.append(...columns.map(one => one.node));
  const listed = days =>
    days.length < 2 ? days.join("") : `${days.slice(0, -1).join(", ")} or ${days.at(-1)}`;
  function draw() {
    const states = run(state.rain);
    const t = state.day;
    const so = state.rain.slice(0, t);
    const matter = mattering(so);
    columns.forEach((one, k) => {
      one.node.style.display = state.folded && k !== Math.max(t, 1) ? "none" : "";
      one.place(state.folded ? WIDE / 2 : 34 + STEP * k);
      one.set(states[k], k <= t, state.rain[k - 1], matter[k - 1]);
    });
    const before = level(states[t - 1]), x = state.rain[t - 1], [a, r] = states[t];
    const days = matter.flatMap((yes, k) => yes ? [k + 1] : []);
    const sum = limit => `max(0, ${before} + ${x} − ${limit})`;
    live.set(
      `Day ${t}: a = ${sum(use)} = ${a}, r = ${sum(use + capacity)} = ${r}, level a − r = ` +
        `${a - r}. ` +
        (days.length
          ? `One litre more on day ${listed(days)} would change this ` +
            `level${days.length < t ? ", but one on an earlier day would not" : ""}.`
          : "One litre more on any day so far would not change this level."),
    );
  }
  const redraw = nn.frame(draw);
  const go = day => { state.day = day; redraw(); };
  const mode = nn.buttons({
    label: "how it is drawn", options: ["Unrolled", "Folded"],
    press: k => {
      state.folded = k === 1;
      redraw();
    },
  });
  const next = nn.button("Next day", () => go(Math.min(state.day + 1, rain.length)));
  const first = nn.button("Day 1", () => go(1));

  element.replaceChildren(
    html("div", {class: "nn-bar"}, mode.node, next, first),
    drawing,
    live.node,
  );
  draw();
  element.agrees = () =>
    known.every(({rain: days, states}) =>
      run(days)
        .slice(1)
        .every((one, k) => one.every((v, j) => v === states[k][j])),
    );
}, "rain", "start", "capacity", "use", "known");
