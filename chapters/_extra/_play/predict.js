// <nn-predict>: commit to an answer. <nn-recall> further down waits for it.
nn.define("predict", (element, {name, question, choices}) => {
  const note = nn.html("p", {class: "nn-note", role: "status", tabindex: -1});
  const commit = nn.button("I commit to this", () => settle(true));
  let picked = choices.findIndex((_, k) => String(k) === nn.store.get(name));
  const ask = nn.choice({legend: question, options: choices, chosen: picked, pick: k => { picked = k; }});

  function settle(say) {
    if (picked < 0) {
      note.textContent = "Choose first. A guess is enough.";
      return;
    }
    nn.store.set(name, picked);
    ask.node.disabled = true;
    commit.disabled = true;
    note.textContent = "Noted. The page will come back to it.";
    if (!say) return;
    note.focus();  // the button that had the focus is disabled now
    dispatchEvent(new CustomEvent("nn-predict", {detail: name}));
  }

  element.id = `predict-${name}`;
  element.replaceChildren(ask.node, commit, note);
  if (picked >= 0) settle(false);
});
