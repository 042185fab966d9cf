// <nn-train>: a dense network of the reader's own is trained in the page, epoch after epoch.
// needs: parts-plot parts-time parts-grid
// room: 1402 684
// sets: [{name, points: [[x, y, kind 0 or 1]]}]; names: of the kinds; noise: numbers from −1 to 1 for the start weights;
// start: {set, layers, widths, bend, exponent, at}: indices of set and bend, a width for each of three layers, 10 to the exponent is the learning rate, at: ten epochs each;
// known: [{set, widths, bend, exponent, draw, epochs, loss}] by nnlib, which the script checks.
(() => {
  const EACH = 10, LAST = 300, GRID = 49, REACH = 3, BENDS = ["tanh", "ReLU", "none"];

  // Weights (m, n) row by row, drawn evenly with variance 1/n; biases 0.
  function begin(noise, widths, draw) {
    let next = 97 * draw;
    return widths.slice(1).map((m, l) => {
      const n = widths[l], scale = Math.sqrt(3 / n);
      return {n, m, W: Float64Array.from({length: m * n}, () => scale * noise[next++ % noise.length]), b: new Float64Array(m)};
    });
  }

  // What goes in, and what each layer gives, for N rows.
  function forward(X, N, layers, bend) {
    const kept = [X];
    layers.forEach(({n, m, W, b}, l) => {
      const A = kept[l], Z = new Float64Array(N * m), last = l === layers.length - 1;
      for (let i = 0; i < N; i++) for (let j = 0; j < m; j++) {
        let z = b[j];
        for (let k = 0; k < n; k++) z += A[i * n + k] * W[j * n + k];
        Z[i * m + j] = last || bend === 2 ? z : bend === 1 ? Math.max(z, 0) : Math.tanh(z);
      }
      kept.push(Z);
    });
    return kept;
  }

  const sigmoid = z => z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
  // ln(1 + e^z) − t z, which never overflows.
  const mean = (z, t) => t.reduce((sum, kind, i) => sum + Math.max(z[i], 0) + Math.log1p(Math.exp(-Math.abs(z[i]))) - kind * z[i], 0) / t.length;

  // One step of gradient descent with all points; changes the layers.
  function descend({X, t}, layers, bend, rate) {
    const N = t.length, kept = forward(X, N, layers, bend);
    let G = kept[layers.length].map((z, i) => (sigmoid(z) - t[i]) / N);
    for (let l = layers.length - 1; l >= 0; l--) {
      const {n, m, W, b} = layers[l], A = kept[l], dW = new Float64Array(m * n), db = new Float64Array(m), back = new Float64Array(N * n);
      for (let i = 0; i < N; i++) for (let j = 0; j < m; j++) {
        const g = G[i * m + j];
        db[j] += g;
        for (let k = 0; k < n; k++) { dW[j * n + k] += g * A[i * n + k]; back[i * n + k] += g * W[j * n + k]; }
      }
      if (l && bend === 0) for (let k = 0; k < back.length; k++) back[k] *= 1 - A[k] * A[k];
      if (l && bend === 1) for (let k = 0; k < back.length; k++) if (A[k] <= 0) back[k] = 0;
      dW.forEach((g, k) => { W[k] -= rate * g; });
      db.forEach((g, k) => { b[k] -= rate * g; });
      G = back;
    }
  }

  const copy = layers => layers.map(layer => ({...layer, W: layer.W.slice(), b: layer.b.slice()}));
  const shape = ({layers, widths}) => [2, ...widths.slice(0, layers), 1];
  const rows = points => ({X: Float64Array.from(points.flatMap(p => p.slice(0, 2))), t: points.map(p => p[2])});
  const rateOf = exponent => +(10 ** exponent).toPrecision(12);

  function build(element, {sets, names, noise, start, known}) {
    const data = sets.map(({points}) => rows(points)), live = nn.live();
    const state = {set: start.set, layers: start.layers, widths: start.widths.slice(), bend: start.bend, exponent: start.exponent, draw: 0};
    const map = nn.plot({x: [-REACH, REACH], y: [-REACH, REACH], width: 300, height: 316, left: 30, xlabel: "first number x₁", ylabel: "second number x₂"});
    const shades = nn.picture({width: GRID, height: GRID, low: 0, high: 1, scale: "diverging", smooth: true});
    shades.node.setAttribute("aria-hidden", "true");
    shades.node.style.opacity = 0.45;  // so that the dots stand out
    map.behind(shades.node);
    const edge = map.contours({colour: "ink", n: GRID - 1});
    const LOOKS = [{colour: "b", shape: "square", r: 3.4}, {colour: "a", shape: "circle", r: 3.4}];
    const dots = LOOKS.map(look => map.dots(look)), wrong = map.dots({colour: "ink", shape: "cross", r: 5});
    const chart = nn.plot({x: [0, EACH * LAST], y: [0, 0.8], width: 300, height: 230, left: 34, right: 20, xticks: [0, 1000, 2000, 3000], xlabel: "epoch", ylabel: "mean loss (nats)"});
    const guess = chart.line({colour: "ink", dash: "2 4", width: 1.2, points: [[0, Math.LN2], [EACH * LAST, Math.LN2]]});
    guess.node.style.opacity = 0.7;
    const curve = chart.line({colour: "a", width: 2.4}), now = chart.dots({colour: "a", shape: "diamond", r: 6});
    const sign = ({colour, shape: form}, words) => nn.html("span", {style: nn.ink(colour)},
      nn.svg("svg", {viewBox: "-9 -9 18 18", width: 18, height: 18, "aria-hidden": "true"}, nn.svg("path", {d: `M0 0${nn.SHAPES[form](6)}`, class: form === "cross" ? "nn-stroke" : "nn-dots"})), words);
    const key = nn.html("div", {class: "nn-key"}, ...LOOKS.map((look, k) => sign(look, names[k])), sign({colour: "ink", shape: "cross"}, "on the wrong side"));
    const facts = nn.facts(["layer sizes", "parameters", "mean loss (nats)", "on the right side"]);

    // Every ten epochs one copy of the weights is kept, so that going back costs nothing.
    let films = [], losses = [];
    function fresh() {
      films = [begin(noise, shape(state), state.draw)];
      losses = [lossOf(films[0])];
    }
    const scores = layers => forward(data[state.set].X, data[state.set].t.length, layers, state.bend)[layers.length];
    const lossOf = layers => mean(scores(layers), data[state.set].t);
    function reach(k) {
      while (films.length <= k) {
        const layers = copy(films[films.length - 1]);
        for (let e = 0; e < EACH; e++) descend(data[state.set], layers, state.bend, rateOf(state.exponent));
        films.push(layers);
        losses.push(lossOf(layers));
      }
    }

    const places = new Float64Array(2 * GRID * GRID);
    for (let j = 0, o = 0; j < GRID; j++) for (let i = 0; i < GRID; i++, o += 2) {
      places[o] = REACH * (2 * i / (GRID - 1) - 1);
      places[o + 1] = REACH * (1 - 2 * j / (GRID - 1));
    }

    function draw() {
      const k = time.at;
      reach(k);
      const layers = films[k], {points} = sets[state.set], z = scores(layers), fine = Number.isFinite(losses[k]);
      const field = forward(places, GRID * GRID, layers, state.bend)[layers.length];
      shades.set(Array.from(field, v => fine ? sigmoid(v) : 0.5));
      const index = v => Math.round((v + REACH) / (2 * REACH) * (GRID - 1));
      edge.set(fine ? (x, y) => field[(GRID - 1 - index(y)) * GRID + index(x)] : null, [0]);
      const off = points.filter((p, i) => !((z[i] > 0) === (p[2] === 1)));
      dots.forEach((group, kind) => group.set(points.filter(p => p[2] === kind)));
      wrong.set(off);
      curve.set(losses.slice(0, k + 1).map((v, i) => [EACH * i, v]));
      now.set(fine ? [[EACH * k, Math.min(losses[k], 0.8)]] : []);
      const sizes = shape(state), count = layers.reduce((sum, {n, m}) => sum + n * m + m, 0), right = points.length - off.length;
      const told = fine ? nn.number(losses[k], 4) : "not a number";
      facts.set([sizes.join("-"), String(count), told, fine ? `${right} of ${points.length}` : "none"]);
      const end = !fine ? "The steps were too long: the loss has left the numbers. Lower the learning rate." : off.length ? `${off.length} on the wrong side.` : "All on the right side.";
      live.set(`Epoch ${EACH * k}, ${sizes.join("-")}: loss ${told}. ${end}`);
      map.describe(`${sets[state.set].name}: ${points.length} points of two kinds, and the regions in which the network decides for each. ${end}`);
      chart.describe(`Loss against epoch: from ${nn.number(losses[0], 3)} at the start to ${told} at epoch ${EACH * k}. A dotted line marks the loss of a guess, 0.693.`);
      Object.assign(element.dataset, {loss: losses[k], epoch: EACH * k, start: state.draw});
    }
    const redraw = nn.frame(draw);

    // Another network or other data: training begins again; if it was running, it runs on.
    function change(what) {
      Object.assign(state, what);
      fresh();
      time.to(0);
    }
    const time = nn.stepper({last: LAST, at: start.at, label: "epoch", rate: 12, show: k => String(EACH * k), go: () => redraw()});
    const set = nn.buttons({label: "data", options: sets.map(s => s.name), chosen: start.set, press: k => change({set: k})});
    const bend = nn.buttons({label: "activation of the hidden layers", options: BENDS, chosen: start.bend, press: k => change({bend: k})});
    const layers = nn.slider({label: "hidden layers", min: 0, max: 3, step: 1, value: start.layers, show: v => nn.number(v, 0), move: v => { change({layers: v}); offer(); }});
    const widths = start.widths.map((value, l) => nn.slider({label: `width, layer ${l + 1}`, min: 1, max: 16, step: 1, value, show: v => nn.number(v, 0),
      move: v => change({widths: state.widths.map((old, k) => k === l ? v : old)})}));
    // Only layers that are there have a width.
    const offer = () => widths.forEach(({node}, l) => { node.style.display = l < state.layers ? "" : "none"; });
    const rate = nn.slider({label: "learning rate η", min: -2, max: 1, step: 0.1, value: start.exponent, show: v => nn.number(10 ** v), move: v => change({exponent: v})});
    const other = nn.button("other start weights", () => change({draw: (state.draw + 1) % 7}));
    const words = text => nn.html("span", {}, text);
    element.replaceChildren(key, nn.columns(map.node, nn.html("div", {}, chart.node, facts.node)), time.node,
      set.node, nn.columns(nn.html("div", {}, rate.node, layers.node, ...widths.map(w => w.node)),
        nn.html("div", {}, words("bend of the hidden layers"), bend.node, nn.bar(other))), live.node);
    offer();
    fresh();
    draw();
    nn.flush();
    element.dataset.agrees = known.every(one => {
      const mine = begin(noise, [2, ...one.widths, 1], one.draw), own = data[one.set];
      for (let e = 0; e < one.epochs; e++) descend(own, mine, one.bend, rateOf(one.exponent));
      return Math.abs(mean(forward(own.X, own.t.length, mine, one.bend)[mine.length], own.t) - one.loss) < 1e-9;
    });
    if (element.dataset.agrees === "false") console.error("nn-train: the script and nnlib disagree");
  }

  nn.define("train", build, "sets", "names", "noise", "start", "known");
})();
