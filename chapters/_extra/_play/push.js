// <nn-push>: push one score; every probability, a column of the Jacobian and the slopes of the
// loss.
// needs: parts-plot
// room: 868 546
// classes: three names; scores: where the sliders start; truth, pushed: indices of classes.
nn.define("push", (element, {classes, scores, truth, pushed}) => {
  const INKS = ["a", "b", "c"];
  const SHAPES = ["circle", "square", "diamond"];
  const DASHES = [null, "8 5", "2 4"];
  const END = 5, REACH = 1.2, ROWS = [2, 1, 0];
  const state = {z: [...scores], truth, pushed};

  function softmax(z) {
    const m = Math.max(...z), e = z.map(v => Math.exp(v - m)), sum = e.reduce((a, b) => a + b);
    return e.map(v => v / sum);
  }
  const jacobian = p => p.map((pi, i) => p.map((pj, j) => pi * ((i === j) - pj)));
  const loss = (z, t) => {
    const m = Math.max(...z);
    return Math.log(z.reduce((sum, v) => sum + Math.exp(v - m), 0)) + m - z[t];
  };

  // A probability that is not exactly 0 or 1 is not shown as 0 or 1.
  function signed(v, plus = false) {
    const size = Math.abs(v), sign = v < 0 ? "−" : plus && v > 0 ? "+" : "";
    if (size > 0 && size < 0.0005) return v < 0 ? ">−0.001" : "<0.001";
    return size > 0.9995 && size < 1 ? `${v < 0 ? "<−" : ">"}0.999` : sign + size.toFixed(3);
  }

  const plot = nn.plot({
    height: 250, x: [-END, END], y: [0, 1], left: 34, right: 70, xticks: [-4, -2, 0, 2, 4],
    yticks: [0, 0.25, 0.5, 0.75, 1], xlabel: "score z that is pushed", ylabel: "probability",
  });
  const curves = classes.map((label, k) => plot.line({colour: INKS[k], dash: DASHES[k], label}));
  const tangents = classes.map((_, k) => plot.line({colour: INKS[k], width: 5}));
  tangents.forEach(one => { one.node.style.opacity = 0.45; });
  const dots = classes.map((_, k) => plot.dots({colour: INKS[k], shape: SHAPES[k], r: 5.5}));

  const pulls = nn.plot({
    height: 150, x: [-1, 1], y: [-0.6, 2.6], left: 86, right: 60, xticks: [-1, 0, 1], yticks: [],
    xlabel: "∂L/∂z = p − q",
  });
  const zero = pulls.line({colour: "ink", width: 1.2, points: [[0, -0.6], [0, 2.6]]});
  zero.node.style.opacity = 0.6;
  const bars = classes.map((_, k) => pulls.area({colour: INKS[k], edge: true}));
  const names = classes.map((name, k) =>
    pulls.words({at: [-1.06, ROWS[k] - 0.12], label: name, side: "end"}),
  );
  const values = classes.map((_, k) => pulls.words({at: [1.04, ROWS[k] - 0.12]}));

  // The Jacobian: a row for each probability, a column for each score.
  const style = "padding: .25rem .2rem";  // so that four columns fit a phone of 320 pixels
  const [head, side] = ["col", "row"].map(scope => words => nn.html("th", {scope, style}, words));
  const heads = classes.map(name => head(name));
  const entries = classes.map(() => classes.map(() => nn.html("td", {style})));
  const table = nn.html(
    "table",
    {class: "nn-counts", style: "font-size: .82rem", "aria-label": "Jacobian of softmax"},
    nn.html("thead", {}, nn.html("tr", {}, side("∂p/∂z"), ...heads)),
    nn.html("tbody", {}, ...classes.map((name, i) => nn.html("tr", {}, side(name), ...entries[i]))),
  );
  const facts = nn.facts(classes.map(name => `p of ${name}`).concat("loss")), live = nn.live();

  function light(cell, on) {
    cell.classList.toggle("nn-strong", on);
    cell.style.background = on ? "color-mix(in srgb, var(--nn-b) 25%, transparent)" : "";
  }

  function draw() {
    const {z, truth: t, pushed: j} = state, p = softmax(z), J = jacobian(p);
    const along = v => softmax(z.map((old, k) => k === j ? v : old));
    const line = Array.from({length: 121}, (_, k) => -END + (2 * END * k) / 120).map(v => [
      v, along(v),
    ]);
    classes.forEach((name, k) => {
      curves[k].set(line.map(([v, q]) => [v, q[k]]));
      tangents[k].set([-REACH, REACH].map(d => [z[j] + d, p[k] + d * J[k][j]]));
      dots[k].set([[z[j], p[k]]]);
      const pull = p[k] - (k === t), y = ROWS[k];
      bars[k].set([[0, y - 0.32], [pull, y - 0.32], [pull, y + 0.32], [0, y + 0.32]]);
      names[k].set([-1.06, y - 0.12], k === t ? `${name} ✓` : name);
      values[k].set([1.04, y - 0.12], signed(pull, true));
    });
    entries.forEach((row, i) => row.forEach((cell, k) => {
      cell.textContent = signed(J[i][k]);
      light(cell, k === j);
    }));
    heads.forEach((cell, k) => light(cell, k === j));
    facts.set([...p.map(v => signed(v)), signed(loss(z, t))]);
    plot.describe(
      `Probabilities against the score of ${classes[j]}, now ${nn.number(z[j])}: ` +
        classes
          .map((name, k) => `${name} ${signed(p[k])}, slope ${signed(J[k][j], true)}`)
          .join("; "),
    );
    pulls.describe(
      "Slopes of the loss: " +
        `${classes.map((name, k) => `${name} ${signed(p[k] - (k === t), true)}`).join(", ")}`,
    );
    live.set(
      `The correct class is ${classes[t]}. Slopes for the score of ${classes[j]}: ` +
        `${classes.map((name, k) => `${name} ${signed(J[k][j], true)}`).join(", ")}; loss ` +
        `${signed(p[j] - (j === t), true)}.`,
    );
  }
  const redraw = nn.frame(draw);

  const sliders = classes.map((name, k) => nn.slider({
    label: `z of ${name}`, min: -END, max: END, step: 0.05, value: state.z[k],
    show: v => nn.number(Math.abs(v - state.z[k]) < 0.026 ? state.z[k] : v),
    move: v => { state.z[k] = v; state.pushed = k; sliders[k].set(v); redraw(); },
  }));
  // The state has exact scores; a slider is at the nearest of its steps and shows the
  // score.
  function put(z) {
    state.z = z;
    sliders.forEach((one, k) => one.set(z[k]));
    draw();
  }
  const truths = nn.choice({legend: "Correct class", options: classes, chosen: truth,
    pick: k => { state.truth = k; redraw(); }});
  const buttons = nn.bar(
    nn.button("one step downhill", () => {
      const p = softmax(state.z);
      put(state.z.map((v, k) => nn.clamp(v - (p[k] - (k === state.truth)), -END, END)));
    }),
    nn.button("reset", () => {
      Object.assign(state, {truth, pushed});
      truths.set(truth);
      put([...scores]);
    }));
  element.replaceChildren(
    truths.node,
    nn.columns(
      nn.html("div", {}, ...sliders.map(one => one.node), buttons, pulls.node),
      nn.html("div", {}, plot.node),
    ),
    live.node,
    nn.tuck(
      element, "Jacobian, probabilities, loss",
      nn.columns(nn.html("div", {}, table), facts.node),
    ),
  );
  draw();
}, "classes", "scores", "truth", "pushed");
