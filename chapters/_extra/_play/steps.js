// <nn-steps>: the steps of an algorithm, all below each other or one at a time. They are in the
// page as a list with their formulas; without this script the list is the figure.
// needs: parts-time
(() => {
  const LONG = 20;  // steps: a longer list begins with one at a time
  const STYLE = `
    nn-steps ol { list-style: decimal; margin: 0; padding: 0 0 0 1.6rem; }
    nn-steps ol > li { min-width: 0; margin: 0 0 .8rem; }
    nn-steps ol.nn-one { display: grid; list-style: none; padding: 0; }
    nn-steps ol.nn-one > li { grid-area: 1 / 1; margin: 0; visibility: hidden; }
    nn-steps ol.nn-one > li.nn-now { visibility: visible; }
    nn-steps ol.nn-one > li > p { display: none; }
    nn-steps li .math { overflow-x: auto; overflow-y: hidden; text-align: center; }
    nn-steps .nn-live { min-height: 3em; margin: 0; }
    @media (max-width: 600px) { nn-steps .nn-live { min-height: 4.6em; } }
    nn-steps .nn-walk { border-radius: 4px; padding: .3rem; }
    @media print {
      nn-steps ol.nn-one { display: block; list-style: decimal; padding-left: 1.6rem; }
      nn-steps ol.nn-one > li { visibility: visible; margin-bottom: .8rem; }
      nn-steps ol.nn-one > li > p { display: block; }
      nn-steps :is(.nn-bar, .nn-slider, .nn-live) { display: none; }
    }`;

  function build(element) {
    nn.style("steps", STYLE);
    // The list stays where it is: moving its formulas would cost another layout.
    const box = element.querySelector(".nn-walk");
    const list = box.firstChild;
    const items = [...list.children];
    const live = nn.live();
    const stepper = nn.stepper({first: 1, last: items.length, at: 1, run: false, go});
    const mode = nn.button("", () => stepper.node.hidden ? go(stepper.at) : show(false));

    function go(step) {
      show(true);
      items.forEach((item, k) => item.classList.toggle("nn-now", k === step - 1));
      live.set(
        `Step ${step} of ${items.length}: ${items[step - 1].querySelector("p").textContent}`,
      );
    }

    function show(one) {
      list.classList.toggle("nn-one", one);
      mode.textContent = one ? `all ${items.length} steps` : "one at a time";
      for (const part of [stepper.node, live.node]) part.hidden = !one;
      for (const [name, value] of Object.entries({
        tabindex: 0, role: "group", "aria-label": "Steps. The arrow keys move between steps.",
      })) {
        if (one) box.setAttribute(name, value);
        else box.removeAttribute(name);
      }
    }

    // The arrow keys step; in a formula that is wider than its place they scroll.
    box.addEventListener("keydown", event => {
      if (event.target !== box) event.stopImmediatePropagation();
    });
    stepper.keys(box);
    element.prepend(nn.bar(mode), stepper.node, live.node);
    if (items.length > LONG) go(1);
    else show(false);
  }

  nn.define("steps", build);
})();
