// <nn-lag>: a gradient of two units while it goes back through time, for any spectral radius.
// needs: parts-plot
// room: 968 549
// The gradient is multiplied at each step by r [[1, a], [0, 1]] and by the derivative of the
// activation function. radius, shear, derivative: r, a and the derivative at first; shears: [{name,
// shear}]; degrees: the direction of the gradient at the last step; steps: how many go back;
// known: [{radius, shear, derivative, degrees, lengths}], which agrees() compares.
nn.define("lag", (element, {radius, shear, derivative, degrees, shears, steps, known}) => {
  const EXTENT = 2.6, LOW = 1e-6, HIGH = 1e4, DEGREE = Math.PI / 180;
  const state = {radius, shear, derivative, at: degrees};
  const unit = t => [Math.cos(t * DEGREE), Math.sin(t * DEGREE)];
  function walk({radius: r, shear: a, derivative: d, at}) {
    const path = [unit(at)];
    for (let k = 0; k < steps; k++) {
      path.push([d * r * (path[k][0] + a * path[k][1]), d * r * path[k][1]]);
    }
    return path;
  }
  // The largest singular value of r [[1, a], [0, 1]].
  const largest = ({radius: r, shear: a}) => r * (a + Math.sqrt(a * a + 4)) / 2;

  const plane = nn.plane({extent: EXTENT, size: 250, describe: "The gradient step by step"});
  plane.line({
    colour: "c", width: 1.2,
    points: Array.from({length: 121}, (_, k) => unit(3 * k)),
  });
  const trail = plane.line({colour: "b", width: 1.4});
  const feet = plane.dots({colour: "b", r: 3.4});
  const arrow = plane.arrow({colour: "a"});
  const plot = nn.plot({
    x: [0, steps], y: [LOW, HIGH], log: "y", height: 250, right: 78, left: 50,
    yticks: [1e-6, 1e-4, 1e-2, 1, 100, 1e4], xlabel: "steps back", ylabel: "length of the gradient",
  });
  plot.line({colour: "ink", width: 1, points: [[0, 1], [steps, 1]]});
  const bound = plot.line({colour: "d", dash: "7 4", width: 1.6, label: "bound"});
  const ground = plot.line({colour: "c", dash: "2 3", width: 1.6, label: "radius"});
  const curve = plot.line({colour: "b", label: "gradient"}), marks = plot.dots({colour: "b", r: 3});
  const facts = nn.facts(["radius × f′", "singular value × f′", "longest", `after ${steps} steps`]);
  const live = nn.live();
  const raised = k => String(k).replace(/./g, c => c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]);
  const lengthText = v =>
    v >= 0.01 && v < 1e4
      ? nn.number(v, 2)
      : v.toExponential(0).replace(/e(.*)/, (_, k) => ` · 10${raised(+k)}`);

  function draw() {
    const path = walk(state);
    const lengths = path.map(v => Math.hypot(...v));
    const r = state.radius * state.derivative;
    const s = largest(state) * state.derivative;
    const visible = path.filter(v => Math.max(...v.map(Math.abs)) <= EXTENT);
    arrow.set([[0, 0], path[0]]);
    trail.set(path.slice(0, 14));
    feet.set(visible.slice(1));
    const powers = base => Array.from({length: steps + 1}, (_, k) => [k, base ** k]);
    bound.set(powers(s));
    ground.set(powers(r));
    curve.set(lengths.map((v, k) => [k, v]));
    marks.set(lengths.map((v, k) => [k, v]).filter(([, v]) => v >= LOW && v <= HIGH));
    const top = Math.max(...lengths), when = lengths.indexOf(top), end = lengths[steps];
    facts.set([nn.number(r, 2), nn.number(s, 2), `${lengthText(top)}, after ${when}`, lengthText(end)]);
    const verdict =
      s < 1 - 1e-9
        ? "Every step shrinks the gradient, so the bound shows that it vanishes."
        : r > 1 + 1e-9
          ? "The gradient explodes."
          : Math.abs(r - 1) <= 1e-9
            ? state.shear > 0
              ? "The gradient grows in proportion to the number of steps."
              : "The length of the gradient stays the same."
            : when === steps
              ? `The gradient is still growing at step ${steps}; it vanishes later.`
              : when > 0
                ? `The gradient grows for ${when} ${when === 1 ? "step" : "steps"} to ` +
                  `${lengthText(top)}, then vanishes.`
                : "The gradient vanishes, but the bound doesn’t show it.";
    live.set(
      `Spectral radius ${nn.number(state.radius, 2)}, largest singular value ` +
        `${nn.number(largest(state), 2)}, f′ = ${nn.number(state.derivative, 2)}. ${verdict}`,
    );
    plane.describe(`A gradient of length 1 and its path over ${steps} steps. ${verdict}`);
    plot.describe(
      `The length of the gradient against the number of steps back. After ${steps} steps it is ${lengthText(end)}.`,
    );
  }
  const redraw = nn.frame(draw);
  nn.point({
    on: plane, at: unit(degrees), label: "gradient at the last step, of length 1", name: "g",
    colour: "a",
    fit: ([x, y]) => {
      const l = Math.hypot(x, y) || 1;
      return [x / l, y / l];
    },
    move: (x, y) => {
      state.at = Math.atan2(y, x) / DEGREE;
      redraw();
    },
  });
  const menu = nn.buttons({
    label: "matrices",
    options: shears.map(one => one.name),
    chosen: shears.findIndex(one => one.shear === shear),
    press: k => {
      state.shear = shears[k].shear;
      redraw();
    },
  });
  const slide = nn.slider({label: "spectral radius", min: 0.2, max: 1.4, step: 0.02, value: radius,
    show: v => nn.number(v, 2), move: v => { state.radius = v; redraw(); }});
  const slope = nn.slider({label: "derivative f′", min: 0.1, max: 1, step: 0.05, value: derivative,
    show: v => nn.number(v, 2), move: v => { state.derivative = v; redraw(); }});
  element.replaceChildren(
    menu.node, nn.columns(plane.node, plot.node), nn.columns(slide.node, slope.node),
    nn.tuck(element, "Radius, singular value, lengths", facts.node), live.node,
  );
  draw();
  element.agrees = () => known.every(one => walk({...one, at: one.degrees}).every((v, k) =>
    Math.abs(Math.hypot(...v) - one.lengths[k]) <= 1e-9 * Math.max(1, one.lengths[k])));
}, "radius", "shear", "derivative", "degrees", "shears", "steps", "known");
