// <nn-drop-masks>: curves of random sub-networks of a regression network with two hidden layers,
// their mean, and the curve of all units in one pass.
// needs: parts-plot
// room: 571 450
// layers: [{W, b}], three of them, W row by row; xs: the grid; samples: [[x, y], …]; rate: the
// dropout rate at first; y: the range; known: [{masks, out}], outputs on the grid for given masks
// at this rate, which agrees() compares.
nn.define("drop-masks", (element, {layers, xs, samples, rate, y, known}) => {
  const SHOWN = 12;
  const state = {rate, count: 0, sum: [], squares: [], last: [], masks: null};
  const sizes = layers.slice(0, -1).map(({b}) => b.length);

  // The outputs on the grid; a mask of null keeps all units.
  function outputs(masks, q) {
    return xs.map(x => {
      let seen = [x];
      layers.forEach(({W, b}, l) => {
        const z = W.map((row, i) => row.reduce((sum, w, j) => sum + w * seen[j], b[i]));
        if (l === layers.length - 1) seen = z;
        else seen = z.map((v, i) => v > 0 ? masks ? masks[l][i] * v / (1 - q) : v : 0);
      });
      return seen[0];
    });
  }
  const path = values => values.map((v, k) => [xs[k], v]);
  const whole = outputs(null, 0);

  const plot = nn.plot({
    x: [xs[0], xs[xs.length - 1]], y, height: 250, width: 420, xlabel: "x", ylabel: "output",
  });
  const band = plot.area({colour: "c"});
  const thin = Array.from({length: SHOWN}, () => plot.line({colour: "ink", width: 0.6}));
  const one = plot.line({colour: "a", width: 2.4, points: path(whole)});
  const mean = plot.line({colour: "b", width: 2.4, dash: "6 4"});
  plot.dots({colour: "ink", shape: "cross", r: 3, points: samples});
  const key = nn.legend(
    nn.lineKey({colour: "a"}, "all units, one pass"),
    nn.lineKey({colour: "b", dash: "6 4"}, "mean of the sub-networks"),
    nn.lineKey({colour: "ink", width: 0.6}, "a sub-network"),
  );
  const units = nn.html("p", {class: "nn-note", style: "margin: 0"});
  const live = nn.live();

  function reset() {
    Object.assign(state, {
      count: 0, sum: xs.map(() => 0), squares: xs.map(() => 0), last: [], masks: null,
    });
  }
  function add() {
    state.masks = sizes.map(n => Array.from({length: n}, () => Math.random() >= state.rate ? 1 : 0));
    const values = outputs(state.masks, state.rate);
    state.count++;
    values.forEach((v, k) => {
      state.sum[k] += v;
      state.squares[k] += v * v;
    });
    state.last = [values, ...state.last].slice(0, SHOWN);
  }
  function draw() {
    const {count, sum, squares, last, masks} = state;
    const average = sum.map(v => v / count);
    const sd = squares.map((v, k) => Math.sqrt(Math.max(0, v / count - average[k] ** 2)));
    thin.forEach((line, k) => line.set(last[k] ? path(last[k]) : []));
    mean.set(count ? path(average) : []);
    band.set(
      count > 1
        ? [...path(average.map((v, k) => v + sd[k])),
          ...path(average.map((v, k) => v - sd[k])).reverse()]
        : [],
    );
    const row = (n, l) =>
      Array.from({length: n}, (_, i) => !masks || masks[l][i] ? "●" : "○").join("");
    units.textContent = `hidden layers: ${sizes.map(row).join("  ")}`;
    const apart = average.reduce((total, v, k) => total + Math.abs(v - whole[k]), 0) / xs.length;
    live.set(
      count
        ? `Masks drawn: ${count}. Mean distance of the two thick curves: ${nn.number(apart, 2)}.`
        : "Masks drawn: 0.",
    );
    plot.describe(
      `The curve of all units through ${samples.length} samples, and the mean of ${count} ` +
        "sub-networks with a band of one standard deviation.",
    );
  }
  const redraw = nn.frame(draw);
  const press = n => () => {
    for (let k = 0; k < n; k++) add();
    redraw();
  };
  const slide = nn.slider({
    label: "dropout rate", min: 0.05, max: 0.5, step: 0.05, value: rate,
    show: v => nn.number(v, 2),
    move: v => {
      state.rate = v;
      reset();
      redraw();
    },
  });
  const bar = nn.bar(
    nn.button("draw a mask", press(1)), nn.button("draw 50", press(50)),
    nn.button("Reset", () => {
      reset();
      redraw();
    }),
  );
  reset();
  element.replaceChildren(bar, key, plot.node, units, live.node, slide.node);
  draw();
  element.agrees = () => known.every(({masks, out}) =>
    outputs(masks, rate).every((v, k) => Math.abs(v - out[k]) < 1e-6),
  );
}, "layers", "xs", "samples", "rate", "y", "known");
