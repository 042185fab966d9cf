// On every page: the search field in the head, with results while the reader types. It follows the
// pattern of a combobox with a list, whose first option is chosen (WAI-ARIA APG): the focus stays
// in the field, arrows choose, Enter goes there, Escape closes the list, clears the field, and then
// leaves it. When the field is first used it loads the engine and the titles, terms and synonyms of
// the index, which is enough for most words. The texts of the sections are three times as large.
// They are loaded for several words that are not a title, or if few results are found, and then the
// results are shown again. “/” and Ctrl+K lead to the field; on the page of the search, which lists
// all results, “/” can be switched off (WCAG 2.1.4).
(() => {
  const MOST = 8;
  const FEW = 3;  // results: if there are fewer, the texts are searched too
  const ALL = 40;
  const LATER = 80;
  const SLICE = 12;  // results; milliseconds of delay, and of a piece of work
  const TYPING =
    "input, textarea, select, [contenteditable]:not([contenteditable='false']), [role='textbox']";
  const SLASH = "nn:no-slash";
  const form = document.querySelector("form.nn-find");
  if (!form) return;
  const input = form.querySelector("input");
  let engine = null;
  let view = null;  // the functions of search-results.js
  let timer = 0;
  let chosen = -1;
  let shown = "";
  let before = null;
  let asked = false;  // for the texts
  let complete = false;  // everything that can be loaded has been loaded

  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  const here = name => new URL(name, form.action).href;
  const load = name =>
    new Promise((done, fail) => {
      const script = make("script", {src: here(name)});
      script.onload = done;
      script.onerror = () => {
        script.remove();
        fail(new Error(name));
      };
      document.head.append(script);
    });
  const soon = () =>
    new Promise(done => {
      setTimeout(done);
    });

  // A slow computer reads the index piece by piece, so that typing stays smooth.
  async function begin() {
    if (!window.nnSearch) await load("search-data.js");
    for (const name of ["search-words", "search", "search-results"]) await load(`_play/${name}.js`);
    view = nn.searchResults(make, here);
    await use(nn.searchEngine(nnSearch));
  }

  async function use(next) {
    while (!next.prepare(SLICE)) await soon();
    nn.search = next;
  }

  async function addTexts() {
    if (asked) return;
    asked = true;
    try {
      await load("search-text.js");
      await use(nn.searchEngine(nnSearch, nnSearchText));
    } catch {}  // titles and terms are still found
    complete = true;
    if (shown && chosen < 1) fill(shown);
    if (results) listAll(results);
  }

  function ready() {
    engine ??= begin().catch(error => {
      engine = null;
      throw error;
    });
    return engine;
  }

  const list = make("div", {id: "nn-matches", role: "listbox", "aria-label": "Results"});
  const note = make("p", {class: "nn-matches-note"});
  const box = make("div", {class: "nn-matches", hidden: ""}, note, list);
  const status = make("p", {class: "visually-hidden", role: "status"});
  form.append(box, status);
  for (const [name, value] of [
    ["role", "combobox"],
    ["aria-autocomplete", "list"],
    ["aria-controls", list.id],
    ["aria-expanded", "false"],
  ]) {
    input.setAttribute(name, value);
  }

  const nothing = typed =>
    complete
      ? `Nothing found for “${typed}”. You could try these pages instead:`
      : "Searching the texts of all pages …";

  function choose(k) {
    const options = list.children;
    options[chosen]?.setAttribute("aria-selected", "false");
    chosen = options.length ? (k + options.length) % options.length : -1;
    const one = options[chosen];
    if (!one) return input.removeAttribute("aria-activedescendant");
    one.setAttribute("aria-selected", "true");
    one.scrollIntoView({block: "nearest"});
    input.setAttribute("aria-activedescendant", one.id);
  }

  // As high as the part of the window above an on-screen keyboard.
  function fit() {
    const {height, offsetTop} = window.visualViewport || {height: innerHeight, offsetTop: 0};
    const free = offsetTop + height - box.getBoundingClientRect().top - 10;
    box.style.maxHeight = `${Math.max(120, free)}px`;
  }

  function open() {
    box.hidden = false;
    document.documentElement.classList.add("nn-finding");
    input.setAttribute("aria-expanded", String(list.children.length > 0));
    fit();
  }

  function close() {
    clearTimeout(timer);
    timer = 0;
    box.hidden = true;
    document.documentElement.classList.remove("nn-finding");
    chosen = -1;
    shown = "";
    status.textContent = "";
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function fill(typed) {
    const answer = nn.search.find(typed);
    const {hits, mended} = answer;
    const exact = hits[0]?.title.toLowerCase() === typed.toLowerCase();
    if (hits.length < FEW || (!exact && /\S\s+\S/.test(typed))) addTexts();
    const options = hits.slice(0, MOST).map((record, k) => view.row(record, answer, k));
    if (hits.length > MOST) {
      const href = `${form.action}?q=${encodeURIComponent(typed)}`;
      options.push(
        make(
          "a",
          {id: "nn-matches-all", role: "option", tabindex: "-1", href},
          `All ${view.count(hits)}`,
        ),
      );
    }
    if (!hits.length && complete) options.push(...view.WAYS.map(view.wayOn));
    for (const one of options) one.setAttribute("aria-selected", "false");
    list.replaceChildren(...options);
    note.textContent = hits.length ? view.instead(typed, mended) : nothing(typed);
    status.textContent = [note.textContent, hits.length ? `${view.count(hits)}.` : ""]
      .join(" ")
      .trim();
    shown = typed;
    chosen = -1;
    open();
    if (hits.length) choose(0);
    else input.removeAttribute("aria-activedescendant");
  }

  async function show() {
    timer = 0;
    const typed = input.value.trim();
    if (!typed) return close();
    try {
      await ready();
    } catch {
      note.textContent = status.textContent = "The search could not be loaded.";
      list.replaceChildren();
      return open();
    }
    if (typed === input.value.trim() && form.contains(document.activeElement)) fill(typed);
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(show, LATER);
  }

  function leave() {
    close();
    input.blur();
    before?.focus?.({preventScroll: true});
  }

  const KEYS = {
    ArrowDown() {
      if (box.hidden) show();
      else choose(chosen + 1);
    },
    ArrowUp() {
      if (box.hidden) show();
      else choose(chosen - 1);
    },
    Escape() {
      if (!box.hidden) close();
      else if (input.value) input.value = "";
      else leave();
    },
  };
  input.addEventListener("keydown", event => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (KEYS[event.key]) {
      event.preventDefault();
      KEYS[event.key]();
    } else if (event.key === "Enter") {
      const typed = input.value.trim();
      if (!typed) return event.preventDefault();
      if (window.nn?.search?.prepare(0) && shown !== typed) fill(typed);
      const one = shown === typed && list.children[chosen];
      if (!one) return;  // the form leads to the page of all results
      event.preventDefault();
      one.click();
    }
  });
  input.addEventListener("input", later);
  for (const first of ["focusin", "pointerenter"]) {
    form.addEventListener(first, () => ready().catch(() => {}), {once: true});
  }
  input.addEventListener("click", () => {
    if (box.hidden && input.value.trim()) show();
  });
  form.addEventListener("focusout", event => {
    if (!form.contains(event.relatedTarget)) close();
  });
  // The focus stays in the field.
  const cross = form.querySelector(".nn-find-close");
  for (const one of [box, cross]) {
    one.addEventListener("mousedown", event => event.preventDefault());
  }
  cross.addEventListener("click", () => {  // seen on phones only
    input.value = "";
    cross.blur();
    leave();
  });
  list.addEventListener("click", event => {
    if (!event.target.closest("a") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    close();
    input.blur();
  });
  document.addEventListener("pointerdown", event => {
    if (!form.contains(event.target)) close();
  });
  window.visualViewport?.addEventListener("resize", () => {
    if (!box.hidden) fit();
  });

  const refused = () => {
    try {
      return localStorage.getItem(SLASH) === "1";
    } catch {
      return false;
    }
  };
  addEventListener("keydown", event => {
    const command =
      /^k$/i.test(event.key) && event.ctrlKey !== event.metaKey && !event.altKey && !event.shiftKey;
    const slash =
      event.key === "/" &&
      !event.ctrlKey &&
      !event.metaKey &&
      !event.altKey &&
      !event.target.closest?.(TYPING) &&
      !refused();
    if (!command && !slash) return;
    event.preventDefault();
    if (document.activeElement !== input) before = document.activeElement;
    input.focus();
    input.select();
  });

  // The page of the search: all results of the query in its address.
  function listAll(list) {
    const typed = (new URLSearchParams(location.search).get("q") || "").trim();
    if (!typed) return;
    addTexts();
    const answer = nn.search.find(typed);
    const {hits, mended} = answer;
    const more = hits.length > ALL ? `. These are the first ${ALL}` : "";
    document.getElementById("nn-search-status").textContent = hits.length
      ? `${view.instead(typed, mended)} ${view.count(hits)} for “${mended || typed}”${more}.`.trim()
      : nothing(typed);
    const entry = (title, address, ...rest) =>
      make("li", {}, make("a", {href: here(address)}, title), ...rest.map(p => make("p", ...p)));
    const rows = hits.slice(0, ALL).map(record => {
      const section = answer.places.get(record);
      const place = section || record;
      const about = [{class: "nn-where"}, view.where(record, section)];
      return entry(record.title, place.address, about, [{}, view.shownSnippet(place, answer)]);
    });
    const ways = hits.length || !complete ? [] : view.WAYS;
    list.replaceChildren(
      ...rows,
      ...ways.map(([title, address, text]) => entry(title, address, [{}, text])),
    );
  }

  function offerSlash(key) {
    key.checked = !refused();
    key.addEventListener("change", () => {
      try {
        localStorage.setItem(SLASH, key.checked ? "0" : "1");
      } catch {
        key.checked = true;
      }
    });
  }

  const results = document.getElementById("nn-search-results");
  if (results) {
    offerSlash(document.getElementById("nn-slash"));
    input.value = new URLSearchParams(location.search).get("q") || "";
    if (input.value.trim()) ready().then(() => listAll(results), () => {});
  }
})();
