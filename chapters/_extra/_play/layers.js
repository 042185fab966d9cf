// <nn-layers>: a signal and a gradient after thirty layers, for each scale of their weights.
// needs: parts-plot
// room: 470 625
// units: how many each layer has; start: the activation function that is chosen at first, by name;
// sd: the standard deviation of the weights at first; known: [{name, sd, forward, backward}], the
// sizes at the last and at the first layer as the page computes them, which agrees() compares.
nn.define("layers", (element, {units, start, sd, known}) => {
  const {svg} = nn, DEPTH = 30, LOW = 0.02, HIGH = 1, FINE = 0.005;
  const ALL = [
    {name: "identity", f: z => z, slope: () => 1},
    {name: "tanh", f: Math.tanh, slope: z => 1 - Math.tanh(z) ** 2},
    {name: "ReLU", f: z => Math.max(0, z), slope: z => +(z > 0)},
  ];
  // Places and weights that stand for a standard normal number.
  const places = Array.from({length: 240}, (_, k) => -6 + (k + 0.5) * 0.05);
  const bell = places.map(z => Math.exp(-z * z / 2)), total = bell.reduce((a, b) => a + b);
  const mean = (g, scale) => places.reduce((sum, z, k) => sum + bell[k] * g(scale * z), 0) / total;

  // The root mean square of the activations of each layer, and of the gradient at each layer.
  function sizes({f, slope}, scale) {
    const gain = units * scale * scale, forward = [], kept = [];
    for (let layer = 0, q = 1; layer < DEPTH; layer++) {
      const square = mean(z => f(z) ** 2, Math.sqrt(q));
      forward.push(Math.sqrt(square));
      kept.push(Math.sqrt(gain * mean(z => slope(z) ** 2, Math.sqrt(q))));
      q = gain * square;
    }
    const backward = [1];
    for (let layer = DEPTH - 1; layer > 0; layer--) backward.unshift(backward[0] * kept[layer - 1]);
    return {forward, backward};
  }

  const state = {k: ALL.findIndex(one => one.name === start), sd};
  const plot = nn.plot({
    x: [1, DEPTH], y: [1e-11, 1e11], log: "y", height: 300, left: 50, right: 20,
    xticks: [1, 10, 20, 30], yticks: [1e-10, 1e-5, 1, 1e5, 1e10], xlabel: "layer",
    ylabel: "size, as a root mean square",
  });
  plot.line({colour: "ink", width: 1, dash: "4 4", points: [[1, 1], [DEPTH, 1]]});
  const forward = plot.line({colour: "a", width: 2.6});
  const backward = plot.line({colour: "b", width: 2.6, dash: "9 4"});
  const names = [plot.words({colour: "a", side: "end"}), plot.words({colour: "b"})];
  const steps = plot.dots({colour: "a", r: 3});
  const back = plot.dots({colour: "b", shape: "square", r: 3});
  const round = scale => +(Math.round(scale / FINE) * FINE).toFixed(3);

  // The scale whose gradient has a given size at the first layer; it grows with the scale.
  function scaleFor(size) {
    let [low, high] = [LOW, HIGH];
    for (let k = 0; k < 20; k++) {
      const middle = (low + high) / 2;
      [low, high] = sizes(ALL[state.k], middle).backward[0] < size ? [middle, high] : [low, middle];
    }
    return round(low);
  }
  const end = nn.handle(
    {
      drawing: plot.svg, label: "standard deviation of the weights", min: LOW, max: HIGH,
      step: FINE, value: sd,
      read: (x, y) => scaleFor(plot.from(x, y)[1]),
      show: v => nn.number(v, 3),
      move: v => {
        state.sd = v;
        redraw();
      },
    },
    svg("circle", {r: 22, class: "nn-hit"}),
    svg("path", {d: `M0 0${nn.SHAPES.diamond(8)}`, class: "nn-knob"}),
  );
  end.node.setAttribute("style", nn.ink("b"));
  plot.over.append(end.node);
  const facts = nn.facts([
    "standard deviation of the weights", "n × weight variance", "signal after 30 layers",
    "gradient at the first layer",
  ]);
  const live = nn.live();

  function draw() {
    const one = ALL[state.k], levels = sizes(one, state.sd);
    const along = values => values.map((v, k) => [k + 1, nn.clamp(v, ...plot.y)]);
    const ahead = along(levels.forward), behind = along(levels.backward);
    forward.set(ahead);
    backward.set(behind);
    steps.set(ahead);
    back.set(behind.slice(1));
    const [x, y] = plot.to(...behind[0]);
    end.node.setAttribute("transform", `translate(${x} ${y})`);
    // The names are at the ends of the lines, on the side where there is room.
    const beside = ([x, y], above) => [x, nn.clamp(y * (above ? 8 : 1 / 80), 3e-11, 1e10)];
    names[0].set(beside(ahead[28], ahead[29][1] >= 0.2 * ahead[0][1]), "signal →");
    names[1].set(beside(behind[3], behind[0][1] >= 0.99 * behind[29][1]), "← gradient");
    const [signal, gradient] = [levels.forward[DEPTH - 1], levels.backward[0]].map(nn.short);
    facts.set([nn.number(state.sd, 3), nn.number(units * state.sd ** 2, 3), signal, gradient]);
    const words = `signal ${signal} after 30 layers, gradient ${gradient} at the first`;
    live.set(`${one.name}, standard deviation ${nn.number(state.sd, 3)}: ${words}.`);
    plot.describe(`Two curves over thirty layers, on a logarithmic scale. ${one.name}: ${words}.`);
  }
  const redraw = nn.frame(draw);
  const functions = nn.buttons({
    label: "activation function",
    options: ALL.map(one => one.name),
    chosen: state.k,
    press: k => {
      state.k = k;
      redraw();
    },
  });
  element.replaceChildren(
    functions.node, plot.node, live.node, nn.tuck(element, "The numbers", facts.node),
  );
  draw();
  nn.flush();
  element.agrees = () => known.every(one => {
    const levels = sizes(ALL.find(other => other.name === one.name), one.sd);
    return (
      Math.abs(Math.log(levels.forward[DEPTH - 1] / one.forward)) < 1e-6 &&
      Math.abs(Math.log(levels.backward[0] / one.backward)) < 1e-6
    );
  });
}, "units", "start", "sd", "known");
