// <nn-writer>: a model's text after a given beginning, and its next characters, by
// temperature.
// room: 803 425
// characters: by their numbers; primes: the beginnings; temperatures of the stored samples,
// equally far apart; models: [{name, next: [log-probabilities after each prime], samples: [by
// prime, then by temperature, of at most 8 lines]}]; start: [model, prime, temperature] as places
// in these lists; known: [{model, prime, temperature, probabilities}], which agrees() compares.
nn.define("writer", (element, {characters, primes, temperatures, models, start, known}) => {
  nn.style("writer", `
    .nn-writer-text {
      white-space: pre-wrap; overflow-wrap: anywhere; min-height: 12.5rem; margin: 0;
      line-height: 1.3; font-size: .95em;
    }
    .nn-writer-text b { color: var(--nn-b); }
    nn-writer .nn-live { min-height: 1.5rem; }
    @media (max-width: 40rem) { nn-writer .nn-live { min-height: 3rem; } }`);

  const {html, svg, text} = nn, MOST = 9, ROW = 21, LEFT = 62, WIDE = 190;
  const [model, prime, place] = start, state = {model, prime, place}, live = nn.live();
  const shown = c => ({" ": "space", "\n": "new line"})[c] ?? c;
  const percent = p => p > 0.995 ? ">99%" : p < 0.005 ? "<1%" : `${(100 * p).toFixed(0)}%`;

  // softmax of log-probabilities divided by the temperature
  function expected({model, prime, place}) {
    const z = models[model].next[prime].map(v => v / temperatures[place]), top = Math.max(...z);
    const e = z.map(v => Math.exp(v - top)), sum = e.reduce((a, v) => a + v, 0);
    return e.map(v => v / sum);
  }

  const drawing = nn.scaled(
    svg("svg", {viewBox: `0 0 300 ${24 + ROW * (MOST + 1)}`, class: "nn-drawing", role: "img"}),
  );
  const title = text(0, 12, "", {class: "nn-strong"});
  drawing.append(title);
  const bars = Array.from({length: MOST + 1}, (_, k) => {
    const y = 24 + ROW * k;
    const name = text(0, y + 13, "");
    const bar = svg("rect", {x: LEFT, y: y + 2, height: 13, class: "nn-other"});
    const value = text(0, y + 13, "");
    drawing.append(name, bar, value);
    return {name, bar, value};
  });
  const begun = html("b");
  const written = html("span");
  const paper = html("p", {class: "nn-writer-text"}, begun, written);

  function draw() {
    const p = expected(state), T = temperatures[state.place], {name, samples} = models[state.model];
    const order = p.map((_, k) => k).sort((a, b) => p[b] - p[a]);
    const rest = order.slice(MOST).reduce((sum, k) => sum + p[k], 0);
    bars.forEach((one, k) => {
      const share = k < MOST ? p[order[k]] : rest;
      one.name.textContent = k < MOST ? shown(characters[order[k]]) : "all others";
      one.bar.setAttribute("width", WIDE * share);
      one.value.setAttribute("x", LEFT + WIDE * share + 6);
      one.value.textContent = percent(share);
    });
    title.textContent = `next after “${primes[state.prime].trim()}”`;
    begun.textContent = primes[state.prime];
    written.textContent = samples[state.prime][state.place];
    const surprise = -p.reduce((sum, v) => sum + (v > 0 ? v * Math.log2(v) : 0), 0);
    live.set(
      `${name}, T = ${nn.number(T, 1)}: the next character is as uncertain as a choice among ` +
        `${nn.number(2 ** surprise, 1)} equally likely ones.`,
    );
    drawing.setAttribute(
      "aria-label",
      `Probabilities of the next character: ${order
        .slice(0, 4)
        .map(k => `${shown(characters[k])} ${percent(p[k])}`)
        .join(", ")}`,
    );
  }
  const redraw = nn.frame(draw);
  const writers = nn.buttons({
    label: "model",
    options: models.map(one => one.name),
    chosen: model,
    press: k => {
      state.model = k;
      redraw();
    },
  });
  const begins = nn.buttons({
    label: "beginning",
    options: primes.map(words => `“${words.trim()}”`),
    chosen: prime,
    press: k => {
      state.prime = k;
      redraw();
    },
  });
  const step = temperatures[1] - temperatures[0];
  const heat = nn.slider({
    label: "temperature T", min: temperatures[0], max: temperatures.at(-1), step,
    value: temperatures[place],
    show: v => nn.number(v, 1),
    move: v => {
      state.place = Math.round((v - temperatures[0]) / step);
      redraw();
    },
  });

  element.replaceChildren(
    writers.node,
    begins.node,
    heat.node,
    nn.columns(html("div", {}, paper), html("div", {}, drawing)),
    live.node,
  );
  draw();
  element.agrees = () =>
    known.every(one =>
      expected({model: one.model, prime: one.prime, place: one.temperature}).every(
        (v, k) => Math.abs(v - one.probabilities[k]) <= 1e-9,
      ),
    );
}, "characters", "primes", "temperatures", "models", "start", "known");
