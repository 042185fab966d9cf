// <nn-film>: samples that a generator makes from the same noise while it trains, and true samples.
// needs: parts-plot
// room: 568 586
// films: [{name, frames: [[[x, y], …], …], says: [text for each frame]}]; steps: of training, one
// for each frame; truth: samples of the data; first, frame: which film and which frame at first;
// reach: half the width of the plane.
nn.define("film", (element, {films, steps, truth, first, frame, reach}) => {
  const state = {film: first, frame};
  const plane = nn.plane({
    extent: reach, size: 340, describe: "Samples of a generator during training",
  });
  plane.dots({colour: "c", r: 2.6, points: truth});
  const made = plane.dots({colour: "b", shape: "diamond", r: 3});
  const live = nn.live();
  function draw() {
    const {name, frames, says} = films[state.film], points = frames[state.frame];
    const inside = points.filter(p => Math.max(...p.map(Math.abs)) <= reach);
    made.set(inside);
    const away = points.length - inside.length;
    live.set(
      `After ${steps[state.frame].toLocaleString("en")} steps ` +
        `${says[state.frame]}${away ? `; ${away} of ${points.length} are outside the plot` : ""}.`,
    );
    plane.describe(
      `Eight groups of true samples, and ${points.length} samples of a generator under ${name}, ` +
        `after ${steps[state.frame]} steps.`,
    );
  }
  const redraw = nn.frame(draw);
  const menu = nn.buttons({
    label: "loss, steps of the critic",
    options: films.map(one => one.name),
    chosen: first,
    press: k => {
      state.film = k;
      redraw();
    },
  });
  const slide = nn.slider({
    label: "training steps", min: 0, max: steps.length - 1, step: 1, value: frame,
    show: k => steps[k].toLocaleString("en"),
    move: k => {
      state.frame = k;
      redraw();
    },
  });
  element.replaceChildren(menu.node, plane.node, slide.node, live.node);
  draw();
}, "films", "steps", "truth", "first", "frame", "reach");
