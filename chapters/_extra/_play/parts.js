// Shared parts of the figures that move. A classic script: modules do not load from file://.
// A figure registers itself with nn.define("name", (element, data) => …) and draws with the rest.
window.nn = (() => {
  const SVG = "http://www.w3.org/2000/svg";

  function fill(node, attributes, children) {
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else if (value !== null && value !== undefined) node.setAttribute(key, value);
    }
    node.append(...children);
    return node;
  }

  // html("label", {for: id, onclick: f}, "text", node) and svg("line", {x1: 0}) make one node.
  const html = (tag, attributes = {}, ...children) =>
    fill(document.createElement(tag), attributes, children);
  const svg = (tag, attributes = {}, ...children) =>
    fill(document.createElementNS(SVG, tag), attributes, children);

  // The data that the page put inside the element.
  const data = element =>
    JSON.parse(element.querySelector('script[type="application/json"]').textContent);

  // A fresh id, the same at every visit.
  let count = 0;
  const id = () => `nn-${++count}`;

  // Register <nn-name>; build(element, data) runs once for each element on the page.
  function define(name, build) {
    customElements.define(`nn-${name}`, class extends HTMLElement {
      connectedCallback() {
        if (this.classList.contains("nn-ready")) return;
        this.classList.add("nn-ready");
        build(this, data(this));
      }
    });
  }

  // number(-1.25, 1) is "−1.3": a true minus sign, fixed digits.
  const number = (value, digits = 2) => {
    const text = value.toFixed(digits);
    return (+text === 0 ? text.replace("-", "") : text).replace("-", "−");
  };

  // Small notes kept between visits; without storage (private mode) until the page closes.
  const memory = {};
  const page = location.pathname.split("/").slice(-2).join("/");
  const store = {
    get(name) {
      try { return localStorage.getItem(`nn:${page}:${name}`) ?? memory[name] ?? null; }
      catch { return memory[name] ?? null; }
    },
    set(name, value) {
      memory[name] = String(value);
      try { localStorage.setItem(`nn:${page}:${name}`, value); } catch { /* memory has it */ }
    },
  };

  // A labelled range input. show(value) is the text beside it, move(value) hears of changes.
  function slider({label, min, max, step, value, show = v => number(v), move}) {
    const key = id(), out = html("output", {for: key});
    const input = html("input", {id: key, type: "range", min, max, step, value});
    const paint = () => {
      out.textContent = show(+input.value);
      input.setAttribute("aria-valuetext", out.textContent);
    };
    input.addEventListener("input", () => { paint(); move(+input.value); });
    paint();
    return {
      node: html("div", {class: "nn-slider"}, html("label", {for: key}, label), input, out),
      set(v) { input.value = v; paint(); },
    };
  }

  // One of several: radio buttons in a fieldset. pick(index) hears of the choice.
  function choice({legend, options, chosen = -1, pick}) {
    const name = id();
    const inputs = options.map((_, k) => {
      const input = html("input", {type: "radio", id: id(), name, value: k});
      input.checked = k === chosen;
      input.addEventListener("change", () => pick(k));
      return input;
    });
    const rows = options.map((option, k) => html("div", {class: "nn-option"},
      inputs[k], html("label", {for: inputs[k].id}, option)));
    return {
      node: html("fieldset", {class: "nn-choice"}, html("legend", {}, legend), ...rows),
      set(k) { inputs.forEach((input, j) => { input.checked = j === k; }); },
    };
  }

  const button = (label, press) => html("button", {type: "button", onclick: press}, label);

  // A row of buttons, one pressed: press(index) hears of it.
  function buttons({label, options, chosen = 0, press}) {
    const row = options.map((option, k) => button(option, () => { set(k); press(k); }));
    const set = k => row.forEach((b, j) => b.setAttribute("aria-pressed", j === k));
    set(chosen);
    return {node: html("div", {class: "nn-bar", role: "group", "aria-label": label}, ...row), set};
  }

  // Pointer drag (mouse, pen, touch): move(x, y) in the drawing's own coordinates.
  function drag(handle, drawing, move) {
    const report = event => {
      const point = new DOMPoint(event.clientX, event.clientY);
      const {x, y} = point.matrixTransform(drawing.getScreenCTM().inverse());
      move(x, y);
    };
    // Chromium ignores touch-action on the children of an SVG, so the touch is stopped here too.
    handle.style.touchAction = "none";
    handle.addEventListener("touchstart", event => event.preventDefault(), {passive: false});
    handle.addEventListener("pointerdown", event => {
      handle.setPointerCapture(event.pointerId);
      report(event);
      event.preventDefault();
    });
    handle.addEventListener("pointermove", event => {
      if (handle.hasPointerCapture(event.pointerId)) report(event);
    });
  }

  // The path of an arrow from the origin to (x, y), shaft and head.
  function arrow(x, y, head = 11) {
    const length = Math.hypot(x, y);
    if (length < 1) return "M0 0";
    const u = x / length, v = y / length, h = Math.min(head, length), w = 0.42 * h;
    const bx = x - h * u, by = y - h * v;
    return `M0 0L${bx} ${by}M${x} ${y}L${bx - w * v} ${by + w * u}L${bx + w * v} ${by - w * u}Z`;
  }

  const text = (x, y, content, attributes = {}) => svg("text", {x, y, ...attributes}, String(content));

  // A frame with ticks and names. px, py turn data into drawing coordinates; put(...marks)
  // replaces the marks inside; describe(text) is what a screen reader says.
  function axes({width = 320, height = 200, x, y, xticks, yticks, xlabel = "", ylabel = "",
                 show = String}) {
    const left = 42, right = 12, top = 24, bottom = 40;
    const px = v => left + (v - x[0]) / (x[1] - x[0]) * (width - left - right);
    const py = v => height - bottom - (v - y[0]) / (y[1] - y[0]) * (height - top - bottom);
    const marks = svg("g");
    const node = svg("svg", {viewBox: `0 0 ${width} ${height}`, role: "img", class: "nn-drawing"},
      ...yticks.map(v => svg("line", {x1: px(x[0]), x2: px(x[1]), y1: py(v), y2: py(v), class: "nn-grid"})),
      svg("path", {d: `M${px(x[0])} ${py(y[1])}V${py(y[0])}H${px(x[1])}`, class: "nn-axis"}),
      ...xticks.map(v => text(px(v), height - bottom + 16, show(v), {class: "nn-small nn-middle"})),
      ...yticks.map(v => text(left - 6, py(v) + 4, show(v), {class: "nn-small nn-end"})),
      text((px(x[0]) + px(x[1])) / 2, height - 6, xlabel, {class: "nn-middle"}),
      text(2, 14, ylabel), marks);
    return {
      node, px, py,
      put(...children) { marks.replaceChildren(...children); },
      describe(words) { node.setAttribute("aria-label", words); },
    };
  }

  // Horizontal bars from 0 to 1 with their names and values; marked is the one in orange.
  function bars({labels, show = v => number(v), width = 320, named = 90, row = 30}) {
    const full = width - named - 62;
    const node = svg("svg", {viewBox: `0 0 ${width} ${labels.length * row + 4}`, role: "img", class: "nn-drawing"});
    const one = (value, k, marked) => {
      const y = k * row + 4, box = {x: named, y, height: row - 8};
      return [
        text(0, y + 16, labels[k], k === marked ? {"font-weight": "bold"} : {}),
        svg("rect", {...box, width: full, class: "nn-empty"}),
        svg("rect", {...box, width: full * value, class: k === marked ? "nn-true" : "nn-other"}),
        text(named + full + 6, y + 16, show(value)),
      ];
    };
    return {
      node,
      set(values, marked = -1) {
        node.replaceChildren(...values.flatMap((value, k) => one(value, k, marked)));
        node.setAttribute("aria-label", labels.map((name, k) => `${name} ${show(values[k])}`).join(", "));
      },
    };
  }

  // A square piece of the plane, origin in the middle, y upwards; to(x, y) gives drawing
  // coordinates, from(px, py) data; put(...marks) replaces the marks.
  function plane({extent, size = 320, describe}) {
    const unit = size / 2 / extent, lines = [];
    for (let k = -Math.floor(extent); k <= extent; k++) {
      const style = {class: k ? "nn-grid" : "nn-axis"};
      lines.push(svg("line", {x1: k * unit, x2: k * unit, y1: -size / 2, y2: size / 2, ...style}),
        svg("line", {y1: k * unit, y2: k * unit, x1: -size / 2, x2: size / 2, ...style}));
    }
    const marks = svg("g");
    const node = svg("svg", {viewBox: `${-size / 2} ${-size / 2} ${size} ${size}`,
      class: "nn-drawing nn-plane", role: "img", "aria-label": describe}, ...lines, marks);
    return {
      node, unit,
      to: (x, y) => [x * unit, -y * unit],
      from: (px, py) => [px / unit, -py / unit],
      put(...children) { marks.replaceChildren(...children); },
    };
  }

  // A matrix of number inputs; change(values) hears of every finite edit.
  function matrix({values, label, step = 0.5, change}) {
    const current = values.map(row => [...row]);
    const inputs = values.map((row, i) => row.map((value, j) => {
      const input = html("input", {type: "number", step, value,
        "aria-label": `${label}, row ${i + 1}, column ${j + 1}`});
      input.addEventListener("input", () => {
        if (input.value === "" || !Number.isFinite(+input.value)) return;
        current[i][j] = +input.value;
        change(current.map(r => [...r]));
      });
      return input;
    }));
    return {
      node: html("span", {class: "nn-matrix", role: "group", "aria-label": label,
        style: `--columns: ${values[0].length}`}, ...inputs.flat()),
      set(next) {
        next.forEach((row, i) => row.forEach((value, j) => {
          current[i][j] = value;
          inputs[i][j].value = value;
        }));
      },
    };
  }

  return {arrow, axes, bars, button, buttons, choice, data, define, drag, html, id, matrix,
    number, plane, slider, store, svg, text};
})();
