// <nn-code-walk>: a point walks over a plane of codes of two numbers, and the decoder draws its
// image.
// needs: parts-plot parts-grid parts-dense
// room: 680 461
// room on generative/vae: 725 461
// size: pixels a side; maps: [{name, x, y, codes, decoder, at, known}]: ranges, the codes of the
// pictures, layers for nn.dense, where the point starts, and known, [{at, sum}]: the sum of the
// decoded pixels, which agrees() compares; pictures: all in base64, a byte each pixel; labels: of
// the pictures; names: of the classes; shown: which map at first.
nn.define("code-walk", (element, {size, maps, pictures, labels, names, shown}) => {
  const {html} = nn;
  const N = size * size;
  const bytes = nn.bytes(pictures);
  const SHAPES = ["circle", "square", "diamond", "triangle"];
  const real = labels.map((_, n) => bytes.subarray(n * N, (n + 1) * N));
  const decoders = maps.map(map => nn.dense(map.decoder));
  const state = {map: shown, spots: maps.map(map => [...map.at])};

  const plot = nn.plot({
    width: 320, height: 290, x: maps[shown].x, y: maps[shown].y, left: 34,
    xlabel: "first entry of the code", ylabel: "second entry",
  });
  const clouds = names.map((_, c) =>
    plot.dots({colour: "abcdefghij"[c], shape: SHAPES[c % SHAPES.length], r: 2.6}),
  );
  const key = nn.legend(...names.map((name, c) =>
    nn.dotKey({colour: "abcdefghij"[c], shape: SHAPES[c % SHAPES.length]}, name)));
  const link = plot.line({colour: "ink", width: 1.2, dash: "3 3"});
  const look = {width: size, height: size};
  const drawn = nn.picture({...look, low: 0, high: 1, label: "decoded image"});
  const near = nn.picture({...look, label: "nearest test image"});
  const titles = ["decoded", "nearest"].map(title =>
    html("p", {class: "nn-note", style: "text-align: center; margin: 0"}, title),
  );
  const board = html(
    "div",
    {
      style:
        "display: grid; grid-template-columns: 1fr 1fr; gap: .3rem .8rem; align-items: end; " +
          "max-width: 24rem; margin: 0 auto",
    },
    ...titles,
    drawn.node,
    near.node,
  );
  const live = nn.live();

  const nearest = (codes, [x, y]) => codes.reduce((best, [a, b], n) => {
    const d = (a - x) ** 2 + (b - y) ** 2;
    return d < best[1] ? [n, d] : best;
  }, [0, Infinity])[0];

  function draw() {
    const map = maps[state.map];
    const spot = state.spots[state.map];
    const pixels = decoders[state.map](spot);
    const n = nearest(map.codes, spot);
    drawn.set(pixels);
    near.set(real[n]);
    link.set([spot, map.codes[n]]);
    let sum = 0;
    for (let k = 0; k < N; k++) sum += (nn.clamp(pixels[k], 0, 1) - real[n][k] / 255) ** 2;
    const word = names[labels[n]];
    const name = word === "trouser"
      ? "a pair of trousers" : `${/^[aeiou]/.test(word) ? "an" : "a"} ${word}`;
    live.set(
      `Code (${spot.map(v => nn.number(v, 1)).join(", ")}). The nearest test image, ` +
        `${name}, has a squared error of ${nn.number(sum, 0)}.`,
    );
    drawn.describe(`The decoder’s image for this code, next to ${name}.`);
    near.describe(`The test image with the nearest code, ${name}.`);
    plot.describe(
      `Codes of ${labels.length} test images, and a point at ` +
        `${spot.map(v => nn.number(v, 1)).join(", ")}.`,
    );
  }
  const redraw = nn.frame(draw);
  const point = nn.point({
    on: plot, at: maps[shown].at, label: "code", colour: "ink",
    step: (maps[shown].x[1] - maps[shown].x[0]) / 60,
    move: (x, y) => {
      state.spots[state.map] = [x, y];
      redraw();
    },
  });
  function show(k) {
    state.map = k;
    const map = maps[k];
    plot.range(map.x, map.y);
    clouds.forEach((cloud, c) => cloud.set(map.codes.filter((_, n) => labels[n] === c)));
    point.set(...state.spots[k]);
    redraw();
  }
  plot.press((x, y) => { point.set(x, y); state.spots[state.map] = point.at; redraw(); });
  const which = nn.buttons({
    label: "model",
    options: maps.map(map => map.name),
    chosen: shown,
    press: show,
  });
  element.replaceChildren(
    which.node, nn.columns(nn.html("div", {}, plot.node, key), board), live.node,
  );
  show(shown);
  draw();
  element.agrees = () => maps.every((map, k) => map.known.every(({at, sum}) =>
    Math.abs(decoders[k](at).reduce((a, b) => a + b, 0) - sum) <= 1e-6 * Math.abs(sum)));
}, "size", "maps", "pictures", "labels", "names", "shown");
