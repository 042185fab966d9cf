// <nn-valley>: gradient descent in one weight: the steps on the curve, and the loss at each step.
// needs: parts-plot
// room: 950 553
// valleys: [{name, kind, x, y, start, rate, known}]; the loss of a kind is below; rate: the
// learning rate that the slider starts from, a power of ten with exponents in steps of 0.02; known:
// {start, rate, steps, w} by nnlib, which agrees() compares.
(() => {
  const LOSSES = {
    birds: {f: w => 0.3875 - 1.25 * w + 1.25 * w ** 2, slope: w => 2.5 * (w - 0.5)},
    double: {f: w => (w * w - 4) ** 2 / 8 + w / 2 + 1.5, slope: w => w * (w * w - 4) / 2 + 0.5},
    terrace: {f: w => (w ** 4 / 4 + w ** 3) / 4 + 2, slope: w => (w ** 3 + 3 * w * w) / 4},
  };
  const SHOWN = 20, LONG = 2000;

  function walk({slope}, start, rate, steps) {
    const path = [start];
    for (let k = 0; k < steps; k++) path.push(path[k] - rate * slope(path[k]));
    return path;
  }

  // What a long walk does, in words.
  function verdict(loss, start, rate) {
    const path = walk(loss, start, rate, LONG), end = path[LONG];
    const turns = path
      .slice(2, 12)
      .filter((w, k) => (w - path[k + 1]) * (path[k + 1] - path[k]) < 0).length;
    if (!path.every(w => Math.abs(w) < 1e3)) {
      return "It diverges: each step lands higher up the other side.";
    }
    if (Math.abs(loss.slope(start)) < 1e-9) return "The slope is 0 here, so nothing moves.";
    if (Math.abs(loss.slope(end)) > 0.01) {
      const flips = path
        .slice(-10)
        .filter((w, k, all) => k > 1 && (w - all[k - 1]) * (all[k - 1] - all[k - 2]) < 0).length;
      return flips > 4
        ? "It bounces between the walls and never settles."
        : "It is too slow: it hasn’t arrived after 2,000 steps.";
    }
    if ([-0.5, 0.5].some(d => loss.f(end + d) < loss.f(end) - 1e-3)) {
      return "It stops on level ground that is not a valley.";
    }
    const early = walk(loss, start, rate, SHOWN);
    if (turns > 4) return "It oscillates, and converges.";
    return Math.abs(loss.slope(early[SHOWN])) > 0.3
      ? "It is slow: 20 steps are not enough."
      : "It converges.";
  }

  function build(element, {valleys, start = 0}) {
    for (const {kind} of valleys) {
      if (!(kind in LOSSES)) {
        throw new Error(
          `unknown kind "${kind}", expected one of ${Object.keys(LOSSES).join(", ")}`);
      }
    }
    const state = {steps: 3}, first = valleys[start], live = nn.live();
    const hill = nn.plot({
      x: first.x, y: first.y, height: 300, left: 34, xlabel: "weight w", ylabel: "loss",
    });
    const ground = hill.line({colour: "a", width: 2.6});
    const tangent = hill.line({colour: "c", dash: "8 4"});
    const path = hill.line({colour: "b", width: 1.6}), feet = hill.dots({colour: "b", r: 4});
    const here = hill.marker({colour: "b"});
    const chart = nn.plot({
      x: [0, SHOWN], y: first.y, height: 300, left: 34, xlabel: "step", ylabel: "loss",
    });
    const curve = chart.line({colour: "b"});
    const marks = chart.dots({colour: "b", r: 3.2});
    const now = chart.marker({colour: "b"});
    const facts = nn.facts(["weight", "loss", "slope", "next step"]);

    function draw() {
      const {loss, rate, from, steps} = state, all = walk(loss, from, rate, SHOWN);
      const gone = all.slice(0, steps + 1);
      const w = gone[steps];
      const wide = state.valley.x[1] - state.valley.x[0];
      const valid = gone.filter(v => Number.isFinite(loss.f(v))), fine = valid.length === gone.length;
      const told = v => Math.abs(v) > 1e5 || Number.isNaN(v) ? "out of sight" : nn.number(v, 3);
      const short = (name, v) =>
        `${name} ${Math.abs(v) > 1e5 || Number.isNaN(v) ? "out of sight" : `= ${nn.number(v, 1)}`}`;
      const onto = (plot, places) =>
        places.filter(
          ([x, y]) => x >= plot.x[0] && x <= plot.x[1] && y >= plot.y[0] && y <= plot.y[1],
        );
      const last = valid[valid.length - 1];
      path.set(valid.map(v => [v, loss.f(v)]));
      feet.set(onto(hill, valid.slice(0, -1).map(v => [v, loss.f(v)])));
      here.set([last, loss.f(last)], short("w", w));
      const reach =
        (0.16 * wide) /
        Math.hypot(1, (loss.slope(w) * wide) / (state.valley.y[1] - state.valley.y[0]));
      tangent.set(fine ? [-reach, reach].map(d => [w + d, loss.f(w) + d * loss.slope(w)]) : []);
      const heights = all.map((v, k) => [k, loss.f(v)]);
      curve.set(heights);
      marks.set(onto(chart, heights));
      now.set([steps, fine ? loss.f(w) : 2 * chart.y[1]], short("loss", loss.f(w)));
      facts.set([told(w), told(loss.f(w)), told(loss.slope(w)), told(-rate * loss.slope(w))]);
      const words = verdict(loss, from, rate);
      live.set(`Learning rate ${nn.number(rate, 3)}. ${words}`);
      hill.describe(
        `The loss as a curve over the weight, and ${steps} steps from ${nn.number(from)}. ${words}`,
      );
      chart.describe(
        `The loss after each of 20 steps. After step ${steps} it is ${told(loss.f(w))}.`,
      );
    }
    const redraw = nn.frame(draw);

    function choose(k) {
      const valley = valleys[k], loss = LOSSES[valley.kind];
      Object.assign(state, {valley, loss, from: valley.start, rate: valley.rate});
      hill.range(valley.x, valley.y);
      chart.range([0, SHOWN], valley.y);
      ground.set(loss.f);
      handle.set(valley.start, 0);
      rate.set(Math.log10(valley.rate));
      redraw();
    }
    const handle = nn.point({
      on: hill, at: [first.start, first.y[0]], label: "start", colour: "ink", shape: "triangle",
      step: 0.1, snap: 0.05,
      fit: ([w]) => [w, hill.y[0]],
      show: w => nn.number(w),
      move: w => {
        state.from = w;
        redraw();
      },
    });
    const menu = nn.buttons({
      label: "loss",
      options: valleys.map(v => v.name),
      chosen: start,
      press: choose,
    });
    const rate = nn.slider({
      label: "learning rate", min: -2, max: 0.3, step: 0.02, value: Math.log10(first.rate),
      show: v => nn.number(10 ** v, 3),
      move: v => {
        state.rate = +(10 ** v).toPrecision(12);
        redraw();
      },
    });
    const steps = nn.slider({label: "steps", min: 0, max: SHOWN, step: 1, value: state.steps,
      show: v => nn.number(v, 0), move: v => { state.steps = v; redraw(); }});
    element.replaceChildren(
      menu.node, nn.columns(hill.node, chart.node), nn.columns(rate.node, steps.node),
      nn.tuck(element, "Weight, loss, slope", facts.node), live.node,
    );
    choose(start);
    nn.flush();
    element.agrees = () => valleys.every(({kind, known}) => {
      const path = walk(LOSSES[kind], known.start, known.rate, known.steps);
      return Math.abs(path[known.steps] - known.w) < 1e-9;
    });
  }

  nn.define("valley", build, "valleys");
})();
