// <nn-truncate>: how each error of an unrolled unit reaches each use of its weight w, if the way
// back is cut after k steps.
// room: 511 577
// w, first: the weight and the state before step 1; targets: one for each step; cases: [{name, x}],
// the inputs; known: [{x, k, gradient}], which agrees() compares. The unit is
// h_t = max(0, w h_(t − 1) + x_t), and the loss is half the sum of the squared errors.
nn.define("truncate", (element, {w, first, targets, cases, known}) => {
  nn.style("truncate", `
    .nn-truncate-drawing { display: block; width: 100%; max-width: 32rem; margin: 0 auto; }
    .nn-truncate-drawing text { text-anchor: middle; }
    .nn-truncate-line, .nn-truncate-ring { fill: none; stroke: var(--nn-ink); }
    .nn-truncate-way { fill: none; stroke: var(--nn-b); stroke-width: 3; }
    .nn-truncate-cell { fill: var(--nn-b); fill-opacity: .12; stroke: var(--nn-ink); }
    .nn-truncate-on { fill-opacity: .45; }
    .nn-truncate-cut { opacity: .3; }
    .nn-truncate-cut path { stroke-dasharray: 4 4; }
    nn-truncate .nn-live { min-height: 5.2rem; }
    @media (max-width: 40rem) { nn-truncate .nn-live { min-height: 9.6rem; } }`);

  const {svg, text} = nn, T = targets.length, STEPS = targets.map((_, t) => t + 1);
  const state = {which: 0, k: 1, error: T};
  const X = t => 90 + 92 * t, U = s => X(s) - 46, ROW = t => 140 + 32 * t;
  const short = v => nn.number(v, 0), name = t => `e${"₀₁₂₃₄₅"[t]}`;

  // States h, errors e, and the derivative way[t][s] with which the error of step t reaches the
  // sum of step s; both count from 1.
  function compute(x) {
    const h = [first], e = [0], on = [0], way = [[]];
    for (const t of STEPS) {
      const z = w * h[t - 1] + x[t - 1];
      h.push(Math.max(0, z));
      on.push(z > 0 ? 1 : 0);
      e.push(h[t] - targets[t - 1]);
      way.push([]);
      for (let s = t; s > 0; s--) way[t][s] = on[s] * (s === t ? e[t] : w * way[t][s + 1]);
    }
    return {h, e, on, way};
  }
  function gradient(x, k) {
    const {h, way} = compute(x);
    return STEPS.reduce((sum, t) => sum + STEPS.reduce(
      (part, s) => part + (s <= t && t - s < k ? way[t][s] * h[s - 1] : 0), 0), 0);
  }

  const drawing = nn.scaled(
    svg("svg", {viewBox: "0 0 400 272", class: "nn-drawing nn-truncate-drawing"}),
  );
  const arrow = (part, [a, b], [c, d]) => {
    const long = Math.hypot(c - a, d - b), u = 6 * (c - a) / long, v = 6 * (d - b) / long;
    return svg("path", {
      class: `nn-truncate-${part}`,
      d: `M${a} ${b}L${c} ${d}M${c - u - v * 0.6} ${d - v + u * 0.6}L${c} ${d}` +
        `L${c - u + v * 0.6} ${d - v - u * 0.6}`,
    });
  };
  const live = nn.live();

  function draw() {
    const {k, error} = state, {x} = cases[state.which], {h, e, on, way} = compute(x);
    const parts = [];
    for (let t = 0; t <= T; t++) {
      parts.push(
        svg("circle", {class: "nn-truncate-ring", cx: X(t), cy: 66, r: 17}),
        text(X(t), 71, short(h[t])),
      );
      if (!t) continue;
      parts.push(
        arrow("line", [X(t - 1) + 18, 66], [X(t) - 18, 66]),
        text(U(t), 59, on[t] ? `× ${short(w)}` : "off"),
        text(X(t), 16, `${name(t)} = ${short(e[t])}`),
        arrow(t === error ? "way" : "line", [X(t), 22], [X(t), 46]),
        text(U(t), ROW(0) + 10, `use ${t}`, {class: "nn-small"}),
        text(66, ROW(t) + 5, name(t)),
      );
      for (let s = 1; s <= t; s++) {
        const far = t - s >= k ? " nn-truncate-cut" : "";
        const chosen = t === error ? " nn-truncate-on" : "";
        parts.push(svg(
          "g",
          {class: far},
          svg("rect", {
            class: `nn-truncate-cell${chosen}`, x: U(s) - 32, y: ROW(t) - 13, width: 64, height: 26,
          }),
          text(U(s), ROW(t) + 5, short(way[t][s] * h[s - 1])),
        ));
        if (t !== error) continue;
        parts.push(svg(
          "g",
          {class: far},
          arrow("way", [X(s) - 4, 96], [X(s - 1) + 4, 96]),
          text(U(s), 116, short(way[t][s])),
        ));
      }
    }
    drawing.replaceChildren(...parts);
    const terms = STEPS.filter(s => s <= error && error - s < k).reverse().map(s =>
      `use ${s}: ${short(way[error][s])} × ${short(h[s - 1])} = ` +
        short(way[error][s] * h[s - 1]));
    const sum = gradient(x, k), exact = gradient(x, T);
    live.set(
      `Error ${name(error)}, sent back and multiplied by the state before each use: ` +
        `${terms.join("; ")}. ` +
        `All errors together give ${short(sum)}, and the exact gradient is ${short(exact)}.`,
    );
  }
  const redraw = nn.frame(draw);
  const set = name => v => { state[name] = v; redraw(); };
  element.replaceChildren(
    nn.buttons({label: "inputs", options: cases.map(c => c.name), press: set("which")}).node,
    nn.buttons({
      label: "error that is shown", options: STEPS.map(name), chosen: T - 1,
      press: v => set("error")(v + 1),
    }).node,
    nn.slider({
      label: "cut after k uses", min: 1, max: T, step: 1, value: 1, show: short, move: set("k"),
    }).node,
    drawing,
    live.node,
  );
  draw();
  element.agrees = () => known.every(one => gradient(one.x, one.k) === one.gradient);
}, "w", "first", "targets", "cases", "known");
