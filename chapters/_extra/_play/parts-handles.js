// What a reader drags in a drawing: points of the plane, and handles that are sliders. Both answer
// to mouse, touch, pen and keys, and a screen reader speaks their positions.
// needs: parts-marks
(() => {
  // A handle on a plane or plot (on), moved by mouse, touch, pen or arrow keys (shift: 5 steps).
  // at: [x, y]; snap: a drag moves to multiples of it; fit([x, y]): the nearest allowed place;
  // times: on a log axis, a key multiplies y by it; show(x, y): what is spoken; move(x, y) is called after changes, press(x, y) after Enter and
  // space; name: drawn next to the handle.
  function point({
    on, at, label, name = "", step = 0.1, snap = 0, times = 0,
    fit = p => p,
    show = (x, y) => `${nn.number(x)}, ${nn.number(y)}`,
    move,
    press,
    colour = "a",
    shape = "circle",
  }) {
    const words = nn.text(12, -10, name, {class: "nn-name"});
    const tidy = v => +v.toFixed(9);  // readers see 0.1 + 0.2 as 0.3
    const node = nn.svg(
      "g",
      {
        class: "nn-point", style: nn.ink(colour), tabindex: 0, role: "slider", "aria-label": label,
        "aria-roledescription": "point", "aria-valuemin": Math.min(...on.x),
        "aria-valuemax": Math.max(...on.x),
      },
      nn.svg("circle", {r: 22, class: "nn-hit"}),
      nn.svg("path", {d: `M0 0${nn.SHAPES[shape](7)}`, class: "nn-knob"}),
      words,
    );
    let spot;
    let grip = [0, 0];
    const round = v => (snap ? Math.round(v / snap) * snap : v);
    function place(x, y) {
      spot = fit([nn.clamp(x, ...on.x), nn.clamp(y, ...on.y)]);
      const [px, py] = on.to(...spot);
      node.setAttribute("transform", `translate(${px} ${py})`);
      node.setAttribute("aria-valuenow", +spot[0].toFixed(9));
      node.setAttribute("aria-valuetext", show(...spot));
    }
    const shift = (x, y) => {
      place(x, y);
      move(...spot);
    };
    nn.drag(node, on.svg, (px, py, first) => {
      const [x, y] = on.to(...spot);
      if (first) grip = [px - x, py - y];
      else shift(...on.from(px - grip[0], py - grip[1]).map(round));
    });
    nn.keys(node, (right, up, large) => {
      const n = large ? 5 : 1;
      shift(tidy(spot[0] + right * n * step),
        times ? spot[1] * times ** (up * n) : tidy(spot[1] + up * n * step));
    });
    if (press) {
      node.addEventListener("keydown", event => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        press(...spot);
      });
    }
    place(...at);
    on.redo(() => place(...spot));
    on.over.append(node);
    on.svg.setAttribute("role", "group");  // an image would hide the handle from a screen reader
    return {
      node, set: place,
      get at() { return spot; },
    };
  }

  // A slider in a drawing: a group of nodes moved by mouse, touch, pen, arrow keys (shift: 5
  // steps), page up and down (10) and home and end. read(x, y): the value at a position in the
  // drawing; a drag preserves the distance from the pointer at its start. show(value) is what is
  // spoken; move(value) is called after changes. min and max may be changed later by limit(min,
  // max).
  function handle(
    {drawing, label, min, max, step, value, read, show = v => nn.number(v), move},
    ...nodes
  ) {
    const node = nn.svg(
      "g",
      {class: "nn-handle", tabindex: 0, role: "slider", "aria-label": label},
      ...nodes,
    );
    let now = value;
    let offset = 0;
    function set(v) {
      now = nn.clamp(v, min, max);
      node.setAttribute("aria-valuenow", +now.toFixed(9));
      node.setAttribute("aria-valuetext", show(now));
    }
    function limit(low, high) {
      [min, max] = [low, high];
      node.setAttribute("aria-valuemin", +min.toFixed(9));
      node.setAttribute("aria-valuemax", +max.toFixed(9));
      set(now);
    }
    function shift(v) {
      const before = now;
      set(+v.toFixed(9));
      if (now !== before) move(now);
    }
    nn.drag(node, drawing, (x, y, first) => {
      const there = read(x, y);
      if (first) offset = there - now;
      else shift(Math.round((there - offset) / step) * step);
    });
    nn.keys(node, (right, up, large) => shift(now + (right + up) * (large ? 5 : 1) * step));
    node.addEventListener("keydown", event => {
      const targets = {Home: min, End: max, PageUp: now + 10 * step, PageDown: now - 10 * step};
      const to = targets[event.key];
      if (to === undefined) return;
      event.preventDefault();
      shift(to);
    });
    limit(min, max);
    drawing.setAttribute("role", "group");  // an image would hide the handle from a screen reader
    return {
      node, set, limit,
      get at() { return now; },
    };
  }

  Object.assign(nn, {handle, point});
})();
