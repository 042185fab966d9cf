// <nn-graph>: the graph of an expression that is typed or chosen. The reader walks through it one
// operation at a time: values run along the edges forwards, gradients back. Inputs are fields.
// data: {graphs: [{title, text, and what nnlib's graph.data() gives}], start: the graph to begin
// with, steps: how many have been taken}.
// needs: parts-time parts-editor parts-gates
// room: 534 505 472
// room on cnn/resnet: 749 589
(() => {
  const STEP = 0.1;  // by which an arrow key changes an input
  const PIXELS = 3;  // that a drag takes for the same change
  const NAME = 4;  // letters of a name that fit into an input
  const STYLE = `
    nn-graph .nn-menu > .nn-bar { margin: 0 0 .5rem; gap: .5rem; }
    nn-graph .nn-walk { position: relative; max-height: min(80vh, 36rem); overflow-y: auto; }
    nn-graph .nn-board { position: relative; margin: 0 auto; }
    nn-graph .nn-board text { font-size: var(--letters); }
    nn-graph .nn-sign { font-weight: 600; }
    nn-graph .nn-name { font-style: italic; }
    nn-graph .nn-to { text-anchor: end; }
    nn-graph .nn-plate { fill: var(--pst-color-background, #fff); }
    nn-graph .nn-leaf {
      position: absolute; transform: translate(-50%, -50%); box-sizing: border-box; margin: 0;
      display: flex; align-items: center; justify-content: center; gap: .15rem;
      border: 1.6px dashed var(--nn-a); border-radius: 999px;
      background: color-mix(in srgb, var(--nn-a) 10%, var(--pst-color-background, #fff));
      font-size: var(--letters); line-height: 1.1;
      cursor: ns-resize; touch-action: none; user-select: none;
    }
    nn-graph .nn-leaf i { flex: none; }
    nn-graph .nn-leaf::after { content: "↕"; flex: none; opacity: .75; }
    nn-graph .nn-leaf input {
      width: 2.6em; flex: 0 1 auto; min-width: 0; padding: 0; border: 0; outline: none;
      background: none; color: color-mix(in srgb, var(--nn-a) 70%, var(--nn-ink));
      font: inherit; font-weight: 600; text-align: center;
      cursor: inherit; touch-action: none; appearance: textfield;
    }
    nn-graph .nn-leaf input::-webkit-inner-spin-button { appearance: none; margin: 0; }
    nn-graph .nn-leaf:focus-within {
      border-style: solid; outline: 3px solid var(--nn-a); outline-offset: 1px;
    }
    nn-graph .nn-leaf:has([aria-invalid]) {
      border-color: var(--nn-b); outline: 3px solid var(--nn-b);
    }
    nn-graph .nn-leaf.nn-slim { flex-direction: column; gap: 0; border-radius: 12px; }
    nn-graph .nn-leaf:is(.nn-slim, .nn-long)::after { content: none; }
    nn-graph .nn-leaf.nn-long input {
      width: auto; flex: 1 1 auto; font-size: .85em; letter-spacing: -.02em;
    }
    nn-graph .nn-leaf.nn-slim.nn-long input { width: 100%; flex: none; }
    nn-graph .nn-token rect {
      fill: var(--pst-color-background, #fff); stroke: var(--of); stroke-width: 2;
    }
    nn-graph .nn-token text { fill: var(--of); font-weight: 600; }
    nn-graph .nn-stepper .nn-slider { grid-template-columns: auto 1fr auto; }
    nn-graph .nn-stepper .nn-slider input { grid-area: auto; }
    nn-graph .nn-stepper .nn-bar { margin: .2rem 0 0; gap: .4rem; }
    nn-graph .nn-live { min-height: 3.2em; }
    @container (max-width: 36rem) {
      nn-graph .nn-walk { max-height: 28rem; }
      nn-graph .nn-menu > .nn-bar { flex-wrap: nowrap; overflow-x: auto; padding: 3px; }
      nn-graph .nn-menu button { flex: none; }
      nn-graph .nn-stepper .nn-bar { gap: .3rem; }
      nn-graph .nn-stepper button { padding: .3rem .5rem; }
      nn-graph .nn-live { min-height: 4.8em; }
    }`;

  function build(element, {graphs, start, steps: begin}) {
    nn.style("graph", STYLE);
    const state = {};  // program: the last text that could be read; drawn: the one on the screen
    const values = new Map();  // a value for every name that was typed
    const leaves = new Map();  // the field of each input, by name
    const live = nn.live();
    const board = nn.html("div", {class: "nn-board"});
    const box = nn.html(
      "div",
      {
        class: "nn-walk", tabindex: 0, role: "group",
        "aria-label": "Graph. The arrow keys move between steps.",
      },
      board,
    );
    const editor = nn.expressionEditor(() => { menu.set(-1); update(); });
    const menu = nn.buttons({
      label: "Graph", options: graphs.map(({title}) => title), chosen: start, press: k => choose(k),
    });
    const stepper = nn.stepper({last: 1, go: draw});
    stepper.keys(box);
    stepper.bar.append(
      nn.button("forward pass", () => stepper.to((state.steps.length - 1) / 2)),
      nn.button("backward pass", () => stepper.to(state.steps.length)),
    );

    // ---- from the text to a graph
    function choose(k, count) {
      const {text, nodes} = graphs[k];
      editor.text = text;
      for (const {name, operation, value} of nodes) {
        if (!operation) values.set(name, value);
      }
      leaves.clear();
      state.program = null;
      menu.set(k);
      update(count);
    }

    // Read the text and compute it with the values of the inputs. If that fails, the reader sees
    // the problem; the fields of the last program and the last graph stay. count: steps taken.
    function update(count = Infinity) {
      const problems = [];
      const refused = problem => problems.push(problem);
      const program = attempt(() => nn.parse(editor.text), refused);
      if (program) adopt(program);
      const graph = program && attempt(() => nn.trace(program, values), refused);
      if (graph) walk(graph, count);
      editor.tell(problems[0]);
    }

    // The result of work(), or undefined if the text or its numbers have a problem.
    function attempt(work, refused) {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof nn.Problem)) throw error;
        refused(error);
        return undefined;
      }
    }

    // Names keep their earlier values.
    function adopt(program) {
      state.program = program;
      for (const name of program.inputs) {
        if (!values.has(name)) values.set(name, freshValue(program.inputs));
      }
    }

    // The first of 1, 2, 3 … that no other input has: equal numbers would hide which is which.
    function freshValue(names) {
      const held = names.map(name => values.get(name));
      let value = 1;
      while (held.includes(value)) value++;
      return value;
    }

    function walk(graph, count = stepper.at) {
      const steps = nn.walkSteps(graph.nodes);
      if (state.drawn !== state.program) {
        Object.assign(state, {flat: flat(graph), turned: null, back: null});
      }
      Object.assign(state, {graph, steps, drawn: state.program, shownStep: null});
      editor.show(state.drawn.text);
      stepper.limit(steps.length, Math.min(count, steps.length));
      draw();
    }

    // ---- the drawing
    function draw() {
      const {graph, steps} = state;
      const count = stepper.at;
      const step = steps[count - 1];
      const done = nn.arrived(graph, steps, count);
      const words = nn.stepWords(graph, step, done.messages);
      const layout = nn.graphLayout(element.clientWidth || 640, graph);
      const describe = `The graph of ${state.drawn.text}. ${words}`;
      const {drawing, fly} = nn.drawGraph({graph, layout, steps, count, done, describe});
      board.style.width = `${layout.width}px`;
      board.style.setProperty("--letters", `${layout.letters}px`);
      const inputs = graph.nodes.filter(node => !node.operation);
      fill(drawing, inputs.map(node => placedLeaf(node, layout)));
      live.set(words);
      if (step) follow(layout.at(graph.nodes[step.node].place));
      // After one step forward, its numbers travel; changes of inputs and jumps appear immediately.
      if (state.shownStep === count - 1) fly();
      state.shownStep = count;
      // How far the reader has come back since the end of the forward pass.
      const half = (steps.length - 1) / 2;
      if (count <= half) state.back = count === half ? "begun" : null;
      else if (state.back && count < steps.length) state.back = "between";
      else if (state.back === "between") state.back = "done";
    }

    // The inputs whose gradient is 0.
    function flat({nodes, result}) {
      const zero = k => Math.abs(result.gradients[k]) < 1e-9;
      return nodes.flatMap(({name, operation}, k) => !operation && zero(k) ? [name] : []);
    }

    // A field that stays has the focus as before.
    function fill(drawing, fields) {
      for (const child of [...board.children]) {
        if (!fields.includes(child)) child.remove();
      }
      board.prepend(drawing);
      for (const field of fields) {
        if (field.parentNode !== board) board.append(field);
      }
    }

    function placedLeaf({name, place}, layout) {
      if (!leaves.has(name)) leaves.set(name, leaf(name));
      const node = leaves.get(name);
      const [x, y] = layout.at(place);
      node.classList.toggle("nn-slim", layout.slim);
      node.classList.toggle("nn-long", node.querySelector("input").value.length > 4);
      Object.assign(node.style, {
        left: `${100 * x / layout.width}%`, top: `${100 * y / layout.height}%`,
        width: `${2 * layout.leaf[0]}px`, height: `${2 * layout.leaf[1]}px`,
      });
      return node;
    }

    // If the drawing is larger than its box, scroll to the current node.
    function follow([x, y]) {
      if (box.scrollWidth > box.clientWidth) box.scrollLeft = x - box.clientWidth / 2;
      if (box.scrollHeight > box.clientHeight) box.scrollTop = y - box.clientHeight / 2;
    }

    // ---- the inputs
    // The field of an input: type a number, drag it up and down, or use the arrow keys.
    function leaf(name) {
      const input = nn.html("input", {
        type: "number", step: "any", value: values.get(name), "aria-label": nn.subscripted(name),
      });
      const label = nn.html("i", {}, nn.shortened(name, NAME));
      const node = nn.html("label", {class: "nn-leaf"}, label, input);
      const refuse = words => {
        input.setAttribute("aria-invalid", "true");
        live.set(words);
      };
      const accept = () => {
        input.removeAttribute("aria-invalid");
        values.set(name, +input.value);
      };
      // A value without a finite result is rejected, unless the graph waits for better values.
      function read() {
        if (input.value === "" || !Number.isFinite(+input.value)) {
          refuse("Please type a number. Until then, the figure uses the previous number.");
          return;
        }
        if (state.drawn !== state.program) {
          accept();
          update();
          return;
        }
        const next = new Map([...values, [name, +input.value]]);
        const graph = attempt(
          () => nn.trace(state.program, next),
          () => refuse("With this number the result isn’t finite. The figure still uses the previous number."),
        );
        if (!graph) return;
        accept();
        state.turned = name;
        walk(graph);
      }
      function restore() {
        if (!input.hasAttribute("aria-invalid")) return;
        input.value = values.get(name);
        input.removeAttribute("aria-invalid");
      }
      function put(value) {
        input.value = +value.toFixed(9);
        read();
        restore();
      }
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

    // The inputs whose gradient became 0 when another input moved, if their gradients are shown.
    element.readings = {
      "made flat": () => stepper.at === state.steps.length && state.turned
        ? flat(state.graph)
          .filter(name => name !== state.turned && !state.flat.includes(name)).join(" ")
        : "",
      "backward pass": () => state.back ?? "",
    };

    // The script must find what nnlib found.
    const near = (a, b) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
    const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
    const FACTS = ["name", "operation", "symbol", "operands", "place"];
    element.agrees = () => graphs.every(({text, nodes, edges}) => {
      const inputs = nodes.filter(node => !node.operation).map(({name, value}) => [name, value]);
      const traced = nn.trace(nn.parse(text), new Map(inputs));
      const sameNode = (node, k) =>
        FACTS.every(fact => same(traced.nodes[k][fact], node[fact])) &&
        near(traced.result.values[k], node.value) &&
        near(traced.result.gradients[k], node.gradient);
      return traced.nodes.length === nodes.length && same(traced.edges, edges) &&
        nodes.every(sameNode);
    });

    element.replaceChildren(
      nn.html("div", {class: "nn-menu"}, menu.node), box, stepper.node, live.node, editor.node,
    );
    choose(start, begin);
    nn.onResize(element, draw);
  }

  // Dragged up and down by mouse, pen or finger; a press without a move starts typing.
  function pulled(node, input, get, put) {
    let start = null;
    let moved = false;
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
      if (start && !moved) {
        input.focus({preventScroll: true});
        input.select();
      }
      start = null;
    });
    node.addEventListener("pointercancel", () => { start = null; });
    node.addEventListener("click", event => { if (moved) event.preventDefault(); });
  }

  nn.define("graph", build, "graphs", "start");
})();
