// On every page: open the folds around the place that an address names, name the theme's own
// folds and buttons, let wide formulas be reached, print in light.
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

  // A line that is heard and not seen.
  function speaker() {
    const status = document.createElement("p");
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    document.body.append(status);
    return status;
  }

  // A copy button says by a tooltip only that it has copied; here a screen reader hears it.
  function nameCopyButtons() {
    const buttons = document.querySelectorAll("button.copybtn");
    if (!buttons.length) return;
    const status = speaker();
    const told = new MutationObserver(changes => changes.forEach(({target}) => {
      if (target.classList.contains("success")) status.textContent = "Copied";
      else if (!document.querySelector("button.copybtn.success")) status.textContent = "";
    }));
    for (const button of buttons) {
      button.setAttribute("aria-label", "Copy this code");
      told.observe(button, {attributes: true, attributeFilter: ["class"]});
    }
  }

  // The button for light and dark says which it is, to the eye in its tooltip.
  function nameTheme() {
    const WORDS = {light: "light", dark: "dark", auto: "as your system has them"};
    const status = speaker();
    function name(spoken) {
      const words = `Colours: ${WORDS[root.dataset.mode] ?? WORDS.auto}`;
      for (const button of document.querySelectorAll(".theme-switch-button")) {
        button.setAttribute("aria-label", words);
        window.bootstrap?.Tooltip.getInstance(button)?.setContent({".tooltip-inner": words});
      }
      if (spoken) status.textContent = words;
    }
    name(false);
    new MutationObserver(() => name(true)).observe(root, {attributes: true, attributeFilter: ["data-mode"]});
  }

  // Wide formulas scroll inside themselves: by keyboard they must be reached first.
  function reachFormulas() {
    for (const formula of document.querySelectorAll(".bd-article div.math")) {
      if (formula.scrollWidth > formula.clientWidth + 1) formula.tabIndex = 0;
      else formula.removeAttribute("tabindex");
    }
  }

  addEventListener("DOMContentLoaded", nameFolds);
  addEventListener("load", unfold);
  addEventListener("load", nameCopyButtons);
  addEventListener("load", nameTheme);
  addEventListener("load", reachFormulas);
  addEventListener("resize", reachFormulas);
  addEventListener("hashchange", unfold);
  addEventListener("beforeprint", () => {
    theme = root.dataset.theme;
    root.dataset.theme = "light";
  });
  addEventListener("afterprint", () => { root.dataset.theme = theme; });
})();
