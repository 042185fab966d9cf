// <nn-scores>: choose an image and move through the training, to see the network's scores.
// needs: parts-plot parts-grid
// room: 500 552
// names: of the classes; side: of the images, in pixels; images: [{pixels, label, scores: [one for
// each class, for each moment]}]; steps: of training at each moment; image, moment: at first;
// known: the predicted class of each image at the end, which agrees() compares.
nn.define("scores", (element, data) => {
  const {names, side, images, steps, image, moment, known} = data;
  const state = {image, moment};
  nn.style("scores", `
    .nn-scores-parts { display: flex; gap: .8rem; align-items: center; max-width: 34rem; }
    .nn-scores-parts .nn-picture { width: 22%; margin: 0; border-radius: 0; }
    .nn-scores-parts > div { flex: 1; min-width: 0; }
    .nn-scores-choice { display: flex; gap: .3rem; flex-wrap: wrap; margin: .4rem 0; }
    .nn-scores-choice button { padding: .15rem; min-width: 0; line-height: 0; }
    .nn-scores-choice .nn-picture { width: 2.2rem; margin: 0; border-radius: 0; }`);
  const all = images.flatMap(one => one.scores.flat());
  const low = Math.floor(Math.min(...all)), high = Math.ceil(Math.max(...all));
  const top = names.length - 1;
  const plot = nn.plot({
    width: 250, height: 250, x: [low, high], y: [-0.6, top + 0.6], left: 120, xlabel: "score",
    yticks: [], xticks: [low, 0, high],
  });
  names.forEach((label, k) =>
    plot.words({at: [low - 0.02 * (high - low), top - k - 0.15], label, side: "end"}));
  const zero = plot.line({colour: "ink", width: 1.2, points: [[0, -0.6], [0, top + 0.6]]});
  zero.node.style.opacity = 0.6;
  const bars = names.map(() => plot.area({colour: "a", edge: true}));
  const best = plot.area({colour: "b", edge: true});
  const photo = nn.picture({width: side, height: side}), live = nn.live();
  const largest = scores => scores.indexOf(Math.max(...scores));

  function draw() {
    const {pixels, label, scores} = images[state.image], now = scores[state.moment];
    const guess = largest(now);
    const bar = k => [[0, top - k - 0.32], [now[k], top - k - 0.32],
      [now[k], top - k + 0.32], [0, top - k + 0.32]];
    bars.forEach((one, k) => one.set(k === guess ? [] : bar(k)));
    best.set(bar(guess));
    photo.set(pixels);
    photo.describe(`The chosen image, of class ${names[label]}`);
    plot.describe(names.map((name, k) => `${name} ${nn.number(now[k], 1)}`).join(", "));
    const when = `After ${steps[state.moment].toLocaleString("en")} steps`;
    const verdict = guess === label ? "which is correct" : `but it is of class ${names[label]}`;
    const right = images.filter(one => largest(one.scores[state.moment]) === one.label).length;
    live.set(`${when}, this image scores highest for ${names[guess]}, ${verdict}. ` +
      `${right} of these ${images.length} images ${right === 1 ? "is" : "are"} labelled correctly.`);
    choices.forEach((button, k) => button.setAttribute("aria-pressed", k === state.image));
  }
  const redraw = nn.frame(draw);
  const choices = images.map(({pixels, label}, k) => {
    const small = nn.picture({width: side, height: side, pixels});
    small.node.setAttribute("aria-hidden", "true");
    const button = nn.button("", () => {
      state.image = k;
      redraw();
    });
    button.setAttribute("aria-label", `image ${k + 1}, of class ${names[label]}`);
    button.append(small.node);
    return button;
  });
  const slide = nn.slider({
    label: "training steps", min: 0, max: steps.length - 1, step: 1, value: moment,
    show: k => steps[k].toLocaleString("en"),
    move: k => {
      state.moment = k;
      redraw();
    },
  });
  element.replaceChildren(
    nn.html("div", {class: "nn-scores-choice", role: "group", "aria-label": "images"}, ...choices),
    nn.html("div", {class: "nn-scores-parts"}, photo.node, plot.node), slide.node, live.node,
  );
  element.agrees = () => images.every((one, k) => largest(one.scores.at(-1)) === known[k]);
  draw();
}, "names", "side", "images", "steps", "image", "moment", "known");
