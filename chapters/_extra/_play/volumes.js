// <nn-volumes>: the sizes of three layers in sequence, drawn as volumes, with their costs.
// room: 689 436
// room on cnn/efficient-networks: 712 436
// input: [side, channels]; layers: [{kind: "convolution" or "max pooling", filters, kernel, stride,
// padding}]; chosen: the volume to begin with, 0 for the input (1 if it is not given). known:
// [{input, layers, sizes, parameters, products, field}] as the page computes them, which agrees()
// compares.
nn.define("volumes", (element, {input, layers, known, chosen = 1}) => {
  nn.style("volumes", `
    nn-volumes [hidden] { display: none; }
    .nn-volumes {
      display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: .3rem;
      max-width: 40rem;
    }
    .nn-play .nn-volume {
      display: grid; justify-items: center; align-content: start; padding: .3rem .1rem;
      font-size: .8rem; line-height: 1.25; min-width: 0;
    }
    .nn-volume svg { width: 100%; max-width: 8rem; }
    .nn-volume > :is(strong, span) { min-height: 1lh; }
    .nn-volume :is(strong, span) > span { white-space: nowrap; }
    @container (max-width: 36rem) {
      .nn-play .nn-volume > strong { min-height: 2lh; }
      .nn-play .nn-volume > span:last-child { min-height: 3lh; }
      nn-volumes .nn-live { min-height: 3lh; }
    }
    .nn-volume-face { fill: var(--nn-a); fill-opacity: .55; stroke: currentColor; }
    .nn-volume-back {
      fill: var(--nn-a); fill-opacity: .2; stroke: currentColor; stroke-linejoin: round;
    }`);

  const {html, svg} = nn;
  const copy = {input: [...input], layers: layers.map(one => ({...one}))};
  const state = {...copy, chosen};
  const whole = v => Math.round(v).toLocaleString("en-GB");

  // Each volume's side, depth, parameters, multiplications and the field that one unit sees.
  // A dense layer instead of a convolution joins all numbers before it with all after it.
  function through({input: [side, depth], layers}) {
    let field = 1, jump = 1;
    const volumes = [{side, depth, parameters: 0, products: 0, dense: 0, field}];
    for (const {kind, filters, kernel, stride, padding} of layers) {
      const pooled = kind === "max pooling";
      side =
        side + 2 * padding < kernel ? 0 : Math.floor((side + 2 * padding - kernel) / stride) + 1;
      field += (kernel - 1) * jump;
      jump *= stride;
      const weights = pooled ? 0 : kernel * kernel * depth, before = volumes.at(-1);
      depth = pooled ? depth : filters;
      const dense = pooled
        ? 0
        : (before.side * before.side * before.depth + 1) * side * side * depth;
      volumes.push({
        side, depth,
        parameters: pooled ? 0 : (weights + 1) * depth,
        products: side * side * depth * weights,
        dense,
        field,
      });
    }
    return volumes;
  }

  // A box seen from the front: its face grows with the side, the part behind with the depth.
  const cards = ["input", "layer 1", "layer 2", "layer 3"].map((name, k) => {
    const back = svg("path", {class: "nn-volume-back"});
    const face = svg("rect", {class: "nn-volume-face"});
    const box = svg("svg", {viewBox: "0 0 100 100", "aria-hidden": "true"}, back, face);
    const size = html("strong");
    const does = html("span");
    const node = html(
      "button",
      {
        type: "button", class: "nn-volume",
        onclick: () => {
          state.chosen = k;
          redraw();
        },
      },
      html("span", {}, name),
      box,
      size,
      does,
    );
    const unbroken = words => words.flatMap(word => [html("span", {}, word), " "]);
    return {node, set({side, depth}, words, largest) {
      const a = side ? Math.max(3, 62 * side / largest) : 0;
      const d = side ? 2 + 32 * Math.min(1, Math.log2(depth + 1) / 7) : 0;
      const x = (100 - a - d) / 2, y = (100 - a + d) / 2;
      face.setAttribute("x", x);
      face.setAttribute("y", y);
      face.setAttribute("width", a);
      face.setAttribute("height", a);
      back.setAttribute(
        "d",
        `M${x} ${y}l${d} ${-d}h${a}v${a}l${-d} ${d}v${-a}h${-a}m${a} 0l${d} ${-d}`,
      );
      size.replaceChildren(
        ...unbroken(side ? [`${side} × ${side}`, `× ${depth}`] : ["does", "not fit"]),
      );
      does.replaceChildren(
        ...unbroken(words.map((word, j) => (j < words.length - 1 && word !== "max" ? `${word},` : word))),
      );
      node.setAttribute("aria-pressed", k === state.chosen);
    }};
  });
  const facts = nn.facts([
    "all parameters", "all multiplications", "receptive field", "dense parameters",
  ]);
  const live = nn.live();

  const kinds = nn.buttons({
    label: "kind of layer", options: ["convolution", "max pooling"],
    press(k) {
      Object.assign(
        state.layers[state.chosen - 1],
        k
          ? {kind: "max pooling", kernel: 2, stride: 2, padding: 0}
          : {kind: "convolution", kernel: 3, stride: 1, padding: 1},
      );
      redraw();
    },
  });
  const turn = (label, key, min, max) =>
    nn.slider({
      label, min, max, step: 1, value: min,
      show: v => `${v}`,
      move(v) {
        state.layers[state.chosen - 1][key] = v;
        redraw();
      },
    });
  const knobs = {
    filters: turn("filters", "filters", 1, 64), kernel: turn("kernel", "kernel", 1, 11),
    stride: turn("stride", "stride", 1, 4), padding: turn("padding", "padding", 0, 5),
  };
  const side = nn.slider({
    label: "side of the image", min: 8, max: 64, step: 1, value: input[0],
    show: v => `${v}`,
    move(v) {
      state.input[0] = v;
      redraw();
    },
  });
  const channels = nn.slider({
    label: "channels", min: 1, max: 3, step: 1, value: input[1],
    show: v => `${v}`,
    move(v) {
      state.input[1] = v;
      redraw();
    },
  });
  const ofLayer = html("div", {}, kinds.node, ...Object.values(knobs).map(knob => knob.node));
  const ofInput = html("div", {}, side.node, channels.node);

  function draw() {
    const volumes = through(state), last = volumes[3];
    cards.forEach((card, k) => {
      const layer = state.layers[k - 1];
      const words = !layer
        ? []
        : [
            ...(layer.kind === "max pooling" ? ["max"] : []), `${layer.kernel} × ${layer.kernel}`,
            ...(layer.stride > 1 ? [`stride ${layer.stride}`] : []),
            ...(layer.padding ? [`pad ${layer.padding}`] : []),
          ];
      card.set(volumes[k], words, state.input[0]);
    });
    ofInput.hidden = state.chosen !== 0;
    ofLayer.hidden = state.chosen === 0;
    if (state.chosen) {
      const layer = state.layers[state.chosen - 1];
      kinds.set(layer.kind === "max pooling" ? 1 : 0);
      for (const [key, knob] of Object.entries(knobs)) knob.set(layer[key]);
      knobs.filters.node.hidden = layer.kind === "max pooling";
    }
    const sum = key => volumes.reduce((total, v) => total + v[key], 0);
    facts.set(
      last.side
        ? [
            whole(sum("parameters")),
            whole(sum("products")),
            `${last.field} × ${last.field} pixels`,
            whole(sum("dense")),
          ]
        : ["", "", "", ""],
    );
    const bad = volumes.findIndex(v => !v.side), here = volumes[state.chosen];
    live.set(
      bad > 0
        ? `The kernel of layer ${bad} does not fit into its input.`
        : `${state.chosen ? `Layer ${state.chosen}` : "Input"}: ${here.side} × ${here.side} × ` +
          `${here.depth}, ${whole(here.parameters)} parameters, ${whole(here.products)} ` +
          "multiplications.",
    );
  }
  const redraw = nn.frame(draw);
  element.replaceChildren(
    html(
      "div",
      {class: "nn-volumes", role: "group", "aria-label": "volumes"},
      ...cards.map(card => card.node),
    ),
    live.node,
    nn.columns(html("div", {}, ofLayer, ofInput), facts.node),
  );
  draw();
  element.agrees = () => known.every(one => {
    const volumes = through(one);
    const near = key => volumes.reduce((total, v) => total + v[key], 0) === one[key];
    return (
      volumes.every((v, k) => v.side === one.sizes[k][0] && v.depth === one.sizes[k][1]) &&
      near("parameters") &&
      near("products") &&
      volumes.at(-1).field === one.field
    );
  });
}, "input", "layers", "known");
