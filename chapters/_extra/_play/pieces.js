// <nn-pieces>: a hidden layer of ReLU units through points of a curve, with a slider for the
// number of units.
// needs: parts-plot
// room: 496 260
// most: the largest number of units; start: the first one; inside: the interval on which the points
// are; x, y: ranges of the plot; known: [{curve, units, error}] by NumPy, which agrees() compares.
(() => {
  const FINE = 2400;  // steps of the interval in which the largest error is found
  const CURVES = [
    {name: "wave", f: x => Math.sin(2 * x) + x / 3},
    {name: "jump", f: x => (x < 3.099 ? 0.5 : 1.5)},
  ];

  // The joints, the weights of the units, and the function that the network computes.
  function network(f, count, [low, high]) {
    const knots = Array.from({length: count + 1}, (_, k) => low + (k / count) * (high - low));
    const slopes = knots.slice(1).map((b, k) => (f(b) - f(knots[k])) / (b - knots[k]));
    const weights = slopes.map((slope, k) => slope - (k ? slopes[k - 1] : 0));
    const output = x =>
      weights.reduce((sum, v, k) => sum + v * Math.max(0, x - knots[k]), f(low));
    return {knots, output};
  }

  function largest(f, output, [low, high]) {
    let worst = 0;
    for (let i = 0; i <= FINE; i++) {
      const x = low + (i / FINE) * (high - low);
      worst = Math.max(worst, Math.abs(output(x) - f(x)));
    }
    return worst;
  }

  nn.define("pieces", (element, {most, start, inside, x, y, known}) => {
    const state = {curve: 0, units: start};
    const plot = nn.plot({x, y, height: 250, left: 34, xlabel: "input x", ylabel: "output"});
    const [low, high] = inside;
    plot.area({colour: "c", points: [[low, y[0]], [high, y[0]], [high, y[1]], [low, y[1]]]});
    const curve = plot.line({colour: "ink", dash: "6 4", width: 2});
    const fitted = plot.line({colour: "a", width: 2.6});
    const joints = plot.dots({colour: "a", r: 4});
    const key = nn.legend(
      nn.lineKey({colour: "ink", dash: "6 4", width: 2}, "curve"),
      nn.lineKey({colour: "a", width: 2.6, shape: "circle"}, "network, with its joints"),
    );
    const live = nn.live();

    function draw() {
      const {f, name} = CURVES[state.curve], {knots, output} = network(f, state.units, inside);
      const error = nn.number(largest(f, output, inside), 3);
      const steps = Array.from({length: 801}, (_, i) => x[0] + (i / 800) * (x[1] - x[0]));
      curve.set(steps.map(v => [v, f(v)]));
      fitted.set([...knots, x[1]].map(v => [v, output(v)]));
      joints.set(knots.slice(0, -1).map(v => [v, output(v)]));
      const units = `${state.units} ${state.units === 1 ? "unit" : "units"}`;
      live.set(`${units}: the largest error between ${low} and ${high} is ${error}.`);
      plot.describe(
        `The ${name} and a network of ${units} between ${x[0]} and ${x[1]}. ` +
          `Its largest error inside the interval is ${error}.`,
      );
    }
    const redraw = nn.frame(draw);
    const slider = nn.slider({
      label: "hidden units", min: 1, max: most, step: 1, value: start,
      show: v => String(v),
      move: v => {
        state.units = v;
        redraw();
      },
    });
    const menu = nn.buttons({
      label: "curve",
      options: CURVES.map(one => one.name),
      press: k => {
        state.curve = k;
        redraw();
      },
    });
    element.replaceChildren(
      nn.columns(plot.node, nn.html("div", {}, menu.node, slider.node, key, live.node)),
    );
    draw();
    element.agrees = () => known.every(({curve: k, units, error}) => {
      const {f} = CURVES[k];
      return Math.abs(largest(f, network(f, units, inside).output, inside) - error) < 1e-9;
    });
  }, "most", "start", "inside", "x", "y", "known");
})();
