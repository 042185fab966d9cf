// <nn-clinic>: four failed training runs, and their losses after each of six treatments.
// needs: parts-plot
// room: 614 424
// steps: where the losses were measured; cases: [name, …]; treatments: [name, …], the first is
// none; sets: [name, …] of three datasets; losses[case][treatment][set]: a loss for each of
// the steps; errors[case][treatment][set]: the error at the end in per cent. Lines that lie on
// each other stay visible, because each is thinner than the one below it.
nn.define("clinic", (element, {steps, cases, treatments, sets, losses, errors}) => {
  const COLOURS = ["a", "c", "b"], WIDTHS = [8, 4.4, 1.8], TOP = 3.2;
  const state = {of: 0, by: 0};
  const small = element.clientWidth < 480;
  const plot = nn.plot({
    width: small ? 330 : 480,
    height: small ? 240 : 260,
    x: [0, steps.at(-1)],
    y: [0, TOP],
    right: small ? 120 : 130,
    xlabel: "step",
    ylabel: "loss",
  });
  const before = COLOURS.map(colour => plot.line({colour, width: 1}));
  const now = COLOURS.map((colour, k) =>
    plot.line({colour, width: WIDTHS[k], label: sets[k]}),
  );
  now[0].node.style.opacity = 0.5;
  before.forEach(line => { line.node.style.opacity = 0.45; });
  const live = nn.live();

  function draw() {
    const along = curve => curve.map((v, k) => [steps[k], Math.min(v, TOP)]);
    const treated = losses[state.of][state.by], first = losses[state.of][0];
    before.forEach((line, k) => line.set(state.by ? along(first[k]) : []));
    now.forEach((line, k) => line.set(along(treated[k])));
    const rates = errors[state.of][state.by].map(
      (v, k) => `${sets[k]} ${nn.number(v, 0)}%`,
    );
    const words =
      `Case ${cases[state.of]}, ${state.by ? treatments[state.by] : "untreated"}: ` +
      `error on ${rates.join(", ")}` +
      (state.by ? ` (untreated ${nn.number(errors[state.of][0][2], 0)}%).` : ".");
    live.set(words);
    plot.describe(
      `Three losses over ${steps.at(-1)} steps. ${words} They end at ` +
        `${treated.map((curve, k) => `${nn.number(curve.at(-1), 2)} on ${sets[k]}`).join(", ")}.`,
    );
  }
  const redraw = nn.frame(draw);
  const remedies = nn.buttons({
    label: "treatment", options: treatments,
    press(k) {
      state.by = k;
      redraw();
    },
  });
  const patients = nn.buttons({label: "case", options: cases.map(name => `case ${name}`), press(k) {
    Object.assign(state, {of: k, by: 0});
    remedies.set(0);
    redraw();
  }});
  element.replaceChildren(patients.node, plot.node, live.node, remedies.node);
  draw();
}, "steps", "cases", "treatments", "sets", "losses", "errors");
