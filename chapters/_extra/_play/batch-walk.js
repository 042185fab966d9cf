// <nn-batch-walk>: gradient descent on the squared errors of a few samples, with a batch size that
// the reader sets.
// needs: parts-plot
// room: 568 662
// X: [[x₁, x₂], …], t: targets; orders: the samples' numbers, shuffled again for each epoch; sizes:
// batch sizes; x, y: ranges of the parameters; start; minimum; rate, chosen: the rate and the place
// in sizes to begin with; known: [{B, rate, start, end}] by nnlib, which agrees() compares.
(() => {
  const STEPS = 60, LAST = 30;
  const residual = (x, t, w) => x[0] * w[0] + x[1] * w[1] - t;

  // The place before the first step and after each.
  function walk(X, t, orders, B, rate, start) {
    const path = [[...start]], each = Math.ceil(X.length / B);
    for (let k = 0; k < STEPS; k++) {
      const order = orders[Math.floor(k / each) % orders.length];
      const rows = order.slice(k % each * B, (k % each + 1) * B);
      const w = path[k], g = [0, 0];
      for (const n of rows) {
        for (const j of [0, 1]) g[j] += (residual(X[n], t[n], w) * X[n][j]) / rows.length;
      }
      path.push(w.map((v, j) => v - rate * g[j]));
    }
    return path;
  }

  function build(element, {X, t, orders, sizes, x, y, start, minimum, rate, chosen, known}) {
    const state = {B: sizes[chosen], rate, start: [...start]}, live = nn.live();
    const map = nn.plot({
      x, y, height: 322, left: 38, xlabel: "parameter w₁", ylabel: "parameter w₂",
    });
    const loss = (a, b) =>
      X.reduce((sum, row, n) => sum + residual(row, t[n], [a, b]) ** 2 / 2, 0) / X.length;
    const low = loss(...minimum), high = Math.max(...x.flatMap(a => y.map(b => loss(a, b)))) - low;
    map.contours({n: 70}).set(
      loss,
      [0.003, 0.02, 0.06, 0.13, 0.23, 0.37, 0.55].map(part => low + part * high),
    );
    map.dots({shape: "cross", colour: "b", r: 7, points: [minimum]});
    const path = map.line({colour: "a", width: 1.2}), feet = map.dots({colour: "a", r: 2.4});
    const facts = nn.facts([
      "steps per epoch", "samples used", "distance from the minimum, last 30 steps",
    ]);

    function draw() {
      const way = walk(X, t, orders, state.B, state.rate, state.start);
      const each = Math.ceil(X.length / state.B);
      const far =
        way
          .slice(-LAST)
          .reduce((sum, w) => sum + Math.hypot(w[0] - minimum[0], w[1] - minimum[1]), 0) / LAST;
      const used = Math.floor(STEPS / each) * X.length + Math.min(STEPS % each * state.B, X.length);
      path.set(way);
      feet.set(way);
      facts.set([String(each), String(used), nn.number(far)]);
      live.set(
        `With ${state.B} of ${X.length} samples per step, the last ${LAST} of ${STEPS} steps are ` +
          `${nn.number(far)} away from the minimum on average.`,
      );
      map.describe(
        `A valley with a walk of ${STEPS} steps, ${state.B} samples each, at the learning rate ` +
          `${nn.number(state.rate)}.`,
      );
    }
    const redraw = nn.frame(draw);
    nn.point({
      on: map, at: start, label: "start of the walk", colour: "ink", shape: "triangle", step: 0.1,
      move: (a, b) => {
        state.start = [a, b];
        redraw();
      },
    });
    const size = nn.slider({
      label: "batch size", min: 0, max: sizes.length - 1, step: 1, value: chosen,
      show: k => String(sizes[k]),
      move: k => {
        state.B = sizes[k];
        redraw();
      },
    });
    const pace = nn.slider({
      label: "learning rate η", min: 0.02, max: 1, step: 0.02, value: rate,
      show: v => v.toFixed(2),
      move: v => {
        state.rate = v;
        redraw();
      },
    });
    element.replaceChildren(
      map.node, size.node, pace.node, live.node,
      nn.tuck(element, "Epochs and distance", facts.node),
    );
    draw();
    nn.flush();
    element.agrees = () => known.every(one => {
      const end = walk(X, t, orders, one.B, one.rate, one.start)[STEPS];
      return end.every((v, j) => Math.abs(v - one.end[j]) < 1e-9);
    });
  }

  nn.define("batch-walk", build, "X", "t", "orders", "sizes", "known");
})();
