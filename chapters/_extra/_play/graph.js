// <nn-graph>: a computational graph, walked forwards and backwards one operation at a time.
// needs: parts-time parts-net
// room: 737 491
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
    .nn-walk .nn-sign.nn-input { font-style: italic; }
    .nn-walk .nn-name { font-style: italic; }
    .nn-numbers { display: flex; flex-wrap: wrap; gap: .4rem 1rem; border: 0; padding: 0; margin: .5rem 0; }
    .nn-numbers legend { float: none; width: auto; font-size: 1rem; font-weight: 600; margin: 0; }
    .nn-numbers label { display: flex; gap: .4rem; align-items: center; font-style: italic; }
    .nn-numbers input { width: 7rem; min-height: 2.3rem; font: inherit; color: inherit; background: var(--nn-soft); border: 1px solid var(--nn-ink); border-radius: 4px; text-align: right; }
    nn-graph .nn-live { min-height: 4.6em; }`;

  const show = nn.short;
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

  function build(element, {graphs, start, steps: begin}) {
    if (!document.getElementById("nn-walk-style")) {
      document.head.append(nn.html("style", {id: "nn-walk-style"}, STYLE));
    }
    const state = {};
    const box = nn.html("div", {class: "nn-walk", tabindex: 0, role: "group", "aria-label": "Graph; arrow keys step"});
    const live = nn.live();
    const fields = nn.html("fieldset", {class: "nn-numbers"});
    const stepper = nn.stepper({last: 1, run: false, go: draw});
    stepper.keys(box);
    stepper.bar.append(nn.button("forward to the end", () => stepper.to((state.steps.length - 1) / 2)),
      nn.button("backward to the end", () => stepper.to(state.steps.length)));

    function choose(k, count = plan(graphs[k].nodes).length) {
      const {nodes} = graphs[k];
      Object.assign(state, {k, nodes, steps: plan(nodes), given: nodes.map(node => node.value)});
      state.result = compute(nodes, state.given);
      fields.replaceChildren(nn.html("legend", {}, "Inputs"), ...nodes.map(field).filter(Boolean));
      stepper.limit(state.steps.length, count);
      draw();
    }

    function field(node, k) {
      if (node.operation) return null;
      const input = nn.html("input", {type: "number", step: "any", value: node.value});
      const refuse = words => {
        input.setAttribute("aria-invalid", "true");
        live.set(words);
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
        draw();
      });
      input.addEventListener("change", () => {
        if (!input.hasAttribute("aria-invalid")) return;
        input.value = state.given[k];
        input.removeAttribute("aria-invalid");
      });
      return nn.html("label", {}, drawn(node.name), input);
    }

    function draw() {
      const graph = graphs[state.k], count = stepper.at, step = state.steps[count - 1];
      const done = progress(state.nodes, state.steps, count, state.result);
      const narrow = box.clientWidth > 0 && box.clientWidth < 560 && graph.size[0] > 3;
      const f = frame(narrow ? "down" : "right", graph);
      const words = sentence(state.nodes, step, state.result, done.messages);
      const drawing = nn.svg("svg", {
        viewBox: `0 0 ${f.width} ${f.height}`, role: "img", "aria-label": `The graph of ${graph.title}. ${words}`,
        style: `max-width: ${1.1 * f.width}px; min-width: ${0.94 * f.width}px`,
      }, ...graph.edges.flatMap(edge => wire(edge, graph, f, step, done)),
        ...state.nodes.flatMap((node, k) => circle(node, k, f, step, done)));
      box.replaceChildren(drawing);
      live.set(words);
      follow(drawing, f, step);
    }

    function wire({source, target, operand, places}, graph, f, step, done) {
      const points = [graph.nodes[source].place, ...places, graph.nodes[target].place].map(f.at);
      const twins = graph.edges.filter(e => e.source === source && e.target === target);
      const turn = twins.findIndex(e => e.operand === operand) - (twins.length - 1) / 2;
      const {path, middle} = nn.curve(points, {along: f.along, bend: 26 * turn});
      const active = step && step.kind !== "start" && step.node === target;
      const style = !active ? null : step.kind === "forward" ? "nn-forth" : "nn-back";
      const marks = [nn.svg("path", {d: path, class: style}), nn.svg("path", {d: nn.head(points[points.length - 1], f.along), class: "nn-head"})];
      const users = graph.edges.filter(e => e.source === source).length;
      const sent = users > 1 && state.steps.slice(0, stepper.at).some(s => s.kind === "backward" && s.node === target);
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

    const menu = nn.buttons({label: "Graph", options: graphs.map(g => g.title), chosen: start, press: k => choose(k)});
    element.replaceChildren(menu.node, fields, box, stepper.node, live.node);
    choose(start, begin);
    let width = box.clientWidth;
    new ResizeObserver(() => {
      if (box.clientWidth !== width) { width = box.clientWidth; draw(); }
    }).observe(box);
  }

  nn.define("graph", build, "graphs", "start");
})();
