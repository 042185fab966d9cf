// <nn-fit>: a polynomial through a few samples, by degree and penalty; its errors there and
// elsewhere.
// needs: parts-plot
// room: 857 489
// x, y: all samples; draws: for each draw the places of the few that are fitted, the rest validate;
// centre, unit: powers of u = (x − centre) / unit; most: highest degree; degree: of
// the start; window: [[x, x], [y, y]] of the curve; errors: [low, high] of the other plot; xlabel,
// ylabel, measure (unit of y), samples (their name); known: cases by nnlib, {draw, degree,
// alpha, bias, train, rest, w, b}, which agrees() compares.
(() => {
  const dot = (u, v) => u.reduce((sum, value, k) => sum + value * v[k], 0);
  const mean = v => v.reduce((sum, value) => sum + value, 0) / v.length;
  const powers = (u, degree) => Array.from({length: degree}, (_, k) => u ** (k + 1));

  // The least squares solution of A θ = c, by Householder's reflections; A and c are used up.
  function leastSquares(A, c) {
    const n = A[0]?.length ?? 0;
    for (let k = 0; k < n; k++) {
      const v = A.slice(k).map(row => row[k]), length = Math.hypot(...v);
      v[0] += v[0] < 0 ? -length : length;
      const size = dot(v, v);
      if (!size) continue;
      for (let j = k; j < n; j++) {
        const s = 2 * dot(v, A.slice(k).map(row => row[j])) / size;
        v.forEach((value, i) => { A[k + i][j] -= s * value; });
      }
      const s = 2 * dot(v, c.slice(k)) / size;
      v.forEach((value, i) => { c[k + i] -= s * value; });
    }
    const theta = Array(n).fill(0);
    for (let k = n - 1; k >= 0; k--) {
      theta[k] = (c[k] - dot(A[k].slice(k + 1), theta.slice(k + 1))) / A[k][k];
    }
    return theta;
  }

  // Weights w and bias b. The penalty excludes b unless `bias`: then 1 is one more column.
  function solve(u, y, degree, alpha, bias) {
    let A = u.map(v => bias ? [1, ...powers(v, degree)] : powers(v, degree)), c = [...y];
    const width = degree + (bias ? 1 : 0);
    const centre = Array.from({length: width}, (_, k) => bias ? 0 : mean(A.map(row => row[k])));
    const level = bias ? 0 : mean(c);
    A = A.map(row => row.map((v, k) => v - centre[k]));
    c = c.map(v => v - level);
    if (alpha) {  // √α I with target 0 below: one more sample for each weight
      for (let k = 0; k < width; k++) {
        A.push(Array.from({length: width}, (_, j) => (j === k ? Math.sqrt(alpha) : 0)));
      }
      c = c.concat(Array(width).fill(0));
    }
    const theta = leastSquares(A, c);
    return bias ? {b: theta[0], w: theta.slice(1)} : {b: level - dot(centre, theta), w: theta};
  }
  const value = ({b, w}, u) => b + dot(w, powers(u, w.length));
  const error = (model, u, y) => Math.sqrt(mean(u.map((v, k) => (value(model, v) - y[k]) ** 2)));

  function build(element, data) {
    const {
      x, y, draws, centre, unit, most, window: [wide, high], errors, measure, samples, known,
    } = data;
    const NONE = -4.5;
    const start = {draw: 0, degree: data.degree, power: NONE, bias: false};
    const state = {...start};
    const u = x.map(v => (v - centre) / unit), live = nn.live();
    const pick = (values, places) => places.map(k => values[k]);
    const parts = draws.map(few => {
      const rest = x.map((_, k) => k).filter(k => !few.includes(k));
      return {
        few, rest, u: pick(u, few), y: pick(y, few), uRest: pick(u, rest), yRest: pick(y, rest),
      };
    });
    const fitted = (k, degree, alpha, bias) => {
      const part = parts[k], model = solve(part.u, part.y, degree, alpha, bias);
      return {
        model, train: error(model, part.u, part.y), rest: error(model, part.uRest, part.yRest),
      };
    };

    const plot = nn.plot({x: wide, y: high, height: 250, xlabel: data.xlabel, ylabel: data.ylabel});
    const others = plot.dots({colour: "ink", r: 1.7});
    const curve = plot.line({colour: "a", width: 2.6});
    const chosen = plot.dots({colour: "b", r: 5, shape: "square"});
    const few = `the ${draws[0].length}`;
    const side = nn.plot({
      x: [-0.4, most + 0.4], y: errors, log: "y", height: 250, right: 62, xlabel: "degree",
      ylabel: `error (${measure})`,
      xticks: Array.from({length: most + 1}, (_, k) => k),
    });
    const here = side.line({colour: "ink", dash: "2 4", width: 1.6});
    const trainLine = side.line({colour: "b", label: few, away: 8});
    const restLine = side.line({colour: "a", dash: "7 4", label: "others", away: 8});
    const trainDots = side.dots({colour: "b", r: 4, shape: "square"});
    const restDots = side.dots({colour: "a", r: 4});
    const facts = nn.facts([
      `error on ${few} (${measure})`,
      `error on the others (${measure})`,
      "length of w",
      `b, at u = 0 (${measure})`,
    ]);
    const written = alpha => alpha >= 1000 ? nn.number(alpha, 0) : nn.short(alpha);
    const alphaOf = power => power <= NONE ? 0 : 10 ** power;

    function draw() {
      const {draw: k, degree, bias} = state, alpha = alphaOf(state.power), part = parts[k];
      const all = Array.from({length: most + 1}, (_, d) => fitted(k, d, alpha, bias));
      const now = all[degree];
      others.set(part.rest.map(i => [x[i], y[i]]));
      chosen.set(part.few.map(i => [x[i], y[i]]));
      curve.set(v => value(now.model, (v - centre) / unit));
      here.set([[degree, errors[0]], [degree, errors[1]]]);
      const inside = points => points.filter(([, v]) => v >= errors[0] && v <= errors[1]);
      for (const [line, dots, name] of [
        [trainLine, trainDots, "train"],
        [restLine, restDots, "rest"],
      ]) {
        const points = all.map((one, d) => [d, one[name]]);
        line.set(points);
        dots.set(inside(points));
      }
      facts.set([now.train, now.rest, Math.hypot(...now.model.w), now.model.b].map(written));
      const outcome =
        `error ${nn.short(now.train)} ${measure} on ${few} ${samples}, ` +
        `${nn.short(now.rest)} ${measure} on the ${part.rest.length} others`;
      live.set(`Degree ${degree}, λ = ${written(alpha)}${bias ? ", b penalised" : ""}: ${outcome}.`);
      plot.describe(
        `${few} ${samples} as squares, the others as small dots, and the polynomial of degree ` +
          `${degree}.`,
      );
      side.describe(
        `Error against degree, 0 to ${most}: on ${few} ` +
          `${all.map(one => nn.short(one.train)).join(", ")}; on the others ` +
          `${all.map(one => nn.short(one.rest)).join(", ")}.`,
      );
    }
    const redraw = nn.frame(draw);

    const degree = nn.slider({
      label: "degree", min: 0, max: most, step: 1, value: state.degree,
      show: v => String(v),
      move: v => {
        state.degree = v;
        redraw();
      },
    });
    const penalty = nn.slider({
      label: "penalty λ", min: NONE, max: 3, step: 0.5, value: state.power,
      show: v => written(alphaOf(v)),
      move: v => {
        state.power = v;
        redraw();
      },
    });
    const bias = nn.toggle({label: "penalise b too", flip: on => { state.bias = on; redraw(); }});
    const buttons = nn.bar(
      nn.button(`other ${draws[0].length} ${samples}`, () => {
        state.draw = (state.draw + 1) % draws.length;
        redraw();
      }),
      nn.button("reset", () => {
        Object.assign(state, start);
        degree.set(state.degree);
        penalty.set(state.power);
        bias.set(false);
        redraw();
      }),
    );
    element.replaceChildren(
      nn.columns(plot.node, side.node), live.node,
      nn.columns(
        nn.html("div", {}, degree.node, penalty.node, bias.node, buttons),
        nn.tuck(element, "Errors and weights", facts.node),
      ),
    );
    draw();

    // The script must find what nnlib found.
    const close = (a, b) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
    element.agrees = () => known.every(one => {
      const fit = fitted(one.draw, one.degree, one.alpha, one.bias);
      return (
        close(fit.train, one.train) &&
        close(fit.rest, one.rest) &&
        close(fit.model.b, one.b) &&
        one.w.length === fit.model.w.length &&
        one.w.every((v, k) => close(fit.model.w[k], v))
      );
    });
  }

  nn.define(
    "fit", build, "x", "y", "draws", "centre", "unit", "most", "degree", "window", "errors",
    "xlabel", "ylabel", "measure", "samples", "known",
  );
})();
