// <nn-recall>: what came out, beside what the reader predicted; hidden until they committed or ask.
nn.define("recall", (element, {name, right, text, choices}) => {
  const answer = nn.html("p", {class: "nn-note", role: "status"});

  // The choice that was committed to; -1 without one, or when it is a note of an older page.
  const committed = () => choices.findIndex((_, k) => String(k) === nn.store.get(name));

  function tell() {
    const pick = committed();
    const said = pick < 0 ? "" : `You predicted: ${choices[pick].replace(/\.$/, "")}. `;
    const verdict = pick < 0 ? "" : pick === right ? "So it is. " : "It came out otherwise. ";
    answer.textContent = said + verdict + text;
    element.replaceChildren(answer);
  }

  function wait() {
    answer.textContent = "You have not committed to a prediction yet.";
    const back = nn.html("a", {href: `#predict-${name}`}, "Go back and predict");
    const show = nn.button("Show me", () => { tell(); answer.tabIndex = -1; answer.focus(); });
    element.replaceChildren(answer, nn.html("div", {class: "nn-bar"}, back, show),
      nn.html("p", {class: "nn-print"}, text));
  }

  if (committed() < 0) wait(); else tell();
  addEventListener("nn-predict", event => { if (event.detail === name) tell(); });
});
