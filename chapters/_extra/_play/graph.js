// <nn-graph>: the graph of an expression that is typed or chosen, walked forwards and backwards
// one operation at a time. data: {graphs: [{title, text, and what nnlib's graph.data() gives}], start,
// steps: how many have been taken}.
// needs: parts-time parts-net parts-parse parts-trace
// room: 925 640
(() => {
  const RADIUS = 17;
  const FRAMES = {
    right: {along: 0, step: [80, 80], before: [30, 37], input: [30, 37], operation: [38, 37]},
    down: {along: 1, step: [80, 80], before: [26, 52], input: [26, 20], operation: [66, 22]},
  };
  const ROOM = {circle: 4, above: 5, beside: 9};  // letters of a name that fit in, above and beside a circle
  const STYLE = `
    nn-graph .nn-walk { max-height: min(80vh, 40rem); overflow-y: auto; }
    .nn-typed { display: block; margin: .8rem 0 0; }
    .nn-typed textarea { display: block; box-sizing: border-box; width: 100%; min-height: 2.3rem; max-height: 12rem; padding: .4rem .6rem; field-sizing: content; resize: vertical; font: 1rem/1.5 var(--pst-font-family-monospace, monospace); color: inherit; background: var(--nn-soft); border: 1px solid var(--nn-ink); border-radius: 4px; }
    .nn-typed textarea[aria-invalid] { border-color: var(--nn-b); outline-color: var(--nn-b); }
    .nn-problem { margin: .3rem 0 0; overflow-wrap: anywhere; }
    .nn-problem:not(:empty) { border-left: 5px solid var(--nn-b); padding-left: .6rem; }
    .nn-problem:not(:empty) + .nn-note { display: none; }
    .nn-problem code { display: block; white-space: pre-wrap; color: inherit; background: none; }
    .nn-problem mark { color: inherit; background: none; border-bottom: 3px solid var(--nn-b); }
    .nn-walk .nn-sign.nn-input { font-style: italic; }
    .nn-walk .nn-name { font-style: italic; }
    .nn-numbers { display: flex; flex-wrap: wrap; gap: .4rem 1rem; border: 0; padding: 0; margin: .5rem 0; }
    .nn-numbers legend { float: none; width: auto; font-size: 1rem; font-weight: 600; margin: 0; }
    .nn-numbers label { display: flex; gap: .4rem; align-items: center; font-style: italic; }
    .nn-numbers input { width: 7rem; min-height: 2.3rem; font: inherit; color: inherit; background: var(--nn-soft); border: 1px solid var(--nn-ink); border-radius: 4px; text-align: right; }
    nn-graph .nn-live { min-height: 4.6em; }`;

  const {OPERATIONS, compute} = nn, show = nn.short;
  const factor = v => v < 0 ? `(${show(v)})` : show(v);
  const drawn = name => name.replace(/\d+$/, digits => [...digits].map(d => "₀₁₂₃₄₅₆₇₈₉"[d]).join(""));

  // The beginning of a name where the whole does not fit.
  const short = (name, room) => [...name].length <= room ? drawn(name) : `${[...name].slice(0, room - 1).join("")}…`;

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
    const fill = words => operation.text.split("{}").map((piece, k) => piece + (words[k] ?? "")).join("");
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

  // The place on an edge, as near to its middle as can be, where words lie on none that are
  // placed; where all is full, the place furthest from them.
  function room(at, words, taken) {
    const half = 4.3 * words.length + 1;
    const gap = ([x, y]) => Math.min(...taken.map(other => Math.max(Math.abs(other.x - x) - half - other.half, Math.abs(other.y - y) - 13)));
    const places = Array.from({length: 33}, (_, k) => at(0.5 + (k % 2 ? -1 : 1) * Math.ceil(k / 2) * 0.027));
    const [x, y] = places.find(place => gap(place) > 0) ?? places.reduce((a, b) => gap(b) > gap(a) ? b : a);
    taken.push({x, y, half});
    return [x, y];
  }

  // What is wrong, and the piece of the text where it is, marked between its neighbours.
  function told({message, text, from, to}) {
    const words = `${message}. Until then the last graph stays.`;
    if (to - from === text.length) return [words];
    const piece = text.slice(from, Math.min(to, from + 40)).replace("\n", "↵") || "\u00a0";
    const left = `${from > 16 ? "…" : ""}${text.slice(Math.max(0, from - 16), from)}`;
    const right = `${text.slice(to, to + 16)}${to + 16 < text.length ? "…" : ""}`;
    return [words, nn.html("code", {}, left, nn.html("mark", {}, piece), right)];
  }

  // Where an expression is typed; below, what it may hold, or what is wrong with it in its place.
  function editor(read) {
    const key = nn.id(), problem = nn.html("p", {class: "nn-problem", role: "status", id: nn.id()});
    const hint = nn.html("p", {class: "nn-note", id: nn.id()}, "Or one of your own, from numbers, names, + - * / **, brackets, exp, log, max, relu, " +
      "sigmoid, tanh; = names a result, ; stands between two.");
    const input = nn.html("textarea", {
      id: key, rows: 2, spellcheck: "false", autocapitalize: "off", autocomplete: "off", autocorrect: "off",
      "aria-describedby": `${problem.id} ${hint.id}`, oninput: read,
    });
    return {
      node: nn.html("div", {class: "nn-typed"}, nn.html("label", {for: key}, "Expression"), input, problem, hint),
      get text() { return input.value; },
      set text(words) { input.value = words; },
      tell(wrong) {
        problem.replaceChildren(...wrong ? told(wrong) : []);
        if (wrong) input.setAttribute("aria-invalid", "true");
        else input.removeAttribute("aria-invalid");
      },
    };
  }

  function build(element, {graphs, start, steps: begin}) {
    if (!document.getElementById("nn-walk-style")) {
      document.head.append(nn.html("style", {id: "nn-walk-style"}, STYLE));
    }
    const state = {}, values = new Map();  // a value for every name that was typed
    const box = nn.html("div", {class: "nn-walk", tabindex: 0, role: "group", "aria-label": "Graph; arrow keys step"});
    const live = nn.live();
    const fields = nn.html("fieldset", {class: "nn-numbers"});
    const typed = editor(() => { menu.set(-1); update(); });
    const stepper = nn.stepper({last: 1, run: false, go: draw});
    stepper.keys(box);
    stepper.bar.append(nn.button("forward to the end", () => stepper.to((state.steps.length - 1) / 2)),
      nn.button("backward to the end", () => stepper.to(state.steps.length)));

    function choose(k, count) {
      typed.text = graphs[k].text;
      for (const {name, operation, value} of graphs[k].nodes) if (!operation) values.set(name, value);
      state.program = null;  // its fields are made anew
      menu.set(k);
      update(count);
    }

    // What work() finds; where it meets a problem of the text or of its numbers, undefined.
    function attempt(work, refused) {
      try { return work(); } catch (error) {
        if (!(error instanceof nn.Problem)) throw error;
        return void refused(error);
      }
    }

    // Read what is typed and compute it with the inputs' values. What cannot be read or computed
    // is told; the last program keeps its fields, and the last graph stays. count: steps taken.
    function update(count = Infinity) {
      const problems = [], refused = error => problems.push(error);
      const program = attempt(() => nn.parse(typed.text), refused);
      if (program) adopt(program);
      const graph = program && attempt(() => nn.trace(program, values), refused);
      if (graph) walk(graph, count);
      typed.tell(problems[0]);
    }

    function walk(graph, count = stepper.at) {
      Object.assign(state, {graph, drawn: state.program, steps: plan(graph.nodes)});
      stepper.limit(state.steps.length, Math.min(count, state.steps.length));
      draw();
    }

    // A program gets a field for each input; names that had a value before keep it.
    function adopt(program) {
      const same = state.program && state.program.inputs.join() === program.inputs.join();
      state.program = program;
      if (same) return;
      for (const name of program.inputs) if (!values.has(name)) values.set(name, fresh(program.inputs));
      fields.replaceChildren(nn.html("legend", {}, "Inputs"), ...program.inputs.map(field));
    }

    // The first of 1, 2, 3 … that no other input has: equal numbers would hide which is which.
    function fresh(names) {
      const held = names.map(name => values.get(name));
      let value = 1;
      while (held.includes(value)) value++;
      return value;
    }

    // An input that ends all numbers is refused, unless the graph waits for better ones.
    function field(name) {
      const input = nn.html("input", {type: "number", step: "any", value: values.get(name)});
      const refuse = words => {
        input.setAttribute("aria-invalid", "true");
        live.set(words);
      };
      const accept = () => {
        input.removeAttribute("aria-invalid");
        values.set(name, +input.value);
      };
      input.addEventListener("input", () => {
        if (input.value === "" || !Number.isFinite(+input.value)) {
          refuse("Type a number; until then the last one counts.");
        } else if (state.drawn !== state.program) {
          accept();
          update();
        } else {
          const graph = attempt(() => nn.trace(state.program, new Map([...values, [name, +input.value]])),
            () => refuse("These inputs have no finite result; the last ones that had are kept."));
          if (!graph) return;
          accept();
          walk(graph);
        }
      });
      input.addEventListener("change", () => {
        if (!input.hasAttribute("aria-invalid")) return;
        input.value = values.get(name);
        input.removeAttribute("aria-invalid");
      });
      return nn.html("label", {}, drawn(name), input);
    }

    function draw() {
      const {graph, steps} = state, {nodes, result} = graph, count = stepper.at, step = steps[count - 1];
      const done = progress(nodes, steps, count, result);
      const narrow = box.clientWidth > 0 && box.clientWidth < 560 && graph.size[0] > 3;
      const f = frame(narrow ? "down" : "right", graph);
      const words = sentence(nodes, step, result, done.messages), taken = [];
      const drawing = nn.svg("svg", {
        viewBox: `0 0 ${f.width} ${f.height}`, role: "img", "aria-label": `The graph of ${state.drawn.text}. ${words}`,
        style: `max-width: ${1.1 * f.width}px; min-width: ${0.94 * f.width}px`,
      }, ...graph.edges.flatMap(edge => wire(edge, graph, f, step, done, taken)),
        ...nodes.flatMap((node, k) => circle(node, k, f, step, done)));
      box.replaceChildren(drawing);
      live.set(words);
      follow(drawing, f, step);
    }

    function wire({source, target, operand, places}, graph, f, step, done, taken) {
      const points = [graph.nodes[source].place, ...places, graph.nodes[target].place].map(f.at);
      const twins = graph.edges.filter(e => e.source === source && e.target === target);
      const turn = twins.findIndex(e => e.operand === operand) - (twins.length - 1) / 2;
      const {path, at} = nn.curve(points, {along: f.along, bend: 26 * turn});
      const active = step && step.kind !== "start" && step.node === target;
      const style = !active ? null : step.kind === "forward" ? "nn-forth" : "nn-back";
      const marks = [nn.svg("path", {d: path, class: style}), nn.svg("path", {d: nn.head(points[points.length - 1], f.along), class: "nn-head"})];
      const users = graph.edges.filter(e => e.source === source).length;
      if (users < 2) return marks;
      // Also what is not sent yet takes its room, so that no number moves when it comes.
      const blame = show(graph.result.sent[target][operand]), [x, y] = room(at, blame, taken);
      const sent = state.steps.slice(0, stepper.at).some(s => s.kind === "backward" && s.node === target);
      if (sent) marks.push(nn.text(x, y + 4, blame, {class: "nn-blame"}));
      return marks;
    }

    function circle(node, k, f, step, done) {
      const [x, y] = f.at(node.place), input = node.operation ? "" : "nn-input";
      const sign = node.operation ? node.symbol : short(node.name, ROOM.circle);
      const marks = [
        nn.svg("circle", {cx: x, cy: y, r: RADIUS, class: `${input} ${step && step.node === k ? "nn-now" : ""} ${done.known[k] ? "" : "nn-waiting"}`}),
        nn.text(x, y + 4.5, sign, {class: `nn-sign ${input}`, textLength: sign.length > 5 ? 1.8 * RADIUS : null, lengthAdjust: "spacingAndGlyphs"}),
      ];
      const room = f.along === 0 ? ROOM.above : ROOM.beside;
      const value = done.known[k] ? show(state.graph.result.values[k]) : "", name = node.operation ? short(node.name, room) : "";
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

    // Where the drawing is larger than its box, keep the current node in sight.
    function follow(drawing, f, step) {
      if (!step) return;
      const [x, y] = f.at(state.graph.nodes[step.node].place), scale = drawing.clientWidth / f.width;
      if (box.scrollWidth > box.clientWidth) box.scrollLeft = x * scale - box.clientWidth / 2;
      if (box.scrollHeight > box.clientHeight) box.scrollTop = y * scale - box.clientHeight / 2;
    }

    // The script must find what nnlib found.
    const near = (a, b) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
    const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
    const agrees = graphs.every(({text, nodes, edges}) => {
      const inputs = nodes.filter(node => !node.operation).map(node => [node.name, node.value]);
      const found = nn.trace(nn.parse(text), new Map(inputs)), {values: v, gradients} = found.result;
      return found.nodes.length === nodes.length && same(found.edges, edges) && nodes.every((node, k) =>
        ["name", "operation", "symbol", "operands", "place"].every(what => same(found.nodes[k][what], node[what])) &&
        near(v[k], node.value) && near(gradients[k], node.gradient));
    });
    element.dataset.agrees = agrees;
    if (!agrees) console.error("nn-graph: the script and nnlib disagree");

    const menu = nn.buttons({label: "Graph", options: graphs.map(g => g.title), chosen: start, press: k => choose(k)});
    element.replaceChildren(menu.node, typed.node, fields, box, stepper.node, live.node);
    choose(start, begin);
    let width = box.clientWidth;
    new ResizeObserver(() => {
      if (box.clientWidth !== width) { width = box.clientWidth; draw(); }
    }).observe(box);
  }

  nn.define("graph", build, "graphs", "start");
})();
