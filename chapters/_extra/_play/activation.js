// <nn-activation>: an activation function, its tangent and its derivative, read off under a cursor,
// and the effect on a gradient of ten layers with that derivative and a weight.
// needs: parts-plot
// room: 803 648
// start: which function is chosen at first, by name; at: the cursor's position; pieces: the
// two lines of maxout, each [slope, height at 0]; choices: the names of the functions to choose
// from.
nn.define("activation", (element, {start, at, pieces, choices}) => {
  const {svg} = nn;
  const sigmoid = z => z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
  const line = ([w, b], z) => w * z + b, [first, second] = pieces;
  const meet = (second[1] - first[1]) / (first[0] - second[0]);
  const density = z => Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  const leaky = {f: (z, a) => z > 0 ? z : a * z, slope: (z, a) => z > 0 ? 1 : a, corner: 0};

  // Φ, the standard normal distribution, by its series; enough for |z| up to 6.
  const normal = z => {
    let term = z, sum = z;
    for (let k = 1; k < 80; k++) sum += term *= z * z / (2 * k + 1);
    return 0.5 + density(z) * sum;
  };

  // f and slope are functions of z and of α, where there is one; corner: where the slope may jump.
  const KNOWN = [
    {name: "sigmoid", f: sigmoid, slope: z => sigmoid(z) * sigmoid(-z)},
    {name: "tanh", f: Math.tanh, slope: z => 1 - Math.tanh(z) ** 2},
    {name: "ReLU", f: z => Math.max(0, z), slope: z => +(z > 0), corner: 0},
    {name: "leaky ReLU", alpha: 0.01, fixed: true, ...leaky},
    {name: "PReLU", alpha: 0.25, ...leaky},
    {
      name: "ELU", alpha: 1,
      f: (z, a) => (z > 0 ? z : a * Math.expm1(z)),
      slope: (z, a) => (z > 0 ? 1 : a * Math.exp(z)),
      corner: 0,
    },
    {name: "softplus", f: z => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), slope: sigmoid},
    {name: "GELU", f: z => z * normal(z), slope: z => normal(z) + z * density(z)},
    {name: "SiLU", f: z => z * sigmoid(z), slope: z => sigmoid(z) * (1 + z * sigmoid(-z))},
    {
      name: "maxout",
      f: z => Math.max(line(first, z), line(second, z)),
      corner: meet,
      slope: z =>
        z === meet
          ? (first[0] + second[0]) / 2
          : line(first, z) > line(second, z)
            ? first[0]
            : second[0],
    },
  ];
  const ALL = KNOWN.filter(one => choices.includes(one.name));
  const DEPTH = 10, LOW = -4, HIGH = 4, STEP = 0.1, MOST = 5;
  const begin = {k: ALL.findIndex(one => one.name === start), z: at, weight: 1};
  const state = {...begin, alphas: ALL.map(one => one.alpha)};

  // Places along the axis; the pen is lifted at a corner, so that a jump is not drawn as a steep
  // line.
  const places = ({corner}) => {
    const even = Array.from({length: 161}, (_, k) => LOW + k * (HIGH - LOW) / 160);
    return corner === undefined
      ? even
      : [
          ...even.filter(z => z < corner),
          corner - 1e-9,
          NaN,
          corner + 1e-9,
          ...even.filter(z => z > corner),
        ];
  };
  const frame = {x: [LOW, HIGH], height: 260, xticks: [-4, -2, 0, 2, 4], xlabel: "weighted sum z"};
  const left = nn.plot({
    ...frame, y: [-2, 4], yticks: [-2, -1, 0, 1, 2, 3, 4], ylabel: "value f(z)",
  });
  const right = nn.plot({
    ...frame, y: [-0.7, 2], yticks: [-0.5, 0, 0.5, 1, 1.5, 2], ylabel: "derivative f′(z)",
  });
  const value = left.line({colour: "a", width: 2}), tangent = left.line({colour: "b", width: 4});
  const slope = right.line({colour: "b", width: 3});
  const spots = [left.dots({colour: "a", r: 6}), right.dots({colour: "b", shape: "square", r: 6})];

  // The gradient while it goes back; a drag of the end of its line changes the weight.
  const back = nn.plot({
    x: [0, DEPTH], y: [1e-8, 1e8], log: "y", height: 240, right: 20, left: 48,
    xticks: [0, 2, 4, 6, 8, 10], yticks: [1e-6, 1, 1e6], xlabel: "layers passed",
    ylabel: "size of the gradient",
  });
  back.line({colour: "ink", width: 1, dash: "4 4", points: [[0, 1], [DEPTH, 1]]});
  const shrinking = back.line({colour: "b", width: 2.4});
  const stations = back.dots({colour: "b", r: 3.5});
  const derivative = () => ALL[state.k].slope(state.z, state.alphas[state.k]);
  const end = nn.handle(
    {
      drawing: back.svg, label: "weight w", min: 0, max: MOST, step: STEP, value: begin.weight,
      read: (x, y) =>
        derivative() ? back.from(x, y)[1] ** (1 / DEPTH) / Math.abs(derivative()) : state.weight,
      show: w => nn.number(w, 1),
      move: w => {
        state.weight = w;
        redraw();
      },
    },
    svg("circle", {r: 22, class: "nn-hit"}),
    svg("path", {d: `M0 0${nn.SHAPES.diamond(8)}`, class: "nn-knob"}),
  );
  end.node.setAttribute("style", nn.ink("b"));
  back.over.append(end.node);
  const facts = nn.facts([
    "z", "value f(z)", "derivative f′(z)", "weight w", "derivative × weight",
    "a gradient of 1, after 10 such layers",
  ]);
  const live = nn.live();

  function draw() {
    const one = ALL[state.k];
    const a = state.alphas[state.k];
    const z = state.z;
    const f = one.f(z, a);
    const d = one.slope(z, a);
    const along = places(one), factor = d * state.weight;
    value.set(along.map(z => [z, one.f(z, a)]));
    slope.set(along.map(z => [z, one.slope(z, a)]));
    tangent.set([[z - 1.2, f - 1.2 * d], [z + 1.2, f + 1.2 * d]]);
    spots[0].set([[z, f]]);
    spots[1].set([[z, d]]);
    const sizes = Array.from({length: DEPTH + 1}, (_, k) => [
      k, nn.clamp(Math.abs(factor) ** k, ...back.y),
    ]);
    shrinking.set(sizes);
    stations.set(sizes.slice(0, -1));
    const [x, y] = back.to(...sizes[DEPTH]);
    end.node.setAttribute("transform", `translate(${x} ${y})`);
    const rest = nn.short(factor ** DEPTH);
    facts.set([
      nn.number(z, 1), nn.number(f, 4), nn.number(d, 4), nn.number(state.weight, 1),
      nn.number(factor, 4), rest,
    ]);
    const jumps = Math.abs(z - one.corner) < 1e-9
      && Math.abs(one.slope(z + 1e-6, a) - one.slope(z - 1e-6, a)) > 1e-3;
    const words = `value ${nn.number(f, 3)}, derivative ${nn.number(d, 3)}`;
    live.set(
      `${one.name} at z = ${nn.number(z, 1)}: ` +
        `${words}${jumps ? " by convention, because it jumps here" : ""}.`,
    );
    left.describe(`${one.name} and its tangent. At ${nn.number(z, 1)}: ${words}.`);
    right.describe(`The derivative of ${one.name}. At ${nn.number(z, 1)}: ${words}.`);
    back.describe(
      `With weight ${nn.number(state.weight, 1)}, ten such layers turn a gradient of 1 into ` +
        `${rest}.`,
    );
    slider.node.style.display = a !== undefined && !one.fixed ? "" : "none";
  }
  const redraw = nn.frame(draw);

  const go = z => {
    state.z = +(Math.round(z / STEP) * STEP).toFixed(6) + 0;
    cursors.forEach(c => c.set(state.z));
    redraw();
  };
  const cursors = [
    [left, "z, in the plot of the function"],
    [right, "z, in the plot of the derivative"],
  ].map(([on, label]) => on.cursor({at, label, step: STEP, show: z => nn.number(z, 1), move: go}));
  const choose = k => {
    state.k = k;
    if (state.alphas[k] !== undefined) slider.set(state.alphas[k]);
    redraw();
  };
  const slider = nn.slider({
    label: "α", min: 0, max: 2, step: 0.05, value: ALL[begin.k].alpha ?? 0.25,
    move: a => {
      state.alphas[state.k] = a;
      redraw();
    },
  });
  const names = nn.buttons({
    label: "activation functions",
    options: ALL.map(one => one.name),
    chosen: begin.k,
    press: choose,
  });
  const reset = nn.button("reset", () => {
    state.alphas = ALL.map(one => one.alpha);
    names.set(begin.k);
    state.weight = begin.weight;
    end.set(begin.weight);
    choose(begin.k);
    go(begin.z);
  });
  element.replaceChildren(
    nn.bar(names.node, reset), live.node, nn.columns(left.node, right.node), slider.node,
    nn.tuck(element, "Ten such layers", nn.columns(back.node, facts.node)),
  );
  draw();
}, "start", "at", "pieces", "choices");
