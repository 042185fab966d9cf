// <nn-nudge>: finite differences under a microscope: two quotients, and their errors over the step
// h.
// needs: parts-plot
// room: 1006 595
// steps: the step sizes h, falling; functions: [{name, kind, at, errors}], the errors of
// float64 and float32, one-sided and two-sided, by NumPy, which agrees() compares; start: {step}.
(() => {
  // Each function in arithmetic that rounds by r, its slope, and (f(x + h) - f(x)) / h without
  // cancellation.
  const KINDS = {
    cube: {
      f: (x, r) => r(r(x * x) * x),
      slope: x => 3 * x * x,
      rise: (x, h) => 3 * x * x + 3 * x * h + h * h,
    },
    square: {f: (x, r) => r(x * x), slope: x => 2 * x, rise: (x, h) => 2 * x + h},
    bell: {
      f: (x, r) => r(1 / r(1 + r(x * x))),
      slope: x => (-2 * x) / (1 + x * x) ** 2,
      rise: (x, h) => -(2 * x + h) / ((1 + x * x) * (1 + (x + h) ** 2)),
    },
    relu: {f: x => Math.max(x, 0), slope: x => +(x > 0), rise: (x, h) => (x + h > 0 ? 1 : -x / h)},
  };
  const ROUNDS = [v => v, Math.fround], DIGITS = ["float64", "float32"], LEAST = 1e-17;

  // The quotients of a step, computed as NumPy does, and as they were without rounding.
  function quotients({f, rise}, at, step, r) {
    const x = r(at), h = r(step), [a, b, c] = [x - h, x, x + h].map(v => f(r(v), r));
    return {
      one: r(r(c - b) / h), two: r(r(c - a) / r(2 * step)),
      exact: [rise(at, step), (rise(at, step) + rise(at, -step)) / 2],
    };
  }
  const relative = (got, slope) => Math.abs(got - slope) / Math.abs(slope);

  function build(element, {steps, functions, start}) {
    const state = {chosen: start.function ?? 0, digits: 0, step: start.step};
    const live = nn.live();
    const eye = nn.plot({
      x: [-2.2, 2.2], y: [-1, 1], height: 300, left: 58,
      xlabel: "distance from x, in multiples of h", ylabel: "f − f(x)",
      xticks: [-1, 0, 1], show: nn.short,
    });
    const curve = eye.line({colour: "a", width: 2.6});
    const tangent = eye.line({colour: "ink", dash: "2 5", width: 1.6});
    const oneCut = eye.line({colour: "b", width: 1.8});
    const twoCut = eye.line({colour: "c", dash: "9 4", width: 1.8});
    const ends = eye.dots({colour: "ink", r: 4.5});
    const chart = nn.plot({
      x: [1e-16, 1], y: [1e-17, 10], log: "xy", height: 300, left: 50, xlabel: "step h",
      ylabel: "relative error",
    });
    const oneLine = chart.line({colour: "b"}), twoLine = chart.line({colour: "c", dash: "9 4"});
    const oneNow = chart.dots({colour: "b", r: 6});
    const twoNow = chart.dots({colour: "c", shape: "diamond", r: 7});
    const facts = nn.facts(["slope", "one-sided (solid)", "two-sided (dashed)"]);

    function draw() {
      const {kind, at: x, name} = functions[state.chosen];
      const it = KINDS[kind];
      const r = ROUNDS[state.digits];
      const h = steps[state.step], slope = it.slope(x), got = quotients(it, x, h, r);
      const height = t => it.f(r(r(x) + t * h), r) - it.f(r(x), r);
      const reach =
        Math.max(Math.abs(slope) * h, ...[-2, -1, 1, 2].map(t => Math.abs(height(t)) / 2)) * 2.3;
      eye.range([-2.2, 2.2], [-reach, reach]);
      curve.set(height);
      tangent.set([[-2.2, -2.2 * slope * h], [2.2, 2.2 * slope * h]]);
      oneCut.set([[0, 0], [1, height(1)]]);
      twoCut.set([[-1, height(-1)], [1, height(1)]]);
      ends.set([-1, 0, 1].map(t => [t, height(t)]));
      const error = which =>
        steps.map(s => [s, Math.max(LEAST, relative(quotients(it, x, s, r)[which], slope))]);
      oneLine.set(error("one"));
      twoLine.set(error("two"));
      oneNow.set([[h, Math.max(LEAST, relative(got.one, slope))]]);
      twoNow.set([[h, Math.max(LEAST, relative(got.two, slope))]]);
      facts.set([nn.number(slope, 3), nn.number(got.one, 9), nn.number(got.two, 9)]);
      const words = verdict(it, x, h, slope, got);
      live.set(
        `${name}, ${DIGITS[state.digits]}, h = ${short(h)}. One-sided: ${off(got.one, slope)}; ` +
          `two-sided: ${off(got.two, slope)}. ${words}`,
      );
      eye.describe(
        `${name} within two steps of x, the secant through x and x + h, and the secant through x ` +
          `− h and x + h. ${words}`,
      );
      chart.describe(
        `Relative errors of both quotients against the step. At h = ${short(h)}, one-sided: ` +
          `${off(got.one, slope)}; two-sided: ${off(got.two, slope)}.`,
      );
    }
    const redraw = nn.frame(draw);

    const menu = nn.buttons({
      label: "function",
      options: functions.map(f => f.name),
      chosen: state.chosen,
      press: k => {
        state.chosen = k;
        redraw();
      },
    });
    const digits = nn.buttons({
      label: "numbers", options: DIGITS, chosen: 0,
      press: k => {
        state.digits = k;
        redraw();
      },
    });
    const last = steps.length - 1;                  // small steps on the left, as in the chart
    const slider = nn.slider({label: "step h", min: 0, max: last, step: 1, value: last - state.step,
      show: k => short(steps[last - k]), move: k => { state.step = last - k; redraw(); }});
    element.replaceChildren(
      menu.node, digits.node, nn.columns(eye.node, chart.node), slider.node,
      nn.tuck(element, "Slope and quotients", facts.node), live.node,
    );
    draw();
    nn.flush();
    element.agrees = () =>
      functions.every(({kind, at, errors}) =>
        errors.every((sides, d) =>
          sides.every((known, side) =>
            steps.every((h, k) => {
              const it = KINDS[kind];
              const got = quotients(it, at, h, ROUNDS[d]);
              return (
                Math.abs(relative(side ? got.two : got.one, it.slope(at)) - known[k]) <=
                1e-12 * Math.max(1, known[k])
              );
            }),
          ),
        ),
      );
  }

  // The cause of the errors, in words.
  function verdict({f}, x, h, slope, {one, two, exact}) {
    if (f === KINDS.relu.f && h > x) {
      return "The step reaches across the corner: the two-sided secant mixes the slopes on both " +
        "sides.";
    }
    const cut = relative(exact[1], slope), rounded = Math.abs(two - exact[1]) / Math.abs(slope);
    if (one === 0 && two === 0) return "The step is lost in rounding: f does not change at all.";
    if (two === slope) return "The two-sided quotient is correct to the last digit.";
    if (rounded > cut) {
      return "The two-sided error is mostly rounding: a larger step is better.";
    }
    return "The two-sided error is mostly truncation: a smaller step is better.";
  }
  const short = nn.short;
  const off = (got, slope) => {
    const error = relative(got, slope);
    return error === 0
      ? "exact"
      : `off by ${error >= 0.001 ? `${nn.number(100 * error, 2)}%` : nn.short(error)}`;
  };

  nn.define("nudge", build, "steps", "functions", "start");
})();
