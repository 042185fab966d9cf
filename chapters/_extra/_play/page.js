// On every page: open the folds around the place that an address names, name the theme's own
// folds and copy buttons, show formulas as text where MathJax cannot be had, print in light.
(() => {
  const root = document.documentElement;
  let theme = null;

  function unfold() {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folds = [];
    for (let node = place; node; node = node.parentElement) {
      if (node.tagName === "DETAILS" && !node.open) folds.push(node);
    }
    folds.forEach(fold => { fold.open = true; });
    if (folds.length) place.scrollIntoView();
  }

  function nameFolds() {
    for (const summary of document.querySelectorAll(".bd-sidebar summary")) {
      const page = summary.parentElement.parentElement.querySelector("a");
      summary.setAttribute("aria-label", `Pages below ${page ? page.textContent.trim() : "this"}`);
    }
  }

  // A copy button says by a tooltip only that it has copied; here a screen reader hears it.
  function nameCopyButtons() {
    const buttons = document.querySelectorAll("button.copybtn");
    if (!buttons.length) return;
    const status = document.createElement("p");
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    document.body.append(status);
    const told = new MutationObserver(changes => changes.forEach(({target}) => {
      if (target.classList.contains("success")) status.textContent = "Copied";
      else if (!document.querySelector("button.copybtn.success")) status.textContent = "";
    }));
    for (const button of buttons) {
      button.setAttribute("aria-label", "Copy this code");
      told.observe(button, {attributes: true, attributeFilter: ["class"]});
    }
  }

  // Wide formulas scroll inside themselves: by keyboard they must be reached first.
  function reachFormulas() {
    for (const formula of document.querySelectorAll(".bd-article div.math")) {
      if (formula.scrollWidth > formula.clientWidth + 1) formula.tabIndex = 0;
      else formula.removeAttribute("tabindex");
    }
  }

  function plainFormulas() {
    if (!window.MathJax?.startup) root.classList.add("nn-plain");
    else MathJax.startup.promise.then(reachFormulas);
  }

  addEventListener("DOMContentLoaded", nameFolds);
  addEventListener("load", unfold);
  addEventListener("load", nameCopyButtons);
  addEventListener("load", plainFormulas);
  addEventListener("resize", reachFormulas);
  addEventListener("hashchange", unfold);
  addEventListener("beforeprint", () => {
    theme = root.dataset.theme;
    root.dataset.theme = "light";
  });
  addEventListener("afterprint", () => { root.dataset.theme = theme; });
})();
