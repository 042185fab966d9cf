// Typeset formulas with KaTeX, and provide the part of MathJax that formgrader needs.
(() => {
  const LEFT_OUT = "pre, code, script, style, textarea, .katex";
  const FORMULA = new RegExp([
    String.raw`\\\$`, // an escaped dollar sign, not a formula
    String.raw`\$\$([\s\S]+?)\$\$`,
    String.raw`\\\[([\s\S]+?)\\\]`,
    String.raw`(\\begin\{(\w+\*?)\}[\s\S]+?\\end\{\4\})`,
    String.raw`\\\(([\s\S]+?)\\\)`,
    String.raw`\$((?:\\[\s\S]|[^$\\])+)\$`,
  ].join("|"), "g");
  const ended = [];
  let done = false;

  function typeset(node) {
    const text = node.data, parts = document.createDocumentFragment();
    let at = 0;
    for (const match of text.matchAll(FORMULA)) {
      const [whole, dollars, brackets, environment, , parentheses, inline] = match;
      const display = dollars ?? brackets ?? environment;
      const source = display ?? parentheses ?? inline;
      parts.append(text.slice(at, match.index));
      at = match.index + whole.length;
      if (source === undefined) { parts.append("$"); continue; }
      const tex = source.replaceAll("\u2060", ""); // put there by rebuild.harmless
      const place = document.createElement("span");
      const options = {displayMode: display !== undefined, throwOnError: false, strict: false};
      katex.render(tex, place, {...options, maxSize: 20, maxExpand: 500});
      parts.append(place);
    }
    if (!at) return;
    parts.append(text.slice(at));
    node.replaceWith(parts);
  }

  function typesetAll() {
    const root = document.getElementById("notebook") ?? document.body;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    texts.filter(t => !t.parentElement.closest(LEFT_OUT)).forEach(typeset);
    done = true;
    ended.forEach(tell => tell("End"));
  }

  window.MathJax = {Hub: {Startup: {signal: {
    Interest: tell => done ? tell("End") : ended.push(tell),
  }}}};
  window.addEventListener("load", typesetAll);
})();
