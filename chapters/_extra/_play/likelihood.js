// <nn-likelihood>: a Gaussian over measured birds; its log-likelihood, and a cut through it.
// needs: parts-plot
// room: 846 625
// groups: [{name, X: [[x, y], …], x, y, start: {mean, sd, rho}}], x and y the ranges drawn;
// xlabel, ylabel: with units; names: what x and y are called; limits: {sd: [[low, high], [low,
// high]], rho: largest correlation}; first: the group to begin with.
(() => {
  // Sums that the likelihood needs: N, mean and covariance with divisor N.
  function moments(X) {
    const mean = [0, 1].map(i => X.reduce((s, p) => s + p[i], 0) / X.length);
    const cov = (i, j) => X.reduce((s, p) => s + (p[i] - mean[i]) * (p[j] - mean[j]), 0) / X.length;
    return {N: X.length, mean, xx: cov(0, 0), xy: cov(0, 1), yy: cov(1, 1)};
  }

  // The parameters at the maximum: mean and divisor-N covariance of the birds.
  function best({mean, xx, xy, yy}) {
    return {mean: [...mean], sd: [Math.sqrt(xx), Math.sqrt(yy)], rho: xy / Math.sqrt(xx * yy)};
  }

  // Squared distance in standard deviations, from second moments about the mean of g.
  const distance = ({sd: [s, t], rho}, xx, xy, yy) =>
    (xx / (s * s) - 2 * rho * xy / (s * t) + yy / (t * t)) / (1 - rho * rho);

  const logDet = ({sd: [s, t], rho}) => 2 * Math.log(s * t) + Math.log(1 - rho * rho);

  // Mean of r² over the birds, and the log-likelihood per bird.
  function judged(g, m) {
    const [a, b] = [0, 1].map(i => m.mean[i] - g.mean[i]);
    const r2 = distance(g, m.xx + a * a, m.xy + a * b, m.yy + b * b), det = logDet(g);
    return {r2, det, each: -Math.log(2 * Math.PI) - det / 2 - r2 / 2};
  }

  const surprise = (g, [x, y]) => {
    const a = x - g.mean[0], b = y - g.mean[1];
    return Math.log(2 * Math.PI) + logDet(g) / 2 + distance(g, a * a, a * b, b * b) / 2;
  };

  function ellipse({mean, sd, rho}, r) {
    const root = Math.sqrt(1 - rho * rho);
    return Array.from({length: 121}, (_, k) => {
      const c = r * Math.cos(k * Math.PI / 60), s = r * Math.sin(k * Math.PI / 60);
      return [mean[0] + sd[0] * c, mean[1] + sd[1] * (rho * c + root * s)];
    });
  }

  nn.define("likelihood", (element, {groups, xlabel, ylabel, names, limits, first = 0}) => {
    const state = {}, live = nn.live();
    const copy = g => ({mean: [...g.mean], sd: [...g.sd], rho: g.rho});
    const map = nn.plot({x: groups[first].x, y: groups[first].y, height: 290, xlabel, ylabel});
    const birds = map.dots({colour: "a", r: 3.2});
    const worst = map.dots({colour: "b", shape: "diamond", r: 6});
    const rings = [
      map.line({colour: "ink", width: 2}), map.line({colour: "ink", width: 2, dash: "7 4"}),
    ];
    const cut = nn.plot({
      x: [0, 1], y: [-1, 0], height: 200, xlabel: " ", ylabel: "log-likelihood per bird (nats)",
    });
    const top = cut.line({colour: "ink", dash: "2 4", width: 1.5});
    const curve = cut.line({colour: "a", width: 3}), foot = cut.dots({colour: "b", r: 6});
    const facts = nn.facts([
      "−½ ln det Σ", "−½ mean of r²", "−ln 2π", "log-likelihood per bird", "total log-likelihood",
      "below the best, per bird",
    ]);

    // The five numbers that can be moved, each with its range in the cut.
    const PARTS = [
      ...[0, 1].map(i => ({
        name: `mean ${names[i]} (mm)`,
        range: () => state.group[i ? "y" : "x"],
        put: (g, v) => {
          g.mean[i] = v;
        },
        get: g => g.mean[i],
      })),
      ...[0, 1].map(i => ({
        name: `standard deviation of ${names[i]} (mm)`,
        range: () => limits.sd[i],
        put: (g, v) => {
          g.sd[i] = v;
        },
        get: g => g.sd[i],
      })),
      {
        name: "correlation",
        range: () => [-limits.rho, limits.rho],
        put: (g, v) => {
          g.rho = v;
        },
        get: g => g.rho,
      },
    ];

    function draw() {
      const {g, m, group} = state;
      const now = judged(g, m);
      const most = judged(best(m), m).each;
      const part = PARTS[state.part];
      rings.forEach((ring, k) => ring.set(ellipse(g, k + 1)));
      const costs = group.X.map(p => surprise(g, p)), far = costs.indexOf(Math.max(...costs));
      worst.set([group.X[far]]);
      const low = Math.min(now.each, most - 2.5), span = most - low;
      cut.range(part.range(), [low - 0.1 * span, most + 0.08 * span]);
      cut.ground.lastChild.previousSibling.textContent = part.name;
      top.set([[part.range()[0], most], [part.range()[1], most]]);
      curve.set(v => { const other = copy(g); part.put(other, v); return judged(other, m).each; });
      foot.set([[part.get(g), now.each]]);
      const gap = Math.max(0, most - now.each), below = nn.number(gap, 3);
      facts.set([
        nn.number(-now.det / 2, 3), nn.number(-now.r2 / 2, 3), nn.number(-Math.log(2 * Math.PI), 3),
        nn.number(now.each, 3), nn.number(m.N * now.each, 1), below,
      ]);
      const where = gap < 5e-4 ? "the maximum" : `${below} below the maximum`;
      const words = `${nn.number(now.each, 3)} nats per bird, ${where}.`;
      live.set(
        `${words} The most surprising bird, the diamond, has −ln p = ${nn.number(costs[far])}.`,
      );
      map.describe(
        `${m.N} ${group.name} birds and ellipses of one and two standard deviations around ` +
          `(${g.mean.map(v => nn.number(v, 1)).join(", ")}), correlation ${nn.number(g.rho)}. ` +
          `${words}`,
      );
      cut.describe(
        `Log-likelihood per bird against the ${part.name}, the rest fixed; the dot is at ` +
          `${nn.number(part.get(g))}. ${words}`,
      );
    }
    const redraw = nn.frame(draw);

    const place = nn.point({
      on: map, at: groups[first].start.mean, label: "mean", colour: "b", shape: "square", step: 0.1,
      show: (x, y) => `${names[0]} ${nn.number(x, 1)}, ${names[1]} ${nn.number(y, 1)}`,
      move: (x, y) => {
        const {mean} = state.g;
        if (x !== mean[0] || y !== mean[1]) {
          state.part =
            Math.abs(x - mean[0]) / state.g.sd[0] >= Math.abs(y - mean[1]) / state.g.sd[1] ? 0 : 1;
        }
        state.g.mean = [x, y];
        redraw();
      },
    });
    const moved = k => v => { PARTS[k].put(state.g, v); state.part = k; redraw(); };
    const sliders = [0, 1].map(i =>
      nn.slider({
        label: `sd of ${names[i]}`,
        min: limits.sd[i][0],
        max: limits.sd[i][1],
        step: 0.01,
        value: groups[first].start.sd[i],
        show: v => `${nn.number(v)}`,
        move: moved(2 + i),
      }),
    );
    sliders.push(
      nn.slider({
        label: "correlation", min: -limits.rho, max: limits.rho, step: 0.01,
        value: groups[first].start.rho, move: moved(4),
      }),
    );

    function put(g) {
      state.g = copy(g);
      place.set(...g.mean);
      state.g.mean = [...g.mean];
      [...g.sd, g.rho].forEach((v, k) => sliders[k].set(v));
      redraw();
    }
    function choose(k) {
      Object.assign(state, {group: groups[k], m: moments(groups[k].X), part: 0});
      map.range(groups[k].x, groups[k].y);
      birds.set(groups[k].X);
      put(groups[k].start);
    }
    const scaled = factor => () => {
      const sd = state.g.sd.map((s, i) => nn.clamp(s * factor, ...limits.sd[i]));
      state.part = 2;
      put({...state.g, sd});
    };
    const which = nn.buttons({
      label: "species",
      options: groups.map(g => g.name),
      chosen: first,
      press: choose,
    });
    const actions = nn.bar(
      nn.button("to the maximum", () => put(best(state.m))),
      nn.button("both sd × 2", scaled(2)),
      nn.button("both sd ÷ 2", scaled(0.5)),
      nn.button("reset", () => choose(groups.indexOf(state.group))),
    );
    element.replaceChildren(
      which.node,
      nn.columns(map.node, nn.html("div", {}, cut.node)),
      live.node,
      nn.columns(
        nn.html(
          "div",
          {},
          nn.tuck(element, "Spread and correlation", ...sliders.map(s => s.node)),
          actions,
        ),
        nn.tuck(element, "Terms of the log-likelihood", facts.node),
      ),
    );
    choose(first);
    nn.flush();
  }, "groups", "xlabel", "ylabel", "names", "limits");
})();
