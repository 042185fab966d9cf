// <nn-specimen>: each shared part once, shown in the gallery next to its code.
// needs: parts-plot parts-grid parts-time parts-matrix
(() => {
  const SHOW = {};

  // ---- controls
  SHOW.controls = (element, {pictures}) => {
    const state = {batch: 6, pictures, whole: true}, live = nn.live();
    const draw = nn.frame(() => {
      const steps = state.pictures / 2 ** state.batch;
      live.set(`${state.whole ? Math.floor(steps) : Math.ceil(steps)} steps per epoch.`);
    });
    const change = (key, value) => { state[key] = value; draw(); };
    element.replaceChildren(
      nn.slider({label: "batch size", min: 0, max: 10, step: 1, value: 6,
        show: v => String(2 ** v), move: v => change("batch", v)}).node,
      nn.field({label: "images", value: pictures, min: 1, step: 1,
        change: v => change("pictures", v)}).node,
      nn.toggle({label: "drop the last batch if it is not full", on: true,
        flip: on => change("whole", on)}).node,
      live.node);
    draw();
  };

  // ---- point
  SHOW.point = (element, {at}) => {
    const plane = nn.plane({extent: 2, describe: "A point on a circle of radius 1"});
    const facts = nn.facts(["cosine", "sine", "angle"]);
    plane.line({colour: "c", points: Array.from({length: 91},
      (_, k) => [Math.cos(k * Math.PI / 45), Math.sin(k * Math.PI / 45)])});
    const hand = plane.arrow({colour: "a"});
    const draw = nn.frame(() => {
      const [x, y] = tip.at, turn = Math.atan2(y, x) * 180 / Math.PI;
      hand.set([[0, 0], tip.at]);
      facts.set([nn.number(x), nn.number(y), `${nn.number(turn, 0)}°`]);
    });
    const tip = nn.point({on: plane, at, label: "position on the circle", step: 0.05, move: draw,
      fit: ([x, y]) => { const r = Math.hypot(x, y) || 1; return [x / r, y / r]; }});
    element.replaceChildren(nn.columns(plane.node, facts.node));
    draw();
  };

  // ---- handle
  SHOW.handle = (element, {labels}) => {
    const zero = 60;
    const unit = 22;
    const drawing = nn.scaled(
      nn.svg("svg", {viewBox: `0 0 300 ${40 * labels.length}`, class: "nn-drawing"}),
    );
    const state = labels.map((_, k) => 3 + 2 * k), live = nn.live();
    const bars = labels.map((label, k) => {
      const y = 40 * k + 20;
      const bar = nn.svg("rect", {x: zero, y: y - 8, height: 16, class: "nn-other"});
      const end = nn.handle(
        {
          drawing, label, min: 0, max: 10, step: 0.1, value: state[k],
          read: x => (x - zero) / unit,
          move: v => {
            state[k] = v;
            draw();
          },
        },
        nn.svg("circle", {r: 22, class: "nn-hit"}),
        nn.svg("circle", {r: 8, class: "nn-knob", style: nn.ink("a")}),
      );
      drawing.append(nn.text(0, y + 4, label), bar, end.node);
      return {bar, end, y};
    });
    const draw = nn.frame(() => {
      bars.forEach(({bar, end, y}, k) => {
        bar.setAttribute("width", state[k] * unit);
        end.node.setAttribute("transform", `translate(${zero + state[k] * unit} ${y})`);
      });
      live.set(`Their mean is ${nn.number(state.reduce((a, b) => a + b) / state.length)}.`);
    });
    element.replaceChildren(drawing, nn.fold(element, "What is computed", live.node));
    draw();
  };

  // ---- plot
  SHOW.plot = (element, {curves, xlabel, ylabel, right}) => {
    const names = Object.keys(curves), first = curves[names[0]], live = nn.live();
    const all = names.flatMap(name => curves[name].map(([, y]) => y));
    const plot = nn.plot({x: [1, first.length], y: [Math.min(...all), Math.max(...all)], log: "y",
      xlabel, ylabel, right, describe: `Curves of ${names.join(" and ")}`});
    names.forEach((name, k) => plot.line({points: curves[name], colour: "ab"[k],
      dash: k ? "6 4" : null, label: name}));
    const at = plot.dots({colour: "ink", r: 4.5});
    const tell = x => names.map(name => `${name} ${nn.short(curves[name][Math.round(x) - 1][1])}`);
    const read = x => {
      at.set(names.map(name => curves[name][Math.round(x) - 1]));
      live.set(`Step ${Math.round(x)}: ${tell(x).join(", ")}.`);
    };
    plot.cursor({at: 6, step: 1, label: "step", move: read,
      show: x => `step ${Math.round(x)}: ${tell(x).join(", ")}`});
    read(6);
    element.replaceChildren(plot.node, live.node);
  };

  // ---- contours
  SHOW.contours = (element, {levels}) => {
    const f = (x, y) => x * x / 2 - y * y / 2 + y ** 4 / 8, live = nn.live();
    const plot = nn.plot({
      x: [-2, 2], y: [-2.4, 2.4], height: 280, left: 30,
      describe: "Contours of a surface with a saddle",
    });
    plot.contours({field: f, levels});
    const slope = plot.arrow({colour: "b"});
    const draw = nn.frame(() => {
      const [x, y] = place.at, g = [x, -y + y ** 3 / 2];
      slope.set([[x, y], [x - g[0] / 2, y - g[1] / 2]]);
      live.set(`Height ${nn.number(f(x, y))}; the slope is ${nn.number(Math.hypot(...g))}.`);
    });
    const place = nn.point({
      on: plot, at: [1.4, 0.5], label: "position on the surface", move: draw,
    });
    element.replaceChildren(plot.node, live.node);
    draw();
  };

  // ---- grid
  SHOW.grid = (element, {kernels, pixels, width, height}) => {
    const names = Object.keys(kernels), state = {brush: 1, kernel: kernels[names[0]]};
    const grey = nn.bytes(pixels);
    const before = nn.picture({width, height, pixels: grey, label: "The image"});
    const after = nn.picture({width: width - 2, height: height - 2, low: -255, high: 255,
      scale: "diverging", label: "The image after the kernel"});
    const draw = nn.frame(() => {
      const out = new Float32Array((width - 2) * (height - 2)), k = state.kernel.flat();
      for (let i = 0, o = 0; i < height - 2; i++) for (let j = 0; j < width - 2; j++, o++) {
        const c = i * width + j, d = c + width, e = d + width;
        out[o] = k[0] * grey[c] + k[1] * grey[c + 1] + k[2] * grey[c + 2]
          + k[3] * grey[d] + k[4] * grey[d + 1] + k[5] * grey[d + 2]
          + k[6] * grey[e] + k[7] * grey[e + 1] + k[8] * grey[e + 2];
      }
      after.set(out);
    });
    const paint = kernel => { state.kernel = kernel; draw(); };
    const cells = nn.grid({
      values: state.kernel, low: -2, high: 2, step: 0.5, size: 52, label: "kernel",
      show: v => String(v).replace("-", "−"),
      brush: () => state.brush,
      paint,
    });
    const ready = nn.buttons({label: "kernels", options: names,
      press: k => { cells.set(kernels[names[k]]); paint(kernels[names[k]]); }});
    const brush = nn.slider({label: "paint with", min: -2, max: 2, step: 0.5, value: 1,
      show: v => nn.number(v, 1), move: v => { state.brush = v; }});
    element.replaceChildren(ready.node, cells.node, brush.node,
      nn.columns(before.node, after.node));
    draw();
  };

  // ---- stepper
  SHOW.stepper = (element, {matrix, vector, product}) => {
    const left = nn.matrix({values: matrix, label: "A"});
    const right = nn.matrix({values: vector.map(v => [v]), label: "x"});
    const out = nn.matrix({values: product.map(() => [""]), label: "A x"}), live = nn.live();
    const go = k => {
      left.mark({row: k - 1});
      out.set(product.map((v, i) => [i < k ? v : ""]));
      const terms = k
        ? matrix[k - 1].map((a, j) => `${a < 0 ? `(−${-a})` : a} × ${vector[j]}`).join(" + ")
        : "";
      live.set(k ? `Row ${k}: ${terms} = ${product[k - 1]}.` : "Nothing has been computed yet.");
    };
    const stepper = nn.stepper({last: matrix.length, at: 2, go});
    element.replaceChildren(
      nn.inline(left.node, right.node, "=", out.node), stepper.node, live.node,
    );
    go(2);
  };

  // ---- playhead
  SHOW.playhead = (element, {years, spots}) => {
    const plot = nn.plot({x: [years[0], years[years.length - 1]], y: [0, 200], xlabel: "year",
      ylabel: "sunspot number", describe: "Sunspots, year by year", show: String});
    const points = years.map((year, k) => [year, spots[k]]), line = plot.line({width: 1.6});
    const head = plot.dots({colour: "b", r: 5}), live = nn.live();
    const draw = nn.frame(() => {
      const k = Math.round(time.at);
      line.set(points.slice(0, k + 1));
      head.set([points[k]]);
      live.set(`${years[k]}: ${nn.number(spots[k], 0)} spots.`);
    });
    const time = nn.playhead({length: years.length - 1, at: 150, steps: years.length - 1,
      label: "year", show: t => String(years[Math.round(t)]), go: draw});
    element.replaceChildren(plot.node, time.node, live.node);
    draw();
  };

  // ---- all of them
  nn.define("specimen", (element, {part, data}) => {
    element.dataset.part = part;
    SHOW[part](element, data);
    nn.flush();
  }, "part", "data");
})();
