// <nn-folds>: networks that could fold a strip are trained in the page, from one start after
// another.
// needs: parts-plot parts-time
// room: 842 464
// kinds: [{name, short, starts: [[[W, b], …]]}]: for each start its layers, W row by row; places:
// so many are trained on, evenly spaced over the strip; rate: the first learning rate, which falls
// to zero over the steps; at: {kind, k}, the start that is shown first; known: [{kind, k, steps,
// loss}] by nnlib, which agrees() compares.
(() => {
  const EACH = 40, FINE = 400, SIZES = [1, 2, 2, 2, 1], FOLDS = 3, MORE = 5, GOOD = 0.9;
  const even = n => Float64Array.from({length: n}, (_, i) => (2 * i + 1) / n - 1);
  const fold = u => 1 - 2 * Math.abs(u);
  const orange = x => fold(fold(fold(x))) > 0 ? 1 : 0;
  const sigmoid = z => z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
  const told = k => (EACH * k).toLocaleString("en-GB");
  const copy = layers => layers.map(([W, b]) => [W.slice(), b.slice()]);

  // The input and the output of each layer.
  function forward(X, layers) {
    const kept = [X];
    layers.forEach(([W, b], l) => {
      const n = SIZES[l], m = SIZES[l + 1], A = kept[l], Z = new Float64Array(X.length * m);
      for (let i = 0; i < X.length; i++) for (let j = 0; j < m; j++) {
        let z = b[j];
        for (let k = 0; k < n; k++) z += A[i * n + k] * W[j * n + k];
        Z[i * m + j] = l < FOLDS && z < 0 ? 0 : z;
      }
      kept.push(Z);
    });
    return kept;
  }

  // One step of gradient descent with all places; changes the layers.
  function descend(X, t, layers, rate) {
    const kept = forward(X, layers), N = X.length;
    let G = kept[FOLDS + 1].map((z, i) => (sigmoid(z) - t[i]) / N);
    for (let l = FOLDS; l >= 0; l--) {
      const n = SIZES[l], m = SIZES[l + 1], [W, b] = layers[l], A = kept[l];
      const dW = new Float64Array(m * n), db = new Float64Array(m), back = new Float64Array(N * n);
      for (let i = 0; i < N; i++) for (let j = 0; j < m; j++) {
        const g = G[i * m + j];
        db[j] += g;
        for (let k = 0; k < n; k++) {
          dW[j * n + k] += g * A[i * n + k];
          if (A[i * n + k] > 0) back[i * n + k] += g * W[j * n + k];
        }
      }
      dW.forEach((g, k) => { W[k] -= rate * g; });
      db.forEach((g, k) => { b[k] -= rate * g; });
      G = back;
    }
  }

  // The layers at the beginning and after each 40 steps.
  function training(begin, {places, rate, steps}, until = steps) {
    const X = even(places), t = X.map(orange), layers = copy(begin), seen = [copy(layers)];
    for (let s = 0; s < until; s++) {
      descend(X, t, layers, rate * (1 - s / steps));
      if ((s + 1) % EACH === 0) seen.push(copy(layers));
    }
    return {seen, layers};
  }

  // The score along the strip, its sign changes, and the fraction of the strip that is correct.
  const strip = even(FINE), colours = strip.map(orange);
  function judge(layers) {
    const z = forward(strip, layers)[FOLDS + 1], sign = Array.from(z, v => v > 0);
    return {
      z,
      cuts: sign.filter((s, i) => i && s !== sign[i - 1]).length,
      right: sign.filter((s, i) => s === (colours[i] === 1)).length / FINE,
    };
  }

  function build(element, {kinds, places, rate, steps, at, known}) {
    const how = {places, rate, steps};
    const last = steps / EACH;
    const state = {kind: at.kind, tries: kinds.map(() => []), shown: at.k};
    const live = nn.live();
    const view = nn.plot({
      x: [-1, 1], y: [0, 1], height: 220, left: 40, xlabel: "place on the strip",
      ylabel: "probability of orange", xticks: [-1, 0, 1], yticks: [0, 0.5, 1],
    });
    for (const left of [-7, -3, 1, 5]) {
      view.area({
        colour: "b",
        points: [
          [left / 8, 0],
          [left / 8, 1],
          [(left + 2) / 8, 1],
          [(left + 2) / 8, 0],
        ],
      });
    }
    view.line({colour: "ink", width: 1, dash: "5 4", points: [[-1, 0.5], [1, 0.5]]});
    const curve = view.line({colour: "a", width: 2.6});
    const tally = nn.plot({
      x: [5, 10 * kinds.length + 5], y: [0.4, 1.04], height: 220, left: 46, xlabel: "start",
      ylabel: "fraction of the strip classified correctly",
      xticks: kinds.map((_, k) => 10 * (k + 1)),
      yticks: [0.5, 0.75, 1],
      show: v => (v >= 5 ? kinds[v / 10 - 1].short : `${100 * v}%`),
    });
    const all = tally.dots({colour: "a", r: 3.6});
    const now = tally.dots({colour: "b", shape: "diamond", r: 7});
    const spot = (kind, k) => [
      10 * (kind + 1) + (((k * 7) % 15) - 7) * 0.45, state.tries[kind][k].right,
    ];

    // Trains the next start of a kind.
    function next(kind) {
      const k = state.tries[kind].length;
      const {seen, layers} = training(kinds[kind].starts[k], how);
      state.tries[kind].push({seen, right: judge(layers).right});
      state.shown = k;
    }
    function draw() {
      const {kind, shown} = state;
      const tries = state.tries[kind];
      const {z, cuts, right} = judge(tries[shown].seen[stepper.at]);
      curve.set(Array.from(z, (v, i) => [strip[i], sigmoid(v)]));
      all.set(state.tries.flatMap((done, j) => done.map((_, k) => spot(j, k))));
      now.set([spot(kind, shown)]);
      const good = tries.filter(one => one.right > GOOD).length;
      const words = `${cuts} ${cuts === 1 ? "cut" : "cuts"}, ${nn.number(100 * right, 0)}% correct`;
      live.set(
        `Start ${shown + 1} from ${kinds[kind].name}, after ${told(stepper.at)} steps: ${words}. ` +
          `Above 90% after training: ${good} of ${tries.length}.`,
      );
      view.describe(
        `The probability of orange along the strip, with four orange stripes: ${words}.`,
      );
      tally.describe(
        state.tries
          .map(
            (done, j) =>
              `${kinds[j].name}: ${done.filter(one => one.right > GOOD).length} of ` +
                `${done.length} above 90%`,
          )
          .join(". "),
      );
      const left = kinds[kind].starts.length - tries.length;
      nn.able(one, left > 0);
      nn.able(more, left > 0);
    }
    const redraw = nn.frame(draw);
    const stepper = nn.stepper({last, at: last, label: "steps", rate: 15, show: told, go: redraw});
    function train(count) {
      const {kind} = state;
      for (let k = 0; k < count && state.tries[kind].length < kinds[kind].starts.length; k++) {
        next(kind);
      }
      state.shown = state.tries[kind].length - 1;
      stepper.run(false);
      stepper.set(last);
      redraw();
    }
    const menu = nn.buttons({
      label: "start",
      options: kinds.map(one => one.name),
      chosen: at.kind,
      press: kind => {
        state.kind = kind;
        train(state.tries[kind].length ? 0 : 1);
      },
    });
    const one = nn.button("train the next start", () => train(1));
    const more = nn.button(`train ${MORE} more`, () => train(MORE));
    element.replaceChildren(
      menu.node, nn.columns(view.node, tally.node), nn.bar(one, more), stepper.node, live.node,
    );
    train(at.k + 1);
    nn.flush();
    element.agrees = () => known.every(({kind, k, steps: until, loss}) => {
      const X = even(places);
      const z = forward(X, training(kinds[kind].starts[k], how, until).layers)[FOLDS + 1];
      const mean =
        X.reduce(
          (sum, x, i) =>
            sum + Math.max(z[i], 0) + Math.log1p(Math.exp(-Math.abs(z[i]))) - orange(x) * z[i],
          0,
        ) / places;
      return Math.abs(mean - loss) < 1e-9;
    });
  }

  nn.define("folds", build, "kinds", "places", "rate", "steps", "at", "known");
})();
