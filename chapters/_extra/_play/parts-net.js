// Nodes in layers and the edges between them: networks and computational graphs.
(() => {
  const {svg, text} = nn;
  const DEFAULT = {along: 0, step: [90, 62], radius: 17, margin: [34, 40]};

  // Where places (layer, slot) are drawn: layers to the right (along 0) or downwards (along 1).
  function frame(places, {along, step, margin}) {
    const at = ([layer, slot]) => {
      const [x, y] = along === 0 ? [layer, slot] : [slot, layer];
      return [x * step[0] + margin[0], y * step[1] + margin[1]];
    };
    const all = places.map(at);
    return {along, at, width: Math.max(...all.map(p => p[0])) + margin[0], height: Math.max(...all.map(p => p[1])) + margin[1]};
  }

  // An edge as a path that leaves and arrives along the layers, bent where two run in parallel; its
  // middle, and at(t), the places before and behind it.
  function curve(points, {along, radius = DEFAULT.radius, bend = 0}) {
    const ends = points.map(p => [...p]), across = 1 - along, turn = along === 0 ? 0.5 : 0.3;
    ends[0][along] += radius;
    ends[ends.length - 1][along] -= radius + 6;
    let path = `M${ends[0]}`;
    for (let k = 1; k < ends.length; k++) {
      const first = [...ends[k - 1]], second = [...ends[k]];
      first[along] = second[along] = first[along] + turn * (second[along] - first[along]);
      first[across] += bend;
      second[across] += bend;
      path += `C${first} ${second} ${ends[k]}`;
    }
    const half = Math.floor(ends.length / 2), [start, end] = [ends[half - 1], ends[half]];
    const at = t => {
      const spot = [0, 0], bent = 3 * t * (1 - t);  // weight of both inner points of the curve
      spot[across] = (1 - t) ** 2 * (1 + 2 * t) * start[across] + t ** 2 * (3 - 2 * t) * end[across] + bent * bend;
      spot[along] = start[along] + (bent * turn + t ** 3) * (end[along] - start[along]);
      return spot;
    };
    return {path, middle: at(0.5), at};
  }

  // The head of an arrow that arrives at a node of this radius.
  const head = ([x, y], along, radius = DEFAULT.radius) =>
    along === 0 ? `M${x - radius} ${y}l-8 -4v8z` : `M${x} ${y - radius}l-4 -8h8z`;

  // nodes: [{place: [layer, slot], sign, above, below, dashed}]; edges: [{from, to, label, through:
  // [places]}] by index. Changed in place: node(k, {sign, above, below, on, wait}), edge(k, {label,
  // on: "forth" or "back", weight}). pick(k) makes nodes buttons.
  function network({nodes, edges, describe, pick, ...layout}) {
    const look = {...DEFAULT, ...layout}, {along, radius} = look;
    const f = frame([...nodes.map(node => node.place), ...edges.flatMap(edge => edge.through ?? [])], look);
    const wires = edges.map(edge => wire(edge, nodes, f, along, radius));
    const circles = nodes.map((node, k) => circle(node, k, f, radius, pick));
    const drawing = svg("svg", {viewBox: `0 0 ${f.width} ${f.height}`, role: pick ? "group" : "img", "aria-label": describe,
      style: `max-width: ${1.1 * f.width}px; min-width: ${0.94 * f.width}px`}, ...wires.map(w => w.node), ...circles.map(c => c.node));
    const net = {
      node: nn.html("div", {class: "nn-walk"}, drawing), svg: drawing,
      describe(words) { drawing.setAttribute("aria-label", words); },
      set(k, state) { circles[k].set(state); },
      edge(k, state) { wires[k].set(state); },
    };
    nodes.forEach((node, k) => net.set(k, node));
    edges.forEach((edge, k) => net.edge(k, edge));
    return net;
  }

  function wire({from, to, through = [], bend = 0}, nodes, f, along, radius) {
    const points = [nodes[from].place, ...through, nodes[to].place].map(f.at);
    const {path, middle} = curve(points, {along, radius, bend});
    const line = svg("path", {d: path}), words = text(middle[0], middle[1] + 4, "", {class: "nn-gradient"});
    return {
      node: svg("g", {}, line, svg("path", {d: head(points[points.length - 1], along, radius), class: "nn-head"}), words),
      set({label, on, weight}) {
        if (label !== undefined) words.textContent = label;
        if (on !== undefined) line.setAttribute("class", on ? `nn-${on}` : "");
        if (weight !== undefined) line.style.cssText = `stroke-opacity: 1; stroke-width: ${0.6 + 4 * Math.min(1, Math.abs(weight))}; ` +
          `stroke: var(--nn-${weight < 0 ? "b" : "a"})${weight < 0 ? "; stroke-dasharray: 6 3" : ""}`;
      },
    };
  }

  function circle({place, dashed}, k, f, radius, pick) {
    const [x, y] = f.at(place), disc = svg("circle", {cx: x, cy: y, r: radius});
    const parts = {sign: text(x, y + 4.5, "", {class: "nn-sign"}), above: text(x, y - radius - 6, "", {class: "nn-value"}),
      below: text(x, y + radius + 15, "", {class: "nn-gradient"})};
    const node = svg("g", pick ? {tabindex: 0, role: "button", class: "nn-pick"} : {}, disc, ...Object.values(parts));
    if (pick) {
      node.addEventListener("click", () => pick(k));
      node.addEventListener("keydown", event => {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); pick(k); }
      });
    }
    return {
      node,
      set(state) {
        for (const [name, part] of Object.entries(parts)) if (state[name] !== undefined) part.textContent = state[name];
        if (pick) node.setAttribute("aria-label", state.label ?? Object.values(parts).map(p => p.textContent).filter(Boolean).join(", "));
        disc.setAttribute("class", `${dashed ? "nn-input" : ""} ${state.on ? "nn-now" : ""} ${state.wait ? "nn-waiting" : ""}`);
      },
    };
  }

  Object.assign(nn, {curve, head, network});
})();
