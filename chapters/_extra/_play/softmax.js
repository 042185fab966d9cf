// <nn-softmax>: bars of scores and of probabilities, both dragged; the loss is the distance from
// the true class's score to the log-sum-exp of all scores.
// needs: parts-plot
// room: 583 288
// classes: their names; scores: a row for each image; start: the image shown first.
nn.define("softmax", (element, {classes, scores, start}) => {
  const {svg, text} = nn, END = 10, LEFT = 62, UNIT = 10.4, ROW = 44, LOW = 34, WIDE = 166;
  const state = {truth: start, z: [...scores[start]], T: 1, shift: 0};
  const live = nn.live(), refused = nn.html("p", {class: "nn-note", role: "status"});
  const bottom = 18 + ROW * classes.length, to = v => LEFT + (v + END) * UNIT, edge = to(END + 2);

  // A small probability is shown above zero, and a nearly certain one below 100%.
  const power = v => v.toExponential(1).replace("-", "−");
  const small = L => L > 0 && L < 0.005 ? power(L) : nn.number(L);

  function percent(p) {
    if (p > 0.995 && p < 1) return ">99%";
    if (p > 0 && p < 5e-5) return "<0.01%";
    const digits = p >= 0.0995 ? 0 : p >= 0.00995 ? 1 : 2;
    return `${(100 * p).toFixed(digits)}%`;
  }

  const drawing = height =>
    nn.scaled(svg("svg", {viewBox: `0 0 300 ${height}`, class: "nn-drawing"}));
  const knob = () => [
    svg("circle", {r: 17, class: "nn-hit"}), svg("circle", {r: 8, class: "nn-knob"}),
  ];
  const put = (node, x, y) => node.setAttribute("transform", `translate(${x} ${y})`);

  // Scores: a bar from zero for each, and the line of the log-sum-exp, which carries all of them.
  const above = drawing(bottom + 62);
  const names = [];
  const ends = classes.map((name, k) => {
    const y = 18 + ROW * k + 24, bar = svg("rect", {y: y - 6, height: 12});
    const value = text(0, -14, "", {class: "nn-name nn-middle"});
    const end = nn.handle(
      {
        drawing: above,
        label: `score of ${name}`,
        min: -END,
        max: END,
        step: 0.1,
        value: state.z[k],
        show: v => nn.number(v, 1),
        read: x => (x - LEFT) / UNIT,
        move: v => {
          state.z[k] = v;
          redraw();
        },
      },
      ...knob(),
      value,
    );
    names.push(text(0, y + 4, name));
    above.append(names[k], bar);
    return {bar, end, value, y};
  });
  const rule = svg("path", {class: "nn-stroke", style: nn.ink("c")});
  const carry = text(0, 4, "all scores", {class: "nn-name"});
  const whole = nn.handle(
    {
      drawing: above, label: "all scores together", min: -END, max: END, step: 0.1, value: 0,
      show: () => `scores ${state.z.map(v => nn.number(v, 1)).join(", ")}`,
      read: x => x / UNIT,
      move: v => {
        state.z = state.z.map(z => z + v - state.shift);
        state.shift = v;
        redraw();
      },
    },
    ...knob(),
    carry,
  );
  whole.node.setAttribute("style", nn.ink("c"));
  const gap = svg("path", {class: "nn-stroke", style: nn.ink("b")});
  const cost = text(0, 0, "", {class: "nn-name", style: nn.ink("b")});
  above.append(
    text(0, 12, "scores", {class: "nn-strong"}),
    svg("path", {class: "nn-axis", d: `M${to(0)} 18V${bottom}`}),
    ...[-END, 0, END].map(v =>
      text(to(v), bottom + 15, nn.number(v, 0), {class: "nn-small nn-middle"}),
    ),
    rule,
    gap,
    ...ends.map(one => one.end.node),
    cost,
    whole.node,
  );

  // Probabilities: drag one, and the score of its class changes to produce it.
  const below = drawing(22 + LOW * classes.length);
  const shares = classes.map((name, k) => {
    const y = 22 + LOW * k + 14, box = {x: LEFT, y: y - 8, height: 16};
    const bar = svg("rect", box);
    const value = text(LEFT + WIDE + 16, y + 4, "");
    const label = text(0, y + 4, name);
    const end = nn.handle(
      {
        drawing: below,
        label: `probability of ${name}`,
        min: 0,
        max: 1,
        step: 0.01,
        value: 0,
        show: percent,
        read: x => (x - LEFT) / WIDE,
        move: p => {
          state.z[k] = scoreFor(k, p);
          redraw();
        },
      },
      ...knob(),
    );
    below.append(
      label, svg("rect", {...box, width: WIDE, class: "nn-empty"}), bar, value, end.node,
    );
    return {bar, end, value, label, y};
  });
  below.prepend(text(0, 12, "probabilities", {class: "nn-strong"}));

  const sumExp = (z, T) => {  // log-sum-exp of z / T
    const m = Math.max(...z);
    return m / T + Math.log(z.reduce((sum, v) => sum + Math.exp((v - m) / T), 0));
  };
  function scoreFor(k, p) {
    const q = nn.clamp(p, 1e-6, 1 - 1e-6), others = state.z.filter((_, j) => j !== k);
    return nn.clamp(state.T * (Math.log(q / (1 - q)) + sumExp(others, state.T)), -END, END);
  }

  function draw() {
    const {truth, z, T, shift} = state;
    const total = sumExp(z, T);
    const p = z.map(v => Math.exp(v / T - total));
    const L = total - z[truth] / T;
    const level = Math.min(to(T * total), edge);
    whole.limit(shift - END - Math.min(...z), shift + END - Math.max(...z));
    whole.set(shift);
    ends.forEach(({bar, end, value, y}, k) => {
      const x = to(z[k]), colour = k === truth ? "b" : "a";
      bar.setAttribute("x", Math.min(x, to(0)));
      bar.setAttribute("width", Math.abs(x - to(0)));
      bar.setAttribute("class", k === truth ? "nn-true" : "nn-other");
      put(end.node, x, y);
      end.node.setAttribute("style", nn.ink(colour));
      end.set(z[k]);
      value.textContent = nn.number(z[k], 1);
      // The number is beside the line of the log-sum-exp, which no score exceeds.
      value.setAttribute("x", Math.min(0, level - 5 - 4.2 * value.textContent.length - x));
      names[k].setAttribute("class", k === truth ? "nn-strong" : "");
    });
    shares.forEach(({bar, end, value, label, y}, k) => {
      bar.setAttribute("width", WIDE * p[k]);
      bar.setAttribute("class", k === truth ? "nn-true" : "nn-other");
      put(end.node, LEFT + WIDE * p[k], y);
      end.node.setAttribute("style", nn.ink(k === truth ? "b" : "a"));
      end.set(p[k]);
      value.textContent = percent(p[k]);
      label.setAttribute("class", k === truth ? "nn-strong" : "");
    });
    rule.setAttribute("d", `M${level} 18V${bottom + 36}`);
    put(whole.node, level, bottom + 36);
    const right = level < 200;
    carry.setAttribute("x", right ? 14 : -14);
    carry.setAttribute("class", `nn-name ${right ? "" : "nn-end"}`);
    const {y} = ends[truth], from = Math.min(to(z[truth]), level);
    gap.setAttribute(
      "d",
      `M${from} ${y + 12}H${level}M${from} ${y + 8}v8M${level} ` +
        `${y + 12}${level < edge ? "m0 -4v8" : "m-6 -5l6 5l-6 5"}`,
    );
    cost.textContent = T === 1 ? `loss ${small(L)}` : `T × loss ${small(L)}`;
    const room = 8 * cost.textContent.length;
    const [x, side] = level + room < 290 ? [level + 9, "start"]
      : from - room > 20 ? [Math.min(from, to(0)) - 14, "end"] : [(from + level) / 2, "middle"];
    cost.setAttribute("x", x);
    cost.setAttribute("y", side === "middle" ? y + 27 : y + 16);
    cost.setAttribute("class", `nn-name nn-${side}`);
    above.setAttribute(
      "aria-label",
      `Scores: ${classes.map((name, k) => `${name} ${nn.number(z[k], 1)}`).join(", ")}; ` +
        `log-sum-exp ${nn.number(T * total)}`,
    );
    below.setAttribute(
      "aria-label",
      `Probabilities: ${classes.map((name, k) => `${name} ${percent(p[k])}`).join(", ")}`,
    );
    const q = p[truth] < 0.001 ? power(p[truth]) : nn.number(p[truth], 3);
    const equation =
      p[truth] > 0.9995 ? `Loss = ${small(L)}` : `Loss = −ln\u00a0${q} = ${small(L)}`;
    live.set(`The true class is ${classes[truth]}. ${equation}`);
    refused.textContent = "";
  }
  const redraw = nn.frame(draw);

  const heat = nn.slider({
    label: "temperature T", min: -1, max: 0.6, step: 0.02, value: 0,
    show: v => nn.number(10 ** v), move: v => { state.T = 10 ** v; redraw(); },
  });
  function twice() {
    const z = state.z.map(v => 2 * v);
    if (z.some(v => Math.abs(v) > END)) {
      refused.textContent = `Scores are limited to ±${END}. Press reset to start again.`;
    } else {
      state.z = z;
      draw();
    }
  }
  function reset() {
    Object.assign(state, {T: 1, shift: 0, z: [...scores[state.truth]]});
    heat.set(0);
    draw();
  }
  const pictures = nn.choice({
    legend: "Correct class", options: classes, chosen: start,
    pick: k => { state.truth = k; reset(); },
  });
  element.replaceChildren(
    pictures.node,
    nn.columns(
      nn.html("div", {}, above),
      nn.html(
        "div",
        {},
        below,
        nn.html(
          "div",
          {},
          heat.node,
          nn.bar(nn.button("all scores × 2", twice), nn.button("reset", reset)),
        ),
      ),
    ),
    live.node,
    refused,
  );
  draw();
}, "classes", "scores", "start");
