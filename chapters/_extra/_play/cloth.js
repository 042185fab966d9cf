// <nn-cloth>: a covered map of validation accuracies; each training run uncovers one cell.
// needs: parts-plot parts-grid
// room: 515 501
// side: cells of each axis; values: accuracies, row by row from the top; colours: red, green and
// blue of each cell; xlabel, ylabel; xticks, yticks: [[place from 0 to 1, "name"], …]; budget: how
// many runs; searches: [{name, throws: [[[u, v], …], …]}]; known: {points, best, above} by NumPy,
// which agrees() compares.
(() => {
  const GREY = 128, GOOD = 0.05;

  // The value of the cell that contains (u, v).
  function look({side, values}, [u, v]) {
    const cell = w => nn.clamp(Math.floor(w * side), 0, side - 1);
    return values[(side - 1 - cell(v)) * side + cell(u)];
  }

  // The best of the points, and the fraction of all cells that are better.
  function judge(data, points) {
    const best = Math.max(...points.map(p => look(data, p)));
    return {best, above: data.values.filter(v => v > best).length / data.values.length};
  }

  function build(element, data) {
    const {side, values, colours, xlabel, ylabel, xticks, yticks, budget, searches, known} = data;
    const state = {tried: [], open: false, next: searches.map(() => 0)}, live = nn.live();
    const names = new Map([...xticks, ...yticks]);
    const plot = nn.plot({
      width: 340, height: 340, x: [0, 1], y: [0, 1], left: 50, xlabel, ylabel,
      xticks: xticks.map(t => t[0]), yticks: yticks.map(t => t[0]), show: v => names.get(v),
    });
    const board = nn.picture({width: side, height: side});
    board.node.setAttribute("aria-hidden", "true");
    plot.behind(board.node);
    const marks = plot.dots({colour: "b", r: 3.5});
    const percent = v => `${nn.number(100 * v, 1)}%`;
    const middle = w => (nn.clamp(Math.floor(w * side), 0, side - 1) + 0.5) / side;
    const outcome = v => (v > 0 ? `reached ${percent(v)}` : "diverged");

    function draw() {
      const pixels = colours.map(() => GREY);
      const show = k => {
        for (const c of [0, 1, 2]) pixels[3 * k + c] = colours[3 * k + c];
      };
      if (state.open) values.forEach((_, k) => show(k));
      const cell = w => nn.clamp(Math.floor(w * side), 0, side - 1);
      for (const [u, v] of state.tried) show((side - 1 - cell(v)) * side + cell(u));
      board.set(pixels);
      marks.set(state.tried.map(p => p.map(middle)));
      const count = state.tried.length;
      let words = `${budget} runs left. Tap the map, or move the cross and press “train here”.`;
      if (count) {
        const {best, above} = judge(data, state.tried);
        words = `${count} of ${budget} runs used. The last one ` +
          `${outcome(look(data, state.tried.at(-1)))}, the best one ${outcome(best)}.`;
        if (state.open || count === budget) {
          words += above < GOOD
            ? " The best one is among the best 5% of the map."
            : ` It isn’t among the best 5%: ${Math.round(100 * above)}% of the map is better.`;
        }
      }
      live.set(words);
      plot.describe(`A map of ${xlabel} and ${ylabel}. ${words}`);
    }
    const redraw = nn.frame(draw);

    function spend(p) {
      if (state.tried.length === budget) state.tried = [];
      state.tried.push(p);
      redraw();
    }
    const cross = nn.point({
      on: plot, at: [0.5, 0.5], label: "next run", colour: "ink", shape: "cross", step: 1 / side,
      fit: p => p.map(v => nn.clamp(v, 0, 1)),
      move: () => {},
    });
    plot.press((u, v) => {
      if (Math.min(u, v) < 0 || Math.max(u, v) > 1) return;
      cross.set(u, v);
      spend([u, v]);
    });
    const bar = nn.bar(
      nn.button("train here", () => spend([...cross.at])),
      ...searches.map((search, k) => nn.button(search.name, () => {
        state.tried = [...search.throws[state.next[k]]];
        state.next[k] = (state.next[k] + 1) % search.throws.length;
        redraw();
      })),
      nn.button("uncover", () => {
        state.open = true;
        redraw();
      }),
      nn.button("start again", () => {
        Object.assign(state, {tried: [], open: false});
        redraw();
      }),
    );
    element.replaceChildren(plot.node, live.node, bar.node ?? bar);
    draw();
    nn.flush();
    element.agrees = () => {
      const {best, above} = judge(data, known.points);
      return Math.abs(best - known.best) < 1e-9 && Math.abs(above - known.above) < 1e-9;
    };
  }

  nn.define(
    "cloth", build, "side", "values", "colours", "xlabel", "ylabel", "xticks", "yticks", "budget",
    "searches", "known",
  );
})();
