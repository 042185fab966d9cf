// On every page: open the folds around the place that an address names, name the theme's own
// folds, and print in light.
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

  addEventListener("DOMContentLoaded", nameFolds);
  addEventListener("load", unfold);
  addEventListener("hashchange", unfold);
  addEventListener("beforeprint", () => {
    theme = root.dataset.theme;
    root.dataset.theme = "light";
  });
  addEventListener("afterprint", () => { root.dataset.theme = theme; });
})();
