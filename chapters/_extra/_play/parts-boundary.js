// The line w · x + b = 0 of a linear unit in its plane, with two handles: one moves the line, the
// tip of the arrow turns it and changes the length of w. The arrow points to where w · x + b grows.
// needs: parts-plot
(() => {
  const LONG = 0.05;  // of the arrow for each unit of w, as a fraction of half the plane
  const tenth = v => Math.round(10 * v) / 10;

  // Two places where w · x + b = 0, far beyond the frame; none if w is 0.
  function zeros(w, b) {
    const length = Math.hypot(...w);
    if (length < 1e-9) return [];
    const foot = w.map(v => -v * b / length ** 2);
    const along = [-w[1] / length, w[0] / length];
    return [-40, 40].map(t => [foot[0] + t * along[0], foot[1] + t * along[1]]);
  }

  // label: of the unit; name(): written at the line; at: where the handle starts; get(): {w, b};
  // put(w, b) is called after changes. Without dash only the handles are drawn. set(shown) draws
  // again.
  function boundary({on, colour, dash = null, name, label, at, get, put}) {
    const line = dash ? on.line({colour, dash, width: 2.4}) : null;
    const arrow = on.arrow({colour, head: 9});
    const size = () => LONG * (on.x[1] - on.x[0]) / 2;
    let foot = at;
    const describe = () => {
      const {w, b} = get();
      return `weights ${w.map(v => nn.number(v, 1)).join(" and ")}, bias ${nn.number(b, 1)}`;
    };
    const through = w => put(w.map(tenth), tenth(-w[0] * foot[0] - w[1] * foot[1]));
    const knob = nn.point({
      on, at, colour, step: 0.05, label: `Line of ${label}, to move`, show: describe,
      move: (p, q) => {
        foot = [p, q];
        through(get().w);
      },
    });
    const tip = nn.point({
      on, at, colour, shape: "diamond", step: 0.5 * LONG,
      label: `Weights of ${label}, to turn its line`,
      show: describe,
      move: (p, q) => through([(p - foot[0]) / size(), (q - foot[1]) / size()].map(tenth)),
    });
    tip.node.querySelector(".nn-knob").setAttribute("d", `M0 0${nn.SHAPES.diamond(5)}`);

    function set(shown) {
      const {w, b} = get();
      const long = Math.hypot(...w);
      // The bias is rounded, so the knob stays if the line misses it by no more than that.
      const off = long > 1e-9 ? (w[0] * foot[0] + w[1] * foot[1] + b) / long : 0;
      if (Math.abs(off) * long > 0.06) foot = foot.map((v, i) => v - w[i] * off / long);
      line?.set(zeros(w, b));
      knob.set(...foot);
      tip.set(...foot.map((v, i) => v + size() * w[i]));
      arrow.set(shown && long > 1e-9 ? [knob.at, tip.at] : null);
      knob.node.querySelector("text").textContent = name();
      for (const {node} of [knob, tip]) node.style.display = shown ? "" : "none";
    }
    return {set};
  }

  Object.assign(nn, {boundary});
})();
