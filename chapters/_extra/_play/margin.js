// <nn-margin>: two classes of points, the widest street between them, and a point to drag across
// it.
// needs: parts-plot
// room: 717 615
// points: [[x, y, side]], side 1 or -1; moved: which of them is dragged; names: of the sides -1 and
// 1; x, y: ranges; xlabel, ylabel; C: 10 to a multiple of 0.1; known: [{C, hinge: [w1, w2, b], log:
// [...]}] by scikit-learn and nnlib, which agrees() compares.
(() => {
  const dot = (u, v) => u[0] * v[0] + u[1] * v[1];

  // min |w|²/2 + C Σ max(0, 1 - y (w·x + b)): repeatedly changes the pair of multipliers with the
  // largest violation.
  function widest(points, C) {
    const N = points.length, a = new Array(N).fill(0), slope = new Array(N).fill(-1);
    const K = points.map(p => points.map(q => dot(p, q)));
    let high = 0, low = 0;
    for (let k = 0; k < 20000; k++) {
      let i = -1, j = -1;
      points.forEach(([, , y], n) => {
        const v = -y * slope[n];
        if ((y > 0 ? a[n] < C : a[n] > 0) && (i < 0 || v > high)) [i, high] = [n, v];
      });
      points.forEach(([, , y], n) => {
        const v = -y * slope[n];
        if ((y > 0 ? a[n] > 0 : a[n] < C) && (j < 0 || v < low)) [j, low] = [n, v];
      });
      if (i < 0 || j < 0 || high - low < 1e-9) break;
      const yi = points[i][2], yj = points[j][2];
      const most = Math.min(yi > 0 ? C - a[i] : a[i], yj > 0 ? a[j] : C - a[j]);
      const step = Math.min(most, (high - low) / Math.max(K[i][i] + K[j][j] - 2 * K[i][j], 1e-12));
      const full = step === most;
      a[i] += yi * step;
      a[j] -= yj * step;
      if (full) {
        for (const n of [i, j]) {
          if (a[n] < 1e-12 * C) a[n] = 0;
          if (a[n] > C * (1 - 1e-12)) a[n] = C;
        }
      }
      points.forEach(([, , y], n) => { slope[n] += y * step * (K[n][i] - K[n][j]); });
    }
    const w = [0, 1].map(d => points.reduce((s, p, n) => s + a[n] * p[2] * p[d], 0));
    return {w, b: (high + low) / 2, held: a.map(v => v > 1e-8 * C)};
  }

  // min |w|²/2 + C Σ ln(1 + e^(-y (w·x + b))) by Newton's method with halved steps.
  function likely(points, C) {
    const cost = ([u, v, b]) => (u * u + v * v) / 2 + C * points.reduce((s, [x, y, t]) => {
      const m = -t * (u * x + v * y + b);
      return s + (m > 0 ? m + Math.log1p(Math.exp(-m)) : Math.log1p(Math.exp(m)));
    }, 0);
    let at = [0, 0, 0];
    for (let k = 0; k < 100; k++) {
      const g = [at[0], at[1], 0], H = [[1, 0, 0], [0, 1, 0], [0, 0, 1e-12]];
      for (const [x, y, t] of points) {
        const z = at[0] * x + at[1] * y + at[2], p = 1 / (1 + Math.exp(t * z)), f = [x, y, 1];
        for (const i of [0, 1, 2]) {
          g[i] -= C * t * p * f[i];
          for (const j of [0, 1, 2]) H[i][j] += C * p * (1 - p) * f[i] * f[j];
        }
      }
      if (Math.hypot(...g) < 1e-10 * (1 + C)) break;
      const d = solve(H, g), before = cost(at);
      let t = 1;
      while (t > 1e-10 && cost(at.map((v, i) => v - t * d[i])) > before) t /= 2;
      at = at.map((v, i) => v - t * d[i]);
    }
    return {w: [at[0], at[1]], b: at[2]};
  }

  // A x = g for three unknowns, by elimination with pivots.
  function solve(A, g) {
    const M = A.map((row, i) => [...row, g[i]]);
    for (let c = 0; c < 3; c++) {
      const p = [0, 1, 2]
        .filter(i => i >= c)
        .sort((i, j) => Math.abs(M[j][c]) - Math.abs(M[i][c]))[0];
      [M[c], M[p]] = [M[p], M[c]];
      for (let r = 0; r < 3; r++) {
        if (r !== c) {
          const f = M[r][c] / M[c][c];
          M[r] = M[r].map((v, k) => v - f * M[c][k]);
        }
      }
    }
    return M.map((row, i) => row[3] / row[i]);
  }

  function build(element, {points, moved, names, x, y, xlabel, ylabel, C, known}) {
    const state = {points: points.map(p => [...p]), C}, live = nn.live();
    let touched = false; // the prediction comes first
    const map = nn.plot({x, y, height: 340, left: 34, xlabel, ylabel});
    const street = map.area({colour: "c"});
    const edges = [
      map.line({colour: "ink", dash: "3 4", width: 1.6}),
      map.line({colour: "ink", dash: "3 4", width: 1.6}),
    ];
    const line = map.line({colour: "ink", width: 2.6});
    const other = map.line({colour: "d", dash: "9 5", width: 2.4});
    const rings = map.dots({colour: "ink", r: 8}), looks = [["b", "square"], ["a", "circle"]];
    const dots = looks.map(([colour, shape]) => map.dots({colour, shape, r: 5}));
    const chart = nn.plot({
      x: [-3, 4], y: [0, 4], height: 340, left: 34, xlabel: "lead y (w·x + b)",
      ylabel: "loss",
    });
    chart.line({colour: "ink", width: 2.6, points: [[-3, 4], [1, 0], [4, 0]]});
    chart.line({
      colour: "d", dash: "9 5",
      points: Array.from({length: 57}, (_, k) => [-3 + k / 8, Math.log1p(Math.exp(3 - k / 8))]),
    });
    const mark = chart.dots({
      colour: looks[points[moved][2] > 0 ? 1 : 0][0],
      shape: looks[points[moved][2] > 0 ? 1 : 0][1],
      r: 7,
    });
    const marked = chart.dots({colour: "d", shape: "diamond", r: 5});
    const key = nn.legend(
      nn.dotKey({colour: looks[0][0], shape: looks[0][1]}, names[0]),
      nn.dotKey({colour: looks[1][0], shape: looks[1][1]}, names[1]),
      nn.dotKey({colour: "ink", shape: "circle", hollow: true}, "support vector"),
      nn.lineKey({colour: "ink"}, "hinge"),
      nn.lineKey({colour: "d", dash: "9 5"}, "cross-entropy"),
    );
    const facts = nn.facts([
      "width of the street", "support vectors", "on the wrong side",
      "hinge loss of the marked point",
    ]);

    // Where w·x + b = level runs through the frame.
    function at({w, b}, level) {
      const far = 40;
      const length = Math.hypot(...w);
      const foot = w.map(v => v * (level - b) / length ** 2);
      const along = [-w[1] / length, w[0] / length];
      return [-far, far].map(t => [foot[0] + t * along[0], foot[1] + t * along[1]]);
    }

    function verdict(lead, isSupport, loss) {
      if (lead > 1 - 1e-6 && isSupport) return "It is exactly on the edge of the street, so it is a support vector";
      if (lead > 1 - 1e-6) return "It is beyond the edge and pays nothing; the boundary would be the same without it";
      if (lead > 0) return `It is on the correct side but inside the street, so it pays ${nn.number(loss)}`;
      return `It is on the wrong side, so it pays ${nn.number(loss)}`;
    }

    function draw() {
      const best = widest(state.points, state.C);
      const soft = likely(state.points, state.C);
      const mine = state.points[moved];
      const lead = ([px, py, side], {w, b}) => side * (w[0] * px + w[1] * py + b);
      const [one, two] = [at(best, -1), at(best, 1)];
      street.set([...one, two[1], two[0]]);
      edges.forEach((edge, k) => edge.set([one, two][k]));
      line.set(at(best, 0));
      other.set(at(soft, 0));
      rings.set(state.points.filter((_, n) => best.held[n]));
      dots.forEach((group, k) =>
        group.set(state.points.filter((p, n) => n !== moved && p[2] === (k ? 1 : -1))),
      );
      const own = lead(mine, best);
      const loss = Math.max(0, 1 - own);
      const wrong = state.points.filter(p => lead(p, best) <= 0).length;
      const clip = v => nn.clamp(v, -3, 4), soften = lead(mine, soft);
      mark.set([[clip(own), Math.min(loss, 4)]]);
      marked.set([[clip(soften), Math.min(Math.log1p(Math.exp(-soften)), 4)]]);
      const width = 2 / Math.hypot(...best.w), held = best.held.filter(Boolean).length;
      facts.set([nn.number(width), nn.number(held, 0), nn.number(wrong, 0), nn.number(loss)]);
      const words = touched ? verdict(own, best.held[moved], loss) : "Drag it towards the street and across the boundary, or change C";
      live.set(`The marked ${names[mine[2] > 0 ? 1 : 0]} has a lead of ${nn.number(own)}. ${words}.`);
      map.describe(
        `${state.points.length} points, a line with a street of width ${nn.number(width)} around ` +
          `it, ${held} support vectors, ${wrong} on the wrong side. ${words}.`,
      );
      chart.describe(
        "Loss against lead: the hinge falls in a straight line to 0 at a lead of 1; " +
          `cross-entropy never quite reaches 0. ${touched ? `The marked point pays ${nn.number(loss)}.` : ""}`,
      );
    }
    const redraw = nn.frame(draw);
    const mineLook = looks[points[moved][2] > 0 ? 1 : 0];
    const handle = nn.point({
      on: map, at: points[moved].slice(0, 2), label: "marked point", colour: mineLook[0],
      shape: mineLook[1], step: 0.1,
      move: (px, py) => {
        state.points[moved][0] = px;
        state.points[moved][1] = py;
        touched = true;
        redraw();
      },
    });
    const weight = nn.slider({
      label: "C", min: -2, max: 2, step: 0.1, value: Math.log10(C),
      show: v => nn.number(10 ** v),
      move: v => {
        state.C = 10 ** v;
        touched = true;
        redraw();
      },
    });
    const back = nn.button("reset the point", () => {
      state.points[moved] = [...points[moved]];
      handle.set(...points[moved]);
      redraw();
    });
    element.replaceChildren(
      key, nn.columns(map.node, nn.tuck(element, "Loss of the marked point", chart.node)),
      weight.node, nn.bar(back), nn.tuck(element, "Width, support vectors, loss", facts.node),
      live.node,
    );
    draw();
    nn.flush();
    const near = (model, [u, v, b]) =>
      Math.max(Math.abs(model.w[0] - u), Math.abs(model.w[1] - v), Math.abs(model.b - b)) < 2e-3;
    element.agrees = () =>
      known.every(
        ({C: c, hinge, log}) => near(widest(points, c), hinge) && near(likely(points, c), log),
      );
  }

  nn.define("margin", build, "points", "moved", "names", "x", "y", "C", "known");
})();
