// <nn-ray>: drag the step along a search direction; the steps that a line search accepts are thick.
// needs: parts-plot
// room: 618 642
// lines: [{name, terms: the coefficients a of the loss φ(t) = a₀ + a₁t + a₂t² + …, t: its range,
// height: range of φ}]; line: which of them at first; at: the step at first; c1, c2: the constants
// at first; known: [{line, t, accepted}] by NumPy, which agrees() compares.
(() => {
  const SAMPLES = 240, PIECES = 3;
  const value = (terms, t) => terms.reduceRight((sum, a) => sum * t + a, 0);
  const slope = (terms, t) => value(terms.slice(1).map((a, k) => (k + 1) * a), t);

  // Whether the loss is low enough (Armijo), and the slope flat enough.
  function judged(terms, c1, c2, t) {
    const start = slope(terms, 0);
    return {
      low: value(terms, t) <= terms[0] + c1 * t * start + 1e-12,
      flat: Math.abs(slope(terms, t)) <= c2 * Math.abs(start) + 1e-12,
    };
  }
  const accepted = (...given) => Object.values(judged(...given)).every(Boolean);

  function build(element, {lines, line, at, c1, c2, known}) {
    const state = {line, t: at, c1, c2}, live = nn.live();
    const {terms, t: range, height} = lines[line];
    const plot = nn.plot({x: range, y: height, height: 270, right: 62,
      xlabel: "step length t", ylabel: "loss φ(t)"});
    const curve = plot.line({colour: "a"});
    const good = Array.from({length: PIECES}, () => plot.line({colour: "c", width: 6}));
    const limit = plot.line({colour: "b", dash: "6 4", label: "Armijo"});
    const tangent = plot.line({colour: "ink", width: 1.5});
    const facts = nn.facts(["loss", "Armijo limit", "slope", "limit on |slope|"]);
    const places = ([low, high]) =>
      Array.from({length: SAMPLES + 1}, (_, k) => low + ((high - low) * k) / SAMPLES);

    // The accepted steps, as runs of neighbouring places.
    function runs(terms, range) {
      const pieces = [[]];
      for (const t of places(range)) {
        if (t > 0 && accepted(terms, state.c1, state.c2, t)) {
          pieces.at(-1).push([t, value(terms, t)]);
        } else if (pieces.at(-1).length) pieces.push([]);
      }
      return pieces;
    }

    function draw() {
      const {terms, t: range} = lines[state.line], {t, c1, c2} = state, start = slope(terms, 0);
      const pieces = runs(terms, range), now = judged(terms, c1, c2, t), reach = 0.08 * range[1];
      good.forEach((one, k) => one.set(pieces[k] ?? []));
      curve.set(places(range).map(u => [u, value(terms, u)]));
      limit.set(range.map(u => [u, terms[0] + c1 * u * start]));
      tangent.set([-reach, reach].map(d => [t + d, value(terms, t) + d * slope(terms, t)]));
      facts.set([
        value(terms, t), terms[0] + c1 * t * start, slope(terms, t), c2 * Math.abs(start),
      ].map(v => nn.number(v, 2)));
      const why = [
        ...(now.low ? [] : ["the loss is above Armijo’s line"]),
        ...(now.flat ? [] : [slope(terms, t) < 0
          ? "the loss still falls too steeply" : "the loss already rises too steeply"]),
      ];
      live.set(`A step of ${nn.number(t, 2)} is ` +
        (why.length ? `rejected, because ${why.join(", and ")}.` : "accepted."));
      plot.describe(`The loss along a line. At the step ${nn.number(t, 2)}, it is ` +
        `${nn.number(value(terms, t), 2)}, with the slope ${nn.number(slope(terms, t), 2)}.`);
    }
    const redraw = nn.frame(draw);
    const ball = nn.point({
      on: plot, at: [at, value(terms, at)], label: "step length", colour: "ink",
      step: range[1] / 100,
      fit: ([t]) => [Math.max(t, 0), value(lines[state.line].terms, Math.max(t, 0))],
      show: t => nn.number(t, 2),
      move: t => {
        state.t = t;
        redraw();
      },
    });
    const menu = nn.buttons({
      label: "loss along the line", options: lines.map(one => one.name), chosen: line,
      press: k => {
        state.line = k;
        state.t = Math.min(state.t, lines[k].t[1]);
        plot.range(lines[k].t, lines[k].height);
        ball.set(state.t, 0);
        redraw();
      },
    });
    const sliders = [["c1", "c₁ (Armijo)"], ["c2", "c₂ (curvature)"]].map(([key, label]) =>
      nn.slider({
        label, min: 0.05, max: 0.95, step: 0.05, value: state[key], show: v => v.toFixed(2),
        move: v => {
          state[key] = v;
          redraw();
        },
      }));
    element.replaceChildren(menu.node, plot.node, ...sliders.map(one => one.node), live.node,
      facts.node);
    draw();
    nn.flush();
    element.agrees = () => known.every(one =>
      accepted(lines[one.line].terms, c1, c2, one.t) === one.accepted);
  }

  nn.define("ray", build, "lines", "line", "at", "c1", "c2", "known");
})();
