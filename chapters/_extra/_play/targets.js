// <nn-targets>: four samples and a line; their targets and the line are dragged, two sums of
// residuals follow.
// needs: parts-plot
// room: 648 450
// xs, ys: the samples; x, y: ranges of the plot; known: {ys, best: [b, w], cost} by nnlib, of other
// targets, which agrees() compares.
(() => {
  const sum = values => values.reduce((total, value) => total + value, 0);
  const GOALS = ["Level the best line by moving one target.", "Bring the cost J to 0.",
    "Find another line whose residuals add up to 0."];
  const tidy = v => Math.abs(v) < 1e-9 ? 0 : +v.toFixed(9);
  const signed = v => `${v < 0 ? "−" : "+"} ${nn.number(Math.abs(v))}`;

  function build(element, {xs, ys, x, y, known}) {
    const N = xs.length, sx = sum(xs), sxx = sum(xs.map(v => v * v));
    // The two conditions: sx w + N b = Σy and sxx w + sx b = Σxy.
    function best(targets) {
      const sy = sum(targets), sxy = sum(targets.map((v, n) => v * xs[n]));
      const w = (N * sxy - sx * sy) / (N * sxx - sx * sx);
      return [(sy - w * sx) / N, w].map(tidy);
    }
    const residuals = (targets, [b, w]) => targets.map((v, n) => tidy(v - b - w * xs[n]));
    const cost = (targets, theta) => sum(residuals(targets, theta).map(r => r * r)) / N;
    const state = {ys: [...ys], theta: best(ys), reached: GOALS.map(() => false)}, live = nn.live();

    const plot = nn.plot({
      x, y, height: 300, left: 30, xlabel: "x", ylabel: "target y", yticks: [0, 2, 4, 6, 8],
    });
    const lowest = plot.line({colour: "c", width: 1.8, dash: "6 5"});
    const line = plot.line({colour: "ink", width: 2.4});
    const gaps = xs.map(() => plot.line({colour: "b", width: 3, dash: "2 4"}));
    const facts = nn.facts([
      "line ŷ", "best line", "cost J", "cost of the best line", "first condition",
      "second condition",
    ]);
    const marks = GOALS.map(() => nn.html("span", {"aria-hidden": "true"}));
    const goals = nn.html(
      "ul",
      {class: "nn-goals", style: "list-style: none; padding: 0; margin: .4rem 0"},
      ...GOALS.map((words, k) => nn.html("li", {}, marks[k], ` ${words}`)),
    );

    const words = ([b, w]) => `${nn.number(w)} x ${signed(b)}`;
    function draw() {
      const {theta, reached} = state, lowestOf = best(state.ys), r = residuals(state.ys, theta);
      const sums = [tidy(sum(r)), tidy(sum(r.map((v, n) => v * xs[n])))];
      const J = cost(state.ys, theta);
      const least = cost(state.ys, lowestOf);
      const fitted = J - least < 1e-6;
      const moved = state.ys.filter((v, n) => Math.abs(v - ys[n]) > 1e-9).length;
      const ends = ([b, w]) => x.map(v => [v, b + w * v]);
      line.set(ends(theta));
      lowest.set(fitted ? [] : ends(lowestOf));
      gaps.forEach((gap, n) => gap.set([[xs[n], state.ys[n]], [xs[n], state.ys[n] - r[n]]]));
      [
        fitted && moved === 1 && Math.abs(theta[1]) < 0.02, J < 1e-6,
        !fitted && Math.abs(sums[0]) < 0.005,
      ].forEach((done, k) => {
        reached[k] ||= done;
      });
      reached.forEach((done, k) => {
        marks[k].textContent = done ? "☑" : "☐";
        marks[k].parentNode.setAttribute("aria-label", `${done ? "reached" : "open"}: ${GOALS[k]}`);
      });
      const sy = tidy(sum(state.ys));
      const sxy = tidy(sum(state.ys.map((v, n) => v * xs[n])));
      const plain = v => nn.number(v, v % 1 ? 1 : 0);
      facts.set([words(theta), words(lowestOf), nn.number(J, 3), nn.number(least, 3),
        `${sx} w + ${N} b = ${plain(sy)}`, `${sxx} w + ${sx} b = ${plain(sxy)}`]);
      live.set(
        `${fitted ? "The best line" : "Not the best line"}: residuals r ` +
          `${r.map(v => nn.number(v)).join(", ")}. ` +
          `They add up to ${nn.number(sums[0])}, the products x r to ${nn.number(sums[1])}; J = ` +
          `${nn.number(J, 3)}.`,
      );
      plot.describe(
        `Four samples with targets ${state.ys.map(v => nn.number(v, 1)).join(", ")}, the line ŷ ` +
          `= ${words(theta)}, and a dotted residual at each sample.`,
      );
    }
    const redraw = nn.frame(draw);

    // Two handles move the line: the first shifts it, the second turns it about x = 0.
    // If the line leaves the plot before, they are at the border.
    const left = x[0] + 0.3;
    const right = x[1] - 0.4;
    const at = {shift: left, turn: right};
    const tenth = (v, unit) => tidy(Math.round(v / unit) * unit);
    const inside = (place, [b, w]) => {
      const v = b + w * place, shown = nn.clamp(v, ...y);
      return Math.abs(v - shown) < 1e-9 ? place : (shown - b) / w;
    };
    function put(theta) {
      state.theta = theta.map(tidy);
      const [b, w] = state.theta;
      Object.assign(at, {shift: inside(left, [b, w]), turn: Math.max(0.5, inside(right, [b, w]))});
      shift.set(at.shift, b + w * at.shift);
      turn.set(at.turn, b + w * at.turn);
      redraw();
    }
    const shown = () => words(state.theta);
    const shift = nn.point({
      on: plot, at: [left, state.theta[0] + state.theta[1] * left], label: "shift the line",
      colour: "ink", shape: "square", step: 0.05,
      fit: ([, v]) => [at.shift, v],
      show: shown,
      move: (_, v) => put([tenth(v - state.theta[1] * at.shift, 0.05), state.theta[1]]),
    });
    const turn = nn.point({
      on: plot, at: [right, state.theta[0] + state.theta[1] * right], label: "turn the line",
      colour: "ink", shape: "square", step: 0.1 * right,
      fit: ([, v]) => [at.turn, v],
      show: shown,
      move: (_, v) => put([state.theta[0], tenth((v - state.theta[0]) / at.turn, 0.1)]),
    });
    const targets = xs.map((place, n) =>
      nn.point({
        on: plot, at: [place, ys[n]],
        label: `target at x = ${place}`,
        step: 0.1,
        snap: 0.1,
        fit: ([, v]) => [place, v],
        show: (_, v) => nn.number(v, 1),
        move: (_, v) => {
          state.ys[n] = tidy(v);
          put(best(state.ys));
        },
      }),
    );
    const start = () => {
      state.ys = [...ys];
      targets.forEach((one, n) => one.set(xs[n], ys[n]));
      put(best(ys));
    };
    const buttons = nn.bar(
      nn.button("best line", () => put(best(state.ys))),
      nn.button("reset", start),
    );
    element.replaceChildren(
      nn.columns(
        plot.node,
        nn.html(
          "div",
          {},
          live.node,
          goals,
          buttons,
          nn.tuck(element, "Line, cost and conditions", facts.node),
        ),
      ),
    );
    draw();
    element.agrees = () => {
      const found = best(known.ys);
      return [...found, cost(known.ys, found)].every(
        (v, k) => Math.abs(v - [...known.best, known.cost][k]) < 1e-9,
      );
    };
  }

  nn.define("targets", build, "xs", "ys", "x", "y", "known");
})();
