// <nn-dropout>: a small network under dropout: the sub-network of the last mask, the curves of all
// masks so far, their mean, and the curve of the whole network.
// needs: parts-plot
// room: 706 472
// layers: [{W, b}], W of shape (outputs, inputs), with ReLU after all but the last; samples: [[x,
// y]]; rate: the dropout rate of the hidden layers at the start; x, y: ranges; known: [{masks, at,
// value}], outputs for given masks of zeros and ones, which agrees() compares.
(() => {
  const PLACES = 81, SHOWN = 60;

  // The output at x. A mask contains an entry for each hidden unit; without masks all are on.
  function output(layers, x, masks, rate) {
    let a = [x];
    layers.forEach(({W, b}, k) => {
      a = W.map((row, i) => row.reduce((sum, w, j) => sum + w * a[j], b[i]));
      if (k === layers.length - 1) return;
      a = a.map((v, i) => Math.max(v, 0) * (masks ? masks[k][i] / (1 - rate) : 1));
    });
    return a[0];
  }

  function build(element, {layers, samples, rate, x, y, known}) {
    const {svg, html} = nn;
    const grid = Array.from({length: PLACES}, (_, i) => x[0] + (x[1] - x[0]) * i / (PLACES - 1));
    const hidden = layers.slice(0, -1).map(layer => layer.b.length);
    const curve = (masks, q) => grid.map(v => output(layers, v, masks, q));
    const points = values => grid.map((v, i) => [v, values[i]]);
    const state = {rate, masks: null, curves: [], sum: grid.map(() => 0)};

    const plot = nn.plot({x, y, height: 270, left: 34, xlabel: "x", ylabel: "output"});
    plot.dots({colour: "ink", r: 2.4, points: samples});
    const faint = Array.from({length: SHOWN}, () => plot.line({colour: "a", width: 0.6}));
    const last = plot.line({colour: "a", width: 1.8});
    const mean = plot.line({colour: "b", width: 3.4});
    plot.line({colour: "ink", dash: "7 5", width: 2.2, points: points(curve())});
    const key = nn.legend(
      nn.lineKey({colour: "a", width: 1.2}, "sub-networks"),
      nn.lineKey({colour: "b", width: 3.4}, "their mean"),
      nn.lineKey({colour: "ink", dash: "7 5", width: 2.2}, "whole network"),
    );

    // The network: an input, the hidden units, an output; units and lines that are off are grey.
    const WIDE = 300, HIGH = 190, sizes = [1, ...hidden, 1];
    const place = (k, i) => [
      26 + (WIDE - 52) * k / (sizes.length - 1), HIGH * (i + 1) / (sizes[k] + 1),
    ];
    const wires = [], units = [];
    const drawing = svg("svg", {viewBox: `0 0 ${WIDE} ${HIGH}`, class: "nn-drawing", role: "img"});
    for (let k = 1; k < sizes.length; k++)
      for (let i = 0; i < sizes[k]; i++) for (let j = 0; j < sizes[k - 1]; j++) {
        const [[x1, y1], [x2, y2]] = [place(k - 1, j), place(k, i)];
        const node = svg("line", {x1, y1, x2, y2, stroke: "var(--nn-a)", "stroke-width": 0.8});
        wires.push({node, k, i, j});
        drawing.append(node);
      }
    sizes.forEach((size, k) => {
      for (let i = 0; i < size; i++) {
        const [cx, cy] = place(k, i);
        const node = svg("circle", {
          cx, cy, r: 7, fill: "var(--nn-a)", stroke: "var(--nn-a)", "stroke-width": 1.5,
        });
        units.push({node, k, i});
        drawing.append(node);
      }
    });
    const on = (k, i) =>
      k === 0 || k === sizes.length - 1 || !state.masks || state.masks[k - 1][i] === 1;

    const live = nn.live();
    const gap = () => {
      const whole = curve();
      const n = state.curves.length;
      return Math.max(...state.sum.map((s, i) => Math.abs(s / n - whole[i])));
    };
    function draw() {
      const n = state.curves.length;
      faint.forEach((line, k) => {
        const values = state.curves[n - 1 - k];
        line.set(values ? points(values) : []);
      });
      last.set(n ? points(state.curves[n - 1]) : []);
      mean.set(n ? points(state.sum.map(s => s / n)) : []);
      for (const {node, k, i} of units) {
        node.setAttribute("fill-opacity", on(k, i) ? 1 : 0);
        node.setAttribute("stroke-opacity", on(k, i) ? 1 : 0.35);
      }
      for (const {node, k, i, j} of wires)
        node.setAttribute("stroke-opacity", on(k, i) && on(k - 1, j) ? 0.75 : 0.07);
      const off = state.masks ? state.masks.flat().filter(v => !v).length : 0;
      drawing.setAttribute("aria-label", `A network in which ${off} hidden units are off.`);
      live.set(
        n
          ? `${n} ${n === 1 ? "mask" : "masks"}: the mean of the sub-networks differs from the ` +
            `whole network by at most ${nn.number(gap())}.`
          : "All units are on. Draw a mask.",
      );
      plot.describe(`Curves of ${n} sub-networks, their mean, and the curve of the whole network.`);
    }
    const redraw = nn.frame(draw);
    function drawMasks(count) {
      for (let c = 0; c < count; c++) {
        state.masks = hidden.map(size =>
          Array.from({length: size}, () => (Math.random() < state.rate ? 0 : 1)));
        const values = curve(state.masks, state.rate);
        state.curves.push(values);
        values.forEach((v, i) => { state.sum[i] += v; });
      }
      redraw();
    }
    function clear() {
      Object.assign(state, {masks: null, curves: [], sum: grid.map(() => 0)});
      redraw();
    }
    const slider = nn.slider({
      label: "dropout rate q", min: 0.05, max: 0.8, step: 0.05, value: rate,
      show: v => v.toFixed(2),
      move: v => {
        state.rate = v;
        clear();
      },
    });
    element.replaceChildren(
      nn.bar(
        nn.button("draw a mask", () => drawMasks(1)),
        nn.button("draw 50", () => drawMasks(50)),
        nn.button("clear", clear),
      ),
      slider.node,
      nn.columns(html("div", {}, drawing), html("div", {}, key, plot.node)),
      live.node,
    );
    draw();
    nn.flush();
    element.agrees = () => known.every(({masks, at, value}) =>
      Math.abs(output(layers, at, masks, rate) - value) < 1e-6);
  }

  nn.define("dropout", build, "layers", "samples", "rate", "known");
})();
