// The search page: finds words, symbols, names of the API and ids among the records of
// search-data.js, [kind, title, where, address, other forms, text], with no request of its own.
window.nn = window.nn || {};
nn.search = (({letters, records}) => {
  const MOST = 40;
  const KIND = {term: 1.6, symbol: 1.4, page: 1.5, section: 1.1, api: 1, topic: .5, source: 1.2};
  const WHOLE = {term: 100, symbol: 95, page: 90, api: 70, section: 40, topic: 20, source: 30};
  const CODE = 100, ID = 120, TITLE = 80; // a name in code as written, the id of a topic, part of a page's title
  const NAMES = {term: "Term", symbol: "Symbol", page: "Page", section: "Section", api: "nnlib", topic: "Topic of the notes", source: "Source"};

  // American spellings and accents are no reason to find nothing.
  const fold = text => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "")
    .replace(/iz(e|ed|es|ing|ation|ations|er|ers)\b/g, "is$1").replace(/(col|neighb|behavi)or/g, "$1our");
  const key = text => fold(text).replace(/[-‑\s]+/g, " ").trim();
  const squeeze = text => text.replace(/ᵀ|⊤|\^\{?\\?top\}?/g, "^T").replace(/[\s{}$]/g, "").replace(/∣/g, "|");
  const stem = word => word.length < 4 || /[aiu]s$|ss$/.test(word) ? word
    : word.replace(/(ss|x|ch|sh)es$/, "$1").replace(/ies$/, "y").replace(/([^s])s$/, "$1");

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

  // word -> record -> weight
  const index = new Map();
  records.forEach(([kind, title, , , forms, text], k) => {
    const heads = words(title), counts = new Map();
    const add = (word, weight) => counts.set(word, (counts.get(word) || 0) + weight);
    words(text).forEach(word => add(word, .25));
    for (const [word, weight] of counts) counts.set(word, Math.min(1 + weight, 3));
    heads.forEach(word => add(word, 12 / Math.sqrt(heads.length)));
    words(forms).forEach(word => add(word, 6));
    for (const [word, weight] of counts) {
      if (!index.has(word)) index.set(word, new Map());
      index.get(word).set(k, weight * KIND[kind]);
    }
  });
  const vocabulary = [...index.keys()];
  const stems = new Map();
  for (const word of vocabulary) stems.set(stem(word), [...(stems.get(stem(word)) || []), word]);

  // Weight of each record for one word of the query: the word, its other endings, its beginning.
  function matches(word) {
    const out = new Map();
    const take = (other, share) => index.get(other).forEach((weight, k) => {
      out.set(k, Math.max(out.get(k) || 0, weight * share));
    });
    if (index.has(word)) take(word, 1);
    (stems.get(stem(word)) || []).forEach(other => take(other, .9));
    if (word.length > 2) vocabulary.forEach(other => { if (other.startsWith(word)) take(other, .4); });
    return out;
  }

  // One letter too many, too few, wrong, or two exchanged.
  function close(a, b) {
    if (Math.abs(a.length - b.length) > 1) return false;
    let k = 0;
    while (k < a.length && a[k] === b[k]) k++;
    const [x, y] = [a.slice(k), b.slice(k)];
    return x.slice(1) === y || x === y.slice(1) || x.slice(1) === y.slice(1)
      || (x[0] === y[1] && x[1] === y[0] && x.slice(2) === y.slice(2));
  }

  function mend(word) {
    if (word.length < 4) return null;
    const best = vocabulary.filter(other => close(word, other))
      .map(other => [Math.max(...index.get(other).values()) + .01 * index.get(other).size, other]);
    return best.length ? best.sort((a, b) => b[0] - a[0])[0][1] : null;
  }

  // What it is worth that the whole query is the name of a record, or one of its names.
  function named([kind, title, where, , forms], query) {
    const wanted = key(query);
    if (kind === "api") {
      if (`.${title}`.endsWith(`.${query}`)) return /[A-Z_.]/.test(query) ? CODE : WHOLE.api;
      return fold(`.${title}`).endsWith(`.${fold(query)}`) ? .8 * WHOLE.api : 0;
    }
    if (kind === "topic" && forms === query.toLowerCase()) return ID;
    for (const form of [title, ...(forms ? forms.split("\n") : [])]) {
      if (form === query || squeeze(form) === squeeze(query)) return WHOLE[kind];
      if (key(form) === wanted) return WHOLE[kind] * (kind === "symbol" ? .6 : .97);
    }
    const part = kind === "page" && !where.startsWith("reference/nnlib") && ` ${key(title)} `.includes(` ${wanted} `);
    return part ? TITLE : 0;
  }

  function times(text, piece) {
    let count = 0;
    for (let at = text.indexOf(piece); at >= 0; at = text.indexOf(piece, at + 1)) {
      const joined = /^\p{L}{2}/u.test(piece) && at > 0 && /\p{L}/u.test(text[at - 1]);
      if (!joined) count++;
    }
    return count;
  }

  function bySymbol(query, score) {
    const piece = squeeze(query);
    records.forEach((record, k) => {
      const [kind, title, , , , text] = record;
      const found = 5 * times(squeeze(title), piece) + times(squeeze(text), piece);
      if (found) score.set(k, (score.get(k) || 0) + KIND[kind] * Math.min(4 + found, 20));
    });
  }

  function byWords(wanted, score) {
    const found = wanted.map(matches);
    const whole = new Map();
    found.forEach(map => map.forEach((weight, k) => {
      const rare = Math.log(1 + records.length / (1 + map.size));
      const [n, sum] = whole.get(k) || [0, 0];
      whole.set(k, [n + 1, sum + weight * rare]);
    }));
    const most = Math.max(0, ...[...whole.values()].map(([n]) => n));
    for (const [k, [n, sum]] of whole) if (n === most) score.set(k, (score.get(k) || 0) + sum);
  }

  // The records that fit, best first, and the query that was used when a word had to be mended.
  function find(typed) {
    const query = typed.trim().replace(/\\([A-Za-z]+)/g, (all, name) => letters[name] || name);
    if (!query) return {query, found: []};
    const score = new Map(), wanted = words(query);
    const symbolic = /[^\p{L}\p{N}\s\-_.'’]/u.test(query) || /^[^\s\w]/u.test(query);
    const lost = wanted.filter(word => !matches(word).size);
    if (lost.length && !symbolic) {
      const mended = wanted.map(word => lost.includes(word) ? mend(word) || word : word);
      if (mended.some((word, k) => word !== wanted[k])) return {...find(mended.join(" ")), mended: mended.join(" ")};
    }
    if (symbolic) bySymbol(query, score);
    else byWords(wanted, score);
    const phrase = key(query);
    // An abbreviation stands for its term: GD finds what is about gradient descent.
    const term = records.find(([kind, title, , , forms]) => kind === "term" && title !== query && forms.split("\n").includes(query));
    if (term) byWords(words(term[1]), score);
    records.forEach((record, k) => {
      const worth = named(record, query);
      if (worth) score.set(k, (score.get(k) || 0) + 30 * worth);
      else if (score.has(k) && wanted.length > 1 && key(record[1]).includes(phrase)) score.set(k, score.get(k) + 40);
    });
    const found = [...score].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([k]) => records[k]);
    return {query, found, wanted};
  }

  const make = (tag, name, ...children) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    node.append(...children);
    return node;
  };

  // Up to 220 characters around the first place that was searched for, which is marked.
  function snippet(text, query, wanted) {
    const low = fold(text);
    const same = low.length === text.length ? low : text.toLowerCase();
    const places = [query.toLowerCase(), ...(wanted || [])].map(w => [same.indexOf(w), w]).filter(([at]) => at >= 0);
    if (!places.length) return text.slice(0, 220) + (text.length > 220 ? " …" : "");
    const [at, word] = places[0];
    const start = at < 80 ? 0 : text.indexOf(" ", at - 80) + 1, end = Math.min(text.length, start + 220);
    return make("span", "", start ? "… " : "", text.slice(start, at), make("mark", "", text.slice(at, at + word.length)),
      text.slice(at + word.length, end), end < text.length ? " …" : "");
  }

  function row([kind, title, where, address, forms, text], {query, wanted}) {
    const link = make("a", "", title);
    link.href = address;
    const line = make("p", "nn-where", kind === "page" ? NAMES.page : `${NAMES[kind]} · ${where}`);
    const also = kind === "topic" ? forms : "";
    const item = make("li", "", link, line);
    if (text || also) item.append(make("p", "", also || snippet(text, query, wanted)));
    return item;
  }

  function show(typed) {
    const answer = find(typed), {found, mended} = answer;
    const status = document.getElementById("nn-search-status");
    const count = found.length === 1 ? "One result" : `${found.length} results`;
    const head = mended ? `Nothing holds “${typed.trim()}”. Did you mean “${mended}”? ` : "";
    const more = found.length > MOST ? `; the first ${MOST} are shown` : "";
    status.textContent = typed.trim() ? `${head}${count}${mended ? ` for “${mended}”` : ""}${more}.` : "";
    const list = document.getElementById("nn-search-results");
    list.replaceChildren(...found.slice(0, MOST).map(record => row(record, answer)));
  }

  function start() {
    const input = document.getElementById("nn-search-input");
    input.value = new URLSearchParams(location.search).get("q") || "";
    let timer = 0;
    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 150, input.value); });
    document.getElementById("nn-search").addEventListener("submit", event => { event.preventDefault(); show(input.value); });
    show(input.value);
  }
  if (document.getElementById("nn-search")) start();
  return {find, show};
})(window.nnSearch);
