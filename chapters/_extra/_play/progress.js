// On every page: the reader's answers, in this browser only, and ticks next to the pages
// in the list at the side. nn.progress is all that others need; journey.js moves it in and out.
window.nn = window.nn || {};
nn.progress = (() => {
  const KEY = "nn:progress", BROKEN = "nn:progress:unreadable", VERSION = 1;
  const ID = /^[0-9a-f]{10}$/, PAGE = /^[\w.-]*\/[\w/.-]{1,120}$/;
  const named = address => /\/chapters\/([\w/-]+)\.html/.exec(address)?.[1] ?? null;
  const page = named(location.pathname) ?? location.pathname;
  const listeners = [];
  let memory = null, kept = true;  // memory: for a browser without storage

  const isRecord = value => value !== null && typeof value === "object" && !Array.isArray(value);
  const fresh = () => ({version: VERSION, last: null, goal: null, pages: {}});
  const sheet = () => ({asks: [], answers: {}, predictions: {}, shown: []});

  // Parse a text as progress, leaving out invalid pieces; null if it is not progress at all.
  function parse(text) {
    let stored;
    try { stored = JSON.parse(text); } catch { return null; }
    if (!isRecord(stored) || stored.version !== VERSION || !isRecord(stored.pages)) return null;
    const all = fresh();
    for (const name of ["last", "goal"]) {
      if (typeof stored[name] === "string" && /^[\w/-]{1,80}$/.test(stored[name])) {
        all[name] = stored[name];
      }
    }
    for (const [name, value] of Object.entries(stored.pages)) {
      if (isRecord(value) && PAGE.test(name)) all.pages[name] = clean(value);
    }
    return all;
  }

  function clean({asks, answers, predictions, shown}) {
    const one = sheet();
    if (Array.isArray(asks)) one.asks = asks.filter(id => ID.test(id));
    if (Array.isArray(shown)) one.shown = shown.filter(id => ID.test(id));
    for (const [id, a] of Object.entries(isRecord(answers) ? answers : {})) {
      if (
        ID.test(id) &&
        isRecord(a) &&
        ["right", "wrong"].includes(a.state) &&
        a.tries >= 1 &&
        "given" in a
      ) {
        one.answers[id] = {state: a.state, tries: Math.floor(a.tries), given: a.given};
      }
    }
    for (const [id, p] of Object.entries(isRecord(predictions) ? predictions : {})) {
      if (ID.test(id) && Number.isFinite(p)) one.predictions[id] = p;
    }
    return one;
  }

  // Read each time: another tab may have written since then.
  function read() {
    if (memory) return memory;
    try { return parse(localStorage.getItem(KEY)) ?? fresh(); } catch { return write(fresh()); }
  }

  function write(all) {
    try {
      const old = localStorage.getItem(KEY);
      if (old !== null && parse(old) === null) localStorage.setItem(BROKEN, old);
      localStorage.setItem(KEY, JSON.stringify(all));
      memory = null;
    } catch {  // a private window, or no room: store it until the page closes
      memory = all;
      kept = false;
    }
    return all;
  }

  const tell = elsewhere => { listeners.forEach(hear => hear(elsewhere)); };

  function change(edit) {
    const all = read();
    edit(all, all.pages[page] ??= sheet());
    write(all);
    tell(false);
  }

  // The state of a page: questions correct and tried; done when all are answered correctly.
  function summary(name = page, all = read()) {
    const one = all.pages[name] ?? sheet();
    const states = one.asks.map(id => one.answers[id]?.state);
    const right = states.filter(state => state === "right").length;
    return {asked: states.length, right, tried: states.filter(Boolean).length,
      done: states.length > 0 && right === states.length};
  }

  let asked = [];
  const api = {
    page, named, parse, read, summary,
    kept: () => kept,
    hear: listener => { listeners.push(listener); },
    // The current questions of this page.
    ask(ids) {
      asked = [...asked, ...ids];
      change((all, one) => { one.asks = asked; });
    },
    given: id => read().pages[page]?.answers[id] ?? null,
    answer(id, given, right) {
      change((all, one) => {
        const before = one.answers[id];
        const same = before && JSON.stringify(before.given) === JSON.stringify(given);
        // A second click on the same choice is not an attempt.
        const tries = (before?.tries ?? 0) + (same ? 0 : 1);
        one.answers[id] = {state: right ? "right" : "wrong", tries, given};
      });
    },
    // To answer again: the answer is removed, the number of attempts and the result stay.
    again: id => change((all, one) => { one.answers[id].given = null; }),
    predicted: id => read().pages[page]?.predictions[id] ?? null,
    predict: (id, value) => change((all, one) => { one.predictions[id] = value; }),
    // Predictions whose results the reader wanted to see without a guess.
    show: ids => change((all, one) => { one.shown = [...one.shown, ...ids]; }),
    settled(id) {
      const one = read().pages[page];
      return one !== undefined && (id in one.predictions || one.shown.includes(id));
    },
    // The page that is the reader's goal, chosen on the map.
    aim(goal) { write({...read(), goal}); },
    replace(all) { write(all); tell(true); },
  };

  // ---- every page: where the reader was last, and the ticks
  function arrive() {
    const lesson = named(location.pathname) && !page.startsWith("reference/");
    if (lesson && !document.querySelector("nn-resume, nn-map")) change(all => { all.last = page; });
    tick();
  }

  function tick() {
    const all = read();
    for (const link of document.querySelectorAll(".bd-sidebar-primary a.internal")) {
      const name = named(link.href), done = name !== null && summary(name, all).done;
      const mark = link.querySelector(".nn-tick");
      if (mark && !done) mark.remove();
      if (!done || mark) continue;
      const tick = document.createElement("span");
      tick.className = "nn-tick";
      tick.title = "every question answered correctly";
      tick.textContent = " ✓";
      link.append(tick);
    }
  }

  listeners.push(tick);
  addEventListener("DOMContentLoaded", arrive);
  addEventListener("storage", event => {
    if (event.key === KEY || event.key === null) tell(true);
  });
  return api;
})();
