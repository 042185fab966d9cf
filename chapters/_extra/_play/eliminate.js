// <nn-eliminate>: subtract t times one equation from another; its line turns around the crossing.
// needs: parts-plot
// room: 660 402
// systems: [{name, rows}], two rows [a, b, c] for a x₁ + b x₂ = c; extent: where both axes end.
nn.define("eliminate", (element, {systems, extent = 6}) => {
  const state = {rows: systems[0].rows, part: 0};
  const plot = nn.plot({
    width: 320, height: 334, x: [0, extent], y: [0, extent], xlabel: "x₁", ylabel: "x₂",
    describe: "Two lines in the plane of the two unknowns",
  });
  const before = plot.line({colour: "b", width: 1.5, dash: "2 5"});
  const strokes = [
    plot.line({colour: "a", width: 2.5}), plot.line({colour: "b", width: 2.5, dash: "8 5"}),
  ];
  const names = [
    plot.words({colour: "a", label: "line 1"}), plot.words({colour: "b", label: "line 2"}),
  ];
  const crossing = plot.dots({colour: "ink", r: 6});
  const facts = nn.facts(["row 1", "row 2", "multiplier t", "solution", "angle of the lines"]);
  const live = nn.live();

  const short = v => nn.number(v).replace(/\.?0+$/, "");
  function written([a, b, c]) {
    const terms = [[a, "x₁"], [b, "x₂"]].filter(([v]) => short(v) !== "0");
    const left = terms.map(([v, name], k) => {
      const size = short(Math.abs(v)), sign = v < 0 ? (k ? " − " : "−") : k ? " + " : "";
      return `${sign}${size === "1" ? "" : `${size} `}${name}`;
    });
    return `${left.join("") || "0"} = ${short(c)}`;
  }

  // Row 2 less t times row 1, when a part of x₁ is eliminated.
  const factor = part => part * state.rows[1][0] / state.rows[0][0];
  const row = part => state.rows[1].map((v, k) => {
    const left = v - factor(part) * state.rows[0][k];
    return Math.abs(left) < 1e-9 ? 0 : left;
  });
  function meet(r, s) {
    const det = r[0] * s[1] - r[1] * s[0];
    return det ? [(r[2] * s[1] - r[1] * s[2]) / det, (r[0] * s[2] - r[2] * s[0]) / det] : null;
  }

  // The line of a row: places along it from left to right; none where the row has no line.
  function course([a, b, c], near) {
    const n = Math.hypot(a, b);
    if (!n) return [];
    const [u, v] = b < 0 ? [-b / n, a / n] : [b / n, -a / n];
    const [x, y] = near ?? [a * c / n / n, b * c / n / n];
    return Array.from({length: 161}, (_, k) => [
      x + ((k - 80) * u * extent) / 40, y + ((k - 80) * v * extent) / 40,
    ]);
  }
  const inside =
    (low, high) =>
    ([x, y]) =>
      x >= low && x <= high && y >= 0.05 * extent && y <= 0.95 * extent;

  function draw() {
    const {rows: [r, s], part} = state, now = row(part), x = meet(r, now);
    before.set(part ? course(s) : []);
    [r, now].forEach((line, k) => {
      const places = course(line, x), visible = places.filter(inside(0, 0.8 * extent));
      const place = k ? visible[visible.length - 1] : visible[0];
      strokes[k].set(places);
      const [px, py] = plot.to(...place ?? [0, 0]);
      names[k].set(plot.from(px + 9, py - 7), place ? `line ${k + 1}` : "");
    });
    crossing.set(x ? [x] : []);
    const lost = !now[0] && !now[1];
    const angle =
      (Math.abs(Math.atan2(r[0] * now[1] - r[1] * now[0], r[0] * now[0] + r[1] * now[1])) * 180) /
      Math.PI;
    const place = x
      ? `(${x.map(v => nn.number(v)).join(", ")})`
      : r[0] * now[2] === r[2] * now[0] && !(lost && now[2])
        ? "all of line 1"
        : "none";
    facts.set([
      written(r), written(now), short(factor(part)), place,
      lost ? "no line 2" : `${nn.number(Math.min(angle, 180 - angle), 0)}°`,
    ]);
    live.set(
      !part
        ? "Turn line 2, or move the slider, to eliminate x₁ from row 2."
        : part < 1
          ? `Row 2 minus ${short(factor(part))} times row 1: line 2 ` +
            (x ? "turns around the intersection, which stays fixed." : "has the same direction.")
          : x
            ? `x₁ is eliminated: line 2 is horizontal, and row 2 gives x₂ = ${nn.number(x[1])}.`
            : now[2]
              ? `Row 2 is now ${written(now)}: there is no solution.`
              : "Row 2 is now 0 = 0, which adds no information.",
    );
    plot.describe(`Line 1: ${written(r)}. Line 2: ${written(now)}. Solution: ${place}.`);
  }
  const redraw = nn.frame(draw);

  // The knob sits on line 2, 25% of the axis from the crossing, and turns it.
  function knobAt(part) {
    const places = course(row(part), meet(state.rows[0], row(part)));
    return places.length ? places[90] : [extent / 2, extent / 2];
  }
  let turned = 0;
  const knob = nn.point({
    on: plot, at: knobAt(0), label: "turn line 2", colour: "b", shape: "square",
    fit: ([x, y]) => {
      const [r, s] = state.rows.map(([a, b, c]) => a * x + b * y - c);
      const whole = factor(1);
      turned = r ? nn.clamp(s / r / whole, 0, 1) : turned;
      return knobAt(turned);
    },
    move: () => {
      state.part = turned;
      slider.set(turned);
      redraw();
    },
  });
  const slider = nn.slider({label: "fraction of x₁ eliminated", min: 0, max: 1, step: 0.05, value: 0,
    show: v => `${Math.round(100 * v)}%`, move: v => put(state.rows, v)});
  function put(rows, part) {
    Object.assign(state, {rows, part});
    slider.set(part);
    knob.node.style.display = meet(rows[0], rows[1]) ? "" : "none";
    knob.set(...knobAt(part));
    redraw();
  }
  const buttons = nn.buttons({
    label: "systems",
    options: systems.map(s => s.name),
    press: k => put(systems[k].rows, 0),
  });
  element.replaceChildren(
    buttons.node,
    nn.columns(plot.node, nn.html("div", {}, slider.node, facts.node)),
    live.node,
  );
  put(state.rows, 0);
  draw();
}, "systems");
