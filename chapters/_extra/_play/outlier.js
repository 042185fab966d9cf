// <nn-outlier>: one prediction for five days: its three losses, and the effect of the last day on
// them.
// needs: parts-plot
// room: 539 672
// days: the targets, the last of them can be moved; x: the range drawn; most: the largest
// prediction; near: the distance that counts as correct; start: the first prediction; tops: the
// highest loss drawn, of each; known: {c, losses, mean, median, within} by NumPy, which agrees()
// compares.
(() => {
  const mean = values => values.reduce((a, b) => a + b, 0) / values.length;
  const sign = v => Math.abs(v) < 1e-9 ? 0 : Math.sign(v);

  function median(days) {
    const sorted = [...days].sort((a, b) => a - b), half = sorted.length / 2;
    return (sorted[Math.floor(half)] + sorted[Math.ceil(half) - 1]) / 2;
  }

  // The intervals of predictions that are near to the largest number of days.
  function within(days, near) {
    const covered = c => days.filter(y => Math.abs(c - y) <= near + 1e-9);
    const sets = days.flatMap(y => [y - near, y + near]).filter(c => c >= 0).map(covered);
    const most = Math.max(...sets.map(set => set.length)), intervals = new Map();
    for (const set of sets) {
      if (set.length < most) continue;
      const ends = [Math.max(0, Math.max(...set) - near), Math.min(...set) + near];
      intervals.set(ends.map(v => v.toFixed(6)).join(), ends);
    }
    return [...intervals.values()].sort((a, b) => a[0] - b[0]);
  }

  const span = ([low, high]) =>
    high - low < 1e-6 ? nn.number(low, 1) : `${nn.number(low, 1)} to ${nn.number(high, 1)}`;

  function build(element, {days, x, most, near, start, tops, known}) {
    const LOSSES = [
      {
        name: "squared error",
        long: "mean squared error",
        of: e => e * e,
        slope: e => 2 * e,
        best: all => [[mean(all), mean(all)]],
        word: ", the mean of the five days",
      },
      {
        name: "absolute error", long: "mean absolute error", of: Math.abs, slope: sign,
        best: all => [[median(all), median(all)]],
        word: ", the median of the five days",
      },
      {
        name: `off by more than ${near} mm`,
        long: `fraction of days that are off by more than ${near} mm`,
        of: e => (Math.abs(e) > near + 1e-9 ? 1 : 0),
        slope: () => 0,
        best: all => within(all, near),
        word: "",
      },
    ];
    const state = {days: [...days], loss: LOSSES[0], c: start}, live = nn.live();
    const f = c => mean(state.days.map(y => state.loss.of(c - y)));
    const plot = nn.plot({
      x, y: [0, tops[0]], height: 300, left: 40, xlabel: "rain and prediction c (mm)",
      ylabel: "mean loss",
    });
    const curve = plot.line({colour: "a", width: 2.6}), lowest = plot.line({colour: "c", width: 5});
    const bottom = plot.dots({colour: "c", r: 6}), others = plot.dots({colour: "ink", r: 5});
    const facts = nn.facts([
      "mean", "median",
      `most days within ${near} mm`,
      "loss at c",
      "derivative at c",
      "contribution of the last day",
    ]);

    function draw() {
      const {loss, c} = state, all = state.days, best = loss.best(all);
      const grid = Array.from({length: 601}, (_, k) => most * k / 600);
      curve.set(grid.map(v => [v, f(v)]));
      others.set(all.slice(0, -1).map(y => [y, 0]));
      const inside = best.filter(([low]) => low <= most);
      lowest.set(
        inside.flatMap(([low, high]) => [
          [low, f(low)],
          [Math.min(high, most), f(low)],
          [NaN, NaN],
        ]),
      );
      bottom.set(
        inside.flatMap(([low, high]) =>
          low === high
            ? [[low, f(low)]]
            : [
                [low, f(low)],
                [Math.min(high, most), f(low)],
              ],
        ),
      );
      const parts = all.map(y => loss.slope(c - y) / all.length);
      facts.set([
        nn.number(mean(all), 1), nn.number(median(all), 1),
        within(all, near).map(span).join(", or "), nn.number(f(c), 3),
        nn.number(
          parts.reduce((a, b) => a + b, 0),
          3,
        ),
        nn.number(parts[parts.length - 1], 3),
      ]);
      const least = best.map(span).join(", or ");
      const words = `The ${loss.long} is lowest at ${least} mm${loss.word}.`;
      live.set(`${words} At c = ${nn.number(c, 1)} mm, it is ${nn.number(f(c))}.`);
      plot.describe(
        `The mean loss of one prediction for ${all.length} days with ` +
          `${all.map(y => nn.number(y, 1)).join(", ")} mm. ${words}`,
      );
    }
    const redraw = nn.frame(draw);
    const onto = c => [Math.min(c, most), f(Math.min(c, most))];
    const guess = nn.point({
      on: plot, at: onto(start), label: "prediction c", colour: "b", step: 0.5, snap: 0.1,
      fit: ([c]) => onto(c),
      show: c => `${nn.number(c, 1)} mm`,
      move: c => {
        state.c = c;
        redraw();
      },
    });
    const last = nn.point({
      on: plot, at: [days[days.length - 1], 0], label: "last day", colour: "ink", shape: "diamond",
      step: 1, snap: 0.5,
      fit: ([y]) => [y, 0],
      show: y => `${nn.number(y, 1)} mm`,
      move: y => {
        state.days[days.length - 1] = y;
        guess.set(...onto(state.c));
        redraw();
      },
    });
    function choose(k) {
      state.loss = LOSSES[k];
      plot.range(x, [0, tops[k]]);
      guess.set(...onto(state.c));
      last.set(state.days[days.length - 1], 0);
      redraw();
    }
    const menu = nn.buttons({
      label: "loss",
      options: LOSSES.map(l => l.name),
      chosen: 0,
      press: choose,
    });
    element.replaceChildren(
      menu.node, plot.node, live.node,
      nn.tuck(element, "Best predictions, and the derivative", facts.node),
    );
    choose(0);
    nn.flush();
    element.agrees = () => {
      const all = known.days, close = (a, b) => Math.abs(a - b) < 1e-9;
      const losses = LOSSES.map(({of}) => mean(all.map(y => of(known.c - y))));
      return close(mean(all), known.mean) && close(median(all), known.median) &&
        losses.every((v, k) => close(v, known.losses[k])) &&
        within(all, near).flat().every((v, k) => close(v, known.within.flat()[k]));
    };
  }

  nn.define("outlier", build, "days", "x", "most", "near", "start", "tops", "known");
})();
