// The units of a network as small images of their outputs over the plane, joined by lines
// as thick as their weights: blue and solid for positive, orange and dashed for negative ones.
// needs: parts-grid
(() => {
  const {html} = nn;

  // side: pixels of an image's side; most: the largest drawn size; tall(): height in
  // pixels where layers run to the right; down(): whether they run downwards; name(layer, k): of a
  // unit; caption(layer, k): written at it; pick(layer, k) is called after a press. set({sizes,
  // values, W}): for each layer the number of units, their values at side × side places (place by
  // place, top row first), from the second layer on the weights (row by row); numbers: also
  // written. mark(layer, k): the unit that is pressed, from the next set on.
  function units({
    label, side, most = 38,
    tall = () => 300,
    down = () => false,
    numbers = false,
    name,
    caption = () => "",
    pick,
  }) {
    const canvas = html("canvas", {"aria-hidden": "true"});
    const node = html("div", {class: "nn-units", role: "toolbar", "aria-label": label}, canvas);
    // All images, in a column.
    const strip = html("canvas", {width: side});
    const brush = strip.getContext("2d");
    let colours = null;
    let inks = null;
    let last = null;
    let chosen = null;
    let places = [];
    let buttons = [];
    let shape = "";
    let width = 0;
    let upright = false;
    let laid = "";

    // Middle and size of each image, by layer.
    function place(sizes) {
      const wide = width;
      const vertical = upright;
      const depth = sizes.length;
      const size = n => Math.floor(Math.min(most, (vertical ? wide : tall() - 16) / n - 3));
      const row = 17 + Math.min(most, 30);
      const high = vertical ? (depth - 1) * row + 36 : tall();
      const edge = Math.max(...[sizes[0], sizes[depth - 1]].map(size)) / 2 + 5;
      places = sizes.map((n, l) =>
        Array.from({length: n}, (_, k) => {
          const t = vertical ? Math.min(30, size(n)) : size(n);
          const pitch = Math.min(vertical ? wide / n : (tall() - 16) / n, t + (n > 4 ? 6 : 26));
          const spot = (k - (n - 1) / 2) * pitch;
          return vertical
            ? {x: wide / 2 + spot, y: 18 + l * row, t}
            : {
                x: depth > 1 ? edge + (l / (depth - 1)) * (wide - 2 * edge) : wide / 2,
                y: high / 2 + spot,
                t,
              };
        }),
      );
      return [wide, high];
    }

    // One button a unit; the arrow keys go from one to the next, and only one is a tab stop.
    function offer(sizes) {
      if (shape === sizes.join()) return;
      shape = sizes.join();
      if (chosen && !(chosen[1] < sizes[chosen[0]])) chosen = null;
      buttons = sizes.map((n, l) =>
        Array.from({length: n}, (_, k) =>
          html("button", {
            type: "button", class: "nn-unit", tabindex: -1, "aria-label": name(l, k),
            title: name(l, k),
            onclick: () => {
              enter(l, k, false);
              pick(l, k);
            },
          }),
        ),
      );
      buttons.forEach((row, l) =>
        row.forEach((one, k) =>
          nn.keys(one, (right, up) => {
            const [on, across] = upright ? [-up, right] : [right, -up];
            const layer = nn.clamp(l + on, 0, buttons.length - 1);
            enter(layer, nn.clamp(k + across, 0, buttons[layer].length - 1), true);
          }),
        ),
      );
      node.replaceChildren(canvas, ...buttons.flat());
      press();
      enter(...(chosen ?? [sizes.length - 1, 0]), false);
    }
    function press() {
      buttons.forEach((row, l) =>
        row.forEach((one, k) =>
          one.setAttribute("aria-pressed", chosen?.[0] === l && chosen[1] === k),
        ),
      );
    }
    function enter(l, k, focus) {
      buttons.flat().forEach(one => {
        one.tabIndex = -1;
      });
      buttons[l][k].tabIndex = 0;
      if (focus) buttons[l][k].focus();
    }

    // Everything that depends on the sizes and the room, recomputed only when one of them changes.
    function lay(sizes) {
      const dots = devicePixelRatio || 1;
      const now = [shape, width, upright, dots].join();
      if (now === laid) return;
      laid = now;
      const [wide, high] = place(sizes);
      Object.assign(canvas, {width: Math.round(wide * dots), height: Math.round(high * dots)});
      canvas.getContext("2d").setTransform(dots, 0, 0, dots, 0, 0);
      strip.height = side * places.flat().length;
      node.style.height = `${high}px`;
      places.forEach((row, l) =>
        row.forEach(({x, y, t}, k) =>
          Object.assign(buttons[l][k].style, {
            left: `${(100 * (x - t / 2)) / wide}%`,
            top: `${y - t / 2}px`,
            width: `${t}px`,
            height: `${t}px`,
          }),
        ),
      );
    }

    function paint() {
      const style = getComputedStyle(node);
      const ink = key => style.getPropertyValue(key).trim();
      colours = nn.palette("diverging");
      inks = {
        a: ink("--nn-a"), b: ink("--nn-b"), ink: ink("--nn-ink"),
        paper: ink("--pst-color-background") || "#fff", face: style.fontFamily,
      };
    }

    function draw() {
      if (!last || !width) return;
      const {sizes, values, W} = last;
      lay(sizes);
      if (!inks) paint();
      const pen = canvas.getContext("2d");
      pen.clearRect(0, 0, canvas.width, canvas.height);
      W.forEach((weights, l) => lines(pen, l, weights));
      pen.setLineDash([]);
      pen.globalAlpha = 1;
      pictures(pen, values, sizes);
      if (numbers) W.forEach((weights, l) => figures(pen, l, weights));
      places.forEach((row, l) => row.forEach((spot, k) => captioned(pen, caption(l, k), spot, k)));
    }

    // From the edge of one image to the edge of the next.
    function ends(l, j, k) {
      const from = places[l][k];
      const to = places[l + 1][j];
      return upright
        ? [from.x, from.y + from.t / 2, to.x, to.y - to.t / 2]
        : [from.x + from.t / 2, from.y, to.x - to.t / 2, to.y];
    }

    function lines(pen, l, weights) {
      const n = places[l].length;
      const largest = Math.max(1e-9, ...weights.map(Math.abs));
      weights.forEach((w, i) => {
        const j = Math.floor(i / n);
        const k = i % n;
        const [x0, y0, x1, y1] = ends(l, j, k);
        const apart =
          chosen &&
          chosen[0] < places.length - 1 &&
          !(chosen[0] === l + 1 && chosen[1] === j) &&
          !(chosen[0] === l && chosen[1] === k);
        pen.globalAlpha = apart ? 0.12 : 0.85;
        pen.strokeStyle = w < 0 ? inks.b : inks.a;
        pen.lineWidth = 0.4 + (3 * Math.abs(w)) / largest;
        pen.setLineDash(w < 0 ? [5, 3] : []);
        const half = upright
          ? [x0, (y0 + y1) / 2, x1, (y0 + y1) / 2]
          : [(x0 + x1) / 2, y0, (x0 + x1) / 2, y1];
        pen.beginPath();
        pen.moveTo(x0, y0);
        pen.bezierCurveTo(...half, x1, y1);
        pen.stroke();
      });
    }

    // Zero is neutral; the strongest colour is the largest value of a unit, or 1.
    function pictures(pen, values, sizes) {
      const image = brush.createImageData(side, strip.height);
      const out = new Uint32Array(image.data.buffer);
      let o = 0;
      sizes.forEach((n, l) => {
        for (let k = 0; k < n; k++) {
          let largest = 1e-9;
          for (let i = k; i < values[l].length; i += n) {
            largest = Math.max(largest, Math.abs(values[l][i]));
          }
          for (let i = k; i < values[l].length; i += n) {
            out[o++] = colours[Math.round(127.5 * (1 + (values[l][i] / largest || 0)))];
          }
        }
      });
      brush.putImageData(image, 0, 0);
      Object.assign(pen, {strokeStyle: inks.ink, lineWidth: 1});
      places.flat().forEach(({x, y, t}, k) => {
        pen.drawImage(strip, 0, k * side, side, side, x - t / 2, y - t / 2, t, t);
        pen.strokeRect(x - t / 2, y - t / 2, t, t);
      });
    }

    // Below an image, or next to it: the first on the left.
    function captioned(pen, words, {x, y, t}, k) {
      if (!words) return;
      const beside = upright;
      const left = beside && k === 0 && words.length < 4;
      Object.assign(pen, {
        font: `13px ${inks.face}`,
        fillStyle: inks.ink,
        textBaseline: beside ? "middle" : "top",
        textAlign: beside ? (left ? "end" : "start") : "center",
      });
      pen.fillText(
        words,
        beside ? x + (left ? -1 : 1) * (t / 2 + 5) : x,
        beside ? y : y + t / 2 + 4,
      );
    }

    // The weight on each line; where lines cross, nearer to their ends.
    function figures(pen, l, weights) {
      const n = places[l].length;
      Object.assign(pen, {
        font: `600 13px ${inks.face}`,
        strokeStyle: inks.paper,
        fillStyle: inks.ink,
        lineWidth: 5,
        textAlign: "center",
        textBaseline: "middle",
        lineJoin: "round",
      });
      weights.forEach((w, i) => {
        const [x0, y0, x1, y1] = ends(l, Math.floor(i / n), i % n);
        const at = places[l + 1].length > 1 ? 0.66 : 0.38;
        const bent = at * at * (3 - 2 * at);
        const [x, y] = upright
          ? [x0 + bent * (x1 - x0), y0 + at * (y1 - y0)]
          : [x0 + at * (x1 - x0), y0 + bent * (y1 - y0)];
        pen.strokeText(nn.number(w, 1), x, y);
        pen.fillText(nn.number(w, 1), x, y);
      });
    }

    nn.onTheme(() => {
      inks = null;
      draw();
    });
    // It is first drawn when its width is known, and not before it is near the window.
    new ResizeObserver(([{contentRect}]) => {
      if (contentRect.width === width) return;
      [width, upright] = [contentRect.width, down()];
      draw();
    }).observe(node);
    return {
      node,
      set(next) {
        last = next;
        offer(next.sizes);
        draw();
      },
      mark(l, k) {
        chosen = l === null ? null : [l, k];
        press();
      },
    };
  }

  Object.assign(nn, {units});
})();
