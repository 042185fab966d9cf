// <nn-newton-step>: a start on a map with a saddle point; the gradient step and the Newton step with
// αI added to the Hessian.
// needs: parts-plot
// room: 563 601
// x, y: ranges; start; alpha: the value to begin with; rate: of the gradient step; known: [{at,
// alpha, step}] by NumPy, which agrees() compares. The loss is (x² - 1)²/4 + (y - x/2)².
(() => {
  const loss = (x, y) => (x * x - 1) ** 2 / 4 + (y - x / 2) ** 2;
  const slope = ([x, y]) => [x ** 3 - x - (y - x / 2), 2 * (y - x / 2)];
  const hessian = ([x]) => [[3 * x * x - 0.5, -1], [-1, 2]];
  const dot = (u, v) => u[0] * v[0] + u[1] * v[1];

  // The solution d of (H + αI) d = -g.
  function newton(at, alpha) {
    const [[a, b], [, c]] = hessian(at), g = slope(at), p = a + alpha, q = c + alpha;
    const det = p * q - b * b;
    return [-(q * g[0] - b * g[1]) / det, -(p * g[1] - b * g[0]) / det];
  }

  function eigenvalues([[a, b], [, c]]) {
    const half = Math.hypot((a - c) / 2, b);
    return [(a + c) / 2 - half, (a + c) / 2 + half];
  }

  function build(element, {x, y, start, alpha, rate, known}) {
    const state = {at: [...start], alpha}, live = nn.live();
    const map = nn.plot({x, y, height: 322, left: 38, xlabel: "weight w₁", ylabel: "weight w₂"});
    map.contours({n: 70}).set(loss, [0.01, 0.05, 0.12, 0.2, 0.25, 0.35, 0.6, 1, 1.6, 2.5]);
    map.dots({shape: "cross", colour: "ink", r: 7, points: [[-1, -0.5], [1, 0.5]]});
    map.dots({shape: "square", colour: "ink", r: 4, points: [[0, 0]]});
    const downhill = map.arrow({colour: "b"}), step = map.arrow({colour: "a"});
    const facts = nn.facts(["eigenvalues of H", "slope along the blue step", "loss before, after"]);

    function draw() {
      const {at} = state, g = slope(at), d = newton(at, state.alpha), rise = dot(g, d);
      const end = [at[0] + d[0], at[1] + d[1]];
      downhill.set([at, [at[0] - rate * g[0], at[1] - rate * g[1]]]);
      step.set([at, end]);
      const before = nn.number(loss(...at)), after = nn.number(loss(...end));
      facts.set([
        eigenvalues(hessian(at)).map(v => nn.number(v)).join(" and "), nn.number(rise),
        `${before}, ${after}`,
      ]);
      const way = rise > 0 ? "uphill" : "downhill";
      live.set(
        `${state.alpha === 0 ? "Newton’s step" : "The Newton step with α"} starts ${way}; ` +
          `the loss changes from ${before} to ${after}.`,
      );
      map.describe(
        `A map with two minima and a saddle point between them. From the start, a Newton step ` +
          `that goes ${way} and a gradient step.`,
      );
    }
    const redraw = nn.frame(draw);
    nn.point({
      on: map, at: start, label: "start of the step", colour: "ink", shape: "triangle", step: 0.05,
      move: (a, b) => {
        state.at = [a, b];
        redraw();
      },
    });
    const damping = nn.slider({
      label: "damping α", min: 0, max: 4, step: 0.1, value: alpha,
      show: v => v.toFixed(1),
      move: v => {
        state.alpha = v;
        redraw();
      },
    });
    element.replaceChildren(map.node, damping.node, live.node, facts.node);
    draw();
    nn.flush();
    element.agrees = () => known.every(one => {
      const d = newton(one.at, one.alpha);
      return d.every((v, j) => Math.abs(v - one.step[j]) < 1e-9);
    });
  }

  nn.define("newton-step", build, "x", "y", "start", "known");
})();
