// <nn-threshold>: from which score on is a sample called positive? Counts, rates, the ROC curve and
// the precision-recall curve.
// needs: parts-plot
// room: 630 665
// scores: one a sample, from 0 to 1; truth: 1 for positives, 0 for negatives, in the same order;
// threshold: where the slider starts; positive, negative: what the two are called.
(() => {
  // Counts of the confusion matrix: a score that reaches the threshold is called positive.
  function count({scores, truth}, threshold) {
    let TP = 0, FP = 0, FN = 0, TN = 0;
    scores.forEach((s, n) => {
      if (s >= threshold) truth[n] ? TP++ : FP++;
      else truth[n] ? FN++ : TN++;
    });
    return {TP, FP, FN, TN};
  }

  // Numerator and denominator of each rate; a denominator of 0 has no rate.
  const shares = ({TP, FP, FN, TN}) => ({
    precision: [TP, TP + FP], recall: [TP, TP + FN], specificity: [TN, TN + FP],
    f1: [2 * TP, 2 * TP + FP + FN], accuracy: [TP + TN, TP + FP + FN + TN],
  });
  const quotient = ([part, whole]) => whole ? part / whole : null;

  nn.define("threshold", (element, {scores, truth, threshold, positive, negative}) => {
    const {html} = nn, state = {threshold}, data = {scores, truth};
    const at = Array.from({length: 201}, (_, k) => k / 200);
    const all = at.map(t => shares(count(data, t)));

    // The curves: one point for each different score, from no positives to all.
    const steps = [Infinity, ...[...new Set(scores)].sort((a, b) => b - a)]
      .map(t => shares(count(data, t)));
    const corners = steps.map(({recall, specificity}) =>
      [1 - quotient(specificity), quotient(recall)]);
    const area = corners
      .slice(1)
      .reduce((sum, [x, y], k) => sum + ((x - corners[k][0]) * (y + corners[k][1])) / 2, 0);
    const pairs = steps.slice(1).map(({recall, precision}) =>
      [quotient(recall), quotient(precision)]);
    const average = pairs.reduce((sum, [r, p], k) => sum + (r - (k ? pairs[k - 1][0] : 0)) * p, 0);

    const LINES = [
      ["precision", "b", null, "square", "precision"],
      ["recall", "a", null, "circle", "recall"],
      ["specificity", "c", "9 4", "diamond", "specificity"],
      ["f1", "ink", "3 4", "triangle", "F1"],
    ];
    const frame = {
      y: [0, 1], height: 270, yticks: [0, 0.25, 0.5, 0.75, 1], xticks: [0, 0.25, 0.5, 0.75, 1],
    };
    const left = nn.plot({...frame, x: [0, 1], xlabel: "threshold", ylabel: "fraction"});
    const marks = LINES.map(([name, colour, dash, shape]) => {
      const points = at.map((t, k) => [t, quotient(all[k][name])]).filter(([, v]) => v !== null);
      left.line({colour, dash, width: 2.2, points});
      return left.dots({colour, shape, r: 5});
    });
    const rule = left.line({colour: "ink", width: 1});
    const right = nn.plot({
      ...frame, x: [0, 1],
      xlabel: `fraction of ${negative} called ${positive}`,
      ylabel: `recall: fraction of ${positive} found`,
    });
    right.line({colour: "ink", dash: "2 4", width: 1.4, points: [[0, 0], [1, 1]]});
    right.line({colour: "a", width: 2.4, points: corners});
    const here = right.dots({colour: "b", r: 7});
    const third = nn.plot({
      ...frame, x: [0, 1],
      xlabel: `recall: fraction of ${positive} found`,
      ylabel: `precision: fraction that are ${positive}`,
    });
    const base = truth.filter(Boolean).length / truth.length;
    third.line({colour: "ink", dash: "2 4", width: 1.4, points: [[0, base], [1, base]]});
    third.line({colour: "a", width: 2.4, points: [[0, pairs[0][1]], ...pairs]});
    const there = third.dots({colour: "b", r: 7});
    third.node.style.display = "none";
    const curve = nn.buttons({
      label: "curve",
      options: ["ROC curve", "precision-recall curve"],
      press: k => [right, third].forEach(({node}, j) => {
        node.style.display = j === k ? "" : "none";
      }),
    });

    const key = nn.legend(
      ...LINES.map(([, colour, dash, shape, words]) => nn.lineKey({colour, dash, shape}, words)),
    );
    const cells = {};
    const number = name => html("td", {}, cells[name] = html("span"));
    const head = words => html("th", {scope: "col"}, words);
    const row = (words, ...names) =>
      html("tr", {}, html("th", {scope: "row"}, words), ...names.map(number));
    const table = html(
      "table",
      {class: "nn-counts", "aria-label": "confusion matrix"},
      html(
        "thead",
        {},
        html("tr", {}, html("td"), head(`called ${positive}`), head("not"), head("sum")),
      ),
      html(
        "tbody",
        {},
        row(positive, "TP", "FN", "P"),
        row(negative, "FP", "TN", "N"),
        row("sum", "called", "not", "all"),
      ),
    );
    const facts = nn.facts([
      "precision", "recall", "specificity", "F1", "accuracy", "area under the ROC curve",
      "average precision",
    ]);
    const live = nn.live();
    const percent = pair =>
      quotient(pair) === null ? "0 of 0" : `${nn.number(100 * quotient(pair), 1)}%`;

    function draw() {
      const t = state.threshold, c = count(data, t), now = shares(c);
      const sums = {
        P: c.TP + c.FN, N: c.FP + c.TN, called: c.TP + c.FP, not: c.FN + c.TN, all: scores.length,
      };
      for (const name of ["TP", "FN", "FP", "TN"]) cells[name].textContent = `${name} ${c[name]}`;
      for (const [name, value] of Object.entries(sums)) cells[name].textContent = value;
      LINES.forEach(([name], k) =>
        marks[k].set(quotient(now[name]) === null ? [] : [[t, quotient(now[name])]]),
      );
      rule.set([[t, 0], [t, 1]]);
      grip.set(t, 0);
      here.set([[1 - quotient(now.specificity), quotient(now.recall)]]);
      const sure = quotient(now.precision);
      there.set(sure === null ? [] : [[quotient(now.recall), sure]]);
      facts.set([
        ...["precision", "recall", "specificity", "f1", "accuracy"].map(name => percent(now[name])),
        area.toFixed(3), average.toFixed(3),
      ]);
      live.set(`Threshold ${t.toFixed(3)}: ${c.TP} of ${sums.P} ${positive} are found, `
        + `and ${c.FP} of ${sums.N} ${negative} are called ${positive}.`);
      left.describe(
        `Precision, recall, specificity and F1 against the threshold. At ${t.toFixed(3)}: ` +
          LINES.map(([name, , , , words]) => `${words} ${percent(now[name])}`).join(", "),
      );
      right.describe(
        `ROC curve with area ${area.toFixed(3)}. At threshold ${t.toFixed(3)} recall is ` +
          `${percent(now.recall)}, ` +
          `and ${nn.number(100 * (1 - quotient(now.specificity)), 1)}% of ${negative} are called ` +
          `${positive}.`,
      );
      third.describe(
        `Precision-recall curve with average precision ${average.toFixed(3)}. At threshold ` +
          `${t.toFixed(3)} recall is ${percent(now.recall)}, and precision is ` +
          `${percent(now.precision)}.`,
      );
    }
    const redraw = nn.frame(draw);
    const slider = nn.slider({
      label: "threshold", min: 0, max: 1, step: 0.005, value: threshold,
      show: v => v.toFixed(3),
      move: v => {
        state.threshold = v;
        redraw();
      },
    });
    const go = t => { state.threshold = t; slider.set(t); redraw(); };
    // The foot of the upright line is dragged.
    const grip = nn.point({
      on: left, at: [threshold, 0], label: "threshold in the plot", colour: "ink", step: 0.005,
      snap: 0.005,
      fit: ([x]) => [x, 0],
      show: x => x.toFixed(3),
      move: go,
    });
    const best = at.reduce(
      (b, t, k) => ((quotient(all[k].f1) ?? 0) > (quotient(all[b].f1) ?? 0) ? k : b),
      0,
    );
    const buttons = nn.bar(
      nn.button("0.5", () => go(0.5)),
      nn.button("largest F1", () => go(at[best])),
      nn.button("no positives", () => go(1)),
    );
    element.replaceChildren(
      slider.node, buttons, live.node,
      nn.columns(
        html("div", {}, key, left.node),
        nn.tuck(element, "ROC and precision-recall curves", curve.node, right.node, third.node),
      ),
      nn.tuck(element, "Confusion matrix and rates", nn.columns(table, facts.node)),
    );
    draw();
  }, "scores", "truth", "threshold", "positive", "negative");
})();
