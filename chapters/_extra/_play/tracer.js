// <nn-tracer>: the arrays of a network of two layers, their shapes, and how each gets its gradient.
// room: 904 580
// sizes: {N, D, H, C} of the batch, the inputs, the hidden units and the classes; start: an array.
nn.define("tracer", (element, {sizes, start}) => {
  const {html, svg} = nn, MOST = 4096, WIDE = 330, MAIN = 82, SIDE = 254, HALF = 74;
  const state = {...sizes, at: start};
  const NAMES = {N: "images N", D: "pixels D", H: "hidden units H", C: "classes C"};
  // name, layer, axes and height of each array; side: it enters an operation from the right.
  const ARRAYS = {
    X: {name: "X", axes: "ND", y: 20}, W1: {name: "W", layer: 1, axes: "HD", y: 62, side: true},
    b1: {name: "b", layer: 1, axes: "H", y: 98, side: true},
    Z1: {name: "Z", layer: 1, axes: "NH", y: 140}, A: {name: "A", layer: 1, axes: "NH", y: 220},
    W2: {name: "W", layer: 2, axes: "CH", y: 262, side: true},
    b2: {name: "b", layer: 2, axes: "C", y: 298, side: true},
    Z2: {name: "Z", layer: 2, axes: "NC", y: 340}, P: {name: "P", axes: "NC", y: 420},
    Q: {name: "Q", axes: "NC", y: 460, side: true}, L: {name: "L", axes: "", y: 500},
  };
  const STEPS = [
    ["affine", 80, ["X", "W1", "b1"], "Z1"],
    ["relu", 180, ["Z1"], "A"],
    ["affine", 280, ["A", "W2", "b2"], "Z2"],
    ["softmax", 380, ["Z2"], "P"],
    ["loss", 460, ["P", "Q"], "L"],
  ];
  // Each gradient as a formula of named arrays: "-Z1" is a gradient, "Z1" a value, "'" a transpose.
  // factors: what is drawn; turned: the same product with the transpose the other way.
  const layer = (X, W, b, Z) => ({
    [X]: {
      rule: [`-${Z}`, W],
      turned: [`-${Z}`, `${W}'`],
      why: "each input’s gradient is a sum over all units that use it",
    },
    [W]: {rule: [`-${Z}'`, X], turned: [`-${Z}`, X], why: "the product sums over the images"},
    [b]: {
      rule: ["sum of the rows of ", `-${Z}`],
      why: "the bias is copied to every image, so its gradients add up",
    },
  });
  const RULES = {
    ...layer("X", "W1", "b1", "Z1"), ...layer("A", "W2", "b2", "Z2"),
    Z1: {
      rule: ["-A", " ⊙ 1(", "Z1", " > 0)"],
      why: "active units pass the gradient back, the others send 0",
    },
    Z2: {
      rule: ["P", " ⊙ (", "-P", " − row sums of ", "-P", " ⊙ ", "P", ")"],
      why: "together with the loss: (P − Q) / N",
    },
    P: {
      rule: ["−", "Q", " / (N ", "P", ")"],
      why: "the loss depends only on the probability of the label",
    },
    L: {rule: ["1"], why: "the backward pass starts here"},
    Q: {rule: ["none"], why: "the labels are given, and nothing changes them"},
  };
  const ORDER = Object.keys(ARRAYS);

  const parse = token => ({
    bar: token.startsWith("-"), turn: token.endsWith("'"), key: token.replace(/^-|'$/g, ""),
  });
  const known = token => parse(token).key in ARRAYS;
  const sizesOf = token => {
    const {key, turn} = parse(token), shape = [...ARRAYS[key].axes].map(axis => state[axis]);
    return turn ? shape.reverse() : shape;
  };
  const shaped = shape => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const spoken = token => {
    if (!known(token)) return token;
    const {bar, turn, key} = parse(token), {name, layer} = ARRAYS[key];
    return `${name}${bar ? "\u0304" : ""}${layer ? `[${layer}]` : ""}${turn ? "ᵀ" : ""}`;
  };
  const said = rule => rule.every(known) ? rule.map(spoken).join(" ") : rule.map(spoken).join("");
  const written = token => {
    if (!known(token)) return [token];
    const {bar, turn, key} = parse(token);
    const {name, layer} = ARRAYS[key];
    const up = `${layer ? `[${layer}]` : ""}${turn ? "⊤" : ""}`;
    return [html("i", {}, name + (bar ? "\u0304" : "")), ...up ? [html("sup", {}, up)] : []];
  };
  const formula = rule =>
    rule.flatMap((token, k) => [...(k && rule.every(known) ? [" "] : []), ...written(token)]);

  // The operation that sends an array its gradient, and how many entries its Jacobian has.
  const user = key => STEPS.find(step => step[2].includes(key));
  const count = shape => shape.reduce((n, size) => n * size, 1);
  function slopes(key) {
    const step = user(key);
    return key === "Q" ? null : step ? count(sizesOf(step[3])) * count(sizesOf(key)) : 1;
  }

  // What the product with the transpose the other way would do.
  function other(key) {
    const {turned} = RULES[key];
    if (!turned) return null;
    const [a, b] = turned.map(sizesOf), fits = a[1] === b[0];
    const right = shaped([a[0], b[1]]) === shaped(sizesOf(key));
    const product = `${said(turned)}: ${shaped(a)} ${shaped(b)}`;
    if (!fits) return `${product} do not fit.`;
    return right ? `${product} fit and give the right shape, but the product is wrong.`
      : `${product} fit, but give ${shaped([a[0], b[1]])}.`;
  }

  // ---- the graph
  const place = key => [ARRAYS[key].side ? SIDE : MAIN, ARRAYS[key].y];
  const lines = STEPS.flatMap(([, y, ins, out]) => [...ins, out].map(key => {
    const [x, at] = place(key);
    const to =
      key === out
        ? `M${MAIN} ${y + 14}V${at - 19}`
        : ARRAYS[key].side
          ? `M${x - HALF} ${at}L${MAIN + 42} ${y}`
          : `M${x} ${at + 14}V${y - 19}`;
    const tip =
      key === out
        ? `M${MAIN} ${at - 14}l-4 -8h8z`
        : ARRAYS[key].side
          ? ""
          : `M${MAIN} ${y - 14}l-4 -8h8z`;
    const line = svg("path", {
      d: to, fill: "none", style: "stroke: var(--nn-ink); stroke-width: 1.4",
    });
    return {
      key, y, out: key === out, line,
      tip: svg("path", {d: tip, style: "fill: var(--nn-ink)"}),
    };
  }));
  const operations = STEPS.map(([name, y]) => ({
    y,
    node: svg(
      "g",
      {},
      svg("rect", {
        x: MAIN - 38, y: y - 14, width: 76, height: 28, rx: 14, class: "nn-empty",
        style: "stroke: var(--nn-ink)",
      }),
      nn.text(MAIN, y + 4.5, name, {class: "nn-middle"}),
    ),
  }));
  const chips = Object.fromEntries(ORDER.map(key => {
    const [x, y] = place(key), {name, layer} = ARRAYS[key];
    const box = svg("rect", {x: x - HALF, y: y - 14, width: 2 * HALF, height: 28, rx: 4});
    const size = svg("tspan", {});
    const words = svg(
      "text",
      {x, y: y + 4.5, class: "nn-middle"},
      svg("tspan", {"font-style": "italic"}, name),
      ...(layer
        ? [
            svg("tspan", {dy: -4, style: "font-size: 10px"}, `[${layer}]`),
            svg("tspan", {dy: 4}, " "),
          ]
        : [" "]),
      size,
    );
    const node = svg("g", {tabindex: 0, role: "button", class: "nn-pick"}, box, words);
    node.addEventListener("click", () => pick(key));
    node.addEventListener("focus", () => { box.style.strokeWidth = 3.4; });
    node.addEventListener("blur", () => draw());
    node.addEventListener("keydown", event => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      pick(key);
    });
    nn.keys(node, (right, up) => {
      const next = ORDER[nn.clamp(ORDER.indexOf(key) + (right || -up), 0, ORDER.length - 1)];
      pick(next);
      chips[next].node.focus();
    });
    return [key, {node, box, size}];
  }));
  const graph = svg(
    "svg",
    {
      viewBox: `0 0 ${WIDE} 520`,
      class: "nn-drawing",
      role: "group",
      style: `max-width: ${WIDE}px`,
      "aria-label": "Arrays of a network of two layers; the arrow keys move between them",
    },
    ...lines.flatMap(l => [l.line, l.tip]),
    ...operations.map(o => o.node),
    ...ORDER.map(key => chips[key].node),
  );

  // ---- the product as boxes
  const boxes = svg("svg", {
    viewBox: "0 0 320 132", class: "nn-drawing", role: "img", style: "max-width: 330px",
  });
  const long = n => 5 + 6 * Math.log2(1 + n);
  function drawn(key) {
    const {rule} = RULES[key], parts = rule.filter(known).slice(0, 2);
    const signs = rule.every(known) ? ["=", "×"] : key.startsWith("b") ? ["= Σ"] : ["from", "and"];
    const all = [`-${key}`, ...key === "Z1" ? ["-A", "Z1"] : key === "Z2" ? ["P", "-P"] : parts];
    const slot = 104, left = 160 - slot * (all.length - 1) / 2;
    boxes.replaceChildren(...(key === "Q" ? [] : all).flatMap((token, k) => {
      const shape = sizesOf(token);
      const [rows, columns] = shape.length === 2 ? shape : [1, shape[0] ?? 1];
      const w = long(columns), h = long(rows), x = left + k * slot, read = parse(token).bar;
      return [
        svg("rect", {
          x: x - w / 2,
          y: 54 - h / 2,
          width: w,
          height: h,
          rx: 2,
          style: `fill: color-mix(in srgb, var(--nn-${read ? "b" : "a"}) 32%, transparent); ` +
            `stroke: var(--nn-${read ? "b" : "a"}); stroke-width: 1.6; stroke-dasharray: ` +
            `${read ? "5 3" : "none"}`,
        }),
        nn.text(x, 108, spoken(token).replace(/\[(\d)\]/, "[$1]"), {class: "nn-middle nn-strong"}),
        nn.text(x, 126, shaped(shape), {class: "nn-middle"}),
        ...(k ? [nn.text(x - slot / 2, 59, signs[k - 1], {class: "nn-middle"})] : []),
      ];
    }));
    boxes.setAttribute(
      "aria-label",
      key === "Q"
        ? "No gradient"
        : all.map(token => `${spoken(token)} ${shaped(sizesOf(token))}`).join(", "),
    );
  }

  const facts = nn.facts([
    "shape", "shape of its gradient", "entries in its gradient", "entries of the Jacobian",
  ]);
  const rule = html("p", {class: "nn-note"});
  const turned = html("p", {class: "nn-note"});
  const live = nn.live();

  function draw() {
    const {at} = state, {rule: tokens, why} = RULES[at], reads = tokens.filter(known).map(parse);
    for (const key of ORDER) {
      const value = reads.some(r => r.key === key && !r.bar);
      const gradient = reads.some(r => r.key === key && r.bar);
      const shape = shaped(sizesOf(key)), {node, box, size} = chips[key];
      const tint = (ink, percent) =>
        `color-mix(in srgb, var(--nn-${ink}) ${percent}%, var(--nn-soft))`;
      box.style.fill = key === at ? tint("b", 30) : value ? tint("a", 25) : "var(--nn-soft)";
      box.style.stroke = `var(--nn-${key === at || gradient ? "b" : value ? "a" : "ink"})`;
      box.style.strokeWidth = key === at || value || gradient ? 2.6 : 1.2;
      box.style.strokeDasharray = gradient ? "6 3" : "none";
      size.textContent = shape;
      node.setAttribute("aria-pressed", key === at);
      const read = value ? ", the rule uses its value" : "";
      const taken = gradient ? ", the rule uses its gradient" : "";
      node.setAttribute("aria-label", `${spoken(key)}, shape ${shape}${read}${taken}`);
    }
    const step = user(at);
    lines.forEach(({key, y, out, line}) => {
      const lit = step && y === step[1] && (out || key === at);
      line.style.stroke = `var(--nn-${lit ? "b" : "ink"})`;
      line.style.strokeWidth = lit ? 3 : 1.4;
    });
    operations.forEach(({y, node}) => {
      node.firstChild.style.stroke = `var(--nn-${step && y === step[1] ? "b" : "ink"})`;
    });
    const shape = shaped(sizesOf(at)), none = at === "Q", held = slopes(at);
    facts.set([
      shape,
      none ? "none" : shape,
      none ? "none" : nn.thousands(count(sizesOf(at))),
      held === null ? "none" : nn.thousands(held),
    ]);
    if (none) rule.replaceChildren("No gradient: ", why, ".");
    else rule.replaceChildren(...written(`-${at}`), " = ", ...formula(tokens), `: ${why}.`);
    turned.textContent = other(at) ? `The other way round: ${other(at)}` : "";
    drawn(at);
    const fit =
      tokens.length > 1 && tokens.every(known)
        ? `: ${tokens.map(token => shaped(sizesOf(token))).join(" ")} = ${shape}`
        : "";
    live.set(none ? `${spoken(at)} has the shape ${shape} and gets no gradient.`
      : `${spoken(at)} has the shape ${shape}, and so has its gradient, ${said(tokens)}${fit}.`);
  }
  const redraw = nn.frame(draw);
  function pick(key) { state.at = key; redraw(); }

  const fields = Object.entries(NAMES).map(([axis, label]) =>
    nn.field({
      label, value: state[axis], min: 1, max: MOST, step: 1,
      change: v => {
        if (!Number.isInteger(v)) {
          live.set("Sizes are whole numbers.");
          return;
        }
        state[axis] = v;
        redraw();
      },
    }),
  );
  element.replaceChildren(
    nn.bar(...fields.map(f => f.node)),
    nn.columns(
      html("div", {}, graph),
      html(
        "div",
        {},
        live.node,
        boxes,
        rule,
        nn.tuck(element, "The other order, and sizes", turned, facts.node),
      ),
    ),
  );
  draw();
}, "sizes", "start");
