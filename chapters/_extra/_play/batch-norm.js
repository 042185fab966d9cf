// <nn-batch-norm>: a batch of five values of one unit, and their values after normalisation.
// needs: parts-plot
// room: 472 522
// values: of the batch at first; running: [mean, variance] of earlier batches; range: of the axis;
// known: [{values, out}]: batches as NumPy normalises them, the last with the running mean and
// variance, which agrees() compares.
nn.define("batch-norm", (element, {values, running, range, known}) => {
  const EPS = 1e-5, UP = 1, DOWN = 0;
  const state = {values: [...values], running: false};
  const mean = list => list.reduce((a, b) => a + b) / list.length;
  const moments = list => [mean(list), mean(list.map(v => (v - mean(list)) ** 2))];
  const normed = (list, [mu, variance]) => list.map(v => (v - mu) / Math.sqrt(variance + EPS));
  const used = list => state.running ? running : moments(list);

  const plot = nn.plot({
    x: range, y: [-0.5, 1.5], height: 210, left: 34, right: 12, yticks: [], xlabel: "value",
  });
  const band = plot.area({colour: "c"}), middle = plot.line({colour: "c", width: 2.4});
  const threads = values.map(() => plot.line({colour: "ink", width: 1, dash: "3 3"}));
  const left = plot.dots({colour: "ink", shape: "cross", r: 5});
  const out = plot.dots({colour: "b", shape: "square", r: 5});
  plot.free.append(
    nn.text(4, plot.to(0, UP)[1] + 4, "x"), nn.text(4, plot.to(0, DOWN)[1] + 4, "x̂"),
  );
  const facts = nn.facts(["mean", "variance", "x̂"]);
  const live = nn.live();

  function draw() {
    const [mu, variance] = used(state.values);
    const sd = Math.sqrt(variance);
    const results = normed(state.values, [mu, variance]);
    const [low, high] = [mu - sd, mu + sd].map(v => nn.clamp(v, ...range));
    band.set([[low, UP - 0.22], [high, UP - 0.22], [high, UP + 0.22], [low, UP + 0.22]]);
    middle.set([[mu, UP - 0.22], [mu, UP + 0.22]]);
    results.forEach((v, k) => threads[k].set([[state.values[k], UP], [v, DOWN]]));
    out.set(results.map(v => [v, DOWN]));
    const before = normed(values, used(values));
    left.set(before.filter((v, k) => Math.abs(results[k] - v) > 0.005).map(v => [v, DOWN - 0.26]));
    const others = results.filter(
      (v, k) => state.values[k] === values[k] && Math.abs(v - before[k]) > 0.005,
    ).length;
    facts.set([
      nn.number(mu), nn.number(variance), results.map(v => nn.number(v)).join(", "),
    ]);
    const source = state.running ? "of earlier batches" : "of this batch";
    const touched = state.values.some((v, k) => v !== values[k]);
    const effect = others
      ? `x̂ changes for ${others} samples that you did not move`
      : "x̂ stays the same for all samples that you did not move";
    const words = touched ? effect : "drag a dot in the upper row";
    live.set(`Mean ${nn.number(mu)} and variance ${nn.number(variance)} ${source}; ${words}.`);
    plot.describe(
      `Values ${state.values.map(v => nn.number(v)).join(", ")}; results ` +
        `${results.map(v => nn.number(v)).join(", ")}.`,
    );
  }
  const redraw = nn.frame(draw);
  const dots = values.map((value, k) =>
    nn.point({
      on: plot, at: [value, UP],
      label: `sample ${k + 1}`,
      step: 0.1,
      fit: ([v]) => [v, UP],
      show: v => nn.number(v),
      move(v) {
        state.values[k] = +v.toFixed(2);
        redraw();
      },
    }),
  );
  const mode = nn.buttons({
    label: "mean and variance",
    options: ["of this batch (training)", "of earlier batches (prediction)"],
    press: k => {
      state.running = k === 1;
      redraw();
    },
  });
  const back = nn.button("Reset", () => {
    state.values = [...values];
    values.forEach((v, k) => dots[k].set(v, UP));
    redraw();
  });
  element.replaceChildren(
    mode.node, plot.node, live.node, nn.bar(back), nn.tuck(element, "Values", facts.node),
  );
  draw();
  element.agrees = () => known.every(({values: list, out: there}, k) => {
    const outputs = normed(list, k === known.length - 1 ? running : moments(list));
    return outputs.every((v, n) => Math.abs(v - there[n]) < 1e-9);
  });
}, "values", "running", "range", "known");
