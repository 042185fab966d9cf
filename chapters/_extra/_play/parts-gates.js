// The drawing of a graph of operations: a circle for each operation, a curve for each operand, and
// the values and gradients that have arrived. Inputs are drawn by the figure itself, as fields.
// needs: parts-walk
(() => {
  const {svg, text} = nn;
  const show = nn.short;
  const FLIGHT = 700;  // milliseconds that a number takes along an edge
  const LETTERS = {above: 5, beside: 9};  // of a name that fit above and next to a circle

  // The beginning of a name that is too long for its place.
  function shortened(name, room) {
    const letters = [...name];
    if (letters.length <= room) return nn.subscripted(name);
    return `${letters.slice(0, room - 1).join("")}…`;
  }

  // ---- where things are
  // The layout of a graph in a box of this width. Layers run to the right (along 0), or downwards
  // (along 1) where they do not fit. at([layer, slot]): the place of a node; radius: of a circle;
  // leaf: half the width and height of an input; slim: whether inputs are narrow; letters: the
  // size of text; side: where layers run downwards, on which side of each circle its numbers are.
  function graphLayout(width, {size: [layers, slots], nodes, edges}) {
    const small = width < 560;
    const big = width > 860 && layers < 6;
    const down = layers > 3 && width < 76 * (layers - 1) + 70;
    const slim = down || (layers > 3 && width < 110 * layers);
    const radius = small || slim ? 18 : big ? 31 : 26;
    const leaf = slim ? [27, 18] : small ? [34, 17] : big ? [54, 24] : [44, 20];
    const letters = small ? 13 : big ? 18 : 15;
    const share = (room, parts, least, most) =>
      nn.clamp(parts > 1 ? room / (parts - 1) : most, least, most);
    const before = down ? [52, leaf[1] + 20] : [leaf[0] + 4, big ? 60 : 50];
    const stepDown = () => [
      share(width - before[0] - leaf[0] - 4, slots, 56, 120),
      share(small ? 336 : 480, layers, 54, 74),
    ];
    const stepRight = () => [
      share(width - before[0] - 40, layers, 72, big ? 280 : small ? 190 : 240),
      share(330, slots, 78, big ? 150 : 128),
    ];
    const step = down ? stepDown() : stepRight();
    const at = ([layer, slot]) => {
      const [x, y] = down ? [slot, layer] : [layer, slot];
      return [x * step[0] + before[0], y * step[1] + before[1]];
    };
    const roomBehind = node => {
      if (down) return [node.operation ? 66 : leaf[0] + 4, 24];
      return big ? [48, 56] : [40, 48];
    };
    const ends = nodes.map(node => at(node.place).map((v, k) => v + roomBehind(node)[k]));
    const all = [...ends, ...edges.flatMap(edge => edge.places.map(at))];
    const layout = {
      along: down ? 1 : 0, at, radius, leaf, slim, letters,
      width: Math.max(...all.map(([x]) => x)),
      height: Math.max(...all.map(([, y]) => y)),
    };
    return {...layout, sides: sidesOf(nodes, layout)};
  }

  // The side of each circle on which its numbers have more room, within its layer: 1 or −1.
  function sidesOf(nodes, {at, radius, leaf}) {
    const NUMBERS = 36;  // pixels that the numbers of a circle take
    const sides = [];
    const middle = j => at(nodes[j].place)[0];
    const half = j => nodes[j].operation ? radius : leaf[0];
    const fromTheLeft = nodes.map((_, k) => k)
      .sort((a, b) => nodes[a].place[1] - nodes[b].place[1]);
    for (const k of fromTheLeft) {
      const x = middle(k);
      const row = fromTheLeft.filter(j => j !== k && nodes[j].place[0] === nodes[k].place[0]);
      const gapsLeft = row.filter(j => middle(j) < x)
        .map(j => x - middle(j) - half(j) - (sides[j] > 0 ? NUMBERS : 0));
      const gapsRight = row.filter(j => middle(j) > x)
        .map(j => middle(j) - half(j) - x);
      const left = Math.min(x, ...gapsLeft) - radius;
      const right = Math.min(Infinity, ...gapsRight) - radius;
      const side = right >= NUMBERS || right > left ? 1 : -1;
      sides[k] = nodes[k].operation ? side : 0;  // the numbers of an input are below it
    }
    return sides;
  }

  // An edge as a path that leaves and arrives along the layers, bent where two run in parallel;
  // at(t): its places, from t = 0 to 1.
  function curve(points, {along, radius, bend}) {
    const ends = points.map(p => [...p]);
    const across = 1 - along;
    const turn = along === 0 ? 0.5 : 0.3;
    ends[0][along] += radius;
    ends[ends.length - 1][along] -= radius + 6;
    let path = `M${ends[0]}`;
    for (let k = 1; k < ends.length; k++) {
      const first = [...ends[k - 1]];
      const second = [...ends[k]];
      first[along] = second[along] = first[along] + turn * (second[along] - first[along]);
      first[across] += bend;
      second[across] += bend;
      path += `C${first} ${second} ${ends[k]}`;
    }
    const half = Math.floor(ends.length / 2);
    const start = ends[half - 1];
    const end = ends[half];
    const at = t => {
      const inner = 3 * t * (1 - t);  // weight of both inner points of the curve
      const spot = [0, 0];
      spot[across] = (1 - t) ** 2 * (1 + 2 * t) * start[across] +
        t ** 2 * (3 - 2 * t) * end[across] + inner * bend;
      spot[along] = start[along] + (inner * turn + t ** 3) * (end[along] - start[along]);
      return spot;
    };
    return {path, at};
  }

  // The place on an edge, as near to its middle as can be, where words overlap none of those that
  // are placed already; if there is no room, the place furthest from them.
  function freePlace(at, words, taken, letters) {
    const half = 0.33 * letters * words.length + 1;
    const overlap = (x, y, other) =>
      Math.max(Math.abs(other.x - x) - half - other.half, Math.abs(other.y - y) - letters);
    const gap = ([x, y]) => Math.min(...taken.map(other => overlap(x, y, other)));
    const places = Array.from({length: 33}, (_, k) =>
      at(0.5 + (k % 2 ? -1 : 1) * Math.ceil(k / 2) * 0.027),
    );
    const furthest = () => places.reduce((a, b) => gap(b) > gap(a) ? b : a);
    const [x, y] = places.find(place => gap(place) > 0) ?? furthest();
    taken.push({x, y, half});
    return [x, y];
  }

  // ---- the drawing
  // Draw a graph after the first `count` steps of a walk. Returns the drawing, and fly(), which
  // lets the numbers of the last step travel along their edges.
  function drawGraph({graph, layout, steps, count, done, describe}) {
    const step = steps[count - 1];
    const sentBack = new Set(
      steps.slice(0, count).filter(({kind}) => kind === "backward").map(({node}) => node),
    );
    const scene = {graph, layout, step, done, sentBack, taken: []};
    const wires = graph.edges.map(edge => wire(edge, scene));
    const drawing = svg(
      "svg",
      {viewBox: `0 0 ${layout.width} ${layout.height}`, role: "img", "aria-label": describe},
      ...wires.flatMap(({marks}) => marks),
      ...wires.flatMap(({words}) => words),
      ...graph.nodes.map((node, k) => gate(node, k, scene)),
    );
    return {drawing, fly: () => wires.forEach(({flight}) => flight && fly(drawing, flight))};
  }

  // An edge with its arrow, and the gradient that was sent back along it where the source has
  // several users or there is room for the whole product.
  function wire({source, target, operand, places}, {graph, layout, step, sentBack, taken}) {
    const {nodes, edges, result} = graph;
    const {along, radius, letters} = layout;
    const points = [nodes[source].place, ...places, nodes[target].place].map(layout.at);
    if (!nodes[source].operation) points[0][along] += layout.leaf[along] - radius;
    const twins = edges.filter(e => e.source === source && e.target === target);
    const turn = twins.findIndex(e => e.operand === operand) - (twins.length - 1) / 2;
    const {path, at} = curve(points, {along, radius, bend: 26 * turn});
    const active = step && step.kind !== "start" && step.node === target;
    const back = active && step.kind === "backward";
    const line = svg("path", {d: path, class: !active ? null : back ? "nn-back" : "nn-forth"});
    const arrow = svg("path", {d: arrowHead(points[points.length - 1], layout), class: "nn-head"});
    const amount = show(result.sent[target][operand]);
    const flight = active && {line, back, words: back ? amount : show(result.values[source])};

    const words = [];
    const shared = edges.filter(e => e.source === source).length > 1;
    if (shared || back) {
      const local = show(result.locals[target][operand]);
      const product = `${local} × ${nn.bracketed(result.gradients[target])} = ${amount}`;
      const room = points[1][0] - points[0][0] - 2 * radius;
      const fits = 0.58 * letters * product.length < room;
      const long = back && along === 0 && letters > 13 && fits;
      const gradient = long ? product : amount;
      // Gradients that are not sent yet also reserve room, so that no number moves when they
      // arrive.
      const [x, y] = freePlace(at, gradient, taken, letters);
      if (sentBack.has(target) && (shared || long)) {
        words.push(...plate(x, y, gradient, letters));
      }
    }
    return {marks: [line, arrow], words, flight};
  }

  // The head of the arrow that arrives at a node.
  const arrowHead = ([x, y], {along, radius}) =>
    along === 0 ? `M${x - radius} ${y}l-8 -4v8z` : `M${x} ${y - radius}l-4 -8h8z`;

  // A gradient on a ground that hides the edge below it.
  function plate(x, y, gradient, letters) {
    const half = 0.33 * letters * gradient.length;
    const ground = svg("rect", {
      x: x - half, y: y - 0.6 * letters, width: 2 * half, height: 1.2 * letters,
      class: "nn-plate",
    });
    return [ground, text(x, y + 5, gradient, {class: "nn-gradient nn-sent"})];
  }

  // The circle of an operation with its sign, name, value and gradient; of an input, which is a
  // separate field, the gradient.
  function gate(node, k, {graph, layout, step, done}) {
    const {along, radius, leaf, letters} = layout;
    const [x, y] = layout.at(node.place);
    const now = step && step.node === k;
    const comes = on => on ? "nn-comes" : "";
    const arrives = comes(done.messages.some(message => message.to === k));
    const made = comes(now && step.kind === "forward");
    const value = done.known[k] ? show(graph.result.values[k]) : "";
    const gradient = done.held[k] === null ? "" : show(done.held[k]);
    const gradientAt = (a, b, from = "") =>
      text(a, b, gradient, {class: `nn-gradient ${from} ${arrives}`});
    const group = svg("g", {class: "nn-gate", "data-name": node.name});
    if (!node.operation) {
      const below = y + leaf[1] + letters + 1;
      group.append(gradientAt(x, along === 0 ? below : y - leaf[1] - 6));
      return group;
    }

    const tooWide = 0.6 * letters * node.symbol.length > 1.8 * radius;
    group.append(
      svg("circle", {
        cx: x, cy: y, r: radius,
        class: `${now ? "nn-now" : ""} ${done.known[k] ? "" : "nn-waiting"}`,
      }),
      text(x, y + 5, node.symbol, {
        class: "nn-sign",
        textLength: tooWide ? 1.8 * radius : null,
        lengthAdjust: "spacingAndGlyphs",
      }),
    );
    if (along === 0) {
      const name = shortened(node.name, LETTERS.above);
      const named = value && !value.includes("e");  // an exponent takes the room of the name
      const words = named ? `${name} = ${value}` : value || name;
      group.append(
        text(x, y - radius - 7, words, {class: `nn-value ${made}`}),
        gradientAt(x, y + radius + letters + 1),
      );
    } else {
      const name = shortened(node.name, LETTERS.beside);
      const right = layout.sides[k] > 0;
      const side = right ? x + radius + 3 : x - radius - 3;
      const from = right ? "nn-from" : "nn-to";
      group.append(
        text(side, y - 9, name, {class: `nn-name ${from}`}),
        text(side, y + 5, value, {class: `nn-value ${from} ${made}`}),
        gradientAt(side, y + 19, from),
      );
    }
    return group;
  }

  // A number runs along an edge, forwards or back; the numbers that it makes appear when it
  // arrives.
  function fly(drawing, {line, back, words}) {
    if (nn.calm.matches || !drawing.animate) return;
    const half = 5 * words.length + 6;
    const length = line.getTotalLength();
    const token = svg(
      "g",
      {class: "nn-token", style: `--of: var(--nn-${back ? "b" : "a"})`},
      svg("rect", {x: -half, y: -12, width: 2 * half, height: 24, rx: 12}),
      text(0, 5, words),
    );
    const path = Array.from({length: 13}, (_, k) => {
      const {x, y} = line.getPointAtLength(length * (back ? 12 - k : k) / 12);
      return {transform: `translate(${x}px, ${y}px)`};
    });
    drawing.append(token);
    const flight = token.animate(path, {duration: FLIGHT, easing: "ease-in-out"});
    const land = () => token.remove();
    flight.finished.then(land, land);
    const appear = [{opacity: 0}, {opacity: 0, offset: 0.9}, {opacity: 1}];
    drawing.querySelectorAll(".nn-comes").forEach(node => node.animate(appear, FLIGHT));
  }

  Object.assign(nn, {drawGraph, graphLayout, shortened});
})();
