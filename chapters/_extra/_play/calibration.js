// <nn-calibration>: a temperature moves the marks of a reliability diagram, and no decision.
// needs: parts-plot
// room: 821 433
// sets: [{name, truth, top, below}] in base64: for each image its class and the class with the
// largest score, one byte each, and for each class how far its score is below the largest, in units
// of step, two bytes each; classes: how many; bins: of the confidence; check: {T, confidence, gap,
// loss} of the first set by nnlib, which agrees() compares.
(() => {
  const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const percent = v => `${nn.number(100 * v, 1)}%`;

  // Mean confidence, accuracy, loss, expected calibration error, and the bins at a temperature.
  function measure({truth, top, below}, {classes, step, bins}, T) {
    const N = truth.length;
    const rows = Array.from({length: bins}, () => ({count: 0, sure: 0, right: 0}));
    let loss = 0;
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += Math.exp((-step * below[classes * n + k]) / T);
      loss += Math.log(sum) + (step * below[classes * n + truth[n]]) / T;
      const row = rows[Math.min(bins - 1, Math.floor(bins / sum))];
      row.count += 1;
      row.sure += 1 / sum;
      row.right += truth[n] === top[n] ? 1 : 0;
    }
    const total = key => rows.reduce((all, row) => all + row[key], 0) / N;
    const gap = rows.reduce((all, {sure, right}) => all + Math.abs(sure - right), 0) / N;
    return {rows, N, gap, loss: loss / N, confidence: total("sure"), accuracy: total("right")};
  }

  nn.define("calibration", (element, data) => {
    const {bins, check} = data;
    const sets = data.sets.map(({name, truth, top, below}) => ({
      name, truth: bytes(truth), top: bytes(top), below: new Uint16Array(bytes(below).buffer),
    }));
    const state = {set: 0, T: 1};
    const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];
    const frame = {x: [0, 1], xticks: ticks, xlabel: "confidence", left: 36};

    const reliability = nn.plot({
      ...frame, y: [0, 1], yticks: ticks, height: 290, ylabel: "fraction correct",
    });
    reliability.line({colour: "ink", dash: "2 4", width: 1.4, points: [[0, 0], [1, 1]]});
    const away = reliability.line({colour: "b", width: 2});
    const marks = Array.from({length: bins}, () => {
      const node = nn.svg("circle", {class: "nn-dots", style: nn.ink("a")});
      reliability.free.append(node);
      return node;
    });

    const spread = nn.plot({
      ...frame, y: [0, 1], yticks: [0, 0.5, 1], height: 180, ylabel: "fraction of the images",
    });
    const bars = spread.area({colour: "a"});
    const sure = spread.line({colour: "b", width: 2.4});
    const right = spread.line({colour: "ink", dash: "6 4", width: 2});
    const key = nn.legend(
      nn.lineKey({colour: "b", width: 2.4}, "mean confidence"),
      nn.lineKey({colour: "ink", dash: "6 4", width: 2}, "accuracy"),
    );
    const facts = nn.facts(["accuracy", "mean confidence", "calibration error", "mean loss"]);
    const live = nn.live();

    function draw() {
      const {rows, N, gap, loss, confidence, accuracy} = measure(sets[state.set], data, state.T);
      const points = rows.map(({count, sure: s, right: r}) => [s / count, r / count]);
      away.set(
        points.flatMap(([x, y]) => (Number.isFinite(x) ? [[x, x], [x, y], [NaN, NaN]] : [])),
      );
      marks.forEach((node, k) => {
        const [x, y] = points[k];
        node.setAttribute("r", rows[k].count ? 2 + 12 * Math.sqrt(rows[k].count / N) : 0);
        if (!rows[k].count) return;
        const [cx, cy] = reliability.to(x, y);
        node.setAttribute("cx", nn.rounded(cx));
        node.setAttribute("cy", nn.rounded(cy));
      });
      bars.set([
        [0, 0],
        ...rows.flatMap(({count}, k) => [[k / bins, count / N], [(k + 1) / bins, count / N]]),
        [1, 0],
      ]);
      sure.set([[confidence, 0], [confidence, 1]]);
      right.set([[accuracy, 0], [accuracy, 1]]);
      facts.set([percent(accuracy), percent(confidence), nn.number(gap, 3), nn.number(loss, 3)]);
      live.set(
        `T = ${nn.number(state.T)}: ${percent(confidence)} sure on average, ` +
          `${percent(accuracy)} correct.`,
      );
      reliability.describe(
        "Fraction correct against confidence, with a mark for each group of images and the " +
          `diagonal. The calibration error is ${nn.number(gap, 3)}.`,
      );
      spread.describe(
        `Fraction of the images in each group. The mean confidence is ${percent(confidence)}, ` +
          `the accuracy ${percent(accuracy)}.`,
      );
    }
    const redraw = nn.frame(draw);

    const heat = nn.slider({
      label: "temperature T", min: -0.6, max: 0.8, step: 0.01, value: 0,
      show: v => nn.number(10 ** v),
      move: v => {
        state.T = 10 ** v;
        redraw();
      },
    });
    const images = nn.buttons({
      label: "images",
      options: sets.map(one => one.name),
      press: k => {
        state.set = k;
        redraw();
      },
    });
    const reset = nn.button("T = 1", () => {
      state.T = 1;
      heat.set(0);
      draw();
    });
    element.replaceChildren(
      nn.columns(
        nn.html("div", {}, images.node, reliability.node),
        nn.html("div", {}, heat.node, nn.bar(reset), facts.node, spread.node, key),
      ),
      live.node,
    );
    draw();
    element.agrees = () => {
      const ours = measure(sets[0], data, check.T);
      return ["confidence", "gap", "loss"].every(name => Math.abs(ours[name] - check[name]) < 1e-5);
    };
  }, "sets", "classes", "step", "bins", "check");
})();
