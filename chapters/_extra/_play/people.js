// <nn-people>: one thousand people, some ill, all tested. The ends of the groups are dragged in the
// crowd, a tap on a person shows their results, and bars below show how many of those who test
// positive are ill.
// needs: parts-plot
// room: 618 729
// prior, sensitivity, specificity: the start values, as fractions.
nn.define("people", (element, start) => {
  const N = 1000, {svg, html, text} = nn;
  const state = {
    prior: start.prior, sensitivity: start.sensitivity, specificity: start.specificity, seed: 0,
    person: 57,
  };
  const upright = element.clientWidth < 420, [across, cell] = upright ? [36, 8.2] : [50, 13];
  const wide = across * cell;
  const TOP = 34;
  const GAP = 40;
  const foot = TOP + GAP + (Math.ceil(N / across) + 1) * cell;

  // Squares are ill, circles well; filled is positive.
  const KINDS = [
    {name: "ill, negative", ill: true, positive: false, colour: "b", shape: "square", open: true},
    {name: "ill, positive", ill: true, positive: true, colour: "b", shape: "square"},
    {name: "well, positive", ill: false, positive: true, colour: "a", shape: "circle"},
    {name: "well, negative", ill: false, positive: false, colour: "a", shape: "circle", open: true},
  ];
  // In order: among ill and well people, the positive ones first.
  const ORDER = [1, 0, 2, 3], size = 0.35 * cell;
  const groups = KINDS.map(kind => svg("path", {class: kind.open ? "nn-stroke" : "nn-dots",
    style: `${nn.ink(kind.colour)}; stroke-width: ${kind.ill ? 1.8 : 1}`}));
  const crowd = nn.scaled(
    svg(
      "svg",
      {viewBox: `0 0 ${wide} ${foot + 88}`, class: "nn-drawing", style: "max-width: 52rem"},
      ...groups,
    ),
  );
  const titles = [text(0, 13, "", {class: "nn-strong"}), text(0, 0, "", {class: "nn-strong"})];

  // Those who are positive, and those who are negative: how many of them are ill.
  const answers = [true, false].map((positive, k) => {
    const y = foot + 8 + 42 * k, box = {x: 0, y: y + 20, height: 12};
    const answer = {
      name: text(0, y + 12, ""),
      share: text(wide, y + 12, "", {class: "nn-strong nn-end"}),
      bar: svg("rect", {...box, class: "nn-true"}),
    };
    crowd.append(svg("rect", {...box, width: wide, class: "nn-other"}), ...Object.values(answer));
    return answer;
  });
  const live = nn.live();
  const story = html("p", {class: "nn-note", style: `min-height: ${upright ? 4.6 : 3}em`});

  // A probability that is not exactly 0 or 1 is not shown as 0% or 100%.
  function percent(p) {
    if (p > 0 && p < 5e-5) return "<0.01%";
    if (p < 1 && p > 0.99995) return ">99.99%";
    return `${nn.number(100 * p, p === 0 || p === 1 ? 0 : p >= 0.01 && p <= 0.99 ? 1 : 2)}%`;
  }

  // Bayes' rule; null if the observation cannot occur.
  function posterior({prior, sensitivity, specificity}, positive) {
    const ill = prior * (positive ? sensitivity : 1 - sensitivity);
    const all = ill + (1 - prior) * (positive ? 1 - specificity : specificity);
    return all > 1e-12 ? ill / all : null;
  }

  // Whole people, as expected: each group is rounded.
  function expected({prior, sensitivity, specificity}) {
    const ill = Math.round(N * prior), hits = Math.round(ill * sensitivity);
    const alarms = Math.round((N - ill) * (1 - specificity));
    return [ill - hits, hits, alarms, N - ill - alarms];
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

  const many = nn.thousands;
  const counted = () => state.seed ? drawn(state) : expected(state);

  // The place behind n people of a block that begins at y, and the number of people before a place.
  function behind(n, y) {
    const row = n ? Math.ceil(n / across) - 1 : 0;
    return [(n - row * across) * cell, y + row * cell];
  }
  const before = (x, y, from) =>
    Math.floor((y - from) / cell) * across + nn.clamp(Math.round(x / cell), 0, across);
  const beginning = ill => TOP + GAP + Math.max(1, Math.ceil(ill / across)) * cell;
  const illNow = () => { const [missed, hits] = counted(); return missed + hits; };

  // A boundary between two groups: a stem next to the last person, with a knob to drag.
  function boundary(label, colour, up, read, show, move) {
    const knob = up ? -9 : cell + 9;
    return nn.handle(
      {drawing: crowd, label, min: 0, max: N, step: 1, value: 0, read, show, move},
      svg("circle", {r: 15, cy: knob, class: "nn-hit"}),
      svg("path", {
        d: `M0 ${Math.min(knob, -1)}V${Math.max(knob, cell + 1)}`,
        class: "nn-stroke",
        style: "stroke-width: 3",
      }),
      svg("circle", {r: 7.5, cy: knob, class: "nn-knob"}),
    );
  }
  const share = v => `${nn.number(100 * v, 1)}%`;
  const set = (name, v) => {
    Object.assign(state, {[name]: +v.toFixed(6), seed: 0});
    redraw();
  };
  const ends = {
    hits: boundary(
      "ill people who test positive", "b", true,
      (x, y) => before(x, y, TOP),
      v => `${v} of ${illNow()}, sensitivity ${share(state.sensitivity)}`,
      v => set("sensitivity", v / illNow()),
    ),
    ill: boundary(
      "ill people", "b", false,
      (x, y) => before(x, y, TOP),
      v => `${v} of ${many(N)}, prior ${share(state.prior)}`,
      v => set("prior", v / N),
    ),
    alarms: boundary(
      "well people who test positive", "a", false,
      (x, y) => before(x, y, beginning(illNow())),
      v => `${v} of ${N - illNow()}, specificity ${share(state.specificity)}`,
      v => set("specificity", 1 - v / (N - illNow())),
    ),
  };
  for (const [name, end] of Object.entries(ends)) {
    end.node.setAttribute("style", nn.ink(name === "alarms" ? "a" : "b"));
  }

  // One person, ringed: number 1 is the first who is ill.
  function personAt(x, y) {
    const ill = illNow(), from = beginning(ill), sick = y < from - GAP / 2;
    const row = Math.floor((y - (sick ? TOP : from)) / cell);
    const n = row * across + Math.floor(x / cell);
    return sick ? nn.clamp(n, 0, Math.max(ill - 1, 0)) : nn.clamp(ill + n, ill, N - 1);
  }
  function tell(person) {
    const [missed, hits, alarms] = counted();
    if (person < hits) {
      return `Person ${person + 1} is ill and tests positive, one of the ${hits} that the test ` +
        "finds.";
    }
    if (person < hits + missed) {
      return `Person ${person + 1} is ill and tests negative, one of the ${missed} that the ` +
        "test misses.";
    }
    if (person < hits + missed + alarms) {
      return `Person ${person + 1} is well and tests positive. This is a false alarm: the ` +
        `${hits} ill people who test positive have the same result.`;
    }
    const cleared = many(N - hits - missed - alarms);
    return `Person ${person + 1} is well and tests negative, one of ${cleared} people who do.`;
  }
  const pick = person => { state.person = person; redraw(); };
  const ring = nn.handle(
    {
      drawing: crowd, label: "person", min: 1, max: N, step: 1, value: state.person + 1,
      read: (x, y) => personAt(x, y) + 1,
      show: v => tell(v - 1),
      move: v => pick(v - 1),
    },
    svg("circle", {r: 12, class: "nn-hit"}),
    svg("circle", {
      r: 0.75 * cell, class: "nn-stroke nn-knob",
      style: "fill: none; stroke: var(--nn-ink); stroke-width: 2.5",
    }),
  );
  crowd.append(...titles, ring.node, ...Object.values(ends).map(end => end.node));
  crowd.addEventListener("click", event => {
    if (event.target.closest(".nn-handle")) return;
    const {x, y} = nn.place(event, crowd);
    if (y > TOP && y < foot) pick(personAt(x, y));
  });

  function draw() {
    const counts = counted();
    const [missed, hits, alarms, right] = counts;
    const ill = missed + hits;
    const well = N - ill;
    const from = beginning(ill), positive = hits + alarms, negative = missed + right;
    const place = person => {
      const n = person < ill ? person : person - ill;
      return [
        ((n % across) + 0.5) * cell,
        (person < ill ? TOP : from) + (Math.floor(n / across) + 0.5) * cell,
      ];
    };
    let person = 0;
    for (const k of ORDER) {
      let path = "";
      const outline = nn.SHAPES[KINDS[k].shape](size);
      for (const end = person + counts[k]; person < end; person++) {
        path += `M${place(person)
          .map(v => +v.toFixed(1))
          .join(" ")}${outline}`;
      }
      groups[k].setAttribute("d", path);
    }
    titles[0].textContent = `${many(ill)} ill: ■ ${hits} positive, □ ${missed} negative`;
    titles[1].textContent = `${many(well)} well: ● ${alarms} positive, ○ ${right} negative`;
    titles[1].setAttribute("y", from - 6);
    const limits = {hits: [hits, ill, TOP], ill: [ill, N, TOP], alarms: [alarms, well, from]};
    for (const [name, [value, most, y]] of Object.entries(limits)) {
      ends[name].limit(0, most);
      ends[name].set(value);
      ends[name].node.setAttribute("transform", `translate(${behind(value, y)})`);
    }
    ring.set(state.person + 1);
    ring.node.setAttribute("transform", `translate(${place(state.person)})`);
    story.textContent = tell(state.person);
    crowd.setAttribute(
      "aria-label",
      counts.map((count, k) => `${many(count)} ${KINDS[k].name}`).join("; "),
    );
    [
      [positive, hits, "positive"],
      [negative, missed, "negative"],
    ].forEach(([all, some, word], k) => {
      const p = posterior(state, k === 0);
      answers[k].name.textContent = `${many(all)} ${word}: ${some} ill, ${many(all - some)} well`;
      answers[k].share.textContent = p === null ? "cannot occur" : `${percent(p)} ill`;
      answers[k].bar.setAttribute("width", all ? (wide * some) / all : 0);
    });
    again.setAttribute("aria-disabled", String(posterior(state, true) === null));
    const how = state.seed ? `Draw ${state.seed}` : "Expected", rule = posterior(state, true);
    const shares = state.seed
      ? `${percent(hits / positive)}; Bayes' rule gives ${percent(rule)}`
      : percent(rule);
    live.set(
      positive === 0
        ? `${how}: no one tests positive.`
        : `${how}: ${many(positive)} positive, ${many(hits)} of them ill, ${shares}.`,
    );
    for (const [name, one] of Object.entries(sliders)) one.set(100 * state[name]);
  }
  const redraw = nn.frame(draw);

  const slider = (name, label) =>
    nn.slider({
      label, min: 0, max: 100, step: 0.1, value: 100 * state[name],
      show: v => `${nn.number(v, 1)}%`,
      move: v => {
        state[name] = +(v / 100).toFixed(6);
        redraw();
      },
    });
  const sliders = {
    prior: slider("prior", "prior"), sensitivity: slider("sensitivity", "sensitivity"),
    specificity: slider("specificity", "specificity"),
  };
  const again = nn.button("use the posterior as the prior", () => {
    const p = posterior(state, true);
    if (p === null) return;
    state.prior = p;
    redraw();
  });
  const buttons = nn.bar(again,
    nn.button("draw 1,000 people", () => { state.seed++; redraw(); }),
    nn.button("as expected", () => { state.seed = 0; redraw(); }),
    nn.button("reset", () => { Object.assign(state, start, {seed: 0}); redraw(); }));
  element.replaceChildren(
    crowd, live.node, story,
    nn.fold(
      element, "Second test, random people, exact percentages",
      nn.columns(
        html("div", {}, ...Object.values(sliders).map(s => s.node)),
        html("div", {}, buttons),
      ),
    ),
  );
  draw();
}, "prior", "sensitivity", "specificity");
