// <nn-bends>: every activation function and its derivative, read off under a cursor.
// needs: parts-plot
// room: 980 530
// start: which function is chosen at first, by name; at: where the cursor stands; pieces: the
// two lines of maxout, each [slope, height at 0].
nn.define("bends", (element, {start, at, pieces}) => {
  const {html} = nn;
  const sigmoid = z => z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
  const line = ([w, b], z) => w * z + b, [first, second] = pieces;
  const meet = (second[1] - first[1]) / (first[0] - second[0]);
  const leaky = {f: (z, a) => z > 0 ? z : a * z, slope: (z, a) => z > 0 ? 1 : a, kink: 0};

  // f and slope are functions of z and of α, where there is one; kink: where the slope may jump.
  const BENDS = [
    {name: "sigmoid", f: sigmoid, slope: z => sigmoid(z) * sigmoid(-z)},
    {name: "tanh", f: Math.tanh, slope: z => 1 - Math.tanh(z) ** 2},
    {name: "ReLU", f: z => Math.max(0, z), slope: z => +(z > 0), kink: 0},
    {name: "leaky ReLU", alpha: 0.01, fixed: true, ...leaky},
    {name: "PReLU", alpha: 0.25, ...leaky},
    {name: "ELU", alpha: 1, f: (z, a) => z > 0 ? z : a * Math.expm1(z),
      slope: (z, a) => z > 0 ? 1 : a * Math.exp(z), kink: 0},
    {name: "softplus", f: z => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), slope: sigmoid},
    {name: "maxout", f: z => Math.max(line(first, z), line(second, z)), kink: meet,
      slope: z => z === meet ? (first[0] + second[0]) / 2 : line(first, z) > line(second, z) ? first[0] : second[0]},
  ];
  const begin = {k: BENDS.findIndex(b => b.name === start), z: at};
  const state = {...begin, alphas: BENDS.map(b => b.alpha)};
  const LOW = -4, HIGH = 4, STEP = 0.1;

  // Places along the axis; the pen is lifted at a kink, so that a jump is no steep line.
  const places = ({kink}) => {
    const even = Array.from({length: 161}, (_, k) => LOW + k * (HIGH - LOW) / 160);
    return kink === undefined ? even
      : [...even.filter(z => z < kink), kink - 1e-9, NaN, kink + 1e-9, ...even.filter(z => z > kink)];
  };
  const frame = {x: [LOW, HIGH], height: 260, xticks: [-4, -2, 0, 2, 4], xlabel: "weighted sum z"};
  const left = nn.plot({...frame, y: [-2, 4], yticks: [-2, -1, 0, 1, 2, 3, 4], ylabel: "value f(z)"});
  const right = nn.plot({...frame, y: [-0.7, 2], yticks: [-0.5, 0, 0.5, 1, 1.5, 2], ylabel: "derivative f′(z)"});
  const others = BENDS.map(() => [left, right].map(on => {
    const one = on.line({colour: "ink", width: 1});
    one.node.style.opacity = 0.3;
    return one;
  }));
  const value = left.line({colour: "a", width: 3}), tangent = left.line({colour: "b", width: 1.6, dash: "6 4"});
  const slope = right.line({colour: "b", width: 3});
  const spots = [left.dots({colour: "a", r: 6}), right.dots({colour: "b", shape: "square", r: 6})];
  const facts = nn.facts(["z", "value f(z)", "derivative f′(z)", "left of a gradient of 1 after 5 such layers"]);
  const live = nn.live();

  function draw() {
    BENDS.forEach((bend, k) => {
      const a = state.alphas[k], along = places(bend), shown = k === state.k;
      const curves = [bend.f, bend.slope].map(f => along.map(z => [z, f(z, a)]));
      others[k].forEach((one, side) => one.set(shown ? [] : curves[side]));
      if (shown) { value.set(curves[0]); slope.set(curves[1]); }
    });
    const bend = BENDS[state.k], a = state.alphas[state.k], z = state.z, f = bend.f(z, a), d = bend.slope(z, a);
    tangent.set([[z - 1.2, f - 1.2 * d], [z + 1.2, f + 1.2 * d]]);
    spots[0].set([[z, f]]);
    spots[1].set([[z, d]]);
    facts.set([nn.number(z, 1), nn.number(f, 4), nn.number(d, 4), nn.short(d ** 5)]);
    const kink = Math.abs(z - bend.kink) < 1e-9
      && Math.abs(bend.slope(z + 1e-6, a) - bend.slope(z - 1e-6, a)) > 1e-3;
    const words = `value ${nn.number(f, 3)}, derivative ${nn.number(d, 3)}`;
    live.set(`${bend.name} at z = ${nn.number(z, 1)}: ${words}${kink ? ", by agreement, for here is a kink" : ""}.`);
    left.describe(`Values of eight activation functions, ${bend.name} marked. At ${nn.number(z, 1)}: ${words}.`);
    right.describe(`Their derivatives, that of ${bend.name} marked. At ${nn.number(z, 1)}: ${words}.`);
    const moves = a !== undefined && !bend.fixed;
    slider.node.style.visibility = moves ? "" : "hidden";
  }
  const redraw = nn.frame(draw);

  const go = z => {
    state.z = +(Math.round(z / STEP) * STEP).toFixed(6) + 0;
    cursors.forEach(c => c.set(state.z));
    redraw();
  };
  const cursors = [[left, "z, on the values"], [right, "z, on the derivatives"]].map(([on, label]) =>
    on.cursor({at, label, step: STEP, show: z => nn.number(z, 1), move: go}));
  const choose = k => {
    state.k = k;
    if (state.alphas[k] !== undefined) slider.set(state.alphas[k]);
    redraw();
  };
  const slider = nn.slider({label: "α", min: 0, max: 2, step: 0.05, value: 0.25,
    move: a => { state.alphas[state.k] = a; redraw(); }});
  const names = nn.buttons({label: "activation functions", options: BENDS.map(b => b.name), chosen: begin.k, press: choose});
  const reset = nn.button("reset", () => {
    state.alphas = BENDS.map(b => b.alpha);
    names.set(begin.k);
    choose(begin.k);
    go(begin.z);
  });
  element.replaceChildren(names.node, live.node, nn.columns(left.node, right.node),
    nn.columns(facts.node, html("div", {}, nn.bar(reset), slider.node)));
  draw();
}, "start", "at", "pieces");
