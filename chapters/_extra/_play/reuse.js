// <nn-reuse>: how many layers of a pretrained network to keep, and the accuracy of a new head on
// top of them for some numbers of labelled images.
// needs: parts-plot
// room: 640 350
// cuts: [{name, features, accuracy}], accuracies in per cent, one for each of the sizes, the
// labelled images per class; scratch: the same for a network from scratch; classes: how many.
nn.define("reuse", (element, {cuts, sizes, scratch, classes}) => {
  const state = {cut: 0, size: 1};
  const along = values => values.map((v, k) => [sizes[k], v]);
  const percent = v => `${nn.number(v, 0)}%`;

  const plot = nn.plot({
    x: [sizes[0], sizes.at(-1)], y: [50, 100], log: "x", height: 230, right: 96,
    xticks: sizes, xlabel: "labelled images per class", ylabel: "test accuracy in %",
  });
  plot.line({colour: "ink", dash: "6 4", width: 1.8, label: "scratch", points: along(scratch)});
  const line = plot.line({colour: "a", width: 2.6, label: "reused"});
  const rule = plot.line({colour: "c", width: 1.2});
  const dots = plot.dots({colour: "a", r: 5});
  const facts = nn.facts(["features", "trained parameters", "accuracy", "from scratch"]);
  const live = nn.live();

  function draw() {
    const {features, accuracy, name} = cuts[state.cut];
    const size = sizes[state.size];
    const [reused, own] = [accuracy[state.size], scratch[state.size]];
    const trained = nn.thousands(classes * features + classes);
    line.set(along(accuracy));
    rule.set([[size, 50], [size, 100]]);
    dots.set([[size, reused]]);
    facts.set([nn.thousands(features), trained, percent(reused), percent(own)]);
    live.set(
      `${name}, ${size} per class: ${percent(reused)} correct with ${trained} trained ` +
        `parameters, and ${percent(own)} from scratch.`,
    );
    plot.describe(
      `Accuracy for ${sizes.join(", ")} images per class, cut after ${name}: ` +
        `${accuracy.map(percent).join(", ")}; from scratch: ${scratch.map(percent).join(", ")}.`,
    );
  }
  const redraw = nn.frame(draw);
  const layers = nn.buttons({
    label: "cut after", options: cuts.map(cut => cut.name),
    press: k => {
      state.cut = k;
      redraw();
    },
  });
  const images = nn.slider({
    label: "labelled images per class", min: 0, max: sizes.length - 1, step: 1, value: state.size,
    show: k => String(sizes[k]),
    move: k => {
      state.size = k;
      redraw();
    },
  });
  element.replaceChildren(
    nn.columns(
      nn.html("div", {}, layers.node, images.node, facts.node),
      nn.html("div", {}, plot.node),
    ),
    live.node,
  );
  draw();
}, "cuts", "sizes", "scratch", "classes");
