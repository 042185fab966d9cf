// <nn-tosses>: the factor of each toss of a coin in the likelihood, and the likelihood over θ.
// needs: parts-plot
// room: 873 492
// sequences: [{name, tosses}], tosses a string; heads: the letter whose probability is θ; start: θ;
// times: how often "repeat" writes the sequence; top: [θ, likelihood] of the first sequence's
// maximum by nnlib, which agrees() compares.
(() => {
  function build(element, {sequences, heads, start, times, top}) {
    const state = {which: 0, repeat: 1, theta: start}, live = nn.live();
    const factors = nn.plot({
      x: [0, 8], y: [0, 1.12], height: 250, left: 34, xlabel: "toss", ylabel: "its probability",
      xticks: [], yticks: [0, 0.5, 1],
    });
    const bars = {
      up: factors.area({colour: "a", edge: true}),
      down: factors.area({colour: "b", edge: true}),
    };
    const letters = Array.from({length: 8}, () => factors.words({colour: "ink", side: "middle"}));
    const plot = nn.plot({
      x: [0, 1], y: [0, 1], height: 250, xlabel: "θ, the probability of heads",
      ylabel: "likelihood", xticks: [0, 0.25, 0.5, 0.75, 1],
    });
    const curve = plot.line({colour: "a", width: 2.6});
    const peak = plot.line({colour: "ink", dash: "2 4", width: 1.4});
    const facts = nn.facts([
      "tosses", "fraction of heads", "θ", "likelihood", "fraction of the highest likelihood",
    ]);

    const sequence = () => sequences[state.which].tosses.repeat(state.repeat);
    const count = text => [...text].filter(letter => letter === heads).length;
    const likelihood = (theta, text) =>
      theta ** count(text) * (1 - theta) ** (text.length - count(text));
    const best = text => count(text) / text.length;

    // The outlines of all bars of one letter, in their order along the axis.
    const outline = (text, wanted, height) =>
      [...text].flatMap((letter, k) =>
        (letter === heads) === wanted
          ? [
              [k + 0.08, 0],
              [k + 0.08, height],
              [k + 0.92, height],
              [k + 0.92, 0],
            ]
          : [],
      );

    function draw() {
      const text = sequence();
      const N = text.length;
      const {theta} = state;
      const now = likelihood(theta, text);
      const most = likelihood(best(text), text);
      factors.range([0, N], [0, 1.12]);
      bars.up.set(outline(text, true, theta));
      bars.down.set(outline(text, false, 1 - theta));
      letters.forEach((words, k) => {
        const shown = N <= 8 && k < N;
        words.set(
          [shown ? k + 0.5 : 0, shown ? (text[k] === heads ? theta : 1 - theta) + 0.04 : 0],
          shown ? text[k] : "",
        );
      });
      plot.range([0, 1], [0, 1.1 * most]);
      curve.set(v => likelihood(v, text));
      peak.set([[best(text), 0], [best(text), most]]);
      place.set(theta, now);
      const share = nn.number(now / most, 3);
      facts.set([`${N}`, `${count(text)} of ${N}`, nn.number(theta), nn.short(now), share]);
      live.set(
        `At θ = ${nn.number(theta)}, these ${N} tosses have probability ${nn.short(now)}, ` +
          `${share} of the maximum.`,
      );
      factors.describe(
        `${N} bars: ${count(text)} of height ${nn.number(theta)} for heads, ${N - count(text)} ` +
          `of height ${nn.number(1 - theta)} for tails.`,
      );
      plot.describe(
        `Likelihood against θ, highest at ${nn.number(best(text))}; the point is at θ = ` +
          `${nn.number(theta)}, ${share} of the height.`,
      );
    }
    const redraw = nn.frame(draw);

    const place = nn.point({
      on: plot, at: [start, 0], label: "θ", colour: "b", step: 0.01,
      fit: ([v]) => {
        const at = Math.round(100 * v) / 100;
        return [at, likelihood(at, sequence())];
      },
      show: v => `θ = ${nn.number(v)}`,
      move: v => {
        state.theta = v;
        redraw();
      },
    });
    const choose = changes => { Object.assign(state, changes); draw(); };
    const which = nn.buttons({
      label: "tosses",
      options: sequences.map(s => s.name),
      press: which => choose({which}),
    });
    const often = nn.buttons({
      label: "how often",
      options: ["once", `${times} times over`],
      press: k => choose({repeat: k ? times : 1}),
    });
    const top0 = nn.button("to the top", () => choose({theta: best(sequence())}));
    element.replaceChildren(
      nn.bar(which.node, often.node, top0), nn.columns(factors.node, plot.node), live.node,
      facts.node,
    );
    draw();

    element.agrees = () => {
      const text = sequences[0].tosses;
      return (
        Math.abs(best(text) - top[0]) < 1e-9 &&
        Math.abs(likelihood(best(text), text) - top[1]) < 1e-9
      );
    };
  }

  nn.define("tosses", build, "sequences", "heads", "start", "times", "top");
})();
