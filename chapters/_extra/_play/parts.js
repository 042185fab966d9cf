// Shared parts of the figures that move. A classic script: modules do not load from file://.
// A figure registers itself with nn.define("name", (element, data) => …) and draws with the rest.
window.nn = Object.assign(window.nn ?? {}, (() => {
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

  // Register <nn-name>; build(element, data) runs once for each element on the page. The keys
  // that the data must contain are named after it: nn.define("race", build, "surfaces", "start").
  function define(name, build, ...keys) {
    customElements.define(`nn-${name}`, class extends HTMLElement {
      connectedCallback() {
        if (this.classList.contains("nn-ready")) return;
        // A figure behind a curtain has no width yet, by which it could arrange its parts.
        const hidden = this.closest(".nn-curtained .nn-play") && !this.checkVisibility();
        if (hidden) whenSeen(this, () => this.begin());
        else this.begin();
      }

      begin() {
        this.classList.add("nn-ready");
        const still = [...this.childNodes];
        try {
          build(this, checked(this, keys));
        } catch (error) {
          refuse(this, still, `nn-${name}: ${error.message}`);
        }
      }
    });
  }

  function whenSeen(element, act) {
    const sizes = new ResizeObserver(() => {
      if (!element.checkVisibility()) return;
      sizes.disconnect();
      act();
    });
    sizes.observe(element);
  }

  function checked(element, keys) {
    const parsed = data(element);
    const missing = keys.filter(key => !(key in parsed));
    if (missing.length) {
      throw new Error(`the data has no ${missing.map(key => `"${key}"`).join(", ")}; ` +
        `it has ${Object.keys(parsed).map(key => `"${key}"`).join(", ") || "no key"}`);
    }
    return parsed;
  }

  // The still image stays, and the page shows the error.
  function refuse(element, still, words) {
    element.classList.add("nn-broken");
    element.replaceChildren(...still,
      html("p", {class: "nn-note", role: "alert"},
        `This figure is a still image, because its script failed: ${words}.`));
    console.error(words);
  }

  // The style sheet of a figure, once on a page however often the figure is there.
  function style(figure, sheet) {
    const key = `nn-${figure}-style`;
    if (!document.getElementById(key)) document.head.append(html("style", {id: key}, sheet));
  }

  // frame(draw) is a function that requests one drawing at the next frame, even if it
  // is called several times; flush() draws immediately.
  const waiting = new Set();
  function flush() {
    // A drawing may use the marks of a plot.
    for (let round = 0; round < 2 && waiting.size; round++) {
      const now = [...waiting];
      waiting.clear();
      now.forEach(draw => draw());
    }
  }
  const frame = draw => () => {
    if (!waiting.size) requestAnimationFrame(flush);
    waiting.add(draw);
  };
  addEventListener("beforeprint", flush);

  // Readers can set "less motion" in their system.
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  // onTheme(draw) draws again when the page changes between light and dark.
  function onTheme(draw) {
    const theme = {attributes: true, attributeFilter: ["data-theme"]};
    new MutationObserver(draw).observe(document.documentElement, theme);
  }

  // onResize(element, draw) draws again when the element's width changes.
  function onResize(element, draw) {
    let width = element.clientWidth;
    new ResizeObserver(() => {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      draw();
    }).observe(element);
  }

  // Text in a drawing has the same size on the screen, however wide the drawing is.
  const sizes = new ResizeObserver(entries => entries.forEach(({target, contentRect}) => {
    if (contentRect.width) {
      target.style.setProperty("--nn-scale", target.viewBox.baseVal.width / contentRect.width);
    }
  }));
  const scaled = node => { sizes.observe(node); return node; };

  // number(-1.25, 1) is "−1.3": a true minus sign, fixed digits.
  const number = (value, digits = 2) => {
    const text = value.toFixed(digits);
    return (+text === 0 ? text.replace("-", "") : text).replace("-", "−");
  };

  // thousands(60000.2) is "60,000".
  const thousands = value => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");

  // Small notes stored between visits; without storage (private mode) until the page closes.
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

  // short(-0.19663) is "−0.197", short(1.2e8) "1.2e+08": three digits, as nnlib.trace writes them,
  // a tie to the even digit: short(16.25) is "16.2".
  const short = v => {
    if (v === 0) return "0";
    if (/\.\d[02468]50*e/.test(v.toExponential(40))) v *= 1 - 1e-12;
    const [digits, power] = v.toExponential(2).split("e");
    const plain = +power >= -4 && +power <= 2;
    const words = plain ? String(+v.toPrecision(3))
      : `${+digits}e${power[0]}${power.slice(1).padStart(2, "0")}`;
    return words.replace(/-/g, "−");
  };

  const clamp = (v, low, high) => Math.min(high, Math.max(low, v));

  // A labelled range input. show(value) is the text next to it; changes call move(value).
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
      limit(high) { input.max = high; paint(); },
    };
  }

  // A labelled number to type: change(value) is called with every number from min to max; anything
  // else is marked, and the field shows the last good value when it loses the focus.
  function field({label, value, min = -Infinity, max = Infinity, step = "any", change}) {
    const key = id();
    const bound = limit => Number.isFinite(limit) ? limit : null;
    const input = html("input", {
      id: key, type: "number", step, value, min: bound(min), max: bound(max),
    });
    let last = value;
    input.addEventListener("input", () => {
      const good = input.value !== "" && +input.value >= min && +input.value <= max;
      if (good) input.removeAttribute("aria-invalid");
      else input.setAttribute("aria-invalid", "true");
      if (good) change(last = +input.value);
    });
    input.addEventListener("change", () => {
      input.value = last;
      input.removeAttribute("aria-invalid");
    });
    return {
      node: html("div", {class: "nn-field"}, html("label", {for: key}, label), input),
      set(v) { input.value = last = v; },
    };
  }

  // One of several: radio buttons in a fieldset. pick(index) is called with the choice.
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

  // A row of buttons, one pressed; a press calls press(index).
  function buttons({label, options, chosen = 0, press}) {
    const row = options.map((option, k) => button(option, () => { set(k); press(k); }));
    const set = k => row.forEach((b, j) => b.setAttribute("aria-pressed", j === k));
    set(chosen);
    return {node: html("div", {class: "nn-bar", role: "group", "aria-label": label}, ...row), set};
  }

  // On or off; a change calls flip(on).
  function toggle({label, on = false, flip}) {
    const key = id(), input = html("input", {type: "checkbox", id: key});
    input.checked = on;
    input.addEventListener("change", () => flip(input.checked));
    return {
      node: html("div", {class: "nn-option"}, input, html("label", {for: key}, label)),
      set(v) { input.checked = v; },
    };
  }

  // One sentence on the state, spoken by a screen reader when it changes.
  function live() {
    const node = html("p", {class: "nn-live", role: "status"});
    return {node, set(words) { if (node.textContent !== words) node.textContent = words; }};
  }

  // Names with values below each other: facts(["dot product", "angle"]), then set([…texts]).
  function facts(names) {
    const cells = names.map(() => html("dd"));
    return {
      node: html(
        "dl",
        {class: "nn-facts"},
        ...names.flatMap((name, k) => [html("dt", {}, name), cells[k]]),
      ),
      set(texts) {
        texts.forEach((words, k) => {
          cells[k].textContent = words;
        });
      },
    };
  }

  // In one line: controls, which print omits, or texts, which print includes.
  const bar = (...nodes) => html("div", {class: "nn-bar"}, ...nodes);
  const inline = (...nodes) => html("div", {class: "nn-inline"}, ...nodes);

  // Side by side where there is room, below each other on a phone.
  const columns = (...nodes) => html("div", {class: "nn-columns"},
    ...nodes.map(node => node.tagName === "DIV" && !node.className ? node : html("div", {}, node)));

  // The pointer's position in a drawing's own coordinates, {x, y}. Finding the drawing's position
  // on the screen forces a layout, so a caller with many events finds it once and passes it.
  const onScreen = drawing => drawing.getScreenCTM().inverse();
  const place = ({clientX, clientY}, drawing, screen = onScreen(drawing)) =>
    new DOMPoint(clientX, clientY).matrixTransform(screen);

  // Pointer drag (mouse, pen, touch): move(x, y, first) in the drawing's own coordinates.
  function drag(handle, drawing, move) {
    let screen = null;
    const report = (event, first) => {
      const {x, y} = place(event, drawing, screen);
      move(x, y, first);
    };
    // Chromium ignores touch-action on the children of an SVG, so the touch is stopped here too.
    handle.style.touchAction = "none";
    handle.addEventListener("touchstart", event => event.preventDefault(), {passive: false});
    handle.addEventListener("pointerdown", event => {
      screen = onScreen(drawing);
      handle.setPointerCapture(event.pointerId);
      handle.focus({preventScroll: true});
      report(event, true);
      event.preventDefault();
    });
    handle.addEventListener("pointermove", event => {
      if (handle.hasPointerCapture(event.pointerId)) report(event, false);
    });
  }

  const ARROWS = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};

  // keys(node, f): f(right, up, large) for the arrow keys, with shift a larger step.
  function keys(node, f) {
    node.addEventListener("keydown", event => {
      const way = ARROWS[event.key];
      if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      f(...way, event.shiftKey);
    });
  }

  // Optional content in a fold: closed on a phone, open where there is room.
  const narrow = element => element.clientWidth < 480;
  const fold = (element, label, ...nodes) => html("details", {class: "nn-more",
    open: narrow(element) ? null : ""}, html("summary", {}, label), ...nodes);

  // In a fold on phones only, so that the drawing and its main control share the screen.
  const tuck = (element, label, ...nodes) =>
    narrow(element) ? fold(element, label, ...nodes) : html("div", {}, ...nodes);

  const text = (x, y, content, attributes = {}) =>
    svg("text", {x, y, ...attributes}, String(content));

  return {
    bar, button, buttons, calm, choice, clamp, columns, define, drag, facts, field, flush, fold,
    frame, html, id, inline, keys, live, number, onResize, onTheme, place, scaled, short,
    slider, store, style, svg, text, thousands, toggle, tuck,
  };
})());
