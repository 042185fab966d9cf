// <nn-steps>: the steps of an algorithm, one at a time. They stand in the page as a list with
// their formulas, which the page's MathJax sets; without this script the list is the figure.
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
    nn-steps button[aria-disabled=true] { border-style: dashed; cursor: default; }
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
    let shown = 0;

    const live = nn.html("p", {class: "nn-live", role: "status"});
    const box = nn.html("div", {class: "nn-walk", tabindex: 0, role: "group", "aria-label": "Steps; arrow keys step"});
    const slider = nn.slider({
      label: "step", min: 1, max: items.length, step: 1, value: 1,
      show: v => `${v}/${items.length}`, move: v => go(v - 1),
    });
    const back = nn.button("◀ back", () => go(shown - 1));
    const on = nn.button("step ▶", () => go(shown + 1));
    const all = nn.button("all steps", () => unfold(!list.classList.contains("nn-all")));

    function go(step) {
      unfold(false);
      shown = Math.max(0, Math.min(items.length - 1, step));
      items.forEach((item, k) => item.classList.toggle("nn-now", k === shown));
      slider.set(shown + 1);
      back.setAttribute("aria-disabled", shown === 0);  // a disabled button loses the focus
      on.setAttribute("aria-disabled", shown === items.length - 1);
      live.textContent = `Step ${shown + 1} of ${items.length}: ${items[shown].querySelector("p").textContent}`;
    }

    function unfold(open) {
      list.classList.toggle("nn-all", open);
      all.setAttribute("aria-pressed", open);
    }

    box.addEventListener("keydown", event => {
      const move = {ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity}[event.key];
      if (move === undefined) return;
      event.preventDefault();
      go(shown + move);
    });
    box.append(list);
    element.replaceChildren(live, box, slider.node, nn.html("div", {class: "nn-bar"}, back, on, all));
    go(0);
  }

  nn.define("steps", build);
})();
