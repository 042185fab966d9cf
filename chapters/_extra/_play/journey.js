// Below the map: the reader's progress, moved to a file and back. Nothing leaves the machine.
nn.journey = (() => {
  const KIND = "neural-networks-from-first-principles/progress", LIMIT = 1_000_000;
  const {progress} = nn;
  const count = (n, one, many) => `${n} ${n === 1 ? one : many}`;

  // The better of two notes on one question; tries are those of whoever tried longer.
  function better(mine, theirs) {
    if (!mine || !theirs) return mine ?? theirs;
    const best = mine.state === "wrong" && theirs.state === "right" ? theirs : mine;
    return {...best, tries: Math.max(mine.tries, theirs.tries)};
  }

  // Mine with theirs added: nothing of mine is lost, a committed prediction stays.
  function merged(mine, theirs) {
    const all = structuredClone(mine);
    all.last ??= theirs.last;
    all.goal ??= theirs.goal;
    for (const [name, page] of Object.entries(theirs.pages)) {
      const one = all.pages[name] ??= {asks: page.asks, answers: {}, predictions: {}, shown: []};
      for (const id of Object.keys(page.answers)) {
        one.answers[id] = better(one.answers[id], page.answers[id]);
      }
      one.predictions = {...page.predictions, ...one.predictions};
      one.shown = [...new Set([...(one.shown ?? []), ...(page.shown ?? [])])];
    }
    return all;
  }

  // A file's text as progress, or an error whose message says what is wrong with it.
  function read(text) {
    if (text.length > LIMIT) {
      throw Error("This file is too large to contain progress in this book.");
    }
    let found;
    try {
      found = JSON.parse(text);
    } catch {
      throw Error("This file isn't JSON, so this page didn't save it.");
    }
    if (found?.kind !== KIND) throw Error("This file was not saved by this book.");
    const all = progress.parse(text);
    if (!all) throw Error("This file was saved by another edition of this book, or it is damaged.");
    return all;
  }

  const answered = all => Object.values(all.pages)
    .reduce((sum, page) => sum + Object.keys(page.answers).length, 0);
  const predicted = all => Object.values(all.pages)
    .reduce((sum, page) => sum + Object.keys(page.predictions).length, 0);
  const amount = all => `${count(answered(all), "answer", "answers")} and ` +
    count(predicted(all), "prediction", "predictions");

  function save() {
    const body = JSON.stringify({kind: KIND, ...progress.read()}, null, 1);
    const href = URL.createObjectURL(new Blob([body], {type: "application/json"}));
    const link = nn.html("a", {href, download: "progress.json"});
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(href), 1000);
  }

  // ---- the row of buttons
  function tools() {
    const said = nn.html("p", {class: "nn-note", role: "status"});
    const file = nn.html("input", {type: "file", accept: ".json,application/json", id: nn.id(),
      class: "nn-hidden", tabindex: -1, "aria-hidden": "true"});
    const say = text => { said.replaceChildren(text); };
    const forget = nn.button("Forget everything …", ask);

    file.addEventListener("change", async () => {
      const [chosen] = file.files;
      if (!chosen) return;
      try {
        if (chosen.size > LIMIT) {
          throw Error("This file is too large to contain progress in this book.");
        }
        const theirs = read(await chosen.text());
        progress.replace(merged(progress.read(), theirs));
        say(`Read: ${amount(theirs)} in the file, ${amount(progress.read())} now.`);
      } catch (problem) {
        say(`${problem.message} Nothing was changed.`);
      }
      file.value = "";
    });

    function ask() {
      const keep = nn.button("Keep it", () => { say("Kept."); forget.focus(); });
      const yes = nn.button("Forget it", () => {
        progress.replace({...progress.read(), last: null, goal: null, pages: {}});
        say("Forgotten.");
        forget.focus();
      });
      said.replaceChildren(
        `Forget ${amount(progress.read())} in this browser for good? `,
        keep,
        " ",
        yes,
      );
      keep.focus();
    }

    const row = nn.html(
      "div",
      {class: "nn-bar", role: "group", "aria-label": "Your progress"},
      nn.button("Save it to a file", () => {
        save();
        say("Saved as progress.json, in your downloads.");
      }),
      nn.button("Add from a file …", () => file.click()),
      file,
      forget,
    );
    return nn.html("div", {class: "nn-tools"}, row, said);
  }

  function build() {
    const where = nn.html("p", {class: "nn-where-kept"});

    function show() {
      where.textContent = !progress.kept()
        ? "This browser stores nothing (are you in a private window?), so your answers are " +
          "forgotten when you leave a page."
        : "Your answers stay in this browser and are sent nowhere." +
          (location.protocol === "file:" && !answered(progress.read())
            ? " Some browsers don't share answers between files, so none may arrive here. If so, " +
              "open the book from a server: python3 -m http.server."
            : "");
    }

    progress.hear(show);
    show();
    return nn.html("div", {class: "nn-journey"}, where, tools());
  }

  return {build, merged, read};
})();
