// <nn-penalty-ball>: the loss over two weights, a penalty, and the place where their sum is
// smallest.
// needs: parts-plot
// room: 683 433
// losses: [{name, H}], Hessians of a quadratic loss; start: its minimum; strength: λ; most: the
// largest λ; known: [{loss, penalty, at, strength, w}] by nnlib, which agrees() compares.
(() => {
  const X = [-2, 3], Y = [-2, 2.6];  // as wide as high on the screen, so that a circle is round
  // The shares of λ that belong to the absolute values and to the halved squares.
  const SHARES = {L2: [0, 1], L1: [1, 0], "elastic net": [0.5, 0.5]};
  const sum = (w, f) => f(w[0]) + f(w[1]);
  const half = (H, [x, y]) => (H[0][0] * x * x + 2 * H[0][1] * x * y + H[1][1] * y * y) / 2;
  const price = ([a, b], w) => a * sum(w, Math.abs) + b / 2 * sum(w, v => v * v);

  // The minimum of ½ (w - m)'H(w - m) + l₁ (|w₁| + |w₂|) + l₂/2 (w₁² + w₂²): the best of nine sign
  // patterns.
  function solve(H, m, l1, l2) {
    const pull = [H[0][0] * m[0] + H[0][1] * m[1], H[0][1] * m[0] + H[1][1] * m[1]];
    const a = H[0][0] + l2, b = H[0][1], d = H[1][1] + l2;
    const places = [[0, 0]];
    for (const s of [-1, 1]) {
      places.push([(pull[0] - s * l1) / a, 0], [0, (pull[1] - s * l1) / d]);
      for (const t of [-1, 1]) {
        const u = pull[0] - s * l1, v = pull[1] - t * l1, det = a * d - b * b;
        places.push([(d * u - b * v) / det, (a * v - b * u) / det]);
      }
    }
    const total = w => half(H, w.map((v, k) => v - m[k])) + price([l1, l2], w);
    return places.reduce((best, w) => total(w) < total(best) - 1e-12 ? w : best);
  }

  const turn = (f, n = 180) => Array.from({length: n + 1}, (_, k) => {
    const at = 2 * Math.PI * k / n, direction = [Math.cos(at), Math.sin(at)], r = f(direction);
    return direction.map(v => r * v);
  });

  // All weights whose penalty is this high.
  const ball = ([a, b], height) => turn(direction => {
    const edge = a * sum(direction, Math.abs);
    return b ? (Math.sqrt(edge * edge + 2 * b * height) - edge) / b : height / edge;
  });

  function build(element, {losses, start, strength, most, known}) {
    const state = {m: [...start], strength, H: losses[0].H, penalty: "L2"};
    const live = nn.live();
    const names = Object.keys(SHARES);
    const map = nn.plot({
      x: X, y: Y, height: 300, left: 38, xlabel: "first weight w₁", ylabel: "second weight w₂",
    });
    map.line({colour: "ink", width: 0.8, points: [[0, Y[0]], [0, Y[1]]]});
    map.line({colour: "ink", width: 0.8, points: [[X[0], 0], [X[1], 0]]});
    const hills = map.contours({n: 70});
    const region = map.area({colour: "b", edge: true});
    const ring = map.line({colour: "a", width: 1.8});
    const way = map.line({colour: "ink", width: 1.6, dash: "2 4"});
    const spot = map.dots({colour: "ink", shape: "diamond", r: 6});
    const chart = nn.plot({
      x: [0, most], y: [-1, 2], height: 210, left: 38, right: 38, xlabel: "strength λ",
      ylabel: "weights",
    });
    chart.line({colour: "ink", width: 0.8, points: [[0, 0], [most, 0]]});
    const curves = [
      chart.line({colour: "a", label: "w₁"}), chart.line({colour: "b", dash: "7 3", label: "w₂"}),
    ];
    const marks = [
      chart.dots({colour: "a", r: 5}), chart.dots({colour: "b", shape: "square", r: 5}),
    ];
    const at = strength => {
      const [a, b] = SHARES[state.penalty];
      return solve(state.H, state.m, a * strength, b * strength);
    };

    function draw() {
      const {H, m, penalty} = state;
      const share = SHARES[penalty];
      const w = at(state.strength);
      const height = price(share, w);
      const all = Array.from({length: 121}, (_, k) => {
        const s = (most * k) / 120;
        return [s, at(s)];
      });
      const values = all.flatMap(([, p]) => p);
      const low = Math.min(0, ...values);
      const high = Math.max(0, ...values);
      chart.range([0, most], [Math.floor(2 * low - 0.1) / 2, Math.ceil(2 * high + 0.1) / 2]);
      hills.set((x, y) => half(H, [x - m[0], y - m[1]]), [0.05, 0.2, 0.5, 1, 2, 4, 7]);
      const loss = half(H, w.map((v, k) => v - m[k]));
      region.set(height > 1e-9 ? ball(share, height) : []);
      ring.set(
        loss > 1e-9
          ? turn(d => Math.sqrt(loss / half(H, d))).map(p => p.map((v, k) => v + m[k]))
          : [],
      );
      way.set(all.map(([, p]) => p));
      spot.set([w]);
      curves.forEach((curve, k) => curve.set(all.map(([s, p]) => [s, p[k]])));
      marks.forEach((mark, k) => mark.set([[state.strength, w[k]]]));
      const zeros = w.filter(v => Math.abs(v) < 1e-9).length;
      const tell = [
        "no weight is zero", "one weight is exactly zero", "both weights are exactly zero",
      ][zeros];
      live.set(
        `${penalty}, λ = ${nn.number(state.strength)}: the sum is smallest at ` +
          `(${nn.number(w[0])}, ${nn.number(w[1])}); ${tell}.`,
      );
      map.describe(
        `Contours of a loss with its minimum at (${nn.number(m[0])}, ${nn.number(m[1])}), and ` +
          `the ${penalty} ball that meets them at (${nn.number(w[0])}, ${nn.number(w[1])}).`,
      );
      chart.describe("Both weights against the strength of the penalty.");
    }
    const redraw = nn.frame(draw);
    nn.point({
      on: map, at: start, label: "minimum of the loss", name: "minimum", colour: "a", step: 0.1,
      snap: 0.05,
      move: (x, y) => {
        state.m = [x, y];
        redraw();
      },
    });
    chart.cursor({
      at: strength, label: "strength of the penalty", step: most / 40,
      move: v => {
        state.strength = v;
        redraw();
      },
    });
    const which = nn.buttons({
      label: "penalty", options: names, chosen: 0,
      press: k => {
        state.penalty = names[k];
        redraw();
      },
    });
    const valley = nn.buttons({
      label: "loss",
      options: losses.map(l => l.name),
      chosen: 0,
      press: k => {
        state.H = losses[k].H;
        redraw();
      },
    });
    element.replaceChildren(which.node, valley.node, nn.columns(map.node, chart.node), live.node);
    draw();
    nn.flush();
    element.agrees = () => known.every(one => {
      const [a, b] = SHARES[one.penalty];
      const w = solve(losses[one.loss].H, one.at, a * one.strength, b * one.strength);
      return Math.abs(w[0] - one.w[0]) + Math.abs(w[1] - one.w[1]) < 1e-6;
    });
  }

  nn.define("penalty-ball", build, "losses", "start", "strength", "most", "known");
})();
