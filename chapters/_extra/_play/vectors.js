// <nn-vectors>: drag two vectors; dot product, angle, projection, norms and the norm ball follow.
// needs: parts-plot
// room: 656 343
// start: [[x, y] of a, [x, y] of b]; extent: units to each side of the origin; sum: draw b again
// from the tip of a, and the way to their sum.
nn.define("vectors", (element, {start, extent = 4, sum = false}) => {
  const POWERS = [1, 2, Infinity], NAMES = ["1", "2", "∞"];
  const state = {a: start[0], b: start[1], p: 1};
  const plane = nn.plane({extent, describe: "Two vectors from the origin"});
  const ball = plane.area({colour: "c", edge: true});
  const drop = plane.line({colour: "ink", dash: "3 4", width: 1.5});
  const shadow = plane.line({colour: "d", width: 6});
  const walk = sum && plane.line({colour: "b", dash: "6 4", width: 1.8});
  const third = sum && plane.line({colour: "ink", dash: "6 4", width: 1.3, label: "u + v"});
  const a = plane.arrow({colour: "a"}), b = plane.arrow({colour: "b"});
  const facts = nn.facts([
    "u", "v", "u · v", "angle, cosine", "projection of v on u", "norm of u", "norm of v",
    "norm of u − v",
  ]);
  const live = nn.live();

  const norm = ([x, y], p) => p === Infinity ? Math.max(Math.abs(x), Math.abs(y))
    : (Math.abs(x) ** p + Math.abs(y) ** p) ** (1 / p);
  const dot = (u, v) => u[0] * v[0] + u[1] * v[1];
  const pair = v => `(${v.map(x => nn.number(x, 1)).join(", ")})`;

  // All vectors whose p-norm is r.
  function outline(r, p) {
    if (!r) return [];
    if (p === 1) return [[r, 0], [0, r], [-r, 0], [0, -r]];
    if (p === Infinity) return [[r, r], [-r, r], [-r, -r], [r, -r]];
    return Array.from({length: 90}, (_, k) => [
      r * Math.cos((k * Math.PI) / 45), r * Math.sin((k * Math.PI) / 45),
    ]);
  }

  function draw() {
    const {a: u, b: v, p} = state, ab = dot(u, v), aa = dot(u, u), power = POWERS[p];
    const lengths = norm(u, 2) * norm(v, 2);
    const foot = aa ? u.map(x => ab / aa * x) : [0, 0];
    const angle = lengths ? Math.acos(nn.clamp(ab / lengths, -1, 1)) * 180 / Math.PI : null;
    a.set([[0, 0], u]);
    b.set([[0, 0], v]);
    shadow.set([[0, 0], foot]);
    drop.set([v, foot]);
    if (sum) {
      const end = u.map((x, k) => x + v[k]);
      walk.set([u, end]);
      third.set([[0, 0], end]);
    }
    ball.set(outline(norm(u, power), power));
    const degrees = angle === null ? "none" : `${nn.number(angle, 0)}°, ${nn.number(ab / lengths)}`;
    facts.set([
      pair(u), pair(v), nn.number(ab), degrees,
      aa ? nn.number(ab / Math.sqrt(aa)) : "none",
      nn.number(norm(u, power)),
      nn.number(norm(v, power)),
      nn.number(
        norm(
          u.map((x, k) => x - v[k]),
          power,
        ),
      ),
    ]);
    const along = Math.abs(u[0] * v[1] - u[1] * v[0]) < 1e-9;
    const sense = Math.abs(ab) < 1e-9 ? "is orthogonal to u"
      : `points ${along ? "" : "partly "}${ab > 0 ? "in the direction of u" : "against u"}`;
    live.set(
      angle === null
        ? "A vector of length zero has no direction."
        : `u · v = ${nn.number(ab)}: v ${sense}.`,
    );
    plane.describe(
      `u is ${pair(u)}, v is ${pair(v)}; the ${NAMES[p]}-norm ball through the tip of u.`,
    );
  }
  const redraw = nn.frame(draw);

  const handle = (key, label, colour, shape) => nn.point({
    on: plane, at: state[key], label, name: label.at(-1), colour, shape, snap: 0.1,
    move: (x, y) => { state[key] = [x, y]; redraw(); },
  });
  const points = [handle("a", "tip of u", "a", "circle"), handle("b", "tip of v", "b", "square")];
  const norms = nn.buttons({
    label: "norm",
    options: NAMES.map(n => `${n}-norm`),
    chosen: state.p,
    press: k => {
      state.p = k;
      redraw();
    },
  });
  const reset = nn.button("reset", () => {
    Object.assign(state, {a: start[0], b: start[1], p: 1});
    norms.set(state.p);
    points.forEach((point, k) => point.set(...start[k]));
    redraw();
  });
  element.replaceChildren(
    nn.columns(plane.node, nn.html("div", {}, norms.node, facts.node, nn.bar(reset))),
    live.node,
  );
  draw();
}, "start");
