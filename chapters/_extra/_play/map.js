// <nn-map>: the route to a reader's goal, with progress, and in a fold the map of the course: every
// page is a box and every prerequisite an arrow. Pages whose questions are all answered correctly
// are ticked. parts: [{title, pages: [{page, title, question, minutes, after: [page, …], href?}]}],
// in reading order; a page without href is planned. goals: [{text, ends, pages: [page, …]}]; start:
// index of the goal that is shown first.
// needs: progress journey
nn.define("map", (element, {parts, goals, start}) => {
  const pages = parts.flatMap(part => part.pages);
  const at = new Map(pages.map((page, k) => [page.page, k]));
  const before = pages.map(page => page.after.map(name => at.get(name)));
  const next = pages.map((_, k) => before.flatMap((list, j) => (list.includes(k) ? [j] : [])));
  const still = element.querySelector(".nn-fallback");
  const known = goals.findIndex(goal => goal.pages.at(-1) === nn.progress.read().goal);
  const state = {goal: known < 0 ? start : known, chosen: 0, hovered: null, touch: false};

  // All pages that page k builds on, in reading order.
  function needed(k) {
    const visited = new Set(), queue = [k];
    while (queue.length) {
      const fresh = before[queue.pop()].filter(j => !visited.has(j));
      fresh.forEach(j => { visited.add(j); queue.push(j); });
    }
    return [...visited].sort((a, b) => a - b);
  }

  // ---- the boxes
  const boxes = pages.map((page, k) => {
    const box = nn.html("a", {class: "nn-map-page", tabindex: -1, "data-page": page.page},
      nn.html("span", {class: "nn-map-rank", "aria-hidden": "true"}), page.title,
      nn.html("span", {class: "nn-map-tick"}));
    if (page.href) box.href = page.href;
    else {
      fill(box, {role: "link", "aria-disabled": "true"});
      box.append(nn.html("span", {class: "nn-map-hidden"}, " (planned)"));
    }
    box.addEventListener("focus", () => choose(k));
    box.addEventListener("click", event => press(event, k));
    box.addEventListener("pointerdown", event => {
      // The first tap shows the page in the panel, the second opens it: the tap's focus comes in
      // between.
      state.touch = event.pointerType === "touch" && state.chosen !== k;
    });
    box.addEventListener("pointerenter", event => {
      if (event.pointerType === "mouse") hover(k);
    });
    return box;
  });

  // A tick for a page that is done, the reader's progress for any other.
  function mark(node, k, all = nn.progress.read()) {
    const {asked, right, tried, done} = nn.progress.summary(pages[k].page, all);
    node.textContent = done ? " ✓" : tried ? ` ${right}/${asked}` : "";
    const words = done ? ", every question answered correctly" : tried ? " questions answered" : "";
    if (words) node.append(nn.html("span", {class: "nn-map-hidden"}, words));
    return node;
  }
  function tick() {
    const all = nn.progress.read();
    boxes.forEach((box, k) => mark(box.querySelector(".nn-map-tick"), k, all));
    showRoute(all);
  }

  function fill(node, attributes) {
    Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  }

  function press(event, k) {
    if (state.touch || !pages[k].href) event.preventDefault();
    state.touch = false;
    choose(k);
  }

  function section(part) {
    const key = nn.id();
    const items = part.pages.map(page => nn.html("li", {}, boxes[at.get(page.page)]));
    return nn.html("section", {class: "nn-map-part"},
      nn.html("p", {class: "nn-map-name", id: key}, part.title),
      nn.html("ol", {"aria-labelledby": key}, ...items));
  }

  const joined = part => part.pages.some(page => page.after.length);
  const arrows = nn.svg("svg", {class: "nn-map-arrows", "aria-hidden": "true"});
  const field = nn.html("div", {class: "nn-map-field"}, arrows,
    nn.html("div", {class: "nn-map-columns"}, ...parts.filter(joined).map(section)));
  const loose = nn.html("div", {class: "nn-map-loose"},
    ...parts.filter(part => !joined(part)).map(section));
  const panel = nn.html("div", {class: "nn-map-panel", role: "status"});
  const wishes = nn.buttons({
    label: "I want to", chosen: state.goal, options: goals.map(goal => goal.text),
    press: k => {
      state.goal = k;
      nn.progress.aim(goals[k].pages.at(-1));
      choose(at.get(goals[k].pages.at(-1)));
      showRoute();
    },
  });
  wishes.node.prepend(nn.html("span", {}, "I want to"));

  // ---- the route to the goal, in reading order
  const summary = nn.html("p", {class: "nn-note", role: "status"});
  const onward = nn.html("a", {class: "nn-onward"});
  const list = nn.html("ol", {class: "nn-way-there"});

  function showRoute(all = nn.progress.read()) {
    const {ends, pages: names} = goals[state.goal], road = names.map(name => at.get(name));
    const hours = Math.round(road.reduce((sum, k) => sum + pages[k].minutes, 0) / 60) || 1;
    const open = road.filter(k => !nn.progress.summary(pages[k].page, all).done);
    const done = road.length - open.length;
    summary.textContent = `${road.length} pages, about ${hours} ${hours === 1 ? "hour" : "hours"}. At the end, ${ends}.` +
      (done ? ` You have finished ${done} of them.` : "");
    onward.hidden = !open.length;
    if (open.length) {
      const {href, title} = pages[open[0]];
      onward.href = href;
      onward.textContent = `${done ? "Continue" : "Start"} with ${title}`;
    }
    list.replaceChildren(...road.map(k => {
      const tick = mark(nn.html("span", {class: "nn-map-tick"}), k, all);
      return nn.html("li", {}, nn.html("a", {href: pages[k].href}, pages[k].title), tick);
    }));
  }

  // ---- the arrows
  const edges = before.flatMap((list, to) => list.map(from => {
    const line = nn.svg("path", {class: "nn-map-line"});
    const head = nn.svg("path", {class: "nn-map-head"});
    return {from, to, line, head, group: nn.svg("g", {}, line, head)};
  }));

  function place() {
    const frame = field.getBoundingClientRect();
    const spots = boxes.map(box => {
      const r = box.getBoundingClientRect();
      return {left: r.left - frame.left, right: r.right - frame.left,
        top: r.top - frame.top, bottom: r.bottom - frame.top,
        middle: (r.top + r.bottom) / 2 - frame.top};
    });
    fill(arrows, {width: frame.width, height: frame.height});
    edges.forEach(edge => {
      const [line, head] = route(spots[edge.from], spots[edge.to], edge.to - edge.from);
      edge.line.setAttribute("d", line);
      edge.head.setAttribute("d", head);
    });
  }

  const right = (x, y) => `M${x} ${y}l-6 -3.5v7Z`;
  const down = (x, y) => `M${x} ${y}l-3.5 -6h7Z`;

  // Straight down to the next box; round the left side to one further down in the column;
  // from the right side to the left side of a box in another column.
  function route(a, b, steps) {
    if (Math.abs(a.left - b.left) < 4) {
      if (steps === 1 && b.top - a.bottom < 20) {
        const x = a.left + 13;
        return [`M${x} ${a.bottom}V${b.top - 4}`, down(x, b.top)];
      }
      const x = a.left - Math.min(a.left - 2, 12 + 0.035 * (b.middle - a.middle));
      return [`M${a.left} ${a.middle}C${x} ${a.middle} ${x} ${b.middle} ${b.left - 5} ${b.middle}`,
        right(b.left, b.middle)];
    }
    const pull = Math.max(26, (b.left - a.right) / 2);
    return [`M${a.right} ${a.middle}C${a.right + pull} ${a.middle} ${b.left - pull} ${b.middle} ` +
      `${b.left - 5} ${b.middle}`, right(b.left, b.middle)];
  }

  // ---- choosing and showing a page
  function choose(k) {
    boxes[state.chosen].tabIndex = -1;
    state.chosen = k;
    state.hovered = null;
    boxes[k].tabIndex = 0;
    show(k);
  }

  function hover(k) {
    state.hovered = k;
    show(k ?? state.chosen);
  }

  function show(k) {
    const road = [...needed(k), k];
    boxes.forEach((box, j) => {
      box.classList.toggle("nn-on", road.includes(j));
      box.classList.toggle("nn-here", j === k);
      box.firstChild.textContent = road.includes(j) && road.length > 1 ? road.indexOf(j) + 1 : "";
    });
    edges.forEach(edge => {
      const on = road.includes(edge.to), after = edge.from === k;
      edge.group.setAttribute("class", on ? "nn-on" : after ? "nn-next" : "");
      if (on || after) arrows.append(edge.group);
    });
    tell(k, road.length - 1);
  }

  // Titles as long as they fill two lines on a phone, at least one, and how many more there are.
  function listed(list) {
    const titles = list.map(j => `“${pages[j].title}”`);
    let named = titles.length;
    while (named > 1 && titles.slice(0, named).join(", ").length > 45) named--;
    const more = titles.length - named;
    return titles.slice(0, named).join(", ") + (more ? ` and ${more} more` : "");
  }

  function standing(page) {
    return page.href ? nn.html("a", {href: page.href}, "Open the page") : "This page is planned.";
  }

  function tell(k, count) {
    const page = pages[k];
    const rest =
      count === 0
        ? "It has no prerequisites."
        : count === 1
          ? "It builds on one page."
          : `It builds on ${count} pages; the numbers show their order.`;
    panel.replaceChildren(
      nn.html("p", {}, nn.html("strong", {}, page.title), `: ${page.question}`),
      nn.html("p", {}, rest, next[k].length ? ` It leads on to ${listed(next[k])}.` : "", " ",
        standing(page)));
  }

  // ---- keyboard: arrows walk along the pages and from part to part, Enter opens a page
  function step(key, k) {
    const firsts = parts.map(part => at.get(part.pages[0].page));
    const part = firsts.findLastIndex(first => first <= k);
    return {
      ArrowDown: k + 1, ArrowUp: k - 1, Home: 0, End: pages.length - 1,
      ArrowRight: firsts[part + 1] ?? pages.length - 1,
      ArrowLeft: firsts[firsts[part] === k ? part - 1 : part] ?? 0,
    }[key];
  }

  element.addEventListener("keydown", event => {
    const k = boxes.indexOf(event.target), to = k < 0 ? undefined : step(event.key, k);
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    boxes[Math.max(0, Math.min(pages.length - 1, to))].focus();
  });
  element.addEventListener("pointerleave", () => hover(null));

  // The panel sticks to the window's lower edge, so nothing around the map may scroll by itself.
  const style = nn.html(
    "style",
    {},
    `
    nn-map { display: block; }
    .bd-content div.cell_output:has(nn-map), .bd-content div.cell_output .text_html:has(nn-map) {
      overflow: visible; }
    nn-map > .nn-bar { gap: .35rem .4rem; }
    nn-map > .nn-bar > * { font-size: .85rem; padding: .25rem .5rem; min-height: 2rem; }
    nn-map .nn-way-there {
      counter-reset: way; list-style: none; margin: .3rem 0 1rem; padding: 0; display: flex;
      flex-wrap: wrap; gap: .35rem .4rem;
    }
    nn-map .nn-way-there li {
      counter-increment: way; margin: 0; padding: .15rem .5rem; border: 1.5px solid var(--nn-a);
      border-radius: 5px; font-size: .85rem; line-height: 1.4;
    }
    nn-map .nn-onward:not([hidden]) {
      display: inline-block; margin: .3rem 0 .8rem; padding: .45rem 1.2rem; border-radius: 6px;
      background: var(--nn-link); color: var(--nn-paper); text-decoration: none;
    }
    .nn-way-there li::before {
      content: counter(way); margin-right: .45rem; font-variant-numeric: tabular-nums;
      color: var(--nn-quiet);
    }
    nn-map .nn-whole > summary { cursor: pointer; padding: .4rem 0; font-weight: 600; }
    .nn-map-field { position: relative; margin: .6rem 0; }
    .nn-map-arrows { position: absolute; inset: 0; pointer-events: none; overflow: visible; }
    .nn-map-columns { columns: 4 9rem; column-gap: 2rem; padding-left: 2rem; }
    .nn-map-part { break-inside: avoid; padding-bottom: .7rem; }
    .nn-map-name { position: relative; font-weight: 600; margin: 0 0 .3rem; text-align: left;
      background: var(--pst-color-background); }
    .nn-map-part ol { list-style: none; margin: 0; padding: 0; }
    .nn-map-part li { margin: 0 0 .5rem; }
    nn-map a.nn-map-page { position: relative; display: block; padding: .2rem .3rem .2rem 1.75rem;
      scroll-margin: 4.5rem 0 9rem;
      font-size: .85rem; line-height: 1.25; text-align: left; color: var(--nn-ink);
      background: var(--pst-color-background); border: 1.5px dashed var(--nn-ink);
      border-radius: 5px; text-decoration: none; cursor: default; }
    nn-map a.nn-map-page[href] { border-style: solid; border-width: 2px;
      font-weight: 600; }
    nn-map a.nn-map-page[href] { text-decoration: underline; cursor: pointer; }
    nn-map a.nn-map-page.nn-on { background: var(--nn-soft); border-color: var(--nn-a); }
    nn-map a.nn-map-page.nn-here { background: var(--nn-a); color: var(--pst-color-background); }
    nn-map a.nn-map-page:focus-visible { outline: 3px solid var(--nn-b); outline-offset: 1px; }
    .nn-map-rank { position: absolute; left: .3rem; width: 1.2rem; text-align: right;
      font-variant-numeric: tabular-nums; font-weight: 400; }
    .nn-map-tick { font-weight: 700; color: var(--nn-c); }
    nn-map .nn-here .nn-map-tick { color: inherit; }
    .nn-map-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden;
      clip-path: inset(50%); }
    .nn-map-line { fill: none; stroke: var(--nn-ink); stroke-width: 1; opacity: .35; }
    .nn-map-head { fill: var(--nn-ink); opacity: .35; }
    .nn-on .nn-map-line { stroke: var(--nn-a); stroke-width: 2; opacity: 1; }
    .nn-on .nn-map-head { fill: var(--nn-a); opacity: 1; }
    .nn-next .nn-map-line {
      stroke: var(--nn-b); stroke-width: 2; stroke-dasharray: 5 3; opacity: 1;
    }
    .nn-next .nn-map-head { fill: var(--nn-b); opacity: 1; }
    .nn-map-loose ol { display: flex; flex-wrap: wrap; gap: .5rem; }
    .nn-map-loose li { margin: 0; flex: 1 1 auto; }
    nn-map .nn-map-loose a.nn-map-page { padding-left: .5rem; padding-right: .5rem; }
    .nn-map-panel { position: sticky; bottom: 0; background: var(--pst-color-background);
      border-top: 2px solid var(--nn-a); padding: .4rem 0; min-height: 5.2rem; text-align: left; }
    .nn-map-panel p { margin: 0 0 .2rem; }
    @media (max-width: 34rem) {
      nn-map a.nn-map-page { scroll-margin-bottom: 18rem; }
      .nn-map-arrows g:not(.nn-on, .nn-next) { display: none; }
    }
    @media print {
      .nn-map-panel { position: static; }
      nn-map .nn-whole:not([open]) { display: none; }
    }`,
  );

  arrows.append(...edges.map(edge => edge.group));
  still.classList.add("nn-paper");
  const whole = nn.html(
    "details",
    {class: "nn-whole"},
    nn.html("summary", {}, "Map of all pages and their prerequisites"),
    nn.html(
      "p",
      {class: "nn-note"},
      "Point at a page or tap it. Blue arrows come from its prerequisites, orange arrows lead to " +
        "pages that build on it. On the keyboard, use the arrow keys and Enter.",
    ),
    field,
    loose,
    panel,
  );
  element.replaceChildren(style, wishes.node, summary, onward, list, whole, nn.journey.build(),
    still);
  choose(at.get(goals[state.goal].pages.at(-1)));
  tick();
  nn.progress.hear(() => { tick(); place(); });
  new ResizeObserver(place).observe(field);
});
