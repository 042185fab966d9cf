// <nn-learner>: two classes of points, three models that are fitted to them immediately, and their
// errors on the points and on a test set.
// needs: parts-plot parts-grid parts-cloud
// room: 768 406
// names: of kinds 0 and 1; train, test: [[x, y, kind]]; reach: coordinates lie between −reach and
// reach; degree: of the curve; model: 0 nearest mean, 1 line, 2 curve, to begin with; xlabel,
// ylabel; known: [[wrong on train, wrong on test], …] of the three models, which agrees() compares.
(() => {
  const GRID = 61;  // places along a side of the plane
  const TINY = 1e-9;  // added to the diagonal, so that few points have a solution too
  const MODELS = ["nearest mean", "line", "curve"];
  const sum = values => values.reduce((total, v) => total + v, 0);

  const STYLE = `
    nn-learner .nn-plot { cursor: crosshair; }
    nn-learner .nn-point .nn-knob { fill: none; stroke: var(--nn-ink); stroke-width: 2; }
    nn-learner .nn-point:not(:focus) .nn-knob { stroke: none; }
    nn-learner .nn-point .nn-hit { r: 12px; }
    nn-learner .nn-brush svg { vertical-align: -.2em; }
    nn-learner .nn-test { opacity: .4; }`;

  // All products of powers of x and y up to a degree.
  function powers(degree, reach) {
    const pairs = [];
    for (let i = 0; i <= degree; i++) for (let j = 0; j <= degree - i; j++) pairs.push([i, j]);
    return (x, y) => pairs.map(([i, j]) => (x / reach) ** i * (y / reach) ** j);
  }

  // Solves A w = b by elimination with pivots; both are changed.
  function solve(A, b) {
    const n = b.length;
    for (let c = 0; c < n; c++) {
      let best = c;
      for (let r = c; r < n; r++) if (Math.abs(A[r][c]) > Math.abs(A[best][c])) best = r;
      [A[c], A[best]] = [A[best], A[c]];
      [b[c], b[best]] = [b[best], b[c]];
      for (let r = c + 1; r < n; r++) {
        const f = A[r][c] / A[c][c];
        for (let k = c; k < n; k++) A[r][k] -= f * A[c][k];
        b[r] -= f * b[c];
      }
    }
    const w = Array(n).fill(0);
    for (let r = n - 1; r >= 0; r--) {
      w[r] = (b[r] - sum(w.map((v, k) => k > r ? v * A[r][k] : 0))) / A[r][r];
    }
    return w;
  }

  // Each model is a function of x and y that is positive for kind 1.
  function leastSquares(points, features) {
    const rows = points.map(([x, y]) => features(x, y));
    const n = rows[0].length;
    const A = Array.from({length: n}, (_, i) =>
      Array.from({length: n}, (_, j) => sum(rows.map(r => r[i] * r[j])) + (i === j ? TINY : 0)),
    );
    const b = Array.from({length: n}, (_, i) =>
      sum(rows.map((r, k) => r[i] * (2 * points[k][2] - 1))),
    );
    const w = solve(A, b);
    return (x, y) => sum(features(x, y).map((v, i) => v * w[i]));
  }
  function nearestMean(points) {
    const means = [0, 1].map(kind => {
      const own = points.filter(p => p[2] === kind);
      return [0, 1].map(d => sum(own.map(p => p[d])) / own.length);
    });
    const far = ([u, v], x, y) => (x - u) ** 2 + (y - v) ** 2;
    return (x, y) => far(means[0], x, y) - far(means[1], x, y);
  }
  function fitted(model, points, degree, reach) {
    const kinds = new Set(points.map(p => p[2]));
    if (kinds.size < 2) return () => (kinds.has(1) ? 1 : -1);
    if (model === 0) return nearestMean(points);
    return leastSquares(points, powers(model === 1 ? 1 : degree, reach));
  }
  const wrongOf = (score, points) =>
    points.filter(([x, y, kind]) => score(x, y) > 0 !== (kind === 1));

  function build(element, {names, train, test, reach, degree, model, xlabel, ylabel, known}) {
    nn.style("learner", STYLE);
    const state = {model, record: null};
    const map = nn.plot({
      x: [-reach, reach], y: [-reach, reach], width: 320, height: 320, left: 32, xlabel, ylabel,
    });
    const shades = nn.picture({width: GRID, height: GRID, low: 0, high: 1, scale: "diverging"});
    shades.node.setAttribute("aria-hidden", "true");
    shades.node.style.opacity = 0.3;
    map.behind(shades.node);
    const edge = map.contours({colour: "ink", n: GRID - 1});
    const LOOKS = [{colour: "a", shape: "circle", r: 4}, {colour: "b", shape: "square", r: 4}];
    const unseen = LOOKS.map(look => map.dots({...look, r: 2}));
    unseen.forEach(({node}) => node.classList.add("nn-test"));
    const redraw = nn.frame(draw);
    const cloud = nn.cloud({on: map, looks: LOOKS, names, reach, moved: redraw, redraw});
    const facts = nn.facts([
      "training error", "test error", "your highest test error (training error 0)",
    ]);
    const live = nn.live();
    const share = (wrong, all) => `${wrong} of ${all}, ${nn.number(100 * wrong / all, 0)}%`;

    function draw() {
      const {points} = cloud;
      const score = fitted(state.model, points, degree, reach);
      const at = k => reach * (2 * k / (GRID - 1) - 1);
      const values = new Float64Array(GRID * GRID);
      for (let j = 0; j < GRID; j++) for (let i = 0; i < GRID; i++) {
        values[j * GRID + i] = score(at(i), -at(j)) > 0 ? 0 : 1;  // orange and blue
      }
      shades.set(values);
      edge.set(score, [0]);
      const wrong = wrongOf(score, points);
      const missed = wrongOf(score, test).length;
      cloud.draw(wrong);
      if (!wrong.length) state.record = Math.max(state.record ?? 0, missed);
      const record = state.record === null ? "none yet" : share(state.record, test.length);
      facts.set([share(wrong.length, points.length), share(missed, test.length), record]);
      live.set(
        `The ${MODELS[state.model]} misclassifies ${wrong.length} of ${points.length} training ` +
          `points (×) and ${missed} of ${test.length} test points.`,
      );
      map.describe(
        `${points.length} training points of two classes, ${test.length} small test points, and ` +
          `the regions of the model "${MODELS[state.model]}".`,
      );
    }
    const start = () => {
      cloud.set(train);
      state.record = null;
      redraw();
    };
    const models = nn.buttons({
      label: "model", options: MODELS, chosen: model,
      press: k => {
        state.model = k;
        redraw();
      },
    });
    const key = nn.legend(
      ...LOOKS.map((look, k) => nn.dotKey(look, names[k])),
      nn.html("span", {}, `large: ${train.length} for training, small: ${test.length} for testing`),
    );
    element.replaceChildren(
      nn.columns(
        nn.html("div", {}, models.node, map.node),
        nn.html(
          "div", {}, key, cloud.node, nn.bar(nn.button("reset", start)), facts.node, live.node,
        ),
      ),
    );
    unseen.forEach((dots, kind) => dots.set(test.filter(p => p[2] === kind)));
    cloud.set(train);
    draw();
    element.agrees = () =>
      known.every((pair, k) => {
        const score = fitted(k, train, degree, reach);
        return [train, test].every((points, i) => wrongOf(score, points).length === pair[i]);
      });
  }

  nn.define(
    "learner", build, "names", "train", "test", "reach", "degree", "model", "xlabel", "ylabel",
    "known",
  );
})();
