// <nn-eigen>: turn a vector x until A x has its direction; the angle between them over all directions.
// needs: parts-plot parts-matrix
// room: 882 604
// matrix: the first one; degrees: the direction of x at the start; presets: [{name, matrix}].
nn.define("eigen", (element, {matrix, degrees = 0, presets = []}) => {
  const EXTENT = 1.75, DEGREE = Math.PI / 180, WIDE = 1.2;  // degrees within which x snaps
  const state = {A: matrix, at: degrees, known: []};
  const plane = nn.plane({extent: EXTENT, describe: "A vector x on a circle, and A x"});
  const ring = plane.line({colour: "c", width: 1.2});
  const image = plane.line({colour: "b", width: 1.2, dash: "4 4"});
  const kept = [plane.line({colour: "d", width: 2}), plane.line({colour: "d", width: 2})];
  const mapped = plane.arrow({colour: "b", label: "A x"}), arrow = plane.arrow({colour: "a"});
  const plot = nn.plot({
    x: [0, 360], y: [-90, 90], height: 200, right: 18, xlabel: "direction of x (degrees)",
    ylabel: "angle from x to A x (degrees)", xticks: [0, 90, 180, 270, 360], yticks: [-90, 0, 90],
  });
  plot.line({colour: "ink", width: 1, points: [[0, 0], [360, 0]]});
  const turn = plot.line({colour: "b"});
  const zeros = plot.dots({colour: "d", shape: "diamond"});
  const spot = plot.dots({colour: "a", r: 6});
  const facts = nn.facts(["x", "A x", "angle to A x", "length of A x", "eigenvalues found"]);
  const live = nn.live();

  const apply = ([[a, b], [c, d]], [x, y]) => [a * x + b * y, c * x + d * y];
  const unit = t => [Math.cos(t * DEGREE), Math.sin(t * DEGREE)];
  const round = t => (t % 360 + 360) % 360;
  const pair = v => `(${v.map(x => nn.number(x)).join(", ")})`;
  // Angle from the line through x to the line through A x, from -90 to 90; null where A x is 0.
  function between(A, t) {
    const x = unit(t), [u, v] = apply(A, x);
    if (Math.hypot(u, v) < 1e-9) return null;
    const angle = Math.atan2(x[0] * v - x[1] * u, x[0] * u + x[1] * v) / DEGREE;
    return angle > 90 ? angle - 180 : angle <= -90 ? angle + 180 : angle;
  }
  // The real eigenvalues with a direction for each, in degrees from 0 to 180; "all" if each is one.
  function eigen([[a, b], [c, d]]) {
    const size = Math.max(...[a, b, c, d].map(Math.abs), 1e-12), under = (a - d) ** 2 + 4 * b * c;
    if (Math.abs(b) + Math.abs(c) + Math.abs(a - d) < 1e-9 * size) return "all";
    if (under < -1e-9 * size * size) return [];
    const root = Math.sqrt(Math.max(under, 0));
    const values = root < 1e-6 * size ? [(a + d) / 2] : [(a + d + root) / 2, (a + d - root) / 2];
    return values.map(value => {
      const [u, v] =
        Math.hypot(b, value - a) > Math.hypot(value - d, c) ? [b, value - a] : [value - d, c];
      return {value, at: (Math.atan2(v, u) / DEGREE + 180) % 180};
    });
  }
  const away = (s, t) => Math.abs(((s - t) % 180 + 270) % 180 - 90);  // between two lines
  function snapped(t) {
    const near = state.all === "all" ? null : state.all.find(e => away(e.at, t) < WIDE);
    if (!near) return round(t);
    return round(Math.abs(round(t - near.at) - 180) < 90 ? near.at + 180 : near.at);
  }

  function draw() {
    const {A, at, all} = state;
    const x = unit(at);
    const y = apply(A, x);
    const angle = between(A, at);
    const length = Math.hypot(...y);
    const stretch = Math.max(
      ...Array.from({length: 91}, (_, k) => Math.hypot(...apply(A, unit(2 * k)))),
    );
    const shrink = [1, 2, 5, 10, 20, 50, 100, 1000].find(s => stretch / s < 1.65) ?? 1e6;
    const small = v => v.map(z => z / shrink);
    image.set(Array.from({length: 121}, (_, k) => small(apply(A, unit(3 * k)))));
    arrow.set([[0, 0], x]);
    mapped.set([[0, 0], small(y)]);
    const words = mapped.node.nextSibling;  // inside the plane
    words.textContent = shrink > 1 ? `A x ÷ ${shrink}` : "A x";
    words.setAttribute(
      "x",
      Math.min(
        +words.getAttribute("x"),
        plane.to(EXTENT, 0)[0] - words.getComputedTextLength() - 4,
      ),
    );
    const lined = angle !== null && Math.abs(angle) < 0.05 || angle === null;
    const value = x[0] * y[0] + x[1] * y[1];
    const which = all === "all" ? 0 : all.findIndex(e => away(e.at, at) < 0.1);
    if (lined && which >= 0 && !state.known.includes(which)) state.known.push(which);
    kept.forEach((line, k) => {
      const isKnown = all !== "all" && state.known.includes(k);
      const [u, v] = isKnown ? unit(all[k].at) : [0, 0];
      line.set(isKnown ? [[-3 * u, -3 * v], [3 * u, 3 * v]] : []);
    });
    turn.set(Array.from({length: 361}, (_, t) => [t, between(A, t) ?? NaN]).flatMap((p, k, list) =>
      k && Math.abs(p[1] - list[k - 1][1]) > 90 ? [[NaN, NaN], p] : [p]));
    zeros.set(
      all === "all"
        ? []
        : state.known.flatMap(k => [
            [all[k].at, 0],
            [all[k].at + 180, 0],
          ]),
    );
    spot.set([[at, angle ?? 0]]);
    const list = all === "all" ? [value] : [...state.known].sort().map(k => all[k].value);
    facts.set([
      pair(x), pair(y),
      angle === null ? "none" : `${nn.number(angle, 1)}°`,
      nn.number(length),
      list.length ? list.map(v => nn.number(v)).join(" and ") : "none yet",
    ]);
    live.set(
      all === "all"
        ? `A preserves every direction: A x = ${nn.number(value)} x for each x.`
        : lined && which >= 0
          ? `A x = ${nn.number(all[which].value)} x: an eigenvector, with eigenvalue ` +
            `${nn.number(all[which].value)}.`
          : "A turns the line through x by " +
            `${nn.number(angle ?? 0, 1)}°${all.length ? "." : "; it turns every line."}`,
    );
    plane.describe(
      `x is ${pair(x)}, A x is ${pair(y)}, drawn ` +
        `${shrink > 1 ? `at 1/${shrink} of its length` : "at full length"}.`,
    );
    plot.svg.setAttribute(
      "aria-label",
      all === "all"
        ? "The angle is zero in every direction."
        : all.length
          ? `A curve that is zero at ${2 * all.length} angles in a full turn.`
          : "A curve that never meets zero.",
    );
  }
  const redraw = nn.frame(draw);

  // Turn x to t degrees; the point or slider that did it is already there.
  function face(t, who) {
    state.at = t;
    if (who !== tip) tip.set(...unit(t));
    slider.set(Math.round(t));
    redraw();
  }
  const tip = nn.point({
    on: plane, at: unit(degrees), label: "tip of x, on a circle", name: "x", colour: "a",
    fit: ([x, y]) => {
      const r = Math.hypot(x, y) || 1;
      return [x / r, y / r];
    },
    move: (x, y) => {
      const t = snapped(Math.atan2(y, x) / DEGREE);
      face(t);
    },
  });
  const slider = nn.slider({
    label: "direction of x", min: 0, max: 360, step: 1, value: degrees,
    show: t => `${nn.number(t, 0)}°`,
    move: t => {
      state.at = snapped(t);
      tip.set(...unit(state.at));
      redraw();
    },
  });
  const again = nn.button("x ← A x", () => {
    const y = apply(state.A, unit(state.at));
    if (Math.hypot(...y) > 1e-9) face(round(Math.atan2(y[1], y[0]) / DEGREE));
  });
  const reset = nn.button("reset", () => { state.known = []; face(degrees); });
  function put(A, edited) {
    Object.assign(state, {A, all: eigen(A), known: []});
    if (edited !== entries) entries.set(A);
    names.set(presets.findIndex(preset => String(preset.matrix) === String(A)));
    redraw();
  }
  const entries = nn.matrix({values: matrix, label: "A", step: 0.5, change: A => put(A, entries)});
  const names = nn.buttons({
    label: "matrices",
    options: presets.map(p => p.name),
    chosen: -1,
    press: k => put(presets[k].matrix),
  });
  ring.set(Array.from({length: 121}, (_, k) => unit(3 * k)));
  element.replaceChildren(
    names.node,
    nn.columns(
      plane.node,
      nn.html("div", {}, nn.inline("A =", entries.node), nn.bar(again, reset), plot.node),
    ),
    slider.node,
    nn.tuck(element, "x, A x and their angle", facts.node),
    live.node,
  );
  put(matrix);
  draw();
}, "matrix");
