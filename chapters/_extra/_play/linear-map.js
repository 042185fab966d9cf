// <nn-linear-map>: edit a 2 × 2 matrix or drag its columns; the grid and the unit square follow.
// needs: parts-plot parts-matrix
// room: 666 388
// matrix: the first one; presets: [{name, matrix}]; extent: units to each side of the origin;
// picture: {source, half}, a square image with sides at distance half from the origin, which moves too.
nn.define("linear-map", (element, {matrix, presets = [], extent = 4, picture = null}) => {
  const state = {A: matrix};
  const plane = nn.plane({extent, describe: "A grid and the unit square under a matrix"});
  const photo =
    picture &&
    nn.svg("image", {
      href: picture.source, x: -picture.half, y: -picture.half, width: 2 * picture.half,
      height: 2 * picture.half,
    });
  if (photo) plane.clipped.append(photo);
  const grid = plane.line({colour: "c", width: 1});
  const square = plane.area({colour: "b", edge: true});
  const facts = nn.facts(["determinant", "area of the square", "orientation", "rank"]);
  const live = nn.live();
  const LINES = Array.from({length: 21}, (_, k) => k - 10);

  const apply = ([[a, b], [c, d]], x, y) => [a * x + b * y, c * x + d * y];
  // The images of the grid's lines, as one line with gaps.
  const woven = A => LINES.flatMap(k => [apply(A, k, -10), apply(A, k, 10), [NaN, NaN],
    apply(A, -10, k), apply(A, 10, k), [NaN, NaN]]);

  function draw() {
    const {A} = state, [[a, b], [c, d]] = A, det = a * d - b * c;
    const flat = Math.abs(det) < 1e-9, rank = flat ? +(Math.max(...A.flat().map(Math.abs)) > 0) : 2;
    // In a drawing y grows downwards, so b and c change their sign.
    photo?.setAttribute(
      "transform",
      `translate(${plane.to(0, 0).join(" ")}) scale(${plane.unit}) ` +
        `matrix(${[a, -c, -b, d].join(" ")} 0 0)`,
    );
    grid.set(woven(A));
    square.set([[0, 0], [1, 0], [1, 1], [0, 1]].map(([x, y]) => apply(A, x, y)));
    facts.set([nn.number(det), nn.number(Math.abs(det)),
      flat ? "none" : det > 0 ? "kept" : "swapped", String(rank)]);
    const area = `the area 1 of the unit square becomes ${nn.number(Math.abs(det))}`;
    live.set(
      flat
        ? "The plane is flattened onto a line or a point: the determinant is 0, and no matrix " +
          "undoes it."
        : `The determinant is ${nn.number(det)}: ` +
          `${area}${det < 0 ? ", and left and right are swapped" : ""}.`,
    );
    plane.describe(
      `The unit square becomes a parallelogram with sides (${nn.number(a, 1)}, ` +
        `${nn.number(c, 1)}) ` +
        `and (${nn.number(b, 1)}, ${nn.number(d, 1)}).`,
    );
  }
  const redraw = nn.frame(draw);

  function put(A, edited) {
    state.A = A;
    if (edited !== entries) entries.set(A);
    points.forEach((point, j) => { if (edited !== point) point.set(A[0][j], A[1][j]); });
    names.set(presets.findIndex(preset => String(preset.matrix) === String(A)));
    redraw();
  }
  const entries = nn.matrix({values: matrix, label: "A", step: 0.1, change: A => put(A, entries)});
  const column = (j, label, name, colour, shape) =>
    nn.point({
      on: plane, at: [matrix[0][j], matrix[1][j]], label, name, colour, shape, snap: 0.1,
      move: (x, y) =>
        put(
          state.A.map((row, i) => row.map((v, k) => (k === j ? +[x, y][i].toFixed(9) : v))),
          points[j],
        ),
    });
  const points = [
    column(0, "where (1, 0) goes", "A e₁", "a", "circle"),
    column(1, "where (0, 1) goes", "A e₂", "d", "square"),
  ];
  const names = nn.buttons({
    label: "matrices",
    options: presets.map(p => p.name),
    chosen: -1,
    press: k => put(presets[k].matrix),
  });
  element.replaceChildren(names.node, nn.columns(plane.node,
    nn.html("div", {}, nn.inline("A =", entries.node), facts.node)), live.node);
  put(matrix);
  draw();
}, "matrix");
