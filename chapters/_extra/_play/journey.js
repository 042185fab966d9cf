// Below the map: save the reader's progress to a file and read it back, on this machine only.
nn.journey = (() => {
  const KIND = "neural-networks-from-first-principles/progress", LIMIT = 1_000_000;
  const {progress} = nn;
  const count = (n, one, many) => `${n} ${n === 1 ? one : many}`;

  // The better of two records of one question, with the larger number of attempts.
  function better(mine, theirs) {
    if (!mine || !theirs) return mine ?? theirs;
    const best = mine.state === "wrong" && theirs.state === "right" ? theirs : mine;
    return {...best, tries: Math.max(mine.tries, theirs.tries)};
  }

  // Add their progress to mine. My predictions stay.
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

  // Parse the text of a file, or throw an error with a message for the reader.
  function read(text) {
    if (text.length > LIMIT) {
      throw Error("This file is too large to be a progress file.");
    }
    let content;
    try {
      content = JSON.parse(text);
    } catch {
      throw Error("This file isn’t JSON, so it isn’t a progress file.");
    }
    if (content?.kind !== KIND) throw Error("This isn’t a progress file of this book.");
    const all = progress.parse(text);
    if (!all) throw Error("This file was saved by another edition of this book, or it is damaged.");
    return all;
  }

  const answered = all => Object.values(all.pages)
    .reduce((sum, page) => sum + Object.keys(page.answers).length, 0);
  const predicted = all => Object.values(all.pages)
    .reduce((sum, page) => sum + Object.keys(page.predictions).length, 0);
  const stored = all => answered(all) + predicted(all) > 0;
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
    const store = nn.button("Save my answers to a file", () => {
      save();
      say("Saved as progress.json in your downloads.");
    });
    const say = text => { said.replaceChildren(text); };
    const forget = nn.button("Delete my answers …", ask);

    file.addEventListener("change", async () => {
      const [chosen] = file.files;
      if (!chosen) return;
      try {
        if (chosen.size > LIMIT) {
          throw Error("This file is too large to be a progress file.");
        }
        const theirs = read(await chosen.text());
        progress.replace(merged(progress.read(), theirs));
        say(`Added ${amount(theirs)}. You now have ${amount(progress.read())}.`);
      } catch (problem) {
        say(`${problem.message} Nothing was changed.`);
      }
      file.value = "";
    });

    function ask() {
      const cancel = nn.button("Cancel", () => { say(""); forget.focus(); });
      const yes = nn.button("Delete", () => {
        progress.replace({...progress.read(), last: null, goal: null, pages: {}});
        say("Your answers were deleted.");
      });
      said.replaceChildren("Delete all saved answers? This can’t be undone. ", yes, " ", cancel);
      cancel.focus();
    }

    const row = nn.html(
      "div",
      {class: "nn-bar", role: "group", "aria-label": "Your progress"},
      store,
      nn.button("Load answers from a file …", () => file.click()),
      file,
      forget,
    );
    function show() {
      store.hidden = forget.hidden = !stored(progress.read());
    }

    progress.hear(show);
    show();
    return nn.html("div", {class: "nn-tools"}, row, said);
  }

  function build() {
    const where = nn.html("p", {class: "nn-where-kept"});

    function show() {
      where.textContent = !progress.kept()
        ? "This browser doesn’t store anything, perhaps because this is a private window. You " +
          "lose your answers when you leave a page."
        : stored(progress.read())
          ? "Your answers are stored in this browser only."
          : "";
    }

    progress.hear(show);
    show();
    return nn.html("div", {class: "nn-journey"}, where, tools());
  }

  return {build, merged, read};
})();
