// <nn-neuron-net>: the nine numbers of a 2-2-1 net, its regions, and its hidden plane.
// needs: parts-grid parts-plot
// room: 1283 656
// points: [[x1, x2, target]]; presets: [{name, W: [[…], […]], b, v, c}]; start: which of them;
// x: range of both inputs; known: [{W, b, v, c, bend, outputs, loss}] by nnlib, which the script checks.
(() => {
  const CELLS = 60, sigmoid = z => 1 / (1 + Math.exp(-z));
  const hidden = ({W, b, bend}, x) => W.map((w, j) => {
    const z = w[0] * x[0] + w[1] * x[1] + b[j];
    return bend ? sigmoid(z) : z;
  });
  const score = ({v, c}, h) => v[0] * h[0] + v[1] * h[1] + c;
  const output = (net, x) => sigmoid(score(net, hidden(net, x)));
  // Mean cross-entropy from the scores: ln(1 + e^z) − t z, without overflow.
  const cost = (net, points) => points.reduce((sum, [p, q, t]) => {
    const z = score(net, hidden(net, [p, q]));
    return sum + Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - t * z;
  }, 0) / points.length;

  function build(element, {points, presets, start, x, known}) {
    const copy = ({W, b, v, c}) => ({W: W.map(w => [...w]), b: [...b], v: [...v], c});
    const state = {net: {...copy(presets[start]), bend: true}, neuron: 0}, live = nn.live();
    const looks = [["a", "circle"], ["b", "square"]];  // the inks and shades of viz.regions

    // A plane with shades of the answer behind it, the boundary, and the four points.
    function side(xlabel, ylabel, range, ticks) {
      const plot = nn.plot({x: range, y: range, width: 310, height: 316, left: 40, xlabel, ylabel, xticks: ticks, yticks: ticks});
      const shades = nn.picture({width: CELLS, height: CELLS, low: 1, high: 0, scale: "diverging"});
      shades.node.setAttribute("aria-hidden", "true");
      shades.node.style.opacity = 0.45;
      plot.behind(shades.node);
      const edge = plot.contours({levels: [0], n: CELLS});
      edge.node.style.cssText += "; stroke-width: 2.6; opacity: 1";
      const marks = looks.map(([colour, shape]) => plot.dots({colour, shape, r: 6}));
      const names = points.map(() => plot.words({}));
      return {plot, shades, edge, marks, names, values: new Float32Array(CELLS * CELLS)};
    }
    const input = side("x₁", "x₂", x, [0, 1]), inner = side("h₁", "h₂", [-0.15, 1.15], null);
    const lines = [input.plot.line({colour: "c", dash: "9 4", width: 2.2}), input.plot.line({colour: "d", dash: "3 4", width: 2.6})];
    element.grids = [input.values, inner.values];
    const stroke = (colour, dash, words, width = 2.4) => nn.html("span", {style: nn.ink(colour)}, nn.svg("svg", {viewBox: "0 0 26 12", width: 26, height: 12, "aria-hidden": "true"},
      nn.svg("path", {d: "M0 6H26", class: "nn-stroke", "stroke-dasharray": dash, style: `stroke-width: ${width}`})), words);
    const kind = ([colour, shape], words) => nn.html("span", {style: nn.ink(colour)}, nn.svg("svg", {viewBox: "-9 -9 18 18", width: 18, height: 18, "aria-hidden": "true"},
      nn.svg("path", {d: `M0 0${nn.SHAPES[shape](6)}`, class: "nn-dots"})), words);
    const key = nn.html("div", {class: "nn-key"}, kind(looks[0], "should be 0"), kind(looks[1], "should be 1"),
      stroke("ink", null, "answer 0.5"), stroke("c", "9 4", "hidden unit 1"), stroke("d", "3 4", "hidden unit 2"));
    const facts = nn.facts([...points.map(([p, q, t]) => `answer at (${p}, ${q}), should be ${t}`), "right", "loss (nats)"]);

    // Where w · x + b = 0 runs, far beyond the frame; nowhere if w is 0.
    function zeros(w, b) {
      const length = Math.hypot(...w);
      if (length < 1e-9) return [];
      const foot = w.map(v => -v * b / length ** 2), along = [-w[1] / length, w[0] / length];
      return [-40, 40].map(t => [foot[0] + t * along[0], foot[1] + t * along[1]]);
    }

    function paint({plot, shades, edge, marks, names, values}, places, f) {
      for (let j = 0; j < CELLS; j++) for (let i = 0; i < CELLS; i++) {
        const at = [plot.x[0] + (i + 0.5) / CELLS * (plot.x[1] - plot.x[0]), plot.y[1] - (j + 0.5) / CELLS * (plot.y[1] - plot.y[0])];
        values[j * CELLS + i] = sigmoid(f(at));
      }
      shades.set(values);
      edge.set((p, q) => f([p, q]));
      marks.forEach((mark, k) => mark.set(places.filter((_, n) => points[n][2] === k)));
      // A name beside each place; those that share one are written together.
      const told = {}, spot = place => place.map((v, i) => Math.round(plot.to(...place)[i] / 12)).join();
      places.forEach((place, n) => { (told[spot(place)] ??= []).push(n); });
      names.forEach((name, n) => {
        const group = told[spot(places[n])], [px, py] = plot.to(...places[n]), left = px > 225;
        name.node.setAttribute("class", `nn-name nn-${left ? "end" : "start"}`);
        name.set(plot.from(px + (left ? -9 : 9), py - 9), group[0] === n ? group.map(k => `${points[k][0]}${points[k][1]}`).join(" and ") : "");
      });
    }

    function draw() {
      const {net} = state, places = points.map(p => hidden(net, p)), z = places.map(h => score(net, h));
      const range = i => {
        if (net.bend) return [-0.15, 1.15];
        const all = places.map(h => h[i]), low = Math.min(...all), high = Math.max(...all), room = 0.15 * (high - low) + 0.5;
        return [low - room, high + room];
      };
      inner.plot.range(range(0), range(1));
      paint(input, points.map(p => p.slice(0, 2)), p => score(net, hidden(net, p)));
      paint(inner, places, h => score(net, h));
      lines.forEach((line, j) => line.set(zeros(net.W[j], net.b[j])));
      const right = points.map(([, , t], n) => (z[n] > 0) === (t === 1)), all = right.filter(Boolean).length;
      facts.set([...z.map(v => nn.number(sigmoid(v), 3)), `${all} of ${points.length}`, nn.number(cost(net, points), 3)]);
      const wrong = points.filter((_, n) => !right[n]).map(([p, q]) => `(${p}, ${q})`).join(" and ");
      const said = all === points.length ? "All four answers are right" : `Wrong at ${wrong}`;
      live.set(`${said}.${net.bend ? "" : ` Without the bend the net is one neuron: z = ${collapsed(net)}.`}`);
      input.plot.describe(`Inputs: the regions of the net around four points. ${said}. Line of hidden unit 1: ${equation(0)}; of hidden unit 2: ${equation(1)}.`);
      inner.plot.describe(`Hidden plane: the four points at ${places.map(h => `(${h.map(v => nn.number(v)).join(", ")})`).join(", ")} and the straight boundary of the output unit.`);
    }
    const equation = j => `${nn.number(state.net.W[j][0], 1)} x₁ ${signed(state.net.W[j][1])} x₂ ${signed(state.net.b[j])} = 0`;
    const signed = v => `${v < 0 ? "−" : "+"} ${nn.number(Math.abs(v), 1)}`;
    function collapsed({W, b, v, c}) {
      const [one, two] = [0, 1].map(i => v[0] * W[0][i] + v[1] * W[1][i]);
      return `${nn.number(one, 1)} x₁ ${signed(two)} x₂ ${signed(v[0] * b[0] + v[1] * b[1] + c)}`;
    }
    const redraw = nn.frame(draw);

    // Three sliders for each of the three neurons; those of one are shown.
    const dial = (label, get, set) => ({get, ...nn.slider({label, min: -12, max: 12, step: 0.5, value: get(),
      show: v => nn.number(v, 1), move: v => { set(v); loaded.set(-1); redraw(); }})});
    const groups = [0, 1].map(j => [
      ...[0, 1].map(i => dial(`weight of x${"₁₂"[i]}`, () => state.net.W[j][i], v => { state.net.W[j][i] = v; })),
      dial("bias", () => state.net.b[j], v => { state.net.b[j] = v; })]);
    groups.push([...[0, 1].map(i => dial(`weight of h${"₁₂"[i]}`, () => state.net.v[i], v => { state.net.v[i] = v; })),
      dial("bias", () => state.net.c, v => { state.net.c = v; })]);
    const panels = groups.map(group => nn.html("div", {}, ...group.map(one => one.node)));
    const show = k => { state.neuron = k; panels.forEach((panel, j) => { panel.hidden = j !== k; }); };
    const which = nn.choice({legend: "Its three numbers", options: ["hidden unit 1", "hidden unit 2", "output unit"], chosen: 0, pick: show});
    const bend = nn.toggle({label: "sigmoid in the hidden units", on: true, flip: on => { state.net.bend = on; redraw(); }});
    const loaded = nn.buttons({label: "nets", options: presets.map(p => p.name), chosen: start, press: k => {
      state.net = {...copy(presets[k]), bend: state.net.bend};
      groups.flat().forEach(one => one.set(one.get()));
      redraw();
    }});
    show(0);
    element.replaceChildren(loaded.node, key, nn.columns(input.plot.node, inner.plot.node),
      nn.columns(nn.html("div", {}, which.node, ...panels, bend.node), nn.html("div", {}, facts.node)), live.node);
    draw();
    nn.flush();
    const near = (a, b) => Math.abs(a - b) < 1e-9 * (1 + Math.abs(b));
    element.dataset.agrees = known.every(net => near(cost(net, points), net.loss) &&
      points.every((p, n) => near(output(net, p), net.outputs[n])));
    if (element.dataset.agrees === "false") console.error("nn-neuron-net: the script and nnlib disagree");
  }

  nn.define("neuron-net", build, "points", "presets", "start", "x", "known");
})();
