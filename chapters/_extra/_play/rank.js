// <nn-rank>: a photograph as a sum of columns times rows; a slider says how many are added.
// needs: parts-grid parts-plot
// room: 904 500
// size: pixels a side; ranks: how many terms there are; start: how many are added at first;
// pictures: [{name, pixels, left, right, scale, jpeg}]: term k is scale[k] times column k of left
// times column k of right, whole numbers of one byte; jpeg: [[bytes, error], …].
nn.define("rank", (element, {size, ranks, start, pictures}) => {
  const N = size * size, TERM = 2 * size + 4, CONTRAST = 64;
  const state = {k: start, of: 0};
  const signed = text => new Int8Array(nn.bytes(text).buffer);
  const thousands = v => Math.round(v).toLocaleString("en");

  // Add term k to sum, in place.
  function add(sum, {left, right, scale}, k) {
    for (let i = 0; i < size; i++) {
      const a = scale[k] * left[k * size + i];
      for (let j = 0; j < size; j++) sum[i * size + j] += a * right[k * size + j];
    }
    return sum;
  }
  const level = v => nn.clamp(Math.round(v), 0, 255);
  const rms = (sum, pixels) => Math.sqrt(pixels.reduce((all, p, i) => all + (p - level(sum[i])) ** 2, 0) / N);

  // Bytes of a picture and its error after each term, when it is first looked at.
  function opened(k) {
    const p = pictures[k];
    if (p.errors) return p;
    Object.assign(p, {pixels: nn.bytes(p.pixels), left: signed(p.left), right: signed(p.right)});
    const sum = new Float64Array(N);
    p.errors = Array.from({length: ranks}, (_, j) => rms(add(sum, p, j), p.pixels));
    return p;
  }

  const shown = {width: size, height: size, smooth: true};
  const whole = nn.picture({...shown, label: "the photograph"}), copy = nn.picture(shown);
  const term = nn.picture({...shown, low: -1, high: 1, scale: "diverging"});
  const missing = nn.picture({...shown, low: -CONTRAST, high: CONTRAST, scale: "diverging"});
  const titles = Array.from({length: 4}, () => nn.html("p", {class: "nn-note", style: "text-align: center"}));
  const cells = [whole, copy, term, missing].map((picture, k) => nn.html("div", {}, titles[k], picture.node));
  const board = nn.html("div", {style: "display: grid; grid-template-columns: 1fr 1fr; gap: .3rem .8rem; align-items: end"}, ...cells);
  const plot = nn.plot({height: 260, x: [0, 17000], y: [0.9, 60], log: "y", yticks: [1, 2, 5, 10, 20, 50], xticks: [0, 5000, 10000, 15000], left: 34, right: 48,
    xlabel: "bytes", ylabel: "error (grey levels)"});
  const ours = plot.line({colour: "a", label: "SVD"}), theirs = plot.line({colour: "b", dash: "6 4", label: "JPEG"});
  const here = plot.dots({colour: "a", r: 6});
  const live = nn.live();

  function draw() {
    const {k} = state, p = opened(state.of), sum = new Float64Array(N);
    for (let j = 0; j < k; j++) add(sum, p, j);
    const last = add(new Float64Array(N), p, k - 1);
    const most = last.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-9);
    const grey = sum.map(level);
    whole.set(p.pixels);
    copy.set(grey);
    term.set(last.map(v => v / most));
    missing.set(grey.map((v, i) => nn.clamp(p.pixels[i] - v, -CONTRAST, CONTRAST)));
    const bytes = k * TERM, error = nn.number(p.errors[k - 1], 1);
    const names = [p.name, k > 1 ? `sum of ${k} terms` : "1 term", `term ${k} alone`, "what is missing"];
    titles.forEach((title, j) => { title.textContent = names[j]; });
    [whole, copy, term, missing].forEach((picture, j) => picture.describe(names[j]));
    ours.set(p.errors.map((e, j) => [(j + 1) * TERM, e]));
    theirs.set(p.jpeg);
    here.set([[bytes, p.errors[k - 1]]]);
    plot.describe(`Error over bytes for ${p.name}; at ${thousands(bytes)} bytes it is ${error} grey levels.`);
    live.set(`Rank ${k}: ${thousands(bytes)} bytes, ${Math.round(100 * bytes / N)}% of the photograph's ${thousands(N)}. ` +
      `Typical error: ${error} of 255 grey levels.`);
  }
  const redraw = nn.frame(draw);

  const rank = nn.slider({label: "rank", min: 1, max: ranks, step: 1, value: start, show: v => String(v),
    move: v => { state.k = v; redraw(); }});
  const names = nn.buttons({label: "photographs", options: pictures.map(p => p.name), press: k => { state.of = k; redraw(); }});
  element.replaceChildren(names.node, nn.columns(board, nn.html("div", {}, rank.node, plot.node)), live.node);
  draw();
}, "size", "ranks", "start", "pictures");
