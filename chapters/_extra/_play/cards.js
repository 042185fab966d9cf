// Cards: a closer look at a term, a source, an equation or a figure, next to the link.
// A link stays a link; its card opens on hover, focus or the first tap, stays while the pointer is
// on link or card, and closes on Escape (WCAG 1.4.13). Terms come from the page's own data, the
// rest is a copy of what the link leads to on this page. The Tab key skips terms in the text;
// keyboard users find all of them, with their cards, in a fold at the end of the page.
(() => {
  const LATER = 250, KINDS = ".citation, figure, div.math, .math-wrapper";
  const data = document.getElementById("nn-cards");
  const terms = data ? JSON.parse(data.textContent) : {};
  const card = document.createElement("div");
  card.className = "nn-card";
  card.id = "nn-card";
  card.hidden = true;
  let link = null, timer = 0, touched = false;

  function make(tag, attributes, ...children) {
    const node = Object.assign(document.createElement(tag), attributes);
    node.append(...children);
    return node;
  }

  function term(id, href) {
    const [name, definition, page, place] = terms[id];
    const text = make("p", {innerHTML: definition});
    const links = make("p", {className: "nn-card-links"}, make("a", {href}, "Glossary"));
    if (place) links.append(" · ", make("a", {href: place}, `Explained in “${page}”`));
    else if (page) links.append(` · will be explained in “${page}”`);
    return [make("p", {}, make("strong", {}, name)), text, links];
  }

  // What a link leads to on this page, if it is something that fits a card.
  function target(node) {
    const href = node.getAttribute("href");
    const place =
      href.startsWith("#") && document.getElementById(decodeURIComponent(href.slice(1)));
    return place
      ? place.matches(KINDS)
        ? place
        : place.querySelector(":scope > figure, :scope > .katex-display") && place
      : null;
  }

  function copy(place, href) {
    const body = place.cloneNode(true);
    body
      .querySelectorAll("script, .headerlink, .label, .backrefs, button")
      .forEach(n => n.remove());
    [body, ...body.querySelectorAll("[id]")].forEach(n => n.removeAttribute("id"));
    if (body.querySelector(".nn-play, svg")) {
      body.querySelectorAll("[tabindex]").forEach(n => n.removeAttribute("tabindex"));
    }
    return [body, make("p", {className: "nn-card-links"}, make("a", {href}, "Go there"))];
  }

  const named = link => decodeURIComponent(link.hash.slice(1));

  function content(node) {
    const id = named(node);
    if (node.classList.contains("nn-term")) return terms[id] ? term(id, node.href) : null;
    const place = target(node);
    return place ? copy(place, node.getAttribute("href")) : null;
  }

  // Below the link if there is room, otherwise above it; never outside the window.
  function put() {
    if (!link) return;
    const lines = [...link.getClientRects()], gap = 6, edge = 8;  // a link may span two lines
    const first = lines[0] ?? link.getBoundingClientRect(), last = lines.at(-1) ?? first;
    const width = document.documentElement.clientWidth, height = innerHeight;
    card.style.maxHeight = `${height - 2 * edge}px`;
    const own = card.getBoundingClientRect();
    const below = last.bottom + gap, above = first.top - gap - own.height;
    const under = below + own.height <= height - edge || above < edge, top = under ? below : above;
    const left = Math.max(edge, Math.min((under ? last : first).left, width - own.width - edge));
    card.style.left = `${left}px`;
    card.style.top = `${Math.max(edge, Math.min(top, height - own.height - edge))}px`;
  }

  function open(node) {
    clearTimeout(timer);
    if (link === node) return;
    const parts = content(node);
    if (!parts) return;
    close();
    link = node;
    card.replaceChildren(...parts);
    link.after(card);  // the next stop of Tab
    card.hidden = false;
    link.setAttribute("aria-describedby", card.id);
    put();
  }

  function close() {
    clearTimeout(timer);
    if (!link) return;
    link.removeAttribute("aria-describedby");
    link = null;
    card.hidden = true;
    card.remove();
  }

  const later = (what, node) => { clearTimeout(timer); timer = setTimeout(what, LATER, node); };
  const near = node => node && (card.contains(node) || node === link || link?.contains(node));

  function watch(node) {
    node.addEventListener("pointerenter", event => {
      if (event.pointerType === "mouse") later(open, node);
    });
    node.addEventListener("pointerleave", event => {
      if (event.pointerType === "mouse") later(close);
    });
    node.addEventListener("pointerdown", event => { touched = event.pointerType !== "mouse"; });
    node.addEventListener("focus", () => { if (!touched) open(node); });
    node.addEventListener("click", event => {
      const first = touched && link !== node;
      touched = false;
      if (!first) return close();
      open(node);
      if (link === node) event.preventDefault();
    });
  }

  card.addEventListener("pointerenter", () => clearTimeout(timer));
  card.addEventListener("pointerleave", event => {
    if (event.pointerType === "mouse") later(close);
  });
  document.addEventListener("focusout", event => {
    if (link && !near(event.relatedTarget) && near(event.target)) later(close);
  });
  card.addEventListener("focusin", () => clearTimeout(timer));
  document.addEventListener("pointerdown", event => { if (link && !near(event.target)) close(); });
  addEventListener("keydown", event => {
    if (event.key !== "Escape" || !link) return;
    if (card.contains(document.activeElement)) link.focus({preventScroll: true});
    close();
    event.stopPropagation();
  }, true);
  addEventListener("scroll", put, {passive: true, capture: true});
  addEventListener("resize", put);

  // The fold is filled when it is opened for the first time.
  function fold(nodes) {
    if (!nodes.length) return;
    nodes.forEach(node => { node.tabIndex = -1; });
    const entry = node => make("li", {}, ...term(named(node), node.href));
    const list = make("ul", {});
    const title = make("summary", {}, `Terms on this page (${nodes.length})`);
    const whole = make("details", {className: "nn-terms"}, title, list);
    whole.addEventListener("toggle", () => list.append(...nodes.map(entry)), {once: true});
    nodes[0].closest("article").append(whole);
  }

  function start() {
    fold([...document.querySelectorAll("main a.nn-term")].filter(node => terms[named(node)]));
    for (const node of document.querySelectorAll(
      "main a.nn-term, main a.reference.internal[href^='#']",
    )) {
      if (node.classList.contains("nn-term") || target(node)) watch(node);
    }
  }
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();
