// On every page: show the current section in the head, and scroll the contents of the book and
// of the page to their current entries.
(() => {
  const line = document.querySelector(".nn-place-section");
  if (!line) return;
  const first = line.textContent;
  const sections = [
    ...document.querySelectorAll(".bd-article > section > section:has(> :is(h2, h3))"),
  ];
  const nameOf = section =>
    [...section.querySelector("h2, h3").childNodes]
      .filter(node => !node.classList?.contains("headerlink"))
      .map(node => node.textContent)
      .join("")
      .trim();
  const edge = () => parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) + 8;
  let waiting = false;

  // The last section that has begun above the edge. At the end of a page short sections never
  // come so high: there it is the one that the address names, if it is in sight, or the last.
  function current() {
    const {scrollHeight, clientHeight} = document.documentElement;
    const begun = sections.filter(
      section => !section.hidden && section.getBoundingClientRect().top <= edge(),
    );
    if (scrollY + clientHeight < scrollHeight - 2 || scrollY === 0) return begun.at(-1);
    const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const asked = sections.find(section => section.contains(named));
    return asked && asked.getBoundingClientRect().bottom > 0 ? asked : sections.at(-1);
  }

  function tell() {
    waiting = false;
    const section = current();
    const words = section
      ? `${sections.indexOf(section) + 1} of ${sections.length} · ${nameOf(section)}`
      : first;
    if (line.textContent !== words) line.textContent = words;
  }

  function later() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(tell);
  }

  // Scroll a list, and nothing else, so that an entry is visible.
  function show(list, entry) {
    if (!list || !entry) return;
    const {top, bottom} = entry.getBoundingClientRect(), frame = list.getBoundingClientRect();
    if (top < frame.top + 60 || bottom > frame.bottom - 20) {
      list.scrollTop += (top + bottom - frame.top - frame.bottom) / 2;
    }
  }

  // On a narrow window the contents are moved into a dialog when it opens; a link inside the
  // page closes it, and leads there.
  function followInDialog(side, chosen) {
    const dialog = document.getElementById(`pst-${side}-sidebar-modal`);
    document.querySelector(`.${side}-toggle`)?.addEventListener("click", () => {
      show(dialog, [...dialog.querySelectorAll(chosen)].pop());
    });
    dialog?.addEventListener("click", event => {
      if (event.target.closest("a[href^='#']")) dialog.close();
    });
  }

  const outline = document.getElementById("pst-secondary-sidebar");
  if (outline) {
    new MutationObserver(() => show(outline, [...outline.querySelectorAll("a.active")].pop()))
      .observe(outline, {attributes: true, attributeFilter: ["class"], subtree: true});
  }
  addEventListener("scroll", later, {passive: true});
  addEventListener("resize", later);
  addEventListener("hashchange", later);
  addEventListener("load", () => {
    followInDialog("primary", "li.current > a");
    followInDialog("secondary", "a.active");
    tell();
  });
  later();
})();
