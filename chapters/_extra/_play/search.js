// The engine of the search: finds words, symbols, names of the API and ids in search-data.js and,
// once they are there, the texts of all sections in search-text.js. search-field.js loads these
// files when a search field is first used, and shows what is found here.
window.nn = window.nn || {};
nn.searchEngine = (data, texts = []) => {
  const {letters, same, pages} = data;
  const {close, fold, phrase, root, single, snippet, squeeze, telling, times, words} = nn.searchWords;

  // Pages before names of the API before topics, where they fit equally well.
  const KIND = {page: 1.6, section: 1, term: 1.5, symbol: 1.3, api: 0.8, source: 1, topic: 0.01};
  // Scores: the query is the whole name of a record, …
  const WHOLE = {page: 120, section: 40, term: 110, symbol: 95, api: 60, source: 30, topic: 0};
  const CODE = 105;   // … a name in code as written,
  const ID = 130;     // … the id of a topic,
  const TITLE = 100;  // … part of the title of a page.
  const SCALE = 30;   // how many times more these count than a word of the text
  const NEXT = 0.9;   // fraction of a term's score that goes to the page that explains it
  const BEGUN = 0.5;  // fraction of a name's score if only its beginning is typed
  const ASKED = 1.25;   // factor for a term if the query is "what is ..."
  const PHRASE = 1.8;   // factor if words of the query are side by side in a title
  const REFERENCE = 0.6;  // fraction of the score for a reference page
  const ROW = 0.25;    // fraction of the weight of a section's words that its page gets
  const COVERED = 0.5;   // fraction of a query's words that the words typed for a page must cover
  const ENOUGH = 0.6;  // fraction of the best record's share of the query that another record needs
  const OFTEN = 5;     // a title that this many sections have is useless

  const records = Object.entries(data.records).flatMap(([kind, rows]) =>
    rows.map(([title, k, anchor, forms, ...rest], row) => {
      const [text, code, hidden] = (kind === "section" && texts[row]) || rest;
      const [address, page, question] = pages[k];
      const hash = anchor === "=" ? title : anchor;
      return {
        kind,
        title,
        page,
        code: code || "",
        text: text || "",
        hidden: hidden || "",  // behind a curtain: it is found, but no result shows it
        forms: forms ? forms.split("\n").filter(Boolean) : [],
        address: address + (hash ? `#${hash}` : ""),
        question: kind === "page" ? question : "",
        reference: address.includes("/reference/"),
        api: address.includes("/reference/nnlib/"),
      };
    }),
  );

  for (const record of records) {
    record.names = [record.title, ...record.forms].map(form => ({
      form,
      phrase: phrase(words(form)),
    }));
  }

  // word -> [record, weight, record, weight, …]; a page answers for its sections and terms, too
  const index = new Map();
  const singles = new Map();
  const roots = new Map();
  const meaning = new Map();
  const often = new Map();
  const wholes = new Map();
  let vocabulary = null;
  let next = 0;
  records.forEach((record, k) => {
    if (record.kind === "section") often.set(record.title, (often.get(record.title) || 0) + 1);
    if (record.kind === "page") wholes.set(record.address, {k, weights: new Map()});
  });
  for (const group of same) {
    for (const word of group) {
      meaning.set(
        single(word),
        group.filter(other => other !== word),
      );
    }
  }

  const add = (weights, word, weight) => weights.set(word, (weights.get(word) || 0) + weight);

  function note(k, weights, factor) {
    weights.forEach((weight, word) => {
      const row = index.get(word);
      if (row) row.push(k, weight * factor);
      else index.set(word, [k, weight * factor]);
    });
  }

  function read(record, k) {
    const {kind, title, forms, text, hidden, question, code, reference} = record;
    const usual = kind === "section" && often.get(title) >= OFTEN;
    const heads = usual ? [] : words(title);
    const others = new Set(forms.flatMap(words));
    const weights = new Map();
    for (const part of [text, code, hidden]) for (const word of words(part)) add(weights, word, 0.25);
    const whole = wholes.get(record.address.split("#")[0]).weights;
    if (kind === "section" && !reference) for (const word of weights.keys()) add(whole, word, ROW);
    for (const [word, weight] of weights) weights.set(word, Math.min(0.75 + weight, 3));
    for (const word of heads) add(weights, word, 12 / Math.sqrt(heads.length));
    for (const word of others) add(weights, word, 6);
    for (const word of words(question)) add(weights, word, 2);
    if (!reference && (kind === "section" || kind === "term")) {
      for (const word of [...heads, ...others]) {
        add(whole, word, (kind === "term" ? 3 : 2) / Math.sqrt(heads.length || 1));
      }
    }
    if (kind === "page") for (const [word, weight] of weights) add(whole, word, weight * KIND.page);
    else note(k, weights, KIND[kind] * (reference && kind === "section" ? REFERENCE : 1));
  }

  // Read records for so many milliseconds; return whether all have been read.
  function prepare(time = Infinity) {
    const end = performance.now() + time;
    while (next < records.length && performance.now() < end) read(records[next], next++);
    if (next === records.length && !vocabulary) {
      for (const {k, weights} of wholes.values()) note(k, weights, 1);
      vocabulary = [...index.keys()].sort();
      for (const [groups, by] of [[singles, single], [roots, root]]) {
        for (const word of vocabulary) {
          groups.set(by(word), [...(groups.get(by(word)) || []), word]);
        }
      }
    }
    return Boolean(vocabulary);
  }

  // Weight of each record for one word of the query: the word, its other endings, its beginning,
  // other words of its meaning.
  function matches(word, others = true) {
    const out = new Map();
    const take = (other, share) => {
      const row = index.get(other);
      for (let at = 0; at < row.length; at += 2) {
        out.set(row[at], Math.max(out.get(row[at]) || 0, row[at + 1] * share));
      }
    };
    if (index.has(word)) take(word, 1);
    (singles.get(single(word)) || []).forEach(other => take(other, 0.9));
    (roots.get(root(word)) || []).forEach(other => take(other, 0.7));
    if (word.length > 2) {
      for (let at = first(word); vocabulary[at]?.startsWith(word); at++) take(vocabulary[at], 0.4);
    }
    if (others) {
      for (const other of meaning.get(single(word)) || []) {
        matches(other, false).forEach((weight, k) =>
          out.set(k, Math.max(out.get(k) || 0, 0.8 * weight)),
        );
      }
    }
    return out;
  }

  // Where in the vocabulary the words begin that start with these letters.
  function first(letters) {
    let low = 0;
    let high = vocabulary.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (vocabulary[middle] < letters) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function mend(word) {
    if (word.length < 4) return null;
    const best = vocabulary
      .filter(other => close(word, other))
      .map(other => [
        Math.max(...index.get(other).filter((_, k) => k % 2)) + 0.005 * index.get(other).length,
        other,
      ]);
    return best.length ? best.sort((a, b) => b[0] - a[0])[0][1] : null;
  }

  // The score if the query is the name of a record, or one of its names, or in its title.
  function named(record, query, wanted) {
    const {kind, title, names} = record;
    const asked = wanted.map(single).join(" ");
    if (kind === "api") {
      if (names.some(({form}) => `.${form}`.endsWith(`.${query}`))) {
        return /[_.]|[a-z][A-Z]/.test(query) ? CODE : WHOLE.api;
      }
      return fold(`.${title}`).endsWith(`.${fold(query)}`) ? 0.8 * WHOLE.api : 0;
    }
    if (kind === "topic" && record.forms[0] === query.toLowerCase()) return ID;
    // Of a symbol the sign itself is meant, less its name in code. What readers type for a page
    // comes after a term with this name.
    const share = {symbol: 0.6, page: 0.9}[kind] || 0.97;
    const joined =
      kind === "page" || kind === "term" ? text => fold(text).replace(/[\s‑-]/g, "") : squeeze;
    for (const {form} of names) {
      if (form === query || joined(form) === joined(query)) {
        return WHOLE[kind] * (form === title ? 1 : share);
      }
    }
    const same = asked ? names.findIndex(name => name.phrase === asked) : -1;
    if (same >= 0) return WHOLE[kind] * (same ? share : 0.99);
    if (kind === "page") {
      const covered = covers(names.slice(1), asked.split(" "));
      if (covered >= COVERED) return WHOLE.page * share * covered;
    }
    if (!["page", "term"].includes(kind) || record.api || asked.length < 3) return 0;
    const begun = names
      .filter(name => name.phrase.startsWith(asked))
      .map(name => asked.length / name.phrase.length);
    const heads = names[0].phrase.split(" ");
    const last = wanted.at(-1);
    const whole = wanted.every(word => heads.includes(single(word)));
    const typing =
      wanted.slice(0, -1).every(word => heads.includes(single(word))) &&
      heads.some(head => head.startsWith(last));
    const other = Math.max(0, ...begun) * BEGUN * WHOLE[kind];
    if (kind === "term" || !(whole || typing)) return other;
    const fits =
      0.8 + (0.15 * wanted.length) / heads.length + 0.05 * (single(wanted[0]) === heads[0]);
    return Math.max(other, TITLE * fits * (whole ? 1 : BEGUN) * (record.reference ? REFERENCE : 1));
  }

  // The fraction of a query's words that the longest form of two words or more covers.
  function covers(forms, asked) {
    const lengths = forms
      .map(({phrase}) => phrase.split(" "))
      .filter(list => list.length > 1 && list.every(word => asked.includes(word)))
      .map(list => list.length);
    return Math.max(0, ...lengths) / asked.length;
  }

  // Whether neighbouring words of the query are neighbours in a title too.
  const beside = ({kind, names}, asked) =>
    ` ${names[0].phrase} `.includes(asked) ||
    (kind === "term" &&
      names.some(({phrase}) => phrase.includes(" ") && asked.includes(` ${phrase} `)));

  function bySymbol(query, score) {
    const piece = squeeze(query);
    records.forEach(({kind, title, text}, k) => {
      const count = 5 * times(squeeze(title), piece) + times(squeeze(text), piece);
      if (count) score.set(k, (score.get(k) || 0) + KIND[kind] * Math.min(4 + count, 20));
    });
  }

  // A record scores by how many of the words it contains; rare words count more.
  function byWords(wanted, score) {
    const sums = new Map();
    let all = 0;
    for (const word of wanted) {
      const weights = matches(word);
      const rare = Math.log(1 + records.length / (1 + weights.size));
      all += rare;
      weights.forEach((weight, k) => {
        const [had, sum] = sums.get(k) || [0, 0];
        sums.set(k, [had + rare, sum + weight * rare]);
      });
    }
    const most = Math.max(0, ...[...sums.values()].map(([had]) => had));
    for (const [k, [had, sum]] of sums) {
      if (had >= ENOUGH * most) score.set(k, (score.get(k) || 0) + sum * (had / all) ** 2);
    }
  }

  // The records that fit, best first, and the query that was used if a word had to be corrected.
  function find(typed) {
    const query = typed.trim().replace(/\\([A-Za-z]+)/g, (all, name) => letters[name] || name);
    if (!query) return {query, hits: [], wanted: [], places: new Map()};
    prepare();
    const score = new Map();
    const wanted = telling(words(query));
    const symbolic = /[^\p{L}\p{N}\s\-_.,?!'’%"“”]/u.test(query) || /^[^\s\w]/u.test(query);
    const lost = wanted.filter(word => !matches(word).size);
    if (lost.length && !symbolic) {
      const mended = wanted.map(word => (lost.includes(word) ? mend(word) || word : word));
      if (mended.some((word, k) => word !== wanted[k])) {
        return {...find(mended.join(" ")), mended: mended.join(" ")};
      }
    }
    if (symbolic) bySymbol(query, score);
    else byWords(wanted, score);
    // An abbreviation stands for its term: GD finds what is about gradient descent.
    const term = records.find(
      ({kind, title, forms}) => kind === "term" && title !== query && forms.includes(query),
    );
    if (term) byWords(words(term.title), score);
    const asked = ` ${wanted.map(single).join(" ")} `;
    const worths = new Map();
    const favoured = new Set();
    const meaning = /^what(?:'s|’s| is| are| does)\b/i.test(query);
    const raise = (k, worth) => worths.set(k, Math.max(worth, worths.get(k) || 0));
    records.forEach((record, k) => {
      const worth = Math.max(
        named(record, query, wanted),
        term ? 0.99 * named(record, term.title, words(term.title)) : 0,
      );
      const asks = meaning && record.kind === "term" ? ASKED : 1;
      const whole =
        record.kind === "term" && !record.reference
          ? wholes.get(record.address.split("#")[0]).k
          : k;
      if (worth) {
        raise(k, worth * asks);
        // Add the page that explains a term.
        raise(whole, worth * asks * (whole === k ? 1 : NEXT));
      } else if (wanted.length > 1 && beside(record, asked)) {
        favoured.add(k).add(whole);
      }
    });
    for (const [k, worth] of worths) score.set(k, (score.get(k) || 0) + SCALE * worth);
    for (const k of favoured) {
      if (score.has(k) && !worths.has(k)) score.set(k, score.get(k) * PHRASE);
    }
    const sorted = [...score].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([k]) => records[k]);
    const exact = sorted.filter(
      ({kind, names}) => kind === "page" && names[0].phrase === asked.trim(),
    );
    return {query, wanted, ...withSections(sorted, new Set(exact))};
  }

  // The results; the best section of a page appears inside the page's result if it ranks lower.
  // A page found by its whole title shows its question.
  function withSections(sorted, exact) {
    const places = new Map();
    const pages = new Map();
    const hits = sorted.filter(record => {
      if (record.kind === "page") pages.set(record.address, record);
      if (record.kind !== "section" || often.get(record.title) >= OFTEN) return true;
      const page = pages.get(record.address.split("#")[0]);
      if (!page || places.has(page) || exact.has(page)) return true;
      places.set(page, record);
      return false;
    });
    return {hits, places};
  }

  return {find, snippet, prepare, records, whole: texts.length > 0};
};
