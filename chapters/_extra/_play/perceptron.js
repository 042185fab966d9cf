// <nn-perceptron>: the perceptron rule on the four corners of a square, one corner at a time; the
// reader sets the labels.
// needs: parts-plot
// room: 880 570
// corners: [[x1, x2], …] in the order of a pass; presets: [{name, labels}]; start: which of them;
// known: [{labels, w, b, errors}] by nnlib, which agrees() compares.
(() => {
  const LOOKS = [["b", "square"], ["a", "circle"]];  // label 0 is orange, label 1 blue
  const RANGE = [-0.8, 1.8];  // range of both inputs
  const STYLE = `
    nn-perceptron .nn-bar { gap: .4rem; }
    nn-perceptron .nn-bar button { padding: .3rem .5rem; }
    nn-perceptron .nn-live { min-height: 4.8em; }
    @container (max-width: 36rem) { nn-perceptron .nn-live { min-height: 6.4em; } }`;
  const begin = labels => ({
    labels, w: [0, 0], b: 0, next: 0, errors: 0, inPass: 0, passes: [], starts: ["0,0,0"],
    stopped: false, repeats: -1, before: null, last: null,
  });
  const sum = ({w, b}, [p, q]) => w[0] * p + w[1] * q + b;

  // Visit the next corner, and change the weights if the output is wrong.
  function visit(corners, state) {
    if (state.stopped) return state;
    const corner = corners[state.next], t = state.labels[state.next], v = sum(state, corner);
    const wrong = t - (v > 0 ? 1 : 0);
    const now = {...state, next: state.next + 1, last: {corner, t, v, wrong}};
    if (wrong) {
      now.before = {w: state.w, b: state.b};
      now.w = state.w.map((u, i) => u + wrong * corner[i]);
      now.b = state.b + wrong;
      now.errors += 1;
      now.inPass += 1;
    }
    if (now.next < corners.length) return now;
    const key = [...now.w, now.b].join();
    now.passes = [...state.passes, now.inPass];
    now.stopped = now.inPass === 0;
    if (now.repeats < 0) now.repeats = state.starts.indexOf(key);
    now.starts = [...state.starts, key];
    return {...now, next: 0, inPass: 0};
  }

  // Two points of the line w · x + b = 0, far outside the frame; none if w is 0.
  function line({w, b}) {
    const square = w[0] ** 2 + w[1] ** 2;
    if (!square) return [];
    const foot = w.map(u => -u * b / square);
    return [-9, 9].map(s => [foot[0] - s * w[1], foot[1] + s * w[0]]);
  }

  // The part of the frame where the sum is positive: its corners, cut at the line.
  function positive(unit) {
    const [low, high] = RANGE, box = [[low, low], [high, low], [high, high], [low, high]];
    return box.flatMap((p, k) => {
      const q = box[(k + 1) % 4], [u, v] = [sum(unit, p), sum(unit, q)];
      const cut = p.map((value, i) => value + u / (u - v) * (q[i] - value));
      return [...(u > 0 ? [p] : []), ...((u > 0) !== (v > 0) ? [cut] : [])];
    });
  }

  nn.define("perceptron", (element, {corners, presets, start, known}) => {
    nn.style("perceptron", STYLE);
    let state = begin([...presets[start].labels]);
    const live = nn.live(), written = p => `(${p.join(", ")})`;
    const map = nn.plot({
      x: RANGE, y: RANGE, height: 300, left: 34, xlabel: "input x₁", ylabel: "input x₂",
      xticks: [0, 1], yticks: [0, 1],
    });
    const region = map.area({colour: "a"});
    const old = map.line({colour: "ink", dash: "3 5", width: 1.6});
    const edge = map.line({colour: "ink", width: 2.6});
    const ring = map.dots({colour: "ink", r: 12});
    const marks = LOOKS.map(([colour, shape]) => map.dots({colour, shape, r: 8}));
    const chart = nn.plot({
      x: [0, 10], y: [0, 4.4], height: 200, left: 34, xlabel: "pass", ylabel: "errors in the pass",
      yticks: [0, 1, 2, 3, 4],
    });
    const course = chart.line({colour: "c"}), dots = chart.dots({colour: "c"});
    const key = nn.legend(
      nn.dotKey({colour: "b", shape: "square"}, "label 0"),
      nn.dotKey({colour: "a", shape: "circle"}, "label 1"),
      nn.dotKey({colour: "ink", shape: "circle"}, "next: outlined"),
      nn.lineKey({colour: "ink", dash: "3 5", width: 1.6}, "line before the error"),
    );
    const facts = nn.facts(["pass", "errors so far", "w₁, w₂", "b"]);

    function news() {
      const {last, stopped, repeats, errors} = state;
      if (!last) return "All weights are 0. Step through the corners.";
      if (stopped) return `A pass without errors: the rule has stopped, after ${errors} errors.`;
      const {corner, t, v, wrong} = last;
      const scores = `z = ${nn.number(v, 0)}, output ${v > 0 ? 1 : 0}, label ${t}`;
      const act = `an error, so ${wrong > 0 ? "add" : "subtract"} the inputs`;
      const known = repeats >= 0 && state.next === 0;
      const again = known
        ? ` Pass ${repeats + 1} began with these weights, so everything repeats: the rule never ` +
          "stops."
        : "";
      return `Corner ${written(corner)}: ${scores}: ${wrong ? act : "correct"}.${again}`;
    }

    function draw() {
      const {labels, w, b, next, passes, stopped} = state;
      region.set(positive(state));
      edge.set(line(state));
      old.set(state.before ? line(state.before) : []);
      ring.set(stopped ? [] : [corners[next]]);
      marks.forEach((mark, k) => mark.set(corners.filter((_, n) => labels[n] === k)));
      chart.range([0, Math.max(10, passes.length)], [0, 4.4]);
      const heights = passes.map((count, k) => [k + 1, count]);
      course.set(heights);
      dots.set(heights);
      const pass = passes.length + (stopped ? 0 : 1);
      const weights = w.map(u => nn.number(u, 0)).join(", ");
      facts.set([`${pass}`, `${state.errors}`, weights, nn.number(b, 0)]);
      const words = news();
      live.set(words);
      const right = corners.filter((p, n) => (sum(state, p) > 0) === (labels[n] === 1)).length;
      map.describe(
        `Corners with the labels ${labels.join(", ")}; ${right} have the correct output. ${words}`,
      );
      chart.describe(`Errors in each pass: ${passes.join(", ") || "none yet"}.`);
      flips.forEach((flip, n) => {
        flip.textContent = `${written(corners[n])}: ${labels[n]}`;
        flip.setAttribute("aria-pressed", labels[n] === 1);
      });
      const named = presets.findIndex(preset => preset.labels.join() === labels.join());
      choice.set(named);
    }
    const act = change => { state = change(state); draw(); };
    const walk = until => act(before => {
      let now = visit(corners, before);
      while (!now.stopped && !until(now, before)) now = visit(corners, now);
      return now;
    });
    const tenPasses = (now, before) => now.passes.length === before.passes.length + 10;
    const flip = n => act(({labels}) => begin(labels.map((t, k) => (k === n ? 1 - t : t))));
    const flips = corners.map((_, n) => nn.button("", () => flip(n)));
    const choice = nn.buttons({
      label: "labels", options: presets.map(p => p.name), chosen: start,
      press: k => act(() => begin([...presets[k].labels])),
    });
    map.press((p, q) => {
      const near = corners.findIndex(c => Math.hypot(c[0] - p, c[1] - q) < 0.3);
      if (near >= 0) flip(near);
    });
    const controls = nn.bar(
      nn.button("next corner", () => walk(() => true)),
      nn.button("next error", () => walk(now => now.last.wrong !== 0)),
      nn.button("ten passes", () => walk(tenPasses)),
      nn.button("start again", () => act(({labels}) => begin(labels))),
    );
    element.replaceChildren(
      nn.bar(choice.node, nn.html("span", {}, "or flip a label:"), ...flips),
      key,
      nn.columns(
        nn.html("div", {}, map.node, controls, live.node),
        nn.html("div", {}, facts.node, nn.tuck(element, "Errors in each pass", chart.node)),
      ),
    );
    draw();
    nn.flush();

    element.agrees = () => known.every(({labels, w, b, errors}) => {
      let now = begin(labels);
      for (let k = 0; k < 400 && !now.stopped; k++) now = visit(corners, now);
      return now.stopped && now.b === b && now.errors === errors && now.w.join() === w.join();
    });
  }, "corners", "presets", "start", "known");
})();
