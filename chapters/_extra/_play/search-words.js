// How the search reads a text: its words without accents, endings and American spellings, and the
// part of a text that a result shows.
// search-field.js loads it before search.js.
window.nn = window.nn || {};
nn.searchWords = (() => {
  // Words that don't matter for a search.
  const LESS = new Set((
    "a about am an and any are as at be but by can could did do does doing don example examples " +
    "explained for from get give had has have how i if in into is it its just like make me my " +
    "need of on or our should show so t tell than that the their them then there these they " +
    "this those to up us use used using versus vs was we were what when where which who whose " +
    "why will with work works would you your"
  ).split(" "));

  // American spellings and missing accents must not prevent results.
  const fold = text =>
    text
      .toLowerCase()
      .normalize("NFKD")
      .replace(/[\u0300-\u036f]/g, "")
      .replace(/iz(e|ed|es|ing|ation|ations|er|ers)\b/g, "is$1")
      .replace(/(col|neighb|behavi)or/g, "$1our");
  // A formula without spaces and braces, so that spellings of it are the same.
  const squeeze = text =>
    text
      .replace(/ᵀ|⊤|\^\{?\\?top\}?/g, "^T")
      .replace(/[\s{}$]/g, "")
      .replace(/∣/g, "|");
  // A word without the ending of its plural.
  const single = word =>
    word.length < 4 || /[aiu]s$|ss$/.test(word)
      ? word
      : word
          .replace(/(ss|x|ch|sh)es$/, "$1")
          .replace(/ices$/, "ix")
          .replace(/ies$/, "y")
          .replace(/([^s])s$/, "$1");
  // The word without the ending of a verb: overfitting and overfitted become overfit.
  const root = word => {
    const cut = single(word)
      .replace(/(isation|ising|ised|iser|ise)$/, "is")
      .replace(/(ication|ifying|ified|ifier|ify)$/, "if")
      .replace(/(ations?|ing|ed|er|or|ion|e)$/, "")
      .replace(/([bdglmnprt])\1$/, "$1");
    return cut.length < 3 ? word : cut;
  };

  // "mini-batch" counts as mini, batch and minibatch, cross_entropy as cross, entropy and itself.
  function words(text) {
    const out = [];
    for (const [word] of fold(text).matchAll(/[\p{L}\p{N}_]+(?:[-‑][\p{L}\p{N}_]+)*/gu)) {
      const parts = word.split(/[-‑_]/).filter(Boolean);
      out.push(...parts);
      if (parts.length > 1) out.push(word.includes("_") ? word : parts.join(""));
    }
    return out;
  }
  // The words with a meaning for the search, or all words if there are none.
  const telling = list => {
    const left = list.filter(word => !LESS.has(word));
    return left.length ? left : list;
  };
  // The same for words in the same order with any endings.
  const phrase = list => telling(list).map(single).join(" ");

  // One letter too many, too few, wrong, or two exchanged.
  function close(a, b) {
    if (Math.abs(a.length - b.length) > 1) return false;
    let k = 0;
    while (k < a.length && a[k] === b[k]) k++;
    const [x, y] = [a.slice(k), b.slice(k)];
    return (
      x.slice(1) === y ||
      x === y.slice(1) ||
      x.slice(1) === y.slice(1) ||
      (x[0] === y[1] && x[1] === y[0] && x.slice(2) === y.slice(2))
    );
  }

  // How often a formula occurs in a text, but not inside a word.
  function times(text, piece) {
    let count = 0;
    for (let at = text.indexOf(piece); at >= 0; at = text.indexOf(piece, at + 1)) {
      const joined = /^\p{L}{2}/u.test(piece) && at > 0 && /\p{L}/u.test(text[at - 1]);
      if (!joined) count++;
    }
    return count;
  }

  // The question of a page, otherwise some characters of a text around the first place that was
  // searched for, as [piece, marked].
  function snippet({text, question}, {query, wanted}, size = 180) {
    if (question) return [[question, false]];
    const low = text.toLowerCase();
    const spans = [query.toLowerCase(), ...wanted.filter(word => word.length > 1)].flatMap(word => {
      const plain = word.replace(/[\\^$.*+?()[\]{}|\/]/g, "\\$&");
      const end = word.length < 4 ? "(?![\\p{L}\\p{N}])" : "";
      const at = new RegExp(`(?<![\\p{L}\\p{N}])${plain}${end}`, "u").exec(low)?.index;
      return at === undefined ? [] : [[at, at + word.length]];
    });
    if (!spans.length) return [[cut(text, 0, size), false]];
    const [[from]] = spans;
    const start = from < size / 3 ? 0 : text.indexOf(" ", from - size / 3) + 1;
    const out = [];
    let at = start;
    for (const [a, b] of spans.sort((x, y) => x[0] - y[0])) {
      if (a < at || b > start + size) continue;
      out.push([text.slice(at, a), false], [text.slice(a, b), true]);
      at = b;
    }
    out.push([cut(text, at, Math.max(0, start + size - at)), false]);
    if (start) out.unshift(["… ", false]);
    return out.filter(([piece]) => piece);
  }

  // So many characters of a text from a place on, to the end of a word.
  function cut(text, from, size) {
    if (text.length <= from + size) return text.slice(from);
    const end = text.indexOf(" ", from + size);
    return end < 0 ? text.slice(from) : `${text.slice(from, end)} …`;
  }

  return {close, fold, phrase, root, single, snippet, squeeze, telling, times, words};
})();
