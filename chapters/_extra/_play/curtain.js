// The curtain hides everything after a prediction until the reader guesses or chooses to see it.
// The build writes it (write/curtain.py), and a script in the head closes it before the first paint.
// needs: progress
nn.curtain = (() => {
  const root = document.documentElement;
  const parts = [...document.querySelectorAll(".nn-curtained")];
  const predictions = part => part.dataset.predictions.split(" ");
  const isOpen = id => root.classList.contains(`nn-open-${id}`);
  const closed = () => parts.filter(part => !predictions(part).every(isOpen));

  const open = part => predictions(part).forEach(id => root.classList.add(`nn-open-${id}`));

  // The keyboard and screen readers continue at the first thing that was hidden.
  function arrive(part) {
    const first = [...part.children].find(child => child.offsetHeight);
    if (!first) return;
    first.tabIndex = -1;
    first.focus({preventScroll: true});  // it begins where the curtain was
  }

  // Open what is settled so far. The page scrolls there only after an action on this page.
  function update(elsewhere) {
    const ready = closed().filter(part => predictions(part).every(nn.progress.settled));
    ready.forEach(open);
    if (ready.length && !elsewhere) arrive(ready[0]);
  }

  for (const box of document.querySelectorAll(".nn-curtain")) {
    box.querySelector("button").addEventListener("click", () => {
      nn.progress.show(predictions(box).filter(id => !nn.progress.settled(id)));
    });
  }
  nn.progress.hear(update);
  update(true);
  return {open, isOpen};
})();
