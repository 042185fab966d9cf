// <nn-broadcast>: type two shapes; see them matched from the right, and small arrays repeated.
// room: 736 420
// shapes: two lists of sizes; presets: [{name, shapes}].
nn.define("broadcast", (element, {shapes, presets = []}) => {
  const state = {a: shapes[0], b: shapes[1]};
  const CELL = 34, MOST = 6;
  const live = nn.live(), table = nn.html("div"), drawings = nn.html("div");

  const written = shape => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;

  // The sizes in "(3, 1)", "3,1" or "()"; a text about the error for anything else.
  function parsed(words) {
    const inner = words.trim().replace(/^\((.*)\)$/, "$1").trim().replace(/,$/, "");
    const sizes = inner === "" ? [] : inner.split(",").map(size => size.trim());
    const bad = sizes.find(size => !/^\d{1,6}$/.test(size));
    if (bad !== undefined) {
      return `“${bad}” is not a size. Write whole numbers with commas, such as (3, 1).`;
    }
    return sizes.length > 5 ? "Please use at most five axes." : sizes.map(Number);
  }

  // Axes from the right: the sizes of a and b (null where an axis is missing) and of the result.
  function matched(a, b) {
    const axes = Math.max(a.length, b.length);
    return Array.from({length: axes}, (_, k) => {
      const [p, q] = [a, b].map(shape => shape[k - axes + shape.length] ?? null);
      const size = (p ?? 1) === 1 ? q ?? 1 : p;
      return {p, q, size, fits: [p, q].every(v => (v ?? 1) === 1 || v === size)};
    });
  }

  function axesTable(axes) {
    const own = (v, size) =>
      v === null ? `none → ${size}` : v === 1 && size !== 1 ? `1 → ${size}` : String(v);
    const row = (name, cells) => nn.html("tr", {}, nn.html("th", {scope: "row"}, name),
      ...cells.map(words => nn.html("td", {}, words)));
    return nn.html("table", {class: "nn-shapes"},
      nn.html("tbody", {},
        row("a", axes.map(({p, size, fits}) => fits ? own(p, size) : `${p}`)),
        row("b", axes.map(({q, size, fits}) => fits ? own(q, size) : `${q}`)),
        row("a + b", axes.map(({size, fits}) => fits ? String(size) : "✗"))));
  }

  // The first entries of an array are 10, 20, … in a and 1, 2, … in b, so that a sum shows both.
  function sheet(name, shape, axes, value) {
    const [rows, across] = [axes.at(-2)?.size ?? 1, axes.at(-1)?.size ?? 1];
    const [high, wide] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
    const cells = [];
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < across; j++) {
        const own = i < high && j < wide;
        cells.push(
          nn.svg("rect", {
            x: j * CELL + 1, y: i * CELL + 1, width: CELL - 3, height: CELL - 3, rx: 3,
            class: "nn-empty",
            "stroke-dasharray": own ? null : "3 4",
            style: own ? "stroke: var(--nn-ink)" : "fill: none; stroke: var(--nn-quiet)",
          }),
          nn.text((j + 0.5) * CELL, (i + 0.5) * CELL + 5, value(i, j), {
            class: "nn-middle",
            style: `fill: var(--nn-${own ? "ink" : "quiet"})`,
          }),
        );
      }
    }
    const drawing = nn.scaled(
      nn.svg(
        "svg",
        {
          viewBox: `0 0 ${across * CELL} ${rows * CELL}`,
          role: "img",
          class: "nn-drawing",
          style: `width: ${across * CELL}px; max-width: 100%`,
          "aria-label": `${name}: ${rows} rows of ${across}`,
        },
        ...cells,
      ),
    );
    return nn.html("div", {}, nn.html("p", {class: "nn-note"}, name), drawing);
  }

  function sheets(axes) {
    const {a, b} = state, result = axes.map(axis => axis.size);
    const entry = (shape, unit) => (i, j) => {
      const [high, wide] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
      return unit * (1 + (high === 1 ? 0 : i) * wide + (wide === 1 ? 0 : j));
    };
    const [left, right] = [entry(a, 10), entry(b, 1)];
    return nn.html(
      "div",
      {class: "nn-sheets"},
      sheet("a", a, axes, left),
      sheet("b", b, axes, right),
      sheet("a + b", result, axes, (i, j) => left(i, j) + right(i, j)),
    );
  }

  function draw() {
    const axes = matched(state.a, state.b), wrong = axes.findLastIndex(axis => !axis.fits);
    const sizes = axes.map(axis => axis.size);
    const small = axes.length <= 2 && sizes.every(size => size > 0 && size <= MOST);
    table.replaceChildren(axesTable(axes));
    drawings.replaceChildren(...wrong < 0 && small ? [sheets(axes)] : []);
    if (wrong >= 0) {
      const [p, q] = [state.a, state.b].map(shape => written(shape).replaceAll(" ", ""));
      live.set(
        `ValueError: operands could not be broadcast together with shapes ${p} ${q}. In axis ` +
          `${wrong - axes.length}, counted from the right, ${axes[wrong].p} meets ` +
          `${axes[wrong].q}; ` +
          "sizes must be equal, or one of them 1.",
      );
      return;
    }
    const count = sizes.reduce((n, size) => n * size, 1);
    live.set(
      `The result has the shape ${written(sizes)}: ${nn.thousands(count)} ` +
        `${count === 1 ? "number" : "numbers"}.` +
        (small
          ? ""
          : count === 0
            ? " There is nothing to draw."
            : ` We only draw results with at most two axes of at most ${MOST} entries each.`),
    );
  }
  const redraw = nn.frame(draw);

  function shapeField(name) {
    const key = nn.id();
    const input = nn.html("input", {
      id: key, type: "text", value: written(state[name]), spellcheck: "false", autocomplete: "off",
      style: "width: 9rem; text-align: left",
    });
    input.addEventListener("input", () => {
      const shape = parsed(input.value);
      if (typeof shape === "string") {
        input.setAttribute("aria-invalid", "true");
        live.set(`Shape of ${name}: ${shape}`);
        return;
      }
      input.removeAttribute("aria-invalid");
      state[name] = shape;
      names.set(-1);
      redraw();
    });
    input.addEventListener("change", () => {
      input.value = written(state[name]);
      input.removeAttribute("aria-invalid");
      redraw();
    });
    return {
      node: nn.html(
        "div",
        {class: "nn-field"},
        nn.html("label", {for: key}, `shape of ${name}`),
        input,
      ),
      set(shape) {
        state[name] = shape;
        input.value = written(shape);
        input.removeAttribute("aria-invalid");
      },
    };
  }
  const fields = {a: shapeField("a"), b: shapeField("b")};
  const names = nn.buttons({label: "examples", options: presets.map(p => p.name),
    chosen: presets.findIndex(p => String(p.shapes) === String(shapes)),
    press: k => {
      fields.a.set(presets[k].shapes[0]);
      fields.b.set(presets[k].shapes[1]);
      redraw();
    }});
  element.replaceChildren(
    names.node, nn.columns(fields.a.node, fields.b.node), table, live.node, drawings,
  );
  draw();
}, "shapes");
