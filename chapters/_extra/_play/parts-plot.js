// Plots and planes: ranges, ticks, lines, dots, areas, arrows, contours, handles, a cursor. Marks
// are made once and changed in place: const line = plot.line({colour: "a"}); line.set(points).
(() => {
  const {svg, text} = nn;
  const near = v => Math.round(10 * v) / 10;

  // The path of an arrow from the origin to (x, y), shaft and head.
  function arrow(x, y, head = 11) {
    const length = Math.hypot(x, y);
    if (length < 1) return "M0 0";
    const u = x / length, v = y / length, h = Math.min(head, length), w = 0.42 * h;
    const bx = x - h * u, by = y - h * v;
    return `M0 0L${bx} ${by}M${x} ${y}L${bx - w * v} ${by + w * u}L${bx + w * v} ${by - w * u}Z`;
  }

  // The outline of a mark around (0, 0): shapes tell apart what colours alone must not.
  const SHAPES = {
    circle: r => `m${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`,
    square: r => `m${-0.9 * r} ${-0.9 * r}h${1.8 * r}v${1.8 * r}h${-1.8 * r}z`,
    diamond: r => `m0 ${-1.25 * r}l${1.25 * r} ${1.25 * r}l${-1.25 * r} ${1.25 * r}l${-1.25 * r} ${-1.25 * r}z`,
    triangle: r => `m0 ${-1.2 * r}l${1.15 * r} ${2 * r}h${-2.3 * r}z`,
    cross: r => `m${-r} ${-r}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`,
  };
  const ink = name => `--ink: var(--nn-${name})`;

  // A handle on a plane or plot (on), moved by mouse, touch, pen or arrow keys (shift: 5 steps).
  // at: [x, y]; snap: multiples that a drag keeps to; fit([x, y]): the nearest allowed place;
  // show(x, y): what is spoken; move(x, y) hears of changes, press(x, y) of Enter and space;
  // name: drawn beside the handle.
  function point({on, at, label, name = "", step = 0.1, snap = 0, fit = p => p,
                  show = (x, y) => `${nn.number(x)}, ${nn.number(y)}`, move, press, colour = "a", shape = "circle"}) {
    const words = nn.text(12, -10, name, {class: "nn-name"});
    const tidy = v => +v.toFixed(9);  // 0.1 + 0.2 is 0.3 for a reader
    const node = nn.svg("g", {class: "nn-point", style: ink(colour), tabindex: 0, role: "slider",
      "aria-label": label, "aria-roledescription": "point", "aria-valuemin": Math.min(...on.x), "aria-valuemax": Math.max(...on.x)},
    nn.svg("circle", {r: 22, class: "nn-hit"}), nn.svg("path", {d: `M0 0${SHAPES[shape](7)}`, class: "nn-knob"}), words);
    let spot, grip = [0, 0];
    const round = v => snap ? Math.round(v / snap) * snap : v;
    function place(x, y) {
      spot = fit([nn.clamp(x, ...on.x), nn.clamp(y, ...on.y)]);
      const [px, py] = on.to(...spot);
      node.setAttribute("transform", `translate(${px} ${py})`);
      node.setAttribute("aria-valuenow", +spot[0].toFixed(9));
      node.setAttribute("aria-valuetext", show(...spot));
    }
    const shift = (x, y) => { place(x, y); move(...spot); };
    nn.drag(node, on.svg, (px, py, first) => {
      const [x, y] = on.to(...spot);
      if (first) grip = [px - x, py - y];
      else shift(...on.from(px - grip[0], py - grip[1]).map(round));
    });
    nn.keys(node, (right, up, large) => {
      const by = large ? 5 * step : step;
      shift(tidy(spot[0] + right * by), tidy(spot[1] + up * by));
    });
    if (press) node.addEventListener("keydown", event => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      press(...spot);
    });
    place(...at);
    on.redo(() => place(...spot));
    on.over.append(node);
    on.svg.setAttribute("role", "group");  // an image would hide the handle from a screen reader
    return {node, set: place, get at() { return spot; }};
  }


  // ---- ticks
  // About n round numbers from low to high.
  function ticks(low, high, n = 5) {
    const rough = (high - low) / n, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map(m => m * power).find(s => s >= 0.999 * rough);
    const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
    return Array.from({length: last - first + 1}, (_, k) => +((first + k) * step).toPrecision(12));
  }

  // Powers of ten from low to high, thinned to about n; with 2 and 5 in between where they are few.
  function decades(low, high, n = 6) {
    const first = Math.floor(Math.log10(low) + 1e-9), last = Math.ceil(Math.log10(high) - 1e-9);
    const each = Math.ceil((last - first) / n), between = last - first <= 2 ? [1, 2, 5] : [1];
    const all = [];
    for (let k = first; k <= last; k += each) all.push(...between.map(m => +(m * 10 ** k).toPrecision(12)));
    return all.filter(v => v >= low * 0.999 && v <= high * 1.001);
  }

  const raised = k => String(k).replace(/./g, c => c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]);
  const tick = v => {
    if (v !== 0 && (Math.abs(v) < 0.001 || Math.abs(v) >= 1e5)) {
      const [digits, power] = v.toExponential().split("e");
      return `${digits === "1" ? "" : `${digits}·`}10${raised(+power)}`.replace("-", "−");
    }
    return String(v).replace("-", "−");
  };

  // A scale from [low, high] to [a, b], and back.
  function scale([low, high], a, b, log) {
    const f = log ? Math.log : v => v, g = log ? Math.exp : v => v;
    const from = f(low), per = (b - a) / (f(high) - from);
    return {at: v => a + (f(v) - from) * per, back: p => g(from + (p - a) / per)};
  }

  // ---- marks
  const coordinates = (on, points) => {
    let path = "", pen = "M";
    for (const [x, y] of points) {
      const [px, py] = on.to(x, y);
      if (Number.isFinite(px) && Number.isFinite(py)) { path += `${pen}${near(px)} ${near(py)}`; pen = "L"; }
      else pen = "M";
    }
    return path;
  };

  const sampled = (on, f) => Array.from({length: 161}, (_, k) => {
    const [x] = on.from(on.inner.left + k / 160 * on.inner.width, 0);
    return [x, f(x)];
  });

  const METHODS = {
    // A line through points, or the graph of a function; label stands at its last visible point,
    // so many pixels away.
    line(on, {points = [], colour = "a", dash = null, width = 2.2, label = "", away = 5}) {
      const node = svg("path", {class: "nn-stroke", style: `${ink(colour)}; stroke-width: ${width}`, "stroke-dasharray": dash});
      const words = label ? svg("text", {class: "nn-name", style: ink(colour)}, label) : null;
      on.clipped.append(node);
      if (words) { on.free.append(words); on.labels.push(words); }
      return mark(on, points, value => {
        const places = typeof value === "function" ? sampled(on, value) : value;
        node.setAttribute("d", coordinates(on, places));
        if (words) on.name(words, places, away);
      }, node);
    },
    // A closed shape, filled: a polygon, or what lies between two lines.
    area(on, {points = [], colour = "a", edge = false}) {
      const node = svg("path", {class: edge ? "nn-area nn-edge" : "nn-area", style: ink(colour)});
      on.clipped.append(node);
      return mark(on, points, value => node.setAttribute("d", value.length ? `${coordinates(on, value)}Z` : ""), node);
    },
    // Dots of one colour and shape (circle, square, diamond, triangle, cross), r in pixels.
    dots(on, {points = [], colour = "a", shape = "circle", r = 4}) {
      const node = svg("path", {class: shape === "cross" ? "nn-stroke" : "nn-dots", style: ink(colour)});
      const outline = SHAPES[shape](r);
      on.free.append(node);
      return mark(on, points, value => {
        let path = "";
        for (const [x, y] of value) {
          const [px, py] = on.to(x, y);
          if (Number.isFinite(px + py)) path += `M${near(px)} ${near(py)}${outline}`;
        }
        node.setAttribute("d", path);
      }, node);
    },
    // One dot that never leaves the plot: outside, an arrow at the border points to where it is,
    // beside words that say where. set([x, y], "words"), or set(null).
    marker(on, {at = null, colour = "a", shape = "diamond", r = 7}) {
      const dot = METHODS.dots(on, {colour, shape, r}), away = METHODS.arrow(on, {colour, head: 13});
      const words = METHODS.words(on, {colour, side: "middle"}), length = 30;
      return mark(on, at, (value, label = "") => {
        const {left, top, width, height} = on.inner, right = left + width, bottom = top + height;
        const place = value && on.to(...value), edge = place && [nn.clamp(place[0], left, right), nn.clamp(place[1], top, bottom)];
        const out = place && place.map((v, k) => Math.sign(Math.round(v - edge[k])));
        const gone = Boolean(out) && out.some(v => v !== 0);
        dot.set(place && !gone ? [value] : []);
        const back = gone && edge.map((v, k) => v - length * out[k] / Math.hypot(...out));
        away.set(gone ? [on.from(...back), on.from(...edge)] : null);
        const room = 4 * label.length + 4;
        words.set(gone ? on.from(nn.clamp(back[0], left + room, right - room), nn.clamp(back[1] + 18, top + 18, bottom - 8)) : on.from(left, top), gone ? label : "");
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
        node.setAttribute("transform", `translate(${near(x0)} ${near(y0)})`);
        if (label) { words.setAttribute("x", near(x + 8)); words.setAttribute("y", near(y - 8)); }
      }, node);
    },
    // Words at a place: set([x, y], "words").
    words(on, {at = [on.x[0], on.y[0]], label = "", colour = "ink", side = "start"}) {
      const node = svg("text", {class: `nn-name nn-${side}`, style: ink(colour)}, label);
      on.free.append(node);
      return mark(on, at, (value, content) => {
        const [px, py] = on.to(...value);
        node.setAttribute("x", near(px));
        node.setAttribute("y", near(py));
        if (content !== undefined) node.textContent = content;
      }, node);
    },
    // Lines of equal height of a function of (x, y); n cells a side.
    contours(on, {field = null, levels = [], n = 60, colour = "ink"}) {
      const node = svg("path", {class: "nn-contour", style: ink(colour)});
      on.clipped.prepend(node);
      return mark(on, field, (value, at = levels) => node.setAttribute("d", value ? contours(on, value, at, n) : ""), node);
    },
  };

  function mark(on, first, paint, node) {
    let last = [first], stale = false;
    const set = (...value) => { last = value; stale = false; paint(...value); };
    const late = nn.frame(() => { if (stale) set(...last); });
    set(first);
    on.redo(() => { stale = true; late(); });  // unless it is set before, as most are
    return {node, set};
  }

  // Marching squares: in each cell, the pieces of line where the field passes a level.
  function contours(on, field, levels, n) {
    const {left, top, width, height} = on.inner, all = Array.from({length: n + 1}, (_, k) => k);
    const column = i => left + i / n * width, row = j => top + j / n * height;
    const xs = all.map(i => on.from(column(i), top)[0]), ys = all.map(j => on.from(left, row(j))[1]);
    const place = all.map(i => near(column(i))), grid = ys.map(y => xs.map(x => field(x, y)));
    let path = "";
    for (const level of levels) for (let j = 0; j < n; j++) for (let i = 0; i < n; i++) {
      const upper = grid[j], lower = grid[j + 1], below = upper[i] < level;
      if (upper[i + 1] < level === below && lower[i + 1] < level === below && lower[i] < level === below) continue;
      const corner = [upper[i], upper[i + 1], lower[i + 1], lower[i]];
      const side = corner.map((v, k) => (v < level) !== (corner[(k + 1) % 4] < level));
      const at = side.map((cut, k) => cut && (level - corner[k]) / (corner[(k + 1) % 4] - corner[k]));
      const x = place[i], dx = width / n, dy = height / n, y = row(j);
      const ends = [[x + at[0] * dx, y], [x + dx, y + at[1] * dy], [x + dx - at[2] * dx, y + dy], [x, y + dy - at[3] * dy]]
        .filter((_, k) => side[k]);
      for (let k = 0; k + 1 < ends.length; k += 2) {
        path += `M${near(ends[k][0])} ${near(ends[k][1])}L${near(ends[k + 1][0])} ${near(ends[k + 1][1])}`;
      }
    }
    return path;
  }

  // ---- the surface that plots and planes share
  function surface({width, height, inner, describe, className}) {
    const ground = svg("g"), free = svg("g"), over = svg("g"), redone = [], labels = [];
    const box = {x: inner.left, y: inner.top, width: inner.width, height: inner.height};
    const clipped = svg("svg", {...box, viewBox: Object.values(box).join(" "), preserveAspectRatio: "none"});
    const drawing = nn.scaled(svg("svg", {viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": describe,
      class: `nn-drawing ${className}`}, ground, clipped, free, over));
    const node = nn.html("div", {class: "nn-frame"}, drawing);
    const on = {
      node, svg: drawing, ground, clipped, free, over, inner, labels,
      redo(f) { redone.push(f); },
      repaint() { redone.forEach(f => f()); },
      describe(words) { if (drawing.getAttribute("aria-label") !== words) drawing.setAttribute("aria-label", words); },
      // A canvas (nn.picture) behind the marks, as large as the inside of the frame.
      behind(canvas) {
        const part = (v, whole) => `${100 * v / whole}%`;
        Object.assign(canvas.style, {left: part(inner.left, width), top: part(inner.top, height),
          width: part(inner.width, width), height: part(inner.height, height)});
        canvas.classList.add("nn-behind");
        node.prepend(canvas);
      },
      // A click or tap on free ground: f(x, y).
      press(f) {
        drawing.addEventListener("click", event => {
          if (event.target.closest(".nn-point, .nn-handle")) return;
          const {x, y} = nn.place(event, drawing);
          f(...on.from(x, y));
        });
      },
      name(words, places, away = 5) { nameAt(on, words, places, away); },
    };
    for (const [name, method] of Object.entries(METHODS)) on[name] = (options = {}) => method(on, options);
    return on;
  }

  // The name of a line stands at its end; names at the right edge keep clear of each other.
  function nameAt(on, words, places, away) {
    const inside = places.map(([x, y]) => on.to(x, y)).filter(([px, py]) =>
      py >= on.inner.top - 1 && py <= on.inner.top + on.inner.height + 1 && px <= on.inner.left + on.inner.width + 1);
    const [x, y] = inside[inside.length - 1] ?? [-99, -99];
    words.place = [x + away, y + 4];
    const sorted = on.labels.filter(l => l.place).sort((a, b) => a.place[1] - b.place[1]);
    let last = -Infinity;
    for (const label of sorted) {
      last = Math.max(label.place[1], last + 15);
      label.setAttribute("x", near(label.place[0]));
      label.setAttribute("y", near(last));
    }
  }

  // A plot with axes. x, y: ranges; log: "x", "y" or "xy"; xlabel, ylabel: names with units; right:
  // room for names of lines, 10 a letter; xticks, yticks: places of one's own. range(x, y) changes the ranges.
  function plot({width = 300, height = 220, x, y, log = "", xlabel = "", ylabel = "", right = 10, left = 44,
                 xticks = null, yticks = null, show = tick, describe = ""}) {
    const inner = {left, top: ylabel ? 28 : 10, width: width - left - right};
    inner.height = height - inner.top - (xlabel ? 40 : 24);
    const on = surface({width, height, inner, describe, className: "nn-plot"});
    const bottom = inner.top + inner.height;
    const placesOf = (range, given, isLog, n) => given ?? (isLog ? decades(...range, n) : ticks(...range, n));
    function range(nextX, nextY) {
      if (on.x && [...on.x, ...on.y].join() === [...nextX, ...nextY].join()) return;
      const logX = log.includes("x"), logY = log.includes("y");
      const sx = scale(nextX, inner.left, inner.left + inner.width, logX), sy = scale(nextY, bottom, inner.top, logY);
      Object.assign(on, {x: nextX, y: nextY, px: sx.at, py: sy.at,
        to: (a, b) => [sx.at(a), sy.at(b)], from: (a, b) => [sx.back(a), sy.back(b)]});
      const end = inner.left + inner.width;
      on.ground.replaceChildren(
        ...placesOf(nextY, yticks, logY, logY ? 7 : 4).flatMap(v => [
          svg("line", {x1: inner.left, x2: end, y1: near(sy.at(v)), y2: near(sy.at(v)), class: "nn-grid"}),
          text(inner.left - 6, near(sy.at(v) + 4), show(v), {class: "nn-small nn-end"})]),
        ...placesOf(nextX, xticks, logX, 4).map(v => text(near(sx.at(v)), bottom + 16, show(v), {class: "nn-small nn-middle"})),
        svg("path", {d: `M${inner.left} ${inner.top}V${bottom}H${end}`, class: "nn-axis"}),
        text(inner.left + inner.width / 2, height - 6, xlabel, {class: "nn-middle"}), text(2, 14, ylabel));
      on.repaint();
    }
    range(x, y);
    on.range = range;
    on.cursor = options => cursor(on, options);
    return on;
  }

  // A square piece of the plane, origin in the middle, y upwards: extent units to each side.
  function plane({extent, size = 300, describe = ""}) {
    const unit = size / 2 / extent, half = size / 2;
    const on = surface({width: size, height: size, describe, className: "nn-plane",
      inner: {left: 0, top: 0, width: size, height: size}});
    Object.assign(on, {unit, x: [-extent, extent], y: [-extent, extent],
      to: (x, y) => [half + x * unit, half - y * unit], from: (px, py) => [(px - half) / unit, (half - py) / unit]});
    let lines = "";
    for (let k = -Math.floor(extent); k <= extent; k++) {
      if (k) lines += `M${half + k * unit} 0V${size}M0 ${half + k * unit}H${size}`;
    }
    on.ground.append(svg("path", {d: lines, class: "nn-grid"}), svg("path", {d: `M${half} 0V${size}M0 ${half}H${size}`, class: "nn-axis"}));
    return on;
  }

  // A vertical rule that follows the pointer, a finger, or the arrow keys: move(x) hears of it.
  function cursor(on, {at, label, step, show = x => nn.number(x), move}) {
    const rule = svg("line", {y1: on.inner.top, y2: on.inner.top + on.inner.height, class: "nn-rule"});
    const node = svg("g", {class: "nn-cursor", tabindex: 0, role: "slider", "aria-label": label,
      "aria-valuemin": on.x[0], "aria-valuemax": on.x[1]}, rule);
    let now = at;
    function place(x) {
      now = nn.clamp(x, ...on.x);
      node.setAttribute("transform", `translate(${near(on.px(now))} 0)`);
      node.setAttribute("aria-valuenow", +now.toFixed(9));
      node.setAttribute("aria-valuetext", show(now));
    }
    const shift = x => { place(x); move(now); };
    const follow = event => {
      const box = on.svg.getBoundingClientRect();
      shift(on.from((event.clientX - box.left) * on.svg.viewBox.baseVal.width / box.width, 0)[0]);
    };
    on.svg.style.touchAction = "pan-y";
    on.svg.addEventListener("pointermove", follow);
    on.svg.addEventListener("pointerdown", follow);
    nn.keys(node, (right, up, large) => shift(+(now + (right || up) * (large ? 5 : 1) * step).toFixed(9)));
    place(at);
    on.redo(() => place(now));
    on.free.before(node);  // so that words stay on it
    on.svg.setAttribute("role", "group");
    return {node, set: place};
  }

  Object.assign(nn, {SHAPES, arrow, ink, plane, plot, point, ticks, decades});
})();
