// <nn-predict>: commit to an answer. <nn-recall> further down waits for it.
nn.define("predict", (element, {name, question, choices}) => {
  const kept = nn.store.get(name);
  const note = nn.html("p", {class: "nn-note", role: "status"});
  const commit = nn.button("I commit to this", () => settle(true));
  let picked = kept === null ? -1 : +kept;
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
    if (say) dispatchEvent(new CustomEvent("nn-predict", {detail: name}));
  }

  element.id = `predict-${name}`;
  element.replaceChildren(ask.node, commit, note);
  if (picked >= 0) settle(false);
});
