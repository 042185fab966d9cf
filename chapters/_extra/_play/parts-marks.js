// Marks on plots and planes: lines, areas, dots, arrows, words, contours. Each mark is made once
// and changed in place: const line = plot.line({colour: "a"}); line.set(points).
(() => {
  const {html, svg, text} = nn;
  const rounded = v => Math.round(10 * v) / 10;

  // The colour of a mark, an ink of the book, as the style of its node.
  const ink = name => `--ink: var(--nn-${name})`;

  // The path of an arrow from the origin to (x, y), shaft and head.
  function arrow(x, y, head = 11) {
    const length = Math.hypot(x, y);
    if (length < 1) return "M0 0";
    const u = x / length, v = y / length, h = Math.min(head, length), w = 0.42 * h;
    const bx = x - h * u, by = y - h * v;
    return `M0 0L${bx} ${by}M${x} ${y}L${bx - w * v} ${by + w * u}L${bx + w * v} ${by - w * u}Z`;
  }

  // The outline of a mark around (0, 0): shapes differ too, because colours are not enough.
  const SHAPES = {
    circle: r => `m${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`,
    square: r => `m${-0.9 * r} ${-0.9 * r}h${1.8 * r}v${1.8 * r}h${-1.8 * r}z`,
    diamond: r =>
      `m0 ${-1.25 * r}l${1.25 * r} ${1.25 * r}l${-1.25 * r} ${1.25 * r}l${-1.25 * r} ${-1.25 * r}z`,
    triangle: r => `m0 ${-1.2 * r}l${1.15 * r} ${2 * r}h${-2.3 * r}z`,
    cross: r => `m${-r} ${-r}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`,
  };

  // The path through points, with gaps where one is not finite.
  const coordinates = (on, points) => {
    let path = "", pen = "M";
    for (const [x, y] of points) {
      const [px, py] = on.to(x, y);
      if (Number.isFinite(px) && Number.isFinite(py)) {
        path += `${pen}${rounded(px)} ${rounded(py)}`;
        pen = "L";
      } else pen = "M";
    }
    return path;
  };

  // The graph of a function over the width of a plot.
  const sampled = (on, f) => Array.from({length: 161}, (_, k) => {
    const [x] = on.from(on.inner.left + k / 160 * on.inner.width, 0);
    return [x, f(x)];
  });

  // A mark has a node and set(…), which paints it again; it is also painted again when the ranges
  // of its plot change.
  function mark(on, first, paint, node) {
    let last = [first], stale = false;
    const set = (...value) => { last = value; stale = false; paint(...value); };
    const late = nn.frame(() => { if (stale) set(...last); });
    set(first);
    on.redo(() => { stale = true; late(); });  // unless it is set before, as most are
    return {node, set};
  }

  // ---- the key of a plot
  // legend(lineKey({colour: "a"}, "loss"), dotKey({colour: "b", shape: "square"}, "samples")).
  const legend = (...entries) => html("div", {class: "nn-key"}, ...entries);

  const keyed = (colour, sign, label) => html("span", {style: ink(colour)}, sign, label);

  // A piece of a line, with one of its dots where it has some.
  function lineKey({colour, dash = null, width = 2.2, shape = null}, label) {
    const long = shape ? 30 : 26;
    const line = svg("path", {
      d: `M0 6H${long}`, class: "nn-stroke", "stroke-dasharray": dash,
      style: `stroke-width: ${width}`,
    });
    const dot = shape && svg("path", {d: `M15 6${SHAPES[shape](4.4)}`, class: "nn-dots"});
    const sign = svg(
      "svg",
      {viewBox: `0 0 ${long} 12`, width: long, height: 12, "aria-hidden": "true"},
      line,
      ...dot ? [dot] : [],
    );
    return keyed(colour, sign, label);
  }

  const dotKey = (look, label) => keyed(look.colour, dotSign(look), label);

  // One dot, for a key or a button.
  function dotSign({colour, shape, size = 18, hollow = false}) {
    const dot = svg("path", {
      d: `M0 0${SHAPES[shape](6)}`, class: shape === "cross" || hollow ? "nn-stroke" : "nn-dots",
    });
    return svg(
      "svg",
      {
        viewBox: "-9 -9 18 18", width: size, height: size, "aria-hidden": "true",
        style: ink(colour),
      },
      dot,
    );
  }

  // ---- marks
  // What each method of a plot or plane makes: the plot (on) comes first.
  const MARKS = {
    // A line through points, or the graph of a function; label is at its last visible point,
    // so many pixels away.
    line(on, {points = [], colour = "a", dash = null, width = 2.2, label = "", away = 5}) {
      const node = svg("path", {
        class: "nn-stroke",
        style: `${ink(colour)}; stroke-width: ${width}`,
        "stroke-dasharray": dash,
      });
      const words = label ? svg("text", {class: "nn-name", style: ink(colour)}, label) : null;
      on.clipped.append(node);
      if (words) { on.free.append(words); on.labels.push(words); }
      return mark(on, points, value => {
        const places = typeof value === "function" ? sampled(on, value) : value;
        node.setAttribute("d", coordinates(on, places));
        if (words) on.name(words, places, away);
      }, node);
    },
    // A closed shape, filled: a polygon, or the area between two lines.
    area(on, {points = [], colour = "a", edge = false}) {
      const node = svg("path", {class: edge ? "nn-area nn-edge" : "nn-area", style: ink(colour)});
      on.clipped.append(node);
      return mark(
        on, points,
        value => node.setAttribute("d", value.length ? `${coordinates(on, value)}Z` : ""),
        node,
      );
    },
    // Dots of one colour and shape (circle, square, diamond, triangle, cross), r in pixels.
    dots(on, {points = [], colour = "a", shape = "circle", r = 4}) {
      const node = svg("path", {
        class: shape === "cross" ? "nn-stroke" : "nn-dots",
        style: ink(colour),
      });
      const outline = SHAPES[shape](r);
      on.free.append(node);
      return mark(on, points, value => {
        let path = "";
        for (const [x, y] of value) {
          const [px, py] = on.to(x, y);
          if (Number.isFinite(px + py)) path += `M${rounded(px)} ${rounded(py)}${outline}`;
        }
        node.setAttribute("d", path);
      }, node);
    },
    // One dot that never leaves the plot: outside, an arrow at the border points to where it is,
    // next to a description of the place. set([x, y], "words"), or set(null).
    marker(on, {at = null, colour = "a", shape = "diamond", r = 7}) {
      const dot = MARKS.dots(on, {colour, shape, r});
      const away = MARKS.arrow(on, {colour, head: 13});
      const words = MARKS.words(on, {colour, side: "middle"}), length = 30;
      return mark(on, at, (value, label = "") => {
        const {left, top, width, height} = on.inner, right = left + width, bottom = top + height;
        const place = value && on.to(...value);
        const edge = place && [nn.clamp(place[0], left, right), nn.clamp(place[1], top, bottom)];
        const out = place && place.map((v, k) => Math.sign(Math.round(v - edge[k])));
        const gone = Boolean(out) && out.some(v => v !== 0);
        dot.set(place && !gone ? [value] : []);
        const back = gone && edge.map((v, k) => v - length * out[k] / Math.hypot(...out));
        away.set(gone ? [on.from(...back), on.from(...edge)] : null);
        const room = 4 * label.length + 4;
        words.set(
          gone
            ? on.from(
                nn.clamp(back[0], left + room, right - room),
                nn.clamp(back[1] + 18, top + 18, bottom - 8),
              )
            : on.from(left, top),
          gone ? label : "",
        );
      }, dot.node);
    },
    // An arrow from one place to another: set([from, to]).
    arrow(on, {points = null, colour = "a", head = 11, label = ""}) {
      const node = svg("path", {class: "nn-arrow", style: ink(colour)});
      const words = text(0, 0, label, {class: "nn-name", style: ink(colour)});
      on.free.append(node, words);
      return mark(on, points, value => {
        if (!value) { node.setAttribute("d", ""); return; }
        const [x0, y0] = on.to(...value[0]), [x, y] = on.to(...value[1]);
        node.setAttribute("d", arrow(x - x0, y - y0, head));
        node.setAttribute("transform", `translate(${rounded(x0)} ${rounded(y0)})`);
        if (label) {
          words.setAttribute("x", rounded(x + 8));
          words.setAttribute("y", rounded(y - 8));
        }
      }, node);
    },
    // Words at a place: set([x, y], "words").
    words(on, {at = [on.x[0], on.y[0]], label = "", colour = "ink", side = "start"}) {
      const node = svg("text", {class: `nn-name nn-${side}`, style: ink(colour)}, label);
      on.free.append(node);
      return mark(on, at, (value, content) => {
        const [px, py] = on.to(...value);
        node.setAttribute("x", rounded(px));
        node.setAttribute("y", rounded(py));
        if (content !== undefined) node.textContent = content;
      }, node);
    },
    // Lines of equal height of a function of (x, y); n cells a side.
    contours(on, {field = null, levels = [], n = 60, colour = "ink"}) {
      const node = svg("path", {class: "nn-contour", style: ink(colour)});
      on.clipped.prepend(node);
      return mark(
        on, field,
        (value, at = levels) => node.setAttribute("d", value ? contours(on, value, at, n) : ""),
        node,
      );
    },
  };

  // Marching squares: in each cell, the pieces of line where the field passes a level.
  function contours(on, field, levels, n) {
    const {left, top, width, height} = on.inner, all = Array.from({length: n + 1}, (_, k) => k);
    const column = i => left + i / n * width, row = j => top + j / n * height;
    const xs = all.map(i => on.from(column(i), top)[0]);
    const ys = all.map(j => on.from(left, row(j))[1]);
    const place = all.map(i => rounded(column(i))), grid = ys.map(y => xs.map(x => field(x, y)));
    let path = "";
    for (const level of levels) for (let j = 0; j < n; j++) for (let i = 0; i < n; i++) {
      const upper = grid[j], lower = grid[j + 1], below = upper[i] < level;
      if (
        upper[i + 1] < level === below &&
        lower[i + 1] < level === below &&
        lower[i] < level === below
      ) {
        continue;
      }
      const corner = [upper[i], upper[i + 1], lower[i + 1], lower[i]];
      const side = corner.map((v, k) => (v < level) !== (corner[(k + 1) % 4] < level));
      const at = side.map(
        (cut, k) => cut && (level - corner[k]) / (corner[(k + 1) % 4] - corner[k]),
      );
      const x = place[i], dx = width / n, dy = height / n, y = row(j);
      const ends = [
        [x + at[0] * dx, y],
        [x + dx, y + at[1] * dy],
        [x + dx - at[2] * dx, y + dy],
        [x, y + dy - at[3] * dy],
      ].filter((_, k) => side[k]);
      for (let k = 0; k + 1 < ends.length; k += 2) {
        const [from, to] = ends.slice(k, k + 2).map(([a, b]) => `${rounded(a)} ${rounded(b)}`);
        path += `M${from}L${to}`;
      }
    }
    return path;
  }

  Object.assign(nn, {MARKS, SHAPES, arrow, dotKey, dotSign, ink, legend, lineKey, rounded});
})();
