// <nn-complexity>: polynomials fitted to many drawn data sets; bias, variance and noise at each
// degree.
// needs: parts-plot
// room: 876 675
// law: {x, f}, positions and the true values there; noise: the variance of a measurement; draws:
// [{x, y}], datasets; the figure uses the first N samples; degree, samples: the start; degrees: the
// highest one; few: the smallest N; y: the range drawn on the left. Optional: at: {x, f},
// the places where errors are averaged, by default the same as for f; range: of x, by default from
// -1 to 1; step: of the slider of samples; top: of the axis of errors, which is then linear,
// otherwise logarithmic; xlabel, ylabel; ruler: {label, most, step, unit} of a slider that
// multiplies the error of each measurement, whose places must then be among those of at.
(() => {
  // The values of the Legendre polynomials up to a degree, the columns that are fitted.
  function legendre(x, degree) {
    const p = [1, x];
    for (let k = 2; k <= degree; k++) p.push(((2 * k - 1) * x * p[k - 1] - (k - 1) * p[k - 2]) / k);
    return p.slice(0, degree + 1);
  }

  const dot = (u, v) => {
    let s = 0;
    for (let i = 0; i < u.length; i++) s += u[i] * v[i];
    return s;
  };

  // Least squares for all degrees together: columns made orthogonal (twice, for the digits), and
  // each column fits its part of the residual of y. Result: for each degree its values at the
  // places of grid, and its mean squared error on the samples.
  function fits(x, y, grid, degree) {
    const rows = x.map(v => legendre(v, degree)), left = [...y], Q = [], G = [], fitted = [];
    const at = grid.map(() => 0);
    for (let k = 0; k <= degree; k++) {
      const q = rows.map(row => row[k]), g = grid.map(row => row[k]);
      for (let again = 0; again < 2; again++) for (let j = 0; j < k; j++) {
        const share = dot(Q[j], q);
        for (let i = 0; i < q.length; i++) q[i] -= share * Q[j][i];
        for (let i = 0; i < g.length; i++) g[i] -= share * G[j][i];
      }
      const length = Math.sqrt(dot(q, q));
      for (let i = 0; i < q.length; i++) q[i] /= length;
      for (let i = 0; i < g.length; i++) g[i] /= length;
      Q.push(q);
      G.push(g);
      const part = dot(q, left);
      for (let i = 0; i < q.length; i++) left[i] -= part * q[i];
      for (let i = 0; i < g.length; i++) at[i] += part * g[i];
      const rest = dot(left, left) / y.length;
      fitted.push({values: [...at], train: rest > 1e-20 ? rest : 0});
    }
    return fitted;
  }

  const mean = values => values.reduce((s, v) => s + v, 0) / values.length;

  // For each degree: the mean fit, squared bias, variance, both averaged over the places from
  // `first` on, and the mean error on the samples that were fitted.
  function split(all, f, noise, first) {
    return all[0].map((_, degree) => {
      const values = all.map(one => one[degree].values);
      const centre = f.map((_, i) => mean(values.map(v => v[i])));
      const bias = mean(f.map((v, i) => (centre[i] - v) ** 2).slice(first));
      const variance = mean(
        f.map((_, i) => mean(values.map(v => (v[i] - centre[i]) ** 2))).slice(first),
      );
      return {
        centre, bias, variance, total: bias + variance + noise,
        train: mean(all.map(one => one[degree].train)),
      };
    });
  }

  nn.define(
    "complexity",
    (
      element,
      {
        law, noise, draws, degree, samples, degrees, few, y, at = law, range = [-1, 1], step = 2,
        top, ruler, xlabel = "x", ylabel = "y",
      },
    ) => {
      const most = draws[0].x.length;
      const state = {degree, samples, shown: 0, scale: 1};
      const truths = new Map(at.x.map((v, i) => [v, at.f[i]]));
      const noiseNow = () => noise * state.scale ** 2;
      const readings = set => state.scale === 1 ? set.y : set.y.map((v, i) => {
        const f = truths.get(set.x[i]);
        return f + state.scale * (v - f);
      });
      const inner = v => (2 * v - range[0] - range[1]) / (range[1] - range[0]);
      const grid = [...law.x, ...at.x].map(v => legendre(inner(v), degrees));
      const low = top ? 0 : 1e-4;
      const high = top || 20;
      const left = nn.plot({x: range, y, height: 260, left: 36, xlabel, ylabel});
      const faint = draws.map(() => left.line({colour: "a", width: 0.7}));
      const truth = left.line({
        colour: "ink", dash: "7 5", width: 2.4,
        points: law.x.map((v, i) => [v, law.f[i]]),
      });
      const average = left.line({colour: "a", width: 4});
      const one = left.line({colour: "b", width: 2.2});
      const dots = left.dots({colour: "b", r: 3.6});
      const right = nn.plot({
        x: [0, degrees], y: [low, high],
        log: top ? "" : "y",
        height: 260,
        right: 86,
        xticks: Array.from({length: degrees + 1}, (_, k) => k),
        yticks: top ? undefined : [0.001, 0.01, 0.1, 1, 10],
        xlabel: "degree",
        ylabel: top ? "squared error" : "squared error (logarithmic)",
      });
      const PARTS = [
        ["total", "ink", null, 3.4, "circle", "expected"],
        ["bias", "c", "9 4", 2.2, "square", "bias²"],
        ["variance", "a", null, 2.2, "diamond", "variance"],
        ["noise", "ink", "2 4", 1.8, null, "noise"],
        ["train", "b", "5 3", 2.2, "triangle", "training"],
      ];
      const lines = PARTS.map(([, colour, dash, width, , label]) =>
        right.line({colour, dash, width, label, away: 13}),
      );
      const marks = PARTS.map(
        ([, colour, , , shape]) => shape && right.dots({colour, shape, r: 4.5}),
      );
      const rule = right.line({colour: "ink", width: 1});
      const facts = nn.facts([
        "squared bias", "+ variance", "+ noise", "= expected error on new samples",
        "mean error on training samples",
      ]);
      const live = nn.live();
      const key = nn.legend(
        nn.lineKey({colour: "ink", dash: "7 5", width: 2.4}, "the truth"),
        nn.lineKey({colour: "a", width: 0.9}, `${draws.length} fits`),
        nn.lineKey({colour: "a", width: 4}, "their mean"),
        nn.lineKey({colour: "b", shape: "circle"}, "one set and its fit"),
      );

      let all, parts;
      function fit() {
        all = draws.map(d => {
          const x = d.x.slice(0, state.samples).map(inner);
          return fits(x, readings(d).slice(0, state.samples), grid, degrees);
        });
        parts = split(all, [...law.f, ...at.f], noiseNow(), law.x.length);
        if (!ruler) return;
        const wide = 3.5 * Math.max(0, state.scale - 1);
        left.range(range, [y[0] - wide, y[1] + wide]);
        right.range([0, degrees], [low, Math.max(top, ...parts.map(part => 1.05 * part.total))]);
      }
      function draw() {
        const k = state.degree;
        const now = parts[k];
        const set = draws[state.shown];
        const curve = values => law.x.map((v, i) => [v, values[i]]);
        faint.forEach((line, d) => line.set(curve(all[d][k].values)));
        average.set(curve(now.centre));
        one.set(curve(all[state.shown][k].values));
        const read = readings(set);
        dots.set(
          set.x
            .slice(0, state.samples)
            .map((v, i) => [v, read[i]])
            .filter(([, v]) => v >= left.y[0] && v <= left.y[1]),
        );
        PARTS.forEach(([name], p) => {
          const value = part => (name === "noise" ? noiseNow() : part[name]);
          lines[p].set(parts.map((part, d) => [d, Math.max(value(part), low / 2)]));
          if (marks[p]) {
            const inside = value(now) >= low && value(now) <= right.y[1];
            marks[p].set(inside ? [[k, value(now)]] : []);
          }
        });
        rule.set([
          [k, low],
          [k, right.y[1]],
        ]);
        facts.set([now.bias, now.variance, noiseNow(), now.total, now.train].map(nn.short));
        const best = parts.reduce((b, part, d) => (part.total < parts[b].total ? d : b), 0);
        const larger =
          now.bias > now.variance
            ? "the squared bias is larger than the variance"
            : "the variance is larger than the squared bias";
        live.set(
          `Degree ${k}, ${state.samples} samples: expected error ${nn.short(now.total)}, and ` +
            `${larger}.${k === best ? " This is the smallest expected error of all degrees." : ""}`,
        );
        left.describe(
          `${draws.length} polynomials of degree ${k}, each fitted to ${state.samples} samples, ` +
            "their mean, and the truth.",
        );
        right.describe(
          `At degree ${k}: squared bias ${nn.short(now.bias)}, variance ` +
            `${nn.short(now.variance)}, noise ${nn.short(noiseNow())}.`,
        );
      }
      const redraw = nn.frame(draw);
      const refit = nn.frame(() => {
          fit();
          draw();
        });
      const sliders = [
        nn.slider({
          label: "degree", min: 0, max: degrees, step: 1, value: degree,
          show: v => String(v),
          move: v => {
            state.degree = v;
            redraw();
          },
        }),
        nn.slider({
          label: "samples", min: few, max: most, step, value: samples,
          show: v => String(v),
          move: v => {
            state.samples = v;
            refit();
          },
        }),
      ];
      const mistakes = ruler && nn.slider({
        label: ruler.label, min: 0, max: ruler.most, step: ruler.step, value: 1,
        show: v => `±${v} ${ruler.unit}`,
        move: v => {
          state.scale = v;
          refit();
        },
      });
      const another = nn.bar(
        nn.button("new dataset", () => {
          state.shown = (state.shown + 1) % draws.length;
          redraw();
        }),
      );
      element.replaceChildren(
        sliders[0].node, ...mistakes ? [mistakes.node] : [],
        few < most
          ? nn.tuck(element, "Samples and dataset", sliders[1].node, another)
          : nn.tuck(element, "Dataset", another),
        nn.columns(nn.html("div", {}, key, left.node), nn.html("div", {}, right.node)),
        nn.tuck(element, "Parts of the error", facts.node),
        live.node,
      );
      truth.node.parentNode.append(truth.node);
      fit();
      draw();
    },
    "law",
    "noise",
    "draws",
    "degree",
    "samples",
    "degrees",
    "few",
    "y",
  );
})();
