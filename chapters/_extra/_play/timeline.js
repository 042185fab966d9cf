// <nn-timeline>: events on a line of years, to zoom and to walk; below, the winners of a contest.
// needs: parts-plot parts-time
// room: 665 686
// events: [{year, title, text, source, kind, major}], by year; kinds: {kind: {name, colour,
// shape}}; spans: [{name, years: [from, to]}]; contest: [{year, error, name, source}]; person: an
// error to compare with; start: index of the event shown first.
nn.define("timeline", (element, {events, kinds, spans, contest, person, start}) => {
  const {svg, html} = nn, wide = Math.max(300, Math.min(element.clientWidth, 760));
  const LANE = 21;
  const LANES = 8;
  const BASE = LANES * LANE + 16;
  const HEIGHT = BASE + 32;
  const EDGE = 12;
  const FLAG = 84;
  const LETTER = 6.9;
  // Two events of one year are a little apart.
  const when = events.map(
    (e, k) => e.year + 0.5 * events.slice(0, k).filter(o => o.year === e.year).length,
  );
  const whole = [events[0].year - 1, events[events.length - 1].year + 1];
  const state = {at: start, view: [...spans[0].years]};

  // ---- the line of years
  const ground = svg("g");
  const stems = svg("path", {class: "nn-grid", fill: "none"});
  const words = svg("g");
  const marks = svg("g");
  const drawing = nn.scaled(
    svg(
      "svg",
      {
        viewBox: `0 0 ${wide} ${HEIGHT}`,
        class: "nn-drawing",
        tabindex: 0,
        role: "slider",
        "aria-label": "event",
        "aria-valuemin": 1,
        "aria-valuemax": events.length,
        style: "max-width: none; touch-action: pan-y pinch-zoom; cursor: pointer",
      },
      ground,
      stems,
      words,
      marks,
    ),
  );
  const px = year =>
    EDGE + ((year - state.view[0]) / (state.view[1] - state.view[0])) * (wide - EDGE - FLAG);

  // Labels are flags: each is to the right of its stem, above the labels of later events that
  // it would cover. The chosen event gets one first, then the major ones, then the rest as far as
  // the lanes go; an event without room stays a mark until the reader zooms in.
  function placed() {
    const rank = k => k === state.at ? 0 : events[k].major ? 1 : 2;
    const order = events
      .map((_, k) => k)
      .filter(k => inside(when[k]))
      .sort((a, b) => rank(a) - rank(b) || a - b);
    let kept = [], boxes = [];
    for (const k of order) {
      const tried = flags([...kept, k]);
      if (tried.some(b => b.lane >= LANES || b.right > wide)) continue;
      kept = [...kept, k];
      boxes = tried;
    }
    return boxes;
  }
  function flags(chosen) {
    const boxes = [];
    for (const k of chosen.sort((a, b) => b - a)) {
      const x = px(when[k]), right = x + LETTER * events[k].title.length + 6;
      const under = boxes.filter(b => b.x < right);
      boxes.push({k, x, right, lane: under.length ? Math.max(...under.map(b => b.lane)) + 1 : 0});
    }
    return boxes;
  }
  const inside = year => year >= state.view[0] && year <= state.view[1];
  let boxes = [];

  function draw() {
    const event = events[state.at];
    boxes = placed();
    const high = lane => BASE - 14 - lane * LANE;
    ground.replaceChildren(svg("path", {class: "nn-axis", d: `M0 ${BASE}H${wide}`}),
      ...nn.ticks(...state.view, wide < 500 ? 5 : 9).filter(Number.isInteger).map(year =>
        nn.text(px(year), BASE + 26, year, {class: "nn-small nn-middle"})));
    stems.setAttribute("d", boxes.map(b => `M${b.x} ${BASE}V${high(b.lane) - 10}`).join(""));
    words.replaceChildren(...boxes.map(b => nn.text(b.x + 3, high(b.lane), events[b.k].title,
      {class: b.k === state.at ? "nn-small nn-strong" : "nn-small"})));
    marks.replaceChildren(
      ...events
        .map((e, k) => ({e, k}))
        .filter(({k}) => inside(when[k]))
        .map(({e, k}) => {
          const {colour, shape} = kinds[e.kind];
          const r = k === state.at ? 8 : 5;
          return svg("path", {
            d: `M${px(when[k])} ${BASE}${nn.SHAPES[shape](r)}`,
            class: shape === "cross" ? "nn-stroke" : "nn-dots",
            style: nn.ink(colour),
          });
        }),
    );
    drawing.setAttribute("aria-valuenow", state.at + 1);
    drawing.setAttribute("aria-valuetext", `${event.year}: ${event.title}`);
    live.set(`${event.year}. ${event.text}`);
    source.textContent = `Source: ${event.source}`;
    zoomed.set(spans.findIndex(s => String(s.years) === String(state.view)));
    nn.able(back, state.at > 0);
    nn.able(on, state.at < events.length - 1);
  }
  const redraw = nn.frame(draw);

  // A view of at least 6 years, inside the whole range.
  function look(from, to) {
    const span = nn.clamp(to - from, 6, whole[1] - whole[0]);
    const first = nn.clamp((from + to - span) / 2, whole[0], whole[1] - span);
    state.view = [first, first + span];
    redraw();
  }
  function zoom(factor) {
    const [from, to] = state.view;
    const middle = inside(when[state.at]) ? when[state.at] : (from + to) / 2;
    look(middle - (middle - from) * factor, middle + (to - middle) * factor);
  }
  function choose(k) {
    state.at = nn.clamp(k, 0, events.length - 1);
    const year = when[state.at], [from, to] = state.view;
    if (!inside(year)) look(year - (to - from) / 2, year + (to - from) / 2);
    redraw();
  }

  // A tap chooses; a drag moves the years along.
  let grip = null, moved = 0;
  const at = event => nn.place(event, drawing);
  drawing.addEventListener("pointerdown", event => {
    grip = {x: at(event).x, view: [...state.view]};
    moved = 0;
    drawing.setPointerCapture(event.pointerId);
  });
  drawing.addEventListener("pointermove", event => {
    if (!grip || !drawing.hasPointerCapture(event.pointerId)) return;
    const by = at(event).x - grip.x;
    moved = Math.max(moved, Math.abs(by));
    if (moved < 5) return;
    const years = by / (wide - EDGE - FLAG) * (grip.view[1] - grip.view[0]);
    look(grip.view[0] - years, grip.view[1] - years);
  });
  drawing.addEventListener("pointercancel", () => { grip = null; });
  drawing.addEventListener("pointerup", event => {
    if (grip && moved < 5) tapped(at(event));
    grip = null;
  });
  function tapped({x, y}) {
    const lane = Math.round((BASE - 18 - y) / LANE);
    const hit = boxes.find(b => b.lane === lane && b.x - 4 <= x && x <= b.right);
    const near = events
      .map((_, k) => [Math.abs(px(when[k]) - x), k])
      .filter(([, k]) => inside(when[k]));
    const k = hit ? hit.k : near.length ? near.sort((a, b) => a[0] - b[0])[0][1] : state.at;
    choose(k);
  }
  drawing.addEventListener("keydown", event => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const act = {ArrowRight: () => choose(state.at + 1), ArrowUp: () => choose(state.at + 1),
      ArrowLeft: () => choose(state.at - 1), ArrowDown: () => choose(state.at - 1),
      Home: () => choose(0), End: () => choose(events.length - 1),
      "+": () => zoom(0.6), "=": () => zoom(0.6), "-": () => zoom(1 / 0.6)}[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  const live = nn.live(), source = html("p", {class: "nn-note"});
  const zoomed = nn.buttons({
    label: "years",
    options: spans.map(s => s.name),
    press: k => look(...spans[k].years),
  });
  const back = nn.button("◀ previous", () => choose(state.at - 1));
  const on = nn.button("next ▶", () => choose(state.at + 1));
  const steps = nn.bar(
    back, on,
    nn.button("zoom in", () => zoom(0.6)),
    nn.button("zoom out", () => zoom(1 / 0.6)),
  );
  const key = nn.legend(...Object.values(kinds).map(kind => nn.dotKey(kind, kind.name)));

  // ---- the contest
  const years = contest.map(c => c.year);
  const plot = nn.plot({
    height: 200, x: [years[0] - 0.5, years[years.length - 1] + 0.5], y: [0, 30], left: 34,
    right: 14,
    xticks: years.filter((_, k) => k % 2 === 0),
    yticks: [0, 10, 20, 30],
    xlabel: "year of the contest",
    ylabel: "top-5 error (%)",
    describe: contest.map(c => `${c.year}: ${nn.number(c.error, 1)}%`).join(", "),
  });
  plot.line({
    colour: "b", dash: "6 4",
    points: [
      [years[0] - 0.5, person],
      [years[years.length - 1] + 0.5, person],
    ],
  });
  plot.line({colour: "a", points: contest.map(c => [c.year, c.error])});
  plot.dots({colour: "a", points: contest.map(c => [c.year, c.error])});
  plot.free.append(
    nn.text(
      ...plot.to(years[0] - 0.4, person - 3.4),
      `a trained person, ${nn.number(person, 1)}%`,
      {class: "nn-name nn-small", style: nn.ink("b")},
    ),
  );
  const announcer = nn.live(), sourceNote = html("p", {class: "nn-note"});
  function winner(x) {
    const k = nn.clamp(Math.round(x) - years[0], 0, years.length - 1), c = contest[k];
    rule.set(c.year);
    announcer.set(`${c.year}: ${c.name}, ${nn.number(c.error, 1)}% error.`);
    sourceNote.textContent = `Source: ${c.source}`;
  }
  const rule = plot.cursor({
    at: 2012, label: "year of the contest", step: 1,
    show: x => String(Math.round(x)),
    move: winner,
  });

  element.replaceChildren(
    zoomed.node, drawing, key, live.node, source, steps,
    nn.fold(
      element, "Winners of the ImageNet contest",
      nn.columns(plot.node, html("div", {}, announcer.node, sourceNote)),
    ),
  );
  winner(2012);
  draw();
}, "events", "kinds", "spans", "contest", "person", "start");
