// <nn-predict>: commit to an answer, a choice or a number. <nn-recall> further down waits for it.
// needs: progress ask
nn.define("predict", (element, {id, name, question, choices, unit}) => {
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
    const commit = nn.button("I commit to this", () => settle("Choose first. A guess is enough."));
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
    const box = nn.ask.box({unit, label: "Your guess:", press: "I commit to this", after: note.id,
      enter(text) {
        const {value, problem} = number(text, unit);
        picked = value ?? null;
        settle(problem);
      }});
    box.input.setAttribute("aria-describedby", `${title.id} ${note.id}`);
    return {nodes: [title, box.node], close() {
      box.input.value = shown(picked);
      box.input.disabled = true;
      box.button.disabled = true;
    }};
  }

  function close() {
    control.close();
    element.classList.add("nn-committed");
    note.textContent = "Noted. The page will come back to it.";
  }

  function settle(problem) {
    if (picked === null) {
      note.textContent = problem;
      return;
    }
    close();
    nn.progress.predict(id, picked);
    note.focus();  // the button that had the focus is disabled now
  }

  element.id = `predict-${name}`;
  still.classList.add("nn-paper");
  element.replaceChildren(...control.nodes, note, still);
  if (picked !== null) close();
});
