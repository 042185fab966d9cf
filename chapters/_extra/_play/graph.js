// <nn-graph>: a computational graph, walked forwards and backwards one operation at a time.
(() => {
  // Everything the figure knows of an operation: its word, value, local derivatives, and text.
  const OPERATIONS = {
    add: {word: "add", value: (a, b) => a + b, local: () => [1, 1], text: "a + b"},
    sub: {word: "subtract", value: (a, b) => a - b, local: () => [1, -1], text: "a − b"},
    mul: {word: "multiply", value: (a, b) => a * b, local: ([a, b]) => [b, a], text: "a × b"},
    div: {word: "divide", value: (a, b) => a / b, local: ([a, b]) => [1 / b, -a / (b * b)], text: "a / b"},
    pow: {
      word: "power", value: (a, b) => a ** b, text: "a ** b",
      local: ([a, b], y) => [b === 0 ? 0 : b * a ** (b - 1), a > 0 ? y * Math.log(a) : 0],
    },
    neg: {word: "minus", value: a => -a, local: () => [-1], text: "−a"},
    exp: {word: "exp", value: Math.exp, local: (_, y) => [y], text: "exp(a)"},
    log: {word: "ln", value: Math.log, local: ([a]) => [1 / a], text: "ln(a)"},
    maximum: {
      word: "max", value: Math.max, text: "max(a, b)",
      local: ([a, b]) => a === b ? [0.5, 0.5] : [+(a > b), +(b > a)],
    },
    relu: {word: "relu", value: a => Math.max(a, 0), local: ([a]) => [+(a > 0)], text: "relu(a)"},
    sigmoid: {word: "sigmoid", value: a => 1 / (1 + Math.exp(-a)), local: (_, y) => [y * (1 - y)], text: "sigmoid(a)"},
    tanh: {word: "tanh", value: Math.tanh, local: (_, y) => [1 - y * y], text: "tanh(a)"},
  };
  const RADIUS = 17;
  const FRAMES = {
    right: {along: 0, step: [80, 80], before: [30, 37], input: [30, 37], operation: [38, 37]},
    down: {along: 1, step: [80, 80], before: [26, 52], input: [26, 20], operation: [66, 22]},
  };
  const STYLE = `
    .nn-walk { overflow-x: auto; }
    .nn-walk svg { display: block; width: 100%; height: auto; margin: 0 auto; }
    .nn-walk text { fill: var(--nn-ink); font-size: 13px; text-anchor: middle; }
    .nn-walk .nn-value { fill: var(--nn-a); }
    .nn-walk .nn-blame { fill: var(--nn-b); }
    .nn-walk .nn-value, .nn-walk .nn-blame, .nn-walk .nn-name { stroke: var(--pst-color-background, #fff); stroke-width: 3.5px; paint-order: stroke; }
    .nn-walk .nn-name, .nn-walk .nn-sign.nn-input { font-style: italic; }
    .nn-walk .nn-from { text-anchor: start; }
    .nn-walk circle { fill: var(--pst-color-background, #fff); stroke: var(--nn-ink); stroke-width: 1.6; }
    .nn-walk circle.nn-input { stroke-dasharray: 3 2; }
    .nn-walk circle.nn-now { stroke-width: 4; }
    .nn-walk path { fill: none; stroke: var(--nn-ink); stroke-opacity: .55; }
    .nn-walk path.nn-head { fill: var(--nn-ink); fill-opacity: .7; stroke: none; }
    .nn-walk path.nn-forth { stroke: var(--nn-a); stroke-width: 3.5; stroke-opacity: 1; }
    .nn-walk path.nn-back { stroke: var(--nn-b); stroke-width: 3.5; stroke-opacity: 1; stroke-dasharray: 7 4; }
    .nn-walk .nn-waiting { opacity: .45; }
    .nn-numbers { display: flex; flex-wrap: wrap; gap: .4rem 1rem; border: 0; padding: 0; margin: .5rem 0; }
    .nn-numbers legend { float: none; width: auto; font-size: 1rem; font-weight: 600; margin: 0; }
    .nn-numbers label { display: flex; gap: .4rem; align-items: center; font-style: italic; }
    .nn-numbers input { width: 7rem; min-height: 2.3rem; font: inherit; color: inherit; background: var(--nn-soft); border: 1px solid var(--nn-ink); border-radius: 4px; text-align: right; }
    .nn-numbers input[aria-invalid] { outline: 3px solid var(--nn-b); }
    nn-graph button[aria-disabled=true] { border-style: dashed; cursor: default; }
    nn-graph .nn-live { min-height: 4.6em; }`;

  // Three digits as nnlib.trace writes them: −0.197, 235, 1.23e+08.
  const show = v => {
    if (v === 0) return "0";
    const [digits, power] = v.toExponential(2).split("e");
    const plain = +power >= -4 && +power <= 2;
    const text = plain ? String(+v.toPrecision(3)) : `${+digits}e${power[0]}${power.slice(1).padStart(2, "0")}`;
    return text.replace(/-/g, "−");
  };
  const factor = v => v < 0 ? `(${show(v)})` : show(v);
  const drawn = name => name.replace(/\d+$/, digits => [...digits].map(d => "₀₁₂₃₄₅₆₇₈₉"[d]).join(""));

  // Values of all nodes, then gradients and what each operation sends to its operands.
  function compute(nodes, given) {
    const values = [], locals = [], sent = [], gradients = nodes.map(() => 0);
    nodes.forEach((node, k) => {
      if (!node.operation) { values[k] = given[k]; return; }
      const operation = OPERATIONS[node.operation];
      const read = node.operands.map(x => x.constant ?? values[x.node]);
      values[k] = operation.value(...read);
      locals[k] = operation.local(read, values[k]);
    });
    gradients[nodes.length - 1] = 1;
    for (let k = nodes.length - 1; k >= 0; k--) {
      sent[k] = (locals[k] ?? []).map(local => local * gradients[k]);
      nodes[k].operands.forEach((x, i) => { if (x.node !== undefined) gradients[x.node] += sent[k][i]; });
    }
    return {values, locals, gradients, sent};
  }

  // The steps: every operation forwards, the start at the output, every operation backwards.
  function plan(nodes) {
    const made = nodes.map((_, k) => k).filter(k => nodes[k].operation);
    return [
      ...made.map(node => ({kind: "forward", node})),
      {kind: "start", node: nodes.length - 1},
      ...made.reverse().map(node => ({kind: "backward", node})),
    ];
  }

  // What has arrived after the first `count` steps: values known, gradients held, last messages.
  function progress(nodes, steps, count, result) {
    const known = nodes.map(node => !node.operation), held = nodes.map(() => null);
    let messages = [];
    for (const {kind, node} of steps.slice(0, count)) {
      messages = [];
      if (kind === "forward") known[node] = true;
      else if (kind === "start") held[node] = 1;
      else nodes[node].operands.forEach((x, i) => {
        if (x.node === undefined) return;
        const before = held[x.node], amount = result.sent[node][i];
        held[x.node] = (before ?? 0) + amount;
        messages.push({to: x.node, local: result.locals[node][i], upstream: held[node], amount, before});
      });
    }
    return {known, held, messages};
  }

  // Whether a negative operand stands in brackets: behind a sign, not inside a function's own.
  function bracketed({operation}, i) {
    return !OPERATIONS[operation].text.includes("(") && (i > 0 || operation === "pow" || operation === "neg");
  }

  // One step in words.
  function sentence(nodes, step, result, messages) {
    if (!step) return "The inputs are set. Nothing has been computed yet.";
    const node = nodes[step.node], operation = OPERATIONS[node.operation];
    if (step.kind === "start") {
      const name = drawn(node.name);
      return `Backward: ${name} starts with 1, since d${name}/d${name} = 1.`;
    }
    if (step.kind === "backward") {
      const parts = messages.map(m => `${show(m.local)} × ${factor(m.upstream)} = ${show(m.amount)} to ${drawn(nodes[m.to].name)}` +
        (m.before === null ? "" : `, which now holds ${show(m.before)} + ${factor(m.amount)} = ${show(m.before + m.amount)}`));
      return `Backward: the ${operation.word} gate sends local × upstream: ${parts.join(", and ")}.`;
    }
    const fill = words => operation.text.replace(/\b[ab]\b/g, letter => words["ab".indexOf(letter)]);
    const read = node.operands.map((x, i) => x.constant ?? result.values[x.node]);
    const numbers = read.map((v, i) => bracketed(node, i) ? factor(v) : show(v));
    const names = node.operands.map((x, i) => x.node === undefined ? numbers[i] : drawn(nodes[x.node].name));
    return `Forward: ${drawn(node.name)} = ${fill(names)} = ${fill(numbers)} = ${show(result.values[step.node])}.`;
  }

  // Where things are drawn; places are (layer, slot).
  function frame(direction, {nodes, edges}) {
    const {along, step, before, input, operation} = FRAMES[direction];
    const at = ([layer, slot]) => {
      const [x, y] = along === 0 ? [layer, slot] : [slot, layer];
      return [x * step[0] + before[0], y * step[1] + before[1]];
    };
    const ends = nodes.map(node => {
      const [x, y] = at(node.place), room = node.operation ? operation : input;
      return [x + room[0], y + room[1]];
    });
    const all = [...ends, ...edges.flatMap(edge => edge.places.map(at))];
    return {along, at, width: Math.max(...all.map(p => p[0])), height: Math.max(...all.map(p => p[1]))};
  }

  // An edge as a path that leaves and arrives along the layers, bent where two run in parallel.
  function curve(points, along, bend) {
    const ends = points.map(p => [...p]), across = 1 - along, turn = along === 0 ? 0.5 : 0.3;
    ends[0][along] += RADIUS;
    ends[ends.length - 1][along] -= RADIUS + 6;
    let path = `M${ends[0]}`;
    for (let k = 1; k < ends.length; k++) {
      const first = [...ends[k - 1]], second = [...ends[k]];
      first[along] = second[along] = first[along] + turn * (second[along] - first[along]);
      first[across] += bend;
      second[across] += bend;
      path += `C${first} ${second} ${ends[k]}`;
    }
    const half = Math.floor(ends.length / 2), middle = [0, 1].map(i => (ends[half - 1][i] + ends[half][i]) / 2);
    middle[across] += 0.75 * bend;
    middle[along] += 0.75 * (turn - 0.5) * (ends[half][along] - ends[half - 1][along]);
    return {path, middle};
  }

  function build(element, {graphs, start, steps: begin}) {
    if (!document.getElementById("nn-walk-style")) {
      document.head.append(nn.html("style", {id: "nn-walk-style"}, STYLE));
    }
    const state = {};
    const box = nn.html("div", {class: "nn-walk", tabindex: 0, role: "group", "aria-label": "Graph; arrow keys step"});
    const live = nn.html("p", {class: "nn-live", role: "status"});
    const fields = nn.html("fieldset", {class: "nn-numbers"});
    const controls = nn.html("div");
    const back = nn.button("◀ back", () => go(state.count - 1));
    const on = nn.button("step ▶", () => go(state.count + 1));

    function choose(k, count = plan(graphs[k].nodes).length) {
      const {nodes} = graphs[k];
      Object.assign(state, {k, nodes, steps: plan(nodes), given: nodes.map(node => node.value)});
      state.result = compute(nodes, state.given);
      fields.replaceChildren(nn.html("legend", {}, "Inputs"), ...nodes.map(field).filter(Boolean));
      state.slider = nn.slider({
        label: "step", min: 0, max: state.steps.length, step: 1, value: count,
        show: v => `${v}/${state.steps.length}`, move: go,
      });
      controls.replaceChildren(state.slider.node);
      go(count);
    }

    function field(node, k) {
      if (node.operation) return null;
      const input = nn.html("input", {type: "number", step: "any", value: node.value});
      const refuse = words => {
        input.setAttribute("aria-invalid", "true");
        live.textContent = words;
      };
      input.addEventListener("input", () => {
        if (input.value === "") { refuse("Type a number; until then the last one counts."); return; }
        const given = [...state.given];
        given[k] = +input.value;
        const result = compute(state.nodes, given);
        if (![...given.filter((_, i) => !state.nodes[i].operation), ...result.values, ...result.gradients].every(Number.isFinite)) {
          refuse("These inputs have no finite result; the last ones that had are kept.");
          return;
        }
        input.removeAttribute("aria-invalid");
        Object.assign(state, {given, result});
        go(state.count);
      });
      input.addEventListener("change", () => {
        if (!input.hasAttribute("aria-invalid")) return;
        input.value = state.given[k];
        input.removeAttribute("aria-invalid");
      });
      return nn.html("label", {}, drawn(node.name), input);
    }

    function go(count) {
      state.count = Math.max(0, Math.min(state.steps.length, count));
      state.slider.set(state.count);
      back.setAttribute("aria-disabled", state.count === 0);  // a disabled button loses the focus
      on.setAttribute("aria-disabled", state.count === state.steps.length);
      draw();
    }

    function draw() {
      const graph = graphs[state.k], step = state.steps[state.count - 1];
      const done = progress(state.nodes, state.steps, state.count, state.result);
      const narrow = box.clientWidth > 0 && box.clientWidth < 560 && graph.size[0] > 3;
      const f = frame(narrow ? "down" : "right", graph);
      const words = sentence(state.nodes, step, state.result, done.messages);
      const drawing = nn.svg("svg", {
        viewBox: `0 0 ${f.width} ${f.height}`, role: "img", "aria-label": `The graph of ${graph.title}. ${words}`,
        style: `max-width: ${1.1 * f.width}px; min-width: ${0.94 * f.width}px`,
      }, ...graph.edges.flatMap(edge => wire(edge, graph, f, step, done)),
        ...state.nodes.flatMap((node, k) => circle(node, k, f, step, done)));
      box.replaceChildren(drawing);
      live.textContent = words;
      follow(drawing, f, step);
    }

    function wire({source, target, operand, places}, graph, f, step, done) {
      const points = [graph.nodes[source].place, ...places, graph.nodes[target].place].map(f.at);
      const twins = graph.edges.filter(e => e.source === source && e.target === target);
      const turn = twins.findIndex(e => e.operand === operand) - (twins.length - 1) / 2;
      const {path, middle} = curve(points, f.along, 26 * turn), [x, y] = points[points.length - 1];
      const active = step && step.kind !== "start" && step.node === target;
      const style = !active ? null : step.kind === "forward" ? "nn-forth" : "nn-back";
      const tip = f.along === 0 ? `M${x - RADIUS} ${y}l-8 -4v8z` : `M${x} ${y - RADIUS}l-4 -8h8z`;
      const marks = [nn.svg("path", {d: path, class: style}), nn.svg("path", {d: tip, class: "nn-head"})];
      const users = graph.edges.filter(e => e.source === source).length;
      const sent = users > 1 && state.steps.slice(0, state.count).some(s => s.kind === "backward" && s.node === target);
      if (sent) marks.push(nn.text(middle[0], middle[1] + 4, show(state.result.sent[target][operand]), {class: "nn-blame"}));
      return marks;
    }

    function circle(node, k, f, step, done) {
      const [x, y] = f.at(node.place), input = node.operation ? "" : "nn-input";
      const marks = [
        nn.svg("circle", {cx: x, cy: y, r: RADIUS, class: `${input} ${step && step.node === k ? "nn-now" : ""} ${done.known[k] ? "" : "nn-waiting"}`}),
        nn.text(x, y + 4.5, node.operation ? node.symbol : drawn(node.name), {class: `nn-sign ${input}`}),
      ];
      const value = done.known[k] ? show(state.result.values[k]) : "", name = node.operation ? drawn(node.name) : "";
      const blame = done.held[k] === null ? "" : show(done.held[k]);
      if (f.along === 0) {
        const named = name && value && !value.includes("e");  // an exponent takes the name's room
        const above = named ? `${name} = ${value}` : value || name;
        marks.push(nn.text(x, y - 23, above, {class: "nn-value"}), nn.text(x, y + 31, blame, {class: "nn-blame"}));
      } else if (node.operation) {
        const side = x + RADIUS + 3;
        marks.push(nn.text(side, y - 9, name, {class: "nn-name nn-from"}),
          nn.text(side, y + 5, value, {class: "nn-value nn-from"}),
          nn.text(side, y + 19, blame, {class: "nn-blame nn-from"}));
      } else {
        marks.push(nn.text(x, y - 36, value, {class: "nn-value"}), nn.text(x, y - 22, blame, {class: "nn-blame"}));
      }
      return marks;
    }

    // Where the drawing is wider than its box, keep the current node in sight.
    function follow(drawing, f, step) {
      if (!step || box.scrollWidth <= box.clientWidth) return;
      const x = f.at(state.nodes[step.node].place)[0] / f.width * drawing.clientWidth;
      box.scrollLeft = x - box.clientWidth / 2;
    }

    // The script must find what nnlib found.
    const agrees = graphs.every(({nodes}) => {
      const {values, gradients} = compute(nodes, nodes.map(node => node.value));
      const near = (a, b) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
      return nodes.every((node, k) => near(values[k], node.value) && near(gradients[k], node.gradient));
    });
    element.dataset.agrees = agrees;
    if (!agrees) console.error("nn-graph: the script and nnlib disagree");

    box.addEventListener("keydown", event => {
      const move = {ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity}[event.key];
      if (move === undefined) return;
      event.preventDefault();
      go(state.count + move);
    });
    const menu = nn.buttons({label: "Graph", options: graphs.map(g => g.title), chosen: start, press: k => choose(k)});
    element.replaceChildren(menu.node, fields, box, controls, nn.html("div", {class: "nn-bar"},
      back, on, nn.button("forward to the end", () => go((state.steps.length - 1) / 2)),
      nn.button("backward to the end", () => go(state.steps.length))), live);
    choose(start, begin);
    let width = box.clientWidth;
    new ResizeObserver(() => {
      if (box.clientWidth !== width) { width = box.clientWidth; draw(); }
    }).observe(box);
  }

  nn.define("graph", build);
})();
