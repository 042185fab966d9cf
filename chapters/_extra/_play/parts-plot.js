// Plots with axes and planes without: ranges, ticks and scales, and a cursor. The marks are
// methods: plot.line(…), plot.dots(…).
// needs: parts-marks parts-handles
(() => {
  const {rounded, svg, text} = nn;

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
    for (let k = first; k <= last; k += each) {
      all.push(...between.map(m => +(m * 10 ** k).toPrecision(12)));
    }
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

  // ---- the surface that plots and planes share
  function surface({width, height, inner, describe, className}) {
    const ground = svg("g"), free = svg("g"), over = svg("g"), redone = [], labels = [];
    const box = {x: inner.left, y: inner.top, width: inner.width, height: inner.height};
    const clipped = svg("svg", {
      ...box, viewBox: Object.values(box).join(" "), preserveAspectRatio: "none",
    });
    const drawing = nn.scaled(
      svg(
        "svg",
        {
          viewBox: `0 0 ${width} ${height}`,
          role: "img",
          "aria-label": describe,
          class: `nn-drawing ${className}`,
        },
        ground,
        clipped,
        free,
        over,
      ),
    );
    const node = nn.html("div", {class: "nn-frame"}, drawing);
    const on = {
      node, svg: drawing, ground, clipped, free, over, inner, labels,
      redo(f) {
        redone.push(f);
      },
      repaint() {
        redone.forEach(f => f());
      },
      describe(words) {
        if (drawing.getAttribute("aria-label") !== words) drawing.setAttribute("aria-label", words);
      },
      // A canvas (nn.picture) behind the marks, as large as the inside of the frame.
      behind(canvas) {
        const part = (v, whole) => `${(100 * v) / whole}%`;
        Object.assign(canvas.style, {
          left: part(inner.left, width), top: part(inner.top, height),
          width: part(inner.width, width), height: part(inner.height, height),
        });
        canvas.classList.add("nn-behind");
        node.prepend(canvas);
      },
      // A click or tap on an empty place: f(x, y).
      press(f) {
        drawing.addEventListener("click", event => {
          if (event.target.closest(".nn-point, .nn-handle")) return;
          const {x, y} = nn.place(event, drawing);
          f(...on.from(x, y));
        });
      },
      name(words, places, away = 5) {
        nameAt(on, words, places, away);
      },
    };
    for (const [name, method] of Object.entries(nn.MARKS)) {
      on[name] = (options = {}) => method(on, options);
    }
    return on;
  }

  // The name of a line is at its end; names at the right edge keep clear of each other.
  function nameAt(on, words, places, away) {
    const inside = places
      .map(([x, y]) => on.to(x, y))
      .filter(
        ([px, py]) =>
          py >= on.inner.top - 1 &&
          py <= on.inner.top + on.inner.height + 1 &&
          px <= on.inner.left + on.inner.width + 1,
      );
    const [x, y] = inside[inside.length - 1] ?? [-99, -99];
    words.place = [x + away, y + 4];
    const sorted = on.labels.filter(l => l.place).sort((a, b) => a.place[1] - b.place[1]);
    let last = -Infinity;
    for (const label of sorted) {
      last = Math.max(label.place[1], last + 15);
      label.setAttribute("x", rounded(label.place[0]));
      label.setAttribute("y", rounded(last));
    }
  }

  // A plot with axes. x, y: ranges; log: "x", "y" or "xy"; xlabel, ylabel: names with units; right:
  // room for names of lines, 10 a letter; xticks, yticks: positions of your choice. range(x, y)
  // changes the ranges.
  function plot({
    width = 300, height = 220, x, y, log = "", xlabel = "", ylabel = "", right = 10, left = 44,
    xticks = null, yticks = null, show = tick, describe = "",
  }) {
    const inner = {left, top: ylabel ? 28 : 10, width: width - left - right};
    inner.height = height - inner.top - (xlabel ? 40 : 24);
    const on = surface({width, height, inner, describe, className: "nn-plot"});
    const bottom = inner.top + inner.height;
    const placesOf = (range, given, isLog, n) =>
      given ?? (isLog ? decades(...range, n) : ticks(...range, n));
    function range(nextX, nextY) {
      if (on.x && [...on.x, ...on.y].join() === [...nextX, ...nextY].join()) return;
      const logX = log.includes("x");
      const logY = log.includes("y");
      const sx = scale(nextX, inner.left, inner.left + inner.width, logX);
      const sy = scale(nextY, bottom, inner.top, logY);
      Object.assign(on, {
        x: nextX, y: nextY, px: sx.at, py: sy.at,
        to: (a, b) => [sx.at(a), sy.at(b)],
        from: (a, b) => [sx.back(a), sy.back(b)],
      });
      const end = inner.left + inner.width;
      on.ground.replaceChildren(
        ...placesOf(nextY, yticks, logY, logY ? 7 : 4).flatMap(v => [
          svg("line", {
            x1: inner.left, x2: end, y1: rounded(sy.at(v)), y2: rounded(sy.at(v)), class: "nn-grid",
          }),
          text(inner.left - 6, rounded(sy.at(v) + 4), show(v), {class: "nn-small nn-end"}),
        ]),
        ...placesOf(nextX, xticks, logX, 4).map(v =>
          text(rounded(sx.at(v)), bottom + 16, show(v), {class: "nn-small nn-middle"}),
        ),
        svg("path", {d: `M${inner.left} ${inner.top}V${bottom}H${end}`, class: "nn-axis"}),
        text(inner.left + inner.width / 2, height - 6, xlabel, {class: "nn-middle"}),
        text(2, 14, ylabel),
      );
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
    Object.assign(on, {
      unit, x: [-extent, extent], y: [-extent, extent],
      to: (x, y) => [half + x * unit, half - y * unit],
      from: (px, py) => [(px - half) / unit, (half - py) / unit],
    });
    let lines = "";
    for (let k = -Math.floor(extent); k <= extent; k++) {
      if (k) lines += `M${half + k * unit} 0V${size}M0 ${half + k * unit}H${size}`;
    }
    on.ground.append(
      svg("path", {d: lines, class: "nn-grid"}),
      svg("path", {d: `M${half} 0V${size}M0 ${half}H${size}`, class: "nn-axis"}),
    );
    return on;
  }

  // A vertical rule that follows the pointer, a finger, or the arrow keys; it calls move(x).
  function cursor(on, {at, label, step, show = x => nn.number(x), move}) {
    const rule = svg("line", {
      y1: on.inner.top, y2: on.inner.top + on.inner.height, class: "nn-rule",
    });
    const node = svg("g", {class: "nn-cursor", tabindex: 0, role: "slider", "aria-label": label,
      "aria-valuemin": on.x[0], "aria-valuemax": on.x[1]}, rule);
    let now = at;
    function place(x) {
      now = nn.clamp(x, ...on.x);
      node.setAttribute("transform", `translate(${rounded(on.px(now))} 0)`);
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
    nn.keys(node, (right, up, large) =>
      shift(+(now + (right || up) * (large ? 5 : 1) * step).toFixed(9)),
    );
    place(at);
    on.redo(() => place(now));
    on.free.before(node);  // so that words stay on it
    on.svg.setAttribute("role", "group");
    return {node, set: place};
  }

  Object.assign(nn, {decades, plane, plot, ticks});
})();
