// <nn-schedule>: a learning-rate schedule that is dragged at its handles, and what SGD along it
// reaches on a loss with a steep, noisy weight and a flat one.
// needs: parts-plot
// room: 799 506
// curvature: [steep, flat]; start: the deviations from the minimum; variance: of the steep weight's
// gradient; noise: one number a step for the walk that is drawn; presets: [{name, kind, rate,
// second}]; chosen: the first of them; known: [{rates, end, mean}] by nnlib, for each preset: the
// rates, where the walk ends, and the mean loss of each weight, which agrees() compares.
(() => {
  const LEAST = 0.002, MOST = 1.9, HANDLES = 6;
  const SHAPES = {
    constant: () => 1,
    drop: (u, second) => u < second ? 1 : 0.1,
    exponential: (u, second) => second ** u,
    inverse: (u, second) => 1 / (1 + second * u),
    cosine: u => (1 + Math.cos(Math.PI * u)) / 2,
    straight: u => 1 - u,
  };
  const shown = v => v >= 0.1 ? nn.number(v, 2) : v >= 0.01 ? nn.number(v, 3) : nn.short(v);

  function build(element, {curvature, start, variance, noise, presets, chosen, known}) {
    const steps = noise.length, all = Array.from({length: steps}, (_, t) => t);
    const places = Array.from({length: HANDLES}, (_, k) =>
      Math.min(steps - 1, Math.round((k * steps) / (HANDLES - 1))),
    );
    const state = {preset: chosen, lift: places.map(() => 0), best: Infinity}, live = nn.live();

    const formula = k =>
      all.map(t => presets[k].rate * SHAPES[presets[k].kind](t / steps, presets[k].second));
    // Between two handles the logarithm of the factor runs along a straight line.
    function rates() {
      const base = formula(state.preset);
      return base.map((rate, t) => {
        const k = Math.min(HANDLES - 2, places.findLastIndex(p => p <= t));
        const part = (t - places[k]) / (places[k + 1] - places[k]);
        return Math.min(
          MOST, rate * Math.exp((1 - part) * state.lift[k] + part * state.lift[k + 1]),
        );
      });
    }
    // The mean loss of each weight over all walks, before the first step and after each.
    function means(etas) {
      let squares = start.map(v => v * v);
      const losses = [squares.map((s, j) => curvature[j] * s / 2)];
      for (const eta of etas) {
        squares = squares.map(
          (s, j) => (1 - eta * curvature[j]) ** 2 * s + (j ? 0 : eta * eta * variance),
        );
        losses.push(squares.map((s, j) => curvature[j] * s / 2));
      }
      return losses;
    }
    // One walk: both deviations.
    function walk(etas) {
      const path = [start];
      etas.forEach((eta, t) =>
        path.push(path[t].map((v, j) => v - eta * (curvature[j] * v + (j ? 0 : noise[t])))),
      );
      return path;
    }

    const top = nn.plot({
      x: [0, steps], y: [LEAST, 2], log: "y", height: 240, left: 50, right: 62, xlabel: "step",
      ylabel: "learning rate η", yticks: [0.002, 0.01, 0.05, 0.2, 1],
    });
    const curve = top.line({colour: "a", width: 2.4});
    const low = nn.plot({
      x: [0, steps], y: [0.003, 30], log: "y", height: 240, left: 50, right: 62, xlabel: "step",
      ylabel: "loss", yticks: [0.01, 0.1, 1, 10],
    });
    const dots = low.dots({colour: "ink", r: 1.1}), both = low.line({colour: "ink", width: 2.6});
    const steep = low.line({colour: "b", width: 2, label: "steep"});
    const flat = low.line({colour: "a", dash: "8 4", width: 2, label: "flat"});
    const facts = nn.facts([
      "loss after the last step", "steep weight (noise)", "flat weight (distance)",
      "sum of all rates", "lowest loss so far",
    ]);

    function draw() {
      const etas = rates(), course = means(etas), end = course[steps], total = end[0] + end[1];
      const line = j =>
        course.map((pair, t) => [t, Math.max(0.0031, j === 2 ? pair[0] + pair[1] : pair[j])]);
      state.best = Math.min(state.best, total);
      curve.set(etas.map((eta, t) => [t, Math.max(LEAST, eta)]));
      dots.set(
        walk(etas).map((e, t) => [
          t,
          Math.max(
            0.0031,
            e.reduce((sum, v, j) => sum + (curvature[j] * v * v) / 2, 0),
          ),
        ]),
      );
      both.set(line(2));
      steep.set(line(0));
      flat.set(line(1));
      grips.forEach((grip, k) => grip.set(places[k], etas[places[k]]));
      facts.set([
        shown(total), shown(end[0]), shown(end[1]),
        nn.number(
          etas.reduce((sum, v) => sum + v, 0),
          1,
        ),
        shown(state.best),
      ]);
      live.set(
        `After ${steps} steps the mean loss is ${shown(total)}: ${shown(end[0])} comes from ` +
          `noise in the steep weight, ${shown(end[1])} from the flat weight’s distance. ` +
          `Lowest so far: ${shown(state.best)}.`,
      );
      top.describe(
        `The learning rate over ${steps} steps, at the handles ` +
          `${places.map(p => nn.short(etas[p])).join(", ")}.`,
      );
      low.describe(
        `Mean loss of the steep and of the flat weight over ${steps} steps, and the loss of one ` +
          `walk as dots. At the end ${shown(end[0])} and ${shown(end[1])}.`,
      );
    }
    const redraw = nn.frame(draw);
    const grips = places.map((p, k) =>
      nn.point({
        on: top, at: [p, 0.1],
        label: `learning rate at step ${p}`,
        colour: "a",
        times: 1.2,
        fit: ([, y]) => [p, nn.clamp(y, LEAST, MOST)],
        show: (_, y) => nn.short(y),
        move: (_, y) => {
          state.lift[k] = Math.log(y / formula(state.preset)[p]);
          redraw();
        },
      }),
    );
    const choose = k => { Object.assign(state, {preset: k, lift: places.map(() => 0)}); redraw(); };
    const menu = nn.buttons({
      label: "schedule",
      options: presets.map(p => p.name),
      chosen,
      press: choose,
    });
    element.replaceChildren(
      menu.node, nn.columns(top.node, low.node), live.node,
      nn.tuck(element, "Losses at the end", facts.node),
    );
    draw();
    nn.flush();
    element.agrees = () => known.every((one, k) => {
      const etas = formula(k);
      const near = (values, wanted) =>
        values.every((v, j) => Math.abs(v - wanted[j]) <= 1e-9 * Math.max(1, Math.abs(wanted[j])));
      return (
        near(etas, one.rates) &&
        near(walk(etas)[steps], one.end) &&
        near(means(etas)[steps], one.mean)
      );
    });
  }

  nn.define("schedule", build, "curvature", "start", "variance", "noise", "presets", "known");
})();
