// <nn-equations>: two equations as two lines and as two columns; drag the unknowns to the solution.
// needs: parts-plot
// room: 684 380
// systems: [{name, whose, A, b, high}], the second equation being theirs and high the ends of the
// axes of the totals; at: the unknowns at first; unknowns, totals: names of the axes; ends: their
// ends.
nn.define("equations", (element, {systems, at = [1, 1], unknowns, totals, ends}) => {
  const state = {system: systems[0], x: at};
  const lines = nn.plot({width: 320, height: 256, x: [0, ends[0]], y: [0, ends[1]],
    xlabel: unknowns[0], ylabel: unknowns[1], describe: "Two equations as two lines"});
  const sums = nn.plot({
    width: 320, height: 256, x: [0, systems[0].high[0]], y: [0, systems[0].high[1]],
    xlabel: totals[0], ylabel: totals[1], describe: "Two equations as two columns",
  });
  const strokes = [
    lines.line({colour: "a", width: 2.5}), lines.line({colour: "b", width: 2.5, dash: "8 5"}),
  ];
  const owners = [lines.words({colour: "a"}), lines.words({colour: "b"})];
  const target = sums.dots({shape: "diamond", r: 7, colour: "ink"});
  const named = sums.words({label: "b"});
  const arrows = ["d", "c"].map(colour => sums.arrow({colour}));
  const written = ["d", "c"].map(colour => sums.words({colour}));
  const facts = nn.facts(["your total", "the other total"]);
  const live = nn.live();
  const money = v => nn.number(v);

  // Words below and to the right of a place, but inside the plot.
  function beside(words, on, place, text) {
    const [px, py] = on.to(...place), {left, top, width, height} = on.inner;
    words.set(
      on.from(
        Math.min(px + 8, left + width - 8 * text.length),
        nn.clamp(py + 22, top + 14, top + height - 6),
      ),
      text,
    );
  }

  function draw() {
    const {system: {A, b, whose}, x} = state;
    const [coffees, made] = [0, 1].map(last =>
      A.map(row => row[0] * x[0] + last * row[1] * x[1]));
    strokes.forEach((stroke, i) => stroke.set([[0, b[i] / A[i][1]], [b[i] / A[i][0], 0]]));
    const apart =
      A[0][0] * A[1][1] !== A[0][1] * A[1][0] && Math.abs(b[0] / A[0][1] - b[1] / A[1][1]) > 1;
    const above = i => [1.4, (b[i] - 1.4 * A[i][0]) / A[i][1] + 1.8];
    beside(owners[0], lines, apart ? above(0) : [1.9, 1.9], "yours");
    beside(owners[1], lines, apart ? [0, 4.2] : above(1), whose);
    target.set([b]);
    const [px, py] = sums.to(...b);
    named.set(sums.from(px - 4, py - 14));
    arrows[0].set([[0, 0], coffees]);
    arrows[1].set([coffees, made]);
    [coffees, made].forEach((tip, j) => beside(written[j], sums, tip,
      x[j] < 0.3 ? "" : `${money(x[j])} × (${A.map(row => row[j]).join(", ")})`));
    const good = made.map((v, i) => Math.abs(v - b[i]) < 0.005);
    const prices = `With ${money(x[0])} and ${money(x[1])}`;
    facts.set(
      made.map((v, i) =>
        good[i] ? `${money(v)}, as on the receipt` : `${money(v)} instead of ${money(b[i])}`,
      ),
    );
    live.set(
      good[0] && good[1]
        ? `${prices} both totals are correct: the point is on both lines, and the arrows end at b.`
        : good[0] || good[1]
          ? `${prices} only ${good[0] ? "your" : whose} total is correct: the point is on one of ` +
            "the two lines."
          : `${prices} neither total is correct.`,
    );
    lines.describe(
      `The lines of your receipt and of ${whose}, and the point (${x.map(money).join(", ")}).`,
    );
    sums.describe(
      "The columns times the prices, one arrow after the other, end at " +
        `(${made.map(money).join(", ")}); ` +
        `b is (${b.map(money).join(", ")}).`,
    );
  }
  const redraw = nn.frame(draw);

  nn.point({on: lines, at, label: "the two prices", name: "x", colour: "ink", step: 0.1, snap: 0.1,
    move: (x, y) => { state.x = [x, y]; redraw(); }});
  const names = nn.buttons({
    label: "the other receipt",
    options: systems.map(s => s.name),
    press: k => {
      state.system = systems[k];
      sums.range(...systems[k].high.map(v => [0, v]));
      redraw();
    },
  });
  element.replaceChildren(names.node, nn.columns(lines.node, sums.node), facts.node, live.node);
  draw();
}, "systems", "unknowns", "totals", "ends");
