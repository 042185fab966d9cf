// <nn-train>: the reader's own dense network is trained on the page, epoch by epoch, on
// points that the reader drags, adds and removes; each unit shows its output.
// needs: parts-time parts-grid parts-units parts-cloud parts-descent
// room: 805 882 591
// sets: [{name, points: [[x, y, kind 0 or 1]]}]; names: of the kinds; noise: numbers from −1 to 1
// for the start weights; start: {set, layers, widths, activation, exponent, at}: indices of set and
// activation, a width for each of three layers, 10 to the exponent is the learning rate, at: ten
// epochs each; reached: {layers: [{W, b}], losses} of the start by nnlib, so that a page that opens
// trains nothing; known: [{set, widths, activation, exponent, draw, epochs, loss}] by nnlib, which
// agrees() compares.
(() => {
  const EACH = 10;   // epochs from one position of the slider to the next
  const LAST = 300;  // the last position
  const GRID = 49;   // places along a side of the plane
  const REACH = 3;   // the largest coordinate
  const SMALL = 25;  // pixels along a side of a unit's image
  const {begin, copy, descend, forward, mean, sigmoid} = nn.descent;
  const ACTIVATIONS = ["tanh", "ReLU", "none"];

  const shape = ({layers, widths}) => [2, ...widths.slice(0, layers), 1];
  const rows = points => ({
    X: Float64Array.from(points.flatMap(p => p.slice(0, 2))),
    t: points.map(p => p[2]),
  });
  const rateOf = exponent => +(10 ** exponent).toPrecision(12);

  const STYLE = `
    nn-train .nn-stage {
      display: grid; grid-template: "units map" "run run" "make loss" / 1fr 1fr; gap: .3rem 1.5rem;
      align-items: start;
    }
    nn-train .nn-stage > * { min-width: 0; }
    nn-train .nn-stage > :is(.nn-units, .nn-frame) {
      width: 100%; max-width: 22rem; margin: 0 auto;
    }
    nn-train .nn-plot { cursor: crosshair; }
    nn-train .nn-dots { cursor: grab; }
    nn-train .nn-point .nn-knob { fill: none; stroke: var(--nn-ink); stroke-width: 2; }
    nn-train .nn-point:not(:focus) .nn-knob { stroke: none; }
    nn-train .nn-point .nn-hit { r: 12px; }
    nn-train .nn-columns { align-items: flex-start; }
    nn-train .nn-bar { margin: .3rem 0; gap: .4rem; }
    nn-train .nn-stepper .nn-slider { grid-template-columns: auto 1fr auto; }
    nn-train .nn-stepper .nn-slider input { grid-area: auto; }
    nn-train .nn-live { min-height: 3.2em; }
    nn-train .nn-brush svg { vertical-align: -.2em; }
    @container (min-width: 54rem) {
      nn-train .nn-stage { grid-template: "units map loss" "run make make" / 1fr 1fr 1fr; }
      nn-train .nn-make { columns: 2; column-gap: 1.5rem; }
      nn-train .nn-make > * { break-inside: avoid; }
    }
    @container (max-width: 36rem) {
      nn-train .nn-stage { display: flex; flex-direction: column; align-items: stretch; }
      nn-train button:not(.nn-unit) { padding: .3rem .5rem; }
      nn-train .nn-stepper { display: flex; flex-direction: column-reverse; }
    }`;

  function build(element, {sets, names, noise, start, reached, known}) {
    nn.style("train", STYLE);
    const live = nn.live(), narrow = () => element.clientWidth < 560;
    const state = {
      set: start.set, layers: start.layers, widths: start.widths.slice(),
      activation: start.activation, exponent: start.exponent, draw: 0, unit: null,
    };
    let own = null;  // the points as arrays
    const readData = () => {
      cloud.set(sets[state.set].points);
      own = rows(cloud.points);
    };
    const map = nn.plot({
      x: [-REACH, REACH], y: [-REACH, REACH], width: 300, height: 300, left: 30, xlabel: "x₁",
      ylabel: "x₂",
    });
    const shades = nn.picture({
      width: GRID, height: GRID, low: 0, high: 1, scale: "diverging", smooth: true,
    });
    shades.node.setAttribute("aria-hidden", "true");
    shades.node.style.opacity = 0.45;  // so that the dots stand out
    map.behind(shades.node);
    const edge = map.contours({colour: "ink", n: GRID - 1});
    const LOOKS = [{colour: "b", shape: "square", r: 3.4}, {colour: "a", shape: "circle", r: 3.4}];
    const redraw = nn.frame(draw);
    const cloud = nn.cloud({on: map, looks: LOOKS, names, reach: REACH, moved, redraw});
    const chart = nn.plot({
      x: [0, EACH * LAST], y: [0, 0.8], width: 300, height: 200, left: 34, right: 20,
      xticks: [0, 1000, 2000, 3000], xlabel: "epoch", ylabel: "mean loss (nats)",
    });
    const guess = chart.line({
      colour: "ink", dash: "2 4", width: 1.2,
      points: [
        [0, Math.LN2],
        [EACH * LAST, Math.LN2],
      ],
    });
    guess.node.style.opacity = 0.7;
    chart.words({at: [1750, Math.LN2 + 0.02], label: "a guess: ln 2"});
    const curve = chart.line({colour: "a", width: 2.4});
    const now = chart.dots({colour: "a", shape: "diamond", r: 6});
    const height = chart.words({colour: "a"});
    const facts = nn.facts([
      "layer sizes", "parameters", "mean loss (nats)", "classified correctly",
    ]);

    // ---- the network, unit by unit
    const outputs = () => shape(state).length - 1;
    const called = (l, k) =>
      l === 0
        ? `input x${"₁₂"[k]}`
        : l === outputs()
          ? "output"
          : `hidden layer ${l}, unit ${k + 1}`;
    const units = nn.units({
      label: "What each unit computes over the plane", side: SMALL, down: narrow, name: called,
      caption: (l, k) => (l === 0 ? `x${"₁₂"[k]}` : l === outputs() ? "output" : ""),
      pick: (l, k) => {
        const same = state.unit && state.unit[0] === l && state.unit[1] === k;
        show(same || l === outputs() ? null : [l, k]);
        redraw();
      },
    });
    function show(unit) {
      state.unit = unit;
      units.mark(...unit ?? [null]);
    }

    // A copy of the weights every ten epochs, so that going back costs nothing.
    let films = [], losses = [];
    function fresh() {
      films = [begin(noise, shape(state), state.draw)];
      losses = [lossOf(films[0])];
    }
    const scores = layers => forward(own.X, own.t.length, layers, state.activation)[layers.length];
    const lossOf = layers => mean(scores(layers), own.t);
    function reach(k) {
      let at = k;
      while (!films[at]) at--;
      for (; at < k; at++) {
        const layers = copy(films[at]);
        for (let e = 0; e < EACH; e++) {
          descend(own, layers, state.activation, rateOf(state.exponent));
        }
        films[at + 1] = layers;
        losses[at + 1] = lossOf(layers);
      }
    }
    // The weights that nnlib has reached at the start, in the shape of these layers.
    const given = layers =>
      layers.map((layer, l) => ({
        ...layer, W: Float64Array.from(reached.layers[l].W),
        b: Float64Array.from(reached.layers[l].b),
      }));

    const places = new Float64Array(2 * GRID * GRID);
    for (let j = 0, o = 0; j < GRID; j++) for (let i = 0; i < GRID; i++, o += 2) {
      places[o] = REACH * (2 * i / (GRID - 1) - 1);
      places[o + 1] = REACH * (1 - 2 * j / (GRID - 1));
    }
    // Every other place in both directions is enough for a small image.
    const thinned = (values, n) => {
      const out = new Float64Array(SMALL * SMALL * n);
      for (let j = 0, o = 0; j < SMALL; j++) for (let i = 0; i < SMALL; i++) {
        for (let u = 0, from = (2 * j * GRID + 2 * i) * n; u < n; u++) out[o++] = values[from + u];
      }
      return out;
    };

    function draw() {
      const k = time.at;
      reach(k);
      const layers = films[k];
      const {unit} = state;
      const {points} = cloud;
      const z = scores(layers);
      const fine = Number.isFinite(losses[k]);
      const sizes = shape(state);
      const kept = forward(places, GRID * GRID, layers, state.activation);
      const answer = kept[layers.length];
      // The plane shows the answer, or what the chosen unit computes.
      const [l, u] = unit ?? [layers.length, 0];
      const n = sizes[l];
      const shown = Float64Array.from({length: GRID * GRID}, (_, i) => kept[l][i * n + u]);
      const most = unit ? shown.reduce((a, v) => Math.max(a, Math.abs(v)), 1e-9) : 1;
      shades.set(Array.from(shown, v => !fine ? 0.5 : unit ? 0.5 + v / most / 2 : sigmoid(v)));
      const index = v => Math.round((v + REACH) / (2 * REACH) * (GRID - 1));
      edge.set(fine ? (x, y) => shown[(GRID - 1 - index(y)) * GRID + index(x)] : null, [0]);
      element.pictures = kept.map((values, i) =>
        thinned(i === layers.length ? answer.map(v => 2 * sigmoid(v) - 1) : values, sizes[i]),
      );
      units.set({sizes, values: element.pictures, W: layers.map(({W}) => W)});
      const off = points.filter((p, i) => !((z[i] > 0) === (p[2] === 1)));
      cloud.draw(off);
      curve.set(losses.slice(0, k + 1).map((v, i) => [EACH * i, v]));
      const spot = [EACH * k, Math.min(losses[k], 0.8)], late = k > 0.6 * LAST;
      now.set(fine ? [spot] : []);
      height.node.setAttribute("class", `nn-name nn-${late ? "end" : "start"}`);
      height.set(
        fine
          ? chart.from(
              chart.px(spot[0]) + (late ? -8 : 10),
              chart.py(spot[1]) + (spot[1] > 0.6 ? 22 : -8),
            )
          : [0, 0],
        fine ? nn.number(losses[k], 3) : "",
      );
      const count = layers.reduce((sum, {n, m}) => sum + n * m + m, 0);
      const right = points.length - off.length;
      const told = fine ? nn.number(losses[k], 4) : "not a number";
      facts.set([
        sizes.join("-"), String(count), told,
        fine ? `${right} of ${points.length}` : "none",
      ]);
      const end = !fine
        ? "The steps were too long, and the loss is no longer a number. Lower the learning rate."
        : off.length
          ? `${off.length} misclassified (×).`
          : "All classified correctly.";
      const about = unit ? ` The plane shows ${called(...unit)}.` : "";
      live.set(`Epoch ${EACH * k}, ${sizes.join("-")}: loss ${told}. ${end}${about}`);
      map.describe(
        `${sets[state.set].name}: ${points.length} points of two classes, and the regions in ` +
          `which the network predicts each. ${end}${about}`,
      );
      chart.describe(
        `Loss against epoch: from ${nn.number(losses[0], 3)} at the start to ${told} at epoch ` +
          `${EACH * k}. A dotted line marks the loss of random guessing, 0.693.`,
      );
      Object.assign(element.dataset, {
        loss: losses[k], epoch: EACH * k, start: state.draw, points: points.length,
      });
    }

    // After a change of network or data, start again, and continue if training was running.
    function change(what) {
      Object.assign(state, what);
      if ("set" in what) readData();
      show(null);
      fresh();
      time.to(0);
    }

    // ---- points: training continues from the current weights, counted from 0, and runs.
    function moved() {
      reach(time.at);  // on the previous points; training may have continued since they were drawn
      own = rows(cloud.points);
      films = [films[time.at]];
      losses = [lossOf(films[0])];
      time.to(0);
      time.run(true);
    }
    readData();
    const time = nn.stepper({
      last: LAST, at: start.at, label: "epoch", rate: 12,
      show: k => String(EACH * k),
      go: () => redraw(),
    });
    const set = nn.buttons({
      label: "data",
      options: sets.map(s => s.name),
      chosen: start.set,
      press: k => change({set: k}),
    });
    const activation = nn.buttons({
      label: "activation of the hidden layers", options: ACTIVATIONS, chosen: start.activation,
      press: k => change({activation: k}),
    });
    const layers = nn.slider({
      label: "hidden layers", min: 0, max: 3, step: 1, value: start.layers,
      show: v => nn.number(v, 0),
      move: v => {
        change({layers: v});
        offer();
      },
    });
    const widths = start.widths.map((value, l) =>
      nn.slider({
        label: `width, layer ${l + 1}`,
        min: 1,
        max: 16,
        step: 1,
        value,
        show: v => nn.number(v, 0),
        move: v => change({widths: state.widths.map((old, k) => (k === l ? v : old))}),
      }),
    );
    // Hide the widths of layers that the network doesn't have.
    const offer = () =>
      widths.forEach(({node}, l) => {
        node.style.display = l < state.layers ? "" : "none";
      });
    const rate = nn.slider({
      label: "learning rate η", min: -2, max: 1, step: 0.1, value: start.exponent,
      show: v => nn.number(10 ** v),
      move: v => change({exponent: v}),
    });
    const other = nn.button("new initial weights", () => change({draw: (state.draw + 1) % 7}));
    const area = (name, node) => { node.style.gridArea = name; return node; };
    element.replaceChildren(
      nn.html(
        "div",
        {class: "nn-stage"},
        area("units", units.node),
        area("map", map.node),
        nn.html("div", {style: "grid-area: run"}, time.node, cloud.node, live.node),
        area(
          "make",
          nn.fold(
            element, "Data and network",
            nn.html(
              "div",
              {class: "nn-make"},
              set.node,
              activation.node,
              rate.node,
              layers.node,
              ...widths.map(w => w.node),
              nn.bar(other),
            ),
          ),
        ),
        area("loss", nn.fold(element, "Loss", chart.node, facts.node)),
      ),
    );
    offer();
    fresh();
    films[start.at] = given(films[0]);
    losses = [...reached.losses];
    draw();
    nn.flush();
    const trained = ({
      set: which, widths: inner, activation: chosen, exponent, draw: drawn, epochs,
    }) => {
      const mine = begin(noise, [2, ...inner, 1], drawn);
      const all = rows(sets[which].points);
      for (let e = 0; e < epochs; e++) descend(all, mine, chosen, rateOf(exponent));
      return {mine, loss: mean(forward(all.X, all.t.length, mine, chosen)[mine.length], all.t)};
    };
    element.agrees = () => {
      const {mine} = trained({
        ...start, widths: start.widths.slice(0, start.layers), draw: 0, epochs: EACH * start.at,
      });
      const near = (a, b) => a.every((v, k) => Math.abs(v - b[k]) < 1e-6);
      return (
        mine.every(({W, b}, l) => near(W, reached.layers[l].W) && near(b, reached.layers[l].b)) &&
        known.every(one => Math.abs(trained(one).loss - one.loss) < 1e-9)
      );
    };
  }

  nn.define("train", build, "sets", "names", "noise", "start", "reached", "known");
})();
