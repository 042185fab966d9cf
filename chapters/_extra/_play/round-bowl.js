// <nn-round-bowl>: a cloud of samples that is moved and stretched, the loss over the errors of two
// weights, and descent.
// needs: parts-plot
// room: 871 520
// points: [[u, v], …], standardised; x, y: ranges of the features; mean, spread: where it starts;
// start: the errors of both weights before the first step; presets: [{name, mean, spread}]; known:
// {mean, spread, condition, steps} by nnlib, which agrees() compares.
(() => {
  const SHOWN = 15, MOST = 100000, SMALL = 0.15;

  // The Hessian of the mean of half the squared residuals: the mean of x x' of all samples.
  function hessian(points, mean, spread) {
    const H = [[0, 0], [0, 0]];
    for (const p of points) {
      const x = p.map((v, k) => mean[k] + spread[k] * v);
      for (const i of [0, 1]) for (const j of [0, 1]) H[i][j] += x[i] * x[j] / points.length;
    }
    return H;
  }

  // Both eigenvalues of a symmetric matrix, the larger one first.
  function eigenvalues([[a, b], [, d]]) {
    const half = Math.hypot((a - d) / 2, b), large = (a + d) / 2 + half;
    return [large, (a * d - b * b) / large];
  }

  // With the rate 2 / (λ₁ + λ₂) no direction shrinks by less than (κ − 1) / (κ + 1) a step.
  function stepsTo(condition, part = 0.01) {
    const factor = (condition - 1) / (condition + 1);
    return factor < part ? 1 : Math.min(MOST, Math.ceil(Math.log(part) / Math.log(factor) - 1e-9));
  }

  function descend(H, start, rate, steps) {
    const path = [[...start]];
    for (let t = 0; t < steps; t++) {
      const e = path[t];
      path.push(e.map((v, k) => v - rate * (H[k][0] * e[0] + H[k][1] * e[1])));
    }
    return path;
  }

  function build(element, {points, x, y, mean, spread, start, presets, known}) {
    const state = {mean: [...mean], spread: [...spread]}, live = nn.live();
    const data = nn.plot({x, y, height: 300, left: 38, xlabel: "feature 1", ylabel: "feature 2"});
    data.line({colour: "ink", width: 1, points: [[0, y[0]], [0, y[1]]]});
    data.line({colour: "ink", width: 1, points: [[x[0], 0], [x[1], 0]]});
    const cloud = data.dots({colour: "a", r: 4.5});
    const frame = data.line({colour: "b", dash: "5 4", width: 1.6});
    const bowl = nn.plot({
      x: [-1, 1], y: [-1, 1], height: 300, left: 38, xlabel: "error of weight 1",
      ylabel: "error of weight 2",
    });
    const rings = bowl.contours({n: 70});
    bowl.dots({shape: "cross", colour: "b", r: 6, points: [[0, 0]]});
    const path = bowl.line({colour: "a", width: 1.2}), feet = bowl.dots({colour: "a", r: 2.6});
    const facts = nn.facts(["means", "standard deviations", "eigenvalues", "condition number"]);
    const pair = v => `${nn.number(v[0])},\u00a0${nn.number(v[1])}`;

    function draw() {
      const {mean: m, spread: s} = state;
      const H = hessian(points, m, s);
      const [large, small] = eigenvalues(H);
      const condition = large / small;
      const steps = stepsTo(condition);
      const way = descend(H, start, 2 / (large + small), SHOWN);
      cloud.set(points.map(p => p.map((v, k) => m[k] + s[k] * v)));
      frame.set(
        [
          [-1, -1],
          [1, -1],
          [1, 1],
          [-1, 1],
          [-1, -1],
        ].map(([i, j]) => [m[0] + i * s[0], m[1] + j * s[1]]),
      );
      rings.set(
        (a, b) => (H[0][0] * a * a + 2 * H[0][1] * a * b + H[1][1] * b * b) / large,
        [0.01, 0.04, 0.1, 0.25, 0.5, 0.9],
      );
      path.set(way);
      feet.set(way);
      facts.set([
        pair(m), pair(s),
        `${nn.number(large)},\u00a0${nn.number(small)}`,
        nn.number(condition),
      ]);
      const many = steps === 1 ? "1 step" : steps >= MOST ? `over ${MOST} steps` : `${steps} steps`;
      live.set(
        `Condition number ${nn.number(condition)}: at the best learning rate, ${many} until the ` +
          "error is certain to be below 1%.",
      );
      data.describe(
        `A cloud of ${points.length} samples with means ${pair(m)} and standard deviations ` +
          `${pair(s)}.`,
      );
      bowl.describe(
        `Contours of the loss with condition number ${nn.number(condition)}, and ${SHOWN} steps ` +
          "of gradient descent.",
      );
    }
    const redraw = nn.frame(draw);
    const corner = () => state.mean.map((v, k) => v + state.spread[k]);
    const middle = nn.point({
      on: data, at: mean, label: "mean of the cloud", colour: "ink", shape: "diamond", step: 0.1,
      move: (a, b) => {
        state.mean = [a, b];
        hook.set(...corner());
        redraw();
      },
    });
    const hook = nn.point({
      on: data, at: corner(), label: "spread of the cloud", colour: "b", shape: "square", step: 0.1,
      fit: p => p.map((v, k) => Math.max(v, state.mean[k] + SMALL)),
      move: (a, b) => {
        state.spread = [a - state.mean[0], b - state.mean[1]];
        redraw();
      },
    });
    const menu = nn.buttons({
      label: "inputs",
      options: presets.map(p => p.name),
      chosen: 0,
      press: k => {
        Object.assign(state, {mean: [...presets[k].mean], spread: [...presets[k].spread]});
        middle.set(...state.mean);
        hook.set(...corner());
        redraw();
      },
    });
    element.replaceChildren(
      menu.node, nn.columns(data.node, bowl.node), live.node,
      nn.tuck(element, "Means, deviations, eigenvalues", facts.node),
    );
    draw();
    nn.flush();
    element.agrees = () => known.every(one => {
      const [large, small] = eigenvalues(hessian(points, one.mean, one.spread));
      return (
        Math.abs(large / small / one.condition - 1) < 1e-9 && stepsTo(one.condition) === one.steps
      );
    });
  }

  nn.define("round-bowl", build, "points", "presets", "known");
})();
