// The kind of question that is answered by putting steps in order: by buttons, arrow keys, or by
// dragging with mouse, pen or finger.
nn.kinds.order = (() => {
  const {heard, rich} = nn.ask;

  // How many steps from the top agree with one of the right orders.
  const agreed = (given, order) => {
    const k = given.findIndex((step, j) => step !== order[j]);
    return k < 0 ? given.length : k;
  };

  function judge({steps, orders, why}, given) {
    const whole = Array.isArray(given) && given.length === steps.length &&
      steps.every((_, k) => given.includes(k));
    if (!whole) return null;
    const good = Math.max(...orders.map(order => agreed(given, order)));
    if (good === steps.length) return {right: true, say: why};
    const {text, reason} = steps[given[good]];
    const before = good === 0 ? "The first step cannot be"
      : good === 1 ? "The first step is correct. The second cannot be"
        : `The first ${good} steps are correct. The next cannot be`;
    return {right: false, say: `${before} “${text}”: ${reason}`, at: good};
  }

  // One step of the list: a grip to drag by, its text, two buttons.
  function item(step, k, shift) {
    const grip = nn.html("span", {class: "nn-grip", "aria-hidden": "true"});
    const text = rich(step.text), name = heard(step.text);
    const move = (sign, by, word) => {
      const button = nn.button(sign, () => shift(node, by));
      button.setAttribute("aria-label", `${word} ${name}`);
      return button;
    };
    const node = nn.html("li", {class: "nn-step", "data-step": k}, grip,
      nn.html("span", {class: "nn-mark", "aria-hidden": "true"}), text,
      nn.html("span", {class: "nn-moves"}, move("↑", -1, "Move up:"), move("↓", 1, "Move down:")));
    node.addEventListener("keydown", event => {
      const by = {ArrowUp: -1, ArrowDown: 1}[event.key];
      if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      shift(node, by);
    });
    return {node, grip};
  }

  // The grip follows the pointer: its neighbours move aside, and it never leaves the page, so that
  // it keeps the pointer. The list has no gaps between the steps.
  function follow({node, grip}, done) {
    grip.addEventListener("touchstart", event => event.preventDefault(), {passive: false});
    grip.addEventListener("pointerdown", event => {
      grip.setPointerCapture(event.pointerId);
      node.classList.add("nn-held");
      event.preventDefault();
    });
    grip.addEventListener("pointermove", event => {
      if (!grip.hasPointerCapture(event.pointerId)) return;
      const beyond = (one, sign) => {
        const box = one.getBoundingClientRect();
        return sign * (event.clientY - (box.top + box.bottom) / 2) > 0;
      };
      const above = node.previousElementSibling, below = node.nextElementSibling;
      if (above && beyond(above, -1)) node.after(above);
      else if (below && beyond(below, 1)) node.before(below);
    });
    grip.addEventListener("lostpointercapture", () => {
      node.classList.remove("nn-held");
      done(node);
    });
  }

  function build({steps, start}, submit, title) {
    const said = nn.html("p", {class: "nn-hidden", role: "status"});
    const list = nn.html("ol", {class: "nn-steps", "aria-labelledby": title});
    const items = steps.map((step, k) => item(step, k, shift));
    const rows = () => [...list.children];
    const given = () => rows().map(row => +row.dataset.step);

    function tell(node) {
      const k = rows().indexOf(node) + 1;
      said.textContent = `Now step ${k} of ${steps.length}.`;
      marks(-1);
    }

    function shift(node, by) {
      const other = by < 0 ? node.previousElementSibling : node.nextElementSibling;
      if (other) (by < 0 ? node.after(other) : node.before(other));  // the focus stays
      tell(node);
    }

    function marks(at, right = false) {
      rows().forEach((row, k) => {
        const sign = right || (at >= 0 && k < at) ? "✓" : k === at ? "✗" : "";
        row.querySelector(".nn-mark").textContent = sign;
        row.classList.toggle("nn-yes", sign === "✓");
        row.classList.toggle("nn-no", sign === "✗");
      });
    }

    const put = order => list.replaceChildren(...order.map(k => items[k].node));
    items.forEach(one => follow(one, tell));
    put(start);
    return {
      node: nn.html("div", {}, list, nn.button("Check the order", () => submit(given())), said),
      first: items[start[0]].node.querySelector("button"),
      set(order, verdict) {
        if (order === null) put(start);
        else if (order.join() !== given().join()) put(order);
        said.textContent = "";
        marks(verdict?.at ?? -1, verdict?.right);
      },
    };
  }

  return {judge, build};
})();
