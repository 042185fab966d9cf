// <nn-kernel>: a window of three by three pixels over an image, and the sums that a kernel computes.
// needs: parts-grid
// room: 483 495
// room on cnn/convolution: 438 495
// size: pixels a side; pixels: the image in base64, a byte each; kernels: [{name, weights}],
// three rows of three; start: [row, column] of the window's middle, counted from 0; known: [{at,
// sums}], the sum of each kernel at some places as the page computes them, which agrees() compares.
// reach: the largest weight that taps can reach; signed: draw negative sums too, in the colours of
// the weights.
nn.define("kernel", (element, {size, pixels, kernels, start, known, reach = 1, signed = false}) => {
  nn.style("kernel", `
    .nn-kernel-parts {
      display: grid; grid-template-columns: 1fr 1fr; gap: .3rem .8rem; max-width: 34rem;
    }
    .nn-kernel-board { position: relative; }
    .nn-kernel-board .nn-picture {
      display: block; width: 100%; max-width: none; margin: 0; border-radius: 0;
    }
    .nn-kernel-over {
      position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible;
    }
    .nn-kernel-hit { cursor: move; touch-action: none; }
    .nn-kernel-hit:focus-visible { outline: none; }
    .nn-kernel-hit:focus-visible .nn-kernel-frame { stroke: var(--nn-a); stroke-width: .7; }
    .nn-kernel-frame { stroke: #ff9d3b; stroke-width: .35; }
    .bd-article .nn-kernel-title { margin: 0; font-size: .85rem; text-align: center; }
    .nn-kernel-count {
      display: flex; gap: .5rem; align-items: center; justify-content: center; max-width: 34rem;
      margin-top: .4rem;
    }
    .nn-kernel-count .nn-cells { margin: 0; width: min(8.2rem, 100%); }
    .nn-kernel-count > div { width: 34%; max-width: 8.2rem; }
    .nn-kernel-sum { min-width: 3.2rem; white-space: nowrap; }`);

  const {html, svg} = nn, LAST = size - 1;
  const picture = Float64Array.from(nn.bytes(pixels), v => v / 255);
  const state = {at: [...start], weights: kernels[0].weights.map(row => [...row])};
  // Outside the image, the pixels of its border are repeated, so that the border isn't an edge.
  const pixel = (i, j) => picture[nn.clamp(i, 0, LAST) * size + nn.clamp(j, 0, LAST)];
  const around = (i, j) =>
    [-1, 0, 1].map(down => [-1, 0, 1].map(right => pixel(i + down, j + right)));
  const sum = (weights, values) =>
    weights.flat().reduce((total, w, k) => total + w * values.flat()[k], 0);
  const sums = weights =>
    Float64Array.from(picture, (_, k) => sum(weights, around(Math.floor(k / size), k % size)));

  // Two images: the input under the window, and the sums at every position. The largest sum is
  // white, or blue if sums have a sign.
  const shown = {width: size, height: size};
  const photo = nn.picture({...shown, pixels});
  const map = nn.picture({
    ...shown,
    high: 1,
    scale: signed ? "diverging" : "grey",
    label: "The output of the kernel at every position: " + (signed
      ? "blue where it is positive, pale where it is 0, orange where it is negative."
      : "light where it is large, black where it is 0 or less."),
  });
  photo.node.setAttribute("aria-hidden", "true");
  photo.node.removeAttribute("role");
  const frame = () => svg("rect", {width: 3, height: 3, fill: "none", class: "nn-kernel-frame"});
  const [window_, place] = [
    frame(), svg("rect", {width: 1, height: 1, fill: "none", class: "nn-kernel-frame"}),
  ];
  const over = (label, ...nodes) =>
    svg(
      "svg",
      {viewBox: `0 0 ${size} ${size}`, class: "nn-kernel-over", "aria-label": label},
      ...nodes,
    );
  const hit = svg(
    "g",
    {
      tabindex: 0, role: "slider", class: "nn-kernel-hit", "aria-label": "window over the image",
      "aria-roledescription": "window", "aria-valuemin": 0, "aria-valuemax": size * size - 1,
    },
    svg("rect", {width: size, height: size, fill: "transparent"}),
    window_,
  );
  const drawing = over("the image", hit), drawn = over("the sums", place);
  if (signed) place.style.stroke = "var(--nn-ink)";
  drawing.setAttribute("role", "group");
  drawn.setAttribute("aria-hidden", "true");
  const title = words => html("p", {class: "nn-note nn-kernel-title"}, words);
  const titled = (words, ...nodes) =>
    html("div", {}, title(words), html("div", {class: "nn-kernel-board"}, ...nodes));

  // Nine pixels, nine weights: a tap raises a weight by 1, and the largest becomes the smallest.
  const digits = v => nn.number(v, 2);
  const part = nn.grid({values: around(...state.at), label: "nine pixels", show: digits, size: 38});
  const weights = nn.grid({
    values: state.weights, label: "kernel, nine weights", low: -reach, high: reach, step: 1,
    size: 34,
    show: v => nn.number(v, 0),
    brush: v => (v === reach ? -reach : v + 1),
    paint(next) {
      state.weights = next;
      names.set(-1);
      redraw();
    },
  });
  const result = html("strong", {class: "nn-kernel-sum", "aria-hidden": "true"});
  const live = nn.live();

  function draw() {
    const [i, j] = state.at;
    const now = around(i, j);
    const total = sum(state.weights, now);
    const all = sums(state.weights);
    const largest = Math.max(...(signed ? all.map(Math.abs) : all), 1e-9);
    map.set(all.map(v => signed ? (1 + v / largest) / 2 : Math.max(v, 0) / largest));
    window_.setAttribute("x", j - 1);
    window_.setAttribute("y", i - 1);
    place.setAttribute("x", j);
    place.setAttribute("y", i);
    part.set(now);
    weights.set(state.weights);
    result.textContent = `= ${digits(total)}`;
    const words = `Row ${i}, column ${j}: sum ${digits(total)}`;
    live.set(`${words}, largest ${digits(Math.max(...all))}.`);
    hit.setAttribute("aria-valuenow", i * size + j);
    hit.setAttribute("aria-valuetext", words);
  }
  const redraw = nn.frame(draw);
  const move = (i, j) => {
    state.at = [nn.clamp(i, 0, LAST), nn.clamp(j, 0, LAST)];
    redraw();
  };
  nn.drag(hit, drawing, (x, y) => move(Math.floor(y), Math.floor(x)));
  nn.keys(hit, (right, up, large) =>
    move(state.at[0] - up * (large ? 5 : 1), state.at[1] + right * (large ? 5 : 1)),
  );
  const names = nn.buttons({label: "kernel", options: kernels.map(one => one.name), press(k) {
    state.weights = kernels[k].weights.map(row => [...row]);
    redraw();
  }});

  element.replaceChildren(
    names.node,
    html(
      "div",
      {class: "nn-kernel-parts"},
      titled("drag the square", photo.node, drawing),
      titled("output", map.node, drawn),
    ),
    html(
      "div",
      {class: "nn-kernel-count"},
      html("div", {}, title("pixels"), part.node),
      html("span", {"aria-hidden": "true"}, "×"),
      html("div", {}, title("press a weight"), weights.node),
      result,
    ),
    live.node,
  );
  draw();
  // Columns that add up to 0 don't respond to vertical edges, and rows that don't, to horizontal.
  element.readings = {edges() {
    const w = state.weights, add = list => list.reduce((a, b) => a + b);
    const upright = w[0].some((_, j) => add(w.map(row => row[j])) !== 0);
    return upright || w.every(row => add(row) === 0) ? "other" : "horizontal";
  }};
  element.agrees = () => known.every(({at: [i, j], sums: there}) =>
    kernels.every((one, k) => Math.abs(sum(one.weights, around(i, j)) - there[k]) < 0.001));
}, "size", "pixels", "kernels", "start", "known");
