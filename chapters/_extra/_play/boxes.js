// <nn-boxes>: drag two boxes over an image; their intersection, union and IoU follow.
// needs: parts-grid
// room: 517 343
// size: pixels a side; pixels: the image in base64, a byte each; boxes: the true and the predicted
// box at first, [x1, y1, x2, y2]; known: [{boxes, iou}], which agrees() compares.
nn.define("boxes", (element, {size, pixels, boxes, known}) => {
  nn.style("boxes", `
    .nn-boxes-board { position: relative; max-width: 22rem; margin: 0 auto; }
    .nn-boxes-board .nn-picture { max-width: none; }
    .nn-boxes-board .nn-drawing { position: absolute; inset: 0; max-width: none; height: 100%; }
    .nn-boxes-board .nn-drawing text {
      fill: #fff; stroke: #111; stroke-width: calc(3px * var(--nn-scale, 1));
      paint-order: stroke; font-weight: 600;
    }
    .nn-boxes-true { --side: #7cc4ff; --dash: 2 1; }
    .nn-boxes-guess { --side: #ffab52; }
    .nn-boxes-frame {
      fill: transparent; stroke: var(--side); stroke-dasharray: var(--dash); stroke-width: .8;
    }
    .nn-boxes-dot { fill: var(--side); stroke: #111; stroke-width: .3; }
    .nn-boxes-both { fill: #fff; fill-opacity: .45; }
    .nn-boxes-board .nn-handle:focus-visible :is(.nn-boxes-frame, .nn-boxes-dot) {
      stroke: #fff; stroke-width: 1.4;
    }
    .nn-boxes-corner { cursor: nwse-resize; }`);

  const {html, svg} = nn, LEAST = 4;
  const state = boxes.map(box => [...box]);
  const area = ([x1, y1, x2, y2]) => Math.max(x2 - x1, 0) * Math.max(y2 - y1, 0);
  const common = ([a, b]) =>
    [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
  function compare(pair) {
    const inside = area(common(pair)), both = area(pair[0]) + area(pair[1]) - inside;
    return {inside, both, iou: inside / both};
  }

  const shade = svg("rect", {class: "nn-boxes-both"});
  const drawing = nn.scaled(svg("svg", {
    viewBox: `0 0 ${size} ${size}`, class: "nn-drawing", role: "group",
    "aria-label": "two boxes over an image",
  }, shade));
  const facts = nn.facts(["true box", "predicted box", "intersection", "union", "IoU"]);
  const live = nn.live();
  const sides = ([x1, y1, x2, y2]) => `${x2 - x1} × ${y2 - y1}`;

  function put(rect, [x1, y1, x2, y2]) {
    const parts = {x: x1, y: y1, width: Math.max(x2 - x1, 0), height: Math.max(y2 - y1, 0)};
    for (const [key, value] of Object.entries(parts)) rect.setAttribute(key, value);
  }

  // Each box moves as a whole, and its lower right corner changes its size.
  const drawn = ["true box", "predicted box"].map((name, k) => {
    const kind = k ? "guess" : "true";
    const grip = label => ({tabindex: 0, role: "slider", "aria-label": label, "aria-valuemin": 0,
      "aria-valuemax": size});
    const frame = svg("rect", {class: "nn-boxes-frame"});
    const mover = svg("g", {class: "nn-handle", ...grip(name)}, frame);
    const corner = svg(
      "g",
      {class: "nn-handle nn-boxes-corner", ...grip(`${name}, corner`)},
      svg("circle", {r: 4, class: "nn-hit"}),
      svg("circle", {r: 1.5, class: "nn-boxes-dot"}),
    );
    const word = svg("text", {}, k ? "predicted" : "true");
    let from = null;
    const shift = (x, y) => {
      const [x1, y1, x2, y2] = state[k];
      const left = nn.clamp(x, 0, size - x2 + x1), top = nn.clamp(y, 0, size - y2 + y1);
      state[k] = [left, top, left + x2 - x1, top + y2 - y1];
      redraw();
    };
    const resize = (x, y) => {
      const [x1, y1] = state[k];
      state[k] = [x1, y1, nn.clamp(x, x1 + LEAST, size), nn.clamp(y, y1 + LEAST, size)];
      redraw();
    };
    nn.drag(mover, drawing, (x, y, first) => {
      if (first) from = [x - state[k][0], y - state[k][1]];
      else shift(Math.round(x - from[0]), Math.round(y - from[1]));
    });
    nn.drag(corner, drawing, (x, y, first) => first || resize(Math.round(x), Math.round(y)));
    nn.keys(mover, (right, up, large) => {
      const by = large ? 5 : 1;
      shift(state[k][0] + by * right, state[k][1] - by * up);
    });
    nn.keys(corner, (right, up, large) => {
      const by = large ? 5 : 1;
      resize(state[k][2] + by * right, state[k][3] - by * up);
    });
    drawing.append(svg("g", {class: `nn-boxes-${kind}`}, mover, corner), word);
    return {mover, frame, corner, word};
  });

  function draw() {
    const {inside, both, iou} = compare(state);
    const scale = size / (drawing.clientWidth || 340);
    put(shade, common(state));
    drawn.forEach(({mover, frame, corner, word}, k) => {
      const [x1, y1, x2, y2] = state[k];
      put(frame, state[k]);
      corner.setAttribute("transform", `translate(${x2} ${y2})`);
      word.setAttribute("x", Math.min(x1, size - (k ? 68 : 32) * scale));
      word.setAttribute("y", k ? Math.min(y2 + 14 * scale, size - 1) : Math.max(y1 - 1, 13 * scale));
      for (const [node, value] of [[mover, x1], [corner, x2]]) {
        node.setAttribute("aria-valuenow", value);
        node.setAttribute("aria-valuetext", `from ${x1}, ${y1} to ${x2}, ${y2}`);
      }
    });
    facts.set([
      `${sides(state[0])} = ${area(state[0])}`, `${sides(state[1])} = ${area(state[1])}`,
      `${inside}`, `${both}`, nn.number(iou),
    ]);
    live.set(`IoU = ${inside} / ${both} = ${nn.number(iou)}.`);
  }
  const redraw = nn.frame(draw);
  const reset = nn.button("reset", () => {
    boxes.forEach((box, k) => { state[k] = [...box]; });
    redraw();
  });

  const photo = nn.picture({width: size, height: size, pixels, label: "the image"});
  element.replaceChildren(
    nn.columns(
      html("div", {class: "nn-boxes-board"}, photo.node, drawing),
      html("div", {}, facts.node, nn.bar(reset)),
    ),
    live.node,
  );
  draw();
  nn.onResize(element, redraw);
  element.agrees = () =>
    known.every(one => Math.abs(compare(one.boxes).iou - one.iou) < 1e-9);
}, "size", "pixels", "boxes", "known");
