// <nn-architectures>: the layers of a network as boxes, and what each costs, for any input size.
// needs: parts-marks
// room: 698 548
// networks: [{name, side, least, channels, layers: [[kind, maps, kernel, stride, padding,
// groups]]}], least: the smallest side; kind "conv", "pool" or "dense" (with maps only); chosen:
// the network and the layer to begin with; known: [{network, side, parameters, products, numbers}]
// as the page computes them, which agrees() compares.
nn.define("architectures", (element, {networks, chosen, known}) => {
  nn.style("architectures", `
    .nn-arch { position: relative; cursor: pointer; touch-action: pan-y; }
    .nn-arch > svg { display: block; width: 100%; height: 300px; }
    .nn-arch > p { position: absolute; left: 0; margin: 0; font-size: .85rem; line-height: 1; }
    .nn-arch-names { display: flex; position: absolute; top: 114px; width: 100%; }
    .nn-arch-names span { flex: 1 1 0; text-align: center; font-size: .8rem; line-height: 1; }
    .nn-arch rect { fill: var(--nn-a); fill-opacity: .55; }
    .nn-arch .nn-arch-pool { fill: var(--nn-ink); fill-opacity: .3; }
    .nn-arch .nn-arch-dense { fill: var(--nn-b); }
    .nn-arch .nn-arch-here { fill: var(--nn-ink); fill-opacity: .12; }
    .nn-arch-table { width: 100%; max-width: 34rem; margin: .4rem 0 0; font-size: .85rem; }
    .nn-arch-table :is(td, th) {
      padding: .15rem .2rem; text-align: right; border: 0; word-break: normal;
      overflow-wrap: normal;
    }
    .nn-arch-table th:first-child { text-align: left; font-weight: inherit; }`);

  const {html, svg} = nn;
  const state = {network: chosen[0], layer: chosen[1], side: networks[chosen[0]].side};
  const short = v => v < 1e5
    ? nn.thousands(v)
    : `${nn.number(v / (v < 1e9 ? 1e6 : 1e9), 1)}\u00a0${v < 1e9 ? "M" : "G"}`;
  const COSTS = ["parameters", "products", "numbers"];

  // The output of each layer of a network, and what the layer costs.
  function through({channels, layers}, side) {
    let depth = channels;
    const outputs = [{kind: "input", side, depth, parameters: 0, products: 0}];
    for (const [kind, maps, kernel, stride, padding, groups] of layers) {
      const dense = kind === "dense", before = [side, depth];
      const inputs = dense ? side * side * depth : kernel ** 2 * depth / groups;
      const weights = kind === "pool" ? 0 : inputs;
      side = dense ? 1 : Math.floor((side + 2 * padding - kernel) / stride) + 1;
      depth = maps || depth;
      outputs.push({
        kind, side, depth, kernel, stride, before,
        parameters: weights ? (weights + 1) * depth : 0,
        products: side * side * depth * weights,
      });
    }
    return outputs.map(one => ({...one, numbers: one.side * one.side * one.depth}));
  }
  const total = (outputs, key) => outputs.reduce((sum, one) => sum + one[key], 0);

  // Boxes from 18 to 110, the names of the layers below, then three rows of bars.
  const ROWS = {parameters: [150, 186], products: [206, 242], numbers: [262, 298]};
  const shape = {viewBox: "0 0 100 300", preserveAspectRatio: "none"};
  const drawing = svg("svg", {...shape, "aria-hidden": true});
  const titles = ["height: size; width: channels", "parameters", "multiplications", "outputs"];
  const names = html("div", {class: "nn-arch-names", "aria-hidden": true});
  const board = html(
    "div",
    {class: "nn-arch", role: "slider", tabindex: 0, "aria-label": "layer", "aria-valuemin": 0},
    drawing,
    names,
    ...titles.map((words, k) => html("p", {style: `top: ${[0, 136, 192, 248][k]}px`}, words)),
  );
  const cells = COSTS.map(() => [html("td"), html("td"), html("td")]);
  const heading = scope => words => html("th", {scope}, words);
  const table = html(
    "table",
    {class: "nn-arch-table"},
    html("tr", {}, html("td"), ...["this layer", "so far", "all"].map(heading("col"))),
    ...cells.map((row, k) => html("tr", {}, heading("row")(titles[k + 1]), ...row)),
  );
  const live = nn.live();
  const size = nn.slider({
    label: "side of the image", min: 32, max: 512, step: 32, value: state.side,
    show: v => `${v}`,
    move: v => { state.side = v; redraw(); },
  });

  const words = ({kind, side, depth, kernel, stride, before}) => kind === "input"
    ? `image, ${side} × ${side} × ${depth}`
    : kind === "dense"
      ? `dense, ${nn.thousands(before[0] ** 2 * before[1])} → ${nn.thousands(depth)}`
      : `${kind === "pool" ? "pooling" : "convolution"} ${kernel} × ${kernel}, ` +
        `${stride > 1 ? `stride ${stride}, ` : ""}output ${side} × ${side} × ${depth}`;

  function draw() {
    const network = networks[state.network], outputs = through(network, state.side);
    const pitch = 100 / outputs.length, here = outputs[state.layer];
    const rect = (k, part, y, height, kind) => svg("rect", {
      x: (k + (1 - part) / 2) * pitch, width: part * pitch, y, height, class: `nn-arch-${kind}`,
    });
    const most = key => Math.max(...outputs.map(one => one[key]));
    drawing.replaceChildren(
      rect(state.layer, 1, 16, 284, "here"),
      ...outputs.flatMap((one, k) => {
        const height = 8 + 84 * Math.log2(one.side) / 9;
        const part = 0.15 + 0.8 * Math.log2(one.depth + 1) / Math.log2(4097);
        return [
          rect(k, part, 110 - height, height, one.kind),
          ...COSTS.map(key => {
            const [top, bottom] = ROWS[key], tall = (bottom - top) * one[key] / most(key);
            return rect(k, 0.8, bottom - tall, tall, one.kind);
          }),
        ];
      }),
    );
    names.replaceChildren(...outputs.map(({kind, kernel}) =>
      html("span", {}, {input: "in", pool: "p", dense: "d"}[kind] ?? kernel)));
    cells.forEach((row, k) => {
      const key = COSTS[k], all = total(outputs, key);
      const some = [here[key], total(outputs.slice(0, state.layer + 1), key), all];
      row.forEach((cell, j) => {
        const part = j < 2 ? ` (${Math.round(100 * some[j] / all)}%)` : "";
        cell.textContent = short(some[j]) + part;
      });
    });
    const text = `${network.name}, ${state.layer ? `layer ${state.layer}: ` : ""}${words(here)}`;
    live.set(`${text}.`);
    board.setAttribute("aria-valuemax", outputs.length - 1);
    board.setAttribute("aria-valuenow", state.layer);
    board.setAttribute("aria-valuetext", text);
  }
  const redraw = nn.frame(draw);
  const go = k => {
    state.layer = nn.clamp(k, 0, networks[state.network].layers.length);
    redraw();
  };
  const choose = event =>
    go(Math.floor(nn.place(event, drawing).x / 100 * (networks[state.network].layers.length + 1)));
  board.addEventListener("click", choose);
  board.addEventListener("pointermove", event => event.buttons && choose(event));
  nn.keys(board, (right, up, large) => go(state.layer + (right + up) * (large ? 5 : 1)));
  const menu = nn.buttons({
    label: "network", options: networks.map(one => one.name), chosen: state.network,
    press(k) {
      Object.assign(state, {network: k, layer: 1, side: networks[k].side});
      size.node.querySelector("input").min = networks[k].least;
      size.set(state.side);
      redraw();
    },
  });
  element.replaceChildren(menu.node, board, live.node, table, size.node);
  draw();
  element.agrees = () => known.every(one => {
    const outputs = through(networks[one.network], one.side);
    return COSTS.every(key => Math.abs(total(outputs, key) / one[key] - 1) < 1e-9);
  });
}, "networks", "chosen", "known");
