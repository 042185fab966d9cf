// <nn-ring>: a ring all-reduce step by step: the values of each worker, and the values sent.
// room: 650 334
// gradients: {workers: rows of numbers, a row for each worker, a number for each piece}; workers
// and done: how many workers, and how many steps are done at first; megabytes: of a gradient;
// known: {workers: the values of all after each step}, which agrees() compares.
nn.define("ring", (element, {gradients, workers, done, megabytes, known}) => {
  nn.style("ring", `
    .nn-ring-board { display: inline-block; }
    .nn-ring-board .nn-row { display: flex; align-items: center; }
    .nn-ring-head { width: 4.9rem; font-size: .85rem; }
    .nn-ring-board .nn-ring-piece { width: 42px; text-align: center; margin: 2px; }
    .nn-ring-board .nn-ring-cell {
      width: 42px; height: 34px; margin: 2px; cursor: pointer; touch-action: manipulation;
      display: flex; align-items: center; justify-content: center; font-size: .95rem;
      border: 2px solid transparent;
    }
    .nn-ring-board .nn-ring-cell.nn-lit { outline: none; border-color: var(--nn-a); }
    .nn-ring-whole { font-weight: 700; text-decoration: underline; }
    .nn-ring-board .nn-ring-chosen { outline: 3px solid var(--nn-ink); outline-offset: -2px; }
    .bd-article .nn-ring-back { margin: .2rem 0 .4rem; font-size: .85rem; }
    nn-ring .nn-live { min-height: 3.4rem; }
    @media (max-width: 40rem) {
      nn-ring .nn-live { min-height: 7.4rem; }
      .nn-ring-head { width: 4.4rem; }
      .nn-ring-board .nn-ring-cell, .nn-ring-board .nn-ring-piece { width: 32px; }
    }`);

  const {html} = nn, counts = Object.keys(gradients).map(Number);
  const state = {k: workers, done, at: null};
  const mod = (a, k) => ((a % k) + k) % k, name = c => String.fromCharCode(65 + c);

  // In step s worker w sends its piece w − s to the next worker, which adds it to its own in the
  // first k − 1 steps and copies it afterwards. A cell has its value and its summands.
  function walk(k) {
    let held = gradients[k].map((row, w) => row.map(value => ({value, of: [w], fresh: false})));
    const all = [held];
    for (let s = 0; s < 2 * (k - 1); s++) {
      const before = held;
      held = before.map(row => row.map(cell => ({...cell, fresh: false})));
      for (let w = 0; w < k; w++) {
        const c = mod(w - s, k);
        const to = (w + 1) % k;
        const sent = before[w][c];
        const own = before[to][c];
        const adds = s < k - 1;
        held[to][c] = {
          value: adds ? sent.value + own.value : sent.value,
          of: adds ? [...sent.of, ...own.of] : sent.of,
          fresh: true,
          before: own,
          sent,
          adds,
        };
      }
      all.push(held);
    }
    return all;
  }

  const place = html("div"), live = nn.live();
  const facts = nn.facts(["each worker has sent", "by the end", "a central server sends"]);
  let cells = [], steps = [];

  function lay() {
    const k = state.k;
    steps = walk(k);
    cells = Array.from({length: k}, (_, w) =>
      Array.from({length: k}, (_, c) =>
        html("div", {
          class: "nn-cell nn-ring-cell", role: "gridcell", tabindex: -1,
          onpointerdown: () => choose([w, c]),
          onfocus: () => choose([w, c]),
        }),
      ),
    );
    const head = html(
      "div",
      {class: "nn-row", role: "row"},
      html("span", {class: "nn-ring-head", role: "columnheader"}, "piece"),
      ...cells[0].map((_, c) =>
        html("span", {class: "nn-ring-head nn-ring-piece", role: "columnheader"}, name(c)),
      ),
    );
    const rows = cells.map((row, w) => html("div", {class: "nn-row", role: "row"},
      html("span", {class: "nn-ring-head", role: "rowheader"}, `worker ${w + 1}`), ...row));
    const board = html(
      "div",
      {class: "nn-ring-board", role: "grid", "aria-label": "values of each worker"},
      head,
      ...rows,
    );
    nn.keys(board, (right, up) => {
      const [w, c] = state.at ?? [0, 0];
      cells[nn.clamp(w - up, 0, k - 1)][nn.clamp(c + right, 0, k - 1)].focus({preventScroll: true});
    });
    place.replaceChildren(
      board,
      html(
        "p",
        {class: "nn-note nn-ring-back"},
        `Each worker sends to the one below, and worker ${k} to worker 1.`,
      ),
    );
  }

  function story([w, c], cell) {
    const who = `Worker ${w + 1}, piece ${name(c)}: `;
    if (cell.fresh) {
      const from = mod(w - 1, state.k) + 1;
      return (
        who +
        (cell.adds
          ? `${cell.sent.value} came from worker ${from}, and ${cell.sent.value} + ` +
            `${cell.before.value} = ${cell.value}.`
          : `the complete sum ${cell.value} came from worker ${from}.`)
      );
    }
    const of = [...cell.of].map(v => v + 1).sort((a, b) => a - b);
    return (
      who +
      (of.length === 1
        ? `${cell.value}, its own gradient.`
        : of.length === state.k
          ? `${cell.value}, the sum of all workers.`
          : `${cell.value}, the sum of workers ${of.join(", ")}.`)
    );
  }

  function draw() {
    const {k, done: s, at} = state;
    const held = steps[s];
    const size = v => `${nn.number(v * megabytes, 0)} MB`;
    const whole = held.flat().filter(cell => cell.of.length === k).length;
    held.forEach((row, w) => row.forEach((cell, c) => {
      const node = cells[w][c], chosen = at !== null && at[0] === w && at[1] === c;
      node.textContent = cell.value;
      node.style.setProperty("--v", cell.of.length === k ? 0.5 : 0.32 * (cell.of.length - 1) / k);
      node.classList.toggle("nn-ring-whole", cell.of.length === k);
      node.classList.toggle("nn-lit", cell.fresh);
      node.classList.toggle("nn-ring-chosen", chosen);
      node.tabIndex = chosen || (at === null && w + c === 0) ? 0 : -1;
      node.setAttribute("aria-label", story([w, c], cell));
    }));
    const end = s === 2 * (k - 1);          // before that, it would answer the question
    facts.set([size(s / k), end ? size(2 * (k - 1) / k) : "?", end ? size(k - 1) : "?"]);
    const phase =
      s === 0
        ? "Nothing has been sent yet: each worker has its own gradient, cut into as many pieces " +
          "as there are workers."
        : s < k
          ? `Step ${s} of ${2 * (k - 1)}, adding: each framed piece has just arrived and ` +
            `been added.${s === k - 1 ? " Now every worker has one complete sum." : ""}`
          : `Step ${s} of ${2 * (k - 1)}, passing on: each framed sum has just arrived. ` +
            (whole === k * k
              ? "All workers now have all the sums."
              : `${whole} of ${k * k} pieces are complete.`);
    live.set(at === null ? phase : `${phase} ${story(at, held[at[0]][at[1]])}`);
  }
  function choose(at) {
    state.at = at;
    draw();
  }
  function go(s) {
    state.done = nn.clamp(s, 0, 2 * (state.k - 1));
    slide.set(state.done);
    draw();
  }
  const slide = nn.slider({
    label: "steps done", min: 0, max: 2 * (workers - 1), step: 1, value: done,
    show: v => nn.number(v, 0),
    move: v => {
      state.done = v;
      draw();
    },
  });
  const menu = nn.buttons({
    label: "number of workers",
    options: counts.map(k => `${k} workers`),
    chosen: counts.indexOf(workers),
    press(j) {
      Object.assign(state, {k: counts[j], at: null, done: 0});
      slide.node.querySelector("input").max = 2 * (state.k - 1);
      lay();
      go(0);
    },
  });
  const move = nn.bar(
    nn.button("back", () => go(state.done - 1)),
    nn.button("next step", () => go(state.done + 1)),
  );

  element.replaceChildren(
    menu.node,
    nn.columns(place, html("div", {}, slide.node, move, facts.node)),
    live.node,
  );
  lay();
  draw();
  element.agrees = () => Object.entries(known).every(([k, right]) => walk(+k).every((held, s) =>
    held.every((row, w) => row.every((cell, c) => cell.value === right[s][w][c]))));
}, "gradients", "workers", "done", "megabytes", "known");
