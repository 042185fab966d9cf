// <nn-race>: optimisers run down the same surface from the same start.
// needs: parts-plot parts-time
// room: 915 523
// room on optimization/adaptive: 870 523
// room on reference/gallery/moving: 870 523
// surfaces: [{name, kind, x, y, start, levels, lr: {method: rate}, ends?: {method: [x, y]}}];
// steps; start: the surface to begin with. ends: where nnlib arrives, which agrees() compares.
(() => {
  const SURFACES = {
    bowl: {f: (x, y) => (x * x + y * y) / 2, slope: (x, y) => [x, y]},
    ravine: {f: (x, y) => (x * x + 20 * y * y) / 2, slope: (x, y) => [x, 20 * y]},
    valley: {f: (x, y) => (x * x + 400 * y * y) / 2, slope: (x, y) => [x, 400 * y]},
    turned: {
      f: (x, y) => ((x + y) ** 2 + 400 * (y - x) ** 2) / 4,
      slope: (x, y) => [(x + y) / 2 - 200 * (y - x), (x + y) / 2 + 200 * (y - x)],
    },
    saddle: {
      f: (x, y) => (x * x) / 2 - (y * y) / 2 + y ** 4 / 8 + 0.5,
      slope: (x, y) => [x, -y + y ** 3 / 2],
    },
    banana: {
      f: (x, y) => (1 - x) ** 2 + 10 * (y - x * x) ** 2,
      slope: (x, y) => [2 * (x - 1) - 40 * x * (y - x * x), 20 * (y - x * x)],
    },
  };
  // Each takes rate, slope and its own memory; returns the change of one place.
  const METHODS = {
    "gradient descent": lr => g => g.map(v => -lr * v),
    momentum: lr => {
      let m = [0, 0];
      return g => {
        m = m.map((v, k) => 0.9 * v + g[k]);
        return m.map(v => -lr * v);
      };
    },
    Nesterov: lr => {
      let m = [0, 0];
      return g => {
        m = m.map((v, k) => 0.9 * v + g[k]);
        return m.map((v, k) => -lr * (g[k] + 0.9 * v));
      };
    },
    AdaGrad: lr => {
      let v = [0, 0];
      return g => {
        v = v.map((s, k) => s + g[k] * g[k]);
        return g.map((d, k) => (-lr * d) / (Math.sqrt(v[k]) + 1e-10));
      };
    },
    Adam: lr => {
      let m = [0, 0];
      let s = [0, 0];
      let t = 0;
      return g => {
        t++;
        m = m.map((v, k) => 0.9 * v + 0.1 * g[k]);
        s = s.map((v, k) => 0.999 * v + 0.001 * g[k] * g[k]);
        return m.map(
          (v, k) => (-lr * v) / (1 - 0.9 ** t) / (Math.sqrt(s[k] / (1 - 0.999 ** t)) + 1e-8),
        );
      };
    },
  };
  const SHORT = {"gradient descent": "descent"};  // as a line is named at its end
  const LOOKS = [
    ["a", "circle", null],
    ["b", "square", "7 3"],
    ["c", "diamond", "2 4"],
    ["d", "triangle", "9 3 2 3"],
  ];

  function path({kind}, method, rate, start, steps) {
    const move = METHODS[method](rate), {slope} = SURFACES[kind], places = [start];
    for (let k = 0; k < steps; k++) {
      const [x, y] = places[k], [dx, dy] = move(slope(x, y));
      places.push([x + dx, y + dy]);
    }
    return places;
  }

  function build(element, {surfaces, steps, start = 0}) {
    for (const {kind, lr} of surfaces) {
      for (const [table, name] of [[SURFACES, kind], ...Object.keys(lr).map(m => [METHODS, m])]) {
        if (!(name in table)) {
          throw new Error(
            `unknown name "${name}", expected one of ${Object.keys(table).join(", ")}`);
        }
      }
    }
    const state = {t: 0, factor: 1}, names = Object.keys(surfaces[start].lr), live = nn.live();
    const first = surfaces[start];
    const map = nn.plot({
      x: first.x, y: first.y, height: 290, left: 38, right: 24, xlabel: "first weight",
      ylabel: "second weight",
    });
    const hills = map.contours();
    const racers = names.map((name, k) => ({
      name,
      // The name is next to the curve: on the map, names would cover the paths and each other.
      trail: map.line({colour: LOOKS[k][0], dash: LOOKS[k][2], width: 1.6}),
      now: map.dots({colour: LOOKS[k][0], shape: LOOKS[k][1], r: 6}),
    }));
    const chart = nn.plot({
      x: [0, steps], y: [1e-7, 1e2], log: "y", height: 210, right: 92, xlabel: "step",
      ylabel: "height above the valley",
    });
    racers.forEach((racer, k) => {
      racer.curve = chart.line({
        colour: LOOKS[k][0], dash: LOOKS[k][2], label: SHORT[racer.name] ?? racer.name,
      });
      racer.mark = chart.dots({colour: LOOKS[k][0], shape: LOOKS[k][1], r: 5});
    });

    const height = ([x, y]) => Math.max(SURFACES[state.surface.kind].f(x, y), 1e-6);
    const good = ([x, y]) => Number.isFinite(x + y) && Math.abs(x) + Math.abs(y) < 1e6;

    function run() {
      for (const racer of racers) {
        racer.path = path(
          state.surface, racer.name, state.surface.lr[racer.name] * state.factor, state.from, steps,
        );
        racer.heights = racer.path.map((p, k) => [k, good(p) ? height(p) : NaN]);
        racer.curve.set(racer.heights);
      }
    }

    function draw() {
      const k = Math.round(state.t);
      for (const racer of racers) {
        racer.trail.set(racer.path.slice(0, k + 1));
        racer.now.set([racer.path[k]].filter(good));
        racer.mark.set([racer.heights[k]]);
      }
      const ranked = racers
        .map(racer => [racer.name, good(racer.path[k]) ? height(racer.path[k]) : Infinity])
        .sort((p, q) => p[1] - q[1]);
      live.set(
        `Step ${k}: ` +
          ranked
            .map(
              ([name, h]) =>
                `${name} ` +
                  `${h > 1e4 ? "has left the map" : h > 1e-6 ? nn.short(h) : "has arrived"}`,
            )
            .join(", ") +
          ".",
      );
      map.describe(`Contours of ${state.surface.name} and ${names.length} paths after ${k} steps.`);
      chart.describe("Height of each optimiser at each step, on a logarithmic scale.");
    }
    const redraw = nn.frame(draw), rerun = nn.frame(() => { run(); draw(); });

    function choose(k) {
      const surface = surfaces[k];
      Object.assign(state, {surface, from: surface.start});
      map.range(surface.x, surface.y);
      hills.set(SURFACES[surface.kind].f, surface.levels);
      handle.set(...state.from);
      rerun();
    }
    const handle = nn.point({
      on: map, at: first.start, label: "start", name: "start", colour: "ink", snap: 0.05,
      move: (x, y) => {
        state.from = [x, y];
        rerun();
      },
    });
    const time = nn.playhead({
      length: steps, at: Math.round(steps / 2), steps, label: "step", rate: steps / 8,
      show: t => String(Math.round(t)),
      go: t => {
        state.t = t;
        redraw();
      },
    });
    state.t = time.at;
    const menu = nn.buttons({
      label: "surface",
      options: surfaces.map(s => s.name),
      chosen: start,
      press: choose,
    });
    const rate = nn.slider({
      label: "all learning rates ×", min: -2, max: 2, step: 0.1, value: 0,
      show: v => nn.number(2 ** v),
      move: v => {
        state.factor = 2 ** v;
        rerun();
      },
    });
    element.replaceChildren(
      menu.node, nn.columns(map.node, chart.node), rate.node, time.node, live.node,
    );
    choose(start);
    nn.flush();
    element.agrees = () => agrees(surfaces, steps);
  }

  // The script must arrive where nnlib did.
  const agrees = (surfaces, steps) =>
    surfaces.every(surface =>
      Object.entries(surface.ends ?? {}).every(([method, end]) => {
        const places = path(surface, method, surface.lr[method], surface.start, steps);
        const [x, y] = places[places.length - 1];
        return Math.abs(x - end[0]) + Math.abs(y - end[1]) < 1e-6;
      }),
    );

  nn.define("race", build, "surfaces", "steps");
})();
