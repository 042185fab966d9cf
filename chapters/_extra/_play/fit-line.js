// <nn-fit-line>: a line through a few points, the squares of its residuals, and its cost over bias
// and weight.
// needs: parts-plot
// room: 847 468
// points: [[x, y], …]; x, y: ranges of their plot; b, w: ranges of the other; xlabel, ylabel;
// measure: unit of y; start: [b, w]; levels: of the cost J; eta: rate of a step of gradient
// descent; known: {best: [b, w], cost, after: [b, w]} by nnlib, the last after one step from 0,
// which agrees() compares.
(() => {
  const sum = values => values.reduce((total, value) => total + value, 0);

  function build(
    element,
    {points, x, y, b: wideB, w: wideW, xlabel, ylabel, measure, start, levels, eta, known},
  ) {
    const state = {theta: [...start], path: []};
    const live = nn.live();
    const residuals = ([b, w]) => points.map(([px, py]) => py - b - w * px);
    const cost = theta => sum(residuals(theta).map(r => r * r)) / points.length;
    const step = theta => {
      const r = residuals(theta);
      const up = [sum(r), sum(r.map((v, n) => v * points[n][0]))];
      return theta.map((v, k) => v + ((eta * 2) / points.length) * up[k]);
    };

    const plot = nn.plot({x, y, height: 300, left: 34, xlabel, ylabel});
    const squares = points.map(() => plot.area({colour: "b", edge: true}));
    const line = plot.line({colour: "a", width: 2.6});
    plot.dots({colour: "ink", r: 5, points});
    const bowl = nn.plot({
      x: wideB, y: wideW, height: 300, left: 34,
      xlabel: `bias b (${measure})`,
      ylabel: "weight w",
    });
    bowl.contours({field: (b, w) => cost([b, w]), levels});
    bowl.dots({shape: "cross", colour: "b", r: 6, points: [known.best]});
    const walk = bowl.line({colour: "a", width: 1.6});
    const facts = nn.facts([
      "prediction ŷ", "sum of squares", "mean squared error J", "sum of absolute values",
    ]);

    // The square of a residual is upright on the screen, on the side away from the line.
    function square([px, py], r, w) {
      const side = plot.to(0, 0)[1] - plot.to(0, Math.abs(r))[1];
      const [left, top] = plot.to(px, py);
      const far = left - Math.sign(r) * (w < 0 ? -1 : 1) * side;
      const foot = plot.to(px, py - r)[1];
      return [
        [left, top],
        [far, top],
        [far, foot],
        [left, foot],
      ].map(place => plot.from(...place));
    }

    function draw() {
      const {theta, path} = state;
      const [b, w] = theta;
      const r = residuals(theta);
      const total = sum(r.map(v => v * v));
      line.set([
        [x[0], b + w * x[0]],
        [x[1], b + w * x[1]],
      ]);
      squares.forEach((area, n) => area.set(square(points[n], r[n], w)));
      walk.set(path.length > 1 ? path : []);
      const signed = nn.number(Math.abs(w));
      const absolute = sum(r.map(Math.abs));
      facts.set([
        `${nn.number(b)} ${w < 0 ? "−" : "+"} ${signed} x`,
        nn.number(total, 3),
        nn.number(total / points.length, 3),
        nn.number(absolute, 2),
      ]);
      live.set(
        `Residuals ${r.map(v => nn.number(v)).join(", ")} ${measure}: the squares add up to ` +
          `${nn.number(total, 3)}.`,
      );
      plot.describe(
        `${points.length} points, the line ŷ = ${nn.number(b)} ${w < 0 ? "−" : "+"} ${signed} x, ` +
          "and a square on each residual.",
      );
      bowl.describe(
        `Ovals of equal cost around b = ${nn.number(known.best[0])}, w = ` +
          `${nn.number(known.best[1])}; the line is the point b = ${nn.number(b)}, w = ` +
          `${nn.number(w)}.`,
      );
    }
    const redraw = nn.frame(draw);

    // The line goes through two handles at the outer points; the handle that moves it stays where
    // it is.
    const ends = [points[0][0], points[points.length - 1][0]];
    const inside = theta => [nn.clamp(theta[0], ...wideB), nn.clamp(theta[1], ...wideW)];
    function put(theta, who = null, path = []) {
      Object.assign(state, {theta: inside(theta), path});
      const [b, w] = state.theta;
      grips.forEach((grip, k) => {
        if (k !== who) grip.set(ends[k], b + w * ends[k]);
      });
      if (who !== "bowl") place.set(b, w);
      redraw();
    }
    const grips = ends.map((end, k) =>
      nn.point({
        on: plot, at: [end, start[0] + start[1] * end],
        label: k ? "right end of the line" : "left end of the line",
        shape: "square",
        step: 0.05,
        fit: ([, v]) => [end, v],
        show: (_, v) => `${nn.number(v)} ${measure}`,
        move: (_, v) => {
          const other = state.theta[0] + state.theta[1] * ends[1 - k];
          const w = (k ? v - other : other - v) / (ends[1] - ends[0]);
          put([v - w * end, w], k);
        },
      }),
    );
    const place = nn.point({
      on: bowl, at: start, label: "bias and weight", shape: "diamond", step: 0.05,
      show: (b, w) => `b = ${nn.number(b)}, w = ${nn.number(w)}`,
      move: (b, w) => put([b, w], "bowl"),
    });
    const down = count => {
      const path = [...(state.path.length ? state.path : [state.theta])];
      for (let k = 0; k < count; k++) path.push(step(path[path.length - 1]));
      put(path[path.length - 1], null, path);
    };
    const buttons = nn.bar(
      nn.button("best line", () => put(known.best)),
      nn.button("a step downhill", () => down(1)),
      nn.button("20 steps", () => down(20)),
      nn.button("set both to 0", () => put([0, 0])),
      nn.button("reset", () => put(start)),
    );
    element.replaceChildren(
      nn.columns(plot.node, bowl.node), live.node,
      nn.columns(buttons, nn.tuck(element, "Prediction and errors", facts.node)),
    );
    draw();

    const close = (values, wanted) => values.every((v, k) => Math.abs(v - wanted[k]) < 1e-9);
    element.agrees = () =>
      close([cost(known.best)], [known.cost]) &&
      close(step(known.best), known.best) &&
      close(step([0, 0]), known.after);
  }

  nn.define(
    "fit-line", build, "points", "x", "y", "b", "w", "xlabel", "ylabel", "measure", "start",
    "levels", "eta", "known",
  );
})();
