// <nn-lines>: move two or three lines, each an equation in two unknowns; how many solutions?
// needs: parts-plot
// room: 760 412
// lines: for each line two points on it, [[x, y], [x, y]]; presets: [{name, lines}];
// extent: units to each side of the origin.
nn.define("lines", (element, {lines, presets = [], extent = 5}) => {
  const INKS = ["a", "b", "c"], SHAPES = ["circle", "square", "diamond"], DASHES = [null, "8 5", "2 4"];
  const state = {lines};
  const plane = nn.plane({extent, describe: "Lines in the plane of the two unknowns"});
  const strokes = INKS.map((colour, k) => plane.line({colour, dash: DASHES[k], width: 2.5}));
  const common = plane.dots({colour: "ink", r: 6});
  const nearest = plane.dots({colour: "ink", r: 6, shape: "cross"});
  const facts = nn.facts(["rank of A", "rank of [A | b]", "solutions"]);
  const system = nn.html("div", {class: "nn-system"});
  const live = nn.live();

  const divisor = (a, b) => b ? divisor(b, a % b) : Math.abs(a);

  // a x₁ + b x₂ = c in whole numbers without a common factor; handles stand on halves.
  function equation(line) {
    const [x, y, u, v] = line.flat().map(t => Math.round(2 * t));
    const row = [2 * (v - y), 2 * (x - u), (v - y) * x + (x - u) * y];
    const sign = row[0] < 0 || (row[0] === 0 && row[1] < 0) ? -1 : 1;
    return row.map(t => t / (sign * row.reduce(divisor)) || 0);
  }

  function written([a, b, c]) {
    const term = (k, name) => `${Math.abs(k) === 1 ? "" : Math.abs(k)} ${name}`.trim();
    const first = a ? `${a < 0 ? "−" : ""}${term(a, "x₁")}` : "";
    const second = b ? `${b < 0 ? first ? " − " : "−" : first ? " + " : ""}${term(b, "x₂")}` : "";
    return `${first || second ? first + second : "0"} = ${String(c).replace("-", "−")}`;
  }

  // Rank of rows of whole numbers, by minors.
  function rank(rows, width) {
    const det = (p, q, i, j) => p[i] * q[j] - p[j] * q[i];
    const pairs = [];
    for (let p = 0; p < rows.length; p++) for (let q = p + 1; q < rows.length; q++) {
      for (let i = 0; i < width; i++) for (let j = i + 1; j < width; j++) pairs.push(det(rows[p], rows[q], i, j));
    }
    if (width === 3 && rows.length === 3) {
      const [p, q, r] = rows;
      if (p[0] * det(q, r, 1, 2) - p[1] * det(q, r, 0, 2) + p[2] * det(q, r, 0, 1)) return 3;
    }
    if (pairs.some(d => d !== 0)) return 2;
    return rows.some(row => row.slice(0, width).some(v => v !== 0)) ? 1 : 0;
  }

  // Where the sum of squared distances to the lines is least; with an exact solution, that one.
  function closest(rows) {
    const sums = [0, 0, 0, 0, 0];
    for (const [a, b, c] of rows) {
      const n = a * a + b * b;
      if (n) [a * a, a * b, b * b, a * c, b * c].forEach((v, k) => { sums[k] += v / n; });
    }
    const [aa, ab, bb, ac, bc] = sums, det = aa * bb - ab * ab;
    return Math.abs(det) < 1e-9 ? null : [(bb * ac - ab * bc) / det, (aa * bc - ab * ac) / det];
  }

  function draw() {
    const rows = state.lines.map(equation), inner = rank(rows, 2), outer = rank(rows, 3);
    strokes.forEach((stroke, k) => {
      const line = state.lines[k];
      if (!line) { stroke.set([]); return; }
      const [[x, y], [u, v]] = line, long = 6 * extent / (Math.hypot(u - x, v - y) || 1);
      stroke.set([[x - long * (u - x), y - long * (v - y)], [x + long * (u - x), y + long * (v - y)]]);
    });
    const meet = closest(rows), one = inner === outer && inner === 2, many = inner === outer && inner < 2;
    common.set(one ? [meet] : []);
    nearest.set(!one && !many && meet ? [meet] : []);
    const place = meet && `(${meet.map(t => nn.number(t)).join(", ")})`;
    system.replaceChildren(...rows.map((row, k) => nn.html("p", {class: "nn-note"}, `${k + 1}:  ${written(row)}`)));
    const count = one ? `one: ${place}` : many ? "infinitely many" : "none";
    facts.set([String(inner), String(outer), count]);
    live.set(one ? `All lines pass through ${place}: one solution.`
      : many ? "The equations say the same: every point of the line is a solution."
      : meet ? `No point lies on all lines. The cross at ${place} has the least sum of squared distances to them.`
      : "The lines are parallel and never meet: no solution.");
    plane.describe(`${rows.length} lines: ${rows.map(written).join("; ")}. Solutions: ${count}.`);
  }
  const redraw = nn.frame(draw);

  // Two handles a line: the first takes the line along, the second turns it.
  const ordinal = ["first", "second", "third"];
  const handles = INKS.map((colour, k) => {
    const start = state.lines[k] ?? [[-3, -3], [3, -3]];
    const apart = (p, q) => p[0] === q[0] && p[1] === q[1] ? [p[0] + (p[0] < extent ? 0.5 : -0.5), p[1]] : p;
    const moved = (end, x, y) => {
      const line = state.lines[k];
      if (!line) return;
      const [p, q] = line;
      const by = [x - p[0], y - p[1]].map((d, i) => nn.clamp(d, -extent - q[i], extent - q[i]));
      const next = end ? [p, apart([x, y], p)] : [p, q].map(point => point.map((t, i) => t + by[i]));
      state.lines = state.lines.map((old, j) => j === k ? next : old);
      handles[k][1].set(...next[1]);
      handles[k][0].set(...next[0]);
      names.set(-1);
      redraw();
    };
    return ["move", "turn"].map((verb, end) => nn.point({
      on: plane, at: start[end], label: `${verb} the ${ordinal[k]} line`, colour,
      name: end ? "" : String(k + 1), shape: SHAPES[k], step: 0.5, snap: 0.5, move: (x, y) => moved(end, x, y),
    }));
  });
  function put(next) {
    state.lines = next;
    handles.forEach((pair, k) => pair.forEach((handle, end) => {
      handle.node.style.display = next[k] ? "" : "none";
      if (next[k]) handle.set(...next[k][end]);
    }));
    redraw();
  }
  const names = nn.buttons({label: "systems", options: presets.map(p => p.name),
    chosen: presets.findIndex(p => String(p.lines) === String(lines)), press: k => put(presets[k].lines)});
  element.replaceChildren(names.node, nn.columns(plane.node, nn.html("div", {}, system, facts.node)), live.node);
  put(lines);
  draw();
}, "lines");
