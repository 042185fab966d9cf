// <nn-neuron-net>: a 2-2-1 net whose lines, weights and points you can drag; the output of each unit
// over the plane, and the plane of the hidden units.
// needs: parts-grid parts-units parts-boundary
// room: 816 802 531
// points: [[x1, x2, target]]; presets: [{name, W: [[…], […]], b, v, c}]; start: which of them;
// x: range of both inputs; known: [{W, b, v, c, activation, outputs, loss}] by nnlib, which
// agrees() compares.
(() => {
  const CELLS = 60;  // a side of the planes
  const SMALL = 25;  // and of the images of units
  const sigmoid = z => 1 / (1 + Math.exp(-z));
  const hidden = ({W, b, activation}, x) => W.map((w, j) => {
    const z = w[0] * x[0] + w[1] * x[1] + b[j];
    return activation ? sigmoid(z) : z;
  });
  const score = ({v, c}, h) => v[0] * h[0] + v[1] * h[1] + c;
  const output = (net, x) => sigmoid(score(net, hidden(net, x)));
  // Mean cross-entropy from the scores: ln(1 + e^z) − t z, without overflow.
  const cost = (net, points) => points.reduce((sum, [p, q, t]) => {
    const z = score(net, hidden(net, [p, q]));
    return sum + Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - t * z;
  }, 0) / points.length;

  const STYLE = `
    nn-neuron-net .nn-bar { margin: 0 0 .4rem; gap: .4rem; }
    nn-neuron-net .nn-stage {
      display: grid; grid-template: "input units" "words words" "inner more" / 1fr 1fr;
      gap: .3rem 1.5rem; align-items: start;
    }
    nn-neuron-net .nn-stage > * { min-width: 0; }
    nn-neuron-net .nn-stage :is(.nn-units, .nn-frame) {
      width: 100%; max-width: 22rem; margin: 0 auto;
    }
    nn-neuron-net .nn-arrow { opacity: .8; }
    nn-neuron-net .nn-live { min-height: 3.2em; }
    @container (min-width: 36rem) { nn-neuron-net .nn-second[open] > summary { display: none; } }
    @container (min-width: 54rem) {
      nn-neuron-net .nn-stage { grid-template: "input units inner" "words more more" / 1fr 1fr 1fr; }
      nn-neuron-net .nn-rest { columns: 2; column-gap: 1.5rem; }
      nn-neuron-net .nn-rest > * { break-inside: avoid; }
    }
    @container (max-width: 36rem) {
      nn-neuron-net .nn-stage { display: flex; flex-direction: column; align-items: stretch; }
      nn-neuron-net button:not(.nn-unit) { padding: .3rem .5rem; }
    }`;

  function build(element, {points: given, presets, start, x, known}) {
    nn.style("neuron-net", STYLE);
    const copy = ({W, b, v, c}) => ({W: W.map(w => [...w]), b: [...b], v: [...v], c});
    const state = {net: {...copy(presets[start]), activation: true}, neuron: 2};
    const live = nn.live();
    const narrow = () => element.clientWidth < 560;
    let points = given.map(p => [...p]);
    const looks = [["b", "square"], ["a", "circle"]];  // low values are orange, high ones blue
    const called = points.map(([p, q]) => `${p}${q}`);
    const NEURONS = ["hidden unit 1", "hidden unit 2", "output unit"];

    // A plane with shades behind it, the boundary of the output, and the names of the four points.
    function side(xlabel, ylabel, range, ticks) {
      const plot = nn.plot({
        x: range, y: range, width: 310, height: 306, left: 34, xlabel, ylabel, xticks: ticks,
        yticks: ticks,
      });
      const shades = nn.picture({width: CELLS, height: CELLS, low: 0, high: 1, scale: "diverging"});
      shades.node.setAttribute("aria-hidden", "true");
      shades.node.style.opacity = 0.45;
      plot.behind(shades.node);
      const edge = plot.contours({levels: [0], n: CELLS});
      edge.node.style.cssText += "; stroke-width: 2.6; opacity: 1";
      return {plot, shades, edge, values: new Float32Array(CELLS * CELLS)};
    }
    const input = side("x₁", "x₂", x, [0, 1]), inner = side("h₁", "h₂", [-0.15, 1.15], null);
    element.grids = [input.values, inner.values];
    inner.marks = looks.map(([colour, shape]) => inner.plot.dots({colour, shape, r: 6}));
    const key = nn.legend(
      nn.dotKey({colour: looks[0][0], shape: looks[0][1]}, "should be 0"),
      nn.dotKey({colour: looks[1][0], shape: looks[1][1]}, "should be 1"),
      nn.lineKey({colour: "ink", width: 2.4}, "output 0.5"),
    );
    const facts = nn.facts([
      ...points.map(([, , t], n) => `output at ${called[n]}, should be ${t}`),
      "right",
      "loss (nats)",
    ]);

    // The values of a function in the cells of the plane, top row first.
    function filled(values, {x: [left, right], y: [low, high]}, n, f) {
      for (let j = 0; j < n; j++) for (let i = 0; i < n; i++) {
        values[j * n + i] = f([
          left + ((i + 0.5) / n) * (right - left), high - ((j + 0.5) / n) * (high - low),
        ]);
      }
      return values;
    }

    // A name next to each place; names of places that are close together are written together.
    function named(places, words) {
      const {plot} = inner;
      const spots = places.map(place => plot.to(...place)), groups = [];
      const near = (m, n) => Math.hypot(spots[m][0] - spots[n][0], spots[m][1] - spots[n][1]) < 20;
      spots.forEach((_, n) => {
        const group = groups.find(([first]) => near(first, n));
        if (group) group.push(n); else groups.push([n]);
      });
      names.forEach((name, n) => {
        const group = groups.find(one => one.includes(n)), [px, py] = spots[n], left = px > 215;
        name.node.setAttribute("class", `nn-name nn-${left ? "end" : "start"}`);
        name.set(plot.from(px + (left ? -9 : 9), py - 9), group[0] === n ? words(group) : "");
      });
    }

    function draw() {
      const {net} = state;
      const places = points.map(p => hidden(net, p));
      const z = places.map(h => score(net, h));
      const range = i => {
        if (net.activation) return [-0.15, 1.15];
        const all = places.map(h => h[i]);
        const low = Math.min(...all);
        const high = Math.max(...all);
        const room = 0.15 * (high - low) + 0.5;
        return [low - room, high + room];
      };
      inner.plot.range(range(0), range(1));
      filled(input.values, input.plot, CELLS, p => output(net, p));
      filled(inner.values, inner.plot, CELLS, h => sigmoid(score(net, h)));
      input.shades.set(
        state.neuron === 2
          ? input.values
          : filled(new Float32Array(CELLS * CELLS), input.plot, CELLS, p =>
              level(hidden(net, p)[state.neuron]),
            ),
      );
      inner.shades.set(inner.values);
      input.edge.set((p, q) => score(net, hidden(net, [p, q])));
      inner.edge.set((p, q) => score(net, [p, q]));
      inner.marks.forEach((mark, k) => mark.set(places.filter((_, n) => points[n][2] === k)));
      points.forEach(([p, q], n) =>
        outputs[n].set(
          input.plot.from(input.plot.px(p), input.plot.py(q) + 23), nn.number(sigmoid(z[n])),
        ),
      );
      named(places, group => group.map(n => called[n]).join(" and "));
      lines.forEach((line, j) => line.set(j < 2 || net.activation));
      paint();
      const right = points.map(([, , t], n) => (z[n] > 0) === (t === 1));
      const all = right.filter(Boolean).length;
      const loss = nn.number(cost(net, points), 3);
      facts.set([...z.map(v => nn.number(sigmoid(v), 3)), `${all} of ${points.length}`, loss]);
      const wrong = points.filter((_, n) => !right[n]).map(([p, q]) => `(${p}, ${q})`)
        .join(" and ");
      const said = all === points.length ? "All four outputs are correct" : `Wrong at ${wrong}`;
      const straight = net.activation
        ? ""
        : ` Without the sigmoid the net is one neuron: z = ${collapsed(net)}.`;
      const shown = state.neuron === 2 ? "" : ` The plane shows ${NEURONS[state.neuron]}.`;
      live.set(`${said}. The loss is ${loss}.${straight}${shown}`);
      input.plot.describe(
        `Inputs: the regions of the net around four points. ${said}. Line of hidden unit 1: ` +
          `${equation(0)}; of hidden unit 2: ${equation(1)}.`,
      );
      inner.plot.describe(
        "Hidden plane: the four points at " +
          `${places.map(h => `(${h.map(v => nn.number(v)).join(", ")})`).join(", ")} and the ` +
          "straight boundary of the output unit.",
      );
    }
    // Without the sigmoid, shades of the same kind.
    const level = h => state.net.activation ? h : sigmoid(h);

    // What each unit computes over the plane, 0.5 (or a sum of 0) in the neutral colour.
    function paint() {
      const {net} = state;
      const n = SMALL * SMALL;
      const kept = [new Float64Array(2 * n), new Float64Array(2 * n), new Float64Array(n)];
      for (let k = 0; k < n; k++) {
        const p = cell(k), h = hidden(net, p);
        for (let i = 0; i < 2; i++) {
          kept[0][2 * k + i] = p[i];
          kept[1][2 * k + i] = net.activation ? 2 * h[i] - 1 : h[i];
        }
        kept[2][k] = 2 * output(net, p) - 1;
      }
      element.pictures = kept;
      units.set({sizes: [2, 2, 1], values: kept, W: [net.W.flat(), net.v]});
    }
    const cell = k => [
      x[0] + (((k % SMALL) + 0.5) / SMALL) * (x[1] - x[0]),
      x[1] - ((Math.floor(k / SMALL) + 0.5) / SMALL) * (x[1] - x[0]),
    ];
    const equation = j =>
      `${nn.number(state.net.W[j][0], 1)} x₁ ${signed(state.net.W[j][1])} x₂ ` +
        `${signed(state.net.b[j])} = 0`;
    const signed = v => `${v < 0 ? "−" : "+"} ${nn.number(Math.abs(v), 1)}`;
    function collapsed({W, b, v, c}) {
      const [one, two] = [0, 1].map(i => v[0] * W[0][i] + v[1] * W[1][i]);
      return `${nn.number(one, 1)} x₁ ${signed(two)} x₂ ${signed(v[0] * b[0] + v[1] * b[1] + c)}`;
    }
    const redraw = nn.frame(draw);

    // The points first, so that handles of lines are above them.
    const samples = points.map((p, n) =>
      nn.point({
        on: input.plot, at: p.slice(0, 2), colour: looks[p[2]][0], shape: looks[p[2]][1],
        step: 0.05,
        label: `Point ${called[n]}, should be ${p[2]}`,
        move: (p1, p2) => {
          points[n] = [p1, p2, p[2]];
          loaded.set(-1);
          redraw();
        },
      }),
    );
    const changed = () => {
      loaded.set(-1);
      groups.flat().forEach(one => one.set(one.get()));
      redraw();
    };
    const lines = [0, 1].map(j =>
      nn.boundary({
        on: input.plot, colour: "cd"[j], dash: ["9 4", "3 4"][j],
        name: () => `h${"₁₂"[j]} = ${state.net.activation ? "0.5" : "0"}`,
        label: NEURONS[j],
        at: [[0.2, 0.3], [0.45, 1.05]][j],
        get: () => ({w: state.net.W[j], b: state.net.b[j]}),
        put: (w, b) => {
          state.net.W[j] = w;
          state.net.b[j] = b;
          changed();
        },
      }),
    );
    lines.push(
      nn.boundary({
        on: inner.plot, colour: "ink",
        name: () => "",
        label: NEURONS[2],
        at: [0.5, 0.5],
        get: () => ({w: state.net.v, b: state.net.c}),
        put: (w, b) => {
          state.net.v = w;
          state.net.c = b;
          changed();
        },
      }),
    );
    const outputs = points.map(() => input.plot.words({side: "middle"}));
    const names = points.map(() => inner.plot.words({}));
    const units = nn.units({
      label: "What each unit computes over the plane", side: SMALL, most: 64,
      tall: () => (narrow() ? 190 : 290),
      numbers: true,
      name: (l, k) => (l === 0 ? `input x${"₁₂"[k]}` : NEURONS[l === 2 ? 2 : k]),
      caption: (l, k) =>
        l === 0
          ? `x${"₁₂"[k]}`
          : l === 1
            ? `h${"₁₂"[k]}, bias ${nn.number(state.net.b[k], 1)}`
            : `bias ${nn.number(state.net.c, 1)}`,
      pick: (l, k) => {
        if (l) show(l === 2 ? 2 : k);
      },
    });

    // Three sliders for each of the three neurons; we show the sliders of one neuron.
    const dial = (label, get, set) => ({
      get,
      ...nn.slider({
        label, min: -12, max: 12, step: 0.1, value: get(),
        show: v => nn.number(v, 1),
        move: v => {
          set(v);
          loaded.set(-1);
          redraw();
        },
      }),
    });
    const entry = (label, list, i) =>
      dial(label, () => list()[i], v => { list()[i] = v; });
    const groups = [0, 1].map(j => [
      entry("weight of x₁", () => state.net.W[j], 0),
      entry("weight of x₂", () => state.net.W[j], 1),
      entry("bias", () => state.net.b, j),
    ]);
    groups.push([
      entry("weight of h₁", () => state.net.v, 0),
      entry("weight of h₂", () => state.net.v, 1),
      dial("bias", () => state.net.c, v => { state.net.c = v; }),
    ]);
    const panels = groups.map(group => nn.html("div", {}, ...group.map(one => one.node)));
    const dials = nn.fold(element, "", ...panels);
    function show(k) {
      state.neuron = k;
      dials.firstChild.textContent = `Parameters of ${k === 2 ? "the " : ""}${NEURONS[k]}`;
      panels.forEach((panel, j) => { panel.hidden = j !== k; });
      units.mark(k === 2 ? 2 : 1, k === 2 ? 0 : k);
      redraw();
    }
    const activation = nn.toggle({
      label: "sigmoid in the hidden units", on: true,
      flip: on => {
        state.net.activation = on;
        redraw();
      },
    });
    const loaded = nn.buttons({
      label: "nets",
      options: presets.map(p => p.name),
      chosen: start,
      press: k => {
        state.net = {...copy(presets[k]), activation: state.net.activation};
        points = given.map(p => [...p]);
        samples.forEach((sample, n) => sample.set(...points[n].slice(0, 2)));
        groups.flat().forEach(one => one.set(one.get()));
        redraw();
      },
    });
    loaded.node.append(activation.node);
    const area = (name, node) => { node.style.gridArea = name; return node; };
    const second = nn.fold(element, "Second plane: hidden units", inner.plot.node);
    second.classList.add("nn-second");
    element.replaceChildren(
      loaded.node,
      nn.html(
        "div",
        {class: "nn-stage"},
        area("input", input.plot.node),
        area("units", units.node),
        nn.html("div", {style: "grid-area: words"}, key, live.node),
        area("inner", second),
        nn.html(
          "div",
          {class: "nn-rest", style: "grid-area: more"},
          dials,
          nn.fold(element, "Outputs and loss", facts.node),
        ),
      ),
    );
    show(2);
    nn.flush();
    const near = (a, b) => Math.abs(a - b) < 1e-9 * (1 + Math.abs(b));
    element.agrees = () => known.every(net => near(cost(net, given), net.loss) &&
      given.every((p, n) => near(output(net, p), net.outputs[n])));
  }

  nn.define("neuron-net", build, "points", "presets", "start", "x", "known");
})();
