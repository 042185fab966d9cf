// <nn-people>: one thousand people, some ill, all tested; counts and Bayes' rule side by side.
// needs: parts-plot
// room: 1060 562
// prior, sensitivity, specificity: where the sliders start, as shares.
nn.define("people", (element, start) => {
  const N = 1000, {svg, html} = nn;
  const state = {prior: start.prior, sensitivity: start.sensitivity, specificity: start.specificity, seed: 0};
  const upright = element.clientWidth < 420, across = upright ? 25 : 50, down = N / across, cell = 12;

  // Squares are ill, circles well; filled is positive. In this order each kind is one block, all
  // who are ill are together, and all who are positive are together.
  const KINDS = [
    {name: "ill, negative", ill: true, positive: false, colour: "b", shape: "square", open: true},
    {name: "ill, positive", ill: true, positive: true, colour: "b", shape: "square"},
    {name: "well, positive", ill: false, positive: true, colour: "a", shape: "circle"},
    {name: "well, negative", ill: false, positive: false, colour: "a", shape: "circle", open: true},
  ];
  const sign = (kind, d = "") => svg("path", {class: kind.open ? "nn-stroke" : "nn-dots", d,
    style: `${nn.ink(kind.colour)}; stroke-width: ${kind.ill ? 1.8 : 1}`});
  const groups = KINDS.map(kind => sign(kind));
  const crowd = nn.scaled(svg("svg", {viewBox: `0 0 ${across * cell} ${down * cell}`, role: "img",
    class: "nn-drawing", style: "max-width: none"}, ...groups));

  // The table of counts, each with its sign.
  const icon = kind => svg("svg", {viewBox: "-6 -6 12 12", width: 14, height: 14, "aria-hidden": "true"},
    sign(kind, `M0 0${nn.SHAPES[kind.shape](kind.ill ? 4.4 : 4)}`));
  const cells = {};
  const number = (name, kind) => html("td", {}, ...(kind ? [icon(kind), " "] : []), cells[name] = html("span"));
  const head = words => html("th", {scope: "col"}, words);
  const row = (words, ...rest) => html("tr", {}, html("th", {scope: "row"}, words), ...rest);
  const table = html("table", {class: "nn-counts", "aria-label": "counts"},
    html("thead", {}, html("tr", {}, html("td"), head("positive"), head("negative"), head("sum"))),
    html("tbody", {}, row("ill", number("1", KINDS[1]), number("0", KINDS[0]), number("ill")),
      row("well", number("2", KINDS[2]), number("3", KINDS[3]), number("well")),
      row("sum", number("positive"), number("negative"), number("all"))));
  const facts = nn.facts(["ill if positive, by Bayes", "ill if negative, by Bayes"]), live = nn.live();

  // What is not certain is not shown as 0% or 100%.
  function percent(p) {
    if (p > 0 && p < 5e-5) return "<0.01%";
    if (p < 1 && p > 0.99995) return ">99.99%";
    return `${nn.number(100 * p, p === 0 || p === 1 ? 0 : p >= 0.01 && p <= 0.99 ? 1 : 2)}%`;
  }

  // Bayes' rule; null where what was seen cannot occur.
  function posterior({prior, sensitivity, specificity}, positive) {
    const ill = prior * (positive ? sensitivity : 1 - sensitivity);
    const all = ill + (1 - prior) * (positive ? 1 - specificity : specificity);
    return all > 1e-12 ? ill / all : null;
  }

  // Whole people, as expected: each group is rounded.
  function expected({prior, sensitivity, specificity}) {
    const ill = Math.round(N * prior), found = Math.round(ill * sensitivity);
    const alarms = Math.round((N - ill) * (1 - specificity));
    return [ill - found, found, alarms, N - ill - alarms];
  }

  // Random numbers from a seed (mulberry32), so that a draw stays while sliders move.
  function random(seed) {
    let a = Math.imul(seed, 0x9E3779B1);
    return () => {
      a = (a + 0x6D2B79F5) | 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
  }
  function drawn({prior, sensitivity, specificity, seed}) {
    const next = random(seed), counts = [0, 0, 0, 0];
    for (let k = 0; k < N; k++) {
      const ill = next() < prior, test = next();
      counts[ill ? +(test < sensitivity) : 3 - (test < 1 - specificity)]++;
    }
    return counts;
  }

  const many = v => String(v).replace(/(\d)(?=(\d{3})+$)/g, "$1,");
  function draw() {
    const counts = state.seed ? drawn(state) : expected(state);
    const [missed, found, alarms, right] = counts, positive = found + alarms;
    let person = 0;
    counts.forEach((count, k) => {
      let path = "";
      const {shape, ill} = KINDS[k], outline = nn.SHAPES[shape](ill ? 4.4 : 4);
      for (const end = person + count; person < end; person++) {
        const slow = Math.floor(person / (upright ? across : down)), fast = person % (upright ? across : down);
        const [column, line] = upright ? [fast, slow] : [slow, fast];
        path += `M${(column + 0.5) * cell} ${(line + 0.5) * cell}${outline}`;
      }
      groups[k].setAttribute("d", path);
    });
    crowd.setAttribute("aria-label", counts.map((count, k) => `${many(count)} ${KINDS[k].name}`).join("; "));
    const sums = {0: missed, 1: found, 2: alarms, 3: right, ill: missed + found, well: alarms + right,
      positive, negative: missed + right, all: N};
    for (const [name, count] of Object.entries(sums)) cells[name].textContent = many(count);
    facts.set([true, false].map(seen => {
      const p = posterior(state, seen);
      return p === null ? "cannot occur" : percent(p);
    }));
    again.setAttribute("aria-disabled", String(posterior(state, true) === null));
    const how = state.seed ? `Draw ${state.seed}` : "Expected";
    live.set(positive === 0 ? `${how}: nobody is positive.`
      : `${how}: ${many(positive)} positive, of these ${many(found)} ill, ${percent(found / positive)}.`);
  }
  const redraw = nn.frame(draw);

  const slider = (name, label) => nn.slider({label, min: 0, max: 100, step: 0.1, value: 100 * state[name],
    show: v => `${nn.number(v, 1)}%`, move: v => { state[name] = +(v / 100).toFixed(6); redraw(); }});
  const sliders = {prior: slider("prior", "prior"), sensitivity: slider("sensitivity", "sensitivity"),
    specificity: slider("specificity", "specificity")};
  const again = nn.button("make the posterior the prior", () => {
    const p = posterior(state, true);
    if (p === null) return;
    state.prior = p;
    sliders.prior.set(100 * p);
    redraw();
  });
  const buttons = nn.bar(again,
    nn.button("draw 1,000 people", () => { state.seed++; redraw(); }),
    nn.button("as expected", () => { state.seed = 0; redraw(); }),
    nn.button("reset", () => {
      Object.assign(state, start, {seed: 0});
      for (const [name, one] of Object.entries(sliders)) one.set(100 * state[name]);
      redraw();
    }));
  const controls = html("div", {}, ...Object.values(sliders).map(s => s.node), buttons);
  element.replaceChildren(crowd, live.node, nn.columns(controls, html("div", {}, table, facts.node)));
  draw();
}, "prior", "sensitivity", "specificity");
