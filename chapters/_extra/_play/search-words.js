// How the search reads a text: its words without accents, endings and American spellings.
// search-field.js loads it before search.js.
window.nn = window.nn || {};
nn.searchWords = (() => {
  // Words without meaning for a search.
  const LESS = new Set((
    "a about am an and any are as at be but by can could did do does doing don example examples " +
    "explained for from get give had has have how i if in into is it its just like make me my " +
    "need of on or our should show so t tell than that the their them then there these they " +
    "this those to up us use used using versus vs was we were what when where which who whose " +
    "why will with work works would you your"
  ).split(" "));

  // American spellings and accents are no reason to find nothing.
  const fold = text =>
    text
      .toLowerCase()
      .normalize("NFKD")
      .replace(/[\u0300-\u036f]/g, "")
      .replace(/iz(e|ed|es|ing|ation|ations|er|ers)\b/g, "is$1")
      .replace(/(col|neighb|behavi)or/g, "$1our");
  // A formula without blanks and braces, so that spellings of it are the same.
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

  return {fold, phrase, root, single, squeeze, telling, words};
})();
