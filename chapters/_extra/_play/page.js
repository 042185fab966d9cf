// On every page: lay out the parts that come near, open folds and curtains around the target of a
// link, name the theme's folds and buttons, make wide parts reachable by keyboard, print in light.
(() => {
  const root = document.documentElement;
  let theme = null;

  // Parts out of sight wait (page.css) until they come near or the page has nothing else to do. A
  // jump within the page lays out all of them first, so that it ends at the correct place.
  function layOutParts() {
    const parts =
      ".bd-article :is(section > section, section > section > :is(.cell, p, .math), nn-steps li)";
    const near = part => part.firstElementChild?.checkVisibility({contentVisibilityAuto: true});
    const all = [...document.querySelectorAll(parts)];
    all.filter(near).forEach(part => part.classList.add("nn-laid-out"));  // one layout for all
    for (const part of all) {
      part.addEventListener("contentvisibilityautostatechange", event => {
        if (!event.skipped && event.target === part) part.classList.add("nn-laid-out");
      });
    }
    addEventListener("load", () => layOutRest(all));
    document.addEventListener("click", event => {
      const link = event.target.closest("a");
      if (link?.hash && link.pathname === location.pathname) root.classList.remove("nn-arriving");
    }, true);
  }

  // Lay out a few parts at a time, so that the length of the page is soon final and nothing blocks.
  function layOutRest(all) {
    const rest = all.filter(part => !part.classList.contains("nn-laid-out"));
    const later = window.requestIdleCallback ?? (work => setTimeout(work, 50));
    function work() {
      rest.splice(0, 4).forEach(part => part.classList.add("nn-laid-out"));
      if (rest.length) later(work);
    }
    later(work);
  }

  function unfold() {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folds = [];
    for (let node = place; node; node = node.parentElement) {
      if (node.matches("details:not([open])")) folds.push(() => { node.open = true; });
      if (node.matches(".toggle-hidden")) {
        folds.push(() => node.querySelector(".toggle-button").click());
      }
      if (node.matches(".nn-curtained") && !node.checkVisibility()) {
        folds.push(() => nn.curtain.open(node));
      }
    }
    folds.forEach(open => open());
    if (folds.length) place.scrollIntoView();
  }

  function nameFolds() {
    for (const summary of document.querySelectorAll(".bd-sidebar summary")) {
      const page = summary.parentElement.parentElement.querySelector("a");
      summary.setAttribute("aria-label", `Pages below ${page ? page.textContent.trim() : "this"}`);
    }
  }

  // A line for screen readers only.
  function speaker() {
    const status = document.createElement("p");
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    document.body.append(status);
    return status;
  }

  // The tooltip of a copy button reports its success; this status does so for screen readers.
  function nameCopyButtons() {
    const buttons = document.querySelectorAll("button.copybtn");
    if (!buttons.length) return;
    const status = speaker();
    const observer = new MutationObserver(changes => changes.forEach(({target}) => {
      if (target.classList.contains("success")) status.textContent = "Copied";
      else if (!document.querySelector("button.copybtn.success")) status.textContent = "";
    }));
    for (const button of buttons) {
      button.setAttribute("aria-label", "Copy this code");
      observer.observe(button, {attributes: true, attributeFilter: ["class"]});
    }
  }

  // Name the current colours in the button for light and dark, and in its tooltip.
  function nameTheme() {
    const WORDS = {light: "light", dark: "dark", auto: "same as your system"};
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
    new MutationObserver(() => name(true)).observe(root, {
      attributes: true, attributeFilter: ["data-mode"],
    });
  }

  // A formula that is slightly too wide for its column is scaled down to fit.
  const SMALLEST = 0.8, columns = new WeakMap();
  function fit(formula) {
    const column = formula.clientWidth;
    if (columns.get(formula) === column) return;
    columns.set(formula, column);
    formula.style.fontSize = "";
    const share = column / formula.scrollWidth;
    if (share < 1 && share >= SMALLEST) formula.style.fontSize = `${Math.floor(share * 100)}%`;
  }

  // A part that scrolls gets a tab stop if it doesn't fit. The observer runs after a layout, so it
  // causes none.
  function reachWide() {
    const wide =
      ".bd-article :is(div.math, pre, .cell_output > .output, .pst-scrollable-table-container)";
    const observer = new ResizeObserver(entries => {
      entries.forEach(({target}) => { if (target.matches("div.math")) fit(target); });
      const cut = entries.map(({target: t}) =>
        t.scrollWidth > t.clientWidth + 1 || t.scrollHeight > t.clientHeight + 1);
      entries.forEach(({target}, k) => {
        if (cut[k]) target.tabIndex = 0;
        else target.removeAttribute("tabindex");
      });
    });
    document.querySelectorAll(wide).forEach(place => observer.observe(place));
  }

  // Thumbnails, which draw figures a second time, are drawn when the page has nothing else to do.
  function rest() {
    (window.requestIdleCallback ?? setTimeout)(() => root.classList.add("nn-at-rest"));
  }

  addEventListener("DOMContentLoaded", nameFolds);
  addEventListener("load", unfold);
  addEventListener("load", nameCopyButtons);
  addEventListener("load", nameTheme);
  addEventListener("load", rest);
  addEventListener("DOMContentLoaded", layOutParts);
  addEventListener("DOMContentLoaded", reachWide);
  addEventListener("hashchange", unfold);
  addEventListener("beforeprint", () => {
    root.classList.remove("nn-arriving");
    theme = root.dataset.theme;
    root.dataset.theme = "light";
  });
  addEventListener("afterprint", () => { root.dataset.theme = theme; });
})();
