// What questions and predictions share: texts with formulas, numbers as people type them.
nn.ask = (() => {
  // A text that the page's own program marked up, its formulas typeset.
  function rich(markup, tag = "span") {
    const node = nn.html(tag);
    node.innerHTML = markup;
    return node;
  }

  // A text for screen readers: it contains the TeX of the formulas, because typeset ones sound odd.
  const HEARD = [
    [/\\begin\{\w*matrix\}/g, " matrix "],
    [/\\end\{\w*matrix\}/g, " "],
    [/\\\\/g, "; "],
    [/&/g, ","],
    [/\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}/g, " $1 over $2 "],
    [/\^\{?\\top\}?/g, " transposed"],
    [/\^/g, " to the "],
    [/_/g, " sub "],
    [/\\([A-Za-z]+)/g, " $1 "],
    [/\\./g, " "],
    [/[{}]/g, ""],
  ];
  function heard(markup) {
    const node = rich(markup);
    for (const formula of node.querySelectorAll(".math")) {
      const tex = formula.querySelector("annotation").textContent;
      formula.textContent = HEARD.reduce((text, [sign, word]) => text.replace(sign, word), tex);
    }
    return node.textContent.replace(/\s+([,;)]|$)/g, "$1").replace(/\s+/g, " ").trim();
  }

  // The name of a control is its text, or the text for screen readers if there is a formula.
  function named(control, markup) {
    if (rich(markup).querySelector(".math")) control.setAttribute("aria-label", heard(markup));
    return control;
  }

  const UP = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
  const plain = text => text.trim()
    .replace(/[\u2212\u2010-\u2014\uFE63\uFF0D]/g, "-")
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+/g, up => "^" + [...up].map(c => "0123456789-"[UP.indexOf(c)]).join(""))
    .replace(/[\s\u2009\u202F\u00A0'’_]+/g, "")
    .replace(/^\+/, "")
    .replace(/[×·*x]10\^?\(?([+-]?\d+)\)?/i, "e$1");

  // One number without fraction bar, or a text about what to change if it cannot be read.
  function one(text) {
    const comma = text.lastIndexOf(","), point = text.lastIndexOf(".");
    if (/^-?[1-9]\d{0,2},\d{3}$/.test(text)) {
      const [a, b] = [text.replace(",", ""), text.replace(",", ".")];
      return `Do you mean ${a} or ${b}? Type it without a comma.`;
    }
    let digits = text;
    if (/^-?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(text)) digits = text.replaceAll(",", "");
    else if (/^-?[1-9]\d{0,2}(\.\d{3})+,\d*$/.test(text)) {
      digits = text.replaceAll(".", "").replace(",", ".");
    } else if (comma >= 0 && point < 0) digits = text.replace(",", ".");
    if (!/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits)) return null;
    return Number.isFinite(+digits) ? +digits : "This number is too large for this page.";
  }

  // number("−3/4", "nats") is {value: −0.75}; what cannot be read is {problem: "…"}.
  function number(typed, unit = "") {
    let text = plain(typed);
    if (text === "") return {problem: "Type a number first."};
    const bare = plain(unit);
    let scale = 1;
    if (bare && text.toLowerCase().endsWith(bare.toLowerCase())) text = text.slice(0, -bare.length);
    else if (text.endsWith("%")) [text, scale] = [text.slice(0, -1), 0.01];
    const parts = text.split(/[/⁄÷:]/).map(one);
    const said = parts.find(part => typeof part === "string");
    if (said) return {problem: said};
    if (parts.length > 2 || parts.includes(null)) {
      return {problem: "We can’t read this as a number. Write 0.75, 3/4, 75% or 7.5e-1."};
    }
    const value = parts.length === 2 ? parts[0] / parts[1] : parts[0];
    return Number.isFinite(value) ? {value: value * scale}
      : {problem: "You can’t divide by 0."};
  }

  // A number as the page writes it: a whole number in full, others to four digits; a true minus.
  const shown = value =>
    String(Number.isInteger(value) ? value : +value.toPrecision(4)).replace(/-/g, "−");

  // A labelled box for a number. enter(text) is called when the reader presses Enter or the button.
  function box({unit, label, press, enter, after}) {
    const id = nn.id();
    const input = nn.html("input", {id, type: "text", autocomplete: "off", autocapitalize: "off",
      spellcheck: "false", size: 9, class: "nn-number", "aria-describedby": after});
    const button = nn.button(press, () => enter(input.value));
    input.addEventListener("keydown", event => {
      if (event.key === "Enter" && !event.isComposing) enter(input.value);
    });
    const behind = unit ? [unit] : [];
    const node = nn.html("div", {class: "nn-bar"},
      nn.html("label", {for: id}, label), input, ...behind, button);
    return {node, input, button};
  }

  return {box, heard, named, number, rich, shown};
})();
