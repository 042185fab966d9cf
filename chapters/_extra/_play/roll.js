// <nn-roll>: put a ball on the map of a loss and let it roll; the eigenvalues under it show whether
// it is in a bowl or on a saddle.
// needs: parts-plot
// room: 640 648
// range: of both weights; start; rate: of gradient descent; most: steps; known: [{start, steps, end,
// eigenvalues}] by NumPy, which agrees() compares. The loss is (w₁w₂ − 1)²/2.
(() => {
  const loss = (x, y) => (x * y - 1) ** 2 / 2;
  const slope = ([x, y]) => [(x * y - 1) * y, (x * y - 1) * x];

  // Eigenvalues of the Hessian, the smaller one first, and the direction of the smaller one.
  function eigen([x, y]) {
    const a = y * y, c = x * x, b = 2 * x * y - 1, gap = Math.hypot((a - c) / 2, b);
    const small = (a + c) / 2 - gap, length = Math.hypot(b, small - a);
    const low = length > 1e-9 ? [b / length, (small - a) / length] : a <= c ? [1, 0] : [0, 1];
    return {values: [small, (a + c) / 2 + gap], low, high: [-low[1], low[0]]};
  }

  function path(start, rate, steps) {
    const points = [start];
    for (let k = 0; k < steps; k++) {
      const at = points.at(-1), g = slope(at);
      points.push(at.map((v, j) => v - rate * g[j]));
    }
    return points;
  }

  function build(element, {range, start, rate, most, known}) {
    const state = {start: [...start], steps: 0}, live = nn.live();
    const map = nn.plot({x: range, y: range, height: 330, left: 38,
      xlabel: "weight w₁", ylabel: "weight w₂"});
    map.contours({n: 70}).set(loss, [0.02, 0.1, 0.25, 0.4, 0.5, 0.65, 1, 1.8, 3, 5]);
    map.dots({shape: "square", colour: "ink", r: 4, points: [[0, 0]]});
    const directions = [map.line({colour: "b", width: 3}), map.line({colour: "a", width: 3})];
    const way = map.line({colour: "ink", width: 2}), ball = map.dots({colour: "c", r: 7});
    const facts = nn.facts(["loss", "length of the gradient", "eigenvalues under the ball"]);

    function draw() {
      const walked = path(state.start, rate, state.steps), at = walked.at(-1);
      const {values, low, high} = eigen(at), g = slope(at);
      way.set(walked);
      ball.set([at]);
      [low, high].forEach((d, k) => {
        const reach = 0.12 + 0.14 * Math.min(Math.abs(values[k]), 3);
        directions[k].set([-reach, reach].map(r => at.map((v, j) => v + r * d[j])));
      });
      facts.set([nn.number(loss(...at), 3), nn.number(Math.hypot(...g), 3),
        values.map(v => nn.number(v, 2)).join(" and ")]);
      const shape = values[0] < -0.005
        ? "one eigenvalue is negative: the loss curves downwards in the orange direction"
        : values[0] < 0.05
          ? "one eigenvalue is nearly 0: the loss is almost flat in the orange direction"
          : "both eigenvalues are positive: the loss curves upwards in all directions";
      live.set(`After ${state.steps} steps of gradient descent, the loss is ${nn.number(loss(...at), 3)}, and ${shape}.`);
      map.describe(`Two valleys of low loss with a saddle point between them. The ball is at ` +
        `${at.map(v => nn.number(v, 2)).join(", ")}.`);
    }
    const redraw = nn.frame(draw);
    nn.point({
      on: map, at: start, label: "start of the ball", colour: "ink", shape: "triangle", step: 0.05,
      move: (x, y) => {
        state.start = [x, y];
        redraw();
      },
    });
    const slide = nn.slider({
      label: "steps", min: 0, max: most, step: 1, value: 0, show: String,
      move: k => {
        state.steps = k;
        redraw();
      },
    });
    element.replaceChildren(map.node, slide.node, live.node, facts.node);
    draw();
    nn.flush();
    element.agrees = () => known.every(one => {
      const at = path(one.start, rate, one.steps).at(-1), {values} = eigen(at);
      return [...at, ...values].every((v, k) =>
        Math.abs(v - [...one.end, ...one.eigenvalues][k]) < 1e-6);
    });
  }

  nn.define("roll", build, "range", "start", "rate", "most", "known");
})();
