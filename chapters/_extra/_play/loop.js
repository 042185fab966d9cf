// <nn-loop>: the lines of a training loop for y = wx + b and one sample, run one line or one pass
// at a time. The reader can leave out three of the lines.
// needs: parts-plot
// room: 683 405
// x, t: the sample; w, b: initial parameters; rate: the learning rate; known: [{skipped, passes, w,
// b, gradient, loss}], from PyTorch, which agrees() compares.
(() => {
  const LINES = [
    "sgd.zero_grad()", "y = w * x + b", "loss = (y - t) ** 2", "loss.backward()", "sgd.step()",
  ];
  const OPTIONAL = [0, 3, 4];  // without the other two, Python would report an error
  const MOST = 25;  // passes that fit on the plot
  const STYLE = `
    nn-loop ol { list-style: none; margin: 0 0 .4rem; padding: 0; }
    nn-loop li {
      display: grid; grid-template-columns: 14rem 1fr; gap: 0 .8rem; align-items: center;
      min-height: 2rem; padding: .1rem .5rem; border-left: 4px solid transparent;
    }
    nn-loop li[aria-current] { border-left-color: var(--nn-b); }
    nn-loop li > code { margin-left: 1.45rem; justify-self: start; }
    nn-loop li code, nn-loop li label {
      font-family: var(--pst-font-family-monospace); font-size: .9rem;
    }
    nn-loop li.nn-skipped { opacity: .55; }
    nn-loop li.nn-skipped label { text-decoration: line-through; }
    nn-loop .nn-live { min-height: 3.2em; margin: 0; }
    @media (max-width: 600px) {
      nn-loop li { grid-template-columns: 1fr; min-height: 3.1rem; }
      nn-loop li > span { margin-left: 1.45rem; }
    }`;

  const fresh = ({w, b}) => ({w, b, y: null, loss: null, dw: null, db: null, correct: null});
  const show = v => v === null ? "None" : nn.short(v);

  // Execute one line, and return its effect in words.
  function execute(line, s, {x, t, rate}) {
    if (line === 0) {
      s.dw = s.db = null;
      return "w.grad, b.grad = None";
    }
    if (line === 1) {
      const before = `${show(s.w)} · ${show(x)} + ${show(s.b)}`;
      s.y = s.w * x + s.b;
      return `y = ${before} = ${show(s.y)}`;
    }
    if (line === 2) {
      s.loss = (s.y - t) ** 2;
      return `loss = (${show(s.y)} − ${show(t)})² = ${show(s.loss)}`;
    }
    if (line === 3) {
      const slope = 2 * (s.y - t);
      s.correct = slope * x;
      s.dw = (s.dw ?? 0) + slope * x;
      s.db = (s.db ?? 0) + slope;
      return `w.grad = ${show(s.dw)}, b.grad = ${show(s.db)}`;
    }
    if (s.dw === null) return "no gradient, no change";
    s.w -= rate * s.dw;
    s.b -= rate * s.db;
    return `w = ${show(s.w)}, b = ${show(s.b)}`;
  }

  function build(element, data) {
    nn.style("loop", STYLE);
    const skipped = new Set();
    let s, at, passes, losses;  // at: the line that comes next
    const effects = LINES.map(() => nn.html("span"));
    const rows = LINES.map((line, k) => {
      const flip = on => {
        if (on) skipped.delete(k);
        else skipped.add(k);
        draw();
      };
      const code = OPTIONAL.includes(k)
        ? nn.toggle({label: line, on: true, flip}).node
        : nn.html("code", {}, line);
      return nn.html("li", {}, code, effects[k]);
    });
    const plot = nn.plot({
      x: [1, MOST], y: [0, 12], width: 320, height: 170, left: 30, xlabel: "pass through the loop",
      ylabel: "loss",
    });
    const line = plot.line({colour: "a", width: 1.2}), dots = plot.dots({colour: "a", r: 3});
    const facts = nn.facts(["w.grad", "gradient of this loss", "loss"]), live = nn.live();

    function restart() {
      [s, at, passes, losses] = [fresh(data), 0, 0, []];
      effects.forEach(effect => { effect.textContent = ""; });
      draw();
    }
    function next() {
      if (at === 0) effects.forEach(effect => { effect.textContent = ""; });
      effects[at].textContent = skipped.has(at) ? "left out" : execute(at, s, data);
      if (at === 2) losses.push([++passes, s.loss]);
      at = (at + 1) % LINES.length;
    }
    function pass() {
      do next(); while (at !== 0);
    }
    function draw() {
      rows.forEach((row, k) => {
        row.classList.toggle("nn-skipped", skipped.has(k));
        if (k === at) row.setAttribute("aria-current", "step");
        else row.removeAttribute("aria-current");
      });
      const recent = losses.slice(-MOST), from = recent.length ? recent[0][0] : 1;
      plot.range([from, from + MOST - 1], [0, 12]);
      line.set(recent);
      dots.set(recent);
      facts.set([show(s.dw), show(s.correct), show(s.loss)]);
      const state = passes ? `Pass ${passes}: the loss is ${show(s.loss)}. ` : "";
      live.set(`${state}Next line: ${LINES[at]}${skipped.has(at) ? ", which is left out" : ""}.`);
      plot.describe(`The loss in each of ${passes} passes through the loop.`);
    }
    const press = act => () => { act(); draw(); };
    const controls = nn.bar(
      nn.button("one line", press(next)), nn.button("one pass", press(pass)),
      nn.button("ten passes", press(() => { for (let k = 0; k < 10; k++) pass(); })),
      nn.button("restart", restart),
    );
    const side = nn.html("div", {}, facts.node, live.node);
    element.replaceChildren(nn.html("ol", {}, ...rows), controls, nn.columns(plot.node, side));
    restart();
    nn.flush();

    element.agrees = () => data.known.every(one => {
      const state = fresh(data);
      for (let n = 0; n < one.passes; n++) {
        LINES.forEach((_, k) => { if (!one.skipped.includes(k)) execute(k, state, data); });
      }
      return [["w", "w"], ["b", "b"], ["dw", "gradient"], ["loss", "loss"]].every(
        ([mine, theirs]) => Math.abs(state[mine] - one[theirs]) < 1e-9);
    });
  }

  nn.define("loop", build, "x", "t", "w", "b", "rate", "known");
})();
