// <nn-steps>: the steps of an algorithm, one at a time. They stand in the page as a list with
// their formulas; without this script the list is the figure.
// needs: parts-time
(() => {
  const STYLE = `
    nn-steps ol { display: grid; list-style: none; margin: 0; padding: 0; }
    nn-steps ol > li { grid-area: 1 / 1; min-width: 0; margin: 0; visibility: hidden; }
    nn-steps ol > li.nn-now { visibility: visible; }
    nn-steps ol:not(.nn-all) > li > p { display: none; }
    nn-steps li .math { overflow-x: auto; overflow-y: hidden; text-align: center; }
    nn-steps ol.nn-all { display: block; list-style: decimal; padding-left: 1.6rem; }
    nn-steps ol.nn-all > li { visibility: visible; margin: 0 0 .8rem; }
    nn-steps .nn-live { min-height: 3em; margin: 0; }
    @media (max-width: 600px) { nn-steps .nn-live { min-height: 4.6em; } }
    nn-steps .nn-walk { border-radius: 4px; padding: .3rem; }
    @media print {
      nn-steps ol { display: block; list-style: decimal; padding-left: 1.6rem; }
      nn-steps ol > li { visibility: visible; }
      nn-steps ol:not(.nn-all) > li > p { display: block; }
      nn-steps :is(.nn-bar, .nn-slider, .nn-live) { display: none; }
    }`;

  function build(element) {
    if (!document.getElementById("nn-steps-style")) {
      document.head.append(nn.html("style", {id: "nn-steps-style"}, STYLE));
    }
    const list = element.querySelector("ol"), items = [...list.children];
    const live = nn.live();
    const box = nn.html("div", {class: "nn-walk", tabindex: 0, role: "group", "aria-label": "Steps; arrow keys step"});
    const stepper = nn.stepper({first: 1, last: items.length, at: 1, run: false, go});
    const all = nn.button("all steps", () => unfold(!list.classList.contains("nn-all")));

    function go(step) {
      unfold(false);
      items.forEach((item, k) => item.classList.toggle("nn-now", k === step - 1));
      live.set(`Step ${step} of ${items.length}: ${items[step - 1].querySelector("p").textContent}`);
    }

    function unfold(open) {
      list.classList.toggle("nn-all", open);
      all.setAttribute("aria-pressed", open);
    }

    box.append(list);
    stepper.keys(box);
    stepper.bar.append(all);
    element.replaceChildren(live.node, box, stepper.node);
    go(1);
  }

  nn.define("steps", build);
})();
