// <nn-softmax>: scores and temperature in, probabilities and cross-entropy out.
// needs: parts-plot
// room: 760 363
nn.define("softmax", (element, {classes, scores, start, top}) => {
  const state = {truth: start, z: [...scores[start]], T: 1};
  const live = nn.live();
  const refused = nn.html("p", {class: "nn-note", role: "status"});
  const bars = nn.bars({labels: classes, show: percent, named: 56});
  const curve = nn.plot({
    height: 190, x: [0, 1], y: [0, top], left: 30, xticks: [0, 0.5, 1], yticks: [0, 2, 4, 6, 8],
    xlabel: "probability of the true class", ylabel: "loss (nats)",
  });
  curve.line({colour: "c", points: Array.from({length: 120}, (_, k) => [Math.exp(-top * k / 119), top * k / 119])});
  const here = curve.dots({colour: "b", r: 6});

  // What is small stays above zero, and what is nearly certain below 100%.
  const power = v => v.toExponential(1).replace("-", "−");
  const small = L => L > 0 && L < 0.005 ? power(L) : nn.number(L);

  function percent(p) {
    if (p > 0.995 && p < 1) return ">99%";
    if (p > 0 && p < 5e-5) return "<0.01%";
    const digits = p >= 0.0995 ? 0 : p >= 0.00995 ? 1 : 2;
    return `${(100 * p).toFixed(digits)}%`;
  }

  function draw() {
    const {truth, z, T} = state, m = Math.max(...z);
    const e = z.map(v => Math.exp((v - m) / T)), sum = e.reduce((a, b) => a + b);
    const p = e.map(v => v / sum), L = Math.log(sum) - (z[truth] - m) / T;
    bars.set(p, truth);
    here.set([[p[truth], Math.min(L, top)]]);
    curve.describe(`Loss ${small(L)} at probability ${percent(p[truth])} of the true class`);
    const q = p[truth] < 0.001 ? power(p[truth]) : nn.number(p[truth], 3);
    const equation = p[truth] > 0.9995 ? `Loss = ${small(L)}` : `Loss = −ln ${q} = ${small(L)}`;
    live.set(`The picture is a ${classes[truth]}. ${equation}`);
    refused.textContent = "";
  }
  const redraw = nn.frame(draw);

  const sliders = classes.map((name, k) => nn.slider({
    label: `score of ${name}`, min: -10, max: 10, step: 0.1, value: state.z[k],
    show: v => nn.number(v, 1), move: v => { state.z[k] = v; redraw(); },
  }));
  const heat = nn.slider({
    label: "temperature T", min: -1, max: 1, step: 0.02, value: 0,
    show: v => nn.number(10 ** v), move: v => { state.T = 10 ** v; redraw(); },
  });

  function put(z) {
    if (z.some(v => Math.abs(v) > 10)) {
      refused.textContent = "The sliders end at ±10. Press reset.";
      return;
    }
    state.z = z;
    sliders.forEach((s, k) => s.set(z[k]));
    draw();
  }
  const change = f => put(state.z.map(v => Math.round(10 * f(v)) / 10));

  function reset() {
    state.T = 1;
    heat.set(0);
    put([...scores[state.truth]]);
  }

  const pictures = nn.choice({
    legend: "The picture shows a", options: classes, chosen: start,
    pick: k => { state.truth = k; reset(); },
  });
  const controls = nn.html("div", {}, ...sliders.map(s => s.node), heat.node,
    nn.bar(
      nn.button("all scores + 0.5", () => change(v => v + 0.5)),
      nn.button("all scores × 2", () => change(v => 2 * v)),
      nn.button("reset", reset)));
  element.replaceChildren(pictures.node,
    nn.columns(controls, nn.html("div", {}, bars.node, curve.node)), live.node, refused);
  draw();
}, "classes", "scores", "start", "top");
