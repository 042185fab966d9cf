// <nn-predict>: lock in a guess, a choice or a number, which opens the curtain before the result.
// needs: progress ask curtain
nn.define("predict", (element, {id, name, question, choices, unit, try_it}) => {
  const LOCK = "Lock in my guess";
  const {rich, named, shown, number} = nn.ask;
  const note = nn.html("p", {class: "nn-note", role: "status", tabindex: -1, id: nn.id()});
  const still = element.querySelector(".nn-fallback");
  let picked = nn.progress.predicted(id);
  if (choices && !(picked in choices)) picked = null;

  const control = choices ? chooser() : typist();

  function chooser() {
    const ask = nn.choice({legend: rich(question), options: choices.map(text => rich(text)),
      chosen: picked ?? -1, pick: k => { picked = k; }});
    ask.node.querySelectorAll("input").forEach((input, k) => named(input, choices[k]));
    const commit = nn.button(LOCK, () => settle("Choose an answer first."));
    return {
      nodes: [ask.node, commit],
      close() {
        ask.node.disabled = true;
        commit.disabled = true;
      },
    };
  }

  function typist() {
    const title = nn.html("p", {class: "nn-asked", id: nn.id()}, rich(question));
    const box = nn.ask.box({unit, label: "Your guess:", press: LOCK, after: note.id,
      enter(text) {
        const {value, problem} = number(text, unit);
        picked = value ?? null;
        settle(problem);
      }});
    box.input.setAttribute("aria-describedby", `${title.id} ${note.id}`);
    return {nodes: [title, box.node], close() {
      box.input.value = picked === null ? "" : shown(picked);
      box.input.disabled = true;
      box.button.disabled = true;
    }};
  }

  function close() {
    control.close();
    element.classList.add("nn-committed");
    note.textContent = picked === null
      ? "You chose to see the result without a guess."
      : "Your guess is saved.";
    if (picked !== null && nn.curtain.isOpen(id)) {
      note.append(" ", nn.html("a", {href: `#recall-${name}`}, "See the result ↓"));
    }
  }

  function settle(problem) {
    if (picked === null) {
      note.textContent = problem;
      return;
    }
    nn.progress.predict(id, picked);
    // The button that had the focus is disabled now.
    if (!nn.curtain.isOpen(id)) note.focus();
  }

  element.id = `predict-${name}`;
  element.classList.toggle("nn-try-it", Boolean(try_it));
  still.classList.add("nn-paper");
  element.replaceChildren(...control.nodes, note, still);
  const follow = () => {
    picked = nn.progress.predicted(id) ?? picked;
    if (nn.progress.settled(id)) close();
  };
  nn.progress.hear(follow);
  follow();
});
