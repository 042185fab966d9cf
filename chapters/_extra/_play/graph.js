// <nn-graph>: the graph of an expression that is typed or chosen, walked forwards and backwards
// one operation at a time. Values are edited at the inputs; values run along the edges forwards,
// gradients back. data: {graphs: [{title, text, and what nnlib's graph.data() gives}], start,
// steps: how many have been taken}.
// needs: parts-time parts-net parts-parse parts-trace
// room: 534 505 472
(() => {
  const STEP = 0.1, PIXELS = 3;  // an arrow key changes an input by a step, a drag by one for so many pixels
  const FLIGHT = 700;  // milliseconds that a number takes along an edge
  const LETTERS = {circle: 4, above: 5, beside: 9};  // of a name that fit in, above and beside a circle
  const STYLE = `
    nn-graph .nn-menu > .nn-bar { margin: 0 0 .5rem; gap: .5rem; }
    nn-graph .nn-walk { position: relative; max-height: min(80vh, 36rem); overflow-y: auto; }
    nn-graph .nn-board { position: relative; margin: 0 auto; }
    nn-graph .nn-board text { font-size: var(--letters); }
    nn-graph .nn-sign { font-weight: 600; }
    nn-graph .nn-name { font-style: italic; }
    nn-graph .nn-to { text-anchor: end; }
    nn-graph .nn-plate { fill: var(--pst-color-background, #fff); }
    nn-graph .nn-leaf { position: absolute; transform: translate(-50%, -50%); box-sizing: border-box; display: flex; align-items: center; justify-content: center; gap: .15rem; margin: 0; border: 1.6px dashed var(--nn-a); border-radius: 999px; background: color-mix(in srgb, var(--nn-a) 10%, var(--pst-color-background, #fff)); font-size: var(--letters); line-height: 1.1; cursor: ns-resize; touch-action: none; user-select: none; }
    nn-graph .nn-leaf i { flex: none; }
    nn-graph .nn-leaf::after { content: "↕"; flex: none; opacity: .75; }
    nn-graph .nn-leaf input { width: 2.6em; flex: 0 1 auto; min-width: 0; padding: 0; border: 0; background: none; color: color-mix(in srgb, var(--nn-a) 70%, var(--nn-ink)); font: inherit; font-weight: 600; text-align: center; cursor: inherit; touch-action: none; appearance: textfield; outline: none; }
    nn-graph .nn-leaf input::-webkit-inner-spin-button { appearance: none; margin: 0; }
    nn-graph .nn-leaf:focus-within { border-style: solid; outline: 3px solid var(--nn-a); outline-offset: 1px; }
    nn-graph .nn-leaf:has([aria-invalid]) { border-color: var(--nn-b); outline: 3px solid var(--nn-b); }
    nn-graph .nn-leaf.nn-slim { flex-direction: column; gap: 0; border-radius: 12px; }
    nn-graph .nn-leaf:is(.nn-slim, .nn-long)::after { content: none; }
    nn-graph .nn-leaf.nn-long input { width: auto; flex: 1 1 auto; font-size: .85em; letter-spacing: -.02em; }
    nn-graph .nn-leaf.nn-slim.nn-long input { width: 100%; flex: none; }
    nn-graph .nn-token rect { fill: var(--pst-color-background, #fff); stroke: var(--of); stroke-width: 2; }
    nn-graph .nn-token text { fill: var(--of); font-weight: 600; }
    nn-graph .nn-stepper .nn-slider { grid-template-columns: auto 1fr auto; }
    nn-graph .nn-stepper .nn-slider input { grid-area: auto; }
    nn-graph .nn-stepper .nn-bar { margin: .2rem 0 0; gap: .4rem; }
    .nn-typed { margin: .5rem 0 0; }
    .nn-typed summary { cursor: pointer; min-height: 2.3rem; line-height: 2.3rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .nn-typed textarea { display: block; box-sizing: border-box; width: 100%; min-height: 2.3rem; max-height: 12rem; padding: .4rem .6rem; field-sizing: content; resize: vertical; font: 1rem/1.5 var(--pst-font-family-monospace, monospace); color: inherit; background: var(--nn-soft); border: 1px solid var(--nn-ink); border-radius: 4px; }
    .nn-typed textarea[aria-invalid] { border-color: var(--nn-b); outline-color: var(--nn-b); }
    .nn-problem { margin: .3rem 0 0; overflow-wrap: anywhere; }
    .nn-problem:not(:empty) { border-left: 5px solid var(--nn-b); padding-left: .6rem; }
    .nn-problem:not(:empty) + .nn-note { display: none; }
    .nn-problem code { display: block; white-space: pre-wrap; color: inherit; background: none; }
    .nn-problem mark { color: inherit; background: none; border-bottom: 3px solid var(--nn-b); }
    nn-graph .nn-live { min-height: 3.2em; }
    @container (max-width: 36rem) {
      nn-graph .nn-walk { max-height: 28rem; }
      nn-graph .nn-menu > .nn-bar { flex-wrap: nowrap; overflow-x: auto; padding: 3px; }
      nn-graph .nn-menu button { flex: none; }
      nn-graph .nn-stepper .nn-bar { gap: .3rem; }
      nn-graph .nn-stepper button { padding: .3rem .5rem; }
      nn-graph .nn-live { min-height: 4.8em; }
    }`;

  const {OPERATIONS} = nn, show = nn.short;
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

  // Where things are drawn in a box so wide: places are (layer, slot), layers run to the right, or
  // downwards where they do not fit. radius: of a circle; leaf: half the width and height of an input.
  function frame(wide, {size: [layers, slots], nodes, edges}) {
    const small = wide < 560, down = layers > 3 && wide < 76 * (layers - 1) + 70, slim = down || (layers > 3 && wide < 110 * layers);
    const big = wide > 860 && layers < 6;
    const radius = small || slim ? 18 : big ? 31 : 26, leaf = slim ? [27, 18] : small ? [34, 17] : big ? [54, 24] : [44, 20];
    const share = (room, parts, least, most) => nn.clamp(parts > 1 ? room / (parts - 1) : most, least, most);
    const before = down ? [52, leaf[1] + 20] : [leaf[0] + 4, big ? 60 : 50];
    const step = down ? [share(wide - before[0] - leaf[0] - 4, slots, 56, 120), share(small ? 336 : 480, layers, 54, 74)]
      : [share(wide - before[0] - 40, layers, 72, big ? 280 : small ? 190 : 240), share(330, slots, 78, big ? 150 : 128)];
    const at = ([layer, slot]) => {
      const [x, y] = down ? [slot, layer] : [layer, slot];
      return [x * step[0] + before[0], y * step[1] + before[1]];
    };
    const after = down ? [node => node.operation ? 66 : leaf[0] + 4, () => 24] : [() => big ? 48 : 40, () => big ? 56 : 48];
    const ends = nodes.map(node => at(node.place).map((v, k) => v + after[k](node)));
    const all = [...ends, ...edges.flatMap(edge => edge.places.map(at))];
    return {along: down ? 1 : 0, at, radius, leaf, slim, letters: small ? 13 : big ? 18 : 15,
      width: Math.max(...all.map(p => p[0])), height: Math.max(...all.map(p => p[1]))};
  }

  // Where layers run downwards, the side of each circle on which its numbers have more room: 1 or −1.
  function sidesOf(nodes, {at, radius, leaf}) {
    const sides = [], most = 36;
    for (const k of nodes.map((_, k) => k).sort((a, b) => nodes[a].place[1] - nodes[b].place[1])) {
      const [x] = at(nodes[k].place), row = nodes.map((_, j) => j).filter(j => j !== k && nodes[j].place[0] === nodes[k].place[0]);
      const half = j => nodes[j].operation ? radius : leaf[0], middle = j => at(nodes[j].place)[0];
      const left = Math.min(x, ...row.filter(j => middle(j) < x).map(j => x - middle(j) - half(j) - (sides[j] > 0 ? most : 0))) - radius;
      const right = Math.min(Infinity, ...row.filter(j => middle(j) > x).map(j => middle(j) - half(j) - x)) - radius;
      sides[k] = !nodes[k].operation ? 0 : right >= most || right > left ? 1 : -1;
    }
    return sides;
  }

  // The place on an edge, as near to its middle as can be, where words lie on none that are
  // placed; where all is full, the place furthest from them.
  function room(at, words, taken, letters) {
    const half = 0.33 * letters * words.length + 1;
    const gap = ([x, y]) => Math.min(...taken.map(other => Math.max(Math.abs(other.x - x) - half - other.half, Math.abs(other.y - y) - letters)));
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
    const hint = nn.html("p", {class: "nn-note", id: nn.id()}, "From numbers, names, + - * / **, brackets, exp, log, max, relu, " +
      "sigmoid, tanh; = names a result, ; stands between two.");
    const now = nn.html("code"), input = nn.html("textarea", {
      id: key, rows: 2, spellcheck: "false", autocapitalize: "off", autocomplete: "off", autocorrect: "off",
      "aria-describedby": `${problem.id} ${hint.id}`, oninput: read,
    });
    return {
      node: nn.html("details", {class: "nn-typed"}, nn.html("summary", {}, "Type your own: ", now), nn.html("label", {for: key}, "Expression"), input, problem, hint),
      get text() { return input.value; },
      set text(words) { input.value = words; },
      show(words) { now.textContent = words; },
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
    const board = nn.html("div", {class: "nn-board"});
    const box = nn.html("div", {class: "nn-walk", tabindex: 0, role: "group", "aria-label": "Graph; arrow keys step"}, board);
    const live = nn.live(), leaves = new Map();  // the field of each input, by name
    const typed = editor(() => { menu.set(-1); update(); });
    const stepper = nn.stepper({last: 1, go: draw});
    stepper.keys(box);
    stepper.bar.append(nn.button("forward pass", () => stepper.to((state.steps.length - 1) / 2)),
      nn.button("backward pass", () => stepper.to(state.steps.length)));

    function choose(k, count) {
      typed.text = graphs[k].text;
      for (const {name, operation, value} of graphs[k].nodes) if (!operation) values.set(name, value);
      leaves.clear();
      state.program = null;
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
      Object.assign(state, {graph, drawn: state.program, steps: plan(graph.nodes), shown: null});
      typed.show(state.drawn.text);
      stepper.limit(state.steps.length, Math.min(count, state.steps.length));
      draw();
    }

    // Names that had a value before keep it.
    function adopt(program) {
      state.program = program;
      for (const name of program.inputs) if (!values.has(name)) values.set(name, fresh(program.inputs));
    }

    // The first of 1, 2, 3 … that no other input has: equal numbers would hide which is which.
    function fresh(names) {
      const held = names.map(name => values.get(name));
      let value = 1;
      while (held.includes(value)) value++;
      return value;
    }

    // The field of an input: type a number, drag it up and down, or use the arrow keys. A value
    // that ends all numbers is refused, unless the graph waits for better ones.
    function leaf(name) {
      const input = nn.html("input", {type: "number", step: "any", value: values.get(name), "aria-label": drawn(name)});
      const node = nn.html("label", {class: "nn-leaf"}, nn.html("i", {}, short(name, LETTERS.circle)), input);
      const refuse = words => {
        input.setAttribute("aria-invalid", "true");
        live.set(words);
      };
      const accept = () => {
        input.removeAttribute("aria-invalid");
        values.set(name, +input.value);
      };
      function read() {
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
      }
      function restore() {
        if (!input.hasAttribute("aria-invalid")) return;
        input.value = values.get(name);
        input.removeAttribute("aria-invalid");
      }
      const put = v => {
        input.value = +v.toFixed(9);
        read();
        restore();
      };
      input.addEventListener("input", read);
      input.addEventListener("change", restore);
      input.addEventListener("keydown", event => {
        event.stopPropagation();  // the arrow keys of the graph take steps
        const way = {ArrowUp: 1, ArrowDown: -1}[event.key];
        if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        put(values.get(name) + way * STEP * (event.shiftKey ? 10 : 1));
      });
      pulled(node, input, () => values.get(name), put);
      return node;
    }

    // Up and down by mouse, pen or finger; a press without a move is one to type.
    function pulled(node, input, get, put) {
      let start = null, moved = false;
      node.addEventListener("touchstart", event => event.preventDefault(), {passive: false});
      node.addEventListener("pointerdown", event => {
        if (event.button) return;
        start = {y: event.clientY, value: get()};
        moved = false;
        node.setPointerCapture(event.pointerId);
        if (document.activeElement !== input) event.preventDefault();
      });
      node.addEventListener("pointermove", event => {
        if (!start) return;
        const steps = Math.round((start.y - event.clientY) / PIXELS);
        if (!steps && !moved) return;
        moved = true;
        put(start.value + STEP * steps);
      });
      node.addEventListener("pointerup", () => {
        if (start && !moved) { input.focus({preventScroll: true}); input.select(); }
        start = null;
      });
      node.addEventListener("pointercancel", () => { start = null; });
      node.addEventListener("click", event => { if (moved) event.preventDefault(); });
    }

    function draw() {
      const {graph, steps} = state, {nodes, result} = graph, count = stepper.at, step = steps[count - 1];
      const done = progress(nodes, steps, count, result);
      const f = frame(element.clientWidth || 640, graph);
      const words = sentence(nodes, step, result, done.messages), taken = [], sides = sidesOf(nodes, f);
      const wires = graph.edges.map(edge => wire(edge, graph, f, step, done, taken));
      const drawing = nn.svg("svg", {
        viewBox: `0 0 ${f.width} ${f.height}`, role: "img", "aria-label": `The graph of ${state.drawn.text}. ${words}`,
      }, ...wires.flatMap(w => w.marks), ...wires.flatMap(w => w.words), ...nodes.map((node, k) => gate(node, k, f, step, done, sides)));
      board.style.width = `${f.width}px`;
      board.style.setProperty("--letters", `${f.letters}px`);
      fill([drawing, ...nodes.flatMap(node => node.operation ? [] : [put(node, f)])]);
      live.set(words);
      follow(f, step);
      // One step on, its numbers travel; a change of inputs or a leap is there at once.
      if (state.shown === count - 1) wires.forEach(w => w.fly?.(drawing));
      state.shown = count;
    }

    // Fields that stay keep the focus.
    function fill([drawing, ...fields]) {
      [...board.children].forEach(child => { if (!fields.includes(child)) child.remove(); });
      board.prepend(drawing);
      fields.forEach(field => { if (field.parentNode !== board) board.append(field); });
    }

    function put({name, place}, f) {
      if (!leaves.has(name)) leaves.set(name, leaf(name));
      const node = leaves.get(name), [x, y] = f.at(place), share = (v, whole) => `${100 * v / whole}%`;
      node.classList.toggle("nn-slim", f.slim);
      node.classList.toggle("nn-long", node.querySelector("input").value.length > 4);
      Object.assign(node.style, {left: share(x, f.width), top: share(y, f.height), width: `${2 * f.leaf[0]}px`, height: `${2 * f.leaf[1]}px`});
      return node;
    }

    function wire({source, target, operand, places}, graph, f, step, done, taken) {
      const points = [graph.nodes[source].place, ...places, graph.nodes[target].place].map(f.at), {radius} = f;
      const twins = graph.edges.filter(e => e.source === source && e.target === target);
      const turn = twins.findIndex(e => e.operand === operand) - (twins.length - 1) / 2;
      if (!graph.nodes[source].operation) points[0][f.along] += f.leaf[f.along] - radius;
      const {path, at} = nn.curve(points, {along: f.along, radius, bend: 26 * turn});
      const active = step && step.kind !== "start" && step.node === target, back = active && step.kind === "backward";
      const line = nn.svg("path", {d: path, class: !active ? null : back ? "nn-back" : "nn-forth"});
      const marks = [line, nn.svg("path", {d: nn.head(points[points.length - 1], f.along, radius), class: "nn-head"})], words = [];
      const users = graph.edges.filter(e => e.source === source).length;
      const {sent: all, locals, gradients, values: found} = graph.result, amount = show(all[target][operand]);
      if (users > 1 || back) {
        // Also what is not sent yet takes its room, so that no number moves when it comes.
        const product = `${show(locals[target][operand])} × ${factor(gradients[target])} = ${amount}`;
        const long = back && f.along === 0 && f.letters > 13 && 0.58 * f.letters * product.length < points[1][0] - points[0][0] - 2 * radius;
        const gradient = long ? product : amount, [x, y] = room(at, gradient, taken, f.letters);
        const sent = state.steps.slice(0, stepper.at).some(s => s.kind === "backward" && s.node === target);
        if (sent && (users > 1 || long)) {
          const half = 0.33 * f.letters * gradient.length;
          words.push(nn.svg("rect", {x: x - half, y: y - 0.6 * f.letters, width: 2 * half, height: 1.2 * f.letters, class: "nn-plate"}), nn.text(x, y + 5, gradient, {class: "nn-gradient nn-sent"}));
        }
      }
      if (!active) return {marks, words};
      return {marks, words, fly: drawing => fly(drawing, line, back, back ? amount : show(found[source]))};
    }

    // A number runs along an edge, forwards or back; the numbers that it makes come when it arrives.
    function fly(drawing, line, back, words) {
      if (matchMedia("(prefers-reduced-motion: reduce)").matches || !drawing.animate) return;
      const half = 5 * words.length + 6, length = line.getTotalLength();
      const token = nn.svg("g", {class: "nn-token", style: `--of: var(--nn-${back ? "b" : "a"})`},
        nn.svg("rect", {x: -half, y: -12, width: 2 * half, height: 24, rx: 12}), nn.text(0, 5, words));
      const places = Array.from({length: 13}, (_, k) => line.getPointAtLength(length * (back ? 12 - k : k) / 12));
      drawing.append(token);
      token.animate(places.map(({x, y}) => ({transform: `translate(${x}px, ${y}px)`})), {duration: FLIGHT, easing: "ease-in-out"})
        .finished.then(() => token.remove(), () => token.remove());
      for (const node of drawing.querySelectorAll(".nn-comes")) node.animate([{opacity: 0}, {opacity: 0, offset: 0.9}, {opacity: 1}], FLIGHT);
    }

    function gate(node, k, f, step, done, sides) {
      const [x, y] = f.at(node.place), {radius} = f, now = step && step.node === k;
      const value = done.known[k] ? show(state.graph.result.values[k]) : "";
      const gradient = done.held[k] === null ? "" : show(done.held[k]);
      const arrives = done.messages.some(m => m.to === k), comes = on => on ? "nn-comes" : "";
      const held = (a, b, from = "") => nn.text(a, b, gradient, {class: `nn-gradient ${from} ${comes(arrives)}`});
      const group = (...marks) => nn.svg("g", {class: "nn-gate", "data-name": node.name}, ...marks);
      if (!node.operation) return group(f.along === 0 ? held(x, y + f.leaf[1] + f.letters + 1) : held(x, y - f.leaf[1] - 6));
      const made = comes(now && step.kind === "forward");
      const name = short(node.name, f.along === 0 ? LETTERS.above : LETTERS.beside);
      const marks = [
        nn.svg("circle", {cx: x, cy: y, r: radius, class: `${now ? "nn-now" : ""} ${done.known[k] ? "" : "nn-waiting"}`}),
        nn.text(x, y + 5, node.symbol, {class: "nn-sign", textLength: 0.6 * f.letters * node.symbol.length > 1.8 * radius ? 1.8 * radius : null, lengthAdjust: "spacingAndGlyphs"}),
      ];
      if (f.along === 0) {
        const named = value && !value.includes("e");  // an exponent takes the name's room
        marks.push(nn.text(x, y - radius - 7, named ? `${name} = ${value}` : value || name, {class: `nn-value ${made}`}),
          held(x, y + radius + f.letters + 1));
      } else {
        const [side, from] = sides[k] > 0 ? [x + radius + 3, "nn-from"] : [x - radius - 3, "nn-to"];
        marks.push(nn.text(side, y - 9, name, {class: `nn-name ${from}`}),
          nn.text(side, y + 5, value, {class: `nn-value ${from} ${made}`}), held(side, y + 19, from));
      }
      return group(...marks);
    }

    // Where the drawing is larger than its box, keep the current node in sight.
    function follow(f, step) {
      if (!step) return;
      const [x, y] = f.at(state.graph.nodes[step.node].place);
      if (box.scrollWidth > box.clientWidth) box.scrollLeft = x - box.clientWidth / 2;
      if (box.scrollHeight > box.clientHeight) box.scrollTop = y - box.clientHeight / 2;
    }

    // The script must find what nnlib found.
    const near = (a, b) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
    const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
    element.agrees = () => graphs.every(({text, nodes, edges}) => {
      const inputs = nodes.filter(node => !node.operation).map(node => [node.name, node.value]);
      const found = nn.trace(nn.parse(text), new Map(inputs)), {values: v, gradients} = found.result;
      return found.nodes.length === nodes.length && same(found.edges, edges) && nodes.every((node, k) =>
        ["name", "operation", "symbol", "operands", "place"].every(what => same(found.nodes[k][what], node[what])) &&
        near(v[k], node.value) && near(gradients[k], node.gradient));
    });

    const menu = nn.buttons({label: "Graph", options: graphs.map(g => g.title), chosen: start, press: k => choose(k)});
    element.replaceChildren(nn.html("div", {class: "nn-menu"}, menu.node), box, stepper.node, live.node, typed.node);
    choose(start, begin);
    let width = element.clientWidth;
    new ResizeObserver(() => {
      if (element.clientWidth !== width) { width = element.clientWidth; draw(); }
    }).observe(element);
  }

  nn.define("graph", build, "graphs", "start");
})();
