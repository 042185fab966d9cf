// A cloud of points of two or more kinds on a plot, which a reader changes: by dragging a point,
// by a tap that adds one or, with the brush "remove", takes one away, or by the keyboard.
// needs: parts-plot
(() => {
  const NEAR = {touch: 0.35, mouse: 0.2};  // how near a point is grasped, in units of the plot

  // looks: colour and shape of each kind; names: of the kinds; reach: coordinates are between
  // −reach and reach; moved() is called after every change; redraw() draws again. The points are
  // [[x, y, kind], …]. set(points) takes others; draw(wrong) marks those that are misclassified.
  function cloud({on, looks, names, reach, moved, redraw}) {
    const REMOVE = looks.length;  // the brush after the brushes of all kinds
    const drawing = on.svg;
    const dots = looks.map(look => on.dots(look));
    const crosses = on.dots({colour: "ink", shape: "cross", r: 5});
    const inside = v => nn.clamp(v, -reach, reach);
    let points = [];
    let chosen = 0;
    let brush = 0;

    // ---- changes
    function put(k, x, y) {
      chosen = k;
      points[k] = [inside(x), inside(y), points[k][2]];
      moved();
    }
    function add(x, y) {
      points.push([x, y, brush]);
      put(points.length - 1, x, y);
    }
    function remove(k) {
      if (points.length < 3) return;
      points.splice(k, 1);
      chosen = Math.min(k, points.length - 1);
      moved();
    }

    // ---- by keyboard: one point is chosen
    const hand = nn.point({
      on, at: [0, 0],
      label:
        "A data point: the arrow keys move it, Page Up and Page Down choose another one, Enter " +
        "adds one, Delete removes it",
      show: (x, y) =>
        `point ${chosen + 1} of ${points.length}, ${names[points[chosen]?.[2]]}, at ` +
        `${nn.number(x)}, ${nn.number(y)}`,
      move: (x, y) => put(chosen, x, y),
      press: (x, y) => add(inside(x + 0.3), y),
    });
    hand.node.addEventListener("keydown", event => {
      const way = {PageUp: 1, PageDown: -1}[event.key];
      if (way) chosen = (chosen + way + points.length) % points.length;
      else if (event.key === "Delete" || event.key === "Backspace") remove(chosen);
      else return;
      event.preventDefault();
      redraw();
    });

    // ---- by pointer: a press on a point takes it, one on an empty place adds one; a finger
    // elsewhere scrolls the page.
    let held = -1;  // the point under the pointer
    let began = null;  // where the pointer went down
    const from = pointer => {
      const {x, y} = nn.place(pointer, drawing);
      return on.from(x, y);
    };
    const nearest = ([x, y], room) => {
      const far = points.map(p => Math.hypot(p[0] - x, p[1] - y));
      const k = far.indexOf(Math.min(...far));
      return far[k] < room ? k : -1;
    };
    const travelled = event => Math.hypot(event.clientX - began.x, event.clientY - began.y);
    function release() {
      held = -1;
      began = null;
    }
    drawing.addEventListener("touchstart", event => {
      if (nearest(from(event.touches[0]), NEAR.touch) >= 0) event.preventDefault();
    }, {passive: false});
    drawing.addEventListener("pointerdown", event => {
      if (event.button) return;
      event.stopPropagation();  // the keyboard's cursor is on one of the points
      held = nearest(from(event), event.pointerType === "touch" ? NEAR.touch : NEAR.mouse);
      began = {x: event.clientX, y: event.clientY};
      if (held < 0) return;
      event.preventDefault();
      drawing.setPointerCapture(event.pointerId);
      chosen = held;
      hand.node.focus({preventScroll: true});
      redraw();
    }, true);
    drawing.addEventListener("pointermove", event => {
      if (held >= 0 && brush !== REMOVE && travelled(event) > 2) put(held, ...from(event));
    });
    drawing.addEventListener("pointerup", event => {
      const tap = began && travelled(event) < 6;
      const [x, y] = from(event);
      const within = Math.max(Math.abs(x), Math.abs(y)) <= reach;
      if (tap && brush === REMOVE && held >= 0) remove(held);
      else if (tap && brush !== REMOVE && held < 0 && within) add(x, y);
      release();
    });
    drawing.addEventListener("pointercancel", release);

    // ---- taps
    const brushes = nn.buttons({
      label: "A tap on the plane", options: [...names, "remove"], chosen: 0,
      press: k => { brush = k; },
    });
    looks.forEach((look, k) => {
      brushes.node.children[k].prepend(nn.dotSign({...look, size: 16}), " ");
    });
    brushes.node.classList.add("nn-brush");
    brushes.node.prepend(nn.html("span", {}, "Add"));

    return {
      node: brushes.node,
      get points() { return points; },
      set(next) {
        points = next.map(point => [...point]);
        chosen = 0;
      },
      draw(wrong) {
        dots.forEach((group, kind) => group.set(points.filter(point => point[2] === kind)));
        crosses.set(wrong);
        hand.set(...points[chosen].slice(0, 2));
      },
    };
  }

  Object.assign(nn, {cloud});
})();
