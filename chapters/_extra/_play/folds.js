// <nn-folds>: hidden layers that apply one zigzag after another, with sliders for the number of
// layers and for the units of each; the pieces of the result are counted.
// needs: parts-plot
// room: 526 270
// layers, units: the largest numbers; start: {layers, units}; known: [{layers, units, pieces,
// values}] by NumPy, the values at 17 places from -1 to 1, which agrees() compares.
(() => {
  // A zigzag with so many pieces, from [-1, 1] onto itself: it starts at -1 and goes up.
  const zigzag = (x, pieces) => 1 - 2 * Math.abs((((x + 1) * pieces) / 2) % 2 - 1);

  function output(x, layers, units) {
    let value = x;
    for (let k = 0; k < layers; k++) value = zigzag(value, units);
    return value;
  }

  // The corners of the line, whose pieces are all equally wide.
  const corners = pieces =>
    Array.from({length: pieces + 1}, (_, k) => [(2 * k) / pieces - 1, k % 2 ? 1 : -1]);

  nn.define("folds", (element, {layers, units, start, known}) => {
    const state = {...start};
    const plot = nn.plot({
      x: [-1, 1], y: [-1.1, 1.1], height: 230, left: 30, xlabel: "input x", ylabel: "output",
      xticks: [-1, -0.5, 0, 0.5, 1], yticks: [-1, 0, 1],
    });
    plot.line({colour: "ink", width: 1, dash: "5 4", points: [[-1, 0], [1, 0]]});
    const line = plot.line({colour: "a", width: 2});
    const facts = nn.facts([
      "hidden units of this network",
      "linear pieces",
      "units needed with one hidden layer",
    ]);
    const live = nn.live();
    const whole = v => v.toLocaleString("en-GB");

    function draw() {
      const {layers: deep, units: wide} = state, pieces = wide ** deep;
      line.set(corners(pieces));
      facts.set([whole(deep * wide), whole(pieces), whole(pieces - 1)]);
      const words = `${deep} hidden ${deep === 1 ? "layer" : "layers"} of ${wide} units: ` +
        `${whole(deep * wide)} units, ${whole(pieces)} linear pieces`;
      live.set(`${words}.`);
      plot.describe(`A zigzag between -1 and 1. ${words}.`);
    }
    const redraw = nn.frame(draw);
    const dial = (label, name, min, max) => nn.slider({
      label, min, max, step: 1, value: start[name],
      show: v => String(v),
      move: v => {
        state[name] = v;
        redraw();
      },
    });
    element.replaceChildren(
      nn.columns(
        plot.node,
        nn.html(
          "div",
          {},
          dial("hidden layers", "layers", 1, layers).node,
          dial("units in each layer", "units", 2, units).node,
          facts.node,
        ),
      ),
      live.node,
    );
    draw();
    element.agrees = () => known.every(one =>
      one.pieces === one.units ** one.layers &&
        one.values.every((value, k) =>
          Math.abs(output(k / 8 - 1, one.layers, one.units) - value) < 1e-9));
  }, "layers", "units", "start", "known");
})();
