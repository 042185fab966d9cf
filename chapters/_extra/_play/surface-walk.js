// <nn-surface-walk>: a place on a map; gradient, level line and curve of curvature there, and a
// cut.
// needs: parts-plot parts-matrix
// room: 911 647
// surfaces: [{name, x, y, xlabel, ylabel, start, levels, arrow, rise, reach, heights, c, g, H,
// bumps, known}]; f(d) = c + g·d + d'Hd/2 + Σ height · exp(-|d - at|²/(2 width²)); arrow: units of
// the map per unit of slope; rise: how far the curve of curvature is from the tangent plane;
// reach: half the length of the cut; known: {at, f, g, H} by nnlib, which agrees() compares; start:
// the surface to begin with.
(() => {
  const dot = (u, v) => u[0] * v[0] + u[1] * v[1];
  const times = (M, v) => M.map(row => dot(row, v));

  // The value at (x, y); contours call it thousands of times.
  function elevation({c = 0, g = [0, 0], H = [[0, 0], [0, 0]], bumps = []}, x, y) {
    let f =
      c +
      g[0] * x +
      g[1] * y +
      (H[0][0] * x * x + (H[0][1] + H[1][0]) * x * y + H[1][1] * y * y) / 2;
    for (const {height, at, width} of bumps) {
      f += height * Math.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * width * width));
    }
    return f;
  }

  // Value, gradient and Hessian at p.
  function local(surface, p) {
    const {g = [0, 0], H = [[0, 0], [0, 0]], bumps = []} = surface, Hp = times(H, p);
    const shape = {
      f: elevation(surface, ...p),
      g: g.map((v, k) => v + Hp[k]),
      H: H.map(row => [...row]),
    };
    for (const {height, at, width} of bumps) {
      const d = [p[0] - at[0], p[1] - at[1]];
      const s = width * width;
      const value = height * Math.exp(-dot(d, d) / (2 * s));
      for (const i of [0, 1]) {
        shape.g[i] -= value * d[i] / s;
        for (const j of [0, 1]) shape.H[i][j] += value * (d[i] * d[j] / s - (i === j)) / s;
      }
    }
    return shape;
  }

  // Both eigenvalues of a symmetric matrix, the larger one first.
  function eigenvalues([[a, b], [, d]]) {
    const half = Math.hypot((a - d) / 2, b);
    return [(a + d) / 2 + half, (a + d) / 2 - half];
  }

  // Where the quadratic part is +rise (above) or -rise (below); NaN lifts the pen.
  function curves(p, H, rise, far) {
    const sides = {above: [], below: []};
    for (let k = 0; k <= 240; k++) {
      const u = [Math.cos(k * Math.PI / 120), Math.sin(k * Math.PI / 120)];
      const bend = dot(u, times(H, u));
      const r = Math.sqrt(2 * rise / Math.abs(bend));
      const here = r < far ? [p[0] + r * u[0], p[1] + r * u[1]] : [NaN, NaN];
      sides.above.push(bend > 0 ? here : [NaN, NaN]);
      sides.below.push(bend < 0 ? here : [NaN, NaN]);
    }
    return sides;
  }

  function build(element, {surfaces, start = 0}) {
    const state = {turn: 0}, first = surfaces[start], live = nn.live();
    const map = nn.plot({
      x: first.x, y: first.y, height: 322, left: 38, xlabel: first.xlabel, ylabel: first.ylabel,
    });
    const hills = map.contours({n: 70});
    const way = map.line({colour: "ink", dash: "2 4", width: 1.6});
    const flat = map.line({colour: "c", dash: "8 4"});
    const above = map.line({colour: "d", width: 2.4});
    const below = map.line({colour: "d", dash: "5 3", width: 2.4});
    const slope = map.arrow({colour: "b"});
    const cut = nn.plot({
      x: [-1, 1], y: [0, 1], height: 250, right: 78, xlabel: "distance along the dotted line",
      ylabel: "height",
    });
    const curve = cut.line({colour: "a", width: 4, label: "surface"});
    const tangent = cut.line({colour: "c", dash: "8 4", label: "tangent"});
    const bent = cut.line({colour: "d", dash: "0 7", width: 4, label: "parabola"});
    const foot = cut.dots({colour: "ink", r: 5});
    const facts = nn.facts([
      "gradient", "slope along the cut", "curvature along the cut", "eigenvalues of the Hessian",
    ]);
    const hessian = nn.matrix({values: first.known.H, label: "Hessian", show: v => nn.number(v)});
    const pair = v => `(${v.map(x => nn.number(x)).join(",\u00a0")})`;
    const key = nn.legend(
      nn.lineKey({colour: "b"}, "gradient"),
      nn.lineKey({colour: "c", dash: "8 4"}, "tangent"),
      nn.lineKey({colour: "d"}, "curves up"),
      nn.lineKey({colour: "d", dash: "5 3"}, "curves down"),
    );

    function draw() {
      const s = state.surface, p = place.at, {f, g, H} = local(s, p), steep = Math.hypot(...g);
      const far = 2 * (s.x[1] - s.x[0]), ahead = steep ? Math.atan2(g[1], g[0]) : 0;
      const angle = ahead + state.turn * Math.PI / 180, u = [Math.cos(angle), Math.sin(angle)];
      const level = [Math.cos(ahead + Math.PI / 2), Math.sin(ahead + Math.PI / 2)];
      const along = t => [p[0] + t * u[0], p[1] + t * u[1]];
      const rate = dot(g, u);
      const bend = dot(u, times(H, u));
      const sides = curves(p, H, s.rise, far), [big, small] = eigenvalues(H);
      slope.set([p, [p[0] + s.arrow * g[0], p[1] + s.arrow * g[1]]]);
      flat.set(
        steep > 1e-9 ? [-far, far].map(t => [p[0] + t * level[0], p[1] + t * level[1]]) : [],
      );
      way.set([-s.reach, s.reach].map(along));
      above.set(sides.above);
      below.set(sides.below);
      const [low, high] = s.heights, third = (high - low) / 3;  // the cut's window follows the dot
      const up = Math.max(0, Math.ceil((f + third / 2 - high) / third));
      const down = Math.max(0, Math.ceil((low + third / 30 - f) / third));
      cut.range([-s.reach, s.reach], s.heights.map(v => v + (up - down) * third));
      curve.set(t => elevation(s, ...along(t)));
      tangent.set(t => f + t * rate);
      bent.set(t => f + t * rate + t * t * bend / 2);
      foot.set([[0, f]]);
      facts.set([
        pair(g), nn.number(rate), nn.number(bend),
        `${nn.number(big)},\u00a0${nn.number(small)}`,
      ]);
      hessian.set(H);
      const shape =
        small > 1e-9
          ? "a bowl: it curves upwards in every direction"
          : big < -1e-9
            ? "a dome: it curves downwards in every direction"
            : big > 1e-9 && small < -1e-9
              ? "a saddle: upwards in one direction, downwards in another"
              : "straight in one direction";
      const slopes =
        steep < 0.005
          ? "The gradient is 0: the tangent plane is level."
          : `Slope ${nn.number(rate)} at ${nn.number(state.turn, 0)}° from the gradient of ` +
            `length ${nn.number(steep)}.`;
      live.set(`Height ${nn.number(f)}. ${slopes} The surface is ${shape}.`);
      map.describe(`Contours of ${s.name}. At ${pair(p)} the gradient is ${pair(g)}; ${shape}.`);
      cut.describe(
        "The surface along the dotted line, its tangent, and the parabola with the same slope " +
          "and curvature.",
      );
    }
    const redraw = nn.frame(draw);

    function choose(k) {
      const s = state.surface = surfaces[k];
      map.range(s.x, s.y);
      [map.ground.lastChild.previousSibling, map.ground.lastChild].forEach((label, i) => {
        label.textContent = [s.xlabel, s.ylabel][i];
      });
      hills.set((x, y) => elevation(s, x, y), s.levels);
      place.set(...s.start);
      redraw();
    }
    const place = nn.point({
      on: map, at: first.start, label: "position on the map", colour: "ink",
      step: (first.x[1] - first.x[0]) / 40, move: redraw,
    });
    const menu = nn.buttons({
      label: "surface",
      options: surfaces.map(s => s.name),
      chosen: start,
      press: choose,
    });
    const turn = nn.slider({label: "angle from the arrow", min: -180, max: 180, step: 5, value: 0,
      show: v => `${nn.number(v, 0)}°`, move: v => { state.turn = v; redraw(); }});
    element.replaceChildren(
      menu.node, key,
      nn.columns(map.node, nn.html("div", {}, cut.node, turn.node)),
      live.node,
      nn.tuck(element, "Slope, curvature, Hessian", facts.node, nn.inline("Hessian", hessian.node)),
    );
    choose(start);
    nn.flush();
    element.agrees = () => surfaces.every(agrees);
  }

  // The script must find what nnlib's differences found.
  function agrees(surface) {
    const {known} = surface, shape = local(surface, known.at);
    const pairs = [
      [shape.f, known.f],
      ...[0, 1].flatMap(i => [
        [shape.g[i], known.g[i]],
        ...[0, 1].map(j => [shape.H[i][j], known.H[i][j]]),
      ]),
    ];
    return pairs.every(([a, b]) => Math.abs(a - b) < 1e-5);
  }

  nn.define("surface-walk", build, "surfaces");
})();
