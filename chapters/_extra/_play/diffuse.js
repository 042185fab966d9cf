// <nn-diffuse>: noise becomes samples, step by step, where the best prediction is known: the mean
// of a few points, weighted by how well each explains the noisy place. Points and noise are dragged.
// needs: parts-plot
// room: 531 651
// points: the training samples; starts: places of noise; own: one more start, which the reader
// drags; kept: the fraction of the square that remains at each level, from 1 to nearly 0; step: how
// many steps are done at first; known: [{points, start, end}], which agrees() compares.
nn.define("diffuse", (element, {points, starts, own, kept, step, known}) => {
  const K = kept.length - 1, EXTENT = 2.6, REACHED = 0.2;
  const state = {points: points.map(p => [...p]), own: [...own], step};
  function weigh(x, a, samples) {
    const logits = samples.map(
      p => -((x[0] - Math.sqrt(a) * p[0]) ** 2 + (x[1] - Math.sqrt(a) * p[1]) ** 2) / (2 * (1 - a)),
    );
    const top = Math.max(...logits);
    const raised = logits.map(l => Math.exp(l - top));
    const sum = raised.reduce((s, v) => s + v);
    return raised.map(v => v / sum);
  }
  const mean = (weights, samples) =>
    [0, 1].map(k => weights.reduce((s, w, n) => s + w * samples[n][k], 0));
  // The places of a start, from pure noise to the end, with the same noise all the way.
  function walk(start, samples) {
    const path = [start];
    for (let k = K; k > 0; k--) {
      const x = path[path.length - 1];
      const a = kept[k];
      const b = kept[k - 1];
      const guess = mean(weigh(x, a, samples), samples);
      path.push(
        [0, 1].map(
          d =>
            Math.sqrt(b) * guess[d] +
            Math.sqrt((1 - b) / (1 - a)) * (x[d] - Math.sqrt(a) * guess[d]),
        ),
      );
    }
    return path;
  }
  const nearest = x =>
    state.points.reduce(
      (best, p, k) =>
        Math.hypot(x[0] - p[0], x[1] - p[1]) <
        Math.hypot(x[0] - state.points[best][0], x[1] - state.points[best][1])
          ? k
          : best,
      0,
    );

  const plane = nn.plane({extent: EXTENT, size: 340, describe: "Noise while it turns into samples"});
  const crowd = plane.dots({colour: "c", r: 3}), trail = plane.line({colour: "b", width: 1.6});
  const here = plane.dots({colour: "b", r: 5});
  const pull = plane.line({colour: "d", width: 1.4, dash: "4 3"});
  const aim = plane.dots({colour: "d", shape: "diamond", r: 5});
  const facts = nn.facts([
    "noise, fraction of the variance", "best prediction", "weights of the samples",
  ]);
  const live = nn.live();

  function draw() {
    const level = K - state.step;
    const paths = starts.map(start => walk(start, state.points));
    const path = walk(state.own, state.points);
    const x = path[state.step];
    const weights = level
      ? weigh(x, kept[level], state.points)
      : state.points.map((_, k) => +(k === nearest(x)));
    const guess = mean(weights, state.points);
    crowd.set(paths.map(p => p[state.step]));
    trail.set(path.slice(0, state.step + 1));
    here.set([x]);
    pull.set(level ? [x, guess] : []);
    aim.set(level ? [guess] : []);
    facts.set([
      nn.number(1 - kept[level], 2),
      guess.map(v => nn.number(v, 2)).join(", "),
      weights.map(v => nn.number(v, 2)).join(", "),
    ]);
    const lead = weights.indexOf(Math.max(...weights)), share = weights[lead];
    const counts = state.points.map(q =>
      paths.filter(p => Math.hypot(p[K][0] - q[0], p[K][1] - q[1]) < REACHED).length,
    );
    const verdict =
      level === 0
        ? `The orange dot is now sample ${lead + 1}. Other dots per sample: ${counts.join(", ")}.`
        : share > 0.95
          ? `The best prediction is almost exactly sample ${lead + 1}.`
          : `The best prediction is a mean, in which sample ${lead + 1} has the largest weight, ` +
            `${nn.number(share, 2)}.`;
    live.set(verdict);
    plane.describe(
      `${state.points.length} samples and ${starts.length + 1} dots after ${state.step} of ${K} ` +
        `steps. ${verdict}`,
    );
  }
  const redraw = nn.frame(draw);
  const samples = state.points.map((at, k) =>
    nn.point({
      on: plane, at,
      label: `sample ${k + 1}`,
      name: String(k + 1),
      colour: "a",
      shape: "square",
      move: (x, y) => {
        state.points[k] = [x, y];
        redraw();
      },
    }),
  );
  const noise = nn.point({
    on: plane, at: own, label: "start of the orange dot", name: "start", colour: "b",
    move: (x, y) => {
      state.own = [x, y];
      redraw();
    },
  });
  const slide = nn.slider({
    label: "steps done", min: 0, max: K, step: 1, value: step,
    show: v => `${v}/${K}`,
    move: v => {
      state.step = v;
      redraw();
    },
  });
  const back = nn.button("Reset", () => {
    Object.assign(state, {points: points.map(p => [...p]), own: [...own], step});
    points.forEach((p, k) => samples[k].set(...p));
    noise.set(...own);
    slide.set(step);
    redraw();
  });
  element.replaceChildren(
    plane.node, slide.node, live.node, nn.bar(back),
    nn.tuck(element, "Noise, prediction and weights", facts.node),
  );
  draw();
  element.agrees = () => known.every(one => {
    const path = walk(one.start, one.points), end = path[path.length - 1];
    return Math.hypot(end[0] - one.end[0], end[1] - one.end[1]) < 1e-6;
  });
}, "points", "starts", "own", "kept", "step", "known");
