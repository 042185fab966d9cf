// <nn-neighbours>: labelled points vote; regions of the plane, by k and by distance.
// needs: parts-plot parts-grid
// room: 715 388
// names: of three classes; points: [[x, y], …] with labels [0, …]; x, y: ranges in equal units;
// xlabel, ylabel; query: where the new point starts; k and distance (0 L1, 1 L2, 2 max) to begin
// with.
(() => {
  const MOST = 15, CELL = 0.05;
  const DISTANCES = [
    {name: "L1", root: d => d,
      ball: t => [[1, 0], [0, 1], [-1, 0], [0, -1], [1, 0]][t * 4], corners: 4},
    {name: "L2", root: Math.sqrt,
      ball: t => [Math.cos(2 * Math.PI * t), Math.sin(2 * Math.PI * t)], corners: 72},
    {name: "max", root: d => d,
      ball: t => [[1, 1], [-1, 1], [-1, -1], [1, -1], [1, 1]][t * 4], corners: 4},
  ];
  const LOOKS = [["a", "circle"], ["b", "square"], ["c", "triangle"]];

  // The k nearest of the points (x₀, y₀, x₁, …) to (x, y), nearest first, the lower index first in
  // a tie; L2 is compared by its square. skip: a point that may not vote.
  function nearest(points, distance, x, y, k, skip = -1) {
    const indices = [], sums = [];
    for (let n = 0; 2 * n < points.length; n++) {
      if (n === skip) continue;
      const u = Math.abs(points[2 * n] - x), v = Math.abs(points[2 * n + 1] - y);
      const d = distance === 0 ? u + v : distance === 1 ? u * u + v * v : Math.max(u, v);
      if (indices.length === k && d >= sums[k - 1]) continue;
      let at = Math.min(indices.length, k - 1);
      while (at > 0 && sums[at - 1] > d) {
        sums[at] = sums[at - 1];
        indices[at] = indices[at - 1];
        at--;
      }
      sums[at] = d;
      indices[at] = n;
    }
    return {indices, sums};
  }

  // Votes of each class, and the winner: with equal votes the first.
  function count(indices, labels, classes) {
    const votes = Array(classes).fill(0);
    for (const n of indices) votes[labels[n]]++;
    return {votes, winner: votes.indexOf(Math.max(...votes))};
  }

  function build(element, start) {
    const {names, x, y, xlabel, ylabel} = start, C = names.length;
    const state = {
      points: start.points, labels: start.labels, k: start.k, distance: start.distance, add: 0,
    };
    const columns = Math.round((x[1] - x[0]) / CELL), rows = Math.round((y[1] - y[0]) / CELL);
    const width = 320, left = 40, right = 10, inner = width - left - right;
    const plot = nn.plot({x, y, xlabel, ylabel, width, left, right,
      height: Math.round(inner * (y[1] - y[0]) / (x[1] - x[0])) + 68});
    const shades = nn.picture({
      width: columns, height: rows, low: 0, high: C - 1, scale: ["a", "b", "c"].slice(0, C),
    });
    shades.node.setAttribute("aria-hidden", "true");
    shades.node.style.opacity = 0.3;
    plot.behind(shades.node);
    const edges = plot.line({colour: "ink", width: 1.2});
    const ball = plot.line({colour: "ink", dash: "6 4", width: 1.6});
    const links = plot.line({colour: "ink", width: 1.6});
    const dots = LOOKS.slice(0, C).map(([colour, shape]) => plot.dots({colour, shape, r: 4}));
    // The votes of three classes need a separate line.
    nn.style("neighbours", `
      nn-neighbours .nn-facts > :nth-child(-n+2) { grid-column: 1 / -1; }`);
    const facts = nn.facts(["votes", "distance to the farthest", "leave-one-out errors"]);
    const live = nn.live();
    const regions = new Uint8Array(columns * rows);
    element.regions = {columns, rows, of: regions};
    element.readings = {
      "k = 1 and k = 15": () => state.points.length < 15 ? ""
        : decide(...query.at, 1) === decide(...query.at, 15) ? "same" : "different",
    };
    let stale = true, places = null;

    const voters = () => Math.min(state.k, state.points.length);
    const norm = () => DISTANCES[state.distance];
    const decide = (a, b, k, skip) =>
      count(nearest(places, state.distance, a, b, k, skip).indices, state.labels, C).winner;

    // A cell has the colour of the class predicted at its middle; lines separate cells of different
    // classes.
    function colour() {
      const any = state.points.length > 0, lines = [];
      shades.node.style.visibility = any ? "" : "hidden";
      const across = i => x[0] + i * CELL, down = j => y[1] - j * CELL;
      for (let j = 0; j < rows; j++) for (let i = 0; i < columns; i++) {
        const at = j * columns + i;
        regions[at] = any ? decide(across(i + 0.5), down(j + 0.5), voters()) : 0;
        if (i && regions[at] !== regions[at - 1]) {
          lines.push([across(i), down(j)], [across(i), down(j + 1)], [NaN, NaN]);
        }
        if (j && regions[at] !== regions[at - columns]) {
          lines.push([across(i), down(j)], [across(i + 1), down(j)], [NaN, NaN]);
        }
      }
      shades.set(regions);
      edges.set(lines);
      dots.forEach((mark, c) => mark.set(state.points.filter((_, n) => state.labels[n] === c)));
    }

    // The prediction for each point from all others.
    function misclassified() {
      const N = state.points.length, k = Math.min(state.k, N - 1);
      return k < 1
        ? null
        : state.points.filter(([a, b], n) => decide(a, b, k, n) !== state.labels[n]).length;
    }

    const counts = votes => names.map((name, c) => [votes[c], name]).filter(([v]) => v)
      .sort((p, q) => q[0] - p[0]).map(([v, name]) => `${name} ${v}`).join(", ");
    function draw() {
      const [a, b] = query.at;
      const k = voters();
      const N = state.points.length;
      const {root, ball: shape, corners, name} = norm();
      if (stale) {
        places = Float64Array.from(state.points.flat());
        colour();
        const wrong = misclassified();
        state.wrong = wrong === null ? "–" : `${wrong} of ${N}`;
        stale = false;
      }
      if (!N) {
        links.set([]);
        ball.set([]);
        facts.set(["–", "–", "–"]);
        live.set("There are no points left, so nothing can vote.");
        plot.describe("A plane without points.");
        return;
      }
      const {indices, sums} = nearest(places, state.distance, a, b, k);
      const {votes, winner} = count(indices, state.labels, C);
      const radius = root(sums[k - 1]);
      links.set(indices.flatMap(n => [[a, b], state.points[n], [NaN, NaN]]));
      ball.set(
        Array.from({length: corners + 1}, (_, t) =>
          shape(t / corners).map((v, i) => [a, b][i] + radius * v),
        ),
      );
      facts.set([counts(votes), nn.number(radius), state.wrong]);
      const even = votes.filter(v => v === votes[winner]).length > 1;
      live.set(
        `${k === 1 ? "Vote of the nearest point:" : `Vote of the ${k} nearest points:`} ` +
          `${names[winner]}${even ? ", the first of the tied classes" : ""}.`,
      );
      plot.describe(
        `${N} points of ${C} classes, and the class regions for k = ${k} with ${name} distance. At ` +
          `${nn.number(a)}, ${nn.number(b)}: ${names[winner]}.`,
      );
    }
    const redraw = nn.frame(draw);
    const anew = () => { stale = true; redraw(); };

    function add(a, b) {
      const place = [a, b].map(
        (v, i) => +nn.clamp(Math.round(v / CELL) * CELL, ...[x, y][i]).toFixed(9),
      );
      state.points = [...state.points, place];
      state.labels = [...state.labels, state.add];
      anew();
    }
    const keep = (points, labels) => { state.points = points; state.labels = labels; anew(); };
    const query = nn.point({
      on: plot, at: start.query, label: "new point; press Enter to add it here", colour: "ink",
      shape: "diamond", step: CELL, snap: CELL, move: redraw, press: add,
    });
    plot.press((a, b) => {
      if (a >= x[0] && a <= x[1] && b >= y[0] && b <= y[1]) add(a, b);
    });
    const slider = nn.slider({
      label: "neighbours k", min: 1, max: MOST, step: 1, value: start.k,
      show: v => String(v),
      move: v => {
        state.k = v;
        anew();
      },
    });
    const distance = nn.buttons({
      label: "distance",
      options: DISTANCES.map(d => d.name),
      chosen: start.distance,
      press: d => {
        state.distance = d;
        anew();
      },
    });
    const kind = nn.choice({
      legend: "class to add",
      options: names.map((name, c) => {
        const [colour, shape] = LOOKS[c];
        return nn.html("span", {}, nn.dotSign({colour, shape, size: 14}), ` ${name}`);
      }),
      chosen: 0,
      pick: c => {
        state.add = c;
      },
    });
    const more = nn.bar(
      nn.button("undo", () => keep(state.points.slice(0, -1), state.labels.slice(0, -1))),
      nn.button("remove all", () => keep([], [])),
      nn.button("reset", () => {
        Object.assign(state, {k: start.k, distance: start.distance});
        slider.set(start.k);
        distance.set(start.distance);
        query.set(...start.query);
        keep(start.points, start.labels);
      }));
    element.replaceChildren(nn.columns(plot.node,
      nn.html("div", {}, slider.node, distance.node, kind.node, more, facts.node)), live.node);
    draw();
  }

  nn.define("neighbours", build, "names", "points", "labels", "x", "y", "query", "k", "distance");
})();
