// <nn-rank>: an image as a sum of columns times rows. Drag the rank on the spectrum; a
// tap there shows one term, and a press on the sum shows the image.
// needs: parts-grid parts-plot
// room: 628 606
// size: pixels a side; ranks: how many terms there are; start: how many are added at first;
// pictures: [{name, pixels, left, right, scale, jpeg}]: term k is scale[k] times column k of left
// times column k of right, whole numbers of one byte; jpeg: [[bytes, error], …].
nn.define("rank", (element, {size, ranks, start, pictures}) => {
  const N = size * size, TERM = 2 * size + 4, CONTRAST = 64;
  const state = {k: start, of: 0, term: 3, held: false};
  const signed = text => new Int8Array(nn.bytes(text).buffer);
  const {thousands} = nn;

  // Add term k to sum, in place.
  function add(sum, {left, right, scale}, k) {
    for (let i = 0; i < size; i++) {
      const a = scale[k] * left[k * size + i];
      for (let j = 0; j < size; j++) sum[i * size + j] += a * right[k * size + j];
    }
    return sum;
  }
  const level = v => v < 0 ? 0 : v > 255 ? 255 : Math.round(v);
  function rms(sum, pixels) {
    let all = 0;
    for (let i = 0; i < N; i++) all += (pixels[i] - level(sum[i])) ** 2;
    return Math.sqrt(all / N);
  }

  // Bytes of an image and its error after each term, computed when it is first shown.
  function opened(k) {
    const p = pictures[k];
    if (p.errors) return p;
    Object.assign(p, {pixels: nn.bytes(p.pixels), left: signed(p.left), right: signed(p.right)});
    const sum = new Float64Array(N);
    p.errors = Array.from({length: ranks}, (_, j) => rms(add(sum, p, j), p.pixels));
    const norm = (vectors, j) => Math.hypot(...vectors.subarray(j * size, (j + 1) * size));
    p.values = p.scale.map((v, j) => v * norm(p.left, j) * norm(p.right, j));
    return p;
  }

  const small = element.clientWidth < 480, shown = {width: size, height: size, smooth: true};
  const copy = nn.picture(shown);
  const term = nn.picture({...shown, low: -1, high: 1, scale: "diverging"});
  const missing = nn.picture({...shown, low: -CONTRAST, high: CONTRAST, scale: "diverging"});
  const titles = [copy, term, missing].map(() =>
    nn.html("p", {class: "nn-note", style: "text-align: center; font-size: .85rem; margin: 0"}),
  );
  const cells = [copy, term, missing].map((picture, k) =>
    nn.html(
      "div",
      k ? {} : {style: `grid-${small ? "row" : "column"}: 1 / 3`},
      titles[k],
      picture.node,
    ),
  );
  const board = nn.html(
    "div",
    {
      style: `display: grid; grid-template-columns: ${small ? 2.2 : 1}fr 1fr; gap: .3rem .8rem; ` +
        "align-items: start",
    },
    ...cells,
  );
  const live = nn.live();

  // The singular values: filled up to the rank, where the rule is; the diamond marks the single
  // term.
  const spectrum = nn.plot({
    height: 190, x: [0.5, ranks + 0.5], y: [30, 30000], log: "y", left: 52, xticks: [1, 20, 40, 60],
    yticks: [100, 1000, 10000], show: thousands, xlabel: "term", ylabel: "singular value",
  });
  const kept = spectrum.area({colour: "a"}), stairs = spectrum.line({colour: "ink", width: 1.4});
  const {top, height} = spectrum.inner, centre = x => spectrum.from(x, 0)[0];
  const words = [12, 28, 44].map(y => nn.text(8, top + y, "", {class: "nn-name"}));
  const factsAt = k => [
    `${thousands(k * TERM)} bytes`,
    `error ${nn.number(opened(state.of).errors[k - 1], 1)}`,
  ];
  const rank = nn.handle(
    {
      drawing: spectrum.svg, label: "rank", min: 1, max: ranks, step: 1, value: start,
      read: x => centre(x) - 0.5,
      show: v => [v, ...factsAt(v)].join(", "),
      move: v => {
        state.k = v;
        redraw();
      },
    },
    nn.svg("rect", {x: -12, y: top, width: 24, height, class: "nn-hit"}),
    nn.svg("path", {d: `M0 ${top}v${height}`, class: "nn-stroke"}),
    nn.svg("circle", {r: 8, cy: top + height, class: "nn-knob"}),
    ...words,
  );
  const alone = nn.handle(
    {
      drawing: spectrum.svg, label: "single term", min: 1, max: ranks, step: 1,
      value: state.term, read: centre,
      show: v => `${v}, singular value ${thousands(opened(state.of).values[v - 1])}`,
      move: v => {
        state.term = v;
        redraw();
      },
    },
    nn.svg("circle", {r: 14, class: "nn-hit"}),
    nn.svg("path", {d: `M0 0${nn.SHAPES.diamond(6.5)}`, class: "nn-knob"}),
  );
  rank.node.setAttribute("style", nn.ink("a"));
  alone.node.setAttribute("style", nn.ink("b"));
  spectrum.over.append(alone.node, rank.node);  // where both are, the rank is taken
  spectrum.press(x => {
    state.term = nn.clamp(Math.round(x), 1, ranks);
    redraw();
  });

  const plot = nn.plot({
    height: 220, x: [0, 17000], y: [0.9, 60], log: "y", yticks: [1, 2, 5, 10, 20, 50],
    xticks: [0, 5000, 10000, 15000], left: 34, right: 48, show: thousands, xlabel: "bytes",
    ylabel: "error (grey levels)",
  });
  const ours = plot.line({colour: "a", label: "SVD"});
  const theirs = plot.line({colour: "b", dash: "6 4", label: "JPEG"});
  const here = plot.dots({colour: "a", r: 6});

  // The sum of the first k terms; it continues from the last sum if possible.
  let last = {k: Infinity};
  function sumOf(p, k) {
    if (last.p !== p || last.k > k) last = {p, k: 0, sum: new Float64Array(N)};
    while (last.k < k) add(last.sum, p, last.k++);
    return last.sum;
  }

  function draw() {
    const {k, term: j} = state, p = opened(state.of), sum = sumOf(p, k);
    const one = add(new Float64Array(N), p, j - 1);
    const most = one.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-9), grey = sum.map(level);
    copy.set(state.held ? p.pixels : grey);
    term.set(one.map(v => v / most));
    missing.set(grey.map((v, i) => nn.clamp(p.pixels[i] - v, -CONTRAST, CONTRAST)));
    const sums = k > 1 ? `sum of ${k} terms` : "1 term";
    const names = [
      state.held
        ? `${p.name}, original`
        : `${k > 1 ? `${k} terms` : sums} (hold to see the original)`,
      `term ${j}`,
      "missing",
    ];
    titles.forEach((title, i) => { title.textContent = names[i]; });
    copy.describe(state.held ? names[0] : `${sums}; press to see the original`);
    term.describe(`only term ${j}`);
    missing.describe("what is missing");
    const steps = p.values.flatMap((v, i) => [[i + 0.5, v], [i + 1.5, v]]);
    stairs.set(steps);
    kept.set([[0.5, 30], ...steps.slice(0, 2 * k), [k + 0.5, 30]]);
    const x = spectrum.px(k + 0.5), right = k < ranks / 2;
    rank.set(k);
    rank.node.setAttribute("transform", `translate(${x} 0)`);
    [`rank ${k}`, ...factsAt(k)].forEach((line, i) => {
      words[i].textContent = line;
      words[i].setAttribute("x", right ? 8 : -8);
      words[i].setAttribute("class", `nn-name ${right ? "" : "nn-end"}`);
    });
    alone.set(j);
    alone.node.setAttribute("transform", `translate(${spectrum.to(j, p.values[j - 1])})`);
    spectrum.describe(
      `Singular values of ${p.name}, from ${thousands(p.values[0])} to ` +
        `${thousands(p.values[ranks - 1])}; ${k} of ${ranks} are used.`,
    );
    const bytes = k * TERM, error = nn.number(p.errors[k - 1], 1);
    ours.set(p.errors.map((e, i) => [(i + 1) * TERM, e]));
    theirs.set(p.jpeg);
    here.set([[bytes, p.errors[k - 1]]]);
    plot.describe(
      `Error against bytes for ${p.name}; at ${thousands(bytes)} bytes it is ${error} grey levels.`,
    );
    live.set(
      `Rank ${k}: ${thousands(bytes)} of ${thousands(N)} bytes ` +
        `(${Math.round((100 * bytes) / N)}%), typical error ${error} of 255 grey levels.`,
    );
  }
  const redraw = nn.frame(draw);

  // While mouse, finger or space bar press the sum, it shows the original.
  const hold = held => () => {
    state.held = held;
    redraw();
  };
  const face = copy.node;
  const key = held => event => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    hold(held)();
  };
  for (const [name, value] of Object.entries({role: "button", tabindex: 0})) {
    face.setAttribute(name, value);
  }
  face.style.cssText = "cursor: pointer; user-select: none; -webkit-touch-callout: none";
  face.addEventListener("pointerdown", hold(true));
  for (const end of ["pointerup", "pointercancel", "pointerleave", "blur"]) {
    face.addEventListener(end, hold(false));
  }
  face.addEventListener("keydown", key(true));
  face.addEventListener("keyup", key(false));
  face.addEventListener("contextmenu", event => event.preventDefault());

  const names = nn.buttons({
    label: "images",
    options: pictures.map(p => p.name),
    press: k => {
      state.of = k;
      redraw();
    },
  });
  element.replaceChildren(names.node, nn.columns(board, nn.html("div", {}, spectrum.node,
    nn.fold(element, "Error against bytes, compared with JPEG", plot.node))), live.node);
  draw();
}, "size", "ranks", "start", "pictures");
