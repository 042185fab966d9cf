// <nn-reach>: touch an output, a weight or a pixel; see which others meet it in a product.
// room: 502 300
// picture: rows of pixels; kernel: rows of weights; settings: [{name, stride, padding, upstream}]
// with the gradient of the loss with respect to each output, and pixels and weights: the gradients
// as the page computes them, which agrees() compares.
nn.define("reach", (element, {picture, kernel, settings}) => {
  nn.style("reach", `
    .nn-reach-boards {
      display: flex; flex-wrap: wrap; gap: .2rem 1.6rem; align-items: flex-start;
      min-height: 12rem;
    }
    .nn-reach-board { margin: 0; }
    .nn-reach-board .nn-cell {
      width: 30px; cursor: pointer; touch-action: manipulation; font-size: .95rem;
    }
    .nn-reach-chosen { outline: 3px solid var(--nn-ink); outline-offset: -2px; }
    .bd-article .nn-reach-title { margin: 0 0 .2rem; font-size: .85rem; }
    nn-reach .nn-live { min-height: 3.4rem; }
    @media (max-width: 40rem) { nn-reach .nn-live { min-height: 6.4rem; } }`);

  const {html} = nn, sign = v => nn.number(v, 0);
  const state = {setting: 0, kind: "pixel", at: [2, 2]};

  // Every product of the layer: output (i, j) reads pixel (si + m − p, sj + n − p) by weight (m,
  // n).
  function products({stride, padding, upstream}) {
    const all = [];
    upstream.forEach((row, i) =>
      row.forEach((g, j) =>
        kernel.forEach((line, m) =>
          line.forEach((w, n) => {
            const [a, b] = [stride * i + m - padding, stride * j + n - padding];
            if (picture[a]?.[b] !== undefined) {
              all.push({output: [i, j], weight: [m, n], pixel: [a, b], g, w, x: picture[a][b]});
            }
          }),
        ),
      ),
    );
    return all;
  }
  const same = ([i, j], [k, l]) => i === k && j === l;
  const met = (kind, at) => products(settings[state.setting]).filter(one => same(one[kind], at));
  const FACTOR = {pixel: "w", weight: "x"};
  const gradient = (all, kind) => all.reduce((sum, one) => sum + one.g * one[FACTOR[kind]], 0);

  // A board of cells; pointer or arrow keys choose one.
  function board(kind, label, values) {
    const most = Math.max(...values.flat().map(Math.abs));
    const cells = values.map((row, i) =>
      row.map((v, j) =>
        html(
          "div",
          {
            class: `nn-cell${v < 0 ? " nn-minus" : ""}`,
            role: "gridcell",
            tabindex: -1,
            style: `--v: ${(0.6 * Math.abs(v)) / most}`,
            "aria-label": `${kind}, row ${i}, column ${j}: ${sign(v)}`,
            onpointerdown: () => choose(kind, [i, j]),
            onfocus: () => choose(kind, [i, j]),
          },
          sign(v),
        ),
      ),
    );
    const node = html(
      "div",
      {
        class: "nn-cells nn-reach-board", role: "grid", "aria-label": label,
        style: `--columns: ${values[0].length}; --cell: 30px`,
      },
      ...cells.map(row => html("div", {class: "nn-row", role: "row"}, ...row)),
    );
    let at = [0, 0];
    nn.keys(node, (right, up) => {
      const next = [
        nn.clamp(at[0] - up, 0, values.length - 1),
        nn.clamp(at[1] + right, 0, values[0].length - 1),
      ];
      cells[next[0]][next[1]].focus({preventScroll: true});
    });
    return {kind, label, node, mark(places, chosen) {
      cells.forEach((row, i) => row.forEach((cell, j) => {
        cell.classList.toggle("nn-lit", places.some(place => same(place, [i, j])));
        cell.classList.toggle("nn-reach-chosen", chosen !== null && same(chosen, [i, j]));
      }));
      if (chosen) at = chosen;
      cells.flat().forEach(cell => { cell.tabIndex = -1; });
      cells[at[0]][at[1]].tabIndex = 0;
    }};
  }

  const live = nn.live(), place = html("div", {class: "nn-reach-boards"});
  let boards = [];
  function lay() {
    boards = [
      board("pixel", "image", picture), board("weight", "kernel", kernel),
      board("output", "gradients at the outputs", settings[state.setting].upstream),
    ];
    place.replaceChildren(
      ...boards.map(one =>
        html(
          "div",
          {},
          html("p", {class: "nn-note nn-reach-title", "aria-hidden": "true"}, one.label),
          one.node,
        ),
      ),
    );
  }
  function draw() {
    const {kind, at} = state, all = met(kind, at);
    boards.forEach(one =>
      one.mark(one.kind === kind ? [] : all.map(p => p[one.kind]), one.kind === kind ? at : null),
    );
    const where = `row ${at[0]}, column ${at[1]}`, n = all.length;
    const product = one => {
      const factor = one[FACTOR[kind]];
      return `${sign(one.g)}·${factor < 0 ? `(${sign(factor)})` : factor}`;
    };
    const sum = () => {
      const terms = all.map(product).join(" + ").replaceAll("+ −", "− ");
      return `${terms} = ${sign(gradient(all, kind))}`;
    };
    live.set(
      kind === "output"
        ? `Output in ${where}: ${n} products, each of one pixel and one weight.`
        : n
          ? `${kind === "pixel" ? "Pixel" : "Weight"} in ${where}: ${n} ` +
            `${n === 1 ? "product" : "products"}. Gradient: ${sum()}.`
          : `Pixel in ${where}: no product. Gradient: 0.`,
    );
  }
  function choose(kind, at) {
    Object.assign(state, {kind, at});
    draw();
  }
  const options = nn.buttons({
    label: "stride and padding",
    options: settings.map(one => one.name),
    press(k) {
      Object.assign(state, {setting: k, kind: "pixel", at: [2, 2]});
      lay();
      draw();
    },
  });

  element.replaceChildren(
    options.node,
    place,
    live.node,
  );
  lay();
  draw();
  element.agrees = () => settings.every((one, k) => {
    state.setting = k;
    const right = (kind, there) =>
      there.every((row, i) => row.every((v, j) => gradient(met(kind, [i, j]), kind) === v));
    const fine = right("pixel", one.pixels) && right("weight", one.weights);
    state.setting = 0;
    return fine;
  });
}, "picture", "kernel", "settings");
