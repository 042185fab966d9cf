// <nn-atlas>: maps of the same images by different methods. The reader chooses an image on a map,
// and the images that are nearest to it by their pixels are marked.
// needs: parts-plot parts-grid
// room: 887 471
// size: pixels a side; pictures: all in base64, a byte each pixel; labels: of the pictures; names:
// of the classes; maps: [{name, points}], points within −3 to 3; near: for each picture, the
// nearest ones by pixels; start: the picture at first; known: for each map, how many of the nearest
// of the first picture are nearest on the map too, which agrees() compares.
nn.define("atlas", (element, {size, pictures, labels, names, maps, near, start, known}) => {
  const {html} = nn, N = size * size, bytes = nn.bytes(pictures), K = near[0].length;
  const SHAPES = ["circle", "square", "diamond", "triangle"];
  const image = n => bytes.subarray(n * N, (n + 1) * N);
  const state = {map: 0, chosen: start};

  const plot = nn.plot({
    width: 340, height: 340, x: [-3, 3], y: [-3, 3], left: 12, xticks: [], yticks: [],
  });
  const links = near[0].map(() => plot.line({colour: "ink", width: 1.2, dash: "3 3"}));
  const clouds = names.map((_, c) =>
    plot.dots({colour: "abcdefghij"[c], shape: SHAPES[c % SHAPES.length], r: 2.6}),
  );
  const marked = plot.dots({colour: "ink", r: 4});
  const look = {width: size, height: size};
  const shown = ["chosen", ...near[0].map((_, k) => `nearest ${k + 1}`)].map(label => [
    label, nn.picture({...look, label}),
  ]);
  const board = html(
    "div",
    {
      style:
        "display: grid; grid-template-columns: 1fr 1fr 1fr; gap: .3rem .6rem; max-width: 22rem; " +
          "margin: 0 auto",
    },
    ...shown.map(([label, one]) =>
      html("div", {}, html("p", {class: "nn-note", style: "text-align: center; margin: 0"}, label),
        one.node),
    ),
  );
  const live = nn.live();

  // Pictures in the order of their distance from a place on a map, the nearest first.
  const sorted = (points, [x, y]) => points
    .map(([a, b], n) => [(a - x) ** 2 + (b - y) ** 2, n])
    .sort((p, q) => p[0] - q[0])
    .map(([, n]) => n);
  const kept = (points, n) => {
    const around = sorted(points, points[n]).filter(m => m !== n).slice(0, K);
    return near[n].filter(m => around.includes(m)).length;
  };

  function draw() {
    const {name, points} = maps[state.map], n = state.chosen;
    links.forEach((link, k) => link.set([points[n], points[near[n][k]]]));
    marked.set(near[n].map(m => points[m]));
    [n, ...near[n]].forEach((m, k) => shown[k][1].set(image(m)));
    live.set(
      `A ${names[labels[n]]}. Of the ${K} images with the most similar pixels, ` +
        `${kept(points, n)} are among its ${K} nearest on this map.`,
    );
    plot.describe(`${name}: a map of ${points.length} images; the chosen one is a ` +
      `${names[labels[n]]}.`);
  }
  const redraw = nn.frame(draw);
  function choose(x, y) {
    state.chosen = sorted(maps[state.map].points, [x, y])[0];
    redraw();
  }
  const point = nn.point({
    on: plot, at: maps[0].points[start], label: "image", colour: "ink", step: 0.1, move: choose,
  });
  plot.press((x, y) => { point.set(x, y); choose(x, y); });
  const which = nn.buttons({
    label: "map", options: maps.map(map => map.name),
    press: k => {
      state.map = k;
      const {points} = maps[k];
      clouds.forEach((cloud, c) => cloud.set(points.filter((_, n) => labels[n] === c)));
      point.set(...points[state.chosen]);
      redraw();
    },
  });
  const key = nn.legend(...names.map((name, c) =>
    nn.dotKey({colour: "abcdefghij"[c], shape: SHAPES[c % SHAPES.length]}, name),
  ));
  element.replaceChildren(which.node, nn.columns(plot.node, html("div", {}, board, key)), live.node);
  clouds.forEach((cloud, c) => cloud.set(maps[0].points.filter((_, n) => labels[n] === c)));
  draw();
  element.agrees = () => maps.every(({points}, k) => kept(points, start) === known[k]);
}, "size", "pictures", "labels", "names", "maps", "near", "start", "known");
