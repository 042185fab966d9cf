// On every page: open the folds around the place that an address names, and print in light.
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

  addEventListener("load", unfold);
  addEventListener("hashchange", unfold);
  addEventListener("beforeprint", () => {
    theme = root.dataset.theme;
    root.dataset.theme = "light";
  });
  addEventListener("afterprint", () => { root.dataset.theme = theme; });
})();
