// <nn-equations>: two equations as two lines and as two columns; drag the unknowns or line 2.
// needs: parts-plot
// room: 684 426
// systems: [{name, A, b, high}], high being the ends of the axes of the totals; at: the unknowns at
// first; grips: the two x₁ at which line 2 has a handle; unknowns, totals: names of the axes; ends:
// their ends.
nn.define("equations", (element, {systems, at = [1, 1], grips, unknowns, totals, ends}) => {
  const state = {A: systems[0].A, b: systems[0].b, x: at};
  const lines = nn.plot({width: 320, height: 256, x: [0, ends[0]], y: [0, ends[1]],
    xlabel: unknowns[0], ylabel: unknowns[1], describe: "Two equations as two lines"});
  const sums = nn.plot({
    width: 320, height: 256, x: [0, systems[0].high[0]], y: [0, systems[0].high[1]],
    xlabel: totals[0], ylabel: totals[1], describe: "Two equations as two columns",
  });
  const strokes = [
    lines.line({colour: "a", width: 2.5}), lines.line({colour: "b", width: 2.5, dash: "8 5"}),
  ];
  const owner = lines.words({colour: "a"});
  const target = sums.dots({shape: "diamond", r: 7, colour: "ink"});
  const named = sums.words({label: "b"});
  const arrows = ["d", "c"].map(colour => sums.arrow({colour}));
  const written = ["d", "c"].map(colour => sums.words({colour}));
  const facts = nn.facts(["your total", "the other total", "line 2", "solutions"]);
  const live = nn.live();
  const money = v => nn.number(v);
  const short = v => nn.number(v).replace(/\.?0+$/, "");
  const pair = v => `(${v.map(money).join(", ")})`;

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

  // The height of line i at a place of the axis of x₁.
  const height = (i, place) => (state.b[i] - state.A[i][0] * place) / state.A[i][1];

  // How many solutions there are; positions of line 2 are multiples of 0.1, so rounding errors are
  // far smaller.
  function solutions() {
    const {A: [r, s], b} = state, det = r[0] * s[1] - r[1] * s[0];
    if (Math.abs(det) > 1e-6) {
      return `one: ${pair([
        (b[0] * s[1] - r[1] * b[1]) / det, (r[0] * b[1] - s[0] * b[0]) / det,
      ])}`;
    }
    const same = Math.abs(height(0, 0) - height(1, 0)) < 1e-6;
    return same ? "infinitely many: the same line" : "none: parallel lines";
  }

  function draw() {
    const {A, b, x} = state;
    const [coffees, made] = [0, 1].map(last =>
      A.map(row => row[0] * x[0] + last * row[1] * x[1]));
    strokes.forEach((stroke, i) =>
      stroke.set([0, ends[0]].map(place => [place, height(i, place)])));
    beside(owner, lines, [1.4, height(0, 1.4) + 1.8], "line 1: yours");
    target.set([b]);
    const [px, py] = sums.to(...b);
    named.set(sums.from(px - 4, py - 14));
    arrows[0].set([[0, 0], coffees]);
    arrows[1].set([coffees, made]);
    [coffees, made].forEach((tip, j) => beside(written[j], sums, tip,
      x[j] < 0.3 ? "" : `${money(x[j])} × (${A.map(row => short(row[j])).join(", ")})`));
    const good = made.map((v, i) => Math.abs(v - b[i]) < 0.005);
    const prices = `With ${money(x[0])} and ${money(x[1])}`;
    facts.set([
      ...made.map((v, i) =>
        good[i] ? `${money(v)}, as on the receipt` : `${money(v)} instead of ${money(b[i])}`,
      ),
      `${short(A[1][0])} x₁ + ${short(A[1][1])} x₂ = ${short(b[1])}`,
      solutions(),
    ]);
    live.set(
      good[0] && good[1]
        ? `${prices} both totals are correct: the point is on both lines, and the arrows end at b.`
        : good[0] || good[1]
          ? `${prices} only ${good[0] ? "your" : "the other"} total is correct: the point is on ` +
            "one of the two lines."
          : `${prices} neither total is correct.`,
    );
    lines.describe(`Line 1 is your receipt. Solutions: ${solutions()}. The point is ${pair(x)}.`);
    sums.describe(
      `The columns times the prices, one arrow after the other, end at ${pair(made)}; ` +
        `b is ${pair(b)}.`,
    );
  }
  const redraw = nn.frame(draw);

  // Line 2 through its two handles, with as many cakes as before. It never rises, so that both
  // counts of the order stay positive.
  function turn(k, v) {
    const [left, right] = k ? [height(1, grips[0]), v] : [v, height(1, grips[1])];
    const cakes = state.A[1][1], slope = (left - right) / (grips[1] - grips[0]);
    state.A = [state.A[0], [cakes * slope, cakes]];
    state.b = [state.b[0], cakes * (left + slope * grips[0])];
    redraw();
  }
  const handles = grips.map((place, k) =>
    nn.point({
      on: lines, at: [place, height(1, place)], colour: "b", shape: "square", step: 0.1, snap: 0.1,
      label: k ? "right square of line 2" : "left square of line 2", name: k ? "line 2" : "",
      fit: ([, v]) => {
        const other = height(1, grips[1 - k]);
        return [place, k ? nn.clamp(v, 0, other) : nn.clamp(v, other, 0.9 * ends[1])];
      },
      show: (_, v) => money(v),
      move: (_, v) => turn(k, v),
    }),
  );

  nn.point({on: lines, at, label: "the two prices", name: "x", colour: "ink", step: 0.1, snap: 0.1,
    move: (x, y) => { state.x = [x, y]; redraw(); }});
  const names = nn.buttons({
    label: "the other receipt",
    options: systems.map(s => s.name),
    press: k => {
      Object.assign(state, {A: systems[k].A, b: systems[k].b});
      handles.forEach((handle, j) => handle.set(grips[j], height(1, grips[j])));
      sums.range(...systems[k].high.map(v => [0, v]));
      redraw();
    },
  });
  element.replaceChildren(names.node, nn.columns(lines.node, sums.node), facts.node, live.node);
  draw();
}, "systems", "grips", "unknowns", "totals", "ends");
