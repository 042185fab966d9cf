// <nn-gates>: one LSTM cell over some steps, whose gates the reader sets by hand.
// needs: parts-handles
// room: 513 625
// values: what is offered at each step; marked: the steps, from 1, whose values count; gates: {i,
// f, o}, each a list, at first; goal: the number of the goal at first, 0 to 2; known: [{gates,
// cell, hidden}] as nnlib's layer computes them, which agrees() compares.
nn.define("gates", (element, {values, marked, gates, goal: first, known}) => {
  nn.style("gates", `
    .nn-gates-drawing { display: block; width: 100%; max-width: 32rem; margin: 0 auto; }
    .nn-gates-frame {
      fill: var(--nn-b); fill-opacity: .05; stroke: var(--nn-ink); stroke-opacity: .5;
    }
    .nn-gates-open { fill: var(--nn-b); fill-opacity: .4; }
    .nn-gates-mark { fill: none; stroke: var(--nn-ink); stroke-width: 2; }
    .nn-gates-rule { stroke: var(--nn-ink); stroke-opacity: .5; }
    .nn-gates-cell { fill: var(--nn-a); fill-opacity: .75; }
    .nn-gates-hidden { fill: var(--nn-c); fill-opacity: .75; }
    .nn-gates-gone { opacity: .5; }
    .nn-handle:focus-visible .nn-gates-frame { stroke-opacity: 1; stroke-width: 3; }
    nn-gates .nn-live { min-height: 3.4rem; }
    @media (max-width: 40rem) { nn-gates .nn-live { min-height: 6.6rem; } }`);

  const {html, svg, text, number} = nn;
  const T = values.length;
  const STEP = 53;
  const LEFT = 66;
  const WIDE = LEFT + T * STEP;
  const HIGH = 32;
  const MOST = 2;
  const state = {i: [...gates.i], f: [...gates.f], o: [...gates.o], goal: first};
  const ROWS = {i: 72, f: 114, o: 240}, CELL = 188, HIDDEN = 302, SHARE = 376, TALL = 388;
  const NAMES = {i: "input gate", f: "forget gate", o: "output gate"};
  const at = k => LEFT + STEP * (k + 0.5);

  // The cell, the hidden state, and the derivative of the last cell with respect to each value.
  function run({i, f, o}) {
    let c = 0;
    const cell = values.map((v, t) => (c = f[t] * c + i[t] * v));
    const share = values.map((_, t) => f.slice(t + 1).reduce((all, g) => all * g, i[t]));
    return {cell, hidden: cell.map((c, t) => o[t] * Math.tanh(c)), share};
  }

  const last = Math.max(...marked), sum = marked.reduce((all, t) => all + values[t - 1], 0);
  const goals = [
    {name: "Sum", wants: sum, says: "the sum of the marked values"},
    {name: "Last one", wants: values[last - 1], says: "only the last marked value"},
    {
      name: "Half the first", wants: values[Math.min(...marked) - 1] / 2,
      says: "50% of the first marked value",
    },
  ];

  const drawing = nn.scaled(
    svg("svg", {viewBox: `0 0 ${WIDE} ${TALL}`, class: "nn-drawing nn-gates-drawing"}),
  );
  const label = (y, ...lines) =>
    lines.map((line, k) => text(2, y + 14 * k, line, {class: "nn-small"}));
  drawing.append(
    ...label(16, "step"), ...label(40, "value v"), ...label(ROWS.i - 4, "input", "gate i"),
    ...label(ROWS.f - 4, "forget", "gate f"), ...label(CELL, "cell c"),
    ...label(ROWS.o - 4, "output", "gate o"), ...label(HIDDEN, "hidden", "state h"),
    ...label(SHARE - 22, "weight", "in last c"),
  );

  // A bar from a middle line, with its number.
  function signed(k, middle, unit, colour) {
    const bar = svg("rect", {class: `nn-gates-${colour}`, x: at(k) - 18, width: 36});
    const words = text(at(k), 0, "", {class: "nn-middle nn-small"});
    drawing.append(
      svg("line", {class: "nn-gates-rule", x1: at(k) - 24, x2: at(k) + 24, y1: middle, y2: middle}),
      bar,
      words,
    );
    return v => {
      const tall = Math.min(Math.abs(v), MOST) * unit;
      bar.setAttribute("y", v > 0 ? middle - tall : middle);
      bar.setAttribute("height", tall);
      words.setAttribute("y", v > 0 ? middle + 14 : middle - 5);
      words.textContent = number(v, 2);
    };
  }

  // A gate: a press opens or closes it, a drag sets a value between.
  function gate(key, k) {
    const top = ROWS[key] - 18, base = top + HIGH;
    const bar = svg("rect", {class: "nn-gates-open", x: at(k) - 20, width: 40});
    const words = text(at(k), ROWS[key] + 2, "", {class: "nn-middle nn-small"});
    const put = v => { state[key][k] = v; redraw(); };
    const grip = nn.handle(
      {
        drawing,
        label: `${NAMES[key]} of step ${k + 1}`,
        min: 0,
        max: 1,
        step: 0.1,
        value: state[key][k],
        read: (x, y) => (base - y) / HIGH,
        show: v => number(v, 1),
        move: put,
      },
      svg("rect", {class: "nn-hit", x: at(k) - STEP / 2, y: top - 5, width: STEP, height: HIGH + 10}),
      svg("rect", {class: "nn-gates-frame", x: at(k) - 20, y: top, width: 40, height: HIGH, rx: 3}),
      bar,
      words,
    );
    let before = null;
    grip.node.addEventListener("pointerdown", () => { before = state[key][k]; });
    grip.node.addEventListener("pointerup", () => {
      if (before !== null && before === state[key][k]) put(before < 0.5 ? 1 : 0);
      before = null;
    });
    grip.node.addEventListener("pointercancel", () => { before = null; });
    drawing.append(grip.node);
    return v => {
      grip.set(v);
      bar.setAttribute("y", base - v * HIGH);
      bar.setAttribute("height", v * HIGH);
      words.textContent = number(v, 1);
    };
  }

  const columns = values.map((v, k) => {
    const counts = marked.includes(k + 1);
    drawing.append(
      text(at(k), 16, k + 1, {class: "nn-middle nn-small"}),
      ...(counts
        ? [
            svg("rect", {
              class: "nn-gates-mark", x: at(k) - 21, y: 24, width: 42, height: 22, rx: 11,
            }),
          ]
        : []),
      text(at(k), 40, number(v, 1), {class: "nn-middle"}),
    );
    const share = text(at(k), SHARE - 12, "", {class: "nn-middle nn-small"});
    const set = {
      i: gate("i", k), f: gate("f", k), cell: signed(k, CELL, 15, "cell"), o: gate("o", k),
      hidden: signed(k, HIDDEN, 26, "hidden"),
    };
    drawing.append(share);
    return {
      ...set,
      share: w => {
        share.textContent = number(w, 2);
        share.classList.toggle("nn-gates-gone", w < 0.005);
      },
    };
  });

  const live = nn.live(), near = (a, b) => Math.abs(a - b) < 0.005;
  function draw() {
    const series = run(state), goal = goals[state.goal];
    columns.forEach((one, k) => {
      for (const key of ["i", "f", "o"]) one[key](state[key][k]);
      for (const key of ["cell", "hidden", "share"]) one[key](series[key][k]);
    });
    const end = series.cell[T - 1], early = series.hidden.slice(0, -1).findIndex(h => !near(h, 0));
    const held = near(end, goal.wants);
    const goalWords =
      `The cell should contain ${goal.says}, ${number(goal.wants, 2)}, at step ${T}. ` +
      `It contains ${number(end, 2)}. `;
    const verdict = !held
      ? "Not yet: choose what is written and what is erased."
      : early >= 0
        ? `Correct. If you like, close the output gate of step ${early + 1} to hide its state.`
        : near(state.o[T - 1], 0)
          ? `Correct. If you like, open the output gate of step ${T} to show its state.`
          : "Correct, and only the last step shows its state.";
    live.set(goalWords + verdict);
    drawing.setAttribute("aria-label", `A cell over ${T} steps. It ends with ${number(end, 2)}.`);
  }
  const redraw = nn.frame(draw);
  const choice = nn.buttons({
    label: "goal",
    options: goals.map(one => one.name),
    chosen: first,
    press: k => {
      state.goal = k;
      redraw();
    },
  });
  const open = nn.button("Set all gates to 1", () => {
    for (const key of ["i", "f", "o"]) state[key] = values.map(() => 1);
    redraw();
  });
  element.replaceChildren(
    html("div", {class: "nn-bar"}, choice.node, open),
    drawing,
    live.node,
  );
  draw();
  element.agrees = () => known.every(one => {
    const series = run(one.gates);
    const same = key => series[key].every((v, t) => Math.abs(v - one[key][t]) <= 1e-9);
    return same("cell") && same("hidden");
  });
}, "values", "marked", "gates", "goal", "known");
