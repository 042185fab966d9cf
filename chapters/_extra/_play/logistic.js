// <nn-logistic>: two weights and a bias move a line between two species and the probabilities.
// needs: parts-plot
// room: 800 575
// x: [[a, b]], each bird from the centre; t: 0 or 1 for each; names: of the two; centre, xlabel,
// ylabel: of the axes; ticks: of both axes, the first and last their ends; start: [w₁, w₂, b];
// limits: [low, high] of each; eta: the rate of a step downhill; best: [w₁, w₂, b] of the least
// mean loss; least: that loss by nnlib, which agrees() compares.
(() => {
  const sigmoid = z => z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
  const sum = ([u, v, b], [x, y]) => u * x + v * y + b;
  // ln(1 + e^z) - t z, which never overflows.
  const cost = (z, t) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - t * z;
  const mean = values => values.reduce((a, b) => a + b, 0) / values.length;
  const loss = (theta, x, t) => mean(x.map((point, n) => cost(sum(theta, point), t[n])));
  const slope = (theta, x, t) => {
    const d = x.map((point, n) => sigmoid(sum(theta, point)) - t[n]);
    return [mean(d.map((v, n) => v * x[n][0])), mean(d.map((v, n) => v * x[n][1])), mean(d)];
  };

  function build(
    element,
    {x, t, names, centre, xlabel, ylabel, ticks, start, limits, eta, best, least},
  ) {
    const FAR = 8;
    const ends = k => [ticks[k][0], ticks[k][ticks[k].length - 1]];
    const state = {theta: [...start]};
    const map = nn.plot({
      x: ends(0), y: ends(1), xticks: ticks[0], yticks: ticks[1], height: 300, left: 34, right: 14,
      xlabel, ylabel,
    });
    const edge = map.line({colour: "ink", width: 2.4});
    const sure = [
      map.line({colour: "ink", dash: "6 5", width: 1.3}),
      map.line({colour: "ink", dash: "6 5", width: 1.3}),
    ];
    const curve = nn.plot({
      x: [-FAR, FAR], y: [0, 1], height: 230, left: 34, right: 14, yticks: [0, 0.5, 1],
      xlabel: "sum z, the log-odds",
      ylabel: `probability p of ${names[1]}`,
    });
    curve.line({colour: "ink", width: 1, points: sigmoid});
    const LOOKS = [
      {colour: "a", shape: "circle", r: 3.6},
      {colour: "b", shape: "square", r: 3.8},
    ];
    LOOKS.forEach((look, k) =>
      map.dots({
        ...look,
        points: x.filter((_, n) => t[n] === k).map(p => [p[0] + centre[0], p[1] + centre[1]]),
      }),
    );
    const risen = LOOKS.map(look => curve.dots(look));
    const key = nn.legend(...LOOKS.map((look, k) => nn.dotKey({...look, size: 16}, names[k])));
    const facts = nn.facts([
      "mean loss (nats)", "on the correct side", "mean confidence", "lowest true-class p",
    ]);
    const live = nn.live();
    const percent = p =>
      p > 0.9995 ? ">99.9%" : p < 0.0005 ? "<0.1%" : `${nn.number(100 * p, 1)}%`;

    // The two ends of the line z = level across the map, far outside it; [] without a direction.
    function across([u, v, b], level) {
      const long = u * u + v * v;
      if (long < 1e-12) return [];
      const foot = [((level - b) * u) / long, ((level - b) * v) / long];
      const far = 400 / Math.sqrt(long);
      return [-far, far].map(s => [foot[0] - s * v + centre[0], foot[1] + s * u + centre[1]]);
    }
    // The place on the boundary nearest the middle of the map, both ranges counted alike.
    function handle([u, v, b]) {
      const wide = map.x[1] - map.x[0];
      const high = map.y[1] - map.y[0];
      const mid = [(map.x[0] + map.x[1]) / 2, (map.y[0] + map.y[1]) / 2];
      const U = u * wide;
      const V = v * high;
      const long = U * U + V * V;
      if (long < 1e-12) return null;
      const off = u * (mid[0] - centre[0]) + v * (mid[1] - centre[1]) + b;
      return [mid[0] - (wide * U * off) / long, mid[1] - (high * V * off) / long];
    }

    function draw() {
      const {theta} = state;
      const z = x.map(p => sum(theta, p));
      const p = z.map(sigmoid);
      const own = p.map((v, n) => (t[n] ? v : 1 - v));
      const right = z.filter((v, n) => v > 0 === (t[n] === 1)).length;
      const value = mean(z.map((v, n) => cost(v, t[n])));
      const confidence = mean(p.map(v => Math.max(v, 1 - v)));
      edge.set(across(theta, 0));
      sure.forEach((line, k) => line.set(across(theta, (k ? 1 : -1) * Math.log(9))));
      risen.forEach((dots, k) =>
        dots.set(
          z.flatMap((v, n) =>
            t[n] === k ? [[nn.clamp(v, -FAR, FAR), sigmoid(nn.clamp(v, -FAR, FAR))]] : [],
          ),
        ),
      );
      facts.set([
        nn.number(value, 4),
        `${right}\u00a0of\u00a0${t.length}`,
        percent(confidence),
        percent(Math.min(...own)),
      ]);
      live.set(
        `${right} of ${t.length} correct, ${percent(confidence)} sure on average: mean loss ` +
          `${nn.number(value, 3)}.`,
      );
      map.describe(
        `${names[0]} as circles, ${names[1]} as squares, and the line where both are equally ` +
          `probable. ${right} of ${t.length} on the correct side.`,
      );
      curve.describe(
        `The sigmoid with each bird at its sum and probability; sums beyond ${FAR} are at the ` +
          "edge.",
      );
    }
    const redraw = nn.frame(draw);

    // Who moved (a slider's number, or "line") stays in its place.
    function put(theta, who) {
      state.theta = theta.map((v, k) => nn.clamp(v, ...limits[k]));
      sliders.forEach((slider, k) => {
        if (k !== who) slider.set(state.theta[k]);
      });
      const at = handle(state.theta);
      grip.node.style.display = at ? "" : "none";
      if (at && who !== "line") grip.set(...at);
      redraw();
    }
    const sliders = ["w₁, per mm", "w₂, per mm", "b"].map((label, k) =>
      nn.slider({
        label, min: limits[k][0], max: limits[k][1], step: "any", value: start[k],
        move: v =>
          put(
            state.theta.map((old, j) => (j === k ? v : old)),
            k,
          ),
      }),
    );
    const grip = nn.point({
      on: map, at: handle(start), label: "position of the line", colour: "ink", shape: "diamond",
      step: 0.25,
      show: (a, b) => `line through ${nn.number(a, 1)}, ${nn.number(b, 1)}`,
      move: (a, b) => {
        const [u, v] = state.theta;
        put([u, v, -u * (a - centre[0]) - v * (b - centre[1])], "line");
      },
    });
    // All three by one factor, as far as the sliders reach.
    const scale = factor => {
      const most = Math.min(
        ...state.theta.map((v, k) => (v ? (v > 0 ? limits[k][1] : limits[k][0]) / v : Infinity)),
      );
      put(state.theta.map(v => v * Math.min(factor, most)));
    };
    const down = count => {
      let theta = state.theta;
      for (let k = 0; k < count; k++) {
        const g = slope(theta, x, t);
        theta = theta.map((v, j) => v - eta * g[j]);
      }
      put(theta);
    };
    const buttons = nn.bar(
      nn.button("× 2", () => scale(2)),
      nn.button("÷ 2", () => scale(0.5)),
      nn.button("downhill", () => down(1)),
      nn.button("100 steps", () => down(100)),
      nn.button("lowest loss", () => put(best)),
      nn.button("reset", () => put(start)),
    );
    element.replaceChildren(
      key,
      nn.columns(map.node, nn.html("div", {}, curve.node)),
      nn.columns(
        nn.html(
          "div",
          {},
          nn.tuck(element, "Weights and bias", ...sliders.map(s => s.node)),
          buttons,
        ),
        nn.tuck(element, "Loss and accuracy", facts.node),
      ),
      live.node,
    );
    put(start);
    nn.flush();
    element.agrees = () =>
      Math.abs(loss(best, x, t) - least) < 1e-6 && Math.hypot(...slope(best, x, t)) < 1e-4;
  }

  nn.define(
    "logistic", build, "x", "t", "names", "centre", "ticks", "start", "limits", "eta", "best",
    "least",
  );
})();
