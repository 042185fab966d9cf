// <nn-ridge>: points of a grid and of random search over a ridge that is moved and turned; how
// often each finds the ridge.
// needs: parts-plot
// room: 850 499
// patterns: [{name, points}]; throws: [points, …], each as many; width of the ridge; place, angle
// (degrees): where it starts; known: {angle, patterns: [chance, …], dice: chance} by NumPy, which
// agrees() compares. All in the unit square.
(() => {
  const REACH = 0.2, EDGE = 0.1, HEIGHT = 0.15, PIECES = 400;
  const across = angle => [-Math.sin(angle * Math.PI / 180), Math.cos(angle * Math.PI / 180)];
  const along = angle => [Math.cos(angle * Math.PI / 180), Math.sin(angle * Math.PI / 180)];
  const distance = (p, c, angle) => {
    const n = across(angle);
    return Math.abs(n[0] * (p[0] - c[0]) + n[1] * (p[1] - c[1]));
  };

  // The fraction of the unit square before the line at t, across the direction, with t = 0 in
  // the middle.
  function before(angle) {
    const [a, b] = across(angle).map(v => Math.max(Math.abs(v), 1e-4));
    const s = (a + b) / 2;
    const d = (a - b) / 2;
    const half = z => Math.max(z, 0) ** 2 / 2;
    return t => nn.clamp((half(t + s) - half(t + d) - half(t - d) + half(t - s)) / (a * b), 0, 1);
  }

  // The chance that a ridge of this direction, through a random place, contains one of the points.
  function chance(points, angle, width) {
    const share = before(angle), n = across(angle);
    const at = points.map(p => n[0] * (p[0] - 0.5) + n[1] * (p[1] - 0.5)).sort((p, q) => p - q);
    let total = 0, end = -Infinity;
    for (const t of at) {
      const from = Math.max(t - width / 2, end);
      end = t + width / 2;
      total += share(end) - share(from);
    }
    return total;
  }

  // The same for so many random points.
  function luck(count, angle, width) {
    const share = before(angle), most = Math.SQRT1_2;
    let total = 0;
    for (let k = 0; k < PIECES; k++) {
      const low = most * (2 * k / PIECES - 1);
      const high = most * (2 * (k + 1) / PIECES - 1);
      const t = (low + high) / 2;
      const part = share(t + width / 2) - share(t - width / 2);
      total += (share(high) - share(low)) * (1 - (1 - part) ** count);
    }
    return total;
  }

  function build(element, {patterns, throws, width, place, angle, known}) {
    const count = throws[0].length, all = Array.from({length: 181}, (_, k) => k);
    const state = {pattern: 0, thrown: 0, place: [...place], angle}, live = nn.live();
    const map = nn.plot({
      x: [-EDGE, 1 + EDGE], y: [-EDGE, 1 + EDGE], height: 300, left: 44,
      xlabel: "first hyperparameter", ylabel: "second hyperparameter", xticks: [0, 0.5, 1],
      yticks: [0, 0.5, 1],
    });
    const ridge = map.area({colour: "c"});
    map.line({colour: "ink", width: 1, points: [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]});
    const marks = {
      pattern: map.dots({colour: "a", shape: "square", r: 4}),
      dice: map.dots({colour: "b", r: 4}),
    };
    const hits = {
      pattern: map.dots({colour: "a", shape: "square", r: 7.5}),
      dice: map.dots({colour: "b", r: 7.5}),
    };
    const chart = nn.plot({
      x: [0, 180], y: [0, 0.6], height: 300, left: 44, right: 86,
      xlabel: "direction of the ridge in degrees", ylabel: "chance of finding it",
      xticks: [0, 45, 90, 135, 180], yticks: [0, 0.2, 0.4, 0.6],
      show: v => (v > 0 && v < 1 ? `${Math.round(100 * v)}%` : String(v)),
    });
    const curve = chart.line({colour: "a", width: 2}), name = chart.words({colour: "a"});
    const dice = chart.line({colour: "b", label: "random", dash: "6 4", width: 2});
    const now = {
      pattern: chart.dots({colour: "a", shape: "square", r: 5}),
      dice: chart.dots({colour: "b", r: 5}),
    };
    const chances = patterns.map(p => all.map(d => [d, chance(p.points, d, width)]));
    const lucky = all.map(d => [d, luck(count, d, width)]);
    const facts = nn.facts([
      "best value of the squares (1 on the crest)", "best value of the circles",
    ]);
    const percent = v => `${Math.round(100 * v)}%`;

    function draw() {
      const {place: c, angle: d, pattern, thrown} = state, n = across(d), u = along(d);
      const corner = (i, j) => [
        c[0] + i * u[0] + (j * n[0] * width) / 2, c[1] + i * u[1] + (j * n[1] * width) / 2,
      ];
      ridge.set([corner(-2, -1), corner(2, -1), corner(2, 1), corner(-2, 1)]);
      const sets = {pattern: patterns[pattern].points, dice: throws[thrown]};
      const inside = {};
      const best = {};
      for (const key of ["pattern", "dice"]) {
        const far = sets[key].map(p => distance(p, c, d));
        marks[key].set(sets[key].filter((_, k) => far[k] > width / 2));
        hits[key].set(sets[key].filter((_, k) => far[k] <= width / 2));
        inside[key] = far.filter(v => v <= width / 2).length;
        best[key] = Math.exp(-((Math.min(...far) / HEIGHT) ** 2));
      }
      curve.set(chances[pattern]);
      name.set([184, chances[pattern][180][1] - 0.01], patterns[pattern].name);
      dice.set(lucky);
      const whole = Math.round(d) % 180;
      const mean = {pattern: chances[pattern][whole][1], dice: lucky[whole][1]};
      now.pattern.set([[whole, mean.pattern]]);
      now.dice.set([[whole, mean.dice]]);
      facts.set([nn.number(best.pattern), nn.number(best.dice)]);
      live.set(
        `Ridge at ${whole}°: it contains ${inside.pattern} of ${count} squares ` +
          `(${patterns[pattern].name}) and ${inside.dice} of ${count} circles (random search). ` +
          `Over all its positions, the ${patterns[pattern].name} finds it with a chance of ` +
          `${percent(mean.pattern)}, random search with ${percent(mean.dice)}.`,
      );
      map.describe(
        `A square with a narrow ridge at ${whole}°, ${count} squares of the ` +
          `${patterns[pattern].name} and ${count} circles drawn at random.`,
      );
      chart.describe(
        `The chance of finding a ridge against its direction. At ${whole}°: ` +
          `${patterns[pattern].name} ${percent(mean.pattern)}, random search ` +
          `${percent(mean.dice)}.`,
      );
    }
    const redraw = nn.frame(draw);
    const end = () => state.place.map((v, k) => v + REACH * along(state.angle)[k]);
    const middle = nn.point({
      on: map, at: place, label: "place of the ridge", colour: "ink", shape: "diamond", step: 0.02,
      fit: p => p.map(v => nn.clamp(v, EDGE, 1 - EDGE)),
      move: (a, b) => {
        state.place = [a, b];
        hook.set(...end());
        redraw();
      },
    });
    const dial = nn.point({
      on: chart, at: [angle, 0], label: "direction in degrees", colour: "ink", shape: "triangle",
      step: 1, snap: 1,
      fit: p => [p[0], 0],
      show: d => `${nn.number(d, 0)}°`,
      move: d => {
        state.angle = d;
        hook.set(...end());
        redraw();
      },
    });
    const hook = nn.point({
      on: map, at: end(), label: "direction of the ridge", colour: "ink", shape: "circle",
      step: 0.02,
      fit: p => {
        const turn = Math.atan2(p[1] - state.place[1], p[0] - state.place[0]);
        return [state.place[0] + REACH * Math.cos(turn), state.place[1] + REACH * Math.sin(turn)];
      },
      show: () => `${Math.round(state.angle)}°`,
      move: (a, b) => {
        const degrees = (Math.atan2(b - state.place[1], a - state.place[0]) * 180) / Math.PI;
        state.angle = ((degrees % 180) + 180) % 180;
        dial.set(state.angle, 0);
        redraw();
      },
    });
    const menu = nn.buttons({
      label: "squares",
      options: patterns.map(p => p.name),
      chosen: 0,
      press: k => {
        state.pattern = k;
        redraw();
      },
    });
    menu.node.append(
      nn.button("draw again", () => {
        state.thrown = (state.thrown + 1) % throws.length;
        redraw();
      }),
    );
    element.replaceChildren(
      menu.node, nn.columns(map.node, chart.node), live.node,
      nn.tuck(element, "Best values", facts.node),
    );
    draw();
    nn.flush();
    element.agrees = () =>
      known.every(
        one =>
          Math.abs(luck(count, one.angle, width) - one.dice) < 1e-4 &&
          one.patterns.every(
            (v, k) => Math.abs(chance(patterns[k].points, one.angle, width) - v) < 1e-6,
          ),
      );
  }

  nn.define("ridge", build, "patterns", "throws", "width", "place", "angle", "known");
})();
