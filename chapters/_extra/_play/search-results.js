// How search results look, in the list below the search field and on the page of the search.
// search-field.js loads it with the engine, and passes on its functions that make an element and an
// address.
window.nn = window.nn || {};
nn.searchResults = (make, here) => {
  const NAMES = {
    page: "Page",
    section: "Section",
    term: "Term",
    symbol: "Symbol",
    api: "nnlib",
    source: "Source",
    topic: "Topic of the notes",
  };
  // Where to go on when nothing is found.
  const WAYS = [
    ["Glossary", "chapters/reference/glossary.html", "All terms of the book, in one list."],
    ["Map of the book", "chapters/start/home.html#find-your-way", "All pages, and their order."],
    ["Assignments", "chapters/reference/assignments.html", "How to write, check and submit one."],
  ];

  const shownSnippet = (record, answer) =>
    make(
      "span",
      {class: "nn-snippet"},
      ...nn.search
        .snippet(record, answer)
        .map(([text, marked]) => (marked ? make("mark", {}, text) : text)),
    );
  const where = ({kind, page, forms}, section) =>
    [
      NAMES[kind],
      kind === "page" ? section?.title : page,
      kind === "topic" ? forms[0] : "",
    ]
      .filter(Boolean)
      .join(" · ");

  const option = (k, address, title, ...rest) =>
    make(
      "a",
      {id: `nn-matches-${k}`, role: "option", tabindex: "-1", href: here(address)},
      make("span", {class: "nn-matches-name"}, title),
      ...rest,
    );

  // A page is shown with the section that fits best, and leads to it.
  function row(record, answer, k) {
    const section = answer.places.get(record);
    const place = section || record;
    return option(
      k,
      place.address,
      record.title,
      make("span", {class: "nn-where"}, where(record, section)),
      shownSnippet(place, answer),
    );
  }

  const count = hits => (hits.length === 1 ? "1 result" : `${hits.length} results`);
  const wayOn = ([title, address, text], k) =>
    option(k, address, title, make("span", {class: "nn-snippet"}, text));
  const instead = (typed, mended) =>
    mended ? `“${typed}” isn’t on any page. Did you mean “${mended}”?` : "";

  return {count, instead, row, shownSnippet, WAYS, wayOn, where};
};
