// Grids of cells, read-only or editable, and images of pixels.
(() => {
  const {html} = nn;

  // A value from low to high as a fraction of a colour: below zero, orange; above, blue.
  const strength = (v, low, high) => {
    const most = low < 0 ? Math.max(-low, high) : high - low;
    return nn.clamp((low < 0 ? Math.abs(v) : v - low) / most, 0, 1);
  };

  // Cells in rows. values[i][j] from low to high; with low < 0 zero is neutral. show(v): the text
  // in a cell ("" for none); names: {rows, columns} are spoken instead of numbers; size: the
  // largest width of a cell in pixels. paint(values, i, j) makes it editable: a drag or space
  // sets what brush(v, i, j) gives for the first cell it meets; keys + and − change by step.
  function grid({values, label, low = 0, high = 1, show = () => "", names = {}, size = 40,
                 brush = v => v === high ? low : high, step = (high - low) / 10, paint}) {
    const now = values.map(row => [...row]), rows = now.length, across = now[0].length;
    const cells = now.map((row, i) =>
      row.map(() => html("div", {class: "nn-cell", role: paint ? "gridcell" : null})),
    );
    const node = html(
      "div",
      {
        class: `nn-cells ${paint ? "nn-paint" : ""}`,
        role: paint ? "grid" : "img",
        "aria-label": label,
        style: `--columns: ${across}; --cell: ${size}px`,
      },
      ...cells.map(row => html("div", {class: "nn-row", role: paint ? "row" : null}, ...row)),
    );
    const say = (i, j) =>
      `${names.rows?.[i] ?? `row ${i + 1}`}, ${names.columns?.[j] ?? `column ${j + 1}`}: `;

    function put(i, j, v) {
      now[i][j] = v;
      const cell = cells[i][j], words = show(v);
      cell.style.setProperty("--v", strength(v, low, high));
      cell.classList.toggle("nn-minus", low < 0 && v < 0);
      if (cell.textContent !== words) cell.textContent = words;
      if (paint) {
        cell.setAttribute(
          "aria-label", say(i, j) + (words || String(+v.toFixed(3)).replace("-", "−")),
        );
      }
    }
    const set = next =>
      next.forEach((row, i) =>
        row.forEach((v, j) => {
          if (v !== now[i][j]) put(i, j, v);
        }),
      );
    now.forEach((row, i) => row.forEach((v, j) => put(i, j, v)));
    const change = (i, j, v) => {
      if (now[i][j] === v) return;
      put(i, j, v);
      paint(now.map(row => [...row]), i, j);
    };
    if (paint) painted({node, cells, rows, across, now, brush, change, step, low, high});
    return {
      node, set,
      describe(words) { node.setAttribute("aria-label", words); },
      // Frames around cells: mark([[i, j], …]).
      mark(places) {
        node.querySelectorAll(".nn-lit").forEach(cell => cell.classList.remove("nn-lit"));
        places.forEach(([i, j]) => cells[i][j].classList.add("nn-lit"));
      },
    };
  }

  // Mouse, touch, pen and keys on an editable grid; one cell at a time is in the tab order.
  function painted({node, cells, rows, across, now, brush, change, step, low, high}) {
    let held = null, focus = [0, 0];
    const locate = ({clientX, clientY}) => {
      const box = node.getBoundingClientRect();
      return [
        Math.floor(((clientY - box.top) / box.height) * rows),
        Math.floor(((clientX - box.left) / box.width) * across),
      ];
    };
    const inside = (i, j) => i >= 0 && j >= 0 && i < rows && j < across;
    function enter(i, j, grab) {
      cells[focus[0]][focus[1]].tabIndex = -1;
      focus = [i, j];
      cells[i][j].tabIndex = 0;
      if (grab) cells[i][j].focus({preventScroll: grab === "pointer"});
    }
    cells.flat().forEach(cell => { cell.tabIndex = -1; });
    enter(0, 0, false);
    node.addEventListener("pointerdown", event => {
      const [i, j] = locate(event);
      if (!inside(i, j) || event.button) return;
      node.setPointerCapture(event.pointerId);
      event.preventDefault();
      held = brush(now[i][j], i, j);
      enter(i, j, "pointer");
      change(i, j, held);
    });
    node.addEventListener("pointermove", event => {
      if (!node.hasPointerCapture(event.pointerId)) return;
      const [i, j] = locate(event);
      if (inside(i, j)) change(i, j, held);
    });
    nn.keys(node, (right, up) => {
      const i = nn.clamp(focus[0] - up, 0, rows - 1), j = nn.clamp(focus[1] + right, 0, across - 1);
      enter(i, j, "keys");
    });
    node.addEventListener("keydown", event => {
      const [i, j] = focus, by = {"+": step, "=": step, "-": -step}[event.key];
      if (by) change(i, j, nn.clamp(+(now[i][j] + by).toFixed(9), low, high));
      else if (event.key === " " || event.key === "Enter") change(i, j, brush(now[i][j], i, j));
      else return;
      event.preventDefault();
    });
  }

  // ---- colours of pixels
  const inks = name => {
    const value = getComputedStyle(document.documentElement)
      .getPropertyValue(`--nn-${name}`)
      .trim();
    const hex = value.length === 4 ? value.replace(/[^#]/g, "$&$&") : value;
    return [1, 3, 5].map(k => parseInt(hex.slice(k, k + 2), 16));
  };
  const between = (a, b, t) => a.map((v, k) => v + t * (b[k] - v));

  // 256 colours, each as one number for a pixel, red lowest: "grey" (for images), "ink"
  // (paper to ink), "diverging" (orange, neutral zero, blue), or two or more of our inks, such as
  // ["a", "b"].
  const packed = ([red, green, blue]) =>
    ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
  function palette(scale) {
    if (scale === "grey") return Uint32Array.from({length: 256}, (_, k) => packed([k, k, k]));
    const stops = (
      scale === "diverging" ? ["b", "soft", "a"] : scale === "ink" ? ["soft", "ink"] : scale
    ).map(inks);
    return Uint32Array.from({length: 256}, (_, k) => {
      const at = k / 255 * (stops.length - 1), i = Math.min(Math.floor(at), stops.length - 2);
      return packed(between(stops[i], stops[i + 1], at - i));
    });
  }

  // The bytes of a text in base64, for images in a page's data.
  const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));

  // An image: pixels is a text in base64 (bytes, grey or RGB) or numbers from low to high, row by
  // row. scale: a palette; an image in the book's inks is drawn again when the theme changes.
  function picture({
    width, height, pixels = null, label = "", low = 0, high = 255, scale = "grey", smooth = false,
  }) {
    const node = html("canvas", {
      width, height, role: "img", "aria-label": label,
      class: smooth ? "nn-picture nn-smooth" : "nn-picture",
    });
    const context = node.getContext("2d");
    const image = context.createImageData(width, height);
    const dots = new Uint32Array(image.data.buffer);
    const per = 255 / (high - low);
    const share = v => nn.clamp(Math.round((v - low) * per), 0, 255);
    let colours = palette(scale);
    let last = null;
    const coloured = values => values.length === 3 * width * height;
    function draw() {
      if (!last) return;
      if (coloured(last)) {
        for (let k = 0; k < dots.length; k++) {
          dots[k] = packed([0, 1, 2].map(c => share(last[3 * k + c])));
        }
      } else for (let k = 0; k < dots.length; k++) dots[k] = colours[share(last[k])];
      context.putImageData(image, 0, 0);
    }
    function set(next) {
      last = typeof next === "string" ? bytes(next) : next;
      if (last.length !== width * height && !coloured(last)) {
        throw new Error(
          `picture: expected ${width * height} or ${3 * width * height} values, got ${last.length}`,
        );
      }
      draw();
    }
    if (scale !== "grey") {
      nn.onTheme(() => {
        colours = palette(scale);
        draw();
      });
    }
    if (pixels) set(pixels);
    return {
      node, set,
      describe(words) {
        node.setAttribute("aria-label", words);
      },
    };
  }

  Object.assign(nn, {bytes, grid, palette, picture});
})();
