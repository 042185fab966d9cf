// <nn-augment>: one image, changed by hand or at random, and its labels from two networks.
// needs: parts-grid
// room: 747 462
// classes: their names; pictures: [{label, pixels}], 28 by 28 bytes in base64; networks: [{name,
// hidden, scales, values, biases}], int8 weights of two layers in base64, each layer times its
// scale; start: the first change, such as {right: 4}; known: [{picture, state, pixels, odds}]
// by nnlib, which agrees() compares.
(() => {
  const SIDE = 28;
  const STILL = {
    right: 0, down: 0, turn: 0, zoom: 1, brightness: 1, contrast: 1, noise: 0, mirror: false,
  };
  const {html, svg, text} = nn;

  // What each pixel shows: the place that lands on it is looked up between four pixels of the
  // photograph.
  function moved(x, {right, down, turn, zoom}) {
    const angle = turn * Math.PI / 180;
    const c = Math.cos(angle) / zoom;
    const s = Math.sin(angle) / zoom;
    const half = (SIDE - 1) / 2;
    const at = (i, j) => i < 0 || j < 0 || i >= SIDE || j >= SIDE ? 0 : x[i * SIDE + j];
    return Float64Array.from({length: SIDE * SIDE}, (_, k) => {
      const u = k % SIDE - half - right, v = Math.floor(k / SIDE) - half - down;
      const across = c * u + s * v + half;
      const along = -s * u + c * v + half;
      const i = Math.floor(along);
      const j = Math.floor(across);
      const b = along - i, a = across - j;
      return (
        (1 - b) * ((1 - a) * at(i, j) + a * at(i, j + 1)) +
        b * ((1 - a) * at(i + 1, j) + a * at(i + 1, j + 1))
      );
    });
  }

  const cut = v => nn.clamp(v, 0, 1);
  function changed(original, state, noise) {
    let x = state.mirror
      ? original.map((_, k) => original[k - (k % SIDE) + SIDE - 1 - (k % SIDE)])
      : original;
    x = moved(x, state).map(v => cut(state.brightness * v));
    const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
    return x.map((v, k) => cut(cut(mean + state.contrast * (v - mean)) + state.noise * noise[k]));
  }

  // The probabilities: a linear layer, ReLU, a linear layer, softmax.
  function reader({hidden, scales, values, biases}) {
    const all = new Int8Array(nn.bytes(values).buffer), classes = biases[1].length;
    const layer = (weights, inputs, scale, bias) => x => bias.map((b, i) => {
      let sum = 0;
      for (let j = 0; j < inputs; j++) sum += weights[i * inputs + j] * x[j];
      return scale * sum + b;
    });
    const first = layer(all.subarray(0, hidden * SIDE * SIDE), SIDE * SIDE, scales[0], biases[0]);
    const second = layer(
      all.subarray(hidden * SIDE * SIDE, hidden * (SIDE * SIDE + classes)), hidden, scales[1],
      biases[1],
    );
    return x => {
      const z = second(first(x).map(v => Math.max(v, 0))), highest = Math.max(...z);
      const powers = z.map(v => Math.exp(v - highest)), sum = powers.reduce((a, b) => a + b);
      return powers.map(p => p / sum);
    };
  }

  // Normally distributed numbers, the same for every reader (mulberry32, Box and Muller).
  function normals(n, seed) {
    let a = seed;
    const next = () => {
      a = (a + 0x6D2B79F5) | 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
    return Float64Array.from(
      {length: n},
      () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    );
  }

  function build(element, {classes, pictures, networks, start, known}) {
    const originals = pictures.map(p => Float64Array.from(nn.bytes(p.pixels), v => v / 255));
    const read = networks.map(reader), live = nn.live();
    const state = {...STILL, ...start, picture: 0, seed: 1};
    let noise = normals(SIDE * SIDE, 1);

    // ---- the image, which you can drag
    const board = nn.picture({width: SIDE, height: SIDE, high: 1});
    board.node.setAttribute("aria-hidden", "true");
    board.node.removeAttribute("role");
    const help = html(
      "p",
      {class: "nn-hidden", id: nn.id()},
      "The arrow keys move the image by one pixel, or by three with Shift.",
    );
    const sheet = html(
      "div",
      {
        tabindex: 0, role: "application", "aria-label": "image", "aria-describedby": help.id,
        style: "cursor: grab; touch-action: none; max-width: 17rem; margin: 0 auto",
      },
      board.node,
    );
    let held = null;
    sheet.addEventListener("touchstart", event => event.preventDefault(), {passive: false});
    sheet.addEventListener("pointerdown", event => {
      if (event.button) return;
      sheet.setPointerCapture(event.pointerId);
      held = {x: event.clientX, y: event.clientY, right: state.right, down: state.down};
    });
    sheet.addEventListener("pointermove", event => {
      if (!held) return;
      const unit = SIDE / board.node.getBoundingClientRect().width;
      move(
        held.right + (event.clientX - held.x) * unit, held.down + (event.clientY - held.y) * unit,
      );
    });
    for (const end of ["pointerup", "pointercancel"]) {
      sheet.addEventListener(end, () => {
        held = null;
      });
    }
    nn.keys(sheet, (right, up, large) =>
      move(state.right + right * (large ? 3 : 1), state.down - up * (large ? 3 : 1)),
    );
    function move(right, down) {
      state.right = nn.clamp(Math.round(right), -14, 14);
      state.down = nn.clamp(Math.round(down), -14, 14);
      redraw();
    }

    // ---- the networks' predictions: a bar for the probability of the label
    const WIDE = 300;
    const ROW = 62;
    const drawing = nn.scaled(
      svg("svg", {viewBox: `0 0 ${WIDE} ${24 + ROW * networks.length}`, class: "nn-drawing"}),
    );
    const title = text(0, 13, "", {class: "nn-strong"});
    drawing.append(title);
    const rows = networks.map(({name}, k) => {
      const y = 24 + ROW * k;
      const box = {x: 0, y: y + 20, height: 12};
      const bar = svg("rect", {...box, class: "nn-true"});
      const share = text(WIDE, y + 14, "", {class: "nn-end nn-strong"});
      const predicts = text(0, y + 47, "");
      drawing.append(
        text(0, y + 14, name), svg("rect", {...box, width: WIDE, class: "nn-empty"}), bar, share,
        predicts,
      );
      return {bar, share, predicts};
    });
    const percent = p => p > 0.995 ? ">99%" : p < 0.005 ? "<1%" : `${Math.round(100 * p)}%`;

    function sentence() {
      const {right, down, turn, zoom, mirror, brightness, contrast, noise: sigma} = state;
      const words = [];
      if (mirror) words.push("mirrored");
      if (right) words.push(`${Math.abs(right)} px to the ${right > 0 ? "right" : "left"}`);
      if (down) words.push(`${Math.abs(down)} px ${down > 0 ? "down" : "up"}`);
      if (turn) words.push(`turned by ${nn.number(turn, 0)}°`);
      if (zoom !== 1) words.push(`zoom ${nn.number(zoom)}`);
      if (brightness !== 1) words.push(`brightness ${nn.number(brightness)}`);
      if (contrast !== 1) words.push(`contrast ${nn.number(contrast)}`);
      if (sigma) words.push(`noise ${nn.number(sigma)}`);
      return words.length ? words.join(", ") : "unchanged";
    }

    function draw() {
      const x = changed(originals[state.picture], state, noise);
      const truth = pictures[state.picture].label;
      board.set(x);
      const answers = read.map(f => f(x)).map((odds, k) => {
        const best = odds.indexOf(Math.max(...odds)), p = odds[truth];
        rows[k].bar.setAttribute("width", WIDE * p);
        rows[k].share.textContent = percent(p);
        rows[k].predicts.textContent =
          `It predicts ${classes[best]}${best === truth ? "." : `, ${percent(odds[best])}.`}`;
        return classes[best];
      });
      title.textContent = `Probability of ${classes[truth]}`;
      drawing.setAttribute(
        "aria-label",
        rows
          .map(
            (row, k) =>
              `${networks[k].name}: ${row.share.textContent}; ${row.predicts.textContent}`,
          )
          .join(" "),
      );
      const outcome =
        answers[0] === answers[1]
          ? `both networks predict ${answers[0]}`
          : `one network predicts ${answers[0]}, the other ${answers[1]}`;
      live.set(`The ${classes[truth]}, ${sentence()}: ${outcome}.`);
      for (const [name, one] of Object.entries(sliders)) one.set(state[name]);
    }
    const redraw = nn.frame(draw);

    // ---- controls
    const slider = (name, label, min, max, step, digits) =>
      nn.slider({
        label, min, max, step, value: state[name],
        show: v => nn.number(v, digits),
        move: v => {
          state[name] = v;
          redraw();
        },
      });
    const sliders = {
      turn: slider("turn", "turn (degrees)", -90, 90, 1, 0),
      zoom: slider("zoom", "zoom", 0.5, 1.5, 0.05, 2),
      brightness: slider("brightness", "brightness", 0.2, 1.8, 0.1, 1),
      contrast: slider("contrast", "contrast", 0.2, 1.8, 0.1, 1),
      noise: slider("noise", "noise", 0, 0.6, 0.05, 2),
    };
    const reset = () => { Object.assign(state, STILL); redraw(); };
    const some = (low, high) => low + (high - low) * Math.random();
    const buttons = nn.bar(
      nn.button("mirror", () => { state.mirror = !state.mirror; redraw(); }),
      nn.button("random", () => {
        Object.assign(state, STILL, {
          right: Math.round(some(-3, 3)), down: Math.round(some(-3, 3)),
          turn: Math.round(some(-20, 20)), zoom: Math.round(20 * some(0.9, 1.1)) / 20,
        });
        noise = normals(SIDE * SIDE, ++state.seed);
        redraw();
      }),
      nn.button("reset", reset));
    const menu = nn.buttons({
      label: "images",
      options: pictures.map(p => classes[p.label]),
      chosen: 0,
      press: k => {
        state.picture = k;
        reset();
      },
    });
    element.replaceChildren(
      menu.node,
      nn.columns(
        html("div", {}, sheet, help), html("div", {}, drawing, buttons, sliders.turn.node),
      ),
      live.node,
      nn.tuck(
        element, "Zoom, brightness, contrast, noise",
        nn.columns(
          html("div", {}, sliders.zoom.node, sliders.noise.node),
          html("div", {}, sliders.brightness.node, sliders.contrast.node),
        ),
      ),
    );
    draw();
    element.agrees = () => known.every(({picture, state: wanted, pixels, odds}) => {
      const x = changed(originals[picture], {...STILL, ...wanted}, noise);
      const near = (a, b, by) => a.every((v, k) => Math.abs(v - b[k]) < by);
      return (
        near(
          pixels,
          x.filter((_, k) => k % 9 === 0),
          1e-6,
        ) && odds.every((p, k) => near(p, read[k](x), 1e-6))
      );
    });
  }

  nn.define("augment", build, "classes", "pictures", "networks", "start", "known");
})();
