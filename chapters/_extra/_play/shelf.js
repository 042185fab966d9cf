// <nn-shelf>: the parts of the book as cards on the page; each shows how many of its pages the
// reader has done.
// pages: {part: [page, …]}, the written pages of each part with a card of class nn-far, data-part.
// needs: progress
nn.define("shelf", (element, {pages}) => {
  const rows = Object.entries(pages).map(([part, names]) => {
    const bar = nn.html("span"), words = nn.html("span", {class: "nn-done"});
    element.querySelector(`.nn-far[data-part="${part}"]`).append(
      nn.html("span", {class: "nn-meter", "aria-hidden": "true"}, bar), words);
    return {names, bar, words};
  });
  function show() {
    const all = nn.progress.read();
    for (const {names, bar, words} of rows) {
      const done = names.filter(name => nn.progress.summary(name, all).done).length;
      bar.style.width = `${100 * done / names.length}%`;
      words.textContent = done
        ? `${done} of ${names.length} ${names.length === 1 ? "page" : "pages"} done` : "";
    }
  }
  nn.progress.hear(show);
  show();
}, "pages");
