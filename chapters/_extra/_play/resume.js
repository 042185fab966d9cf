// <nn-resume>: the link to the page on which the reader was last, where there is one.
// titles: {page: its title}; folder: the address of the pages' folder.
// needs: progress
nn.define("resume", (element, {titles, folder}) => {
  function show() {
    const {last} = nn.progress.read();
    element.replaceChildren(...(last in titles ? [nn.html("a", {href: `${folder}${last}.html`},
      "Continue where you left off: ", nn.html("span", {}, titles[last]))] : []));
  }
  nn.progress.hear(show);
  show();
}, "titles", "folder");
